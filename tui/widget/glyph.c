/* glyph.c — from bytes to cells. Decoding is our own, so that it does not hang on the locale. */

#include "base/base.h"
#include "tui/widget/glyph.h"

#include "base/text.h"

/* Shown in place of what must not reach a terminal. */
#define GLYPH_UNSHOWABLE 0xfffd
#define COMBINING_MAX 2

struct range {
	uint32_t first, last;
};

/* Acted upon by terminals or by readers' eyes: never passed on. */
static const struct range refused[] = {
	{ 0x00, 0x1f },
	{ 0x7f, 0x9f },
	{ 0x2028, 0x202e }, /* line separators, direction overrides */
	{ 0x2066, 0x2069 }, /* direction isolates */
	{ 0xe000, 0xf8ff }, /* private use: width unknown */
	{ 0xfff0, 0xfffb },
	{ 0xf0000, 0x10ffff },
};

/* Without width of their own, and drawn differently by every terminal: left out. */
static const struct range dropped[] = {
	{ 0x00ad, 0x00ad }, /* soft hyphen */
	{ 0x061c, 0x061c },
	{ 0x180b, 0x180f },
	{ 0x200b, 0x200f }, /* zero-width space, joiners, direction marks */
	{ 0x2060, 0x2065 },
	{ 0x206a, 0x206f },
	{ 0xfe00, 0xfe0f }, /* variation selectors */
	{ 0xfeff, 0xfeff },
	{ 0xe0000, 0xe0fff },
};

static bool in_ranges(uint32_t c, const struct range *ranges, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	}
	return false;
}

/* One code point; a byte that starts none gives GLYPH_UNSHOWABLE and is passed over alone. */
static uint32_t decode(const char **at)
{
	const unsigned char *s = (const unsigned char *)*at;
	size_t len = strnlen(*at, 4);
	size_t step = 1;
	uint32_t c = s[0];

	if (c >= 0xf0)
		step = 4, c &= 0x07;
	else if (c >= 0xe0)
		step = 3, c &= 0x0f;
	else if (c >= 0xc0)
		step = 2, c &= 0x1f;
	if (step > len || text_utf8_prefix(*at, step) != step) {
		(*at)++;
		return GLYPH_UNSHOWABLE;
	}
	for (size_t i = 1; i < step; i++)
		c = c << 6 | (s[i] & 0x3f);
	*at += step;
	return c;
}

static int width_of(uint32_t c)
{
	if (c < 0x7f)
		return 1;
	return wcwidth((wchar_t)c);
}

/* Does `c` stand on the glyph before it? */
static bool combines(uint32_t c, bool ascii)
{
	if (ascii) /* the locale may know nothing: the common block has to do */
		return c >= 0x300 && c <= 0x36f;
	return c >= 0x300 && !in_ranges(c, refused, ARRAY_SIZE(refused)) &&
	       wcwidth((wchar_t)c) == 0;
}

static bool is_dropped(uint32_t c)
{
	return in_ranges(c, dropped, ARRAY_SIZE(dropped));
}

static void set_base(struct glyph *out, uint32_t c, bool ascii)
{
	out->columns = 1;
	if (c == '\t' || c == '\n' || c == '\r') {
		out->text[0] = L' ';
		return;
	}
	if (in_ranges(c, refused, ARRAY_SIZE(refused)))
		c = GLYPH_UNSHOWABLE;
	if (ascii) {
		out->text[0] = c < 0x7f ? (wchar_t)c : L'?';
		return;
	}
	if (width_of(c) <= 0)
		c = GLYPH_UNSHOWABLE;
	out->text[0] = (wchar_t)c;
	out->columns = width_of(c) == 2 ? 2 : 1;
}

bool glyph_next(struct glyph *out, const char **at, bool ascii)
{
	uint32_t c;
	int marks = 0;

	memset(out, 0, sizeof(*out));
	do {
		if (!**at)
			return false;
		c = decode(at);
	} while (is_dropped(c) || (ascii && combines(c, ascii)));
	set_base(out, c, ascii);
	for (;;) {
		const char *ahead = *at;

		if (!*ahead)
			break;
		c = decode(&ahead);
		if (!is_dropped(c) && !combines(c, ascii))
			break;
		*at = ahead;
		if (!ascii && !is_dropped(c) && marks < COMBINING_MAX)
			out->text[1 + marks++] = (wchar_t)c;
	}
	return true;
}

int glyph_columns(const char *text, bool ascii)
{
	struct glyph glyph;
	int columns = 0;

	while (glyph_next(&glyph, &text, ascii))
		columns += glyph.columns;
	return columns;
}

size_t glyph_fit(const char *text, int columns, bool ascii, int *used)
{
	const char *at = text;
	const char *end = text;
	struct glyph glyph;
	int taken = 0;

	while (glyph_next(&glyph, &at, ascii) && taken + glyph.columns <= columns) {
		taken += glyph.columns;
		end = at;
	}
	if (used)
		*used = taken;
	return (size_t)(end - text);
}

size_t glyph_after(const char *text, size_t at)
{
	const char *next = text + at;
	struct glyph glyph;

	glyph_next(&glyph, &next, false);
	return (size_t)(next - text);
}

size_t glyph_before(const char *text, size_t at)
{
	const char *next = text;
	const char *last = text;
	struct glyph glyph;

	while ((size_t)(next - text) < at) {
		last = next;
		if (!glyph_next(&glyph, &next, false))
			break;
	}
	return (size_t)(last - text);
}

size_t glyph_wrap(const char *text, int columns, bool ascii, size_t *next)
{
	size_t line = strcspn(text, "\n");
	size_t fit;
	size_t blank;

	fit = glyph_fit(text, columns, ascii, NULL);
	if (fit >= line) {
		*next = text[line] ? line + 1 : line;
		return line;
	}
	for (blank = fit; blank > 0 && text[blank] != ' '; blank--)
		;
	if (!blank) { /* one word longer than the line; never stand still */
		*next = fit ? fit : glyph_after(text, 0);
		return *next;
	}
	*next = blank + strspn(text + blank, " ");
	return blank;
}
