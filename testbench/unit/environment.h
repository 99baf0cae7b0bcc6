/* SPDX-License-Identifier: Apache-2.0 */
/* A number that a long run may be given from outside: how much, which seed (docs/testing.md). */
#ifndef SMMUSIM_UNIT_ENVIRONMENT_H
#define SMMUSIM_UNIT_ENVIRONMENT_H

#include <cstdint>
#include <cstdlib>

inline uint64_t from_environment(const char *name, uint64_t otherwise)
{
    const char *text = std::getenv(name);
    return text ? std::strtoull(text, nullptr, 0) : otherwise;
}

#endif
