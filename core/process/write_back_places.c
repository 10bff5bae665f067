/* write_back_places.c — which value goes into which place of a write-back statement. */

#include "base/base.h"
#include "process/write_back_private.h"
#include "base/text.h"

static const char *const own_names[OWN_COUNT + 1] = {
	[OWN_SALESFORCE_ID] = "salesforce_id",
	[OWN_STATUS] = "status",
	[OWN_CODE] = "code",
	[OWN_COMMENT] = "comment",
};

static int own_of(const struct place *place)
{
	for (int i = 0; !place->quoted && i < OWN_COUNT; i++)
		if (text_equal_fold(place->name, own_names[i]))
			return i;
	return -1;
}

static int column_of(const char *name, const struct column *columns, int count)
{
	for (int i = 0; i < count; i++)
		if (text_equal_fold(columns[i].name, name))
			return i;
	return -1;
}

static int unknown(
	const char *key, const char *name, const struct column *columns, int count, struct err *err)
{
	const char *names[COLUMNS_MAX + OWN_COUNT + 1] = { NULL };
	const char *near;
	int at = 0;

	for (int i = 0; i < count && i < COLUMNS_MAX; i++)
		names[at++] = columns[i].name;
	for (int i = 0; i < OWN_COUNT; i++)
		names[at++] = own_names[i];
	near = text_nearest(name, names);
	err_set(err, ERR_CONFIG,
		"%s: the query gives no column for :%s%s%s (and it is none of salesforce_id, "
		"status, code, comment)",
		key, name, near ? ": did you mean :" : "", near ? near : "");
	if (err)
		text_copy(err->code, sizeof(err->code), key);
	return -ERR_CONFIG;
}

int write_back_places(struct bound_places *out, const char *key, const char *sql,
	const struct column *columns, int count, struct err *err)
{
	int rc = places_parse(&out->places, sql, err);

	if (rc) {
		err_prefix(err, "%s", key);
		if (err)
			text_copy(err->code, sizeof(err->code), key);
	}
	for (int i = 0; !rc && i < out->places.count; i++) {
		const struct place *place = &out->places.items[i];
		int own = own_of(place);

		out->own[i] = own >= 0;
		out->index[i] = own >= 0 ? own : column_of(place->name, columns, count);
		if (out->index[i] < 0)
			rc = unknown(key, place->name, columns, count, err);
	}
	return rc;
}

static struct cell text_cell(const char *text)
{
	if (text_empty(text))
		return (struct cell){ NULL, 0, NULL };
	return (struct cell){ text, (uint32_t)strlen(text), NULL };
}

static struct cell own_cell(const struct unwritten_row *row, int own)
{
	bool completed = row->status == MESSAGE_COMPLETED;

	switch (own) {
	case OWN_SALESFORCE_ID:
		return text_cell(row->salesforce_id);
	case OWN_STATUS:
		return text_cell(message_status_name(row->status));
	case OWN_CODE:
		return text_cell(row->code);
	default:
		if (completed && text_empty(row->comment))
			return text_cell(row->outcome);
		return text_cell(row->comment);
	}
}

int write_back_cells(struct cell *out, const struct bound_places *bound,
	const struct unwritten_row *row, struct cell *scratch, int columns, struct err *err)
{
	if (!source_row_decode(scratch, columns, row->source, row->source_len))
		return err_set(err, ERR_STORE, "the store is damaged: a source row is none");
	for (int i = 0; i < bound->places.count; i++)
		out[i] = bound->own[i] ? own_cell(row, bound->index[i]) : scratch[bound->index[i]];
	return 0;
}

/* ---- what `interface check` asks ---- */

int process_check_write_back(
	const struct interface *interface, const struct column *columns, int count, struct err *err)
{
	const struct {
		const char *key, *sql;
	} statements[] = { { "after_success", interface->after_success },
		{ "after_failure", interface->after_failure } };
	int rc = 0;

	for (size_t i = 0; !rc && i < ARRAY_SIZE(statements); i++) {
		struct bound_places bound = { .places = { .sql = NULL } };

		if (text_empty(statements[i].sql))
			continue;
		rc = write_back_places(
			&bound, statements[i].key, statements[i].sql, columns, count, err);
		places_free(&bound.places);
	}
	return rc;
}

int process_write_back_columns(struct text_list *names, const char *sql)
{
	struct places places = { .sql = NULL };
	int rc = places_parse(&places, sql, NULL);

	for (int i = 0; !rc && i < places.count; i++) {
		bool known = own_of(&places.items[i]) >= 0;

		for (size_t k = 0; !known && k < names->count; k++)
			known = text_equal_fold(names->items[k], places.items[i].name);
		if (!known && !text_list_add(names, places.items[i].name))
			rc = err_nomem(NULL);
	}
	places_free(&places);
	return rc;
}
