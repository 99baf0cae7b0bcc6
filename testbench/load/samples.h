/* SPDX-License-Identifier: Apache-2.0 */
/* Every value of a measurement, kept, so that its percentiles are exact. */
#ifndef SMMUSIM_LOAD_SAMPLES_H
#define SMMUSIM_LOAD_SAMPLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Zero is empty. */
struct samples {
    uint64_t *value;
    size_t count, capacity;
    bool sorted;
    bool incomplete; /* there was no memory for one of them */
};

void samples_add(struct samples *samples, uint64_t value);
void samples_clear(struct samples *samples); /* keeps its memory */
void samples_free(struct samples *samples);

double samples_mean(const struct samples *samples); /* 0 if there are none */
/* The smallest value that at least per_mille of them do not exceed (nearest rank); 0 if there are
 * none. */
uint64_t samples_percentile(struct samples *samples, unsigned per_mille);

#ifdef __cplusplus
}
#endif

#endif
