/* remap.c — stored source rows through today's mapping. */

#include "base/base.h"
#include "process/remap.h"
#include "process/mapper.h"
#include "base/text.h"
#include "source/frame.h"

#define COLUMNS_BYTES (1u << 20)
#define TEXTS_BYTES (256u << 20)

struct remap {
	struct remap_spec spec;
	bool ready; /* the rest was made */
	struct column *columns;
	int column_count; /* 0 = not known: rows stay as they are */
	struct cell *cells;
	struct mapper *mapper; /* NULL: `problem` says why every row fails */
	struct err problem;

	/* one packet's */
	const struct packet_out *packet;
	struct buf texts, key;
	size_t records[PACKET_ROWS_MAX], rejects[PACKET_ROWS_MAX]; /* places in `texts`, + 1 */
	struct mapped_row rows[PACKET_ROWS_MAX];
	int count;
};

int remap_new(struct remap **out, const struct remap_spec *spec, struct err *err)
{
	struct remap *remap = calloc(1, sizeof(*remap));

	if (!remap)
		return err_nomem(err);
	remap->spec = *spec;
	buf_init(&remap->texts, TEXTS_BYTES);
	buf_init(&remap->key, TEXTS_BYTES);
	*out = remap;
	return 0;
}

void remap_free(struct remap *remap)
{
	if (!remap)
		return;
	mapper_free(remap->mapper);
	free(remap->columns);
	free(remap->cells);
	buf_free(&remap->texts);
	buf_free(&remap->key);
	free(remap);
}

/* ---- made once, when the first such row comes ---- */

static int load_columns(struct remap *remap, struct view *view, struct err *err)
{
	struct buf data = BUF_INIT(COLUMNS_BYTES);
	int rc = view_run_columns(&data, view, remap->spec.info->id, err);
	struct frame_cursor cursor = { buf_str(&data), buf_str(&data) + data.len };

	if (!rc && data.len && !frame_read_columns(&remap->columns, &remap->column_count, &cursor))
		rc = err_set(err, ERR_STORE, "the store is damaged: the columns of run %" PRId64,
			remap->spec.info->id);
	buf_free(&data);
	if (!rc && remap->column_count) {
		remap->cells = calloc((size_t)remap->column_count, sizeof(*remap->cells));
		rc = remap->cells ? 0 : err_nomem(err);
	}
	return rc;
}

static int prepare(struct remap *remap, struct view *view, struct err *err)
{
	const struct remap_spec *spec = &remap->spec;
	int rc;

	if (remap->ready)
		return 0;
	rc = load_columns(remap, view, err);
	if (rc || !remap->column_count)
		return rc;
	rc = mapper_new(&remap->mapper, spec->interface, remap->columns, remap->column_count,
		spec->describe, spec->connection->source.time_zone, &remap->problem);
	if (rc && rc != -ERR_CONFIG)
		return err_copy(err, &remap->problem);
	remap->ready = true;
	return 0;
}

/* ---- rows ---- */

static void reject(struct remap *remap, const char *code, const char *text)
{
	remap->rejects[remap->count] = remap->texts.len + 1;
	buf_addf(&remap->texts, "%s: %s", code, text);
	buf_add_char(&remap->texts, '\0');
}

/* Another key is another record: that is not the message any more which somebody sends again. */
static bool is_other_key(const struct remap *remap, int position)
{
	enum key_kind kind = mapper_key_kind(remap->mapper);

	return mapper_has_key(remap->mapper) &&
	       key_hash(buf_str(&remap->key), kind) !=
		       key_hash(remap->packet->keys[position], kind);
}

static int map_row(struct remap *remap, int position, struct err *err)
{
	struct err problem = ERR_INIT;
	char words[256];
	int bad;

	buf_reset(&remap->key);
	remap->records[remap->count] = remap->texts.len + 1;
	bad = mapper_row(&remap->texts, &remap->key, remap->mapper, remap->cells, &problem);
	if (bad < 0)
		return err_copy(err, &problem);
	buf_add_char(&remap->texts, '\0');
	if (bad) {
		reject(remap, problem.code, problem.text);
	} else if (is_other_key(remap, position)) {
		snprintf(words, sizeof(words),
			"today's mapping gives the row the key %.100s, which is not this message's:"
			" process the interface again",
			buf_str(&remap->key));
		remap->records[remap->count] = 0; /* its own payload stays */
		reject(remap, "KEY_CHANGED", words);
	}
	return 0;
}

static int take_row(void *ctx, int position, const char *source, size_t len, struct err *err)
{
	struct remap *remap = ctx;
	int rc = 0;

	if (!row_set_has(&remap->packet->remap, position))
		return 0;
	remap->records[remap->count] = remap->rejects[remap->count] = 0;
	if (!remap->column_count)
		; /* stored by a version that kept no columns */
	else if (!remap->mapper)
		reject(remap, "MAPPING", remap->problem.text);
	else if (!source_row_decode(remap->cells, remap->column_count, source, len))
		reject(remap, "MAPPING",
			"the row was stored with other columns than the run began with");
	else
		rc = map_row(remap, position, err);
	remap->rows[remap->count++].position = position;
	return rc ? rc : buf_check(&remap->texts, "the rows of a packet", err);
}

/* The texts have come to rest: point at them. */
static void point(struct remap *remap)
{
	for (int i = 0; i < remap->count; i++) {
		struct mapped_row *row = &remap->rows[i];
		const char *texts = buf_str(&remap->texts);

		row->record = remap->records[i] ? texts + remap->records[i] - 1 : NULL;
		row->reject = remap->rejects[i] ? texts + remap->rejects[i] - 1 : NULL;
	}
}

static int apply(void *ctx, struct store *store, struct err *err)
{
	struct remap *remap = ctx;

	return store_packet_remap(store, remap->spec.claim, remap->packet->packet, remap->rows,
		remap->count, mapping_version(&remap->spec.interface->mapping), err);
}

int remap_packet(
	struct remap *remap, struct view *view, const struct packet_out *packet, struct err *err)
{
	int rc = prepare(remap, view, err);

	remap->packet = packet;
	remap->count = 0;
	buf_reset(&remap->texts);
	if (!rc)
		rc = view_source_rows(view, packet->packet, take_row, remap, err);
	if (rc)
		return rc;
	point(remap);
	return writer_call(remap->spec.env->writer, apply, remap, err);
}
