/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L1. A translation context: what STE and CD say about one {Security state, StreamID, SubstreamID},
 * decoded once and kept in the configuration cache. stream.c fills the STE's part, context.c the
 * CD's.
 */
#ifndef SMMUSIM_XCTX_H
#define SMMUSIM_XCTX_H

#include <stdbool.h>
#include <stdint.h>

#include "smmusim/smmu_types.h"

enum xctx_kind {
    XCTX_ABORT,  /* Config 0b0xx: silent abort */
    XCTX_BYPASS, /* Config 0b100, or stage 1 bypassed by S1DSS with no stage 2 */
    XCTX_S1,     /* stage 1 translates */
    XCTX_S2,     /* stage 2 alone: Config 0b110, or stage 1 of 0b111 bypassed by S1DSS */
    XCTX_NESTED, /* both */
};

/* StreamWorlds of 3.3.3 that exist in this build. */
enum stream_world { WORLD_NS_EL1, WORLD_NS_EL2, WORLD_NS_EL2_E2H };

/* One range of addresses (TTB0's), one privilege, no ASIDs (3.17, 5.4.1, 13.4.1). */
static inline bool world_is_el2(uint8_t world)
{
    return world == WORLD_NS_EL2;
}

/* CHOICE 3.17.5: tags do not tell EL2 and EL2-E2H apart; software has one of them at a time. */
static inline uint8_t world_in_tags(uint8_t world)
{
    if (world == WORLD_NS_EL2_E2H)
        return WORLD_NS_EL2;
    return world;
}

/* Where descriptors keep address bits above 47 (Arm ARM D8.3). It also decides which levels have
 * the largest blocks. */
enum pte_high {
    PTE_HIGH_NONE, /* nowhere */
    PTE_HIGH_64K,  /* [51:48] in bits [15:12]: 64 KiB granule where the OAS is 52 bits */
    PTE_HIGH_DS, /* [49:48] in place, [51:50] in bits [9:8]: 4 KiB and 16 KiB granules with CD.DS or
                    STE.S2DS */
};

/* VMSAv8-32 (3.4): of stage 1's input, and of either stage's output. */
enum { VMSAV8_32_INPUT_BITS = 32, VMSAV8_32_OUTPUT_BITS = 40 };

/* Tables of a context, by their place in xctx.ttb. */
enum { TTB_LOW, TTB_HIGH, TTB_STAGE2, TTBS };

/* One half of the stage 1 input range (5.4: TTBx, TxSZ, TGx, ...), or stage 2's (5.2:
 * S2TTB, ...). */
struct ttb {
    uint64_t base;        /* table address, aligned down to the start level's table size (D8.2) */
    uint64_t range_mask;  /* VA bits that must all equal bit 55; without the tag byte if TBI */
    uint8_t granule_log2; /* 12, 14, 16 */
    uint8_t input_bits;   /* 64 - TxSZ; of VMSAv8-32, 32 - TxSZ */
    int8_t start_level;
    uint8_t high;         /* enum pte_high */
    bool disabled;        /* bit 55 chooses nothing here: EPDx, or VMSAv8-32's TTB1 */
    bool e0pd;            /* E0PDx */
    bool epd : 1;         /* EPDx */
    bool vmsav8_32 : 1;   /* Long descriptors of VMSAv8-32 (Arm ARM G5.5), else VMSAv8-64 */
    bool hpd : 1;         /* HADx: hierarchical attributes off */
    bool pnch : 1;        /* PnCH: bit 52 is Protected, not Contiguous (3.27.1) */
    bool affd : 1, big_endian : 1;
    bool ha : 1, hd : 1;           /* hardware sets the access flag, marks pages dirty (3.13) */
    uint8_t output_bits;           /* effective IPS or S2PS: beyond it is F_ADDR_SIZE */
    uint8_t address_bits;          /* of it, what is passed on: less where VMSAv8-32 meets a smaller
                                      OAS, which tables must lie within (3.4, 3.4.3) */
    uint8_t region_bits;           /* leaves are known in regions of at most 2^region_bits bytes */
    uint8_t walk_memattr, walk_sh; /* of descriptor fetches, MAIR format (13.8) */
    uint8_t shx; /* SHx or S2SH0 itself: with DS it is the leaves' shareability (5.4 DS) */
};

enum { SHCFG_INCOMING = 1 };

/* What STE.EATS comes to, ATSCHK of the time it was read included (5.2, 3.9.2). */
enum { EATS_NONE, EATS_FULL, EATS_SPLIT };

/* Of translation hardening (3.27.2): STE.TL0, TL1, AssuredOnly. */
enum { HARDEN_TL0 = 1, HARDEN_TL1 = 2, HARDEN_ASSURED_ONLY = 4 };

/* STE attribute overrides for the client transaction (5.2, 13.1.4); also GBPA's (6.3.14). */
struct overrides {
    uint8_t memattr; /* MAIR format, if mtcfg */
    bool mtcfg;
    uint8_t alloccfg; /* 0b1RWT or 0b0xxx */
    uint8_t shcfg;    /* 0 NSH, 1 incoming, 2 OSH, 3 ISH */
    uint8_t privcfg;  /* 0, 1 incoming, 2 unprivileged, 3 privileged */
    uint8_t instcfg;  /* 0, 1 incoming, 2 data, 3 instruction */
};

#define CD_NONE UINT32_MAX

/* STE[121:120], IMPLEMENTATION DEFINED (5.2): which page is walked ahead. */
enum { XCTX_PREFETCH_NEXT = 1, XCTX_PREFETCH_PREVIOUS = 2 };

/* What an access is after the overrides: privileged or not; a write is data. */
struct access_kind {
    bool write, inst, priv;
    uint8_t need; /* the LEAF_* permission of walk.h */
};

enum { XCTX_ACCESS_FLAGS = 7 }; /* SMMU_REQ_WRITE, _INST and _PRIV, which answer.c asserts */

struct xctx {
    /* STE */
    uint8_t kind;      /* enum xctx_kind, of this {StreamID, SubstreamID} */
    uint8_t world;     /* enum stream_world */
    uint8_t prefetch;  /* XCTX_PREFETCH_*, or none */
    uint8_t eats;      /* EATS_* */
    bool s1dss_bypass; /* XCTX_BYPASS by S1DSS=0b01: the limit is IAS, not OAS (3.4) */
    struct overrides overrides;
    bool s2r, s2s;     /* STE.S2R, S2S (5.5) */
    bool s2ptw, s2fwb; /* STE.S2PTW, S2FWB */
    bool s2mteperm;    /* IDR3.MTEPERM (3.23.1) */
    bool s2pie, s2poe; /* STE.S2PIE, S2POE: permissions of s2pii, and those of s2poi (3.26.2) */
    uint8_t hardening; /* HARDEN_* */
    bool cd_assured;   /* CD and L1CD came from AssuredOnly memory (3.27.2) */
    uint16_t vmid;     /* 0 if there is no VMID tag (3.17): no stage 2, or EL2 */
    /* CD */
    uint16_t asid;
    uint32_t cd_index; /* its place in the table it was read from; CD_NONE: there is none */
    bool aset;
    bool a : 1, r : 1, s : 1; /* CD.A, CD.R, CD.S (5.5) */
    bool from_vms : 1; /* its PARTID comes, or will come, from the STE's VMS */
    bool wxn, pan, epan;
    bool uwxn; /* no privileged execution where others can write: UWXN, or always (VMSAv8-64) */
    bool aie;                   /* AIE: AttrIndx has four bits */
    bool pie;                   /* PIE: permissions are those of 'indirect' */
    smmu_mpam_t ste_mpam;       /* labels of reads of CDs and stage 2's tables (17.4); */
    uint8_t indirect[16];       /* by PIIndex: LEAF_* of walk.h, PAN included (3.26.1) */
    uint64_t s2pii, s2poi;      /* sixteen entries of four bits, by PIIndex and POIndex */
    uint64_t mair; /* Attr0 to Attr7, Reserved encodings resolved */
    /* Stage 2 alone: TTB_LOW is a copy of TTB_STAGE2, so that a look-up by input address need not
     * know the stage, and TTB_HIGH is disabled. */
    struct ttb ttb[TTBS];
    struct access_kind access[XCTX_ACCESS_FLAGS + 1]; /* by SMMU_REQ_WRITE, _INST, _PRIV */
    uint16_t stream_number; /* its histograms (count.h) */
    /* Filled by tags.c: where this context's TLB entries are counted. s2_serial 0: not yet. */
    uint16_t tag, global_tag, s2_tag;
    uint32_t tag_serial, global_serial, s2_serial;
    smmu_mpam_t mpam; /* of transactions and reads of stage 1's tables (17.2). CD.PARTID while it is
                         not mapped yet */
};

/* CHOICE: what stage 2 overlays make of a page must not be cached (5.2 S2POI), and what hardening
 * asks of a page is not: only the TCU answers for such a stream, and it walks each time. */
static inline bool xctx_uncached(const struct xctx *x)
{
    return x->s2poe || x->hardening;
}

static inline bool xctx_translates(const struct xctx *x)
{
    return x->kind >= XCTX_S1;
}

/* Where a stream's CDs are (5.2 S1ContextPtr, S1Fmt, S1CDMax), and how they are fetched. */
struct cd_locator {
    uint64_t base;
    uint8_t format; /* 0 linear, 1 two-level with 4 KiB leaves, 2 two-level with 64 KiB leaves */
    uint8_t cd_max; /* S1CDMax */
    bool stalld : 1;       /* S1STALLD */
    bool s1pie : 1;        /* S1PIE */
    bool nested : 1;       /* stage 2 translates, */
    bool s2_vmsav8_32 : 1; /* with tables of VMSAv8-32 */
    bool s1mpam : 1;       /* S1MPAM */
    uint8_t memattr, sh; /* from S1CIR, S1COR, S1CSH (13.8) */
    uint64_t vms;        /* VMSPtr, if xctx.from_vms */
};

#endif
