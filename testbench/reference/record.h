/* SPDX-License-Identifier: Apache-2.0 */
/* The record of an event, and which of its bits the specification determines (7.3). */
#ifndef SMMUSIM_REFERENCE_RECORD_H
#define SMMUSIM_REFERENCE_RECORD_H

#include <array>
#include <cstdint>

#include "reference/reference.h"

namespace reference {

struct Record {
    std::array<uint64_t, 4> words = {};
    std::array<uint64_t, 4> known = {}; /* bits that are not UNKNOWN or IMPLEMENTATION DEFINED */

    bool matches(const std::array<uint64_t, 4> &got) const;
};

Record record_of(const Registers &registers, const Access &access, const Event &event);

} // namespace reference

#endif
