/* connection_source.c — what there is at a connection's source, which is also a test of it; and
 * whose server it is. */

#include "base/base.h"
#include "tui/command/settings.h"

#include "base/clock.h"
#include "process/files.h"
#include "process/survey.h"
#include "tui/command/grid.h"

static const struct {
	const char *key;       /* of the JSON */
	const char *titles[4]; /* ends with NULL */
} words[] = {
	[SURVEY_TABLES] = { "tables", { "Table", "Type", NULL } },
	[SURVEY_COLUMNS] = { "columns", { "Column", "Type", NULL } },
	[SURVEY_FILES] = { "files", { "File", "Bytes", "Changed", NULL } },
};

static void print_json(struct command_env *env, const char *connection, const struct survey *survey)
{
	struct buf text = BUF_INIT(64u << 20);
	struct json json = JSON_INIT(&text);
	char time[CLOCK_TEXT_MAX];

	json_open(&json, '{');
	json_put_bool(&json, "ok", true);
	json_put_text(&json, "connection", connection);
	json_key(&json, words[survey->kind].key);
	json_open(&json, '[');
	for (size_t i = 0; i < survey->count; i++) {
		const struct survey_entry *entry = &survey->entries[i];

		json_open(&json, '{');
		json_put_text(&json, "name", entry->name);
		if (survey->kind != SURVEY_FILES) {
			json_put_text(&json, "type", entry->type);
		} else {
			json_put_int(&json, "size", entry->size);
			json_put_text(&json, "changed",
				entry->changed ? clock_iso(time, entry->changed) : NULL);
		}
		json_close(&json, '}');
	}
	json_close(&json, ']');
	json_put_bool(&json, "more", survey->more);
	json_put_text(&json, "note", survey->note[0] ? survey->note : NULL);
	json_close(&json, '}');
	command_print_json(env, &text);
	buf_free(&text);
}

static void print_text(struct command_env *env, const struct survey *survey)
{
	struct grid grid = { words[survey->kind].titles, { NULL, 0 }, false };
	char text[CLOCK_TEXT_MAX], count[100];

	for (size_t i = 0; i < survey->count; i++) {
		const struct survey_entry *entry = &survey->entries[i];

		grid_add(&grid, entry->name);
		if (survey->kind != SURVEY_FILES) {
			grid_add(&grid, entry->type);
			continue;
		}
		snprintf(text, sizeof(text), "%" PRId64, entry->size);
		grid_add(&grid, text);
		grid_add(&grid, entry->changed ? clock_local_full(text, entry->changed) : "");
	}
	if (survey->count > 0)
		grid_print(env->out, &grid);
	survey_words(count, sizeof(count), survey);
	fprintf(env->out, "%s\n", count);
	if (survey->note[0])
		fprintf(env->out, "%s\n", survey->note);
}

int command_connection_source(struct command_env *env, const struct arguments *args)
{
	struct process_env process = { .home_data = env->home->data,
		.reader_program = env->program };
	const char *table = args->words.count > 1 ? args->words.items[1] : NULL;
	struct connection connection;
	struct survey *survey = NULL;
	struct err err = ERR_INIT;
	int rc = command_unseal_if_any(env, &err);

	connection_init(&connection);
	process.keyring = env->keyring;
	if (rc == 0)
		rc = settings_connection(env, &connection, args->words.items[0], &err);
	if (rc == 0)
		rc = process_survey(
			&survey, &process, &connection, table, command_interrupt(), &err);
	if (rc == 0 && env->json)
		print_json(env, connection.name, survey);
	else if (rc == 0)
		print_text(env, survey);
	survey_free(survey);
	connection_free_fields(&connection);
	return rc < 0 ? command_fail(env, &err) : 0;
}

/* ---- accept-host ---- */

static void print_accepted(
	struct command_env *env, const char *connection, const char *key, bool known)
{
	struct buf text = BUF_INIT(8192);
	struct json json = JSON_INIT(&text);

	if (!env->json) {
		fprintf(env->out,
			known ? "%s: its server's key %s is known\n"
			      : "%s: its server's key %s is accepted\n",
			connection, key);
		return;
	}
	json_open(&json, '{');
	json_put_bool(&json, "ok", true);
	json_put_text(&json, "connection", connection);
	json_put_text(&json, "key", key);
	json_put_bool(&json, "known_before", known);
	json_close(&json, '}');
	command_print_json(env, &text);
	buf_free(&text);
}

int command_connection_accept_host(struct command_env *env, const struct arguments *args)
{
	struct process_env process = { .home_data = env->home->data,
		.reader_program = env->program };
	const char *fingerprint = args->words.count > 1 ? args->words.items[1] : NULL;
	struct connection connection;
	char key[SFTP_KEY_WORDS] = "";
	struct err err = ERR_INIT;
	int rc = command_unseal_if_any(env, &err);

	connection_init(&connection);
	process.keyring = env->keyring;
	if (rc == 0)
		rc = settings_connection(env, &connection, args->words.items[0], &err);
	if (rc == 0)
		rc = process_accept_host(
			key, &process, &connection, fingerprint, command_interrupt(), &err);
	if (rc >= 0)
		print_accepted(env, connection.name, key, rc == 1);
	connection_free_fields(&connection);
	return rc < 0 ? command_fail(env, &err) : 0;
}
