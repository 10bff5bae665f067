/* record_scan.c — the few steps that a walk over a stored record is made of. */

#include "base/base.h"
#include "salesforce/record_scan.h"

char record_peek(struct record_scan *scan)
{
	while (scan->at < scan->end &&
		(*scan->at == ' ' || *scan->at == '\t' || *scan->at == '\n' || *scan->at == '\r'))
		scan->at++;
	return scan->at < scan->end ? *scan->at : '\0';
}

bool record_take(struct record_scan *scan, char c)
{
	if (record_peek(scan) != c || scan->at == scan->end)
		return false;
	scan->at++;
	return true;
}

bool record_string(struct record_scan *scan, const char **text, size_t *len)
{
	const char *start;

	if (!record_take(scan, '"'))
		return false;
	for (start = scan->at; scan->at < scan->end; scan->at++) {
		if (*scan->at == '\\') {
			if (++scan->at == scan->end)
				return false;
		} else if (*scan->at == '"') {
			*text = start;
			*len = (size_t)(scan->at++ - start);
			return true;
		}
	}
	return false;
}

static bool ends_word(char c)
{
	return c == ',' || c == '}' || c == ']' || c == ' ' || c == '\t' || c == '\r' ||
	       c == '\n' || c == '\0';
}

bool record_word(struct record_scan *scan, const char **text, size_t *len)
{
	record_peek(scan);
	*text = scan->at;
	while (scan->at < scan->end && !ends_word(*scan->at))
		scan->at++;
	*len = (size_t)(scan->at - *text);
	return *len > 0;
}

/* Something in brackets, to its end. */
static bool skip_nested(struct record_scan *scan)
{
	const char *text;
	size_t len;
	int depth = 0;

	do {
		char c = record_peek(scan);

		if (scan->at == scan->end)
			return false;
		if (c == '"') {
			if (!record_string(scan, &text, &len))
				return false;
			continue;
		}
		depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
		scan->at++;
	} while (depth > 0);
	return true;
}

bool record_skip(struct record_scan *scan)
{
	const char *text;
	size_t len;

	switch (record_peek(scan)) {
	case '"':
		return record_string(scan, &text, &len);
	case '{':
	case '[':
		return skip_nested(scan);
	default:
		return record_word(scan, &text, &len);
	}
}
