/* soql_run.c — a parsed query over the records: candidates, conditions, order, window. */

#include "base/base.h"
#include "practice/soql.h"
#include "practice/convert.h"

struct run {
	const struct practice *org;
	const struct soql_query *query;
	bool deleted;
	uint32_t *numbers;
	uint32_t count, cap;
	bool out_of_memory;
};

static struct shown shown_of(const struct run *run, uint64_t number)
{
	return (struct shown){ .org = run->org,
		.object = run->query->object,
		.record = records_get(run->org->records, run->query->object, number),
		.number = number,
		.version = "" };
}

bool soql_follow(struct shown *parent, const struct shown *shown, const struct soql_path *path)
{
	char room[64];
	uint32_t len;
	const char *id;

	if (!path->lookup) {
		*parent = *shown;
		return true;
	}
	id = show_text(shown, schema_field_index(shown->object, path->lookup), room, &len);
	if (!id)
		return false;
	*parent = (struct shown){
		.org = shown->org, .object = path->object, .version = shown->version
	};
	if (sfid_parse(&parent->number, id, len, path->object->prefix) != SFID_OK)
		return false;
	parent->record = records_get(shown->org->records, path->object, parent->number);
	return parent->record && !parent->record->deleted;
}

/* ---- comparing ---- */

static bool is_number(enum schema_type type)
{
	return type == SCHEMA_INT || type == SCHEMA_DOUBLE || type == SCHEMA_CURRENCY ||
	       type == SCHEMA_PERCENT;
}

static double number_of(const char *text, uint32_t len)
{
	char copy[CONVERT_NUMBER_MAX];

	snprintf(copy, sizeof(copy), "%.*s", (int)len, text);
	return strtod(copy, NULL);
}

/* Below, equal, above; neither is null. Texts without regard to case, unless the field has it. */
static int compare_texts(
	const struct schema_field *field, const char *a, uint32_t la, const char *b, uint32_t lb)
{
	uint32_t n = la < lb ? la : lb;
	int order;

	if (is_number(field->type)) {
		double x = number_of(a, la);
		double y = number_of(b, lb);

		return (x > y) - (x < y);
	}
	order = (field->flags & SCHEMA_CASE_SENSITIVE) || field->type == SCHEMA_ID ||
				field->type == SCHEMA_REFERENCE
			? memcmp(a, b, n)
			: strncasecmp(a, b, n);
	return order ? order : (la > lb) - (la < lb);
}

/* % = any run, _ = any character. */
static bool like(const char *pattern, uint32_t pattern_len, const char *text, uint32_t len)
{
	uint32_t p = 0;
	uint32_t t = 0;
	uint32_t star = UINT32_MAX;
	uint32_t back = 0;

	while (t < len) {
		char a = p < pattern_len ? pattern[p] : '\0';

		if (a == '%') {
			star = p++;
			back = t;
		} else if (p < pattern_len &&
			   (a == '_' || strncasecmp(&pattern[p], &text[t], 1) == 0)) {
			p++;
			t++;
		} else if (star != UINT32_MAX) {
			p = star + 1;
			t = ++back;
		} else {
			return false;
		}
	}
	while (p < pattern_len && pattern[p] == '%')
		p++;
	return p == pattern_len;
}

static bool equals(const struct schema_field *field, const char *text, uint32_t len,
	const struct soql_value *value)
{
	if (!text || !value->text)
		return !text && !value->text;
	return compare_texts(field, text, len, value->text, value->len) == 0;
}

static bool in_list(const struct schema_field *field, const char *text, uint32_t len,
	const struct soql_value *values)
{
	for (; values; values = values->next) {
		if (equals(field, text, len, values))
			return true;
	}
	return false;
}

static bool compares(const struct soql_expr *expr, const struct shown *shown)
{
	const struct schema_field *field = &expr->path.object->fields[expr->path.field];
	struct shown at;
	char room[64];
	uint32_t len = 0;
	const char *text = soql_follow(&at, shown, &expr->path)
				   ? show_text(&at, expr->path.field, room, &len)
				   : NULL;
	int order;

	switch (expr->op) {
	case SOQL_EQ:
		return equals(field, text, len, expr->values);
	case SOQL_NE:
		return !equals(field, text, len, expr->values);
	case SOQL_IN:
		return in_list(field, text, len, expr->values);
	case SOQL_NOT_IN:
		return !in_list(field, text, len, expr->values);
	case SOQL_LIKE:
		return text && expr->values->text &&
		       like(expr->values->text, expr->values->len, text, len);
	default:
		break;
	}
	if (!text || !expr->values->text)
		return false;
	order = compare_texts(field, text, len, expr->values->text, expr->values->len);
	return (expr->op == SOQL_LT && order < 0) || (expr->op == SOQL_LE && order <= 0) ||
	       (expr->op == SOQL_GT && order > 0) || (expr->op == SOQL_GE && order >= 0);
}

static bool holds(const struct soql_expr *expr, const struct shown *shown)
{
	switch (expr->op) {
	case SOQL_AND:
		return holds(expr->left, shown) && holds(expr->right, shown);
	case SOQL_OR:
		return holds(expr->left, shown) || holds(expr->right, shown);
	case SOQL_NOT:
		return !holds(expr->left, shown);
	default:
		return compares(expr, shown);
	}
}

/* ---- candidates ---- */

static void take(struct run *run, uint64_t number)
{
	struct shown shown = shown_of(run, number);

	if (!shown.record || (shown.record->deleted && !run->deleted) ||
		(run->query->where && !holds(run->query->where, &shown)))
		return;
	if (run->count == run->cap) {
		uint32_t cap = run->cap ? run->cap * 2 : 64;
		uint32_t *numbers = realloc(run->numbers, cap * sizeof(*numbers));

		if (!numbers) {
			run->out_of_memory = true;
			return;
		}
		run->numbers = numbers;
		run->cap = cap;
	}
	run->numbers[run->count++] = (uint32_t)number;
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a;
	uint32_t y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* Two values of a list may name one record. */
static void drop_repeats(struct run *run)
{
	uint32_t kept = 0;

	if (!run->count)
		return;
	qsort(run->numbers, run->count, sizeof(*run->numbers), by_number);
	for (uint32_t i = 1; i < run->count; i++) {
		if (run->numbers[i] != run->numbers[kept])
			run->numbers[++kept] = run->numbers[i];
	}
	run->count = kept + 1;
}

/* A condition that must hold and names records by id or external id, or NULL. */
static const struct soql_expr *find_key_condition(const struct soql_expr *expr)
{
	const struct schema_field *field;
	const struct soql_expr *found;

	if (!expr)
		return NULL;
	if (expr->op == SOQL_AND) {
		found = find_key_condition(expr->left);
		return found ? found : find_key_condition(expr->right);
	}
	if ((expr->op != SOQL_EQ && expr->op != SOQL_IN) || expr->path.lookup)
		return NULL;
	for (const struct soql_value *value = expr->values; value; value = value->next) {
		if (!value->text)
			return NULL;
	}
	field = &expr->path.object->fields[expr->path.field];
	return field->type == SCHEMA_ID || (field->flags & SCHEMA_EXTERNAL) ? expr : NULL;
}

/* Deleted records are in no index. */
static void collect(struct run *run)
{
	const struct schema_object *object = run->query->object;
	const struct soql_expr *key = run->deleted ? NULL : find_key_condition(run->query->where);
	uint64_t last = records_last(run->org->records, object);
	uint64_t number;

	if (!key) {
		for (number = 1; number <= last; number++)
			take(run, number);
		return;
	}
	for (const struct soql_value *value = key->values; value; value = value->next) {
		if (object->fields[key->path.field].type == SCHEMA_ID) {
			if (sfid_parse(&number, value->text, value->len, object->prefix) == SFID_OK)
				take(run, number);
			continue;
		}
		number = 0;
		while ((number = records_find(run->org->records, object, key->path.field,
				value->text, value->len, number)) != 0)
			take(run, number);
	}
	drop_repeats(run);
}

/* ---- order and window ---- */

static int compare_by(const struct run *run, const struct soql_order *order, uint32_t a, uint32_t b)
{
	struct shown record[2] = { shown_of(run, a), shown_of(run, b) };
	const char *text[2] = { NULL, NULL };
	uint32_t len[2] = { 0, 0 };
	char room[2][64];
	int result;

	for (int i = 0; i < 2; i++) {
		struct shown at;

		if (soql_follow(&at, &record[i], &order->path))
			text[i] = show_text(&at, order->path.field, room[i], &len[i]);
	}
	if (!text[0] || !text[1]) {
		result = (text[0] != NULL) - (text[1] != NULL);
		return order->nulls_last ? -result : result;
	}
	result = compare_texts(
		&order->path.object->fields[order->path.field], text[0], len[0], text[1], len[1]);
	return order->descending ? -result : result;
}

static int by_orders(const void *a, const void *b, void *ctx)
{
	const struct run *run = ctx;
	uint32_t x = *(const uint32_t *)a;
	uint32_t y = *(const uint32_t *)b;

	for (int i = 0; i < run->query->order_count; i++) {
		int order = compare_by(run, &run->query->orders[i], x, y);

		if (order)
			return order;
	}
	return by_number(a, b);
}

uint32_t *soql_run(
	uint32_t *total, const struct practice *org, const struct soql_query *query, bool deleted)
{
	struct run run = { .org = org, .query = query, .deleted = deleted };
	uint32_t skip;

	*total = 0;
	run.cap = 64;
	run.numbers = malloc(run.cap * sizeof(*run.numbers));
	if (!run.numbers)
		return NULL;
	collect(&run);
	if (run.out_of_memory) {
		free(run.numbers);
		return NULL;
	}
	if (query->order_count)
		qsort_r(run.numbers, run.count, sizeof(*run.numbers), by_orders, &run);
	skip = query->offset < run.count ? (uint32_t)query->offset : run.count;
	run.count -= skip;
	memmove(run.numbers, run.numbers + skip, run.count * sizeof(*run.numbers));
	if (query->limit >= 0 && query->limit < run.count)
		run.count = (uint32_t)query->limit;
	*total = run.count;
	return run.numbers;
}
