/* SPDX-License-Identifier: Apache-2.0 */
/* See chunk.h. */
#include "uapi/chunk.h"

#include <errno.h>

#include "driver/ring.h"
#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_registers.h"

static uint64_t device_of(const struct drv_cmd *cmd)
{
    return REF_GET(CMD_ATC_INV_STREAMID, cmd->word);
}

/* ---- where a chunk ends */

unsigned uapi_chunk_limit(const struct drv *drv, unsigned wanted)
{
    const uint64_t room = drv_ring_size(drv->cmdq.log2size) - 1;

    if (wanted > UAPI_CHUNK_MAX)
        wanted = UAPI_CHUNK_MAX;
    return wanted < room ? wanted : (unsigned)room;
}

static const struct drv_cmd *last_atc_inv(const struct uapi_chunk *chunk)
{
    for (unsigned i = chunk->n; i-- > 0;)
        if (drv_cmd_is_atc_inv(&chunk->cmds[i]))
            return &chunk->cmds[i];
    return NULL;
}

bool uapi_chunk_ends_before(const struct uapi_chunk *chunk, const struct drv_cmd *cmd,
                            unsigned limit, enum uapi_attribution attribution)
{
    const struct drv_cmd *last = last_atc_inv(chunk);

    if (chunk->n >= limit)
        return true;
    if (!last)
        return false;
    if (attribution == UAPI_BLAME_DEVICE)
        return drv_cmd_is_atc_inv(cmd) && device_of(cmd) != device_of(last);
    return attribution == UAPI_BLAME_COMMAND;
}

void uapi_chunk_add(struct uapi_chunk *chunk, const struct drv_cmd *cmd, uint32_t number)
{
    chunk->cmds[chunk->n] = *cmd;
    chunk->numbers[chunk->n] = number;
    chunk->n++;
}

/* ---- whom to blame */

struct suspects {
    struct drv_cmd cmds[UAPI_CHUNK_MAX];
    unsigned entry[UAPI_CHUNK_MAX];
    unsigned n;
};

static struct suspects suspects_of(const struct uapi_chunk *chunk,
                                   const struct drv_cmd_error *error)
{
    struct suspects s = {.n = 0};

    for (unsigned i = error->first; i <= error->last; i++)
        if (drv_cmd_is_atc_inv(&chunk->cmds[i])) {
            s.cmds[s.n] = chunk->cmds[i];
            s.entry[s.n++] = i;
        }
    return s;
}

/* Finds the first suspect that fails again. What comes before it is complete by then; if none fails
 * all are, and the chunk with them, since the CMD_SYNC that was blamed has completed when it was
 * fetched again. */
static int try_again(struct drv *drv, const struct suspects *s, enum uapi_attribution attribution,
                     struct uapi_stats *stats, struct drv_cmd_error *error)
{
    unsigned from = 0, end = s->n; /* somebody in between is to blame */

    while (from < s->n) {
        const unsigned half = (end - from + 1) / 2;
        const unsigned n = attribution == UAPI_BLAME_SINGLY ? 1 : half;
        struct drv_cmd_error again;
        const int rc = drv_cmdq_issue_checked(drv, &s->cmds[from], n, &again);

        stats->reissued += n;
        if (rc == 0) {
            from += n;
            if (from == end)
                end = s->n; /* not these, then, or not any more */
            continue;
        }
        error->complete = error->first = s->entry[from];
        error->last = s->entry[from + n - 1];
        if (rc != -EIO || again.code != REF_CERROR_ATC_INV_SYNC) {
            error->code = again.valid ? again.code : error->code;
            return rc;
        }
        if (n == 1)
            return rc;
        end = from + n;
    }
    stats->acquitted++;
    *error = (struct drv_cmd_error){0};
    return 0;
}

/* Of our own CMD_SYNC, refused for something else than a CMD_ATC_INV, anything before it may be the
 * cause. */
static void keep_within(const struct uapi_chunk *chunk, struct drv_cmd_error *error)
{
    if (error->valid && error->first >= chunk->n)
        error->first = 0;
    if (error->valid && error->last >= chunk->n)
        error->last = chunk->n - 1;
}

int uapi_chunk_issue(struct drv *drv, struct uapi_chunk *chunk, enum uapi_attribution attribution,
                     struct uapi_stats *stats, struct drv_cmd_error *error)
{
    const unsigned n = chunk->n;
    int rc;

    *error = (struct drv_cmd_error){0};
    if (n == 0)
        return 0;
    stats->batches++;
    stats->issued += n;
    rc = drv_cmdq_issue_checked(drv, chunk->cmds, n, error);
    keep_within(chunk, error);
    if (rc == -EIO && error->code == REF_CERROR_ATC_INV_SYNC && !error->withdrawn &&
        (attribution == UAPI_BLAME_HALVES || attribution == UAPI_BLAME_SINGLY)) {
        const struct suspects s = suspects_of(chunk, error);

        if (s.n)
            rc = try_again(drv, &s, attribution, stats, error);
    }
    if (rc == 0)
        error->complete = n;
    stats->completed += error->complete;
    chunk->n = 0;
    return rc;
}
