/*
 * scan.h — where everything stands in the text of a libconfig file: each setting's name, value and
 * terminator as byte spans, and its line. libconfig reads the values; this finds the places to
 * edit, and tells faults that libconfig passes over or tells badly.
 */

#ifndef CONFIG_SCAN_H
#define CONFIG_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

#define SCAN_TEXT_MAX (1u << 20) /* bytes of one file */

enum scan_kind { SCAN_GROUP, SCAN_LIST, SCAN_ARRAY, SCAN_STRING, SCAN_NUMBER, SCAN_WORD };

struct scan_node {
	enum scan_kind kind;
	int parent;		/* index; -1 for the root */
	size_t key_at, key_len; /* the name; length 0 for elements of lists and for the root */
	size_t at, end;		/* the value, brackets and all parts of a string included */
	size_t stop;		/* behind the ; or , that ends a setting, else `end` */
	int line;		/* of the name, or of the element; 1 is the first */
};

struct scan {
	const char *text; /* borrowed */
	size_t len;
	struct scan_node *nodes; /* owned; nodes[0] is the root, a group without braces */
	int count;
};

/*
 * Find every place of `text`. ERR_CONFIG names `path`:line: an unclosed string, comment or bracket,
 * a number beyond 32 bits, a word without quotes, control characters, bytes that are not UTF-8.
 */
int scan_text(struct scan *out, const char *text, size_t len, const char *path, struct err *err);
void scan_free(struct scan *scan);

/* The child of `parent` with that name (`len` bytes), or -1. */
int scan_child(const struct scan *scan, int parent, const char *name, size_t len);

/* The setting of a path like "salesforce.proxy.url", or -1. */
int scan_find(const struct scan *scan, const char *path);

/* The i-th element of a list or array, or -1. */
int scan_element(const struct scan *scan, int parent, int i);

/* The first byte at or behind `at` that is neither blank nor comment. */
size_t scan_skip(const char *text, size_t len, size_t at);

/* The same, but stays on the line: stops at a line end that no comment of this line contains. */
size_t scan_skip_line(const char *text, size_t len, size_t at);

/* Append the comments of a span, each after a blank, a `#` one with its line end. */
void scan_comments(struct buf *out, const char *text, size_t at, size_t end);

/* Is there nothing but blanks in a span? */
bool scan_is_blank(const char *text, size_t at, size_t end);

/* Does a span of blanks and comments end in a comment that the next line end closes? */
bool scan_ends_in_comment(const char *text, size_t at, size_t end);

/* "path:line: text", ERR_CONFIG. Returns -ERR_CONFIG. */
int scan_problem(struct err *err, const char *path, int line, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

#endif
