/* SPDX-License-Identifier: Apache-2.0 */
/* Arrays of native commands for a guest's stage 1; see arm_vsmmu.h. */
#include "uapi/arm_vsmmu.h"

#include <errno.h>
#include <stdlib.h>

#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_registers.h"
#include "uapi/chunk.h"
#include "uapi/user_command.h"

enum { CHUNK_DEFAULT = UAPI_CHUNK_MAX - 1 };

int iommufd_arm_vsmmu_check(const struct iommufd_ctx *ctx, const struct iommufd_object *device)
{
    const struct drv_features *features = &ctx->drv->features;

    (void)device; /* there is one SMMU only */
    return features->stage1 && features->stage2 && features->coherent ? 0 : -EOPNOTSUPP;
}

/* What uapi_guest asks back. */
struct guest_of_viommu {
    const struct iommufd_ctx *ctx;
    const struct iommufd_object *viommu;
};

static bool find_sid(void *at, uint32_t virtual_sid, uint32_t *sid)
{
    const struct guest_of_viommu *who = at;

    return iommufd_find_sid(who->ctx, who->viommu, virtual_sid, sid);
}

static struct uapi_guest guest_of(struct guest_of_viommu *who)
{
    return (struct uapi_guest){
        .vmid = who->viommu->u.viommu.hwpt->u.paging.vmid,
        .find_sid = find_sid,
        .ctx = who,
        .permissive = who->ctx->options.merged,
    };
}

/* Commands are little-endian in the array (4.1.1). */
static struct drv_cmd command_of(const struct iommu_viommu_arm_smmuv3_invalidate *entry)
{
    const unsigned char *bytes = (const unsigned char *)entry->cmd;
    struct drv_cmd cmd = {{0, 0}};

    for (unsigned i = UAPI_COMMAND_BYTES; i-- > 0;)
        cmd.word[i / 8] = cmd.word[i / 8] << 8 | bytes[i];
    return cmd;
}

static void blame(struct iommufd_array *array, uint32_t source, uint32_t code, uint32_t first,
                  uint32_t last)
{
    array->error = (struct uapi_error_record){
        .valid = 1, .source = source, .code = code, .first_suspect = first, .last_suspect = last};
}

/* ---- as merged */

/* What the driver's callers do not learn: commands that the hardware refused are gone, and after a
 * time-out of CMD_ATC_INVs nobody knows which of them took effect. */
static unsigned lost_since(const struct drv_stats *before, const struct drv_stats *now,
                           const struct drv_cmd *cmds, unsigned n)
{
    uint64_t lost = now->cmdq_errors[REF_CERROR_NONE] - before->cmdq_errors[REF_CERROR_NONE] +
                    now->cmdq_errors[REF_CERROR_ILL] - before->cmdq_errors[REF_CERROR_ILL];

    if (now->cmdq_errors[REF_CERROR_ATC_INV_SYNC] != before->cmdq_errors[REF_CERROR_ATC_INV_SYNC])
        for (unsigned i = 0; i < n; i++)
            lost += drv_cmd_opcode(&cmds[i]) == REF_CMD_ATC_INV;
    return lost < n ? (unsigned)lost : n;
}

static int issue_unchecked(struct iommufd_ctx *ctx, const struct drv_cmd *cmds, unsigned n)
{
    const struct drv_stats before = ctx->drv->stats;
    int rc;

    ctx->stats.batches++;
    ctx->stats.issued += n;
    rc = drv_cmdq_issue(ctx->drv, cmds, n, true);
    if (rc == 0)
        ctx->stats.completed += n - lost_since(&before, &ctx->drv->stats, cmds, n);
    return rc;
}

/* *done: what the merged code says is done. */
static int convert_and_issue(struct iommufd_ctx *ctx, const struct uapi_guest *guest,
                             const struct iommu_viommu_arm_smmuv3_invalidate *entries, uint32_t n,
                             uint32_t *done)
{
    struct drv_cmd chunk[CHUNK_DEFAULT];
    unsigned gathered = 0;

    for (*done = 0; *done < n;) {
        struct drv_cmd cmd = command_of(&entries[*done]);
        int rc;

        if (uapi_admit_command(guest, &ctx->drv->features, &cmd) != UAPI_COMMAND_OK)
            return -EIO; /* what is gathered counts as done and is not issued */
        chunk[gathered++] = cmd;
        ++*done;
        if (*done != n && gathered != CHUNK_DEFAULT)
            continue;
        rc = issue_unchecked(ctx, chunk, gathered);
        if (rc) {
            --*done; /* all but one of the chunk count */
            return rc;
        }
        gathered = 0;
    }
    return 0;
}

static int invalidate_as_merged(struct iommufd_ctx *ctx, const struct uapi_guest *guest,
                                struct iommufd_array *array)
{
    struct iommu_viommu_arm_smmuv3_invalidate *entries;
    const size_t bytes = (array->entry_num ? array->entry_num : 1) * sizeof *entries;
    uint32_t failed, done = 0;
    int rc;

    entries = ctx->allocate ? ctx->allocate(bytes) : malloc(bytes);
    if (!entries)
        return -ENOMEM; /* and entry_num stays what it was */
    rc = array->data_type != IOMMU_VIOMMU_INVALIDATE_DATA_ARM_SMMUV3 || array->entry_num == 0
             ? -EINVAL
             : iommufd_copy_entries(ctx, array, 0, array->entry_num, entries, sizeof *entries,
                                    &failed);
    if (rc == 0)
        rc = convert_and_issue(ctx, guest, entries, array->entry_num, &done);
    array->entry_num = done;
    free(entries);
    return rc;
}

/* ---- as it should be */

/* What is copied and judged as a whole. */
struct block {
    uint32_t first; /* number of its first entry in the array */
    unsigned n;
    struct drv_cmd cmds[UAPI_CHUNK_MAX];
};

static int convert_block(struct iommufd_ctx *ctx, const struct uapi_guest *guest,
                         struct iommufd_array *array, struct block *block)
{
    struct iommu_viommu_arm_smmuv3_invalidate entries[UAPI_CHUNK_MAX];
    uint32_t failed;
    const int rc = iommufd_copy_entries(ctx, array, block->first, block->n, entries,
                                        sizeof entries[0], &failed);

    if (rc == -EFAULT)
        blame(array, UAPI_ERROR_SOFTWARE, REF_CERROR_ABT, failed, failed);
    if (rc)
        return rc;
    for (unsigned i = 0; i < block->n; i++) {
        enum uapi_verdict verdict;

        block->cmds[i] = command_of(&entries[i]);
        verdict = uapi_admit_command(guest, &ctx->drv->features, &block->cmds[i]);
        if (verdict == UAPI_COMMAND_ILLEGAL)
            blame(array, UAPI_ERROR_SOFTWARE, REF_CERROR_ILL, block->first + i, block->first + i);
        if (verdict != UAPI_COMMAND_OK)
            return -EIO;
    }
    return 0;
}

static int issue_chunk(struct iommufd_ctx *ctx, struct iommufd_array *array,
                       struct uapi_chunk *chunk)
{
    struct drv_cmd_error error;
    const int rc = uapi_chunk_issue(ctx->drv, chunk, ctx->options.attribution, &ctx->stats, &error);

    array->entry_num += error.complete;
    if (rc && error.valid)
        blame(array, UAPI_ERROR_HARDWARE, error.code, chunk->numbers[error.first],
              chunk->numbers[error.last]);
    return rc;
}

static int issue_block(struct iommufd_ctx *ctx, struct iommufd_array *array,
                       const struct block *block, unsigned limit)
{
    struct uapi_chunk chunk = {.n = 0};

    for (unsigned i = 0; i < block->n; i++) {
        int rc = 0;

        if (uapi_chunk_ends_before(&chunk, &block->cmds[i], limit, ctx->options.attribution))
            rc = issue_chunk(ctx, array, &chunk);
        if (rc)
            return rc;
        uapi_chunk_add(&chunk, &block->cmds[i], block->first + i);
    }
    return issue_chunk(ctx, array, &chunk);
}

static int invalidate(struct iommufd_ctx *ctx, const struct uapi_guest *guest,
                      struct iommufd_array *array)
{
    const unsigned wanted = ctx->options.chunk ? ctx->options.chunk : CHUNK_DEFAULT;
    const unsigned limit = uapi_chunk_limit(ctx->drv, wanted);
    const uint32_t n = array->entry_num;
    int rc = 0;

    array->entry_num = 0;
    if (array->data_type != IOMMU_VIOMMU_INVALIDATE_DATA_ARM_SMMUV3)
        return -EINVAL;
    /* A command that ends in zeros would be another command. */
    if (n && array->entry_len < UAPI_COMMAND_BYTES)
        return -EINVAL;
    for (uint32_t next = 0; rc == 0 && next < n;) {
        struct block block = {.first = next, .n = n - next < limit ? n - next : limit};

        rc = convert_block(ctx, guest, array, &block);
        if (rc == 0)
            rc = issue_block(ctx, array, &block, limit);
        next += block.n;
    }
    return rc;
}

int iommufd_arm_vsmmu_invalidate(struct iommufd_ctx *ctx, struct iommufd_object *viommu,
                                 struct iommufd_array *array)
{
    struct guest_of_viommu who = {ctx, viommu};
    const struct uapi_guest guest = guest_of(&who);

    return ctx->options.merged ? invalidate_as_merged(ctx, &guest, array)
                               : invalidate(ctx, &guest, array);
}

const struct iommufd_viommu_driver iommufd_arm_smmuv3 = {
    .type = IOMMU_VIOMMU_TYPE_ARM_SMMUV3,
    .check = iommufd_arm_vsmmu_check,
    .invalidate = iommufd_arm_vsmmu_invalidate,
};
