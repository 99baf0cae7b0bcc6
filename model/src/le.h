/* SPDX-License-Identifier: Apache-2.0 */
/* L1. Explicit little-endian loads and stores (structures: 5, queues: 3.5). */
#ifndef SMMUSIM_LE_H
#define SMMUSIM_LE_H

#include <stdint.h>

static inline uint64_t load_le64(const uint8_t *p) {
    uint64_t v = 0;
    for (unsigned i = 0; i < 8; i++)
        v |= (uint64_t)p[i] << (8 * i);
    return v;
}

static inline void store_le64(uint8_t *p, uint64_t v) {
    for (unsigned i = 0; i < 8; i++)
        p[i] = (uint8_t)(v >> (8 * i));
}

static inline void store_le32(uint8_t *p, uint32_t v) {
    for (unsigned i = 0; i < 4; i++)
        p[i] = (uint8_t)(v >> (8 * i));
}

#endif
