/* SPDX-License-Identifier: Apache-2.0 */
/* A random run whose seed and length the environment may give: SMMUSIM_SEED, SMMUSIM_ACCESSES. */
#ifndef SMMUSIM_UNIT_SEEDED_RUN_H
#define SMMUSIM_UNIT_SEEDED_RUN_H

#include "unit/environment.h"

struct SeededRun {
    uint64_t seed, accesses;

    /* 'checked' of them where a build checks itself and is slow. */
    SeededRun(uint64_t usual, uint64_t checked)
        : seed(from_environment("SMMUSIM_SEED", 1)),
          accesses(from_environment("SMMUSIM_ACCESSES", slow ? checked : usual))
    {
    }

private:
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(NDEBUG)
    static constexpr bool slow = true;
#else
    static constexpr bool slow = false;
#endif
};

#endif
