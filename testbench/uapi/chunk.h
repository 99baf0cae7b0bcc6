/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Admitted commands on their way to the hardware: collected, issued with one CMD_SYNC behind them,
 * and if that fails, which of them are to blame. The same for every front end; knows neither user
 * memory nor errno beyond what the driver answers.
 *
 * Hardware names an illegal command exactly. For a CMD_ATC_INV that its device has not completed it
 * blames the CMD_SYNC (CERROR_ATC_INV_SYNC, 7.1), so that every CMD_ATC_INV before it is a suspect;
 * how much is paid to know more is enum uapi_attribution.
 */
#ifndef SMMUSIM_UAPI_CHUNK_H
#define SMMUSIM_UAPI_CHUNK_H

#include "driver/driver.h"
#include "uapi/stats.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Who has not completed an ATS invalidation: before it is known that anybody has not, by where a
 * chunk ends, or afterwards, by issuing the suspects again. */
enum uapi_attribution {
    UAPI_BLAME_CHUNK,   /* the CMD_ATC_INVs of the chunk, nothing is paid */
    UAPI_BLAME_DEVICE,  /* a chunk has CMD_ATC_INVs of one StreamID alone */
    UAPI_BLAME_COMMAND, /* a chunk ends with its first CMD_ATC_INV */
    UAPI_BLAME_HALVES,  /* the suspects are issued again by halves, down to the first culprit */
    UAPI_BLAME_SINGLY,  /* likewise, one after the other */
};

enum { UAPI_CHUNK_MAX = DRV_BATCH_ENTRIES };

struct uapi_chunk {
    struct drv_cmd cmds[UAPI_CHUNK_MAX];
    uint32_t numbers[UAPI_CHUNK_MAX]; /* what the front end calls each */
    unsigned n;
};

/* As many as are wanted, as far as a chunk and the driver's queue, CMD_SYNC included, have room. */
unsigned uapi_chunk_limit(const struct drv *drv, unsigned wanted);

/* Whether this command has to wait for what is collected: it does not fit any more, or blame would
 * be less exact. limit: at most UAPI_CHUNK_MAX. */
bool uapi_chunk_ends_before(const struct uapi_chunk *chunk, const struct drv_cmd *cmd,
                            unsigned limit, enum uapi_attribution attribution);
void uapi_chunk_add(struct uapi_chunk *chunk, const struct drv_cmd *cmd, uint32_t number);

/* Issues what is collected, if anything, and empties the chunk; numbers[] stay readable. 0, or as
 * drv_cmdq_issue_checked(), with *error in entries of the chunk and its last entry at most. */
int uapi_chunk_issue(struct drv *drv, struct uapi_chunk *chunk, enum uapi_attribution attribution,
                     struct uapi_stats *stats, struct drv_cmd_error *error);

#ifdef __cplusplus
}
#endif

#endif
