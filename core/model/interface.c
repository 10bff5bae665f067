/* interface.c — an interface's life: defaults, deep copy, release, and the words for its choices.
 */

#include "base/base.h"
#include "model/interface.h"

#include "base/text.h"

static const size_t strings[] = {
	offsetof(struct interface, name),
	offsetof(struct interface, description),
	offsetof(struct interface, connection),
	offsetof(struct interface, integration),
	offsetof(struct interface, object),
	offsetof(struct interface, external_id),
	offsetof(struct interface, query),
	offsetof(struct interface, initial_query),
	offsetof(struct interface, after_success),
	offsetof(struct interface, after_failure),
	offsetof(struct interface, reconcile_key),
	offsetof(struct interface, page_by),
	offsetof(struct interface, schedule),
	offsetof(struct interface, watermark_column),
	offsetof(struct interface, watermark_overlap),
};

static char **member(const struct interface *interface, size_t offset)
{
	return (char **)((char *)(uintptr_t)interface + offset);
}

void interface_init(struct interface *interface)
{
	*interface = (struct interface){
		.deployed = true,
		.operation = OPERATION_UPSERT,
		.threshold = INTERFACE_DEFAULT_THRESHOLD,
		.packet = PACKET_ROWS_MAX,
		.parallel = INTERFACE_DEFAULT_PARALLEL,
		.halt = INTERFACE_DEFAULT_HALT,
		.supersede = true,
		.keep_payload = true,
	};
}

void interface_free_fields(struct interface *interface)
{
	if (!interface)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(strings); i++)
		free(*member(interface, strings[i]));
	text_list_free(&interface->row_key);
	mapping_free(&interface->mapping);
	*interface = (struct interface){ 0 };
}

int interface_copy(struct interface *out, const struct interface *from, struct err *err)
{
	struct interface copy = *from;
	int rc = 0;

	/* Nothing of `from` may be freed through the copy: first forget, then duplicate. */
	for (size_t i = 0; i < ARRAY_SIZE(strings); i++)
		*member(&copy, strings[i]) = NULL;
	copy.row_key = (struct text_list){ NULL, 0 };
	copy.mapping = (struct mapping){ NULL, 0 };

	for (size_t i = 0; rc == 0 && i < ARRAY_SIZE(strings); i++) {
		if (!text_set(member(&copy, strings[i]), *member(from, strings[i])))
			rc = err_nomem(err);
	}
	for (size_t i = 0; rc == 0 && i < from->row_key.count; i++) {
		if (!text_list_add(&copy.row_key, from->row_key.items[i]))
			rc = err_nomem(err);
	}
	if (rc == 0)
		rc = mapping_copy(&copy.mapping, &from->mapping, err);
	if (rc < 0) {
		interface_free_fields(&copy);
		return rc;
	}
	interface_free_fields(out);
	*out = copy;
	return 0;
}

int interface_key_fields(struct text_list *fields, const char *external_id, struct err *err)
{
	char *copy = text_dup(external_id);
	char *rest = copy;
	bool ok = copy || !external_id;

	*fields = (struct text_list){ NULL, 0 };
	while (ok && !text_empty(rest)) {
		char *comma = strchr(rest, ',');

		if (comma)
			*comma = '\0';
		ok = text_list_add(fields, text_trim(rest));
		rest = comma ? comma + 1 : NULL;
	}
	free(copy);
	if (ok && fields->count <= KEY_FIELDS_MAX)
		return 0;
	text_list_free(fields);
	return ok ? err_set(err, ERR_CONFIG, "external_id: more than %d fields", KEY_FIELDS_MAX)
		  : err_nomem(err);
}

static bool maps_all(const struct interface *interface)
{
	struct text_list fields;
	bool all = interface_key_fields(&fields, interface->external_id, NULL) == 0;

	for (size_t i = 0; all && i < fields.count; i++)
		all = mapping_find(&interface->mapping, fields.items[i]) != NULL;
	all = all && fields.count > 0;
	text_list_free(&fields);
	return all;
}

bool interface_looks_up(const struct interface *interface)
{
	switch (interface->operation) {
	case OPERATION_UPDATE:
	case OPERATION_DELETE:
		return maps_all(interface);
	case OPERATION_UPSERT:
		return interface->external_id && strchr(interface->external_id, ',');
	default:
		return false;
	}
}

bool interface_upserts_by_id(const struct interface *interface)
{
	return interface->operation == OPERATION_UPSERT &&
	       !text_equal_fold(interface->external_id, "Id") &&
	       mapping_find(&interface->mapping, "Id");
}

const char *operation_name(enum operation operation)
{
	static const char *const names[] = { "Insert", "Update", "Upsert", "Delete" };

	return (size_t)operation < ARRAY_SIZE(names) ? names[operation] : "?";
}

const char *transfer_mode_name(enum transfer_mode mode)
{
	static const char *const names[] = { "Auto", "Collections", "Bulk" };

	return (size_t)mode < ARRAY_SIZE(names) ? names[mode] : "?";
}

const char *on_error_name(enum on_error on_error)
{
	return on_error == ON_ERROR_STOP ? "Stop" : "Continue";
}

const char *null_policy_name(enum null_policy nulls)
{
	return nulls == NULL_CLEAR ? "clear" : "keep";
}

const char *mapping_kind_name(enum mapping_kind kind)
{
	static const char *const names[] = { "column", "value", "formula" };

	return (size_t)kind < ARRAY_SIZE(names) ? names[kind] : "?";
}
