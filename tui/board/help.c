/* help.c — F1 and ?: what a page is for and what each key does, made from the bindings alone. */

#include "base/base.h"
#include "tui/board/state.h"

#include "base/text.h"

#define HELP_MAX 16384

struct help_page {
	struct buf text;
	int skip, rows, page;
};

static void add_table(struct buf *out, const struct key_binding *table)
{
	char name[KEY_NAME_MAX];

	for (; table && table->name; table++) {
		if (table->flags & BIND_HIDDEN)
			continue;
		buf_addf(out, "  %-9s  %-18s  %s\n", keys_name(name, table->key), table->name,
			table->help);
	}
}

static void add_motions(struct buf *out)
{
	buf_add_str(out,
		"\nMoving\n"
		"  Up Down PgUp PgDn Home End, or k j Ctrl-U Ctrl-D g G\n"
		"  In a form: Tab and Shift-Tab, or Up and Down; Left Right or Space choose;\n"
		"  F2 shows a secret while you are on it; Ctrl-W and Ctrl-U delete\n"
		"  Ctrl-L paints the screen anew, Ctrl-Z goes to the shell (fg comes back)\n");
}

static void open_help(struct board *board)
{
	struct help_page *help = calloc(1, sizeof(*help));
	const struct page_ops *about =
		board->depth > 1 ? board->pages[board->depth - 2] : board_tabs[board->tab];

	board->help = help;
	if (!help)
		return;
	buf_init(&help->text, HELP_MAX);
	buf_addf(&help->text, "%s\n%s\n\n", about->name, about->about);
	add_table(&help->text, about->keys);
	buf_add_str(&help->text, "\nEverywhere\n");
	add_table(&help->text, board_keys);
	add_motions(&help->text);
	buf_addf(&help->text, "\nThis board: home %s, you are %s%s\n", board->env->home->config,
		board->env->who ? board->env->who : "unknown",
		board->env->read_only ? ", read-only" : "");
}

static void close_help(struct board *board)
{
	if (board->help)
		buf_free(&board->help->text);
	free(board->help);
	board->help = NULL;
}

static void draw_help(struct board *board, struct area area)
{
	struct help_page *help = board->help;
	struct area text = { area.y + 1, 1, area.rows - 2, area.cols - 2 };

	if (!help)
		return;
	help->page = text.rows;
	help->rows =
		screen_paragraph(board->screen, text, STYLE_TEXT, buf_str(&help->text), help->skip);
	screen_cursor(board->screen, text.y, text.x);
}

static bool help_key(struct board *board, int key)
{
	struct help_page *help = board->help;
	int most;
	int to;

	if (!help)
		return false;
	most = help->rows > help->page ? help->rows - help->page : 0;
	to = help->skip;
	switch (keys_motion(key)) {
	case K_UP:
		to--;
		break;
	case K_DOWN:
		to++;
		break;
	case K_PAGE_UP:
		to -= help->page;
		break;
	case K_PAGE_DOWN:
	case ' ':
		to += help->page;
		break;
	case K_HOME:
		to = 0;
		break;
	case K_END:
		to = most;
		break;
	default:
		return false;
	}
	help->skip = to < 0 ? 0 : to > most ? most : to;
	return true;
}

static void do_scroll(void *ctx, const char *argument)
{
	(void)argument;
	help_key(ctx, K_PAGE_DOWN);
}

static const struct key_binding help_keys[] = {
	{ ' ', "scroll", "Next page", "The next page of the help", BIND_LINE, do_scroll },
	{ 0 },
};

const struct page_ops help_ops = {
	.name = "Help",
	.about = "What each key does.",
	.keys = help_keys,
	.open = open_help,
	.draw = draw_help,
	.key = help_key,
	.close = close_help,
};
