/* SPDX-License-Identifier: Apache-2.0 */
/* L3. Stream table look-up (3.3.1, 5.1, 6.3.24, 6.3.25), legality and meaning of an STE (5.2). */
#include "stream.h"

#include "attrs.h"
#include "mpam.h"
#include "stage2_tables.h"
#include "state.h"
#include "walk.h"

#define STE_GET(ste, name) SMMU_FIELD_GET(STE, name, ste)

/* ------------------------------------------------------------ where it lies */

struct stream_table {
    uint64_t base;
    int log2size;      /* as programmed: alignment goes by it */
    unsigned sid_bits; /* effective: range and indices go by it */
    unsigned split;
    bool two_level;
};

static struct stream_table stream_table_of(const smmu_config_t *cfg, const struct prog_if *pi)
{
    unsigned log2size = (unsigned)REG_FIELD(pi, STRTAB_BASE_CFG, LOG2SIZE);
    unsigned limit = (unsigned)cfg->value[SMMU_CFG_IDR1_SIDSIZE];
    unsigned split = (unsigned)REG_FIELD(pi, STRTAB_BASE_CFG, SPLIT);
    return (struct stream_table){
        .base = REG_OF(pi, STRTAB_BASE) & SMMU_FIELD_MASK(STRTAB_BASE, ADDR),
        .log2size = (int)log2size,
        .sid_bits = log2size < limit ? log2size : limit,
        .split = split == 8 || split == 10 ? split : 6,
        .two_level = cfg->value[SMMU_CFG_IDR0_ST_LEVEL] && REG_FIELD(pi, STRTAB_BASE_CFG, FMT) == 1,
    };
}

enum stream_where smmu__stream_locate(const smmu_config_t *cfg, const struct prog_if *pi,
                                      uint32_t streamid, uint64_t *addr)
{
    struct stream_table t = stream_table_of(cfg, pi);
    if ((uint64_t)streamid >> t.sid_bits)
        return STREAM_OUT;
    if (!t.two_level) {
        *addr = align_down(t.base, (unsigned)t.log2size + 6) + (uint64_t)streamid * 64;
        return STREAM_STE;
    }
    int size_log2 = t.log2size - (int)t.split + 3;
    *addr = align_down(t.base, size_log2 > 6 ? (unsigned)size_log2 : 6);
    *addr += (uint64_t)(streamid >> t.split) * 8;
    return STREAM_L1STD;
}

enum stream_where smmu__stream_from_l1std(const smmu_config_t *cfg, const struct prog_if *pi,
                                          uint32_t streamid, uint64_t l1std, uint64_t *addr)
{
    struct stream_table t = stream_table_of(cfg, pi);
    unsigned span = (unsigned)SMMU_FIELD_GET(L1STD, Span, &l1std);
    uint64_t index = streamid & low_mask(t.split);
    /* Reserved values, 12 and up, are above every split's limit. */
    if (span == 0 || span > t.split + 1 || index >> (span - 1))
        return STREAM_OUT;
    *addr = align_down(SMMU_FIELD_IN_PLACE(L1STD, L2Ptr, &l1std), span + 5) + index * 64;
    return STREAM_STE;
}

/* ---------------------------------------------------------- whether it is legal */

struct ste_check {
    const smmu_config_t *cfg;
    const struct prog_if *pi;
    const uint64_t *ste;
    bool s1, s2;
};

#define VALUE(c, id) ((c)->cfg->value[SMMU_CFG_##id])

/* STRW is IGNORED or RES0: the StreamWorld is EL1 (5.2 STRW). */
static bool strw_unused(const struct ste_check *c)
{
    bool no_el2 = c->pi->sec == SMMU_PAS_NS && !VALUE(c, IDR0_Hyp);
    return !VALUE(c, IDR0_S1P) || no_el2 || c->s2 || !c->s1;
}

static bool vmid_unused(const struct ste_check *c)
{
    return !VALUE(c, IDR0_S2P) || !(c->s1 || c->s2) ||
           (!strw_unused(c) && STE_GET(c->ste, STRW) != 0);
}

static bool eats_in_use(const struct ste_check *c, unsigned value)
{
    return c->pi->sec != SMMU_PAS_S && VALUE(c, IDR0_ATS) && (c->s1 || c->s2) &&
           STE_GET(c->ste, EATS) == value;
}

static bool substreams(const struct ste_check *c)
{
    return VALUE(c, IDR1_SSIDSIZE) && STE_GET(c->ste, S1CDMax);
}

static bool stage1_absent(const struct ste_check *c)
{
    return c->s1 && !VALUE(c, IDR0_S1P);
}

static bool stage2_absent(const struct ste_check *c)
{
    return c->s2 && !VALUE(c, IDR0_S2P);
}

static bool split_stage_ats(const struct ste_check *c)
{
    return eats_in_use(c, 2) &&
           (!(c->s1 && c->s2) || STE_GET(c->ste, S2S) || VALUE(c, IDR0_NS1ATS));
}

static bool full_ats_with_stalls(const struct ste_check *c)
{
    return eats_in_use(c, 1) && c->s2 && STE_GET(c->ste, S2S);
}

/* CHOICE: with S2S=1 too, as the field says and the pseudocode does not (5.2 EATS). */
static bool dpt_ats(const struct ste_check *c)
{
    return eats_in_use(c, 3) && VALUE(c, IDR3_DPT) &&
           ((!strw_unused(c) && STE_GET(c->ste, STRW) != 0) || (c->s2 && STE_GET(c->ste, S2S)));
}

static bool strw_reserved(const struct ste_check *c)
{
    return !strw_unused(c) && STE_GET(c->ste, STRW) & 1;
}

static bool stalls_not_configurable(const struct ste_check *c)
{
    return c->s1 && STE_GET(c->ste, S1STALLD) && VALUE(c, IDR0_STALL_MODEL) != 0;
}

static bool too_many_cds(const struct ste_check *c)
{
    return c->s1 && VALUE(c, IDR1_SSIDSIZE) && STE_GET(c->ste, S1CDMax) > VALUE(c, IDR1_SSIDSIZE);
}

/* CHOICE: S1Fmt=0b11 acts as 0b00 here as well, as the pseudocode has it (5.2 S1Fmt, 5.2.2). */
static bool two_level_cds_absent(const struct ste_check *c)
{
    uint64_t fmt = STE_GET(c->ste, S1Fmt);
    return c->s1 && substreams(c) && !VALUE(c, IDR0_CD2L) && (fmt == 1 || fmt == 2);
}

/* CHOICE: also where it is an IPA (3.4.3, note 2). */
static bool cds_out_of_range(const struct ste_check *c)
{
    unsigned bits = c->s2 ? smmu__ias_bits(c->cfg) : smmu__oas_bits(c->cfg);
    return c->s1 && SMMU_FIELD_IN_PLACE(STE, S1ContextPtr, c->ste) & ~low_mask(bits);
}

static bool vmid_too_wide(const struct ste_check *c)
{
    return !vmid_unused(c) && !VALUE(c, IDR0_VMID16) && STE_GET(c->ste, S2VMID) >> 8;
}

/* The VMS is enabled. CHOICE: with PARTIDs alone, as the field says and the pseudocode does not (5.2
 * VMSPtr). */
static bool vms_in_use(const struct ste_check *c)
{
    return VALUE(c, MPAMIDR_PARTID_MAX) && c->s1 && c->s2 && STE_GET(c->ste, S1MPAM);
}

static bool vms_out_of_range(const struct ste_check *c)
{
    return vms_in_use(c) &&
           SMMU_FIELD_IN_PLACE(STE, VMSPtr, c->ste) & ~low_mask(smmu__oas_bits(c->cfg));
}

static bool s2_vmsav8_64(const struct ste_check *c)
{
    return STE_GET(c->ste, S2AA64);
}

static bool s2_vmsav8_32(const struct ste_check *c)
{
    return smmu__s2_uses_vmsav8_32(c->cfg, c->ste);
}

static bool fwb_with_vmsav8_32(const struct ste_check *c)
{
    return c->s2 && s2_vmsav8_32(c) && VALUE(c, IDR3_FWB) && STE_GET(c->ste, S2FWB);
}

static bool s2_stalls_absent(const struct ste_check *c)
{
    return c->s2 && STE_GET(c->ste, S2S) && VALUE(c, IDR0_STALL_MODEL) == 1;
}

static bool s2_stalls_forced(const struct ste_check *c)
{
    return c->s2 && !STE_GET(c->ste, S2S) && VALUE(c, IDR0_STALL_MODEL) == 2;
}

static bool s2_vmsav8_32_absent(const struct ste_check *c)
{
    return c->s2 && s2_vmsav8_32(c) && !(VALUE(c, IDR0_TTF) & 1);
}

static bool s2_vmsav8_64_absent(const struct ste_check *c)
{
    return c->s2 && s2_vmsav8_64(c) && !(VALUE(c, IDR0_TTF) & 2);
}

static bool s2_httu_absent(const struct ste_check *c)
{
    uint64_t httu = VALUE(c, IDR0_HTTU), ha = STE_GET(c->ste, S2HA), hd = STE_GET(c->ste, S2HD);
    if (!c->s2)
        return false;
    return ((ha || hd) && (httu == 0 || s2_vmsav8_32(c))) || (hd && httu == 1);
}

static bool s2_haft_without_ha(const struct ste_check *c)
{
    return c->s2 && VALUE(c, IDR0_HTTU) == 3 && STE_GET(c->ste, S2HAFT) && !STE_GET(c->ste, S2HA);
}

static bool s2_bad_granule(const struct ste_check *c)
{
    unsigned granule = smmu__s2_granule_log2(c->cfg, c->ste);
    if (!c->s2 || s2_vmsav8_32(c))
        return false;
    return granule == 0 || (granule == 12 && !VALUE(c, IDR5_GRAN4K)) ||
           (granule == 14 && !VALUE(c, IDR5_GRAN16K)) || (granule == 16 && !VALUE(c, IDR5_GRAN64K));
}

/* CHOICE: VMSAv8-32's, too, where they lie beyond the OAS: 3.4.3 has it so, 5.2 S2TTB not. */
static bool s2_tables_out_of_range(const struct ste_check *c)
{
    unsigned bits = smmu__s2_address_bits(c->cfg, c->ste);
    if (s2_vmsav8_64(c) && bits > 48 && smmu__s2_granule_log2(c->cfg, c->ste) != 16 &&
        !smmu__s2_uses_ds(c->cfg, c->ste))
        bits = 48;
    return c->s2 && SMMU_FIELD_IN_PLACE(STE, S2TTB, c->ste) & low_mask(52) & ~low_mask(bits);
}

static bool s2_bad_input_size(const struct ste_check *c)
{
    unsigned granule = smmu__s2_granule_log2(c->cfg, c->ste);
    unsigned t0sz = (unsigned)STE_GET(c->ste, S2T0SZ);
    unsigned max = !VALUE(c, IDR3_STT) ? 39 : granule == 16 ? 47 : 48;
    unsigned least = granule == 16 || smmu__s2_uses_ds(c->cfg, c->ste) ? 12 : 16;
    unsigned capped = 64 - smmu__ias_bits(c->cfg); /* the input range is capped to the IAS (3.4) */
    if (!c->s2 || s2_vmsav8_32(c))
        return false;
    return t0sz > max || t0sz < (least > capped ? least : capped);
}

/*
 * A start level takes from one index bit up to a whole table's and, by concatenating up to 16
 * tables, four more (D8.2.2; G5.5.7.2).
 */
static bool s2_bad_start_level(const struct ste_check *c)
{
    if (!c->s2 || !(s2_vmsav8_64(c) || s2_vmsav8_32(c)))
        return false;
    unsigned granule = smmu__s2_granule_log2(c->cfg, c->ste);
    unsigned bits = smmu__s2_input_bits(c->cfg, c->ste);
    int level = smmu__s2_start_level(c->cfg, c->ste);
    if (level == S2_NO_LEVEL)
        return true;
    unsigned below = smmu__walk_level_log2(granule, level);
    return bits <= below || bits > below + granule - 3 + 4;
}

static bool s2_endianness_absent(const struct ste_check *c)
{
    uint64_t only = VALUE(c, IDR0_TTENDIAN); /* 2: little, 3: big */
    return c->s2 && only >= 2 && STE_GET(c->ste, S2ENDI) != (only & 1);
}

static bool s2_indirection_with_vmsav8_32(const struct ste_check *c)
{
    return c->s2 && VALUE(c, IDR3_S2PI) && STE_GET(c->ste, S2PIE) && s2_vmsav8_32(c);
}

static bool s2_overlays(const struct ste_check *c)
{
    return c->s2 && VALUE(c, IDR3_S2PO) && STE_GET(c->ste, S2POE);
}

static bool s2_overlays_without_indirection(const struct ste_check *c)
{
    return s2_overlays(c) && !STE_GET(c->ste, S2PIE);
}

static bool s2_overlays_beside_pbha(const struct ste_check *c)
{
    return s2_overlays(c) && VALUE(c, IDR3_PBHA) &&
           (STE_GET(c->ste, S2HWU59) || STE_GET(c->ste, S2HWU60) || STE_GET(c->ste, S2HWU61) ||
            STE_GET(c->ste, S2HWU62));
}

static bool s2_bad_overlays(const struct ste_check *c)
{
    uint64_t poi = STE_GET(c->ste, S2POI);
    for (; s2_overlays(c) && poi; poi >>= 4)
        if ((poi & 0xB) == 1) /* 0b0001, 0b0101 */
            return true;
    return false;
}

/*
 * What makes a valid STE that lets traffic through ILLEGAL, in the order of 5.2.2. VMSAv9-128
 * brings its own rows.
 */
static const struct {
    bool (*illegal)(const struct ste_check *c);
    const char *why;
} ste_rules[] = {
    {stage1_absent, "Config enables stage 1 and IDR0.S1P=0"},
    {stage2_absent, "Config enables stage 2 and IDR0.S2P=0"},
    {split_stage_ats, "EATS=0b10 without both stages, with S2S=1 or IDR0.NS1ATS=1"},
    {full_ats_with_stalls, "EATS=0b01 with stage 2 and S2S=1"},
    {dpt_ats, "EATS=0b11 outside EL1 or with S2S=1"},
    {strw_reserved, "STRW is Reserved"},
    {stalls_not_configurable, "S1STALLD=1 and IDR0.STALL_MODEL is not 0b00"},
    {too_many_cds, "S1CDMax exceeds IDR1.SSIDSIZE"},
    {two_level_cds_absent, "S1Fmt is two-level and IDR0.CD2L=0"},
    {cds_out_of_range, "S1ContextPtr is out of the address range"},
    {fwb_with_vmsav8_32, "S2FWB=1 and S2AA64 selects VMSAv8-32"},
    {s2_stalls_absent, "S2S=1 and IDR0.STALL_MODEL=0b01"},
    {s2_stalls_forced, "S2S=0 and IDR0.STALL_MODEL=0b10"},
    {s2_vmsav8_32_absent, "S2AA64 selects VMSAv8-32 and IDR0.TTF lacks it"},
    {s2_vmsav8_64_absent, "S2AA64 selects VMSAv8-64 and IDR0.TTF lacks it"},
    {s2_httu_absent, "S2HA or S2HD and IDR0.HTTU lacks it"},
    {s2_haft_without_ha, "S2HAFT=1 and S2HA=0"},
    {s2_bad_granule, "S2TG is Reserved or not supported"},
    {s2_tables_out_of_range, "S2TTB is out of the range of S2PS"},
    {s2_bad_input_size, "S2T0SZ is out of range"},
    {s2_bad_start_level, "S2SL0 does not fit S2T0SZ and S2TG"},
    {s2_endianness_absent, "S2ENDI selects an endianness that IDR0.TTENDIAN lacks"},
    {s2_indirection_with_vmsav8_32, "S2PIE=1 and S2AA64 selects VMSAv8-32"},
    {s2_overlays_without_indirection, "S2POE=1 and S2PIE=0"},
    {s2_overlays_beside_pbha, "S2POE=1 and one of S2HWU59 to S2HWU62"},
    {s2_bad_overlays, "an entry of S2POI is Reserved"},
    {vmid_too_wide, "S2VMID exceeds 8 bits and IDR0.VMID16=0"},
    {vms_out_of_range, "VMSPtr is out of the address range"},
};

const char *smmu__ste_illegal(const smmu_config_t *cfg, const struct prog_if *pi,
                              const uint64_t ste[8])
{
    unsigned config = (unsigned)STE_GET(ste, Config);
    if (!STE_GET(ste, V))
        return "V=0";
    if (!(config & 4))
        return NULL;
    struct ste_check c = {cfg, pi, ste, config & 1, config & 2};
    for (size_t i = 0; i < sizeof ste_rules / sizeof ste_rules[0]; i++)
        if (ste_rules[i].illegal(&c))
            return ste_rules[i].why;
    return NULL;
}

/* --------------------------------------------------------------- what it says */

/* STE and GBPA have the same override fields; without IDR1.ATTR_*_OVR they are RES0 and incoming
 * values count. */
static struct overrides overrides_of(const smmu_config_t *cfg, struct overrides o)
{
    if (!cfg->value[SMMU_CFG_IDR1_ATTR_TYPES_OVR]) {
        o.mtcfg = false;
        o.alloccfg = 0;
        o.shcfg = 1;
    }
    if (!cfg->value[SMMU_CFG_IDR1_ATTR_PERMS_OVR])
        o.privcfg = o.instcfg = 0;
    return o;
}

static struct overrides overrides_from_ste(const smmu_config_t *cfg, const uint64_t ste[8])
{
    return overrides_of(cfg,
                        (struct overrides){
                            .memattr = smmu__attrs_from_memattr4((unsigned)STE_GET(ste, MemAttr)),
                            .mtcfg = STE_GET(ste, MTCFG),
                            .alloccfg = (uint8_t)STE_GET(ste, ALLOCCFG),
                            .shcfg = (uint8_t)STE_GET(ste, SHCFG),
                            .privcfg = (uint8_t)STE_GET(ste, PRIVCFG),
                            .instcfg = (uint8_t)STE_GET(ste, INSTCFG),
                        });
}

struct overrides smmu__overrides_from_gbpa(const smmu_config_t *cfg, uint64_t gbpa)
{
    return overrides_of(
        cfg, (struct overrides){
                 .memattr = smmu__attrs_from_memattr4((unsigned)SMMU_REG_GET(GBPA, MemAttr, gbpa)),
                 .mtcfg = SMMU_REG_GET(GBPA, MTCFG, gbpa),
                 .alloccfg = (uint8_t)SMMU_REG_GET(GBPA, ALLOCCFG, gbpa),
                 .shcfg = (uint8_t)SMMU_REG_GET(GBPA, SHCFG, gbpa),
                 .privcfg = (uint8_t)SMMU_REG_GET(GBPA, PRIVCFG, gbpa),
                 .instcfg = (uint8_t)SMMU_REG_GET(GBPA, INSTCFG, gbpa),
             });
}

enum { S1DSS_TERMINATE, S1DSS_BYPASS, S1DSS_SSID0 };
enum { S1FMT_LINEAR, S1FMT_4K, S1FMT_64K };

static struct cd_locator locator_of(const uint64_t ste[8], const struct xctx *x, unsigned cd_max)
{
    /* First level: 8 bytes for each second-level table of 64 or 1024 CDs; linear: the CDs, of 64
     * bytes. */
    static const int first_level_log2[] = {
        [S1FMT_LINEAR] = 6, [S1FMT_4K] = 3 - 6, [S1FMT_64K] = 3 - 10};
    unsigned fmt = cd_max ? (unsigned)STE_GET(ste, S1Fmt) : S1FMT_LINEAR;
    if (fmt > S1FMT_64K)
        fmt = S1FMT_LINEAR;
    /* CHOICE: pointer bits below the table's size are zero (5.2 S1Fmt). */
    int size_log2 = (int)cd_max + first_level_log2[fmt];
    struct attrs a =
        smmu__attrs_from_s1c((unsigned)STE_GET(ste, S1CIR), (unsigned)STE_GET(ste, S1COR),
                             (unsigned)STE_GET(ste, S1CSH));
    return (struct cd_locator){
        .base = align_down(SMMU_FIELD_IN_PLACE(STE, S1ContextPtr, ste),
                           size_log2 > 6 ? (unsigned)size_log2 : 6),
        .format = (uint8_t)fmt,
        .cd_max = (uint8_t)cd_max,
        .stalld = STE_GET(ste, S1STALLD),
        .s1pie = STE_GET(ste, S1PIE),
        .nested = x->kind == XCTX_NESTED,
        .s2_vmsav8_32 = x->ttb[TTB_STAGE2].vmsav8_32,
        .s1mpam = STE_GET(ste, S1MPAM),
        .vms = SMMU_FIELD_IN_PLACE(STE, VMSPtr, ste),
        .memattr = a.memattr,
        .sh = a.sh,
    };
}

static void add_stage2(const smmu_config_t *cfg, const struct prog_if *pi, const uint64_t ste[8],
                       struct xctx *x)
{
    x->ttb[TTB_STAGE2] = smmu__s2_ttb(cfg, ste);
    x->s2r = STE_GET(ste, S2R);
    x->s2s = STE_GET(ste, S2S);
    x->s2ptw = STE_GET(ste, S2PTW);
    x->s2fwb = cfg->value[SMMU_CFG_IDR3_FWB] && STE_GET(ste, S2FWB);
    x->s2mteperm = cfg->value[SMMU_CFG_IDR3_MTEPERM];
    x->s2pie = cfg->value[SMMU_CFG_IDR3_S2PI] && STE_GET(ste, S2PIE);
    x->s2poe = cfg->value[SMMU_CFG_IDR3_S2PO] && STE_GET(ste, S2POE);
    x->s2pii = REG_OF(pi, S2PII);
    /* CHOICE: VMSAv8-32 knows nothing of it (Arm ARM D8.2.7, G5.5.3). */
    if (cfg->value[SMMU_CFG_IDR3_THE] && !x->ttb[TTB_STAGE2].vmsav8_32)
        x->hardening = (uint8_t)((STE_GET(ste, TL0) ? HARDEN_TL0 : 0) |
                                 (STE_GET(ste, TL1) ? HARDEN_TL1 : 0) |
                                 (STE_GET(ste, AssuredOnly) ? HARDEN_ASSURED_ONLY : 0));
    x->cd_assured = true;
    x->s2poi = STE_GET(ste, S2POI);
}

/* No stage 1, of the stream or of this transaction: what is left of the stages that x->kind has. */
static void bypass_stage1(struct xctx *x)
{
    x->kind = x->kind == XCTX_S1 ? XCTX_BYPASS : XCTX_S2;
    x->cd_index = CD_NONE;
    x->from_vms = false;
    x->ttb[TTB_LOW] = x->ttb[TTB_STAGE2];
    x->ttb[TTB_HIGH].disabled = true;
}

/* Stage 1 is on: which CD, or why none (5.2 S1CDMax, S1DSS). */
static enum ste_verdict choose_cd(const uint64_t ste[8], unsigned cd_max, bool ssv,
                                  uint32_t substreamid, struct xctx *x)
{
    unsigned s1dss = cd_max ? (unsigned)STE_GET(ste, S1DSS) : S1DSS_SSID0;
    x->cd_index = ssv ? substreamid : 0;
    if (ssv) {
        if (!cd_max || substreamid >> cd_max)
            return STE_BAD_SUBSTREAM;
        return s1dss == S1DSS_SSID0 && substreamid == 0 ? STE_DISABLED : STE_NEEDS_CD;
    }
    if (s1dss == S1DSS_BYPASS) {
        bypass_stage1(x);
        x->s1dss_bypass = true;
        return STE_DECIDED;
    }
    return s1dss == S1DSS_SSID0 ? STE_NEEDS_CD : STE_DISABLED;
}

/* Whose translation regime it is (5.2 STRW, 3.3.3). */
static uint8_t world_of(const struct ste_check *c)
{
    if (strw_unused(c) || STE_GET(c->ste, STRW) == 0)
        return WORLD_NS_EL1;
    return REG_FIELD(c->pi, CR2, E2H) ? WORLD_NS_EL2_E2H : WORLD_NS_EL2;
}

bool smmu__ste_has_vmid(const smmu_config_t *cfg, const struct prog_if *pi, const uint64_t ste[8],
                        uint16_t vmid)
{
    unsigned config = (unsigned)STE_GET(ste, Config);
    struct ste_check c = {cfg, pi, ste, (config & 5) == 5, (config & 6) == 6};
    return !vmid_unused(&c) && STE_GET(ste, S2VMID) == vmid;
}

/* Translations of EL2 have no VMID (3.17). */
static uint16_t vmid_of(const struct ste_check *c)
{
    return (uint16_t)(vmid_unused(c) ? 0 : STE_GET(c->ste, S2VMID));
}

static uint8_t eats_of(const struct ste_check *c)
{
    if (eats_in_use(c, 1))
        return EATS_FULL;
    return eats_in_use(c, 2) && REG_FIELD(c->pi, CR0, ATSCHK) ? EATS_SPLIT : EATS_NONE;
}

enum ste_verdict smmu__ste_decode(const smmu_config_t *cfg, const struct prog_if *pi,
                                  const uint64_t ste[8], bool ssv, uint32_t substreamid,
                                  struct xctx *x, struct cd_locator *locator)
{
    if (smmu__ste_illegal(cfg, pi, ste))
        return STE_ILLEGAL;
    unsigned config = (unsigned)STE_GET(ste, Config);
    struct ste_check c = {cfg, pi, ste, config & 1, config & 2};
    *x = (struct xctx){.kind = XCTX_ABORT,
                       .world = world_of(&c),
                       .prefetch = (uint8_t)bits_of(ste[1], 57, 56),
                       .cd_index = CD_NONE};
    if (!(config & 4))
        return STE_DECIDED;
    x->overrides = overrides_from_ste(cfg, ste);
    x->mpam = x->ste_mpam = smmu__mpam(cfg, STE_GET(ste, PARTID), STE_GET(ste, PMG));
    x->from_vms = vms_in_use(&c);
    x->kind = config & 2 ? XCTX_NESTED : XCTX_S1;
    x->vmid = vmid_of(&c);
    x->eats = eats_of(&c);
    if (config & 2)
        add_stage2(cfg, pi, ste, x);
    if (!(config & 1)) {
        bypass_stage1(x);
        return ssv ? STE_BAD_SUBSTREAM : STE_DECIDED;
    }
    unsigned cd_max = cfg->value[SMMU_CFG_IDR1_SSIDSIZE] ? (unsigned)STE_GET(ste, S1CDMax) : 0;
    *locator = locator_of(ste, x, cd_max);
    return choose_cd(ste, cd_max, ssv, substreamid, x);
}

enum ste_verdict smmu__ste_decode_translated(const smmu_config_t *cfg, const struct prog_if *pi,
                                             const uint64_t ste[8], bool ssv, uint32_t substreamid,
                                             struct xctx *x, struct cd_locator *locator)
{
    enum ste_verdict verdict = smmu__ste_decode(cfg, pi, ste, ssv, substreamid, x, locator);
    if (verdict == STE_ILLEGAL)
        return verdict;
    if (x->kind == XCTX_ABORT || x->eats == EATS_NONE)
        return STE_DECIDED;
    if (verdict == STE_BAD_SUBSTREAM || (verdict == STE_NEEDS_CD && ssv) ||
        (verdict == STE_DISABLED && cfg->value[SMMU_CFG_IDR3_PASIDTT]))
        return verdict;
    x->cd_index = CD_NONE;
    x->from_vms = false;
    smmu__ste_translated(x);
    return STE_DECIDED;
}

/* CHOICE 13.1.4: ALLOCCFG does not count either; INSTCFG and PRIVCFG do, as 13.7 recommends. */
void smmu__ste_translated(struct xctx *x)
{
    uint32_t cd_index = x->cd_index;
    bool from_vms = x->from_vms;
    if (x->kind == XCTX_S1 || x->kind == XCTX_NESTED)
        bypass_stage1(x);
    if (x->eats == EATS_FULL)
        x->kind = XCTX_BYPASS;
    x->s1dss_bypass = false;
    x->cd_index = cd_index;
    x->from_vms = from_vms;
    x->prefetch = 0;
    x->hardening = 0; /* 3.27.2 */
    x->overrides.mtcfg = false;
    x->overrides.shcfg = SHCFG_INCOMING;
    x->overrides.alloccfg = 0;
}
