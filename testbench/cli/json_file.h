/* SPDX-License-Identifier: Apache-2.0 */
/* --json FILE of every verb that measures or checks. */
#ifndef SMMUSIM_CLI_JSON_FILE_H
#define SMMUSIM_CLI_JSON_FILE_H

#include <jansson.h>

/* Writes and frees root. path NULL: only frees. Returns status, or CLI_UNUSABLE with a message. */
int json_file_write(const char *verb, const char *path, json_t *root, int status);

#endif
