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

static void step_row(struct board *board, int step)
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
	step_row(ctx, 1);
}

static void do_previous_row(void *ctx, const char *argument)
{
	(void)argument;
	step_row(ctx, -1);
}

/* ---- keys ---- */

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

	if (argument)
		filter_entered(board, argument);
	else
		board_prompt(board, '/', board->mapping->filter,
			"Part of a column's or a field's name; * and ? stand for anything",
			filter_entered);
}

static void do_preview(void *ctx, const char *argument)
{
	struct board *board = ctx;

	(void)argument;
	preview_open(board, &board->mapping->interface);
}

static const struct key_binding keys[] = {
	{ ' ', "row next", "Next row", "Try the mapping on the next row of the source", BIND_LINE,
		do_next_row },
	{ 'b', "row back", "Row before", "Try the mapping on the row before", 0, do_previous_row },
	{ 'v', "preview", "Preview", "Many rows through the mapping as it stands here", BIND_LINE,
		do_preview },
	{ '/', "filter", "Find", "Show only what has these letters in its name", BIND_LINE,
		do_filter },
	{ 0 },
};

static void close_page(struct board *board)
{
	struct mapping_page *page = board->mapping;

	if (!page)
		return;
	mapping_stop_fetch(page);
	trials_forget(&page->trials);
	sample_drop(page->share);
	interface_free_fields(&page->before);
	interface_free_fields(&page->interface);
	connection_free_fields(&page->connection);
	free(page->rows);
	free(page);
	board->mapping = NULL;
}

void mapping_open(struct board *board, const struct interface *interface)
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
	interface_init(&page->before);
	interface_init(&page->interface);
	connection_init(&page->connection);
	mapping_init_tables(board, page);
	if (interface_copy(&page->before, interface, NULL) != 0 ||
		interface_copy(&page->interface, interface, NULL) != 0 ||
		connection_copy(&page->connection, &board->catalog->connections[over].connection,
			NULL) != 0) {
		close_page(board);
		return;
	}
	mapping_fetch(board);
	board_open_page(board, &mapping_ops);
}

const struct page_ops mapping_ops = {
	.name = "Mapping",
	.about = "Left what the source gives, right the fields of the object, a line between those "
		 "that belong together. Marks: key finds the record, ext is an external ID, uni is "
		 "unique, req is required, FAIL says that the row shown would fail.",
	.keys = keys,
	.draw = mapping_draw,
	.key = key,
	.close = close_page,
};
