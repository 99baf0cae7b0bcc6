/* SPDX-License-Identifier: Apache-2.0 */
/* See own_accesses.h. */
#include "mem/own_accesses.h"

#include <stddef.h>

void own_accesses_note(struct own_accesses *accesses, const struct own_access *access)
{
    accesses->kept[accesses->count++ % OWN_ACCESSES_KEPT] = *access;
}

const struct own_access *own_accesses_latest(const struct own_accesses *accesses, uint64_t addr)
{
    for (uint64_t back = 1; back <= accesses->count && back <= OWN_ACCESSES_KEPT; ++back) {
        const struct own_access *access =
            &accesses->kept[(accesses->count - back) % OWN_ACCESSES_KEPT];
        if (addr - access->addr < access->size)
            return access;
    }
    return NULL;
}
