/* SPDX-License-Identifier: Apache-2.0 */
/* See user_memory.h. */
#include "uapi/user_memory.h"

#include <errno.h>
#include <string.h>

enum { PIECE_BYTES = 64 };

int uapi_copy_from(const struct uapi_user_memory *user, void *to, uint64_t from, size_t bytes)
{
    if (bytes > UINT64_MAX - from)
        return -EFAULT;
    return user->read(user->ctx, to, from, bytes) == bytes ? 0 : -EFAULT;
}

int uapi_copy_to(const struct uapi_user_memory *user, uint64_t to, const void *from, size_t bytes)
{
    if (bytes > UINT64_MAX - to)
        return -EFAULT;
    return user->write(user->ctx, to, from, bytes) == bytes ? 0 : -EFAULT;
}

int uapi_check_zero(const struct uapi_user_memory *user, uint64_t from, uint64_t bytes)
{
    unsigned char piece[PIECE_BYTES];

    while (bytes) {
        const size_t n = bytes < sizeof piece ? (size_t)bytes : sizeof piece;

        if (uapi_copy_from(user, piece, from, n))
            return -EFAULT;
        for (size_t i = 0; i < n; i++)
            if (piece[i])
                return -E2BIG;
        from += n;
        bytes -= n;
    }
    return 0;
}

int uapi_copy_struct(const struct uapi_user_memory *user, void *to, size_t known, uint64_t from,
                     size_t size)
{
    const size_t common = size < known ? size : known;
    int rc = 0;

    if (size > known)
        rc = uapi_check_zero(user, from + known, size - known);
    if (rc == 0)
        rc = uapi_copy_from(user, to, from, common);
    memset((char *)to + common, 0, known - common);
    return rc;
}

int uapi_copy_argument(const struct uapi_user_memory *user, void *to, size_t least, size_t known,
                       uint64_t arg)
{
    uint32_t size;
    int rc;

    if (uapi_copy_from(user, &size, arg, sizeof size))
        return -EFAULT;
    if (size < least)
        return -EINVAL;
    /* CHOICE: the convention bounds nothing, so that a call could make us read 4 GB of zeros. */
    if (size > UAPI_ARGUMENT_BYTES_MAX)
        return -E2BIG;
    rc = uapi_copy_struct(user, to, known, arg, size);
    memcpy(to, &size, sizeof size);
    return rc;
}
