/* SPDX-License-Identifier: Apache-2.0 */
/* See memory_listing.h. */

#include "trace/memory_listing.h"

#include "trace/text_file.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A hexadecimal number at *text, which moves behind it. */
static bool take_hexadecimal(const char **text, uint64_t *number)
{
    char *end;

    if (strncmp(*text, "0x", 2) != 0 || !isxdigit((unsigned char)(*text)[2]))
        return false;
    errno = 0;
    *number = strtoull(*text, &end, 16);
    *text = end;
    return errno == 0;
}

static const char *take_line(const char *line, word_map *words)
{
    uint64_t address, word, before;

    line += strspn(line, " \t");
    if (*line == '\0' || *line == '#')
        return NULL;
    if (!take_hexadecimal(&line, &address) || *line++ != ':')
        return "is not 'ADDRESS: WORD', both hexadecimal with 0x";
    line += strspn(line, " \t");
    if (!take_hexadecimal(&line, &word) || line[strspn(line, " \t")] != '\0')
        return "is not 'ADDRESS: WORD', both hexadecimal with 0x";
    if (address % 8 != 0)
        return "the address is not a multiple of 8";
    if (word_map_get(words, address, &before) && before != word)
        return "the address was listed before, with another word";
    return word_map_set(words, address, word) ? NULL : "out of memory";
}

bool memory_listing_read(const char *path, word_map *words, char *why, size_t why_size)
{
    char problem[256];
    const char *wrong = NULL;
    char *line;
    text_file_result result;
    text_file *file = text_file_open(path, problem, sizeof problem);

    if (file == NULL) {
        snprintf(why, why_size, "%s: %s", path, problem);
        return false;
    }
    while ((result = text_file_next(file, &line)) == TEXT_FILE_LINE && wrong == NULL) {
        wrong = take_line(line, words);
        if (wrong == NULL && !text_file_line_ended(file))
            wrong = "the line has no end: the memory listing is cut off";
        if (wrong != NULL)
            break;
    }
    if (wrong == NULL && result == TEXT_FILE_ERROR)
        wrong = text_file_error(file);
    if (wrong == NULL && words->count == 0)
        wrong = "the memory listing has no words";
    if (wrong != NULL)
        snprintf(why, why_size, "%s:%lu: %s", path, text_file_line_number(file), wrong);
    text_file_close(file);
    return wrong == NULL;
}
