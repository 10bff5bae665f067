/*
 * parse.c — libconfig reads the values, the schema says where they belong. A key that is not in the
 * schema is an error, for a misspelt setting that is silently ignored is worse than none.
 */

#include "base/base.h"
#include "config/parse.h"

#include <libconfig.h>

#include "base/text.h"
#include "config/scan.h"
#include "model/interface.h"

#define PATH_MAX_LEN 128

struct parse {
	void *thing;
	const struct schema *schema;
	const char *path;
	struct scan scan;
	files_problem *each;
	void *ctx;
	struct err *err;
	int problems;
	const config_setting_t *mapping; /* read last: its entries need the null policy */
	bool nomem;
};

/* Note a problem at the scanned node `index`. */
static void fault(struct parse *p, int index, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void fault(struct parse *p, int index, const char *fmt, ...)
{
	struct err err = ERR_INIT;
	char text[sizeof(err.text)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	scan_problem(&err, p->path, index > 0 ? p->scan.nodes[index].line : 1, "%s", text);
	if (p->problems++ == 0)
		err_copy(p->err, &err);
	if (p->each)
		p->each(p->ctx, &err);
}

static void out_of_memory(struct parse *p)
{
	p->nomem = true;
}

/* ---- values ---- */

/* The text of a string setting, or NULL with the fault told. */
static const char *string_of(
	struct parse *p, const char *what, const config_setting_t *setting, int index)
{
	if (config_setting_type(setting) == CONFIG_TYPE_STRING)
		return config_setting_get_string(setting);
	fault(p, index, "%s must be text in quotes", what);
	return NULL;
}

static void read_number(
	struct parse *p, const struct key *key, const config_setting_t *setting, int index)
{
	long long value;

	switch (config_setting_type(setting)) {
	case CONFIG_TYPE_INT:
		value = config_setting_get_int(setting);
		break;
	case CONFIG_TYPE_INT64:
		value = config_setting_get_int64(setting);
		break;
	case CONFIG_TYPE_STRING:
		fault(p, index, "%s is a number: write it without quotes", key->path);
		return;
	default:
		fault(p, index, "%s must be a whole number", key->path);
		return;
	}
	if (value < key->min || value > key->max)
		fault(p, index, "%s: %lld is out of range: use %d to %d", key->path, value,
			key->min, key->max);
	else
		*(int *)value_at(p->thing, key) = (int)value;
}

static void read_switch(
	struct parse *p, const struct key *key, const config_setting_t *setting, int index)
{
	if (config_setting_type(setting) == CONFIG_TYPE_BOOL)
		*(bool *)value_at(p->thing, key) = config_setting_get_bool(setting) != 0;
	else
		fault(p, index, "%s must be true or false, without quotes", key->path);
}

static void read_word(
	struct parse *p, const struct key *key, const config_setting_t *setting, int index)
{
	const char *text = string_of(p, key->path, setting, index);
	int word = text ? words_find(key->words, text) : -1;
	struct buf line = BUF_INIT(300);
	const char *near;

	if (word >= 0) {
		if (key->kind == KEY_CHOICE)
			memcpy(value_at(p->thing, key), &word, sizeof(word));
		else if (key->kind == KEY_EITHER)
			*(bool *)value_at(p->thing, key) = word != 0;
		else if (!text_set(value_at(p->thing, key), key->words[word]))
			out_of_memory(p);
	} else if (text && key->kind == KEY_TEXT && !*text) {
		text_set(value_at(p->thing, key), NULL);
	} else if (text) {
		near = text_nearest(text, key->words);
		words_line(&line, key->words);
		if (near)
			fault(p, index, "%s: \"%s\" is none of %s: did you mean \"%s\"?", key->path,
				text, buf_str(&line), near);
		else
			fault(p, index, "%s: \"%s\" is none of %s", key->path, text,
				buf_str(&line));
	}
	buf_free(&line);
}

static void read_size(
	struct parse *p, const struct key *key, const config_setting_t *setting, int index)
{
	const char *text = string_of(p, key->path, setting, index);

	if (text && !text_size(value_at(p->thing, key), text))
		fault(p, index, "%s: \"%s\" is no size like \"512 MB\"", key->path, text);
}

static bool is_list(const config_setting_t *setting)
{
	int type = config_setting_type(setting);

	return type == CONFIG_TYPE_LIST || type == CONFIG_TYPE_ARRAY;
}

/* A string, or a list of strings that are lines of one text. */
static void read_lines(
	struct parse *p, const struct key *key, const config_setting_t *setting, int index)
{
	struct buf text = BUF_INIT(SCAN_TEXT_MAX);

	if (!is_list(setting)) {
		const char *line = string_of(p, key->path, setting, index);

		if (line && !text_set(value_at(p->thing, key), *line ? line : NULL))
			out_of_memory(p);
		return;
	}
	for (int i = 0; i < config_setting_length(setting); i++) {
		const config_setting_t *element = config_setting_get_elem(setting, (unsigned)i);
		const char *line =
			string_of(p, key->path, element, scan_element(&p->scan, index, i));

		if (i > 0)
			buf_add_char(&text, '\n');
		if (line)
			buf_add_str(&text, line);
	}
	if (!text_set(value_at(p->thing, key), text.len ? buf_str(&text) : NULL))
		out_of_memory(p);
	buf_free(&text);
}

static void read_list(
	struct parse *p, const struct key *key, const config_setting_t *setting, int index)
{
	struct text_list *list = value_at(p->thing, key);
	const char *text;

	if (!is_list(setting)) {
		text = string_of(p, key->path, setting, index);
		if (text && *text && !text_list_add(list, text))
			out_of_memory(p);
		return;
	}
	for (int i = 0; i < config_setting_length(setting); i++) {
		text = string_of(p, key->path, config_setting_get_elem(setting, (unsigned)i),
			scan_element(&p->scan, index, i));
		if (text && !text_list_add(list, text))
			out_of_memory(p);
	}
}

static void read_secret(
	struct parse *p, const struct key *key, const config_setting_t *setting, int index)
{
	static const enum secret_kind kinds[] = { SECRET_SEALED, SECRET_ENV, SECRET_FILE,
		SECRET_CREDENTIAL };
	static const char *const names[] = { "sealed", "env", "file", "credential", NULL };
	struct secret *secret = value_at(p->thing, key);
	const config_setting_t *member;
	const char *text;
	int kind;

	if (config_setting_type(setting) != CONFIG_TYPE_GROUP) {
		fault(p, index,
			"%s must not stand here in plain text: write { env = \"VARIABLE\"; }, { "
			"file = "
			"\"PATH\"; }, or seal it with `connection add --replace --secret %s=-`",
			key->path, key->path);
		return;
	}
	if (config_setting_length(setting) != 1) {
		fault(p, index, "%s needs one of sealed, env, file or credential", key->path);
		return;
	}
	member = config_setting_get_elem(setting, 0);
	kind = words_find(names, config_setting_name(member));
	if (kind < 0) {
		fault(p, scan_element(&p->scan, index, 0),
			"%s.%s is unknown: use one of sealed, env, file or credential", key->path,
			config_setting_name(member));
		return;
	}
	text = string_of(p, key->path, member, scan_element(&p->scan, index, 0));
	if (!text)
		return;
	if (!*text) {
		fault(p, index, "%s is empty: enter it once more", key->path);
		return;
	}
	secret->kind = kinds[kind];
	if (!text_set(&secret->ref, text))
		out_of_memory(p);
}

/* ---- mapping ---- */

/* What the members of one entry say; a NULL text is one that is not there. */
struct entry {
	const char *field, *source;
	enum mapping_kind kind;
	enum null_policy nulls;
};

/* Take one member. False when it is wrong, which has been told. */
static bool read_member(
	struct parse *p, struct entry *entry, const config_setting_t *member, int index)
{
	static const char *const names[] = { "field", "null", "column", "value", "formula", NULL };
	static const enum mapping_kind kinds[] = { 0, 0, MAPPING_COLUMN, MAPPING_VALUE,
		MAPPING_FORMULA };
	static const char *const policies[] = { "keep", "clear", NULL };
	const char *name = config_setting_name(member);
	int which = words_find(names, name);
	const char *text;
	int policy;

	if (which < 0 || strcmp(names[which], name) != 0) {
		const char *near = text_nearest(name, names);

		fault(p, index, "mapping: \"%s\" is unknown%s%s%s", name,
			near ? ": did you mean " : "", near ? near : "", near ? "?" : "");
		return false;
	}
	text = string_of(p, name, member, index);
	if (!text)
		return false;
	if (which == 0) {
		entry->field = text;
	} else if (which == 1) {
		policy = words_find(policies, text);
		entry->nulls = policy == 1 ? NULL_CLEAR : NULL_KEEP;
		if (policy < 0)
			fault(p, index, "mapping: null: \"%s\" is neither keep nor clear", text);
		return policy >= 0;
	} else if (entry->source) {
		fault(p, index, "mapping: give one of column, value or formula, not two");
		return false;
	} else {
		entry->source = text;
		entry->kind = kinds[which];
	}
	return true;
}

static void read_entry(struct parse *p, const config_setting_t *group, int index)
{
	struct interface *interface = p->thing;
	struct entry entry = { NULL, NULL, MAPPING_COLUMN, interface->nulls };
	int count =
		config_setting_type(group) == CONFIG_TYPE_GROUP ? config_setting_length(group) : 0;

	for (int i = 0; i < count; i++) {
		if (!read_member(p, &entry, config_setting_get_elem(group, (unsigned)i),
			    scan_element(&p->scan, index, i)))
			return;
	}
	if (text_empty(entry.field) || !entry.source)
		fault(p, index,
			"mapping: each entry is { field = \"...\"; column = \"...\"; } (or value, "
			"or "
			"formula)");
	else if (mapping_add(&interface->mapping, entry.field, entry.kind, entry.source,
			 entry.nulls, NULL) < 0)
		out_of_memory(p);
}

static void read_mapping(struct parse *p, const config_setting_t *setting)
{
	int index = scan_find(&p->scan, "mapping");

	if (!is_list(setting)) {
		fault(p, index,
			"mapping must be a list: ( { field = \"...\"; column = \"...\"; }, ... )");
		return;
	}
	for (int i = 0; i < config_setting_length(setting); i++)
		read_entry(p, config_setting_get_elem(setting, (unsigned)i),
			scan_element(&p->scan, index, i));
}

/* ---- the walk ---- */

static void read_key(
	struct parse *p, const struct key *key, const config_setting_t *setting, int index)
{
	const char *text;

	switch (key->kind) {
	case KEY_TEXT:
		if (key->words) {
			read_word(p, key, setting, index);
			return;
		}
		text = string_of(p, key->path, setting, index);
		if (text && !text_set(value_at(p->thing, key), *text ? text : NULL))
			out_of_memory(p);
		return;
	case KEY_LINES:
		read_lines(p, key, setting, index);
		return;
	case KEY_NUMBER:
		read_number(p, key, setting, index);
		return;
	case KEY_SIZE:
		read_size(p, key, setting, index);
		return;
	case KEY_SWITCH:
		read_switch(p, key, setting, index);
		return;
	case KEY_EITHER:
	case KEY_CHOICE:
		read_word(p, key, setting, index);
		return;
	case KEY_SECRET:
		read_secret(p, key, setting, index);
		return;
	case KEY_LIST:
		read_list(p, key, setting, index);
		return;
	case KEY_MAPPING:
		p->mapping = setting;
		return;
	}
}

static void unknown_key(struct parse *p, const char *path, int index)
{
	const char *near = schema_nearest(p->schema, path);

	if (near)
		fault(p, index, "%s is unknown: did you mean %s?", path, near);
	else
		fault(p, index, "%s is unknown: see `agentboard %s add --help`", path,
			p->schema->what);
}

/* `prefix` is "" for the root, "agent." for a group. */
static void read_group(
	struct parse *p, const char *prefix, const config_setting_t *group, int parent)
{
	for (int i = 0; i < config_setting_length(group); i++) {
		const config_setting_t *setting = config_setting_get_elem(group, (unsigned)i);
		const char *name = config_setting_name(setting);
		int index = scan_child(&p->scan, parent, name, strlen(name));
		const struct key *key;
		char path[PATH_MAX_LEN];
		int used = snprintf(path, sizeof(path), "%s%s", prefix, name);

		if (used >= (int)sizeof(path) - 1) {
			fault(p, index, "the name %.40s... is too long", name);
			continue;
		}
		key = schema_key(p->schema, path);
		if (key) {
			read_key(p, key, setting, index);
		} else if (!schema_is_group(p->schema, path)) {
			unknown_key(p, path, index);
		} else if (config_setting_type(setting) != CONFIG_TYPE_GROUP) {
			fault(p, index, "%s must be a group: %s: { ... };", path, name);
		} else {
			path[used] = '.';
			path[used + 1] = '\0';
			read_group(p, path, setting, index);
		}
	}
}

/* Let libconfig read the text. It wants a line end behind a last comment, and no byte order mark.
 */
static int read_config(config_t *config, const struct parse *p, const char *text, size_t len)
{
	struct buf copy = BUF_INIT(SCAN_TEXT_MAX + 1);
	size_t start = len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	int rc;

	buf_add(&copy, text + start, len - start);
	buf_add_char(&copy, '\n');
	rc = buf_check(&copy, p->path, p->err);
	if (rc == 0 && !config_read_string(config, buf_str(&copy)))
		rc = scan_problem(p->err, p->path, config_error_line(config), "%s",
			config_error_text(config));
	buf_free(&copy);
	return rc;
}

int parse_text(void *thing, const struct schema *schema, const char *text, size_t len,
	const char *path, files_problem *each, void *ctx, struct err *err)
{
	struct err first = ERR_INIT;
	struct parse p = {
		.schema = schema, .path = path, .each = each, .ctx = ctx, .err = &first
	};
	config_t config;
	int rc;

	config_init(&config);
	p.thing = calloc(1, schema->size);
	if (!p.thing) {
		rc = err_nomem(&first);
		goto cleanup;
	}
	schema->init(p.thing);
	rc = scan_text(&p.scan, text, len, path, &first);
	if (rc == 0)
		rc = read_config(&config, &p, text, len);
	if (rc < 0) {
		if (each)
			each(ctx, &first);
		goto cleanup;
	}
	read_group(&p, "", config_root_setting(&config), 0);
	if (p.mapping)
		read_mapping(&p, p.mapping);
	if (p.nomem)
		rc = err_nomem(&first);
	else if (p.problems)
		rc = -ERR_CONFIG;
	if (rc == 0) {
		schema->free_fields(thing);
		memcpy(thing, p.thing, schema->size);
		schema->init(p.thing);
	}
cleanup:
	if (p.thing)
		schema->free_fields(p.thing);
	free(p.thing);
	scan_free(&p.scan);
	config_destroy(&config);
	if (rc < 0)
		err_copy(err, &first);
	return rc;
}
