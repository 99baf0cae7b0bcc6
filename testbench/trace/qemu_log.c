/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of a QEMU trace log; see qemu_log.h. */

#include "trace/qemu_log.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REPEATS_COMMAND "repeats a command's parameter"
#define REPEATS_DESCRIPTOR "repeats a descriptor read (smmu_get_pte)"
#define NOTIFIER "QEMU's own notification of other devices"

static const struct event_form {
    const char *name;
    const char *word_after; /* NULL: no word */
    const char *numbers_after;
    const char *why_left_out; /* NULL: imported */
} forms[QEMU_EVENT_KINDS] = {
#define IMPORTED_FORM(kind, name, word_after, numbers_after)                                       \
    [QEMU_EVENT_##kind] = {name, word_after, numbers_after, NULL},
    QEMU_IMPORTED_EVENTS(IMPORTED_FORM)
#define LEFT_OUT_FORM(kind, name, why) [QEMU_EVENT_##kind] = {name, NULL, "", why},
        QEMU_LEFT_OUT_EVENTS(
            LEFT_OUT_FORM)[QEMU_EVENT_UNKNOWN] = {"other smmu events", NULL, "",
                                                  "this importer does not know them"},
};

const char *qemu_event_name(qemu_event_kind kind)
{
    return forms[kind].name;
}

const char *qemu_event_why_left_out(qemu_event_kind kind)
{
    return forms[kind].why_left_out;
}

/* With -msg timestamp=on every line starts with PROCESS@SECONDS.MICROSECONDS: */
static const char *skip_time(const char *line)
{
    const char *at = line;

    while (isdigit((unsigned char)*at))
        at++;
    if (at == line || *at != '@')
        return line;
    at++;
    while (isdigit((unsigned char)*at) || *at == '.')
        at++;
    return *at == ':' ? at + 1 : line;
}

static qemu_event_kind find_kind(const char *name, size_t length)
{
    int kind = 0;

    while (kind < QEMU_EVENT_UNKNOWN &&
           (strlen(forms[kind].name) != length || memcmp(forms[kind].name, name, length) != 0))
        kind++;
    return (qemu_event_kind)kind;
}

static bool take_word(const char **text, const char *after, char *word, char *why, size_t why_size)
{
    size_t length;

    if (strncmp(*text, after, strlen(after)) == 0) {
        *text += strlen(after);
        length = strcspn(*text, " ");
        if (length > 0 && length < QEMU_EVENT_MAX_WORD) {
            memcpy(word, *text, length);
            word[length] = '\0';
            *text += length;
            return true;
        }
    }
    snprintf(why, why_size, "has no name after '%s'", after);
    return false;
}

/* A number after 'label' (which may stand anywhere in the rest of the line). */
static bool take_number(const char **text, const char *label, uint64_t *number, char *why,
                        size_t why_size)
{
    const char *found = strstr(*text, label);
    const char *digits;
    char *end = NULL;
    bool hexadecimal, negative;

    if (found != NULL) {
        digits = found + strlen(label);
        negative = *digits == '-';
        hexadecimal = digits[0] == '0' && digits[1] == 'x';
        if (isdigit((unsigned char)digits[negative])) {
            errno = 0;
            *number = strtoull(digits, &end, hexadecimal ? 16 : 10);
            if (errno == 0 && end > digits + (hexadecimal ? 2 : 0) &&
                !isalnum((unsigned char)*end)) {
                *text = end;
                return true;
            }
        }
    }
    snprintf(why, why_size, "has no number after '%s'", label);
    return false;
}

static bool take_numbers(const char *text, const char *labels, uint64_t *numbers, char *why,
                         size_t why_size)
{
    while (*labels != '\0') {
        size_t length = strcspn(labels, "|");
        char label[32];

        memcpy(label, labels, length);
        label[length] = '\0';
        if (!take_number(&text, label, numbers++, why, why_size))
            return false;
        labels += length + (labels[length] == '|');
    }
    return true;
}

bool qemu_event_parse(const char *line, qemu_event *event, char *why, size_t why_size)
{
    const char *name = skip_time(line);
    size_t length = strcspn(name, " ");
    const char *text = name + length + (name[length] == ' ');
    const struct event_form *form;
    char problem[96];
    bool good = true;

    memset(event, 0, sizeof *event);
    if (strncmp(name, "smmu", 4) != 0) {
        snprintf(why, why_size, "not a trace event of an SMMU: '%.40s'", line);
        return false;
    }
    event->kind = find_kind(name, length);
    form = &forms[event->kind];
    if (form->word_after != NULL)
        good = take_word(&text, form->word_after, event->word, problem, sizeof problem);
    if (good)
        good = take_numbers(text, form->numbers_after, event->number, problem, sizeof problem);
    if (!good)
        snprintf(why, why_size, "%s %s", form->name, problem);
    return good;
}
