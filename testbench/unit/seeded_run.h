/* SPDX-License-Identifier: Apache-2.0 */
/* A random run whose seed and length the environment may give: SMMUSIM_SEED, SMMUSIM_ACCESSES. */
#ifndef SMMUSIM_UNIT_SEEDED_RUN_H
#define SMMUSIM_UNIT_SEEDED_RUN_H

#include <cstdint>
#include <cstdlib>

struct SeededRun {
    uint64_t seed, accesses;

    /* 'checked' of them where a build checks itself and is slow. */
    SeededRun(uint64_t usual, uint64_t checked)
        : seed(number_from("SMMUSIM_SEED", 1)),
          accesses(number_from("SMMUSIM_ACCESSES", slow ? checked : usual))
    {
    }

private:
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(NDEBUG)
    static constexpr bool slow = true;
#else
    static constexpr bool slow = false;
#endif

    static uint64_t number_from(const char *variable, uint64_t otherwise)
    {
        const char *text = std::getenv(variable);
        return text ? std::strtoull(text, nullptr, 0) : otherwise;
    }
};

#endif
