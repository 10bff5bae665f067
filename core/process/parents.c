/* parents.c — the keys that are on their way, or stuck there, are read from the store in one go,
 * and looked up in what was read for a moment: rows that miss their parents come in crowds. */

#include "base/base.h"
#include "process/parents.h"
#include "process/key_map.h"
#include "base/clock.h"
#include "base/text.h"

#include <json-c/json.h>

#define FRESH_MS 1000
#define WAITING_MAX 20000 /* rows whose parents are watched; others come at their time */

/* Keys of records with a message in some state. */
struct record_keys {
	struct key_map messages; /* hash of the key -> the newest message */
	int64_t read_at;	 /* clock_mono(), 0 = never */
};

struct relation {
	char name[96];			 /* "Account__r" */
	const char *key_field;		 /* "Ext_Id__c"; borrowed from the mapping */
	const struct text_list *targets; /* objects it may lead to; borrowed from the describe */
	struct record_keys coming, stuck;
};

struct waiting {
	int64_t message;
	uint64_t parent; /* hash of its key */
	int relation;
};

struct parents {
	const struct sender_spec *spec;
	struct relation *relations;
	int count;
	struct waiting *waiting;
	size_t waiting_count, waiting_room;
	int64_t looked_at; /* clock_mono() of the last look at those that wait */
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
	for (int i = 0; i < parents->count; i++) {
		key_map_free(&parents->relations[i].coming.messages);
		key_map_free(&parents->relations[i].stuck.messages);
	}
	free(parents->relations);
	free(parents->waiting);
	free(parents);
}

/* ---- what the store knows ---- */

/* Whether the parent's key tells cases apart is not known here: at worst a row waits in vain. */
static int add_record(void *ctx, const struct record_found *found, struct err *err)
{
	struct record_keys *keys = ctx;
	int64_t *message = key_map_put(&keys->messages, key_hash(found->key, KEY_FOLDED));

	if (!message)
		return err_nomem(err);
	if (found->message > *message)
		*message = found->message;
	return 0;
}

typedef int record_look(struct view *view, const struct record_kind *kind, record_each *each,
	void *ctx, struct err *err);

static int refresh(struct record_keys *keys, const struct relation *relation,
	const struct parents *parents, struct view *view, record_look *look)
{
	int rc = 0;

	if (keys->read_at && clock_mono() - keys->read_at < FRESH_MS)
		return 0;
	key_map_clear(&keys->messages);
	for (size_t i = 0; i < relation->targets->count && !rc; i++) {
		struct record_kind kind = { .object = relation->targets->items[i],
			.external_id = relation->key_field,
			.connection = parents->spec->connection->name };

		rc = look(view, &kind, add_record, keys, NULL);
	}
	keys->read_at = rc ? 0 : clock_mono();
	return rc;
}

/* True as well when that cannot be said. */
static bool is_coming(struct relation *relation, const struct parents *parents, struct view *view,
	uint64_t parent)
{
	return refresh(&relation->coming, relation, parents, view, view_coming_records) ||
	       key_map_get(&relation->coming.messages, parent);
}

/* ---- which parent ---- */

/* A row that names itself as its parent would wait for itself. */
static bool is_itself(const struct relation *relation, const struct parents *parents,
	const char *own_key, uint64_t hash)
{
	const struct run_info *info = parents->spec->info;

	return text_equal_fold(relation->key_field, info->external_id) &&
	       text_list_has(relation->targets, info->object) &&
	       key_hash(own_key, KEY_FOLDED) == hash;
}

struct missing {
	int relation;
	uint64_t hash;
	char key[256];
};

/* The parent whose key the org names in `text`. */
static bool find_missing(struct missing *missing, const struct parents *parents,
	const struct packet_out *packet, int position, const char *text)
{
	struct json_tokener *tokener = parents->count && text ? json_tokener_new() : NULL;
	struct json_object *record = NULL;
	bool found = false;

	if (tokener)
		record = json_tokener_parse_ex(
			tokener, packet->records[position], (int)packet->record_lens[position]);
	for (int i = 0; record && i < parents->count && !found; i++) {
		const struct relation *relation = &parents->relations[i];
		struct json_object *parent = json_object_object_get(record, relation->name);
		struct json_object *value = NULL;
		const char *key;

		if (json_object_is_type(parent, json_type_object))
			value = json_object_object_get(parent, relation->key_field);
		key = value ? json_object_get_string(value) : NULL;
		if (text_empty(key) || !strstr(text, key))
			continue;
		missing->relation = i;
		missing->hash = key_hash(key, KEY_FOLDED);
		text_copy(missing->key, sizeof(missing->key), key);
		found = !is_itself(relation, parents, packet->keys[position], missing->hash);
	}
	json_object_put(record);
	if (tokener)
		json_tokener_free(tokener);
	return found;
}

/* ---- rows that wait ---- */

/* Without room for it the row waits for its next try alone. */
static void add_waiting(struct parents *parents, int64_t message, const struct missing *missing)
{
	if (parents->waiting_count == parents->waiting_room) {
		size_t room = parents->waiting_room ? parents->waiting_room * 2 : 64;
		struct waiting *bigger = NULL;

		if (room <= 2 * WAITING_MAX)
			bigger = reallocarray(parents->waiting, room, sizeof(*bigger));
		if (!bigger)
			return;
		parents->waiting = bigger;
		parents->waiting_room = room;
	}
	parents->waiting[parents->waiting_count++] =
		(struct waiting){ message, missing->hash, missing->relation };
}

void parents_answered(struct parents *parents, int64_t packet, const struct row_set *rows)
{
	size_t kept = 0;

	for (size_t i = 0; i < parents->waiting_count; i++) {
		const struct waiting *waiting = &parents->waiting[i];

		if (MESSAGE_PACKET(waiting->message) != packet ||
			!row_set_has(rows, MESSAGE_POSITION(waiting->message)))
			parents->waiting[kept++] = *waiting;
	}
	parents->waiting_count = kept;
}

bool parents_open(struct parents *parents, struct view *view, const struct packet_out *packet,
	int position, const char *text)
{
	struct missing missing;

	return find_missing(&missing, parents, packet, position, text) &&
	       is_coming(&parents->relations[missing.relation], parents, view, missing.hash);
}

void parents_watch(
	struct parents *parents, const struct packet_out *packet, int position, const char *text)
{
	struct missing missing;

	if (find_missing(&missing, parents, packet, position, text))
		add_waiting(parents, MESSAGE_ID(packet->packet, position), &missing);
}

bool parents_settled(
	int64_t *packet, struct row_set *rows, struct parents *parents, struct view *view)
{
	*packet = 0;
	*rows = (struct row_set){ { 0 } };
	if (!parents->waiting_count || clock_mono() - parents->looked_at < FRESH_MS)
		return false;
	for (size_t i = 0; i < parents->waiting_count; i++) {
		const struct waiting *waiting = &parents->waiting[i];

		if (*packet && MESSAGE_PACKET(waiting->message) != *packet)
			continue;
		if (is_coming(
			    &parents->relations[waiting->relation], parents, view, waiting->parent))
			continue;
		*packet = MESSAGE_PACKET(waiting->message);
		row_set_add(rows, MESSAGE_POSITION(waiting->message));
	}
	if (*packet)
		parents_answered(parents, *packet, rows);
	else
		parents->looked_at = clock_mono();
	return *packet != 0;
}

/* ---- rows that wait no longer ---- */

static void say_stuck(char *words, size_t size, const struct missing *missing,
	const struct message_detail *parent, bool stopped)
{
	const struct message *msg = &parent->message;

	if (stopped && message_status_open(msg->status))
		snprintf(words, size,
			"; its parent %.80s is message %" PRId64 " of %s, in run %" PRId64
			", which is Stopped: settle that and resume the run, then reprocess this "
			"message",
			missing->key, msg->id, msg->interface, msg->run);
	else
		snprintf(words, size,
			"; its parent %.80s is message %" PRId64 " of %s, which is %s%s%.64s%s: "
			"settle and reprocess that one, then this message",
			missing->key, msg->id, msg->interface, message_status_name(msg->status),
			text_empty(msg->code) ? "" : " (", text_empty(msg->code) ? "" : msg->code,
			text_empty(msg->code) ? "" : ")");
}

bool parents_stuck(char *words, size_t size, struct parents *parents, struct view *view,
	const struct packet_out *packet, int position, const char *text)
{
	struct message_detail *parent = NULL;
	struct relation *relation;
	struct missing missing;
	const int64_t *message = NULL;
	struct run_info info;
	size_t len;

	if (!find_missing(&missing, parents, packet, position, text))
		return false;
	relation = &parents->relations[missing.relation];
	if (!refresh(&relation->stuck, relation, parents, view, view_stuck_records))
		message = key_map_get(&relation->stuck.messages, missing.hash);
	if (!message || view_message(&parent, view, *message, NULL))
		return false;
	snprintf(words, size, "%.400s", text);
	len = strlen(words);
	say_stuck(words + len, size - len, &missing, parent,
		!view_run(&info, view, parent->message.run, NULL) && info.state == RUN_STOPPED);
	message_detail_free(parent);
	return true;
}
