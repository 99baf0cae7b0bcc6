/* SPDX-License-Identifier: Apache-2.0 */
/* The backends that this build has. */
#include "cli/backends.h"

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
