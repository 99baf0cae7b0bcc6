/* SPDX-License-Identifier: Apache-2.0 */
/* Text files through libarchive's raw format; see text_file.h. */

#define _POSIX_C_SOURCE 200809L /* fileno, fstat: is the output a regular file? */

#include "trace/text_file.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { BLOCK_BYTES = 65536 };

struct text_file {
    struct archive *archive;
    bool empty; /* not even one byte */
    bool at_end;
    bool ended;
    unsigned long line_number; /* 0 before the first */
    size_t used, next;         /* of block */
    char *path;
    char error[256];
    char block[BLOCK_BYTES];
    char line[TEXT_FILE_MAX_LINE + 1];
};

/* libarchive has a text for some errors only. */
static const char *archive_reason(struct archive *archive)
{
    const char *text = archive_error_string(archive);

    if (text != NULL)
        return text;
    return archive_errno(archive) > 0 ? strerror(archive_errno(archive)) : "the data are damaged";
}

static bool open_archive(text_file *file, const char *path, char *why, size_t why_size)
{
    struct archive_entry *entry;
    int status;

    file->archive = archive_read_new();
    if (file->archive == NULL) {
        snprintf(why, why_size, "out of memory");
        return false;
    }
    archive_read_support_filter_gzip(file->archive);
    archive_read_support_filter_xz(file->archive);
    archive_read_support_filter_zstd(file->archive);
    archive_read_support_format_raw(file->archive);
    archive_read_support_format_empty(file->archive);

    status = archive_read_open_filename(file->archive, path, BLOCK_BYTES);
    if (status == ARCHIVE_OK)
        status = archive_read_next_header(file->archive, &entry);
    if (status == ARCHIVE_EOF) {
        file->empty = true;
        return true;
    }
    if (status != ARCHIVE_OK) {
        snprintf(why, why_size, "cannot be read: %s", archive_reason(file->archive));
        return false;
    }
    return true;
}

text_file *text_file_open(const char *path, char *why, size_t why_size)
{
    text_file *file = calloc(1, sizeof *file);
    size_t path_size = strlen(path) + 1;

    if (file != NULL)
        file->path = malloc(path_size);
    if (file == NULL || file->path == NULL) {
        snprintf(why, why_size, "out of memory");
        text_file_close(file);
        return NULL;
    }
    memcpy(file->path, path, path_size);
    if (!open_archive(file, path, why, why_size)) {
        text_file_close(file);
        return NULL;
    }
    return file;
}

static text_file_result fail(text_file *file, const char *why)
{
    snprintf(file->error, sizeof file->error, "%s", why);
    return TEXT_FILE_ERROR;
}

/* Refills the block; at_end is set when there is nothing more. */
static bool fill(text_file *file)
{
    la_ssize_t got = 0;

    if (!file->empty)
        got = archive_read_data(file->archive, file->block, sizeof file->block);
    if (got < 0) {
        snprintf(file->error, sizeof file->error, "cannot be read further: %s",
                 archive_reason(file->archive));
        return false;
    }
    file->next = 0;
    file->used = (size_t)got;
    file->at_end = got == 0;
    return true;
}

text_file_result text_file_next(text_file *file, char **line)
{
    size_t length = 0;

    if (file->error[0] != '\0')
        return TEXT_FILE_ERROR;
    file->line_number++;
    file->ended = false;
    while (!file->ended) {
        char c;

        if (file->next == file->used) {
            if (!file->at_end && !fill(file))
                return TEXT_FILE_ERROR;
            if (file->at_end)
                break;
        }
        c = file->block[file->next++];
        if (c == '\n')
            file->ended = true;
        else if (c == '\0')
            return fail(file, "holds a null character, so it is not text");
        else if (length == TEXT_FILE_MAX_LINE)
            return fail(file, "the line is longer than 65536 characters");
        else
            file->line[length++] = c;
    }
    if (length == 0 && !file->ended) {
        file->line_number--;
        return TEXT_FILE_END;
    }
    if (file->ended && length > 0 && file->line[length - 1] == '\r')
        length--;
    file->line[length] = '\0';
    *line = file->line;
    return TEXT_FILE_LINE;
}

const char *text_file_path(const text_file *file)
{
    return file->path;
}

unsigned long text_file_line_number(const text_file *file)
{
    return file->line_number != 0 ? file->line_number : 1;
}

bool text_file_line_ended(const text_file *file)
{
    return file->ended;
}

const char *text_file_error(const text_file *file)
{
    return file->error;
}

void text_file_close(text_file *file)
{
    if (file == NULL)
        return;
    archive_read_free(file->archive);
    free(file->path);
    free(file);
}

/* ---------------------------------------------------------------- writing */

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), end_length = strlen(end);

    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

static int add_filter(struct archive *archive, const char *path)
{
    static const struct {
        const char *suffix;
        const char *filter;
        const char *options;
    } filters[] = {
        {".xz", "xz", "xz:compression-level=9"},
        {".zst", "zstd", "zstd:compression-level=19"},
        {".gz", "gzip", "gzip:compression-level=9,gzip:!timestamp"},
    };

    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++) {
        if (!ends_with(path, filters[i].suffix))
            continue;
        if (archive_write_add_filter_by_name(archive, filters[i].filter) != ARCHIVE_OK)
            return ARCHIVE_FATAL;
        return archive_write_set_options(archive, filters[i].options);
    }
    return archive_write_add_filter_none(archive);
}

struct text_file_writer {
    char *path;
    FILE *out;
    struct archive *archive;
    bool regular;
    char error[160]; /* why nothing more is written; empty: all is well */
};

static void give_up(text_file_writer *writer, const char *reason)
{
    if (!writer->error[0])
        snprintf(writer->error, sizeof writer->error, "cannot be written: %s", reason);
}

static void begin_archive(text_file_writer *writer)
{
    struct archive *archive = writer->archive = archive_write_new();
    struct archive_entry *entry = archive_entry_new();
    bool good = archive != NULL && entry != NULL &&
                archive_write_set_format_raw(archive) == ARCHIVE_OK &&
                add_filter(archive, writer->path) == ARCHIVE_OK &&
                archive_write_set_bytes_in_last_block(archive, 1) == ARCHIVE_OK &&
                archive_write_open_FILE(archive, writer->out) == ARCHIVE_OK;

    if (good) {
        archive_entry_set_filetype(entry, AE_IFREG);
        good = archive_write_header(archive, entry) == ARCHIVE_OK;
    }
    archive_entry_free(entry);
    if (!good)
        give_up(writer, archive != NULL ? archive_reason(archive) : "out of memory");
}

text_file_writer *text_file_create(const char *path, char *why, size_t why_size)
{
    struct stat status;
    text_file_writer *writer = calloc(1, sizeof *writer);
    char *copy = strdup(path);

    if (writer == NULL || copy == NULL) {
        snprintf(why, why_size, "cannot be written: out of memory");
        free(copy);
        free(writer);
        return NULL;
    }
    writer->path = copy;
    writer->out = fopen(path, "wb");
    if (writer->out == NULL) {
        snprintf(why, why_size, "cannot be written: %s", strerror(errno));
        free(writer->path);
        free(writer);
        return NULL;
    }
    writer->regular = fstat(fileno(writer->out), &status) == 0 && S_ISREG(status.st_mode);
    begin_archive(writer);
    return writer;
}

void text_file_put(text_file_writer *writer, const char *text, size_t length)
{
    if (writer->error[0])
        return;
    if (archive_write_data(writer->archive, text, length) != (la_ssize_t)length)
        give_up(writer, archive_reason(writer->archive));
}

bool text_file_finish(text_file_writer *writer, char *why, size_t why_size)
{
    if (!writer->error[0] && archive_write_close(writer->archive) != ARCHIVE_OK)
        give_up(writer, archive_reason(writer->archive));
    if (writer->archive != NULL)
        archive_write_free(writer->archive);
    if (fclose(writer->out) != 0)
        give_up(writer, strerror(errno));
    bool good = !writer->error[0];
    if (!good) {
        snprintf(why, why_size, "%s", writer->error);
        if (writer->regular)
            remove(writer->path);
    }
    free(writer->path);
    free(writer);
    return good;
}

bool text_file_write(const char *path, const char *text, size_t length, char *why, size_t why_size)
{
    text_file_writer *writer = text_file_create(path, why, why_size);

    if (writer == NULL)
        return false;
    text_file_put(writer, text, length);
    return text_file_finish(writer, why, why_size);
}
