/*
 * candidates.c — which packets to look at: one statement, made from the terms of the filter and the
 * index that knows most of them.
 */

#include "base/base.h"
#include "base/text.h"
#include "store/scan.h"

#define CODES_MAX 30	 /* distinct codes that are looked up one by one */
#define CHANGED_MAX 2000 /* recently changed packets that are sorted */
#define SOURCE_SQL_MAX 8192

/* A statement under construction: text, and its parameters in order. */
struct source {
	struct buf sql;
	struct bind binds[CODES_MAX * 6 + 8];
	int bind_count;
	struct scan *scan;
	const struct candidates *wanted;
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
	add_bind(source, B_INT(source->wanted->first));
	add_bind(source, B_INT(source->wanted->last));
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
	unsigned mask = source->wanted->mask & scan_status_mask(source->scan->filter);
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
		add_bind(source, B_INT(MESSAGE_ID(source->wanted->first, 0)));
		add_bind(source, B_INT(MESSAGE_ID(source->wanted->last, 255)));
		add_bind(source, B_TEXT(source->scan->codes.items[i]));
		add_bind(source, B_INT(source->wanted->first));
		add_bind(source, B_INT(source->wanted->last));
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
	add_bind(source, B_INT(source->wanted->first));
	add_bind(source, B_INT(source->wanted->last));
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

int candidates_prepare(struct scan *scan, const struct candidates *wanted, struct err *err)
{
	struct source source = { .sql = BUF_INIT(SOURCE_SQL_MAX), .scan = scan, .wanted = wanted };
	int rc = choose_source(&source, err);

	if (rc == 0)
		rc = prepare(scan, &source, err);
	buf_free(&source.sql);
	return rc;
}
