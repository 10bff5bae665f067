/* lookup.c — keys into one SOQL query, and the records out of its answer. */

#include "base/base.h"
#include "process/lookup.h"
#include "process/field_value.h"
#include "salesforce/reply.h"
#include "base/text.h"

#include <json-c/json.h>
#include <strings.h>

#define QUERY_MAX 9000 /* bytes of an address; the org takes 16,384 with its headers */
#define NUMBER_MAX 40

/* ---- fields ---- */

static enum key_kind kind_of(const char *name, const struct field *field)
{
	if (text_equal_fold(name, "Id") || (field && field->type == FIELD_REFERENCE))
		return KEY_ID;
	return field && field->case_sensitive ? KEY_EXACT : KEY_FOLDED;
}

int lookup_init(struct lookup *lookup, const char *object, const char *fields,
	const struct describe *describe, struct err *err)
{
	struct text_list names;
	int rc = interface_key_fields(&names, fields, err);

	*lookup = (struct lookup){ .count = 0 };
	text_copy(lookup->object, sizeof(lookup->object), object);
	for (size_t i = 0; !rc && i < names.count; i++) {
		struct lookup_field *to = &lookup->fields[lookup->count++];
		const struct field *field =
			describe ? describe_field(describe, names.items[i]) : NULL;

		text_copy(to->name, sizeof(to->name), field ? field->name : names.items[i]);
		to->type = field ? field->type : FIELD_STRING;
		to->kind = kind_of(to->name, field);
	}
	text_list_free(&names);
	return rc;
}

/* ---- keys ---- */

struct json_object *lookup_record(const char *record, size_t len)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *object =
		tokener ? json_tokener_parse_ex(tokener, record, (int)len) : NULL;

	json_tokener_free(tokener);
	return object;
}

void lookup_record_free(struct json_object *record)
{
	json_object_put(record);
}

/* Names are the org's: case does not matter. */
static struct json_object *member(struct json_object *object, const char *name)
{
	if (!json_object_is_type(object, json_type_object))
		return NULL;
	json_object_object_foreach(object, key, value)
	{
		if (text_equal_fold(key, name))
			return value;
	}
	return NULL;
}

/* 12, 12.0 and 1.2E1 are one number. */
static uint64_t hash_value(const struct lookup_field *field, const char *value)
{
	char number[NUMBER_MAX];
	char *end;
	double parsed;

	if (!field_value_is_number(field->type))
		return key_hash(value, field->kind);
	parsed = strtod(value, &end);
	if (end == value || *end)
		return key_hash(value, KEY_EXACT);
	snprintf(number, sizeof(number), "%.17g", parsed);
	return key_hash(number, KEY_EXACT);
}

static uint64_t hash_values(const struct lookup *lookup, char *const *values)
{
	uint64_t hash = hash_value(&lookup->fields[0], values[0]);

	for (int i = 1; i < lookup->count; i++)
		hash = hash * UINT64_C(0x100000001b3) ^ hash_value(&lookup->fields[i], values[i]);
	return hash ? hash : 1;
}

void lookup_key_free(struct lookup_key *key)
{
	for (int i = 0; i < KEY_FIELDS_MAX; i++)
		free(key->values[i]);
	*key = (struct lookup_key){ .hash = 0 };
}

static bool take_value(struct lookup_key *key, int place, const char *value)
{
	char *copy = text_dup(value);
	char *trimmed = copy ? text_trim(copy) : NULL;

	key->values[place] = text_empty(trimmed) ? NULL : text_dup(trimmed);
	free(copy);
	return key->values[place] != NULL;
}

bool lookup_key_read(struct lookup_key *key, const struct lookup *lookup, const char *parent,
	struct json_object *record)
{
	struct json_object *holder = parent ? member(record, parent) : record;

	*key = (struct lookup_key){ .hash = 0 };
	for (int i = 0; i < lookup->count; i++) {
		struct json_object *value = member(holder, lookup->fields[i].name);

		if (!value || !take_value(key, i, json_object_get_string(value))) {
			lookup_key_free(key);
			return false;
		}
	}
	key->hash = hash_values(lookup, key->values);
	return lookup->count > 0;
}

/* ---- the question ---- */

/* Numbers, dates and truth values stand bare; nothing that could be more than one does. */
static bool is_bare(const struct lookup_field *field, const char *value)
{
	switch (field->type) {
	case FIELD_BOOLEAN:
	case FIELD_INT:
	case FIELD_DOUBLE:
	case FIELD_CURRENCY:
	case FIELD_PERCENT:
	case FIELD_DATE:
	case FIELD_DATETIME:
	case FIELD_TIME:
		return value[strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					   "0123456789+-.:")] == '\0';
	default:
		return false;
	}
}

static void add_literal(struct buf *soql, const struct lookup_field *field, const char *value)
{
	if (is_bare(field, value)) {
		buf_add_str(soql, value);
		return;
	}
	buf_add_char(soql, '\'');
	for (; *value; value++) {
		if (*value == '\'' || *value == '\\')
			buf_add_char(soql, '\\');
		buf_add_char(soql, *value);
	}
	buf_add_char(soql, '\'');
}

/* One field: a list of values. Several: what they hold together, key by key. */
static void add_key(
	struct buf *soql, const struct lookup *lookup, const struct lookup_key *key, bool first)
{
	if (lookup->count == 1) {
		buf_add_str(soql, first ? "" : ",");
		add_literal(soql, &lookup->fields[0], key->values[0]);
		return;
	}
	buf_add_str(soql, first ? "" : " OR ");
	for (int i = 0; i < lookup->count; i++) {
		buf_addf(soql, "%s%s=", i ? " AND " : "(", lookup->fields[i].name);
		add_literal(soql, &lookup->fields[i], key->values[i]);
	}
	buf_add_char(soql, ')');
}

static void add_head(struct buf *soql, const struct lookup *lookup)
{
	buf_add_str(soql, "SELECT Id");
	for (int i = 0; i < lookup->count; i++)
		if (!text_equal_fold(lookup->fields[i].name, "Id"))
			buf_addf(soql, ",%s", lookup->fields[i].name);
	buf_addf(soql, " FROM %s WHERE ", lookup->object);
	if (lookup->count == 1)
		buf_addf(soql, "%s IN (", lookup->fields[0].name);
}

int lookup_path(struct buf *path, const struct lookup *lookup, const struct lookup_key *keys,
	int *count, struct err *err)
{
	struct buf soql = BUF_INIT(4 * QUERY_MAX);
	bool any = false;
	int done = 0;
	int rc;

	buf_reset(path);
	while (done < *count && path->len < QUERY_MAX) {
		const struct lookup_key *key = &keys[done++];

		if (!key->hash)
			continue;
		buf_reset(&soql);
		if (!any) {
			buf_add_str(path, "/query?q=");
			add_head(&soql, lookup);
		}
		add_key(&soql, lookup, key, !any);
		http_url_escape(path, buf_str(&soql));
		any = true;
	}
	if (any && lookup->count == 1)
		http_url_escape(path, ")");
	*count = done;
	rc = buf_check(&soql, "a key", err);
	buf_free(&soql);
	return rc ? rc : buf_check(path, "a query", err);
}

/* ---- the answer ---- */

static void take_record(
	const struct lookup *lookup, struct json_object *record, lookup_found *found, void *ctx)
{
	struct json_object *id = member(record, "Id");
	struct lookup_key key;

	if (id && lookup_key_read(&key, lookup, NULL, record)) {
		found(ctx, key.hash, json_object_get_string(id));
		lookup_key_free(&key);
	}
}

int lookup_answer(const struct lookup *lookup, const struct http_answer *answer,
	lookup_found *found, void *ctx, struct err *err)
{
	struct json_object *reply = NULL, *records, *done;
	int rc = reply_parse_as(&reply, json_type_object, buf_str(&answer->body), answer->body.len,
		"the answer to a query", err);

	if (rc)
		return rc;
	records = member(reply, "records");
	done = member(reply, "done");
	if (!json_object_is_type(records, json_type_array) ||
		!json_object_is_type(done, json_type_boolean))
		rc = err_set(err, ERR_PROTOCOL, "the answer to a query came without its records");
	else if (!json_object_get_boolean(done))
		rc = err_set(err, ERR_LIMIT,
			"more records have these keys than one answer holds: is the field unique?");
	for (size_t i = 0; !rc && i < json_object_array_length(records); i++)
		take_record(lookup, json_object_array_get_idx(records, i), found, ctx);
	json_object_put(reply);
	return rc;
}

int lookup_keys(const struct lookup *lookup, struct org *org, const struct lookup_key *keys,
	int *count, struct http_answer *answer, lookup_found *found, void *ctx, struct err *err)
{
	struct buf path = BUF_INIT(8 * QUERY_MAX);
	int rc;

	http_answer_free(answer);
	http_answer_init(answer);
	rc = lookup_path(&path, lookup, keys, count, err);
	if (!rc && path.len)
		rc = org_exchange(org,
			&(struct org_request){ .method = "GET", .path = buf_str(&path) }, answer,
			err);
	if (!rc && path.len)
		rc = lookup_answer(lookup, answer, found, ctx, err);
	buf_free(&path);
	return rc;
}
