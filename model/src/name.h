/* SPDX-License-Identifier: Apache-2.0 */
/* L1. Comparing names of keys and counters: ASCII, without case, whatever the locale. */
#ifndef SMMUSIM_NAME_H
#define SMMUSIM_NAME_H

#include <stdbool.h>

static inline char name_lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static inline bool same_name(const char *a, const char *b)
{
    while (*a && name_lower(*a) == name_lower(*b))
        a++, b++;
    return name_lower(*a) == name_lower(*b);
}

#endif
