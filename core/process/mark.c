/* mark.c — comparing and moving watermarks. */

#include "base/base.h"
#include "process/mark.h"
#include "model/problem.h"
#include "base/text.h"

#include <time.h>

/* ---- values ---- */

static bool is_number(int64_t *number, const char *text)
{
	return text_int(number, text, INT64_MIN, INT64_MAX);
}

int mark_compare(const char *a, const char *b, enum column_type type)
{
	int64_t left, right;
	size_t len_a = strlen(a), len_b = strlen(b);
	int order;

	if (is_number(&left, a) && is_number(&right, b))
		return left < right ? -1 : left > right;
	if (type == COLUMN_INTEGER || type == COLUMN_DECIMAL || type == COLUMN_FLOAT) {
		long double x = strtold(a, NULL), y = strtold(b, NULL);

		return x < y ? -1 : x > y;
	}
	/* "11Z" is before "11.5Z", though the letter is behind the point. */
	len_a -= type == COLUMN_DATETIME_TZ && len_a && a[len_a - 1] == 'Z';
	len_b -= type == COLUMN_DATETIME_TZ && len_b && b[len_b - 1] == 'Z';
	order = memcmp(a, b, len_a < len_b ? len_a : len_b);
	return order ? order : len_a < len_b ? -1 : len_a > len_b;
}

/* "5m" in seconds; a bare number as it is. */
static bool read_overlap(int64_t *amount, bool *time, const char *text)
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	char digits[24];
	size_t len = strlen(text);

	*time = false;
	for (size_t i = 0; len > 1 && len < sizeof(digits) && i < ARRAY_SIZE(units); i++) {
		if (text[len - 1] != units[i].unit)
			continue;
		snprintf(digits, sizeof(digits), "%.*s", (int)len - 1, text);
		*time = true;
		if (!text_int(amount, digits, 0, INT64_C(10000000000)))
			return false;
		*amount *= units[i].seconds;
		return true;
	}
	return text_int(amount, text, 0, INT64_MAX);
}

/* Date and time at the beginning of `value`; *rest is behind them. */
static bool read_time(struct tm *tm, bool *has_time, const char **rest, const char *value)
{
	int used = 0;

	*tm = (struct tm){ 0 };
	if (sscanf(value, "%4d-%2d-%2d%n", &tm->tm_year, &tm->tm_mon, &tm->tm_mday, &used) != 3 ||
		used != 10)
		return false;
	*rest = value + used;
	*has_time = false;
	if ((**rest == ' ' || **rest == 'T') && sscanf(*rest + 1, "%2d:%2d:%2d%n", &tm->tm_hour,
							&tm->tm_min, &tm->tm_sec, &used) == 3) {
		*has_time = true;
		*rest += 1 + used;
	}
	tm->tm_year -= 1900;
	tm->tm_mon -= 1;
	return true;
}

static bool minus_seconds(char *out, size_t size, const char *value, int64_t seconds)
{
	struct tm tm;
	const char *rest;
	bool has_time;
	char separator = value[0] && strlen(value) > 10 ? value[10] : ' ';
	time_t at;

	if (!read_time(&tm, &has_time, &rest, value))
		return false;
	at = timegm(&tm) - (time_t)seconds;
	gmtime_r(&at, &tm);
	if (has_time)
		snprintf(out, size, "%04d-%02d-%02d%c%02d:%02d:%02d%s", tm.tm_year + 1900,
			tm.tm_mon + 1, tm.tm_mday, separator, tm.tm_hour, tm.tm_min, tm.tm_sec,
			rest);
	else
		snprintf(out, size, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
	return true;
}

bool mark_minus(char *out, size_t size, const char *value, const char *overlap)
{
	int64_t amount = 0, number;
	bool time = false;

	text_copy(out, size, value);
	if (text_empty(overlap))
		return true;
	if (!read_overlap(&amount, &time, overlap))
		return false;
	if (time)
		return minus_seconds(out, size, value, amount);
	if (!is_number(&number, value) || number < INT64_MIN + amount)
		return false;
	snprintf(out, size, "%" PRId64, number - amount);
	return true;
}

enum column_type mark_type_of(const char *value)
{
	int64_t number;
	struct tm tm;
	const char *rest;
	bool has_time;
	char *end;

	if (is_number(&number, value))
		return COLUMN_INTEGER;
	if (read_time(&tm, &has_time, &rest, value))
		return !has_time	   ? COLUMN_DATE
		       : strchr(rest, 'Z') ? COLUMN_DATETIME_TZ
					   : COLUMN_DATETIME;
	strtold(value, &end);
	return *value && !*end ? COLUMN_DECIMAL : COLUMN_TEXT;
}

/* ---- one reading ---- */

static bool counts_here(struct mark *mark, const struct mark_wish *wish)
{
	const struct watermark *known = &mark->known;

	if (!text_equal_fold(known->column, wish->interface->watermark_column))
		snprintf(mark->note, sizeof(mark->note),
			"the watermark was of column %.60s: read from the beginning",
			known->column);
	else if (!known->org_id[0])
		return true;
	else if (wish->org_id && strncmp(known->org_id, wish->org_id, 15) != 0)
		snprintf(mark->note, sizeof(mark->note),
			"the watermark was of org %s: read from the beginning", known->org_id);
	else if (known->mapping_version != mapping_version(&wish->interface->mapping))
		snprintf(mark->note, sizeof(mark->note),
			"the mapping was changed since the watermark was set: read from the "
			"beginning");
	else
		return true;
	return false;
}

static int begin_anew(struct mark *mark, const struct mark_wish *wish, struct err *err)
{
	const struct interface *interface = wish->interface;

	mark->beginning = true;
	if (!text_empty(interface->initial_query) || !strstr(interface->query, ":watermark"))
		return 0;
	return err_set(err, ERR_CONFIG,
		"%s%sthere is no watermark to read %s from: set initial_query for the first "
		"reading, or begin at a value: `agentboard interface watermark %s --set VALUE`",
		mark->note, mark->note[0] ? "; " : "", interface->name, interface->name);
}

int mark_open(struct mark *out, struct view *view, const struct mark_wish *wish, struct err *err)
{
	const struct interface *interface = wish->interface;
	int rc;

	*out = (struct mark){ .column = -1 };
	if (text_empty(interface->watermark_column) ||
		wish->connection->type != CONNECTION_AGENT_DATABASE)
		return 0;
	out->used = true;
	rc = view_watermark(&out->known, view, interface->name, err);
	if (rc && rc != -ERR_NOT_FOUND)
		return rc;
	if (rc || wish->initial || !counts_here(out, wish))
		return begin_anew(out, wish, err);
	if (!mark_minus(
		    out->start, sizeof(out->start), out->known.value, interface->watermark_overlap))
		return err_set(err, ERR_CONFIG,
			"watermark.overlap: \"%s\" cannot be taken from %s: write 5m, 2h or 1d for "
			"times, a number for numbers",
			interface->watermark_overlap, out->known.value);
	out->type = (enum column_type)out->known.type;
	return 0;
}

static int column_of(const char *name, const struct column *columns, int count)
{
	for (int i = 0; i < count; i++)
		if (text_equal_fold(columns[i].name, name))
			return i;
	return -1;
}

/* In columns of text, dates as ISO writes them are in order, too; only their values would tell. */
static bool has_order(enum column_type type)
{
	return type != COLUMN_BOOLEAN && type != COLUMN_BINARY && type != COLUMN_TIME;
}

static bool takes_overlap(const struct column *column, const char *overlap)
{
	int64_t amount;
	bool time;

	if (!read_overlap(&amount, &time, overlap))
		return false;
	switch (column->type) {
	case COLUMN_DATE:
	case COLUMN_DATETIME:
	case COLUMN_DATETIME_TZ:
		return time;
	case COLUMN_INTEGER:
		return !time;
	case COLUMN_DECIMAL:
		return !time && (amount == 0 || column->scale == 0);
	case COLUMN_FLOAT:
		return amount == 0;
	default:
		return true;
	}
}

static int check_watermark(int *index, const struct interface *interface,
	const struct column *columns, int count, struct err *err)
{
	const char *overlap = interface->watermark_overlap;
	enum column_type type;

	*index = column_of(interface->watermark_column, columns, count);
	if (*index < 0)
		return problem(err, "watermark.column", "the query gives no column %s",
			interface->watermark_column);
	type = columns[*index].type;
	if (!has_order(type))
		return problem(err, "watermark.column",
			"%s is of type %s, which tells no newer from older: choose a time or a "
			"rising number",
			interface->watermark_column, column_type_name(type));
	if (!text_empty(overlap) && !takes_overlap(&columns[*index], overlap))
		return problem(err, "watermark.overlap",
			"\"%s\" cannot be taken from %s, which is of type %s: write 5m, 2h or 1d "
			"for "
			"times, a number for whole numbers",
			overlap, interface->watermark_column, column_type_name(type));
	return 0;
}

int mark_bind(struct mark *mark, const struct interface *interface, const struct column *columns,
	int count, struct err *err)
{
	int rc = mark->used ? check_watermark(&mark->column, interface, columns, count, err) : 0;

	if (!rc && mark->used)
		mark->type = columns[mark->column].type;
	return rc;
}

int process_check_reading(
	const struct interface *interface, const struct column *columns, int count, struct err *err)
{
	const char *page_by = interface->page_by;
	int index = 0;
	int rc = text_empty(interface->watermark_column)
			 ? 0
			 : check_watermark(&index, interface, columns, count, err);

	if (rc || text_empty(page_by))
		return rc;
	index = column_of(page_by, columns, count);
	if (index < 0)
		return problem(err, "page_by", "the query gives no column %s", page_by);
	if (columns[index].type == COLUMN_FLOAT || columns[index].type == COLUMN_BINARY)
		return problem(err, "page_by",
			"%s is of type %s, which cannot be told exactly: choose another column",
			page_by, column_type_name(columns[index].type));
	return 0;
}

void mark_see(struct mark *mark, const struct cell *cell, bool held)
{
	char value[sizeof(mark->highest)];

	if (!cell->text || cell->bad || cell->len >= sizeof(value))
		return;
	memcpy(value, cell->text, cell->len);
	value[cell->len] = '\0';
	if (!mark->highest[0] || mark_compare(value, mark->highest, mark->type) > 0)
		memcpy(mark->highest, value, sizeof(value));
	if (held && (!mark->held[0] || mark_compare(value, mark->held, mark->type) < 0))
		memcpy(mark->held, value, sizeof(value));
}

bool mark_end(
	struct watermark *out, const struct mark *mark, const struct mark_wish *wish, int64_t run)
{
	const char *value = mark->highest;

	if (!mark->used)
		return false;
	if (mark->held[0] && mark_compare(mark->held, value, mark->type) < 0)
		value = mark->held;
	*out = mark->known;
	/* Rows of the overlap alone: the mark stays, but a hand-set one is of this org now. */
	if (!mark->beginning && !mark->held[0] &&
		(!value[0] || mark_compare(value, mark->known.value, mark->type) < 0))
		value = mark->known.value;
	if (!value[0])
		return false;
	text_copy(out->column, sizeof(out->column), wish->interface->watermark_column);
	text_copy(out->value, sizeof(out->value), value);
	out->type = (int)mark->type;
	text_copy(out->org_id, sizeof(out->org_id), wish->org_id);
	out->mapping_version = mapping_version(&wish->interface->mapping);
	out->run = run;
	return true;
}
