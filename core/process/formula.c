/*
 * formula.c — one statement for all formulas of an interface, and one for each to find the culprit
 * when it fails. A formula is checked alone first, against an empty table of the row's columns;
 * only then it is put beside the others.
 */

#include "base/base.h"
#include "process/formula_private.h"
#include "base/clock.h"
#include "base/text.h"

#include <ctype.h>
#include <locale.h>

#define SQL_MAX (4u << 20)
#define LEAD "SELECT (\n" /* before a formula that is checked */
#define STEPS 20000	  /* of SQLite's machine between two looks at the clock */

struct part {
	const char *field; /* of the caller */
	char *sql;	   /* the translated formula, owned */
	sqlite3_stmt *alone;
	char bad[512];
};

struct formulas {
	sqlite3 *db;
	struct column *columns; /* owned: the source may be gone before its rows are mapped anew */
	int column_count;
	bool *used; /* columns that some formula names */
	struct part *parts;
	struct cell *results;
	size_t count;
	sqlite3_stmt *together;
	bool alone; /* the last row's results are the single statements' */
	locale_t plain;
	int64_t deadline;

	/* while a formula is checked */
	int selects;
	char denied[160];
};

/* ---- what a formula may do ---- */

static int deny(struct formulas *formulas, const char *before, const char *what, const char *after)
{
	if (!formulas->denied[0])
		snprintf(formulas->denied, sizeof(formulas->denied), "%s%s%s", before, what, after);
	return SQLITE_DENY;
}

static int find_column(const struct formulas *formulas, const char *name)
{
	for (int i = 0; i < formulas->column_count; i++)
		if (text_equal_fold(formulas->columns[i].name, name))
			return i;
	return -1;
}

static int authorize(void *ctx, int action, const char *first, const char *second,
	const char *database, const char *trigger)
{
	struct formulas *formulas = ctx;
	int column;

	(void)database;
	(void)trigger;
	switch (action) {
	case SQLITE_SELECT:
		return formulas->selects++ == 0 ? SQLITE_OK
						: deny(formulas, "a formula cannot ", "SELECT",
							  ": let the query do that");
	case SQLITE_READ:
		if (text_equal(first, "row") && text_empty(second))
			return SQLITE_OK; /* a formula that names no column */
		column = text_equal(first, "row") ? find_column(formulas, second) : -1;
		if (column < 0)
			return deny(formulas, "no such column: ", second, "");
		formulas->used[column] = true;
		return SQLITE_OK;
	case SQLITE_FUNCTION:
		return formula_allows(second) ? SQLITE_OK
					      : deny(formulas, "a formula cannot call ", second,
							"(): see `agentboard interface formulas`");
	default:
		return deny(formulas, "a formula only ", "computes", "");
	}
}

static int look_at_clock(void *ctx)
{
	const struct formulas *formulas = ctx;

	return formulas->deadline && clock_mono() > formulas->deadline;
}

/* ---- the database that holds nothing ---- */

static void add_name(struct buf *sql, const char *name)
{
	buf_add_char(sql, '"');
	for (; *name; name++) {
		if (*name == '"')
			buf_add_char(sql, '"');
		buf_add_char(sql, *name);
	}
	buf_add_char(sql, '"');
}

/* Of two columns of one name the first counts, as everywhere. */
static bool is_named(const struct formulas *formulas, int column)
{
	const char *name = formulas->columns[column].name;

	return *name && find_column(formulas, name) == column;
}

static int make_row_table(struct formulas *formulas, struct err *err)
{
	struct buf sql = BUF_INIT(SQL_MAX);
	bool any = false;
	int rc;

	buf_add_str(&sql, "CREATE TABLE \"row\"(");
	for (int i = 0; i < formulas->column_count; i++) {
		if (!is_named(formulas, i))
			continue;
		buf_add_str(&sql, any ? "," : "");
		add_name(&sql, formulas->columns[i].name);
		any = true;
	}
	buf_add_str(&sql, any ? ")" : "\"\")");
	rc = buf_check(&sql, "the columns", err);
	if (!rc && sqlite3_exec(formulas->db, buf_str(&sql), NULL, NULL, NULL) != SQLITE_OK)
		rc = err_set(
			err, ERR_CONFIG, "formulas: the columns: %s", sqlite3_errmsg(formulas->db));
	buf_free(&sql);
	return rc;
}

static int open_database(struct formulas *formulas, struct err *err)
{
	static const struct {
		int limit, value;
	} limits[] = {
		{ SQLITE_LIMIT_LENGTH, FORMULA_RESULT_MAX },
		{ SQLITE_LIMIT_SQL_LENGTH, SQL_MAX },
		{ SQLITE_LIMIT_EXPR_DEPTH, 200 },
		{ SQLITE_LIMIT_ATTACHED, 0 },
		{ SQLITE_LIMIT_TRIGGER_DEPTH, 0 },
		{ SQLITE_LIMIT_WORKER_THREADS, 0 },
		{ SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000 },
	};
	sqlite3 *db;

	if (sqlite3_open_v2(":memory:", &formulas->db,
		    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
		    NULL) != SQLITE_OK)
		return err_set(err, ERR_NOMEM, "formulas: %s", sqlite3_errmsg(formulas->db));
	db = formulas->db;
	for (size_t i = 0; i < ARRAY_SIZE(limits); i++)
		sqlite3_limit(db, limits[i].limit, limits[i].value);
	/* A misspelled "column" is then an error and not a text. */
	sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
	return formula_register(db, err);
}

/* ---- checking ---- */

/* SQLite names what it does not know; so do we, with the nearest that there is. */
static const char *nearest(const struct formulas *formulas, const char *message)
{
	const char *names[COLUMNS_MAX + 1] = { NULL };
	const char *name = strrchr(message, ':');

	if (!name)
		return NULL;
	name += 1 + strspn(name + 1, " ");
	if (text_starts(message, "no such function"))
		return formula_nearest(name);
	if (!text_starts(message, "no such column"))
		return NULL;
	if (strchr(name, '.'))
		name = strrchr(name, '.') + 1;
	for (int i = 0; i < formulas->column_count && i < COLUMNS_MAX; i++)
		names[i] = formulas->columns[i].name;
	return text_nearest(name, names);
}

static int bad_formula(struct formulas *formulas, const struct formula *formula, struct err *err)
{
	const char *message = sqlite3_errmsg(formulas->db);
	int offset = sqlite3_error_offset(formulas->db);
	const char *near = NULL;
	char at[32] = "", hint[200] = "";

	if (formulas->denied[0])
		message = formulas->denied;
	else
		near = nearest(formulas, message);
	offset -= (int)strlen(LEAD);
	if (offset >= 0 && offset <= (int)strlen(formula->text) + 64)
		snprintf(at, sizeof(at), " (at %d)", formula_position(formula->text, offset));
	if (near)
		snprintf(hint, sizeof(hint), ": did you mean %s?", near);
	return err_set(err, ERR_CONFIG, "mapping: the formula of %s: %s%s%s", formula->field,
		message, at, hint);
}

static int check_formula(struct formulas *formulas, struct part *part,
	const struct formula *formula, struct err *err)
{
	struct buf sql = BUF_INIT(SQL_MAX), text = BUF_INIT(2 * FORMULA_MAX);
	struct err why = ERR_INIT;
	sqlite3_stmt *statement = NULL;
	int rc;

	part->field = formula->field;
	if (strlen(formula->text) > FORMULA_MAX)
		return err_set(err, ERR_CONFIG,
			"mapping: the formula of %s has more than %d characters", formula->field,
			FORMULA_MAX);
	rc = formula_translate(&text, formula->text, &why);
	if (rc) {
		buf_free(&text);
		return err_set(
			err, why.kind, "mapping: the formula of %s: %s", formula->field, why.text);
	}
	buf_addf(&sql, LEAD "%s\n) FROM \"row\"", buf_str(&text));
	part->sql = buf_detach(&text);
	formulas->selects = 0;
	formulas->denied[0] = '\0';
	if (!part->sql || sql.broken)
		rc = err_nomem(err);
	else if (sqlite3_prepare_v2(formulas->db, buf_str(&sql), -1, &statement, NULL) != SQLITE_OK)
		rc = bad_formula(formulas, formula, err);
	sqlite3_finalize(statement);
	buf_free(&sql);
	buf_free(&text);
	return rc;
}

/* ---- the statements that compute ---- */

/* The used columns are parameters, numbered by their column. */
static void add_row(struct buf *sql, const struct formulas *formulas)
{
	bool any = false;

	buf_add_str(sql, " FROM (SELECT ");
	for (int i = 0; i < formulas->column_count; i++) {
		if (!formulas->used[i])
			continue;
		buf_addf(sql, "%s?%d AS ", any ? "," : "", i + 1);
		add_name(sql, formulas->columns[i].name);
		any = true;
	}
	buf_add_str(sql, any ? ") AS \"row\"" : "1) AS \"row\"");
}

static int prepare(sqlite3_stmt **out, const struct formulas *formulas, size_t first, size_t count,
	struct err *err)
{
	struct buf sql = BUF_INIT(SQL_MAX);
	int rc;

	for (size_t i = 0; i < count; i++)
		buf_addf(&sql, "%s\n%s\n)", i ? ",(" : "SELECT (", formulas->parts[first + i].sql);
	add_row(&sql, formulas);
	rc = buf_check(&sql, "the formulas", err);
	if (!rc && sqlite3_prepare_v3(formulas->db, buf_str(&sql), -1, SQLITE_PREPARE_PERSISTENT,
			   out, NULL) != SQLITE_OK)
		rc = err_set(
			err, ERR_CONFIG, "mapping: the formulas: %s", sqlite3_errmsg(formulas->db));
	buf_free(&sql);
	return rc;
}

static int compile(struct formulas *formulas, const struct formula *list, struct err *err)
{
	int rc = open_database(formulas, err);

	if (!rc)
		rc = make_row_table(formulas, err);
	if (rc)
		return rc;
	sqlite3_set_authorizer(formulas->db, authorize, formulas);
	for (size_t i = 0; !rc && i < formulas->count; i++)
		rc = check_formula(formulas, &formulas->parts[i], &list[i], err);
	sqlite3_set_authorizer(formulas->db, NULL, NULL);
	if (!rc)
		rc = prepare(&formulas->together, formulas, 0, formulas->count, err);
	sqlite3_progress_handler(formulas->db, STEPS, look_at_clock, formulas);
	return rc;
}

int formulas_new(struct formulas **out, const struct formula *list, size_t count,
	const struct column *columns, int column_count, struct err *err)
{
	struct formulas *formulas = calloc(1, sizeof(*formulas));
	int rc;

	*out = NULL;
	if (!formulas)
		return err_nomem(err);
	formulas->column_count = column_count;
	formulas->count = count;
	formulas->columns = calloc((size_t)column_count + 1, sizeof(*formulas->columns));
	formulas->used = calloc((size_t)column_count + 1, sizeof(*formulas->used));
	formulas->parts = calloc(count + 1, sizeof(*formulas->parts));
	formulas->results = calloc(count + 1, sizeof(*formulas->results));
	formulas->plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	if (!formulas->columns || !formulas->used || !formulas->parts || !formulas->results ||
		!formulas->plain) {
		rc = err_nomem(err);
	} else {
		memcpy(formulas->columns, columns, (size_t)column_count * sizeof(*columns));
		rc = compile(formulas, list, err);
	}
	if (rc)
		formulas_free(formulas);
	else
		*out = formulas;
	return rc;
}

void formulas_free(struct formulas *formulas)
{
	if (!formulas)
		return;
	sqlite3_finalize(formulas->together);
	for (size_t i = 0; formulas->parts && i < formulas->count; i++) {
		sqlite3_finalize(formulas->parts[i].alone);
		free(formulas->parts[i].sql);
	}
	sqlite3_close(formulas->db);
	if (formulas->plain)
		freelocale(formulas->plain);
	free(formulas->columns);
	free(formulas->used);
	free(formulas->parts);
	free(formulas->results);
	free(formulas);
}

/* ---- one row ---- */

struct shape {
	size_t digits;
	bool whole, good;
};

static struct shape number_shape(const char *text, size_t len)
{
	struct shape shape = { 0, true, false };
	size_t at = len && (*text == '-' || *text == '+');

	for (; at < len; at++) {
		char c = text[at];

		if (c >= '0' && c <= '9')
			shape.digits++;
		else if (c == '.' && shape.whole)
			shape.whole = false;
		else if ((c == 'e' || c == 'E') && shape.digits && at + 1 < len)
			return (struct shape){ shape.digits, false, len < 64 };
		else
			return shape;
	}
	shape.good = shape.digits > 0 && len < 64;
	return shape;
}

static void bind_number(const struct formulas *formulas, sqlite3_stmt *statement, int column,
	const struct cell *cell, bool real)
{
	struct shape shape = number_shape(cell->text, cell->len);
	char text[64], *end;
	double value;

	if (!shape.good) {
		sqlite3_bind_text(statement, column + 1, cell->text, (int)cell->len, SQLITE_STATIC);
		return;
	}
	memcpy(text, cell->text, cell->len);
	text[cell->len] = '\0';
	if (!real && shape.whole && shape.digits <= 18) {
		sqlite3_bind_int64(statement, column + 1, strtoll(text, NULL, 10));
		return;
	}
	value = strtod_l(text, &end, formulas->plain);
	if (*end)
		sqlite3_bind_text(statement, column + 1, cell->text, (int)cell->len, SQLITE_STATIC);
	else
		sqlite3_bind_double(statement, column + 1, value);
}

static void bind_boolean(sqlite3_stmt *statement, int column, const struct cell *cell)
{
	char first = cell->len ? *cell->text : '\0';

	if (cell->len && strchr("1tT", first))
		sqlite3_bind_int(statement, column + 1, 1);
	else if (cell->len && strchr("0fF", first))
		sqlite3_bind_int(statement, column + 1, 0);
	else
		sqlite3_bind_text(statement, column + 1, cell->text, (int)cell->len, SQLITE_STATIC);
}

static void bind_cell(const struct formulas *formulas, sqlite3_stmt *statement, int column,
	const struct cell *cell)
{
	const struct column *of = &formulas->columns[column];

	if (!cell->text) {
		sqlite3_bind_null(statement, column + 1);
		return;
	}
	switch (of->type) {
	case COLUMN_INTEGER:
		bind_number(formulas, statement, column, cell, false);
		break;
	case COLUMN_DECIMAL:
		bind_number(formulas, statement, column, cell, of->scale > 0);
		break;
	case COLUMN_FLOAT:
		bind_number(formulas, statement, column, cell, true);
		break;
	case COLUMN_BOOLEAN:
		bind_boolean(statement, column, cell);
		break;
	default:
		sqlite3_bind_text(statement, column + 1, cell->text, (int)cell->len, SQLITE_STATIC);
	}
}

static int step(struct formulas *formulas, sqlite3_stmt *statement, const struct cell *cells)
{
	sqlite3_reset(statement);
	for (int i = 0; i < formulas->column_count; i++)
		if (formulas->used[i])
			bind_cell(formulas, statement, i, &cells[i]);
	formulas->deadline = clock_mono() + FORMULA_TIME_MS;
	return sqlite3_step(statement);
}

/* A whole number stays one in sight: 7, and not 7.0 as SQLite writes what it reckoned. */
static void without_point(struct cell *result)
{
	if (result->len > 2 && result->text[result->len - 2] == '.' &&
		result->text[result->len - 1] == '0')
		result->len -= 2;
}

static void take_result(struct formulas *formulas, size_t index, sqlite3_stmt *statement, int at)
{
	struct cell *result = &formulas->results[index];
	struct part *part = &formulas->parts[index];
	int type = sqlite3_column_type(statement, at);

	*result = (struct cell){ NULL, 0, NULL };
	if (type == SQLITE_NULL)
		return;
	result->text = (const char *)sqlite3_column_text(statement, at);
	result->len = (uint32_t)sqlite3_column_bytes(statement, at);
	if (type == SQLITE_FLOAT)
		without_point(result);
	else if (type == SQLITE_BLOB)
		result->bad = "the formula gives binary data";
	else if (type == SQLITE_TEXT)
		result->bad = source_text_problem(
			part->bad, sizeof(part->bad), result->text, result->len);
}

static void fail(struct formulas *formulas, size_t index, int rc)
{
	struct part *part = &formulas->parts[index];
	const char *words = sqlite3_errmsg(formulas->db);

	if (rc == SQLITE_INTERRUPT)
		words = "the formula takes too long";
	else if (rc == SQLITE_TOOBIG)
		words = "the formula gives a text that is too long";
	text_copy(part->bad, sizeof(part->bad), words);
	formulas->results[index] = (struct cell){ "", 0, part->bad };
}

/* One of them failed: which? The others have their values all the same. */
static int one_by_one(struct formulas *formulas, const struct cell *cells, struct err *err)
{
	formulas->alone = true;
	for (size_t i = 0; i < formulas->count; i++) {
		struct part *part = &formulas->parts[i];
		int rc = part->alone ? 0 : prepare(&part->alone, formulas, i, 1, err);

		if (rc)
			return rc;
		rc = step(formulas, part->alone, cells);
		if (rc == SQLITE_NOMEM)
			return err_nomem(err);
		if (rc == SQLITE_ROW)
			take_result(formulas, i, part->alone, 0);
		else
			fail(formulas, i, rc);
	}
	return 0;
}

/* A value that cannot be sent cannot be reckoned with either. */
static const char *bad_cell(const struct formulas *formulas, const struct cell *cells)
{
	for (int i = 0; i < formulas->column_count; i++)
		if (formulas->used[i] && cells[i].bad)
			return cells[i].bad;
	return NULL;
}

int formulas_row(const struct cell **results, struct formulas *formulas, const struct cell *cells,
	struct err *err)
{
	const char *bad = bad_cell(formulas, cells);
	int rc = 0;

	*results = formulas->results;
	if (bad) {
		for (size_t i = 0; i < formulas->count; i++)
			formulas->results[i] = (struct cell){ "", 0, bad };
		return 0;
	}
	for (size_t i = 0; formulas->alone && i < formulas->count; i++)
		sqlite3_reset(formulas->parts[i].alone);
	formulas->alone = false;
	rc = step(formulas, formulas->together, cells);
	if (rc == SQLITE_NOMEM)
		return err_nomem(err);
	if (rc != SQLITE_ROW) {
		sqlite3_reset(formulas->together);
		return one_by_one(formulas, cells, err);
	}
	for (size_t i = 0; i < formulas->count; i++)
		take_result(formulas, i, formulas->together, (int)i);
	return 0;
}
