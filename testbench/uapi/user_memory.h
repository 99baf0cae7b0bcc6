/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A caller's memory as a kernel sees it: every copy goes through uapi_copy_from() or
 * uapi_copy_to(), any byte of it may turn out to be unreachable, and other threads of the caller
 * may change it at any time. What has been checked is therefore what has been copied.
 *
 * Owns the rules of structures that grow (what the kernel's copy_struct_from_user() does); knows no
 * structure.
 */
#ifndef SMMUSIM_UAPI_USER_MEMORY_H
#define SMMUSIM_UAPI_USER_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Each answers how many bytes it has copied, from the front: fewer than asked for means that the
 * next one cannot be reached. */
struct uapi_user_memory {
    void *ctx;
    size_t (*read)(void *ctx, void *to, uint64_t from, size_t bytes);
    size_t (*write)(void *ctx, uint64_t to, const void *from, size_t bytes);
};

/* -EFAULT: a byte cannot be reached, or the addresses wrap. What was copied by then does not count:
 * 'to' of the first is not to be used, user memory at 'to' of the second may have changed. */
int uapi_copy_from(const struct uapi_user_memory *user, void *to, uint64_t from, size_t bytes);
int uapi_copy_to(const struct uapi_user_memory *user, uint64_t to, const void *from, size_t bytes);

/* Whether all of it is zero: -E2BIG if not, -EFAULT. */
int uapi_check_zero(const struct uapi_user_memory *user, uint64_t from, uint64_t bytes);

/* A structure of which the caller has 'size' bytes and we know 'known': what it has less is zero,
 * what it has more must be (-E2BIG). */
int uapi_copy_struct(const struct uapi_user_memory *user, void *to, size_t known, uint64_t from,
                     size_t size);

enum { UAPI_ARGUMENT_BYTES_MAX = 4096 };

/* An ioctl's argument: a structure whose first member, 32 bits, is its size as the caller knows it.
 * That is read once more with the rest; *to keeps what was checked. -EINVAL: smaller than 'least';
 * -E2BIG: larger than UAPI_ARGUMENT_BYTES_MAX, or not zero behind 'known'; -EFAULT. */
int uapi_copy_argument(const struct uapi_user_memory *user, void *to, size_t least, size_t known,
                       uint64_t arg);

#ifdef __cplusplus
}
#endif

#endif
