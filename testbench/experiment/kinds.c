/* SPDX-License-Identifier: Apache-2.0 */
/* The experiments, one row each; docs/bench.md says how to read them. */
#include "experiment/kinds.h"

#include <string.h>

/* ---- what the measurements understand */

#define TAKES(name) (UINT64_C(1) << EXP_PARAMETER_##name)
#define ON_ANY_MACHINE                                                                             \
    (TAKES(preset) | TAKES(form) | TAKES(sync) | TAKES(cpu) | TAKES(queue) | TAKES(seed))
#define WITH_CLIENTS                                                                               \
    (ON_ANY_MACHINE | TAKES(pages) | TAKES(period) | TAKES(operations) | TAKES(window) |           \
     TAKES(loop) | TAKES(rate) | TAKES(outstanding) | TAKES(pattern) | TAKES(set) | TAKES(hot) |   \
     TAKES(hot_share) | TAKES(writes) | TAKES(streams))

static const struct {
    exp_measure_fn *measure;
    uint64_t takes;
} understood[] = {
    {exp_measure_invalidation, WITH_CLIENTS},
    {exp_measure_ring, ON_ANY_MACHINE | TAKES(commands) | TAKES(sync_every)},
    {exp_measure_ecmdq, TAKES(preset) | TAKES(form) | TAKES(commands) | TAKES(sync_every) |
                            TAKES(ecmdqs) | TAKES(seed)},
    {exp_measure_smp, TAKES(preset) | TAKES(form) | TAKES(sync) | TAKES(queue) | TAKES(seed) |
                          TAKES(window) | TAKES(sync_every) | TAKES(cpus) | TAKES(think) |
                          TAKES(line)},
    {exp_measure_broadcast,
     TAKES(preset) | TAKES(form) | TAKES(commands) | TAKES(sync_every) | TAKES(seed)},
    {exp_measure_sensitivity, WITH_CLIENTS | TAKES(assumption) | TAKES(change)},
};

_Static_assert(EXP_PARAMETER_COUNT <= 64, "one bit a parameter");

/* ---- columns */

#define M(name) EXP_MEASURE_##name
#define COLUMNS(...)                                                                               \
    .columns = {__VA_ARGS__},                                                                      \
    .column_count = sizeof((enum exp_measure_id[]){__VA_ARGS__}) / sizeof(enum exp_measure_id)

#define RING_COLUMNS COLUMNS(M(syncs), M(cycles), M(cycles_per_command), M(cycles_per_page))
#define OPERATION_COLUMNS                                                                          \
    COLUMNS(M(commands_per_operation), M(cycles_per_operation), M(cycles_per_command),             \
            M(cycles_per_page), M(commands_rate), M(op_p50), M(op_p99), M(sync_p50), M(sync_p99))
#define SMP_COLUMNS                                                                                \
    COLUMNS(M(operations), M(operations_rate), M(cpu_rate), M(commands_rate), M(op_p50),           \
            M(op_p99), M(attempts), M(gathered), M(waits))
#define CLIENT_COLUMNS                                                                             \
    COLUMNS(M(commands_rate), M(op_p50), M(op_p99), M(sync_p50), M(sync_p99), M(requests),         \
            M(served), M(client_mean), M(client_p50), M(client_p99), M(hit_rate), M(walks))

/* ---- the table */

static const struct exp_kind kinds[] = {
    {.name = "invalidation",
     .meaning = "forms of invalidation x CMD_SYNC every 1, 8, 64 x way to await it, by the ring",
     .answers = "What does a guest's command cost by the time it has gone all the way?",
     .measure = exp_measure_ring,
     .axes = {{"form", "page,range,asid,all"},
              {"sync_every", "1,8,64"},
              {"sync", "msi,sev,poll"},
              {"cpu", "usual"},
              {"commands", "1024"}},
     RING_COLUMNS,
     .plot = {.title = "Commands of a guest's ring, by form",
              .x = "sync_every",
              .y_label = "time a command takes [cycles]",
              .y = {M(cycles_per_command)},
              .curves = 1,
              .log2_x = true}},
    {.name = "batch",
     .meaning = "single pages, CMD_SYNC every 1 to 64 x way to await it, by the ring",
     .answers = "How far do batches carry, and does the way to wait matter in them?",
     .measure = exp_measure_ring,
     .axes = {{"form", "page"},
              {"sync", "msi,sev,poll"},
              {"sync_every", "1,2,4,8,16,32,64"},
              {"cpu", "usual"},
              {"commands", "1024"}},
     RING_COLUMNS,
     .plot = {.title = "Commands between two CMD_SYNCs",
              .x = "sync_every",
              .y_label = "time a command takes [cycles]",
              .y = {M(cycles_per_command)},
              .curves = 1,
              .log2_x = true}},
    {.name = "reads",
     .meaning = "single pages, command reads in flight x CMD_SYNC every 1, 8, 64, by the ring",
     .answers = "What would it bring to read several commands at a time?",
     .measure = exp_measure_ring,
     .axes = {{"form", "page"},
              {"sync_every", "1,8,64"},
              {"sync", "msi"},
              {"timing.cmdq_reads_in_flight", "1,2,4,8,16"},
              {"cpu", "usual"},
              {"commands", "1024"}},
     RING_COLUMNS,
     .plot = {.title = "Command reads in flight",
              .x = "timing.cmdq_reads_in_flight",
              .y_label = "time a command takes [cycles]",
              .y = {M(cycles_per_command)},
              .curves = 1,
              .log2_x = true}},
    {.name = "latency",
     .meaning = "single pages, memory read latency x CMD_SYNC every 1, 8, 64, by the ring",
     .answers = "How much of a command's cost is the read of the command?",
     .measure = exp_measure_ring,
     .axes = {{"form", "page"},
              {"sync_every", "1,8,64"},
              {"sync", "msi"},
              {"timing.mem_read_lat", "0,50,100,200,400"},
              {"cpu", "usual"},
              {"commands", "1024"}},
     RING_COLUMNS,
     .plot = {.title = "Latency of memory reads",
              .x = "timing.mem_read_lat",
              .y_label = "time a command takes [cycles]",
              .y = {M(cycles_per_command)},
              .curves = 1}},
    {.name = "forms",
     .meaning = "an invalidation of 1 to 512 pages by each form",
     .answers = "From how many pages on is a range, or the whole ASID, cheaper than single pages?",
     .measure = exp_measure_invalidation,
     .axes = {{"form", "page,range,asid,all"},
              {"pages", "1,2,4,8,16,32,64,128,256,512"},
              {"operations", "16"}},
     OPERATION_COLUMNS,
     .plot = {.title = "An invalidation and its CMD_SYNC, by form",
              .x = "pages",
              .y_label = "time an operation takes [cycles]",
              .y = {M(cycles_per_operation)},
              .curves = 1,
              .log2_x = true,
              .log_y = true}},
    {.name = "sync",
     .meaning =
         "ways to await a CMD_SYNC x pages before it, with and without time for the processor",
     .answers = "How much of a CMD_SYNC's latency is the SMMU's, how much the way to wait for it?",
     .measure = exp_measure_invalidation,
     .axes = {{"cpu", "free,usual"},
              {"sync", "msi,sev,poll"},
              {"pages", "1,2,4,8,16,32,63"},
              {"operations", "100"}},
     OPERATION_COLUMNS,
     .plot = {.title = "From the doorbell to the end of the CMD_SYNC",
              .x = "pages",
              .y_label = "median until the CMD_SYNC is seen [cycles]",
              .y = {M(sync_p50)},
              .curves = 1,
              .log2_x = true}},
    {.name = "ring",
     .meaning = "size of the command queue x pages an operation invalidates one by one",
     .answers = "Does a small queue hold a single producer up?",
     .measure = exp_measure_invalidation,
     .axes = {{"pages", "32,512,2048"},
              {"queue", "128,256,512,1024,4096,262144"},
              {"cpu", "usual"},
              {"operations", "4"}},
     COLUMNS(M(commands_per_operation), M(cycles_per_operation), M(cycles_per_page),
             M(commands_rate), M(op_p50), M(waits)),
     .plot = {.title = "Size of the command queue",
              .x = "queue",
              .y_label = "time a page takes [cycles]",
              .y = {M(cycles_per_page)},
              .curves = 1,
              .log2_x = true}},
    {.name = "ecmdq",
     .meaning = "1 to 16 enhanced command queues x serial or parallel execution x decoding time",
     .answers =
         "What do several command queues gain, while the SMMU executes one command at a time "
         "and while it executes one of each?",
     .measure = exp_measure_ecmdq,
     .axes = {{"form", "page"},
              {"timing.cmd_serial", "1,0"},
              {"timing.cmd_decode_lat", "2,20,200"},
              {"ecmdqs", "0,1,2,4,8,16"},
              {"sync_every", "8"},
              {"commands", "4096"}},
     COLUMNS(M(syncs), M(cycles), M(cycles_per_command), M(commands_rate), M(op_p50), M(op_p99)),
     .plot = {.title = "Command queues beside each other",
              .x = "ecmdqs",
              .y_label = "invalidations [commands / 1000 cycles]",
              .y = {M(commands_rate)},
              .curves = 1}},
    {.name = "smp",
     .meaning = "1 to 64 processors that invalidate through one command queue x way to await the "
                "CMD_SYNC x commands before it",
     .answers = "What becomes of the throughput when processors share a command queue?",
     .measure = exp_measure_smp,
     .axes = {{"sync", "msi,sev,poll"},
              {"sync_every", "1,16,64"},
              {"cpus", "1,2,4,8,16,32,64"},
              {"form", "page"},
              {"window", "200000"}},
     SMP_COLUMNS,
     .plot = {.title = "Processors at one command queue",
              .x = "cpus",
              .y_label = "operations of all of them [operations / 1000 cycles]",
              .y = {M(operations_rate)},
              .curves = 1,
              .log2_x = true}},
    {.name = "broadcast",
     .meaning = "TLBIs of PEs, a synchronisation every 1 to 64, by form",
     .answers = "What does broadcast TLB maintenance cost, which reads no commands?",
     .measure = exp_measure_broadcast,
     .axes = {{"form", "page,range,asid,all"},
              {"sync_every", "1,2,4,8,16,32,64"},
              {"commands", "1024"}},
     COLUMNS(M(syncs), M(cycles), M(cycles_per_command), M(cycles_per_page), M(op_p50), M(op_p99)),
     .plot = {.title = "Broadcast invalidations, by form",
              .x = "sync_every",
              .y_label = "time an invalidation takes [cycles]",
              .y = {M(cycles_per_command)},
              .curves = 1,
              .log2_x = true}},
    {.name = "tbus",
     .meaning = "TBUs that an invalidation has to reach x form",
     .answers = "What does each further TBU cost an invalidation?",
     .measure = exp_measure_invalidation,
     .axes = {{"form", "page,range,asid"},
              {"timing.inv_fanout", "0,1"},
              {"timing.tbus", "1,2,4,8,16,32"},
              {"pages", "32"},
              {"operations", "16"},
              {"timing.tcu_xlate_slots", "8192"}},
     OPERATION_COLUMNS,
     .plot = {.title = "TBUs that an invalidation has to reach (0: broadcast, 1: one at a time)",
              .x = "timing.tbus",
              .y_label = "time an operation takes [cycles]",
              .y = {M(cycles_per_operation)},
              .curves = 1,
              .log2_x = true,
              .log_y = true}},
    {.name = "memory",
     .meaning = "latency of memory x form, with clients about",
     .answers = "What does slow memory do to invalidations, and to clients that lose pages?",
     .measure = exp_measure_invalidation,
     .axes = {{"form", "page,range,asid"},
              {"timing.mem_read_lat", "0,50,100,200,400,800"},
              {"pages", "16"},
              {"period", "10000"},
              {"window", "100000"},
              {"rate", "20"}},
     CLIENT_COLUMNS,
     .plot = {.title = "Latency of memory reads",
              .x = "timing.mem_read_lat",
              .y_label = "median until the CMD_SYNC is seen [cycles]",
              .y = {M(sync_p50)},
              .curves = 1}},
    {.name = "load",
     .meaning = "rate of clients' requests x form of the invalidations beside it",
     .answers =
         "What do invalidations do to clients' latency, and clients' requests to a CMD_SYNC?",
     .measure = exp_measure_invalidation,
     .axes = {{"form", "none,page,range,asid"},
              {"rate", "10,20,50,100,200,400,600"},
              {"pages", "16"},
              {"period", "5000"},
              {"window", "50000"},
              {"operations", "0"}},
     CLIENT_COLUMNS,
     .plot = {.title = "Clients' load, with and without invalidations",
              .x = "rate",
              .y_label = "mean latency of a request [cycles]",
              .y = {M(client_mean)},
              .curves = 1,
              .log_y = true}},
    {.name = "storm",
     .meaning = "invalidations without a pause x rate of clients' requests",
     .answers = "How many invalidations are possible beside clients, and what is left for these?",
     .measure = exp_measure_invalidation,
     .axes = {{"form", "page,range,asid"},
              {"rate", "0,10,20,50,100,200"},
              {"pages", "16"},
              {"period", "0"},
              {"window", "20000"},
              {"operations", "0"}},
     CLIENT_COLUMNS,
     .plot = {.title = "Invalidations without a pause, beside clients",
              .x = "rate",
              .y_label = "invalidations [commands / 1000 cycles]",
              .y = {M(commands_rate)},
              .curves = 1}},
    {.name = "hitrate",
     .meaning = "cycles between invalidations x form: what clients lose",
     .answers = "How often may an address space be invalidated before its clients suffer?",
     .measure = exp_measure_invalidation,
     .axes = {{"form", "page,range,asid"},
              {"period", "1000,2000,5000,10000,20000,50000"},
              {"pages", "16"},
              {"rate", "100"},
              {"window", "100000"},
              {"operations", "0"}},
     CLIENT_COLUMNS,
     .plot = {.title = "Hit rate while pages are invalidated",
              .x = "period",
              .y_label = "look-ups of the TLBs that hit [%]",
              .y = {M(hit_rate)},
              .curves = 1,
              .log2_x = true}},
    {.name = "walkers",
     .meaning = "walkers x outstanding requests of clients that nearly always miss",
     .answers = "How many walkers does it take to hide the latency of memory?",
     .measure = exp_measure_invalidation,
     .axes = {{"form", "none"},
              {"timing.ptw_slots", "1,2,4,8,16,32,64"},
              {"loop", "closed"},
              {"outstanding", "4,16,64"},
              {"set", "8192"},
              {"window", "20000"},
              {"timing.tbus", "1"}},
     COLUMNS(M(requests), M(served), M(client_mean), M(client_p50), M(client_p99), M(hit_rate),
             M(walks)),
     .plot = {.title = "Walkers, for clients that nearly always miss",
              .x = "timing.ptw_slots",
              .y_label = "requests served [requests / 1000 cycles]",
              .y = {M(served)},
              .curves = 1,
              .log2_x = true}},
    {.name = "presets",
     .meaning = "the same measurement under every preset",
     .answers = "Which results depend on the preset at all?",
     .measure = exp_measure_invalidation,
     .axes = {{"preset", "mmu-600-like,mmu-700-like,mmu-700-ref,gem5,ideal"},
              {"form", "none,page,range,asid"},
              {"pages", "16"},
              {"period", "5000"},
              {"window", "50000"},
              {"operations", "0"},
              {"rate", "50"}},
     CLIENT_COLUMNS,
     .plot = {.title = "The same clients and invalidations under every preset",
              .x = "preset",
              .y_label = "mean latency of a request [cycles]",
              .y = {M(client_mean)},
              .curves = 1}},
    {.name = "sensitivity",
     .meaning = "each assumed value of the configuration halved and doubled",
     .answers = "Which results rest on assumptions, and on which?",
     .measure = exp_measure_sensitivity,
     .axes = {{"assumption", "assumed"},
              {"change", "less,more"},
              {"form", "page,asid"},
              {"pages", "16"},
              {"operations", "8"},
              {"period", "5000"},
              {"window", "25000"},
              {"rate", "50"}},
     COLUMNS(M(value), M(changed_to), M(operation_change), M(sync_change), M(quiet_change),
             M(disturbed_change)),
     .plot = {.title = "Change of results with an assumed value (less: half, more: twice)",
              .x = "assumption",
              .y_label = "change [%]",
              .y = {M(operation_change), M(disturbed_change)},
              .curves = 2}},
};

enum { KINDS = sizeof kinds / sizeof kinds[0] };

const struct exp_kind *exp_kind_at(size_t i)
{
    return i < KINDS ? &kinds[i] : NULL;
}

const struct exp_kind *exp_kind_named(const char *name)
{
    for (size_t i = 0; i < KINDS; i++)
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    return NULL;
}

bool exp_kind_takes(const struct exp_kind *kind, enum exp_parameter_id id)
{
    for (size_t i = 0; i < sizeof understood / sizeof understood[0]; i++)
        if (understood[i].measure == kind->measure)
            return understood[i].takes >> id & 1;
    return false;
}
