/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration files: lines of KEY=VALUE as `config` statements have them, `#` for comments. */
#include <stdio.h>
#include <string.h>

#include "trace/lexer.h"
#include "trace/program.h"
#include "trace/text_file.h"

enum { MAX_WORDS = 64 };

/* A sentence for why, or NULL. */
static const char *set(char *word, smmu_config_t *cfg, char *why, size_t size)
{
    char *equals = strchr(word, '=');
    uint64_t value;
    if (!equals || equals == word) {
        snprintf(why, size, "'%s' is not KEY=VALUE", word);
        return why;
    }
    *equals = '\0';
    if (lexer_equal(word, "preset")) {
        if (smmu_config_init(cfg, equals + 1) == SMMU_OK)
            return NULL;
        snprintf(why, size, "unknown preset '%s'", equals + 1);
        return why;
    }
    const char *wrong = lexer_number(equals + 1, &value);
    if (wrong) {
        snprintf(why, size, "%s: '%s' %s", word, equals + 1, wrong);
        return why;
    }
    return smmu_config_set(cfg, word, value, why, size) == SMMU_OK ? NULL : why;
}

static const char *set_line(char *line, smmu_config_t *cfg, char *why, size_t size)
{
    char *word[MAX_WORDS];
    long words = lexer_split(line, word, MAX_WORDS);
    if (words < 0)
        return "too many words in a line";
    for (long i = 0; i < words; ++i) {
        /* A whole `config` statement may be pasted into the file. */
        if (i == 0 && strcmp(word[i], "config") == 0)
            continue;
        const char *wrong = set(word[i], cfg, why, size);
        if (wrong)
            return wrong;
    }
    return NULL;
}

bool trace_config_file(const char *path, smmu_config_t *cfg, char *error)
{
    char why[512];
    char *line;
    text_file_result result;
    const char *wrong = NULL;
    text_file *file = text_file_open(path, why, sizeof(why));
    if (!file) {
        snprintf(error, PROGRAM_ERROR_SIZE, "%s: %s", path, why);
        return false;
    }
    while (!wrong && (result = text_file_next(file, &line)) != TEXT_FILE_END)
        wrong = result == TEXT_FILE_ERROR ? text_file_error(file)
                                          : set_line(line, cfg, why, sizeof(why));
    if (wrong)
        snprintf(error, PROGRAM_ERROR_SIZE, "%s:%lu: %s", path, text_file_line_number(file), wrong);
    text_file_close(file);
    return !wrong;
}
