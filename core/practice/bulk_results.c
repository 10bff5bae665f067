/* bulk_results.c — the three result files of an ingest job, made while they are sent. */

#include "base/base.h"
#include "practice/bulk.h"
#include "practice/call.h"
#include "practice/inside.h"

#include <math.h>

#define PIECE (64u << 10)

struct results {
	struct practice *org;
	struct bulk_job *job; /* held; it changes no more */
	enum bulk_results which;
	uint32_t *order; /* rows in the order of the answer; of unprocessed ones the first byte */
	size_t count, at;
	struct buf piece;
	size_t sent; /* of the piece */
};

/* ---- values ---- */

/* Large numbers come back as Java writes a double: 9.12260031E8 */
static void put_number(struct buf *out, const struct bulk_csv_field *value)
{
	char *end;
	double number = strtod(value->text, &end);
	char text[40] = "";
	char *e;

	if (*end || !isfinite(number) || fabs(number) < 1e7) {
		bulk_csv_quote(out, value->text, value->len);
		return;
	}
	for (int digits = 1; digits < 18 && strtod(text, NULL) != number; digits++)
		snprintf(text, sizeof(text), "%.*e", digits, number);
	e = strchr(text, 'e');
	buf_addf(out, "\"%.*sE%ld\"", (int)(e - text), text, strtol(e + 1, NULL, 10));
}

static bool is_real(const struct bulk_column *column)
{
	return column->kind == BULK_COLUMN_FIELD &&
	       (column->field->type == SCHEMA_DOUBLE || column->field->type == SCHEMA_CURRENCY ||
		       column->field->type == SCHEMA_PERCENT);
}

static void put_ending(const struct results *results, struct buf *out)
{
	buf_add_str(out, results->job->crlf ? "\r\n" : "\n");
}

/* The columns of the upload from the row at `from`. What cannot be read goes out as it came. */
static void put_row(struct results *results, size_t from, bool numbers)
{
	const struct bulk_job *job = results->job;
	struct buf *out = &results->piece;
	struct arena arena = ARENA_INIT;
	struct bulk_csv csv = { .text = job->upload,
		.len = job->upload_len,
		.at = from,
		.delimiter = job->delimiter,
		.crlf = job->crlf };

	if (bulk_csv_next(&csv, &arena) <= 0) {
		size_t len = csv.at - from;

		while (len && strchr("\r\n", csv.text[from + len - 1]))
			len--;
		buf_add(out, csv.text + from, len);
	} else {
		for (int i = 0; i < csv.count; i++) {
			if (i)
				buf_add_char(out, job->delimiter);
			if (numbers && i < job->column_count && is_real(&job->columns[i]))
				put_number(out, &csv.fields[i]);
			else
				bulk_csv_quote(out, csv.fields[i].text, csv.fields[i].len);
		}
	}
	put_ending(results, out);
	arena_free(&arena);
}

static void put_done_row(struct results *results, const struct bulk_row *row)
{
	const struct bulk_job *job = results->job;
	struct buf *out = &results->piece;
	char id[SFID_SIZE] = "";

	if (row->number)
		sfid_make(id, job->object->prefix, row->number);
	bulk_csv_quote(out, id, strlen(id));
	buf_add_char(out, job->delimiter);
	if (results->which == BULK_SUCCESSFUL)
		buf_add_str(out, row->created ? "\"true\"" : "\"false\"");
	else
		bulk_csv_quote(
			out, job->errors[row->error - 1], strlen(job->errors[row->error - 1]));
	buf_add_char(out, job->delimiter);
	put_row(results, row->from, true);
}

/* The names of the columns are not quoted, unlike those that Salesforce adds. */
static void put_header(struct results *results)
{
	static const char *const second[] = { "sf__Created", "sf__Error" };
	const struct bulk_job *job = results->job;
	struct buf *out = &results->piece;
	struct arena arena = ARENA_INIT;
	struct bulk_csv csv = { .text = job->upload ? job->upload : "",
		.len = job->upload_len,
		.delimiter = job->delimiter,
		.crlf = job->crlf };

	if (results->which != BULK_UNPROCESSED)
		buf_addf(out, "\"sf__Id\"%c\"%s\"%c", job->delimiter, second[results->which],
			job->delimiter);
	if (bulk_csv_next(&csv, &arena) > 0) {
		for (int i = 0; i < csv.count; i++) {
			if (i)
				buf_add_char(out, job->delimiter);
			buf_add(out, csv.fields[i].text, csv.fields[i].len);
		}
	}
	put_ending(results, out);
	arena_free(&arena);
}

/* ---- order ---- */

/* A file's order is free; here it is always another one than the upload's. */
static void shuffle(struct results *results, uint64_t seed)
{
	uint64_t state = seed * 2 + 1;

	for (size_t i = results->count; i > 1; i--) {
		size_t other;
		uint32_t kept;

		state = state * 6364136223846793005u + 1442695040888963407u;
		other = (size_t)((state >> 33) % i);
		kept = results->order[i - 1];
		results->order[i - 1] = results->order[other];
		results->order[other] = kept;
	}
}

static bool add_place(struct results *results, size_t *cap, size_t place)
{
	if (results->count == *cap) {
		size_t more = *cap ? *cap * 2 : 1024;
		uint32_t *order = realloc(results->order, more * sizeof(*order));

		if (!order)
			return false;
		results->order = order;
		*cap = more;
	}
	results->order[results->count++] = (uint32_t)place;
	return true;
}

static bool collect_done(struct results *results)
{
	const struct bulk_job *job = results->job;
	size_t cap = 0;

	for (size_t i = 0; i < job->row_count; i++) {
		if (fault_hits(&results->org->faults, FAULT_BULK_LOST))
			continue;
		if ((job->rows[i].error != 0) == (results->which == BULK_FAILED_ROWS) &&
			!add_place(results, &cap, i))
			return false;
	}
	return true;
}

/* Everything behind the last row done. */
static bool collect_unprocessed(struct results *results)
{
	const struct bulk_job *job = results->job;
	struct bulk_csv csv = { .text = job->upload,
		.len = job->upload_len,
		.at = job->column_count ? job->csv.at : 0 };
	size_t cap = 0;

	if (!job->column_count) /* it never came to the rows */
		bulk_csv_skip(&csv);
	while (bulk_csv_skip(&csv)) {
		if (!add_place(results, &cap, csv.from))
			return false;
	}
	return true;
}

/* ---- the stream; on the connection's thread, without the lock ---- */

static bool fill(struct results *results)
{
	buf_reset(&results->piece);
	results->sent = 0;
	while (results->at < results->count && results->piece.len < PIECE) {
		uint32_t place = results->order[results->at++];

		if (results->which == BULK_UNPROCESSED)
			put_row(results, place, false);
		else
			put_done_row(results, &results->job->rows[place]);
	}
	return !results->piece.broken;
}

static ssize_t read_results(void *ctx, char *to, size_t max)
{
	struct results *results = ctx;
	size_t part;

	if (results->sent == results->piece.len && !fill(results))
		return -1;
	part = results->piece.len - results->sent;
	part = part < max ? part : max;
	if (part)
		memcpy(to, results->piece.data + results->sent, part);
	results->sent += part;
	return (ssize_t)part;
}

static void free_results(void *ctx)
{
	struct results *results = ctx;

	pthread_mutex_lock(&results->org->lock);
	bulk_release(results->job);
	pthread_mutex_unlock(&results->org->lock);
	buf_free(&results->piece);
	free(results->order);
	free(results);
}

void bulk_answer_results(struct call *call, struct bulk_job *job, enum bulk_results which)
{
	struct results *results = calloc(1, sizeof(*results));
	bool ok = results != NULL;

	if (ok) {
		*results = (struct results){ .org = call->org, .job = job, .which = which };
		buf_init(&results->piece, PIECE + 4 * BULK_CSV_ROW_MAX);
		ok = which == BULK_UNPROCESSED ? collect_unprocessed(results)
					       : collect_done(results);
	}
	if (!ok) {
		if (results)
			free(results->order);
		free(results);
		call_fail(call, 500, "UNKNOWN_EXCEPTION", "out of memory");
		return;
	}
	shuffle(results, call->org->faults.seed + job->number);
	put_header(results);
	bulk_hold(job);
	call->content_type = "text/csv";
	call->outgoing->stream = read_results;
	call->outgoing->stream_free = free_results;
	call->outgoing->stream_ctx = results;
}
