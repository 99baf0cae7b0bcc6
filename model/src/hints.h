/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L1. Hints to the compiler about the paths that every request and every command take: which way a
 * branch goes, what is on the path and must be made part of it, what is off it and must not. They
 * change no result; a compiler that does not know them leaves them out.
 */
#ifndef SMMUSIM_HINTS_H
#define SMMUSIM_HINTS_H

#if defined __GNUC__
#define LIKELY(condition) __builtin_expect(!!(condition), 1)
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)
#define ON_PATH inline __attribute__((always_inline))
#define OFF_PATH __attribute__((noinline))
#else
#define LIKELY(condition) (condition)
#define UNLIKELY(condition) (condition)
#define ON_PATH inline
#define OFF_PATH
#endif

#endif
