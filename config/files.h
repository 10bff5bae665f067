/*
 * files.h — connections, interfaces and agent settings as libconfig files; implements struct
 * catalog.
 *
 * A save replaces the spans of changed values in the file's own text, so that comments, order and
 * multi-line queries survive; the result is parsed again and compared before it is written.
 */

#ifndef CONFIG_FILES_H
#define CONFIG_FILES_H

#include "base/buf.h"
#include "base/json.h"
#include "config/home.h"
#include "model/agent_settings.h"
#include "model/catalog.h"

/*
 * A catalog over the home's files. Thread-safe: holds no state but paths and the keyring. A file
 * that cannot be read is listed by its name all the same, and told when it is asked for; such
 * interfaces are sorted behind the others. Two processes that save at the same time take turns.
 */
int files_catalog(struct catalog *out, const struct home *home, const struct keyring *keyring,
	struct err *err);
void files_catalog_free(struct catalog *catalog);

/* agent.cfg; absent means every default. Saving keeps comments like all other files. */
int files_load_settings(struct agent_settings *out, const struct home *home, struct err *err);
int files_save_settings(
	const struct home *home, const struct agent_settings *settings, struct err *err);

/* The least and the most of a number in agent.cfg, by its key; false when it is none. */
bool files_setting_bounds(int *min, int *max, const char *key);

/* Parse one file's text into an initialised struct; errors name `path`:line and the nearest right
 * key. */
int files_parse_connection(
	struct connection *out, const char *text, const char *path, struct err *err);
int files_parse_interface(
	struct interface *out, const char *text, const char *path, struct err *err);

/* The text of a new file. */
int files_write_connection(struct buf *out, const struct connection *connection, struct err *err);
int files_write_interface(struct buf *out, const struct interface *interface, struct err *err);

/* `--set key=value`: set by the value's path in the file; ERR_USAGE names the nearest right key. */
int files_set_connection(
	struct connection *connection, const char *key, const char *value, struct err *err);
int files_set_interface(
	struct interface *interface, const char *key, const char *value, struct err *err);

/* `--map FIELD=COLUMN | FIELD=formula:EXPR | FIELD=value:TEXT`: adds the field, or changes it;
 * `FIELD=` takes it out. */
int files_map_interface(struct interface *interface, const char *text, struct err *err);

/* The secret of a key like "salesforce.consumer_secret" (borrowed), or NULL with ERR_USAGE naming
 * the nearest one. */
struct secret *files_secret(struct connection *connection, const char *key, struct err *err);

/* The keys of all secrets, NULL-terminated. */
const char *const *files_secret_keys(void);

/* Every setting, by its path, as a line for people; secrets are told by their kind. */
typedef void files_line(void *ctx, const char *key, const char *value);
void files_show_connection(const struct connection *connection, files_line *each, void *ctx);
void files_show_interface(const struct interface *interface, files_line *each, void *ctx);

/* The same as members of an open JSON object, nested as in the file. */
void files_json_connection(struct json *json, const struct connection *connection);
void files_json_interface(struct json *json, const struct interface *interface);

/* All keys with one line of help each, ending with a NULL key; for completion, help and forms. */
struct key_help {
	const char *key;
	const char *help;
	const char *const *choices; /* NULL, or the words allowed */
};
const struct key_help *files_connection_keys(void);
const struct key_help *files_interface_keys(void);

/* Check every file of the home: calls `each` for every problem. Returns the number of problems, or
 * negative. */
typedef void files_problem(void *ctx, const struct err *err);
int files_check(const struct home *home, files_problem *each, void *ctx, struct err *err);

#endif
