/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What it costs to know which device has not completed an ATS invalidation (3.9.1.4, 7.1): a
 * guest's ring of CMD_ATC_INVs, 'batch' of them in one call, to 'devices' devices one after the
 * other, of which some do not answer. The call ends when it can name suspects.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device/atc.h"
#include "driver/ring.h"
#include "experiment/machine.h"
#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_registers.h"
#include "uapi/user_ring.h"

enum { HWPT_ID = 1, FIRST_STREAM = 1, TRANSLATIONS = 1 };

struct run {
    struct exp_machine machine;
    const struct exp_setup *setup;
    struct atc *devices;
    struct uapi_hwpt hwpt;
    struct uapi uapi;
    struct user_ring user;
};

/* ---- devices */

static void answer(void *ctx)
{
    struct run *run = ctx;
    struct sim_host *host = run->machine.host;
    smmu_atc_inv_result_t result;
    uint64_t tag, due;

    while (atc_take_due(run->devices, host_now(host), &tag, &result))
        host_atc_inv_done(host, tag, result);
    due = atc_next_due(run->devices);
    if (due != SMMU_NEVER)
        host_call_at(host, due, answer, run);
}

/* Without memory it is as good as never answered. */
static void take_invalidation(void *ctx, const smmu_out_atc_inv_t *inv)
{
    struct run *run = ctx;

    atc_invalidate(run->devices, host_now(run->machine.host), inv);
    answer(run);
}

static bool attach_devices(struct run *run)
{
    const struct exp_setup *setup = run->setup;
    const uint64_t first_dead = setup->devices / 2;
    const struct host_devices devices = {.atc_inv = take_invalidation, .ctx = run};

    run->devices = atc_create(TRANSLATIONS);
    if (!run->devices)
        return false;
    for (uint32_t i = 0; i < setup->devices; i++) {
        const bool dead = i >= first_dead && i - first_dead < setup->dead;

        if (!atc_answer(run->devices, FIRST_STREAM + i, dead ? ATC_NEVER_ANSWERS : ATC_COMPLETES,
                        setup->answer))
            return false;
    }
    host_attach_devices(run->machine.host, &devices);
    return true;
}

/* ---- the guest */

static bool find_sid(void *ctx, uint32_t virtual_sid, uint32_t *sid)
{
    (void)ctx;
    *sid = FIRST_STREAM + virtual_sid;
    return true;
}

static void connect_user(struct run *run)
{
    const struct exp_setup *setup = run->setup;

    user_ring_init(&run->user, HWPT_ID, USER_RING_MAX_INDEX_BITS);
    run->hwpt = (struct uapi_hwpt){
        .id = HWPT_ID, .kind = UAPI_HWPT_NESTED_SMMUV3, .guest = {.find_sid = find_sid}};
    run->uapi = (struct uapi){.drv = &run->machine.driver,
                              .user = user_space_memory(&run->user.space),
                              .hwpts = &run->hwpt,
                              .hwpt_count = 1,
                              .options = {.batch = (unsigned)setup->sync_every,
                                          .attribution = (enum uapi_attribution)setup->blame}};
    for (uint32_t i = 0; i < setup->batch; i++) {
        struct drv_cmd cmd = {{REF_CMD_ATC_INV, 0}};

        REF_SET(CMD_ATC_INV_STREAMID, cmd.word, i * setup->devices / setup->batch);
        REF_SET(CMD_ATC_INV_SIZE, cmd.word, REF_ATC_INV_SIZE_ALL);
        user_ring_put(&run->user, i, &cmd);
    }
}

/* ---- measuring */

static uint64_t suspects(const struct run *run)
{
    const struct uapi_error_record *error = &run->user.memory.error;

    return error->valid ? drv_ring_used(USER_RING_MAX_INDEX_BITS, error->last_suspect,
                                        error->first_suspect) +
                              1
                        : 0;
}

static enum exp_outcome measure(struct run *run, struct exp_result *r, char why[EXP_WHY_SIZE])
{
    const struct exp_setup *setup = run->setup;
    const struct drv_stats *stats = &run->machine.driver.stats;
    uint64_t syncs, begun, timeout = 1;
    int rc;

    if (!exp_machine_open(&run->machine, setup, why) ||
        !exp_machine_fine(&run->machine, attach_devices(run) ? 0 : -ENOMEM, "devices", why))
        return EXP_FAILED;
    if (!run->machine.driver.features.ats)
        return EXP_DOES_NOT_APPLY;
    connect_user(run);
    smmu_config_get(&setup->cfg, "timing.atc_inv_timeout", &timeout);
    syncs = stats->syncs;
    begun = exp_machine_now(&run->machine);
    rc = user_ring_invalidate(&run->user, &run->uapi, (uint32_t)setup->batch);
    if (rc == -EIO && run->user.memory.error.code == REF_CERROR_ATC_INV_SYNC)
        rc = 0;
    r->commands = (double)setup->batch;
    r->syncs = (double)(stats->syncs - syncs);
    r->suspects = (double)suspects(run);
    r->reissued = (double)run->uapi.stats.reissued;
    r->cycles = (double)(exp_machine_now(&run->machine) - begun);
    r->timeouts = r->cycles / (double)timeout;
    return exp_machine_fine(&run->machine, rc, "the ring", why) ? EXP_MEASURED : EXP_FAILED;
}

enum exp_outcome exp_measure_blame(const struct exp_setup *setup, struct exp_result *result,
                                   char why[EXP_WHY_SIZE])
{
    enum exp_outcome outcome;
    struct run *run;

    *result = exp_result_nothing();
    if (setup->devices > setup->batch || setup->devices / 2 + setup->dead > setup->devices)
        return EXP_DOES_NOT_APPLY;
    run = calloc(1, sizeof *run);
    if (!run) {
        snprintf(why, EXP_WHY_SIZE, "%s", strerror(ENOMEM));
        return EXP_FAILED;
    }
    run->setup = setup;
    outcome = measure(run, result, why);
    exp_machine_close(&run->machine);
    atc_destroy(run->devices);
    free(run);
    return outcome;
}
