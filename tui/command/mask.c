/* mask.c — one walk over the text; at every place it is asked whether a secret begins there. */

#include "base/base.h"
#include "tui/command/mask.h"

#include <strings.h>

#include "base/text.h"
#include "model/secret.h"

#define STARS "***"
#define CUT_OFF_MIN 6 /* letters of a secret that make its beginning recognisable */

struct mask {
	char **known;
	size_t count;
};

int mask_new(struct mask **out, struct err *err)
{
	*out = calloc(1, sizeof(**out));
	return *out ? 0 : err_nomem(err);
}

void mask_free(struct mask *mask)
{
	if (!mask)
		return;
	for (size_t i = 0; i < mask->count; i++)
		secret_wipe(mask->known[i]);
	free(mask->known);
	free(mask);
}

int mask_learn(struct mask *mask, const char *secret, struct err *err)
{
	char **more;

	if (!secret || strlen(secret) < MASK_KNOWN_MIN)
		return 0;
	more = realloc(mask->known, (mask->count + 1) * sizeof(*more));
	if (!more)
		return err_nomem(err);
	mask->known = more;
	more[mask->count] = text_dup(secret);
	if (!more[mask->count])
		return err_nomem(err);
	mask->count++;
	return 0;
}

/* How many bytes at `at` are a secret known by heart: the longest, for one may begin another. */
static size_t known_secret(const struct mask *mask, const char *at, size_t left)
{
	size_t longest = 0;

	for (size_t i = 0; i < mask->count; i++) {
		size_t len = strlen(mask->known[i]);

		if (left < len && left >= CUT_OFF_MIN)
			len = left;
		if (len > longest && len <= left && memcmp(at, mask->known[i], len) == 0)
			longest = len;
	}
	return longest;
}

/* Words behind which a secret stands; it ends at the first byte of `ends`. */
static const struct {
	const char *word;
	const char *ends;
} words[] = {
	{ "pwd=", ";&\"' \t\n" },
	{ "password=", ";&\"' \t\n" },
	{ "passwd=", ";&\"' \t\n" },
	{ "secret=", ";&\"' \t\n" },
	{ "token=", ";&\"' \t\n" },
	{ "bearer ", ";,\"' \t\n" },
	{ "basic ", ";,\"' \t\n" },
};

static size_t span_until(const char *at, size_t left, const char *ends)
{
	size_t len = 0;

	while (len < left && !strchr(ends, at[len])) /* a NUL is found in every set */
		len++;
	return len;
}

/* The secret behind a word: *keep bytes stay, the result's bytes go; 0 = none. */
static size_t after_word(const char *at, size_t left, size_t *keep)
{
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		size_t len = strlen(words[i].word);

		if (left <= len || strncasecmp(at, words[i].word, len) != 0)
			continue;
		*keep = len;
		/* {braces} quote in connection strings, "}}" being a brace in them */
		if (at[len] == '{') {
			size_t end = len + 1;

			while (end < left &&
				(at[end] != '}' || (end + 1 < left && at[end + 1] == '}')))
				end += at[end] == '}' ? 2 : 1;
			return (end < left ? end + 1 : left) - len;
		}
		len = span_until(at + len, left - len, words[i].ends);
		return len == 1 && at[*keep] == '-' ? 0 : len; /* as in `--secret KEY=-` */
	}
	return 0;
}

/* "://user:password@": all of it before the "@". */
static size_t in_address(const char *at, size_t left, size_t *keep)
{
	size_t len;

	if (left < 4 || strncmp(at, "://", 3) != 0)
		return 0;
	*keep = 3;
	len = span_until(at + 3, left - 3, "/?#\"' \t\n");
	while (len > 0 && at[3 + len - 1] != '@')
		len--;
	return len ? len - 1 : 0;
}

static size_t span_of(const char *at, size_t left, const char *more)
{
	size_t len = 0;

	while (len < left &&
		((at[len] >= '0' && at[len] <= '9') || (at[len] >= 'a' && at[len] <= 'z') ||
			(at[len] >= 'A' && at[len] <= 'Z') || (at[len] && strchr(more, at[len]))))
		len++;
	return len;
}

/* An access token of Salesforce, 00D and the rest of the org's id, "!", then what counts; and what
 * is sealed: nothing without the key, but nobody's business either. */
static size_t by_shape(const char *at, size_t left)
{
	size_t len;

	if (left > 4 && strncmp(at, "00D", 3) == 0) {
		len = span_of(at, left, "");
		if (len >= 15 && len <= 18 && len < left && at[len] == '!')
			return len + 1 + span_of(at + len + 1, left - len - 1, "._");
	}
	if (left > 43 && strncmp(at, "v1.", 3) == 0) {
		len = 3 + span_of(at + 3, left - 3, "_-");
		if (len > 43)
			return len;
	}
	return 0;
}

void mask_add(struct buf *out, const struct mask *mask, const char *text, size_t len)
{
	size_t at = 0;

	while (at < len) {
		size_t keep = 0;
		size_t gone = known_secret(mask, text + at, len - at);

		if (!gone)
			gone = by_shape(text + at, len - at);
		if (!gone)
			gone = after_word(text + at, len - at, &keep);
		if (!gone)
			gone = in_address(text + at, len - at, &keep);
		if (!gone) {
			buf_add_char(out, text[at++]);
			continue;
		}
		buf_add(out, text + at, keep);
		buf_add_str(out, STARS);
		at += keep + gone;
	}
}

void mask_string(char *text, size_t size, const struct mask *mask)
{
	struct buf masked = BUF_INIT(1u << 20);

	mask_add(&masked, mask, text, strlen(text));
	text_copy(text, size, masked.broken ? "" : buf_str(&masked));
	buf_free(&masked);
}
