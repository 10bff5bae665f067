/*
 * edit.h — writing: the text of a new file, and changes to the text of an old one that leave
 * everything else as the operator wrote it.
 */

#ifndef CONFIG_EDIT_H
#define CONFIG_EDIT_H

#include "base/buf.h"
#include "base/err.h"
#include "config/schema.h"
#include "config/scan.h"
#include "model/interface.h"

/* The text of a new file. */
int edit_new(struct buf *out, const struct schema *schema, const void *thing, struct err *err);

/*
 * Change `text` so that it gives `to` where it gave `from`: the spans of values that differ are
 * replaced, missing keys added beside their neighbours, settings that are not set any more removed.
 * No comment is ever lost. The result is parsed again and compared; ERR_CONFIG when it would not
 * give `to` exactly, with `text` unchanged.
 */
int edit_text(struct buf *text, const struct schema *schema, const void *from, const void *to,
	const char *path, struct err *err);

/* Does `text` read as exactly `to`? ERR_CONFIG names the key that does not. */
int edit_verify(const struct buf *text, const struct schema *schema, const void *to,
	const char *path, struct err *err);

/* ---- pieces shared by edit.c and edit_mapping.c ---- */

/* Put `len` bytes in the place of the span [at, end). */
int edit_bytes(
	struct buf *text, size_t at, size_t end, const char *with, size_t len, struct err *err);

/* Put `value` in the place of the span [at, end); comments inside the span move behind it. */
int edit_span(struct buf *text, size_t at, size_t end, const char *value, struct err *err);

/* Remove the setting of a node, its line too when nothing else is on it; comments stay. */
int edit_remove(struct buf *text, const struct scan *scan, int node, struct err *err);

/* The blanks at the start of the line that holds `at`. */
#define INDENT_MAX 64
void edit_indent(char indent[INDENT_MAX], const char *text, size_t at);

/* Make the list `mapping` of the text give `to`'s, entry by entry. */
int edit_mapping(struct buf *text, const struct interface *to, const char *path, struct err *err);

#endif
