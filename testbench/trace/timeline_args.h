/* SPDX-License-Identifier: Apache-2.0 */
/* What a record of the timeline is called, and what its numbers say. */
#ifndef SMMUSIM_TRACE_TIMELINE_ARGS_H
#define SMMUSIM_TRACE_TIMELINE_ARGS_H

#include "smmusim/smmu_timeline.h"

/* Members of a JSON object, each with a comma before it. */
struct timeline_args {
    size_t length;
    char text[1024];
};

void timeline_args(const smmu_timeline_record_t *record, struct timeline_args *args);
const char *timeline_name(const smmu_timeline_record_t *record);

#endif
