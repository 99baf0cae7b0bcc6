/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Invalidation throughput in simulated time: a guest's ring of commands, consumed through the uapi
 * front end and the kernel-style driver on a fresh model, for one choice of everything that
 * matters.
 */
#ifndef SMMUSIM_CLI_RING_BENCH_H
#define SMMUSIM_CLI_RING_BENCH_H

#include <stddef.h>

#include "driver/driver.h"
#include "driver/host_ops.h"
#include "smmusim/smmu.h"

/* What each command of the ring invalidates. */
enum ring_form { RING_BY_PAGE, RING_BY_RANGE, RING_BY_ASID, RING_ALL, RING_FORM_COUNT };

enum { RING_PAGES_PER_RANGE = 32 };

const char *ring_form_name(enum ring_form form);
const char *ring_sync_name(enum drv_sync_mode mode);

struct ring_case {
    enum ring_form form;
    unsigned sync_every; /* commands before each CMD_SYNC, 1 to 64 */
    enum drv_sync_mode sync_mode;
    unsigned commands;
    struct drv_host_costs costs;
};

struct ring_result {
    uint64_t commands, syncs, cycles;
    uint64_t pages; /* invalidated by name; 0 where the form names none */
};

/* The processor's costs that the experiments assume. */
struct drv_host_costs ring_default_costs(void);

/* False, and why: the configuration is not usable, or something did not complete. */
bool ring_bench_run(const smmu_config_t *cfg, const struct ring_case *setup,
                    struct ring_result *result, char *why, size_t why_size);

#endif
