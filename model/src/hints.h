/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L1. Hints to the compiler about the paths that every request and every command take: which way a
 * branch goes, and what is off the path and must not be made part of it. They change no result; a
 * compiler that does not know them leaves them out.
 */
#ifndef SMMUSIM_HINTS_H
#define SMMUSIM_HINTS_H

#if defined __GNUC__
#define LIKELY(condition) __builtin_expect(!!(condition), 1)
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)
#define OFF_PATH __attribute__((noinline))
#else
#define LIKELY(condition) (condition)
#define UNLIKELY(condition) (condition)
#define OFF_PATH
#endif

#endif
