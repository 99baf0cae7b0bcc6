/* SPDX-License-Identifier: Apache-2.0 */
/* What is the same for every backend. */
#include "trace/backend.h"

#include <stdlib.h>

smmu_stats_t *trace_backend_stats(struct trace_backend *backend)
{
    const smmu_t *model = backend->ops->model(backend);
    const size_t size = smmu_stats_size(model);
    void *memory = malloc(size);
    return memory ? smmu_stats_take(model, memory, size) : NULL;
}
