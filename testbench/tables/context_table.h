/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builder of context descriptor tables, linear and two-level, and of the CDs in them
 * (3.3.2, 5.3, 5.4).
 */
#ifndef SMMUSIM_TABLES_CONTEXT_TABLE_H
#define SMMUSIM_TABLES_CONTEXT_TABLE_H

#include "tables/memory_port.h"
#include "tables/page_table.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { TBL_CD_WORDS = 8, TBL_CD_BYTES = 64 };

struct tbl_cd {
    uint64_t word[TBL_CD_WORDS];
};

/* What a CD says beside its translation tables. */
struct tbl_cd_settings {
    uint16_t asid;
    uint64_t mair;
    bool abort, record, stall; /* A, R, S */
    bool affd, wxn, pan, aset;
    bool tbi0, tbi1, had0, had1;
};

/* Either table may be absent (NULL), which sets its EPD. IPS is the larger output size of the two.
 */
struct tbl_cd tbl_cd_stage1(const struct tbl_cd_settings *settings,
                            const struct tbl_page_table *ttb0, const struct tbl_page_table *ttb1);

struct tbl_context_table {
    struct tbl_port port;
    struct tbl_region *region;
    uint64_t base;
    unsigned s1fmt, s1cdmax; /* as in the STE */
};

bool tbl_context_table_init(struct tbl_context_table *table, const struct tbl_port *port,
                            struct tbl_region *region, unsigned s1fmt, unsigned s1cdmax);

/* As for stream tables: find answers 0 where a leaf is missing, entry adds the leaf (all CDs
 * invalid). */
uint64_t tbl_context_table_find(const struct tbl_context_table *table, uint32_t ssid);
uint64_t tbl_context_table_entry(struct tbl_context_table *table, uint32_t ssid);

struct tbl_cd tbl_cd_read(const struct tbl_port *port, uint64_t at);
void tbl_cd_write(const struct tbl_port *port, uint64_t at, const struct tbl_cd *cd); /* V last */
void tbl_cd_invalidate(const struct tbl_port *port, uint64_t at);

#ifdef __cplusplus
}
#endif

#endif
