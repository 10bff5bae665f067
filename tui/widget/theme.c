/*
 * theme.c — the tables of looks. The 256-colour values are mid-tones that read on a dark and on a
 * light ground; bright black is used nowhere, since many terminals show it as nothing.
 */

#include "base/base.h"
#include "tui/widget/theme.h"

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

/* The selected row has one ground; only 256 colours have enough of them to keep the states'. */
static const struct look selected[4] = {
	[THEME_MONO] = ATTR(LOOK_REVERSE),
	[THEME_8] = { BLACK, CYAN, 0 },
	[THEME_16] = { BLACK, CYAN, 0 },
	[THEME_256] = { 255, 24, 0 },
};

static const struct {
	enum style style;
	short fg;
} selected_states[] = {
	{ STYLE_OK, 157 },
	{ STYLE_FAIL, 217 },
	{ STYLE_WARN, 229 },
	{ STYLE_BUSY, 159 },
};

static struct look selected_look(enum theme_depth depth, enum style style)
{
	struct look look = selected[depth];

	if (style == STYLE_FAIL) /* bold elsewhere would only cost bytes at each move */
		look.attributes |= normal[style].looks[depth].attributes & LOOK_BOLD;
	for (size_t i = 0; depth == THEME_256 && i < ARRAY_SIZE(selected_states); i++) {
		if (selected_states[i].style == style)
			look.fg = selected_states[i].fg;
	}
	return look;
}

struct look theme_look(enum theme_depth depth, int style)
{
	enum style plain = (enum style)(style & ~STYLE_SELECTED);

	return style & STYLE_SELECTED ? selected_look(depth, plain) : normal[plain].looks[depth];
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
};

const char *theme_sign(enum sign sign, int ascii)
{
	return ascii ? signs[sign].ascii : signs[sign].utf8;
}
