/* SPDX-License-Identifier: Apache-2.0 */
/* Machine-readable results into a file. */
#include "cli/json_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

int json_file_write(const char *verb, const char *path, json_t *root, int status)
{
    if (path) {
        errno = 0;
        FILE *file = fopen(path, "w");
        bool fine =
            file && root && json_dumpf(root, file, JSON_INDENT(2)) == 0 && fputc('\n', file) != EOF;
        if (file && fclose(file) != 0)
            fine = false;
        if (!fine)
            status = cli_unusable(verb, "%s: %s", path, errno ? strerror(errno) : "not written");
    }
    json_decref(root);
    return status;
}
