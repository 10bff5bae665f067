/*
 * mapping_edit.c — changes of the mapping on the editor's copy, and what brings them into the file.
 * The file gets what differs from what was loaded: what others changed meanwhile stays.
 */

#include "base/base.h"
#include "tui/board/mapping_private.h"

#include "base/text.h"
#include "tui/board/catalog_job.h"
#include "tui/board/interface_form.h"

void mapping_altered(struct board *board, const char *field)
{
	struct mapping_page *page = board->mapping;
	char name[FIELD_NAME_MAX];

	text_copy(name, sizeof(name), field); /* it may be of a row that is about to go */
	mapping_undo_note(page);
	mapping_rebuild(page, name);
	mapping_try(board);
}

bool mapping_set(struct mapping_page *page, const char *field, enum mapping_kind kind,
	const char *text, enum null_policy nulls)
{
	struct mapping *mapping = &page->interface.mapping;
	const struct mapping_entry *found = mapping_find(mapping, field);
	struct mapping_entry *entry;

	if (!found)
		return mapping_add(mapping, field, kind, text, nulls, NULL) == 0;
	entry = &mapping->entries[found - mapping->entries];
	if (!text_set(&entry->text, text))
		return false;
	entry->kind = kind;
	entry->nulls = nulls;
	return true;
}

enum null_policy mapping_nulls(const struct mapping_page *page, const char *field)
{
	const struct mapping_entry *entry = mapping_find(&page->interface.mapping, field);

	return entry ? entry->nulls : page->interface.nulls;
}

void mapping_remove(struct mapping_page *page, int at)
{
	struct mapping *mapping = &page->interface.mapping;
	size_t place = (size_t)at;

	free(mapping->entries[place].field);
	free(mapping->entries[place].text);
	memmove(&mapping->entries[place], &mapping->entries[place + 1],
		(mapping->count - place - 1) * sizeof(*mapping->entries));
	mapping->count--;
}

bool mapping_move(struct mapping_page *page, int at, int by)
{
	struct mapping *mapping = &page->interface.mapping;
	struct mapping_entry moved;
	int to = at + by;

	if (to < 0 || (size_t)to >= mapping->count)
		return false;
	moved = mapping->entries[at];
	mapping->entries[at] = mapping->entries[to];
	mapping->entries[to] = moved;
	return true;
}

void mapping_fill_parent(struct board *board, const struct field *lookup, const char *name)
{
	struct mapping_page *page = board->mapping;
	int at = mapping_fills(&page->interface.mapping, lookup);

	if (at < 0)
		mapping_pick_open(board, PICK_COLUMN, name, -1, NULL);
	else if (text_set(&page->interface.mapping.entries[at].field, name))
		mapping_altered(board, name);
}

/* ---- by name ---- */

struct proposal *mapping_proposal(const struct mapping_page *page)
{
	const struct sample *sample = mapping_sample(page);
	struct proposal *proposal = NULL;

	if (!sample || !sample->describe || !sample->column_count ||
		propose_match(&proposal, sample->columns, sample->column_count, sample->describe,
			NULL) != 0)
		return NULL;
	return proposal;
}

static bool is_taken(const struct mapping_page *page, const struct mapping_entry *proposed)
{
	const struct mapping *mapping = &page->interface.mapping;
	const struct field *field = describe_field(mapping_sample(page)->describe, proposed->field);

	for (size_t i = 0; i < mapping->count; i++) {
		if (mapping->entries[i].kind == MAPPING_COLUMN &&
			text_equal_fold(mapping->entries[i].text, proposed->text))
			return true;
	}
	return !field || mapping_fills(mapping, field) >= 0;
}

void mapping_propose(struct board *board)
{
	struct mapping_page *page = board->mapping;
	struct proposal *proposal = mapping_proposal(page);
	const char *first = NULL;
	int count = 0;

	if (!proposal) {
		board_say(board, STYLE_WARN, "That needs the columns and the fields: see above");
		return;
	}
	for (size_t i = 0; i < proposal->mapping.count; i++) {
		const struct mapping_entry *entry = &proposal->mapping.entries[i];

		if (is_taken(page, entry) || !mapping_set(page, entry->field, MAPPING_COLUMN,
						     entry->text, page->interface.nulls))
			continue;
		first = first ? first : entry->field;
		count++;
	}
	if (text_empty(page->interface.external_id))
		text_set(&page->interface.external_id, proposal->external_id);
	if (count)
		mapping_altered(board, first);
	if (proposal->notes.count)
		board_say(board, count ? STYLE_OK : STYLE_WARN, "%d mapped by name; %s", count,
			proposal->notes.items[0]);
	else
		board_say(board, count ? STYLE_OK : STYLE_WARN,
			count ? "%d mapped by name: look at each"
			      : "No further column has the name of a field",
			count);
	proposal_free(proposal);
}

/* ---- saving ---- */

static void saved(struct board *board, const char *name, const struct err *err)
{
	struct mapping_page *page = board->mapping;
	bool ours = page && page->saving && text_equal(page->interface.name, name);

	if (ours)
		page->saving = false;
	if (err->kind) {
		board_message(board, "Not saved", err->text);
		return;
	}
	if (ours)
		interface_copy(&page->before, &page->sent, NULL);
	board_say(board, STYLE_OK, "Saved '%s'. v previews its rows", name);
}

static void write_file(struct board *board)
{
	struct mapping_page *page = board->mapping;

	if (interface_copy(&page->sent, &page->interface, NULL) != 0)
		return;
	page->saving = true;
	catalog_update_interface(board, &page->before, &page->interface, saved);
}

static void save_answered(
	struct board *board, struct dialog *dialog, enum dialog_event event, void *ctx)
{
	(void)dialog;
	(void)ctx;
	if (event == DIALOG_YES && board->mapping)
		write_file(board);
}

#define TOLD_MAX 4

/* What a person should know before it is in force; how many things that are. */
static int doubts(struct buf *out, const struct mapping_page *page)
{
	const struct mapping *mapping = &page->interface.mapping;
	char missing[400];
	int count = 0;

	if (mapping_missing(missing, sizeof(missing), page)) {
		buf_addf(out, "Required, and not mapped: %s\n", missing);
		count++;
	}
	for (size_t i = 0; i < mapping->count; i++) {
		const char *problem = mapping_problem(page, (int)i);

		if (problem && count++ < TOLD_MAX)
			buf_addf(out, "%s: %.200s\n", mapping->entries[i].field, problem);
	}
	if (!count && page->trials.whole) {
		buf_addf(out, "%s\n", page->trials.whole);
		count++;
	}
	if (count > TOLD_MAX)
		buf_addf(out, "... and %d more\n", count - TOLD_MAX);
	return count;
}

void mapping_save(struct board *board)
{
	struct mapping_page *page = board->mapping;
	struct buf words = BUF_INIT(8192);
	struct err err = ERR_INIT;

	if (page->saving)
		return;
	if (page->in_form) {
		interface_form_take(board, &page->interface);
		board_close_page(board);
	} else if (!mapping_changed(page)) {
		board_say(board, STYLE_OK, "Nothing was changed here");
	} else if (interface_check(&page->interface, &err) != 0) {
		board_message(board, "Not saved", err.text);
	} else if (doubts(&words, page)) {
		buf_add_str(&words, "\nSave it all the same?");
		dialog_confirm(
			&board->dialog, "On the row shown this fails", buf_str(&words), "Save");
		form_set_label(&board->dialog.form, 1, "Go on editing");
		board_ask(board, save_answered, NULL, NULL);
	} else {
		write_file(board);
	}
	buf_free(&words);
}
