/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What became of commands, the same for every form of call: handed to the hardware, vouched for by
 * a completed CMD_SYNC, and said to be done to the caller.
 */
#ifndef SMMUSIM_UAPI_STATS_H
#define SMMUSIM_UAPI_STATS_H

#include <stdint.h>

/* In commands of users, each counted once. reported <= completed <= issued, but for the merged
 * array form (array.h). */
struct uapi_stats {
    uint64_t calls, issued, completed, reported, batches;
    uint64_t reissued;  /* commands that were issued once more to find the one to blame (chunk.h) */
    uint64_t acquitted; /* batches whose suspects have all completed then */
};

#endif
