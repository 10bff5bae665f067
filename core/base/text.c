/* text.c — small, total functions on strings. */

#include "base/base.h"
#include "base/text.h"

#include <strings.h>

bool text_copy(char *to, size_t size, const char *from)
{
	size_t len = strlen(from);
	size_t kept = len < size ? len : size - 1;

	memcpy(to, from, kept);
	to[kept] = '\0';
	return kept == len;
}

char *text_dup(const char *from)
{
	return from ? strdup(from) : NULL;
}

bool text_set(char **to, const char *from)
{
	char *copy = text_dup(from);

	if (from && !copy)
		return false;
	free(*to);
	*to = copy;
	return true;
}

bool text_equal(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

bool text_equal_fold(const char *a, const char *b)
{
	return a == b || (a && b && strcasecmp(a, b) == 0);
}

bool text_starts(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool text_empty(const char *text)
{
	return !text || !*text;
}

bool text_int(int64_t *value, const char *text, int64_t min, int64_t max)
{
	char *end = NULL;
	long long number;

	if (text_empty(text) || strchr(" \t\n+", text[0]))
		return false;
	errno = 0;
	number = strtoll(text, &end, 10);
	if (errno || *end || number < min || number > max)
		return false;
	*value = number;
	return true;
}

static const char *const size_units[] = { "bytes", "KB", "MB", "GB", "TB" };

bool text_size(int64_t *bytes, const char *text)
{
	char digits[24], unit[8] = "";
	size_t len = strspn(text, "0123456789");
	int64_t number;

	if (len >= sizeof(digits))
		return false;
	snprintf(digits, sizeof(digits), "%.*s", (int)len, text);
	text_copy(unit, sizeof(unit), text + len + strspn(text + len, " "));
	if (!text_int(&number, digits, 0, INT64_C(1) << 62))
		return false;
	if (!*unit)
		text_copy(unit, sizeof(unit), size_units[0]);
	for (size_t i = 0; i < ARRAY_SIZE(size_units); i++) {
		if (!text_equal_fold(unit, size_units[i]))
			continue;
		if (number > (INT64_C(1) << 62) >> (10 * i))
			return false;
		*bytes = number << (10 * i);
		return true;
	}
	return false;
}

const char *text_size_exact(char text[TEXT_SIZE_MAX], int64_t bytes)
{
	size_t unit = 0;

	while (bytes && bytes % 1024 == 0 && unit + 1 < ARRAY_SIZE(size_units)) {
		bytes /= 1024;
		unit++;
	}
	if (!bytes)
		snprintf(text, TEXT_SIZE_MAX, "0");
	else
		snprintf(text, TEXT_SIZE_MAX, "%" PRId64 " %s", bytes, size_units[unit]);
	return text;
}

const char *text_size_about(char text[TEXT_SIZE_MAX], int64_t bytes)
{
	double value = (double)bytes;
	size_t unit = 0;

	while (value >= 1024 && unit + 1 < ARRAY_SIZE(size_units)) {
		value /= 1024;
		unit++;
	}
	snprintf(text, TEXT_SIZE_MAX, unit ? "%.1f %s" : "%.0f %s", value, size_units[unit]);
	return text;
}

char *text_trim(char *text)
{
	size_t len;

	text += strspn(text, " \t\r\n");
	len = strlen(text);
	while (len && strchr(" \t\r\n", text[len - 1]))
		text[--len] = '\0';
	return text;
}

/* Length of the valid sequence that starts at `s`, 0 if there is none. */
static size_t utf8_sequence(const unsigned char *s, size_t len)
{
	uint32_t c = s[0];
	size_t need;
	uint32_t least;

	if (c < 0x80)
		return 1;
	if (c >= 0xc2 && c <= 0xdf)
		need = 2, least = 0x80, c &= 0x1f;
	else if (c >= 0xe0 && c <= 0xef)
		need = 3, least = 0x800, c &= 0x0f;
	else if (c >= 0xf0 && c <= 0xf4)
		need = 4, least = 0x10000, c &= 0x07;
	else
		return 0;
	if (len < need)
		return 0;
	for (size_t i = 1; i < need; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	if (c < least || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	return need;
}

size_t text_utf8_prefix(const char *text, size_t len)
{
	size_t at = 0;

	while (at < len) {
		size_t step = utf8_sequence((const unsigned char *)text + at, len - at);

		if (!step)
			break;
		at += step;
	}
	return at;
}

static char fold_char(char c, bool fold)
{
	return fold && c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

bool text_match(const char *pattern, const char *text, bool fold)
{
	const char *star = NULL;
	const char *retry = NULL;

	while (*text) {
		if (*pattern == '*') {
			star = ++pattern;
			retry = text;
		} else if (*pattern && (*pattern == '?' || fold_char(*pattern, fold) ==
								   fold_char(*text, fold))) {
			pattern++;
			text++;
		} else if (star) {
			pattern = star;
			text = ++retry;
		} else {
			return false;
		}
	}
	return pattern[strspn(pattern, "*")] == '\0';
}

#define NEAREST_MAX 64

/* Edit distance with transpositions counted as one; words longer than NEAREST_MAX are "far". */
static size_t distance(const char *a, const char *b)
{
	size_t rows[3][NEAREST_MAX + 1];
	size_t la = strlen(a);
	size_t lb = strlen(b);

	if (la > NEAREST_MAX || lb > NEAREST_MAX)
		return SIZE_MAX;
	for (size_t j = 0; j <= lb; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= la; i++) {
		size_t *now = rows[i % 3];
		size_t *last = rows[(i + 2) % 3];
		size_t *before = rows[(i + 1) % 3];

		now[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			bool same = fold_char(a[i - 1], true) == fold_char(b[j - 1], true);
			size_t best = last[j - 1] + !same;

			if (last[j] + 1 < best)
				best = last[j] + 1;
			if (now[j - 1] + 1 < best)
				best = now[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
				before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			now[j] = best;
		}
	}
	return rows[la % 3][lb];
}

const char *text_nearest(const char *word, const char *const *words)
{
	const char *best = NULL;
	size_t best_distance = strlen(word) / 3 + 2;

	for (; *words; words++) {
		size_t d = distance(word, *words);

		if (d < best_distance) {
			best_distance = d;
			best = *words;
		}
	}
	return best;
}

bool text_list_add(struct text_list *list, const char *text)
{
	char **items = realloc(list->items, (list->count + 1) * sizeof(*items));

	if (!items)
		return false;
	list->items = items;
	items[list->count] = strdup(text);
	if (!items[list->count])
		return false;
	list->count++;
	return true;
}

bool text_list_has(const struct text_list *list, const char *text)
{
	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(list->items[i], text) == 0)
			return true;
	}
	return false;
}

void text_list_free(struct text_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct text_list){ NULL, 0 };
}
