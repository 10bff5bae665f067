/* file_source.c — files one behind the other as one list of rows: the columns are those of all. */

#include "base/base.h"
#include "source/file_source.h"
#include "source/record.h"
#include "source/record_private.h"

#define BAD_SIZE 128

struct file_source {
	const struct file_spec *spec;
	struct text_list names;
	struct column *columns;
	struct cell *cells;
	char (*bad)[BAD_SIZE]; /* of each cell */
	int count;

	size_t item; /* the file being read, or the next one */
	struct record_file *file;
	char line[24];
};

/* ---- columns ---- */

static int look_into(struct file_source *source, const struct file_item *item, struct err *err)
{
	struct record_file *file = NULL;
	int rc = record_open(&file, item->path, source->spec, err);

	if (!rc)
		rc = record_names(&source->names, file, err);
	record_close(file);
	if (rc)
		err_prefix(err, "%s", item->name);
	return rc;
}

/* Where no file says what its columns are, those that are wanted let each be told as bad. */
static int add_wanted(struct file_source *source, struct err *err)
{
	const struct file_spec *spec = source->spec;
	bool json = spec->format != FILE_CSV;
	int rc = 0;

	if (json ? spec->strict && source->names.count : source->names.count)
		return 0;
	for (size_t i = 0; !rc && i < spec->wanted.count; i++)
		if (!text_equal_fold(spec->wanted.items[i], FILE_COLUMN_NAME) &&
			!text_equal_fold(spec->wanted.items[i], FILE_COLUMN_LINE))
			rc = record_add_name(&source->names, spec->wanted.items[i], err);
	return rc;
}

static void name_column(struct column *column, const char *name, enum column_type type)
{
	text_copy(column->name, sizeof(column->name), name);
	column->type = type;
}

static int make_columns(struct file_source *source, struct err *err)
{
	size_t named = source->names.count;
	size_t count = named + FILE_COLUMNS;

	if (count > COLUMNS_MAX)
		return err_set(err, ERR_SOURCE, "the files have %zu columns; at most %d are taken",
			named, COLUMNS_MAX - FILE_COLUMNS);
	source->columns = calloc(count, sizeof(*source->columns));
	source->cells = calloc(count, sizeof(*source->cells));
	source->bad = calloc(count, sizeof(*source->bad));
	if (!source->columns || !source->cells || !source->bad)
		return err_nomem(err);
	for (size_t i = 0; i < named; i++)
		name_column(&source->columns[i], source->names.items[i], COLUMN_TEXT);
	name_column(&source->columns[named], FILE_COLUMN_NAME, COLUMN_TEXT);
	name_column(&source->columns[named + 1], FILE_COLUMN_LINE, COLUMN_INTEGER);
	source->count = (int)count;
	return 0;
}

int file_source_open(struct file_source **out, const struct file_spec *spec, struct err *err)
{
	struct file_source *source = calloc(1, sizeof(*source));
	int rc = 0;

	if (!source)
		return err_nomem(err);
	source->spec = spec;
	for (size_t i = 0; !rc && i < spec->count; i++)
		rc = look_into(source, &spec->items[i], err);
	if (!rc)
		rc = add_wanted(source, err);
	if (!rc)
		rc = make_columns(source, err);
	if (rc) {
		file_source_close(source);
		return rc;
	}
	*out = source;
	return 0;
}

void file_source_close(struct file_source *source)
{
	if (!source)
		return;
	record_close(source->file);
	text_list_free(&source->names);
	free(source->columns);
	free(source->cells);
	free(source->bad);
	free(source);
}

const struct column *file_source_columns(const struct file_source *source, int *count)
{
	*count = source->count;
	return source->columns;
}

/* ---- rows ---- */

static int open_next(struct file_source *source, struct err *err)
{
	const struct file_item *item = &source->spec->items[source->item];
	int rc = record_open(&source->file, item->path, source->spec, err);

	if (!rc)
		rc = record_bind(source->file, &source->names, err);
	if (rc)
		err_prefix(err, "%s", item->name);
	return rc;
}

static void take_cells(struct file_source *source, const struct record *record)
{
	size_t total = 0;

	for (size_t i = 0; i < source->names.count; i++) {
		struct cell *cell = &source->cells[i];
		const char *why = NULL;

		*cell = record->bad ? (struct cell){ NULL, 0, NULL } : record->cells[i];
		if (!cell->text)
			continue;
		total += cell->len;
		if (cell->bad)
			why = cell->bad;
		else if (cell->len > CELL_MAX || total > ROW_MAX)
			why = "the value is larger than 16 MB, or its row than 32 MB";
		if (why)
			text_copy(source->bad[i], BAD_SIZE, why);
		else
			why = source_text_problem(source->bad[i], BAD_SIZE, cell->text, cell->len);
		if (why)
			*cell = (struct cell){ "", 0, source->bad[i] };
	}
}

static void take_place(struct file_source *source, const struct record *record)
{
	struct cell *place = &source->cells[source->names.count];
	const char *name = source->spec->items[source->item].name;
	int len = snprintf(source->line, sizeof(source->line), "%" PRId64, record->line);

	place[0] = (struct cell){ name, (uint32_t)strlen(name), NULL };
	place[1] = (struct cell){ source->line, (uint32_t)len, record->bad };
}

int file_source_next(const struct cell **cells, struct file_source *source, struct err *err)
{
	struct record record;
	int rc = 0;

	while (rc == 0 && source->item < source->spec->count) {
		rc = source->file ? 0 : open_next(source, err);
		if (!rc)
			rc = record_next(&record, source->file, err);
		if (rc == 0) {
			record_close(source->file);
			source->file = NULL;
			source->item++;
		}
	}
	if (rc > 0) {
		take_cells(source, &record);
		take_place(source, &record);
		*cells = source->cells;
	}
	return rc;
}
