/* formula_scan.c — is a text one SQL expression that cannot leave its place? Tokens only: what they
 * mean is SQLite's matter. */

#include "base/base.h"
#include "process/formula_private.h"

#include <ctype.h>

struct token {
	const char *start;
	size_t len;
	enum { TOKEN_END, TOKEN_BLANK, TOKEN_WORD, TOKEN_OTHER, TOKEN_BROKEN } kind;
	const char *problem;
};

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

/* From `start` to the character behind the next `end`, which doubled stands for itself. */
static struct token quoted(const char *start, char end, const char *problem)
{
	const char *at = start + 1;

	for (; *at; at++) {
		if (*at != end)
			continue;
		if (at[1] != end || end == ']')
			return (struct token){ start, (size_t)(at + 1 - start), TOKEN_OTHER, NULL };
		at++;
	}
	return (struct token){ start, 1, TOKEN_BROKEN, problem };
}

static struct token comment(const char *start)
{
	const char *end = start[0] == '-' ? strchr(start, '\n') : strstr(start + 2, "*/");

	if (start[0] == '-')
		return (struct token){ start, end ? (size_t)(end - start) : strlen(start),
			TOKEN_BLANK, NULL };
	if (!end)
		return (struct token){ start, 2, TOKEN_BROKEN, "the comment is not closed" };
	return (struct token){ start, (size_t)(end + 2 - start), TOKEN_BLANK, NULL };
}

static struct token word(const char *start)
{
	const char *at = start;

	while (is_word(*at) || *at == '$')
		at++;
	return (struct token){ start, (size_t)(at - start), TOKEN_WORD, NULL };
}

static struct token next_token(const char *at)
{
	if (!*at)
		return (struct token){ at, 0, TOKEN_END, NULL };
	if (isspace((unsigned char)*at))
		return (struct token){ at, 1, TOKEN_BLANK, NULL };
	if (is_word(*at))
		return word(at);
	if ((at[0] == '-' && at[1] == '-') || (at[0] == '/' && at[1] == '*'))
		return comment(at);
	switch (*at) {
	case '\'':
		return quoted(at, '\'', "the text is not closed: a ' is missing");
	case '"':
		return quoted(at, '"', "the name is not closed: a \" is missing");
	case '`':
		return quoted(at, '`', "the name is not closed: a ` is missing");
	case '[':
		return quoted(at, ']', "the name is not closed: a ] is missing");
	case ';':
		return (struct token){ at, 1, TOKEN_BROKEN,
			"a formula is one expression: take the ; out" };
	case '?':
	case '@':
	case ':':
	case '$':
	case '#':
		return (struct token){ at, 1, TOKEN_BROKEN,
			"a column is written by its name alone, text between '...'" };
	default:
		return (struct token){ at, 1, TOKEN_OTHER, NULL };
	}
}

/* Functions that SQLite wants written in another way. */
static const struct {
	const char *name, *sql;
} others[] = {
	{ "if", "iif" },
	{ "left", "\"left\"" }, /* words of joins otherwise */
	{ "right", "\"right\"" },
	{ "join", "\"join\"" },
};

/* How the call of a function that begins with this token is written; NULL = as it is. */
static const char *other_name(const struct token *token)
{
	const char *behind = token->start + token->len;

	while (token->kind == TOKEN_WORD && isspace((unsigned char)*behind))
		behind++;
	for (size_t i = 0; i < ARRAY_SIZE(others) && *behind == '('; i++)
		if (strlen(others[i].name) == token->len &&
			!strncasecmp(token->start, others[i].name, token->len))
			return others[i].sql;
	return NULL;
}

static int problem_at(const char *text, const char *at, const char *words, struct err *err)
{
	return err_set(err, ERR_CONFIG, "%s (at %d)", words, (int)(at - text) + 1);
}

int formula_translate(struct buf *sql, const char *text, struct err *err)
{
	const char *open = NULL, *other;
	int depth = 0;

	for (struct token token = next_token(text); token.kind != TOKEN_END;
		token = next_token(token.start + token.len)) {
		if (token.kind == TOKEN_BROKEN)
			return problem_at(text, token.start, token.problem, err);
		if (*token.start == '(' && depth++ == 0)
			open = token.start;
		if (*token.start == ')' && depth-- == 0)
			return problem_at(text, token.start, "a ) without its (", err);
		other = other_name(&token);
		if (other)
			buf_add_str(sql, other);
		else
			buf_add(sql, token.start, token.len);
	}
	if (depth)
		return problem_at(text, open, "a ( without its )", err);
	return buf_check(sql, "a formula", err);
}

int formula_position(const char *text, int offset)
{
	int added = 0;

	for (struct token token = next_token(text); token.kind != TOKEN_END;
		token = next_token(token.start + token.len)) {
		const char *other = other_name(&token);

		if ((int)(token.start - text) + added >= offset)
			break;
		if (other)
			added += (int)(strlen(other) - token.len);
	}
	offset -= added;
	return offset < 0 ? 1 : offset + 1;
}
