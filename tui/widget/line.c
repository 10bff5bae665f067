/* line.c — editing a text in place: every motion goes by whole glyphs, never into one. */

#include "base/base.h"
#include "tui/widget/line.h"

#include "base/text.h"
#include "tui/widget/glyph.h"
#include "tui/widget/keys.h"

void line_init(struct line *line, size_t max, bool several)
{
	memset(line, 0, sizeof(*line));
	buf_init(&line->text, max);
	line->several = several;
}

void line_free(struct line *line)
{
	buf_wipe(&line->text);
}

const char *line_text(const struct line *line)
{
	return buf_str(&line->text);
}

bool line_empty(const struct line *line)
{
	return line->text.len == 0;
}

void line_set(struct line *line, const char *text)
{
	size_t len = text ? strlen(text) : 0;

	if (len > line->text.max)
		len = text_utf8_prefix(text, line->text.max);
	buf_cut(&line->text, 0);
	if (len)
		buf_add(&line->text, text, len);
	line->at = line->text.len;
	line->scroll = 0;
}

static void remove_span(struct line *line, size_t from, size_t to)
{
	struct buf *text = &line->text;

	if (from >= to)
		return;
	memmove(text->data + from, text->data + to, text->len - to);
	buf_cut(text, text->len - (to - from));
	line->at = from;
}

static size_t encode(char out[5], int c)
{
	uint32_t u = (uint32_t)c;

	if (u < 0x80) {
		out[0] = (char)u;
		return 1;
	}
	if (u < 0x800) {
		out[0] = (char)(0xc0 | u >> 6);
		out[1] = (char)(0x80 | (u & 0x3f));
		return 2;
	}
	if (u < 0x10000) {
		out[0] = (char)(0xe0 | u >> 12);
		out[1] = (char)(0x80 | (u >> 6 & 0x3f));
		out[2] = (char)(0x80 | (u & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | u >> 18);
	out[1] = (char)(0x80 | (u >> 12 & 0x3f));
	out[2] = (char)(0x80 | (u >> 6 & 0x3f));
	out[3] = (char)(0x80 | (u & 0x3f));
	return 4;
}

void line_insert(struct line *line, int character)
{
	char bytes[5];
	size_t len;
	size_t behind = line->text.len - line->at;

	if (character == K_ENTER)
		character = '\n';
	if ((character == '\n' && !line->several) || (character < ' ' && character != '\n') ||
		character == 127 || character > 0x10ffff)
		return;
	len = encode(bytes, character);
	if (line->text.len + len > line->text.max || !buf_room(&line->text, len))
		return;
	memmove(line->text.data + line->at + len, line->text.data + line->at, behind);
	memcpy(line->text.data + line->at, bytes, len);
	buf_grew(&line->text, len);
	line->at += len;
}

/* Start of the row that offset `at` is in; for one line that is the start of all. */
static size_t row_start(const struct line *line, size_t at)
{
	const char *text = line_text(line);

	while (at > 0 && text[at - 1] != '\n')
		at--;
	return at;
}

static size_t row_end(const struct line *line, size_t at)
{
	return at + strcspn(line_text(line) + at, "\n");
}

static size_t word_start(const struct line *line)
{
	const char *text = line_text(line);
	size_t at = line->at;

	while (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '\n'))
		at--;
	while (at > 0 && text[at - 1] != ' ' && text[at - 1] != '\n')
		at--;
	return at;
}

/* To the same column of the row above or below; false at the first or last row. */
static bool move_row(struct line *line, bool up)
{
	size_t start = row_start(line, line->at);
	size_t column = line->at - start;
	size_t to;

	if (!line->several)
		return false;
	if (up) {
		if (start == 0)
			return false;
		to = row_start(line, start - 1);
	} else {
		to = row_end(line, line->at);
		if (!line_text(line)[to])
			return false;
		to++;
	}
	line->at = to;
	while (line->at - to < column && line->at < row_end(line, to))
		line->at = glyph_after(line_text(line), line->at);
	return true;
}

static void move_left(struct line *line)
{
	line->at = glyph_before(line_text(line), line->at);
}

static void move_right(struct line *line)
{
	if (line->at < line->text.len)
		line->at = glyph_after(line_text(line), line->at);
}

bool line_key(struct line *line, int key)
{
	const char *text = line_text(line);

	switch (key) {
	case K_LEFT:
	case K_CTRL('B'):
		move_left(line);
		return true;
	case K_RIGHT:
	case K_CTRL('F'):
		move_right(line);
		return true;
	case K_UP:
		return move_row(line, true);
	case K_DOWN:
		return move_row(line, false);
	case K_HOME:
	case K_CTRL('A'):
		line->at = row_start(line, line->at);
		return true;
	case K_END:
	case K_CTRL('E'):
		line->at = row_end(line, line->at);
		return true;
	case K_BACKSPACE:
		remove_span(line, glyph_before(text, line->at), line->at);
		return true;
	case K_DELETE:
		if (line->at < line->text.len)
			remove_span(line, line->at, glyph_after(text, line->at));
		return true;
	case K_CTRL('W'):
		remove_span(line, word_start(line), line->at);
		return true;
	case K_CTRL('U'):
		remove_span(line, row_start(line, line->at), line->at);
		return true;
	case K_CTRL('K'):
		remove_span(line, line->at, row_end(line, line->at));
		return true;
	case K_ENTER:
		if (!line->several)
			return false;
		line_insert(line, '\n');
		return true;
	default:
		if (key < ' ' || key > 0x10ffff)
			return false;
		line_insert(line, key);
		return true;
	}
}

/* Columns before byte offset `at`. */
static int columns_before(const char *text, size_t at, bool ascii)
{
	const char *next = text;
	struct glyph glyph;
	int columns = 0;

	while (next < text + at && glyph_next(&glyph, &next, ascii))
		columns += glyph.columns;
	return columns;
}

/* As many signs as the secret has glyphs. */
static size_t hide(char *out, size_t size, const char *text, size_t upto, bool ascii)
{
	const char *sign = theme_sign(SIGN_SECRET, ascii);
	const char *next = text;
	struct glyph glyph;
	size_t used = 0;

	while (next < text + upto && glyph_next(&glyph, &next, ascii) &&
		used + strlen(sign) < size) {
		memcpy(out + used, sign, strlen(sign));
		used += strlen(sign);
	}
	out[used] = '\0';
	return used;
}

static void scroll_to(struct line *line, int column, int cols)
{
	if (column < line->scroll)
		line->scroll = column;
	else if (column >= line->scroll + cols)
		line->scroll = column - cols + 1;
}

/* Show `text` from column `skip` on. */
static void draw_from(struct screen *screen, int y, int x, int cols, int style, const char *text,
	int skip, bool ascii)
{
	size_t from = glyph_fit(text, skip, ascii, NULL);

	screen_padded(screen, y, x, cols, style, text + from);
}

void line_draw(struct line *line, struct screen *screen, int y, int x, int cols, int style, bool on,
	bool hidden)
{
	bool ascii = screen_ascii(screen);
	const char *text = line_text(line);
	size_t at = line->at;
	char dots[1024];
	int column;

	if (hidden) {
		at = hide(dots, sizeof(dots), text, line->at, ascii);
		hide(dots, sizeof(dots), text, line->text.len, ascii);
		text = dots;
	}
	column = columns_before(text, at, ascii);
	if (on)
		scroll_to(line, column, cols);
	else
		line->scroll = 0;
	draw_from(screen, y, x, cols, style, text, line->scroll, ascii);
	if (on)
		screen_cursor(screen, y, x + column - line->scroll);
}

void line_draw_rows(struct line *line, struct screen *screen, struct area area, int style, bool on)
{
	bool ascii = screen_ascii(screen);
	const char *text = line_text(line);
	size_t start = row_start(line, line->at);
	int column = columns_before(text + start, line->at - start, ascii);
	int skip = column >= area.cols ? column - area.cols + 1 : 0;
	int row = 0;

	for (size_t i = 0; i < start; i++)
		row += text[i] == '\n';
	scroll_to(line, row, area.rows);
	for (int i = 0; i < line->scroll; i++)
		text += strcspn(text, "\n") + 1;
	for (int i = 0; i < area.rows; i++) {
		char shown[2048];
		size_t len = strcspn(text, "\n");
		bool here = on && i == row - line->scroll;

		snprintf(shown, sizeof(shown), "%.*s", (int)len, text);
		draw_from(screen, area.y + i, area.x, area.cols, style, shown, here ? skip : 0,
			ascii);
		text += len + (text[len] == '\n');
	}
	if (on)
		screen_cursor(screen, area.y + row - line->scroll, area.x + column - skip);
}
