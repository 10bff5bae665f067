/*
 * sample.c — a few rows kept in memory with the object's describe, and trials of single lines of a
 * mapping on them. A trial is a mapping of one line, bound and run as any other.
 */

#include "base/base.h"
#include "process/sample.h"

#include "base/text.h"
#include "process/origin.h"

int process_describe(struct describe **out, const struct process_env *env,
	const struct connection *connection, const char *object, const atomic_bool *cancel,
	struct err *err)
{
	struct org *org = NULL;
	int rc = org_new(&org, connection, env->keyring, env->tokens, cancel, err);

	if (rc == 0)
		rc = describe_fetch(out, org, object, err);
	org_free(org);
	return rc;
}

int process_objects(struct text_list *names, const struct process_env *env,
	const struct connection *connection, const atomic_bool *cancel, struct err *err)
{
	struct org *org = NULL;
	int rc = org_new(&org, connection, env->keyring, env->tokens, cancel, err);

	if (rc == 0)
		rc = describe_objects(names, org, err);
	org_free(org);
	return rc;
}

/* ---- rows ---- */

static int keep_columns(
	struct sample *sample, const struct column *columns, int count, struct err *err)
{
	size_t width = (size_t)count;

	sample->columns = calloc(width + 1, sizeof(*columns));
	sample->cells = calloc(width * SAMPLE_ROWS + 1, sizeof(*sample->cells));
	if (!sample->columns || !sample->cells)
		return err_nomem(err);
	memcpy(sample->columns, columns, width * sizeof(*columns));
	sample->column_count = count;
	return 0;
}

static bool keep_cell(struct cell *out, const struct cell *from)
{
	char *text = NULL;

	out->bad = text_dup(from->bad);
	if (from->text) {
		text = malloc((size_t)from->len + 1);
		if (!text)
			return false;
		memcpy(text, from->text, from->len);
		text[from->len] = '\0';
		out->len = from->len;
	}
	out->text = text;
	return !from->bad || out->bad;
}

static int keep_rows(
	struct sample *sample, struct reader *reader, const atomic_bool *cancel, struct err *err)
{
	const struct cell *cells;
	const char *encoded;
	size_t len, bytes = 0;
	int rc = 1;

	while (rc > 0 && sample->row_count < SAMPLE_ROWS && bytes < SAMPLE_BYTES) {
		struct cell *row =
			sample->cells + (size_t)sample->row_count * (size_t)sample->column_count;

		if (cancel && atomic_load(cancel))
			return err_set(err, ERR_INTERRUPTED, "cancelled");
		rc = reader_next(&cells, &encoded, &len, reader, err);
		if (rc <= 0)
			break;
		sample->row_count++;
		bytes += len;
		for (int i = 0; i < sample->column_count; i++)
			if (!keep_cell(&row[i], &cells[i]))
				return err_nomem(err);
	}
	return rc < 0 ? rc : 0;
}

static int read_source(
	struct sample *sample, const struct files_wish *wish, const char **none, struct err *err)
{
	struct origin origin = { .empty = true };
	struct reader *reader = NULL;
	const struct column *columns;
	int count;
	int rc = origin_open(&origin, wish, false, SAMPLE_ROWS, err);

	if (rc == 0 && origin.empty)
		*none = "the source has no file now to take columns from: put one there first";
	else if (rc == 0)
		rc = reader_start(&reader, &origin.spec, err);
	if (reader)
		rc = reader_columns(&columns, &count, reader, err);
	if (rc == 0 && reader)
		rc = keep_columns(sample, columns, count, err);
	if (rc == 0 && reader)
		rc = keep_rows(sample, reader, wish->stop, err);
	if (rc == 0 && reader && sample->row_count == 0)
		*none = "the source gives no rows now: its columns are there, and nothing to try "
			"them on";
	reader_free(reader);
	origin_free(&origin);
	return rc;
}

/* What went wrong, as a note; memory and interruption stay errors. */
static int note_of(char **note, int rc, const struct err *why, const char *otherwise)
{
	if (rc < 0 && (why->kind == ERR_NOMEM || why->kind == ERR_INTERRUPTED))
		return rc;
	*note = text_dup(rc < 0 ? why->text : otherwise);
	return 0;
}

int process_sample(struct sample **out, const struct process_env *env,
	const struct connection *connection, const struct interface *interface,
	const atomic_bool *cancel, struct err *err)
{
	struct files_wish wish = { env, connection, interface, NULL, cancel, NULL };
	struct sample *sample = calloc(1, sizeof(*sample));
	struct err why = ERR_INIT;
	const char *none = NULL;
	int rc;

	if (!sample)
		return err_nomem(err);
	rc = read_source(sample, &wish, &none, &why);
	rc = note_of(&sample->source_note, rc, &why, none);
	if (rc == 0) {
		err_clear(&why);
		rc = process_describe(
			&sample->describe, env, connection, interface->object, cancel, &why);
		rc = note_of(&sample->org_note, rc, &why, NULL);
	}
	if (rc == 0 && !text_set(&sample->time_zone, connection->source.time_zone))
		rc = err_nomem(&why);
	if (rc) {
		sample_free(sample);
		return err_copy(err, &why);
	}
	*out = sample;
	return 0;
}

void sample_free(struct sample *sample)
{
	if (!sample)
		return;
	for (size_t i = 0; i < (size_t)sample->row_count * (size_t)sample->column_count; i++) {
		free((char *)(uintptr_t)sample->cells[i].text);
		free((char *)(uintptr_t)sample->cells[i].bad);
	}
	free(sample->cells);
	free(sample->columns);
	describe_free(sample->describe);
	free(sample->source_note);
	free(sample->org_note);
	free(sample->time_zone);
	free(sample);
}

const struct cell *sample_row(const struct sample *sample, int row)
{
	if (row < 0 || row >= sample->row_count)
		return NULL;
	return sample->cells + (size_t)row * (size_t)sample->column_count;
}

/* ---- trials ---- */

/* The value in `{"Price__c":1.5}`, and in `{"Account__r":{"Ext_Id__c":"C1"}}` the inner one. */
static char *value_of(const char *record, bool parent)
{
	const char *colon = strchr(record, ':');
	size_t tail = 1;

	if (!colon)
		return NULL;
	if (parent && colon[1] == '{') {
		colon = strchr(colon + 1, ':');
		tail = 2;
	}
	return colon ? strndup(colon + 1, strlen(colon + 1) - tail) : NULL;
}

/* The field is known to whoever tries it: no need to say it again. */
static const char *short_words(const struct err *err, const char *field)
{
	char formula[200];
	const char *text = err->text;

	snprintf(formula, sizeof(formula), "the formula of %s: ", field);
	if (text_starts(text, "mapping: "))
		text += strlen("mapping: ");
	if (text_starts(text, formula))
		text += strlen(formula);
	return text;
}

static int try_row(struct trial *out, struct mapper *mapper, const struct cell *cells,
	const struct mapping_entry *entry, struct err *err)
{
	struct buf record = BUF_INIT(ROW_MAX), key = BUF_INIT(ROW_MAX);
	struct err why = ERR_INIT;
	int rc = mapper_row(&record, &key, mapper, cells, &why);

	if (rc < 0)
		err_copy(err, &why);
	else
		out->sent = value_of(buf_str(&record), strchr(entry->field, '.') != NULL);
	if (rc > 0)
		out->problem = text_dup(why.text);
	buf_free(&record);
	buf_free(&key);
	return rc < 0 ? rc : 0;
}

int sample_try(struct trial *out, const struct sample *sample, int row,
	const struct mapping_entry *entry, struct err *err)
{
	/* An Insert without a row key: the entry stands alone, and needs to find nothing. */
	struct interface interface = { .operation = OPERATION_INSERT,
		.mapping = { (struct mapping_entry *)(uintptr_t)entry, 1 } };
	const struct cell *cells = sample_row(sample, row);
	struct mapper *mapper = NULL;
	struct err why = ERR_INIT;
	int rc;

	*out = (struct trial){ NULL, NULL };
	if (!sample->columns && entry->kind != MAPPING_VALUE)
		return 0; /* nothing is known of what it could stand for */
	rc = mapper_new(&mapper, &interface, sample->columns, sample->column_count,
		sample->describe, sample->time_zone, &why);
	if (rc && why.kind == ERR_NOMEM)
		return err_copy(err, &why);
	if (rc)
		out->problem = text_dup(short_words(&why, entry->field));
	rc = mapper && cells ? try_row(out, mapper, cells, entry, err) : 0;
	mapper_free(mapper);
	return rc;
}

int sample_check(char **problem, const struct sample *sample, const struct interface *interface,
	struct err *err)
{
	struct mapper *mapper = NULL;
	struct err why = ERR_INIT;
	int rc;

	*problem = NULL;
	if (!sample->columns)
		return 0;
	rc = mapper_new(&mapper, interface, sample->columns, sample->column_count, sample->describe,
		sample->time_zone, &why);
	mapper_free(mapper);
	if (rc && why.kind == ERR_NOMEM)
		return err_copy(err, &why);
	if (rc)
		*problem = text_dup(short_words(&why, ""));
	return 0;
}

void trial_free(struct trial *trial)
{
	free(trial->sent);
	free(trial->problem);
	*trial = (struct trial){ NULL, NULL };
}
