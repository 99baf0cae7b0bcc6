/* SPDX-License-Identifier: Apache-2.0 */
/* The backends that this build has. */
#include "cli/backends.h"

#include <stdio.h>
#include <string.h>

static const struct backend_row rows[] = {
    {"core", trace_backend_core, false},
#if SMMUSIM_WITH_TLM
    {"tlm-lt", trace_backend_tlm_lt, true},
#endif
};

const struct backend_row *backend_named(const char *name)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); ++i) {
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    }
    return NULL;
}

void backend_names(char *names, size_t size)
{
    size_t used = 0;
    names[0] = '\0';
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && used < size; ++i)
        used += (size_t)snprintf(names + used, size - used, "%s%s", i ? ", " : "", rows[i].name);
}
