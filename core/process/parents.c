/* parents.c — the keys that are on their way are read from the store in one go, and looked up in
 * what was read for a moment: rows that miss their parents come in crowds. */

#include "base/base.h"
#include "process/parents.h"
#include "process/key_map.h"
#include "base/clock.h"
#include "base/text.h"

#include <json-c/json.h>

#define FRESH_MS 1000

struct relation {
	char name[96];			 /* "Account__r" */
	const char *key_field;		 /* "Ext_Id__c"; borrowed from the mapping */
	const struct text_list *targets; /* objects it may lead to; borrowed from the describe */
	struct key_map open;		 /* keys of records on their way */
	int64_t read_at;		 /* clock_mono(), 0 = never */
};

struct parents {
	const struct sender_spec *spec;
	struct relation *relations;
	int count;
};

static void add_relation(struct parents *parents, const char *path)
{
	struct relation *relation = &parents->relations[parents->count];
	const char *dot = strchr(path, '.');
	const struct field *lookup;

	if (!dot)
		return;
	snprintf(relation->name, sizeof(relation->name), "%.*s", (int)(dot - path), path);
	lookup = describe_relationship(parents->spec->describe, relation->name);
	if (!lookup)
		return;
	relation->key_field = dot + 1;
	relation->targets = &lookup->targets;
	parents->count++;
}

int parents_new(struct parents **out, const struct sender_spec *spec, struct err *err)
{
	const struct mapping *mapping = &spec->interface->mapping;
	struct parents *parents = calloc(1, sizeof(*parents));

	if (parents)
		parents->relations = calloc(mapping->count + 1, sizeof(*parents->relations));
	if (!parents || !parents->relations) {
		parents_free(parents);
		return err_nomem(err);
	}
	parents->spec = spec;
	for (size_t i = 0; spec->describe && i < mapping->count; i++)
		add_relation(parents, mapping->entries[i].field);
	*out = parents;
	return 0;
}

void parents_free(struct parents *parents)
{
	if (!parents)
		return;
	for (int i = 0; i < parents->count; i++)
		key_map_free(&parents->relations[i].open);
	free(parents->relations);
	free(parents);
}

/* Whether the parent's key tells cases apart is not known here: at worst a row waits in vain. */
static int add_open(void *ctx, const char *key, struct err *err)
{
	struct relation *relation = ctx;

	return key_map_put(&relation->open, key_hash(key, KEY_FOLDED)) ? 0 : err_nomem(err);
}

static int refresh(struct relation *relation, const struct parents *parents, struct view *view)
{
	int rc = 0;

	if (relation->read_at && clock_mono() - relation->read_at < FRESH_MS)
		return 0;
	key_map_clear(&relation->open);
	for (size_t i = 0; i < relation->targets->count && !rc; i++) {
		struct record_kind kind = { .object = relation->targets->items[i],
			.external_id = relation->key_field,
			.connection = parents->spec->connection->name };

		rc = view_open_records(view, &kind, add_open, relation, NULL);
	}
	relation->read_at = rc ? 0 : clock_mono();
	return rc;
}

/* A row that names itself as its parent would wait for itself. */
static bool is_itself(const struct relation *relation, const struct parents *parents,
	const char *own_key, uint64_t hash)
{
	const struct run_info *info = parents->spec->info;

	return text_equal_fold(relation->key_field, info->external_id) &&
	       text_list_has(relation->targets, info->object) &&
	       key_hash(own_key, KEY_FOLDED) == hash;
}

static bool is_open(struct relation *relation, const struct parents *parents, struct view *view,
	const char *key, const char *own_key)
{
	uint64_t hash = key_hash(key, KEY_FOLDED);

	if (is_itself(relation, parents, own_key, hash))
		return false;
	return refresh(relation, parents, view) || key_map_get(&relation->open, hash);
}

bool parents_open(struct parents *parents, struct view *view, const struct packet_out *packet,
	int position, const char *text)
{
	struct json_tokener *tokener = parents->count && text ? json_tokener_new() : NULL;
	struct json_object *record = NULL;
	bool open = false;

	if (tokener)
		record = json_tokener_parse_ex(
			tokener, packet->records[position], (int)packet->record_lens[position]);
	for (int i = 0; record && i < parents->count && !open; i++) {
		struct relation *relation = &parents->relations[i];
		struct json_object *parent = json_object_object_get(record, relation->name);
		struct json_object *value = NULL;
		const char *key;

		if (json_object_is_type(parent, json_type_object))
			value = json_object_object_get(parent, relation->key_field);
		key = value ? json_object_get_string(value) : NULL;
		if (!text_empty(key) && strstr(text, key))
			open = is_open(relation, parents, view, key, packet->keys[position]);
	}
	json_object_put(record);
	if (tokener)
		json_tokener_free(tokener);
	return open;
}
