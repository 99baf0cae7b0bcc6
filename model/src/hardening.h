/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L1. Translation hardening (3.27.2; Arm ARM D8.2.7): is a walk of stage 1 assured, and what does
 * stage 2 refuse it. Pure; without hardening in the context it refuses nothing.
 */
#ifndef SMMUSIM_HARDENING_H
#define SMMUSIM_HARDENING_H

#include "fault.h"
#include "walk.h"
#include "xctx.h"

/* A CD, or the L1CD on the way to it, came from a page of stage 2 with these marks (LEAF_*). */
void smmu__harden_cd(struct xctx *x, uint8_t marks);
/* A walk of stage 1 begins. */
void smmu__harden_begin(const struct xctx *x, struct walk *w);
/* It has read this descriptor, from a page with these marks. */
void smmu__harden_step(const struct xctx *x, struct walk *w, uint64_t descriptor, uint8_t marks);
/* The first check of stage 2 that fails comes before all permissions (D8.15.5.1). */
enum hardening_verdict { HARDENING_PERMITS, HARDENING_TOP_LEVEL, HARDENING_ASSURED_ONLY };

/* May a page with these marks be what stage 1 has led to, what it reads next, or the CD? */
enum hardening_verdict smmu__harden_verdict(const struct xctx *x, const struct walk *w,
                                            enum fault_class class_, uint8_t marks);

#endif
