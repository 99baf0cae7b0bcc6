/* SPDX-License-Identifier: Apache-2.0 */
/* See importer.h: what every part of the importer needs. */
#include "trace/importer.h"

#include <stdarg.h>
#include <stdio.h>

bool importer_fail(struct importer *importer, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(importer->why, sizeof importer->why, format, arguments);
    va_end(arguments);
    return false;
}
