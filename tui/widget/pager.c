/* pager.c — wrapping and scrolling passages. */

#include "base/base.h"
#include "tui/widget/pager.h"

#include "base/text.h"
#include "tui/widget/keys.h"

#define PAGER_TEXT_MAX (2u << 20)
/* A longer passage than this is cut: nobody reads it here, and export has it whole. */
#define PASSAGE_MAX (512u << 10)

void pager_init(struct pager *pager, int label_cols)
{
	memset(pager, 0, sizeof(*pager));
	buf_init(&pager->text, PAGER_TEXT_MAX);
	pager->label_cols = label_cols;
}

void pager_free(struct pager *pager)
{
	buf_free(&pager->text);
}

void pager_reset(struct pager *pager)
{
	buf_reset(&pager->text);
	pager->count = 0;
}

void pager_add(struct pager *pager, const char *label, int style, const char *fmt, ...)
{
	char *text = NULL;
	size_t from = pager->text.len;
	va_list args;
	int len;

	if (pager->count == PAGER_PASSAGES_MAX)
		return;
	va_start(args, fmt);
	len = vasprintf(&text, fmt, args);
	va_end(args);
	if (len < 0)
		return;
	buf_add(&pager->text, text, strnlen(text, PASSAGE_MAX));
	buf_add_char(&pager->text, '\0');
	free(text);
	if (pager->text.broken)
		return;
	text_copy(pager->passages[pager->count].label, sizeof(pager->passages[pager->count].label),
		label);
	pager->passages[pager->count].style = style;
	pager->passages[pager->count].from = from;
	pager->count++;
}

bool pager_key(struct pager *pager, int key)
{
	int most = pager->rows > pager->page ? pager->rows - pager->page : 0;
	int64_t to;

	if (!keys_scroll(&to, key, pager->skip, pager->page, most))
		return false;
	pager->skip = (int)to;
	return true;
}

/* Draw one passage whose first line would stand at `first` of the area; returns its lines. */
static int draw_passage(
	struct pager *pager, struct screen *screen, struct area area, int index, int first)
{
	int skip = first < 0 ? -first : 0;
	struct area rest = { area.y + first + skip, area.x + pager->label_cols,
		area.rows - first - skip, area.cols - pager->label_cols };
	int lines;

	if (rest.rows < 0)
		rest.rows = 0;
	if (first >= 0 && first < area.rows)
		screen_text(screen, area.y + first, area.x, pager->label_cols - 1, STYLE_LABEL,
			pager->passages[index].label);
	lines = screen_paragraph(screen, rest, pager->passages[index].style,
		pager->text.data + pager->passages[index].from, skip);
	return lines ? lines : 1;
}

void pager_draw(struct pager *pager, struct screen *screen, struct area area)
{
	int line = -pager->skip;

	for (int i = 0; i < pager->count; i++)
		line += draw_passage(pager, screen, area, i, line);
	pager->rows = line + pager->skip;
	pager->page = area.rows;
	screen_cursor(screen, area.y, area.x);
}
