/* interface_steps.c — object permission and field visibility of each interface, from describe. */

#include "base/base.h"
#include "ping/interface_steps.h"
#include "base/text.h"
#include "salesforce/describe.h"

#include <strings.h>

#define DESCRIBES_MAX 64

/* Each object is described once a ping, however many interfaces use it. */
struct described {
	struct org *org;
	struct {
		char name[81];
		struct describe *describe; /* NULL = it failed with `err` */
		struct err err;
	} objects[DESCRIBES_MAX];
	int count;
};

static const struct describe *describe_once(
	struct described *described, const char *object, struct err *err)
{
	int i;

	for (i = 0; i < described->count; i++) {
		if (text_equal_fold(described->objects[i].name, object))
			break;
	}
	if (i == DESCRIBES_MAX) {
		err_set(err, ERR_LIMIT, "more than %d objects in one ping", DESCRIBES_MAX);
		return NULL;
	}
	if (i == described->count) {
		described->count++;
		text_copy(described->objects[i].name, sizeof(described->objects[i].name), object);
		err_clear(&described->objects[i].err);
		describe_fetch(&described->objects[i].describe, described->org, object,
			&described->objects[i].err);
	}
	err_copy(err, &described->objects[i].err);
	return described->objects[i].describe;
}

static void described_free(struct described *described)
{
	for (int i = 0; i < described->count; i++)
		describe_free(described->objects[i].describe);
}

/* ---- the object ---- */

static bool creates(const struct interface *interface)
{
	return interface->operation == OPERATION_INSERT || interface->operation == OPERATION_UPSERT;
}

static bool edits(const struct interface *interface)
{
	return interface->operation == OPERATION_UPDATE || interface->operation == OPERATION_UPSERT;
}

static bool object_step(struct steps *steps, const char *name, const struct interface *interface,
	const struct describe *describe, const struct err *err, const struct http_answer *answer)
{
	const char *object = interface->object;

	if (!describe && err->kind == ERR_NOT_FOUND)
		steps_fail(steps, name, ERR_REFUSED, "object.hidden",
			"%s does not exist, or the API user may not see it", object);
	else if (!describe)
		steps_fail_err(steps, name, err, answer);
	else if (creates(interface) && !describe->createable)
		steps_fail(steps, name, ERR_REFUSED, "object.no_create",
			"the API user may not create %s", object);
	else if (edits(interface) && !describe->updateable)
		steps_fail(steps, name, ERR_REFUSED, "object.no_edit",
			"the API user may not edit %s", object);
	else if (interface->operation == OPERATION_DELETE && !describe->deletable)
		steps_fail(steps, name, ERR_REFUSED, "object.no_delete",
			"the API user may not delete %s", object);
	else {
		steps_ok(steps, name, -1, "%s: %s allowed", object,
			operation_name(interface->operation));
		return true;
	}
	return false;
}

/* ---- its fields ---- */

/* The first thing that makes rows fail, and the first that may. */
struct finding {
	const char *remedy_id; /* NULL = nothing */
	char detail[256];
};
struct findings {
	struct finding failure, warning;
};

static void found(struct finding *finding, const char *remedy_id, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

static void found(struct finding *finding, const char *remedy_id, const char *fmt, ...)
{
	va_list ap;

	if (finding->remedy_id)
		return;
	finding->remedy_id = remedy_id;
	va_start(ap, fmt);
	vsnprintf(finding->detail, sizeof(finding->detail), fmt, ap);
	va_end(ap);
}

/* May the operation write this field? A key is only ever set, never changed. */
static void check_writeable(struct findings *findings, const struct interface *interface,
	const struct field *field, bool key)
{
	if (creates(interface) && !field->createable)
		found(&findings->failure, "field.read_only", "field %s cannot be written",
			field->name);
	else if (!edits(interface) || field->updateable || key)
		return;
	else if (creates(interface))
		found(&findings->warning, "field.create_only",
			"field %s can be set on new records, but not changed", field->name);
	else
		found(&findings->failure, "field.read_only", "field %s cannot be written",
			field->name);
}

/* What the org says of a parent, for the permission set; what has no room is asked for again. */
static void keep_parent(struct steps *steps, const struct describe *describe,
	const char *relationship, const char *parent)
{
	char *parents = steps->out->parents;
	size_t used = strlen(parents);
	char line[320];

	snprintf(line, sizeof(line), "%.80s.%.128s=%.80s\n", describe->name, relationship, parent);
	if (!strstr(parents, line) && used + strlen(line) < sizeof(steps->out->parents))
		text_copy(parents + used, sizeof(steps->out->parents) - used, line);
}

/* "Account__r.Ext_Id__c": the lookup must be writeable, the key an external ID of its object. */
static void check_parent(struct steps *steps, struct findings *findings,
	struct described *described, const struct interface *interface,
	const struct describe *describe, const char *path)
{
	char relationship[129];
	const char *dot = strchr(path, '.');
	const struct describe *parent;
	const struct field *lookup, *key;

	snprintf(relationship, sizeof(relationship), "%.*s", (int)(dot - path), path);
	lookup = describe_relationship(describe, relationship);
	if (!lookup) {
		found(&findings->failure, "field.relationship",
			"relationship %s of %s does not exist or is hidden", relationship,
			describe->name);
		return;
	}
	check_writeable(findings, interface, lookup, false);
	if (lookup->targets.count != 1)
		return; /* several kinds of parent: the org decides */
	keep_parent(steps, describe, lookup->relationship, lookup->targets.items[0]);
	parent = describe_once(described, lookup->targets.items[0], NULL);
	key = parent ? describe_field(parent, dot + 1) : NULL;
	if (!parent)
		found(&findings->failure, "object.hidden", "the parent object %s is not visible",
			lookup->targets.items[0]);
	else if (!key || (!key->external_id && !key->id_lookup))
		found(&findings->failure, "field.parent_key", "%s of %s is %s", dot + 1,
			parent->name, key ? "no external ID" : "not there, or hidden");
}

static bool is_key(const struct interface *interface, const char *name)
{
	struct text_list fields;
	bool found = false;

	interface_key_fields(&fields, interface->external_id, NULL);
	for (size_t i = 0; i < fields.count && !found; i++)
		found = text_equal_fold(fields.items[i], name);
	text_list_free(&fields);
	return found;
}

static void check_field(struct findings *findings, const struct interface *interface,
	const struct describe *describe, const char *name)
{
	const struct field *field = describe_field(describe, name);
	bool key = is_key(interface, name);

	if (text_equal_fold(name, "Id"))
		return;
	if (field)
		check_writeable(findings, interface, field, key);
	else
		found(&findings->failure, "field.hidden",
			"field %s of %s does not exist or is hidden", name, describe->name);
}

static void check_key(struct findings *findings, const struct interface *interface,
	const struct describe *describe)
{
	const char *name = interface->external_id;
	const struct field *field;

	if (interface->operation != OPERATION_UPSERT || !name || text_equal_fold(name, "Id") ||
		interface_looks_up(interface))
		return;
	field = describe_field(describe, name);
	if (!field)
		found(&findings->failure, "field.hidden",
			"the external ID %s does not exist or is hidden", name);
	else if (!field->external_id && !field->id_lookup)
		found(&findings->failure, "field.not_external_id", "%s is not marked External ID",
			field->name);
	else if (!field->unique && interface->unique_key_assumed)
		found(&findings->warning, "field.unique_assumed",
			"the external ID %s is not marked Unique, and assumed to be", field->name);
	else if (!field->unique)
		found(&findings->failure, "field.not_unique",
			"the external ID %s is not marked Unique", field->name);
}

static bool mapped(const struct interface *interface, const struct field *field)
{
	for (size_t i = 0; i < interface->mapping.count; i++) {
		const char *name = interface->mapping.entries[i].field;
		const char *dot = strchr(name, '.');
		size_t len = dot ? (size_t)(dot - name) : strlen(name);
		const char *own = dot ? field->relationship : field->name;

		if (own && strlen(own) == len && strncasecmp(own, name, len) == 0)
			return true;
	}
	return false;
}

/* Creating without a required field fails every row; an upsert may only ever update. */
static void check_required(struct findings *findings, const struct interface *interface,
	const struct describe *describe)
{
	for (size_t i = 0; creates(interface) && i < describe->field_count; i++) {
		const struct field *field = &describe->fields[i];

		if (field_required(field) && !mapped(interface, field))
			found(&findings->warning, "field.required",
				"required field %s is not mapped", field->name);
	}
}

/* What Ids are looked up by has to be there; rows whose key several records have fail alone. */
static void check_lookup(struct findings *findings, const struct interface *interface,
	const struct describe *describe)
{
	struct text_list fields;

	interface_key_fields(&fields, interface->external_id, NULL);
	for (size_t i = 0; i < fields.count; i++) {
		const struct field *field = describe_field(describe, fields.items[i]);

		if (!field)
			found(&findings->failure, "field.hidden",
				"the external ID %s does not exist or is hidden", fields.items[i]);
		else if (fields.count == 1 && !field->unique)
			found(&findings->warning, "field.not_unique",
				"the external ID %s is not marked Unique", field->name);
	}
	text_list_free(&fields);
}

static void check_id(struct findings *findings, const struct interface *interface,
	const struct describe *describe)
{
	if (interface_looks_up(interface))
		check_lookup(findings, interface, describe);
	else if (!creates(interface) && !mapping_find(&interface->mapping, "Id"))
		found(&findings->failure, "field.no_id",
			"nothing is mapped to Id, nor to an external_id, and %s needs one",
			operation_name(interface->operation));
}

static void fields_step(struct steps *steps, const char *name, const struct interface *interface,
	struct described *described, const struct describe *describe)
{
	struct findings findings = { 0 };

	check_key(&findings, interface, describe);
	check_id(&findings, interface, describe);
	for (size_t i = 0; i < interface->mapping.count; i++) {
		const char *field = interface->mapping.entries[i].field;

		if (interface->operation == OPERATION_DELETE)
			break; /* only the Id is sent */
		if (strchr(field, '.'))
			check_parent(steps, &findings, described, interface, describe, field);
		else
			check_field(&findings, interface, describe, field);
	}
	check_required(&findings, interface, describe);
	if (findings.failure.remedy_id)
		steps_fail(steps, name, ERR_REFUSED, findings.failure.remedy_id, "%s",
			findings.failure.detail);
	else if (findings.warning.remedy_id)
		steps_warn(steps, name, findings.warning.remedy_id, "%s", findings.warning.detail);
	else
		steps_ok(steps, name, -1, "%zu mapped fields visible and writeable",
			interface->mapping.count);
}

/* False when the line broke: the other interfaces would only wait for it in vain. */
static bool one_interface(
	struct steps *steps, const struct interface *interface, struct described *described)
{
	char object_name[48];
	char fields_name[48];
	const char *rest[] = { fields_name, NULL };
	const struct describe *describe;
	struct err err = ERR_INIT;

	snprintf(object_name, sizeof(object_name), "%.38s: object", interface->name);
	snprintf(fields_name, sizeof(fields_name), "%.38s: fields", interface->name);
	steps_begin(steps);
	describe = describe_once(described, interface->object, &err);
	if (object_step(
		    steps, object_name, interface, describe, &err, org_last_call(described->org)))
		fields_step(steps, fields_name, interface, described, describe);
	else
		steps_not_reached(steps, rest);
	return err.kind != ERR_NET && err.kind != ERR_INTERRUPTED && err.kind != ERR_LIMIT;
}

/* Two steps an interface; the last place of the list is kept for saying that there are more. */
static bool room_left(const struct steps *steps)
{
	return steps->out->count + 2 < PING_STEPS_MAX;
}

static int check_all(struct steps *steps, const struct connection *connection,
	const struct catalog *catalog, const struct text_list *names, struct described *described)
{
	bool go_on = true;
	int left_out = 0;

	for (size_t i = 0; i < names->count && go_on; i++) {
		struct interface interface;

		interface_init(&interface);
		/* A file that does not parse is `config check`'s to tell, not this ping's. */
		if (catalog->interface(catalog->self, &interface, names->items[i], NULL) == 0 &&
			text_equal(interface.connection, connection->name) && interface.object) {
			if (room_left(steps))
				go_on = one_interface(steps, &interface, described);
			else
				left_out++;
		}
		interface_free_fields(&interface);
	}
	return left_out;
}

void interface_steps(struct steps *steps, const struct connection *connection,
	const struct catalog *catalog, struct org *org)
{
	struct text_list names = { NULL, 0 };
	struct described *described = calloc(1, sizeof(*described));
	struct err err = ERR_INIT;
	int left_out;

	if (!described || catalog->interfaces(catalog->self, &names, &err) < 0) {
		steps_warn(steps, "interfaces", NULL, "could not be listed: %s",
			described ? err.text : "out of memory");
		goto cleanup;
	}
	described->org = org;
	left_out = check_all(steps, connection, catalog, &names, described);
	if (left_out)
		steps_warn(steps, "interfaces", NULL,
			"%d more were not checked: ask for each with `agentboard interface check`",
			left_out);
cleanup:
	if (described)
		described_free(described);
	free(described);
	text_list_free(&names);
}
