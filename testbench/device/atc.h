/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The address translation caches of ATS devices, behind one root complex (3.9.1): what a device keeps
 * of its Translation Completions, and how it answers invalidations: at once, later, never, or as
 * unsupported. A device goes on with what it has until it completes the invalidation, and never
 * after that. It knows nothing of time but what it is told, and calls nobody.
 */
#ifndef SMMUSIM_DEVICE_ATC_H
#define SMMUSIM_DEVICE_ATC_H

#include <stdbool.h>
#include <stdint.h>

#include "smmusim/smmu_types.h"

#ifdef __cplusplus
extern "C" {
#endif

enum atc_answer { ATC_COMPLETES, ATC_NEVER_ANSWERS, ATC_UNSUPPORTED };

/* Who asks: a device's function, PASID and privilege. */
struct atc_requester {
    uint32_t streamid;
    uint32_t substreamid; /* if ssv */
    bool ssv;
    bool priv;
};

/* What a Translation Completion has granted to it. */
struct atc_translation {
    struct atc_requester requester;
    uint64_t addr; /* untranslated, aligned */
    uint64_t pa;   /* likewise; an IPA with split-stage ATS */
    uint8_t log2;  /* bytes */
    uint8_t perms; /* SMMU_PERM_* */
};

struct atc;

/* entries: of each device. NULL: no memory. */
struct atc *atc_create(uint32_t entries);
void atc_destroy(struct atc *atc);

/* How a device answers from now on: 'cycles' after an invalidation has come. */
bool atc_answer(struct atc *atc, uint32_t streamid, enum atc_answer answer, uint64_t cycles);

/* Reset: it has no translation and has forgotten every invalidation, and completes those to come. */
void atc_reset(struct atc *atc, uint32_t streamid);

/* ---- translations */

/*
 * A Translation Request of the device leaves. Its completion is kept only if no invalidation of that
 * device has come in between, because it may be older than that.
 */
uint64_t atc_request(struct atc *atc, uint32_t streamid);
/* request: what atc_request() returned; response: an SMMU_RESULT_ATS_*. True: it is kept. */
bool atc_completion(struct atc *atc, uint64_t request, const struct atc_requester *requester,
                    uint64_t addr, const smmu_response_t *response);
/* The translation that permits this (SMMU_PERM_*), or NULL. */
const struct atc_translation *atc_look_up(const struct atc *atc,
                                          const struct atc_requester *requester, uint64_t addr,
                                          uint8_t need);

/* ---- invalidations */

/* False: no memory. */
bool atc_invalidate(struct atc *atc, uint64_t now, const smmu_out_atc_inv_t *inv);
/* Does it name the address, of this requester? */
bool atc_inv_names(const smmu_out_atc_inv_t *inv, const struct atc_requester *requester,
                   uint64_t addr);
/* The cycle of the next completion, SMMU_NEVER if none is to come. */
uint64_t atc_next_due(const struct atc *atc);
/* Takes one that is due; what it names is dropped now. For smmu_atc_inv_done(). */
bool atc_take_due(struct atc *atc, uint64_t now, uint64_t *tag, smmu_atc_inv_result_t *result);

#ifdef __cplusplus
}
#endif

#endif
