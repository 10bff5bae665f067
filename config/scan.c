/* scan.c — one pass over a libconfig text that notes where each setting and value stands. */

#include "base/base.h"
#include "config/scan.h"

#include "base/text.h"
#include "config/trivia.h"

#define DEPTH_MAX 16
#define NODES_MAX 20000 /* libconfig looks for doubles by comparing all with all */

struct scanner {
	struct scan *scan;
	const char *path;
	struct err *err;
	const char *text;
	size_t len;
	size_t at;
	size_t counted; /* `line` is that of this byte */
	int line;
	int depth;
};

int scan_problem(struct err *err, const char *path, int line, const char *fmt, ...)
{
	char text[sizeof(err->text)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return err_set(err, ERR_CONFIG, "%s:%d: %s", path, line, text);
}

/* ---- the pass ---- */

static int line_at(struct scanner *s, size_t at)
{
	if (at < s->counted) {
		s->counted = 0;
		s->line = 1;
	}
	for (; s->counted < at; s->counted++) {
		if (s->text[s->counted] == '\n')
			s->line++;
	}
	return s->line;
}

#define FAULT(s, at, ...) scan_problem((s)->err, (s)->path, line_at((s), (at)), __VA_ARGS__)

static int skip(struct scanner *s)
{
	size_t at = scan_skip(s->text, s->len, s->at);

	/* A comment that never ends takes the rest of the file with it. */
	if (at == s->len) {
		for (size_t i = s->at; i < s->len;) {
			size_t end = trivia_comment_end(s->text, s->len, i);

			if (end > s->len)
				return FAULT(
					s, i, "the comment that starts here is not closed with */");
			i = end == i ? i + 1 : end;
		}
	}
	s->at = at;
	return 0;
}

static int new_node(struct scanner *s, int parent, size_t at, int *index)
{
	struct scan *scan = s->scan;

	if (scan->count == NODES_MAX)
		return FAULT(s, at, "the file holds more than %d values", NODES_MAX);
	if ((scan->count & (scan->count - 1)) == 0) {
		size_t room = scan->count ? (size_t)scan->count * 2 : 1;
		struct scan_node *nodes = reallocarray(scan->nodes, room, sizeof(*nodes));

		if (!nodes)
			return err_nomem(s->err);
		scan->nodes = nodes;
	}
	*index = scan->count++;
	scan->nodes[*index] = (struct scan_node){ .parent = parent, .at = at };
	return 0;
}

static int scan_string(struct scanner *s, struct scan_node *node)
{
	node->kind = SCAN_STRING;
	/* Strings that follow each other are one: "SELECT a " "FROM b". */
	while (s->at < s->len && s->text[s->at] == '"') {
		size_t start = s->at;
		size_t end = trivia_string_end(s->text, s->len, start);
		const char *nul;
		int rc;

		if (end > s->len)
			return FAULT(s, start, "the text that starts here is not closed with \"");
		nul = memmem(s->text + start, end - start, "\\x00", 4);
		if (nul)
			return FAULT(s, (size_t)(nul - s->text), "a text cannot hold the byte 0");
		node->end = s->at = end;
		rc = skip(s);
		if (rc < 0)
			return rc;
	}
	s->at = node->end;
	return 0;
}

/* A whole number as libconfig knows it: sign and digits, or 0x and hex digits, and L or LL. One
 * that is larger than a long long becomes the largest, which is refused just as well. */
static bool is_integer(const char *word, long long *value)
{
	char *end;
	bool hex = word[0] == '0' && (word[1] == 'x' || word[1] == 'X');

	*value = strtoll(word, &end, hex ? 16 : 10);
	if (end == word || (hex && end == word + 2))
		return false;
	return strcmp(end, "") == 0 || strcmp(end, "L") == 0 || strcmp(end, "LL") == 0;
}

static bool is_real(const char *word)
{
	char *end;

	return strspn(word, "+-.0123456789eE") == strlen(word) && strpbrk(word, "0123456789") &&
	       (strtod(word, &end), *end == '\0');
}

static int scan_bare(struct scanner *s, struct scan_node *node)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.+-:/@*%";
	size_t start = s->at;
	char word[80];
	size_t len = 0;
	long long value;

	while (s->at < s->len && s->text[s->at] && strchr(letters, s->text[s->at]) &&
		trivia_comment_end(s->text, s->len, s->at) == s->at)
		s->at++;
	len = s->at - start;
	snprintf(word, sizeof(word), "%.*s", (int)(len < 70 ? len : 70), s->text + start);
	node->end = s->at;
	if (len == 0)
		return FAULT(s, start, "a value is missing");
	if (text_equal_fold(word, "true") || text_equal_fold(word, "false")) {
		node->kind = SCAN_WORD;
		return 0;
	}
	node->kind = SCAN_NUMBER;
	/* What stands here is never repeated: it may be a password somebody forgot to quote. */
	if (is_integer(word, &value)) {
		if (value > INT32_MAX || value < INT32_MIN)
			return FAULT(s, start, "the number does not fit: numbers go from %d to %d",
				INT32_MIN, INT32_MAX);
		return 0;
	}
	if (is_real(word))
		return 0;
	return FAULT(s, start, "text needs quotes: write \"...\" around it");
}

static int scan_value(struct scanner *s, int index);

/* Elements of a list or array up to its closing bracket. */
static int scan_elements(struct scanner *s, int index, char close)
{
	size_t start = s->at++;

	for (bool first = true;; first = false) {
		int element = 0;
		int rc = skip(s);

		if (rc < 0)
			return rc;
		if (s->at == s->len)
			return FAULT(
				s, start, "the list that starts here is not closed with %c", close);
		if (s->text[s->at] == close && first)
			break;
		rc = new_node(s, index, s->at, &element);
		if (rc == 0) {
			s->scan->nodes[element].line = line_at(s, s->at);
			rc = scan_value(s, element);
		}
		if (rc == 0)
			rc = skip(s);
		if (rc < 0)
			return rc;
		if (s->at < s->len && s->text[s->at] == close)
			break;
		if (s->at == s->len)
			return FAULT(
				s, start, "the list that starts here is not closed with %c", close);
		if (s->text[s->at] != ',')
			return FAULT(s, s->at, "a comma or %c is missing", close);
		s->at++;
	}
	s->at++;
	return 0;
}

static bool name_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '*';
}

static bool name_more(char c)
{
	return name_start(c) || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/* NAME = value; the terminator may be missing. */
static int scan_setting(struct scanner *s, int parent)
{
	struct scan_node *node;
	size_t key = s->at;
	int index = 0;
	int rc;

	while (s->at < s->len && name_more(s->text[s->at]))
		s->at++;
	rc = new_node(s, parent, 0, &index);
	if (rc < 0)
		return rc;
	node = &s->scan->nodes[index];
	node->key_at = key;
	node->key_len = s->at - key;
	node->line = line_at(s, key);
	rc = skip(s);
	if (rc < 0)
		return rc;
	if (s->at == s->len || (s->text[s->at] != '=' && s->text[s->at] != ':'))
		return FAULT(s, key, "= is missing after the name");
	s->at++;
	rc = skip(s);
	if (rc < 0)
		return rc;
	node->at = s->at;
	rc = scan_value(s, index);
	if (rc < 0)
		return rc;
	node = &s->scan->nodes[index]; /* the array may have moved */
	node->stop = s->at;
	rc = skip(s);
	if (rc < 0)
		return rc;
	if (s->at < s->len && (s->text[s->at] == ';' || s->text[s->at] == ','))
		node->stop = ++s->at;
	return 0;
}

/* Settings up to `close`, which is '}' for a group and 0 (the end of the text) for the root. */
static int scan_settings(struct scanner *s, int index, size_t start, char close)
{
	for (;;) {
		int rc = skip(s);

		if (rc < 0)
			return rc;
		if (s->at == s->len)
			return close ? FAULT(s, start,
					       "the group that starts here is not closed with }")
				     : 0;
		if (close && s->text[s->at] == close) {
			s->at++;
			return 0;
		}
		if (!name_start(s->text[s->at]))
			return FAULT(s, s->at, "a name was expected, not \"%c\"",
				(unsigned char)s->text[s->at] < 0x7f ? s->text[s->at] : '?');
		rc = scan_setting(s, index);
		if (rc < 0)
			return rc;
	}
}

static int scan_value(struct scanner *s, int index)
{
	size_t start = s->at;
	char c = s->at < s->len ? s->text[s->at] : '\0';
	int rc;

	if (c == '"')
		return scan_string(s, &s->scan->nodes[index]);
	if (c != '{' && c != '(' && c != '[')
		return scan_bare(s, &s->scan->nodes[index]);
	if (++s->depth > DEPTH_MAX)
		return FAULT(s, start, "brackets are nested deeper than %d", DEPTH_MAX);
	s->scan->nodes[index].kind = c == '{' ? SCAN_GROUP : c == '(' ? SCAN_LIST : SCAN_ARRAY;
	if (c == '{') {
		s->at++;
		rc = scan_settings(s, index, start, '}');
	} else {
		rc = scan_elements(s, index, c == '(' ? ')' : ']');
	}
	s->depth--;
	s->scan->nodes[index].end = s->at;
	return rc;
}

/* Bytes that have no place in a text file. */
static int check_bytes(struct scanner *s)
{
	size_t good = text_utf8_prefix(s->text, s->len);

	if (s->len > SCAN_TEXT_MAX)
		return err_set(
			s->err, ERR_CONFIG, "%s is larger than %u bytes", s->path, SCAN_TEXT_MAX);
	if (good < s->len)
		return FAULT(s, good, "a byte here is not UTF-8: save the file as UTF-8");
	for (size_t i = 0; i < s->len; i++) {
		unsigned char c = (unsigned char)s->text[i];

		if ((c < ' ' && !trivia_is_blank((char)c)) || c == 0x7f)
			return FAULT(s, i, "a control character (0x%02x) does not belong here", c);
	}
	return 0;
}

int scan_text(struct scan *out, const char *text, size_t len, const char *path, struct err *err)
{
	struct scan scan = { text, len, NULL, 0 };
	struct scanner s = { &scan, path, err, text, len, 0, 0, 1, 0 };
	int root = 0;
	int rc = check_bytes(&s);

	if (rc == 0)
		rc = new_node(&s, -1, 0, &root);
	if (rc == 0)
		rc = scan_settings(&s, root, 0, '\0');
	if (rc < 0) {
		scan_free(&scan);
		return rc;
	}
	scan.nodes[0].end = scan.nodes[0].stop = len;
	*out = scan;
	return 0;
}

void scan_free(struct scan *scan)
{
	if (!scan)
		return;
	free(scan->nodes);
	scan->nodes = NULL;
	scan->count = 0;
}

/* ---- looking things up ---- */

int scan_child(const struct scan *scan, int parent, const char *name, size_t len)
{
	for (int i = parent + 1; i < scan->count; i++) {
		const struct scan_node *node = &scan->nodes[i];

		if (node->parent == parent && node->key_len == len && len > 0 &&
			memcmp(scan->text + node->key_at, name, len) == 0)
			return i;
	}
	return -1;
}

int scan_find(const struct scan *scan, const char *path)
{
	int at = 0;

	while (at >= 0 && *path) {
		size_t len = strcspn(path, ".");

		at = scan_child(scan, at, path, len);
		path += len + (path[len] == '.');
	}
	return at;
}

int scan_element(const struct scan *scan, int parent, int i)
{
	for (int at = parent + 1; at < scan->count; at++) {
		if (scan->nodes[at].parent == parent && i-- == 0)
			return at;
	}
	return -1;
}
