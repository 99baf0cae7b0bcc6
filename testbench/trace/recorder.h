/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes a trace: what was done to an SMMU, and what it was found to do, as expectations. The
 * player records what it plays; drivers and tests may record what they do. All functions accept
 * NULL for the recorder and then do nothing.
 */
#ifndef SMMUSIM_TRACE_RECORDER_H
#define SMMUSIM_TRACE_RECORDER_H

#include "device/atc.h"
#include "mem/host.h"

#ifdef __cplusplus
extern "C" {
#endif

struct recorder;

/* Compressed if the name ends so (.xz, .gz, .zst). NULL: no memory. */
struct recorder *recorder_create(const char *path);
/* Writes the file. False: why says why, and there is no file. Frees the recorder in any case. */
bool recorder_close(struct recorder *recorder, char *why, size_t why_size);

/* Any statement or comment, without the end of the line. */
void recorder_line(struct recorder *recorder, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 2, 3)))
#endif
    ;

/* Every key whose value is not that of the default configuration. */
void recorder_config(struct recorder *recorder, const smmu_config_t *cfg);

/* One word of 4 or 8 bytes; words that follow each other share a statement. */
void recorder_memory(struct recorder *recorder, uint64_t addr, unsigned bytes, uint64_t word);
void recorder_memory_found(struct recorder *recorder, uint64_t addr, unsigned bytes, uint64_t word);
void recorder_register_write(struct recorder *recorder, uint32_t offset, unsigned size,
                             uint64_t value);
void recorder_register_read(struct recorder *recorder, uint32_t offset, unsigned size,
                            uint64_t value);
/* within: SMMU_NEVER for none */
void recorder_poll(struct recorder *recorder, uint32_t offset, unsigned size, uint64_t value,
                   uint64_t mask, uint64_t within);
/* how: "cmd" or "push" */
/* queue: " q=...", or nothing. */
void recorder_command(struct recorder *recorder, const char *how, const uint64_t words[2],
                      const char *queue);
void recorder_event(struct recorder *recorder, const uint64_t words[4]);

/*
 * A finished access with its result; result NULL: it is still pending. data: the bytes written
 * (access->data is not looked at) or read.
 */
void recorder_access(struct recorder *recorder, const struct client_access *access,
                     const char *name, const struct client_result *result, const uint8_t *data);
/* A Translation Request and its completion; NULL: there is none. */
void recorder_ats(struct recorder *recorder, const struct client_access *access,
                  const struct client_result *result);
/* How a device answers, and an invalidation that it has received. */
void recorder_atc(struct recorder *recorder, uint32_t streamid, enum atc_answer answer,
                  uint64_t after);
void recorder_atc_inv(struct recorder *recorder, const smmu_out_atc_inv_t *inv);
/* dma& and join; here access->data are the bytes written. */
void recorder_access_start(struct recorder *recorder, const struct client_access *access,
                           const char *name);
void recorder_access_join(struct recorder *recorder, const char *name,
                          const struct client_access *access, const struct client_result *result,
                          const uint8_t *data);

#ifdef __cplusplus
}
#endif

#endif
