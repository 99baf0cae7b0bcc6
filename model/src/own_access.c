/* SPDX-License-Identifier: Apache-2.0 */
/* L2. See own_access.h. */
#include "own_access.h"

#include "attrs.h"
#include "mpam.h"
#include "state.h"

smmu_mpam_t smmu__own_mpam(const struct smmu *s, const struct prog_if *pi)
{
    return smmu__mpam(&s->config, REG_FIELD(pi, GMPAM, SO_PARTID), REG_FIELD(pi, GMPAM, SO_PMG));
}

static struct mem_attrs attrs_of(const struct smmu *s, const struct prog_if *pi, struct attrs a)
{
    return (struct mem_attrs){
        .memattr = a.memattr, .sh = a.sh, .pas = pi->sec, .mpam = smmu__own_mpam(s, pi)};
}

struct mem_attrs smmu__queue_attrs(const struct smmu *s, const struct prog_if *pi,
                                   bool allocate_hint)
{
    return attrs_of(s, pi,
                    smmu__attrs_from_cr1((unsigned)REG_FIELD(pi, CR1, QUEUE_IC),
                                         (unsigned)REG_FIELD(pi, CR1, QUEUE_OC),
                                         (unsigned)REG_FIELD(pi, CR1, QUEUE_SH), allocate_hint));
}

struct mem_attrs smmu__table_attrs(const struct smmu *s, const struct prog_if *pi)
{
    return attrs_of(s, pi,
                    smmu__attrs_from_cr1((unsigned)REG_FIELD(pi, CR1, TABLE_IC),
                                         (unsigned)REG_FIELD(pi, CR1, TABLE_OC),
                                         (unsigned)REG_FIELD(pi, CR1, TABLE_SH),
                                         REG_FIELD(pi, STRTAB_BASE, RA)));
}
