/* grid.c — aligned columns and folded values within 80 places. */

#include "base/base.h"
#include "tui/command/grid.h"

#include <wchar.h>

#define GAP 2
#define COLUMN_MIN 6

/* One character of UTF-8 text: how many bytes, how many places. Anything odd is one place. */
static size_t character(const char *text, int *places)
{
	static const unsigned char firsts[] = { 0x80, 0xc2, 0xe0, 0xf0 };
	unsigned char c = (unsigned char)*text;
	uint32_t code = c;
	size_t bytes = 1;

	while (bytes < 4 && c >= firsts[bytes])
		bytes++;
	if (c >= 0x80 && c < 0xc2)
		bytes = 1;
	if (bytes > 1 && text_utf8_prefix(text, strnlen(text, bytes)) < bytes)
		bytes = 1;
	*places = 1;
	if (bytes > 1) {
		code = c & (0x7fu >> bytes);
		for (size_t i = 1; i < bytes; i++)
			code = code << 6 | ((unsigned char)text[i] & 0x3f);
		*places = wcwidth((wchar_t)code) >= 0 ? wcwidth((wchar_t)code) : 1;
	}
	return bytes;
}

static int places_of(const char *text)
{
	int sum = 0;

	while (*text) {
		int places;

		text += character(text, &places);
		sum += places;
	}
	return sum;
}

/* Bytes of `text` that take at most `most` places. */
static size_t bytes_within(const char *text, int most)
{
	const char *at = text;

	while (*at) {
		int places;
		size_t bytes = character(at, &places);

		if (places > most)
			break;
		most -= places;
		at += bytes;
	}
	return (size_t)(at - text);
}

/* Control characters, C1 included, and bytes that are no UTF-8 become "?". */
static void print_safe(FILE *to, const char *text, size_t len)
{
	for (size_t i = 0; i < len;) {
		unsigned char c = (unsigned char)text[i];
		int places;
		size_t bytes = character(text + i, &places);
		bool control = c < ' ' || c == 0x7f || (bytes == 1 && c >= 0x80) ||
			       (c == 0xc2 && (unsigned char)text[i + 1] < 0xa0);

		if (control)
			fputc(c == '\n' || c == '\t' ? ' ' : '?', to);
		else
			fwrite(text + i, 1, bytes, to);
		i += bytes;
	}
}

static void print_cell(FILE *to, const char *text, int width, bool last)
{
	int places = places_of(text);

	if (places <= width) {
		print_safe(to, text, strlen(text));
	} else {
		size_t bytes = bytes_within(text, width > 3 ? width - 3 : 0);

		print_safe(to, text, bytes);
		fputs("...", to);
		places = width;
	}
	if (!last)
		fprintf(to, "%*s", width - places + GAP, "");
}

/* No blanks behind the last cell that says something. */
static void print_row(FILE *to, const char *const *cells, const int *widths, int columns)
{
	int last = columns - 1;

	while (last > 0 && !*cells[last])
		last--;
	for (int i = 0; i <= last; i++)
		print_cell(to, cells[i], widths[i], i == last);
	fputc('\n', to);
}

/* Take from the widest column until the line fits. */
static void fit(int *widths, int columns)
{
	for (;;) {
		int sum = (columns - 1) * GAP;
		int widest = 0;

		for (int i = 0; i < columns; i++) {
			sum += widths[i];
			if (widths[i] > widths[widest])
				widest = i;
		}
		if (sum <= GRID_WIDTH || widths[widest] <= COLUMN_MIN)
			return;
		widths[widest]--;
	}
}

void grid_add(struct grid *grid, const char *text)
{
	if (!text_list_add(&grid->cells, text ? text : ""))
		grid->broken = true;
}

void grid_print(FILE *to, struct grid *grid)
{
	int widths[GRID_COLUMNS_MAX];
	int columns = 0;
	size_t rows;

	for (; columns < GRID_COLUMNS_MAX && grid->titles[columns]; columns++)
		widths[columns] = places_of(grid->titles[columns]);
	rows = grid->cells.count / (size_t)columns;
	for (size_t i = 0; i < rows * (size_t)columns; i++) {
		int places = places_of(grid->cells.items[i]);
		int *width = &widths[i % (size_t)columns];

		*width = places > *width ? places : *width;
	}
	fit(widths, columns);
	print_row(to, grid->titles, widths, columns);
	for (size_t row = 0; row < rows; row++)
		print_row(to, (const char *const *)&grid->cells.items[row * (size_t)columns],
			widths, columns);
	if (grid->broken)
		fputs("(out of memory: the list is not complete)\n", to);
	text_list_free(&grid->cells);
	grid->broken = false;
}

/* How much of `text` goes on a line of `room` places: up to a line end or the last blank. */
static size_t line_bytes(const char *text, int room)
{
	size_t most = bytes_within(text, room);
	size_t line = strcspn(text, "\n");
	size_t cut;

	if (line <= most)
		return line;
	if (!text[most])
		return most;
	for (cut = most; cut > 0 && text[cut] != ' '; cut--)
		;
	return cut > 0 ? cut : most;
}

void grid_pair(FILE *to, int width, const char *name, const char *value)
{
	int room = GRID_WIDTH - width;
	bool first = true;

	do {
		size_t len = line_bytes(value, room);

		fprintf(to, "%-*s", len || first ? width : 0, first ? name : "");
		print_safe(to, value, len);
		fputc('\n', to);
		value += len;
		value += *value == '\n' || *value == ' ';
		first = false;
	} while (*value);
}
