/* SPDX-License-Identifier: Apache-2.0 */
/* Words and numbers of the trace language, by ASCII and without the locale. */
#include "trace/lexer.h"

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

long lexer_split(char *line, char **words, size_t max)
{
    size_t count = 0;
    char *at = line;
    for (;;) {
        while (is_space(*at))
            at++;
        if (!*at || *at == '#')
            return (long)count;
        if (count == max)
            return -1;
        words[count++] = at;
        while (*at && !is_space(*at) && *at != '#')
            at++;
        char end = *at;
        *at = '\0';
        if (!end || end == '#')
            return (long)count;
        at++;
    }
}

static int digit_value(char c, unsigned base)
{
    int value = -1;
    if (is_digit(c))
        value = c - '0';
    else if (lower(c) >= 'a' && lower(c) <= 'f')
        value = lower(c) - 'a' + 10;
    return value < (int)base ? value : -1;
}

const char *lexer_number(const char *text, uint64_t *value)
{
    unsigned base = 10;
    if (text[0] == '0' && lower(text[1]) == 'x') {
        base = 16;
        text += 2;
    }
    uint64_t number = 0;
    bool after_digit = false;
    for (; *text; ++text) {
        if (*text == '_' && after_digit) {
            after_digit = false;
            continue;
        }
        int digit = digit_value(*text, base);
        if (digit < 0)
            return "is not a number";
        if (number > (UINT64_MAX - (unsigned)digit) / base)
            return "does not fit into 64 bits";
        number = number * base + (unsigned)digit;
        after_digit = true;
    }
    if (!after_digit)
        return "is not a number";
    *value = number;
    return NULL;
}

bool lexer_is_name(const char *text)
{
    if (!is_letter(*text))
        return false;
    while (is_letter(*text) || is_digit(*text))
        text++;
    return !*text;
}

bool lexer_equal(const char *a, const char *b)
{
    while (*a && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return !*a && !*b;
}
