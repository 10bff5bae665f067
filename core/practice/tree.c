/* tree.c — composite/tree: new records with their children in one call, all or none. */

#include "base/base.h"
#include "practice/call.h"
#include "practice/write.h"

#define TREE_ROWS_MAX 200
#define TREE_DEPTH_MAX 5

struct tree_row {
	const char *reference;
	struct bound bound;
	struct row_result result;
	int parent;			   /* row above, or -1 */
	const struct schema_field *lookup; /* to the row above */
};

struct tree {
	struct call *call;
	struct tree_row *rows;
	int count;
	struct binder binder;
};

static const struct schema_children *child_relation(
	const struct schema_object *object, const char *name)
{
	const struct schema_children *row = schema_children;

	while (row->parent &&
		(strcmp(row->parent, object->name) != 0 || strcasecmp(row->name, name) != 0))
		row++;
	return row->parent ? row : NULL;
}

/* The record without the lists of its children, which are no fields. */
static const struct jnode *own_members(
	struct tree *tree, const struct schema_object *object, const struct jnode *record)
{
	struct jnode *copy = arena_alloc(tree->call->arena, sizeof(*copy));
	struct jnode **tail;

	if (!copy)
		return record;
	*copy = *record;
	copy->child = NULL;
	tail = &copy->child;
	for (const struct jnode *member = record->child; member; member = member->next) {
		struct jnode *kept;

		if (member->kind == JOBJECT && child_relation(object, member->key))
			continue;
		kept = arena_alloc(tree->call->arena, sizeof(*kept));
		if (!kept)
			break;
		*kept = *member;
		kept->next = NULL;
		*tail = kept;
		tail = &kept->next;
	}
	return copy;
}

static bool add_records(struct tree *tree, const struct schema_object *object,
	const struct jnode *records, int parent, const char *lookup, int depth);

static bool add_children(struct tree *tree, const struct schema_object *object,
	const struct jnode *record, int parent, int depth)
{
	for (const struct jnode *member = record->child; member; member = member->next) {
		const struct schema_children *relation =
			member->kind == JOBJECT ? child_relation(object, member->key) : NULL;

		if (relation &&
			!add_records(tree, schema_object(tree->call->org->schema, relation->child),
				jtree_get(member, "records"), parent, relation->field, depth + 1))
			return false;
	}
	return true;
}

static bool add_record(struct tree *tree, const struct schema_object *object,
	const struct jnode *record, int parent, const char *lookup, int depth)
{
	struct tree_row *row = &tree->rows[tree->count];
	const char *reference = jtree_string(jtree_get(record, "attributes"), "referenceId");

	if (tree->count == TREE_ROWS_MAX) {
		call_fail(tree->call, 400, "LIMIT_EXCEEDED", "more than %d records", TREE_ROWS_MAX);
		return false;
	}
	if (!reference) {
		call_fail(tree->call, 400, "INVALID_INPUT",
			"Include a reference ID for each record in the request");
		return false;
	}
	row->reference = reference;
	row->parent = parent;
	row->lookup = lookup ? schema_field(object, lookup, strlen(lookup)) : NULL;
	if (!bind_row(&row->bound, &tree->binder, object, own_members(tree, object, record))) {
		call_fail(tree->call, 400, "JSON_PARSER_ERROR", "%s", tree->binder.message);
		return false;
	}
	return add_children(tree, object, record, tree->count++, depth);
}

static bool add_records(struct tree *tree, const struct schema_object *object,
	const struct jnode *records, int parent, const char *lookup, int depth)
{
	if (!records || records->kind != JARRAY || depth > TREE_DEPTH_MAX) {
		call_fail(tree->call, 400, "INVALID_INPUT",
			"the request needs \"records\", at most %d levels deep", TREE_DEPTH_MAX);
		return false;
	}
	for (const struct jnode *record = records->child; record; record = record->next) {
		if (!add_record(tree, object, record, parent, lookup, depth))
			return false;
	}
	return true;
}

/* The lookup to the row above, whose id is known only now. */
static void set_parent(struct tree *tree, struct tree_row *row)
{
	const struct row_result *above = row->parent < 0 ? NULL : &tree->rows[row->parent].result;
	char id[SFID_SIZE];

	if (!above || above->error || !row->lookup)
		return;
	sfid_make(id, above->object->prefix, above->number);
	row->bound.cells[row->bound.count++] = (struct cell){
		.field = (uint8_t)schema_field_index(row->bound.object, row->lookup),
		.text = arena_text(tree->call->arena, id, SFID_SIZE - 1),
		.len = SFID_SIZE - 1,
	};
}

static void answer_tree(struct tree *tree, bool failed)
{
	struct json json = JSON_INIT(tree->call->out);

	tree->call->status = failed ? 400 : 201;
	json_open(&json, '{');
	json_put_bool(&json, "hasErrors", failed);
	json_key(&json, "results");
	json_open(&json, '[');
	for (int i = 0; i < tree->count; i++) {
		const struct tree_row *row = &tree->rows[i];
		char id[SFID_SIZE];

		if (failed && !row->result.error)
			continue;
		json_open(&json, '{');
		json_put_text(&json, "referenceId", row->reference);
		if (failed) {
			json_key(&json, "errors");
			json_open(&json, '[');
			call_put_row_error(&json, row->result.error);
			json_close(&json, ']');
		} else {
			sfid_make(id, row->result.object->prefix, row->result.number);
			json_put_text(&json, "id", id);
		}
		json_close(&json, '}');
	}
	json_close(&json, ']');
	json_close(&json, '}');
}

static void tree(struct call *call)
{
	const struct schema_object *object = call_object(call, call->args[0]);
	struct tree all = { .call = call,
		.binder = {
			.schema = call->org->schema, .tree = &call->json, .arena = call->arena } };
	bool failed = false;
	struct write write;

	if (!object)
		return;
	all.rows = arena_alloc(call->arena, (TREE_ROWS_MAX + 1) * sizeof(*all.rows));
	if (!all.rows) {
		call_fail(call, 500, "UNKNOWN_EXCEPTION", "out of memory");
		return;
	}
	if (!add_records(&all, object, jtree_get(call->json.root, "records"), -1, NULL, 1) ||
		!write_begin(&write, call->org, call->arena, all.count, true))
		return;
	write.op = WRITE_CREATE;
	write.request = call->number;
	for (int i = 0; i < all.count; i++) {
		set_parent(&all, &all.rows[i]);
		write_row(&write, &all.rows[i].bound, &all.rows[i].result);
		failed = failed || all.rows[i].result.error;
	}
	write_end(&write, !failed);
	answer_tree(&all, failed);
}

const struct route tree_routes[] = {
	{ "POST", "services/data/v{}/composite/tree/{}", tree, ROUTE_JSON },
	{ NULL, NULL, NULL, 0 },
};
