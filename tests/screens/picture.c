/*
 * picture.c — one rectangle for each run of equal ground, one text for each run of equal looks,
 * every text stretched to its columns, so that any monospaced font gives the same picture.
 */

#include "screens/picture.h"

#include "base/file.h"
#include "harness/check_main.h"

#define CELL_W 9.0
#define CELL_H 19.0
#define MARGIN 14.0
#define TITLE_H 30.0
#define GROUND "#14181d"
#define INK "#c8cdd3"

struct look {
	char fg[8], bg[8];
	bool bold, underline;
};

/* The colours 16 to 255 as xterm has them. */
static void cube_text(char out[8], int index)
{
	static const int levels[] = { 0, 95, 135, 175, 215, 255 };
	int grey = 8 + (index - 232) * 10;
	int n = index - 16;

	if (index >= 232)
		snprintf(out, 8, "#%02x%02x%02x", grey, grey, grey);
	else
		snprintf(out, 8, "#%02x%02x%02x", levels[n / 36], levels[n / 6 % 6], levels[n % 6]);
}

static void colour_text(
	char out[8], VTermState *state, VTermColor colour, bool is_default, const char *plain)
{
	if (is_default) {
		snprintf(out, 8, "%s", plain);
		return;
	}
	if (VTERM_COLOR_IS_INDEXED(&colour) && colour.indexed.idx >= 16) {
		cube_text(out, colour.indexed.idx);
		return;
	}
	vterm_state_convert_color_to_rgb(state, &colour);
	snprintf(out, 8, "#%02x%02x%02x", colour.rgb.red, colour.rgb.green, colour.rgb.blue);
}

static struct look look_of(struct pty *pty, const VTermScreenCell *cell)
{
	VTermState *state = pty_state(pty);
	struct look look;
	char swap[8];

	memset(&look, 0, sizeof(look));
	colour_text(look.fg, state, cell->fg, VTERM_COLOR_IS_DEFAULT_FG(&cell->fg), INK);
	colour_text(look.bg, state, cell->bg, VTERM_COLOR_IS_DEFAULT_BG(&cell->bg), GROUND);
	if (cell->attrs.reverse) {
		memcpy(swap, look.fg, sizeof(swap));
		memcpy(look.fg, look.bg, sizeof(swap));
		memcpy(look.bg, swap, sizeof(swap));
	}
	look.bold = cell->attrs.bold;
	look.underline = cell->attrs.underline != 0;
	return look;
}

static void write_char(FILE *to, uint32_t c)
{
	if (c == '<')
		fputs("&lt;", to);
	else if (c == '>')
		fputs("&gt;", to);
	else if (c == '&')
		fputs("&amp;", to);
	else
		fprintf(to, "&#%u;", c);
}

static bool blank(const VTermScreenCell *cell)
{
	return !cell->chars[0] || cell->chars[0] == ' ';
}

/* Signs that tile are drawn, so that they join whatever the font. */
static bool draw_tile(FILE *to, uint32_t c, double x, double y, const char *fg)
{
	double mid_x = x + CELL_W / 2;
	double mid_y = y + CELL_H / 2;

	switch (c) {
	case 0x2500:
		fprintf(to, "<path d=\"M%.1f %.1fH%.1f\" stroke=\"%s\"/>\n", x, mid_y, x + CELL_W,
			fg);
		return true;
	case 0x2502:
		fprintf(to, "<path d=\"M%.1f %.1fV%.1f\" stroke=\"%s\"/>\n", mid_x, y, y + CELL_H,
			fg);
		return true;
	case 0x250c:
		fprintf(to, "<path d=\"M%.1f %.1fV%.1fH%.1f\" stroke=\"%s\" fill=\"none\"/>\n",
			mid_x, y + CELL_H, mid_y, x + CELL_W, fg);
		return true;
	case 0x2510:
		fprintf(to, "<path d=\"M%.1f %.1fH%.1fV%.1f\" stroke=\"%s\" fill=\"none\"/>\n", x,
			mid_y, mid_x, y + CELL_H, fg);
		return true;
	case 0x2514:
		fprintf(to, "<path d=\"M%.1f %.1fV%.1fH%.1f\" stroke=\"%s\" fill=\"none\"/>\n",
			mid_x, y, mid_y, x + CELL_W, fg);
		return true;
	case 0x2518:
		fprintf(to, "<path d=\"M%.1f %.1fH%.1fV%.1f\" stroke=\"%s\" fill=\"none\"/>\n", x,
			mid_y, mid_x, y, fg);
		return true;
	case 0x2588:
	case 0x2591:
		fprintf(to,
			"<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\" "
			"fill-opacity=\"%s\"/>\n",
			x, y + 3, CELL_W + 0.2, CELL_H - 6, fg, c == 0x2588 ? "1" : "0.25");
		return true;
	default:
		return false;
	}
}

static void write_row(FILE *to, struct pty *pty, int row, int cols)
{
	double y = TITLE_H + MARGIN + row * CELL_H;

	for (int col = 0; col < cols;) {
		VTermScreenCell cell = pty_cell(pty, row, col);
		struct look look = look_of(pty, &cell);
		double x = MARGIN + col * CELL_W;
		int end = col;

		while (end < cols) {
			VTermScreenCell next = pty_cell(pty, row, end);
			struct look other = look_of(pty, &next);

			if (memcmp(&look, &other, sizeof(look)) != 0)
				break;
			end++;
		}
		if (strcmp(look.bg, GROUND) != 0)
			fprintf(to,
				"<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
				"fill=\"%s\"/>\n",
				x, y, (end - col) * CELL_W + 0.2, CELL_H + 0.2, look.bg);
		for (; col < end; col++) {
			VTermScreenCell one = pty_cell(pty, row, col);
			double at = MARGIN + col * CELL_W;
			int last = col;

			if (blank(&one)) {
				if (look.underline)
					fprintf(to, "<path d=\"M%.1f %.1fh%.1f\" stroke=\"%s\"/>\n",
						at, y + CELL_H - 3.5, CELL_W, look.fg);
				continue;
			}
			if (draw_tile(to, one.chars[0], at, y, look.fg))
				continue;
			while (last + 1 < end) {
				VTermScreenCell next = pty_cell(pty, row, last + 1);

				if (blank(&next) || next.chars[0] >= 0x2500)
					break;
				last++;
			}
			fprintf(to,
				"<text x=\"%.1f\" y=\"%.1f\" textLength=\"%.1f\" "
				"lengthAdjust=\"spacingAndGlyphs\" fill=\"%s\"%s%s>",
				at, y + CELL_H - 5.2, (last - col + 1) * CELL_W, look.fg,
				look.bold ? " font-weight=\"bold\"" : "",
				look.underline ? " text-decoration=\"underline\"" : "");
			for (int i = col; i <= last; i++) {
				VTermScreenCell part = pty_cell(pty, row, i);

				for (int c = 0; c < VTERM_MAX_CHARS_PER_CELL && part.chars[c] &&
						part.chars[c] != (uint32_t)-1;
					c++)
					write_char(to, part.chars[c]);
			}
			fputs("</text>\n", to);
			col = last;
		}
	}
}

static void write_cursor(FILE *to, struct pty *pty)
{
	int row;
	int col;

	pty_cursor(pty, &row, &col);
	fprintf(to, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"2\" fill=\"#e5c07b\"/>\n",
		MARGIN + col * CELL_W, TITLE_H + MARGIN + (row + 1) * CELL_H - 3, CELL_W);
}

void picture_write(struct pty *pty, const char *path, const char *caption)
{
	FILE *to = fopen(path, "w");
	int rows;
	int cols;
	double width;
	double height;

	ck_assert_msg(to != NULL, "cannot write %s", path);
	pty_size(pty, &rows, &cols);
	width = cols * CELL_W + 2 * MARGIN;
	height = rows * CELL_H + 2 * MARGIN + TITLE_H;
	fprintf(to,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" "
		"viewBox=\"0 0 %.0f %.0f\" font-family=\"DejaVu Sans Mono, Menlo, Consolas, "
		"monospace\" font-size=\"15\" xml:space=\"preserve\">\n",
		width, height, width, height);
	fprintf(to, "<title>%s</title>\n", caption);
	fprintf(to, "<rect width=\"%.0f\" height=\"%.0f\" rx=\"8\" fill=\"%s\"/>\n", width, height,
		GROUND);
	fprintf(to,
		"<path d=\"M0 %.0fV8a8 8 0 0 1 8-8H%.0fa8 8 0 0 1 8 8V%.0fz\" fill=\"#232a31\"/>\n",
		TITLE_H, width - 8, TITLE_H);
	fprintf(to,
		"<text x=\"%.0f\" y=\"20\" fill=\"#8b949e\" font-size=\"13\" "
		"text-anchor=\"middle\">%s</text>\n",
		width / 2, caption);
	for (int row = 0; row < rows; row++)
		write_row(to, pty, row, cols);
	write_cursor(to, pty);
	fputs("</svg>\n", to);
	ck_assert_int_eq(fclose(to), 0);
}

/* ---- a story ---- */

#define PICTURE_MAX (1u << 20)

/* The frame's own content: what stands between its outermost tags. */
static void add_frame(FILE *to, const char *path, int index, int count, int seconds)
{
	struct buf file = BUF_INIT(PICTURE_MAX);
	struct err err = ERR_INIT;
	const char *from;
	const char *end;

	ck_ok(file_read(&file, path, &err), &err);
	from = strchr(buf_str(&file), '>');
	end = strstr(buf_str(&file), "</svg>");
	ck_assert(from && end);
	from++;
	if (index == 0) /* the size of all is that of the first */
		fprintf(to, "%.*s", (int)(from - buf_str(&file)), buf_str(&file));
	fprintf(to, "\n<g visibility=\"%s\">\n", index ? "hidden" : "visible");
	fprintf(to,
		"<animate attributeName=\"visibility\" calcMode=\"discrete\" dur=\"%ds\" "
		"repeatCount=\"indefinite\" values=\"hidden;visible;hidden\" "
		"keyTimes=\"0;%.4f;%.4f\"/>\n",
		count * seconds, (double)index / count, (double)(index + 1) / count);
	fprintf(to, "%.*s</g>\n", (int)(end - from), from);
	buf_free(&file);
}

void picture_story(const char *folder, const char *name, const char *const *frames, int seconds)
{
	char path[1024];
	int count = 0;
	FILE *to;

	while (frames[count])
		count++;
	snprintf(path, sizeof(path), "%s/%s.svg", folder, name);
	to = fopen(path, "w");
	ck_assert_msg(to != NULL, "cannot write %s", path);
	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/%s.svg", folder, frames[i]);
		add_frame(to, path, i, count, seconds);
	}
	fputs("</svg>\n", to);
	ck_assert_int_eq(fclose(to), 0);
}
