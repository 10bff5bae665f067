/*
 * glyph.h — text as the columns of a terminal: what one cell shows, how wide a text is, where to
 * cut it.
 *
 * Rows come from customers' databases and are hostile until shown otherwise. Nothing that a
 * terminal acts upon passes: control bytes, bytes that are no UTF-8, direction marks and joiners
 * become one visible sign, or nothing where they have no width.
 */

#ifndef WIDGET_GLYPH_H
#define WIDGET_GLYPH_H

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

/* What one step of a text puts into one place of the screen. */
struct glyph {
	wchar_t text[4]; /* a base and up to two combining marks, terminated */
	int columns;	 /* 1 or 2 */
};

/*
 * Read the next glyph from *at (moved behind it). False at the end of the string. `ascii`: what is
 * not ASCII becomes '?', combining marks vanish.
 */
bool glyph_next(struct glyph *out, const char **at, bool ascii);

/* Columns the whole text takes. */
int glyph_columns(const char *text, bool ascii);

/* Bytes of `text` that fit into `columns`; *used (may be NULL) says how many they take. */
size_t glyph_fit(const char *text, int columns, bool ascii, int *used);

/* Byte offset of the glyph before / after offset `at` of `text`; stays within the text. */
size_t glyph_before(const char *text, size_t at);
size_t glyph_after(const char *text, size_t at);

/*
 * Length in bytes of the next line of `text` when it is wrapped at `columns`, broken at blanks
 * where there are any; *next is the offset where the line behind it starts.
 */
size_t glyph_wrap(const char *text, int columns, bool ascii, size_t *next);

#endif
