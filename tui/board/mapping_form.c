/*
 * mapping_form.c — one line of the mapping typed by hand: a constant, a formula, or a column by its
 * name. Each change is tried at once on the row that the editor looks at.
 */

#include "base/base.h"
#include "tui/board/mapping_private.h"

#include "base/text.h"
#include "process/formula.h"

#include <ctype.h>

enum { F_KIND, F_TEXT, F_NULLS, F_TAKE, F_CANCEL, F_COUNT };

struct mapping_form {
	struct form form;
	char field[FIELD_NAME_MAX];
	struct trials trials;
	bool touched;
};

static const char *const kinds[] = { [MAPPING_COLUMN] = "Column",
	[MAPPING_VALUE] = "Constant",
	[MAPPING_FORMULA] = "Formula",
	NULL };
static const char *const null_words[] = {
	[NULL_KEEP] = "leaves the field alone", [NULL_CLEAR] = "clears it", NULL
};

static bool may_be_null(const struct form *form)
{
	return form->fields[F_KIND].choice != MAPPING_VALUE;
}

static const struct field_spec specs[F_COUNT] = {
	[F_KIND] = { FIELD_CHOICE, "kind", "Filled from", NULL, kinds },
	[F_TEXT] = { FIELD_LINES, "text", "Text", NULL, .max = FORMULA_MAX, .rows = 3 },
	[F_NULLS] = { FIELD_CHOICE, "null", "NULL", NULL, null_words, .shown = may_be_null },
	[F_TAKE] = { FIELD_BUTTON, NULL, "Take" },
	[F_CANCEL] = { FIELD_BUTTON, NULL, "Cancel" },
};

static const char nothing_yet[] = "Nothing is typed yet";

/* A constant may be empty; a column and a formula are still to be typed then. */
static bool is_blank(const struct form *form)
{
	return !*form_text(form, F_TEXT) && form->fields[F_KIND].choice != MAPPING_VALUE;
}

static void try_line(struct board *board)
{
	struct mapping_page *page = board->mapping;
	struct mapping_form *form = page->form;
	const char *text = form_text(&form->form, F_TEXT);
	enum mapping_kind kind = (enum mapping_kind)form->form.fields[F_KIND].choice;
	struct interface line; /* of one line */

	interface_init(&line);
	line.operation = OPERATION_INSERT;
	if (!is_blank(&form->form) &&
		mapping_add(&line.mapping, form->field, kind, text,
			(enum null_policy)form->form.fields[F_NULLS].choice, NULL) == 0)
		trials_ask(board, &form->trials, page->share, &line, page->sample_row);
	else
		trials_forget(&form->trials);
	interface_free_fields(&line);
}

static void take(struct board *board)
{
	struct mapping_page *page = board->mapping;
	struct form *form = &page->form->form;
	enum mapping_kind kind = (enum mapping_kind)form->fields[F_KIND].choice;
	char field[FIELD_NAME_MAX];

	if (is_blank(form)) {
		form_fail(form, F_TEXT, nothing_yet);
		return;
	}
	text_copy(field, sizeof(field), page->form->field);
	page->side = SIDE_FIELDS;
	if (mapping_set(page, field, kind, form_text(form, F_TEXT),
		    (enum null_policy)form->fields[F_NULLS].choice))
		mapping_altered(board, field);
	board_close_page(board);
}

static bool press(struct board *board, int field)
{
	if (field != F_TAKE)
		return false;
	take(board);
	return true;
}

static bool key(struct board *board, int pressed)
{
	struct mapping_form *form = board->mapping->form;
	bool typed = false;
	bool ours = board_form_key(board, &form->form, &typed, pressed, press);

	if (typed) {
		form->touched = true;
		try_line(board);
	}
	return ours;
}

static bool typing(struct board *board)
{
	return board->mapping->form && form_types_text(&board->mapping->form->form);
}

/* ---- what helps while a formula is typed ---- */

static bool in_name(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* The name that ends at `at`, as offset and length. */
static size_t name_before(const char *text, size_t at, size_t *len)
{
	size_t from = at;

	while (from > 0 && in_name(text[from - 1]))
		from--;
	*len = at - from;
	return from;
}

/* The function whose brackets `at` is in. */
static size_t call_around(const char *text, size_t at, size_t *len)
{
	int depth = 0;

	for (*len = 0; at > 0; at--) {
		depth += (text[at - 1] == ')') - (text[at - 1] == '(');
		if (depth < 0)
			return name_before(text, at - 1, len);
	}
	return 0;
}

static const struct formula_doc *find_doc(const char *name, size_t len)
{
	const struct formula_doc *doc;

	for (size_t i = 0; len && (doc = formula_doc(i)); i++) {
		if (strlen(doc->name) == len && strncasecmp(doc->name, name, len) == 0)
			return doc;
	}
	return NULL;
}

/* Functions that begin with what is typed; false when there are none. */
static bool list_functions(char *out, size_t size, const char *name, size_t len)
{
	const struct formula_doc *doc;
	size_t used = 0;

	for (size_t i = 0; len && (doc = formula_doc(i)) && used < size; i++) {
		if (strncasecmp(doc->name, name, len) == 0)
			used += (size_t)snprintf(
				out + used, size - used, "%s%s", used ? "  " : "", doc->usage);
	}
	return used > 0;
}

/* What the function is that the cursor is at, or what could become of the letters there. */
static void hint(char *out, size_t size, const struct form *form)
{
	const struct line *line = &form->fields[F_TEXT].line;
	const char *text = line_text(line);
	const struct formula_doc *doc;
	size_t len, from = name_before(text, line->at, &len);

	out[0] = '\0';
	doc = find_doc(text + from, len);
	if (!doc && list_functions(out, size, text + from, len))
		return;
	if (!doc) {
		from = call_around(text, line->at, &len);
		doc = find_doc(text + from, len);
	}
	if (doc)
		snprintf(out, size, "%s: %s", doc->usage, doc->what);
	else if (!*text)
		text_copy(out, size, "An SQL expression over the columns: round(price * 1.19, 2)");
}

/* The row as name=value. */
static void row_words(struct buf *out, const struct mapping_page *page)
{
	const struct sample *sample = mapping_sample(page);
	const struct cell *cells = sample_row(sample, page->sample_row);

	for (int i = 0; i < sample->column_count; i++) {
		buf_addf(out, "%s%s", i ? "   " : "", sample->columns[i].name);
		if (cells && cells[i].text)
			buf_addf(out, "=%.*s",
				(int)text_utf8_prefix(cells[i].text, strnlen(cells[i].text, 60)),
				cells[i].text);
		else if (cells)
			buf_add_str(out, "=NULL");
	}
}

/* ---- the page ---- */

static int draw_below(struct board *board, struct area area)
{
	struct mapping_page *page = board->mapping;
	struct mapping_form *form = page->form;
	bool formula = form->form.fields[F_KIND].choice == MAPPING_FORMULA;
	const struct trial *trial = trials_of(&form->trials, 0);
	char words[600];
	int y = area.y;
	bool wrong;
	const char *error = form_help(&form->form, &wrong);

	if (wrong)
		y += screen_paragraph(board->screen, area, STYLE_FAIL, error, 0);
	else if (is_blank(&form->form))
		screen_text(board->screen, y++, area.x, area.cols, STYLE_QUIET, nothing_yet);
	else
		y += trial_draw(board, area, trial, trial ? trial->problem : NULL);
	if (formula && y < area.y + area.rows) {
		hint(words, sizeof(words), &form->form);
		screen_text(board->screen, y++, area.x, area.cols, STYLE_QUIET, words);
	}
	return y;
}

static void draw(struct board *board, struct area area)
{
	struct mapping_page *page = board->mapping;
	struct mapping_form *form = page->form;
	struct buf row = BUF_INIT(1u << 20);
	int rows = form_rows(&form->form, area.cols - 2);
	int y = area.y + 1 + rows;
	char words[1000];

	mapping_field_words(words, sizeof(words), page, form->field);
	screen_text(board->screen, area.y, 1, area.cols - 2, STYLE_STRONG, words);
	form_draw(&form->form, board->screen, (struct area){ area.y + 1, 1, rows, area.cols - 2 },
		true);
	screen_sign(board->screen, y++, 0, area.cols, STYLE_RULE, SIGN_RULE);
	y = draw_below(board, (struct area){ y, 1, area.y + area.rows - y, area.cols - 2 });
	row_words(&row, page);
	if (++y < area.y + area.rows) {
		screen_printf(board->screen, y++, 1, area.cols - 2, STYLE_LABEL, "Row %d of %d",
			page->sample_row + 1, mapping_sample(page)->row_count);
		screen_paragraph(board->screen,
			(struct area){ y, 1, area.y + area.rows - y, area.cols - 2 }, STYLE_TEXT,
			buf_str(&row), 0);
	}
	buf_free(&row);
}

static void do_take(void *ctx, const char *argument)
{
	(void)argument;
	take(ctx);
}

static void do_next_row(void *ctx, const char *argument)
{
	struct board *board = ctx;

	(void)argument;
	mapping_step_row(board, 1);
	try_line(board);
}

static void do_back(void *ctx, const char *argument)
{
	(void)argument;
	board_back(ctx);
}

static const struct key_binding keys[] = {
	{ K_F(4), "take", "Take", "Put this line into the mapping", BIND_LINE, do_take },
	{ K_F(3), "row next", "Next row", "Try it on the next row of the source", BIND_LINE,
		do_next_row },
	{ K_ESC, "back", "Back", "Leave; asks when something was typed", BIND_LINE, do_back },
	{ 0 },
};

static bool unsaved(const struct board *board)
{
	return board->mapping->form && board->mapping->form->touched;
}

static void close_page(struct board *board)
{
	struct mapping_form *form = board->mapping->form;

	if (!form)
		return;
	trials_forget(&form->trials);
	form_free(&form->form);
	free(form);
	board->mapping->form = NULL;
}

void mapping_form_open(struct board *board, const char *field, enum mapping_kind kind)
{
	struct mapping_page *page = board->mapping;
	const struct mapping_entry *entry = mapping_find(&page->interface.mapping, field);
	struct mapping_form *form = page->form ? NULL : calloc(1, sizeof(*form));

	if (!form)
		return;
	page->form = form;
	form_init(&form->form, specs, F_COUNT, form);
	text_copy(form->field, sizeof(form->field), field);
	form->form.fields[F_KIND].choice = (int)kind;
	form->form.fields[F_NULLS].choice = (int)mapping_nulls(page, field);
	if (entry && entry->kind == kind)
		form_set_text(&form->form, F_TEXT, entry->text);
	else if (entry && kind == MAPPING_FORMULA && entry->kind == MAPPING_COLUMN)
		form_set_text(&form->form, F_TEXT, entry->text); /* a column is a formula, too */
	form_focus(&form->form, F_TEXT);
	try_line(board);
	board->notice[0] = '\0';
	board_open_page(board, &mapping_form_ops);
}

static void place(const struct board *board, char *out, size_t size)
{
	if (board->mapping && board->mapping->form)
		text_copy(out, size, board->mapping->form->field);
}

const struct page_ops mapping_form_ops = {
	.name = "Mapping: one line",
	.about = "A constant, a formula or a column by its name, tried at each change on the row "
		 "shown. A formula is an SQL expression over the row's columns; `agentboard "
		 "interface formulas` lists the functions.",
	.keys = keys,
	.place = place,
	.draw = draw,
	.key = key,
	.typing = typing,
	.unsaved = unsaved,
	.close = close_page,
};
