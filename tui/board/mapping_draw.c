/*
 * mapping_draw.c — two tables side by side with lines between them, and below what there is to know
 * of the line the cursor is on.
 */

#include "base/base.h"
#include "tui/board/mapping_private.h"

#include "base/text.h"

#define PANEL_ROWS 5
#define PANEL_ROWS_SMALL 3
#define SMALL_ROWS 16 /* an area with fewer rows is small */

enum { LEFT_NAME, LEFT_TYPE, LEFT_VALUE };
enum { RIGHT_FIELD, RIGHT_TYPE, RIGHT_MARKS, RIGHT_SENT };

static const struct table_column left_columns[] = {
	[LEFT_NAME] = { "Source", 10, 30, 0, false },
	[LEFT_TYPE] = { "Type", 8, 8, 2, false },
	[LEFT_VALUE] = { "Sample", 6, 0, 1, false },
};

static const struct table_column right_columns[] = {
	[RIGHT_FIELD] = { "Field", 10, 32, 0, false },
	[RIGHT_TYPE] = { "Type", 6, 18, 2, false },
	[RIGHT_MARKS] = { "Marks", 5, 15, 0, false },
	[RIGHT_SENT] = { "Sent", 18, 0, 3, false },
};

/* ---- cells ---- */

static void value_cell(struct table_cell *out, const struct cell *cell)
{
	text_copy(out->text, sizeof(out->text), cell->text ? cell->text : "NULL");
	if (cell->bad)
		text_copy(out->text, sizeof(out->text), cell->bad);
	out->style = cell->bad ? STYLE_FAIL : cell->text ? STYLE_TEXT : STYLE_QUIET;
}

static void column_cell(struct table_cell *out, const struct mapping_page *page, int at, int column)
{
	const struct sample *sample = mapping_sample(page);
	const struct cell *cells = sample_row(sample, page->sample_row);

	if (column == LEFT_NAME) {
		text_copy(out->text, sizeof(out->text), sample->columns[at].name);
		out->style = STYLE_STRONG;
	} else if (column == LEFT_TYPE) {
		mapping_column_type(out->text, sizeof(out->text), &sample->columns[at]);
	} else if (cells) {
		value_cell(out, &cells[at]);
	}
}

/* What fills a field and is no column of the source. */
static void entry_cell(struct table_cell *out, const struct mapping_entry *entry, int column)
{
	bool constant = entry->kind == MAPPING_VALUE;

	if (column == LEFT_NAME) {
		snprintf(out->text, sizeof(out->text), constant ? "\"%s\"" : "%s", entry->text);
		out->style = STYLE_STRONG;
	} else if (column == LEFT_TYPE) {
		text_copy(out->text, sizeof(out->text),
			constant ? "constant" : mapping_kind_name(entry->kind));
		out->style = STYLE_QUIET;
	}
}

static void left_cell(void *ctx, int64_t row, int column, struct table_cell *out)
{
	struct board *board = ctx;
	const struct mapping_page *page = board->mapping;
	const struct mapping_row *at = &page->rows[row];

	if (at->column >= 0)
		column_cell(out, page, at->column, column);
	else if (at->entry >= 0)
		entry_cell(out, &page->interface.mapping.entries[at->entry], column);
}

/* Words in short: the panel says them in full. */
static void marks_cell(struct table_cell *out, const struct mapping_page *page,
	const struct mapping_row *at, const char *name)
{
	const struct field *field = mapping_described(page, at->field);
	bool failed = mapping_problem(page, at->entry) != NULL;
	bool needed = field && mapping_needs(page, field);
	bool plain = !strchr(name, '.');

	snprintf(out->text, sizeof(out->text), "%s%s%s%s", failed ? "FAIL " : "",
		mapping_is_key(page, name)	       ? "key "
		: field && field->external_id && plain ? "ext "
						       : "",
		field && field->unique && plain ? "uni " : "", needed ? "req " : "");
	if (*out->text)
		out->text[strlen(out->text) - 1] = '\0';
	out->style = failed || (needed && at->entry < 0) ? STYLE_FAIL : STYLE_QUIET;
}

static void sent_cell(struct table_cell *out, const struct trial *trial, const char *problem)
{
	if (!trial)
		return;
	text_copy(out->text, sizeof(out->text), trial->sent ? trial->sent : "left alone");
	if (problem)
		text_copy(out->text, sizeof(out->text), problem);
	out->style = problem ? STYLE_FAIL : trial->sent ? STYLE_OK : STYLE_QUIET;
}

static void right_cell(void *ctx, int64_t row, int column, struct table_cell *out)
{
	struct board *board = ctx;
	const struct mapping_page *page = board->mapping;
	const struct mapping_row *at = &page->rows[row];
	const struct field *field = mapping_described(page, at->field);
	const char *name = at->entry >= 0 ? page->interface.mapping.entries[at->entry].field
			   : field	  ? field->name
					  : NULL;

	if (!name)
		return;
	switch (column) {
	case RIGHT_FIELD:
		text_copy(out->text, sizeof(out->text), name);
		out->style = STYLE_STRONG;
		break;
	case RIGHT_TYPE:
		if (field)
			field_type_words(out->text, sizeof(out->text), field);
		break;
	case RIGHT_MARKS:
		marks_cell(out, page, at, name);
		break;
	default:
		if (mapping_sample(page)->row_count)
			sent_cell(out, trials_of(&page->trials, at->entry),
				mapping_problem(page, at->entry));
		break;
	}
}

void mapping_init_tables(struct board *board, struct mapping_page *page)
{
	table_init(&page->tables[SIDE_COLUMNS], left_columns, (int)ARRAY_SIZE(left_columns),
		left_cell, board);
	table_init(&page->tables[SIDE_FIELDS], right_columns, (int)ARRAY_SIZE(right_columns),
		right_cell, board);
}

/* ---- the two tables and the lines between ---- */

/* ----> from a column, -fx-> from a formula, -"-> from a constant. */
static void draw_line(struct board *board, int y, int x, int cols, enum mapping_kind kind)
{
	const char *sign = kind == MAPPING_FORMULA ? "f" : kind == MAPPING_VALUE ? "\"" : NULL;

	screen_sign(board->screen, y, x, cols - 1, STYLE_RULE, SIGN_RULE);
	screen_text(board->screen, y, x + cols - 1, 1, STYLE_KEY, ">");
	if (sign)
		screen_text(board->screen, y, x + (cols - 1) / 2, 1, STYLE_KEY, sign);
}

static void draw_lines(struct board *board, struct area area)
{
	const struct mapping_page *page = board->mapping;
	const struct table *table = &page->tables[SIDE_FIELDS];

	for (int i = 0; i < area.rows - 1 && table->top + i < table->count; i++) {
		int entry = page->rows[table->top + i].entry;

		if (entry >= 0)
			draw_line(board, area.y + 1 + i, area.x, area.cols,
				page->interface.mapping.entries[entry].kind);
	}
}

static void draw_tables(struct board *board, struct area area)
{
	struct mapping_page *page = board->mapping;
	const struct mapping_row *at = mapping_at(page);
	bool joined = at && at->entry >= 0;
	int gap = area.cols >= 100 ? 8 : area.cols >= 76 ? 6 : 5;
	int left = (area.cols - gap) * 46 / 100;
	struct area areas[2] = { { area.y, area.x, area.rows, left },
		{ area.y, left + gap, area.rows, area.cols - left - gap } };
	enum mapping_side other = page->side == SIDE_FIELDS ? SIDE_COLUMNS : SIDE_FIELDS;

	page->tables[other].top = page->tables[page->side].top;
	page->tables[other].reach = other == SIDE_COLUMNS ? K_LEFT : K_RIGHT;
	page->tables[page->side].reach = K_NONE;
	table_draw(&page->tables[other], board->screen, areas[other], joined);
	table_draw(&page->tables[page->side], board->screen, areas[page->side], true);
	draw_lines(board, (struct area){ area.y, left + 1, area.rows, gap - 1 });
}

/* ---- the panel ---- */

void mapping_field_words(char *out, size_t size, const struct mapping_page *page, const char *name)
{
	const struct field *field = mapping_described(page, mapping_find_field(page, name));
	char facts[900];

	if (!field) {
		snprintf(out, size, "%s: %s", name,
			mapping_sample(page)->describe
				? "the object has no such field, or the API user may not see it"
				: "not known while Salesforce could not be asked");
		return;
	}
	field_facts(facts, sizeof(facts), field, mapping_needs(page, field));
	snprintf(out, size, "%s: %s%s", name,
		mapping_is_key(page, name) ? "finds the record; " : "", facts);
}

static const char *nulls_words(const struct mapping_entry *entry)
{
	if (entry->kind == MAPPING_VALUE)
		return "";
	return entry->nulls == NULL_CLEAR ? "; NULL clears the field"
					  : "; NULL leaves the field alone";
}

static void source_words(char *out, size_t size, const struct mapping_page *page,
	const struct mapping_row *at, const struct mapping_entry *entry)
{
	const struct sample *sample = mapping_sample(page);
	const struct column *column = at->column >= 0 ? &sample->columns[at->column] : NULL;
	const struct cell *cells = sample_row(sample, page->sample_row);

	if (column)
		snprintf(out, size, "%s %s%s%s%s", entry ? "from" : "column", column->name,
			cells ? " = " : "",
			!cells			 ? ""
			: cells[at->column].text ? cells[at->column].text
						 : "NULL",
			entry ? nulls_words(entry) : ", not mapped");
	else if (entry && entry->kind == MAPPING_COLUMN)
		snprintf(out, size, "from %s%s", entry->text, nulls_words(entry));
	else if (entry)
		snprintf(out, size, "%s %s%s",
			entry->kind == MAPPING_VALUE ? "constant" : "formula", entry->text,
			nulls_words(entry));
	else
		snprintf(out, size, "not mapped");
}

int trial_draw(
	struct board *board, struct area area, const struct trial *trial, const char *problem)
{
	char words[1000];

	if (!problem) {
		if (!trial)
			screen_text(
				board->screen, area.y, area.x, area.cols, STYLE_BUSY, "trying...");
		else if (mapping_sample(board->mapping)->row_count > 0)
			screen_printf(board->screen, area.y, area.x, area.cols, STYLE_OK, "OK %s%s",
				trial->sent ? "sends " : "sends nothing: the field is left alone",
				trial->sent ? trial->sent : "");
		return 1;
	}
	snprintf(words, sizeof(words), "FAIL %s", problem);
	return screen_paragraph(board->screen, area, STYLE_FAIL, words, 0);
}

/* A small panel keeps its room for what went wrong. */
static void draw_panel(struct board *board, struct area area)
{
	const struct mapping_page *page = board->mapping;
	const struct mapping_row *at = mapping_at(page);
	const struct mapping_entry *entry = mapping_entry_at(page);
	struct area line = { area.y + 1, 1, 1, area.cols - 2 };
	bool small = area.rows <= PANEL_ROWS_SMALL;
	const char *problem;
	char words[1000];

	screen_sign(board->screen, area.y, 0, area.cols, STYLE_RULE, SIGN_RULE);
	if (!at)
		return;
	problem = mapping_problem(page, at->entry);
	if ((entry || page->side == SIDE_FIELDS) && !(small && problem)) {
		mapping_field_words(words, sizeof(words), page, mapping_field_at(page));
		screen_text(board->screen, line.y++, 1, line.cols, STYLE_TEXT, words);
	}
	if ((entry || page->side == SIDE_COLUMNS) && !(small && entry)) {
		source_words(words, sizeof(words), page, at, entry);
		screen_text(board->screen, line.y++, 1, line.cols, STYLE_QUIET, words);
	}
	line.rows = area.y + area.rows - line.y;
	if (entry)
		trial_draw(board, line, trials_of(&page->trials, at->entry), problem);
}

/* ---- the page ---- */

static void draw_head(struct board *board, struct area area)
{
	const struct mapping_page *page = board->mapping;
	const struct interface *interface = &page->interface;
	const struct sample *sample = mapping_sample(page);
	bool by = interface->operation == OPERATION_UPSERT && !text_empty(interface->external_id);
	char right[64] = "";

	if (sample && sample->row_count)
		snprintf(right, sizeof(right), "row %d of %d", page->sample_row + 1,
			sample->row_count);
	if (mapping_changed(page))
		snprintf(right + strlen(right), sizeof(right) - strlen(right), "%snot saved",
			*right ? "  " : "");
	screen_printf(board->screen, area.y, 1, area.cols - 4 - (int)strlen(right), STYLE_STRONG,
		"Mapping of %s: %s %s%s%s", interface->name, operation_name(interface->operation),
		interface->object, by ? " by " : "", by ? interface->external_id : "");
	screen_right(board->screen, area.y, area.cols - 1 - (int)strlen(right), (int)strlen(right),
		mapping_changed(page) ? STYLE_WARN : STYLE_QUIET, right);
}

/* What is in the way of a good mapping, in the order it matters; false when nothing is. */
static bool trouble(char *out, size_t size, const struct mapping_page *page)
{
	const struct sample *sample = mapping_sample(page);
	char missing[400];

	if (sample->source_note)
		snprintf(out, size, "Source: %s", sample->source_note);
	else if (sample->org_note)
		snprintf(out, size, "Salesforce: %s", sample->org_note);
	else if (mapping_missing(missing, sizeof(missing), page))
		snprintf(out, size, "Required, not mapped: %s", missing);
	else if (page->trials.whole)
		snprintf(out, size, "Mapping: %s", page->trials.whole);
	else
		return false;
	return true;
}

void mapping_draw(struct board *board, struct area area)
{
	struct mapping_page *page = board->mapping;
	struct area text = { area.y + 2, 2, area.rows - 2, area.cols - 4 };
	int panel = area.rows < SMALL_ROWS ? PANEL_ROWS_SMALL : PANEL_ROWS;
	int head = 1;
	char words[1000];

	if (!page)
		return;
	screen_cursor(board->screen, area.y, 1);
	draw_head(board, area);
	if (!page->share) {
		screen_paragraph(board->screen, text, page->err.kind ? STYLE_FAIL : STYLE_BUSY,
			page->err.kind
				? page->err.text
				: "Reading the first rows, and asking Salesforce for the fields...",
			0);
		return;
	}
	if (trouble(words, sizeof(words), page))
		screen_text(board->screen, area.y + head++, 1, area.cols - 2, STYLE_FAIL, words);
	draw_tables(board, (struct area){ area.y + head, 0, area.rows - head - panel, area.cols });
	draw_panel(board, (struct area){ area.y + area.rows - panel, 0, panel, area.cols });
}
