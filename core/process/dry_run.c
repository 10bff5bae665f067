/* dry_run.c — keys that wait to be looked up, the look-ups, and the tallies. A look-up that the org
 * refuses ends no dry run: what it would have told is counted as not known. */

#include "base/base.h"
#include "process/dry_run.h"
#include "process/field_value.h"
#include "process/key_map.h"
#include "process/lookup.h"
#include "base/json.h"
#include "base/text.h"

#define KEYS_MAX 200
#define KINDS_MAX 40
#define EXAMPLES 3

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
	uint64_t hash;
	bool there;
};

struct dry_run {
	const struct run_info *info;
	enum key_kind kind;
	struct org *org;
	const char *field; /* that finds the records; NULL: nothing is looked up */
	bool number;
	struct waiting waiting[KEYS_MAX];
	int count;
	int calls;
	struct key_map seen; /* keys of this run that would be there after it */
	int64_t created, updated, deleted, not_looked_up, failed;
	struct kind kinds[KINDS_MAX];
	int kind_count;
	char note[256]; /* why the org could not be asked */
};

int dry_run_new(struct dry_run **out, const struct process_env *env,
	const struct connection *connection, const struct run_info *info,
	const struct describe *describe, enum key_kind kind, const atomic_bool *cancel,
	struct err *err)
{
	struct dry_run *dry = calloc(1, sizeof(*dry));
	const struct field *field = describe_field(describe, info->external_id);
	int rc;

	*out = NULL;
	if (!dry)
		return err_nomem(err);
	dry->info = info;
	dry->kind = kind;
	dry->field = info->operation == OPERATION_INSERT	    ? NULL
		     : info->operation == OPERATION_UPSERT && field ? field->name
								    : "Id";
	dry->number =
		info->operation == OPERATION_UPSERT && field && field_value_is_number(field->type);
	rc = org_new(&dry->org, connection, env->keyring, env->tokens, cancel, err);
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
	key_map_free(&dry->seen);
	org_free(dry->org);
	free(dry);
}

/* ---- tallies ---- */

void dry_run_bad(struct dry_run *dry, const char *key, const struct err *problem)
{
	struct kind *kind = NULL;

	dry->failed++;
	for (int i = 0; i < dry->kind_count; i++)
		if (text_equal(dry->kinds[i].code, problem->code))
			kind = &dry->kinds[i];
	if (!kind) {
		if (dry->kind_count == KINDS_MAX)
			return;
		kind = &dry->kinds[dry->kind_count++];
		text_copy(kind->code, sizeof(kind->code), problem->code);
		text_copy(kind->text, sizeof(kind->text), problem->text);
	}
	if (kind->count < EXAMPLES)
		text_copy(kind->keys[kind->count], sizeof(kind->keys[0]), key);
	kind->count++;
}

static void create(struct dry_run *dry, const char *key, const char *missing)
{
	struct err problem = ERR_INIT;

	if (text_empty(missing)) {
		dry->created++;
		return;
	}
	err_set(&problem, ERR_SOURCE, "Required fields are missing: [%s]", missing);
	text_copy(problem.code, sizeof(problem.code), "REQUIRED_FIELD_MISSING");
	dry_run_bad(dry, key, &problem);
}

static void not_found(struct dry_run *dry, const char *key)
{
	struct err problem = ERR_INIT;

	err_set(&problem, ERR_SOURCE, "invalid cross reference id");
	text_copy(problem.code, sizeof(problem.code), "INVALID_CROSS_REFERENCE_KEY");
	dry_run_bad(dry, key, &problem);
}

static void tally(struct dry_run *dry, struct waiting *row)
{
	int64_t failed = dry->failed;
	int64_t *seen;

	if (row->there && dry->info->operation == OPERATION_DELETE)
		dry->deleted++;
	else if (row->there)
		dry->updated++;
	else if (dry->info->operation == OPERATION_UPSERT)
		create(dry, row->key, row->missing);
	else
		not_found(dry, row->key);
	/* What one row creates, a later row of its key updates; what it deletes is gone. */
	seen = dry->failed == failed ? key_map_put(&dry->seen, row->hash) : NULL;
	if (seen)
		*seen = dry->info->operation == OPERATION_DELETE ? -1 : 1;
}

/* ---- look-ups ---- */

static void mark(void *ctx, const char *value)
{
	struct dry_run *dry = ctx;
	uint64_t hash = key_hash(value, dry->kind);

	for (int i = 0; i < dry->count; i++)
		if (dry->waiting[i].hash == hash)
			dry->waiting[i].there = true;
}

static int ask_all(struct dry_run *dry, struct err *err)
{
	struct lookup lookup = { dry->org, dry->info->object, dry->field, dry->number };
	const char *keys[KEYS_MAX];
	int rc = 0;

	for (int i = 0; i < dry->count; i++)
		keys[i] = dry->waiting[i].key;
	for (int first = 0, asked; !rc && first < dry->count; first += asked) {
		if (dry->calls >= DRY_RUN_CALLS_MAX)
			return err_set(
				err, ERR_LIMIT, "a dry run makes %d look-ups", DRY_RUN_CALLS_MAX);
		asked = dry->count - first;
		dry->calls++;
		rc = lookup_keys(&lookup, keys + first, &asked, mark, dry, err);
	}
	return rc;
}

static void look_up(struct dry_run *dry)
{
	struct err err = ERR_INIT;
	bool known = dry->count && !dry->note[0] && ask_all(dry, &err) == 0;

	if (err.kind && !dry->note[0])
		text_copy(dry->note, sizeof(dry->note), err.text);
	for (int i = 0; i < dry->count; i++) {
		struct waiting *row = &dry->waiting[i];
		const int64_t *seen = key_map_get(&dry->seen, row->hash);

		if (seen)
			row->there = *seen > 0;
		if (known || seen)
			tally(dry, row);
		else
			dry->not_looked_up++;
		free(row->key);
		free(row->missing);
	}
	dry->count = 0;
}

/* ---- rows ---- */

void dry_run_row(struct dry_run *dry, const char *key, const char *missing)
{
	struct waiting *row;

	if (!dry->field) {
		create(dry, key, missing);
		return;
	}
	row = &dry->waiting[dry->count];
	*row = (struct waiting){ .key = text_dup(key),
		.missing = text_empty(missing) ? NULL : text_dup(missing),
		.hash = key_hash(key, dry->kind) };
	if (!row->key) {
		free(row->missing);
		dry->not_looked_up++;
		return;
	}
	if (++dry->count == KEYS_MAX)
		look_up(dry);
}

void dry_run_finish(struct dry_run *dry)
{
	look_up(dry);
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
		{ "would be created", dry->created },
		{ "would be updated", dry->updated },
		{ "would be deleted", dry->deleted },
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
	json_put_int(&json, "created", dry->created);
	json_put_int(&json, "updated", dry->updated);
	json_put_int(&json, "deleted", dry->deleted);
	json_put_int(&json, "failed", dry->failed);
	json_put_int(&json, "not_looked_up", dry->not_looked_up);
	json_put_text(&json, "note", dry->note[0] ? dry->note : NULL);
	json_put_text(&json, "org_decides",
		"validation rules, duplicates, parents, record types, locks, triggers");
	add_kinds(&json, dry);
	json_close(&json, '}');
	rc = buf_check(&text, "a dry run's result", err);
	*out = rc ? NULL : buf_detach(&text);
	buf_free(&text);
	return rc;
}
