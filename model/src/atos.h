/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L3. Address translation operations (chapter 9): a translation that software asks for by registers
 * and whose result it reads there. Each group of registers makes one at a time. Its reads are the
 * SMMU's own; it uses no cache and fills none, stalls nobody and records nothing.
 */
#ifndef SMMUSIM_ATOS_H
#define SMMUSIM_ATOS_H

#include "query.h"

enum atos_group { ATOS_GLOBAL, ATOS_VIRTUAL, ATOS_GROUPS };

struct atos {
    struct query group[ATOS_GROUPS]; /* of those that run */
};

/* RUN was written as 1. */
void smmu__atos_run(struct smmu *s, struct prog_if *pi, enum atos_group group);
void smmu__atos_read_done(struct smmu *s, struct prog_if *pi, enum atos_group group,
                          smmu_mem_status_t status, const uint8_t *data);

#endif
