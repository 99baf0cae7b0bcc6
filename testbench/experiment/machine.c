/* SPDX-License-Identifier: Apache-2.0 */
/* See machine.h. */
#include "experiment/machine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spec_ref/ref_commands.h"
#include "spec_ref/ref_registers.h"

enum { ASID = 1, COMMANDS_ASID = 0x11, FIRST_STREAM = 1, PAGE = LOAD_PAGE_BYTES };

#define MEMORY_BASE UINT64_C(0x80000000)
#define MEMORY_SIZE UINT64_C(0x40000000)
#define FIRST_ADDRESS UINT64_C(0x100000000)
/* Of output addresses. Nobody looks at what clients read, so that working sets may share them. */
#define OUTPUT_WINDOW UINT64_C(0x20000000)
#define MOST_PAGES (UINT64_C(1) << 20)

/* Assumed: an uncached read of a device register is a round trip over the interconnect, a posted
 * write half of one, and words in the processor's caches are free next to both. A turn of a polling
 * loop is the driver's default. */
static const struct drv_host_costs costs[] = {
    [EXP_CPU_FREE] = {0, 0, 0},
    [EXP_CPU_USUAL] = {.reg_read = 100, .reg_write = 50, .memory = 0},
};

enum drv_sync_mode exp_sync_mode(const struct exp_setup *setup)
{
    static const enum drv_sync_mode modes[] = {
        [EXP_SYNC_MSI] = DRV_SYNC_MSI,
        [EXP_SYNC_SEV] = DRV_SYNC_CONS,
        [EXP_SYNC_POLL] = DRV_SYNC_NONE,
    };

    return modes[setup->sync];
}

bool exp_machine_fine(const struct exp_machine *m, int rc, const char *doing,
                      char why[EXP_WHY_SIZE])
{
    const char *error = m->host ? host_error(m->host) : NULL;

    if (rc == 0 && !error)
        return true;
    snprintf(why, EXP_WHY_SIZE, "%s: %s", doing, error ? error : strerror(-rc));
    return false;
}

uint64_t exp_machine_now(const struct exp_machine *m)
{
    return host_now(m->host);
}

static void write32(void *ctx, uint32_t offset, uint32_t value)
{
    struct exp_processor *processor = ctx;

    processor->ops.write32(ctx, offset, value);
    if (offset == REF_REG_CMDQ_PROD)
        processor->doorbell = host_now(processor->host.host);
}

/* The operations of a driver on the host, and the time of the doorbell beside them. */
static struct drv_ops processor_ops(struct exp_processor *processor)
{
    struct drv_ops ops = drv_host_ops(&processor->host);

    processor->ops = ops;
    ops.ctx = processor; /* drv_host_ops() gave its first member's address, which is the same */
    ops.write32 = write32;
    return ops;
}

bool exp_queue_log2(const struct exp_setup *setup, unsigned *log2, char why[EXP_WHY_SIZE])
{
    *log2 = 0;
    if (setup->queue & (setup->queue - 1)) {
        snprintf(why, EXP_WHY_SIZE, "queue=%llu: must be a power of two",
                 (unsigned long long)setup->queue);
        return false;
    }
    while (setup->queue >> (*log2 + 1))
        ++*log2;
    return true;
}

bool exp_driver_usable(const struct drv *driver, const struct exp_setup *setup,
                       char why[EXP_WHY_SIZE])
{
    const char *missing = NULL;

    if (setup->sync == EXP_SYNC_MSI && !driver->features.msi)
        missing = "CMD_SYNC by MSI needs IDR0.MSI=1";
    if (setup->form == EXP_BY_RANGE && !driver->features.ranges)
        missing = "range commands need IDR3.RIL=1";
    if (missing)
        snprintf(why, EXP_WHY_SIZE, "%s", missing);
    return !missing;
}

bool exp_machine_open(struct exp_machine *m, const struct exp_setup *setup, char why[EXP_WHY_SIZE])
{
    const bool no_time = setup->cpu == EXP_CPU_FREE;
    struct drv_config config = {
        .memory_base = MEMORY_BASE,
        .memory_size = MEMORY_SIZE,
        .sync_mode = exp_sync_mode(setup),
        .relax_cycles = no_time ? 1 : 0,
        .delay_cycles = no_time ? 1 : 0,
    };
    smmu_config_t cfg = setup->cfg;
    struct drv_ops ops;
    int rc;

    *m = (struct exp_machine){0};
    if (!exp_queue_log2(setup, &config.cmdq_log2, why) ||
        smmu_config_set(&cfg, "timing.seed", setup->seed, why, EXP_WHY_SIZE) != SMMU_OK)
        return false;
    m->host = host_create(&cfg, why, EXP_WHY_SIZE);
    if (!m->host)
        return false;
    drv_host_init(&m->processor.host, m->host, &costs[setup->cpu]);
    ops = processor_ops(&m->processor);
    rc = drv_probe(&m->driver, &ops, &config);
    if (rc == -ENXIO) {
        snprintf(why, EXP_WHY_SIZE, "the driver does not come up: %s",
                 drv_refusal_text(m->driver.refusal));
        return false;
    }
    if (!exp_driver_usable(&m->driver, setup, why) || !exp_machine_fine(m, rc, "probe", why))
        return false;
    return exp_machine_fine(m, drv_reset(&m->driver), "reset", why);
}

/* ---- commands */

struct drv_cmd exp_command(enum exp_form form, uint64_t number)
{
    struct drv_tlbi tlbi = {.asid = COMMANDS_ASID, .leaf = true};

    switch (form) {
    case EXP_BY_RANGE:
        tlbi.addr = number * EXP_PAGES_A_RANGE * PAGE;
        tlbi.tg = REF_TG_4K;
        tlbi.ttl = 3;
        tlbi.num = EXP_PAGES_A_RANGE - 1;
        return drv_cmd_tlbi_nh_va(&tlbi);
    case EXP_BY_ASID:
        return drv_cmd_tlbi_nh_asid(0, COMMANDS_ASID);
    case EXP_ALL:
        return drv_cmd_tlbi_nh_all(0);
    default:
        tlbi.addr = number * PAGE;
        return drv_cmd_tlbi_nh_va(&tlbi);
    }
}

/* ---- clients */

static bool map_pages(struct exp_machine *m, char why[EXP_WHY_SIZE])
{
    const struct drv_domain_config domain = {
        .asid = ASID, .granule = TBL_GRANULE_4K, .pages_only = true};
    uint64_t done = 0, here;
    const uint64_t bytes = m->address_pages * PAGE;
    int rc = drv_domain_init(&m->driver, &m->domain, &domain);

    for (; rc == 0 && done < bytes; done += here) {
        here = bytes - done < OUTPUT_WINDOW ? bytes - done : OUTPUT_WINDOW;
        rc = drv_map(&m->driver, &m->domain, m->first_address + done, 0, here, DRV_READ | DRV_WRITE,
                     DRV_MEMORY_CACHED);
    }
    return exp_machine_fine(m, rc, "map", why);
}

static bool add_stream(struct exp_machine *m, const struct exp_setup *setup, uint32_t number,
                       char why[EXP_WHY_SIZE])
{
    struct drv_stream *stream = &m->streams[number];
    const bool closed = setup->loop == EXP_LOOP_CLOSED;
    const struct load_stream what = {
        .streamid = FIRST_STREAM + number,
        .tbu = (uint8_t)(number / setup->streams),
        .pattern = (enum load_pattern)setup->pattern,
        .base = m->first_address + number * setup->set * PAGE,
        .pages = (uint32_t)setup->set,
        .hot_pages = (uint32_t)setup->hot,
        .hot_percent = (uint32_t)setup->hot_share,
        .write_percent = (uint32_t)setup->writes,
        .rate = closed ? 0 : (uint32_t)(setup->rate / setup->streams),
        .outstanding = (uint32_t)setup->outstanding,
    };
    int rc = drv_stream_init(&m->driver, stream, what.streamid, 0);

    if (rc == 0)
        rc = drv_attach(&m->driver, stream, &m->domain, 0);
    if (rc == 0 && (closed || setup->rate) && !load_add(m->load, &what))
        rc = -ENOMEM;
    return exp_machine_fine(m, rc, "attach a stream", why);
}

bool exp_machine_add_clients(struct exp_machine *m, const struct exp_setup *setup,
                             char why[EXP_WHY_SIZE])
{
    uint64_t tbus = 0, sets;

    smmu_config_get(&setup->cfg, "timing.tbus", &tbus);
    sets = tbus * setup->streams * setup->set;
    m->first_address = FIRST_ADDRESS;
    m->address_pages = sets > setup->pages ? sets : setup->pages;
    if (m->address_pages > MOST_PAGES) {
        snprintf(why, EXP_WHY_SIZE, "all working sets together have %llu pages; at most %llu",
                 (unsigned long long)m->address_pages, (unsigned long long)MOST_PAGES);
        return false;
    }
    if (setup->outstanding * setup->streams * tbus > CLIENT_MAX_ACCESSES) {
        snprintf(why, EXP_WHY_SIZE, "outstanding=%llu: all streams together can have %d requests",
                 (unsigned long long)setup->outstanding, CLIENT_MAX_ACCESSES);
        return false;
    }
    if (setup->rate % setup->streams) {
        snprintf(why, EXP_WHY_SIZE, "rate=%llu: must be a multiple of streams=%llu",
                 (unsigned long long)setup->rate, (unsigned long long)setup->streams);
        return false;
    }
    m->streams = calloc((size_t)(tbus * setup->streams), sizeof *m->streams);
    m->load = load_create(m->host, setup->seed);
    if (!m->streams || !m->load)
        return exp_machine_fine(m, -ENOMEM, "clients", why);
    if (!map_pages(m, why))
        return false;
    for (uint32_t i = 0; i < tbus * setup->streams; i++)
        if (!add_stream(m, setup, i, why))
            return false;
    return true;
}

void exp_machine_close(struct exp_machine *m)
{
    load_destroy(m->load);
    host_destroy(m->host);
    free(m->streams);
}
