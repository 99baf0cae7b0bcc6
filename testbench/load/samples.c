/* SPDX-License-Identifier: Apache-2.0 */
/* See samples.h. */
#include "load/samples.h"

#include <stdlib.h>

void samples_add(struct samples *samples, uint64_t value)
{
    if (samples->count == samples->capacity) {
        const size_t capacity = samples->capacity ? 2 * samples->capacity : 256;
        uint64_t *grown = realloc(samples->value, capacity * sizeof *grown);

        if (!grown) {
            samples->incomplete = true;
            return;
        }
        samples->value = grown;
        samples->capacity = capacity;
    }
    samples->value[samples->count++] = value;
    samples->sorted = false;
}

void samples_clear(struct samples *samples)
{
    samples->count = 0;
    samples->sorted = false;
    samples->incomplete = false;
}

void samples_free(struct samples *samples)
{
    free(samples->value);
    *samples = (struct samples){0};
}

double samples_mean(const struct samples *samples)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < samples->count; i++)
        sum += samples->value[i];
    return samples->count ? (double)sum / (double)samples->count : 0;
}

static int compare(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

uint64_t samples_percentile(struct samples *samples, unsigned per_mille)
{
    size_t rank;

    if (!samples->count)
        return 0;
    if (!samples->sorted)
        qsort(samples->value, samples->count, sizeof *samples->value, compare);
    samples->sorted = true;
    rank = (samples->count * per_mille + 999) / 1000;
    return samples->value[rank ? rank - 1 : 0];
}
