/*
 * mapping.c — the mapping editor's page: its life and its keys. Everything is changed on a copy of
 * the interface; the file is touched by Save alone.
 */

#include "base/base.h"
#include "tui/board/mapping_private.h"

#include "base/text.h"
#include "tui/board/preview.h"

/* ---- the cursor ---- */

static void put_cursor(struct mapping_page *page, int64_t row)
{
	for (int i = 0; i < 2; i++)
		table_select(&page->tables[i], row);
}

static void choose_side(struct mapping_page *page, enum mapping_side side)
{
	if (page->count[side] == 0)
		return;
	page->side = side;
	if (page->tables[side].cursor >= page->count[side])
		put_cursor(page, page->count[side] - 1);
}

static bool key(struct board *board, int pressed)
{
	struct mapping_page *page = board->mapping;
	int64_t to;

	if (!page || !page->share)
		return false;
	if (pressed == K_ESC && page->filter[0]) {
		page->filter[0] = '\0';
		mapping_rebuild(page, mapping_field_at(page));
		return true;
	}
	switch (keys_motion(pressed)) {
	case K_LEFT:
		choose_side(page, SIDE_COLUMNS);
		return true;
	case K_RIGHT:
		choose_side(page, SIDE_FIELDS);
		return true;
	case K_TAB:
	case K_BACKTAB:
		choose_side(page, page->side == SIDE_FIELDS ? SIDE_COLUMNS : SIDE_FIELDS);
		return true;
	default:
		break;
	}
	if (!keys_scroll(&to, pressed, page->tables[page->side].cursor,
		    page->tables[page->side].page, page->count[page->side] - 1))
		return false;
	put_cursor(page, to);
	return true;
}

/* ---- rows of the source ---- */

void mapping_step_row(struct board *board, int step)
{
	struct mapping_page *page = board->mapping;
	const struct sample *sample = mapping_sample(page);
	int to = page->sample_row + step;

	if (!sample || sample->row_count == 0)
		return;
	if (to < 0 || to >= sample->row_count) {
		board_say(board, STYLE_WARN, "There is no %s row here: %d were read",
			step < 0 ? "earlier" : "further", sample->row_count);
		return;
	}
	page->sample_row = to;
	table_forget_widths(&page->tables[SIDE_COLUMNS]);
	table_forget_widths(&page->tables[SIDE_FIELDS]);
	mapping_try(board);
}

static void do_next_row(void *ctx, const char *argument)
{
	(void)argument;
	mapping_step_row(ctx, 1);
}

static void do_previous_row(void *ctx, const char *argument)
{
	(void)argument;
	mapping_step_row(ctx, -1);
}

/* ---- changing lines ---- */

/* The field meant, or NULL after saying what to do. */
static const char *field_meant(struct board *board)
{
	struct mapping_page *page = board->mapping;
	const char *field = page->share ? mapping_field_at(page) : "";

	if (*field)
		return field;
	board_say(board, STYLE_WARN,
		page->share ? "Put the cursor on a field first: Right" : "Wait a moment");
	return NULL;
}

static struct mapping_entry *line_meant(struct board *board)
{
	struct mapping_entry *entry = mapping_entry_at(board->mapping);

	if (!entry)
		board_say(board, STYLE_WARN, "There is no line here");
	return entry;
}

static void pick_column(struct board *board, const char *field)
{
	const struct sample *sample = mapping_sample(board->mapping);

	if (sample->column_count)
		mapping_pick_open(board, PICK_COLUMN, field, -1, NULL);
	else
		mapping_form_open(board, field, MAPPING_COLUMN);
}

/* From a column to a field. */
static bool pick_field(struct board *board)
{
	struct mapping_page *page = board->mapping;
	const struct mapping_row *row = mapping_at(page);

	if (!page->share || page->side != SIDE_COLUMNS || !row || row->entry >= 0)
		return false;
	if (mapping_sample(page)->describe)
		mapping_pick_open(board, PICK_FIELD, "", row->column, NULL);
	else
		board_say(
			board, STYLE_WARN, "The fields are not known now: a adds one by its name");
	return true;
}

static void do_column(void *ctx, const char *argument)
{
	const char *field;

	(void)argument;
	if (!pick_field(ctx) && (field = field_meant(ctx)))
		pick_column(ctx, field);
}

/* What stands there as what it is; a column for what is not mapped. */
static void do_edit(void *ctx, const char *argument)
{
	struct board *board = ctx;
	const struct mapping_entry *entry = mapping_entry_at(board->mapping);

	if (entry && entry->kind != MAPPING_COLUMN)
		mapping_form_open(board, entry->field, entry->kind);
	else
		do_column(ctx, argument);
}

static void do_formula(void *ctx, const char *argument)
{
	const char *field = field_meant(ctx);

	(void)argument;
	if (field)
		mapping_form_open(ctx, field, MAPPING_FORMULA);
}

static void do_constant(void *ctx, const char *argument)
{
	const char *field = field_meant(ctx);

	(void)argument;
	if (field)
		mapping_form_open(ctx, field, MAPPING_VALUE);
}

static void do_parent(void *ctx, const char *argument)
{
	struct board *board = ctx;
	struct mapping_page *page = board->mapping;
	const char *name = field_meant(board);
	const struct field *field =
		name ? mapping_described(page, mapping_find_field(page, name)) : NULL;

	(void)argument;
	if (!name)
		return;
	if (!field || text_empty(field->relationship) || !field->targets.count)
		board_say(
			board, STYLE_WARN, "%s is no lookup that the org tells a parent of", name);
	else
		mapping_ask_parent(board, field);
}

static void do_nulls(void *ctx, const char *argument)
{
	struct board *board = ctx;
	struct mapping_entry *entry = line_meant(board);

	(void)argument;
	if (!entry)
		return;
	if (entry->kind == MAPPING_VALUE) {
		board_say(board, STYLE_WARN, "A constant is never NULL");
		return;
	}
	entry->nulls = entry->nulls == NULL_CLEAR ? NULL_KEEP : NULL_CLEAR;
	mapping_altered(board, entry->field);
	board_say(board, STYLE_OK, "%s: NULL now %s", entry->field,
		entry->nulls == NULL_CLEAR ? "clears the field" : "leaves the field alone");
}

/* Alone, or beside the fields that are the key already. */
static bool set_key(struct mapping_page *page, const char *field, bool beside)
{
	char names[5 * FIELD_NAME_MAX];
	const char *before = page->interface.external_id;

	beside = beside && !text_empty(before) && !mapping_is_key(page, field);
	snprintf(names, sizeof(names), "%s%s%s", beside ? before : "", beside ? ", " : "", field);
	return text_set(&page->interface.external_id, names);
}

static void say_key(struct board *board, const char *name, const struct field *field)
{
	const struct interface *interface = &board->mapping->interface;
	bool several = strchr(interface->external_id, ',') != NULL;
	bool doubtful = !several && field && !field->unique;

	board_say(board, doubtful ? STYLE_WARN : STYLE_OK, "Records are found by %s%s%s",
		interface->external_id, doubtful ? ", which is not unique: Upsert wants that" : "",
		interface->operation == OPERATION_INSERT ? " once the operation is not Insert"
							 : "");
	mapping_altered(board, name);
}

static void choose_key(struct board *board, bool beside)
{
	struct mapping_page *page = board->mapping;
	const struct mapping_entry *entry = line_meant(board);
	const struct field *field;

	if (!entry)
		return;
	field = mapping_described(page, mapping_find_field(page, entry->field));
	if (strchr(entry->field, '.') ||
		(!beside && field && !field->external_id && !field->id_lookup))
		board_say(board, STYLE_WARN, "%s is no external ID of %s", entry->field,
			page->interface.object);
	else if (set_key(page, entry->field, beside))
		say_key(board, entry->field, field);
}

static void do_key(void *ctx, const char *argument)
{
	(void)argument;
	choose_key(ctx, false);
}

static void do_key_too(void *ctx, const char *argument)
{
	(void)argument;
	choose_key(ctx, true);
}

static void do_remove(void *ctx, const char *argument)
{
	struct board *board = ctx;
	struct mapping_entry *entry = line_meant(board);
	char field[FIELD_NAME_MAX];

	(void)argument;
	if (!entry)
		return;
	text_copy(field, sizeof(field), entry->field);
	mapping_remove(board->mapping, mapping_at(board->mapping)->entry);
	mapping_altered(board, "");
	board_say(board, STYLE_OK, "%s is not mapped any more", field);
}

static void move_line(struct board *board, int by)
{
	struct mapping_page *page = board->mapping;
	const struct mapping_entry *entry = line_meant(board);
	char field[FIELD_NAME_MAX];

	if (!entry)
		return;
	text_copy(field, sizeof(field), entry->field);
	if (mapping_move(page, mapping_at(page)->entry, by))
		mapping_altered(board, field);
	else
		board_say(board, STYLE_TEXT, "%s is the %s line", field, by < 0 ? "first" : "last");
}

static void do_up(void *ctx, const char *argument)
{
	(void)argument;
	move_line(ctx, -1);
}

static void do_down(void *ctx, const char *argument)
{
	(void)argument;
	move_line(ctx, 1);
}

static void do_undo(void *ctx, const char *argument)
{
	struct board *board = ctx;

	(void)argument;
	if (board->mapping->share)
		mapping_undo_do(board);
}

static bool name_entered(struct board *board, const char *text)
{
	struct mapping_page *page = board->mapping;

	if (!page || !page->share || !*text || strlen(text) >= FIELD_NAME_MAX)
		return true;
	if (mapping_find(&page->interface.mapping, text))
		mapping_rebuild(page, text);
	else
		pick_column(board, text);
	return true;
}

static void do_add(void *ctx, const char *argument)
{
	if (argument)
		name_entered(ctx, argument);
	else
		board_prompt(ctx, '+', "", "A field's API name, or Relationship__r.Ext_Id__c",
			name_entered);
}

static void do_propose(void *ctx, const char *argument)
{
	(void)argument;
	mapping_propose(ctx);
}

/* ---- the other keys ---- */

static bool filter_entered(struct board *board, const char *text)
{
	struct mapping_page *page = board->mapping;

	if (page) {
		text_copy(page->filter, sizeof(page->filter), text);
		mapping_rebuild(page, NULL);
		put_cursor(page, 0);
	}
	return true;
}

static void do_filter(void *ctx, const char *argument)
{
	struct board *board = ctx;

	board_filter(board, argument, board->mapping->filter,
		"Part of a column's or a field's name; * and ? stand for anything", filter_entered);
}

static void do_preview(void *ctx, const char *argument)
{
	struct board *board = ctx;

	(void)argument;
	preview_open(board, &board->mapping->interface);
}

static void do_save(void *ctx, const char *argument)
{
	(void)argument;
	mapping_save(ctx);
}

static bool unsaved(const struct board *board)
{
	return board->mapping && mapping_changed(board->mapping);
}

static void do_back(void *ctx, const char *argument)
{
	(void)argument;
	board_back(ctx);
}

static const struct key_binding keys[] = {
	{ K_ENTER, "edit", "Edit", "Change the line, or choose what fills the field",
		BIND_LINE | BIND_WRITE, do_edit },
	{ K_F(4), "save", "Save", "Write the mapping into the interface's file",
		BIND_LINE | BIND_WRITE, do_save },
	{ K_ESC, "back", "Back", "Leave; asks when something is not saved", BIND_LINE, do_back },
	{ 'f', "formula", "Formula", "Fill the field by a formula, tried as it is typed",
		BIND_LINE | BIND_WRITE, do_formula },
	{ 't', "constant", "Text", "Fill the field by a constant", BIND_LINE | BIND_WRITE,
		do_constant },
	{ 'p', "propose", "Propose", "Map what has the same name and a fitting type",
		BIND_LINE | BIND_WRITE, do_propose },
	{ ' ', "row next", "Next row", "Try the mapping on the next row of the source", BIND_LINE,
		do_next_row },
	{ 'd', "remove", "Remove", "Take the line out of the mapping", BIND_LINE | BIND_WRITE,
		do_remove },
	{ 'o', "parent", "Parent", "Find a lookup's parent by its external ID, or by its Id",
		BIND_LINE | BIND_WRITE, do_parent },
	{ 'n', "null", "NULL", "NULL leaves the field alone, or clears it", BIND_LINE | BIND_WRITE,
		do_nulls },
	{ 'x', "external id", "Key", "Find the records by this external ID", BIND_LINE | BIND_WRITE,
		do_key },
	{ 'X', "external id too", "Key too", "Find the records by this field and those before",
		BIND_WRITE, do_key_too },
	{ 'c', "column", "Column", "Fill the field by a column of the source",
		BIND_LINE | BIND_WRITE, do_column },
	{ 'v', "preview", "Preview", "Many rows through the mapping as it stands here", BIND_LINE,
		do_preview },
	{ '/', "filter", "Find", "Show only what has these letters in its name", BIND_LINE,
		do_filter },
	{ 'b', "row back", "Row before", "Try the mapping on the row before", 0, do_previous_row },
	{ 'u', "undo", "Undo", "Take the last change back, and those before it one by one",
		BIND_WRITE, do_undo },
	{ 'K', "line up", "Up", "Move the line up, before the one above it", BIND_WRITE, do_up },
	{ 'J', "line down", "Down", "Move the line down, behind the one below it", BIND_WRITE,
		do_down },
	{ 'a', "add", "Add", "Add a line for a field by its name", BIND_WRITE, do_add },
	{ K_DELETE, "remove", "Remove", "Take the line out of the mapping",
		BIND_HIDDEN | BIND_WRITE, do_remove },
	{ 0 },
};

static void close_page(struct board *board)
{
	struct mapping_page *page = board->mapping;

	if (!page)
		return;
	mapping_stop_jobs(page);
	trials_forget(&page->trials);
	mapping_undo_forget(page);
	sample_drop(page->share);
	interface_free_fields(&page->before);
	interface_free_fields(&page->interface);
	interface_free_fields(&page->sent);
	connection_free_fields(&page->connection);
	free(page->rows);
	free(page);
	board->mapping = NULL;
}

static void open_editor(struct board *board, const struct interface *interface, bool in_form)
{
	int over = board_find_connection(board, interface->connection);
	struct mapping_page *page;

	if (over < 0 || board->catalog->connections[over].problem[0]) {
		board_say(board, STYLE_FAIL, "Its connection '%s' %s", interface->connection,
			over < 0 ? "is not there: make it, or edit the interface"
				 : "has a wrong file: mend it first");
		return;
	}
	if (board->mapping)
		return;
	page = calloc(1, sizeof(*page));
	board->mapping = page;
	if (!page)
		return;
	page->side = SIDE_FIELDS;
	page->in_form = in_form;
	interface_init(&page->before);
	interface_init(&page->interface);
	interface_init(&page->sent);
	connection_init(&page->connection);
	mapping_init_tables(board, page);
	if (interface_copy(&page->before, interface, NULL) != 0 ||
		interface_copy(&page->interface, interface, NULL) != 0 ||
		connection_copy(&page->connection, &board->catalog->connections[over].connection,
			NULL) != 0) {
		close_page(board);
		return;
	}
	mapping_undo_note(page);
	mapping_fetch(board);
	board_open_page(board, &mapping_ops);
}

void mapping_open(struct board *board, const struct interface *interface)
{
	open_editor(board, interface, false);
}

void mapping_open_from_form(struct board *board, const struct interface *interface)
{
	open_editor(board, interface, true);
}

static void place(const struct board *board, char *out, size_t size)
{
	if (board->mapping)
		snprintf(out, size, "mapping of %s", board->mapping->interface.name);
}

const struct page_ops mapping_ops = {
	.name = "Mapping",
	.about = "Left what the source gives, right the fields of the object, a line between those "
		 "that belong together. Marks: key finds the record, ext is an external ID, uni is "
		 "unique, req is required, FAIL says that the row shown would fail. Left and Right "
		 "change sides.",
	.keys = keys,
	.place = place,
	.draw = mapping_draw,
	.key = key,
	.unsaved = unsaved,
	.close = close_page,
};
