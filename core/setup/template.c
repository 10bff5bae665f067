/* template.c — puts values into templates, escaped for the file they go into. Nothing more than
 * replacement: what repeats or is left out is a template of its own, rendered by the caller. */

#include "base/base.h"
#include "setup/template.h"

#include "base/json.h"
#include "base/text.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

static const char *xml_escape(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&apos;";
	default:
		/* XML 1.0 has no way at all to write the other control characters. */
		return (unsigned char)c < 0x20 && !strchr("\t\n\r", c) ? REPLACEMENT : NULL;
	}
}

void template_escape_xml(struct buf *out, const char *text)
{
	size_t len = strlen(text);
	size_t at = 0;

	while (at < len) {
		size_t valid = text_utf8_prefix(text + at, len - at);

		for (size_t end = at + valid; at < end; at++) {
			const char *escape = xml_escape(text[at]);

			if (escape)
				buf_add_str(out, escape);
			else
				buf_add_char(out, text[at]);
		}
		if (at < len) {
			buf_add_str(out, REPLACEMENT);
			at++;
		}
	}
}

static void escape_json(struct buf *out, const char *text)
{
	struct buf quoted = BUF_INIT(out->max);

	json_escape(&quoted, text, strlen(text));
	if (quoted.broken)
		out->broken = quoted.broken;
	else
		buf_add(out, quoted.data + 1, quoted.len - 2); /* the quotes are the template's */
	buf_free(&quoted);
}

void template_quote_shell(struct buf *out, const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_-+=.,:/@%";

	if (*text && !text[strspn(text, plain)]) {
		buf_add_str(out, text);
		return;
	}
	buf_add_char(out, '\'');
	for (; *text; text++) {
		if (*text == '\'')
			buf_add_str(out, "'\\''");
		else
			buf_add_char(out, *text);
	}
	buf_add_char(out, '\'');
}

enum escape { ESCAPE_NONE, ESCAPE_XML, ESCAPE_JSON };

static enum escape escape_of(const char *name)
{
	const char *dot = strrchr(name, '.');

	if (dot && strcmp(dot, ".xml") == 0)
		return ESCAPE_XML;
	return dot && strcmp(dot, ".json") == 0 ? ESCAPE_JSON : ESCAPE_NONE;
}

static void add_value(struct buf *out, enum escape escape, const struct slot *slot)
{
	const char *text = slot->text ? slot->text : "";

	if (!slot->raw && escape == ESCAPE_XML)
		template_escape_xml(out, text);
	else if (!slot->raw && escape == ESCAPE_JSON)
		escape_json(out, text);
	else
		buf_add_str(out, text);
}

/* The slot of the placeholder that `at` (an '@') begins, or NULL; *len = its letters. */
static const struct slot *find_slot(const struct slot *slots, const char *at, size_t *len)
{
	*len = strspn(at + 1, "abcdefghijklmnopqrstuvwxyz_");
	if (*len == 0 || at[1 + *len] != '@')
		return NULL;
	for (; slots->name; slots++) {
		if (strlen(slots->name) == *len && strncmp(slots->name, at + 1, *len) == 0)
			return slots;
	}
	return NULL;
}

static void fill(struct buf *out, const char *text, const struct slot *slots, enum escape escape)
{
	while (*text) {
		size_t plain = strcspn(text, "@");
		const struct slot *slot;
		size_t len;

		buf_add(out, text, plain);
		text += plain;
		if (!*text)
			break;
		slot = find_slot(slots, text, &len);
		if (slot) {
			add_value(out, escape, slot);
			text += len + 2;
		} else {
			buf_add_char(out, *text++);
		}
	}
}

void template_fill(struct buf *out, const char *text, const struct slot *slots)
{
	fill(out, text, slots, ESCAPE_NONE);
}

int template_render(struct buf *out, const char *name, const struct slot *slots, struct err *err)
{
	for (const struct template_file *file = template_files; file->name; file++) {
		if (strcmp(file->name, name) == 0) {
			fill(out, file->text, slots, escape_of(name));
			return buf_check(out, name, err);
		}
	}
	return err_set(err, ERR_USAGE, "there is no template %s", name);
}
