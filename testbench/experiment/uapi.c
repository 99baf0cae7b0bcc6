/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What it costs to have a guest's invalidations executed, by each form of call (docs/uapi.md).
 *
 * A guest writes 'batch' commands into its queue of 'entries' and kicks it. But for a queue that
 * the hardware reads by itself the kick is a trap; whoever serves it makes system calls, and every
 * copy takes time. What these take are parameters: nothing here has been measured on a processor.
 * All forms of call are without an error record.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver/ring.h"
#include "experiment/machine.h"
#include "load/samples.h"
#include "uapi/hw_queue.h"
#include "uapi/ring.h"
#include "uapi/user_queue.h"
#include "uapi/user_space.h"

enum { MAX_ENTRIES = 1024, HWPT_ID = 1, VMID = 1, STREAM = 1, HW_QUEUE_LOG2SIZE = 7 };

/* Of the guest's own queue, and of what stands in front of the ECMDQ. */
#define HW_QUEUE_IOVA UINT64_C(0x10000)
#define HW_QUEUE_BASE UINT64_C(0x40000000)
#define HW_QUEUE_COPY UINT64_C(0x50000000)

#define USER_BASE UINT64_C(0x7f0000000000)
#define USER_ADDRESS(member) (USER_BASE + offsetof(struct user_memory, member))

typedef unsigned char entry[UAPI_COMMAND_BYTES];

/* What serves the kicks has the guest's memory in its own address space. */
struct user_memory {
    struct iommu_hwpt_invalidate_ring ring;
    struct iommu_hwpt_invalidate array;
    struct iommu_hwpt_invalidate_gather gather;
    struct iommu_invalidate_segment segment[2];
    struct iommu_viommu_alloc viommu;
    struct iommu_hw_queue_alloc hw_queue;
    uint32_t cons;
    entry queue[MAX_ENTRIES];
    entry copy[MAX_ENTRIES];
};

struct run {
    struct exp_machine machine;
    const struct exp_setup *setup;
    struct user_memory memory;
    struct user_space space;
    unsigned index_bits;
    uint32_t position; /* of the guest's queue */

    struct uapi_hwpt hwpt;
    struct uapi uapi;
    struct iommufd_ctx iommufd;
    struct iommufd_cmdqv cmdqv;
    struct drv_host hardware; /* what the cmdqv runs on */
    struct user_queue queue;

    uint64_t calls, own_bytes, batches, wrapped;
    struct samples batch;
};

/* ---- time */

static void spend(struct run *run, uint64_t cycles)
{
    host_run_until(run->machine.host, exp_machine_now(&run->machine) + cycles);
}

static uint64_t copy_cycles(const struct run *run, size_t bytes)
{
    return run->setup->copy + (bytes + run->setup->copy_rate - 1) / run->setup->copy_rate;
}

static void before_copy(void *ctx, uint64_t at, size_t bytes, bool write)
{
    struct run *run = ctx;

    (void)at;
    (void)write;
    spend(run, copy_cycles(run, bytes));
}

static void enter_kernel(struct run *run)
{
    run->calls++;
    spend(run, run->setup->syscall);
}

/* ---- forms of call: n commands from the position on */

static int by_ring(struct run *run, uint32_t n)
{
    run->memory.ring.q_prod = drv_ring_advance(run->index_bits, run->position, n);
    enter_kernel(run);
    return uapi_ring_invalidate(&run->uapi, USER_ADDRESS(ring));
}

static int call_array(struct run *run, uint64_t at, uint32_t n)
{
    run->memory.array.data_uptr = at;
    run->memory.array.entry_num = n;
    enter_kernel(run);
    return iommufd_hwpt_invalidate(&run->iommufd, USER_ADDRESS(array));
}

static uint32_t index_of(const struct run *run)
{
    return drv_ring_index(run->index_bits, run->position);
}

static uint32_t before_the_wrap(const struct run *run, uint32_t n)
{
    const uint32_t left = (uint32_t)drv_ring_size(run->index_bits) - index_of(run);

    return n < left ? n : left;
}

/* Copied out of the guest's queue first, so that the guest cannot change it any more. */
static int by_array(struct run *run, uint32_t n)
{
    const uint32_t first = before_the_wrap(run, n);

    memcpy(run->memory.copy, run->memory.queue[index_of(run)], first * sizeof(entry));
    memcpy(run->memory.copy[first], run->memory.queue, (n - first) * sizeof(entry));
    run->own_bytes += n * sizeof(entry);
    spend(run, copy_cycles(run, n * sizeof(entry)));
    return call_array(run, USER_ADDRESS(copy), n);
}

/* The array is the guest's queue itself, in two pieces where it wraps. */
static int by_pieces(struct run *run, uint32_t n)
{
    const uint32_t first = before_the_wrap(run, n);
    int rc = call_array(run, USER_ADDRESS(queue) + index_of(run) * sizeof(entry), first);

    if (rc == 0 && first < n)
        rc = call_array(run, USER_ADDRESS(queue), n - first);
    return rc;
}

/* The same in one call. */
static int by_gather(struct run *run, uint32_t n)
{
    const uint32_t first = before_the_wrap(run, n);

    run->memory.segment[0] = (struct iommu_invalidate_segment){
        .data_uptr = USER_ADDRESS(queue) + index_of(run) * sizeof(entry), .entry_num = first};
    run->memory.segment[1] =
        (struct iommu_invalidate_segment){.data_uptr = USER_ADDRESS(queue), .entry_num = n - first};
    run->memory.gather.segment_num = first < n ? 2 : 1;
    enter_kernel(run);
    return iommufd_hwpt_invalidate_gather(&run->iommufd, USER_ADDRESS(gather));
}

/* The hardware reads the guest's queue, and the guest polls CONS: nobody traps, calls or copies. */
static int by_queue(struct run *run, uint32_t n)
{
    const enum exp_form form = (enum exp_form)run->setup->form;
    struct drv_cmd cmds[UAPI_CHUNK_MAX];
    int rc = 0;

    for (uint32_t done = 0, here; rc == 0 && done < n; done += here) {
        here = n - done < run->setup->sync_every ? n - done : (uint32_t)run->setup->sync_every;
        for (uint32_t i = 0; i < here; i++)
            cmds[i] = exp_command(form, index_of(run) + done + i);
        rc = user_queue_issue(&run->queue, cmds, here);
    }
    return rc;
}

static int (*const by_form_of_call[])(struct run *, uint32_t) = {
    [EXP_CALL_RING] = by_ring,     [EXP_CALL_ARRAY] = by_array, [EXP_CALL_PIECES] = by_pieces,
    [EXP_CALL_GATHER] = by_gather, [EXP_CALL_QUEUE] = by_queue,
};

static int kick(struct run *run, uint32_t n)
{
    const uint64_t begun = exp_machine_now(&run->machine);
    int rc;

    run->batches++;
    run->wrapped += before_the_wrap(run, n) < n;
    if (run->setup->call != EXP_CALL_QUEUE)
        spend(run, run->setup->trap);
    rc = by_form_of_call[run->setup->call](run, n);
    run->position = drv_ring_advance(run->index_bits, run->position, n);
    samples_add(&run->batch, exp_machine_now(&run->machine) - begun);
    return rc;
}

/* ---- setting up */

static void fill_queue(struct run *run)
{
    for (unsigned i = 0; i < drv_ring_size(run->index_bits); i++) {
        const struct drv_cmd cmd = exp_command((enum exp_form)run->setup->form, i);

        for (unsigned b = 0; b < sizeof(entry); b++)
            run->memory.queue[i][b] = (unsigned char)(cmd.word[b / 8] >> 8 * (b % 8));
    }
}

static void connect_ring(struct run *run)
{
    run->hwpt =
        (struct uapi_hwpt){.id = HWPT_ID, .kind = UAPI_HWPT_NESTED_SMMUV3, .guest = {.vmid = VMID}};
    run->uapi = (struct uapi){.drv = &run->machine.driver,
                              .user = user_space_memory(&run->space),
                              .hwpts = &run->hwpt,
                              .hwpt_count = 1,
                              .options = {.batch = (unsigned)run->setup->sync_every}};
    run->memory.ring =
        (struct iommu_hwpt_invalidate_ring){.size = sizeof run->memory.ring,
                                            .hwpt_id = HWPT_ID,
                                            .q_uptr = USER_ADDRESS(queue),
                                            .q_cons_uptr = USER_ADDRESS(cons),
                                            .q_index_bits = run->index_bits,
                                            .q_entry_num = (uint32_t)drv_ring_size(run->index_bits),
                                            .q_entry_len = sizeof(entry)};
}

static int connect_viommu(struct run *run)
{
    static const struct iommufd_viommu_driver *const drivers[] = {&iommufd_arm_smmuv3,
                                                                  &iommufd_tegra241_cmdqv, NULL};
    const bool by_queue = run->setup->call == EXP_CALL_QUEUE;
    struct iommufd_object *device, *ioas, *hwpt;

    run->iommufd = (struct iommufd_ctx){.drv = &run->machine.driver,
                                        .user = user_space_memory(&run->space),
                                        .drivers = drivers,
                                        .viommu_hardware = by_queue ? &run->cmdqv : NULL,
                                        .options = {.chunk = (unsigned)run->setup->sync_every}};
    run->cmdqv.ctx = &run->iommufd;
    device = iommufd_add_device(&run->iommufd, STREAM);
    ioas = iommufd_add_ioas(&run->iommufd);
    hwpt = iommufd_add_hwpt_paging(&run->iommufd, ioas, VMID, true);
    if (iommufd_ioas_map(ioas, HW_QUEUE_IOVA, IOMMUFD_PAGE_BYTES, HW_QUEUE_BASE))
        return -EINVAL;
    run->memory.viommu = (struct iommu_viommu_alloc){
        .size = sizeof run->memory.viommu,
        .type = by_queue ? IOMMU_VIOMMU_TYPE_TEGRA241_CMDQV : IOMMU_VIOMMU_TYPE_ARM_SMMUV3,
        .dev_id = device->id,
        .hwpt_id = hwpt->id};
    return iommufd_viommu_alloc(&run->iommufd, USER_ADDRESS(viommu));
}

static void describe_arrays(struct run *run)
{
    run->memory.array =
        (struct iommu_hwpt_invalidate){.size = sizeof run->memory.array,
                                       .hwpt_id = run->memory.viommu.out_viommu_id,
                                       .data_type = IOMMU_VIOMMU_INVALIDATE_DATA_ARM_SMMUV3,
                                       .entry_len = sizeof(entry)};
    run->memory.gather =
        (struct iommu_hwpt_invalidate_gather){.size = sizeof run->memory.gather,
                                              .hwpt_id = run->memory.viommu.out_viommu_id,
                                              .segments_uptr = USER_ADDRESS(segment),
                                              .data_type = IOMMU_VIOMMU_INVALIDATE_DATA_ARM_SMMUV3,
                                              .entry_len = sizeof(entry)};
}

/* False: the SMMU has no ECMDQ for it. */
static bool build_cmdqv(struct run *run)
{
    const struct drv_host_costs none = {0};
    const struct vcmdq_config config = {
        .queues = 1, .log2size_max = HW_QUEUE_LOG2SIZE, .copies = HW_QUEUE_COPY};
    struct drv_ops ops;

    drv_host_init(&run->hardware, run->machine.host, &none);
    ops = drv_host_ops(&run->hardware);
    return vcmdq_init(&run->cmdqv.interface, &ops, &config);
}

/* The guest polls as Linux does without events. */
static int start_queue(struct run *run)
{
    const struct drv_config *timing = &run->machine.driver.config;
    const struct drv_host_costs *costs = &run->machine.processor.host.costs;
    const struct user_queue_config config = {.base = HW_QUEUE_BASE,
                                             .log2size = HW_QUEUE_LOG2SIZE,
                                             .reg_read = costs->reg_read,
                                             .reg_write = costs->reg_write,
                                             .relax_cycles = timing->relax_cycles,
                                             .delay_cycles = timing->delay_cycles,
                                             .timeout_cycles = timing->timeout_cycles};
    int rc;

    run->memory.hw_queue =
        (struct iommu_hw_queue_alloc){.size = sizeof run->memory.hw_queue,
                                      .viommu_id = run->memory.viommu.out_viommu_id,
                                      .type = IOMMU_HW_QUEUE_TYPE_TEGRA241_CMDQV,
                                      .nesting_parent_iova = HW_QUEUE_IOVA,
                                      .length = (uint64_t)sizeof(entry) << HW_QUEUE_LOG2SIZE};
    rc = iommufd_hw_queue_alloc(&run->iommufd, USER_ADDRESS(hw_queue));
    if (rc == 0)
        user_queue_start(&run->queue, &run->cmdqv.interface, 0, &run->machine.driver.ops, &config);
    return rc;
}

static enum exp_outcome connect(struct run *run, char why[EXP_WHY_SIZE])
{
    const uint64_t entries = run->setup->entries;
    const bool by_queue = run->setup->call == EXP_CALL_QUEUE;
    int rc = 0;

    if (entries & (entries - 1)) {
        snprintf(why, EXP_WHY_SIZE, "entries=%llu: must be a power of two",
                 (unsigned long long)entries);
        return EXP_FAILED;
    }
    while (drv_ring_size(run->index_bits) < entries)
        run->index_bits++;
    user_space_init(&run->space, USER_BASE, &run->memory, sizeof run->memory);
    fill_queue(run);
    connect_ring(run);
    if (by_queue && (run->setup->form == EXP_ALL || !build_cmdqv(run)))
        return EXP_DOES_NOT_APPLY; /* a command that it does not take, or no such hardware */
    if (run->setup->call != EXP_CALL_RING)
        rc = connect_viommu(run);
    if (rc == -EOPNOTSUPP) /* not both stages: there are no vIOMMUs */
        return EXP_DOES_NOT_APPLY;
    describe_arrays(run);
    if (rc == 0 && by_queue)
        rc = start_queue(run);
    if (!exp_machine_fine(&run->machine, rc, "a vIOMMU", why))
        return EXP_FAILED;
    run->space.before = before_copy;
    run->space.before_ctx = run;
    return EXP_MEASURED;
}

/* ---- measuring */

static bool kick_all(struct run *run, uint64_t commands, char why[EXP_WHY_SIZE])
{
    int rc = 0;

    while (rc == 0 && commands) {
        const uint64_t n = commands < run->setup->batch ? commands : run->setup->batch;

        rc = kick(run, (uint32_t)n);
        commands -= n;
    }
    return exp_machine_fine(&run->machine, rc, "the guest's queue", why);
}

static void report(struct run *run, uint64_t syncs, uint64_t cycles, struct exp_result *r)
{
    r->operations = (double)run->batches;
    r->commands = (double)run->setup->commands;
    r->syncs = (double)syncs;
    r->calls = (double)run->calls;
    r->copied =
        (double)(run->own_bytes + run->space.copies.bytes_read + run->space.copies.bytes_written) /
        r->commands;
    r->wrapped = 100 * (double)run->wrapped / (double)run->batches;
    r->cycles = (double)cycles;
    r->cycles_per_command = r->cycles / r->commands;
    r->commands_rate = r->cycles > 0 ? 1000 * r->commands / r->cycles : NAN;
    r->op_p50 = (double)samples_percentile(&run->batch, 500);
    r->op_p99 = (double)samples_percentile(&run->batch, 990);
}

static enum exp_outcome measure(struct run *run, struct exp_result *r, char why[EXP_WHY_SIZE])
{
    const struct exp_setup *setup = run->setup;
    enum exp_outcome outcome = EXP_FAILED;
    uint64_t syncs, begun;

    if (exp_machine_open(&run->machine, setup, why))
        outcome = connect(run, why);
    if (outcome != EXP_MEASURED)
        return outcome;
    /* Once for nothing, so that no first time is in the measurement. */
    if (!kick_all(run, setup->batch, why))
        return EXP_FAILED;
    syncs = run->machine.driver.stats.syncs + run->queue.syncs;
    begun = exp_machine_now(&run->machine);
    run->calls = run->own_bytes = run->batches = run->wrapped = 0;
    run->space.copies = (struct user_space_copies){0};
    samples_clear(&run->batch);
    if (!kick_all(run, setup->commands, why))
        return EXP_FAILED;
    report(run, run->machine.driver.stats.syncs + run->queue.syncs - syncs,
           exp_machine_now(&run->machine) - begun, r);
    return EXP_MEASURED;
}

enum exp_outcome exp_measure_uapi(const struct exp_setup *setup, struct exp_result *result,
                                  char why[EXP_WHY_SIZE])
{
    enum exp_outcome outcome;
    struct run *run;

    *result = exp_result_nothing();
    if (setup->form == EXP_NO_INVALIDATION) {
        snprintf(why, EXP_WHY_SIZE, "form=none: nothing goes through the guest's queue");
        return EXP_FAILED;
    }
    if (setup->batch > setup->entries) /* it does not fit */
        return EXP_DOES_NOT_APPLY;
    run = calloc(1, sizeof *run);
    if (!run) {
        snprintf(why, EXP_WHY_SIZE, "%s", strerror(ENOMEM));
        return EXP_FAILED;
    }
    run->setup = setup;
    outcome = measure(run, result, why);
    samples_free(&run->batch);
    exp_machine_close(&run->machine);
    free(run);
    return outcome;
}
