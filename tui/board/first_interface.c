/*
 * first_interface.c — three lists, one after the other: tables, objects, and what the names make of
 * them. Back is always safe; nothing is written before the last one is saved.
 */

#include "base/base.h"
#include "tui/board/first_private.h"

#include "base/text.h"
#include "tui/board/agent_job.h"
#include "tui/board/catalog_job.h"
#include "tui/board/interfaces.h"
#include "tui/board/preview.h"

#define TRIAL_ROWS 10

enum { COL_LEFT, COL_RIGHT };

static const struct table_column columns[][2] = {
	[FIRST_TABLE] = { { "Table", 20, 60, 0, false }, { "Kind", 8, 0, 0, false } },
	[FIRST_OBJECT] = { { "Object", 20, 60, 0, false }, { "", 1, 0, 0, false } },
	[FIRST_MAPPING] = { { "Column", 16, 40, 0, false }, { "Field", 16, 0, 0, false } },
};

/* ---- what is listed ---- */

/* Lines of the proposal: what is mapped, columns that fit nothing, fields that want something. */
static int proposal_lines(const struct first_page *page)
{
	return page->proposal
		       ? (int)(page->interface.mapping.count + page->proposal->columns_left.count +
				 page->proposal->required_left.count)
		       : 0;
}

static int count_all(const struct first_page *page)
{
	switch (page->stage) {
	case FIRST_TABLE:
		return page->survey ? (int)page->survey->count : 0;
	case FIRST_OBJECT:
		return (int)page->objects.count;
	default:
		return proposal_lines(page);
	}
}

static void proposal_line(const struct first_page *page, int at, int column, struct table_cell *out)
{
	const struct mapping *mapping = &page->interface.mapping;
	const struct proposal *proposal = page->proposal;
	int left = at - (int)mapping->count;
	int wanted = left - (int)proposal->columns_left.count;

	if (left < 0) {
		text_copy(out->text, sizeof(out->text),
			column == COL_LEFT ? mapping->entries[at].text
					   : mapping->entries[at].field);
		out->style = STYLE_OK;
	} else if (wanted < 0) {
		text_copy(out->text, sizeof(out->text),
			column == COL_LEFT ? proposal->columns_left.items[left]
					   : "-- no field of that name");
		out->style = STYLE_QUIET;
	} else {
		snprintf(out->text, sizeof(out->text), "%s%s",
			column == COL_LEFT ? "-- no column" : proposal->required_left.items[wanted],
			column == COL_LEFT ? "" : "  is required");
		out->style = STYLE_WARN;
	}
}

static const char *name_at(const struct first_page *page, int at)
{
	return page->stage == FIRST_TABLE ? page->survey->entries[at].name
					  : page->objects.items[at];
}

static void cell_of(void *ctx, int64_t row, int column, struct table_cell *out)
{
	const struct first_page *page = ((struct board *)ctx)->first;
	int at = page->rows[row];

	if (page->stage == FIRST_MAPPING) {
		proposal_line(page, at, column, out);
	} else if (column == COL_LEFT) {
		text_copy(out->text, sizeof(out->text), name_at(page, at));
		out->style = STYLE_STRONG;
	} else if (page->stage == FIRST_TABLE) {
		text_copy(out->text, sizeof(out->text), page->survey->entries[at].type);
	}
}

void first_list(struct board *board)
{
	struct first_page *page = board->first;
	int all = count_all(page);
	int *rows = calloc((size_t)all + 1, sizeof(*rows));
	char pattern[80];
	int count = 0;

	snprintf(pattern, sizeof(pattern), "*%s*", page->filter);
	for (int i = 0; rows && i < all; i++) {
		if (page->stage == FIRST_MAPPING || text_match(pattern, name_at(page, i), true))
			rows[count++] = i;
	}
	free(page->rows);
	page->rows = rows;
	table_init(&page->table, columns[page->stage], 2, cell_of, board);
	table_count(&page->table, count);
}

static void go_to(struct board *board, enum first_stage stage, bool ask)
{
	struct first_page *page = board->first;

	page->stage = stage;
	page->filter[0] = '\0';
	board->notice[0] = '\0';
	err_clear(&page->err);
	if (ask)
		first_ask(board);
	first_list(board);
}

/* ---- choosing ---- */

/* "sales.Order Lines" becomes order-lines. */
static void propose_name(char out[MODEL_NAME_MAX + 1], const char *table)
{
	const char *dot = strrchr(table, '.');
	size_t used = 0;

	for (const char *c = dot && dot[1] ? dot + 1 : table; *c && used < MODEL_NAME_MAX; c++) {
		if ((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9'))
			out[used++] = *c;
		else if (*c >= 'A' && *c <= 'Z')
			out[used++] = (char)(*c - 'A' + 'a');
		else if (used && out[used - 1] != '-')
			out[used++] = '-';
	}
	out[used] = '\0';
	if (!model_name_ok(out))
		text_copy(out, MODEL_NAME_MAX + 1, "first");
}

static bool choose_table(struct first_page *page, const char *table)
{
	char name[MODEL_NAME_MAX + 1];
	struct buf sql = BUF_INIT(4096);
	bool ok;

	propose_name(name, table);
	propose_table_query(&sql, table);
	ok = text_set(&page->interface.query, buf_str(&sql)) &&
	     text_set(&page->interface.name, name);
	buf_free(&sql);
	return ok;
}

static void choose(struct board *board)
{
	struct first_page *page = board->first;
	const char *name;
	bool ok;

	if (page->job || page->table.count == 0)
		return;
	name = name_at(page, page->rows[page->table.cursor]);
	if (page->stage == FIRST_TABLE)
		ok = choose_table(page, name);
	else
		ok = text_set(&page->interface.object, name);
	if (page->stage == FIRST_OBJECT) {
		proposal_free(page->proposal);
		page->proposal = NULL;
	}
	if (ok)
		go_to(board, (enum first_stage)(page->stage + 1),
			page->stage == FIRST_OBJECT || !page->objects.count);
	else
		board_say(board, STYLE_FAIL, "Out of memory");
}

/* ---- saving ---- */

enum { SAVE_NAME, SAVE_SPACE, SAVE_YES, SAVE_NO };

static void saved(struct board *board, const char *name, const struct err *err)
{
	struct first_page *page = board->first;

	if (err->kind) {
		board_message(board, "Not saved", err->text);
		return;
	}
	if (page)
		page->saved = true;
	interfaces_select(board, name);
	board_say(board, STYLE_OK, "Saved '%s'. v previews, d runs dry, t runs its first %d rows",
		name, TRIAL_ROWS);
}

static void name_answered(
	struct board *board, struct dialog *dialog, enum dialog_event event, void *ctx)
{
	struct first_page *page = board->first;
	struct err err = ERR_INIT;

	(void)ctx;
	if (event != DIALOG_YES || !page)
		return;
	if (!text_set(&page->interface.name, form_text(&dialog->form, SAVE_NAME)))
		return;
	if (interface_check(&page->interface, &err) == 0 &&
		interface_check_source(&page->interface, &page->connection, &err) == 0)
		catalog_save_interface(board, &page->interface, true, saved);
	else
		board_message(board, "Not saved", err.text);
}

static bool name_ready(struct form *form)
{
	return model_name_ok(form_text(form, SAVE_NAME));
}

static void ask_name(struct board *board)
{
	static const struct field_spec fields[] = {
		[SAVE_NAME] = { FIELD_TEXT, NULL, "Name", NULL, .max = MODEL_NAME_MAX },
		[SAVE_SPACE] = { FIELD_SPACE },
		[SAVE_YES] = { FIELD_BUTTON, NULL, "Save", NULL },
		[SAVE_NO] = { FIELD_BUTTON, NULL, "Cancel", NULL },
	};

	dialog_init(&board->dialog, "Save the interface",
		"It has no schedule and runs by hand until it gets one.", fields,
		(int)ARRAY_SIZE(fields), SAVE_YES, NULL);
	form_set_text(&board->dialog.form, SAVE_NAME, board->first->interface.name);
	board->dialog.ready = name_ready;
	board_ask(board, name_answered, NULL, NULL);
}

/* ---- drawing ---- */

static void title_words(char *out, size_t size, const struct first_page *page)
{
	const struct interface *interface = &page->interface;

	if (page->stage == FIRST_TABLE)
		snprintf(out, size, "First interface of %s: which table?", page->connection.name);
	else if (page->stage == FIRST_OBJECT)
		snprintf(out, size, "%s: into which object?",
			interface->name ? interface->name : page->connection.name);
	else if (page->proposal)
		snprintf(out, size, "%s: %s %s%s%s, %zu fields%s", interface->name,
			operation_name(interface->operation), interface->object,
			interface->external_id ? " by " : "",
			interface->external_id ? interface->external_id : "",
			interface->mapping.count, page->saved ? ", saved" : "");
	else
		snprintf(out, size, "%s: %s", interface->name, interface->object);
}

static const char *waiting_words(const struct first_page *page)
{
	static const char *const words[] = {
		[FIRST_TABLE] = "Asking the source for its tables...",
		[FIRST_OBJECT] = "Asking the org for its objects...",
		[FIRST_MAPPING] = "Comparing columns and fields by name...",
	};

	if (page->err.kind)
		return page->err.text;
	if (page->job)
		return words[page->stage];
	return page->filter[0] ? "Nothing has these words. Esc shows all of them again."
			       : "There is nothing to choose from.";
}

static void draw_notes(struct board *board, struct area area)
{
	const struct text_list *notes = &board->first->proposal->notes;

	screen_sign(board->screen, area.y, 0, area.cols, STYLE_RULE, SIGN_RULE);
	for (size_t i = 0; i < notes->count && (int)i < area.rows - 1; i++)
		screen_text(board->screen, area.y + 1 + (int)i, 1, area.cols - 2, STYLE_WARN,
			notes->items[i]);
}

static void draw(struct board *board, struct area area)
{
	struct first_page *page = board->first;
	char title[400];
	int below = 0;

	if (!page)
		return;
	title_words(title, sizeof(title), page);
	screen_text(board->screen, area.y, 1, area.cols - 2, STYLE_STRONG, title);
	screen_cursor(board->screen, area.y, 1);
	if (page->table.count == 0) {
		screen_paragraph(board->screen,
			(struct area){ area.y + 2, 2, area.rows - 2, area.cols - 4 },
			page->err.kind ? STYLE_FAIL
			: page->job    ? STYLE_BUSY
				       : STYLE_TEXT,
			waiting_words(page), 0);
		return;
	}
	if (page->stage == FIRST_MAPPING && page->proposal->notes.count)
		below = page->proposal->notes.count < 3 ? (int)page->proposal->notes.count + 1 : 4;
	table_draw(&page->table, board->screen,
		(struct area){ area.y + 1, 0, area.rows - 1 - below, area.cols }, true);
	if (below)
		draw_notes(board, (struct area){ area.y + area.rows - below, 0, below, area.cols });
}

/* ---- keys ---- */

static bool key(struct board *board, int pressed)
{
	return board->first && table_key(&board->first->table, pressed);
}

static void back(struct board *board)
{
	struct first_page *page = board->first;

	first_stop(page);
	if (page->filter[0])
		go_to(board, page->stage, false);
	else if (page->saved || page->stage == FIRST_TABLE ||
		 (page->stage == FIRST_OBJECT && !page->survey))
		board_close_page(board);
	else
		go_to(board, (enum first_stage)(page->stage - 1), false);
}

static bool is_proposed(struct board *board)
{
	const struct first_page *page = board->first;

	if (page->stage == FIRST_MAPPING && page->proposal && !page->job)
		return true;
	board_say(board, STYLE_WARN, "Choose table and object first");
	return false;
}

static bool is_saved(struct board *board)
{
	if (!is_proposed(board))
		return false;
	if (!board->first->saved)
		board_say(board, STYLE_WARN, "Save it first: Enter");
	return board->first->saved;
}

static void do_choose(void *ctx, const char *argument)
{
	struct board *board = ctx;
	struct first_page *page = board->first;

	(void)argument;
	if (page->stage != FIRST_MAPPING)
		choose(board);
	else if (page->saved)
		board_say(board, STYLE_TEXT, "It is saved; t runs its first %d rows", TRIAL_ROWS);
	else if (is_proposed(board) && board_may_write(board))
		ask_name(board);
}

static void do_preview(void *ctx, const char *argument)
{
	struct board *board = ctx;

	(void)argument;
	if (is_proposed(board))
		preview_open(board, &board->first->interface);
}

static void process(struct board *board, bool dry_run)
{
	struct process_wish wish = { .dry_run = dry_run, .limit_rows = dry_run ? 0 : TRIAL_ROWS };
	char filter[MODEL_NAME_MAX + 16];

	if (!is_saved(board) || !text_list_add(&wish.interfaces, board->first->interface.name))
		return;
	snprintf(filter, sizeof(filter), "interface:%s", board->first->interface.name);
	if (!dry_run) { /* what becomes of them is seen there */
		board_close_page(board);
		monitor_show(board, filter);
	}
	agent_ask_process(board, &wish);
}

static void do_dry_run(void *ctx, const char *argument)
{
	(void)argument;
	process(ctx, true);
}

static void do_ten(void *ctx, const char *argument)
{
	(void)argument;
	process(ctx, false);
}

static bool filter_entered(struct board *board, const char *text)
{
	struct first_page *page = board->first;

	if (!page)
		return true;
	text_copy(page->filter, sizeof(page->filter), text);
	first_list(board);
	return true;
}

static void do_filter(void *ctx, const char *argument)
{
	struct board *board = ctx;

	if (board->first->stage == FIRST_MAPPING)
		return;
	board_filter(board, argument, board->first->filter, "Part of a name", filter_entered);
}

static const struct key_binding keys[] = {
	{ K_ENTER, "choose", "Choose", "This table, this object; in the end: save the interface",
		BIND_LINE, do_choose },
	{ 'v', "interface preview", "Preview", "The first rows as they would be sent", BIND_LINE,
		do_preview },
	{ 'd', "process --dry-run", "Dry run", "Read and map everything, send nothing",
		BIND_LINE | BIND_WRITE, do_dry_run },
	{ 't', "process --limit", "Ten rows",
		"Send the first ten rows, and see them in the monitor", BIND_LINE | BIND_WRITE,
		do_ten },
	{ '/', "filter", "Filter", "Show only the names that have these words", BIND_LINE,
		do_filter },
	{ 0 },
};

/* ---- life ---- */

void first_interface_open(struct board *board, const struct connection *connection)
{
	struct first_page *page;
	bool files = connection->type == CONNECTION_AGENT_FILE;

	if (board->first)
		return;
	page = calloc(1, sizeof(*page));
	if (!page)
		return;
	connection_init(&page->connection);
	interface_init(&page->interface);
	board->first = page;
	if (connection_copy(&page->connection, connection, &page->err) == 0 &&
		text_set(&page->interface.connection, connection->name) &&
		text_set(&page->interface.name, files ? connection->name : NULL))
		go_to(board, files ? FIRST_OBJECT : FIRST_TABLE, true);
	board_open_page(board, &first_ops);
}

static void close_page(struct board *board)
{
	struct first_page *page = board->first;

	if (!page)
		return;
	first_stop(page);
	connection_free_fields(&page->connection);
	interface_free_fields(&page->interface);
	survey_free(page->survey);
	text_list_free(&page->objects);
	proposal_free(page->proposal);
	free(page->rows);
	free(page);
	board->first = NULL;
}

const struct page_ops first_ops = {
	.name = "First interface",
	.about = "A table of the source, an object of the org, and a mapping proposed by name. "
		 "Saved, "
		 "it can be previewed, run dry, and run for ten rows; the mapping editor of the "
		 "Interface tab goes on from there.",
	.keys = keys,
	.draw = draw,
	.key = key,
	.back = back,
	.close = close_page,
};
