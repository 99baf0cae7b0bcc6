/* SPDX-License-Identifier: Apache-2.0 */
/* Text that grows as it is printed into. */
#ifndef SMMUSIM_TEXT_BUFFER_H
#define SMMUSIM_TEXT_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __GNUC__
#define TEXT_BUFFER_PRINTF __attribute__((format(printf, 2, 3)))
#else
#define TEXT_BUFFER_PRINTF
#endif

/* An all-zero text_buffer is an empty one. */
typedef struct text_buffer {
    char *text; /* ended by a null character, or NULL while empty */
    size_t length, capacity;
    bool out_of_memory; /* something was lost; asked once, at the end */
} text_buffer;

void text_buffer_print(text_buffer *buffer, const char *format, ...) TEXT_BUFFER_PRINTF;
void text_buffer_append(text_buffer *buffer, const char *text, size_t length);
void text_buffer_free(text_buffer *buffer);

#ifdef __cplusplus
}
#endif
#endif
