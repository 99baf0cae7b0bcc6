/* SPDX-License-Identifier: Apache-2.0 */
/* L3. See stage2_tables.h. */
#include "stage2_tables.h"

#include "attrs.h"
#include "state.h"
#include "walk.h"

#define STE_GET(ste, name) SMMU_FIELD_GET(STE, name, ste)

/* S2AA64=0 selects VMSAv9-128 where that exists. */
bool smmu__s2_uses_vmsav8_32(const smmu_config_t *cfg, const uint64_t ste[8])
{
    return !STE_GET(ste, S2AA64) && !cfg->value[SMMU_CFG_IDR5_D128];
}

/* Effective S2PS in bits: codes that are Reserved or above the OAS act as the OAS (5.2 S2PS). */
static unsigned s2_output_bits(const smmu_config_t *cfg, const uint64_t ste[8])
{
    static const uint8_t bits[8] = {32, 36, 40, 42, 44, 48, 52, 56};
    if (smmu__s2_uses_vmsav8_32(cfg, ste))
        return VMSAV8_32_OUTPUT_BITS;
    unsigned ps = bits[STE_GET(ste, S2PS)], oas = smmu__oas_bits(cfg);
    return ps < oas ? ps : oas;
}

unsigned smmu__s2_address_bits(const smmu_config_t *cfg, const uint64_t ste[8])
{
    unsigned bits = s2_output_bits(cfg, ste), oas = smmu__oas_bits(cfg);
    return bits < oas ? bits : oas;
}

unsigned smmu__s2_granule_log2(const smmu_config_t *cfg, const uint64_t ste[8])
{
    static const uint8_t granules[4] = {12, 16, 14, 0};
    return smmu__s2_uses_vmsav8_32(cfg, ste) ? 12 : granules[STE_GET(ste, S2TG)];
}

/* VMSAv8-32's S2T0SZ has four bits and a sign (5.2 S2T0SZ). */
unsigned smmu__s2_input_bits(const smmu_config_t *cfg, const uint64_t ste[8])
{
    unsigned t0sz = (unsigned)STE_GET(ste, S2T0SZ);
    return smmu__s2_uses_vmsav8_32(cfg, ste) ? (32 + (t0sz & 8) * 2) - (t0sz & 15) : 64 - t0sz;
}

bool smmu__s2_uses_ds(const smmu_config_t *cfg, const uint64_t ste[8])
{
    return cfg->value[SMMU_CFG_IDR5_DS] && STE_GET(ste, S2AA64) && STE_GET(ste, S2DS) &&
           smmu__s2_granule_log2(cfg, ste) != 16;
}

int smmu__s2_start_level(const smmu_config_t *cfg, const uint64_t ste[8])
{
    static const int8_t levels[3][4] = {
        {2, 1, 0, 3}, {3, 2, 1, 0}, {3, 2, 1, S2_NO_LEVEL}}; /* [granule][SL0] */
    /* No address is so long that it would need the level (J1.1.4 AArch64.S2InvalidSL). */
    static const uint8_t least_oas[3][4] = {{0, 0, 44, 0}, {0, 0, 42, 52}, {0, 0, 44, 0}};
    unsigned granule = smmu__s2_granule_log2(cfg, ste), sl0 = (unsigned)STE_GET(ste, S2SL0);
    unsigned oas = smmu__oas_bits(cfg);
    bool ds = smmu__s2_uses_ds(cfg, ste);
    if (smmu__s2_uses_vmsav8_32(cfg, ste))
        return sl0 > 1 ? S2_NO_LEVEL : 2 - (int)sl0;
    if (granule == 12 && ds && STE_GET(ste, S2SL0_2))
        return sl0 || oas < 52 ? S2_NO_LEVEL : -1;
    if ((granule == 12 && sl0 == 3 && !cfg->value[SMMU_CFG_IDR3_STT]) ||
        (granule == 14 && sl0 == 3 && !ds) || oas < least_oas[(granule - 12) / 2][sl0])
        return S2_NO_LEVEL;
    return levels[(granule - 12) / 2][sl0];
}

struct ttb smmu__s2_ttb(const smmu_config_t *cfg, const uint64_t ste[8])
{
    struct attrs a = smmu__attrs_from_walk((unsigned)STE_GET(ste, S2IR0),
                                           (unsigned)STE_GET(ste, S2OR0),
                                           (unsigned)STE_GET(ste, S2SH0));
    struct ttb t = {.granule_log2 = (uint8_t)smmu__s2_granule_log2(cfg, ste),
                    .input_bits = (uint8_t)smmu__s2_input_bits(cfg, ste),
                    .vmsav8_32 = smmu__s2_uses_vmsav8_32(cfg, ste),
                    .start_level = (int8_t)smmu__s2_start_level(cfg, ste),
                    .hpd = true, /* stage 2 tables restrict nothing (D8.4) */
                    .affd = STE_GET(ste, S2AFFD),
                    .ha = STE_GET(ste, S2HA),
                    .hd = STE_GET(ste, S2HA) && STE_GET(ste, S2HD), /* 5.2 S2HA: alone it is off */
                    .big_endian = STE_GET(ste, S2ENDI),
                    .output_bits = (uint8_t)s2_output_bits(cfg, ste),
                    .address_bits = (uint8_t)smmu__s2_address_bits(cfg, ste),
                    .walk_memattr = a.memattr,
                    .walk_sh = a.sh,
                    .shx = (uint8_t)STE_GET(ste, S2SH0)};
    t.range_mask = ~low_mask(t.input_bits);
    t.region_bits = t.input_bits < t.address_bits ? t.input_bits : t.address_bits;
    t.base = smmu__walk_table_base(&t, SMMU_FIELD_IN_PLACE(STE, S2TTB, ste) & low_mask(52));
    if (smmu__s2_uses_ds(cfg, ste))
        t.high = PTE_HIGH_DS;
    else if (t.granule_log2 == 16 && smmu__oas_bits(cfg) >= 52)
        t.high = PTE_HIGH_64K;
    return t;
}
