/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The consumer side of the drafted invalidation ring: checks the call, executes the ring in
 * batches, stores where it stopped.
 */
#include "uapi/ring.h"

#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "driver/ring.h"
#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_registers.h"

static_assert(sizeof(struct iommu_hwpt_invalidate_ring) == 40, "as drafted");
static_assert(offsetof(struct iommu_hwpt_invalidate_ring, hwpt_id) == 4, "as drafted");
static_assert(offsetof(struct iommu_hwpt_invalidate_ring, q_uptr) == 8, "as drafted");
static_assert(offsetof(struct iommu_hwpt_invalidate_ring, q_cons_uptr) == 16, "as drafted");
static_assert(offsetof(struct iommu_hwpt_invalidate_ring, q_prod) == 24, "as drafted");
static_assert(offsetof(struct iommu_hwpt_invalidate_ring, q_index_bits) == 28, "as drafted");
static_assert(offsetof(struct iommu_hwpt_invalidate_ring, q_entry_num) == 32, "as drafted");
static_assert(offsetof(struct iommu_hwpt_invalidate_ring, q_entry_len) == 36, "as drafted");
static_assert(offsetof(struct iommu_hwpt_invalidate_ring_reporting, out_error_uptr) == 40,
              "a tail");
static_assert(sizeof(struct iommu_hwpt_invalidate_ring_reporting) == 48, "no padding");
static_assert(sizeof(struct uapi_error_record) == 24, "no padding");

enum { INDEX_BITS_MAX = 31, ENTRY_BYTES_MAX = 4096 };

/* As many entries as the largest queue has, so that one call cannot hold a processor for ever. */
static const uint64_t entries_per_call_max = UINT64_C(1) << REF_QUEUE_LOG2SIZE_MAX;

/* Entries that are copied and not yet judged: as many at a time as a chunk has, since a copy has
 * its price however short it is. */
struct copied_entries {
    unsigned char bytes[UAPI_CHUNK_MAX][UAPI_COMMAND_BYTES];
    uint32_t first; /* position */
    unsigned n;
    unsigned one_by_one; /* entries of which some cannot be read: which one is to be found */
};

/* One call. */
struct call {
    struct uapi *uapi;
    struct uapi_hwpt *hwpt;
    struct iommu_hwpt_invalidate_ring_reporting arg;
    uint32_t cons; /* where it began */
    uint32_t stop; /* everything before is complete */
    struct copied_entries copied;
    struct uapi_chunk chunk;
    unsigned limit; /* commands of a chunk */
    struct uapi_error_record error;
};

static int copy_from(const struct call *call, void *to, uint64_t from, size_t bytes)
{
    return uapi_copy_from(&call->uapi->user, to, from, bytes);
}

static int copy_to(const struct call *call, uint64_t to, const void *from, size_t bytes)
{
    return uapi_copy_to(&call->uapi->user, to, from, bytes);
}

static int fetch_arguments(struct call *call, uint64_t arg)
{
    return uapi_copy_argument(&call->uapi->user, &call->arg, sizeof call->arg.ring,
                              sizeof call->arg, arg);
}

static int find_hwpt(struct call *call)
{
    const struct uapi *uapi = call->uapi;

    for (size_t i = 0; i < uapi->hwpt_count; i++)
        if (uapi->hwpts[i].id == call->arg.ring.hwpt_id)
            call->hwpt = &uapi->hwpts[i];
    if (!call->hwpt || call->hwpt->kind == UAPI_HWPT_PAGING)
        return -ENOENT;
    return call->hwpt->kind == UAPI_HWPT_NESTED_SMMUV3 ? 0 : -EOPNOTSUPP;
}

/* Bits of an index word that are neither index nor wrap flag. */
static bool has_stray_bits(uint32_t position, unsigned index_bits)
{
    return position != drv_ring_position(index_bits, position);
}

/* ---- one consumer at a time */

static int enter(struct call *call)
{
    struct drv *drv = call->uapi->drv;
    const uint64_t started = drv->ops.now(drv->ops.ctx);
    uint32_t free = 0;

    while (!atomic_compare_exchange_strong_explicit(&call->hwpt->consumer.busy, &free, 1,
                                                    memory_order_acquire, memory_order_relaxed)) {
        if (drv->ops.now(drv->ops.ctx) - started >= drv->config.timeout_cycles)
            return -EBUSY;
        drv_relax(drv, drv->config.relax_cycles);
        free = 0;
    }
    return 0;
}

static void leave(struct call *call)
{
    atomic_store_explicit(&call->hwpt->consumer.busy, 0, memory_order_release);
}

/* ---- arguments */

/* What can be judged without the consumer index. */
static int check_geometry(const struct iommu_hwpt_invalidate_ring *ring)
{
    if (ring->q_index_bits > INDEX_BITS_MAX)
        return -EINVAL;
    if (ring->q_entry_num > drv_ring_size(ring->q_index_bits))
        return -EINVAL; /* an index would reach into the wrap flag */
    if (has_stray_bits(ring->q_prod, ring->q_index_bits))
        return -EINVAL;
    return 0;
}

/* Reads the consumer index and writes it back, so that a call without effect is known to be one in
 * advance. */
static int fetch_cons(struct call *call)
{
    const uint64_t at = call->arg.ring.q_cons_uptr;

    if (at % sizeof call->cons)
        return -EINVAL; /* the final store must be a single one */
    if (copy_from(call, &call->cons, at, sizeof call->cons) ||
        copy_to(call, at, &call->cons, sizeof call->cons))
        return -EFAULT;
    call->stop = call->cons;
    return 0;
}

/* A ring whose length is not 2^index_bits has no agreed place to wrap at: it is an array, used from
 * front to back. */
static bool is_array(const struct iommu_hwpt_invalidate_ring *ring)
{
    return ring->q_entry_num < drv_ring_size(ring->q_index_bits);
}

int uapi_ring_count(const struct iommu_hwpt_invalidate_ring *ring, uint32_t cons, uint64_t *count)
{
    if (has_stray_bits(cons, ring->q_index_bits))
        return -EINVAL;
    *count = drv_ring_used(ring->q_index_bits, ring->q_prod, cons);
    if (is_array(ring)) {
        if (cons > ring->q_prod || ring->q_prod > ring->q_entry_num)
            return -EINVAL;
    } else if (*count > ring->q_entry_num) {
        return -EINVAL; /* the consumer is ahead of the producer */
    }
    return 0;
}

/* What counts only if there is something to read. */
static int check_entries(const struct iommu_hwpt_invalidate_ring *ring, uint64_t count)
{
    const uint64_t bytes = (uint64_t)ring->q_entry_num * ring->q_entry_len;

    if (ring->q_entry_len < UAPI_COMMAND_BYTES || ring->q_entry_len > ENTRY_BYTES_MAX)
        return -EINVAL;
    if (count > entries_per_call_max)
        return -EINVAL;
    if (ring->q_uptr == 0 || bytes > UINT64_MAX - ring->q_uptr)
        return -EINVAL;
    return 0;
}

static void blame(struct call *call, uint32_t source, uint32_t code, uint32_t first, uint32_t last)
{
    call->error = (struct uapi_error_record){
        .valid = 1, .source = source, .code = code, .first_suspect = first, .last_suspect = last};
}

static uint64_t little_endian(const unsigned char *bytes)
{
    uint64_t value = 0;

    for (unsigned i = 8; i-- > 0;)
        value = value << 8 | bytes[i];
    return value;
}

static uint64_t entry_address(const struct call *call, uint32_t position)
{
    const struct iommu_hwpt_invalidate_ring *ring = &call->arg.ring;

    return ring->q_uptr +
           (uint64_t)ring->q_entry_len * drv_ring_index(ring->q_index_bits, position);
}

/* Entries from a position on that lie side by side, at most a chunk. */
static unsigned entries_in_a_row(const struct call *call, uint32_t position)
{
    const struct iommu_hwpt_invalidate_ring *ring = &call->arg.ring;
    const uint64_t left = drv_ring_used(ring->q_index_bits, ring->q_prod, position);
    const uint32_t in_ring = ring->q_entry_num - drv_ring_index(ring->q_index_bits, position);
    const unsigned n = left < in_ring ? (unsigned)left : in_ring;

    if (ring->q_entry_len != UAPI_COMMAND_BYTES)
        return 1; /* what follows a command is not part of it */
    return n < call->limit ? n : call->limit;
}

/* Whether the entry is among those that are copied, more of them being copied if need be. */
static bool have_copied(struct call *call, uint32_t position)
{
    struct copied_entries *copied = &call->copied;
    const unsigned n = entries_in_a_row(call, position);

    if (drv_ring_used(call->arg.ring.q_index_bits, position, copied->first) < copied->n)
        return true;
    copied->n = 0;
    if (copied->one_by_one || n == 1)
        return false;
    if (copy_from(call, copied->bytes, entry_address(call, position),
                  (size_t)n * UAPI_COMMAND_BYTES)) {
        copied->one_by_one = n;
        return false;
    }
    copied->first = position;
    copied->n = n;
    return true;
}

/* What is checked is what is executed: an entry is not looked at again in user memory. */
static int fetch_entry(struct call *call, uint32_t position, struct drv_cmd *cmd)
{
    const uint64_t at = entry_address(call, position);
    struct copied_entries *copied = &call->copied;
    const unsigned char *bytes;

    if (have_copied(call, position)) {
        bytes = copied->bytes[drv_ring_used(call->arg.ring.q_index_bits, position, copied->first)];
    } else {
        bytes = copied->bytes[0];
        copied->one_by_one -= copied->one_by_one > 0;
        if (copy_from(call, copied->bytes[0], at, UAPI_COMMAND_BYTES))
            return -EFAULT;
    }
    *cmd = (struct drv_cmd){{little_endian(bytes), little_endian(bytes + 8)}};
    return uapi_check_zero(&call->uapi->user, at + UAPI_COMMAND_BYTES,
                           call->arg.ring.q_entry_len - UAPI_COMMAND_BYTES);
}

/* The prefix that is on its way may fail at an earlier entry; that one is then the call's error. */
static int refuse_entry(struct call *call, uint32_t position, int rc, enum uapi_verdict verdict)
{
    if (rc == -EFAULT)
        blame(call, UAPI_ERROR_SOFTWARE, REF_CERROR_ABT, position, position);
    else if (verdict == UAPI_COMMAND_ILLEGAL)
        blame(call, UAPI_ERROR_SOFTWARE, REF_CERROR_ILL, position, position);
    return rc;
}

/* The entry at a position, copied and judged; *barrier: it was a CMD_SYNC of the guest's. */
static int admit_entry(struct call *call, uint32_t position, struct drv_cmd *cmd, bool *barrier)
{
    enum uapi_verdict verdict;
    const int rc = fetch_entry(call, position, cmd);

    *barrier = false;
    if (rc)
        return refuse_entry(call, position, rc, UAPI_COMMAND_OK);
    if (call->uapi->options.sync_is_barrier && drv_cmd_opcode(cmd) == REF_CMD_SYNC) {
        *barrier = true;
        return 0;
    }
    verdict = uapi_admit_command(&call->hwpt->guest, &call->uapi->drv->features, cmd);
    return verdict == UAPI_COMMAND_OK ? 0 : refuse_entry(call, position, -EIO, verdict);
}

/* A chunk of which the hardware has refused something, or that did not get through. */
static void attribute(struct call *call, const struct drv_cmd_error *error)
{
    const uint32_t *positions = call->chunk.numbers;

    call->stop = error->complete ? drv_ring_advance(call->arg.ring.q_index_bits,
                                                    positions[error->complete - 1], 1)
                                 : positions[0];
    call->error = (struct uapi_error_record){0};
    if (error->valid)
        blame(call, UAPI_ERROR_HARDWARE, error->code, positions[error->first],
              positions[error->last]);
}

/* Everything before 'next' is complete then. */
static int issue_chunk(struct call *call, uint32_t next)
{
    const struct uapi *uapi = call->uapi;
    struct drv_cmd_error error;
    const int rc = uapi_chunk_issue(uapi->drv, &call->chunk, uapi->options.attribution,
                                    &call->uapi->stats, &error);

    if (rc)
        attribute(call, &error);
    else
        call->stop = next;
    return rc;
}

/* Our own CMD_SYNC stands for the guest's. */
static void count_barrier(struct uapi_stats *stats)
{
    stats->issued++;
    stats->completed++;
}

static bool is_interrupted(const struct call *call)
{
    const struct uapi *uapi = call->uapi;

    return uapi->signal_pending && uapi->signal_pending(uapi->signal_ctx);
}

/* One entry, and the chunk before it where it ends: the place to stop for a signal. */
static int consume_entry(struct call *call, uint32_t position)
{
    struct drv_cmd cmd;
    bool barrier;
    const int refused = admit_entry(call, position, &cmd, &barrier);
    int rc = 0;

    /* After a refused entry too: what precedes it must be done. */
    if (refused || barrier ||
        uapi_chunk_ends_before(&call->chunk, &cmd, call->limit, call->uapi->options.attribution))
        rc = issue_chunk(call, position);
    if (rc || refused)
        return rc ? rc : refused;
    if (call->chunk.n == 0 && position != call->cons && is_interrupted(call))
        return -EINTR;
    if (barrier)
        count_barrier(&call->uapi->stats);
    else
        uapi_chunk_add(&call->chunk, &cmd, position);
    return 0;
}

static int consume(struct call *call)
{
    const unsigned batch = call->uapi->options.batch;
    const uint32_t prod = call->arg.ring.q_prod;
    uint32_t next = call->cons;

    call->limit = uapi_chunk_limit(call->uapi->drv, batch ? batch : UAPI_BATCH_DEFAULT);
    while (next != prod) {
        const int rc = consume_entry(call, next);

        if (rc)
            return rc;
        next = drv_ring_advance(call->arg.ring.q_index_bits, next, 1);
    }
    return issue_chunk(call, prod);
}

/* Only rings go on where they stopped; the index of an array is set back by its caller. */
static void notice_repetition(const struct call *call)
{
    struct uapi_ring_consumer *consumer = &call->hwpt->consumer;
    const struct iommu_hwpt_invalidate_ring *ring = &call->arg.ring;
    const uint64_t repeated = drv_ring_used(ring->q_index_bits, consumer->cons, call->cons);

    if (is_array(ring) || consumer->cons_uptr != ring->q_cons_uptr ||
        consumer->index_bits != ring->q_index_bits)
        return;
    consumer->moved_back += repeated && repeated <= drv_ring_size(ring->q_index_bits);
}

/* Last of all: what the guest sees as consumed is complete. */
static int store_cons(struct call *call)
{
    const struct iommu_hwpt_invalidate_ring *ring = &call->arg.ring;

    if (copy_to(call, ring->q_cons_uptr, &call->stop, sizeof call->stop))
        return -EFAULT;
    call->uapi->stats.reported += drv_ring_used(ring->q_index_bits, call->stop, call->cons);
    call->hwpt->consumer.cons_uptr = ring->q_cons_uptr;
    call->hwpt->consumer.index_bits = ring->q_index_bits;
    call->hwpt->consumer.cons = call->stop;
    return 0;
}

static int execute_alone(struct call *call)
{
    uint64_t count = 0;
    int rc = fetch_cons(call);

    if (rc == 0)
        rc = uapi_ring_count(&call->arg.ring, call->cons, &count);
    if (rc == 0 && count)
        rc = check_entries(&call->arg.ring, count);
    if (rc || count == 0)
        return rc;
    notice_repetition(call);
    rc = consume(call);
    return store_cons(call) ? -EFAULT : rc;
}

static int execute(struct call *call)
{
    int rc = check_geometry(&call->arg.ring);

    if (rc == 0)
        rc = enter(call);
    if (rc)
        return rc;
    rc = execute_alone(call);
    leave(call);
    return rc;
}

static int store_error(const struct call *call)
{
    const uint64_t at = call->arg.out_error_uptr;

    return at ? copy_to(call, at, &call->error, sizeof call->error) : 0;
}

int uapi_ring_invalidate(struct uapi *uapi, uint64_t arg)
{
    struct call call = {.uapi = uapi};
    int rc;

    uapi->stats.calls++;
    rc = fetch_arguments(&call, arg);
    if (rc)
        return rc;
    if (store_error(&call)) /* and that there is a place for it, before anything is done */
        return -EFAULT;
    rc = find_hwpt(&call);
    if (rc == 0)
        rc = execute(&call);
    return store_error(&call) ? -EFAULT : rc;
}
