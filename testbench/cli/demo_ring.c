/* SPDX-License-Identifier: Apache-2.0 */
/* A walk through the kernel-style driver and the ring. */
#include "cli/demo_ring.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver/domain.h"
#include "driver/host_ops.h"
#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_events.h"
#include "spec_ref/ref_registers.h"
#include "uapi/user_ring.h"

enum {
    STREAM = 0x42,
    ASID = 7,
    RING_ENTRIES = 16,
    RING_INDEX_BITS = 4,
    HWPT_ID = 1,
    BAD_ENTRY = 5,
    ILLEGAL_OPCODE = 0xff,
    PAGES = 4,
    PAGE_BYTES = 4096,
    VM_ADDRESS = 0x10000,
    PA = 0x40000000,
};

struct demo {
    struct sim_host *host;
    struct drv_host machine;
    struct drv driver;
    struct drv_domain domain;
    struct drv_stream stream;
    struct user_ring user;
    uint64_t event[DRV_EVENT_WORDS];
    int differing;
};

/* One line a step: what was done, what must be seen and what was. */
static void show(struct demo *d, const char *what, const char *expected, const char *format, ...)
{
    char got[160];
    va_list args;
    bool held;

    va_start(args, format);
    vsnprintf(got, sizeof got, format, args);
    va_end(args);
    held = strcmp(expected, got) == 0;
    d->differing += !held;
    printf("  %-58s %-44s %s%s\n", what, expected, held ? "ok" : "DIFFERS: ", held ? "" : got);
}

static const char *outcome(int rc)
{
    return rc ? strerror(-rc) : "success";
}

static struct client_result access_page(struct demo *d, uint64_t addr)
{
    struct client_access access = client_access_default();
    struct client_result result = {0};
    uint32_t ticket;

    access.streamid = STREAM;
    access.addr = addr;
    access.len = 4;
    ticket = host_submit(d->host, &access);
    if (ticket)
        host_await(d->host, ticket, &result, NULL);
    return result;
}

static void keep_event(void *ctx, const uint64_t record[DRV_EVENT_WORDS])
{
    struct demo *d = ctx;

    memcpy(d->event, record, sizeof d->event);
}

static void bring_up(struct demo *d)
{
    const struct drv_config config = {.memory_base = UINT64_C(0x80000000),
                                      .memory_size = UINT64_C(0x40000000)};
    const struct drv_domain_config settings = {.asid = ASID, .granule = TBL_GRANULE_4K};
    const struct drv_ops ops = drv_host_ops(&d->machine);
    int rc;

    rc = drv_probe(&d->driver, &ops, &config);
    show(d, "probe: IDR0, IDR1, IDR3, IDR5, IIDR", "success", "%s", outcome(rc));
    rc = drv_reset(&d->driver);
    show(d, "reset, in Linux's order, every acknowledge awaited", "success", "%s", outcome(rc));
    rc = drv_domain_init(&d->driver, &d->domain, &settings);
    if (rc == 0)
        rc = drv_stream_init(&d->driver, &d->stream, STREAM, 0);
    if (rc == 0)
        rc = drv_attach(&d->driver, &d->stream, &d->domain, 0);
    show(d, "attach a stream to an address space", "success", "%s", outcome(rc));
}

static void map_and_unmap(struct demo *d)
{
    const uint64_t size = (uint64_t)PAGES * PAGE_BYTES;
    int rc = drv_map(&d->driver, &d->domain, VM_ADDRESS, PA, size, DRV_READ | DRV_WRITE,
                     DRV_MEMORY_CACHED);
    struct client_result result = access_page(d, VM_ADDRESS + PAGE_BYTES);

    show(d, "map 4 pages; read through the second", "forwarded to 0x40001000", "%s to 0x%llx",
         rc == 0 && result.result == SMMU_RESULT_FORWARD ? "forwarded" : "not forwarded",
         (unsigned long long)result.pa);
    rc = drv_unmap(&d->driver, &d->domain, VM_ADDRESS, size, DRV_FLUSH_AUTO);
    show(d, "unmap: TLBI_NH_VA by range and CMD_SYNC", "success", "%s", outcome(rc));
    result = access_page(d, VM_ADDRESS + PAGE_BYTES);
    drv_evtq_drain(&d->driver, keep_event, d);
    show(d, "read again; take the event record", "aborted, F_TRANSLATION at 0x11000",
         "%s, %s at 0x%llx", result.result == SMMU_RESULT_ABORT ? "aborted" : "not aborted",
         (d->event[0] & 0xff) == REF_EVT_F_TRANSLATION ? "F_TRANSLATION" : "another event",
         (unsigned long long)d->event[2]);
}

static void repair(struct demo *d)
{
    struct drv_cmd list[3] = {
        drv_cmd_tlbi_nh_asid(0, ASID), {{ILLEGAL_OPCODE, 0}}, drv_cmd_tlbi_nh_asid(0, ASID)};
    struct drv_cmd_error error;
    int rc = drv_cmdq_issue(&d->driver, list, 3, true);

    show(d, "an illegal command among three, issued as Linux does", "success, 1 error repaired",
         "%s, %llu error repaired", outcome(rc),
         (unsigned long long)d->driver.stats.cmdq_errors[REF_CERROR_ILL]);
    rc = drv_cmdq_issue_checked(&d->driver, list, 3, &error);
    show(d, "the same, by an issuer who wants to know", "EIO: code 1 at command 1",
         "%s: code %u at command %u", rc == -EIO ? "EIO" : outcome(rc), error.code, error.first);
}

static void use_ring(struct demo *d)
{
    struct uapi_hwpt hwpt = {
        .id = HWPT_ID, .kind = UAPI_HWPT_NESTED_SMMUV3, .guest = {.permissive = true}};
    struct uapi uapi = {.drv = &d->driver,
                        .user = user_space_memory(&d->user.space),
                        .hwpts = &hwpt,
                        .hwpt_count = 1};
    /* A guest that sends on what hardware may check: one granule without a level is Reserved
     * (4.4.1.1). */
    const struct drv_tlbi reserved = {.addr = VM_ADDRESS, .asid = ASID, .tg = REF_TG_4K};
    const struct drv_cmd bad = drv_cmd_tlbi_nh_va(&reserved);
    const struct drv_cmd good = drv_cmd_tlbi_nh_asid(0, ASID);
    int rc;

    user_ring_init(&d->user, HWPT_ID, RING_INDEX_BITS);
    for (uint32_t i = 0; i < RING_ENTRIES; i++)
        user_ring_put(&d->user, i, &good);
    rc = user_ring_invalidate(&d->user, &uapi, RING_ENTRIES);
    show(d, "ring of 16: a full one", "success, cons 0x10", "%s, cons 0x%x", outcome(rc),
         (unsigned)d->user.memory.cons);

    user_ring_put(&d->user, BAD_ENTRY, &bad);
    rc = user_ring_invalidate(&d->user, &uapi, BAD_ENTRY + 3);
    show(d, "ring: hardware refuses entry 5", "EIO: cons 0x15, code 1 from hardware",
         "%s: cons 0x%x, code %u from %s", rc == -EIO ? "EIO" : outcome(rc),
         (unsigned)d->user.memory.cons, (unsigned)d->user.memory.error.code,
         d->user.memory.error.source == UAPI_ERROR_HARDWARE ? "hardware" : "software");

    user_ring_put(&d->user, BAD_ENTRY, &good);
    rc = user_ring_invalidate(&d->user, &uapi, RING_ENTRIES);
    show(d, "ring: mended, and once around", "success, cons 0x5", "%s, cons 0x%x", outcome(rc),
         (unsigned)d->user.memory.cons);
}

int demo_ring(void)
{
    const struct drv_host_costs costs = {.reg_read = 100, .reg_write = 50};
    struct demo *d = calloc(1, sizeof *d);
    smmu_config_t cfg;
    char why[256] = "no memory";
    int differing = -1;

    if (d && smmu_config_init(&cfg, NULL) == SMMU_OK)
        d->host = host_create(&cfg, why, sizeof why);
    if (d && d->host) {
        drv_host_init(&d->machine, d->host, &costs);
        bring_up(d);
        map_and_unmap(d);
        repair(d);
        use_ring(d);
        differing = d->differing;
    } else {
        fprintf(stderr, "smmusim demo: %s\n", why);
    }
    if (d)
        host_destroy(d->host);
    free(d);
    return differing;
}
