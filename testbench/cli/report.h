/* SPDX-License-Identifier: Apache-2.0 */
/* The report: what it is made of, and the names under which the results are kept. */
#ifndef SMMUSIM_CLI_REPORT_H
#define SMMUSIM_CLI_REPORT_H

#define REPORT_REPLAY_FILE "replay.json"
#define REPORT_BENCH_FILE "bench.json"
#define REPORT_ERRORS_FILE "errors.json"

/* Writes report.html out of those of them that are in the directory. An exit status of the tool. */
int report_from_directory(const char *dir);

#endif
