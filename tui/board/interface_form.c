/*
 * interface_form.c — one page for everything an interface says. What the page does not ask for is
 * kept as the file has it.
 */

#include "base/base.h"
#include "tui/board/interface_form.h"

#include "base/text.h"
#include "tui/board/catalog_job.h"
#include "tui/board/connections.h"
#include "tui/board/interfaces.h"
#include "tui/board/mapping.h"

#define QUERY_MAX 65536

enum {
	F_NAME,
	F_DESCRIPTION,
	F_CONNECTION,
	F_OBJECT,
	F_OPERATION,
	F_EXTERNAL_ID,
	F_QUERY,
	F_MAPPING,
	F_AFTER_SUCCESS,
	F_ROW_KEY,
	F_INTEGRATION,
	F_SEQUENCE,
	F_STATUS,
	F_SCHEDULE,
	F_MISSED,
	F_MODE,
	F_PACKET,
	F_PARALLEL,
	F_ON_ERROR,
	F_INITIAL_QUERY,
	F_SPACE,
	F_SAVE,
	F_CANCEL,
	F_COUNT,
};

static const char *const operations[] = { "Insert", "Update", "Upsert", "Delete", NULL };
static const char *const modes[] = { "Auto", "Collections", "Bulk", NULL };
static const char *const on_errors[] = { "Continue", "Stop", NULL };
static const char *const missed[] = { "once", "skip", NULL }; /* enum missed_policy */
static const char *const statuses[] = { "Deployed", "Undeployed", NULL };

static bool is_upsert(const struct form *form)
{
	return form->fields[F_OPERATION].choice == OPERATION_UPSERT;
}

static bool is_scheduled(const struct form *form)
{
	return !text_empty(form_text(form, F_SCHEDULE));
}

static const struct field_spec specs[] = {
	[F_NAME] = { FIELD_TEXT, "name", "Name",
		"Letters, digits, - and _. It is also the name of its file.", .max = 64 },
	[F_DESCRIPTION] = { FIELD_TEXT, "description", "Description", "Optional." },
	[F_CONNECTION] = { FIELD_CHOICE, "connection", "Connection",
		"The source and the org; Left and Right choose." },
	[F_OBJECT] = { FIELD_TEXT, "object", "Object",
		"API name of the Salesforce object: Account, Order_Line__c", .max = 80 },
	[F_OPERATION] = { FIELD_CHOICE, "operation", "Operation",
		"Upsert finds records by the external ID, and repeats safely after a lost answer.",
		operations },
	[F_EXTERNAL_ID] = { FIELD_TEXT, "external_id", "External ID",
		"A unique external ID field of the object: Order_No__c", .max = 80,
		.shown = is_upsert },
	[F_QUERY] = { FIELD_LINES, "query", "Query",
		"The SELECT that gives the rows. Enter makes a new line, Tab goes on. Files need "
		"none.",
		.max = QUERY_MAX, .rows = 4 },
	[F_MAPPING] = { FIELD_LINES, "mapping", "Mapping",
		"One field a line: Order_No__c = order_no   Source__c = \"ERP\"   Price__c = "
		"formula: round(price * 1.19, 2)",
		.max = QUERY_MAX, .rows = 5 },
	[F_AFTER_SUCCESS] = { FIELD_LINES, "after_success", "After success",
		"Optional SQL for each row that arrived, with :column for its values. It must be "
		"fit to run twice.",
		.max = QUERY_MAX, .rows = 2 },
	[F_ROW_KEY] = { FIELD_TEXT, "row_key", "Row key",
		"Columns that tell rows apart, separated by commas; empty = the column of the "
		"external ID." },
	[F_INTEGRATION] = { FIELD_TEXT, "integration", "Integration",
		"Optional: interfaces of one integration run in the order of their sequence.",
		.max = 64 },
	[F_SEQUENCE] = { FIELD_NUMBER, "sequence", "Sequence", "10, 20, 30 ...: parents first.",
		.max = 7 },
	[F_STATUS] = { FIELD_CHOICE, "status", "Status", "Only deployed interfaces run.",
		statuses },
	[F_SCHEDULE] = { FIELD_TEXT, "schedule", "Schedule",
		"at 06:30 weekdays; every 15 minutes 06:00-20:00; */15 6-20 * * 1-5. Empty = by "
		"hand "
		"only." },
	[F_MISSED] = { FIELD_CHOICE, "missed", "Missed times",
		"once: caught up once when the agent is back, or the connection free. skip: only "
		"told.",
		missed, .shown = is_scheduled },
	[F_MODE] = { FIELD_CHOICE, "mode", "Mode",
		"Auto takes Collections for few rows and the Bulk API above the threshold.",
		modes },
	[F_PACKET] = { FIELD_NUMBER, "packet", "Rows a packet", "1 to 200.", .max = 3 },
	[F_PARALLEL] = { FIELD_NUMBER, "parallel", "Parallel",
		"Packets under way at once, 1 to 10.", .max = 2 },
	[F_ON_ERROR] = { FIELD_CHOICE, "on_error", "On error",
		"Continue: other rows go on. Stop: strictly in order, nothing behind a failed "
		"row is sent.",
		on_errors },
	[F_INITIAL_QUERY] = { FIELD_LINES, "initial_query", "Initial query",
		"Optional: what 'Initial load' reads instead of the query.", .max = QUERY_MAX,
		.rows = 2 },
	[F_SPACE] = { FIELD_SPACE },
	[F_SAVE] = { FIELD_BUTTON, NULL, "Save", "Write its file." },
	[F_CANCEL] = { FIELD_BUTTON, NULL, "Cancel", "Leave it as it was." },
};

struct interface_form {
	struct form form;
	struct interface base; /* what is not asked for is kept from here */
	bool editing, saving, touched;
	const char **connections; /* NULL-terminated; names owned by `names` */
	struct text_list names;
};

/* ---- between form and interface ---- */

static const struct {
	int field;
	size_t offset;
} texts[] = {
	{ F_NAME, offsetof(struct interface, name) },
	{ F_DESCRIPTION, offsetof(struct interface, description) },
	{ F_OBJECT, offsetof(struct interface, object) },
	{ F_EXTERNAL_ID, offsetof(struct interface, external_id) },
	{ F_QUERY, offsetof(struct interface, query) },
	{ F_AFTER_SUCCESS, offsetof(struct interface, after_success) },
	{ F_INTEGRATION, offsetof(struct interface, integration) },
	{ F_SCHEDULE, offsetof(struct interface, schedule) },
	{ F_INITIAL_QUERY, offsetof(struct interface, initial_query) },
};

static char **text_at(const struct interface *interface, size_t offset)
{
	return (char **)((char *)(uintptr_t)interface + offset);
}

static void load_lists(struct form *form, const struct interface *base)
{
	struct buf lines = BUF_INIT(QUERY_MAX);
	struct buf keys = BUF_INIT(4096);

	if (mapping_to_lines(&lines, &base->mapping, NULL) == 0)
		form_set_text(form, F_MAPPING, buf_str(&lines));
	form->fields[F_MAPPING].line.at = 0;
	form->fields[F_QUERY].line.at = 0;
	for (size_t i = 0; i < base->row_key.count; i++)
		buf_addf(&keys, "%s%s", i ? ", " : "", base->row_key.items[i]);
	form_set_text(form, F_ROW_KEY, buf_str(&keys));
	buf_free(&lines);
	buf_free(&keys);
}

static void load(struct interface_form *page)
{
	struct form *form = &page->form;
	const struct interface *base = &page->base;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		form_set_text(form, texts[i].field, *text_at(base, texts[i].offset));
	load_lists(form, base);
	form->fields[F_OPERATION].choice = (int)base->operation;
	form->fields[F_MODE].choice = (int)base->mode;
	form->fields[F_ON_ERROR].choice = (int)base->on_error;
	form->fields[F_STATUS].choice = base->deployed ? 0 : 1;
	form->fields[F_MISSED].choice = (int)base->missed;
	form_set_number(form, F_SEQUENCE, base->sequence);
	form_set_number(form, F_PACKET, base->packet);
	form_set_number(form, F_PARALLEL, base->parallel);
	for (size_t i = 0; i < page->names.count; i++) {
		if (text_equal(page->names.items[i], base->connection))
			form->fields[F_CONNECTION].choice = (int)i;
	}
	form->fields[F_NAME].off = page->editing;
	form_focus(form, page->editing ? F_OBJECT : F_NAME);
}

static int take_row_key(struct interface *out, const struct form *form, struct err *err)
{
	const char *text = form_text(form, F_ROW_KEY);

	text_list_free(&out->row_key);
	while (*text) {
		size_t len = strcspn(text, ",");
		char column[160];

		snprintf(column, sizeof(column), "%.*s", (int)len, text);
		if (*text_trim(column) && !text_list_add(&out->row_key, text_trim(column)))
			return err_nomem(err);
		text += len + (text[len] == ',');
	}
	return 0;
}

static int take_mapping(struct interface *out, const struct form *form, struct err *err)
{
	struct mapping mapping = { NULL, 0 };
	int rc = mapping_from_lines(
		&mapping, form_text(form, F_MAPPING), &out->mapping, out->nulls, err);

	if (rc) {
		mapping_free(&mapping);
		if (err)
			text_copy(err->code, sizeof(err->code), "mapping");
		return rc;
	}
	mapping_free(&out->mapping);
	out->mapping = mapping;
	return 0;
}

static int take_number(int *out, const struct form *form, int field, int otherwise)
{
	int64_t value;

	if (form_number(&value, form, field, 0, 10000000, otherwise))
		*out = (int)value;
	return 0;
}

static int build(struct interface *out, const struct interface_form *page, struct err *err)
{
	const struct form *form = &page->form;
	int rc = interface_copy(out, &page->base, err);

	for (size_t i = 0; rc == 0 && i < ARRAY_SIZE(texts); i++) {
		const char *typed = form_text(form, texts[i].field);

		if (!text_set(text_at(out, texts[i].offset), *typed ? typed : NULL))
			rc = err_nomem(err);
	}
	if (rc == 0 && !text_set(&out->connection, form_choice(form, F_CONNECTION)))
		rc = err_nomem(err);
	if (rc == 0)
		rc = take_row_key(out, form, err);
	if (rc == 0)
		rc = take_mapping(out, form, err);
	if (rc)
		return rc;
	out->operation = (enum operation)form->fields[F_OPERATION].choice;
	out->mode = (enum transfer_mode)form->fields[F_MODE].choice;
	out->on_error = (enum on_error)form->fields[F_ON_ERROR].choice;
	out->deployed = form->fields[F_STATUS].choice == 0;
	out->missed = (enum missed_policy)form->fields[F_MISSED].choice;
	take_number(&out->sequence, form, F_SEQUENCE, 0);
	take_number(&out->packet, form, F_PACKET, PACKET_ROWS_MAX);
	take_number(&out->parallel, form, F_PARALLEL, 4);
	return 0;
}

/* ---- saving ---- */

static void show_error(struct board *board, const struct err *err)
{
	struct form *form = &board->interface_form->form;
	int field = err->code[0] ? form_find(form, err->code) : -1;
	const char *text = err->text;

	if (field < 0) {
		board_message(board, "Not saved", err->text);
		return;
	}
	if (text_starts(text, err->code) && text_starts(text + strlen(err->code), ": "))
		text += strlen(err->code) + 2;
	form_fail(form, field, "%s", text);
}

static void saved(struct board *board, const char *name, const struct err *err)
{
	struct interface_form *page = board->interface_form;

	if (page)
		page->saving = false;
	if (err->kind) {
		if (page)
			show_error(board, err);
		else
			board_message(board, "Not saved", err->text);
		return;
	}
	if (board_page(board) == &interface_form_ops)
		board_close_page(board);
	interfaces_select(board, name);
	board_say(board, STYLE_OK, "Saved '%s'. v previews its rows, d runs it dry, p for real",
		name);
}

static void save(struct board *board)
{
	struct interface_form *page = board->interface_form;
	struct err err = ERR_INIT;
	struct interface interface;
	int rc;

	if (page->saving || !board_may_write(board))
		return;
	form_clear_errors(&page->form);
	interface_init(&interface);
	rc = build(&interface, page, &err);
	if (rc == 0)
		rc = interface_check(&interface, &err);
	if (rc) {
		show_error(board, &err);
	} else {
		page->saving = true;
		catalog_save_interface(board, &interface, !page->editing, saved);
	}
	interface_free_fields(&interface);
}

/* ---- the page ---- */

static bool press(struct board *board, int field)
{
	if (field != F_SAVE)
		return false;
	save(board);
	return true;
}

static bool key(struct board *board, int pressed)
{
	struct interface_form *page = board->interface_form;

	return page && board_form_key(board, &page->form, &page->touched, pressed, press);
}

static bool typing(struct board *board)
{
	return board->interface_form && form_types_text(&board->interface_form->form);
}

static void draw(struct board *board, struct area area)
{
	struct interface_form *page = board->interface_form;
	bool wrong;
	const char *help;
	int rows = area.rows - 4;

	if (!page)
		return;
	screen_printf(board->screen, area.y, 1, area.cols - 2, STYLE_STRONG, "%s%s",
		page->editing ? "Interface " : "New interface",
		page->editing ? page->base.name : "");
	form_draw(&page->form, board->screen, (struct area){ area.y + 1, 1, rows, area.cols - 2 },
		true);
	screen_sign(board->screen, area.y + 1 + rows, 0, area.cols, STYLE_RULE, SIGN_RULE);
	help = form_help(&page->form, &wrong);
	screen_paragraph(board->screen,
		(struct area){ area.y + 2 + rows, 3, area.rows - 2 - rows, area.cols - 4 },
		wrong ? STYLE_FAIL : STYLE_QUIET, help, 0);
}

static bool unsaved(const struct board *board)
{
	return board->interface_form && board->interface_form->touched;
}

/* On what is typed so far: an object, and for a database a query. */
static void do_mapping(void *ctx, const char *argument)
{
	struct board *board = ctx;
	struct interface_form *page = board->interface_form;
	struct err err = ERR_INIT;
	struct interface interface;

	(void)argument;
	form_clear_errors(&page->form);
	interface_init(&interface);
	if (build(&interface, page, &err) != 0)
		show_error(board, &err);
	else if (text_empty(interface.object))
		form_fail(
			&page->form, F_OBJECT, "Which object is it? Then its fields can be shown");
	else
		mapping_open_from_form(board, &interface);
	interface_free_fields(&interface);
}

void interface_form_take(struct board *board, const struct interface *mapped)
{
	struct interface_form *page = board->interface_form;
	struct buf lines = BUF_INIT(QUERY_MAX);

	if (!page)
		return;
	/* Kept for what lines do not say: the NULLs of each field. */
	if (mapping_to_lines(&lines, &mapped->mapping, NULL) == 0 &&
		mapping_copy(&page->base.mapping, &mapped->mapping, NULL) == 0) {
		form_set_text(&page->form, F_MAPPING, buf_str(&lines));
		form_set_text(&page->form, F_EXTERNAL_ID, mapped->external_id);
		page->touched = true;
	}
	buf_free(&lines);
}

static void do_save(void *ctx, const char *argument)
{
	(void)argument;
	save(ctx);
}

static void do_back(void *ctx, const char *argument)
{
	(void)argument;
	board_back(ctx);
}

static const struct key_binding keys[] = {
	{ K_F(4), "save", "Save", "Write the interface's file", BIND_LINE | BIND_WRITE, do_save },
	{ K_F(6), "mapping", "Mapping", "Columns, fields, and what each line makes of a real row",
		BIND_LINE, do_mapping },
	{ K_ESC, "back", "Back", "Leave; asks when something was changed", BIND_LINE, do_back },
	{ 0 },
};

static bool list_connections(struct interface_form *page, const struct board *board)
{
	int count = board->catalog ? board->catalog->connection_count : 0;

	page->connections = calloc((size_t)count + 1, sizeof(*page->connections));
	for (int i = 0; page->connections && i < count; i++) {
		if (!text_list_add(&page->names, board->catalog->connections[i].connection.name))
			return false;
		page->connections[i] = page->names.items[i];
	}
	return page->connections != NULL;
}

static void close_page(struct board *board)
{
	struct interface_form *page = board->interface_form;

	if (!page)
		return;
	form_free(&page->form);
	interface_free_fields(&page->base);
	text_list_free(&page->names);
	free(page->connections);
	free(page);
	board->interface_form = NULL;
}

static void open_form(struct board *board, const struct interface *base, bool editing)
{
	struct interface_form *page = calloc(1, sizeof(*page));

	if (!page || board->interface_form) {
		free(page);
		return;
	}
	board->interface_form = page;
	page->editing = editing;
	form_init(&page->form, specs, F_COUNT, page);
	interface_init(&page->base);
	if (!list_connections(page, board) || interface_copy(&page->base, base, NULL) != 0) {
		close_page(board);
		return;
	}
	form_set_choices(&page->form, F_CONNECTION, page->connections);
	load(page);
	board_open_page(board, &interface_form_ops);
}

/* Behind the last one, ten further: room for what comes between. */
static int next_sequence(const struct board *board)
{
	int last = 0;

	for (int i = 0; i < board->catalog->interface_count; i++) {
		if (board->catalog->interfaces[i].interface.sequence > last)
			last = board->catalog->interfaces[i].interface.sequence;
	}
	return last / 10 * 10 + 10;
}

void interface_form_new(struct board *board, const char *name)
{
	struct interface base;
	int over = connections_current(board);

	if (!board->catalog || board->catalog->connection_count == 0) {
		board_say(board, STYLE_WARN, "Make a connection first: press 1, then n");
		return;
	}
	interface_init(&base);
	base.operation = OPERATION_UPSERT;
	base.sequence = next_sequence(board);
	if (text_set(&base.name, name) &&
		(over < 0 || text_set(&base.connection,
				     board->catalog->connections[over].connection.name)))
		open_form(board, &base, false);
	interface_free_fields(&base);
}

void interface_form_edit(struct board *board, const struct interface *interface)
{
	open_form(board, interface, true);
}

static void place(const struct board *board, char *out, size_t size)
{
	const struct interface_form *page = board->interface_form;

	if (page)
		text_copy(out, size, page->editing ? page->base.name : "new interface");
}

const struct page_ops interface_form_ops = {
	.name = "Interface form",
	.about = "Everything an interface says. The mapping is one field a line; in fields of "
		 "several lines Enter makes a new line and Tab goes on.",
	.keys = keys,
	.place = place,
	.draw = draw,
	.key = key,
	.typing = typing,
	.unsaved = unsaved,
	.close = close_page,
};
