/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text files, line by line, plain or compressed. Owns opening, decompressing (gzip, xz, zstd,
 * recognised by content), line numbers and the bound on a line's length. Knows nothing of what
 * the lines mean.
 */
#ifndef SMMUSIM_TEXT_FILE_H
#define SMMUSIM_TEXT_FILE_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Longest line that is read, without its end. */
enum { TEXT_FILE_MAX_LINE = 65536 };

typedef struct text_file text_file;

typedef enum text_file_result {
    TEXT_FILE_LINE,  /* *line is the next line */
    TEXT_FILE_END,   /* no more lines, and the file (or archive) was whole */
    TEXT_FILE_ERROR, /* text_file_error() says why, text_file_line_number() where */
} text_file_result;

/* NULL if it cannot be opened; then 'why' (of 'why_size' bytes) says so, without the path. */
text_file *text_file_open(const char *path, char *why, size_t why_size);

/*
 * *line is ended by a null character, has no line end (LF or CR LF) and may be changed by the
 * caller; it lasts until the next call.
 */
text_file_result text_file_next(text_file *file, char **line);

const char *text_file_path(const text_file *file);

/* Of the line that was returned last, or in which the error stands; the first is 1 (also of an
   empty file). */
unsigned long text_file_line_number(const text_file *file);

/* Whether the line that was returned last had a line end: the last line of a file may have none. */
bool text_file_line_ended(const text_file *file);

const char *text_file_error(const text_file *file);

void text_file_close(text_file *file);

/*
 * Writes a file piece by piece. Compresses it as the end of its name says: .xz, .gz, .zst, else not
 * at all. The same text gives the same bytes. On failure text_file_create() returns NULL,
 * text_file_finish() false and leaves no file behind; 'why' says so, without the path.
 */
typedef struct text_file_writer text_file_writer;

text_file_writer *text_file_create(const char *path, char *why, size_t why_size);
void text_file_put(text_file_writer *writer, const char *text, size_t length);
/* Frees the writer in any case. */
bool text_file_finish(text_file_writer *writer, char *why, size_t why_size);

/* The same in one go. */
bool text_file_write(const char *path, const char *text, size_t length, char *why, size_t why_size);

#ifdef __cplusplus
}
#endif
#endif
