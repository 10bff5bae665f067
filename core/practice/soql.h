/*
 * soql.h — the part of SOQL that the practice org answers:
 *
 *   SELECT fields | COUNT() | COUNT(field) | FIELDS(ALL|STANDARD|CUSTOM) FROM object
 *   [WHERE conditions with AND, OR, NOT, =, !=, <, <=, >, >=, LIKE, [NOT] IN]
 *   [ORDER BY field [ASC|DESC] [NULLS FIRST|LAST], ...] [LIMIT n] [OFFSET n]
 *
 * with fields of the object itself or, one step away, of a parent ("Account__r.Name").
 */

#ifndef PRACTICE_SOQL_H
#define PRACTICE_SOQL_H

#include "practice/show.h"

#define SOQL_FIELDS_MAX 64
#define SOQL_ORDERS_MAX 4
#define SOQL_MESSAGE 512

/* A field of the object, or of the parent that `lookup` leads to. */
struct soql_path {
	const struct schema_field *lookup;  /* NULL = own field */
	const struct schema_object *object; /* whose field it is */
	int field;
};

enum soql_op {
	SOQL_AND,
	SOQL_OR,
	SOQL_NOT,
	SOQL_EQ,
	SOQL_NE,
	SOQL_LT,
	SOQL_LE,
	SOQL_GT,
	SOQL_GE,
	SOQL_LIKE,
	SOQL_IN,
	SOQL_NOT_IN,
};

struct soql_value {
	const char *text; /* as stored in a record of that field; NULL = null */
	uint32_t len;
	double number;
	struct soql_value *next;
};

struct soql_expr {
	enum soql_op op;
	struct soql_expr *left, *right;
	struct soql_path path;
	struct soql_value *values;
};

struct soql_order {
	struct soql_path path;
	bool descending, nulls_last;
};

enum soql_count { SOQL_NO_COUNT, SOQL_COUNT_ROWS, SOQL_COUNT_FIELD };

struct soql_query {
	const struct schema_object *object;
	struct soql_path fields[SOQL_FIELDS_MAX];
	int field_count;
	enum soql_count count;
	const char *alias;	 /* of COUNT(field) */
	struct soql_expr *where; /* NULL = all */
	struct soql_order orders[SOQL_ORDERS_MAX];
	int order_count;
	int64_t limit, offset; /* limit -1 = none */
};

struct soql_error {
	const char *code; /* MALFORMED_QUERY, INVALID_FIELD, INVALID_TYPE */
	char message[SOQL_MESSAGE];
};

/* Parse into `arena`; NULL with the error as Salesforce words it. Nothing borrowed from `text`. */
struct soql_query *soql_parse(const struct practice *org, struct arena *arena, const char *text,
	struct soql_error *error);

/*
 * The numbers of the records that match, in order, within limit and offset; freed by the caller.
 * `total` is their count. `deleted` includes deleted records. NULL when out of memory.
 */
uint32_t *soql_run(
	uint32_t *total, const struct practice *org, const struct soql_query *query, bool deleted);

/* The parent that a path leads to, or false when the lookup is empty. */
bool soql_follow(struct shown *parent, const struct shown *shown, const struct soql_path *path);

#endif
