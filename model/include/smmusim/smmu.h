/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SMMUv3 model: the whole C API.
 *
 * The model never calls out. Inputs (this file's functions) change its state and may put
 * items into the outbox; the owner takes them out with smmu_pop(), does what they ask and
 * brings the results back as further inputs. Between two calls the model is at rest: no
 * C frame, lock or iterator of it exists, so the owner may do anything before the next one.
 *
 *     smmu_submit(s, now, &request, &response)      a client transaction enters
 *     smmu_reg_write(s, now, pas, offset, size, v)  software programs it
 *     next = smmu_advance(s, now)                   everything due by 'now' happens
 *     while (smmu_pop(s, &out)) ...                 do what it asks for
 *     smmu_mem_done(s, now, tag, status, data)      and report back
 *
 * One instance is used by one thread at a time. Instances share nothing. It lies in one block of
 * memory that holds pointers into itself: it cannot be moved or copied.
 * Nothing allocates after smmu_create(); the same inputs give the same outputs, to the bit.
 */
#ifndef SMMUSIM_SMMU_H
#define SMMUSIM_SMMU_H

#include "smmusim/smmu_types.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct smmu smmu_t;

/* Constant strings, never NULL and never freed: they outlive every instance. */
const char *smmu_strerror(int status);
const char *smmu_version(void);

/* ----------------------------------------------------------- configuration */

/*
 * A configuration is a set of named numbers: every field of the identification registers
 * ("IDR0.S1P", "IIDR.ProductID", "AIDR.ArchMinorRev"), "timing.NAME" in cycles, sizes and counts
 * of the microarchitecture ("timing.mtlb_entries", "timing.ptw_slots") and choices that the
 * architecture leaves open ("choice.NAME"). Registers are derived from it, never the reverse.
 */
#define SMMU_CONFIG_MAX_KEYS 256

typedef struct smmu_config {
    uint32_t size;  /* sizeof(smmu_config_t): tells versions apart */
    uint32_t count; /* keys in use */
    uint32_t preset; /* number of the preset it began with */
    uint64_t value[SMMU_CONFIG_MAX_KEYS];
    uint64_t given[SMMU_CONFIG_MAX_KEYS / 64]; /* a bit for each key that was set */
} smmu_config_t;

/* Time costs: none of ours (functional), unloaded latency (lt), contention too (at). */
typedef enum smmu_mode { SMMU_MODE_AT = 0, SMMU_MODE_LT = 1, SMMU_MODE_FUNCTIONAL = 2 } smmu_mode_t;

typedef struct smmu_config_key {
    const char *name;    /* as given to smmu_config_set() */
    const char *unit;    /* "cycles", "entries", "log2", "flag", ... */
    const char *basis;   /* "architecture", "option"; NULL: smmu_config_basis() tells, by preset */
    const char *meaning; /* one sentence */
    uint64_t min, max;   /* values that can be served */
} smmu_config_key_t;

/* The i-th preset's name, or NULL at the end. They differ in timing only and change no result. */
const char *smmu_config_preset(size_t i);

/* preset: one of these, case-insensitive; NULL: "mmu-700-like". Unknown preset: SMMU_E_CONFIG. */
smmu_status_t smmu_config_init(smmu_config_t *cfg, const char *preset);

/*
 * Names are case-insensitive, underscores count. Unknown name, value out of range or a feature that
 * is not built: SMMU_E_CONFIG, and *why (if not NULL) is a sentence with key, value and rule, kept
 * in buf.
 */
smmu_status_t smmu_config_set(smmu_config_t *cfg, const char *name, uint64_t value, char *why,
                              size_t why_size);
smmu_status_t smmu_config_get(const smmu_config_t *cfg, const char *name, uint64_t *value);

/* The i-th key, or NULL at the end: for listings. */
const smmu_config_key_t *smmu_config_key(size_t i);

/*
 * What the i-th key's value rests on: "architecture"; "option"; of a timing value "stated" by a
 * public document, "deduced" from one, "assumed", "idealised", or "set" if it is not the preset's
 * (docs/timing.md). NULL at the end.
 */
const char *smmu_config_basis(const smmu_config_t *cfg, size_t i);

/* Rules that involve several keys (6.3.1 to 6.3.8). smmu_create() checks too. */
smmu_status_t smmu_config_check(const smmu_config_t *cfg, char *why, size_t why_size);

/* ---------------------------------------------------------------- lifetime */

/* Bytes that an instance needs; 0 if the configuration is not usable. */
size_t smmu_size(const smmu_config_t *cfg);

/* Builds an instance in 'memory' (aligned as max_align_t, smmu_size() bytes), in cold-reset state
 * at cycle 0. */
smmu_status_t smmu_create(smmu_t **s, const smmu_config_t *cfg, void *memory, size_t size);

/* The configuration it was built with. */
const smmu_config_t *smmu_get_config(const smmu_t *s);

/*
 * Cold reset (3.11): registers to their reset values, caches empty, queues stopped. Requests that
 * were pending are answered with an abort through the outbox; memory accesses still outstanding are
 * forgotten, and a late smmu_mem_done() for them is accepted and ignored. Time goes on.
 */
void smmu_reset(smmu_t *s);

/* -------------------------------------------------------------------- time */

/*
 * Lets everything happen that is due by 'now'. Returns the cycle of the next thing that is due,
 * SMMU_NEVER if nothing is (then only an input can change anything). 'now' must not go backwards,
 * except in smmu_submit() and smmu_mem_done() for a request's accesses in the modes lt and
 * functional, whose callers need not share a clock. Functions that take 'now' advance to it first;
 * where it goes backwards they return SMMU_E_TIME and do nothing, smmu_advance() does nothing.
 */
uint64_t smmu_advance(smmu_t *s, uint64_t now);
uint64_t smmu_next_due(const smmu_t *s);
uint64_t smmu_now(const smmu_t *s);

/*
 * True if nothing is due, no memory access is outstanding and the outbox is empty. A stopped queue
 * is idle, and so is an SMMU in which nothing but counters of cycles goes on: smmu_next_due() knows
 * the overflow at which they interrupt, but they would never let a loop end that waits for "nothing
 * is due".
 */
bool smmu_idle(const smmu_t *s);

/* ------------------------------------------------------------------ inputs */

/*
 * Returns an smmu_verdict_t, or a negative smmu_status_t. SMMU_E_ARGUMENT: a field of the request
 * is out of its range (smmu_types.h); SMMU_E_UNSUPPORTED: this SMMU has no interface for the
 * Security state.
 */
int smmu_submit(smmu_t *s, uint64_t now, const smmu_request_t *request, smmu_response_t *response);

/*
 * The tracked access that was answered with this epoch is globally visible (3.21.1). SMMU_E_TAG:
 * none of this epoch is outstanding. In the modes lt and functional 'now' plays no part.
 */
smmu_status_t smmu_access_done(smmu_t *s, uint64_t now, uint8_t epoch);

/*
 * Result of an SMMU_OUT_MEM item. data: the bytes read (READ), or the 8 bytes found before the
 * exchange (CAS); NULL for writes and aborts. SMMU_E_TAG: no access with this tag is outstanding;
 * SMMU_E_ARGUMENT: a read or an exchange without data.
 */
smmu_status_t smmu_mem_done(smmu_t *s, uint64_t now, uint64_t tag, smmu_mem_status_t status,
                            const void *data);

/*
 * Acknowledges an SMMU_OUT_INVAL item: nothing derived from what it names is in use any more.
 * SMMU_E_TAG: there is none with this tag that awaits it.
 */
smmu_status_t smmu_inval_done(smmu_t *s, uint64_t now, uint64_t tag);

/*
 * The completion of an SMMU_OUT_ATC_INV item. One that never comes is given up after
 * timing.atc_inv_timeout, and the CMD_SYNC that waits for it fails (7.1); a completion after that,
 * or a second one, is accepted and ignored. SMMU_E_TAG: no item had this tag.
 */
smmu_status_t smmu_atc_inv_done(smmu_t *s, uint64_t now, uint64_t tag,
                                smmu_atc_inv_result_t result);

/*
 * A device's page request arrives (chapter 8): recorded in the PRI queue, or answered by an
 * SMMU_OUT_PRG_RESPONSE, or neither. Returns SMMU_DONE, or SMMU_BUSY: there is no place for it now,
 * ask again as with smmu_submit(). Or negative: SMMU_E_ARGUMENT: a field is out of its range;
 * SMMU_E_UNSUPPORTED: no PRI, or no interface for a Realm stream.
 */
int smmu_page_request(smmu_t *s, uint64_t now, const smmu_page_request_t *request);

/*
 * Broadcast TLB maintenance (3.17; IDR0.BTM): a PE's TLBI, or DVM message, takes effect at once,
 * unless CR2.PTM is 1 or it names what this SMMU does not have. It is complete, as for a CMD_SYNC
 * (3.21.1), when a synchronisation that came later is: an SMMU_OUT_BROADCAST_SYNC with its tag says
 * so. SMMU_DONE, or SMMU_BUSY: too many synchronisations or SMMU_OUT_INVALs wait; ask again when
 * one of these is over. Negative: a field out of range; no BTM.
 */
int smmu_broadcast_tlbi(smmu_t *s, uint64_t now, const smmu_broadcast_tlbi_t *tlbi);
int smmu_broadcast_sync(smmu_t *s, uint64_t now, uint64_t tag);

/*
 * Register accesses (chapters 6 and 10). offset: from the base of Page 0; Page 1 starts at 0x10000;
 * the pages of the TCU's counter group at 0x02000 and 0x22000, those of TBU t's at 0x40000 +
 * 0x20000 t + 0x02000 and + 0x12000; behind them the command queue control pages (6.2.5). size: 4
 * or 8, aligned. Other sizes, misalignment and offsets beyond the last page are RAZ/WI, one of the
 * permitted outcomes (6.2). Returns SMMU_OK also for accesses that the architecture ignores.
 */
smmu_status_t smmu_reg_read(smmu_t *s, uint64_t now, smmu_pas_t pas, uint32_t offset, unsigned size,
                            uint64_t *value);
smmu_status_t smmu_reg_write(smmu_t *s, uint64_t now, smmu_pas_t pas, uint32_t offset,
                             unsigned size, uint64_t value);

/* ------------------------------------------------------------------ outbox */

/* Next outbox item; false if there is none. Items come out in the order in which they arose. */
bool smmu_pop(smmu_t *s, smmu_out_t *out);

/* -------------------------------------------------------- stalled requests */

/*
 * A request whose fault stalls it (3.12.2) stays pending: no answer comes until software resumes or
 * terminates it, and then one answer comes as for any other. Meanwhile nothing is due on its
 * account.
 */
typedef struct smmu_stall {
    uint16_t stag; /* if recorded: what CMD_RESUME names it by */
    bool recorded; /* false: it waits for room in the event queue or for a STAG, then tries again */
} smmu_stall_t;
/* Is the request with this tag stalled now? stall may be NULL. */
bool smmu_stalled(const smmu_t *s, uint64_t tag, smmu_stall_t *stall);
/* Requests that are stalled now. */
size_t smmu_stalled_count(const smmu_t *s);

/* --------------------------------------------------------------- questions */

/* True while transactions of this Security state pass unchanged: disabled, and GBPA does not abort
 * (6.3.14). */
bool smmu_bypasses(const smmu_t *s, smmu_pas_t sec_sid);

/* Size of the register block in bytes. */
uint32_t smmu_reg_span(const smmu_t *s);

/* --------------------------------------------- callers without a scheduler */

/* Plain memory for smmu_run_*() and smmu_debug_translate(): returns OK or ABORT, and adds what the
 * access takes, in cycles, to *latency. */
typedef smmu_mem_status_t (*smmu_memory_fn)(void *ctx, const smmu_out_mem_t *access, void *data,
                                            uint64_t *latency);

typedef struct smmu_runner {
    smmu_memory_fn memory;
    /* Each of these may be NULL. answer: of other requests. */
    void (*irq)(void *ctx, const smmu_out_irq_t *irq);
    void (*answer)(void *ctx, const smmu_response_t *answer);
    void (*prg_response)(void *ctx, const smmu_out_prg_response_t *response);
    void (*broadcast_sync)(void *ctx, uint64_t tag);
    void *ctx;
} smmu_runner_t;

/*
 * Submits and loops until the answer is there. *now moves to the cycle of the answer.
 * SMMU_E_UNSUPPORTED: it does not come, because what it waits for is in the hands of others, or it
 * has stalled; otherwise as smmu_submit().
 */
smmu_status_t smmu_run_request(smmu_t *s, const smmu_runner_t *r, uint64_t *now,
                               const smmu_request_t *request, smmu_response_t *response);

/* Loops until idle or 'limit' is reached; *now moves along. Returns true if idle. */
bool smmu_run_until_idle(smmu_t *s, const smmu_runner_t *r, uint64_t *now, uint64_t limit);

/* --------------------------------------------------------------- debuggers */

/*
 * Where the access of a request would go now, for debuggers and backdoor loaders: the response that
 * smmu_submit() and what follows would give with empty caches, by way of 'memory', without a change
 * of any kind: no cache entry, event record, counter or outbox item, and no time. An access that
 * would stall is an abort. Statuses as of smmu_submit().
 */
smmu_status_t smmu_debug_translate(const smmu_t *s, const smmu_request_t *request,
                                   smmu_memory_fn memory, void *ctx, smmu_response_t *response);

#ifdef __cplusplus
}
#endif
#endif
