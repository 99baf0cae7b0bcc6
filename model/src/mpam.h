/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L1. MPAM (chapter 17): what becomes of the PARTID and PMG that registers, STEs, CDs and a VMS
 * give to accesses, and where a VMS keeps its map (5.6). Who uses whose label is where the accesses
 * are made.
 */
#ifndef SMMUSIM_MPAM_H
#define SMMUSIM_MPAM_H

#include "bits.h"
#include "config.h"

/*
 * CHOICE 5.2 PARTID and PMG, 5.4, 5.6, 6.3.42, 6.3.43: an ID beyond the maximum, which is UNKNOWN,
 * is 0. Without MPAM the maxima are 0, and so is every label.
 */
static inline smmu_mpam_t smmu__mpam(const smmu_config_t *cfg, uint64_t partid, uint64_t pmg)
{
    return (smmu_mpam_t){
        .partid = (uint16_t)(partid > cfg->value[SMMU_CFG_MPAMIDR_PARTID_MAX] ? 0 : partid),
        .pmg = (uint8_t)(pmg > cfg->value[SMMU_CFG_MPAMIDR_PMG_MAX] ? 0 : pmg)};
}

/* The bits that numbers up to this one have. */
static inline uint64_t bits_up_to(uint64_t max)
{
    return max ? low_mask(highest_bit(max) + 1) : 0;
}

/* What exists of GMPAM and of the registers that are like it: bits above the widths of the largest
 * PARTID and PMG are RES0 (6.3.42, 6.3.43, 10.5.2.25). */
static inline uint64_t smmu__mpam_register_mask(const smmu_config_t *cfg)
{
    return SMMU_FIELD_MASK(GMPAM, Update) |
           SMMU_FIELD_PUT(GMPAM, SO_PARTID, bits_up_to(cfg->value[SMMU_CFG_MPAMIDR_PARTID_MAX])) |
           SMMU_FIELD_PUT(GMPAM, SO_PMG, bits_up_to(cfg->value[SMMU_CFG_MPAMIDR_PMG_MAX]));
}

/* VMS.PARTID_MAP: 32 PARTIDs of 16 bits, four of which are read at once. */
enum { VIRTUAL_PARTID_BITS = 5, PARTIDS_A_READ = 4 };

static inline uint64_t partid_map_address(uint64_t vms, uint16_t virtual_partid)
{
    return vms + virtual_partid / PARTIDS_A_READ * 8U;
}

static inline uint16_t partid_of_map(uint64_t read, uint16_t virtual_partid)
{
    return (uint16_t)(read >> virtual_partid % PARTIDS_A_READ * 16U);
}

#endif
