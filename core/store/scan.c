/* scan.c — which packets to look at, from the index that knows best, and loading what they hold. */

#include "base/base.h"
#include "base/clock.h"
#include "base/text.h"
#include "store/scan.h"

/* ---- where candidates come from ---- */

#define CODES_MAX 30	 /* distinct codes that are looked up one by one */
#define CHANGED_MAX 2000 /* recently changed packets that are sorted */
#define SOURCE_SQL_MAX 8192

/* A statement under construction: text, and its parameters in order. */
struct source {
	struct buf sql;
	struct bind binds[CODES_MAX * 6 + 8];
	int bind_count;
	struct scan *scan;
	unsigned mask; /* statuses of interest */
	int64_t first, last;
};

static void add_bind(struct source *source, struct bind bind)
{
	source->binds[source->bind_count++] = bind;
}

static void add_order(struct source *source, const char *column)
{
	buf_addf(&source->sql, " ORDER BY %s%s", column, source->scan->descending ? " DESC" : "");
}

static void add_range(struct source *source)
{
	buf_add_str(&source->sql, "id BETWEEN ? AND ?");
	add_bind(source, B_INT(source->first));
	add_bind(source, B_INT(source->last));
}

/* Conditions on a packet's own row that hold whatever index is walked. */
static void add_times(struct source *source)
{
	const struct term *since = filter_term(source->scan->filter, TERM_SINCE);
	const struct term *before = filter_term(source->scan->filter, TERM_BEFORE);

	if (since) {
		buf_add_str(&source->sql, " AND changed >= ?");
		add_bind(source, B_INT(since->time));
	}
	if (before) {
		buf_add_str(&source->sql, " AND created < ?");
		add_bind(source, B_INT(before->time));
	}
}

unsigned scan_status_mask(const struct filter *filter)
{
	unsigned mask = (1u << MESSAGE_STATUS_COUNT) - 1;

	for (int i = 0; filter && i < filter->count; i++) {
		const struct term *term = &filter->terms[i];

		if (term->kind == TERM_STATUS)
			mask &= term->inverted ? ~term->mask : term->mask;
	}
	return mask;
}

/* The partial indexes of what is rare. */
static const struct {
	unsigned mask;
	const char *index, *condition;
} rare[] = {
	{ SCAN_WAITING, "packet_waiting", "n_new + n_processing + n_pending > 0" },
	{ 1u << MESSAGE_FAILED, "packet_failed", "n_failed > 0" },
	{ 1u << MESSAGE_UNKNOWN, "packet_unknown", "n_unknown > 0" },
	{ 1u << MESSAGE_CANCELLED, "packet_cancelled", "n_cancelled > 0" },
};

static bool from_rare(struct source *source)
{
	unsigned mask = source->mask & scan_status_mask(source->scan->filter);
	const char *joint = "";

	if (mask & 1u << MESSAGE_COMPLETED)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(rare); i++) {
		if (!(mask & rare[i].mask) && (mask || i))
			continue;
		buf_addf(&source->sql, "%sSELECT id FROM packet INDEXED BY %s WHERE %s AND ", joint,
			rare[i].index, rare[i].condition);
		add_range(source);
		add_times(source);
		joint = " UNION ";
	}
	add_order(source, "1");
	return true;
}

/* The terms ask for one single run. */
static bool from_run(struct source *source)
{
	const struct term *run = filter_term(source->scan->filter, TERM_RUN);

	if (!run || run->count != 1 || run->values[0].first != run->values[0].last)
		return false;
	buf_add_str(
		&source->sql, "SELECT id FROM packet INDEXED BY packet_by_run WHERE run = ? AND ");
	add_bind(source, B_INT(run->values[0].first));
	add_range(source);
	add_times(source);
	add_order(source, "id");
	return true;
}

/* All codes that occur: the index is skipped through, one step a code. */
static const char sql_codes[] =
	"WITH RECURSIVE c (code) AS (SELECT min(code) FROM message WHERE code IS NOT NULL UNION ALL"
	" SELECT (SELECT min(code) FROM message WHERE code > c.code) FROM c WHERE c.code NOT NULL)"
	" SELECT code FROM c WHERE code NOT NULL UNION SELECT code FROM packet WHERE code NOT NULL";

/* 1: source->scan->codes has them; 0: too many to be looked up one by one. */
static int matching_codes(struct source *source, const struct term *term, struct err *err)
{
	struct view *view = source->scan->view;
	sqlite3_stmt *stmt;
	int rc = db_query(&stmt, &view->db, sql_codes, NO_BINDS, err);

	while (rc == 0 && (rc = db_next(&view->db, stmt, err)) == 1) {
		rc = 0;
		if (!term_matches_any(term, db_text(stmt, 0)))
			continue;
		if (source->scan->codes.count == CODES_MAX ||
			!text_list_add(&source->scan->codes, db_text(stmt, 0))) {
			sqlite3_reset(stmt);
			return 0;
		}
	}
	return rc < 0 ? rc : 1;
}

/*
 * Streams of message ids, one a code, which SQLite merges as it goes. Ids of packets with a code of
 * their own join as the id of their first message; each packet is taken once, see next_id().
 */
static int from_codes(struct source *source, struct err *err)
{
	const struct term *term = filter_term(source->scan->filter, TERM_CODE);
	int rc = term ? matching_codes(source, term, err) : 0;

	if (rc != 1)
		return rc;
	buf_add_str(&source->sql, "SELECT id FROM message WHERE 0");
	for (size_t i = 0; i < source->scan->codes.count; i++) {
		buf_add_str(&source->sql,
			" UNION ALL SELECT id FROM message INDEXED BY message_by_code"
			" WHERE code = ? AND id BETWEEN ? AND ?"
			" UNION ALL SELECT id * 256 FROM packet INDEXED BY packet_by_code"
			" WHERE code = ? AND id BETWEEN ? AND ?");
		add_bind(source, B_TEXT(source->scan->codes.items[i]));
		add_bind(source, B_INT(MESSAGE_ID(source->first, 0)));
		add_bind(source, B_INT(MESSAGE_ID(source->last, 255)));
		add_bind(source, B_TEXT(source->scan->codes.items[i]));
		add_bind(source, B_INT(source->first));
		add_bind(source, B_INT(source->last));
	}
	add_order(source, "1");
	source->scan->by_message = true;
	return 1;
}

/* Few packets changed since then: sort those. */
static int from_changes(struct source *source, struct err *err)
{
	static const char sql_few[] =
		"SELECT count(*) FROM (SELECT 1 FROM packet INDEXED BY packet_by_change"
		" WHERE changed >= ? LIMIT ?)";
	const struct term *since = filter_term(source->scan->filter, TERM_SINCE);
	int64_t count = 0;
	int rc;

	if (!since)
		return 0;
	rc = db_value(&count, &source->scan->view->db, sql_few,
		BINDS(B_INT(since->time), B_INT(CHANGED_MAX + 1)), err);
	if (rc != 0 || count > CHANGED_MAX)
		return rc;
	buf_add_str(&source->sql, "SELECT id FROM packet INDEXED BY packet_by_change WHERE "
				  "changed >= ? AND ");
	add_bind(source, B_INT(since->time));
	add_range(source);
	add_order(source, "id");
	return 1;
}

/* A walk over the keys alone, which is the least to read for a key. */
static bool from_keys(struct source *source)
{
	struct scan *scan = source->scan;
	const struct term *key = filter_term(scan->filter, TERM_KEY);

	for (int i = 0; key && i < key->count; i++) {
		if (key->values[i].literal_len == 0)
			key = NULL;
	}
	if (!key)
		return false;
	scan->key = key;
	buf_add_str(
		&source->sql, "SELECT packet, data FROM packet_key WHERE packet BETWEEN ? AND ?");
	add_bind(source, B_INT(source->first));
	add_bind(source, B_INT(source->last));
	add_order(source, "packet");
	return true;
}

static void from_all(struct source *source)
{
	buf_add_str(&source->sql, "SELECT id FROM packet NOT INDEXED WHERE ");
	add_range(source);
	add_times(source);
	add_order(source, "id");
}

/* The first that can, from the most to the least selective. */
static int choose_source(struct source *source, struct err *err)
{
	int rc;

	if (from_run(source))
		return 0;
	rc = from_codes(source, err);
	if (rc == 0)
		rc = from_changes(source, err);
	if (rc != 0)
		return rc < 0 ? rc : 0;
	if (!from_rare(source) && !from_keys(source))
		from_all(source);
	return 0;
}

static int prepare(struct scan *scan, struct source *source, struct err *err)
{
	struct db *db = &scan->view->db;
	int rc = buf_check(&source->sql, "a search", err);

	if (rc != 0)
		return rc;
	if (sqlite3_prepare_v2(db->handle, buf_str(&source->sql), -1, &scan->stmt, NULL) !=
			SQLITE_OK ||
		db_bind(scan->stmt, source->binds, source->bind_count) != SQLITE_OK)
		return db_fail(db, "could not search", err);
	return 0;
}

static int open_source(struct scan **out, struct view *view, const struct filter *filter,
	struct source *source, bool descending, struct err *err)
{
	struct scan *scan = calloc(1, sizeof(*scan));
	int rc;

	if (!scan)
		return err_nomem(err);
	scan->view = view;
	scan->filter = filter;
	scan->descending = descending;
	scan->reached = descending ? source->last + 1 : source->first - 1;
	source->scan = scan;
	buf_init(&source->sql, SOURCE_SQL_MAX);
	rc = choose_source(source, err);
	if (rc == 0)
		rc = prepare(scan, source, err);
	buf_free(&source->sql);
	if (rc != 0) {
		scan_close(scan);
		return rc;
	}
	*out = scan;
	return 0;
}

#define PACKET_MAX (INT64_MAX / 256 - 1)
#define ANY_STATUS ((1u << MESSAGE_STATUS_COUNT) - 1)

int scan_open(struct scan **out, struct view *view, const struct filter *filter, bool descending,
	int64_t first, int64_t last, struct err *err)
{
	struct source source = {
		.mask = ANY_STATUS,
		.first = first,
		.last = last < PACKET_MAX ? last : PACKET_MAX,
	};

	return open_source(out, view, filter, &source, descending, err);
}

int scan_open_failed(
	struct scan **out, struct view *view, const struct filter *filter, struct err *err)
{
	struct source source = { .mask = 1u << MESSAGE_FAILED, .last = PACKET_MAX };

	return open_source(out, view, filter, &source, false, err);
}

void scan_close(struct scan *scan)
{
	if (!scan)
		return;
	sqlite3_finalize(scan->stmt);
	text_list_free(&scan->codes);
	packet_clear(&scan->packet.head);
	free(scan);
}

/* ---- the walk ---- */

/* Can the keys at hand hold what is looked for? */
static bool keys_may_match(struct scan *scan)
{
	struct buf *folded = &scan->view->folded;
	const char *keys = sqlite3_column_blob(scan->stmt, 1);
	size_t len = (size_t)sqlite3_column_bytes(scan->stmt, 1);
	char *room;

	buf_reset(folded);
	room = keys ? buf_room(folded, len) : NULL;
	if (!room)
		return false;
	fold_bytes(room, keys, len);
	return match_literals(scan->key, room, len);
}

/* The next candidate: 1 and its packet, 0 = the end or tired. */
static int next_id(int64_t *id, struct scan *scan, struct err *err)
{
	int rc;

	while ((rc = db_next(&scan->view->db, scan->stmt, err)) == 1) {
		*id = db_int(scan->stmt, 0);
		if (scan->by_message)
			*id = MESSAGE_PACKET(*id);
		if (*id == scan->reached)
			continue;
		if (scan->asked && scan->deadline && clock_mono() >= scan->deadline) {
			scan->tired = true;
			return 0;
		}
		rc = view_check_stop(scan->view, err);
		if (rc != 0)
			return rc;
		scan->reached = *id;
		scan->asked = true;
		if (!scan->key || keys_may_match(scan))
			return 1;
	}
	return rc;
}

int scan_next(struct row_set *matches, struct scan *scan, struct err *err)
{
	int64_t id;
	int rc;

	while ((rc = next_id(&id, scan, err)) == 1) {
		rc = scan_load(scan, id, err);
		if (rc == 0)
			rc = match_packet(matches, scan, err);
		if (rc != 0)
			return rc;
		if (!row_set_empty(matches))
			return 1;
	}
	return rc;
}

/* ---- what a packet holds ---- */

int scan_load(struct scan *scan, int64_t packet, struct err *err)
{
	struct scan_packet *current = &scan->packet;
	int rc = packet_load(&current->head, &scan->view->db, packet, err);

	current->has_details = current->has_keys = current->has_body = current->has_ids = false;
	if (rc == 0)
		rc = view_run_names(&current->run, scan->view, current->head.run, err);
	return rc;
}

/* Append a column and its NUL; returns where. */
static size_t keep_word(struct buf *words, sqlite3_stmt *stmt, int column)
{
	size_t at = words->len;

	buf_add(words, db_text(stmt, column), (size_t)sqlite3_column_bytes(stmt, column));
	buf_add_char(words, '\0');
	return at;
}

static void read_detail(struct row_detail *detail, struct buf *words, sqlite3_stmt *stmt)
{
	detail->time = db_int(stmt, 1);
	detail->created = db_int(stmt, 2) != 0;
	text_copy(detail->salesforce_id, sizeof(detail->salesforce_id), db_text(stmt, 3));
	detail->code = keep_word(words, stmt, 4);
	detail->comment = keep_word(words, stmt, 5);
	detail->fields = keep_word(words, stmt, 6);
	detail->edited = db_int(stmt, 7) != 0;
	detail->has_record = db_int(stmt, 8) != 0;
	detail->mapping_version = db_int(stmt, 9);
}

static const char sql_details[] =
	"SELECT id, time, created, salesforce_id, code, comment, fields, edited_at,"
	" record IS NOT NULL, mapping_version FROM message WHERE id BETWEEN ? AND ?";

int scan_details(struct scan *scan, struct err *err)
{
	struct scan_packet *current = &scan->packet;
	struct view *view = scan->view;
	int64_t first = MESSAGE_ID(current->head.id, 0);
	sqlite3_stmt *stmt;
	int rc;

	if (current->has_details || row_set_empty(&current->head.own))
		return 0;
	buf_reset(&view->words);
	rc = db_query(&stmt, &view->db, sql_details,
		BINDS(B_INT(first), B_INT(first + PACKET_ROWS_MAX - 1)), err);
	while (rc == 0 && (rc = db_next(&view->db, stmt, err)) == 1) {
		int position = MESSAGE_POSITION(db_int(stmt, 0));

		read_detail(&current->details[position], &view->words, stmt);
		rc = 0;
	}
	if (rc == 0)
		rc = buf_check(&view->words, "the comments of a packet", err);
	current->has_details = rc == 0;
	return rc;
}

int scan_keys(struct scan *scan, struct err *err)
{
	struct scan_packet *current = &scan->packet;
	struct buf *keys = &scan->view->keys;
	int rc;

	if (current->has_keys)
		return 0;
	rc = view_blob(keys, scan->view, view_sql_keys, current->head.id, err);
	if (rc == 0)
		rc = blob_keys_read(
			current->keys, buf_str(keys), keys->len, current->head.count, err);
	current->has_keys = rc == 0;
	return rc;
}

int scan_body(struct scan *scan, struct err *err)
{
	struct scan_packet *current = &scan->packet;
	struct buf *body = &scan->view->body;
	int rc;

	if (current->has_body)
		return 0;
	rc = view_blob(body, scan->view, view_sql_body, current->head.id, err);
	if (rc == 0)
		rc = blob_records_read(
			current->records, buf_str(body), body->len, current->head.count, err);
	current->has_body = rc == 0;
	return rc;
}

/* The rows of an attempt; all of the packet where it names none. */
static int attempt_rows(struct row_set *rows, struct scan *scan, int64_t attempt, struct err *err)
{
	static const char sql[] = "SELECT rows FROM attempt WHERE id = ?";
	struct db *db = &scan->view->db;
	sqlite3_stmt *stmt;
	int rc = db_query(&stmt, db, sql, BINDS(B_INT(attempt)), err);

	*rows = scan->packet.head.all;
	if (rc == 0)
		rc = db_next(db, stmt, err);
	if (rc < 0)
		return rc;
	if (rc == 1 && sqlite3_column_type(stmt, 0) != SQLITE_NULL)
		blob_set_read(
			rows, sqlite3_column_blob(stmt, 0), (size_t)sqlite3_column_bytes(stmt, 0));
	sqlite3_reset(stmt);
	return 0;
}

int scan_ids(struct scan *scan, struct err *err)
{
	struct scan_packet *current = &scan->packet;
	const struct packet_row *base = &current->head.base;
	struct buf *result = &scan->view->result;
	struct row_set rows;
	int rc;

	if (current->has_ids)
		return 0;
	if (base->status != MESSAGE_COMPLETED) {
		memset(&current->ids.created, 0, sizeof(current->ids.created));
		memset(&current->ids.succeeded, 0, sizeof(current->ids.succeeded));
		current->has_ids = true;
		return 0;
	}
	rc = attempt_rows(&rows, scan, base->attempt, err);
	if (rc == 0)
		rc = view_blob(result, scan->view, view_sql_result, base->attempt, err);
	if (rc == 0)
		rc = blob_result_ids(&current->ids, buf_str(result), result->len, &rows, err);
	current->has_ids = rc == 0;
	return rc;
}

int scan_edited(const char **record, struct scan *scan, int position, struct err *err)
{
	static const char sql[] = "SELECT record FROM message WHERE id = ?";
	struct db *db = &scan->view->db;
	sqlite3_stmt *stmt;
	int rc = db_query(
		&stmt, db, sql, BINDS(B_INT(MESSAGE_ID(scan->packet.head.id, position))), err);

	*record = "";
	if (rc == 0)
		rc = db_next(db, stmt, err);
	if (rc == 1)
		*record = db_text(stmt, 0);
	return rc < 0 ? rc : 0;
}

/* ---- runs ---- */

static const char sql_names[] =
	"SELECT interface, connection, integration, object, mapping_version FROM run WHERE id = ?";

int view_run_names(const struct run_names **out, struct view *view, int64_t run, struct err *err)
{
	struct run_names *names = &view->runs[run & (RUN_NAMES_KEPT - 1)];
	sqlite3_stmt *stmt;
	int rc;

	*out = names;
	if (names->id == run)
		return 0;
	rc = db_query(&stmt, &view->db, sql_names, BINDS(B_INT(run)), err);
	if (rc == 0)
		rc = db_next(&view->db, stmt, err);
	if (rc == 0)
		return err_set(
			err, ERR_STORE, "the store is damaged: run %" PRId64 " is missing", run);
	if (rc < 0)
		return rc;
	names->id = run;
	text_copy(names->interface, sizeof(names->interface), db_text(stmt, 0));
	text_copy(names->connection, sizeof(names->connection), db_text(stmt, 1));
	text_copy(names->integration, sizeof(names->integration), db_text(stmt, 2));
	text_copy(names->object, sizeof(names->object), db_text(stmt, 3));
	names->mapping_version = (uint64_t)db_int(stmt, 4);
	sqlite3_reset(stmt);
	return 0;
}
