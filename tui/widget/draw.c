/* draw.c — texts, signs and boxes on the screen, clipped by columns. */

#include "base/base.h"
#include "tui/widget/screen_private.h"

#include "base/buf.h"
#include "tui/widget/glyph.h"
#include "tui/widget/terminal.h"

#include <sodium.h>

#define LINE_COLS_MAX 1024

static void take_style(struct screen *screen, int style)
{
	const struct paint *paint =
		&screen->paints[style & STYLE_SELECTED ? 1 : 0][style & ~STYLE_SELECTED];

	attr_set(paint->attr, paint->pair, NULL);
}

/* Clip [x, x + cols) to the screen; false when nothing of it is visible. */
static bool clip(const struct screen *screen, int y, int *x, int *cols)
{
	if (y < 0 || y >= screen->rows || *x < 0 || *x >= screen->cols || *cols <= 0)
		return false;
	if (*cols > screen->cols - *x)
		*cols = screen->cols - *x;
	if (*cols > LINE_COLS_MAX)
		*cols = LINE_COLS_MAX;
	return true;
}

void screen_clear(struct screen *screen)
{
	take_style(screen, STYLE_TEXT);
	erase();
	zone_forget(screen);
}

static int put_glyphs(
	struct screen *screen, int y, int x, const char *text, size_t len, int columns)
{
	wchar_t line[LINE_COLS_MAX * 3 + 1];
	const char *at = text;
	struct glyph glyph;
	int used = 0;
	size_t n = 0;

	while (at < text + len && used < columns && glyph_next(&glyph, &at, screen->ascii)) {
		for (const wchar_t *c = glyph.text; *c; c++)
			line[n++] = *c;
		used += glyph.columns;
	}
	mvaddnwstr(y, x, line, (int)n);
	return used;
}

int screen_text(struct screen *screen, int y, int x, int cols, int style, const char *text)
{
	int used;
	size_t fit;

	if (!text || !clip(screen, y, &x, &cols))
		return 0;
	take_style(screen, style);
	fit = glyph_fit(text, cols, screen->ascii, &used);
	if (!text[fit])
		return put_glyphs(screen, y, x, text, fit, used);
	fit = glyph_fit(text, cols - 1, screen->ascii, &used);
	put_glyphs(screen, y, x, text, fit, used);
	put_glyphs(screen, y, x + used, theme_sign(SIGN_MORE, screen->ascii), 4, 1);
	return used + 1;
}

static void blanks(struct screen *screen, int y, int x, int cols, int style)
{
	if (!clip(screen, y, &x, &cols))
		return;
	take_style(screen, style);
	mvhline(y, x, ' ', cols);
}

void screen_padded(struct screen *screen, int y, int x, int cols, int style, const char *text)
{
	int used = screen_text(screen, y, x, cols, style, text);

	blanks(screen, y, x + used, cols - used, style);
}

void screen_right(struct screen *screen, int y, int x, int cols, int style, const char *text)
{
	int width = glyph_columns(text, screen->ascii);
	int left = width < cols ? cols - width : 0;

	blanks(screen, y, x, left, style);
	screen_text(screen, y, x + left, cols - left, style, text);
}

int screen_printf(struct screen *screen, int y, int x, int cols, int style, const char *fmt, ...)
{
	char text[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return screen_text(screen, y, x, cols, style, text);
}

void screen_sign(struct screen *screen, int y, int x, int count, int style, enum sign sign)
{
	const char *text = theme_sign(sign, screen->ascii);

	if (!clip(screen, y, &x, &count))
		return;
	take_style(screen, style);
	for (int i = 0; i < count; i++)
		put_glyphs(screen, y, x + i, text, strlen(text), 1);
}

void screen_fill(struct screen *screen, struct area area, int style)
{
	for (int i = 0; i < area.rows; i++)
		blanks(screen, area.y + i, area.x, area.cols, style);
}

struct area screen_box(struct screen *screen, struct area area, const char *title)
{
	int right = area.x + area.cols - 1;
	int bottom = area.y + area.rows - 1;

	screen_fill(screen, area, STYLE_BOX);
	screen_sign(screen, area.y, area.x + 1, area.cols - 2, STYLE_RULE, SIGN_RULE);
	screen_sign(screen, bottom, area.x + 1, area.cols - 2, STYLE_RULE, SIGN_RULE);
	for (int y = area.y + 1; y < bottom; y++) {
		screen_sign(screen, y, area.x, 1, STYLE_RULE, SIGN_SIDE);
		screen_sign(screen, y, right, 1, STYLE_RULE, SIGN_SIDE);
	}
	screen_sign(screen, area.y, area.x, 1, STYLE_RULE, SIGN_TOP_LEFT);
	screen_sign(screen, area.y, right, 1, STYLE_RULE, SIGN_TOP_RIGHT);
	screen_sign(screen, bottom, area.x, 1, STYLE_RULE, SIGN_BOTTOM_LEFT);
	screen_sign(screen, bottom, right, 1, STYLE_RULE, SIGN_BOTTOM_RIGHT);
	if (title && *title)
		screen_printf(
			screen, area.y, area.x + 2, area.cols - 4, STYLE_STRONG, " %s ", title);
	return (struct area){ area.y + 1, area.x + 2, area.rows - 2, area.cols - 4 };
}

int screen_paragraph(struct screen *screen, struct area area, int style, const char *text, int skip)
{
	char line[LINE_COLS_MAX * 4];
	int lines = 0;

	while (*text) {
		size_t next;
		size_t len = glyph_wrap(text, area.cols, screen->ascii, &next);
		int row = lines - skip;

		if (row >= 0 && row < area.rows && len < sizeof(line)) {
			memcpy(line, text, len);
			line[len] = '\0';
			screen_text(screen, area.y + row, area.x, area.cols, style, line);
		}
		text += next;
		lines++;
	}
	return lines;
}

void screen_cursor(struct screen *screen, int y, int x)
{
	if (y < 0 || y >= screen->rows || x < 0 || x >= screen->cols)
		return;
	screen->cursor_y = y;
	screen->cursor_x = x;
}

void screen_flush(struct screen *screen)
{
	move(screen->cursor_y, screen->cursor_x);
	wnoutrefresh(stdscr);
	doupdate();
}

void screen_bell(struct screen *screen)
{
	(void)screen;
	beep();
}

bool screen_clipboard(struct screen *screen, const char *text)
{
	size_t len = strlen(text);
	size_t max = sodium_base64_encoded_len(len, sodium_base64_VARIANT_ORIGINAL);
	char *coded = len > SCREEN_CLIPBOARD_MAX ? NULL : malloc(max);

	if (!coded)
		return false;
	sodium_bin2base64(
		coded, max, (const unsigned char *)text, len, sodium_base64_VARIANT_ORIGINAL);
	terminal_write(fileno(screen->out), "\033]52;c;");
	terminal_write(fileno(screen->out), coded);
	terminal_write(fileno(screen->out), "\a");
	free(coded);
	return true;
}
