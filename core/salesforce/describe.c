/*
 * describe.c — an sObject as the API user sees it (REST API guide, "sObject Describe"). A field
 * without field-level security for the user is simply not in the answer.
 */

#include "base/base.h"
#include "base/text.h"
#include "salesforce/describe.h"
#include "salesforce/reply.h"

#define DESCRIBE_MAX (16 << 20) /* an object with 800 fields and long picklists has about 2 MiB */
#define OBJECTS_MAX (32 << 20)	/* 3,000 objects of 1 KiB and more */
#define FIELDS_MAX 5000

static const struct {
	const char *name;
	enum field_type type;
} types[] = {
	{ "string", FIELD_STRING },
	{ "textarea", FIELD_TEXTAREA },
	{ "boolean", FIELD_BOOLEAN },
	{ "int", FIELD_INT },
	{ "double", FIELD_DOUBLE },
	{ "currency", FIELD_CURRENCY },
	{ "percent", FIELD_PERCENT },
	{ "date", FIELD_DATE },
	{ "datetime", FIELD_DATETIME },
	{ "time", FIELD_TIME },
	{ "email", FIELD_EMAIL },
	{ "phone", FIELD_PHONE },
	{ "url", FIELD_URL },
	{ "picklist", FIELD_PICKLIST },
	{ "multipicklist", FIELD_MULTIPICKLIST },
	{ "combobox", FIELD_COMBOBOX },
	{ "reference", FIELD_REFERENCE },
	{ "id", FIELD_ID },
	{ "base64", FIELD_BASE64 },
};

static enum field_type type_of(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		if (strcmp(types[i].name, name) == 0)
			return types[i].type;
	}
	return FIELD_OTHER;
}

/* ---- reading ---- */

/* Members of a field that are copied as they are. */
static const struct {
	const char *key;
	size_t offset;
} flags[] = {
	{ "createable", offsetof(struct field, createable) },
	{ "updateable", offsetof(struct field, updateable) },
	{ "nillable", offsetof(struct field, nillable) },
	{ "defaultedOnCreate", offsetof(struct field, defaulted_on_create) },
	{ "externalId", offsetof(struct field, external_id) },
	{ "unique", offsetof(struct field, unique) },
	{ "idLookup", offsetof(struct field, id_lookup) },
	{ "caseSensitive", offsetof(struct field, case_sensitive) },
	{ "restrictedPicklist", offsetof(struct field, restricted_picklist) },
}, numbers[] = {
	{ "length", offsetof(struct field, length) },
	{ "precision", offsetof(struct field, precision) },
	{ "scale", offsetof(struct field, scale) },
};

static int member_int(struct json_object *object, const char *key)
{
	int64_t value = reply_int(object, key, 0);

	return value < 0 ? 0 : value > INT32_MAX ? INT32_MAX : (int)value;
}

/*
 * Saving such a record locks its parent (Object Reference, "Relationships Among Custom Objects";
 * "Record Locking Cheat Sheet"); a plain lookup that is cleared with its parent does not.
 */
static bool locks_parent(struct json_object *field)
{
	return reply_bool(field, "cascadeDelete") || reply_bool(field, "restrictedDelete") ||
	       reply_int(field, "relationshipOrder", -1) >= 0;
}

static bool read_targets(struct text_list *out, struct json_object *field)
{
	struct json_object *list = reply_member(field, "referenceTo", json_type_array);

	for (size_t i = 0; list && i < json_object_array_length(list); i++) {
		struct json_object *name = json_object_array_get_idx(list, i);

		if (json_object_is_type(name, json_type_string) &&
			!text_list_add(out, json_object_get_string(name)))
			return false;
	}
	return true;
}

static bool read_picklist(struct text_list *out, struct json_object *field)
{
	struct json_object *list = reply_member(field, "picklistValues", json_type_array);

	for (size_t i = 0; list && i < json_object_array_length(list); i++) {
		struct json_object *entry = json_object_array_get_idx(list, i);
		const char *value = reply_text(entry, "value");

		if (value && reply_bool(entry, "active") && !text_list_add(out, value))
			return false;
	}
	return true;
}

static int read_field(struct field *out, struct json_object *object, struct err *err)
{
	const char *name = reply_text(object, "name");
	const char *type = reply_text(object, "type");

	if (text_empty(name) || text_empty(type))
		return err_set(err, ERR_PROTOCOL, "a field of the description has no name or type");
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		*(bool *)((char *)out + flags[i].offset) = reply_bool(object, flags[i].key);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		*(int *)((char *)out + numbers[i].offset) = member_int(object, numbers[i].key);
	out->type = type_of(type);
	out->locks_parent = locks_parent(object);
	if (!text_set(&out->name, name) || !text_set(&out->type_name, type) ||
		!text_set(&out->label, reply_text(object, "label")) ||
		!text_set(&out->relationship, reply_text(object, "relationshipName")) ||
		!read_targets(&out->targets, object) || !read_picklist(&out->picklist, object))
		return err_nomem(err);
	return 0;
}

static int read_fields(struct describe *out, struct json_object *list, struct err *err)
{
	size_t count = json_object_array_length(list);
	int rc = 0;

	if (count > FIELDS_MAX)
		return err_set(err, ERR_PROTOCOL, "the description has %zu fields", count);
	out->fields = calloc(count ? count : 1, sizeof(*out->fields));
	if (!out->fields)
		return err_nomem(err);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		out->field_count++;
		rc = read_field(&out->fields[i], json_object_array_get_idx(list, i), err);
	}
	return rc;
}

static int read_object(struct describe *out, struct json_object *reply, struct err *err)
{
	const char *name = reply_text(reply, "name");
	struct json_object *fields = reply_member(reply, "fields", json_type_array);

	if (text_empty(name) || !fields)
		return err_set(err, ERR_PROTOCOL, "the description has no name or no fields");
	if (!text_set(&out->name, name) || !text_set(&out->label, reply_text(reply, "label")))
		return err_nomem(err);
	out->createable = reply_bool(reply, "createable");
	out->updateable = reply_bool(reply, "updateable");
	out->deletable = reply_bool(reply, "deletable");
	out->queryable = reply_bool(reply, "queryable");
	return read_fields(out, fields, err);
}

int describe_parse(struct describe **out, const char *json, size_t len, struct err *err)
{
	struct describe *describe;
	struct json_object *reply;
	int rc;

	*out = NULL;
	rc = reply_parse_as(
		&reply, json_type_object, json, len, "the description of the object", err);
	if (rc)
		return rc;
	describe = calloc(1, sizeof(*describe));
	rc = describe ? read_object(describe, reply, err) : err_nomem(err);
	if (rc) {
		describe_free(describe);
		describe = NULL;
	}
	*out = describe;
	json_object_put(reply);
	return rc;
}

void describe_free(struct describe *describe)
{
	if (!describe)
		return;
	for (size_t i = 0; i < describe->field_count; i++) {
		struct field *field = &describe->fields[i];

		free(field->name);
		free(field->label);
		free(field->type_name);
		free(field->relationship);
		text_list_free(&field->targets);
		text_list_free(&field->picklist);
	}
	free(describe->fields);
	free(describe->name);
	free(describe->label);
	free(describe);
}

/* ---- asking ---- */

int describe_fetch(struct describe **out, struct org *org, const char *object, struct err *err)
{
	struct buf path = BUF_INIT(1024);
	struct http_answer answer;
	int rc;

	*out = NULL;
	http_answer_init(&answer);
	buf_add_str(&path, "/sobjects/");
	http_url_escape(&path, object);
	buf_add_str(&path, "/describe");
	rc = buf_check(&path, "the object's name", err);
	if (rc == 0)
		rc = org_exchange(org,
			&(struct org_request){ .method = "GET",
				.path = buf_str(&path),
				.answer_max = DESCRIBE_MAX },
			&answer, err);
	if (rc == 0)
		rc = describe_parse(out, buf_str(&answer.body), answer.body.len, err);
	if (rc)
		err_prefix(err, "object %s", object);
	http_answer_free(&answer);
	buf_free(&path);
	return rc;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int read_names(struct text_list *names, struct json_object *reply, struct err *err)
{
	struct json_object *list = reply_member(reply, "sobjects", json_type_array);

	if (!list)
		return err_set(err, ERR_PROTOCOL, "the list of objects names none");
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		const char *name = reply_text(json_object_array_get_idx(list, i), "name");

		if (name && !text_list_add(names, name))
			return err_nomem(err);
	}
	if (names->count)
		qsort(names->items, names->count, sizeof(*names->items), by_name);
	return 0;
}

int describe_objects(struct text_list *names, struct org *org, struct err *err)
{
	struct json_object *reply = NULL;
	struct http_answer answer;
	int rc;

	*names = (struct text_list){ 0 };
	http_answer_init(&answer);
	rc = org_exchange(org,
		&(struct org_request){
			.method = "GET", .path = "/sobjects", .answer_max = OBJECTS_MAX },
		&answer, err);
	if (rc == 0)
		rc = reply_parse_as(&reply, json_type_object, buf_str(&answer.body),
			answer.body.len, "the list of objects", err);
	if (rc == 0)
		rc = read_names(names, reply, err);
	if (rc)
		text_list_free(names);
	json_object_put(reply);
	http_answer_free(&answer);
	return rc;
}

/* ---- looking up ---- */

const struct field *describe_field(const struct describe *describe, const char *name)
{
	for (size_t i = 0; i < describe->field_count; i++) {
		if (text_equal_fold(describe->fields[i].name, name))
			return &describe->fields[i];
	}
	return NULL;
}

const struct field *describe_relationship(const struct describe *describe, const char *relationship)
{
	for (size_t i = 0; i < describe->field_count; i++) {
		const struct field *field = &describe->fields[i];

		if (field->relationship && text_equal_fold(field->relationship, relationship))
			return field;
	}
	return NULL;
}

bool field_required(const struct field *field)
{
	return field->createable && !field->nillable && !field->defaulted_on_create;
}
