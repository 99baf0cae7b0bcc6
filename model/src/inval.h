/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L2. Invalidation: a scope as a value, applied to the caches, to the translations in flight and to
 * the owner's derived state (outbox), in one place (3.21, 4.3, 4.4). Takes effect at once; complete
 * when smmu__inval_complete() and TCU and TBUs have done it, which is what CMD_SYNC waits for.
 */
#ifndef SMMUSIM_INVAL_H
#define SMMUSIM_INVAL_H

#include <stdbool.h>
#include <stdint.h>

#include "smmusim/smmu_types.h"

struct smmu;
struct prog_if;
struct tbu;

/* Upper limit of timing.dti_inv_tokens. */
#define INVAL_TOKENS_MAX 16

/* SMMU_OUT_INVAL items that may await the owner. */
#define INVAL_ACKS_MAX 64

enum inval_kind { INVAL_CONFIG, INVAL_TLB, INVAL_KINDS };

struct inval_config {
    uint8_t sec; /* smmu_pas_t of the streams */
    bool all;    /* every stream of the state */
    uint32_t sid_first, sid_last;
    bool one_substream; /* only the CD with this table index */
    uint32_t substreamid;
    bool partid_map; /* only what a VMS has said, */
    uint16_t vmid;   /* to streams of this VMID */
};

struct inval_tlb {
    uint8_t world; /* enum stream_world */
    bool by_vmid, by_asid, by_va;
    bool spare_global; /* by ASID: global entries stay (4.4.2.2) */
    bool spare_aset;   /* what contexts with CD.ASET have brought stays (3.17) */
    bool spare_stage1; /* entries by VA, those of both stages combined too, stay (4.4.3.1) */
    bool spare_stage2; /* entries by IPA stay (4.4.2) */
    uint16_t vmid, asid;
    uint16_t vmid_ignored;      /* these bits of a VMID make no difference (3.17.6) */
    bool leaf_only;             /* table descriptors may stay */
    uint64_t va_first, va_last; /* VA or IPA, inclusive, if by_va; bits above its size as given */
    uint8_t granule_log2;       /* only entries of this granule must go; 0: any */
    uint8_t level_hint;         /* 1..3: only leaves of this level must go; 0: any */
};

struct inval_scope {
    enum inval_kind kind;
    union {
        struct inval_config config;
        struct inval_tlb tlb;
    } u;
};

/* What a programming interface does without a slot: CMD_SYNC and SMMUEN wait for it (atos.h,
 * ppar.h). */
enum own_operation { OWN_ATOS_GLOBAL, OWN_ATOS_VIRTUAL, OWN_STE_CHECK, OWN_OPERATIONS };

/* What an invalidation costs, by kind, without an address and with one (docs/timing.md). */
struct inval_cost {
    uint64_t in_tcu, in_tbu;
};

/*
 * Of two epochs one takes what acts on old state now: tracked accesses that are forwarded, marked
 * slots (slots.h), marked operations without one. A CMD_SYNC waits for what is there when it
 * begins, and not for what comes later, which another queue may bring without end: the epochs
 * change roles, which the former one must be empty for, and then the one that was left empties.
 */
struct inval_state {
    uint8_t epoch;       /* 0 or 1: that of what comes now */
    bool dirty;          /* something was invalidated since the last change */
    uint64_t changes;    /* of epoch, so far */
    uint64_t reset_changes; /* of these, before the last reset */
    uint64_t count;      /* invalidations ever */
    uint64_t done[INVAL_TOKENS_MAX]; /* when the latest are complete, by count modulo the maximum */
    uint64_t free_at, latest_done;   /* of these: when a token is free, and the latest one's */
    /* While a TBU works on them: of the same ones, for TBU 0; the others 'apart' cycles later
     * each. */
    struct inval_work {
        uint64_t from, length, apart;
    } work[INVAL_TOKENS_MAX];
    uint32_t tracked[2]; /* forwarded accesses not yet done, by epoch */
    uint64_t next_ack_tag, forgotten_ack_tag;
    uint16_t own_running;   /* operations without a slot: a bit for each of each interface */
    uint16_t own_marked[2]; /* of these, that ran when something was invalidated (4.7.3), by epoch */
    struct inval_cost cost[INVAL_KINDS][2];
    uint64_t acks_pending; /* bit tag % 64: this SMMU_OUT_INVAL is not acknowledged yet */
};

/* What one CMD_SYNC waits for. */
struct inval_wait {
    uint64_t change;   /* the change of epochs behind which nothing concerns it */
    uint64_t ack_tag;  /* the first SMMU_OUT_INVAL that does not */
};

void smmu__inval_init(struct smmu *s);
void smmu__invalidate(struct smmu *s, const struct inval_scope *scope);
/* When the latest invalidation is complete in TCU and TBUs. */
uint64_t smmu__inval_latest_done(const struct smmu *s);
/* CMD_SYNC calls begin once, then asks complete until it is true (3.21.1, 4.3.8). */
struct inval_wait smmu__inval_sync_begin(const struct smmu *s);
bool smmu__inval_complete(struct smmu *s, const struct inval_wait *wait);
/* An operation without a slot begins; is it marked? It is over. */
void smmu__inval_own_begin(struct smmu *s, const struct prog_if *pi, enum own_operation which);
bool smmu__inval_own_marked(const struct smmu *s, const struct prog_if *pi,
                            enum own_operation which);
void smmu__inval_own_done(struct smmu *s, const struct prog_if *pi, enum own_operation which);
/* The epoch in which an access counts that used a marked slot's result, or any other's. */
uint8_t smmu__inval_epoch_of(const struct smmu *s, uint8_t marks);
/* A TBU that works on invalidations takes no look-ups in its main TLB: takes its banks for those
 * that it has not been told of yet. */
void smmu__inval_block_lookups(struct smmu *s, struct tbu *t);
/* The cycle from which one more invalidation can be sent to the TBUs (timing.dti_inv_tokens). */
uint64_t smmu__inval_free_at(const struct smmu *s);
/* May one more invalidation await the owner's acknowledge? (Room in the outbox is asked for
 * apart.) */
bool smmu__inval_ready(const struct smmu *s);
/* The owner's reports. */
smmu_status_t smmu__inval_ack(struct smmu *s, uint64_t tag);
smmu_status_t smmu__inval_access_done(struct smmu *s, uint8_t epoch);
void smmu__inval_reset(struct smmu *s);

#endif
