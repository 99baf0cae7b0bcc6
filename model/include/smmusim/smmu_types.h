/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values that cross the boundary of the SMMUv3 model: requests, responses, outbox
 * items, status codes. Plain data, fixed widths, no pointers into the model.
 * Section numbers are those of IHI 0070 issue G.b.
 */
#ifndef SMMUSIM_SMMU_TYPES_H
#define SMMUSIM_SMMU_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Time is counted in cycles of the SMMU clock. */
#define SMMU_NEVER UINT64_MAX

/* Caller misuse, always negative. What guest software can cause is never reported here. */
#define SMMU_STATUS_LIST(X)                                                      \
    X(OK, 0, "no error")                                                         \
    X(E_ARGUMENT, -1, "an argument is out of its documented range")              \
    X(E_CONFIG, -2, "the configuration is unknown, out of range or inconsistent")\
    X(E_MEMORY, -3, "the memory handed over is too small or misaligned")         \
    X(E_TIME, -4, "time went backwards")                                         \
    X(E_TAG, -5, "no access or request with this tag is outstanding")            \
    X(E_UNSUPPORTED, -6, "the configured SMMU has no such input")

typedef enum smmu_status {
#define SMMU_STATUS_ENUM(name, value, text) SMMU_##name = value,
    SMMU_STATUS_LIST(SMMU_STATUS_ENUM)
#undef SMMU_STATUS_ENUM
} smmu_status_t;

/* Physical address spaces, also the Security state of a StreamID (SEC_SID) (3.10). */
typedef enum smmu_pas {
    SMMU_PAS_NS = 0,
    SMMU_PAS_S = 1,
    SMMU_PAS_REALM = 2,
    SMMU_PAS_ROOT = 3,
} smmu_pas_t;

/* Shareability as descriptors and STE.SHCFG code it: 0 non-, 2 outer, 3 inner shareable
 * (13.1.3). */
typedef enum smmu_sh { SMMU_SH_NSH = 0, SMMU_SH_OSH = 2, SMMU_SH_ISH = 3 } smmu_sh_t;

/* MAIR-format bytes of common memory types (13.1.3; the format is the Arm ARM's D8.6). */
#define SMMU_MEMATTR_DEVICE_nGnRnE 0x00
#define SMMU_MEMATTR_NC 0x44
#define SMMU_MEMATTR_WB_RAWA 0xFF

/* What an access is labelled with for memory system resource partitioning and monitoring, MPAM
 * (chapter 17). The PARTID space is that of the Security state. All zero with IDR3.MPAM=0. */
typedef struct smmu_mpam {
    uint16_t partid;
    uint8_t pmg;
} smmu_mpam_t;

/* ---------------------------------------------------------------- requests */

/* smmu_request.flags */
enum {
    SMMU_REQ_WRITE = 1u << 0, /* a write; otherwise a read */
    SMMU_REQ_INST = 1u << 1,  /* instruction access (InD); ignored on writes (13.1.2) */
    SMMU_REQ_PRIV = 1u << 2,  /* privileged access (PnU) */
    SMMU_REQ_SSV = 1u << 3,   /* substreamid is valid */
    /*
     * The owner promises one smmu_access_done() with the response's epoch once the
     * forwarded access is globally visible. A CMD_SYNC after an invalidation waits for it (3.21.1).
     */
    SMMU_REQ_TRACKED = 1u << 4,
    /*
     * PCIe ATS (3.9.1). A Translation Request of 'ats_units' STUs: WRITE stands for NW=0, INST for
     * Exe, PRIV for Priv, which two count only with SSV (13.7). Its result is an SMMU_RESULT_ATS_*,
     * of the first STU and what lies in the same region; whoever wants more asks again. It is no
     * access, and TRACKED does not count.
     */
    SMMU_REQ_ATS_REQUEST = 1u << 5,
    /* A translated transaction: addr is what a Translation Completion has brought. Not both. */
    SMMU_REQ_ATS_TRANSLATED = 1u << 6,
};

/* One client transaction that stays inside one 4 KiB page, or an ATS Translation Request. */
typedef struct smmu_request {
    uint64_t addr;        /* as presented by the client, all 64 bits */
    uint64_t tag;         /* the owner's; comes back in the response */
    uint32_t streamid;    /* full width; values at or above 2^SIDSIZE are a guest error, not misuse */
    uint32_t substreamid; /* 20 bits; counts only with SMMU_REQ_SSV */
    uint16_t flags;       /* SMMU_REQ_* */
    uint8_t sec_sid;      /* smmu_pas_t: Security state of the stream */
    uint8_t tbu;          /* which TBU it enters through, below timing.tbus */
    uint8_t memattr;      /* incoming memory type, MAIR format; clients without one give SMMU_MEMATTR_WB_RAWA */
    uint8_t sh;           /* incoming shareability, smmu_sh_t */
    uint16_t order_id;    /* bus ID: answers of one TBU, direction and ID come in order (timing.order_by_id) */
    uint16_t size;        /* bytes of a write: what it occupies of timing.wbuf_beats and the port
                             (timing.tbu_port_bytes). 0: one beat */
    uint8_t ats_units;    /* STUs that a Translation Request asks for, up to 15. 0: one */
} smmu_request_t;

typedef enum smmu_result {
    SMMU_RESULT_FORWARD = 0, /* send it on to 'pa' */
    SMMU_RESULT_ABORT = 1,   /* terminate with an abort (bus error) */
    SMMU_RESULT_RAZ_WI = 2,  /* terminate as successful: reads zero, writes ignored (3.12, 5.5) */
    /* ATS Translation Completions (3.9.1.2). Success: of the aligned region of 2^region_log2 bytes
       around the request's address, pa is where its first byte lies, an IPA with split-stage ATS;
       perms is what is granted, none at all included. SMMU_RSP_PRIV is Priv as requested. U, N and
       Global are always 0. */
    SMMU_RESULT_ATS_SUCCESS = 3,
    SMMU_RESULT_ATS_UR = 4, /* Unsupported Request */
    SMMU_RESULT_ATS_CA = 5, /* Completer Abort */
} smmu_result_t;

/* smmu_response.flags */
enum {
    SMMU_RSP_BYPASS = 1u << 0, /* no stage of translation touched it: SMMUEN=0 or Config=0b100 */
    SMMU_RSP_PRIV = 1u << 1,   /* output privilege: since SMMUv3.4 always privileged (13.1.2) */
    SMMU_RSP_INST = 1u << 2,   /* output instruction marking: since SMMUv3.4 never */
    SMMU_RSP_TRACKED = 1u << 3 /* smmu_access_done() is owed */
};

typedef struct smmu_response {
    uint64_t pa;         /* physical address of the access; valid if result is FORWARD */
    uint64_t tag;        /* of the request */
    uint32_t latency;    /* cycles from now until it stands. From smmu_submit(): all that the SMMU takes. In an
                            SMMU_OUT_ANSWER of mode at: 0, it stands now; of lt and functional: all that is the
                            SMMU's own, without the memory accesses made for it, whose time is the owner's */
    uint8_t result;      /* smmu_result_t */
    uint8_t flags;       /* SMMU_RSP_* */
    uint8_t memattr;     /* outgoing memory type, MAIR format, hints included */
    uint8_t sh;          /* outgoing shareability */
    uint8_t pas;         /* outgoing physical address space */
    uint8_t region_log2; /* the same translation and permissions hold in the aligned 2^n region around the
                            address; for bypass n is the output address size. Valid if result is FORWARD or ATS_SUCCESS */
    uint8_t perms;       /* SMMU_PERM_*: what this stream may do in the region at this privilege (for DMI) */
    uint8_t epoch;       /* for smmu_access_done(), if SMMU_RSP_TRACKED */
    smmu_mpam_t mpam;    /* of the access; valid if result is FORWARD */
} smmu_response_t;

enum { SMMU_PERM_R = 1, SMMU_PERM_W = 2, SMMU_PERM_X = 4 };

/* What smmu_submit() says when nothing was misused. */
typedef enum smmu_verdict {
    SMMU_DONE = 0,    /* the response is filled; it stands 'latency' cycles after now */
    SMMU_PENDING = 1, /* an SMMU_OUT_ANSWER with the request's tag will come */
    SMMU_BUSY = 2,    /* no translation slot, or no room for a write's data: nothing was taken; ask again at
                         smmu_next_due(), after the next smmu_mem_done() or when items have been taken out */
} smmu_verdict_t;

/* ---------------------------------------------- broadcast TLB maintenance */

/* TLBI instructions of PEs, those of all shareability domains and the nXS forms among them
 * (3.17). */
typedef enum smmu_tlbi_op {
    SMMU_TLBI_ALLE1,
    SMMU_TLBI_VMALLE1,    /* vmid */
    SMMU_TLBI_VMALLS12E1, /* vmid */
    SMMU_TLBI_ASIDE1,     /* vmid, asid */
    SMMU_TLBI_VAE1,       /* vmid, asid, address */
    SMMU_TLBI_VAAE1,      /* vmid, address */
    SMMU_TLBI_IPAS2E1,    /* vmid, address */
    SMMU_TLBI_ALLE2,
    SMMU_TLBI_ASIDE2,     /* asid: ASIDE1 of a PE in E2H mode */
    SMMU_TLBI_VAE2,       /* address; asid with e2h */
    SMMU_TLBI_VAAE2,      /* address: VAAE1 of a PE in E2H mode */
    SMMU_TLBI_COUNT
} smmu_tlbi_op_t;

typedef struct smmu_broadcast_tlbi {
    uint64_t first, last; /* VA or IPA, inclusive: a page, or the range of an R form */
    uint16_t vmid, asid;
    uint8_t op;           /* smmu_tlbi_op_t */
    uint8_t sec;          /* smmu_pas_t: Security state of what is meant */
    uint8_t granule_log2; /* 12, 14, 16: entries of this granule; 0: any */
    uint8_t level;        /* 1 to 3: of leaves at this level, if there is a granule; 0: any */
    bool leaf;            /* last level only: VALE1 and others */
    bool e2h;             /* from a PE in E2H mode (3.17.5) */
} smmu_broadcast_tlbi_t;

/* ----------------------------------------------------------- page requests */

/* smmu_page_request.flags, as the message has them (chapter 8) */
enum {
    SMMU_PPR_READ = 1u << 0,
    SMMU_PPR_WRITE = 1u << 1,
    SMMU_PPR_EXEC = 1u << 2, /* counts only with SMMU_PPR_SSV, as does the next */
    SMMU_PPR_PRIV = 1u << 3,
    SMMU_PPR_LAST = 1u << 4, /* last of its group; with a PASID, and neither R nor W: a stop marker */
    SMMU_PPR_SSV = 1u << 5,  /* the message has a PASID */
};

/* A PCIe Page Request, or a Stop marker. */
typedef struct smmu_page_request {
    uint64_t addr;        /* of the page; bits 11:0 are ignored */
    uint32_t streamid;
    uint32_t substreamid; /* 20 bits; counts only with SMMU_PPR_SSV */
    uint16_t prg_index;   /* 9 bits */
    uint8_t flags;        /* SMMU_PPR_* */
    uint8_t sec_sid;      /* smmu_pas_t: Security state of the stream */
} smmu_page_request_t;

/* Response codes of a PRG Response message (8.3). */
enum { SMMU_PRG_SUCCESS = 0, SMMU_PRG_INVALID = 1, SMMU_PRG_FAILURE = 15 };

/* ----------------------------------------------------------------- outbox */

typedef enum smmu_out_kind {
    SMMU_OUT_MEM = 1,    /* do a memory access and report it with smmu_mem_done() */
    SMMU_OUT_ANSWER = 2, /* a pending request is finished */
    SMMU_OUT_IRQ = 3,    /* an edge on an interrupt or event output */
    SMMU_OUT_INVAL = 4,  /* drop what you derived from translations; acknowledge with smmu_inval_done() */
    SMMU_OUT_ATC_INV = 5, /* an ATS invalidation for a device; its completion comes with smmu_atc_inv_done() */
    SMMU_OUT_PRG_RESPONSE = 6, /* a PRG Response message for a device */
    SMMU_OUT_BROADCAST_SYNC = 7, /* the end of an smmu_broadcast_sync() */
} smmu_out_kind_t;

typedef enum smmu_mem_op { SMMU_MEM_READ = 0, SMMU_MEM_WRITE = 1, SMMU_MEM_CAS = 2 } smmu_mem_op_t;

/* Why the SMMU makes the access: for traces, statistics and routing. Never needed for
 * correctness. */
typedef enum smmu_mem_source {
    SMMU_SRC_L1STD,
    SMMU_SRC_STE,
    SMMU_SRC_L1CD,
    SMMU_SRC_CD,
    SMMU_SRC_VMS,
    SMMU_SRC_TTD, /* translation table descriptor */
    SMMU_SRC_CMDQ,
    SMMU_SRC_EVENTQ,
    SMMU_SRC_PRIQ,
    SMMU_SRC_MSI,
    SMMU_SRC_COUNT
} smmu_mem_source_t;

#define SMMU_MEM_MAX_BYTES 64

/* Data is a byte array in memory order: structures, queues and MSIs are little-endian (5, 3.5). */
typedef struct smmu_out_mem {
    uint64_t tag;         /* the model's; hand it back unchanged */
    uint64_t addr;        /* physical, aligned to its size */
    uint64_t request_tag; /* tag of the client request it is made for, if for_request */
    uint8_t op;           /* smmu_mem_op_t */
    uint8_t size;         /* bytes: 4, 8, 16, 32 or 64 */
    uint8_t source;       /* smmu_mem_source_t */
    uint8_t pas;          /* smmu_pas_t */
    uint8_t memattr;      /* MAIR format */
    uint8_t sh;           /* smmu_sh_t */
    bool for_request;
    smmu_mpam_t mpam;     /* label of the access */
    uint8_t data[SMMU_MEM_MAX_BYTES]; /* WRITE: the bytes; CAS: expected value, then new value, 8 bytes each */
} smmu_out_mem_t;

typedef enum smmu_mem_status {
    SMMU_MEM_OK = 0,
    SMMU_MEM_ABORT = 1, /* external abort, reported synchronously */
} smmu_mem_status_t;

typedef enum smmu_irq_source {
    SMMU_IRQ_EVENTQ,
    SMMU_IRQ_PRIQ,
    SMMU_IRQ_CMD_SYNC,
    SMMU_IRQ_GERROR,
    SMMU_IRQ_SEV,  /* the event output that wakes PEs from WFE (4.7.3, 4.1.2) */
    SMMU_IRQ_PMCG, /* a counter of a counter group has overflowed (10.2.1) */
    SMMU_IRQ_COUNT
} smmu_irq_source_t;

typedef struct smmu_out_irq {
    uint8_t source; /* smmu_irq_source_t */
    uint8_t pas;    /* programming interface it belongs to */
    uint16_t group; /* PMCG: whose wire it is; 0 the TCU's, 1 + t that of TBU t */
} smmu_out_irq_t;

/* Which translations an invalidation may have changed. Wider than necessary is possible, narrower
 * is not. */
typedef struct smmu_out_inval {
    uint64_t tag;
    bool all_streams;
    bool all_addresses;
    uint32_t streamid_first, streamid_last; /* if !all_streams; both inclusive */
    uint64_t addr_first, addr_last;         /* input addresses, if !all_addresses; both inclusive */
} smmu_out_inval_t;

/*
 * CMD_ATC_INV (4.5.1): the device drops the translations it has cached of the span. Its completion
 * means that accesses made by them have been submitted (smmu_submit()).
 */
typedef struct smmu_out_atc_inv {
    uint64_t tag;         /* the model's; hand it back unchanged */
    uint64_t addr;        /* untranslated, aligned to the span */
    uint32_t streamid;
    uint32_t substreamid; /* PASID, if ssv */
    uint8_t sec_sid;      /* smmu_pas_t of the stream */
    uint8_t span_log2;    /* 2^n bytes: 12 to 63; 64: every address */
    bool ssv;
    bool global;          /* Global Invalidate: whatever the PASID; only with ssv */
} smmu_out_atc_inv_t;

/* How the device, or the root complex for it, has answered. */
typedef enum smmu_atc_inv_result {
    SMMU_ATC_INV_COMPLETED = 0,
    SMMU_ATC_INV_UNSUPPORTED = 1, /* Unsupported Request: counts as completed (3.9.1.5) */
    SMMU_ATC_INV_FAILED = 2,      /* given up: as though timing.atc_inv_timeout had passed (3.9.1.4) */
} smmu_atc_inv_result_t;

/* The end of a page request group: by CMD_PRI_RESP, or of the SMMU's own accord (8.1, 8.2). */
typedef struct smmu_out_prg_response {
    uint32_t streamid;
    uint32_t substreamid; /* PASID, if ssv */
    uint16_t prg_index;
    uint8_t sec_sid;      /* smmu_pas_t of the stream */
    uint8_t code;         /* SMMU_PRG_* */
    bool ssv;
} smmu_out_prg_response_t;

typedef struct smmu_out_broadcast_sync {
    uint64_t tag; /* the owner's */
} smmu_out_broadcast_sync_t;

typedef struct smmu_out {
    smmu_out_kind_t kind;
    union {
        smmu_out_mem_t mem;
        smmu_response_t answer;
        smmu_out_irq_t irq;
        smmu_out_inval_t inval;
        smmu_out_atc_inv_t atc_inv;
        smmu_out_prg_response_t prg_response;
        smmu_out_broadcast_sync_t broadcast_sync;
    } u;
} smmu_out_t;

#ifdef __cplusplus
}
#endif
#endif
