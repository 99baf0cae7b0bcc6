/* SPDX-License-Identifier: Apache-2.0 */
/* Expectations: comparing, keeping values in variables, and the two halves of a message. */
#include <stdarg.h>
#include <string.h>

#include "trace/player_impl.h"

enum { NUMBER_SIZE = 24 };

/* Appends, with a space between parts; what does not fit is left out. */
static void append(char *text, size_t size, const char *format, ...)
{
    size_t used = strlen(text);
    if (used && used + 1 < size)
        memcpy(text + used++, " ", 2);
    va_list args;
    va_start(args, format);
    vsnprintf(text + used, size - used, format, args);
    va_end(args);
}

static void print_number(char text[NUMBER_SIZE], uint64_t number, enum number_style style)
{
    bool decimal = style == STYLE_DECIMAL || number < 10;
    snprintf(text, NUMBER_SIZE, decimal ? "%llu" : "0x%llx", (unsigned long long)number);
}

void compare_begin(struct comparison *comparison, struct player *player)
{
    comparison->player = player;
    comparison->differs = false;
    comparison->expected[0] = '\0';
    comparison->got[0] = '\0';
}

bool value_known(const struct player *player, const struct value *value, uint64_t *number)
{
    *number = value->literal;
    if (!value->variable)
        return true;
    *number = player->variable[value->variable - 1].value;
    return player->variable[value->variable - 1].kept;
}

bool expected_holds(const struct player *player, const struct expected *expected, uint64_t got,
                    uint64_t mask)
{
    uint64_t number;
    for (uint32_t i = 0; i < expected->count; ++i) {
        if (value_known(player, &expected->alternative[i], &number) && ((number ^ got) & mask) == 0)
            return true;
    }
    return !expected->count;
}

static void print_expected(const struct player *player, const struct expected *expected,
                           enum number_style style, char *text, size_t size)
{
    char number_text[NUMBER_SIZE];
    size_t used = 0;
    text[0] = '\0';
    for (uint32_t i = 0; i < expected->count && used + NUMBER_SIZE + 2 < size; ++i) {
        uint64_t number;
        bool has_value = value_known(player, &expected->alternative[i], &number);
        print_number(number_text, number, style);
        used += (size_t)snprintf(text + used, size - used, "%s%s", i ? "|" : "",
                                 has_value ? number_text : "(a variable without a value)");
    }
}

void compare_number(struct comparison *comparison, const char *name,
                    const struct expected *expected, uint64_t got, uint64_t mask,
                    enum number_style style)
{
    struct player *player = comparison->player;
    char wanted[256], found[NUMBER_SIZE], mask_text[NUMBER_SIZE + 8] = "";
    if (expected->keep) {
        player->variable[expected->keep - 1] = (struct variable){.value = got, .kept = true};
        return;
    }
    if (!is_expected(expected) || expected_holds(player, expected, got, mask))
        return;
    comparison->differs = true;
    print_expected(player, expected, style, wanted, sizeof(wanted));
    print_number(found, got, style);
    if (mask != UINT64_MAX)
        snprintf(mask_text, sizeof(mask_text), " mask 0x%llx", (unsigned long long)mask);
    append(comparison->expected, sizeof(comparison->expected), "%s%s%s%s", name, *name ? "=" : "",
           wanted, mask_text);
    append(comparison->got, sizeof(comparison->got), "%s%s%s", name, *name ? "=" : "", found);
}

bool op_holds(enum comparison_op op, uint64_t a, uint64_t b)
{
    switch (op) {
    case OP_EQ:
        return a == b;
    case OP_NE:
        return a != b;
    case OP_LT:
        return a < b;
    case OP_LE:
        return a <= b;
    case OP_GT:
        return a > b;
    case OP_GE:
        break;
    }
    return a >= b;
}

const char *op_name(enum comparison_op op)
{
    static const char *const names[] = {"==", "!=", "<", "<=", ">", ">="};
    return names[op];
}

void compare_limit(struct comparison *comparison, const char *name, const struct limit *limit,
                   uint64_t got)
{
    uint64_t bound;
    if (!is_given(&limit->value) || !player_value(comparison->player, &limit->value, &bound) ||
        op_holds(limit->op, got, bound))
        return;
    comparison->differs = true;
    append(comparison->expected, sizeof(comparison->expected), "%s%s%llu", name, op_name(limit->op),
           (unsigned long long)bound);
    append(comparison->got, sizeof(comparison->got), "%s=%llu", name, (unsigned long long)got);
}

void compare_text(struct comparison *comparison, bool holds, const char *expected, const char *got)
{
    if (holds)
        return;
    comparison->differs = true;
    append(comparison->expected, sizeof(comparison->expected), "%s", expected);
    append(comparison->got, sizeof(comparison->got), "%s", got);
}

void compare_context(struct comparison *comparison, const char *text)
{
    if (comparison->differs)
        append(comparison->got, sizeof(comparison->got), "%s", text);
}

bool compare_end(struct comparison *comparison)
{
    player_check(comparison->player, !comparison->differs, comparison->expected, comparison->got);
    return !comparison->differs;
}
