/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes the model's timeline (smmu_timeline.h) as Trace Event Format JSON, which ui.perfetto.dev
 * and chrome://tracing open. It streams: what it keeps is what has begun and not ended.
 * docs/timeline.md says what is drawn.
 */
#ifndef SMMUSIM_TRACE_TIMELINE_H
#define SMMUSIM_TRACE_TIMELINE_H

#include <stdbool.h>

#include "smmusim/smmu_timeline.h"

#ifdef __cplusplus
extern "C" {
#endif

struct timeline_writer;

/* Compressed if the name of the file ends so (.gz). NULL: why says why, without the path. */
struct timeline_writer *timeline_create(const char *path, const smmu_config_t *cfg, char *why,
                                        size_t why_size);
/* A timeline_sink_fn: the next records; lost: how many the model has lost so far, all of them
 * before these. */
void timeline_records(void *writer, const smmu_timeline_record_t *records, size_t count,
                      uint64_t lost);
/* A statement of the trace was played. */
void timeline_statement(void *writer, uint64_t begin, uint64_t end, unsigned long line,
                        const char *statement);
/* Records that the model has lost. */
uint64_t timeline_lost(const struct timeline_writer *writer);
/* Ends what is still open. False: there is no file, and why says why. Frees the writer. */
bool timeline_close(struct timeline_writer *writer, uint64_t now, char *why, size_t why_size);

#ifdef __cplusplus
}
#endif

#endif
