/*
 * write_back.c — packet by packet: what is open comes from the store, goes to the updater child,
 * and what it answers is recorded before the next packet. A crash between the two repeats a packet:
 * at least once, never less.
 */

#include "base/base.h"
#include "process/write_back_private.h"
#include "source/frame.h"
#include "source/updater.h"
#include "base/clock.h"
#include "base/crash_point.h"
#include "base/log.h"
#include "base/text.h"

#define ANSWER_S 60 /* without an answer, where the connection sets no time */
#define FIRST_WAIT_MS INT64_C(1000)
#define LONGEST_WAIT_MS INT64_C(60000)
#define SLICE_MS INT64_C(100)
#define COLUMNS_BYTES (1u << 20)

static const struct end {
	unsigned bit;
	const char *key;
	size_t offset;
} ends[] = {
	{ WRITE_BACK_SUCCESS, "after_success", offsetof(struct interface, after_success) },
	{ WRITE_BACK_FAILURE, "after_failure", offsetof(struct interface, after_failure) },
};

static const char *statement_of(const struct interface *interface, const struct end *end)
{
	return *(char *const *)((const char *)interface + end->offset);
}

unsigned write_back_ends(const struct interface *interface)
{
	unsigned bits = 0;

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		if (!text_empty(statement_of(interface, &ends[i])))
			bits |= ends[i].bit;
	return bits;
}

/* One end of one run. */
struct writing {
	const struct write_back_spec *spec;
	struct run_claim *claim;
	const struct end *end;
	struct view *view;
	struct column *columns;
	int column_count;
	struct bound_places bound;
	struct updater *updater; /* NULL until there is a row to write */
	struct cell *cells, *scratch;
	struct unwritten packet;
	struct written_row rows[PACKET_ROWS_MAX];
	int64_t failing;
	char example[256]; /* why the first row failed */
};

/* ---- jobs of the writer ---- */

static int apply_written(void *ctx, struct store *store, struct err *err)
{
	const struct writing *writing = ctx;

	return store_written(store, writing->claim, writing->packet.packet, writing->rows,
		writing->packet.count, err);
}

static int apply_unwant(void *ctx, struct store *store, struct err *err)
{
	const struct writing *writing = ctx;

	return store_unwant_write_back(store, writing->claim, writing->end->bit, err);
}

struct note {
	struct run_claim *claim;
	const char *text;
};

static int apply_note(void *ctx, struct store *store, struct err *err)
{
	const struct note *note = ctx;
	struct run_change change = RUN_CHANGE_NONE;

	change.write_back_note = note->text;
	return store_run_update(store, note->claim, &change, err);
}

/* ---- one packet ---- */

static void stop_updater(void *ctx)
{
	updater_stop(ctx);
}

static int start_updater(struct writing *writing, struct err *err)
{
	const struct write_back_spec *spec = writing->spec;
	int timeout_s = spec->connection->source.query_timeout;
	struct updater_spec child = { .program = spec->env->reader_program,
		.sql = writing->bound.places.sql,
		.places = writing->bound.places.count,
		.timeout_s = timeout_s ? timeout_s : ANSWER_S };
	char *odbc = NULL;
	int rc = process_odbc_write_string(&odbc, spec->connection, spec->env->keyring, err);

	child.odbc = odbc;
	if (!rc)
		rc = updater_start(&writing->updater, &child, err);
	secret_wipe(odbc);
	if (!rc && spec->watch)
		watch_on_end(spec->watch, stop_updater, writing->updater);
	return rc;
}

static void sort_results(struct writing *writing, const struct updated *results)
{
	for (int i = 0; i < writing->packet.count; i++) {
		struct written_row *row = &writing->rows[i];

		*row = (struct written_row){ .position = writing->packet.rows[i].position,
			.as = results[i].rows == 0 ? WRITTEN_UNMATCHED : WRITTEN_DONE };
		if (results[i].rows != UPDATED_FAILED)
			continue;
		row->as = WRITTEN_FAILED;
		row->text = results[i].text;
		if (!writing->failing++)
			text_copy(writing->example, sizeof(writing->example), row->text);
	}
}

static int write_packet(struct writing *writing, struct err *err)
{
	struct updated results[PACKET_ROWS_MAX];
	const struct unwritten *packet = &writing->packet;
	size_t places = (size_t)writing->bound.places.count;
	int rc = writing->updater ? 0 : start_updater(writing, err);

	for (int i = 0; !rc && i < packet->count; i++)
		rc = write_back_cells(writing->cells + (size_t)i * places, &writing->bound,
			&packet->rows[i], writing->scratch, writing->column_count, err);
	CRASH_POINT(WRITE_BACK_BEFORE);
	if (!rc)
		rc = updater_run(results, writing->updater, writing->cells, packet->count, err);
	CRASH_POINT(WRITTEN_BACK);
	if (rc)
		return rc;
	sort_results(writing, results);
	rc = writer_call(writing->spec->env->writer, apply_written, writing, err);
	CRASH_POINT(WRITE_BACK_RECORDED);
	return rc;
}

/* ---- one end of one run ---- */

static int load_columns(struct writing *writing, struct err *err)
{
	int64_t run = run_claim_run(writing->claim);
	struct buf bytes = BUF_INIT(COLUMNS_BYTES);
	struct frame_cursor cursor;
	int rc = view_run_columns(&bytes, writing->view, run, err);

	cursor = (struct frame_cursor){ buf_str(&bytes), buf_str(&bytes) + bytes.len };
	if (!rc && !frame_read_columns(&writing->columns, &writing->column_count, &cursor))
		rc = err_set(err, ERR_SOURCE,
			"which columns the rows of run %" PRId64 " have is not known", run);
	buf_free(&bytes);
	return rc;
}

static int prepare(struct writing *writing, const char *sql, struct err *err)
{
	int rc = load_columns(writing, err);
	size_t places;

	if (!rc)
		rc = write_back_places(&writing->bound, writing->end->key, sql, writing->columns,
			writing->column_count, err);
	if (rc)
		return rc;
	places = (size_t)writing->bound.places.count + 1;
	writing->cells = calloc(PACKET_ROWS_MAX * places, sizeof(*writing->cells));
	writing->scratch = calloc((size_t)writing->column_count, sizeof(*writing->scratch));
	return writing->cells && writing->scratch ? 0 : err_nomem(err);
}

static int write_packets(struct writing *writing, struct err *err)
{
	const atomic_bool *ends_early = writing->spec->ends;
	int64_t run = run_claim_run(writing->claim);
	const char *sql = statement_of(writing->spec->interface, writing->end);
	int rc = view_unwritten(&writing->packet, writing->view, run, 0, writing->end->bit, err);

	/* Who takes the statement out of the interface does not want it any more. */
	if (!rc && text_empty(sql)) {
		unwritten_free(&writing->packet);
		return writer_call(writing->spec->env->writer, apply_unwant, writing, err);
	}
	if (!rc)
		rc = prepare(writing, sql, err);
	while (!rc) {
		int64_t packet = writing->packet.packet;

		rc = write_packet(writing, err);
		unwritten_free(&writing->packet);
		if (!rc && ends_early && atomic_load(ends_early))
			rc = err_set(err, ERR_INTERRUPTED, "writing back was stopped");
		if (!rc)
			rc = view_unwritten(&writing->packet, writing->view, run, packet,
				writing->end->bit, err);
	}
	unwritten_free(&writing->packet);
	return rc == -ERR_NOT_FOUND ? 0 : rc;
}

static int write_end(struct writing *writing, struct err *err)
{
	int rc = write_packets(writing, err);

	if (writing->spec->watch)
		watch_on_end(writing->spec->watch, NULL, NULL);
	updater_free(writing->updater);
	places_free(&writing->bound.places);
	free(writing->columns);
	free(writing->cells);
	free(writing->scratch);
	if (!rc && writing->failing)
		rc = err_set(err, ERR_SOURCE, "%s: %" PRId64 " row%s failed: %s", writing->end->key,
			writing->failing, writing->failing == 1 ? "" : "s", writing->example);
	return rc;
}

/* ---- the verbs ---- */

static int write_ends(const struct write_back_spec *spec, struct run_claim *claim,
	struct view *view, struct err *err)
{
	struct err later = ERR_INIT;
	int rc = 0;

	for (size_t i = 0; i < ARRAY_SIZE(ends) && rc != -ERR_INTERRUPTED; i++) {
		struct writing *writing = calloc(1, sizeof(*writing));
		int this;

		if (!writing)
			return err_nomem(err);
		writing->spec = spec;
		writing->claim = claim;
		writing->end = &ends[i];
		writing->view = view;
		this = write_end(writing, rc ? &later : err);
		rc = rc ? rc : this; /* the first reason counts, the other end has its chance */
		free(writing);
	}
	return rc;
}

int write_back_run(const struct write_back_spec *spec, struct run_claim *claim, struct err *err)
{
	struct err why = ERR_INIT;
	struct note note = { claim, why.text };
	struct view *view = NULL;
	int rc = view_open(&view, spec->env->home_data, &why);

	if (!rc)
		rc = write_ends(spec, claim, view, &why);
	view_close(view);
	if (rc != -ERR_INTERRUPTED && rc != -ERR_STORE)
		writer_call(spec->env->writer, apply_note, &note, NULL);
	if (!rc)
		return 0;
	if (rc != -ERR_INTERRUPTED)
		log_line(LOG_LEVEL_WARN, run_claim_run(claim), "write-back: %s", why.text);
	err_copy(err, &why);
	err_prefix(err, "write-back");
	return rc;
}

/* False once it is to end. */
static bool sleep_through(const atomic_bool *ends_early, int64_t ms)
{
	int64_t until = clock_mono() + ms;

	while (!(ends_early && atomic_load(ends_early)) && clock_mono() < until)
		clock_sleep(SLICE_MS < ms ? SLICE_MS : ms);
	return !(ends_early && atomic_load(ends_early));
}

int write_back_patiently(const struct write_back_spec *spec, struct run_claim *claim,
	int64_t wait_ms, struct err *err)
{
	int64_t until = clock_mono() + wait_ms;
	int64_t delay = FIRST_WAIT_MS;

	for (;;) {
		struct err why = ERR_INIT;
		int rc = write_back_run(spec, claim, &why);

		if (!rc || !why.retryable || clock_mono() + delay > until) {
			if (rc)
				err_copy(err, &why);
			return rc;
		}
		if (!sleep_through(spec->ends, delay))
			return err_set(err, ERR_INTERRUPTED, "stopped");
		delay = delay * 2 < LONGEST_WAIT_MS ? delay * 2 : LONGEST_WAIT_MS;
	}
}

/* ---- other runs ---- */

struct claiming {
	int64_t run;
	struct run_claim *claim;
};

static int apply_claim(void *ctx, struct store *store, struct err *err)
{
	struct claiming *claiming = ctx;

	return store_run_claim(&claiming->claim, store, claiming->run, err);
}

int64_t write_back_leftovers(const struct write_back_spec *spec, int64_t except_run)
{
	struct run_info *runs = NULL;
	struct view *view = NULL;
	int64_t open = 0;
	int count = 0;

	if (view_open(&view, spec->env->home_data, NULL) ||
		view_unwritten_runs(&runs, &count, view, spec->interface->name, NULL))
		count = 0;
	for (int i = 0; i < count; i++) {
		struct claiming claiming = { .run = runs[i].id };
		struct run_info now;

		if (runs[i].id == except_run)
			continue;
		if (writer_call(spec->env->writer, apply_claim, &claiming, NULL) == 0)
			write_back_run(spec, claiming.claim, NULL);
		run_claim_free(claiming.claim);
		if (view_run(&now, view, runs[i].id, NULL) == 0)
			open += now.write_back.open;
	}
	free(runs);
	view_close(view);
	return open;
}
