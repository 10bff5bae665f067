/*
 * command_line.c — the bindings that work everywhere, and `:`, which runs any binding by the name
 * it shares with the commands. Names, completion and help all come from the tables of bindings.
 */

#include "base/base.h"
#include "tui/board/state.h"

#include "base/text.h"
#include "tui/board/filter_words.h"
#include "tui/board/mouse.h"
#include "tui/board/run_watch.h"

static void do_help(void *ctx, const char *argument)
{
	struct board *board = ctx;

	(void)argument;
	if (board_page(board) != &help_ops)
		board_open_page(board, &help_ops);
}

static void do_command(void *ctx, const char *argument)
{
	(void)argument;
	command_line_open(ctx);
}

static void do_tab_1(void *ctx, const char *argument)
{
	(void)argument;
	board_show_tab(ctx, 0);
}

static void do_tab_2(void *ctx, const char *argument)
{
	(void)argument;
	board_show_tab(ctx, 1);
}

static void do_tab_3(void *ctx, const char *argument)
{
	(void)argument;
	board_show_tab(ctx, 2);
}

static void do_next_tab(void *ctx, const char *argument)
{
	struct board *board = ctx;

	(void)argument;
	board_show_tab(board, (board->tab + 1) % BOARD_TABS);
}

static void do_previous_tab(void *ctx, const char *argument)
{
	struct board *board = ctx;

	(void)argument;
	board_show_tab(board, (board->tab + BOARD_TABS - 1) % BOARD_TABS);
}

static void do_log(void *ctx, const char *argument)
{
	struct board *board = ctx;

	(void)argument;
	if (!board->log)
		board_open_page(board, &log_ops);
}

static void do_settings(void *ctx, const char *argument)
{
	struct board *board = ctx;

	(void)argument;
	if (!board->agent_form)
		board_open_page(board, &agent_form_ops);
}

static void do_refresh(void *ctx, const char *argument)
{
	struct board *board = ctx;

	(void)argument;
	board->notice[0] = '\0';
	feed_refresh(board->feed);
	screen_repaint(board->screen);
}

/* From depth one step back; at the top `q` leaves, Esc only wipes the notice. */
static bool step_back(struct board *board)
{
	const struct page_ops *page = board_page(board);

	board->notice[0] = '\0';
	if (page->back)
		page->back(board);
	else if (board->depth)
		board_back(board);
	else
		return false;
	return true;
}

static void do_back(void *ctx, const char *argument)
{
	(void)argument;
	step_back(ctx);
}

static void do_back_or_quit(void *ctx, const char *argument)
{
	struct board *board = ctx;

	(void)argument;
	if (!step_back(board))
		board_leave(board);
}

static void do_quit(void *ctx, const char *argument)
{
	(void)argument;
	board_leave(ctx);
}

const struct key_binding board_keys[] = {
	{ '?', "help", "Help", "What each key does here", BIND_LINE, do_help },
	{ K_F(1), "help", "Help", "What each key does here", BIND_HIDDEN, do_help },
	{ ':', "command", "Command", "Run an action by its name; Tab completes and lists", 0,
		do_command },
	{ '1', "connection list", "Connection", "The connections and their pings", 0, do_tab_1 },
	{ '2', "interface list", "Interface", "The interfaces and Manual Process", 0, do_tab_2 },
	{ '3', "message list", "Message Monitor", "What became of every row", 0, do_tab_3 },
	{ K_TAB, "next tab", "Next tab", "The tab to the right", 0, do_next_tab },
	{ K_BACKTAB, "previous tab", "Previous tab", "The tab to the left", 0, do_previous_tab },
	{ K_F(7), "agent log", "Log", "What the agent wrote down", 0, do_log },
	{ K_F(8), "agent settings", "Agent settings", "Address, password, TLS, limits, log level",
		0, do_settings },
	{ K_F(5), "refresh", "Refresh", "Fetch and paint everything again (Ctrl-L only paints)", 0,
		do_refresh },
	{ K_NONE, "mouse", "Mouse", "On, or off again: click keys, tabs, places, rows; the wheel",
		0, mouse_do_toggle },
	{ K_NONE, "bell", "Bell",
		"On, or off again: it rings when a run that you started or opened ends", 0,
		run_watch_do_toggle },
	{ K_ESC, "back", "Back", "One step back; never leaves the board", 0, do_back },
	{ 'q', "quit", "Quit", "One step back; from a tab, leave the board", BIND_LINE,
		do_back_or_quit },
	{ K_F(10), "leave", "Leave", "Leave the board (runs go on: they belong to the agent)", 0,
		do_quit },
	{ K_CTRL('Q'), "leave", "Leave", "Leave the board", BIND_HIDDEN, do_quit },
	{ 0 },
};

void board_do(struct board *board, const struct key_binding *binding, const char *argument)
{
	if (binding->flags & BIND_WRITE && !board_may_write(board))
		return;
	binding->run(board, argument);
}

/* ---- ':' ---- */

/* The binding whose name `text` starts with, the longest one; *argument is what stands behind it.
 */
static const struct key_binding *longest_in(
	const struct key_binding *table, const char *text, size_t *length)
{
	const struct key_binding *found = NULL;

	for (; table && table->name; table++) {
		size_t len = strlen(table->name);

		if (text_starts(text, table->name) && (text[len] == ' ' || !text[len]) &&
			len > *length) {
			found = table;
			*length = len;
		}
	}
	return found;
}

/* The page on top first, then what works everywhere, then the other tabs. */
static const struct key_binding *find_action(
	struct board *board, const char *text, const char **argument, int *tab)
{
	size_t length = 0;
	const struct key_binding *found =
		longest_in(board_page_keys(board, board_page(board)), text, &length);

	*tab = -1;
	if (!found)
		found = longest_in(board_keys, text, &length);
	for (int i = 0; !found && i < BOARD_TABS; i++) {
		found = longest_in(board_tabs[i]->keys, text, &length);
		*tab = i;
	}
	*argument = NULL;
	if (found && text[length])
		*argument = text + length + strspn(text + length, " ");
	if (*argument && !**argument)
		*argument = NULL;
	return found;
}

/* Names known here, without repetitions. */
static void list_names(struct board *board, struct text_list *names)
{
	const struct key_binding *tables[BOARD_TABS + 2] = {
		board_page_keys(board, board_page(board)), board_keys
	};

	for (int i = 0; i < BOARD_TABS; i++)
		tables[i + 2] = board_tabs[i]->keys;
	for (size_t t = 0; t < ARRAY_SIZE(tables); t++) {
		for (const struct key_binding *b = tables[t]; b && b->name; b++) {
			if (!text_list_has(names, b->name))
				text_list_add(names, b->name);
		}
	}
}

static const char *nearest_name(struct board *board, const char *text, struct text_list *names)
{
	const char *near = NULL;
	const char **words;

	list_names(board, names);
	words = calloc(names->count + 1, sizeof(*words));
	if (words) {
		for (size_t i = 0; i < names->count; i++)
			words[i] = names->items[i];
		near = text_nearest(text, words);
	}
	free(words);
	return near;
}

static bool entered(struct board *board, const char *text)
{
	struct prompt *prompt = &board->prompt;
	const struct key_binding *binding;
	const char *argument;
	int tab;

	text += strspn(text, " ");
	if (!*text)
		return true;
	binding = find_action(board, text, &argument, &tab);
	if (!binding) {
		struct text_list names = { NULL, 0 };
		const char *near = nearest_name(board, text, &names);

		prompt->error_at = 0;
		snprintf(prompt->error, sizeof(prompt->error),
			near ? "no such action; did you mean '%s'?"
			     : "no such action; Tab shows what there is",
			near ? near : "");
		text_list_free(&names);
		return false;
	}
	if (tab >= 0 && (board->depth || board->tab != tab) && !board_show_tab(board, tab))
		return true;
	board_do(board, binding, argument);
	return true;
}

/* Behind an action that takes a filter, the filter; else the name of the action. */
static void complete(struct board *board)
{
	static const char option[] = "--filter ";
	const char *text = line_text(&board->prompt.line);
	const char *filter = strstr(text, option);
	const struct key_binding *binding;
	struct text_list names = { NULL, 0 };
	const char *argument;
	int tab;

	binding = find_action(board, text, &argument, &tab);
	if (filter)
		filter += strlen(option);
	else if (binding && binding == keys_find(monitor_ops.keys, '/') &&
		 text[strlen(binding->name)] == ' ')
		filter = text + strlen(binding->name) + 1;
	if (filter && board->prompt.line.at >= (size_t)(filter - text)) {
		filter_complete(board, (size_t)(filter - text));
		return;
	}
	list_names(board, &names);
	prompt_complete(board, 0, &names, "No action begins like that");
	text_list_free(&names);
}

void command_line_open(struct board *board)
{
	board_prompt(board, ':', "", "Tab complete  Up earlier  Enter run  Esc leave", entered);
	board->prompt.complete = complete;
}
