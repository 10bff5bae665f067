/* looks.c — from a cell back to the style it was drawn in, as far as that can be seen. */

#include "screens/looks.h"

#include "base/base.h"

/* Of styles that look alike the first one counts. */
static const struct {
	int style;
	char letter;
} letters[] = {
	{ STYLE_TEXT, ' ' },
	{ STYLE_BOX, ' ' },
	{ STYLE_QUIET, '.' },
	{ STYLE_TAB, '.' },
	{ STYLE_KEY_NAME, '.' },
	{ STYLE_LABEL, '.' },
	{ STYLE_BUTTON_OFF, '.' },
	{ STYLE_STRONG, 's' },
	{ STYLE_TITLE, '=' },
	{ STYLE_FIELD_ON, '=' },
	{ STYLE_PRODUCTION, 'P' },
	{ STYLE_TAB_ON, 't' },
	{ STYLE_HEAD, 'h' },
	{ STYLE_BUTTON, 'h' },
	{ STYLE_OK, 'o' },
	{ STYLE_FAIL, 'x' },
	{ STYLE_WARN, 'w' },
	{ STYLE_BUSY, 'b' },
	{ STYLE_BAR, 'b' },
	{ STYLE_KEY, 'k' },
	{ STYLE_FIELD, '_' },
	{ STYLE_BUTTON_ON, '#' },
	{ STYLE_RULE, '-' },
	{ STYLE_SELECTED | STYLE_TEXT, '=' },
	{ STYLE_SELECTED | STYLE_OK, 'O' },
	{ STYLE_SELECTED | STYLE_FAIL, 'X' },
	{ STYLE_SELECTED | STYLE_WARN, 'W' },
	{ STYLE_SELECTED | STYLE_BUSY, 'B' },
};

static bool is_blank(const VTermScreenCell *cell)
{
	return !cell->chars[0] || cell->chars[0] == ' ';
}

/* Of a blank only ground and line are seen. */
static struct look seen(struct look look, bool blank)
{
	if (!blank)
		return look;
	look.attributes &= ~LOOK_BOLD;
	if (!(look.attributes & (LOOK_REVERSE | LOOK_UNDERLINE)))
		look.fg = -1;
	return look;
}

static struct look look_of(const VTermScreenCell *cell)
{
	struct look look = { -1, -1, 0 };

	if (!VTERM_COLOR_IS_DEFAULT_FG(&cell->fg))
		look.fg = VTERM_COLOR_IS_INDEXED(&cell->fg) ? cell->fg.indexed.idx : -2;
	if (!VTERM_COLOR_IS_DEFAULT_BG(&cell->bg))
		look.bg = VTERM_COLOR_IS_INDEXED(&cell->bg) ? cell->bg.indexed.idx : -2;
	look.attributes = (cell->attrs.bold ? LOOK_BOLD : 0) |
			  (cell->attrs.reverse ? LOOK_REVERSE : 0) |
			  (cell->attrs.underline ? LOOK_UNDERLINE : 0);
	return seen(look, is_blank(cell));
}

static bool looks_like(const VTermScreenCell *cell, enum theme_depth depth, size_t row)
{
	struct look one = look_of(cell);
	struct look other =
		seen(theme_look(THEME_NORMAL, depth, letters[row].style), is_blank(cell));

	return one.fg == other.fg && one.bg == other.bg && one.attributes == other.attributes;
}

char looks_letter(const VTermScreenCell *cell)
{
	return looks_letter_at(cell, THEME_256, '\0');
}

/* Would that style have this letter, given 256 colours? */
static bool has_letter(size_t row, char letter, bool blank)
{
	struct look look = seen(theme_look(THEME_NORMAL, THEME_256, letters[row].style), blank);
	struct look plain = { -1, -1, 0 };

	return letters[row].letter == letter ||
	       (letter == ' ' && memcmp(&look, &plain, sizeof(look)) == 0);
}

char looks_letter_at(const VTermScreenCell *cell, enum theme_depth depth, char expected)
{
	char found = '?';

	for (size_t i = ARRAY_SIZE(letters); i-- > 0;) {
		if (!looks_like(cell, depth, i))
			continue;
		if (expected && has_letter(i, expected, is_blank(cell)))
			return expected;
		found = letters[i].letter;
	}
	return found;
}
