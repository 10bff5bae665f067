/* keys.c — what the outside asks of the tables of keys: setting, mapping, secrets, help, showing.
 */

#include "base/base.h"
#include "config/files.h"

#include <pthread.h>

#include "base/text.h"
#include "config/schema.h"

/* ---- setting ---- */

static int set_by_path(void *thing, const struct schema *schema, const char *path,
	const char *value, struct err *err)
{
	const struct key *key = schema_key(schema, path);
	const char *near;

	if (key)
		return value_set(thing, key, value, err);
	near = schema_nearest(schema, path);
	if (schema_is_group(schema, path))
		return err_set(err, ERR_USAGE, "%s is a group: set a key in it, like %s", path,
			near && text_starts(near, path) ? near : "agent.host");
	if (near)
		return err_set(err, ERR_USAGE, "there is no key %s in the %s: did you mean %s?",
			path, schema->what, near);
	return err_set(err, ERR_USAGE,
		"there is no key %s in the %s: see `agentboard %s add --help`", path, schema->what,
		schema->what);
}

int files_set_connection(
	struct connection *connection, const char *key, const char *value, struct err *err)
{
	return set_by_path(connection, &schema_connection, key, value, err);
}

int files_set_interface(
	struct interface *interface, const char *key, const char *value, struct err *err)
{
	enum null_policy old = interface->nulls;
	int rc = set_by_path(interface, &schema_interface, key, value, err);

	/* Entries that had no policy of their own follow the interface's. */
	for (size_t i = 0; rc == 0 && i < interface->mapping.count; i++) {
		struct mapping_entry *entry = &interface->mapping.entries[i];

		if (entry->nulls == old)
			entry->nulls = interface->nulls;
	}
	return rc;
}

/* ---- mapping ---- */

static const struct {
	const char *prefix;
	enum mapping_kind kind;
} map_kinds[] = {
	{ "formula:", MAPPING_FORMULA },
	{ "value:", MAPPING_VALUE },
	{ "column:", MAPPING_COLUMN },
	{ "", MAPPING_COLUMN },
};

static void take_out(struct mapping *mapping, const struct mapping_entry *entry)
{
	size_t at = (size_t)(entry - mapping->entries);

	free(mapping->entries[at].field);
	free(mapping->entries[at].text);
	mapping->count--;
	memmove(&mapping->entries[at], &mapping->entries[at + 1],
		(mapping->count - at) * sizeof(*mapping->entries));
}

static int put_entry(struct interface *interface, const char *field, enum mapping_kind kind,
	const char *source, struct err *err)
{
	const struct mapping_entry *found = mapping_find(&interface->mapping, field);
	struct mapping_entry *entry;

	if (!found)
		return mapping_add(&interface->mapping, field, kind, source, interface->nulls, err);
	entry = &interface->mapping.entries[found - interface->mapping.entries];
	if (!text_set(&entry->text, source))
		return err_nomem(err);
	entry->kind = kind;
	return 0;
}

int files_map_interface(struct interface *interface, const char *text, struct err *err)
{
	const char *equals = strchr(text, '=');
	const struct mapping_entry *entry;
	const char *source;
	char *field;
	size_t i = 0;
	int rc;

	if (!equals || equals == text)
		return err_set(err, ERR_USAGE,
			"\"%s\" is no mapping: write FIELD=COLUMN, FIELD=formula:EXPR or "
			"FIELD=value:TEXT",
			text);
	if (text_utf8_prefix(text, strlen(text)) < strlen(text))
		return err_set(err, ERR_USAGE, "the mapping of %.*s is not UTF-8",
			(int)(equals - text), text);
	field = strndup(text, (size_t)(equals - text));
	if (!field)
		return err_nomem(err);
	source = equals + 1;
	entry = mapping_find(&interface->mapping, field);
	if (*source) {
		while (!text_starts(source, map_kinds[i].prefix))
			i++;
		rc = put_entry(interface, field, map_kinds[i].kind,
			source + strlen(map_kinds[i].prefix), err);
	} else if (entry) {
		take_out(&interface->mapping, entry);
		rc = 0;
	} else {
		rc = err_set(err, ERR_USAGE, "%s is not mapped, so it cannot be taken out", field);
	}
	free(field);
	return rc;
}

/* ---- tables for others, made once ---- */

#define KEYS_MAX 64

static struct {
	struct key_help connection[KEYS_MAX];
	struct key_help interface[KEYS_MAX];
	const char *secrets[KEYS_MAX];
} tables;
static pthread_once_t tables_once = PTHREAD_ONCE_INIT;

static void fill_help(struct key_help *help, const struct schema *schema)
{
	static const char *const switches[] = { "true", "false", NULL };

	for (size_t i = 0; i < schema->count && i + 1 < KEYS_MAX; i++) {
		const struct key *key = &schema->keys[i];

		help[i] = (struct key_help){ key->path, key->help,
			key->kind == KEY_SWITCH ? switches : key->words };
	}
}

static void fill_tables(void)
{
	size_t used = 0;

	fill_help(tables.connection, &schema_connection);
	fill_help(tables.interface, &schema_interface);
	for (size_t i = 0; i < schema_connection.count; i++) {
		if (schema_connection.keys[i].kind == KEY_SECRET && used + 1 < KEYS_MAX)
			tables.secrets[used++] = schema_connection.keys[i].path;
	}
}

const struct key_help *files_connection_keys(void)
{
	pthread_once(&tables_once, fill_tables);
	return tables.connection;
}

const struct key_help *files_interface_keys(void)
{
	pthread_once(&tables_once, fill_tables);
	return tables.interface;
}

const char *const *files_secret_keys(void)
{
	pthread_once(&tables_once, fill_tables);
	return tables.secrets;
}

struct secret *files_secret(struct connection *connection, const char *path, struct err *err)
{
	const struct key *key = schema_key(&schema_connection, path);
	const char *near;

	if (key && key->kind == KEY_SECRET)
		return value_at(connection, key);
	if (key) {
		err_set(err, ERR_USAGE, "%s is no secret: use --set %s=VALUE", path, path);
		return NULL;
	}
	near = text_nearest(path, files_secret_keys());
	for (size_t i = 0; !near && files_secret_keys()[i]; i++) {
		const char *dot = strrchr(files_secret_keys()[i], '.');

		if (text_equal_fold(dot + 1, path))
			near = files_secret_keys()[i];
	}
	if (near)
		err_set(err, ERR_USAGE, "%s is no secret: did you mean %s?", path, near);
	else
		err_set(err, ERR_USAGE,
			"%s is no secret: there are agent.password, salesforce.consumer_secret, "
			"salesforce.proxy.password and source.password",
			path);
	return NULL;
}

/* ---- showing ---- */

static void show_all(const struct schema *schema, const void *thing, files_line *each, void *ctx)
{
	struct buf text = BUF_INIT(1 << 20);

	for (size_t i = 0; i < schema->count; i++) {
		buf_reset(&text);
		value_show(&text, &schema->keys[i], thing);
		each(ctx, schema->keys[i].path, buf_str(&text));
	}
	buf_free(&text);
}

void files_show_connection(const struct connection *connection, files_line *each, void *ctx)
{
	show_all(&schema_connection, connection, each, ctx);
}

void files_show_interface(const struct interface *interface, files_line *each, void *ctx)
{
	show_all(&schema_interface, interface, each, ctx);
}

/* Members of the group `prefix` ("" or "agent."), from row `*i` on, as long as rows are in it. */
static void json_group(struct json *json, const struct schema *schema, const void *thing,
	const char *prefix, size_t *i)
{
	size_t len = strlen(prefix);

	while (*i < schema->count && strncmp(schema->keys[*i].path, prefix, len) == 0) {
		const struct key *key = &schema->keys[*i];
		const char *dot = strchr(key->path + len, '.');
		char name[128];

		if (dot) {
			snprintf(name, sizeof(name), "%.*s",
				(int)(dot - key->path - (ptrdiff_t)len), key->path + len);
			json_key(json, name);
			snprintf(name, sizeof(name), "%.*s", (int)(dot + 1 - key->path), key->path);
			json_open(json, '{');
			json_group(json, schema, thing, name, i);
			json_close(json, '}');
		} else {
			json_key(json, key->path + len);
			value_json(json, key, thing);
			++*i;
		}
	}
}

void files_json_connection(struct json *json, const struct connection *connection)
{
	size_t i = 0;

	json_group(json, &schema_connection, connection, "", &i);
}

void files_json_interface(struct json *json, const struct interface *interface)
{
	size_t i = 0;

	json_group(json, &schema_interface, interface, "", &i);
}

bool files_setting_bounds(int *min, int *max, const char *key)
{
	const struct key *found = schema_key(&schema_settings, key);

	if (!found || found->kind != KEY_NUMBER)
		return false;
	*min = found->min;
	*max = found->max;
	return true;
}
