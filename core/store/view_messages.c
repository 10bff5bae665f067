/* view_messages.c — windows over messages, and counts. */

#include "base/base.h"
#include "base/clock.h"
#include "base/text.h"
#include "store/gather.h"

#define ANCHOR_MAX (INT64_MAX - 1)
#define COUNT_PATIENCE_MS 40

/* ---- windows ---- */

/* A search for messages on one side of an anchor. */
struct search {
	struct view *view;
	const struct filter *filter;
	bool descending;
	int64_t anchor; /* the first one not to be taken; INT64_MAX = from the newest */
	int64_t deadline;
};

/* Rows of the anchor's own packet that are on the wrong side of it. */
static void cut_at_anchor(struct row_set *rows, const struct search *search, int64_t packet)
{
	struct row_set before;
	int position = MESSAGE_POSITION(search->anchor);

	if (packet != MESSAGE_PACKET(search->anchor))
		return;
	before = row_set_first(search->descending ? position : position + 1);
	*rows = search->descending ? row_set_and(*rows, before) : row_set_and_not(*rows, before);
}

/* Add rows of one packet in the direction of the search, up to `most` in all. */
static int take_rows(struct gather *gather, struct scan *scan, const struct row_set *rows, int most,
	struct err *err)
{
	int count = scan->packet.head.count;
	int rc = 0;

	for (int i = 0; i < count && gather->count < most && rc == 0; i++) {
		int position = scan->descending ? count - 1 - i : i;

		if (row_set_has(rows, position))
			rc = gather_add(gather, scan, position, err);
	}
	return rc;
}

/* The first `most` matches in the direction of the search. *stopped = where patience ended, or 0.
 */
static int gather_matches(struct gather *gather, const struct search *search, int most,
	int64_t *stopped, struct err *err)
{
	int64_t edge = MESSAGE_PACKET(search->anchor + (search->descending ? -1 : 1));
	struct row_set rows;
	struct scan *scan = NULL;
	int rc = scan_open(&scan, search->view, search->filter, search->descending,
		search->descending ? 0 : edge, search->descending ? edge : INT64_MAX, err);

	if (rc != 0)
		return rc;
	scan->deadline = search->deadline;
	while (rc == 0 && gather->count < most && (rc = scan_next(&rows, scan, err)) == 1) {
		cut_at_anchor(&rows, search, scan->packet.head.id);
		rc = take_rows(gather, scan, &rows, most, err);
	}
	if (scan->tired)
		*stopped = MESSAGE_ID(scan->reached, search->descending ? 0 : 255);
	scan_close(scan);
	return rc;
}

/* Is there a match on the other side? Not worth more patience than is left. */
static int find_any(bool *found, const struct search *search, struct err *err)
{
	struct gather gather;
	int64_t stopped = 0;
	int rc;

	gather_init(&gather);
	rc = gather_matches(&gather, search, 1, &stopped, err);
	*found = gather.count > 0 || stopped;
	gather_free(&gather);
	return rc;
}

static int fill_window(struct message_window *out, struct gather *gather,
	const struct search *search, int rows, struct err *err)
{
	struct search back = *search;
	int64_t stopped = 0;
	bool at_end = search->anchor == (search->descending ? INT64_MAX : 0);
	bool other = false;
	bool more;
	int rc = gather_matches(gather, search, rows + 1, &stopped, err);

	if (rc != 0)
		return rc;
	more = gather->count > rows || stopped;
	if (gather->count > rows) {
		gather->count = rows;
		stopped = 0;
	}
	out->partial = stopped != 0;
	out->searched_to = stopped;
	/* What is not behind the anchor in this direction is behind it in the other. */
	back.descending = !search->descending;
	back.anchor += search->descending ? -1 : 1;
	if (!at_end)
		rc = find_any(&other, &back, err);
	if (rc != 0)
		return rc;
	out->more_before = search->descending ? more : other;
	out->more_after = search->descending ? other : more;
	if (search->descending)
		gather_reverse(gather);
	return gather_finish(&out->messages, &out->arena, &out->count, gather, err);
}

int view_messages(struct message_window *out, struct view *view, const struct filter *filter,
	enum window_from from, int64_t anchor, int rows, struct err *err)
{
	struct search search = {
		.view = view,
		.filter = filter,
		.descending = from != WINDOW_AFTER,
		.anchor = from == WINDOW_TAIL ? INT64_MAX : anchor,
		.deadline = view->patience_ms ? clock_mono() + view->patience_ms : 0,
	};
	struct gather gather;
	int rc;

	memset(out, 0, sizeof(*out));
	if (search.anchor < 0)
		search.anchor = 0;
	if (from == WINDOW_AFTER && search.anchor > ANCHOR_MAX)
		search.anchor = ANCHOR_MAX;
	gather_init(&gather);
	rc = view_begin(view, err);
	if (rc == 0)
		rc = fill_window(out, &gather, &search, rows, err);
	view_end(view);
	gather_free(&gather);
	return rc;
}

void message_window_free(struct message_window *window)
{
	if (!window)
		return;
	free(window->messages);
	free(window->arena);
	memset(window, 0, sizeof(*window));
}

/* ---- counts ---- */

/* Can the counts of runs and packets answer? *mask = the statuses asked for. */
static bool countable(unsigned *mask, const struct filter *filter)
{
	*mask = scan_status_mask(filter);
	for (int i = 0; filter && i < filter->count; i++) {
		enum term_kind kind = filter->terms[i].kind;

		if (kind != TERM_STATUS && !match_is_about_runs(kind))
			return false;
	}
	return true;
}

/* A sum over rows (run, count ...) of a statement, for the runs that pass. */
static int sum_counts(int64_t *sum, struct view *view, const struct filter *filter, const char *sql,
	const unsigned *wanted, int columns, struct err *err)
{
	const struct run_names *run;
	sqlite3_stmt *stmt;
	int rc = db_query(&stmt, &view->db, sql, NO_BINDS, err);

	while (rc == 0 && (rc = db_next(&view->db, stmt, err)) == 1) {
		rc = view_run_names(&run, view, db_int(stmt, 0), err);
		for (int i = 0; rc == 0 && i < columns && match_run(filter, run); i++)
			*sum += wanted[i] ? db_int(stmt, i + 1) : 0;
		if (rc != 0)
			sqlite3_reset(stmt);
	}
	return rc;
}

/*
 * Runs know all but New, Processing and Pending apart; where only some of those are asked for, the
 * packets that have any say more.
 */
static int count_quickly(int64_t *count, struct view *view, const struct filter *filter,
	unsigned mask, struct err *err)
{
	static const char sql_runs[] =
		"SELECT id, completed, failed, unknown, cancelled, pending FROM run";
	static const char sql_waiting[] =
		"SELECT run, n_new, n_processing, n_pending FROM packet INDEXED BY packet_waiting"
		" WHERE n_new + n_processing + n_pending > 0";
	unsigned waiting = mask & SCAN_WAITING;
	unsigned runs[] = { mask & 1u << MESSAGE_COMPLETED, mask & 1u << MESSAGE_FAILED,
		mask & 1u << MESSAGE_UNKNOWN, mask & 1u << MESSAGE_CANCELLED,
		waiting == SCAN_WAITING };
	unsigned packets[] = { mask & 1u << MESSAGE_NEW, mask & 1u << MESSAGE_PROCESSING,
		mask & 1u << MESSAGE_PENDING };
	int rc = sum_counts(count, view, filter, sql_runs, runs, ARRAY_SIZE(runs), err);

	if (rc == 0 && waiting && waiting != SCAN_WAITING)
		rc = sum_counts(
			count, view, filter, sql_waiting, packets, ARRAY_SIZE(packets), err);
	return rc;
}

static int count_by_walking(int64_t *count, bool *exact, struct view *view,
	const struct filter *filter, struct err *err)
{
	struct row_set rows;
	struct scan *scan = NULL;
	int rc = scan_open(&scan, view, filter, true, 0, INT64_MAX, err);

	if (rc != 0)
		return rc;
	scan->deadline = clock_mono() + COUNT_PATIENCE_MS;
	while ((rc = scan_next(&rows, scan, err)) == 1)
		*count += row_set_count(&rows);
	*exact = !scan->tired;
	scan_close(scan);
	return rc;
}

int view_message_count(int64_t *count, bool *exact, struct view *view, const struct filter *filter,
	struct err *err)
{
	unsigned mask;
	int rc = view_begin(view, err);

	*count = 0;
	*exact = true;
	if (rc == 0)
		rc = countable(&mask, filter) ? count_quickly(count, view, filter, mask, err)
					      : count_by_walking(count, exact, view, filter, err);
	view_end(view);
	return rc;
}
