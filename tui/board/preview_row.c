/*
 * preview_row.c — one row of the preview: what each field would be sent, and what describe says of
 * it. A row is taken apart when the cursor comes to it, not at each drawing.
 */

#include "base/base.h"
#include "tui/board/preview_private.h"

#include "base/text.h"
#include "tui/board/field_words.h"

#include <json-c/json.h>

#define FIELDS_MAX 500
#define VALUE_BYTES 400		/* of a value that is shown in the list */
#define RECORD_BYTES (1u << 20) /* a larger record is shown as it is */

enum { COL_FIELD, COL_VALUE, COL_FACTS };

static const struct table_column columns[] = {
	[COL_FIELD] = { "Field", 12, 28, 0, false },
	[COL_VALUE] = { "Sends", 12, 40, 0, false },
	[COL_FACTS] = { "What the org says of it", 12, 0, 0, false },
};

static void cell_of(void *ctx, int64_t row, int column, struct table_cell *out)
{
	struct board *board = ctx;
	const struct preview_page *page = board->preview;
	const struct sent_field *sent = &page->sent[row];

	switch (column) {
	case COL_FIELD:
		text_copy(out->text, sizeof(out->text), sent->name);
		out->style = STYLE_STRONG;
		break;
	case COL_VALUE:
		snprintf(out->text, sizeof(out->text), "%s%s", sent->failed ? "FAIL " : "",
			sent->value ? sent->value : "");
		out->style = sent->failed ? STYLE_FAIL : STYLE_TEXT;
		break;
	default:
		if (sent->field)
			field_facts(out->text, sizeof(out->text), sent->field,
				field_required(sent->field));
		out->style = STYLE_QUIET;
		break;
	}
}

void preview_init_fields(struct board *board)
{
	struct preview_page *page = board->preview;

	page->shown = -1;
	table_init(&page->fields, columns, (int)ARRAY_SIZE(columns), cell_of, board);
}

/* ---- taking apart ---- */

void preview_forget_row(struct preview_page *page)
{
	for (int i = 0; i < page->sent_count; i++)
		free(page->sent[i].value);
	free(page->sent);
	page->sent = NULL;
	page->sent_count = 0;
	page->shown = -1;
}

/* "INVALID_TYPE_ON_FIELD_IN_RECORD: Price: value not ..." is about the field Price. */
static bool is_about(const char *problem, const char *name, const struct field *field)
{
	const char *label = field && !text_empty(field->label) ? field->label : name;
	const char *at = problem ? strstr(problem, ": ") : NULL;

	return at && text_starts(at + 2, label) && text_starts(at + 2 + strlen(label), ": ");
}

static void add_field(struct preview_page *page, const char *name, struct json_object *value)
{
	struct sent_field *sent = &page->sent[page->sent_count++];
	const char *text = json_object_to_json_string_ext(
		value, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	size_t len = strnlen(text, VALUE_BYTES);

	text_copy(sent->name, sizeof(sent->name), text_equal(name, "id") ? "Id" : name);
	sent->value = strndup(text, text_utf8_prefix(text, len));
	sent->field = field_filled(page->preview->describe, sent->name);
	sent->failed = is_about(page->preview->rows[page->shown].problem, sent->name, sent->field);
}

/* A parent by its external ID is an object in the record. */
static void add_member(struct preview_page *page, const char *name, struct json_object *value)
{
	if (!json_object_is_type(value, json_type_object)) {
		add_field(page, name, value);
		return;
	}
	json_object_object_foreach(value, key, inner)
	{
		char whole[164];

		snprintf(whole, sizeof(whole), "%s.%s", name, key);
		if (page->sent_count < FIELDS_MAX)
			add_field(page, whole, inner);
	}
}

static struct json_object *parse(const char *record)
{
	if (!record || strnlen(record, RECORD_BYTES) == RECORD_BYTES)
		return NULL;
	return json_tokener_parse(record);
}

/* Where there is little room, what went wrong is seen. */
static void failed_first(struct preview_page *page)
{
	for (int i = 1; i < page->sent_count; i++) {
		struct sent_field failed = page->sent[i];

		if (!failed.failed)
			continue;
		memmove(&page->sent[1], &page->sent[0], (size_t)i * sizeof(failed));
		page->sent[0] = failed;
		return; /* a row tells its first problem alone */
	}
}

void preview_take_apart(struct board *board)
{
	struct preview_page *page = board->preview;
	int row = (int)page->table.cursor;
	struct json_object *record;

	if (page->shown == row || !page->preview || row >= page->preview->row_count)
		return;
	preview_forget_row(page);
	page->shown = row;
	page->sent = calloc(FIELDS_MAX, sizeof(*page->sent));
	record = parse(page->preview->rows[row].record);
	if (page->sent && json_object_is_type(record, json_type_object)) {
		json_object_object_foreach(record, name, value)
		{
			if (page->sent_count < FIELDS_MAX)
				add_member(page, name, value);
		}
	}
	json_object_put(record);
	failed_first(page);
	table_count(&page->fields, page->sent_count);
	table_forget_widths(&page->fields);
}

/* ---- drawing ---- */

int preview_verdict(char *out, size_t size, const struct preview_row *row)
{
	if (row->problem) {
		snprintf(out, size, "FAIL %s", row->problem);
		return STYLE_FAIL;
	}
	if (row->missing) {
		snprintf(out, size, "WARN a new record lacks %s", row->missing);
		return STYLE_WARN;
	}
	text_copy(out, size, "OK");
	return STYLE_OK;
}

void preview_draw_row(struct board *board, struct area area)
{
	struct preview_page *page = board->preview;
	const struct preview_row *row = &page->preview->rows[page->table.cursor];
	struct area words = { area.y + 1, 1, 2, area.cols - 2 };
	char verdict[700];
	int style = preview_verdict(verdict, sizeof(verdict), row);
	int used;

	screen_sign(board->screen, area.y, 0, area.cols, STYLE_RULE, SIGN_RULE);
	used = screen_paragraph(board->screen, words, style, verdict, 0);
	if (used > words.rows)
		used = words.rows;
	if (page->sent_count)
		table_draw(&page->fields, board->screen,
			(struct area){ words.y + used, 0, area.rows - 1 - used, area.cols }, false);
	else
		screen_paragraph(board->screen,
			(struct area){ words.y + used, 1, area.rows - 1 - used, area.cols - 2 },
			STYLE_TEXT, "No field is sent.", 0);
}

/* ---- the whole row ---- */

static void add_source(struct pager *pager, const struct preview *preview, int row)
{
	char **cells = preview->cells + (size_t)row * (size_t)preview->column_count;

	pager_add(pager, "From the source", STYLE_TEXT, "%s", "");
	for (int i = 0; i < preview->column_count; i++) {
		char label[40];

		snprintf(label, sizeof(label), "  %s", preview->columns[i].name);
		pager_add(pager, label, cells[i] ? STYLE_TEXT : STYLE_QUIET, "%.20000s",
			cells[i] ? cells[i] : "NULL");
	}
}

static void add_sent(struct pager *pager, const struct preview_page *page)
{
	pager_add(pager, "To Salesforce", STYLE_TEXT, "%s", "");
	for (int i = 0; i < page->sent_count; i++) {
		const struct sent_field *sent = &page->sent[i];
		char label[40], facts[600] = "";

		if (sent->field)
			field_facts(facts, sizeof(facts), sent->field, field_required(sent->field));
		snprintf(label, sizeof(label), "  %s", sent->name);
		pager_add(pager, label, sent->failed ? STYLE_FAIL : STYLE_TEXT, "%s%s",
			sent->failed ? "FAIL " : "", sent->value ? sent->value : "");
		if (*facts)
			pager_add(pager, "", STYLE_QUIET, "%s", facts);
	}
}

static void draw_page(struct board *board, struct area area)
{
	if (board->preview && board->preview->paging)
		pager_draw(&board->preview->pager, board->screen,
			(struct area){ area.y + 1, 1, area.rows - 1, area.cols - 2 });
}

static bool page_key(struct board *board, int key)
{
	return board->preview && board->preview->paging && pager_key(&board->preview->pager, key);
}

static void close_row(struct board *board)
{
	if (board->preview && board->preview->paging)
		pager_free(&board->preview->pager);
	if (board->preview)
		board->preview->paging = false;
}

void preview_row_open(struct board *board)
{
	struct preview_page *page = board->preview;
	const struct preview_row *row;
	char verdict[700];
	int style;

	preview_take_apart(board);
	if (page->shown < 0 || page->paging)
		return;
	row = &page->preview->rows[page->shown];
	style = preview_verdict(verdict, sizeof(verdict), row);
	pager_init(&page->pager, 26);
	page->paging = true;
	pager_add(&page->pager, "Row", STYLE_STRONG, "%d of %d, key %s", page->shown + 1,
		page->preview->row_count, text_empty(row->key) ? "(none)" : row->key);
	pager_add(&page->pager, "Verdict", style, "%s", verdict);
	add_source(&page->pager, page->preview, page->shown);
	add_sent(&page->pager, page);
	board_open_page(board, &preview_row_ops);
}

static void do_back(void *ctx, const char *argument)
{
	(void)argument;
	board_close_page(ctx);
}

static const struct key_binding keys[] = {
	{ K_ESC, "back", "Back", "To the rows", BIND_LINE, do_back },
	{ 0 },
};

static void place(const struct board *board, char *out, size_t size)
{
	if (board->preview)
		snprintf(out, size, "row %d", board->preview->shown + 1);
}

const struct page_ops preview_row_ops = {
	.name = "Preview of a row",
	.about = "One row: what the source gave, what would be sent, and what the org says of each "
		 "field.",
	.keys = keys,
	.place = place,
	.draw = draw_page,
	.key = page_key,
	.close = close_row,
};
