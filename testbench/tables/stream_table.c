/* SPDX-License-Identifier: Apache-2.0 */
/* Builder of stream tables, linear and two-level, and of the STEs in them (3.3.1, 5.1, 5.2). */
#include "tables/stream_table.h"

#include "spec_ref/ref_registers.h"
#include "spec_ref/ref_structures.h"

enum { L1_MIN_ALIGN = 64 };

static uint64_t at_least(uint64_t value, uint64_t minimum)
{
    return value > minimum ? value : minimum;
}

struct tbl_ste tbl_ste_abort(void)
{
    struct tbl_ste ste = {{0}};

    REF_SET(STE_V, ste.word, 1);
    REF_SET(STE_CONFIG, ste.word, REF_CONFIG_ABORT);
    return ste;
}

struct tbl_ste tbl_ste_bypass(void)
{
    struct tbl_ste ste = {{0}};

    REF_SET(STE_V, ste.word, 1);
    REF_SET(STE_CONFIG, ste.word, REF_CONFIG_BYPASS);
    REF_SET(STE_SHCFG, ste.word, REF_SHCFG_INCOMING);
    return ste;
}

struct tbl_ste tbl_ste_stage1(const struct tbl_ste_stage1_fields *stage1)
{
    struct tbl_ste ste = {{0}};

    REF_SET(STE_V, ste.word, 1);
    REF_SET(STE_CONFIG, ste.word, REF_CONFIG_S1);
    REF_SET(STE_S1FMT, ste.word, stage1->s1fmt);
    ste.word[0] |= stage1->s1contextptr & REF_MASK(STE_S1CONTEXTPTR);
    REF_SET(STE_S1CDMAX, ste.word, stage1->s1cdmax);
    REF_SET(STE_S1DSS, ste.word, stage1->s1dss);
    REF_SET(STE_S1CIR, ste.word, stage1->s1cir);
    REF_SET(STE_S1COR, ste.word, stage1->s1cor);
    REF_SET(STE_S1CSH, ste.word, stage1->s1csh);
    REF_SET(STE_MEV, ste.word, stage1->mev);
    REF_SET(STE_S1STALLD, ste.word, stage1->s1stalld);
    REF_SET(STE_EATS, ste.word, stage1->eats);
    REF_SET(STE_STRW, ste.word, stage1->strw);
    REF_SET(STE_SHCFG, ste.word, REF_SHCFG_INCOMING);
    return ste;
}

/* S2SL0, with S2SL0_2 above it: the start level (5.2). */
static unsigned start_level_code(const struct tbl_page_table *table)
{
    static const unsigned char codes_of_4k[] = {4, 2, 1, 0, 3}; /* from level -1 on */

    return table->config.granule == TBL_GRANULE_4K ? codes_of_4k[table->start_level + 1]
                                                   : (unsigned)(3 - table->start_level);
}

void tbl_ste_add_stage2(struct tbl_ste *ste, const struct tbl_ste_stage2_settings *s,
                        const struct tbl_page_table *table)
{
    const bool stage1 = REF_GET(STE_CONFIG, ste->word) == REF_CONFIG_S1;

    REF_SET(STE_CONFIG, ste->word, stage1 ? REF_CONFIG_NESTED : REF_CONFIG_S2);
    REF_SET(STE_S2VMID, ste->word, s->vmid);
    REF_SET(STE_S2T0SZ, ste->word, 64 - table->config.input_bits);
    REF_SET(STE_S2SL0, ste->word, start_level_code(table) & 3);
    REF_SET(STE_S2SL0_2, ste->word, start_level_code(table) >> 2);
    REF_SET(STE_S2IR0, ste->word, REF_WALK_WB_RAWA);
    REF_SET(STE_S2OR0, ste->word, REF_WALK_WB_RAWA);
    REF_SET(STE_S2SH0, ste->word, REF_SH_ISH);
    REF_SET(STE_S2TG, ste->word, tbl_tg0(table->config.granule));
    REF_SET(STE_S2PS, ste->word, tbl_size_code(table->config.output_bits));
    REF_SET(STE_S2DS, ste->word, table->config.ds);
    REF_SET(STE_S2AA64, ste->word, 1);
    REF_SET(STE_S2ENDI, ste->word, table->config.big_endian);
    REF_SET(STE_S2PTW, ste->word, s->ptw);
    REF_SET(STE_S2FWB, ste->word, s->fwb);
    REF_SET(STE_S2S, ste->word, s->stall);
    REF_SET(STE_S2R, ste->word, s->record);
    ste->word[REF_STE_S2TTB_DW] |= table->root & REF_MASK(STE_S2TTB);
}

static void fill_aborting(const struct tbl_port *port, uint64_t from, uint64_t size)
{
    const struct tbl_ste aborting = tbl_ste_abort();

    for (uint64_t at = from; at < from + size; at += TBL_STE_BYTES)
        port->store64(port->ctx, at, aborting.word[0]);
}

bool tbl_stream_table_init(struct tbl_stream_table *table, const struct tbl_port *port,
                           struct tbl_region *region, unsigned log2size, unsigned split)
{
    uint64_t size;

    if (split && split >= log2size)
        split = 0; /* one second level would hold all: linear says the same with less */
    size = split ? at_least((uint64_t)REF_L1STD_BYTES << (log2size - split), L1_MIN_ALIGN)
                 : (uint64_t)TBL_STE_BYTES << log2size;

    *table = (struct tbl_stream_table){
        .port = *port, .region = region, .log2size = log2size, .split = split};
    table->base = tbl_region_take(region, size, size);
    if (table->base == 0)
        return false;
    if (!split)
        fill_aborting(port, table->base, size);
    return true;
}

uint64_t tbl_stream_table_base_reg(const struct tbl_stream_table *table)
{
    return REF_PREP(STRTAB_BASE_RA, 1) | (table->base & REF_MASK(STRTAB_BASE_ADDR));
}

uint32_t tbl_stream_table_base_cfg_reg(const struct tbl_stream_table *table)
{
    return (uint32_t)(REF_PREP(STRTAB_BASE_CFG_LOG2SIZE, table->log2size) |
                      REF_PREP(STRTAB_BASE_CFG_SPLIT, table->split) |
                      REF_PREP(STRTAB_BASE_CFG_FMT,
                               table->split ? REF_STRTAB_FMT_TWO_LEVEL : REF_STRTAB_FMT_LINEAR));
}

static bool sid_outside(const struct tbl_stream_table *table, uint32_t sid)
{
    return table->log2size < 32 && sid >> table->log2size;
}

static uint64_t l1std_at(const struct tbl_stream_table *table, uint32_t sid)
{
    return table->base + (uint64_t)REF_L1STD_BYTES * (sid >> table->split);
}

uint64_t tbl_stream_table_find(const struct tbl_stream_table *table, uint32_t sid)
{
    uint64_t level2;

    if (sid_outside(table, sid))
        return 0;
    if (!table->split)
        return table->base + (uint64_t)TBL_STE_BYTES * sid;

    level2 = table->port.load64(table->port.ctx, l1std_at(table, sid)) & REF_MASK(L1STD_L2PTR);
    if (level2 == 0)
        return 0;
    return level2 + (uint64_t)TBL_STE_BYTES * (sid & ((UINT32_C(1) << table->split) - 1));
}

static bool add_level2(struct tbl_stream_table *table, uint32_t sid)
{
    const uint64_t size = (uint64_t)TBL_STE_BYTES << table->split;
    const uint64_t level2 = tbl_region_take(table->region, size, size);

    if (level2 == 0)
        return false;
    fill_aborting(&table->port, level2, size);

    /* Span n covers 2^(n-1) STEs. */
    table->port.store64(table->port.ctx, l1std_at(table, sid),
                        level2 | REF_PREP(L1STD_SPAN, table->split + 1));
    return true;
}

uint64_t tbl_stream_table_entry(struct tbl_stream_table *table, uint32_t sid)
{
    uint64_t at;

    if (sid_outside(table, sid))
        return 0;
    at = tbl_stream_table_find(table, sid);
    if (at == 0 && add_level2(table, sid))
        at = tbl_stream_table_find(table, sid);
    return at;
}

struct tbl_ste tbl_ste_read(const struct tbl_port *port, uint64_t at)
{
    struct tbl_ste ste;

    for (unsigned i = 0; i < TBL_STE_WORDS; i++)
        ste.word[i] = port->load64(port->ctx, at + 8 * i);
    return ste;
}

void tbl_ste_write(const struct tbl_port *port, uint64_t at, const struct tbl_ste *ste)
{
    for (unsigned i = TBL_STE_WORDS; i-- > 0;)
        port->store64(port->ctx, at + 8 * i, ste->word[i]);
}

void tbl_ste_invalidate(const struct tbl_port *port, uint64_t at)
{
    port->store64(port->ctx, at, port->load64(port->ctx, at) & ~REF_MASK(STE_V));
}
