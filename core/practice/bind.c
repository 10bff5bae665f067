/* bind.c — rows of request bodies: members to fields, JSON values to stored text. */

#include "base/base.h"
#include "practice/bind.h"
#include "base/text.h"
#include "practice/convert.h"
#include "practice/sfid.h"

struct row_error *row_error(
	struct arena *arena, const char *code, const char *field, const char *fmt, ...)
{
	static struct row_error out_of_memory = { .code = "UNKNOWN_EXCEPTION",
		.message = "out of memory" };
	struct row_error *error = arena_alloc(arena, sizeof(*error));
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	text[text_utf8_prefix(text, strlen(text))] = '\0';
	if (!error || !(error->message = arena_text(arena, text, strlen(text))))
		return &out_of_memory;
	error->code = code;
	if (field)
		error->fields[error->field_count++] = field;
	return error;
}

/* The first error of a row is the one it answers with. */
static bool row_fails(struct bound *row, struct row_error *error)
{
	if (!row->error)
		row->error = error;
	return true;
}

static bool wrong_kind(
	struct binder *binder, const char *type, const struct jnode *node, const char *value)
{
	static const char *const tokens[] = { [JNULL] = "VALUE_NULL",
		[JTRUE] = "VALUE_TRUE",
		[JFALSE] = "VALUE_FALSE",
		[JINT] = "VALUE_NUMBER_INT",
		[JREAL] = "VALUE_NUMBER_FLOAT",
		[JSTRING] = "VALUE_STRING",
		[JARRAY] = "START_ARRAY",
		[JOBJECT] = "START_OBJECT" };
	bool nested = node->kind == JARRAY || node->kind == JOBJECT;
	int line;
	int column;

	if (!binder->tree)
		return false;
	jtree_position(binder->tree, node->at, &line, &column);
	if (nested)
		snprintf(binder->message, sizeof(binder->message),
			"Cannot deserialize instance of %s from %s value [line:%d, column:%d]",
			type, tokens[node->kind], line, column);
	else
		snprintf(binder->message, sizeof(binder->message),
			"Cannot deserialize instance of %s from %s value %s or request may be "
			"missing a required field at [line:%d, column:%d]",
			type, tokens[node->kind], value, line, column);
	return false;
}

static bool bind_text(struct bound *row, struct binder *binder, const struct schema_field *field,
	const struct jnode *node, struct cell *cell)
{
	size_t from = 0;
	size_t to = node->len;

	while (to > from && (unsigned char)node->text[to - 1] <= ' ')
		to--;
	while (from < to && (unsigned char)node->text[from] <= ' ')
		from++;
	if (from == to)
		return true; /* an empty text is no value */
	cell->text = node->text + from;
	cell->len = (uint32_t)(to - from);
	if (cell->len > (uint32_t)field->length &&
		convert_characters(cell->text, cell->len) > (size_t)field->length)
		return row_fails(
			row, row_error(binder->arena, "STRING_TOO_LONG", field->name,
				     "%s: data value too large: %.*s (max length=%d)", field->label,
				     (int)cell->len, cell->text, field->length));
	if (field->type == SCHEMA_EMAIL && !convert_is_email(cell->text, cell->len))
		return row_fails(row, row_error(binder->arena, "INVALID_EMAIL_ADDRESS", field->name,
					      "%s: invalid email address: %.*s", field->label,
					      (int)cell->len, cell->text));
	return true;
}

static bool bind_picklist(struct bound *row, struct binder *binder,
	const struct schema_field *field, const struct jnode *node, struct cell *cell)
{
	const char *const *value = field->picklist;

	bind_text(row, binder, field, node, cell);
	if (!cell->text || !(field->flags & SCHEMA_RESTRICTED))
		return true;
	for (; *value; value++) {
		if (strlen(*value) == cell->len && memcmp(*value, cell->text, cell->len) == 0)
			return true;
	}
	return row_fails(
		row, row_error(binder->arena, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
			     field->name, "%s: bad value for restricted picklist field: %.*s",
			     field->label, (int)cell->len, cell->text));
}

/* An id is stored with 18 characters; whether the record exists is asked when the row is written.
 */
static bool bind_reference(struct bound *row, struct binder *binder,
	const struct schema_field *field, const struct jnode *node, struct cell *cell)
{
	const struct schema_object *target = schema_object(binder->schema, field->reference_to);
	uint64_t number;
	char *id;

	if (!node->len)
		return true;
	switch (sfid_parse(&number, node->text, node->len, target->prefix)) {
	case SFID_OK:
	case SFID_UNKNOWN:
		break;
	default:
		return row_fails(row,
			row_error(binder->arena, "MALFORMED_ID", field->name,
				"%s: id value of incorrect type: %s", field->label, node->text));
	}
	id = arena_alloc(binder->arena, SFID_SIZE);
	if (!id)
		return row_fails(row, row_error(binder->arena, "", NULL, "%s", ""));
	sfid_canonical(id, node->text);
	cell->text = id;
	cell->len = SFID_SIZE - 1;
	return true;
}

static bool bind_boolean(struct binder *binder, const struct schema_field *field,
	const struct jnode *node, struct cell *cell)
{
	bool yes = jtree_is_true(node);

	if (!yes && node->kind != JFALSE &&
		!(node->kind == JSTRING && text_equal_fold(node->text, "false")))
		return wrong_kind(binder, schema_type_name(field->type), node,
			arena_text(binder->arena, node->text, node->len));
	cell->text = yes ? "true" : "false";
	cell->len = yes ? 4 : 5;
	return true;
}

static bool bind_number(struct bound *row, struct binder *binder, const struct schema_field *field,
	const struct jnode *node, struct cell *cell)
{
	char *text = arena_alloc(binder->arena, CONVERT_NUMBER_MAX);

	if (node->kind == JSTRING && !node->len)
		return true;
	if (!text || (node->kind != JINT && node->kind != JREAL && node->kind != JSTRING))
		return wrong_kind(binder, schema_type_name(field->type), node, node->text);
	switch (convert_number(text, node->text, node->len, field)) {
	case CONVERT_OK:
		cell->text = text;
		cell->len = (uint32_t)strlen(text);
		return true;
	case CONVERT_RANGE:
		return row_fails(
			row, row_error(binder->arena, "NUMBER_OUTSIDE_VALID_RANGE", field->name,
				     "%s: value outside of valid range on numeric field: %.*s",
				     field->label, (int)node->len, node->text));
	default:
		return wrong_kind(binder, schema_type_name(field->type), node,
			arena_text(binder->arena, node->text, node->len));
	}
}

static bool bind_time(struct binder *binder, const struct schema_field *field,
	const struct jnode *node, struct cell *cell)
{
	char *text = arena_alloc(binder->arena, CONVERT_TIME_MAX);
	bool ok = text && node->kind == JSTRING;

	if (ok && !node->len)
		return true;
	if (ok)
		ok = field->type == SCHEMA_DATE ? convert_date(text, node->text, node->len)
						: convert_datetime(text, node->text, node->len);
	if (!ok)
		return wrong_kind(binder, schema_type_name(field->type), node,
			node->text ? arena_text(binder->arena, node->text, node->len) : "");
	cell->text = text;
	cell->len = (uint32_t)strlen(text);
	return true;
}

static bool bind_value(struct bound *row, struct binder *binder, const struct schema_field *field,
	const struct jnode *node)
{
	struct cell *cell = &row->cells[row->count++];

	*cell = (struct cell){ .field = (uint8_t)schema_field_index(row->object, field) };
	if (node->kind == JNULL)
		return true;
	switch (field->type) {
	case SCHEMA_BOOLEAN:
		return bind_boolean(binder, field, node, cell);
	case SCHEMA_INT:
	case SCHEMA_DOUBLE:
	case SCHEMA_CURRENCY:
	case SCHEMA_PERCENT:
		return bind_number(row, binder, field, node, cell);
	case SCHEMA_DATE:
	case SCHEMA_DATETIME:
		return bind_time(binder, field, node, cell);
	default:
		break;
	}
	if (node->kind != JSTRING)
		return wrong_kind(binder, schema_type_name(field->type), node,
			node->text ? arena_text(binder->arena, node->text, node->len) : "");
	if (field->type == SCHEMA_PICKLIST)
		return bind_picklist(row, binder, field, node, cell);
	if (field->type == SCHEMA_REFERENCE)
		return bind_reference(row, binder, field, node, cell);
	return bind_text(row, binder, field, node, cell);
}

/* The fields this user may not write are told together. */
static void deny(struct bound *row, struct binder *binder, const struct schema_field *field)
{
	struct row_error *error = row->error;
	const char *head = "Unable to create/update fields: ";
	const char *names = field->name;

	if (error && strcmp(error->code, "INVALID_FIELD_FOR_INSERT_UPDATE") != 0)
		return;
	if (error)
		names = arena_printf(binder->arena, "%.*s, %s",
			(int)strcspn(error->message + strlen(head), "."),
			error->message + strlen(head), field->name);
	row->error = NULL;
	row_fails(row, row_error(binder->arena, "INVALID_FIELD_FOR_INSERT_UPDATE", field->name,
			       "%s%s. Please check the security settings of this field and verify "
			       "that it is read/write for your profile or permission set.",
			       head, names ? names : field->name));
	for (int i = 0;
		error && i < error->field_count && row->error->field_count < ROW_ERROR_FIELDS; i++)
		row->error->fields[row->error->field_count++] = error->fields[i];
}

/* In a CSV a boolean may be 1 or 0. */
static const char *boolean_text(const char *text)
{
	return strcmp(text, "1") == 0 ? "true" : strcmp(text, "0") == 0 ? "false" : text;
}

void bind_text_value(struct bound *row, struct binder *binder, const struct schema_field *field,
	const char *text, size_t len)
{
	struct jnode node = { .kind = text ? JSTRING : JNULL, .text = text, .len = (uint32_t)len };

	if (field->flags & (SCHEMA_READ_ONLY | SCHEMA_DENIED)) {
		deny(row, binder, field);
		return;
	}
	if (text && field->type == SCHEMA_BOOLEAN) {
		node.text = boolean_text(text);
		node.len = (uint32_t)strlen(node.text);
	}
	if (!bind_value(row, binder, field, &node))
		row_fails(row,
			row_error(binder->arena, "INVALID_TYPE_ON_FIELD_IN_RECORD", field->name,
				"%s: value not of required type: %s", field->label, text));
}

static bool no_such_column(struct bound *row, struct binder *binder, const char *name)
{
	return row_fails(
		row, row_error(binder->arena, "INVALID_FIELD", NULL,
			     "No such column '%s' on sobject of type %s", name, row->object->name));
}

/* "Account__r": {"Ext_Id__c": "A-1"} */
static bool bind_parent(struct bound *row, struct binder *binder, const struct schema_field *lookup,
	const struct jnode *node)
{
	const struct schema_object *target = schema_object(binder->schema, lookup->reference_to);
	const struct jnode *key = node->child;
	const struct schema_field *field;

	if (node->kind != JOBJECT)
		return wrong_kind(binder, "reference", node,
			node->text ? arena_text(binder->arena, node->text, node->len) : "");
	while (key &&
		(strcasecmp(key->key, "attributes") == 0 || strcasecmp(key->key, "type") == 0))
		key = key->next;
	field = key ? schema_field(target, key->key, key->key_len) : NULL;
	if (!field || !(field->flags & SCHEMA_EXTERNAL) || (field->flags & SCHEMA_HIDDEN))
		return row_fails(row, row_error(binder->arena, "INVALID_FIELD", NULL,
					      "Field name provided, %s does not match an External "
					      "ID, Salesforce Id, or indexed field for %s",
					      key ? key->key : "", target->name));
	if (key->kind != JSTRING)
		return wrong_kind(binder, schema_type_name(field->type), key,
			key->text ? arena_text(binder->arena, key->text, key->len) : "");
	row->parents[row->parent_count++] = (struct bound_parent){
		.field = schema_field_index(row->object, lookup),
		.object = target,
		.key_field = schema_field_index(target, field),
		.text = key->text,
		.len = key->len,
	};
	return true;
}

/* The field of the i-th member; a row's members are mostly those of the row before. */
static struct schema_field *look_up(
	struct binder *binder, const struct bound *row, const struct jnode *node, int i)
{
	struct schema_field *field;

	if (i < SCHEMA_FIELDS_MAX && binder->known[i].object == row->object &&
		binder->known[i].key_len == node->key_len &&
		memcmp(binder->known[i].key, node->key, node->key_len) == 0)
		return binder->known[i].field;
	field = schema_field(row->object, node->key, node->key_len);
	if (field && i < SCHEMA_FIELDS_MAX) {
		binder->known[i].object = row->object;
		binder->known[i].key = node->key;
		binder->known[i].key_len = node->key_len;
		binder->known[i].field = field;
	}
	return field;
}

static bool bind_member(
	struct bound *row, struct binder *binder, const struct jnode *node, int position)
{
	struct schema_field *field = look_up(binder, row, node, position);
	struct schema_field *lookup;

	if (field && field->type == SCHEMA_ID) {
		row->id = node->kind == JSTRING ? node->text : NULL;
		row->id_len = node->len;
		return true;
	}
	if (field && !(field->flags & SCHEMA_HIDDEN)) {
		if (field->flags & (SCHEMA_READ_ONLY | SCHEMA_DENIED)) {
			deny(row, binder, field);
			return true;
		}
		return bind_value(row, binder, field, node);
	}
	if (strcasecmp(node->key, "attributes") == 0)
		return true;
	lookup = schema_relationship(row->object, node->key, node->key_len);
	if (!lookup || (lookup->flags & SCHEMA_HIDDEN))
		return no_such_column(row, binder, node->key);
	if (node->kind == JNULL)
		return bind_value(row, binder, lookup, node);
	return bind_parent(row, binder, lookup, node);
}

bool bind_row(struct bound *row, struct binder *binder, const struct schema_object *object,
	const struct jnode *members)
{
	int position = 0;

	*row = (struct bound){ .object = object };
	row->cells = arena_alloc(binder->arena, (members->count + 1) * sizeof(*row->cells));
	row->parents = arena_alloc(binder->arena, (members->count + 1) * sizeof(*row->parents));
	if (!row->cells || !row->parents) {
		snprintf(binder->message, sizeof(binder->message), "out of memory");
		return false;
	}
	for (const struct jnode *node = members->child; node; node = node->next) {
		if (!bind_member(row, binder, node, position++))
			return false;
	}
	return true;
}
