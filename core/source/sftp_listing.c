/*
 * sftp_listing.c — the lines by which a server lists a folder. SFTP 3 gives each file as a line for
 * people ("longname"), which libcurl hands on; servers write it as `ls -l` does. What a stranger's
 * server says becomes the name of a local file: it must not lead out of its folder.
 */

#include "base/base.h"
#include "source/sftp_private.h"
#include "base/text.h"

#include <limits.h>

static bool is_month(const char *word)
{
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul",
		"Aug", "Sep", "Oct", "Nov", "Dec" };

	for (size_t i = 0; i < ARRAY_SIZE(months); i++)
		if (strcmp(word, months[i]) == 0)
			return true;
	return false;
}

/*
 * "SIZE Nov 30 12:00 NAME", "SIZE Nov 30  2025 NAME" or "SIZE 2025-11-30 12:00 NAME" at `at`: the
 * name, else NULL. One blank is in front of the name, others are its own.
 */
static char *name_behind(char *at, int64_t *size)
{
	char digits[20], month[4], day[3], when[6], date[11];
	int end = 0;

	if (sscanf(at, "%19[0-9] %3[A-Za-z] %2[0-9] %5[0-9:]%n", digits, month, day, when, &end) !=
			4 ||
		!is_month(month))
		end = 0;
	if (!end && sscanf(at, "%19[0-9] %10[0-9-] %5[0-9:]%n", digits, date, when, &end) == 3 &&
		strlen(date) != 10)
		end = 0;
	if (!end || at[end] != ' ' || !at[end + 1] || !text_int(size, digits, 0, INT64_MAX))
		return NULL;
	return at + end + 1;
}

/* Owner and group may hold blanks and digits: the first place that reads as size and date counts.
 */
static char *find_name(char *line, int64_t *size)
{
	for (char *at = strchr(line, ' '); at; at = strchr(at + 1, ' ')) {
		char *name = at[1] >= '0' && at[1] <= '9' ? name_behind(at + 1, size) : NULL;

		if (name)
			return name;
	}
	return NULL;
}

static int64_t hash_of(const char *text, size_t len)
{
	uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)text[i]) * UINT64_C(1099511628211);
	return (int64_t)(hash >> 1);
}

static int take_line(struct folder_list *out, char *line, const char *pattern, struct err *err)
{
	int64_t size = 0;
	char *name;

	if (strchr("dlbcpsD", line[0]))
		return 0;
	name = line[0] == '-' ? find_name(line, &size) : NULL;
	if (!name || strchr(name, '/') || strlen(name) > NAME_MAX)
		return err_set(err, ERR_SOURCE, "it lists a line that is no file's: %.100s", line);
	if (name[0] == '.' || (!text_empty(pattern) && !text_match(pattern, name, false)))
		return 0;
	if (folder_list_pass_over(out, name))
		return 0;
	if (!folder_list_add(out, name, size, hash_of(line, (size_t)(name - line))))
		return err_nomem(err);
	return 0;
}

/* "-rw-r--r--": what every file's line begins with. */
static bool begins_file(const char *line)
{
	return *line && strchr("-dlbcpsD", *line) && strspn(line + 1, "-rwxsStTl") >= 9;
}

/* The end of the file's line at `text`. A name may hold line feeds: what does not begin as a line
 * does, goes on with the name before it. */
static char *line_end(char *text)
{
	char *end = strchr(text, '\n');

	while (end && !begins_file(end + 1))
		end = strchr(end + 1, '\n');
	return end ? end : text + strlen(text);
}

int sftp_listing(struct folder_list *out, char *text, const char *pattern, struct err *err)
{
	size_t len = strlen(text);
	int rc = 0;

	*out = (struct folder_list){ NULL, 0 };
	if (len && text[len - 1] == '\n')
		text[--len] = '\0';
	for (char *line = text, *end; !rc && line < text + len; line = end + 1) {
		end = line_end(line);
		*end = '\0';
		rc = take_line(out, line, pattern, err);
	}
	folder_list_sort(out);
	if (rc)
		folder_list_free(out);
	return rc;
}
