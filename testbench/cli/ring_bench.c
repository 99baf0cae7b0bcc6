/* SPDX-License-Identifier: Apache-2.0 */
/* One measurement of invalidation throughput through the ring. */
#include "cli/ring_bench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/user_ring.h"
#include "spec_ref/ref_commands.h"

enum {
    RING_INDEX_BITS = 10,
    RING_ENTRIES = 1 << RING_INDEX_BITS,
    HWPT_ID = 1,
    GUEST_ASID = 0x11,
    PAGE_BITS = 12,
};

struct bench {
    struct sim_host *host;
    struct drv_host machine;
    struct drv driver;
    struct uapi_hwpt hwpt;
    struct uapi uapi;
    struct user_ring user;
};

const char *ring_form_name(enum ring_form form)
{
    static const char *const names[] = {[RING_BY_PAGE] = "page",
                                        [RING_BY_RANGE] = "range",
                                        [RING_BY_ASID] = "asid",
                                        [RING_ALL] = "all"};

    return names[form];
}

const char *ring_sync_name(enum drv_sync_mode mode)
{
    static const char *const names[] = {[DRV_SYNC_AUTO] = "auto",
                                        [DRV_SYNC_MSI] = "msi",
                                        [DRV_SYNC_CONS] = "sev",
                                        [DRV_SYNC_NONE] = "poll"};

    return names[mode];
}

struct drv_host_costs ring_default_costs(void)
{
    /* Assumed: an uncached read of a device register is a round trip over the interconnect, a
     * posted write half of one, and words in the processor's caches are free next to both. */
    return (struct drv_host_costs){.reg_read = 100, .reg_write = 50, .memory = 0};
}

/* ---- the user's side */

static struct drv_cmd command_of(enum ring_form form, unsigned i)
{
    struct drv_tlbi tlbi = {.asid = GUEST_ASID, .leaf = true};

    switch (form) {
    case RING_BY_RANGE:
        tlbi.addr = (uint64_t)i * RING_PAGES_PER_RANGE << PAGE_BITS;
        tlbi.tg = REF_TG_4K;
        tlbi.ttl = 3;
        tlbi.num = RING_PAGES_PER_RANGE - 1;
        return drv_cmd_tlbi_nh_va(&tlbi);
    case RING_BY_ASID:
        return drv_cmd_tlbi_nh_asid(0, GUEST_ASID);
    case RING_ALL:
        return drv_cmd_tlbi_nh_all(0);
    default:
        tlbi.addr = (uint64_t)i << PAGE_BITS;
        return drv_cmd_tlbi_nh_va(&tlbi);
    }
}

static void fill_ring(struct user_ring *ring, enum ring_form form)
{
    user_ring_init(ring, HWPT_ID, RING_INDEX_BITS);
    for (unsigned i = 0; i < RING_ENTRIES; i++) {
        const struct drv_cmd cmd = command_of(form, i);

        user_ring_put(ring, i, &cmd);
    }
}

/* ---- the machine's side */

static bool refuse(char *why, size_t why_size, const char *reason)
{
    snprintf(why, why_size, "the driver does not come up: %s", reason);
    return false;
}

static bool bring_up(struct bench *b, const smmu_config_t *cfg, const struct ring_case *setup,
                     char *why, size_t why_size)
{
    const struct drv_config config = {
        .memory_base = UINT64_C(0x80000000),
        .memory_size = UINT64_C(0x40000000),
        .sync_mode = setup->sync_mode,
    };
    struct drv_ops ops;
    int rc;

    b->host = host_create(cfg, why, why_size);
    if (!b->host)
        return false;
    drv_host_init(&b->machine, b->host, &setup->costs);
    ops = drv_host_ops(&b->machine);
    rc = drv_probe(&b->driver, &ops, &config);
    if (rc == -ENXIO)
        return refuse(why, why_size, drv_refusal_text(b->driver.refusal));
    if (setup->sync_mode == DRV_SYNC_MSI && !b->driver.features.msi)
        return refuse(why, why_size, "CMD_SYNC by MSI needs IDR0.MSI=1");
    if (setup->form == RING_BY_RANGE && !b->driver.features.ranges)
        return refuse(why, why_size, "range commands need IDR3.RIL=1");
    if (rc == 0)
        rc = drv_reset(&b->driver);
    return rc == 0 || refuse(why, why_size, strerror(-rc));
}

static void connect_user(struct bench *b, const struct ring_case *setup)
{
    b->hwpt = (struct uapi_hwpt){.id = HWPT_ID, .kind = UAPI_HWPT_NESTED_SMMUV3};
    b->uapi = (struct uapi){
        .drv = &b->driver,
        .user = user_ring_memory(&b->user),
        .hwpts = &b->hwpt,
        .hwpt_count = 1,
        .options = {.batch = setup->sync_every},
    };
    fill_ring(&b->user, setup->form);
}

static bool run_commands(struct bench *b, unsigned commands, char *why, size_t why_size)
{
    int rc = 0;

    while (rc == 0 && commands) {
        const unsigned n = commands < RING_ENTRIES ? commands : RING_ENTRIES;

        rc = user_ring_invalidate(&b->user, &b->uapi, n);
        commands -= n;
    }
    if (rc)
        snprintf(why, why_size, "the ring stopped at 0x%x: %s", (unsigned)b->user.cons,
                 strerror(-rc));
    return rc == 0;
}

static bool measure(struct bench *b, const struct ring_case *setup, struct ring_result *result,
                    char *why, size_t why_size)
{
    uint64_t syncs, begun;

    /* Once around for nothing, so that no first time is in the measurement. */
    if (!run_commands(b, setup->sync_every, why, why_size))
        return false;
    syncs = b->driver.stats.syncs;
    begun = host_now(b->host);
    if (!run_commands(b, setup->commands, why, why_size))
        return false;
    *result = (struct ring_result){
        .commands = setup->commands,
        .syncs = b->driver.stats.syncs - syncs,
        .cycles = host_now(b->host) - begun,
        .pages = setup->form == RING_BY_PAGE    ? setup->commands
                 : setup->form == RING_BY_RANGE ? (uint64_t)setup->commands * RING_PAGES_PER_RANGE
                                                : 0,
    };
    if (!host_error(b->host))
        return true;
    snprintf(why, why_size, "%s", host_error(b->host));
    return false;
}

bool ring_bench_run(const smmu_config_t *cfg, const struct ring_case *setup,
                    struct ring_result *result, char *why, size_t why_size)
{
    struct bench *b = calloc(1, sizeof *b);
    bool fine = false;

    if (!b) {
        snprintf(why, why_size, "no memory");
        return false;
    }
    if (bring_up(b, cfg, setup, why, why_size)) {
        connect_user(b, setup);
        fine = measure(b, setup, result, why, why_size);
    }
    host_destroy(b->host);
    free(b);
    return fine;
}
