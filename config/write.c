/* write.c — the text of a new file: every key that is not at its default, group by group. */

#include "base/base.h"
#include "config/edit.h"

#include "base/text.h"

/* How many groups two paths share: 1 for "agent.host" and "agent.port". */
static int shared_groups(const char *a, const char *b)
{
	int shared = 0;

	for (; *a && *a == *b; a++, b++)
		shared += *a == '.';
	return shared;
}

static int groups_of(const char *path)
{
	int groups = 0;

	for (; *path; path++)
		groups += *path == '.';
	return groups;
}

static void close_groups(struct buf *out, int from, int to)
{
	for (; from > to; from--)
		buf_addf(out, "%*s};\n", (from - 1) * 2, "");
}

/* Open the groups of `path` behind the first `depth`; returns the last part of the path. */
static const char *open_groups(struct buf *out, const char *path, int depth)
{
	const char *dot;

	for (int i = 0; (dot = strchr(path, '.')); i++) {
		if (i >= depth)
			buf_addf(out, "%s%*s%.*s: {\n", i == 0 ? "\n" : "", i * 2, "",
				(int)(dot - path), path);
		path = dot + 1;
	}
	return path;
}

int edit_new(struct buf *out, const struct schema *schema, const void *thing, struct err *err)
{
	const char *last = "";
	bool grouped = false;

	for (size_t i = 0; i < schema->count; i++) {
		const struct key *key = &schema->keys[i];
		int depth = groups_of(key->path);
		char indent[INDENT_MAX];
		const char *name;

		if (!key->shown && value_is_default(schema, key, thing))
			continue;
		close_groups(out, groups_of(last), shared_groups(last, key->path));
		if (grouped && depth == 0)
			buf_add_char(out, '\n');
		name = open_groups(out, key->path, shared_groups(last, key->path));
		grouped = depth > 0;
		snprintf(indent, sizeof(indent), "%*s", depth * 2, "");
		buf_addf(out, "%s%s = ", indent, name);
		value_write(out, schema, key, thing, indent);
		buf_add_str(out, ";\n");
		last = key->path;
	}
	close_groups(out, groups_of(last), 0);
	return buf_check(out, "the file", err);
}
