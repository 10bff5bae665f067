/*
 * intake.c — the reading half of a run: from the reader child's rows, by mapping and holding, into
 * the packets of fill.c.
 */

#include "base/base.h"
#include "process/intake.h"
#include "process/dry_run.h"
#include "process/fill.h"
#include "process/hold.h"
#include "process/mapper.h"
#include "process/origin.h"
#include "process/parent_fields.h"
#include "process/sender.h"
#include "source/frame.h"
#include "source/reader.h"
#include "base/crash_point.h"
#include "base/text.h"

#include <pthread.h>

#define COLUMNS_BYTES (1u << 20)

struct intake {
	struct intake_spec spec;
	pthread_t thread;
	bool running;

	/* this thread's */
	struct origin origin;
	int columns;
	struct mapper *mapper;
	struct hold *hold;
	struct fill *fill;
	struct buf key;
	int rejects; /* in a row, with one code */
	char reject_code[64];
	struct intake_counts counts;
	struct dry_run *dry; /* NULL: it is none */
	char *dry_result;    /* JSON, owned */

	pthread_mutex_t lock; /* guards what is below */
	struct reader *reader;
	bool stop;
	bool over;
	int64_t stored;
	bool wanted; /* somebody waits for the next packet */
	int rc;	     /* of the writer until it is over, then of the reading */
	struct err err;
};

/* ---- rows ---- */

/* On the writer's thread. */
static void packet_stored(void *ctx, int rc, const struct err *err)
{
	struct intake *intake = ctx;
	bool wanted;

	pthread_mutex_lock(&intake->lock);
	wanted = intake->wanted;
	intake->wanted = false;
	if (!rc) {
		intake->stored++;
	} else if (!intake->rc) {
		intake->rc = rc;
		err_copy(&intake->err, err);
	}
	pthread_mutex_unlock(&intake->lock);
	if (wanted)
		intake->spec.wake(intake->spec.ctx);
}

/* The writer's failure, or a stop; looked at after every row. */
static int trouble(struct intake *intake, struct err *err)
{
	int rc;

	pthread_mutex_lock(&intake->lock);
	rc = intake->rc;
	if (rc)
		err_copy(err, &intake->err);
	else if (intake->stop)
		rc = err_set(err, ERR_INTERRUPTED, "reading was stopped");
	pthread_mutex_unlock(&intake->lock);
	return rc;
}

/* `halt` rows in a row that fail here for one reason: the mapping is wrong, not the rows. */
static int count_reject(struct intake *intake, const struct err *problem, struct err *err)
{
	struct intake_counts *counts = &intake->counts;

	if (counts->rejected++ == 0)
		snprintf(counts->first_problem, sizeof(counts->first_problem), "%s: %s",
			problem->code, problem->text);
	if (!text_equal(intake->reject_code, problem->code))
		intake->rejects = 0;
	text_copy(intake->reject_code, sizeof(intake->reject_code), problem->code);
	if (++intake->rejects < intake->spec.interface->halt)
		return 0;
	return err_set(err, ERR_CONFIG, "halted: %d rows in a row cannot be sent: %s: %s",
		intake->rejects, problem->code, problem->text);
}

/* The last two cells of a file's row say where it stands; the rest is the row. */
static uint64_t content_hash(
	const struct intake *intake, const struct cell *cells, const char *row, size_t len)
{
	const struct cell *place = cells + intake->columns - FILE_COLUMNS;

	if (!intake->origin.files)
		return row_hash(row, len);
	if (place[1].bad)
		return row_hash(place[1].bad, strlen(place[1].bad));
	return row_hash(row, len - FILE_COLUMNS * sizeof(uint32_t) - place[0].len - place[1].len);
}

/* A record of a file that nobody could read has a place alone: 1, else 0. */
static int take_broken(
	struct intake *intake, const struct cell *cells, struct buf *record, struct err *problem)
{
	const struct cell *place = cells + intake->columns - FILE_COLUMNS;

	if (!intake->origin.files || !place[1].bad)
		return 0;
	buf_addf(&intake->key, "%.*s:%.*s", (int)place[0].len, place[0].text, (int)place[1].len,
		place[1].text);
	buf_add_str(record, "{}");
	err_set(problem, ERR_SOURCE, "%.*s: %s", (int)place[0].len, place[0].text, place[1].bad);
	text_copy(problem->code, sizeof(problem->code), "BROKEN_RECORD");
	return 1;
}

/* The row's record lies at the end of `data`, from `start` on. */
static int note_dry(struct intake *intake, const struct cell *cells, struct buf *data, size_t start,
	const struct err *problem, struct err *err)
{
	char missing[512];
	struct dry_row row = { .key = buf_str(&intake->key), .missing = missing };
	int rc = buf_check(data, "a record", err);

	if (rc)
		return rc;
	row.record = buf_str(data) + start;
	row.record_len = data->len - start;
	mapper_missing(missing, sizeof(missing), intake->mapper, cells);
	if (problem)
		dry_run_bad(intake->dry, row.key, problem);
	else
		rc = dry_run_row(intake->dry, &row, err);
	buf_cut(data, start);
	return rc;
}

static int take_row(struct intake *intake, const struct cell *cells, const char *row, size_t len,
	struct err *err)
{
	struct err problem = ERR_INIT;
	enum hold_verdict verdict;
	uint64_t hash = content_hash(intake, cells, row, len);
	uint64_t parent = mapper_parent(intake->mapper, cells);
	struct pack *pack;
	struct buf *data;
	uint64_t key;
	size_t start;
	int bad;
	int rc;

again:
	rc = fill_pack(&pack, intake->fill, parent, err);
	if (rc)
		return rc;
	data = &pack->data;
	start = data->len;
	buf_reset(&intake->key);
	bad = take_broken(intake, cells, data, &problem);
	if (!bad)
		bad = mapper_row(data, &intake->key, intake->mapper, cells, &problem);
	if (bad < 0)
		return err_copy(err, &problem);
	key = intake->key.len ? key_hash(buf_str(&intake->key), mapper_key_kind(intake->mapper))
			      : 0;
	verdict = hold_check(intake->hold, key, hash);
	if (intake->origin.mark.used)
		mark_see(&intake->origin.mark, &cells[intake->origin.mark.column],
			verdict == HOLD_HELD);
	switch (verdict) {
	case HOLD_HELD:
		intake->counts.held++;
		intake->counts.rows++;
		buf_cut(data, start);
		return 0;
	case HOLD_SKIPPED:
		intake->counts.skipped++;
		intake->counts.rows++;
		/* fall through */
	case HOLD_PASSED:
		buf_cut(data, start);
		return 0;
	default:
		break;
	}
	rc = intake->spec.info->dry_run ? 0 : fill_key(intake->fill, pack, key, err);
	if (rc < 0)
		return rc;
	if (rc)
		goto again; /* once: the packet is empty now */
	intake->counts.rows++;
	if (bad)
		rc = count_reject(intake, &problem, err);
	else
		intake->rejects = 0;
	if (!rc && intake->dry) {
		rc = note_dry(intake, cells, data, start, bad ? &problem : NULL, err);
	} else if (!rc) {
		struct pack_row place = { .record = start,
			.hash = hash,
			.key = key,
			.parent = parent,
			.order = intake->counts.rows };

		rc = pack_take(
			pack, &place, buf_str(&intake->key), row, len, bad ? &problem : NULL, err);
	}
	return rc ? rc : fill_look(intake->fill, pack, err);
}

static int take_rows(struct intake *intake, struct err *err)
{
	const struct cell *cells;
	const char *row;
	size_t len;
	int rc;

	while ((rc = reader_next(&cells, &row, &len, intake->reader, err)) > 0) {
		rc = take_row(intake, cells, row, len, err);
		if (!rc)
			rc = trouble(intake, err);
		if (rc)
			return rc;
	}
	return rc;
}

/* ---- the phase ---- */

static int open_reader(struct intake *intake, struct err *err)
{
	struct reader *reader = NULL;
	int rc = reader_start(&reader, &intake->origin.spec, err);

	pthread_mutex_lock(&intake->lock);
	intake->reader = reader;
	if (reader && intake->stop)
		reader_stop(reader);
	pthread_mutex_unlock(&intake->lock);
	return rc;
}

/* What the columns were: a message that is sent again is mapped anew from its stored row. */
struct columns {
	const struct intake *intake;
	struct buf frame;
};

static int apply_columns(void *ctx, struct store *store, struct err *err)
{
	const struct columns *columns = ctx;

	return store_run_columns(store, columns->intake->spec.claim,
		buf_str(&columns->frame) + FRAME_HEAD, columns->frame.len - FRAME_HEAD, err);
}

static int keep_columns(
	struct intake *intake, const struct column *columns, int count, struct err *err)
{
	struct columns kept = { intake, BUF_INIT(COLUMNS_BYTES) };
	int rc;

	if (intake->spec.info->dry_run)
		return 0;
	frame_columns(&kept.frame, columns, count);
	rc = buf_check(&kept.frame, "the columns of a query", err);
	if (!rc)
		rc = writer_call(intake->spec.env->writer, apply_columns, &kept, err);
	buf_free(&kept.frame);
	return rc;
}

static int make_hold(struct intake *intake, struct err *err)
{
	const struct intake_spec *spec = &intake->spec;
	const struct files *files = intake->origin.files;
	struct view *view = NULL;
	int rc = view_open(&view, spec->env->home_data, err);

	if (!rc)
		rc = hold_new(&intake->hold, view, spec->info, mapper_key_kind(intake->mapper),
			spec->again, err);
	for (size_t i = 0; !rc && files && i < files->earlier_count; i++)
		rc = hold_add_earlier(intake->hold, view, files->earlier[i], err);
	/* With a watermark the same rows come again: what is unchanged is not sent again. */
	if (!rc && intake->origin.mark.used && !spec->info->initial && !spec->info->again)
		rc = hold_add_sent(intake->hold, view, spec->info,
			mapping_version(&spec->interface->mapping), err);
	view_close(view);
	return rc;
}

/* A tree's rows come before those that hang from them, as far as the source says so. */
static bool is_tree(const struct intake_spec *spec)
{
	struct parent_field fields[PARENT_FIELDS_MAX];
	int count = parent_fields(fields, &spec->interface->mapping, spec->describe);

	for (int i = 0; i < count; i++)
		if (text_list_has(&fields[i].lookup->targets, spec->info->object))
			return true;
	return false;
}

/* Where one request goes after the other, or by jobs, the source's order is kept. */
static void pack_by_parent(struct intake *intake)
{
	const struct intake_spec *spec = &intake->spec;
	bool one = spec->info->dry_run || spec->mode == TRANSFER_BULK ||
		   sender_one_by_one(spec->interface, spec->info->operation) || is_tree(spec);

	if (mapper_has_parent(intake->mapper))
		fill_by_parent(intake->fill, one ? 1 : spec->interface->parallel);
}

static int apply_take(void *ctx, struct store *store, struct err *err)
{
	const struct intake *intake = ctx;
	const struct files *files = intake->origin.files;

	return store_source_files_take(store, intake->spec.claim, intake->spec.info->interface,
		files->chosen, files->spec.count, err);
}

static int take_files(struct intake *intake, struct err *err)
{
	int rc = writer_call(intake->spec.env->writer, apply_take, intake, err);

	CRASH_POINT(FILES_TAKEN);
	return rc;
}

static int open_origin(struct intake *intake, struct err *err)
{
	const struct intake_spec *spec = &intake->spec;
	struct files_wish wish = { spec->env, spec->connection, spec->interface, spec->info,
		spec->ends, spec->org_id };

	return origin_open(
		&intake->origin, &wish, spec->info->initial, spec->info->limit_rows, err);
}

/* Files are taken when nothing can be wrong with the settings any more. */
static int prepare(struct intake *intake, struct err *err)
{
	const struct intake_spec *spec = &intake->spec;
	const struct column *columns;
	int rc = open_origin(intake, err);

	if (rc || intake->origin.empty)
		return rc;
	rc = open_reader(intake, err);
	if (!rc)
		rc = reader_columns(&columns, &intake->columns, intake->reader, err);
	if (!rc)
		rc = mapper_new(&intake->mapper, spec->interface, columns, intake->columns,
			spec->describe, spec->connection->source.time_zone, err);
	if (!rc)
		pack_by_parent(intake);
	if (!rc)
		rc = process_check_write_back(spec->interface, columns, intake->columns, err);
	if (!rc)
		rc = keep_columns(intake, columns, intake->columns, err);
	if (!rc)
		rc = mark_bind(
			&intake->origin.mark, spec->interface, columns, intake->columns, err);
	if (!rc)
		rc = make_hold(intake, err);
	if (!rc && intake->origin.files && !intake->origin.files->resumed && !spec->info->dry_run)
		rc = take_files(intake, err);
	return rc;
}

/* What this reading has seen, unless it has not seen everything. */
static int move_mark(const struct intake *intake, struct store *store, struct err *err)
{
	const struct intake_spec *spec = &intake->spec;
	struct mark_wish wish = { spec->interface, spec->connection, spec->org_id, false };
	struct watermark moved;

	if (spec->info->limit_rows || spec->info->dry_run ||
		!mark_end(&moved, &intake->origin.mark, &wish, spec->info->id))
		return 0;
	return store_watermark(store, spec->info->interface, &moved, err);
}

/* On the writer's thread, behind all packets: Reading ends. */
static int apply_end(void *ctx, struct store *store, struct err *err)
{
	struct intake *intake = ctx;
	struct run_change change = RUN_CHANGE_NONE;
	int rc = 0;

	change.held_add = intake->counts.held;
	change.skipped_add = intake->counts.skipped;
	if (intake->spec.info->dry_run)
		change.skipped_add = intake->counts.rows - intake->counts.held;
	change.read_add = change.held_add + change.skipped_add;
	change.reading_done = true;
	change.state = RUN_SENDING;
	rc = move_mark(intake, store, err);
	CRASH_POINT(MARK_MOVED);
	if (!rc && intake->origin.files)
		rc = store_source_files_state(store, intake->spec.info->id,
			intake->spec.info->limit_rows ? SOURCE_FILE_RELEASED : SOURCE_FILE_READ,
			err);
	if (!rc && intake->dry_result) {
		char name[96];

		snprintf(name, sizeof(name), PROCESS_SETTING_DRY_RUN "%s",
			intake->spec.info->interface);
		rc = store_setting(store, name, intake->dry_result, err);
	}
	return rc ? rc : store_run_update(store, intake->spec.claim, &change, err);
}

static int begin_dry(struct intake *intake, struct err *err)
{
	const struct intake_spec *spec = &intake->spec;

	return dry_run_new(&intake->dry, spec->env, spec->connection, spec->interface, spec->info,
		spec->describe, spec->ends, err);
}

static int end_dry(struct intake *intake, struct err *err)
{
	dry_run_finish(intake->dry);
	return dry_run_json(&intake->dry_result, intake->dry, err);
}

/* Wait until the writer is done with all packets; its failure, if there was one. */
static int drain(struct intake *intake, struct err *err)
{
	int rc;

	fill_drain(intake->fill);
	pthread_mutex_lock(&intake->lock);
	rc = intake->rc;
	if (rc)
		err_copy(err, &intake->err);
	pthread_mutex_unlock(&intake->lock);
	return rc;
}

static int read_source(struct intake *intake, struct err *err)
{
	struct err ignored = ERR_INIT;
	int rc = prepare(intake, err);
	int drained;

	if (!rc && intake->spec.info->dry_run)
		rc = begin_dry(intake, err);
	if (!rc && intake->reader)
		rc = take_rows(intake, err);
	if (!rc && intake->dry)
		rc = end_dry(intake, err);
	/* What was read before a failure is good, and stored. */
	if (fill_flush(intake->fill, rc ? &ignored : err) && !rc)
		rc = -err->kind;
	drained = drain(intake, rc ? &ignored : err);
	if (!rc)
		rc = drained;
	if (!rc)
		rc = writer_call(intake->spec.env->writer, apply_end, intake, err);
	CRASH_POINT(READING_ENDED);
	return rc;
}

static void *intake_main(void *arg)
{
	struct intake *intake = arg;
	struct err err = ERR_INIT;
	struct reader *reader;
	int rc = read_source(intake, &err);

	pthread_mutex_lock(&intake->lock);
	reader = intake->reader;
	intake->reader = NULL;
	pthread_mutex_unlock(&intake->lock);
	reader_free(reader);
	pthread_mutex_lock(&intake->lock);
	intake->rc = rc;
	intake->err = err;
	intake->over = true;
	pthread_mutex_unlock(&intake->lock);
	intake->spec.wake(intake->spec.ctx);
	return NULL;
}

/* ---- seen from the run's thread ---- */

int intake_start(struct intake **out, const struct intake_spec *spec, struct err *err)
{
	struct intake *intake = calloc(1, sizeof(*intake));
	struct fill_spec fill = { .env = spec->env,
		.claim = spec->claim,
		.rows = spec->interface->packet,
		.stored = packet_stored,
		.ctx = intake };
	int rc;

	if (!intake)
		return err_nomem(err);
	intake->spec = *spec;
	pthread_mutex_init(&intake->lock, NULL);
	buf_init(&intake->key, PACK_MAX);
	rc = fill_new(&intake->fill, &fill, err);
	if (!rc) {
		int errnum = pthread_create(&intake->thread, NULL, intake_main, intake);

		intake->running = errnum == 0;
		if (errnum)
			rc = err_set_errno(err, ERR_SOURCE, errnum, "could not start reading");
	}
	if (rc) {
		intake_free(intake);
		return rc;
	}
	*out = intake;
	return 0;
}

void intake_stop(struct intake *intake)
{
	pthread_mutex_lock(&intake->lock);
	intake->stop = true;
	if (intake->reader)
		reader_stop(intake->reader);
	pthread_mutex_unlock(&intake->lock);
}

bool intake_more(struct intake *intake, int64_t *seen)
{
	bool more;

	pthread_mutex_lock(&intake->lock);
	more = intake->stored != *seen;
	*seen = intake->stored;
	intake->wanted = !more;
	pthread_mutex_unlock(&intake->lock);
	return more;
}

bool intake_over(struct intake *intake)
{
	bool over;

	pthread_mutex_lock(&intake->lock);
	over = intake->over;
	pthread_mutex_unlock(&intake->lock);
	return over;
}

int intake_result(struct intake *intake, struct err *err)
{
	if (intake->rc)
		err_copy(err, &intake->err);
	return intake->rc;
}

const char *intake_note(const struct intake *intake)
{
	return intake->origin.files ? intake->origin.files->note : intake->origin.mark.note;
}

const struct intake_counts *intake_counts(const struct intake *intake)
{
	return &intake->counts;
}

const struct dry_run *intake_dry_run(const struct intake *intake)
{
	return intake->dry;
}

void intake_free(struct intake *intake)
{
	if (!intake)
		return;
	if (intake->running) {
		intake_stop(intake);
		pthread_join(intake->thread, NULL);
	}
	fill_free(intake->fill);
	origin_free(&intake->origin);
	dry_run_free(intake->dry);
	free(intake->dry_result);
	mapper_free(intake->mapper);
	hold_free(intake->hold);
	buf_free(&intake->key);
	pthread_mutex_destroy(&intake->lock);
	free(intake);
}
