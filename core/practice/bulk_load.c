/* bulk_load.c — an ingest job's rows into the records: header, then chunks of 200 rows. */

#include "base/base.h"
#include "practice/bulk.h"
#include "base/clock.h"
#include "practice/inside.h"

/* ---- the header ---- */

/* "Account__r.Ext_Id__c", "Lead:Who.Email"; `dot` is in the name. */
static bool parent_column(struct bulk_job *job, const struct schema *schema,
	struct bulk_column *column, const char *name, const char *dot)
{
	const char *colon = memchr(name, ':', (size_t)(dot - name));
	const char *relation = colon ? colon + 1 : name;
	const struct schema_field *key;

	column->kind = BULK_COLUMN_PARENT;
	column->field = schema_relationship(job->object, relation, (size_t)(dot - relation));
	if (!column->field || (column->field->flags & SCHEMA_HIDDEN)) {
		bulk_fail(job, "InvalidBatch : Unable to find relationship: %.*s",
			(int)(dot - relation), relation);
		return false;
	}
	if (colon) { /* no lookup here has several targets */
		bulk_fail(job,
			"InvalidBatch : type is not needed for non polymorphic foreign key "
			"references: %.*s",
			(int)(dot - relation), relation);
		return false;
	}
	column->parent_object = schema_object(schema, column->field->reference_to);
	key = schema_field(column->parent_object, dot + 1, strlen(dot + 1));
	if (!key || !(key->flags & SCHEMA_EXTERNAL) || (key->flags & SCHEMA_HIDDEN)) {
		bulk_fail(job, "InvalidBatch : Field name not found : %s", name);
		return false;
	}
	column->parent_key = schema_field_index(column->parent_object, key);
	return true;
}

static bool own_column(struct bulk_job *job, struct bulk_column *column, const char *name)
{
	const struct schema_field *field = schema_field(job->object, name, strlen(name));

	if (!field || (field->flags & SCHEMA_HIDDEN)) {
		bulk_fail(job, "InvalidBatch : Field name not found : %s", name);
		return false;
	}
	column->kind = field->type == SCHEMA_ID ? BULK_COLUMN_ID : BULK_COLUMN_FIELD;
	column->field = field;
	return true;
}

/* Names become columns; the first bad one fails the job. The org's lock is held. */
static void take_header(struct practice *org, struct bulk_job *job, const struct bulk_csv *csv)
{
	job->columns = arena_alloc(&job->arena, (size_t)csv->count * sizeof(*job->columns));
	if (!job->columns) {
		bulk_fail(job, "UnknownException : out of memory");
		return;
	}
	for (int i = 0; i < csv->count; i++) {
		const char *name = csv->fields[i].text;
		const char *dot = strchr(name, '.');
		bool ok = dot ? parent_column(job, org->schema, &job->columns[i], name, dot)
			      : own_column(job, &job->columns[i], name);

		if (!ok)
			return;
	}
	job->column_count = csv->count;
	job->header_len = csv->at;
	job->csv = *csv;
}

/* Called without the lock; the upload does not change any more. */
static void begin(struct practice *org, struct bulk_job *job)
{
	struct arena arena = ARENA_INIT;
	struct bulk_csv csv = { .text = job->upload ? job->upload : "",
		.len = job->upload_len,
		.delimiter = job->delimiter,
		.crlf = job->crlf };
	bool wrong_ending = bulk_csv_wrong_ending(&csv);
	int rc = bulk_csv_next(&csv, &arena);

	pthread_mutex_lock(&org->lock);
	if (job->state != BULK_IN_PROGRESS)
		; /* aborted meanwhile */
	else if (wrong_ending)
		bulk_fail(job,
			"ClientInputError : LineEnding is invalid on user data. Current "
			"LineEnding setting is %s",
			job->crlf ? "CRLF" : "LF");
	else if (rc == 0)
		bulk_fail(job, "InvalidBatch : The upload is empty");
	else if (rc < 0)
		bulk_fail(job, "InvalidBatch : %s", csv.problem);
	else if (csv.at - csv.from > BULK_CSV_HEADER_MAX)
		bulk_fail(job, "InvalidBatch : The header is longer than %d characters",
			BULK_CSV_HEADER_MAX);
	else
		take_header(org, job, &csv);
	pthread_mutex_unlock(&org->lock);
	arena_free(&arena);
}

/* ---- a row ---- */

static void bind_cell(struct bound *row, struct binder *binder, const struct bulk_column *column,
	const struct bulk_csv_field *value)
{
	bool null = value->len == 4 && memcmp(value->text, "#N/A", 4) == 0;

	if (!value->len) /* an empty cell leaves the field alone */
		return;
	if (column->kind == BULK_COLUMN_ID) {
		row->id = null ? NULL : value->text;
		row->id_len = null ? 0 : value->len;
	} else if (column->kind == BULK_COLUMN_FIELD || null) {
		bind_text_value(row, binder, column->field, null ? NULL : value->text, value->len);
	} else {
		row->parents[row->parent_count++] = (struct bound_parent){
			.field = schema_field_index(row->object, column->field),
			.object = column->parent_object,
			.key_field = column->parent_key,
			.text = value->text,
			.len = value->len,
		};
	}
}

static bool bind_fields(struct bound *row, struct binder *binder, const struct bulk_job *job,
	const struct bulk_csv_field *fields)
{
	size_t room = (size_t)job->column_count + 1;

	*row = (struct bound){ .object = job->object };
	row->cells = arena_alloc(binder->arena, room * sizeof(*row->cells));
	row->parents = arena_alloc(binder->arena, room * sizeof(*row->parents));
	if (!row->cells || !row->parents)
		return false;
	for (int i = 0; i < job->column_count; i++)
		bind_cell(row, binder, &job->columns[i], &fields[i]);
	return true;
}

/* ---- what became of it ---- */

static bool grow(void **items, size_t *cap, size_t count, size_t size)
{
	size_t wanted = *cap ? *cap * 2 : 256;
	void *more;

	if (count < *cap)
		return true;
	more = realloc(*items, wanted * size);
	if (!more)
		return false;
	*items = more;
	*cap = wanted;
	return true;
}

/* "CODE:message:field1 field2 --". Rows that fail alike one after the other share the text. */
static uint32_t add_error(struct bulk_job *job, const struct row_error *error)
{
	struct buf text = BUF_INIT(8192);
	void *items = job->errors;
	bool ok;

	buf_addf(&text, "%s:%s:", error->code, error->message);
	for (int i = 0; i < error->field_count; i++)
		buf_addf(&text, "%s ", error->fields[i]);
	buf_add_str(&text, "--");
	if (job->error_count && strcmp(job->errors[job->error_count - 1], buf_str(&text)) == 0) {
		buf_free(&text);
		return (uint32_t)job->error_count;
	}
	ok = grow(&items, &job->error_cap, job->error_count, sizeof(*job->errors));
	job->errors = items;
	if (ok && (job->errors[job->error_count] = buf_detach(&text)) != NULL)
		return (uint32_t)++job->error_count;
	buf_free(&text);
	return (uint32_t)job->error_count;
}

static bool add_row(struct bulk_job *job, size_t from, const struct row_result *result)
{
	void *items = job->rows;
	bool ok = grow(&items, &job->row_cap, job->row_count, sizeof(*job->rows));

	job->rows = items;
	if (!ok)
		return false;
	job->rows[job->row_count++] = (struct bulk_row){
		.from = (uint32_t)from,
		.number = (uint32_t)result->number,
		.error = result->error ? add_error(job, result->error) & 0x7fffffff : 0,
		.created = result->created,
	};
	job->failed_rows += result->error != NULL;
	return true;
}

/* ---- chunks ---- */

struct chunk {
	struct arena arena;
	struct bulk_csv csv; /* behind the last row taken */
	struct {
		size_t from;
		const struct bulk_csv_field *fields;
	} rows[BULK_CHUNK_ROWS];
	int count;
	bool at_end;
	const char *problem; /* with the row behind the last one */
};

static void read_chunk(struct chunk *chunk, const struct bulk_job *job)
{
	struct bulk_csv csv = job->csv;

	chunk->csv = csv;
	while (chunk->count < BULK_CHUNK_ROWS) {
		int rc = bulk_csv_next(&csv, &chunk->arena);

		chunk->at_end = rc == 0;
		if (rc > 0 && csv.count != job->column_count) {
			csv.problem = "The number of columns of a row is not that of the header";
			rc = -1;
		}
		if (rc < 0)
			chunk->problem = csv.problem;
		if (rc <= 0)
			return;
		chunk->rows[chunk->count].from = csv.from;
		chunk->rows[chunk->count++].fields = csv.fields;
		chunk->csv = csv;
	}
}

/* Upsert by Id is an update, or a create where the cell is empty. */
static enum write_op row_op(const struct bulk_job *job, const struct bound *row)
{
	if (job->op != WRITE_UPSERT || job->key_field != SCHEMA_F_ID)
		return job->op;
	return row->id ? WRITE_UPDATE : WRITE_CREATE;
}

/* A fault. The row at byte `at` and all behind it are left unprocessed. */
static void fail_half_way(struct practice *org, struct bulk_job *job, size_t at)
{
	journal_flush_ledger(org->journal);
	job->csv.at = at;
	bulk_fail(job, "TooManyLockFailure : Too many lock failure 200 Trying again later.");
}

static void write_chunk(struct practice *org, struct bulk_job *job, struct chunk *chunk)
{
	struct binder binder = { .schema = org->schema, .arena = &chunk->arena };
	struct write write;

	if (!write_begin(&write, org, &chunk->arena, chunk->count, false)) {
		bulk_fail(job, "UnknownException : out of memory");
		return;
	}
	write.key_field = job->key_field;
	write.request = job->request;
	write.bulk = true;
	for (int i = 0; i < chunk->count; i++) {
		struct row_result result;
		struct bound row;

		if (job->fails_at && chunk->rows[i].from >= job->fails_at) {
			fail_half_way(org, job, chunk->rows[i].from);
			return;
		}
		if (!bind_fields(&row, &binder, job, chunk->rows[i].fields)) {
			bulk_fail(job, "UnknownException : out of memory");
			return;
		}
		write.op = row_op(job, &row);
		write_row(&write, &row, &result);
		if (!add_row(job, chunk->rows[i].from, &result)) {
			bulk_fail(job, "UnknownException : out of memory");
			return;
		}
	}
	journal_flush_ledger(org->journal);
	job->csv = chunk->csv;
	if (chunk->problem)
		bulk_fail(job, "InvalidBatch : %s", chunk->problem);
	else if (chunk->at_end)
		bulk_job_enter(job, BULK_JOB_COMPLETE);
}

/* False when the job has come to its end. */
static bool load_chunk(struct practice *org, struct bulk_job *job)
{
	struct chunk *chunk = calloc(1, sizeof(*chunk));
	int64_t began = clock_mono_us();
	bool goes_on;

	if (chunk)
		read_chunk(chunk, job);
	pthread_mutex_lock(&org->lock);
	if (!chunk)
		bulk_fail(job, "UnknownException : out of memory");
	else if (job->state == BULK_IN_PROGRESS)
		write_chunk(org, job, chunk);
	job->work_us += clock_mono_us() - began;
	goes_on = job->state == BULK_IN_PROGRESS && !org->bulk.stopping;
	pthread_mutex_unlock(&org->lock);
	if (chunk)
		arena_free(&chunk->arena);
	free(chunk);
	return goes_on;
}

void bulk_load_batch(struct practice *org, struct bulk_job *job)
{
	bool goes_on;

	if (!job->column_count)
		begin(org, job);
	pthread_mutex_lock(&org->lock);
	goes_on = job->state == BULK_IN_PROGRESS;
	org->bulk.batches_used += goes_on;
	pthread_mutex_unlock(&org->lock);
	for (int i = 0; goes_on && i < BULK_BATCH_ROWS / BULK_CHUNK_ROWS; i++)
		goes_on = load_chunk(org, job);
}
