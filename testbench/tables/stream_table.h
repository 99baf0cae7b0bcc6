/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builder of stream tables, linear and two-level, and of the STEs in them (3.3.1, 5.1, 5.2).
 *
 * Knows the layout only: whether the SMMU has to be told of a change, and when, is its caller's
 * business.
 */
#ifndef SMMUSIM_TABLES_STREAM_TABLE_H
#define SMMUSIM_TABLES_STREAM_TABLE_H

#include "tables/page_table.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { TBL_STE_WORDS = 8, TBL_STE_BYTES = 64 };

struct tbl_ste {
    uint64_t word[TBL_STE_WORDS];
};

/* The stage 1 part of an STE, every member with its field's encoding (REF_* of spec_ref). */
struct tbl_ste_stage1_fields {
    uint64_t s1contextptr;
    unsigned s1fmt, s1cdmax, s1dss;
    unsigned s1cir, s1cor, s1csh;
    unsigned strw, eats;
    bool s1stalld, mev;
};

struct tbl_ste tbl_ste_abort(void);
struct tbl_ste tbl_ste_bypass(void); /* attributes as they come in */
struct tbl_ste tbl_ste_stage1(const struct tbl_ste_stage1_fields *stage1);

/* Adds stage 2 with that table: to an STE of stage 1 for both stages, to one that bypasses for stage
 * 2 alone. */
struct tbl_ste_stage2_settings {
    uint16_t vmid;
    bool record, stall; /* S2R, S2S */
    bool ptw, fwb;      /* S2PTW, S2FWB */
};
void tbl_ste_add_stage2(struct tbl_ste *ste, const struct tbl_ste_stage2_settings *settings,
                        const struct tbl_page_table *table);

struct tbl_stream_table {
    struct tbl_port port;
    struct tbl_region *region;
    uint64_t base;
    unsigned log2size;
    unsigned split; /* 0: linear; else 6, 8 or 10 */
};

/* Every STE aborts silently at first. False: the region has no room for the table (two-level: its
 * first level). */
bool tbl_stream_table_init(struct tbl_stream_table *table, const struct tbl_port *port,
                           struct tbl_region *region, unsigned log2size, unsigned split);

uint64_t tbl_stream_table_base_reg(const struct tbl_stream_table *table);     /* STRTAB_BASE */
uint32_t tbl_stream_table_base_cfg_reg(const struct tbl_stream_table *table); /* STRTAB_BASE_CFG */

/* Address of the STE, 0 while its second level is missing. */
uint64_t tbl_stream_table_find(const struct tbl_stream_table *table, uint32_t sid);

/* The same, but brings the second level into being; 0: no room, or SID outside the table. */
uint64_t tbl_stream_table_entry(struct tbl_stream_table *table, uint32_t sid);

struct tbl_ste tbl_ste_read(const struct tbl_port *port, uint64_t at);

/* The word that holds V goes last, so that no reader finds V set over an unfinished entry
 * (3.21.3.1). */
void tbl_ste_write(const struct tbl_port *port, uint64_t at, const struct tbl_ste *ste);

/* Clears V alone: first half of the way from one valid configuration to another. */
void tbl_ste_invalidate(const struct tbl_port *port, uint64_t at);

#ifdef __cplusplus
}
#endif

#endif
