/*
 * mapping_pick.c — a list to pick from, narrowed by what is typed: a column for a field, a field
 * for a column, or the external ID by which a parent is found.
 */

#include "base/base.h"
#include "tui/board/mapping_private.h"

#include "base/text.h"

#define TYPED_MAX 80

struct mapping_picker {
	enum mapping_pick kind;
	char field[FIELD_NAME_MAX]; /* that gets a column; or the lookup to a parent */
	int column;		    /* that goes to a field */
	struct describe *parent;    /* owned */
	struct table table;
	struct line typed;
	int *rows; /* columns or fields */
};

enum { COL_NAME, COL_TYPE, COL_MARKS, COL_MORE };

static const struct table_column column_columns[] = {
	[COL_NAME] = { "Column", 10, 32, 0, false },
	[COL_TYPE] = { "Type", 8, 8, 0, false },
	[COL_MARKS] = { "Use", 4, 30, 2, false },
	[COL_MORE] = { "Sample", 8, 0, 0, false },
};

static const struct table_column field_columns[] = {
	[COL_NAME] = { "Field", 12, 32, 0, false },
	[COL_TYPE] = { "Type", 10, 20, 2, false },
	[COL_MARKS] = { "Marks", 8, 30, 1, false },
	[COL_MORE] = { "Label", 8, 0, 0, false },
};

/* Fields come from here. */
static const struct describe *fields_of(const struct mapping_page *page)
{
	return page->picker->kind == PICK_KEY ? page->picker->parent
					      : mapping_sample(page)->describe;
}

static const char *name_of(const struct mapping_page *page, int64_t row)
{
	int at = page->picker->rows[row];

	return page->picker->kind == PICK_COLUMN ? mapping_sample(page)->columns[at].name
						 : fields_of(page)->fields[at].name;
}

/* ---- cells ---- */

static void column_cell(struct table_cell *out, const struct mapping_page *page, int at, int column)
{
	const struct sample *sample = mapping_sample(page);
	const struct cell *cells = sample_row(sample, page->sample_row);
	const struct column *from = &sample->columns[at];
	const struct field *field =
		sample->describe ? describe_field(sample->describe, page->picker->field) : NULL;
	const char *use = mapping_use_of(page, from->name);

	switch (column) {
	case COL_NAME:
		text_copy(out->text, sizeof(out->text), from->name);
		out->style = STYLE_STRONG;
		break;
	case COL_TYPE:
		mapping_column_type(out->text, sizeof(out->text), from);
		break;
	case COL_MARKS:
		if (field && !propose_fits(from, field))
			text_copy(out->text, sizeof(out->text), "type does not fit");
		else if (use)
			snprintf(out->text, sizeof(out->text), "fills %s", use);
		out->style = field && !propose_fits(from, field) ? STYLE_WARN : STYLE_QUIET;
		break;
	default:
		if (cells)
			text_copy(out->text, sizeof(out->text),
				cells[at].text ? cells[at].text : "NULL");
		break;
	}
}

static void field_marks(
	struct table_cell *out, const struct mapping_page *page, const struct field *field)
{
	bool parent = page->picker->kind == PICK_KEY;
	int entry = parent ? -1 : mapping_fills(&page->interface.mapping, field);

	if (parent && text_equal_fold(field->name, "Id")) {
		text_copy(out->text, sizeof(out->text), "the Salesforce Id itself");
		return;
	}
	snprintf(out->text, sizeof(out->text), "%s%s%s%s%s", field->external_id ? "ext " : "",
		field->unique ? "uni " : "", !parent && mapping_needs(page, field) ? "req " : "",
		entry >= 0 ? "from " : "",
		entry >= 0 ? page->interface.mapping.entries[entry].text : "");
	out->style = STYLE_QUIET;
}

static void field_cell(struct table_cell *out, const struct mapping_page *page,
	const struct field *field, int column)
{
	switch (column) {
	case COL_NAME:
		text_copy(out->text, sizeof(out->text), field->name);
		out->style = STYLE_STRONG;
		break;
	case COL_TYPE:
		field_type_words(out->text, sizeof(out->text), field);
		break;
	case COL_MARKS:
		field_marks(out, page, field);
		break;
	default:
		text_copy(out->text, sizeof(out->text), field->label);
		break;
	}
}

static void cell_of(void *ctx, int64_t row, int column, struct table_cell *out)
{
	struct board *board = ctx;
	const struct mapping_page *page = board->mapping;
	int at = page->picker->rows[row];

	if (page->picker->kind == PICK_COLUMN)
		column_cell(out, page, at, column);
	else
		field_cell(out, page, &fields_of(page)->fields[at], column);
}

/* ---- what is offered ---- */

static bool is_offered(const struct mapping_page *page, const struct field *field)
{
	if (page->picker->kind == PICK_KEY)
		return field->external_id || text_equal_fold(field->name, "Id");
	return mapping_writable(page, field);
}

static void narrow(struct mapping_page *page)
{
	struct mapping_picker *picker = page->picker;
	bool columns = picker->kind == PICK_COLUMN;
	int total =
		columns ? mapping_sample(page)->column_count : (int)fields_of(page)->field_count;
	char pattern[TYPED_MAX + 3];
	int count = 0;

	snprintf(pattern, sizeof(pattern), "*%s*", line_text(&picker->typed));
	for (int i = 0; i < total; i++) {
		const struct field *field = columns ? NULL : &fields_of(page)->fields[i];
		const char *name = columns ? mapping_sample(page)->columns[i].name : field->name;

		if (field && !is_offered(page, field))
			continue;
		if (text_match(pattern, name, true) ||
			(field && field->label && text_match(pattern, field->label, true)))
			picker->rows[count++] = i;
	}
	table_count(&picker->table, count);
	table_forget_widths(&picker->table);
}

static void select_name(struct mapping_page *page, const char *name)
{
	for (int64_t i = 0; i < page->picker->table.count; i++) {
		if (text_equal_fold(name_of(page, i), name))
			table_select(&page->picker->table, i);
	}
}

/* Onto what stands there now, else onto what its name speaks for. */
static void select_likely(struct mapping_page *page)
{
	const struct mapping_picker *picker = page->picker;
	const struct mapping_entry *entry = mapping_find(&page->interface.mapping, picker->field);
	struct proposal *proposal;
	const struct mapping *mapping;

	if (picker->kind == PICK_KEY) {
		if (picker->table.count > 1)
			table_select(&page->picker->table, 1);
		return;
	}
	if (picker->kind == PICK_COLUMN && entry) {
		select_name(page, entry->text);
		return;
	}
	proposal = mapping_proposal(page);
	mapping = proposal ? &proposal->mapping : NULL;
	for (size_t i = 0; mapping && i < mapping->count; i++) {
		const struct mapping_entry *likely = &mapping->entries[i];

		if (picker->kind == PICK_COLUMN && text_equal_fold(likely->field, picker->field))
			select_name(page, likely->text);
		else if (picker->kind == PICK_FIELD &&
			 text_equal(
				 likely->text, mapping_sample(page)->columns[picker->column].name))
			select_name(page, likely->field);
	}
	proposal_free(proposal);
}

/* ---- taking ---- */

static void take_key(struct board *board, const char *key)
{
	struct mapping_page *page = board->mapping;
	const struct describe *describe = mapping_sample(page)->describe;
	const struct field *lookup =
		describe ? describe_field(describe, page->picker->field) : NULL;
	char name[FIELD_NAME_MAX];

	if (!lookup)
		return;
	if (text_equal_fold(key, "Id"))
		text_copy(name, sizeof(name), lookup->name);
	else
		snprintf(name, sizeof(name), "%s.%s", lookup->relationship, key);
	board_close_page(board);
	mapping_fill_parent(board, lookup, name);
}

static void take(struct board *board)
{
	struct mapping_page *page = board->mapping;
	struct mapping_picker *picker = page->picker;
	char field[FIELD_NAME_MAX], name[FIELD_NAME_MAX];
	const char *column;

	if (picker->table.count == 0)
		return;
	text_copy(name, sizeof(name), name_of(page, picker->table.cursor));
	if (picker->kind == PICK_KEY) {
		take_key(board, name);
		return;
	}
	text_copy(field, sizeof(field), picker->kind == PICK_COLUMN ? picker->field : name);
	column = picker->kind == PICK_COLUMN ? name
					     : mapping_sample(page)->columns[picker->column].name;
	page->side = SIDE_FIELDS;
	if (mapping_set(page, field, MAPPING_COLUMN, column, mapping_nulls(page, field)))
		mapping_altered(board, field);
	board_close_page(board);
}

static void do_take(void *ctx, const char *argument)
{
	(void)argument;
	take(ctx);
}

static void do_back(void *ctx, const char *argument)
{
	(void)argument;
	board_close_page(ctx);
}

/* ---- the page ---- */

static void draw(struct board *board, struct area area)
{
	struct mapping_page *page = board->mapping;
	struct mapping_picker *picker = page->picker;
	int x;

	x = 1 + screen_printf(board->screen, area.y, 1, area.cols - 24, STYLE_STRONG, "%s %s",
			picker->kind == PICK_COLUMN  ? "Column for"
			: picker->kind == PICK_FIELD ? "Field for"
						     : "Parent by, for",
			picker->kind == PICK_FIELD
				? mapping_sample(page)->columns[picker->column].name
				: picker->field);
	x += 2 + screen_text(board->screen, area.y, x + 2, 6, STYLE_LABEL, "Find");
	table_draw(&picker->table, board->screen,
		(struct area){ area.y + 1, 0, area.rows - 1, area.cols }, true);
	if (picker->table.count == 0)
		screen_text(board->screen, area.y + 2, 2, area.cols - 4, STYLE_TEXT,
			"Nothing has these letters in its name");
	line_draw(&picker->typed, board->screen, area.y, x + 1, area.cols - x - 2, STYLE_FIELD_ON,
		picker->table.count == 0, false);
}

/* Letters narrow the list down; everything else moves in it. */
static bool key(struct board *board, int pressed)
{
	struct mapping_page *page = board->mapping;
	struct mapping_picker *picker = page->picker;
	bool letter = pressed >= ' ' && pressed <= 0x10ffff;

	if (pressed == K_ESC && !line_empty(&picker->typed)) {
		line_set(&picker->typed, "");
		narrow(page);
		return true;
	}
	if (!letter && pressed != K_BACKSPACE)
		return table_key(&picker->table, pressed);
	if (line_key(&picker->typed, pressed)) {
		narrow(page);
		table_select(&picker->table, 0);
	}
	return true;
}

static bool typing(struct board *board)
{
	return board->mapping->picker != NULL;
}

static void close_page(struct board *board)
{
	struct mapping_picker *picker = board->mapping->picker;

	if (!picker)
		return;
	line_free(&picker->typed);
	describe_free(picker->parent);
	free(picker->rows);
	free(picker);
	board->mapping->picker = NULL;
}

void mapping_pick_open(struct board *board, enum mapping_pick kind, const char *field, int column,
	struct describe *parent)
{
	struct mapping_page *page = board->mapping;
	struct mapping_picker *picker = calloc(1, sizeof(*picker));
	size_t most;

	if (!picker || page->picker) {
		describe_free(parent);
		free(picker);
		return;
	}
	page->picker = picker;
	picker->kind = kind;
	picker->column = column;
	picker->parent = parent;
	text_copy(picker->field, sizeof(picker->field), field);
	line_init(&picker->typed, TYPED_MAX, false);
	most = kind == PICK_COLUMN ? (size_t)mapping_sample(page)->column_count
				   : fields_of(page)->field_count;
	picker->rows = calloc(most + 1, sizeof(*picker->rows));
	if (!picker->rows) {
		close_page(board);
		return;
	}
	table_init(&picker->table, kind == PICK_COLUMN ? column_columns : field_columns,
		(int)ARRAY_SIZE(field_columns), cell_of, board);
	narrow(page);
	select_likely(page);
	board->notice[0] = '\0';
	board_open_page(board, &mapping_pick_ops);
}

static const struct key_binding keys[] = {
	{ K_ENTER, "take", "Take", "Take the one the cursor is on", BIND_LINE, do_take },
	{ K_ESC, "back", "Back", "Wipe what was typed, then go back", BIND_LINE, do_back },
	{ 0 },
};

static void place(const struct board *board, char *out, size_t size)
{
	const struct mapping_page *page = board->mapping;
	const struct mapping_picker *picker = page ? page->picker : NULL;

	if (!picker)
		return;
	if (picker->kind == PICK_FIELD)
		text_copy(out, size, mapping_sample(page)->columns[picker->column].name);
	else
		text_copy(out, size, picker->field);
}

const struct page_ops mapping_pick_ops = {
	.name = "Mapping: choose",
	.about = "Letters narrow the list down, Up and Down move in it, Enter takes. Esc first "
		 "wipes "
		 "what was typed, then goes back.",
	.keys = keys,
	.place = place,
	.draw = draw,
	.key = key,
	.typing = typing,
	.close = close_page,
};
