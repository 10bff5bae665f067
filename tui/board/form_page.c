/* form_page.c — the keys of pages that are one form. */

#include "base/base.h"
#include "tui/board/state.h"

bool board_form_key(struct board *board, struct form *form, bool *touched, int key,
	bool (*press)(struct board *board, int field))
{
	switch (form_key(form, key)) {
	case FORM_IGNORED:
		return false;
	case FORM_CHANGED:
		*touched = true;
		return true;
	case FORM_PRESSED:
		if (!press(board, form->focus))
			board_back(board);
		return true;
	case FORM_BACK:
		board_back(board);
		return true;
	default:
		return true;
	}
}
