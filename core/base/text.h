/* text.h — small, total functions on strings: bounded copies, numbers, UTF-8, nearest word. */

#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Copy with truncation; always terminated; returns true when all of it fitted. */
bool text_copy(char *to, size_t size, const char *from);

/* strdup() that takes NULL (and gives NULL). */
char *text_dup(const char *from);

/* Replace an owned string by a copy of `from` (NULL allowed); false when out of memory, `to`
 * unchanged. */
bool text_set(char **to, const char *from);

bool text_equal(const char *a, const char *b);	    /* NULL equals only NULL */
bool text_equal_fold(const char *a, const char *b); /* ASCII case ignored */
bool text_starts(const char *text, const char *prefix);
bool text_empty(const char *text); /* NULL or "" */

/* The whole text as a decimal number within [min, max]. */
bool text_int(int64_t *value, const char *text, int64_t min, int64_t max);

/*
 * A size with its unit, like "512 MB" (bytes, KB, MB, GB, TB, each 1024 times the one before), or a
 * plain number of bytes. False: it is none, or more than 2^62 bytes.
 */
bool text_size(int64_t *bytes, const char *text);

#define TEXT_SIZE_MAX 32

/* The reverse, exactly: "512 MB", "1000 bytes". */
const char *text_size_exact(char text[TEXT_SIZE_MAX], int64_t bytes);

/* For people: "1.4 GB". */
const char *text_size_about(char text[TEXT_SIZE_MAX], int64_t bytes);

/* Cut blanks from both ends, in place; returns the first character kept. */
char *text_trim(char *text);

/* How many of the `len` bytes are valid UTF-8 (NUL is valid, surrogates are not). */
size_t text_utf8_prefix(const char *text, size_t len);

/* Glob with * and ?; `fold` ignores ASCII case. */
bool text_match(const char *pattern, const char *text, bool fold);

/*
 * The word of `words` (NULL-terminated) closest to `word` by edit distance, or NULL when none is
 * near enough to be a likely slip.
 */
const char *text_nearest(const char *word, const char *const *words);

/* A list of owned strings. */
struct text_list {
	char **items;
	size_t count;
};

bool text_list_add(struct text_list *list, const char *text);
bool text_list_has(const struct text_list *list, const char *text);
void text_list_free(struct text_list *list);

#endif
