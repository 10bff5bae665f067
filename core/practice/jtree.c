/* jtree.c — a JSON parser that keeps positions; every node and text lives in the request's arena.
 */

#include "base/base.h"
#include "practice/jtree.h"
#include "base/text.h"

#define DEPTH_MAX 64

struct parser {
	struct jtree *tree;
	struct arena *arena;
	const char *body;
	size_t len, at;
	char *texts; /* room for every unescaped text of the body */
	char *message;
	int depth;
};

void jtree_position(const struct jtree *tree, uint32_t at, int *line, int *column)
{
	*line = *column = 1;
	for (uint32_t i = 0; i < at && i < tree->len; i++) {
		if (tree->body[i] == '\n') {
			++*line;
			*column = 1;
		} else {
			++*column;
		}
	}
}

PRINTF_LIKE(2, 3)
static bool fail(struct parser *p, const char *fmt, ...)
{
	char what[160];
	int line;
	int column;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	jtree_position(p->tree, (uint32_t)p->at, &line, &column);
	snprintf(p->message, JTREE_MESSAGE, "%s at [line:%d, column:%d]", what, line, column);
	return false;
}

static bool fail_here(struct parser *p, const char *expected)
{
	unsigned char c;

	if (p->at >= p->len)
		return fail(p, "Unexpected end-of-input: was expecting %s", expected);
	c = (unsigned char)p->body[p->at];
	return fail(p, "Unexpected character ('%c' (code %d)): was expecting %s",
		c >= ' ' && c < 0x7f ? c : '?', c, expected);
}

static void skip_blanks(struct parser *p)
{
	while (p->at < p->len && (p->body[p->at] == ' ' || p->body[p->at] == '\n' ||
					 p->body[p->at] == '\r' || p->body[p->at] == '\t'))
		p->at++;
}

static bool next_is(struct parser *p, char c)
{
	return p->at < p->len && p->body[p->at] == c;
}

static char *put_utf8(char *to, uint32_t c)
{
	if (c < 0x80) {
		*to++ = (char)c;
	} else if (c < 0x800) {
		*to++ = (char)(0xc0 | c >> 6);
		*to++ = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		*to++ = (char)(0xe0 | c >> 12);
		*to++ = (char)(0x80 | (c >> 6 & 0x3f));
		*to++ = (char)(0x80 | (c & 0x3f));
	} else {
		*to++ = (char)(0xf0 | c >> 18);
		*to++ = (char)(0x80 | (c >> 12 & 0x3f));
		*to++ = (char)(0x80 | (c >> 6 & 0x3f));
		*to++ = (char)(0x80 | (c & 0x3f));
	}
	return to;
}

/* Four hex digits at p->at. */
static bool hex4(struct parser *p, uint32_t *value)
{
	*value = 0;
	for (int i = 0; i < 4; i++, p->at++) {
		const char *digits = "0123456789abcdef";
		char c = p->at < p->len ? p->body[p->at] : '\0';
		const char *found;

		if (c >= 'A' && c <= 'F')
			c = (char)(c + 32);
		found = c ? strchr(digits, c) : NULL;
		if (!found)
			return fail_here(p, "a hex-digit for character escape sequence");
		*value = *value << 4 | (uint32_t)(found - digits);
	}
	return true;
}

/* Behind "\u": one character, or a surrogate pair; a lone surrogate becomes U+FFFD. */
static bool unicode_escape(struct parser *p, char **to)
{
	uint32_t high;
	uint32_t low;

	if (!hex4(p, &high))
		return false;
	if (high >= 0xd800 && high < 0xdc00 && p->at + 1 < p->len && p->body[p->at] == '\\' &&
		p->body[p->at + 1] == 'u') {
		size_t back = p->at;

		p->at += 2;
		if (!hex4(p, &low))
			return false;
		if (low >= 0xdc00 && low < 0xe000)
			high = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
		else
			p->at = back;
	}
	*to = put_utf8(*to, high >= 0xd800 && high < 0xe000 ? 0xfffd : high);
	return true;
}

static bool escape(struct parser *p, char **to)
{
	static const char names[] = "\"\\/bfnrt";
	static const char meanings[] = "\"\\/\b\f\n\r\t";
	char c = p->at < p->len ? p->body[p->at] : '\0';
	const char *found = c ? strchr(names, c) : NULL;

	if (c == 'u') {
		p->at++;
		return unicode_escape(p, to);
	}
	if (!found)
		return fail_here(p, "a valid escape character");
	*(*to)++ = meanings[found - names];
	p->at++;
	return true;
}

/* p->at is behind the opening quote. */
static bool parse_string(struct parser *p, const char **text, uint32_t *len)
{
	char *to = p->texts;

	*text = to;
	for (;;) {
		size_t run = p->at;

		while (run < p->len && p->body[run] != '"' && p->body[run] != '\\' &&
			(unsigned char)p->body[run] >= ' ')
			run++;
		memcpy(to, p->body + p->at, run - p->at);
		to += run - p->at;
		p->at = run;
		if (p->at >= p->len)
			return fail(p, "Unexpected end-of-input in VALUE_STRING");
		if ((unsigned char)p->body[p->at] < ' ')
			return fail(p,
				"Illegal unquoted character ((CTRL-CHAR, code %d)): has to be "
				"escaped using backslash to be included in string value",
				p->body[p->at]);
		if (p->body[p->at++] == '"')
			break;
		if (!escape(p, &to))
			return false;
	}
	*len = (uint32_t)(to - *text);
	*to++ = '\0';
	p->texts = to;
	return true;
}

static size_t digits(struct parser *p)
{
	size_t from = p->at;

	while (p->at < p->len && p->body[p->at] >= '0' && p->body[p->at] <= '9')
		p->at++;
	return p->at - from;
}

static bool parse_number(struct parser *p, struct jnode *node)
{
	size_t from = p->at;

	node->kind = JINT;
	if (next_is(p, '-'))
		p->at++;
	if (next_is(p, '0'))
		p->at++;
	else if (!digits(p))
		return fail_here(p,
			"a valid value (number, String, array, object, 'true', 'false' or 'null')");
	if (next_is(p, '.')) {
		node->kind = JREAL;
		p->at++;
		if (!digits(p))
			return fail_here(p, "a digit behind the decimal point");
	}
	if (next_is(p, 'e') || next_is(p, 'E')) {
		node->kind = JREAL;
		p->at++;
		if (next_is(p, '+') || next_is(p, '-'))
			p->at++;
		if (!digits(p))
			return fail_here(p, "a digit in the exponent");
	}
	node->text = p->body + from;
	node->len = (uint32_t)(p->at - from);
	return true;
}

static bool parse_word(struct parser *p, struct jnode *node)
{
	static const struct {
		const char *word;
		enum jkind kind;
	} words[] = {
		{ "true", JTRUE },
		{ "false", JFALSE },
		{ "null", JNULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		size_t n = strlen(words[i].word);

		if (p->len - p->at >= n && memcmp(p->body + p->at, words[i].word, n) == 0) {
			node->kind = words[i].kind;
			node->text = words[i].word;
			node->len = (uint32_t)n;
			p->at += n;
			return true;
		}
	}
	return parse_number(p, node);
}

static bool parse_value(struct parser *p, struct jnode *node);

static bool parse_key(struct parser *p, struct jnode *node)
{
	if (!next_is(p, '"'))
		return fail_here(p, "double-quote to start field name");
	p->at++;
	if (!parse_string(p, &node->key, &node->key_len))
		return false;
	skip_blanks(p);
	if (!next_is(p, ':'))
		return fail_here(p, "a colon to separate field name and value");
	p->at++;
	skip_blanks(p);
	return true;
}

/* p->at is behind the opening bracket. */
static bool parse_children(struct parser *p, struct jnode *node, char close)
{
	struct jnode **tail = &node->child;

	skip_blanks(p);
	if (next_is(p, close)) {
		p->at++;
		return true;
	}
	for (;;) {
		struct jnode *child = arena_alloc(p->arena, sizeof(*child));

		if (!child)
			return fail(p, "out of memory");
		if ((close == '}' && !parse_key(p, child)) || !parse_value(p, child))
			return false;
		*tail = child;
		tail = &child->next;
		node->count++;
		skip_blanks(p);
		if (next_is(p, close)) {
			p->at++;
			return true;
		}
		if (!next_is(p, ','))
			return fail_here(p, close == '}' ? "comma to separate OBJECT entries"
							 : "comma to separate ARRAY entries");
		p->at++;
		skip_blanks(p);
	}
}

static bool parse_value(struct parser *p, struct jnode *node)
{
	bool ok;
	char c = p->at < p->len ? p->body[p->at] : '\0';

	node->from = (uint32_t)p->at;
	switch (c) {
	case '{':
	case '[':
		if (++p->depth > DEPTH_MAX)
			return fail(p, "the body is nested deeper than %d levels", DEPTH_MAX);
		p->at++;
		node->kind = c == '{' ? JOBJECT : JARRAY;
		ok = parse_children(p, node, c == '{' ? '}' : ']');
		p->depth--;
		break;
	case '"':
		p->at++;
		node->kind = JSTRING;
		ok = parse_string(p, &node->text, &node->len);
		break;
	default:
		ok = parse_word(p, node);
	}
	node->at = (uint32_t)p->at;
	return ok;
}

bool jtree_parse(struct jtree *tree, struct arena *arena, const char *body, size_t len,
	char message[JTREE_MESSAGE])
{
	struct parser p = {
		.tree = tree, .arena = arena, .body = body, .len = len, .message = message
	};

	*tree = (struct jtree){ .body = body, .len = len };
	p.at = text_utf8_prefix(body, len);
	if (p.at < len)
		return fail(&p, "Invalid UTF-8 start byte 0x%02x", (unsigned char)body[p.at]);
	p.at = 0;
	tree->root = arena_alloc(arena, sizeof(*tree->root));
	p.texts = arena_alloc(arena, len + 1);
	if (!tree->root || !p.texts || len > UINT32_MAX / 2)
		return fail(&p, "out of memory");
	skip_blanks(&p);
	if (!parse_value(&p, tree->root))
		return false;
	skip_blanks(&p);
	return p.at == p.len || fail_here(&p, "the end of the body");
}

const struct jnode *jtree_get(const struct jnode *object, const char *key)
{
	const struct jnode *node = object && object->kind == JOBJECT ? object->child : NULL;

	while (node && strcasecmp(node->key, key) != 0)
		node = node->next;
	return node;
}

const char *jtree_string(const struct jnode *object, const char *key)
{
	const struct jnode *node = jtree_get(object, key);

	return node && node->kind == JSTRING ? node->text : NULL;
}

bool jtree_is_true(const struct jnode *node)
{
	return node && (node->kind == JTRUE ||
			       (node->kind == JSTRING && strcasecmp(node->text, "true") == 0));
}
