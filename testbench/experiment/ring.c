/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Throughput of the ring: a guest's commands, consumed through the iommufd-style front end and the
 * kernel-style driver.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiment/machine.h"
#include "spec_ref/ref_commands.h"
#include "uapi/user_ring.h"

enum {
    RING_INDEX_BITS = 10,
    RING_ENTRIES = 1 << RING_INDEX_BITS,
    HWPT_ID = 1,
};

struct run {
    struct exp_machine machine;
    const struct exp_setup *setup;
    struct uapi_hwpt hwpt;
    struct uapi uapi;
    struct user_ring user;
};

static void connect_user(struct run *run)
{
    user_ring_init(&run->user, HWPT_ID, RING_INDEX_BITS);
    run->hwpt = (struct uapi_hwpt){.id = HWPT_ID, .kind = UAPI_HWPT_NESTED_SMMUV3};
    run->uapi = (struct uapi){
        .drv = &run->machine.driver,
        .user = user_space_memory(&run->user.space),
        .hwpts = &run->hwpt,
        .hwpt_count = 1,
        .options = {.batch = (unsigned)run->setup->sync_every},
    };
    for (unsigned i = 0; i < RING_ENTRIES; i++) {
        const struct drv_cmd cmd = exp_command((enum exp_form)run->setup->form, i);

        user_ring_put(&run->user, i, &cmd);
    }
}

static bool run_commands(struct run *run, uint64_t commands, char why[EXP_WHY_SIZE])
{
    int rc = 0;

    while (rc == 0 && commands) {
        const uint32_t n = commands < RING_ENTRIES ? (uint32_t)commands : RING_ENTRIES;

        rc = user_ring_invalidate(&run->user, &run->uapi, n);
        commands -= n;
    }
    return exp_machine_fine(&run->machine, rc, "the ring", why);
}

static uint64_t pages_named(const struct exp_setup *setup)
{
    if (setup->form == EXP_BY_PAGE)
        return setup->commands;
    return setup->form == EXP_BY_RANGE ? setup->commands * EXP_PAGES_A_RANGE : 0;
}

static bool measure(struct run *run, struct exp_result *r, char why[EXP_WHY_SIZE])
{
    const struct exp_setup *setup = run->setup;
    const uint64_t pages = pages_named(setup);
    uint64_t syncs, begun;

    if (!exp_machine_open(&run->machine, setup, why))
        return false;
    connect_user(run);
    /* Once for nothing, so that no first time is in the measurement. */
    if (!run_commands(run, setup->sync_every, why))
        return false;
    syncs = run->machine.driver.stats.syncs;
    begun = exp_machine_now(&run->machine);
    if (!run_commands(run, setup->commands, why))
        return false;
    r->commands = (double)setup->commands;
    r->syncs = (double)(run->machine.driver.stats.syncs - syncs);
    r->cycles = (double)(exp_machine_now(&run->machine) - begun);
    r->cycles_per_command = r->cycles / r->commands;
    if (pages)
        r->cycles_per_page = r->cycles / (double)pages;
    return true;
}

enum exp_outcome exp_measure_ring(const struct exp_setup *setup, struct exp_result *result,
                                  char why[EXP_WHY_SIZE])
{
    struct run *run = calloc(1, sizeof *run);
    bool fine;

    *result = exp_result_nothing();
    if (!run || setup->form == EXP_NO_INVALIDATION) {
        snprintf(why, EXP_WHY_SIZE, "%s",
                 run ? "form=none: nothing goes through the ring" : strerror(ENOMEM));
        free(run);
        return EXP_FAILED;
    }
    run->setup = setup;
    fine = measure(run, result, why);
    exp_machine_close(&run->machine);
    free(run);
    return fine ? EXP_MEASURED : EXP_FAILED;
}
