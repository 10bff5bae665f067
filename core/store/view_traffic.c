/* view_traffic.c — what waits and since when, what came since, and how much went through lately. */

#include "base/base.h"
#include "base/clock.h"
#include "base/text.h"
#include "store/scan.h"

#define COUNT_PATIENCE_MS 10

/* ---- what came since ---- */

int view_message_count_after(int64_t *count, bool *exact, struct view *view,
	const struct filter *filter, int64_t after, struct err *err)
{
	struct row_set rows;
	struct scan *scan = NULL;
	int rc = view_begin(view, err);

	*count = 0;
	*exact = true;
	if (rc == 0)
		rc = scan_open(&scan, view, filter, false, MESSAGE_PACKET(after), INT64_MAX, err);
	if (scan)
		scan->deadline = clock_mono() + COUNT_PATIENCE_MS;
	while (rc == 0 && (rc = scan_next(&rows, scan, err)) == 1) {
		if (scan->packet.head.id == MESSAGE_PACKET(after))
			rows = row_set_and_not(rows, row_set_first(MESSAGE_POSITION(after) + 1));
		*count += row_set_count(&rows);
		rc = 0;
	}
	if (scan)
		*exact = !scan->tired;
	scan_close(scan);
	view_end(view);
	return rc;
}

/* ---- what waits ---- */

static int age_of(int64_t minutes)
{
	int age = 0;

	for (int64_t limit = 5; age < WAITING_AGES - 1 && minutes >= limit; limit *= 2)
		age++;
	return age;
}

struct waiting_lines {
	struct waiting_line *list;
	int count;
};

/* The line of an interface; a new one where it has none yet. */
static struct waiting_line *line_of(struct waiting_lines *all, const char *interface)
{
	struct waiting_line *list;

	for (int i = 0; i < all->count; i++) {
		if (text_equal(all->list[i].interface, interface))
			return &all->list[i];
	}
	list = realloc(all->list, (size_t)(all->count + 1) * sizeof(*list));
	if (!list)
		return NULL;
	all->list = list;
	memset(&list[all->count], 0, sizeof(*list));
	text_copy(list[all->count].interface, sizeof(list[0].interface), interface);
	return &list[all->count++];
}

/* Rows (run, created, count) of a statement. */
static int add_packets(struct waiting_lines *all, struct view *view, const char *sql, bool unknown,
	int64_t now, struct err *err)
{
	const struct run_names *run;
	sqlite3_stmt *stmt;
	int rc = db_query(&stmt, &view->db, sql, NO_BINDS, err);

	while (rc == 0 && (rc = db_next(&view->db, stmt, err)) == 1) {
		int64_t created = db_int(stmt, 1);
		struct waiting_line *line = NULL;

		rc = view_run_names(&run, view, db_int(stmt, 0), err);
		if (rc == 0 && !(line = line_of(all, run->interface)))
			rc = err_nomem(err);
		if (rc != 0) {
			sqlite3_reset(stmt);
			return rc;
		}
		if (unknown)
			line->unknown += db_int(stmt, 2);
		else
			line->waiting[age_of((now - created) / 60000)] += db_int(stmt, 2);
		if (!unknown && (!line->oldest || created < line->oldest))
			line->oldest = created;
	}
	return rc;
}

static int by_oldest(const void *a, const void *b)
{
	const struct waiting_line *x = a;
	const struct waiting_line *y = b;
	int64_t left = x->oldest ? x->oldest : INT64_MAX;
	int64_t right = y->oldest ? y->oldest : INT64_MAX;

	if (left != right)
		return left < right ? -1 : 1;
	return strcmp(x->interface, y->interface);
}

int view_waiting_lines(
	struct waiting_line **out, int *count, struct view *view, int64_t now, struct err *err)
{
	static const char sql_waiting[] =
		"SELECT run, created, n_new + n_processing + n_pending FROM packet INDEXED BY"
		" packet_waiting WHERE n_new + n_processing + n_pending > 0";
	static const char sql_unknown[] =
		"SELECT run, created, n_unknown FROM packet INDEXED BY packet_unknown"
		" WHERE n_unknown > 0";
	struct waiting_lines all = { NULL, 0 };
	int rc = view_begin(view, err);

	*out = NULL;
	*count = 0;
	if (rc == 0)
		rc = add_packets(&all, view, sql_waiting, false, now, err);
	if (rc == 0)
		rc = add_packets(&all, view, sql_unknown, true, now, err);
	view_end(view);
	if (rc != 0) {
		free(all.list);
		return rc;
	}
	if (all.count)
		qsort(all.list, (size_t)all.count, sizeof(*all.list), by_oldest);
	*out = all.list;
	*count = all.count;
	return 0;
}

/* ---- what went through ---- */

int view_rates(struct rate *rates, int count, struct view *view, int64_t until, int64_t span_ms,
	struct err *err)
{
	static const char sql[] =
		"SELECT (changed - ?1) / ?2, sum(n_completed), sum(n_failed) FROM packet"
		" WHERE changed >= ?1 AND changed < ?3 GROUP BY 1";
	int64_t from = until - span_ms * count;
	sqlite3_stmt *stmt;
	int rc;

	memset(rates, 0, (size_t)count * sizeof(*rates));
	rc = db_query(&stmt, &view->db, sql, BINDS(B_INT(from), B_INT(span_ms), B_INT(until)), err);
	while (rc == 0 && (rc = db_next(&view->db, stmt, err)) == 1) {
		int64_t place = db_int(stmt, 0);

		if (place >= 0 && place < count)
			rates[place] = (struct rate){ db_int(stmt, 1), db_int(stmt, 2) };
		rc = 0;
	}
	return rc;
}
