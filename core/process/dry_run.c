/* dry_run.c — keys that wait to be looked up, the look-ups, and the tallies. A look-up that the org
 * refuses ends no dry run: what it would have told is counted as not known. */

#include "base/base.h"
#include "process/dry_run.h"
#include "process/key.h"
#include "process/key_map.h"
#include "process/foretold.h"
#include "process/parent_fields.h"
#include "process/question.h"
#include "base/json.h"
#include "base/text.h"

#define KINDS_MAX 40
#define EXAMPLES 3
#define PARENTS_MAX 8
#define ORG_DECIDES "validation rules, duplicates, record types, e-mail addresses, locks, triggers"
#define UNDONE_TOO ORG_DECIDES ", and which rows go back with one that these refuse (all_or_none)"

/* One kind of failure, with its first keys. */
struct kind {
	char code[64];
	char text[200]; /* of the first one */
	char keys[EXAMPLES][81];
	int64_t count;
};

struct waiting {
	char *key;
	char *missing; /* NULL = none */
	bool by_id;
	int64_t packet; /* that it would be in */
};

struct sums {
	int64_t created, updated, deleted;
};

/* Rows of one packet that go in one request, all or none of them. */
struct together {
	int64_t packet;
	struct sums sums;
	char keys[EXAMPLES][81]; /* the first of those that are well */
	struct {
		uint64_t hash;
		bool by_id;
	} seen[PACKET_ROWS_MAX];
	int count;
	char culprit[81]; /* key of the first that fails ... */
	bool spoilt;	  /* ... if one does */
};

struct dry_run {
	const struct run_info *info;
	bool looks_up; /* Update or Delete by external ID */
	struct org *org;
	struct foretold *foretold; /* borrowed */
	struct question by_key, by_id;
	struct question parents[PARENTS_MAX];
	int parent_count;
	struct waiting waiting[QUESTION_ROWS];
	int count;
	struct key_map seen; /* keys of this run: 1 = there after it, -1 = gone */
	struct sums sums;
	int64_t not_looked_up, failed;
	struct kind kinds[KINDS_MAX];
	int kind_count;
	char note[256]; /* why the org could not be asked */
	const char *org_decides;

	bool all_or_none; /* then: */
	int packet_rows;
	int64_t packet; /* the one being filled, as intake.c does, in the order read */
	int in_packet;
	struct key_map packet_keys;
	struct together together[2]; /* rows of a packet that go in different requests */
};

/* ---- what is asked for ---- */

static bool has_parent(const struct dry_run *dry, const char *relationship)
{
	for (int i = 0; i < dry->parent_count; i++)
		if (text_equal_fold(dry->parents[i].parent, relationship))
			return true;
	return false;
}

/* A parent that may be of several objects, or whose object is hidden, is left to the org. */
static int add_parent(
	struct dry_run *dry, const struct describe *describe, const char *path, struct err *err)
{
	const char *dot = strchr(path, '.');
	char relationship[81];
	const struct field *lookup;
	struct describe *parent = NULL;
	int rc;

	snprintf(relationship, sizeof(relationship), "%.*s", (int)(dot - path), path);
	lookup = describe_relationship(describe, relationship);
	if (!lookup || lookup->targets.count != 1 || has_parent(dry, relationship) ||
		dry->parent_count == PARENTS_MAX)
		return 0;
	rc = describe_fetch(&parent, dry->org, lookup->targets.items[0], err);
	if (rc == -ERR_NOT_FOUND) {
		err_clear(err);
		return 0;
	}
	if (!rc)
		rc = question_init(&dry->parents[dry->parent_count++], parent->name, dot + 1,
			relationship, parent, err);
	describe_free(parent);
	return rc;
}

static int add_questions(struct dry_run *dry, const struct interface *interface,
	const struct describe *describe, struct err *err)
{
	const struct mapping *mapping = &interface->mapping;
	bool by_key = interface->operation == OPERATION_UPSERT || dry->looks_up;
	int rc = question_init(&dry->by_id, dry->info->object, "Id", NULL, describe, err);

	if (!rc)
		rc = question_init(&dry->by_key, dry->info->object,
			by_key ? interface->external_id : "Id", NULL, describe, err);
	for (size_t i = 0; !rc && i < mapping->count; i++)
		if (strchr(mapping->entries[i].field, '.') &&
			interface->operation != OPERATION_DELETE)
			rc = add_parent(dry, describe, mapping->entries[i].field, err);
	return rc;
}

/* Where rows are packed by parent, which of them share a packet is known when they leave. */
static const char *what_is_left(const struct interface *interface, const struct describe *describe)
{
	struct parent_field fields[PARENT_FIELDS_MAX];

	if (interface->on_error == ON_ERROR_STOP)
		return ORG_DECIDES ", and how far it comes (on_error = Stop)";
	if (interface->all_or_none && interface->parallel > 1 &&
		parent_fields(fields, &interface->mapping, describe))
		return UNDONE_TOO
			", and which rows share a packet, since they are packed by parent";
	return interface->all_or_none ? UNDONE_TOO : ORG_DECIDES;
}

int dry_run_new(struct dry_run **out, const struct process_env *env,
	const struct connection *connection, const struct interface *interface,
	const struct run_info *info, const struct describe *describe, const atomic_bool *cancel,
	struct err *err)
{
	struct dry_run *dry = calloc(1, sizeof(*dry));
	int rc;

	*out = NULL;
	if (!dry)
		return err_nomem(err);
	dry->info = info;
	dry->foretold = env->foretold;
	dry->looks_up = interface_looks_up(interface);
	dry->org_decides = what_is_left(interface, describe);
	dry->all_or_none = interface->all_or_none && interface->on_error != ON_ERROR_STOP;
	dry->packet_rows = interface->packet;
	rc = org_new(&dry->org, connection, env->keyring, env->tokens, cancel, err);
	if (!rc)
		rc = add_questions(dry, interface, describe, err);
	if (rc)
		dry_run_free(dry);
	else
		*out = dry;
	return rc;
}

void dry_run_free(struct dry_run *dry)
{
	if (!dry)
		return;
	for (int i = 0; i < dry->count; i++) {
		free(dry->waiting[i].key);
		free(dry->waiting[i].missing);
	}
	question_free(&dry->by_key);
	question_free(&dry->by_id);
	for (int i = 0; i < dry->parent_count; i++)
		question_free(&dry->parents[i]);
	key_map_free(&dry->seen);
	key_map_free(&dry->packet_keys);
	org_free(dry->org);
	free(dry);
}

/* ---- tallies ---- */

/* NULL: there are too many kinds. */
static struct kind *kind_of(struct dry_run *dry, const struct err *problem)
{
	struct kind *kind;

	for (int i = 0; i < dry->kind_count; i++)
		if (text_equal(dry->kinds[i].code, problem->code))
			return &dry->kinds[i];
	if (dry->kind_count == KINDS_MAX)
		return NULL;
	kind = &dry->kinds[dry->kind_count++];
	text_copy(kind->code, sizeof(kind->code), problem->code);
	text_copy(kind->text, sizeof(kind->text), problem->text);
	return kind;
}

static void count_bad(struct dry_run *dry, const char *key, const struct err *problem)
{
	struct kind *kind = kind_of(dry, problem);

	dry->failed++;
	if (!kind)
		return;
	if (kind->count < EXAMPLES)
		text_copy(kind->keys[kind->count], sizeof(kind->keys[0]), key);
	kind->count++;
}

/* The next row comes: which packet would it be in? No key is in one twice. */
static int64_t place_row(struct dry_run *dry, const char *key)
{
	uint64_t hash = text_empty(key) ? 0 : key_hash(key, KEY_FOLDED);

	if (dry->in_packet == dry->packet_rows || (hash && key_map_get(&dry->packet_keys, hash))) {
		dry->packet++;
		dry->in_packet = 0;
		key_map_clear(&dry->packet_keys);
	}
	if (hash)
		key_map_put(&dry->packet_keys, hash);
	dry->in_packet++;
	return dry->packet;
}

void dry_run_bad(struct dry_run *dry, const char *key, const struct err *problem)
{
	if (dry->all_or_none)
		place_row(dry, key); /* it is not sent, but has its place */
	count_bad(dry, key, problem);
}

static void bad(struct dry_run *dry, const char *key, const char *code, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

static void bad(struct dry_run *dry, const char *key, const char *code, const char *fmt, ...)
{
	struct err problem = ERR_INIT;
	va_list ap;

	problem.kind = ERR_SOURCE;
	va_start(ap, fmt);
	vsnprintf(problem.text, sizeof(problem.text), fmt, ap);
	va_end(ap);
	text_copy(problem.code, sizeof(problem.code), code);
	count_bad(dry, key, &problem);
}

/* Is the row's record there, as far as is known? -1 = not known; more than 1: which is it? */
static int records_of(const struct dry_run *dry, int row)
{
	const struct question *asked = dry->waiting[row].by_id ? &dry->by_id : &dry->by_key;
	const int64_t *seen =
		asked->keys[row].hash ? key_map_get(&dry->seen, asked->keys[row].hash) : NULL;

	return seen ? *seen > 0 : asked->hits[row];
}

static bool fails_by_its_record(struct dry_run *dry, int row, int records)
{
	const char *key = dry->waiting[row].key;
	enum operation operation = dry->info->operation;

	if (operation == OPERATION_INSERT)
		return false;
	if (records > 1)
		bad(dry, key, "DUPLICATE_EXTERNAL_ID", "%d records of %s have this key", records,
			dry->info->object);
	else if (records == 0 && dry->waiting[row].by_id)
		bad(dry, key, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id");
	else if (records == 0 && operation != OPERATION_UPSERT)
		bad(dry, key, "NOT_FOUND", "no %s has this key", dry->info->object);
	else
		return false;
	return true;
}

/* Would a parent that is not there be, by rows before this one or by the interfaces before? */
static bool will_come(const struct dry_run *dry, const struct question *parent, int row)
{
	const struct lookup *own = &dry->by_key.lookup;
	uint64_t hash = parent->keys[row].hash;
	const int64_t *seen = NULL;

	if (own->count == 1 && text_equal_fold(own->object, parent->lookup.object) &&
		text_equal_fold(own->fields[0].name, parent->lookup.fields[0].name))
		seen = key_map_get(&dry->seen, hash);
	return (seen && *seen > 0) ||
	       foretold_has(dry->foretold, dry->info->batch, &parent->lookup, hash);
}

/* The org's words (SOAP API guide, "StatusCode"). */
static bool fails_by_a_parent(struct dry_run *dry, int row)
{
	for (int i = 0; i < dry->parent_count; i++) {
		const struct question *parent = &dry->parents[i];
		const char *field = parent->lookup.fields[0].name;

		if (!parent->keys[row].hash || parent->hits[row] < 0 || parent->hits[row] == 1 ||
			(parent->hits[row] == 0 && will_come(dry, parent, row)))
			continue;
		if (parent->hits[row])
			bad(dry, dry->waiting[row].key, "INVALID_FIELD",
				"More than one record found for external id field: %s", field);
		else
			bad(dry, dry->waiting[row].key, "INVALID_FIELD",
				"Foreign key external ID: %s not found for field %s in entity %s",
				parent->keys[row].values[0], field, parent->lookup.object);
		return true;
	}
	return false;
}

static bool is_created(const struct dry_run *dry, int records)
{
	return dry->info->operation == OPERATION_INSERT ||
	       (dry->info->operation == OPERATION_UPSERT && records == 0);
}

/* What one row creates, a later row of its key updates; what it deletes is gone. */
static void see(struct dry_run *dry, bool by_id, uint64_t hash)
{
	int64_t *seen = hash ? key_map_put(&dry->seen, hash) : NULL;

	if (seen)
		*seen = dry->info->operation == OPERATION_DELETE ? -1 : 1;
	if (hash && !by_id && dry->info->operation == OPERATION_UPSERT)
		foretold_add(dry->foretold, dry->info->batch, &dry->by_key.lookup, hash);
}

static bool fails(struct dry_run *dry, int row, int records)
{
	const struct waiting *waiting = &dry->waiting[row];

	if (fails_by_its_record(dry, row, records) || fails_by_a_parent(dry, row))
		return true;
	if (!is_created(dry, records) || !waiting->missing)
		return false;
	bad(dry, waiting->key, "REQUIRED_FIELD_MISSING", "Required fields are missing: [%s]",
		waiting->missing);
	return true;
}

/* ---- all or none ---- */

/* The packet is known whole: all of it comes, or all goes back. */
static void close_together(struct dry_run *dry, struct together *together)
{
	struct err undone = ERR_INIT;
	struct kind *kind;

	if (together->spoilt && together->count) {
		err_set(&undone, ERR_SOURCE, "rolled back, since %s of the same packet fails",
			together->culprit);
		text_copy(undone.code, sizeof(undone.code), "ALL_OR_NONE_OPERATION_ROLLED_BACK");
		kind = kind_of(dry, &undone);
		for (int i = 0; kind && i < together->count; i++, kind->count++)
			if (kind->count < EXAMPLES && i < EXAMPLES)
				text_copy(kind->keys[kind->count], sizeof(kind->keys[0]),
					together->keys[i]);
		dry->failed += together->count;
	} else if (together->count) {
		dry->sums.created += together->sums.created;
		dry->sums.updated += together->sums.updated;
		dry->sums.deleted += together->sums.deleted;
		for (int i = 0; i < together->count; i++)
			see(dry, together->seen[i].by_id, together->seen[i].hash);
	}
	together->sums = (struct sums){ 0 };
	together->count = 0;
	together->spoilt = false;
}

/* Those with whom the row goes; NULL where each goes by itself. */
static struct together *together_of(struct dry_run *dry, int row, int records)
{
	const struct waiting *waiting = &dry->waiting[row];
	bool other = dry->looks_up ? is_created(dry, records) : waiting->by_id;

	if (!dry->all_or_none)
		return NULL;
	for (int i = 0; i < 2; i++) {
		if (dry->together[i].packet != waiting->packet)
			close_together(dry, &dry->together[i]);
		dry->together[i].packet = waiting->packet;
	}
	return &dry->together[dry->info->operation == OPERATION_UPSERT && other];
}

static void join(struct together *together, const struct waiting *waiting, uint64_t hash)
{
	if (together->count < EXAMPLES)
		text_copy(together->keys[together->count], sizeof(together->keys[0]), waiting->key);
	together->seen[together->count].hash = hash;
	together->seen[together->count++].by_id = waiting->by_id;
}

static void tally(struct dry_run *dry, int row)
{
	const struct waiting *waiting = &dry->waiting[row];
	const struct question *asked = waiting->by_id ? &dry->by_id : &dry->by_key;
	int records = records_of(dry, row);
	struct together *together = together_of(dry, row, records);
	struct sums *sums = together ? &together->sums : &dry->sums;

	if (records < 0 && dry->info->operation != OPERATION_INSERT) {
		dry->not_looked_up++;
		return;
	}
	if (fails(dry, row, records)) {
		if (together && !together->spoilt)
			text_copy(together->culprit, sizeof(together->culprit), waiting->key);
		if (together)
			together->spoilt = true;
		return;
	}
	if (is_created(dry, records))
		sums->created++;
	else if (dry->info->operation == OPERATION_DELETE)
		sums->deleted++;
	else
		sums->updated++;
	if (together)
		join(together, waiting, asked->keys[row].hash);
	else
		see(dry, waiting->by_id, asked->keys[row].hash);
}

/* ---- rows ---- */

static void ask(struct dry_run *dry, struct question *question)
{
	struct err err = ERR_INIT;

	if (question_ask(question, dry->count, dry->org, &err) && !dry->note[0])
		text_copy(dry->note, sizeof(dry->note), err.text);
}

static void look_up(struct dry_run *dry)
{
	ask(dry, &dry->by_key);
	ask(dry, &dry->by_id);
	for (int i = 0; i < dry->parent_count; i++)
		ask(dry, &dry->parents[i]);
	for (int i = 0; i < dry->count; i++) {
		tally(dry, i);
		free(dry->waiting[i].key);
		free(dry->waiting[i].missing);
	}
	question_next(&dry->by_key, dry->count);
	question_next(&dry->by_id, dry->count);
	for (int i = 0; i < dry->parent_count; i++)
		question_next(&dry->parents[i], dry->count);
	dry->count = 0;
}

static void put_questions(struct dry_run *dry, int row, struct json_object *record)
{
	struct waiting *waiting = &dry->waiting[row];

	if (dry->info->operation != OPERATION_INSERT) {
		waiting->by_id = question_put(&dry->by_id, row, record);
		if (!waiting->by_id)
			question_put(&dry->by_key, row, record);
	}
	for (int i = 0; i < dry->parent_count; i++)
		question_put(&dry->parents[i], row, record);
}

int dry_run_row(struct dry_run *dry, const struct dry_row *row, struct err *err)
{
	struct waiting *waiting = &dry->waiting[dry->count];
	struct json_object *record = lookup_record(row->record, row->record_len);
	int rc = 0;

	*waiting = (struct waiting){ .key = text_dup(row->key),
		.missing = text_empty(row->missing) ? NULL : text_dup(row->missing),
		.packet = dry->all_or_none ? place_row(dry, row->key) : 0 };
	if (!record || !waiting->key) {
		free(waiting->key);
		free(waiting->missing);
		rc = err_nomem(err);
	} else {
		put_questions(dry, dry->count, record);
		if (++dry->count == QUESTION_ROWS)
			look_up(dry);
	}
	lookup_record_free(record);
	return rc;
}

void dry_run_finish(struct dry_run *dry)
{
	look_up(dry);
	close_together(dry, &dry->together[0]);
	close_together(dry, &dry->together[1]);
}

/* ---- telling ---- */

int64_t dry_run_failed(const struct dry_run *dry)
{
	return dry->failed;
}

void dry_run_words(char *words, size_t size, const struct dry_run *dry)
{
	const struct {
		const char *word;
		int64_t count;
	} parts[] = {
		{ "would be created", dry->sums.created },
		{ "would be updated", dry->sums.updated },
		{ "would be deleted", dry->sums.deleted },
		{ "not looked up", dry->not_looked_up },
	};
	size_t used = 0;

	*words = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (parts[i].count && used < size)
			used += (size_t)snprintf(words + used, size - used, "%s%" PRId64 " %s",
				used ? ", " : "", parts[i].count, parts[i].word);
}

static void add_kinds(struct json *json, const struct dry_run *dry)
{
	json_key(json, "problems");
	json_open(json, '[');
	for (int i = 0; i < dry->kind_count; i++) {
		const struct kind *kind = &dry->kinds[i];

		json_open(json, '{');
		json_put_text(json, "code", kind->code);
		json_put_int(json, "count", kind->count);
		json_put_text(json, "text", kind->text);
		json_key(json, "keys");
		json_open(json, '[');
		for (int k = 0; k < EXAMPLES && k < kind->count; k++)
			json_text(json, kind->keys[k]);
		json_close(json, ']');
		json_close(json, '}');
	}
	json_close(json, ']');
}

int dry_run_json(char **out, const struct dry_run *dry, struct err *err)
{
	struct buf text = BUF_INIT(1u << 20);
	struct json json = JSON_INIT(&text);
	int rc;

	json_open(&json, '{');
	json_put_int(&json, "run", dry->info->id);
	json_put_int(&json, "created", dry->sums.created);
	json_put_int(&json, "updated", dry->sums.updated);
	json_put_int(&json, "deleted", dry->sums.deleted);
	json_put_int(&json, "failed", dry->failed);
	json_put_int(&json, "not_looked_up", dry->not_looked_up);
	json_put_text(&json, "note", dry->note[0] ? dry->note : NULL);
	json_put_text(&json, "org_decides", dry->org_decides);
	add_kinds(&json, dry);
	json_close(&json, '}');
	rc = buf_check(&text, "a dry run's result", err);
	*out = rc ? NULL : buf_detach(&text);
	buf_free(&text);
	return rc;
}
