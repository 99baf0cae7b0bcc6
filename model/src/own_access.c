/* SPDX-License-Identifier: Apache-2.0 */
/* L2. See own_access.h. */
#include "own_access.h"

#include "attrs.h"
#include "state.h"

static struct mem_attrs attrs_of(const struct prog_if *pi, struct attrs a)
{
    return (struct mem_attrs){.memattr = a.memattr, .sh = a.sh, .pas = pi->sec};
}

struct mem_attrs smmu__queue_attrs(const struct prog_if *pi, bool allocate_hint)
{
    return attrs_of(pi,
                    smmu__attrs_from_cr1((unsigned)REG_FIELD(pi, CR1, QUEUE_IC),
                                         (unsigned)REG_FIELD(pi, CR1, QUEUE_OC),
                                         (unsigned)REG_FIELD(pi, CR1, QUEUE_SH), allocate_hint));
}

struct mem_attrs smmu__table_attrs(const struct prog_if *pi)
{
    return attrs_of(pi, smmu__attrs_from_cr1((unsigned)REG_FIELD(pi, CR1, TABLE_IC),
                                             (unsigned)REG_FIELD(pi, CR1, TABLE_OC),
                                             (unsigned)REG_FIELD(pi, CR1, TABLE_SH),
                                             REG_FIELD(pi, STRTAB_BASE, RA)));
}
