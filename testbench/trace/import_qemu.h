/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Turns what a guest's driver did to the SMMUv3 that QEMU emulates into a trace: a log of
 * QEMU's trace events 'smmu*', and a listing of the structures that the driver kept in memory.
 * Register reads and the results of translations become expectations. docs/import-qemu.md says
 * how a capture is made and which statement comes from which event.
 */
#ifndef SMMUSIM_IMPORT_QEMU_H
#define SMMUSIM_IMPORT_QEMU_H

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Paths. 'log' and 'memory' may be compressed; 'out' is, if it ends in .xz, .gz or .zst. */
struct trace_import_qemu_options {
    const char *log;
    const char *memory; /* NULL: none; enough for a log without commands and translations */
    const char *out;
};

/*
 * Returns 0, or 2 if the input is not usable: then 'diagnostics' gets one line, FILE:LINE: what
 * and why, and no trace is written. On success it gets what was imported and what was left out.
 */
int trace_import_qemu(const struct trace_import_qemu_options *options, FILE *diagnostics);

#ifdef __cplusplus
}
#endif
#endif
