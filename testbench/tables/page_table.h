/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builder of VMSAv8-64 translation tables (DDI 0487 D8; 3.4.1 and 5.4 for the sizes an SMMU takes).
 *
 * Tables stay once they are made: unmap clears leaves, never a table descriptor, so that nothing
 * here needs more than a leaf invalidation by the caller.
 */
#ifndef SMMUSIM_TABLES_PAGE_TABLE_H
#define SMMUSIM_TABLES_PAGE_TABLE_H

#include "tables/memory_port.h"

#ifdef __cplusplus
extern "C" {
#endif

enum tbl_granule { TBL_GRANULE_4K = 12, TBL_GRANULE_16K = 14, TBL_GRANULE_64K = 16 };

/* Attributes of a stage 1 leaf, by their names in the descriptor; zero is a privileged read-write
 * executable page that must not be used yet (AF clear). */
struct tbl_leaf {
    unsigned attrindx, sh;
    bool unprivileged, read_only; /* AP[1], AP[2] */
    bool af, ng, pxn, uxn, dbm, ns;
};

uint64_t tbl_leaf_bits(const struct tbl_leaf *leaf);

struct tbl_page_table_config {
    enum tbl_granule granule;
    unsigned input_bits;  /* 64 - TxSZ */
    unsigned output_bits; /* 32, 36, 40, 42, 44, 48 or 52 */
    bool upper;           /* TTB1: addresses have all bits above input_bits set */
    bool big_endian;      /* CD.ENDI */
    bool pages_only;      /* never a block, whatever alignment allows */
    bool contiguous;      /* mark whole aligned runs */
    bool ds;              /* CD.DS, STE.S2DS: 52-bit addresses with 4KB and 16KB, no SH in leaves */
    bool concatenated;    /* stage 2: one level less, if up to 16 tables side by side can be it */
};

struct tbl_page_table {
    struct tbl_port port;
    struct tbl_region *region;
    struct tbl_page_table_config config;
    uint64_t root;
    int start_level;
};

enum tbl_result {
    TBL_OK = 0,
    TBL_BAD_ADDRESS, /* unaligned, outside the input or output range, or of length 0 */
    TBL_NO_ROOM,
    TBL_ALREADY_MAPPED,
    TBL_NOT_MAPPED,
    TBL_SPLITS_BLOCK, /* would cut a block or a contiguous run in two */
};

enum tbl_result tbl_page_table_init(struct tbl_page_table *table, const struct tbl_port *port,
                                    struct tbl_region *region,
                                    const struct tbl_page_table_config *config);

/* Uses the largest blocks that fit. On an error everything up to *done bytes is mapped ('done' may
 * be NULL). */
enum tbl_result tbl_map(struct tbl_page_table *table, uint64_t va, uint64_t pa, uint64_t size,
                        uint64_t leaf_bits, uint64_t *done);
enum tbl_result tbl_unmap(struct tbl_page_table *table, uint64_t va, uint64_t size, uint64_t *done);

struct tbl_walk {
    uint64_t descriptor_at, descriptor; /* the last one read; 0 where the walk found nothing */
    uint64_t pa, size; /* output address, and what the leaf spans (one entry of a run) */
    int level;
};

/* True: va is mapped. The walk is the builder's own, for tests and drivers; it knows no
 * permissions. */
bool tbl_lookup(const struct tbl_page_table *table, uint64_t va, struct tbl_walk *walk);

/* One leaf's span at a level; 0 where such tables have no leaf there. */
uint64_t tbl_leaf_size(const struct tbl_page_table_config *config, int level);
unsigned tbl_contiguous_entries(enum tbl_granule granule, int level);

/* Changes one leaf in place, for tests of access flags and the like. False: not mapped. */
bool tbl_leaf_update(struct tbl_page_table *table, uint64_t va, uint64_t clear, uint64_t set);

/* The fields that say what a table is: TG0 and S2TG, IPS and S2PS (the least size that is enough). */
unsigned tbl_tg0(enum tbl_granule granule);
unsigned tbl_size_code(unsigned output_bits);

#ifdef __cplusplus
}
#endif

#endif
