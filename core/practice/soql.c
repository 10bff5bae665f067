/* soql.c — SOQL text into a checked query: a tokenizer and a parser by recursive descent. */

#include "base/base.h"
#include "practice/soql.h"
#include "base/clock.h"
#include "base/text.h"
#include "practice/convert.h"

#define DEPTH_MAX 32
#define SNIPPET 60

enum token_kind { T_END, T_WORD, T_STRING, T_NUMBER, T_SIGN };

struct token {
	enum token_kind kind;
	size_t at, len; /* in the query's text */
};

struct parser {
	const struct practice *org;
	struct arena *arena;
	const char *text;
	size_t at; /* behind the current token */
	struct token token;
	struct soql_query *query;
	struct soql_error *error;
	int depth;
};

/* ---- errors ---- */

/* Salesforce shows the text around the place, a caret below it, then row and column. */
PRINTF_LIKE(4, 5)
static bool fail_at(struct parser *p, const char *code, size_t at, const char *fmt, ...)
{
	size_t from = at > SNIPPET / 2 ? at - SNIPPET / 2 : 0;
	size_t len = strnlen(p->text + from, SNIPPET);
	struct soql_error *error = p->error;
	char what[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	error->code = code;
	snprintf(error->message, sizeof(error->message),
		"\n%.*s\n%*s^\nERROR at Row:1:Column:%zu\n%s", (int)len, p->text + from,
		(int)(at - from), "", at + 1, what);
	for (char *c = error->message + 1; c < error->message + 1 + len && *c; c++) {
		if ((unsigned char)*c < ' ')
			*c = ' ';
	}
	return false;
}

static bool unexpected(struct parser *p)
{
	if (p->token.kind == T_END)
		return fail_at(p, "MALFORMED_QUERY", p->token.at, "unexpected token: '<EOF>'");
	return fail_at(p, "MALFORMED_QUERY", p->token.at, "unexpected token: '%.*s'",
		(int)p->token.len, p->text + p->token.at);
}

/* ---- tokens ---- */

static bool in_set(char c, const char *set)
{
	return c && strchr(set, c);
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static void next(struct parser *p)
{
	const char *s = p->text;
	size_t at = p->at;
	size_t end;
	enum token_kind kind = T_SIGN;

	while (in_set(s[at], " \t\r\n"))
		at++;
	end = at;
	if (!s[at]) {
		kind = T_END;
	} else if (is_letter(s[at])) {
		kind = T_WORD;
		while (is_letter(s[end]) || is_digit(s[end]) || s[end] == '.')
			end++;
	} else if (is_digit(s[at]) || (in_set(s[at], "+-.") && is_digit(s[at + 1]))) {
		kind = T_NUMBER; /* or a date */
		for (end++; is_letter(s[end]) || is_digit(s[end]) || in_set(s[end], ":.+-");)
			end++;
	} else if (s[at] == '\'') {
		kind = T_STRING;
		for (end++; s[end] && s[end] != '\''; end++)
			end += s[end] == '\\' && s[end + 1];
		end += s[end] == '\'';
	} else {
		end += in_set(s[at], "<>!") && (s[at + 1] == '=' || s[at + 1] == '>') ? 2 : 1;
	}
	p->token = (struct token){ kind, at, end - at };
	p->at = end;
}

static bool is_word(const struct parser *p, const char *word)
{
	return p->token.kind == T_WORD && p->token.len == strlen(word) &&
	       strncasecmp(p->text + p->token.at, word, p->token.len) == 0;
}

static bool is_sign(const struct parser *p, const char *sign)
{
	return p->token.kind == T_SIGN && p->token.len == strlen(sign) &&
	       strncmp(p->text + p->token.at, sign, p->token.len) == 0;
}

static bool accept_word(struct parser *p, const char *word)
{
	if (!is_word(p, word))
		return false;
	next(p);
	return true;
}

static bool accept_sign(struct parser *p, const char *sign)
{
	if (!is_sign(p, sign))
		return false;
	next(p);
	return true;
}

static bool expect_word(struct parser *p, const char *word)
{
	return accept_word(p, word) || unexpected(p);
}

static bool expect_sign(struct parser *p, const char *sign)
{
	return accept_sign(p, sign) || unexpected(p);
}

/* ---- fields ---- */

static bool no_such_column(
	struct parser *p, size_t at, const char *name, size_t len, const char *entity)
{
	return fail_at(p, "INVALID_FIELD", at,
		"No such column '%.*s' on entity '%s'. If you are attempting to use a custom "
		"field, be sure to append the '__c' after the custom field name. Please reference "
		"your WSDL or the describe call for the appropriate names.",
		(int)len, name, entity);
}

/* The field that a token names, on the object or on a parent. */
static bool resolve(struct parser *p, const struct token *token, struct soql_path *path)
{
	const char *name = p->text + token->at;
	const char *dot = memchr(name, '.', token->len);
	const struct schema_object *object = p->query->object;
	size_t len = token->len;
	const struct schema_field *field;

	*path = (struct soql_path){ .object = object };
	if (dot) {
		size_t head = (size_t)(dot - name);

		if (strncasecmp(name, object->name, head) != 0 || object->name[head]) {
			path->lookup = schema_relationship(object, name, head);
			if (!path->lookup || (path->lookup->flags & SCHEMA_HIDDEN))
				return fail_at(p, "INVALID_FIELD", token->at,
					"Didn't understand relationship '%.*s' in field path. If "
					"you are attempting to use a custom relationship, be sure "
					"to append the '__r' after the custom relationship name. "
					"Please reference your WSDL or the describe call for the "
					"appropriate names.",
					(int)head, name);
			object = schema_object(p->org->schema, path->lookup->reference_to);
		}
		name = dot + 1;
		len -= head + 1;
	}
	field = schema_field(object, name, len);
	if (!field || (field->flags & SCHEMA_HIDDEN))
		return no_such_column(p, token->at, name, len, object->name);
	path->object = object;
	path->field = schema_field_index(object, field);
	return true;
}

static bool parse_path(struct parser *p, struct soql_path *path)
{
	struct token token = p->token;

	if (token.kind != T_WORD)
		return unexpected(p);
	next(p);
	return resolve(p, &token, path);
}

/* ---- SELECT ---- */

static bool add_field(struct parser *p, struct soql_path path)
{
	if (p->query->field_count == SOQL_FIELDS_MAX)
		return fail_at(
			p, "MALFORMED_QUERY", p->token.at, "more than %d fields", SOQL_FIELDS_MAX);
	p->query->fields[p->query->field_count++] = path;
	return true;
}

/* FIELDS(ALL | STANDARD | CUSTOM), the token behind the bracket being the word. */
static bool add_all_fields(struct parser *p)
{
	bool all = is_word(p, "ALL");
	bool custom = is_word(p, "CUSTOM");
	const struct schema_object *object = p->query->object;

	if (!all && !custom && !is_word(p, "STANDARD"))
		return unexpected(p);
	next(p);
	for (int f = 0; f < object->field_count; f++) {
		const struct schema_field *field = &object->fields[f];

		if ((field->flags & SCHEMA_HIDDEN) ||
			(!all && schema_is_custom(field->name) != custom))
			continue;
		if (!add_field(p, (struct soql_path){ .object = object, .field = f }))
			return false;
	}
	return expect_sign(p, ")");
}

/* COUNT() or COUNT(field) [alias] */
static bool parse_count(struct parser *p)
{
	struct soql_path path;

	p->query->count = SOQL_COUNT_ROWS;
	if (accept_sign(p, ")"))
		return true;
	p->query->count = SOQL_COUNT_FIELD;
	if (!parse_path(p, &path) || !add_field(p, path) || !expect_sign(p, ")"))
		return false;
	p->query->alias = "expr0";
	if (p->token.kind == T_WORD && !is_word(p, "FROM")) {
		p->query->alias = arena_text(p->arena, p->text + p->token.at, p->token.len);
		next(p);
	}
	return true;
}

static bool parse_item(struct parser *p)
{
	struct token token = p->token;
	struct soql_path path;

	if (token.kind != T_WORD)
		return unexpected(p);
	next(p);
	if (!accept_sign(p, "("))
		return resolve(p, &token, &path) && add_field(p, path);
	if (token.len == 5 && strncasecmp(p->text + token.at, "COUNT", 5) == 0)
		return parse_count(p);
	if (token.len == 6 && strncasecmp(p->text + token.at, "FIELDS", 6) == 0)
		return add_all_fields(p);
	return fail_at(p, "MALFORMED_QUERY", token.at, "unexpected token: '('");
}

/* Over one item of the list without looking anything up: a word, or a call with its alias. */
static bool skip_item(struct parser *p)
{
	if (p->token.kind != T_WORD || is_word(p, "FROM"))
		return unexpected(p);
	next(p);
	if (!is_sign(p, "("))
		return true;
	while (p->token.kind != T_END && !is_sign(p, ")"))
		next(p);
	if (!expect_sign(p, ")"))
		return false;
	if (p->token.kind == T_WORD && !is_word(p, "FROM"))
		next(p);
	return true;
}

/* The object stands behind the fields, but is needed to look them up: read ahead to it. */
static bool find_object(struct parser *p)
{
	struct parser ahead = *p;
	struct token token;
	char name[64];

	do {
		if (!skip_item(&ahead))
			return false;
	} while (accept_sign(&ahead, ","));
	if (!expect_word(&ahead, "FROM"))
		return false;
	token = ahead.token;
	if (token.kind != T_WORD)
		return unexpected(&ahead);
	snprintf(name, sizeof(name), "%.*s", (int)token.len, p->text + token.at);
	p->query->object = schema_object(p->org->schema, name);
	if (p->query->object && !(p->query->object->flags & SCHEMA_OBJECT_HIDDEN))
		return true;
	return fail_at(p, "INVALID_TYPE", token.at,
		"sObject type '%s' is not supported. If you are attempting to use a custom object, "
		"be sure to append the '__c' after the entity name. Please reference your WSDL or "
		"the describe call for the appropriate names.",
		name);
}

static bool parse_select(struct parser *p)
{
	if (!expect_word(p, "SELECT") || !find_object(p))
		return false;
	do {
		if (!parse_item(p))
			return false;
	} while (accept_sign(p, ","));
	if (p->query->count != SOQL_NO_COUNT && p->query->field_count > 1)
		return fail_at(p, "MALFORMED_QUERY", p->token.at,
			"Grouped field should not be aggregated");
	if (!expect_word(p, "FROM"))
		return false;
	next(p); /* the object, known already */
	return true;
}

/* ---- values ---- */

/* 'It\'s' without quotes and backslashes. */
static const char *unquote(struct parser *p, const struct token *token, uint32_t *len)
{
	char *copy = arena_alloc(p->arena, token->len + 1);
	char *to = copy;

	for (size_t i = 1; copy && i + 1 < token->len; i++) {
		char c = p->text[token->at + i];

		if (c == '\\' && i + 2 < token->len) {
			c = p->text[token->at + ++i];
			c = (char)(c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c);
		}
		*to++ = c;
	}
	*len = copy ? (uint32_t)(to - copy) : 0;
	return copy;
}

static bool is_text_type(enum schema_type type)
{
	return type == SCHEMA_STRING || type == SCHEMA_TEXTAREA || type == SCHEMA_EMAIL ||
	       type == SCHEMA_PHONE || type == SCHEMA_URL || type == SCHEMA_PICKLIST ||
	       type == SCHEMA_ID || type == SCHEMA_REFERENCE;
}

static bool wrong_type(
	struct parser *p, const struct token *token, const struct schema_field *field)
{
	return fail_at(p, "INVALID_FIELD", token->at,
		"value of filter criterion for field '%s' must be of type %s and should %sbe "
		"enclosed in quotes",
		field->name, schema_type_name(field->type),
		is_text_type(field->type) ? "" : "not ");
}

static bool text_value(struct parser *p, const struct token *token,
	const struct schema_field *field, struct soql_value *value)
{
	uint64_t number;

	if (token->kind != T_STRING || !is_text_type(field->type))
		return wrong_type(p, token, field);
	value->text = unquote(p, token, &value->len);
	if (value->text && !value->len)
		value->text = NULL; /* '' is null */
	if (!value->text || (field->type != SCHEMA_ID && field->type != SCHEMA_REFERENCE))
		return true;
	if (sfid_parse(&number, value->text, value->len, value->text) == SFID_MALFORMED)
		return fail_at(p, "INVALID_QUERY_FILTER_OPERATOR", token->at,
			"invalid ID field: %s", value->text);
	if (value->len == 15) {
		char *id = arena_alloc(p->arena, SFID_SIZE);

		if (id)
			sfid_canonical(id, value->text);
		value->text = id;
		value->len = SFID_SIZE - 1;
	}
	return true;
}

/* TODAY and its neighbours, as the start of that day in UTC. */
static bool day_value(struct parser *p, const struct token *token, const struct schema_field *field,
	struct soql_value *value)
{
	static const struct {
		const char *word;
		int days;
	} words[] = {
		{ "YESTERDAY", -1 },
		{ "TODAY", 0 },
		{ "TOMORROW", 1 },
	};
	char *text = arena_alloc(p->arena, CONVERT_TIME_MAX);

	for (size_t i = 0; text && i < ARRAY_SIZE(words); i++) {
		int64_t day = clock_now() / 86400000 + words[i].days;

		if (token->len != strlen(words[i].word) ||
			strncasecmp(p->text + token->at, words[i].word, token->len) != 0)
			continue;
		convert_millis(text, day * 86400000);
		value->text = text;
		value->len = field->type == SCHEMA_DATE ? 10 : (uint32_t)strlen(text);
		return true;
	}
	return wrong_type(p, token, field);
}

static bool other_value(struct parser *p, const struct token *token,
	const struct schema_field *field, struct soql_value *value)
{
	const char *from = p->text + token->at;
	char *text = arena_alloc(p->arena, CONVERT_NUMBER_MAX + CONVERT_TIME_MAX);
	char *end;
	bool ok = text && token->kind == T_NUMBER;

	if (token->kind == T_WORD)
		return day_value(p, token, field, value);
	if (ok && field->type == SCHEMA_DATE)
		ok = token->len == 10 && convert_date(text, from, token->len);
	else if (ok && field->type == SCHEMA_DATETIME)
		ok = convert_datetime(text, from, token->len);
	else if (ok) {
		snprintf(text, CONVERT_NUMBER_MAX, "%.*s", (int)token->len, from);
		value->number = strtod(text, &end);
		ok = !*end;
	}
	value->text = text;
	value->len = text ? (uint32_t)strlen(text) : 0;
	return ok || wrong_type(p, token, field);
}

static bool boolean_value(struct parser *p, const struct token *token,
	const struct schema_field *field, struct soql_value *value)
{
	bool yes = is_word(p, "true");

	if (!yes && !is_word(p, "false"))
		return wrong_type(p, token, field);
	value->text = yes ? "true" : "false";
	value->len = yes ? 4 : 5;
	return true;
}

static bool parse_value(struct parser *p, const struct soql_path *path, struct soql_value **value)
{
	const struct schema_field *field = &path->object->fields[path->field];
	struct token token = p->token;
	bool ok = true;

	*value = arena_alloc(p->arena, sizeof(**value));
	if (!*value || token.kind == T_END || token.kind == T_SIGN)
		return unexpected(p);
	if (!is_word(p, "null")) {
		if (field->type == SCHEMA_BOOLEAN)
			ok = boolean_value(p, &token, field, *value);
		else if (is_text_type(field->type) || token.kind == T_STRING)
			ok = text_value(p, &token, field, *value);
		else
			ok = other_value(p, &token, field, *value);
	}
	next(p);
	return ok;
}

/* ---- WHERE ---- */

static bool parse_list(struct parser *p, struct soql_expr *expr)
{
	struct soql_value **tail = &expr->values;

	if (!expect_sign(p, "("))
		return false;
	do {
		if (!parse_value(p, &expr->path, tail))
			return false;
		tail = &(*tail)->next;
	} while (accept_sign(p, ","));
	return expect_sign(p, ")");
}

static bool parse_comparison(struct parser *p, struct soql_expr *expr)
{
	static const struct {
		const char *sign;
		enum soql_op op;
	} signs[] = {
		{ "=", SOQL_EQ },
		{ "!=", SOQL_NE },
		{ "<>", SOQL_NE },
		{ "<=", SOQL_LE },
		{ ">=", SOQL_GE },
		{ "<", SOQL_LT },
		{ ">", SOQL_GT },
	};

	if (!parse_path(p, &expr->path))
		return false;
	if (accept_word(p, "IN")) {
		expr->op = SOQL_IN;
		return parse_list(p, expr);
	}
	if (accept_word(p, "NOT")) {
		expr->op = SOQL_NOT_IN;
		return expect_word(p, "IN") && parse_list(p, expr);
	}
	if (accept_word(p, "LIKE")) {
		expr->op = SOQL_LIKE;
		return parse_value(p, &expr->path, &expr->values);
	}
	for (size_t i = 0; i < ARRAY_SIZE(signs); i++) {
		if (accept_sign(p, signs[i].sign)) {
			expr->op = signs[i].op;
			return parse_value(p, &expr->path, &expr->values);
		}
	}
	return unexpected(p);
}

static bool parse_conditions(struct parser *p, struct soql_expr **out);

static bool parse_condition(struct parser *p, struct soql_expr **out)
{
	struct soql_expr *expr = arena_alloc(p->arena, sizeof(*expr));
	bool ok;

	if (!expr || ++p->depth > DEPTH_MAX)
		return fail_at(p, "MALFORMED_QUERY", p->token.at, "too many nested conditions");
	*out = expr;
	if (accept_word(p, "NOT")) {
		expr->op = SOQL_NOT;
		ok = parse_condition(p, &expr->left);
	} else if (accept_sign(p, "(")) {
		ok = parse_conditions(p, out) && expect_sign(p, ")");
	} else {
		ok = parse_comparison(p, expr);
	}
	p->depth--;
	return ok;
}

/* a AND b AND c, or a OR b OR c; both together need brackets, as in Salesforce. */
static bool parse_conditions(struct parser *p, struct soql_expr **out)
{
	const char *word;
	enum soql_op op;

	if (!parse_condition(p, out))
		return false;
	if (!is_word(p, "AND") && !is_word(p, "OR"))
		return true;
	word = is_word(p, "AND") ? "AND" : "OR";
	op = is_word(p, "AND") ? SOQL_AND : SOQL_OR;
	while (accept_word(p, word)) {
		struct soql_expr *both = arena_alloc(p->arena, sizeof(*both));

		if (!both)
			return unexpected(p);
		both->op = op;
		both->left = *out;
		*out = both;
		if (!parse_condition(p, &both->right))
			return false;
	}
	return (!is_word(p, "AND") && !is_word(p, "OR")) || unexpected(p);
}

/* ---- the rest ---- */

static bool parse_orders(struct parser *p)
{
	if (!expect_word(p, "BY"))
		return false;
	do {
		struct soql_order *order = &p->query->orders[p->query->order_count];

		if (p->query->order_count == SOQL_ORDERS_MAX)
			return fail_at(p, "MALFORMED_QUERY", p->token.at,
				"more than %d fields in ORDER BY", SOQL_ORDERS_MAX);
		if (!parse_path(p, &order->path))
			return false;
		order->descending = accept_word(p, "DESC");
		if (!order->descending)
			accept_word(p, "ASC");
		if (accept_word(p, "NULLS")) {
			order->nulls_last = accept_word(p, "LAST");
			if (!order->nulls_last && !expect_word(p, "FIRST"))
				return false;
		}
		p->query->order_count++;
	} while (accept_sign(p, ","));
	return true;
}

static bool parse_whole(struct parser *p, int64_t *value)
{
	char text[24];

	snprintf(text, sizeof(text), "%.*s", (int)p->token.len, p->text + p->token.at);
	if (p->token.kind != T_NUMBER || !text_int(value, text, 0, INT32_MAX))
		return unexpected(p);
	next(p);
	return true;
}

static bool parse_query(struct parser *p)
{
	if (!parse_select(p))
		return false;
	if (accept_word(p, "WHERE") && !parse_conditions(p, &p->query->where))
		return false;
	if (accept_word(p, "ORDER") && !parse_orders(p))
		return false;
	if (accept_word(p, "LIMIT") && !parse_whole(p, &p->query->limit))
		return false;
	if (accept_word(p, "OFFSET") && !parse_whole(p, &p->query->offset))
		return false;
	if (p->query->offset > 2000)
		return fail_at(p, "NUMBER_OUTSIDE_VALID_RANGE", p->token.at,
			"Maximum SOQL offset allowed is 2000");
	return p->token.kind == T_END || unexpected(p);
}

struct soql_query *soql_parse(
	const struct practice *org, struct arena *arena, const char *text, struct soql_error *error)
{
	struct parser p = { .org = org, .arena = arena, .text = text, .error = error };

	p.query = arena_alloc(arena, sizeof(*p.query));
	if (!p.query) {
		*error = (struct soql_error){ .code = "UNKNOWN_EXCEPTION",
			.message = "out of memory" };
		return NULL;
	}
	p.query->limit = -1;
	next(&p);
	return parse_query(&p) ? p.query : NULL;
}
