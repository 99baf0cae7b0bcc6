/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L3. One translation by itself, without slots, caches, time, records and counters: what stream.c,
 * context.c and walk.c say about an address, a read at a time. Who asks makes the reads: a debugger
 * at once (debug_walk.c), ATOS as the SMMU makes its own (atos.c, chapter 9). Its results are those
 * of a transaction that finds the caches empty.
 */
#ifndef SMMUSIM_QUERY_H
#define SMMUSIM_QUERY_H

#include "fault.h"
#include "outbox.h"
#include "slots.h"

struct smmu;
struct prog_if;

/* Which stages: those that a transaction meets, or as ATOS_ADDR.TYPE codes them (9.1.3). */
enum query_stages { QUERY_TRANSACTION, QUERY_STAGE1, QUERY_STAGE2, QUERY_BOTH };

/* Of ATOS alone (9.1.5): a stage is asked for that the stream does not have. */
enum { QUERY_INV_STAGE = 0xFE };

enum query_step {
    QUERY_L1STD,
    QUERY_STE,
    QUERY_L1CD,
    QUERY_CD,
    QUERY_VMS,
    QUERY_TTD,
    QUERY_S2_TTD,
    QUERY_FLAGS,   /* the update of a descriptor of stage 1, of stage 2 */
    QUERY_S2_FLAGS
};

enum query_verdict {
    QUERY_READ,         /* it wants 'size' bytes at 'read_addr' */
    QUERY_UPDATE,       /* what is there, a descriptor, is to become 'to' if it is 'from' */
    QUERY_TRANSLATED,   /* 'leaf' permits the access */
    QUERY_UNTRANSLATED, /* no stage is there, or stage 1 alone is asked for and S1DSS bypasses it */
    QUERY_FAULT         /* 'fault' says which: event, s2, class_, ipa */
};

struct query {
    /* ---- asked */
    smmu_request_t request;
    uint8_t stages; /* enum query_stages; except of a transaction STE.PRIVCFG and INSTCFG do not
                       count */
    bool for_vmid;  /* of streams of EL1 with this VMID alone (9.1.6) */
    uint16_t vmid;
    bool inhibits_updates; /* ATOS_ADDR.HTTUI: descriptors count as updated (9) */
    /* ---- the read that it waits for */
    uint8_t step;   /* enum query_step */
    uint8_t source; /* smmu_mem_source_t */
    uint8_t size;
    uint64_t read_addr;
    struct mem_attrs attrs;
    uint64_t from, to; /* QUERY_UPDATE */
    /* ---- how far it is */
    bool known; /* 'x' is */
    struct xctx x;
    struct cd_locator locator;
    struct walk walk;
    struct stage2 s2;
    struct leaf leaf;
    uint64_t stage1_descriptor, stage2_descriptor;
    struct fault fault;
};

/* request and stages are set. */
enum query_verdict smmu__query_begin(const struct smmu *s, const struct prog_if *pi,
                                     struct query *q);
/* The bytes that it wanted, or those that the descriptor had; NULL: the access aborted. What is to
 * change nothing answers an update with 'from' (smmu__query_pretend); stage 2 has had its say of an
 * update of stage 1 then, as it would of a transaction's, unless updates are inhibited. */
enum query_verdict smmu__query_got(const struct smmu *s, const struct prog_if *pi, struct query *q,
                                   const uint8_t *data);
enum query_verdict smmu__query_pretend(const struct smmu *s, const struct prog_if *pi,
                                       struct query *q);

#endif
