/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of a client's access as the language writes them, data=W,W,...: little-endian 64-bit
 * words, the last one shorter if need be.
 */
#ifndef SMMUSIM_TRACE_DATA_WORDS_H
#define SMMUSIM_TRACE_DATA_WORDS_H

#include <stdint.h>

static inline uint32_t data_words(uint32_t len)
{
    return (len + 7) / 8;
}

/* Every bit of the i-th word that len bytes have. */
static inline uint64_t data_mask(uint32_t len, uint32_t i)
{
    uint32_t bytes = len - 8 * i;
    return bytes >= 8 ? UINT64_MAX : (UINT64_C(1) << (8 * bytes)) - 1;
}

static inline uint64_t data_word(const uint8_t *data, uint32_t len, uint32_t i)
{
    uint64_t word = 0;
    for (uint32_t j = 0; j < 8 && 8 * i + j < len; ++j)
        word |= (uint64_t)data[8 * i + j] << (8 * j);
    return word;
}

#endif
