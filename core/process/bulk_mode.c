/* bulk_mode.c — both ways of sending must leave the same record; where Bulk would not, it is not
 * chosen. */

#include "base/base.h"
#include "process/bulk_mode.h"
#include "base/clock.h"
#include "base/text.h"
#include "salesforce/bulk_sheet.h"

/* ---- keys ---- */

static const struct mapping_entry *entry_of_column(
	const struct interface *interface, const char *column)
{
	for (size_t i = 0; i < interface->mapping.count; i++) {
		const struct mapping_entry *entry = &interface->mapping.entries[i];

		if (entry->kind == MAPPING_COLUMN && text_equal_fold(entry->text, column))
			return entry;
	}
	return NULL;
}

/* Are records found by external_id, not by an Id that the rows hold? */
static bool finds_by_key(const struct interface *interface)
{
	return interface->operation == OPERATION_UPSERT || interface_looks_up(interface);
}

int bulk_keys(struct text_list *keys, const struct interface *interface, struct err *err)
{
	bool ok = true;

	*keys = (struct text_list){ NULL, 0 };
	/* Result files hold what was sent: a Delete the Ids alone. */
	if (finds_by_key(interface) && interface->operation != OPERATION_DELETE)
		return interface_key_fields(keys, interface->external_id, err);
	if (interface->operation != OPERATION_INSERT)
		ok = text_list_add(keys, "Id");
	for (size_t i = 0;
		ok && interface->operation == OPERATION_INSERT && i < interface->row_key.count;
		i++) {
		const struct mapping_entry *entry =
			entry_of_column(interface, interface->row_key.items[i]);

		ok = entry && text_list_add(keys, entry->field);
	}
	if (ok)
		return 0;
	text_list_free(keys);
	return err_nomem(err);
}

/* Comes a value of the field back as the text that was sent? */
static bool is_text(const struct describe *describe, const char *name)
{
	const struct field *field = describe_field(describe, name);

	if (strchr(name, '.') || text_equal_fold(name, "Id"))
		return true;
	switch (field ? field->type : FIELD_OTHER) {
	case FIELD_STRING:
	case FIELD_TEXTAREA:
	case FIELD_EMAIL:
	case FIELD_PHONE:
	case FIELD_URL:
	case FIELD_PICKLIST:
	case FIELD_COMBOBOX:
	case FIELD_REFERENCE:
	case FIELD_ID:
		return true;
	default:
		return false;
	}
}

static void check_insert_key(char why[BULK_OBSTACLE_MAX], const struct interface *interface,
	const struct describe *describe)
{
	if (interface->row_key.count == 0)
		snprintf(why, BULK_OBSTACLE_MAX,
			"an Insert without row_key: no column tells rows apart");
	for (size_t i = 0; i < interface->row_key.count; i++) {
		const char *column = interface->row_key.items[i];
		const struct mapping_entry *entry = entry_of_column(interface, column);

		if (!entry || !is_text(describe, entry->field))
			snprintf(why, BULK_OBSTACLE_MAX,
				"the row_key column %.30s is mapped to no text field", column);
	}
}

/* ---- settings ---- */

static const char *binary_field(const struct interface *interface, const struct describe *describe)
{
	for (size_t i = 0; i < interface->mapping.count; i++) {
		const char *name = interface->mapping.entries[i].field;
		const struct field *field = describe_field(describe, name);

		if (field && field->type == FIELD_BASE64)
			return name;
	}
	return NULL;
}

static void check_key(char why[BULK_OBSTACLE_MAX], const struct interface *interface,
	const struct describe *describe)
{
	struct text_list fields = { NULL, 0 };

	if (interface->operation == OPERATION_INSERT)
		check_insert_key(why, interface, describe);
	else if (finds_by_key(interface))
		interface_key_fields(&fields, interface->external_id, NULL);
	for (size_t i = 0; i < fields.count; i++)
		if (!is_text(describe, fields.items[i]))
			snprintf(why, BULK_OBSTACLE_MAX, "the external ID %.40s is no text",
				fields.items[i]);
	text_list_free(&fields);
}

void bulk_obstacle(char why[BULK_OBSTACLE_MAX], const struct interface *interface,
	const struct describe *describe)
{
	const char *binary = binary_field(interface, describe);
	const char *words = "";

	if (interface->on_error == ON_ERROR_STOP)
		words = "rows are sent in order (on_error = \"Stop\")";
	else if (interface->all_or_none)
		words = "packets are all or none (all_or_none)";
	else if (interface->auto_assign)
		words = "assignment rules are to run (auto_assign)";
	else if (interface->allow_duplicates)
		words = "duplicates are to be saved (allow_duplicates)";
	else if (interface->operation == OPERATION_UPSERT && interface->unique_key_assumed)
		words = "the external ID is not unique (unique_key = \"assumed\")";
	else if (interface_upserts_by_id(interface) ||
		 (interface_looks_up(interface) && mapping_find(&interface->mapping, "Id")))
		words = "rows may have a Salesforce Id of their own (Id is mapped)";
	text_copy(why, BULK_OBSTACLE_MAX, words);
	if (!why[0] && binary)
		snprintf(why, BULK_OBSTACLE_MAX, "%.40s holds binary data", binary);
	if (!why[0])
		check_key(why, interface, describe);
}

/* ---- rows ---- */

static int look_at(const char **why, struct bulk_sheet *sheet, const struct packet_out *packet,
	struct err *err)
{
	int rc = 0;

	for (int i = 0; i < packet->rows && rc == 0; i++)
		if (row_set_has(&packet->due, i))
			rc = bulk_sheet_read(
				sheet, packet->records[i], packet->record_lens[i], true, why, err);
	return rc;
}

int bulk_row_obstacle(const char **why, struct view *view, int64_t run,
	const struct interface *interface, struct err *err)
{
	struct bulk_sheet *sheet = NULL;
	struct text_list keys = { NULL, 0 };
	int64_t after = 0;
	bool ids_come_later =
		interface_looks_up(interface) && interface->operation == OPERATION_DELETE;
	int rc = ids_come_later ? 0 : bulk_keys(&keys, interface, err);

	*why = NULL;
	if (!rc)
		rc = bulk_sheet_new(&sheet, interface->operation, &keys, err);
	while (!rc) {
		struct packet_out packet;

		rc = view_packet_due(&packet, view, run, after, clock_now(), NULL, err);
		if (rc)
			break;
		after = packet.packet;
		rc = look_at(why, sheet, &packet, err);
		packet_out_free(&packet);
	}
	bulk_sheet_free(sheet);
	text_list_free(&keys);
	if (rc == -ERR_NOT_FOUND)
		err_clear(err);
	return rc > 0 || rc == -ERR_NOT_FOUND ? 0 : rc;
}

/* ---- the choice ---- */

static int count_rows(
	int64_t *rows, struct view *view, const struct mode_spec *spec, struct err *err)
{
	struct run_info info;
	int rc = view_run(&info, view, spec->run, err);

	*rows = rc ? 0 : info.counts.pending;
	return rc;
}

/* Until the threshold is passed, or nothing more comes. */
static int count_enough(
	int64_t *rows, bool *all, struct view *view, const struct mode_spec *spec, struct err *err)
{
	int64_t seen = 0;

	for (;;) {
		int rc;

		*all = !spec->intake || intake_over(spec->intake);
		rc = count_rows(rows, view, spec, err);
		if (rc || *all || *rows > spec->interface->threshold)
			return rc;
		if (atomic_load(watch_ends(spec->watch)))
			return err_set(err, ERR_INTERRUPTED, "stopped");
		if (!intake_more(spec->intake, &seen))
			http_turn(spec->http, 1000);
	}
}

static int choose_by_count(enum transfer_mode *mode, char why[MODE_WHY_MAX], struct view *view,
	const struct mode_spec *spec, struct err *err)
{
	int threshold = spec->interface->threshold;
	const char *obstacle = NULL;
	int64_t rows;
	bool all;
	int rc = count_enough(&rows, &all, view, spec, err);

	if (rc)
		return rc;
	if (rows <= threshold && spec->intake && intake_result(spec->intake, NULL))
		return 0; /* there may be more, once reading goes on */
	if (rows > threshold)
		rc = bulk_row_obstacle(&obstacle, view, spec->run, spec->interface, err);
	if (rc)
		return rc;
	*mode = rows > threshold && !obstacle ? TRANSFER_BULK : TRANSFER_COLLECTIONS;
	if (obstacle)
		snprintf(why, MODE_WHY_MAX, "Auto: a row has no place in a CSV file: %.80s",
			obstacle);
	else if (rows > threshold)
		snprintf(why, MODE_WHY_MAX, "Auto: more than %d rows", threshold);
	else
		snprintf(why, MODE_WHY_MAX, "Auto: %" PRId64 " rows, which is not above %d", rows,
			threshold);
	return 0;
}

int mode_check(const struct interface *interface, const struct describe *describe, struct err *err)
{
	char obstacle[BULK_OBSTACLE_MAX];

	bulk_obstacle(obstacle, interface, describe);
	if (interface->mode != TRANSFER_BULK || !obstacle[0])
		return 0;
	return err_set(err, ERR_CONFIG,
		"mode: Bulk cannot carry this interface: %s; use Auto or Collections", obstacle);
}

int mode_choose(enum transfer_mode *mode, char why[MODE_WHY_MAX], const struct mode_spec *spec,
	struct err *err)
{
	char obstacle[BULK_OBSTACLE_MAX];
	struct view *view = NULL;
	int rc;

	*mode = spec->interface->mode;
	text_copy(why, MODE_WHY_MAX, "set by the interface");
	if (*mode == TRANSFER_COLLECTIONS)
		return 0;
	if (*mode == TRANSFER_BULK)
		return mode_check(spec->interface, spec->describe, err);
	bulk_obstacle(obstacle, spec->interface, spec->describe);
	if (obstacle[0]) {
		*mode = TRANSFER_COLLECTIONS;
		snprintf(why, MODE_WHY_MAX, "Auto: %s", obstacle);
		return 0;
	}
	rc = view_open(&view, spec->env->home_data, err);
	if (!rc)
		rc = choose_by_count(mode, why, view, spec, err);
	view_close(view);
	return rc;
}
