/* help.c — F1 and ?: what a page is for and what each key does, made from the bindings alone. */

#include "base/base.h"
#include "tui/board/state.h"

#include "base/text.h"
#include "tui/widget/pager.h"

#define LABEL_COLS 30
/* A longer name than the labels have room for stands before what it does. */
#define NAME_COLS 17

struct help_page {
	struct pager pager;
};

static void add_table(struct pager *pager, const struct key_binding *table)
{
	char name[KEY_NAME_MAX];
	char label[40];

	for (; table && table->name; table++) {
		bool fits = strlen(table->name) <= NAME_COLS;

		if (table->flags & BIND_HIDDEN)
			continue;
		snprintf(label, sizeof(label), "  %-9s %s",
			table->key == K_NONE ? ":" : keys_name(name, table->key),
			fits ? table->name : "");
		pager_add(pager, label, STYLE_TEXT, "%s%s%s", fits ? "" : table->name,
			fits ? "" : ": ", table->help);
	}
}

static const struct {
	const char *keys, *help;
} motions[] = {
	{ "  Up Down PgUp PgDn Home End", "Move; k j Ctrl-U Ctrl-D g G do the same" },
	{ "  Tab Shift-Tab", "In a form: the next and the last field, as Down and Up" },
	{ "  Left Right Space", "In a form: choose, tick" },
	{ "  F2", "In a form: show the secret you are on" },
	{ "  Ctrl-W Ctrl-U Ctrl-K", "In a form: delete a word, to the front, to the end" },
	{ "  Ctrl-L", "Paint the screen anew" },
	{ "  Ctrl-Z", "Go to the shell; fg comes back" },
};

static void open_help(struct board *board)
{
	struct help_page *help = calloc(1, sizeof(*help));
	const struct page_ops *about =
		board->depth > 1 ? board->pages[board->depth - 2] : board_tabs[board->tab];
	struct pager *pager;

	board->help = help;
	if (!help)
		return;
	pager = &help->pager;
	pager_init(pager, LABEL_COLS);
	pager_add(pager, about->name, STYLE_TEXT, "%s", about->about);
	pager_add(pager, "", STYLE_TEXT, "%s", "");
	add_table(pager, board_page_keys(board, about));
	pager_add(pager, "Everywhere", STYLE_TEXT, "%s", "");
	add_table(pager, board_keys);
	pager_add(pager, "Moving and typing", STYLE_TEXT, "%s", "");
	for (size_t i = 0; i < ARRAY_SIZE(motions); i++)
		pager_add(pager, motions[i].keys, STYLE_TEXT, "%s", motions[i].help);
	pager_add(pager, "This board", STYLE_TEXT, "%s", "");
	pager_add(pager, "  home", STYLE_TEXT, "%s", board->env->home->config);
	pager_add(pager, "  you are", STYLE_TEXT, "%s%s",
		board->env->who ? board->env->who : "unknown",
		board->env->read_only ? ", read-only" : "");
}

static void close_help(struct board *board)
{
	if (board->help)
		pager_free(&board->help->pager);
	free(board->help);
	board->help = NULL;
}

static void draw_help(struct board *board, struct area area)
{
	if (board->help)
		pager_draw(&board->help->pager, board->screen,
			(struct area){ area.y + 1, 1, area.rows - 1, area.cols - 2 });
}

static bool help_key(struct board *board, int key)
{
	return board->help && pager_key(&board->help->pager, key);
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
