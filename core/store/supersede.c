/*
 * supersede.c — what is older than a Completed message of its key is superseded.
 *
 * Looking for older messages with every answer would cost more than the answer itself, so a run
 * marks them when it ends (or pauses), by one walk over its own keys against a table of the keys
 * that could be out of date. Until then store_superseded_among() looks into the runs under way.
 */

#include "base/base.h"
#include "base/clock.h"
#include "store/blob.h"
#include "store/private.h"

#define TABLE_ENTRIES (1u << 18) /* keys of one walk; more make more walks */

/* Connection, object and the reading of keys of a run. */
struct scope {
	int64_t run;
	int64_t operation;
	char *connection, *object, *interface, *external_id;
	bool key_case;
	bool keep_older; /* only what still waits is out of date */
};

static void scope_free(struct scope *scope)
{
	free(scope->connection);
	free(scope->object);
	free(scope->interface);
	free(scope->external_id);
}

static int scope_load(struct scope *scope, struct db *db, int64_t run, struct err *err)
{
	static const char sql[] =
		"SELECT connection, object, key_case, keep_older, interface, external_id, operation"
		" FROM run WHERE id = ?";
	sqlite3_stmt *stmt;
	int rc = db_query(&stmt, db, sql, BINDS(B_INT(run)), err);

	*scope = (struct scope){ .run = run };
	if (rc == 0)
		rc = db_next(db, stmt, err);
	if (rc == 0)
		return err_set(err, ERR_NOT_FOUND, "there is no run %" PRId64, run);
	if (rc < 0)
		return rc;
	scope->connection = strdup(db_text(stmt, 0));
	scope->object = strdup(db_text(stmt, 1));
	scope->key_case = db_int(stmt, 2) != 0;
	scope->keep_older = db_int(stmt, 3) != 0;
	scope->interface = strdup(db_text(stmt, 4));
	scope->external_id = strdup(db_text(stmt, 5));
	scope->operation = db_int(stmt, 6);
	sqlite3_reset(stmt);
	if (scope->connection && scope->object && scope->interface && scope->external_id)
		return 0;
	scope_free(scope);
	return err_nomem(err);
}

/*
 * Runs `r` in which a key means the same record: those of one external ID. What an Insert makes is
 * known to its own interface alone, by whichever columns are its row_key.
 */
#define SAME_RECORDS                                                                               \
	" AND r.connection = ?2 AND r.object = ?3 AND ifnull(r.external_id, '') = ?4 COLLATE"      \
	" NOCASE AND (r.interface = ?5 OR (r.operation <> ?6 AND ?7 <> ?6))"
#define SCOPE_BINDS(first, scope)                                                                  \
	BINDS(B_INT(first), B_TEXT((scope)->connection), B_TEXT((scope)->object),                  \
		B_TEXT((scope)->external_id), B_TEXT((scope)->interface), B_INT(OPERATION_INSERT), \
		B_INT((scope)->operation))

/* A key as the org compares it: without blanks around it, and without case unless told. */
static uint64_t key_hash(const char *key, bool key_case)
{
	uint64_t hash = 0xcbf29ce484222325u;
	const char *end;

	while (*key == ' ' || *key == '\t')
		key++;
	end = key + strlen(key);
	while (end > key && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	if (key == end)
		return 0;
	for (; key < end; key++) {
		unsigned char c = (unsigned char)*key;

		if (!key_case && c >= 'A' && c <= 'Z')
			c |= 0x20;
		hash = (hash ^ c) * 0x100000001b3u;
	}
	hash ^= hash >> 32;
	return hash ? hash : 1;
}

/* ---- numbers ---- */

struct id_list {
	int64_t *ids;
	size_t count, room;
};

static bool list_add(struct id_list *list, int64_t id)
{
	if (list->count == list->room) {
		size_t room = list->room ? list->room * 2 : 64;
		int64_t *ids = realloc(list->ids, room * sizeof(*ids));

		if (!ids)
			return false;
		list->ids = ids;
		list->room = room;
	}
	list->ids[list->count++] = id;
	return true;
}

static int list_query(struct id_list *list, struct db *db, const char *sql,
	const struct bind *binds, int count, struct err *err)
{
	sqlite3_stmt *stmt;
	int rc = db_query(&stmt, db, sql, binds, count, err);

	while (rc == 0 && (rc = db_next(db, stmt, err)) == 1) {
		rc = list_add(list, db_int(stmt, 0)) ? 0 : err_nomem(err);
		if (rc != 0)
			sqlite3_reset(stmt);
	}
	return rc;
}

/* ---- keys that could be out of date ---- */

struct candidate {
	uint64_t hash; /* 0 = free; 64 bits are taken for the key */
	int64_t message;
};

/* Open addressing, at most half full; as small as it can be, since every key of a run probes it. */
struct table {
	struct candidate *slots;
	size_t room; /* a power of two */
	size_t count;
};

static void table_put(struct table *table, struct candidate candidate)
{
	size_t at = candidate.hash & (table->room - 1);

	while (table->slots[at].hash)
		at = (at + 1) & (table->room - 1);
	table->slots[at] = candidate;
	table->count++;
}

static int table_grow(struct table *table, struct err *err)
{
	struct table bigger = { .room = table->room ? table->room * 2 : 256 };

	bigger.slots = calloc(bigger.room, sizeof(*bigger.slots));
	if (!bigger.slots)
		return err_nomem(err);
	for (size_t i = 0; i < table->room; i++) {
		if (table->slots[i].hash)
			table_put(&bigger, table->slots[i]);
	}
	free(table->slots);
	*table = bigger;
	return 0;
}

static int table_add(struct table *table, uint64_t hash, int64_t message, struct err *err)
{
	if (table->count * 2 >= table->room && table_grow(table, err) != 0)
		return -ERR_NOMEM;
	table_put(table, (struct candidate){ hash, message });
	return 0;
}

static void table_empty(struct table *table)
{
	free(table->slots);
	*table = (struct table){ NULL, 0, 0 };
}

static int load_keys(struct buf *out, const char *keys[PACKET_ROWS_MAX], struct db *db,
	int64_t packet, int rows, struct err *err)
{
	static const char sql[] = "SELECT data FROM packet_key WHERE packet = ?";
	int rc = db_blob(out, db, sql, packet, err);

	return rc ? rc : blob_keys_read(keys, buf_str(out), out->len, rows, err);
}

static bool can_be_superseded(const struct scope *scope, enum message_status status)
{
	if (status == MESSAGE_PENDING || status == MESSAGE_NEW)
		return true;
	return !scope->keep_older && (status == MESSAGE_FAILED || status == MESSAGE_UNKNOWN ||
					     status == MESSAGE_CANCELLED);
}

/* Packets with messages that could be superseded by those of a run. */
static const char sql_candidates[] =
	"SELECT p.id FROM packet AS p JOIN run AS r ON r.id = p.run WHERE p.id IN ("
	" SELECT id FROM packet INDEXED BY packet_failed WHERE n_failed > 0 UNION ALL"
	" SELECT id FROM packet INDEXED BY packet_unknown WHERE n_unknown > 0 UNION ALL"
	" SELECT id FROM packet INDEXED BY packet_cancelled WHERE n_cancelled > 0 UNION ALL"
	" SELECT id FROM packet INDEXED BY packet_waiting"
	"  WHERE n_new + n_processing + n_pending > 0)"
	" AND p.id <= (SELECT max(id) FROM packet WHERE run = ?1)" SAME_RECORDS " ORDER BY p.id";

static int add_candidates(struct table *table, struct store *store, const struct scope *scope,
	int64_t id, struct err *err)
{
	const char *keys[PACKET_ROWS_MAX];
	struct packet *packet = &store->packet;
	int rc = packet_load(packet, &store->db, id, err);

	if (rc == 0)
		rc = load_keys(&store->blob, keys, &store->db, id, packet->count, err);
	for (int i = 0; rc == 0 && i < packet->count; i++) {
		uint64_t hash = key_hash(keys[i], scope->key_case);

		if (hash && can_be_superseded(scope, packet_row(packet, i)->status) &&
			!row_set_has(&packet->superseded, i))
			rc = table_add(table, hash, MESSAGE_ID(id, i), err);
	}
	return rc;
}

/* ---- the walk over a run's completed keys ---- */

/* Take what is older than `message` and has its key out of the table, into the list. */
static bool find_older(struct id_list *list, struct table *table, uint64_t hash, int64_t message)
{
	size_t at = hash & (table->room - 1);

	for (; table->slots[at].hash; at = (at + 1) & (table->room - 1)) {
		if (table->slots[at].hash != hash || table->slots[at].message >= message)
			continue;
		if (!list_add(list, table->slots[at].message))
			return false;
		table->slots[at].message = INT64_MAX;
	}
	return true;
}

static const char sql_completed[] =
	"SELECT id FROM packet WHERE run = ?1 AND id > ?2 AND n_completed > 0 ORDER BY id LIMIT 1";

/* What is older than the completed messages of one packet. */
static int look_for_older(struct id_list *list, struct table *table, struct store *store,
	const struct scope *scope, int64_t id, struct err *err)
{
	const char *keys[PACKET_ROWS_MAX];
	struct packet *packet = &store->packet;
	int rc = packet_load(packet, &store->db, id, err);

	if (rc == 0)
		rc = load_keys(&store->blob, keys, &store->db, id, packet->count, err);
	for (int i = 0; rc == 0 && i < packet->count; i++) {
		uint64_t hash = key_hash(keys[i], scope->key_case);

		if (hash && packet_row(packet, i)->status == MESSAGE_COMPLETED &&
			!find_older(list, table, hash, MESSAGE_ID(id, i)))
			rc = err_nomem(err);
	}
	return rc;
}

static int walk(struct id_list *list, struct table *table, struct store *store,
	const struct scope *scope, struct err *err)
{
	int64_t id = 0;
	int rc = 0;

	while (rc == 0) {
		rc = db_value(
			&id, &store->db, sql_completed, BINDS(B_INT(scope->run), B_INT(id)), err);
		if (rc == -ERR_NOT_FOUND)
			return 0;
		if (rc == 0)
			rc = look_for_older(list, table, store, scope, id, err);
	}
	return rc;
}

/* ---- marks ---- */

static int by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a;
	int64_t y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/* One that still waits must not be sent any more. */
static int mark_row(
	struct packet *packet, struct db *db, int position, int64_t now, struct err *err)
{
	const struct packet_row *row = packet_row(packet, position);
	struct outcome outcome = {
		.row = *row,
		.time = now,
		.comment = "superseded: a younger message of its key was completed",
	};
	int rc;

	row_set_add(&packet->superseded, position);
	packet->changed = true;
	if (row->status != MESSAGE_PENDING && row->status != MESSAGE_NEW)
		return 0;
	outcome.row.next_try = 0;
	rc = message_next(&outcome.row.status, row->status, EVENT_CANCEL, ACTOR_RUN, err);
	return rc ? rc : packet_move_row(packet, db, position, &outcome, err);
}

static int mark(struct store *store, struct id_list *list, struct err *err)
{
	struct packet *packet = &store->packet;
	int64_t now = clock_now();
	size_t i = 0;
	int rc = 0;

	if (list->count)
		qsort(list->ids, list->count, sizeof(*list->ids), by_number);
	while (rc == 0 && i < list->count) {
		rc = packet_load(packet, &store->db, MESSAGE_PACKET(list->ids[i]), err);
		for (; rc == 0 && i < list->count && MESSAGE_PACKET(list->ids[i]) == packet->id;
			i++)
			rc = mark_row(packet, &store->db, MESSAGE_POSITION(list->ids[i]), now, err);
		if (rc == 0)
			rc = packet_save(packet, &store->db, now, err);
	}
	return rc;
}

/* Fill the table, walk, empty it, until all candidates had their turn. */
static int find_all(struct id_list *older, struct store *store, const struct scope *scope,
	const struct id_list *packets, struct err *err)
{
	struct table table = { NULL, 0, 0 };
	size_t i = 0;
	int rc = 0;

	while (rc == 0 && i < packets->count) {
		table_empty(&table);
		while (rc == 0 && i < packets->count &&
			table.count + PACKET_ROWS_MAX <= TABLE_ENTRIES)
			rc = add_candidates(&table, store, scope, packets->ids[i++], err);
		if (rc == 0 && table.count)
			rc = walk(older, &table, store, scope, err);
	}
	table_empty(&table);
	return rc;
}

static int supersede(struct store *store, const struct scope *scope, struct err *err)
{
	struct id_list packets = { NULL, 0, 0 };
	struct id_list older = { NULL, 0, 0 };
	int rc = list_query(
		&packets, &store->db, sql_candidates, SCOPE_BINDS(scope->run, scope), err);

	if (rc == 0)
		rc = find_all(&older, store, scope, &packets, err);
	if (rc == 0)
		rc = mark(store, &older, err);
	free(packets.ids);
	free(older.ids);
	return rc;
}

int store_supersede(struct store *store, int64_t run, struct err *err)
{
	static const char sql[] = "UPDATE run SET marked = ?2 WHERE id = ?1";
	struct scope scope;
	int rc = scope_load(&scope, &store->db, run, err);

	if (rc != 0)
		return rc;
	rc = supersede(store, &scope, err);
	scope_free(&scope);
	return rc ? rc : db_run(&store->db, sql, BINDS(B_INT(run), B_INT(clock_now())), err);
}

/* ---- what was completed meanwhile ---- */

/* Runs under way, the one that asks among them, with messages that completed since they marked what
 * is older. */
static const char sql_unmarked[] =
	"SELECT r.id FROM run AS r WHERE r.state < 4" SAME_RECORDS
	" AND EXISTS (SELECT 1 FROM packet AS p WHERE p.run = r.id AND p.n_completed > 0"
	" AND p.changed >= r.marked)";

int store_supersede_begun(
	struct store *store, const struct run_claim *claim, bool case_counts, struct err *err)
{
	static const char sql[] = "UPDATE run SET key_case = ?2 WHERE id = ?1";
	struct id_list runs = { NULL, 0, 0 };
	struct scope scope;
	int rc = store_check_claim(store, claim, err);

	if (rc == 0)
		rc = db_run(&store->db, sql, BINDS(B_INT(claim->run), B_INT(case_counts)), err);
	if (rc == 0)
		rc = scope_load(&scope, &store->db, claim->run, err);
	if (rc != 0)
		return rc;
	rc = list_query(&runs, &store->db, sql_unmarked, SCOPE_BINDS(claim->run, &scope), err);
	for (size_t i = 0; rc == 0 && i < runs.count; i++)
		rc = store_supersede(store, runs.ids[i], err);
	free(runs.ids);
	scope_free(&scope);
	return rc;
}

int store_overtaken(struct store *store, const struct run_claim *claim, int64_t packet,
	const struct row_set *rows, struct err *err)
{
	struct packet *loaded = &store->packet;
	int64_t now = clock_now();
	int rc = store_check_claim(store, claim, err);

	if (rc == 0)
		rc = packet_load(loaded, &store->db, packet, err);
	if (rc == 0 && loaded->run != claim->run)
		rc = err_set(err, ERR_USAGE, "packet %" PRId64 " is not of run %" PRId64, packet,
			claim->run);
	for (int i = 0; rc == 0 && i < loaded->count; i++)
		if (row_set_has(rows, i) && !row_set_has(&loaded->superseded, i))
			rc = mark_row(loaded, &store->db, i, now, err);
	return rc ? rc : packet_save(loaded, &store->db, now, err);
}

/* ---- messages that are about to be sent again ---- */

/*
 * Packets with messages that completed since their run marked what is older, of runs under way with
 * the same connection and object; and those of runs that leave what is older unmarked.
 */
static const char sql_under_way[] =
	"SELECT p.id FROM run AS r JOIN packet AS p ON p.run = r.id"
	" WHERE (r.keep_older = 1 OR (r.state < 4 AND p.changed >= r.marked))"
	" AND p.id >= ?1 AND p.n_completed > 0" SAME_RECORDS;

/* The keys of `messages` that nothing has superseded yet, into the table; the others into the list.
 */
static int add_asked(struct table *table, struct id_list *list, struct store *store,
	const struct scope *scope, const int64_t *messages, int count, struct err *err)
{
	const char *keys[PACKET_ROWS_MAX];
	struct packet *packet = &store->packet;
	int rc = 0;

	for (int i = 0; rc == 0 && i < count; i++) {
		int position = MESSAGE_POSITION(messages[i]);
		uint64_t hash;

		if (i == 0 || MESSAGE_PACKET(messages[i]) != packet->id) {
			rc = packet_load(packet, &store->db, MESSAGE_PACKET(messages[i]), err);
			if (rc == 0)
				rc = load_keys(&store->blob, keys, &store->db, packet->id,
					packet->count, err);
		}
		if (rc != 0 || position >= packet->count)
			continue;
		hash = key_hash(keys[position], scope->key_case);
		if (row_set_has(&packet->superseded, position))
			rc = list_add(list, messages[i]) ? 0 : err_nomem(err);
		else if (hash)
			rc = table_add(table, hash, messages[i], err);
	}
	return rc;
}

static int search_under_way(struct id_list *list, struct table *table, struct store *store,
	const struct scope *scope, int64_t from, struct err *err)
{
	struct id_list packets = { NULL, 0, 0 };
	int rc = list_query(&packets, &store->db, sql_under_way, SCOPE_BINDS(from, scope), err);

	for (size_t i = 0; rc == 0 && i < packets.count; i++)
		rc = look_for_older(list, table, store, scope, packets.ids[i], err);
	free(packets.ids);
	return rc;
}

int store_superseded_among(int64_t **out, size_t *out_count, struct store *store, int64_t run,
	const int64_t *messages, int count, struct err *err)
{
	struct id_list list = { NULL, 0, 0 };
	struct table table = { NULL, 0, 0 };
	struct scope scope;
	int rc = scope_load(&scope, &store->db, run, err);

	*out = NULL;
	*out_count = 0;
	if (rc != 0)
		return rc;
	rc = add_asked(&table, &list, store, &scope, messages, count, err);
	if (rc == 0 && table.count)
		rc = search_under_way(
			&list, &table, store, &scope, MESSAGE_PACKET(messages[0]), err);
	table_empty(&table);
	scope_free(&scope);
	if (rc != 0) {
		free(list.ids);
		return rc;
	}
	if (list.count)
		qsort(list.ids, list.count, sizeof(*list.ids), by_number);
	*out = list.ids;
	*out_count = list.count;
	return 0;
}
