/* mapping_lines.c — a mapping as text: one field a line, what fills it behind the equals sign. */

#include "base/base.h"
#include "tui/board/interface_form.h"

#include "base/text.h"

#define LINE_MAX_BYTES 2048
#define FORMULA "formula:"

int mapping_to_lines(struct buf *out, const struct mapping *mapping, struct err *err)
{
	for (size_t i = 0; i < mapping->count; i++) {
		const struct mapping_entry *entry = &mapping->entries[i];

		buf_addf(out, "%s = ", entry->field);
		if (entry->kind == MAPPING_VALUE)
			buf_addf(out, "\"%s\"\n", entry->text ? entry->text : "");
		else
			buf_addf(out, "%s%s\n", entry->kind == MAPPING_FORMULA ? FORMULA " " : "",
				entry->text ? entry->text : "");
	}
	return buf_check(out, "the mapping", err);
}

/* What the entry of this field says of NULLs, so that an edit does not change it. */
static enum null_policy nulls_of(
	const struct mapping *before, const char *field, enum null_policy otherwise)
{
	for (size_t i = 0; before && i < before->count; i++) {
		if (text_equal(before->entries[i].field, field))
			return before->entries[i].nulls;
	}
	return otherwise;
}

static int bad_line(int number, const char *why, struct err *err)
{
	return err_set(err, ERR_USAGE, "line %d %s", number, why);
}

static int add_line(struct mapping *out, char *line, int number, const struct mapping *before,
	enum null_policy nulls, struct err *err)
{
	char *equals = strchr(line, '=');
	enum mapping_kind kind = MAPPING_COLUMN;
	char *field;
	char *text;
	size_t len;

	if (!equals)
		return bad_line(number, "has no '=': write Field = column", err);
	*equals = '\0';
	field = text_trim(line);
	text = text_trim(equals + 1);
	len = strlen(text);
	if (!*field || !*text)
		return bad_line(number, "is not whole: write Field = column", err);
	if (*text == '"') {
		if (len < 2 || text[len - 1] != '"')
			return bad_line(number, "lacks the closing quote of its text", err);
		text[len - 1] = '\0';
		text++;
		kind = MAPPING_VALUE;
	} else if (text_starts(text, FORMULA)) {
		text = text_trim(text + strlen(FORMULA));
		kind = MAPPING_FORMULA;
	}
	return mapping_add(out, field, kind, text, nulls_of(before, field, nulls), err);
}

int mapping_from_lines(struct mapping *out, const char *lines, const struct mapping *before,
	enum null_policy nulls, struct err *err)
{
	int number = 0;
	int rc = 0;

	while (*lines && rc == 0) {
		char line[LINE_MAX_BYTES];
		size_t len = strcspn(lines, "\n");

		number++;
		if (len >= sizeof(line))
			return bad_line(number, "is too long", err);
		memcpy(line, lines, len);
		line[len] = '\0';
		if (*text_trim(line))
			rc = add_line(out, line, number, before, nulls, err);
		lines += len + (lines[len] == '\n');
	}
	return rc;
}
