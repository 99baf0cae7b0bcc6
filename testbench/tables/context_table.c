/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builder of context descriptor tables, linear and two-level, and of the CDs in them
 * (3.3.2, 5.3, 5.4).
 */
#include "tables/context_table.h"

#include <stddef.h>

#include "spec_ref/ref_registers.h"
#include "spec_ref/ref_structures.h"

enum { L1_MIN_ALIGN = 64 };

static unsigned tg1(enum tbl_granule granule)
{
    return granule == TBL_GRANULE_4K    ? REF_TG1_4K
           : granule == TBL_GRANULE_16K ? REF_TG1_16K
                                        : REF_TG1_64K;
}

static void set_ttb0(struct tbl_cd *cd, const struct tbl_page_table *ttb0)
{
    REF_SET(CD_EPD0, cd->word, ttb0 == NULL);
    if (ttb0 == NULL)
        return;
    REF_SET(CD_T0SZ, cd->word, 64 - ttb0->config.input_bits);
    REF_SET(CD_TG0, cd->word, tbl_tg0(ttb0->config.granule));
    REF_SET(CD_IR0, cd->word, REF_WALK_WB_RAWA);
    REF_SET(CD_OR0, cd->word, REF_WALK_WB_RAWA);
    REF_SET(CD_SH0, cd->word, REF_SH_ISH);
    cd->word[REF_CD_TTB0_DW] |= ttb0->root & REF_MASK(CD_TTB0);
}

static void set_ttb1(struct tbl_cd *cd, const struct tbl_page_table *ttb1)
{
    REF_SET(CD_EPD1, cd->word, ttb1 == NULL);
    if (ttb1 == NULL)
        return;
    REF_SET(CD_T1SZ, cd->word, 64 - ttb1->config.input_bits);
    REF_SET(CD_TG1, cd->word, tg1(ttb1->config.granule));
    REF_SET(CD_IR1, cd->word, REF_WALK_WB_RAWA);
    REF_SET(CD_OR1, cd->word, REF_WALK_WB_RAWA);
    REF_SET(CD_SH1, cd->word, REF_SH_ISH);
    cd->word[REF_CD_TTB1_DW] |= ttb1->root & REF_MASK(CD_TTB1);
}

struct tbl_cd tbl_cd_stage1(const struct tbl_cd_settings *s, const struct tbl_page_table *ttb0,
                            const struct tbl_page_table *ttb1)
{
    const unsigned out0 = ttb0 ? ttb0->config.output_bits : 0;
    const unsigned out1 = ttb1 ? ttb1->config.output_bits : 0;
    struct tbl_cd cd = {{0}};

    set_ttb0(&cd, ttb0);
    set_ttb1(&cd, ttb1);
    REF_SET(CD_ENDI, cd.word,
            (ttb0 && ttb0->config.big_endian) || (ttb1 && ttb1->config.big_endian));
    REF_SET(CD_DS, cd.word, (ttb0 && ttb0->config.ds) || (ttb1 && ttb1->config.ds));
    REF_SET(CD_V, cd.word, 1);
    REF_SET(CD_IPS, cd.word, tbl_size_code(out0 > out1 ? out0 : out1));
    REF_SET(CD_AFFD, cd.word, s->affd);
    REF_SET(CD_WXN, cd.word, s->wxn);
    REF_SET(CD_TBI0, cd.word, s->tbi0);
    REF_SET(CD_TBI1, cd.word, s->tbi1);
    REF_SET(CD_PAN, cd.word, s->pan);
    REF_SET(CD_AA64, cd.word, 1);
    REF_SET(CD_S, cd.word, s->stall);
    REF_SET(CD_R, cd.word, s->record);
    REF_SET(CD_A, cd.word, s->abort);
    REF_SET(CD_ASET, cd.word, s->aset);
    REF_SET(CD_ASID, cd.word, s->asid);
    REF_SET(CD_HAD0, cd.word, s->had0);
    REF_SET(CD_HAD1, cd.word, s->had1);
    cd.word[REF_CD_MAIR0_DW] = s->mair;
    return cd;
}

/* CDs in one leaf table, as a logarithm. */
static unsigned leaf_bits(unsigned s1fmt)
{
    return s1fmt == REF_S1FMT_64K_L2 ? 10 : 6;
}

bool tbl_context_table_init(struct tbl_context_table *table, const struct tbl_port *port,
                            struct tbl_region *region, unsigned s1fmt, unsigned s1cdmax)
{
    uint64_t size;

    *table = (struct tbl_context_table){
        .port = *port, .region = region, .s1fmt = s1fmt, .s1cdmax = s1cdmax};
    if (s1fmt == REF_S1FMT_LINEAR)
        size = (uint64_t)TBL_CD_BYTES << s1cdmax;
    else
        size = s1cdmax > leaf_bits(s1fmt) ? (uint64_t)REF_L1CD_BYTES << (s1cdmax - leaf_bits(s1fmt))
                                          : 0;
    if (size < L1_MIN_ALIGN)
        size = L1_MIN_ALIGN;
    table->base = tbl_region_take(region, size, size);
    return table->base != 0;
}

static bool ssid_outside(const struct tbl_context_table *table, uint32_t ssid)
{
    return ssid >> table->s1cdmax != 0;
}

static uint64_t l1cd_at(const struct tbl_context_table *table, uint32_t ssid)
{
    return table->base + (uint64_t)REF_L1CD_BYTES * (ssid >> leaf_bits(table->s1fmt));
}

uint64_t tbl_context_table_find(const struct tbl_context_table *table, uint32_t ssid)
{
    uint64_t l1cd;

    if (ssid_outside(table, ssid))
        return 0;
    if (table->s1fmt == REF_S1FMT_LINEAR)
        return table->base + (uint64_t)TBL_CD_BYTES * ssid;
    l1cd = table->port.load64(table->port.ctx, l1cd_at(table, ssid));
    if (!(l1cd & REF_MASK(L1CD_V)))
        return 0;
    return (l1cd & REF_MASK(L1CD_L2PTR)) +
           (uint64_t)TBL_CD_BYTES * (ssid & ((UINT32_C(1) << leaf_bits(table->s1fmt)) - 1));
}

uint64_t tbl_context_table_entry(struct tbl_context_table *table, uint32_t ssid)
{
    const uint64_t leaf_size = (uint64_t)TBL_CD_BYTES << leaf_bits(table->s1fmt);
    uint64_t at = tbl_context_table_find(table, ssid), leaf;

    if (at || ssid_outside(table, ssid))
        return at;
    leaf = tbl_region_take(table->region, leaf_size, leaf_size);
    if (leaf == 0)
        return 0;
    table->port.store64(table->port.ctx, l1cd_at(table, ssid), leaf | REF_MASK(L1CD_V));
    return tbl_context_table_find(table, ssid);
}

struct tbl_cd tbl_cd_read(const struct tbl_port *port, uint64_t at)
{
    struct tbl_cd cd;

    for (unsigned i = 0; i < TBL_CD_WORDS; i++)
        cd.word[i] = port->load64(port->ctx, at + 8 * i);
    return cd;
}

void tbl_cd_write(const struct tbl_port *port, uint64_t at, const struct tbl_cd *cd)
{
    for (unsigned i = TBL_CD_WORDS; i-- > 0;)
        port->store64(port->ctx, at + 8 * i, cd->word[i]);
}

void tbl_cd_invalidate(const struct tbl_port *port, uint64_t at)
{
    port->store64(port->ctx, at, port->load64(port->ctx, at) & ~REF_MASK(CD_V));
}
