/* crumbs.c — the line that tells the way from the tab to the page that is shown. */

#include "base/base.h"
#include "tui/board/crumbs.h"

#include "base/text.h"
#include "tui/widget/glyph.h"
#include "tui/widget/zone.h"

#define CRUMBS_MAX (BOARD_PAGES_MAX + 2)
#define SEPARATOR " > "
#define LEFT_OUT ".."
#define TAB_ITSELF (-1)
/* One on the way does not take more; the place that is shown takes what there is. */
#define CRUMB_COLS_MAX 28

struct crumb {
	char text[128];
	int cols;
	int place; /* pages that stand below it; TAB_ITSELF for the tab without what narrows it */
};

static void add(struct crumb *crumb, const struct board *board, const struct page_ops *page)
{
	text_copy(crumb->text, sizeof(crumb->text), page->name);
	if (page->place)
		page->place(board, crumb->text, sizeof(crumb->text));
}

/* The tab by its name, then what narrows it, then the pages. */
static int list(struct crumb crumbs[CRUMBS_MAX], const struct board *board)
{
	const struct page_ops *tab = board_tabs[board->tab];
	bool ascii = screen_ascii(board->screen);
	int count = 0;

	text_copy(crumbs[count].text, sizeof(crumbs[0].text), tab->name);
	crumbs[count++].place = TAB_ITSELF;
	crumbs[count].text[0] = '\0';
	if (tab->place)
		tab->place(board, crumbs[count].text, sizeof(crumbs[0].text));
	crumbs[count].place = 0;
	count += crumbs[count].text[0] != '\0';
	for (int i = 0; i < board->depth; i++) {
		crumbs[count].place = i + 1;
		add(&crumbs[count++], board, board->pages[i]);
	}
	for (int i = 0; i < count; i++) {
		int cols = glyph_columns(crumbs[i].text, ascii);

		crumbs[i].cols = cols > CRUMB_COLS_MAX && i < count - 1 ? CRUMB_COLS_MAX : cols;
	}
	return count;
}

/* Of those from `first` on, with the sign for what is left out before them. */
static int cols_of(const struct crumb *crumbs, int first, int count)
{
	int cols = first ? (int)strlen(LEFT_OUT) : -(int)strlen(SEPARATOR);

	for (int i = first; i < count; i++)
		cols += (int)strlen(SEPARATOR) + crumbs[i].cols;
	return cols;
}

int crumbs_draw(struct board *board, int y, int x, int cols)
{
	struct screen *screen = board->screen;
	struct crumb crumbs[CRUMBS_MAX];
	int count = list(crumbs, board);
	int end = x + cols;
	int first = 0;

	while (first < count - 1 && cols_of(crumbs, first, count) > cols)
		first++;
	if (first)
		x += screen_text(screen, y, x, end - x, STYLE_TAB, LEFT_OUT);
	for (int i = first; i < count; i++) {
		bool here = i == count - 1;
		int begin;

		if (i)
			x += screen_text(screen, y, x, end - x, STYLE_QUIET, SEPARATOR);
		begin = x;
		x += screen_text(screen, y, x, here ? end - x : crumbs[i].cols,
			here ? STYLE_STRONG : STYLE_TAB, crumbs[i].text);
		zone_add(screen, (struct area){ y, begin, 1, x - begin }, ZONE_PLACE,
			crumbs[i].place, NULL);
	}
	return x;
}

void crumbs_go(struct board *board, int place)
{
	const struct page_ops *tab = board_tabs[board->tab];
	char narrowed[128] = "";

	if (!board_show_depth(board, place > 0 ? place : 0) || place != TAB_ITSELF || !tab->place)
		return;
	tab->place(board, narrowed, sizeof(narrowed));
	if (narrowed[0])
		board_key(board, K_ESC);
}
