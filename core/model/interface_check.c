/*
 * interface_check.c — everything that can be said of an interface without its org or its source.
 * Each function looks for one kind of slip; the table at the end is the order they are told in.
 */

#include "base/base.h"
#include "model/interface.h"

#include "base/cron.h"
#include "base/text.h"
#include "model/problem.h"

#define NAME_RULE "must be letters, digits, - and _, at most %d, and not start with -"

static int check_names(const struct interface *interface, struct err *err)
{
	const struct {
		const char *key, *name;
		bool needed;
	} names[] = {
		{ "name", interface->name, true },
		{ "connection", interface->connection, true },
		{ "integration", interface->integration, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (text_empty(names[i].name)) {
			if (names[i].needed)
				return problem(err, names[i].key, "not set");
		} else if (!model_name_ok(names[i].name)) {
			return problem(err, names[i].key, "\"%s\" " NAME_RULE, names[i].name,
				MODEL_NAME_MAX);
		}
	}
	return 0;
}

/* Letter, then letters, digits and underscores: an API name of an object or a field. */
static bool api_name(const char *text, size_t len)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	static const char more[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

	return len > 0 && len <= 80 && strchr(letters, text[0]) && strspn(text, more) >= len;
}

static int check_object(const struct interface *interface, struct err *err)
{
	if (text_empty(interface->object))
		return problem(err, "object",
			"not set: enter the API name of the Salesforce object, like Account or "
			"Order_Line__c");
	if (!api_name(interface->object, strlen(interface->object)))
		return problem(err, "object",
			"\"%s\" is no API name: see Salesforce Setup > Object Manager",
			interface->object);
	return 0;
}

static int check_entry(const struct mapping_entry *entry, struct err *err)
{
	const char *dot = strchr(entry->field, '.');
	size_t first = dot ? (size_t)(dot - entry->field) : strlen(entry->field);

	if (!api_name(entry->field, first) || (dot && !api_name(dot + 1, strlen(dot + 1))))
		return problem(err, "mapping",
			"\"%s\" is no field: write an API name like Name, or a parent's external "
			"ID "
			"like Account__r.Ext_Id__c",
			entry->field);
	if (entry->kind != MAPPING_VALUE && text_empty(entry->text))
		return problem(err, "mapping", "%s names no %s", entry->field,
			mapping_kind_name(entry->kind));
	return 0;
}

static int check_mapping(const struct interface *interface, struct err *err)
{
	const struct mapping *mapping = &interface->mapping;

	if (mapping->count == 0)
		return problem(err, "mapping", "no field is mapped: nothing would be sent");
	for (size_t i = 0; i < mapping->count; i++) {
		const struct mapping_entry *entry = &mapping->entries[i];
		int rc = check_entry(entry, err);

		if (rc < 0)
			return rc;
		if (mapping_find(mapping, entry->field) != entry)
			return problem(err, "mapping", "%s is mapped twice: keep one of them",
				entry->field);
	}
	return 0;
}

/* It becomes part of a query, so it is a plain name; and what is not sent cannot be looked for. */
static int check_reconcile(const struct interface *interface, struct err *err)
{
	const char *field = interface->reconcile_key;

	if (text_empty(field))
		return 0;
	if (!api_name(field, strlen(field)))
		return problem(err, "reconcile_key", "\"%s\" is no field's API name", field);
	if (!mapping_find(&interface->mapping, field))
		return problem(err, "reconcile_key",
			"%s is not mapped: name a field that every row is sent with", field);
	return 0;
}

static int check_key_fields(
	const struct interface *interface, const struct text_list *fields, struct err *err)
{
	bool upsert = interface->operation == OPERATION_UPSERT;

	if (upsert && fields->count == 0)
		return problem(err, "external_id",
			"not set: Upsert finds its records by a unique external ID field");
	for (size_t i = 0; i < fields->count; i++)
		if (!api_name(fields->items[i], strlen(fields->items[i])))
			return problem(err, "external_id", "\"%s\" is no field's API name",
				fields->items[i]);
	for (size_t i = 0; upsert && interface->mapping.count > 0 && i < fields->count; i++)
		if (!mapping_find(&interface->mapping, fields->items[i]))
			return problem(err, "mapping", "%s is the external ID and must be mapped",
				fields->items[i]);
	if (upsert && fields->count > 1 && !interface->unique_key_assumed)
		return problem(err, "external_id",
			"no org keeps several fields unique together: set unique_key = "
			"\"assumed\", or fill one unique field by a formula of them");
	if (upsert && fields->count > 1 && interface->all_or_none)
		return problem(err, "all_or_none",
			"an Upsert by several fields creates and updates in requests of their own: "
			"take it out");
	return 0;
}

static int check_operation(const struct interface *interface, struct err *err)
{
	bool by_id = interface->operation == OPERATION_UPDATE ||
		     interface->operation == OPERATION_DELETE;
	struct text_list fields;
	struct err why = ERR_INIT;
	int rc = interface_key_fields(&fields, interface->external_id, &why);

	if (rc)
		return problem(err, "external_id", "%s", why.text);
	rc = check_key_fields(interface, &fields, err);
	text_list_free(&fields);
	if (rc)
		return rc;
	if (by_id && interface->mapping.count > 0 && !mapping_find(&interface->mapping, "Id") &&
		!interface_looks_up(interface))
		return problem(err, "mapping",
			"%s finds its records by their Salesforce Id or by external_id: map the "
			"field Id, or set external_id and map it",
			operation_name(interface->operation));
	if (interface->operation == OPERATION_INSERT && mapping_find(&interface->mapping, "Id"))
		return problem(err, "mapping", "Insert cannot set the field Id: take it out");
	return 0;
}

static int check_pace(const struct interface *interface, struct err *err)
{
	const struct {
		const char *key;
		int value, min, max;
	} ranges[] = {
		{ "sequence", interface->sequence, 0, 1000000 },
		{ "packet", interface->packet, 1, PACKET_ROWS_MAX },
		{ "parallel", interface->parallel, 1, INTERFACE_PARALLEL_MAX },
		{ "threshold", interface->threshold, 0, 150000000 },
		{ "halt", interface->halt, 1, 1000000000 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(ranges); i++) {
		if (ranges[i].value < ranges[i].min || ranges[i].value > ranges[i].max)
			return problem(err, ranges[i].key, "%d is out of range: use %d to %d",
				ranges[i].value, ranges[i].min, ranges[i].max);
	}
	return 0;
}

static int check_mode(const struct interface *interface, struct err *err)
{
	if (interface->mode != TRANSFER_BULK)
		return 0;
	if (interface->on_error == ON_ERROR_STOP)
		return problem(err, "mode",
			"Bulk cannot keep the order that on_error = Stop asks for: use Auto or "
			"Collections");
	if (interface->all_or_none)
		return problem(err, "mode",
			"Bulk knows no all_or_none: use Auto or Collections, or take it out");
	return 0;
}

static int check_schedule(const struct interface *interface, struct err *err)
{
	struct err why = ERR_INIT;
	struct cron cron;

	if (text_empty(interface->schedule))
		return 0;
	if (cron_parse(&cron, interface->schedule, &why) < 0)
		return problem(err, "schedule", "%s", why.text);
	return 0;
}

static int check_source(const struct interface *interface, struct err *err)
{
	for (size_t i = 0; i < interface->row_key.count; i++) {
		if (text_empty(interface->row_key.items[i]))
			return problem(err, "row_key", "names an empty column");
	}
	if (!text_empty(interface->watermark_overlap) && text_empty(interface->watermark_column))
		return problem(err, "watermark.column",
			"not set, though watermark.overlap is: name a column");
	if (text_empty(interface->query) && !text_empty(interface->initial_query))
		return problem(err, "query", "not set, though initial_query is");
	return 0;
}

static int (*const checks[])(const struct interface *interface, struct err *err) = {
	check_names,
	check_object,
	check_mapping,
	check_operation,
	check_reconcile,
	check_pace,
	check_mode,
	check_schedule,
	check_source,
};

int interface_check_all(const struct interface *interface, model_problem *each, void *ctx)
{
	int count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
		struct err err = ERR_INIT;

		if (checks[i](interface, &err) < 0) {
			count++;
			each(ctx, &err);
		}
	}
	return count;
}

int interface_check(const struct interface *interface, struct err *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
		int rc = checks[i](interface, err);

		if (rc < 0)
			return rc;
	}
	return 0;
}

int interface_check_source(
	const struct interface *interface, const struct connection *connection, struct err *err)
{
	const struct {
		const char *key, *text;
	} statements[] = {
		{ "query", interface->query },
		{ "initial_query", interface->initial_query },
		{ "after_success", interface->after_success },
		{ "after_failure", interface->after_failure },
	};

	/* Rows of files are told apart by file and line. */
	if (connection->type == CONNECTION_AGENT_DATABASE && !text_empty(interface->schedule) &&
		interface->operation == OPERATION_INSERT && interface->row_key.count == 0 &&
		!mapping_column_of(&interface->mapping, interface->external_id))
		return problem(err, "row_key",
			"not set: without it an Insert could double rows, so it runs by hand only; "
			"set it, or take the schedule out");
	if (connection->type == CONNECTION_AGENT_DATABASE)
		return text_empty(interface->query)
			       ? problem(err, "query",
					 "not set: enter the SELECT that gives the rows to send")
			       : 0;
	for (size_t i = 0; i < ARRAY_SIZE(statements); i++) {
		if (!text_empty(statements[i].text))
			return problem(err, statements[i].key,
				"%s is an Agent File connection, which reads files and has no SQL: "
				"take "
				"it out",
				connection->name);
	}
	return 0;
}
