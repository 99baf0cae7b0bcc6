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
/* A page with these marks may be what stage 1 has led to, what it reads next, or the CD. */
bool smmu__harden_assured(const struct xctx *x, const struct walk *w, enum fault_class class_,
                          uint8_t marks);
/* It may be the table that TTB0 or TTB1 points at; any page may be the others. */
bool smmu__harden_top_level(const struct xctx *x, const struct walk *w, enum fault_class class_,
                            uint8_t marks);

#endif
