/* mapping_undo.c — the mapping as it was before each change of it, and the way back. */

#include "base/base.h"
#include "tui/board/mapping_private.h"

#include "base/text.h"

static void state_free(struct mapping_state *state)
{
	mapping_free(&state->mapping);
	free(state->external_id);
	*state = (struct mapping_state){ { NULL, 0 }, NULL };
}

/* False when memory is short; *out is then empty. */
static bool state_of(struct mapping_state *out, const struct interface *interface)
{
	*out = (struct mapping_state){ { NULL, 0 }, NULL };
	if (mapping_copy(&out->mapping, &interface->mapping, NULL) == 0 &&
		text_set(&out->external_id, interface->external_id))
		return true;
	state_free(out);
	return false;
}

static bool is_now(const struct mapping_state *state, const struct interface *interface)
{
	return mapping_version(&state->mapping) == mapping_version(&interface->mapping) &&
	       text_equal(state->external_id, interface->external_id);
}

void mapping_undo_note(struct mapping_page *page)
{
	struct mapping_undo *undo = &page->undo;
	struct mapping_state now;

	if (undo->begun && is_now(&undo->now, &page->interface))
		return;
	if (!state_of(&now, &page->interface))
		return;
	if (undo->begun && undo->count == MAPPING_UNDO_MAX) {
		state_free(&undo->past[0]);
		memmove(&undo->past[0], &undo->past[1],
			(MAPPING_UNDO_MAX - 1) * sizeof(undo->past[0]));
		undo->count--;
	}
	if (undo->begun)
		undo->past[undo->count++] = undo->now;
	undo->now = now;
	undo->begun = true;
}

/* The field of the first line in which two mappings differ; "" = they are the same. */
static const char *first_difference(const struct mapping *now, const struct mapping *then)
{
	for (size_t i = 0; i < then->count; i++) {
		const struct mapping_entry *a = &then->entries[i];
		const struct mapping_entry *b = i < now->count ? &now->entries[i] : NULL;

		if (!b || !text_equal(a->field, b->field) || !text_equal(a->text, b->text) ||
			a->kind != b->kind || a->nulls != b->nulls)
			return a->field;
	}
	return "";
}

void mapping_undo_do(struct board *board)
{
	struct mapping_page *page = board->mapping;
	struct mapping_undo *undo = &page->undo;
	struct mapping_state *before = undo->count ? &undo->past[undo->count - 1] : NULL;
	char field[FIELD_NAME_MAX];

	if (!before) {
		board_say(board, STYLE_TEXT, "There is nothing to undo");
		return;
	}
	text_copy(
		field, sizeof(field), first_difference(&page->interface.mapping, &before->mapping));
	if (mapping_copy(&page->interface.mapping, &before->mapping, NULL) != 0 ||
		!text_set(&page->interface.external_id, before->external_id))
		return;
	state_free(&undo->now);
	undo->now = *before;
	undo->count--;
	mapping_altered(board, field);
	if (undo->count)
		board_say(board, STYLE_OK, "Undone; %d more can be", undo->count);
	else
		board_say(board, STYLE_OK, "Undone; that was the first change here");
}

void mapping_undo_forget(struct mapping_page *page)
{
	state_free(&page->undo.now);
	while (page->undo.count)
		state_free(&page->undo.past[--page->undo.count]);
	page->undo.begun = false;
}
