/* table.c — column widths, scrolling, and the selected row. */

#include "base/base.h"
#include "tui/widget/table.h"

#include "tui/widget/glyph.h"
#include "tui/widget/keys.h"
#include "tui/widget/zone.h"

void table_init(struct table *table, const struct table_column *columns, int count,
	table_cell_of *cell, void *ctx)
{
	*table = (struct table){
		.columns = columns, .column_count = count, .cell = cell, .ctx = ctx, .page = 1
	};
}

/* Scroll so that the cursor is inside of the page. */
static void follow(struct table *table)
{
	if (table->cursor >= table->count)
		table->cursor = table->count - 1;
	if (table->cursor < 0)
		table->cursor = 0;
	if (table->cursor < table->top)
		table->top = table->cursor;
	if (table->cursor >= table->top + table->page)
		table->top = table->cursor - table->page + 1;
	if (table->top > table->count - table->page)
		table->top = table->count - table->page;
	if (table->top < 0)
		table->top = 0;
}

void table_count(struct table *table, int64_t count)
{
	table->count = count;
	follow(table);
}

void table_forget_widths(struct table *table)
{
	memset(table->widest, 0, sizeof(table->widest));
}

void table_select(struct table *table, int64_t row)
{
	table->cursor = row;
	follow(table);
}

bool table_key(struct table *table, int key)
{
	int64_t before = table->cursor;
	int64_t to;

	if (!keys_scroll(&to, key, before, table->page, table->count - 1))
		return false;
	table_select(table, to);
	return table->cursor != before;
}

struct layout {
	bool shown[TABLE_COLUMNS_MAX];
	int width[TABLE_COLUMNS_MAX];
	int gap;
};

static int total_of(const struct table *table, const struct layout *layout)
{
	int total = 0;

	for (int i = 0; i < table->column_count; i++) {
		if (layout->shown[i])
			total += layout->width[i] + layout->gap;
	}
	return total - layout->gap;
}

/* The column that leaves next, or -1. */
static int next_to_drop(const struct table *table, const struct layout *layout)
{
	int found = -1;

	for (int i = 0; i < table->column_count; i++) {
		if (layout->shown[i] && table->columns[i].drop > 0 &&
			(found < 0 || table->columns[i].drop > table->columns[found].drop))
			found = i;
	}
	return found;
}

/* Hand out `spare` columns one by one, to each column up to its goal; what is left comes back. */
static int spread(const struct table *table, struct layout *layout, int spare,
	const int goal[TABLE_COLUMNS_MAX])
{
	bool moved = true;

	while (spare > 0 && moved) {
		moved = false;
		for (int i = 0; i < table->column_count && spare > 0; i++) {
			if (!layout->shown[i] || layout->width[i] >= goal[i])
				continue;
			layout->width[i]++;
			spare--;
			moved = true;
		}
	}
	return spare;
}

/* An unlimited column is what the table is read for: so much of its text comes first. */
#define OPEN_COLS_FIRST 20

enum turn { TURN_OPEN, TURN_LIMITED, TURN_REST };

static int goal_of(const struct table *table, int column, enum turn turn, int cols)
{
	int max = table->columns[column].max;
	int widest = table->widest[column];

	if (turn == TURN_REST)
		return max ? 0 : cols;
	if ((max == 0) != (turn == TURN_OPEN))
		return 0;
	if (max == 0)
		max = OPEN_COLS_FIRST;
	return widest < max ? widest : max;
}

/* As wide as the texts, within bounds; what is left goes to the unlimited ones. */
static void share_out(const struct table *table, struct layout *layout, int cols)
{
	int spare = cols - total_of(table, layout);

	for (enum turn turn = TURN_OPEN; turn <= TURN_REST; turn++) {
		int goal[TABLE_COLUMNS_MAX] = { 0 };

		for (int i = 0; i < table->column_count; i++)
			goal[i] = goal_of(table, i, turn, cols);
		spare = spread(table, layout, spare, goal);
	}
}

/* A column in which nothing was seen so far needs room for its title alone. */
static int least_of(const struct table *table, int column)
{
	int title = (int)strlen(table->columns[column].title);
	int seen = table->widest[column];
	int min = table->columns[column].min;

	if (seen < title)
		seen = title;
	return seen < min ? seen : min;
}

static void lay_out(struct layout *layout, const struct table *table, int cols)
{
	int drop;

	layout->gap = 2;
	for (int i = 0; i < table->column_count; i++) {
		layout->shown[i] = !table->columns[i].lends || table->widest[i] > 0;
		layout->width[i] = least_of(table, i);
	}
	if (total_of(table, layout) > cols)
		layout->gap = 1;
	while (total_of(table, layout) > cols && (drop = next_to_drop(table, layout)) >= 0)
		layout->shown[drop] = false;
	share_out(table, layout, cols);
}

static void measure(struct table *table, struct screen *screen, int rows)
{
	for (int i = 0; i < rows && table->top + i < table->count; i++) {
		for (int c = 0; c < table->column_count; c++) {
			struct table_cell cell = { .text = "" };
			int width;

			table->cell(table->ctx, table->top + i, c, &cell);
			width = glyph_columns(cell.text, screen_ascii(screen));
			if (width > table->widest[c])
				table->widest[c] = width;
		}
	}
}

static void draw_text(
	struct screen *screen, int y, int x, int cols, int style, bool right, const char *text)
{
	if (right)
		screen_right(screen, y, x, cols, style, text);
	else
		screen_text(screen, y, x, cols, style, text);
}

static void draw_titles(const struct table *table, struct screen *screen, struct area area,
	const struct layout *layout)
{
	int x = area.x + 1;

	for (int i = 0; i < table->column_count; i++) {
		if (!layout->shown[i])
			continue;
		draw_text(screen, area.y, x, layout->width[i], STYLE_HEAD, table->columns[i].right,
			table->columns[i].title);
		x += layout->width[i] + layout->gap;
	}
}

static void draw_row(const struct table *table, struct screen *screen, struct area line,
	const struct layout *layout, int64_t row, bool selected)
{
	int flag = selected ? STYLE_SELECTED : 0;
	int x = line.x + 1;
	int lent = 0; /* room of an empty cell that its neighbour takes */

	if (selected) {
		screen_fill(screen, line, STYLE_TEXT | STYLE_SELECTED);
		screen_text(screen, line.y, line.x, 1, STYLE_TEXT | STYLE_SELECTED, ">");
	}
	for (int i = 0; i < table->column_count; i++) {
		struct table_cell cell = { .text = "", .style = STYLE_TEXT };
		int width = layout->width[i];

		if (!layout->shown[i])
			continue;
		table->cell(table->ctx, row, i, &cell);
		if (!cell.text[0] && table->columns[i].lends) {
			lent += width + layout->gap;
			continue;
		}
		draw_text(screen, line.y, x, width + lent, cell.style | flag,
			table->columns[i].right, cell.text);
		x += width + lent + layout->gap;
		lent = 0;
	}
}

void table_draw(struct table *table, struct screen *screen, struct area area, bool on)
{
	struct layout layout;

	table->page = area.rows > 1 ? area.rows - 1 : 1;
	if (table->cols != area.cols)
		table_forget_widths(table);
	table->cols = area.cols;
	follow(table);
	measure(table, screen, table->page);
	lay_out(&layout, table, area.cols - 1);
	draw_titles(table, screen, area, &layout);
	for (int i = 0; i < area.rows - 1 && table->top + i < table->count; i++) {
		struct area line = { area.y + 1 + i, area.x, 1, area.cols };
		int64_t row = table->top + i;

		draw_row(table, screen, line, &layout, row, on && row == table->cursor);
	}
	if (on || table->reach)
		zone_add(screen, (struct area){ area.y + 1, area.x, area.rows - 1, area.cols },
			ZONE_TABLE, table->reach, table);
	if (on && table->count > 0)
		screen_cursor(screen, area.y + 1 + (int)(table->cursor - table->top), area.x);
}
