/*
 * theme.c — the tables of looks. The 256-colour values are mid-tones that read on a dark and on a
 * light ground; bright black is used nowhere, since many terminals show it as nothing.
 */

#include "base/base.h"
#include "tui/widget/theme.h"

#include "base/text.h"

#define DEFAULT_COLOUR -1
enum { BLACK, RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN, WHITE, BRIGHT };

struct style_look {
	struct look looks[4]; /* by enum theme_depth */
};

#define PLAIN                                                                                      \
	{                                                                                          \
		DEFAULT_COLOUR, DEFAULT_COLOUR, 0                                                  \
	}
#define FG(colour, attributes)                                                                     \
	{                                                                                          \
		colour, DEFAULT_COLOUR, attributes                                                 \
	}
#define ON(fg, bg, attributes)                                                                     \
	{                                                                                          \
		fg, bg, attributes                                                                 \
	}
#define ATTR(attributes)                                                                           \
	{                                                                                          \
		DEFAULT_COLOUR, DEFAULT_COLOUR, attributes                                         \
	}

/* clang-format off */
static const struct style_look normal[STYLE_COUNT] = {
	/*                      none                                  8 colours                       16 colours                           256 colours */
	[STYLE_TEXT]       = { { PLAIN,                               PLAIN,                          PLAIN,                               PLAIN } },
	[STYLE_QUIET]      = { { PLAIN,                               PLAIN,                          PLAIN,                               FG(245, 0) } },
	[STYLE_STRONG]     = { { ATTR(LOOK_BOLD),                     ATTR(LOOK_BOLD),                ATTR(LOOK_BOLD),                     ATTR(LOOK_BOLD) } },
	[STYLE_TITLE]      = { { ATTR(LOOK_REVERSE),                  { WHITE, BLUE, 0 },             { WHITE + BRIGHT, BLUE, 0 },         { 255, 24, 0 } } },
	[STYLE_PRODUCTION] = { { ATTR(LOOK_REVERSE | LOOK_BOLD),      { WHITE, RED, LOOK_BOLD },      { WHITE + BRIGHT, RED, LOOK_BOLD },  { 231, 160, LOOK_BOLD } } },
	[STYLE_TAB]        = { { PLAIN,                               PLAIN,                          PLAIN,                               FG(245, 0) } },
	[STYLE_TAB_ON]     = { { ATTR(LOOK_BOLD | LOOK_UNDERLINE),    FG(CYAN, LOOK_BOLD | LOOK_UNDERLINE), FG(CYAN, LOOK_BOLD | LOOK_UNDERLINE), FG(32, LOOK_BOLD | LOOK_UNDERLINE) } },
	[STYLE_HEAD]       = { { ATTR(LOOK_BOLD),                     FG(CYAN, 0),                    FG(CYAN, 0),                         FG(32, 0) } },
	[STYLE_OK]         = { { PLAIN,                               FG(GREEN, 0),                   FG(GREEN, 0),                        FG(34, 0) } },
	[STYLE_FAIL]       = { { ATTR(LOOK_BOLD),                     FG(RED, LOOK_BOLD),             FG(RED, LOOK_BOLD),                  FG(160, LOOK_BOLD) } },
	[STYLE_WARN]       = { { ATTR(LOOK_BOLD),                     FG(YELLOW, 0),                  FG(YELLOW, 0),                       FG(136, 0) } },
	[STYLE_BUSY]       = { { PLAIN,                               FG(CYAN, 0),                    FG(CYAN, 0),                         FG(33, 0) } },
	[STYLE_KEY]        = { { ATTR(LOOK_BOLD),                     FG(CYAN, LOOK_BOLD),            FG(CYAN, LOOK_BOLD),                 FG(32, LOOK_BOLD) } },
	[STYLE_KEY_NAME]   = { { PLAIN,                               PLAIN,                          PLAIN,                               FG(245, 0) } },
	[STYLE_LABEL]      = { { PLAIN,                               PLAIN,                          PLAIN,                               FG(245, 0) } },
	[STYLE_FIELD]      = { { ATTR(LOOK_UNDERLINE),                ATTR(LOOK_UNDERLINE),           ATTR(LOOK_UNDERLINE),                { 252, 236, 0 } } },
	[STYLE_FIELD_ON]   = { { ATTR(LOOK_REVERSE),                  { BLACK, CYAN, 0 },             { BLACK, CYAN, 0 },                  { 255, 24, 0 } } },
	[STYLE_BUTTON]     = { { PLAIN,                               PLAIN,                          PLAIN,                               FG(32, 0) } },
	[STYLE_BUTTON_ON]  = { { ATTR(LOOK_REVERSE | LOOK_BOLD),      { BLACK, CYAN, 0 },             { BLACK, CYAN, 0 },                  { 255, 24, LOOK_BOLD } } },
	[STYLE_BUTTON_OFF] = { { PLAIN,                               PLAIN,                          PLAIN,                               FG(245, 0) } },
	[STYLE_BAR]        = { { ATTR(LOOK_BOLD),                     FG(CYAN, 0),                    FG(CYAN, 0),                         FG(33, 0) } },
	[STYLE_RULE]       = { { PLAIN,                               PLAIN,                          PLAIN,                               FG(242, 0) } },
	[STYLE_BOX]        = { { PLAIN,                               PLAIN,                          PLAIN,                               PLAIN } },
};
/* clang-format on */

/* What the other themes show otherwise; ended by an empty row. */
struct variation {
	enum style style;
	struct look looks[4];
};

#define VARIATION(style, mono, eight, sixteen, many)                                               \
	{                                                                                          \
		style,                                                                             \
		{                                                                                  \
			mono, eight, sixteen, many                                                 \
		}                                                                                  \
	}

/*
 * Blue, orange and yellow are told apart by nearly all eyes (Okabe and Ito, 2008), and differ in
 * lightness, too.
 */
/* clang-format off */
static const struct variation colour_blind[] = {
	VARIATION(STYLE_OK,         PLAIN,                          FG(CYAN, 0),                             FG(CYAN, 0),                             FG(32, 0)),
	VARIATION(STYLE_FAIL,       ATTR(LOOK_BOLD),                FG(YELLOW, LOOK_BOLD | LOOK_UNDERLINE),  FG(YELLOW, LOOK_BOLD | LOOK_UNDERLINE),  FG(166, LOOK_BOLD)),
	VARIATION(STYLE_WARN,       ATTR(LOOK_BOLD),                FG(YELLOW, 0),                           FG(YELLOW, 0),                           FG(178, 0)),
	VARIATION(STYLE_BUSY,       PLAIN,                          FG(MAGENTA, 0),                          FG(MAGENTA, 0),                          FG(74, 0)),
	VARIATION(STYLE_PRODUCTION, ATTR(LOOK_REVERSE | LOOK_BOLD), ON(BLACK, YELLOW, LOOK_BOLD), ON(BLACK, YELLOW, LOOK_BOLD), ON(16, 214, LOOK_BOLD)),
};

/* Greys become the terminal's own colour; what had a ground of ours is reversed or underlined. */
static const struct variation contrast[] = {
	VARIATION(STYLE_QUIET,      PLAIN,                          PLAIN,                          PLAIN,                          PLAIN),
	VARIATION(STYLE_TITLE,      ATTR(LOOK_REVERSE),             ATTR(LOOK_REVERSE),             ATTR(LOOK_REVERSE),             ATTR(LOOK_REVERSE)),
	VARIATION(STYLE_PRODUCTION, ATTR(LOOK_REVERSE | LOOK_BOLD), ON(WHITE, RED, LOOK_BOLD),      ON(WHITE + BRIGHT, RED, LOOK_BOLD), ON(231, 160, LOOK_BOLD)),
	VARIATION(STYLE_TAB,        PLAIN,                          PLAIN,                          PLAIN,                          PLAIN),
	VARIATION(STYLE_TAB_ON,     ATTR(LOOK_REVERSE | LOOK_BOLD), ATTR(LOOK_REVERSE | LOOK_BOLD), ATTR(LOOK_REVERSE | LOOK_BOLD), ATTR(LOOK_REVERSE | LOOK_BOLD)),
	VARIATION(STYLE_HEAD,       ATTR(LOOK_BOLD),                ATTR(LOOK_BOLD | LOOK_UNDERLINE), ATTR(LOOK_BOLD | LOOK_UNDERLINE), ATTR(LOOK_BOLD | LOOK_UNDERLINE)),
	VARIATION(STYLE_OK,         PLAIN,                          PLAIN,                          PLAIN,                          PLAIN),
	VARIATION(STYLE_FAIL,       ATTR(LOOK_BOLD),                ATTR(LOOK_BOLD | LOOK_REVERSE), ATTR(LOOK_BOLD | LOOK_REVERSE), ATTR(LOOK_BOLD | LOOK_REVERSE)),
	VARIATION(STYLE_WARN,       ATTR(LOOK_BOLD),                ATTR(LOOK_BOLD | LOOK_UNDERLINE), ATTR(LOOK_BOLD | LOOK_UNDERLINE), ATTR(LOOK_BOLD | LOOK_UNDERLINE)),
	VARIATION(STYLE_BUSY,       PLAIN,                          ATTR(LOOK_BOLD),                ATTR(LOOK_BOLD),                ATTR(LOOK_BOLD)),
	VARIATION(STYLE_KEY,        ATTR(LOOK_BOLD),                ATTR(LOOK_BOLD),                ATTR(LOOK_BOLD),                ATTR(LOOK_BOLD)),
	VARIATION(STYLE_KEY_NAME,   PLAIN,                          PLAIN,                          PLAIN,                          PLAIN),
	VARIATION(STYLE_LABEL,      PLAIN,                          PLAIN,                          PLAIN,                          PLAIN),
	VARIATION(STYLE_FIELD,      ATTR(LOOK_UNDERLINE),           ATTR(LOOK_UNDERLINE),           ATTR(LOOK_UNDERLINE),           ATTR(LOOK_UNDERLINE)),
	VARIATION(STYLE_FIELD_ON,   ATTR(LOOK_REVERSE),             ATTR(LOOK_REVERSE),             ATTR(LOOK_REVERSE),             ATTR(LOOK_REVERSE)),
	VARIATION(STYLE_BUTTON,     PLAIN,                          PLAIN,                          PLAIN,                          PLAIN),
	VARIATION(STYLE_BUTTON_ON,  ATTR(LOOK_REVERSE | LOOK_BOLD), ATTR(LOOK_REVERSE | LOOK_BOLD), ATTR(LOOK_REVERSE | LOOK_BOLD), ATTR(LOOK_REVERSE | LOOK_BOLD)),
	VARIATION(STYLE_BUTTON_OFF, PLAIN,                          PLAIN,                          PLAIN,                          PLAIN),
	VARIATION(STYLE_BAR,        ATTR(LOOK_BOLD),                ATTR(LOOK_BOLD),                ATTR(LOOK_BOLD),                ATTR(LOOK_BOLD)),
	VARIATION(STYLE_RULE,       PLAIN,                          PLAIN,                          PLAIN,                          PLAIN),
};
/* clang-format on */

/* The selected row has one ground; only 256 colours have enough of them to keep the states'. */
static const struct look selected[4] = {
	[THEME_MONO] = ATTR(LOOK_REVERSE),
	[THEME_8] = { BLACK, CYAN, 0 },
	[THEME_16] = { BLACK, CYAN, 0 },
	[THEME_256] = { 255, 24, 0 },
};

struct selected_state {
	enum style style;
	short fg;
};

static const struct selected_state normal_selected[] = {
	{ STYLE_OK, 157 },
	{ STYLE_FAIL, 217 },
	{ STYLE_WARN, 229 },
	{ STYLE_BUSY, 159 },
};

static const struct selected_state colour_blind_selected[] = {
	{ STYLE_OK, 159 },
	{ STYLE_FAIL, 215 },
	{ STYLE_WARN, 229 },
	{ STYLE_BUSY, 189 },
};

static const struct theme_data {
	const char *name;
	const struct variation *variations;
	size_t variation_count;
	const struct selected_state *selected; /* NULL: reverse alone */
	size_t selected_count;
} themes[THEME_COUNT] = {
	[THEME_NORMAL] = { "normal", NULL, 0, normal_selected, ARRAY_SIZE(normal_selected) },
	[THEME_COLOUR_BLIND] = { "colour-blind", colour_blind, ARRAY_SIZE(colour_blind),
		colour_blind_selected, ARRAY_SIZE(colour_blind_selected) },
	[THEME_CONTRAST] = { "contrast", contrast, ARRAY_SIZE(contrast), NULL, 0 },
};

const char theme_names[] = "normal, colour-blind, contrast";

bool theme_named(enum theme *out, const char *name)
{
	if (text_equal(name, "color-blind"))
		name = "colour-blind";
	for (int i = 0; i < THEME_COUNT; i++) {
		if (text_equal(name, themes[i].name)) {
			*out = (enum theme)i;
			return true;
		}
	}
	return false;
}

static struct look plain_look(enum theme theme, enum theme_depth depth, enum style style)
{
	const struct theme_data *data = &themes[theme];

	for (size_t i = 0; i < data->variation_count; i++) {
		if (data->variations[i].style == style)
			return data->variations[i].looks[depth];
	}
	return normal[style].looks[depth];
}

static struct look selected_look(enum theme theme, enum theme_depth depth, enum style style)
{
	const struct theme_data *data = &themes[theme];
	struct look look = selected[data->selected ? depth : THEME_MONO];

	if (style == STYLE_FAIL) /* bold elsewhere would only cost bytes at each move */
		look.attributes |= plain_look(theme, depth, style).attributes & LOOK_BOLD;
	for (size_t i = 0; depth == THEME_256 && i < data->selected_count; i++) {
		if (data->selected[i].style == style)
			look.fg = data->selected[i].fg;
	}
	return look;
}

struct look theme_look(enum theme theme, enum theme_depth depth, int style)
{
	enum style plain = (enum style)(style & ~STYLE_SELECTED);

	return style & STYLE_SELECTED ? selected_look(theme, depth, plain)
				      : plain_look(theme, depth, plain);
}

static const struct {
	const char *utf8, *ascii;
} signs[SIGN_COUNT] = {
	[SIGN_RULE] = { "\u2500", "-" },
	[SIGN_BAR_FULL] = { "\u2588", "#" },
	[SIGN_BAR_EMPTY] = { "\u2591", "." },
	[SIGN_MORE] = { "\u2026", "~" },
	[SIGN_SECRET] = { "\u2022", "*" },
	[SIGN_DOT] = { "\u00b7", "-" },
	[SIGN_TOP_LEFT] = { "\u250c", "+" },
	[SIGN_TOP_RIGHT] = { "\u2510", "+" },
	[SIGN_BOTTOM_LEFT] = { "\u2514", "+" },
	[SIGN_BOTTOM_RIGHT] = { "\u2518", "+" },
	[SIGN_SIDE] = { "\u2502", "|" },
	[SIGN_ABOVE] = { "\u2191", "^" },
	[SIGN_BELOW] = { "\u2193", "v" },
};

const char *theme_sign(enum sign sign, int ascii)
{
	return ascii ? signs[sign].ascii : signs[sign].utf8;
}
