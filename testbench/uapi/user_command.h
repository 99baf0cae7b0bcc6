/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Native SMMUv3 commands that a virtual machine may have executed for its stage 1, and what becomes
 * of their VMIDs and StreamIDs. The judge of single commands for every front end; knows no queue
 * and no array.
 */
#ifndef SMMUSIM_UAPI_USER_COMMAND_H
#define SMMUSIM_UAPI_USER_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "driver/driver.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { UAPI_COMMAND_BYTES = 16 };

/* For whom a command is executed. */
struct uapi_guest {
    uint16_t vmid;
    /* The physical StreamID of a virtual one; false: the guest has no such device. NULL: no
     * devices. */
    bool (*find_sid)(void *ctx, uint32_t virtual_sid, uint32_t *sid);
    void *ctx;
    /* Pass commands with Reserved bits or Reserved combinations on, instead of refusing them: the
     * hardware may ignore or check them (4.1.5). And CMD_ATC_INV without ATS. */
    bool permissive;
};

enum uapi_verdict {
    UAPI_COMMAND_OK,
    UAPI_COMMAND_ILLEGAL,   /* not for guests, or not well-formed */
    UAPI_COMMAND_NO_DEVICE, /* its StreamID is not the guest's; to hardware that is no error (4.1.7)
                             */
};

/* Rewrites *cmd for execution in the guest's name. */
enum uapi_verdict uapi_admit_command(const struct uapi_guest *guest,
                                     const struct drv_features *features, struct drv_cmd *cmd);

#ifdef __cplusplus
}
#endif

#endif
