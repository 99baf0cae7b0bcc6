/* SPDX-License-Identifier: Apache-2.0 */
/* What values of fields mean, in words. */
#ifndef SMMUSIM_CLI_DECODE_H
#define SMMUSIM_CLI_DECODE_H

#include <stdint.h>

/* NULL if there is nothing to say beyond the number. object, field: as in the reference tables. */
const char *value_meaning(const char *object, const char *field, uint64_t value);

#endif
