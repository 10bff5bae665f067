/* survey.c — tables and columns through the reader child, files through the inbox. */

#include "base/base.h"
#include "process/survey.h"
#include "process/files.h"
#include "process/propose.h"
#include "base/text.h"
#include "source/reader.h"

#define TIMEOUT_S 30
#define MEMO 32768 /* what drivers say of texts without a bound is beyond this */

static struct survey_entry *add(struct survey *survey, const char *name, struct err *err)
{
	struct survey_entry *entries = survey->entries;

	if ((survey->count & (survey->count - 1)) == 0) /* full at every power of two */
		entries = realloc(entries,
			(survey->count ? survey->count * 2 : 1) * sizeof(*survey->entries));
	if (entries)
		survey->entries = entries;
	if (!entries || !(entries[survey->count].name = text_dup(name))) {
		err_nomem(err);
		return NULL;
	}
	entries += survey->count++;
	entries->type[0] = '\0';
	entries->size = entries->changed = 0;
	return entries;
}

/* ---- databases ---- */

static void add_cell(struct buf *out, const struct cell *cell)
{
	if (cell->text)
		buf_add(out, cell->text, cell->len);
}

/* A row of the driver's list: catalog, schema, name, type, remarks. */
static int add_table(struct survey *survey, const struct cell *cells, struct err *err)
{
	struct buf name = BUF_INIT(1024), type = BUF_INIT(1024);
	struct survey_entry *entry;

	add_cell(&name, &cells[1]);
	if (name.len)
		buf_add_char(&name, '.');
	add_cell(&name, &cells[2]);
	add_cell(&type, &cells[3]);
	entry = add(survey, buf_str(&name), err);
	if (entry)
		text_copy(entry->type, sizeof(entry->type),
			text_equal_fold(buf_str(&type), "VIEW") ? "view" : "table");
	buf_free(&name);
	buf_free(&type);
	return entry ? 0 : -ERR_NOMEM;
}

static int read_tables(struct survey *survey, struct reader *reader, int count, struct err *err)
{
	const struct cell *cells;
	const char *row;
	size_t len;
	int rc = 1;

	if (count < 4)
		return err_set(err, ERR_SOURCE, "the driver does not list tables");
	while (rc > 0) {
		rc = reader_next(&cells, &row, &len, reader, err);
		if (rc > 0 && survey->count == SURVEY_MAX) {
			survey->more = true;
			return 0;
		}
		if (rc > 0 && add_table(survey, cells, err))
			return -ERR_NOMEM;
	}
	return rc;
}

static int read_columns(
	struct survey *survey, const struct column *columns, int count, struct err *err)
{
	for (int i = 0; i < count; i++) {
		const struct column *column = &columns[i];
		struct survey_entry *entry = add(survey, column->name, err);
		const char *type = column_type_name(column->type);

		if (!entry)
			return -ERR_NOMEM;
		if (column->type == COLUMN_DECIMAL && column->size)
			snprintf(entry->type, sizeof(entry->type), "%s(%d,%d)", type, column->size,
				column->scale);
		else if (column->type == COLUMN_TEXT && column->size && column->size < MEMO)
			snprintf(entry->type, sizeof(entry->type), "%s(%d)", type, column->size);
		else
			text_copy(entry->type, sizeof(entry->type), type);
	}
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(
		((const struct survey_entry *)a)->name, ((const struct survey_entry *)b)->name);
}

static int survey_database(struct survey *survey, const struct process_env *env,
	const struct connection *connection, const char *table, struct err *err)
{
	struct buf query = BUF_INIT(4096);
	struct reader_spec spec = { .program = env->reader_program,
		.timeout_s = connection->source.query_timeout ? connection->source.query_timeout
							      : TIMEOUT_S };
	struct reader *reader = NULL;
	const struct column *columns;
	char *odbc = NULL;
	int count;
	int rc = process_odbc_string(&odbc, connection, env->keyring, err);

	survey->kind = table ? SURVEY_COLUMNS : SURVEY_TABLES;
	spec.odbc = odbc;
	spec.tables = !table;
	if (table) {
		propose_table_query(&query, table);
		spec.query = buf_str(&query);
		spec.limit_rows = 1;
	}
	if (!rc)
		rc = buf_check(&query, "the table's name", err);
	if (!rc)
		rc = reader_start(&reader, &spec, err);
	if (!rc)
		rc = reader_columns(&columns, &count, reader, err);
	if (!rc)
		rc = table ? read_columns(survey, columns, count, err)
			   : read_tables(survey, reader, count, err);
	if (!rc && !table && survey->count)
		qsort(survey->entries, survey->count, sizeof(*survey->entries), by_name);
	reader_free(reader);
	secret_wipe(odbc);
	buf_free(&query);
	return rc;
}

/* ---- files ---- */

static int survey_files(struct survey *survey, const struct files_wish *wish, struct err *err)
{
	bool local = text_empty(wish->connection->source.url);
	struct folder_list list = { NULL, 0 };
	int rc = files_look(&list, wish, err);

	survey->kind = SURVEY_FILES;
	survey->more = list.count > SURVEY_MAX;
	folder_odd_words(survey->note, sizeof(survey->note), &list);
	for (size_t i = 0; !rc && i < list.count && i < SURVEY_MAX; i++) {
		struct survey_entry *entry = add(survey, list.files[i].name, err);

		if (!entry) {
			rc = -ERR_NOMEM;
			break;
		}
		entry->size = list.files[i].size;
		entry->changed = local ? list.files[i].changed / 1000000 : 0;
	}
	folder_list_free(&list);
	return rc;
}

int process_survey(struct survey **out, const struct process_env *env,
	const struct connection *connection, const char *table, const atomic_bool *cancel,
	struct err *err)
{
	struct files_wish wish = { env, connection, NULL, NULL, cancel, NULL };
	struct survey *survey;
	int rc;

	*out = NULL;
	if (connection->type == CONNECTION_AGENT_FILE && table)
		return err_set(err, ERR_USAGE,
			"%s reads files: their columns are shown by `interface propose` and "
			"`interface preview`",
			connection->name);
	survey = calloc(1, sizeof(*survey));
	if (!survey)
		return err_nomem(err);
	rc = connection->type == CONNECTION_AGENT_FILE
		     ? survey_files(survey, &wish, err)
		     : survey_database(survey, env, connection, table, err);
	if (rc) {
		survey_free(survey);
		return rc;
	}
	*out = survey;
	return 0;
}

/* ---- in words ---- */

static const struct {
	const char *none, *one, *many;
} nouns[] = {
	[SURVEY_TABLES] = { "no table", "table", "tables" },
	[SURVEY_COLUMNS] = { "no column", "column", "columns" },
	[SURVEY_FILES] = { "no file", "file", "files" },
};

void survey_words(char *out, size_t size, const struct survey *survey)
{
	size_t used;

	if (survey->count == 0)
		snprintf(out, size, "the source answers; it has %s", nouns[survey->kind].none);
	else
		snprintf(out, size, "the source answers: %zu%s %s", survey->count,
			survey->more ? " or more" : "",
			survey->count == 1 ? nouns[survey->kind].one : nouns[survey->kind].many);
	used = strlen(out);
	if (survey->note[0])
		snprintf(out + used, size - used, "; not all can be taken");
}

/* By SQLSTATE, from the exact one to its class; "" is any other. */
static const struct {
	const char *state, *action;
} advice[] = {
	{ "IM002", "write a driver that `odbcinst -q -d` lists, or a data source that "
		   "`odbcinst -q -s` lists, into source.odbc" },
	{ "IM", "install the driver's package anew: `odbcinst -q -d -n DRIVER` names its library" },
	{ "01000",
		"install the driver's package anew: `odbcinst -q -d -n DRIVER` names its library" },
	{ "28", "correct source.username and source.password" },
	{ "3D", "correct the database's name in source.odbc" },
	{ "42", "let the database's administrator grant the user what it lacks" },
	{ "HYT", "see that the database is up, and that no firewall is on the way" },
	{ "08", "see that the database is up, that source.odbc names its server, port "
		"and database, and that user and password are right" },
	{ "", "correct what the database complains of in source.odbc, source.username or "
	      "source.password" },
};

const char *survey_advice(const struct err *err)
{
	for (size_t i = 0; err->code[0] && i < ARRAY_SIZE(advice); i++)
		if (text_starts(err->code, advice[i].state))
			return advice[i].action;
	return NULL;
}

void survey_free(struct survey *survey)
{
	if (!survey)
		return;
	for (size_t i = 0; i < survey->count; i++)
		free(survey->entries[i].name);
	free(survey->entries);
	free(survey);
}
