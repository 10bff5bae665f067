/*
 * connections.c — the first tab: every connection with both of its pings, and below the list the
 * steps of the selected one's last ping. Pings run on the worker; what they tell shows as it comes.
 */

#include "base/base.h"
#include "tui/board/connections.h"

#include "base/text.h"
#include "tui/board/catalog_job.h"
#include "tui/board/checklist_page.h"
#include "tui/board/first_interface.h"
#include "tui/board/ping_job.h"
#include "tui/board/steps.h"
#include "tui/board/wizard.h"
#include "tui/board/words.h"
#include "tui/board/list.h"

/* Rows the list keeps when the steps below want more room than there is. */
#define LIST_ROWS_MIN 4

struct connections_page {
	struct list list;
};

enum { COL_NAME, COL_TYPE, COL_AGENT, COL_SALESFORCE, COL_CHECKED };

static const struct table_column columns[] = {
	[COL_NAME] = { "Name", 12, 28, 0, false },
	[COL_TYPE] = { "Type", 14, 14, 2, false },
	[COL_AGENT] = { "Agent", 14, 26, 1, false },
	[COL_SALESFORCE] = { "Salesforce", 14, 0, 0, false },
	[COL_CHECKED] = { "Checked", 8, 8, 3, false },
};

/* ---- what a row says ---- */

const char *connection_host(char *out, size_t size, const char *url)
{
	const char *host = url ? strstr(url, "://") : NULL;
	size_t len;

	host = host ? host + 3 : url ? url : "";
	len = strcspn(host, "/");
	snprintf(out, size, "%.*s", (int)len, host);
	return out;
}

static void agent_cell(struct table_cell *out, const struct connection *connection,
	const struct connection_state *state)
{
	char host[160];
	char hash[40];

	connection_host(host, sizeof(host), connection->agent.host);
	ping_config_hash(hash, connection, true);
	if (!connection->agent.host) {
		text_copy(out->text, sizeof(out->text),
			connection->agent.called_by_salesforce ? "-- no host yet" : "push only");
		out->style = STYLE_QUIET;
	} else if (!state || !state->agent_checked) {
		snprintf(out->text, sizeof(out->text), "-- not checked");
		out->style = STYLE_QUIET;
	} else if (!text_equal(hash, state->agent_config)) {
		snprintf(out->text, sizeof(out->text), "-- changed since");
		out->style = STYLE_WARN;
	} else {
		snprintf(out->text, sizeof(out->text), "%s %s", state->agent_ok ? "OK" : "FAIL",
			host);
		if (connection->agent.port != AGENT_PORT_DEFAULT)
			snprintf(out->text + strlen(out->text), 8, ":%d", connection->agent.port);
		out->style = state->agent_ok ? STYLE_OK : STYLE_FAIL;
	}
}

/* What every row would repeat says nothing. */
static void cut_tail(char *host, const char *tail)
{
	size_t len = strlen(host);

	if (len > strlen(tail) && text_equal(host + len - strlen(tail), tail))
		host[len - strlen(tail)] = '\0';
}

static void salesforce_cell(struct table_cell *out, const struct connection *connection,
	const struct connection_state *state)
{
	char host[160];
	char hash[40];

	if (*brake_words(out->text, sizeof(out->text), state, &out->style))
		return; /* what is stronger than any verdict */
	connection_host(host, sizeof(host), connection->salesforce.domain);
	cut_tail(host, ".salesforce.com");
	ping_config_hash(hash, connection, false);
	if (!connection->salesforce.domain) {
		text_copy(out->text, sizeof(out->text), "-- no My Domain yet");
		out->style = STYLE_QUIET;
	} else if (!state || !state->salesforce_checked) {
		text_copy(out->text, sizeof(out->text), "-- not checked");
		out->style = STYLE_QUIET;
	} else if (!text_equal(hash, state->salesforce_config)) {
		text_copy(out->text, sizeof(out->text), "-- changed since");
		out->style = STYLE_WARN;
	} else if (state->salesforce_ok) {
		snprintf(out->text, sizeof(out->text), "OK %s  %s", host,
			connection_is_production(connection, state) ? "Prod" : "Test");
		out->style = STYLE_OK;
	} else {
		snprintf(out->text, sizeof(out->text), "FAIL %s", state->salesforce_summary);
		out->style = STYLE_FAIL;
	}
}

static void checked_cell(struct table_cell *out, const struct connection_state *state)
{
	int64_t last = 0;

	if (state)
		last = state->agent_checked > state->salesforce_checked ? state->agent_checked
									: state->salesforce_checked;
	if (last)
		words_when(out->text, last);
}

static void cell_of(void *ctx, int64_t row, int column, struct table_cell *out)
{
	struct board *board = ctx;
	int place = board->connections->list.rows[row];
	const struct catalog_connection *entry = &board->catalog->connections[place];
	const struct connection_state *state = board_state(board, place);

	switch (column) {
	case COL_NAME:
		text_copy(out->text, sizeof(out->text), entry->connection.name);
		out->style = STYLE_STRONG;
		return;
	case COL_TYPE:
		snprintf(out->text, sizeof(out->text), "%s",
			entry->problem[0]	  ? "file is wrong"
			: entry->connection.draft ? "draft"
						  : connection_type_name(entry->connection.type));
		out->style = entry->problem[0] ? STYLE_FAIL : STYLE_TEXT;
		return;
	case COL_AGENT:
		if (!entry->problem[0])
			agent_cell(out, &entry->connection, state);
		return;
	case COL_SALESFORCE:
		if (!entry->problem[0])
			salesforce_cell(out, &entry->connection, state);
		return;
	default:
		checked_cell(out, state);
		return;
	}
}

/* ---- the list ---- */

static int count_all(const struct board *board)
{
	return board->catalog ? board->catalog->connection_count : 0;
}

static const char *name_of(const struct board *board, int place)
{
	return board->catalog->connections[place].connection.name;
}

static bool passes(const struct board *board, int place, const char *pattern)
{
	const struct connection *connection = &board->catalog->connections[place].connection;
	const char *const texts[] = { connection->name, connection_type_name(connection->type),
		connection->description, connection->salesforce.domain };

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		if (texts[i] && text_match(pattern, texts[i], true))
			return true;
	}
	return false;
}

static const struct list_ops list_ops = { count_all, name_of, passes };

int connections_current(const struct board *board)
{
	return list_current(&board->connections->list, board);
}

int connections_shown(struct board *board)
{
	return list_shown(&board->connections->list, board);
}

void connections_select(struct board *board, const char *name)
{
	list_select(&board->connections->list, board, name);
}

static void news(struct board *board, unsigned parts)
{
	if (parts & FEED_CATALOG)
		list_rebuild(&board->connections->list, board);
}

/* ---- drawing ---- */

static void draw_empty(struct board *board, struct area area)
{
	struct area text = { area.y + 2, 2, area.rows - 2, area.cols - 4 };
	const char *words;

	if (!board->catalog)
		words = "Loading...";
	else if (board->catalog->problem[0])
		words = board->catalog->problem;
	else if (board->connections->list.filter[0])
		words = "No connection has these words. Esc shows all of them again.";
	else
		words = "No connection yet.\n\nPress n to make the first one: four steps, each "
			"tested as you go.\nTo look around without Salesforce, leave with q and "
			"run "
			"`agentboard demo`.";
	screen_paragraph(board->screen, text, STYLE_TEXT, words, 0);
	screen_cursor(board->screen, text.y, text.x);
}

/* The steps of the ping that was asked for last in this board, or a line of what is known. */
static void draw_detail(struct board *board, struct area area)
{
	int place = connections_shown(board);
	const struct catalog_connection *entry;
	const struct ping_shown *ping;

	if (place < 0 || area.rows < 2)
		return;
	entry = &board->catalog->connections[place];
	ping = ping_shown_of(board, entry->connection.name);
	screen_sign(board->screen, area.y, 0, area.cols, STYLE_RULE, SIGN_RULE);
	area.y++;
	area.rows--;
	if (entry->problem[0]) {
		screen_paragraph(board->screen,
			(struct area){ area.y, 1, area.rows, area.cols - 2 }, STYLE_FAIL,
			entry->problem, 0);
	} else if (ping) {
		screen_printf(board->screen, area.y, 1, area.cols - 2, STYLE_STRONG, "%s: %s",
			ping_kind_title(ping->kind), entry->connection.name);
		steps_draw(board->screen,
			(struct area){ area.y + 1, 1, area.rows - 1, area.cols - 2 }, &ping->result,
			ping->running, 0);
	} else {
		connection_summary_draw(board, place, area);
	}
}

static int detail_rows(const struct board *board, struct area area)
{
	int list = (int)board->connections->list.table.count + 1;
	int rest;

	if (list < LIST_ROWS_MIN)
		list = LIST_ROWS_MIN;
	rest = area.rows - list;
	return rest < area.rows / 2 ? area.rows / 2 : rest;
}

static void draw(struct board *board, struct area area)
{
	struct connections_page *page = board->connections;
	int below;

	if (page->list.table.count == 0) {
		draw_empty(board, area);
		return;
	}
	below = detail_rows(board, area);
	table_draw(&page->list.table, board->screen,
		(struct area){ area.y, 0, area.rows - below, area.cols }, true);
	draw_detail(board, (struct area){ area.y + area.rows - below, 0, below, area.cols });
}

/* ---- keys ---- */

/* Away with the steps of an ended ping; what is known of the connection shows again. */
static bool hide_ping(struct board *board)
{
	int place = connections_current(board);
	const char *name = place < 0 ? "" : board->catalog->connections[place].connection.name;
	const struct ping_shown *shown = ping_shown_of(board, name);

	if (!shown || shown->running)
		return false;
	ping_forget(board, name);
	return true;
}

static bool key(struct board *board, int pressed)
{
	if (pressed == K_ESC && !board->connections->list.filter[0] && hide_ping(board))
		return true;
	return list_key(&board->connections->list, board, pressed);
}

/* The connection meant: named on the command line, or the selected one; NULL after a notice. */
static const struct catalog_connection *meant(struct board *board, const char *argument)
{
	int place = argument ? board_find_connection(board, argument) : connections_current(board);

	if (place < 0) {
		if (argument)
			board_say(board, STYLE_WARN, "There is no connection '%s'", argument);
		else
			list_say_none(&board->connections->list, board, "a connection");
		return NULL;
	}
	if (board->catalog->connections[place].problem[0]) {
		board_say(board, STYLE_FAIL, "Mend its file first: %s",
			board->catalog->connections[place].problem);
		return NULL;
	}
	return &board->catalog->connections[place];
}

static void do_new(void *ctx, const char *argument)
{
	wizard_new(ctx, argument);
}

static void do_open(void *ctx, const char *argument)
{
	const struct catalog_connection *entry = meant(ctx, argument);

	if (entry)
		wizard_edit(ctx, &entry->connection);
}

static void do_ping(struct board *board, const char *argument, enum ping_kind kind)
{
	const struct catalog_connection *entry = meant(board, argument);

	if (!entry)
		return;
	if (argument)
		connections_select(board, argument);
	ping_start(board, &entry->connection, kind, true);
	board->notice[0] = '\0';
}

static void do_ping_agent(void *ctx, const char *argument)
{
	do_ping(ctx, argument, PING_AGENT);
}

static void do_ping_return(void *ctx, const char *argument)
{
	do_ping(ctx, argument, PING_AGENT_FROM_SALESFORCE);
}

static void do_ping_salesforce(void *ctx, const char *argument)
{
	do_ping(ctx, argument, PING_SALESFORCE);
}

static void do_checklist(void *ctx, const char *argument)
{
	const struct catalog_connection *entry = meant(ctx, argument);

	if (entry)
		checklist_open(ctx, &entry->connection, entry->connection.name);
}

static void do_first_interface(void *ctx, const char *argument)
{
	const struct catalog_connection *entry = meant(ctx, argument);

	if (entry)
		first_interface_open(ctx, &entry->connection);
}

static void removal_answered(
	struct board *board, struct dialog *dialog, enum dialog_event event, void *ctx)
{
	(void)dialog;
	if (event == DIALOG_YES)
		catalog_remove(board, ctx, true);
}

static void do_remove(void *ctx, const char *argument)
{
	struct board *board = ctx;
	int place = argument ? board_find_connection(board, argument) : connections_current(board);
	const char *name;
	char text[512];
	int used = 0;

	if (place < 0) {
		meant(board, argument);
		return;
	}
	name = board->catalog->connections[place].connection.name;
	for (int i = 0; i < board->catalog->interface_count; i++)
		used += text_equal(board->catalog->interfaces[i].interface.connection, name);
	snprintf(text, sizeof(text),
		"This removes the file of connection '%s'. Its runs and messages stay in the "
		"store.%s\n\nTo confirm, type its name.",
		name, used ? " Its interfaces stay too, but cannot run without it." : "");
	dialog_typed(&board->dialog, "Remove connection", text, name, "Remove");
	board_ask(board, removal_answered, text_dup(name), free);
}

static bool filter_entered(struct board *board, const char *text)
{
	list_set_filter(&board->connections->list, board, text);
	return true;
}

static void do_filter(void *ctx, const char *argument)
{
	struct board *board = ctx;

	board_filter(board, argument, board->connections->list.filter,
		"Part of a name, type, description or My Domain; * and ? stand for "
		"anything",
		filter_entered);
}

static const struct key_binding keys[] = {
	{ 'n', "connection add", "New", "Make a connection: the four steps of the wizard",
		BIND_LINE | BIND_WRITE, do_new },
	{ K_ENTER, "connection show", "Open", "Look at a connection and change it", BIND_LINE,
		do_open },
	{ 'a', "ping agent", "Ping Agent", "Test the way from Salesforce to the agent", BIND_LINE,
		do_ping_agent },
	{ 'A', "ping agent --from-salesforce", "From Salesforce",
		"Let Salesforce call the agent, by the Apex class of the set-up package", 0,
		do_ping_return },
	{ 's', "ping salesforce", "Ping Salesforce", "Test the way from here to Salesforce",
		BIND_LINE, do_ping_salesforce },
	{ 'c', "connection checklist", "Set-up",
		"The set-up of Salesforce step by step: proven, refuted, to be ticked", BIND_LINE,
		do_checklist },
	{ 'i', "interface propose", "Interface from table",
		"Make an interface: a table, an object, and a mapping by name", BIND_WRITE,
		do_first_interface },
	{ 'D', "connection remove", "Remove", "Remove a connection (its name is asked for)",
		BIND_WRITE, do_remove },
	{ '/', "filter", "Filter", "Show only the connections that have these words", BIND_LINE,
		do_filter },
	{ 0 },
};

static void open_page(struct board *board)
{
	struct connections_page *page = calloc(1, sizeof(*page));

	board->connections = page;
	if (!page)
		return;
	page->list.ops = &list_ops;
	table_init(&page->list.table, columns, (int)ARRAY_SIZE(columns), cell_of, board);
}

static void close_page(struct board *board)
{
	if (board->connections)
		list_free(&board->connections->list);
	free(board->connections);
	board->connections = NULL;
}

static void place(const struct board *board, char *out, size_t size)
{
	text_copy(out, size, board->connections->list.filter);
}

const struct page_ops connections_ops = {
	.name = "Connection",
	.about =
		"Each connection is a destination: how Salesforce reaches the agent, how the agent "
		"reaches Salesforce, and where the rows come from. Both ways have a ping of their "
		"own.",
	.keys = keys,
	.feed = FEED_STATES,
	.place = place,
	.open = open_page,
	.draw = draw,
	.key = key,
	.news = news,
	.close = close_page,
};
