/* SPDX-License-Identifier: Apache-2.0 */
/* L3. CD table look-up (3.3.2, 5.3), legality and meaning of a CD (5.4). */
#include "context.h"

#include "attrs.h"
#include "mpam.h"
#include "state.h"
#include "walk.h"

#define CD_GET(cd, name) SMMU_FIELD_GET(CD, name, cd)

/* ------------------------------------------------------------ where it lies */

/* log2 of the CDs in a second-level table, by locator.format. */
static unsigned leaf_table_log2(const struct cd_locator *locator)
{
    return locator->format == 1 ? 6 : 10;
}

enum cd_where smmu__context_locate(const struct cd_locator *locator, uint32_t cd_index,
                                   uint64_t *addr)
{
    if (locator->format == 0) {
        *addr = locator->base + (uint64_t)cd_index * 64;
        return CD_HERE;
    }
    *addr = locator->base + (uint64_t)(cd_index >> leaf_table_log2(locator)) * 8;
    return CD_L1CD;
}

enum cd_where smmu__context_from_l1cd(const smmu_config_t *cfg, const struct cd_locator *locator,
                                      uint32_t cd_index, uint64_t l1cd, uint64_t *addr)
{
    unsigned log2 = leaf_table_log2(locator);
    unsigned limit = locator->nested ? smmu__ias_bits(cfg) : smmu__oas_bits(cfg); /* 3.4.3 */
    uint64_t base = SMMU_FIELD_IN_PLACE(L1CD, L2Ptr, &l1cd);
    if (!SMMU_FIELD_GET(L1CD, V, &l1cd) || base & ~low_mask(limit))
        return CD_OUT;
    *addr = align_down(base, log2 + 6) + (cd_index & low_mask(log2)) * 64;
    return CD_HERE;
}

/* ------------------------------------------------------- the two halves alike */

/* The fields of a CD that exist once for each half, and what the TG encodings of that half mean. */
struct half {
    bool epd;
    unsigned txsz, tg, ir, or_, sh;
    bool tbi, had, e0pd;
    uint64_t ttb;
    unsigned granule_log2; /* 0: Reserved */
};

#define CD_HALF(cd, n)                                                                             \
    {                                                                                              \
        .epd = CD_GET(cd, EPD##n), .txsz = (unsigned)CD_GET(cd, T##n##SZ),                         \
        .tg = (unsigned)CD_GET(cd, TG##n), .ir = (unsigned)CD_GET(cd, IR##n),                      \
        .or_ = (unsigned)CD_GET(cd, OR##n), .sh = (unsigned)CD_GET(cd, SH##n),                     \
        .tbi = CD_GET(cd, TBI##n), .had = CD_GET(cd, HAD##n), .e0pd = CD_GET(cd, E0PD##n),         \
        .ttb = SMMU_FIELD_IN_PLACE(CD, TTB##n, cd)                                                 \
    }

/* AA64=0 selects VMSAv9-128 where that exists. */
static bool uses_vmsav8_32(const smmu_config_t *cfg, const uint64_t cd[8])
{
    return !CD_GET(cd, AA64) && !cfg->value[SMMU_CFG_IDR5_D128];
}

enum { VMSAV8_32_TXSZ = 7 };

/* TxSZ has three bits; TGx and the fields of extensions mean nothing (5.4). */
static void restrict_to_vmsav8_32(struct half *h)
{
    h->txsz &= VMSAV8_32_TXSZ;
    h->granule_log2 = 12;
    h->e0pd = h->tbi = false;
}

/* Without TTB1, everything that is said of it is RES0 and nothing is checked, and EPD0 is IGNORED
 * (5.4.1, 5.4 EPD0). */
static struct half half_of(const smmu_config_t *cfg, const uint64_t cd[8], uint8_t world,
                           unsigned n)
{
    static const uint8_t granules[2][4] = {{12, 16, 14, 0}, {0, 14, 12, 16}};
    struct half h[2] = {CD_HALF(cd, 0), CD_HALF(cd, 1)};
    h[n].granule_log2 = granules[n][h[n].tg];
    if (uses_vmsav8_32(cfg, cd))
        restrict_to_vmsav8_32(&h[n]);
    if (world_is_el2(world)) {
        h[n].epd = n == 1;
        h[n].e0pd = false;
        if (n == 1)
            h[n].txsz = 0;
    }
    h[n].ttb &= low_mask(52); /* the bits above are RES0 outside VMSAv9-128 */
    return h[n];
}

/* Effective IPS in bits: codes that are Reserved or above the OAS act as the OAS (5.4 IPS). */
static unsigned output_bits(const smmu_config_t *cfg, const uint64_t cd[8])
{
    static const uint8_t bits[8] = {32, 36, 40, 42, 44, 48, 52, 56};
    if (uses_vmsav8_32(cfg, cd))
        return VMSAV8_32_OUTPUT_BITS;
    unsigned ips = bits[CD_GET(cd, IPS)], oas = smmu__oas_bits(cfg);
    return ips < oas ? ips : oas;
}

/* What an output address is to fit into: PAs of VMSAv8-32 may not fit the OAS (3.4). */
static unsigned address_bits(const smmu_config_t *cfg, const struct cd_locator *locator,
                             const uint64_t cd[8])
{
    unsigned bits = output_bits(cfg, cd), oas = smmu__oas_bits(cfg);
    return locator->nested || bits < oas ? bits : oas;
}

static bool uses_ds(const smmu_config_t *cfg, const uint64_t cd[8], const struct half *h)
{
    return cfg->value[SMMU_CFG_IDR5_DS] && CD_GET(cd, AA64) && CD_GET(cd, DS) &&
           h->granule_log2 != 16;
}

/* VMSAv9-128 would use it too (3.26.1). */
static bool uses_indirection(const smmu_config_t *cfg, const struct cd_locator *locator,
                             const uint64_t cd[8])
{
    return cfg->value[SMMU_CFG_IDR3_S1PI] && locator->s1pie && CD_GET(cd, PIE) && CD_GET(cd, AA64);
}

/* ---------------------------------------------------------- whether it is legal */

struct cd_check {
    const smmu_config_t *cfg;
    const struct cd_locator *locator;
    uint8_t world; /* enum stream_world */
    const uint64_t *cd;
    struct half half[2];
};

#define VALUE(c, id) ((c)->cfg->value[SMMU_CFG_##id])

static bool vmsav8_64(const struct cd_check *c)
{
    return CD_GET(c->cd, AA64);
}

static bool vmsav8_32(const struct cd_check *c)
{
    return uses_vmsav8_32(c->cfg, c->cd);
}

static bool invalid(const struct cd_check *c)
{
    return !CD_GET(c->cd, V);
}

static bool stalls_disabled(const struct cd_check *c)
{
    return c->locator->stalld && CD_GET(c->cd, S);
}

static bool raz_wi_absent(const struct cd_check *c)
{
    return VALUE(c, IDR0_TERM_MODEL) && !CD_GET(c->cd, A);
}

static bool stalls_absent(const struct cd_check *c)
{
    return VALUE(c, IDR0_STALL_MODEL) == 1 && CD_GET(c->cd, S);
}

static bool stalls_forced(const struct cd_check *c)
{
    return VALUE(c, IDR0_STALL_MODEL) == 2 && !CD_GET(c->cd, S);
}

static bool endianness_absent(const struct cd_check *c)
{
    bool walks = !c->half[0].epd || !c->half[1].epd;
    uint64_t only = VALUE(c, IDR0_TTENDIAN); /* 2: little, 3: big */
    return walks && only >= 2 && CD_GET(c->cd, ENDI) != (only & 1);
}

static bool vmsav8_32_absent(const struct cd_check *c)
{
    return vmsav8_32(c) && (!(VALUE(c, IDR0_TTF) & 1) || c->world == WORLD_NS_EL2_E2H);
}

static bool vmsav8_64_absent(const struct cd_check *c)
{
    return vmsav8_64(c) && (!(VALUE(c, IDR0_TTF) & 2) || c->locator->s2_vmsav8_32);
}

static bool httu_absent(const struct cd_check *c)
{
    uint64_t httu = VALUE(c, IDR0_HTTU);
    if (vmsav8_32(c))
        return false;
    return (CD_GET(c->cd, HA) && httu == 0) || (CD_GET(c->cd, HD) && httu <= 1);
}

static bool haft_without_ha(const struct cd_check *c)
{
    return !vmsav8_32(c) && VALUE(c, IDR0_HTTU) == 3 && CD_GET(c->cd, HAFT) && !CD_GET(c->cd, HA);
}

static bool asid_too_wide(const struct cd_check *c)
{
    return !world_is_el2(c->world) && !VALUE(c, IDR0_ASID16) && CD_GET(c->cd, ASID) >> 8;
}

static bool granule_supported(const struct cd_check *c, unsigned granule_log2)
{
    switch (granule_log2) {
    case 12:
        return VALUE(c, IDR5_GRAN4K);
    case 14:
        return VALUE(c, IDR5_GRAN16K);
    case 16:
        return VALUE(c, IDR5_GRAN64K);
    default:
        return false;
    }
}

static bool txsz_out_of_range(const struct cd_check *c, const struct half *h)
{
    unsigned max = !VALUE(c, IDR3_STT) ? 39 : h->granule_log2 == 16 ? 47 : 48;
    bool wide = VALUE(c, IDR5_VAX) && (h->granule_log2 == 16 || uses_ds(c->cfg, c->cd, h));
    return h->txsz < (wide ? 12U : 16U) || h->txsz > max;
}

/* CHOICE: VMSAv8-32's, too, where it is a PA beyond the OAS: 3.4.3 has it so, 5.4 TTB0 not. */
static bool ttb_out_of_range(const struct cd_check *c, const struct half *h)
{
    unsigned bits = address_bits(c->cfg, c->locator, c->cd);
    if (bits > 48 && h->granule_log2 != 16 && !uses_ds(c->cfg, c->cd, h))
        bits = 48;
    return h->ttb & ~low_mask(bits);
}

/* Fields of a half that EPDx=1 disables are not looked at (5.4.1.1). */
static bool bad_granule(const struct cd_check *c, unsigned n)
{
    return !c->half[n].epd && !vmsav8_32(c) && !granule_supported(c, c->half[n].granule_log2);
}

static bool bad_txsz(const struct cd_check *c, unsigned n)
{
    return !c->half[n].epd && !vmsav8_32(c) && txsz_out_of_range(c, &c->half[n]);
}

static bool bad_ttb(const struct cd_check *c, unsigned n)
{
    return !c->half[n].epd && ttb_out_of_range(c, &c->half[n]);
}

/* PIIP and PIIU: read, execute, write; write without read is Reserved (5.4 PIIP). */
enum { PII_R = 1, PII_X = 2, PII_W = 4, PII_BITS = 3, PII_ENTRIES = 16 };

static unsigned pii(uint64_t entries, unsigned index)
{
    return (unsigned)(entries >> (index * PII_BITS)) & (PII_R | PII_X | PII_W);
}

static unsigned piip(const uint64_t cd[8], unsigned index)
{
    return pii(CD_GET(cd, PIIP), index);
}

/* Where there is one privilege, PIIU is RES0. */
static unsigned piiu(const uint64_t cd[8], uint8_t world, unsigned index)
{
    return world_is_el2(world) ? 0 : pii(CD_GET(cd, PIIU), index);
}

static bool bad_indirections(const struct cd_check *c)
{
    bool used = uses_indirection(c->cfg, c->locator, c->cd);
    for (unsigned i = 0; used && i < PII_ENTRIES; i++) {
        unsigned p = piip(c->cd, i), u = piiu(c->cd, c->world, i);
        if ((p & PII_W && !(p & PII_R)) || (u & PII_W && !(u & PII_R)))
            return true;
        if (p & PII_X && u & PII_W)
            return true;
    }
    return false;
}

static bool bad_granules(const struct cd_check *c)
{
    return bad_granule(c, 0) || bad_granule(c, 1);
}

static bool bad_input_sizes(const struct cd_check *c)
{
    return bad_txsz(c, 0) || bad_txsz(c, 1);
}

static bool bad_tables(const struct cd_check *c)
{
    return bad_ttb(c, 0) || bad_ttb(c, 1);
}

/*
 * What makes a CD ILLEGAL, in the order of 5.4.2. VMSAv9-128 brings its own
 * rows.
 */
static const struct {
    bool (*illegal)(const struct cd_check *c);
    const char *why;
} cd_rules[] = {
    {invalid, "V=0"},
    {stalls_disabled, "S=1 and STE.S1STALLD=1"},
    {raz_wi_absent, "A=0 and IDR0.TERM_MODEL=1"},
    {stalls_absent, "S=1 and IDR0.STALL_MODEL=0b01"},
    {stalls_forced, "S=0 and IDR0.STALL_MODEL=0b10"},
    {endianness_absent, "ENDI selects an endianness that IDR0.TTENDIAN lacks"},
    {vmsav8_32_absent, "AA64 selects VMSAv8-32 and IDR0.TTF or EL2-E2H lacks it"},
    {vmsav8_64_absent, "AA64 selects VMSAv8-64 and IDR0.TTF or stage 2 of VMSAv8-32 bars it"},
    {httu_absent, "HA or HD and IDR0.HTTU lacks it"},
    {haft_without_ha, "HAFT=1 and HA=0"},
    {asid_too_wide, "ASID exceeds 8 bits and IDR0.ASID16=0"},
    {bad_granules, "TG0 or TG1 is Reserved or not supported"},
    {bad_input_sizes, "T0SZ or T1SZ is out of range"},
    {bad_tables, "TTB0 or TTB1 is out of the range of IPS"},
    {bad_indirections,
     "PIIP or PIIU is Reserved, or lets execute with privilege what others write"},
};

const char *smmu__cd_illegal(const smmu_config_t *cfg, const struct cd_locator *locator,
                             uint8_t world, const uint64_t cd[8])
{
    struct cd_check c = {cfg, locator, world, cd,
                         {half_of(cfg, cd, world, 0), half_of(cfg, cd, world, 1)}};
    for (size_t i = 0; i < sizeof cd_rules / sizeof cd_rules[0]; i++)
        if (cd_rules[i].illegal(&c))
            return cd_rules[i].why;
    return NULL;
}

/* --------------------------------------------------------------- what it says */

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* What VMSAv8-64 has of a half and VMSAv8-32 not. */
static void add_vmsav8_64(const smmu_config_t *cfg, const uint64_t cd[8], const struct half *h,
                          struct ttb *t)
{
    t->input_bits = (uint8_t)(64 - h->txsz);
    t->range_mask = low_mask(h->tbi ? 56 : 64) & ~low_mask(t->input_bits);
    t->region_bits = (uint8_t)least(t->input_bits, t->output_bits);
    t->ha = CD_GET(cd, HA);
    t->hd = t->ha && CD_GET(cd, HD); /* 5.4 HA: alone it is off */
    t->pnch = cfg->value[SMMU_CFG_IDR3_THE] && CD_GET(cd, PnCH);
    if (uses_ds(cfg, cd, h))
        t->high = PTE_HIGH_DS;
    else if (h->granule_log2 == 16 && smmu__oas_bits(cfg) >= 52) /* CHOICE: else ignored (D8.15) */
        t->high = PTE_HIGH_64K;
}

/*
 * Bit 55 of an address that is in range chooses TTB0. Its mask lets pass what TTB0 translates for
 * certain; smmu__walk_half_32() decides on the rest, for which it needs the input sizes even of
 * halves without walks.
 */
static void add_vmsav8_32(const struct half h[2], unsigned n, struct ttb *t)
{
    unsigned decisive = h[0].txsz ? h[0].txsz : h[1].txsz;
    unsigned boundary = h[0].txsz > h[1].txsz ? h[0].txsz : h[1].txsz;
    t->vmsav8_32 = true;
    t->disabled |= n == 1;
    t->granule_log2 = (uint8_t)h[n].granule_log2;
    t->input_bits = (uint8_t)(VMSAV8_32_INPUT_BITS - h[n].txsz);
    t->range_mask = ~low_mask(VMSAV8_32_INPUT_BITS - decisive);
    t->region_bits = (uint8_t)least(VMSAV8_32_INPUT_BITS - boundary, t->address_bits);
}

static struct ttb ttb_of(const smmu_config_t *cfg, const struct cd_locator *locator,
                         const uint64_t cd[8], uint8_t world, unsigned n)
{
    const struct half halves[2] = {half_of(cfg, cd, world, 0), half_of(cfg, cd, world, 1)};
    const struct half h = halves[n];
    struct ttb t = {.disabled = h.epd,
                    .epd = h.epd,
                    .output_bits = (uint8_t)output_bits(cfg, cd),
                    .address_bits = (uint8_t)address_bits(cfg, locator, cd)};
    if (uses_vmsav8_32(cfg, cd))
        add_vmsav8_32(halves, n, &t);
    if (h.epd)
        return t;
    struct attrs a = smmu__attrs_from_walk(h.ir, h.or_, h.sh);
    t.granule_log2 = (uint8_t)h.granule_log2;
    if (!t.vmsav8_32)
        add_vmsav8_64(cfg, cd, &h, &t);
    t.start_level = (int8_t)smmu__walk_start_level(t.granule_log2, t.input_bits);
    t.base = smmu__walk_table_base(&t, h.ttb);
    t.affd = CD_GET(cd, AFFD);
    t.big_endian = CD_GET(cd, ENDI);
    t.e0pd = cfg->value[SMMU_CFG_IDR3_E0PD] && h.e0pd;
    t.hpd = cfg->value[SMMU_CFG_IDR3_HAD] && h.had;
    t.walk_memattr = a.memattr;
    t.walk_sh = a.sh;
    t.shx = (uint8_t)h.sh;
    return t;
}

static uint64_t resolved_mair(uint64_t mair)
{
    uint64_t out = 0;
    for (unsigned shift = 0; shift < 64; shift += 8)
        out |= (uint64_t)smmu__attrs_resolve((uint8_t)(mair >> shift)) << shift;
    return out;
}

/* 3.26.1. CHOICE: PAN is applied once, here; outside Secure and Realm state it makes no difference
 * when. */
static void decode_indirections(const uint64_t cd[8], struct xctx *x)
{
    for (unsigned i = 0; i < PII_ENTRIES; i++) {
        unsigned p = piip(cd, i), u = world_is_el2(x->world) ? p : piiu(cd, x->world, i);
        unsigned perms = (p & PII_R ? LEAF_PR : 0U) | (p & PII_W ? LEAF_PW : 0U) |
                         (p & PII_X ? LEAF_PX : 0U) | (u & PII_R ? LEAF_UR : 0U) |
                         (u & PII_W ? LEAF_UW : 0U) | (u & PII_X ? LEAF_UX : 0U);
        if (x->pan && u)
            perms &= ~(unsigned)(LEAF_PR | LEAF_PW);
        x->indirect[i] = (uint8_t)perms;
    }
}

/* 17.2. A virtual PARTID stays one until the VMS has been read. */
static smmu_mpam_t mpam_of(const smmu_config_t *cfg, const uint64_t cd[8], bool virtual_partid)
{
    smmu_mpam_t mpam = smmu__mpam(cfg, CD_GET(cd, PARTID), CD_GET(cd, PMG));
    if (virtual_partid)
        mpam.partid = (uint16_t)(CD_GET(cd, PARTID) & low_mask(VIRTUAL_PARTID_BITS));
    return mpam;
}

void smmu__xctx_map_partid(const smmu_config_t *cfg, uint64_t read, struct xctx *x)
{
    x->mpam = smmu__mpam(cfg, partid_of_map(read, x->mpam.partid), x->mpam.pmg);
}

bool smmu__cd_decode(const smmu_config_t *cfg, const struct cd_locator *locator,
                     const uint64_t cd[8], struct xctx *x)
{
    if (smmu__cd_illegal(cfg, locator, x->world, cd))
        return false;
    bool el2 = world_is_el2(x->world), v32 = uses_vmsav8_32(cfg, cd);
    x->asid = (uint16_t)(el2 ? 0 : CD_GET(cd, ASID));
    x->aset = !el2 && CD_GET(cd, ASET);
    x->a = CD_GET(cd, A);
    x->r = CD_GET(cd, R);
    x->s = CD_GET(cd, S);
    x->wxn = CD_GET(cd, WXN);
    x->uwxn = !v32 || CD_GET(cd, UWXN);
    x->pan = !el2 && CD_GET(cd, PAN);
    x->epan = !v32 && cfg->value[SMMU_CFG_IDR3_EPAN] && CD_GET(cd, EPAN);
    x->aie = !v32 && cfg->value[SMMU_CFG_IDR3_AIE] && CD_GET(cd, AIE);
    x->pie = uses_indirection(cfg, locator, cd);
    if (x->pie)
        decode_indirections(cd, x);
    x->mair = resolved_mair(CD_GET(cd, MAIR1) << 32 | CD_GET(cd, MAIR0));
    x->ttb[0] = ttb_of(cfg, locator, cd, x->world, 0);
    x->ttb[1] = ttb_of(cfg, locator, cd, x->world, 1);
    if (locator->s1mpam)
        x->mpam = mpam_of(cfg, cd, x->from_vms);
    return true;
}
