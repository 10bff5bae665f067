/*
 * preview.c — the first rows of an interface, read and mapped but not stored. The org is asked what
 * its fields take; when it cannot be, the rows are shown all the same, and the note says so.
 */

#include "base/base.h"
#include "process/mapper.h"
#include "process/origin.h"
#include "process/process.h"
#include "process/sample.h"
#include "source/reader.h"
#include "base/text.h"

#define ROW_BYTES (64u << 20)

static char *cell_text(const struct cell *cell)
{
	return cell->text ? strndup(cell->text, cell->len) : NULL;
}

/* What the fields take, or NULL and a note. Never a reason to fail. */
static void ask_org(struct describe **describe, struct preview *preview,
	const struct process_env *env, const struct connection *connection,
	const struct interface *interface, const atomic_bool *cancel)
{
	struct err err = ERR_INIT;
	char note[640];

	if (!process_describe(describe, env, connection, interface->object, cancel, &err))
		return;
	snprintf(note, sizeof(note), "values are shown as the database gives them: %s", err.text);
	free(preview->note);
	preview->note = text_dup(note);
}

static int keep_columns(struct preview *preview, const struct column *columns, int count, int limit,
	struct err *err)
{
	preview->columns = calloc((size_t)count, sizeof(*columns));
	preview->rows = calloc((size_t)limit, sizeof(*preview->rows));
	preview->cells = calloc((size_t)limit * (size_t)count, sizeof(*preview->cells));
	if (!preview->columns || !preview->rows || !preview->cells)
		return err_nomem(err);
	memcpy(preview->columns, columns, (size_t)count * sizeof(*columns));
	preview->column_count = count;
	return 0;
}

/* Why a record of a file could not be read, or NULL: its place then says so. */
static const char *broken_record(const struct preview *preview, const struct cell *cells)
{
	int last = preview->column_count - 1;

	return text_equal(preview->columns[last].name, FILE_COLUMN_LINE) ? cells[last].bad : NULL;
}

static int keep_row(struct preview *preview, struct mapper *mapper, bool makes,
	const struct cell *cells, struct err *err)
{
	struct preview_row *row = &preview->rows[preview->row_count];
	char **texts = preview->cells + (size_t)preview->row_count * preview->column_count;
	struct buf record = BUF_INIT(ROW_BYTES), key = BUF_INIT(ROW_BYTES);
	struct err problem = ERR_INIT;
	char words[640];
	int rc = mapper_row(&record, &key, mapper, cells, &problem);

	if (rc >= 0) {
		preview->row_count++;
		row->record = buf_detach(&record);
		row->key = buf_detach(&key);
		for (int i = 0; i < preview->column_count; i++)
			texts[i] = cell_text(&cells[i]);
	}
	if (rc > 0 && broken_record(preview, cells))
		snprintf(words, sizeof(words), "BROKEN_RECORD: %s", broken_record(preview, cells));
	else if (rc > 0)
		snprintf(words, sizeof(words), "%s: %s", problem.code, problem.text);
	if (rc > 0)
		row->problem = text_dup(words);
	if (rc >= 0 && makes) {
		mapper_missing(words, sizeof(words), mapper, cells);
		row->missing = *words ? text_dup(words) : NULL;
	}
	buf_free(&record);
	buf_free(&key);
	return rc < 0 ? err_copy(err, &problem) : 0;
}

static int read_rows(struct preview *preview, struct reader *reader, struct mapper *mapper,
	bool makes, int limit, const atomic_bool *cancel, struct err *err)
{
	const struct cell *cells;
	const char *row;
	size_t len;
	int rc = 0;

	while (!rc && preview->row_count < limit) {
		if (cancel && atomic_load(cancel))
			return err_set(err, ERR_INTERRUPTED, "cancelled");
		rc = reader_next(&cells, &row, &len, reader, err);
		if (rc <= 0)
			return rc;
		rc = keep_row(preview, mapper, makes, cells, err);
	}
	return rc;
}

static int fill(struct preview *preview, const struct process_env *env,
	const struct connection *connection, const struct interface *interface,
	const struct reader_spec *spec, int limit, const atomic_bool *cancel, struct err *err)
{
	bool makes = interface->operation == OPERATION_INSERT ||
		     interface->operation == OPERATION_UPSERT;
	struct reader *reader = NULL;
	struct mapper *mapper = NULL;
	const struct column *columns;
	int count;
	int rc = reader_start(&reader, spec, err);

	if (!rc)
		rc = reader_columns(&columns, &count, reader, err);
	if (!rc)
		rc = keep_columns(preview, columns, count, limit, err);
	if (!rc)
		ask_org(&preview->describe, preview, env, connection, interface, cancel);
	if (!rc)
		rc = mapper_new(&mapper, interface, columns, count, preview->describe,
			connection->source.time_zone, err);
	if (!rc)
		rc = read_rows(preview, reader, mapper, makes, limit, cancel, err);
	mapper_free(mapper);
	reader_free(reader);
	return rc;
}

int process_preview(struct preview **out, const struct process_env *env,
	const struct connection *connection, const struct interface *interface, int limit,
	const atomic_bool *cancel, struct err *err)
{
	struct preview *preview = calloc(1, sizeof(*preview));
	struct files_wish wish = { env, connection, interface, NULL, cancel };
	struct origin origin = { .empty = true };
	int rc;

	if (!preview)
		return err_nomem(err);
	if (limit < 1 || limit > PREVIEW_MAX)
		rc = err_set(err, ERR_USAGE, "a preview shows 1 to %d rows", PREVIEW_MAX);
	else
		rc = origin_open(&origin, &wish, false, limit, err);
	if (!rc && origin.files && origin.files->note[0])
		preview->note = text_dup(origin.files->note);
	if (!rc && !origin.empty)
		rc = fill(preview, env, connection, interface, &origin.spec, limit, cancel, err);
	origin_free(&origin);
	if (rc)
		preview_free(preview);
	else
		*out = preview;
	return rc;
}

void preview_free(struct preview *preview)
{
	if (!preview)
		return;
	for (int i = 0; i < preview->row_count; i++) {
		free(preview->rows[i].key);
		free(preview->rows[i].record);
		free(preview->rows[i].problem);
		free(preview->rows[i].missing);
	}
	for (int i = 0; i < preview->row_count * preview->column_count; i++)
		free(preview->cells[i]);
	free(preview->rows);
	free(preview->cells);
	free(preview->columns);
	describe_free(preview->describe);
	free(preview->note);
	free(preview);
}
