/*
 * line.h — a text that a person edits: one line (fields, the prompts of / and :) or several
 * (queries, mappings). UTF-8 with a stated maximum; wiped when freed, since it may be a password.
 */

#ifndef WIDGET_LINE_H
#define WIDGET_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "tui/widget/screen.h"

struct line {
	struct buf text;
	size_t at;  /* byte offset of the cursor */
	int scroll; /* first column (one line) or first row (several) that is shown */
	bool several;
};

void line_init(struct line *line, size_t max, bool several);
void line_free(struct line *line);

/* Replace the text (cut to the maximum); the cursor goes to its end. */
void line_set(struct line *line, const char *text);
const char *line_text(const struct line *line);
bool line_empty(const struct line *line);

/* Edit. False for a key that means nothing here (Up in the first row, Tab, Esc ...). */
bool line_key(struct line *line, int key);

/* Insert one character as text, whatever it may mean as a key. */
void line_insert(struct line *line, int character);

/* Draw one line into `cols` columns and put the cursor there when `on`. `hidden`: a secret. */
void line_draw(struct line *line, struct screen *screen, int y, int x, int cols, int style, bool on,
	bool hidden);

/* The same for several lines. */
void line_draw_rows(struct line *line, struct screen *screen, struct area area, int style, bool on);

#endif
