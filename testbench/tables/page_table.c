/* SPDX-License-Identifier: Apache-2.0 */
/* Builder of VMSAv8-64 translation tables (DDI 0487 D8.3). */
#include "tables/page_table.h"

#include "spec_ref/ref_structures.h"
#include "spec_ref/ref_vmsa.h"

/* TYPE set: a table, or at level 3 a page. */
#define VALID REF_MASK(S1_LEAF_VALID)
#define TYPE REF_MASK(S1_LEAF_TYPE)

enum { LAST_LEVEL = 3, ROOT_MIN_ALIGN = 64, CONCATENATED_LOG2 = 4 };

static unsigned bits_per_level(enum tbl_granule granule)
{
    return (unsigned)granule - 3;
}

static unsigned level_shift(enum tbl_granule granule, int level)
{
    return (unsigned)granule + (unsigned)(LAST_LEVEL - level) * bits_per_level(granule);
}

/* Addresses above 48 bits bring blocks of a level more (D8.3.1). */
static int first_block_level(const struct tbl_page_table_config *c)
{
    const bool wide = c->granule == TBL_GRANULE_64K ? c->output_bits > 48 : c->ds;

    return (c->granule == TBL_GRANULE_4K ? 1 : 2) - wide;
}

uint64_t tbl_leaf_size(const struct tbl_page_table_config *config, int level)
{
    if (level < first_block_level(config) || level > LAST_LEVEL)
        return 0;
    return UINT64_C(1) << level_shift(config->granule, level);
}

unsigned tbl_contiguous_entries(enum tbl_granule granule, int level)
{
    if (level < (granule == TBL_GRANULE_4K ? 1 : 2) || level > LAST_LEVEL)
        return 0;
    switch (granule) { /* D8.7.1 */
    case TBL_GRANULE_4K:
        return 16;
    case TBL_GRANULE_16K:
        return level == LAST_LEVEL ? 128 : 32;
    case TBL_GRANULE_64K:
        return 32;
    }
    return 0;
}

uint64_t tbl_leaf_bits(const struct tbl_leaf *leaf)
{
    return REF_PREP(S1_LEAF_ATTRINDX, leaf->attrindx) | REF_PREP(S1_LEAF_NS, leaf->ns) |
           REF_PREP(S1_LEAF_AP, (leaf->read_only ? 2U : 0U) | (leaf->unprivileged ? 1U : 0U)) |
           REF_PREP(S1_LEAF_SH, leaf->sh) | REF_PREP(S1_LEAF_AF, leaf->af) |
           REF_PREP(S1_LEAF_NG, leaf->ng) | REF_PREP(S1_LEAF_DBM, leaf->dbm) |
           REF_PREP(S1_LEAF_PXN, leaf->pxn) | REF_PREP(S1_LEAF_UXN, leaf->uxn);
}

static uint64_t byte_reversed(uint64_t v)
{
    uint64_t r = 0;

    for (unsigned i = 0; i < 8; i++, v >>= 8)
        r = r << 8 | (v & 0xff);
    return r;
}

static uint64_t load(const struct tbl_page_table *t, uint64_t at)
{
    const uint64_t v = t->port.load64(t->port.ctx, at);

    return t->config.big_endian ? byte_reversed(v) : v;
}

static void store(const struct tbl_page_table *t, uint64_t at, uint64_t desc)
{
    t->port.store64(t->port.ctx, at, t->config.big_endian ? byte_reversed(desc) : desc);
}

static uint64_t low_mask(unsigned bits)
{
    return bits >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << bits) - 1;
}

/* 64KB tables keep address bits [51:48] in descriptor bits [15:12]; with DS the others keep [51:50]
 * where SH was (D8.3.1). */
static uint64_t address_field(const struct tbl_page_table *t, uint64_t pa)
{
    uint64_t field = pa & low_mask(48) & ~low_mask(12);

    if (t->config.granule == TBL_GRANULE_64K)
        field |= (pa >> 48 & 0xf) << 12;
    else if (t->config.ds)
        field |= (pa & low_mask(50) & ~low_mask(48)) | REF_PREP(S1_LEAF_SH, pa >> 50);
    return field;
}

static uint64_t descriptor_address(const struct tbl_page_table *t, uint64_t desc,
                                   unsigned align_bits)
{
    uint64_t pa = desc & low_mask(48) & ~low_mask(align_bits);

    if (t->config.granule == TBL_GRANULE_64K)
        pa |= (desc >> 12 & 0xf) << 48;
    else if (t->config.ds)
        pa |= (desc & low_mask(50) & ~low_mask(48)) | REF_FIELD(S1_LEAF_SH, desc) << 50;
    return pa;
}

static bool is_table(uint64_t desc, int level)
{
    return level < LAST_LEVEL && (desc & VALID) && (desc & TYPE);
}

static bool config_is_possible(const struct tbl_page_table_config *c)
{
    const unsigned most = c->granule == TBL_GRANULE_64K || c->ds ? 52 : 48;

    return c->input_bits > (unsigned)c->granule && c->input_bits <= most && c->output_bits >= 32 &&
           c->output_bits <= most;
}

enum tbl_result tbl_page_table_init(struct tbl_page_table *t, const struct tbl_port *port,
                                    struct tbl_region *region,
                                    const struct tbl_page_table_config *config)
{
    const unsigned per_level = bits_per_level(config->granule);
    unsigned resolved, levels;
    uint64_t root_size;

    if (!config_is_possible(config))
        return TBL_BAD_ADDRESS;
    resolved = config->input_bits - (unsigned)config->granule;
    levels = (resolved + per_level - 1) / per_level;
    if (config->concatenated && levels > 1 &&
        resolved <= (levels - 1) * per_level + CONCATENATED_LOG2)
        levels--;
    root_size = (uint64_t)REF_DESCRIPTOR_BYTES << (resolved - (levels - 1) * per_level);
    if (root_size < ROOT_MIN_ALIGN)
        root_size = ROOT_MIN_ALIGN;

    *t = (struct tbl_page_table){.port = *port, .region = region, .config = *config};
    t->start_level = LAST_LEVEL + 1 - (int)levels;
    t->root = tbl_region_take(region, root_size, root_size);
    return t->root ? TBL_OK : TBL_NO_ROOM;
}

/* The part of a VA that the tables resolve; false where it belongs to the other table or to none.
 */
static bool resolve_input(const struct tbl_page_table *t, uint64_t va, uint64_t *input)
{
    const uint64_t above = va & ~low_mask(t->config.input_bits);

    *input = va & low_mask(t->config.input_bits);
    return above == (t->config.upper ? ~low_mask(t->config.input_bits) : 0);
}

static enum tbl_result check_range(const struct tbl_page_table *t, uint64_t va, uint64_t pa,
                                   uint64_t size)
{
    uint64_t first, last;

    if (size == 0 || ((va | pa | size) & low_mask((unsigned)t->config.granule)))
        return TBL_BAD_ADDRESS;
    if (!resolve_input(t, va, &first) || !resolve_input(t, va + (size - 1), &last) || last < first)
        return TBL_BAD_ADDRESS;
    if (pa > low_mask(t->config.output_bits) || size - 1 > low_mask(t->config.output_bits) - pa)
        return TBL_BAD_ADDRESS;
    return TBL_OK;
}

static uint64_t entry_at(const struct tbl_page_table *t, uint64_t base, uint64_t va, int level)
{
    const uint64_t index =
        (va & low_mask(t->config.input_bits)) >> level_shift(t->config.granule, level);

    /* The root resolves what is left, be it less or more than others do. */
    if (level == t->start_level)
        return base + REF_DESCRIPTOR_BYTES * index;
    return base + REF_DESCRIPTOR_BYTES * (index & low_mask(bits_per_level(t->config.granule)));
}

static uint64_t next_table(const struct tbl_page_table *t, uint64_t desc)
{
    return descriptor_address(t, desc, (unsigned)t->config.granule);
}

static uint64_t add_table(struct tbl_page_table *t, uint64_t entry)
{
    const uint64_t size = UINT64_C(1) << t->config.granule;
    const uint64_t base = tbl_region_take(t->region, size, size);

    if (base)
        store(t, entry, address_field(t, base) | VALID | TYPE);
    return base;
}

/* How many entries from 'entry' on one leaf store may cover: 1, or a whole contiguous run of free
 * entries. */
static unsigned run_length(const struct tbl_page_table *t, uint64_t entry, uint64_t va, uint64_t pa,
                           uint64_t size, int level)
{
    const unsigned n = tbl_contiguous_entries(t->config.granule, level);
    const uint64_t span = n * tbl_leaf_size(&t->config, level);

    if (!t->config.contiguous || n == 0 || ((va | pa) & (span - 1)) || size < span)
        return 1;
    for (unsigned i = 0; i < n; i++)
        if (load(t, entry + REF_DESCRIPTOR_BYTES * i) & VALID)
            return 1;
    return n;
}

static uint64_t store_leaves(struct tbl_page_table *t, uint64_t entry, unsigned run, uint64_t pa,
                             uint64_t leaf_bits, int level)
{
    const uint64_t leaf = tbl_leaf_size(&t->config, level);
    const uint64_t attributes = t->config.ds ? leaf_bits & ~REF_MASK(S1_LEAF_SH) : leaf_bits;
    const uint64_t type = level == LAST_LEVEL ? VALID | TYPE : VALID;

    for (unsigned i = 0; i < run; i++)
        store(t, entry + REF_DESCRIPTOR_BYTES * i,
              address_field(t, pa + i * leaf) | attributes | type |
                  (run > 1 ? REF_MASK(S1_LEAF_CONTIGUOUS) : 0));
    return run * leaf;
}

/* Maps the largest piece that may start at va; its size goes to *span. */
static enum tbl_result map_piece(struct tbl_page_table *t, uint64_t va, uint64_t pa, uint64_t size,
                                 uint64_t leaf_bits, uint64_t *span)
{
    uint64_t base = t->root;

    for (int level = t->start_level; level <= LAST_LEVEL; level++) {
        const uint64_t leaf = tbl_leaf_size(&t->config, level);
        const uint64_t entry = entry_at(t, base, va, level);
        const uint64_t desc = load(t, entry);
        const bool fits = leaf && !((va | pa) & (leaf - 1)) && size >= leaf &&
                          (level == LAST_LEVEL || !t->config.pages_only);

        if ((desc & VALID) && !is_table(desc, level))
            return TBL_ALREADY_MAPPED;
        if (fits && !(desc & VALID)) {
            *span = store_leaves(t, entry, run_length(t, entry, va, pa, size, level), pa, leaf_bits,
                                 level);
            return TBL_OK;
        }
        base = is_table(desc, level) ? next_table(t, desc) : add_table(t, entry);
        if (base == 0)
            return TBL_NO_ROOM;
    }
    return TBL_BAD_ADDRESS; /* not reached: check_range made level 3 fit */
}

enum tbl_result tbl_map(struct tbl_page_table *t, uint64_t va, uint64_t pa, uint64_t size,
                        uint64_t leaf_bits, uint64_t *done)
{
    enum tbl_result result = check_range(t, va, pa, size);
    uint64_t mapped = 0;

    while (result == TBL_OK && mapped < size) {
        uint64_t span = 0;

        result = map_piece(t, va + mapped, pa + mapped, size - mapped, leaf_bits, &span);
        mapped += span;
    }
    if (done)
        *done = mapped;
    return result;
}

/* Descends to the last descriptor for va: a leaf (true), or whatever invalid one ends the walk. */
static bool descend(const struct tbl_page_table *t, uint64_t va, uint64_t *entry, uint64_t *desc,
                    int *at_level)
{
    uint64_t base = t->root;

    for (int level = t->start_level; level <= LAST_LEVEL; level++) {
        *entry = entry_at(t, base, va, level);
        *desc = load(t, *entry);
        *at_level = level;
        if (!is_table(*desc, level))
            return (*desc & VALID) != 0;
        base = next_table(t, *desc);
    }
    return false;
}

static enum tbl_result unmap_piece(struct tbl_page_table *t, uint64_t va, uint64_t size,
                                   uint64_t *span)
{
    uint64_t entry, desc, whole;
    unsigned run;
    int level;

    if (!descend(t, va, &entry, &desc, &level))
        return TBL_NOT_MAPPED;
    run =
        desc & REF_MASK(S1_LEAF_CONTIGUOUS) ? tbl_contiguous_entries(t->config.granule, level) : 1;
    whole = run * tbl_leaf_size(&t->config, level);
    if ((va & (whole - 1)) || size < whole)
        return TBL_SPLITS_BLOCK;
    for (unsigned i = 0; i < run; i++)
        store(t, entry + REF_DESCRIPTOR_BYTES * i, 0);
    *span = whole;
    return TBL_OK;
}

enum tbl_result tbl_unmap(struct tbl_page_table *t, uint64_t va, uint64_t size, uint64_t *done)
{
    enum tbl_result result = check_range(t, va, 0, size);
    uint64_t unmapped = 0;

    while (result == TBL_OK && unmapped < size) {
        uint64_t span = 0;

        result = unmap_piece(t, va + unmapped, size - unmapped, &span);
        unmapped += span;
    }
    if (done)
        *done = unmapped;
    return result;
}

bool tbl_lookup(const struct tbl_page_table *t, uint64_t va, struct tbl_walk *walk)
{
    uint64_t input;
    unsigned shift;

    *walk = (struct tbl_walk){0};
    if (!resolve_input(t, va, &input) ||
        !descend(t, va, &walk->descriptor_at, &walk->descriptor, &walk->level))
        return false;
    shift = level_shift(t->config.granule, walk->level);
    walk->size = UINT64_C(1) << shift;
    walk->pa = descriptor_address(t, walk->descriptor, shift) | (va & (walk->size - 1));
    return true;
}

bool tbl_leaf_update(struct tbl_page_table *t, uint64_t va, uint64_t clear, uint64_t set)
{
    uint64_t entry, desc, input;
    int level;

    if (!resolve_input(t, va, &input) || !descend(t, va, &entry, &desc, &level))
        return false;
    store(t, entry, (desc & ~clear) | set);
    return true;
}

unsigned tbl_tg0(enum tbl_granule granule)
{
    return granule == TBL_GRANULE_4K    ? REF_TG0_4K
           : granule == TBL_GRANULE_16K ? REF_TG0_16K
                                        : REF_TG0_64K;
}

unsigned tbl_size_code(unsigned output_bits)
{
    static const unsigned char bits_of_code[] = {32, 36, 40, 42, 44, 48, 52};
    unsigned code = 0;

    while (code < sizeof bits_of_code - 1 && bits_of_code[code] < output_bits)
        code++;
    return code;
}
