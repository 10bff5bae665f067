/*
 * interfaces.c — the second tab: tick interfaces, start Manual Process, see what came of the last
 * runs. Row counts are those of the last run: nothing is counted in anybody's database.
 */

#include "base/base.h"
#include "tui/board/interfaces.h"

#include "base/text.h"
#include "tui/board/agent_job.h"
#include "tui/board/catalog_job.h"
#include "tui/board/connections.h"
#include "tui/board/history.h"
#include "tui/board/interface_form.h"
#include "tui/board/mapping.h"
#include "tui/board/preview.h"
#include "tui/board/process_dialog.h"
#include "tui/board/run_panel.h"
#include "tui/board/schedule_column.h"
#include "tui/board/words.h"
#include "tui/board/list.h"

#include <ctype.h>

#define PANEL_RUNS_MAX 4
#define FACTS_ROWS 4
#define FACT_LINES_MAX 3
#define ROOMY_ROWS 16 /* of the page: below, every fact has one line */

struct interfaces_page {
	struct list list;
	struct text_list ticks; /* names */
};

enum {
	COL_TICK,
	COL_SEQ,
	COL_NAME,
	COL_OBJECT,
	COL_OPERATION,
	COL_ROWS,
	COL_NEXT,
	COL_WHEN,
	COL_RESULT
};

static const struct table_column columns[] = {
	[COL_TICK] = { "[x]", 3, 3, 0, false },
	[COL_SEQ] = { "Seq", 3, 4, 4, true },
	[COL_NAME] = { "Name", 11, 24, 0, false },
	[COL_OBJECT] = { "Object", 9, 20, 3, false },
	[COL_OPERATION] = { "Operation", 9, 9, 2, false },
	[COL_ROWS] = { "Source rows", 11, 11, 1, true },
	[COL_NEXT] = { "Next run", 8, 10, 0, false, true },
	[COL_WHEN] = { "Last run", 8, 8, 0, false },
	[COL_RESULT] = { "Result", 14, 0, 0, false },
};

static const struct run_info *last_run(const struct board *board, int place)
{
	const struct run_info *run = board->last_runs ? &board->last_runs[place] : NULL;

	return run && run->id ? run : NULL;
}

static void run_cell(struct table_cell *out, const struct run_info *run, int column)
{
	out->style = STYLE_TEXT;
	if (!run) {
		text_copy(out->text, sizeof(out->text), column == COL_WHEN ? "never" : "");
		out->style = STYLE_QUIET;
	} else if (column == COL_ROWS) {
		words_count(out->text, run->counts.read);
	} else if (column == COL_WHEN) {
		run_when(out->text, sizeof(out->text), run);
	} else {
		run_result(out->text, sizeof(out->text), run, &out->style);
	}
}

static void cell_of(void *ctx, int64_t row, int column, struct table_cell *out)
{
	struct board *board = ctx;
	struct interfaces_page *page = board->interfaces;
	int place = page->list.rows[row];
	const struct catalog_interface *entry = &board->catalog->interfaces[place];
	const struct interface *interface = &entry->interface;

	switch (column) {
	case COL_TICK:
		text_copy(out->text, sizeof(out->text),
			text_list_has(&page->ticks, interface->name) ? "[x]" : "[ ]");
		break;
	case COL_SEQ:
		snprintf(out->text, sizeof(out->text), "%d", interface->sequence);
		break;
	case COL_NAME:
		text_copy(out->text, sizeof(out->text), interface->name);
		out->style = STYLE_STRONG;
		break;
	case COL_OBJECT:
		text_copy(out->text, sizeof(out->text),
			entry->problem[0]   ? "file is wrong"
			: interface->object ? interface->object
					    : "");
		out->style = entry->problem[0] ? STYLE_FAIL : STYLE_TEXT;
		break;
	case COL_OPERATION:
		if (!entry->problem[0])
			text_copy(
				out->text, sizeof(out->text), operation_name(interface->operation));
		break;
	case COL_NEXT:
		if (!entry->problem[0])
			schedule_cell(out, board, interface);
		break;
	default:
		run_cell(out, last_run(board, place), column);
		break;
	}
}

/* ---- the list ---- */

static int count_all(const struct board *board)
{
	return board->catalog ? board->catalog->interface_count : 0;
}

static const char *name_of(const struct board *board, int place)
{
	return board->catalog->interfaces[place].interface.name;
}

static bool passes(const struct board *board, int place, const char *pattern)
{
	const struct interface *interface = &board->catalog->interfaces[place].interface;
	const char *const texts[] = { interface->name, interface->object, interface->connection,
		interface->integration, interface->description };

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		if (texts[i] && text_match(pattern, texts[i], true))
			return true;
	}
	return false;
}

static const struct list_ops list_ops = { count_all, name_of, passes };

int interfaces_current(const struct board *board)
{
	return list_current(&board->interfaces->list, board);
}

int interfaces_shown(struct board *board)
{
	return list_shown(&board->interfaces->list, board);
}

void interfaces_select(struct board *board, const char *name)
{
	list_select(&board->interfaces->list, board, name);
}

static void news(struct board *board, unsigned parts)
{
	if (parts & FEED_CATALOG)
		list_rebuild(&board->interfaces->list, board);
}

/* ---- drawing ---- */

static void draw_empty(struct board *board, struct area area)
{
	struct area text = { area.y + 2, 2, area.rows - 2, area.cols - 4 };
	const char *words;

	if (!board->catalog)
		words = "Loading...";
	else if (board->interfaces->list.filter[0])
		words = "No interface has these words. Esc shows all of them again.";
	else if (board->catalog->connection_count == 0)
		words = "No interface yet, and no connection to run one over.\n\nPress 1, then n, "
			"to make the connection first.";
	else
		words = "No interface yet.\n\nPress n to make the first one: which rows to read, "
			"which object they go to, which column fills which field.";
	screen_paragraph(board->screen, text, STYLE_TEXT, words, 0);
	screen_cursor(board->screen, text.y, text.x);
}

/* One line as it is read, whatever it was written over. */
static void one_line(char *out, size_t size, const char *text)
{
	size_t used = 0;

	for (; text && *text && used + 1 < size; text++) {
		char c = *text == '\n' || *text == '\t' || *text == '\r' ? ' ' : *text;

		if (c != ' ' || (used && out[used - 1] != ' '))
			out[used++] = c;
	}
	out[used] = '\0';
}

/* What stands below the list about the interface under the cursor. */
struct facts {
	bool told;
	const char *problem; /* of its file: all there is to tell; borrowed */
	char about[600];
	char query[600];
	char last[600];
	int last_style;
	int about_lines;
	int rows; /* with the rule above them */
};

static const char *brake_of(
	char *out, size_t size, const struct board *board, const char *connection, int *style)
{
	char words[400];

	out[0] = '\0';
	if (connection &&
		*brake_words(words, sizeof(words),
			board_state(board, board_find_connection(board, connection)), style))
		snprintf(out, size, "%s is %c%s", connection, tolower((unsigned char)words[0]),
			words + 1);
	return out;
}

/* What waits for the source, and why. */
static void write_back_fact(char *out, size_t size, const struct run_info *run)
{
	char count[WORDS_MAX];

	out[0] = '\0';
	if (run && run->write_back.open > 0)
		snprintf(out, size, "Run %" PRId64 ": %s rows to write back%s%s", run->id,
			words_count(count, run->write_back.open),
			run->write_back.note[0] ? ": " : "", run->write_back.note);
}

/* What keeps it from running comes first, then a run that ended badly, then how it is scheduled. */
static void last_fact(struct facts *facts, const struct board *board,
	const struct interface *interface, const struct run_info *run)
{
	char line[512], brake[512], open[512];
	int brake_style = STYLE_WARN;
	int style = schedule_line(line, sizeof(line), board, interface);
	bool reason = run && run->reason[0];

	brake_of(brake, sizeof(brake), board, interface->connection, &brake_style);
	write_back_fact(open, sizeof(open), run);
	facts->last_style = STYLE_WARN;
	if (*brake) {
		text_copy(facts->last, sizeof(facts->last), brake);
		facts->last_style = brake_style;
	} else if (*line && (style == STYLE_FAIL || (!reason && !*open))) {
		text_copy(facts->last, sizeof(facts->last), line);
		facts->last_style = style;
	} else if (*open) {
		text_copy(facts->last, sizeof(facts->last), open);
	} else if (reason) {
		snprintf(facts->last, sizeof(facts->last), "Run %" PRId64 ": %s", run->id,
			run->reason);
	}
}

static void about_fact(
	struct facts *facts, const struct interface *interface, const struct run_info *run)
{
	snprintf(facts->about, sizeof(facts->about), "over %s%s%s   %s%s%s   %zu fields mapped%s%s",
		interface->connection, text_empty(interface->external_id) ? "" : "   by ",
		text_empty(interface->external_id) ? "" : interface->external_id,
		interface->deployed ? "Deployed" : "Undeployed",
		text_empty(interface->schedule) ? ", by hand only" : ", ",
		text_empty(interface->schedule) ? "" : interface->schedule,
		interface->mapping.count, run ? "   last run by " : "",
		!run				     ? ""
		: text_equal(run->trigger, "manual") ? run->who
						     : run->trigger);
}

static int lines_of(struct board *board, int cols, const char *text)
{
	struct area count = { .cols = cols };
	int lines = screen_paragraph(board->screen, count, STYLE_TEXT, text, 0);

	return lines < 1 ? 1 : lines > FACT_LINES_MAX ? FACT_LINES_MAX : lines;
}

/*
 * What is to be told of the interface under the cursor, and in how many rows of `area`: the query
 * takes one, and what is longer than a line takes as many as it needs where there is room.
 */
static void gather_facts(struct facts *facts, struct board *board, struct area area)
{
	int place = interfaces_shown(board);
	const struct catalog_interface *entry;

	*facts = (struct facts){ .rows = FACTS_ROWS, .about_lines = 1 };
	if (place < 0)
		return;
	entry = &board->catalog->interfaces[place];
	facts->told = true;
	if (entry->problem[0]) {
		facts->problem = entry->problem;
		return;
	}
	about_fact(facts, &entry->interface, last_run(board, place));
	one_line(facts->query, sizeof(facts->query),
		entry->interface.query ? entry->interface.query : "");
	last_fact(facts, board, &entry->interface, last_run(board, place));
	if (area.rows < ROOMY_ROWS)
		return;
	facts->about_lines = lines_of(board, area.cols - 2, facts->about);
	facts->rows = 2 + facts->about_lines + lines_of(board, area.cols - 2, facts->last);
}

static void draw_facts(struct board *board, struct area area, const struct facts *facts)
{
	struct screen *screen = board->screen;
	struct area text = { area.y + 1, 1, facts->about_lines, area.cols - 2 };

	if (!facts->told || area.rows < 2)
		return;
	screen_sign(screen, area.y, 0, area.cols, STYLE_RULE, SIGN_RULE);
	if (facts->problem) {
		text.rows = area.rows - 1;
		screen_paragraph(screen, text, STYLE_FAIL, facts->problem, 0);
		return;
	}
	screen_paragraph(screen, text, STYLE_TEXT, facts->about, 0);
	text.y += text.rows;
	screen_text(screen, text.y, text.x, text.cols, STYLE_QUIET, facts->query);
	text.y++;
	text.rows = area.y + area.rows - text.y;
	screen_paragraph(screen, text, facts->last_style, facts->last, 0);
}

/* Runs under way, one line each; returns how many. */
static int open_runs(const struct board *board, const struct run_info *out[PANEL_RUNS_MAX])
{
	int count = 0;

	for (int i = 0; board->last_runs && i < board->catalog->interface_count; i++) {
		const struct run_info *run = last_run(board, i);

		if (run && !run_state_final(run->state) && count < PANEL_RUNS_MAX)
			out[count++] = run;
	}
	return count;
}

static void draw(struct board *board, struct area area)
{
	struct interfaces_page *page = board->interfaces;
	const struct run_info *runs[PANEL_RUNS_MAX];
	int count = open_runs(board, runs);
	int panel = count ? 1 : 0;
	struct facts facts;

	if (page->list.table.count == 0) {
		draw_empty(board, area);
		return;
	}
	gather_facts(&facts, board, area);
	for (int i = 0; i < count; i++)
		panel += run_panel_rows(area.cols - 2, runs[i]);
	if (area.rows - panel - facts.rows < 4)
		panel = 0;
	table_draw(&page->list.table, board->screen,
		(struct area){ area.y, 0, area.rows - panel - facts.rows, area.cols }, true);
	if (panel) {
		int y = area.y + area.rows - panel - facts.rows;

		screen_sign(board->screen, y++, 0, area.cols, STYLE_RULE, SIGN_RULE);
		for (int i = 0; i < count; i++) {
			run_panel_draw(board->screen, y, 1, area.cols - 2, runs[i]);
			y += run_panel_rows(area.cols - 2, runs[i]);
		}
	}
	draw_facts(board,
		(struct area){ area.y + area.rows - facts.rows, 0, facts.rows, area.cols }, &facts);
}

/* ---- keys ---- */

static bool key(struct board *board, int pressed)
{
	return list_key(&board->interfaces->list, board, pressed);
}

static const struct catalog_interface *meant(struct board *board, const char *argument)
{
	int place = argument ? board_find_interface(board, argument) : interfaces_current(board);

	if (place < 0) {
		if (argument)
			board_say(board, STYLE_WARN, "There is no interface '%s'", argument);
		else
			list_say_none(&board->interfaces->list, board, "an interface");
		return NULL;
	}
	if (board->catalog->interfaces[place].problem[0]) {
		board_say(board, STYLE_FAIL, "Mend its file first: %s",
			board->catalog->interfaces[place].problem);
		return NULL;
	}
	return &board->catalog->interfaces[place];
}

static void untick(struct text_list *ticks, const char *name)
{
	for (size_t i = 0; i < ticks->count; i++) {
		if (!text_equal(ticks->items[i], name))
			continue;
		free(ticks->items[i]);
		ticks->items[i] = ticks->items[--ticks->count];
		return;
	}
}

static void toggle(struct board *board, const char *name)
{
	struct text_list *ticks = &board->interfaces->ticks;

	if (text_list_has(ticks, name))
		untick(ticks, name);
	else
		text_list_add(ticks, name);
}

static void do_tick(void *ctx, const char *argument)
{
	struct board *board = ctx;
	const struct catalog_interface *entry = meant(board, argument);

	if (!entry)
		return;
	toggle(board, entry->interface.name);
	if (!argument)
		table_select(
			&board->interfaces->list.table, board->interfaces->list.table.cursor + 1);
	board_moved(board);
}

static void do_invert(void *ctx, const char *argument)
{
	struct board *board = ctx;
	struct interfaces_page *page = board->interfaces;

	(void)argument;
	for (int64_t i = 0; i < page->list.table.count; i++) {
		const struct catalog_interface *entry =
			&board->catalog->interfaces[page->list.rows[i]];

		if (!entry->problem[0])
			toggle(board, entry->interface.name);
	}
}

/* The ticked ones in the order of the list, or the one named or selected. */
static bool chosen(struct board *board, const char *argument, struct text_list *names)
{
	struct interfaces_page *page = board->interfaces;
	const struct catalog_interface *entry;

	if (!argument && page->ticks.count) {
		for (int i = 0; i < board->catalog->interface_count; i++) {
			const char *name = board->catalog->interfaces[i].interface.name;

			if (text_list_has(&page->ticks, name))
				text_list_add(names, name);
		}
		return names->count > 0;
	}
	entry = meant(board, argument);
	return entry && text_list_add(names, entry->interface.name);
}

static void do_process(void *ctx, const char *argument)
{
	struct text_list names = { NULL, 0 };

	if (chosen(ctx, argument, &names))
		process_dialog_open(ctx, &names, false);
	text_list_free(&names);
}

static void do_dry_run(void *ctx, const char *argument)
{
	struct text_list names = { NULL, 0 };

	if (chosen(ctx, argument, &names))
		process_dialog_open(ctx, &names, true);
	text_list_free(&names);
}

static void do_preview(void *ctx, const char *argument)
{
	const struct catalog_interface *entry = meant(ctx, argument);

	if (entry)
		preview_open(ctx, &entry->interface);
}

static void do_mapping(void *ctx, const char *argument)
{
	const struct catalog_interface *entry = meant(ctx, argument);

	if (entry)
		mapping_open(ctx, &entry->interface);
}

static void do_new(void *ctx, const char *argument)
{
	interface_form_new(ctx, argument);
}

static void do_edit(void *ctx, const char *argument)
{
	const struct catalog_interface *entry = meant(ctx, argument);

	if (entry)
		interface_form_edit(ctx, &entry->interface);
}

static void do_runs(void *ctx, const char *argument)
{
	const struct catalog_interface *entry = meant(ctx, argument);

	if (entry)
		history_open(ctx, entry->interface.name, 0);
}

static void do_cancel(void *ctx, const char *argument)
{
	struct board *board = ctx;
	const struct catalog_interface *entry = meant(board, argument);
	const struct run_info *run;

	if (!entry)
		return;
	run = last_run(board, board_find_interface(board, entry->interface.name));
	if (!run || run_state_final(run->state))
		board_say(board, STYLE_WARN, "%s has no run under way", entry->interface.name);
	else
		run_ask_cancel(board, run);
}

static void removal_answered(
	struct board *board, struct dialog *dialog, enum dialog_event event, void *ctx)
{
	(void)dialog;
	if (event != DIALOG_YES)
		return;
	untick(&board->interfaces->ticks, ctx);
	catalog_remove(board, ctx, false);
}

static void do_remove(void *ctx, const char *argument)
{
	struct board *board = ctx;
	int place = argument ? board_find_interface(board, argument) : interfaces_current(board);
	const char *name;
	char text[300];

	if (place < 0) {
		meant(board, argument);
		return;
	}
	name = board->catalog->interfaces[place].interface.name;
	snprintf(text, sizeof(text),
		"This removes the file of interface '%s'. Its runs and messages stay in the "
		"store.\n\nTo confirm, type its name.",
		name);
	dialog_typed(&board->dialog, "Remove interface", text, name, "Remove");
	board_ask(board, removal_answered, text_dup(name), free);
}

static void do_pause(void *ctx, const char *argument)
{
	const struct catalog_interface *entry = meant(ctx, argument);

	if (entry)
		schedule_toggle(ctx, &entry->interface);
}

static bool filter_entered(struct board *board, const char *text)
{
	list_set_filter(&board->interfaces->list, board, text);
	return true;
}

static void do_filter(void *ctx, const char *argument)
{
	struct board *board = ctx;

	board_filter(board, argument, board->interfaces->list.filter,
		"Part of a name, object, connection or integration; * and ? stand for "
		"anything",
		filter_entered);
}

static const struct key_binding keys[] = {
	{ ' ', "tick", "Tick", "Tick or untick for Manual Process", BIND_LINE, do_tick },
	{ 'p', "process", "Manual Process", "Run the ticked interfaces, or the selected one",
		BIND_LINE | BIND_WRITE, do_process },
	{ 'n', "interface add", "New", "Make an interface", BIND_LINE | BIND_WRITE, do_new },
	{ 'e', "interface edit", "Edit", "Change the selected interface", BIND_LINE, do_edit },
	{ 'v', "interface preview", "Preview", "Read some rows and show what would be sent",
		BIND_LINE, do_preview },
	{ 'm', "interface mapping", "Mapping", "Which column fills which field, tried on real rows",
		BIND_LINE, do_mapping },
	{ K_ENTER, "run list", "Runs", "The runs of the selected interface", BIND_LINE, do_runs },
	{ 'd', "process --dry-run", "Dry run", "Read and map everything, send nothing",
		BIND_LINE | BIND_WRITE, do_dry_run },
	{ 'x', "run cancel", "Cancel run", "Cancel the run of the selected interface",
		BIND_LINE | BIND_WRITE, do_cancel },
	{ 's', "schedule pause", "Pause schedule",
		"Let the times of its schedule pass, or let it go on", BIND_WRITE, do_pause },
	{ '*', "invert", "Invert", "Tick what is not ticked, and the other way round", 0,
		do_invert },
	{ '/', "filter", "Filter", "Show only the interfaces that have these words", 0, do_filter },
	{ 'D', "interface remove", "Remove", "Remove an interface (its name is asked for)",
		BIND_WRITE, do_remove },
	{ 0 },
};

static void open_page(struct board *board)
{
	struct interfaces_page *page = calloc(1, sizeof(*page));

	board->interfaces = page;
	if (!page)
		return;
	page->list.ops = &list_ops;
	table_init(&page->list.table, columns, (int)ARRAY_SIZE(columns), cell_of, board);
}

static void close_page(struct board *board)
{
	if (board->interfaces) {
		list_free(&board->interfaces->list);
		text_list_free(&board->interfaces->ticks);
	}
	free(board->interfaces);
	board->interfaces = NULL;
}

static void place(const struct board *board, char *out, size_t size)
{
	text_copy(out, size, board->interfaces->list.filter);
}

const struct page_ops interfaces_ops = {
	.name = "Interface",
	.about = "Each interface is one flow: a query or files, an object of Salesforce, and which "
		 "column fills which field. Tick some and press p for Manual Process.",
	.keys = keys,
	.feed = FEED_STATES | FEED_LAST,
	.place = place,
	.open = open_page,
	.draw = draw,
	.key = key,
	.news = news,
	.close = close_page,
};
