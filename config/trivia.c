/* trivia.c — what stands between the tokens of a libconfig text: blanks and three kinds of comment.
 */

#include "base/base.h"
#include "config/trivia.h"

#include "config/scan.h"

#define BOM "\xef\xbb\xbf"

bool trivia_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

size_t trivia_comment_end(const char *text, size_t len, size_t at)
{
	const char *end;

	if (text[at] == '#' || (at + 1 < len && text[at] == '/' && text[at + 1] == '/')) {
		end = memchr(text + at, '\n', len - at);
		return end ? (size_t)(end - text) : len;
	}
	if (at + 1 < len && text[at] == '/' && text[at + 1] == '*') {
		end = memmem(text + at + 2, len - at - 2, "*/", 2);
		return end ? (size_t)(end - text) + 2 : len + 1;
	}
	return at;
}

size_t scan_skip(const char *text, size_t len, size_t at)
{
	if (at == 0 && len >= 3 && memcmp(text, BOM, 3) == 0)
		at = 3;
	while (at < len) {
		size_t end = trivia_comment_end(text, len, at);

		if (end > len)
			return len;
		if (end == at && !trivia_is_blank(text[at]))
			break;
		at = end == at ? at + 1 : end;
	}
	return at;
}

size_t scan_skip_line(const char *text, size_t len, size_t at)
{
	while (at < len && text[at] != '\n') {
		size_t end = trivia_comment_end(text, len, at);

		if (end == at && !trivia_is_blank(text[at]))
			break;
		at = end == at ? at + 1 : end;
	}
	return at < len ? at : len;
}

size_t trivia_string_end(const char *text, size_t len, size_t at)
{
	for (at++; at < len; at++) {
		if (text[at] == '\\')
			at++;
		else if (text[at] == '"')
			return at + 1;
	}
	return len + 1;
}

void scan_comments(struct buf *out, const char *text, size_t at, size_t end)
{
	while (at < end) {
		size_t stop = trivia_comment_end(text, end, at);

		if (text[at] == '"') {
			at = trivia_string_end(text, end, at);
		} else if (stop == at) {
			at++;
		} else {
			stop = stop < end ? stop : end;
			buf_add_char(out, ' ');
			buf_add(out, text + at, stop - at);
			if (text[at] == '#' || text[at + 1] == '/')
				buf_add_char(out, '\n');
			at = stop;
		}
	}
}

bool scan_is_blank(const char *text, size_t at, size_t end)
{
	while (at < end && trivia_is_blank(text[at]))
		at++;
	return at >= end;
}

bool scan_ends_in_comment(const char *text, size_t at, size_t end)
{
	while (at < end) {
		size_t stop = trivia_comment_end(text, end, at);

		if (stop >= end)
			return text[at] == '#' || text[at + 1] == '/';
		at = stop == at ? at + 1 : stop;
	}
	return false;
}
