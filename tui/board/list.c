/* list.c — filter, selection and the selected one's details, for the tabs that list the catalog. */

#include "base/base.h"
#include "tui/board/list.h"

#include "base/text.h"

void list_free(struct list *list)
{
	free(list->rows);
	list->rows = NULL;
}

int list_current(const struct list *list, const struct board *board)
{
	if (!board->catalog || list->table.cursor >= list->table.count)
		return -1;
	return list->rows[list->table.cursor];
}

static int place_of(const struct list *list, const struct board *board, const char *name)
{
	for (int i = 0; i < list->ops->count(board); i++) {
		if (text_equal(list->ops->name(board, i), name))
			return i;
	}
	return -1;
}

int list_shown(struct list *list, const struct board *board)
{
	int place = list_current(list, board);
	int before = place_of(list, board, list->shown);

	if (place >= 0 && board->moving && before >= 0)
		return before;
	if (place >= 0)
		text_copy(list->shown, sizeof(list->shown), list->ops->name(board, place));
	return place;
}

void list_rebuild(struct list *list, const struct board *board)
{
	int total = list->ops->count(board);
	int *rows = calloc((size_t)total + 1, sizeof(*rows));
	char pattern[LIST_FILTER_MAX + 2];
	int count = 0;
	int at = -1;

	if (!rows)
		return;
	snprintf(pattern, sizeof(pattern), "*%s*", list->filter);
	for (int i = 0; i < total; i++) {
		if (list->filter[0] && !list->ops->passes(board, i, pattern))
			continue;
		if (text_equal(list->ops->name(board, i), list->selected))
			at = count;
		rows[count++] = i;
	}
	free(list->rows);
	list->rows = rows;
	table_count(&list->table, count);
	if (at >= 0)
		table_select(&list->table, at);
}

static void remember(struct list *list, const struct board *board)
{
	int place = list_current(list, board);

	if (place >= 0)
		text_copy(list->selected, sizeof(list->selected), list->ops->name(board, place));
}

void list_select(struct list *list, const struct board *board, const char *name)
{
	text_copy(list->selected, sizeof(list->selected), name);
	list->filter[0] = '\0';
	list_rebuild(list, board);
}

void list_set_filter(struct list *list, const struct board *board, const char *filter)
{
	text_copy(list->filter, sizeof(list->filter), filter);
	list_rebuild(list, board);
	remember(list, board);
}

void list_say_none(const struct list *list, struct board *board, const char *what)
{
	if (list->filter[0] && list->ops->count(board))
		board_say(board, STYLE_WARN, "The filter hides all of them: Esc shows them again");
	else
		board_say(board, STYLE_WARN, "Make %s first: press n", what);
}

bool list_key(struct list *list, struct board *board, int key)
{
	if (key == K_ESC && list->filter[0]) {
		list->filter[0] = '\0';
		list_rebuild(list, board);
		return true;
	}
	if (!table_key(&list->table, key))
		return false;
	remember(list, board);
	board_moved(board);
	return true;
}
