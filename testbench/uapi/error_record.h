/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a call tells of an error beyond its errno: who found it, the code that CMDQ_CONS.ERR has for
 * it, and which entries may have caused it. The same for every form of call; only what an entry's
 * number means is the form's: a ring position with its wrap flag, or an index of an array.
 *
 * 'valid' is there because ERR has no value for "none" that hardware promises: it is UNKNOWN while
 * no error is active (6.3.28). Two suspects, because the hardware blames a CMD_SYNC for the
 * CMD_ATC_INVs before it (7.1).
 */
#ifndef SMMUSIM_UAPI_ERROR_RECORD_H
#define SMMUSIM_UAPI_ERROR_RECORD_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { UAPI_ERROR_SOFTWARE = 1, UAPI_ERROR_HARDWARE = 2 };

/* In user memory: 24 bytes without padding. */
struct uapi_error_record {
    uint32_t valid;  /* whether the rest means anything */
    uint32_t source; /* UAPI_ERROR_*: who found it */
    uint32_t code;   /* CMDQ_CONS.ERR, or what it would have been */
    uint32_t first_suspect, last_suspect;
    uint32_t reserved; /* 0 */
};

#ifdef __cplusplus
}
#endif

#endif
