/* SPDX-License-Identifier: Apache-2.0 */
/* See text_buffer.h. */

#include "trace/text_buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool reserve(text_buffer *buffer, size_t more)
{
    size_t capacity = buffer->capacity != 0 ? buffer->capacity : 4096;
    char *text;

    while (capacity - buffer->length <= more)
        capacity *= 2;
    if (capacity == buffer->capacity)
        return true;
    text = realloc(buffer->text, capacity);
    if (text == NULL) {
        buffer->out_of_memory = true;
        return false;
    }
    buffer->text = text;
    buffer->capacity = capacity;
    return true;
}

void text_buffer_append(text_buffer *buffer, const char *text, size_t length)
{
    if (!reserve(buffer, length))
        return;
    memcpy(buffer->text + buffer->length, text, length);
    buffer->length += length;
    buffer->text[buffer->length] = '\0';
}

void text_buffer_print(text_buffer *buffer, const char *format, ...)
{
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0 || !reserve(buffer, (size_t)length)) {
        buffer->out_of_memory = true;
        return;
    }
    va_start(arguments, format);
    vsnprintf(buffer->text + buffer->length, (size_t)length + 1, format, arguments);
    va_end(arguments);
    buffer->length += (size_t)length;
}

void text_buffer_free(text_buffer *buffer)
{
    free(buffer->text);
    *buffer = (text_buffer){NULL, 0, 0, false};
}
