/* connection.c — connections: listed, shown, removed; the table of their commands. */

#include "base/base.h"
#include "tui/command/settings.h"

#include "base/clock.h"
#include "config/files.h"
#include "ping/ping.h"
#include "tui/command/grid.h"

/* ---- what the store knows of the pings ---- */

/* A verdict counts for the settings it was made with. */
static bool is_stale(const struct connection *connection, const char *recorded, bool agent)
{
	char now[40];

	ping_config_hash(now, connection, agent);
	return recorded[0] && strcmp(now, recorded) != 0;
}

static void json_ping(struct json *json, const char *key, int64_t checked, bool ok,
	const char *summary, bool stale)
{
	char time[CLOCK_TEXT_MAX];

	json_key(json, key);
	json_open(json, '{');
	json_put_text(json, "checked", checked ? clock_iso(time, checked) : NULL);
	json_put_bool(json, "ok", checked && ok && !stale);
	json_put_bool(json, "stale", checked && stale);
	json_put_text(json, "summary", checked ? summary : NULL);
	json_close(json, '}');
}

static void json_state(struct json *json, const struct connection *connection,
	const struct connection_state *state)
{
	json_key(json, "checked");
	json_open(json, '{');
	json_ping(json, "agent", state->agent_checked, state->agent_ok, state->agent_summary,
		is_stale(connection, state->agent_config, true));
	json_ping(json, "salesforce", state->salesforce_checked, state->salesforce_ok,
		state->salesforce_summary, is_stale(connection, state->salesforce_config, false));
	json_close(json, '}');
	json_key(json, "brake");
	json_open(json, '{');
	json_put_text(json, "state", brake_name(state->brake.brake));
	json_put_text(json, "reason", state->brake.reason);
	json_put_text(json, "who", state->brake.who);
	json_close(json, '}');
	json_key(json, "org");
	if (state->org_id[0]) {
		json_open(json, '{');
		json_put_text(json, "id", state->org_id);
		json_put_text(json, "name", state->org_name);
		json_put_bool(json, "sandbox", state->sandbox);
		json_put_int(json, "api_used", state->api_used);
		json_put_int(json, "api_allowed", state->api_allowed);
		json_close(json, '}');
	} else {
		json_null(json);
	}
}

/* "OK", "FAIL no API user", "old", "--". */
static void ping_words(
	char *out, size_t size, int64_t checked, bool ok, const char *summary, bool stale)
{
	if (!checked)
		text_copy(out, size, "-- not checked");
	else if (stale)
		text_copy(out, size, "-- changed since");
	else if (ok)
		text_copy(out, size, "OK");
	else
		snprintf(out, size, "FAIL %s", summary);
}

/* ---- list ---- */

static const char *const titles[] = { "Name", "Type", "Agent", "Salesforce", "Checked", NULL };

static void list_row(struct grid *grid, const struct connection *connection,
	const struct connection_state *state)
{
	int64_t checked = state->agent_checked > state->salesforce_checked
				  ? state->agent_checked
				  : state->salesforce_checked;
	char words[300];
	char time[CLOCK_TEXT_MAX];

	grid_add(grid, connection->name);
	grid_add(grid, connection->draft ? "draft" : connection_type_name(connection->type));
	if (connection->agent.called_by_salesforce)
		ping_words(words, sizeof(words), state->agent_checked, state->agent_ok,
			state->agent_summary, is_stale(connection, state->agent_config, true));
	else
		text_copy(words, sizeof(words), "push only");
	grid_add(grid, words);
	ping_words(words, sizeof(words), state->salesforce_checked, state->salesforce_ok,
		state->salesforce_summary, is_stale(connection, state->salesforce_config, false));
	if (state->brake.brake != BRAKE_ACTIVE) /* what is stronger than any verdict */
		text_copy(words, sizeof(words), brake_name(state->brake.brake));
	grid_add(grid, words);
	grid_add(grid, checked ? clock_local_short(time, checked, clock_now()) : "");
}

/* One of the list, for people or for programs; a file that cannot be read is told, not passed over.
 */
static bool list_one(
	struct command_env *env, struct grid *grid, struct json *json, const char *name)
{
	struct connection connection;
	struct connection_state state = { 0 };
	struct err err = ERR_INIT;
	bool fine;

	connection_init(&connection);
	fine = settings_connection(env, &connection, name, &err) == 0;
	if (fine)
		settings_state(env, &state, name);
	if (env->json) {
		json_open(json, '{');
		if (fine) {
			files_json_connection(json, &connection);
			json_state(json, &connection, &state);
		} else {
			json_put_text(json, "name", name);
			json_put_text(json, "error", err.text);
		}
		json_close(json, '}');
	} else if (fine) {
		list_row(grid, &connection, &state);
	} else {
		fprintf(env->errout, "agentboard: %s\n", err.text);
	}
	connection_free_fields(&connection);
	return fine;
}

static int connection_list(struct command_env *env, const struct arguments *args)
{
	struct text_list names = { NULL, 0 };
	struct grid grid = { titles, { NULL, 0 }, false };
	struct buf text = BUF_INIT(64u << 20);
	struct json json = JSON_INIT(&text);
	struct err err = ERR_INIT;
	bool fine = true;

	(void)args;
	if (env->catalog.connections(env->catalog.self, &names, &err) < 0)
		return command_fail(env, &err);
	json_open(&json, '{');
	json_key(&json, "connections");
	json_open(&json, '[');
	for (size_t i = 0; i < names.count; i++)
		fine = list_one(env, &grid, &json, names.items[i]) && fine;
	json_close(&json, ']');
	json_close(&json, '}');
	if (env->json)
		command_print_json(env, &text);
	else if (names.count == 0)
		fputs("no connection yet: `agentboard connection add NAME ...`, or the board's "
		      "wizard\n",
			env->out);
	else
		grid_print(env->out, &grid);
	buf_free(&text);
	text_list_free(&names);
	return fine ? 0 : err_exit_code(ERR_CONFIG);
}

/* ---- show ---- */

#define KEY_WIDTH 30

struct showing {
	FILE *to;
	bool files; /* an Agent File connection */
};

static void show_line(void *ctx, const char *key, const char *value)
{
	/* Their defaults would only puzzle whoever reads of a database. */
	static const char *const of_files[] = { "source.pattern", "source.format",
		"source.delimiter", "source.encoding", "source.after" };
	const struct showing *showing = ctx;

	for (size_t i = 0; !showing->files && i < ARRAY_SIZE(of_files); i++) {
		if (strcmp(key, of_files[i]) == 0)
			return;
	}
	if (*value)
		grid_pair(showing->to, KEY_WIDTH, key, value);
}

static void show_ping(struct command_env *env, const char *name, int64_t checked, const char *words)
{
	char line[400];
	char time[CLOCK_TEXT_MAX];

	snprintf(line, sizeof(line), "%s%s%s", words, checked ? ", " : "",
		checked ? clock_local_full(time, checked) : "");
	grid_pair(env->out, KEY_WIDTH, name, line);
}

static void show_state(struct command_env *env, const struct connection *connection,
	const struct connection_state *state)
{
	char words[300];

	ping_words(words, sizeof(words), state->agent_checked, state->agent_ok,
		state->agent_summary, is_stale(connection, state->agent_config, true));
	show_ping(env, "Ping Agent Connection", state->agent_checked, words);
	ping_words(words, sizeof(words), state->salesforce_checked, state->salesforce_ok,
		state->salesforce_summary, is_stale(connection, state->salesforce_config, false));
	show_ping(env, "Ping Salesforce Connection", state->salesforce_checked, words);
	if (state->org_id[0]) {
		snprintf(words, sizeof(words), "%s %s (%s)", state->org_id, state->org_name,
			state->sandbox ? "sandbox" : "production");
		grid_pair(env->out, KEY_WIDTH, "org", words);
	}
}

static int connection_show(struct command_env *env, const struct arguments *args)
{
	struct connection connection;
	struct connection_state state = { 0 };
	struct buf text = BUF_INIT(8u << 20);
	struct json json = JSON_INIT(&text);
	struct err err = ERR_INIT;
	int code = 0;

	connection_init(&connection);
	if (settings_connection(env, &connection, args->words.items[0], &err) < 0) {
		code = command_fail(env, &err);
		goto cleanup;
	}
	settings_state(env, &state, connection.name);
	if (env->json) {
		json_open(&json, '{');
		json_key(&json, "connection");
		json_open(&json, '{');
		files_json_connection(&json, &connection);
		json_state(&json, &connection, &state);
		json_close(&json, '}');
		json_close(&json, '}');
		command_print_json(env, &text);
	} else {
		struct showing showing = { env->out, connection.type == CONNECTION_AGENT_FILE };

		files_show_connection(&connection, show_line, &showing);
		show_state(env, &connection, &state);
	}
cleanup:
	buf_free(&text);
	connection_free_fields(&connection);
	return code;
}

/* ---- remove ---- */

static int connection_remove(struct command_env *env, const struct arguments *args)
{
	const char *name = args->words.items[0];
	struct err err = ERR_INIT;

	if (env->catalog.remove_connection(env->catalog.self, name, &err) < 0)
		return command_fail(env, &err);
	return settings_done(env, "connection", name, "removed");
}

/* ---- the table ---- */

static const struct option_spec add_options[] = {
	{ "--set", OPTION_MANY, "KEY=VALUE", "a setting by its path in the file" },
	{ "--secret", OPTION_MANY, "KEY=SOURCE", "env:VAR, file:PATH, credential:NAME, - (typed)" },
	{ "--replace", OPTION_FLAG, NULL, "change the one that exists; the rest of it stays" },
	{ NULL, OPTION_FLAG, NULL, NULL },
};

static const struct option_spec import_options[] = {
	{ "--trust", OPTION_FLAG, NULL, "keep the drivers and secrets that the file names" },
	{ "--replace", OPTION_FLAG, NULL, "take the place of the one that exists" },
	{ NULL, OPTION_FLAG, NULL, NULL },
};

const struct command connection_commands[] = {
	{ "connection list", "", "All connections, and what their pings said last", NULL, 0, 0,
		connection_list, false },
	{ "connection show", "N", "One connection with all settings but secrets", NULL, 1, 1,
		connection_show, false },
	{ "connection add", "N [--set KEY=VALUE]... [--secret KEY=SOURCE]...",
		"A new connection; checked before it is saved", add_options, 1, 1,
		command_connection_add, true },
	{ "connection remove", "N", "Remove a connection that no interface uses", NULL, 1, 1,
		connection_remove, true },
	{ "connection source", "N [TABLE]",
		"What there is at its source: tables, the columns of one, or files", NULL, 1, 2,
		command_connection_source, false },
	{ "connection export", "N", "Print its file without sealed secrets", NULL, 1, 1,
		command_connection_export, false },
	{ "connection import", "F [--trust] [--replace]",
		"Add an exported file, with whatever could harm taken out", import_options, 1, 1,
		command_connection_import, true },
	{ "connection checklist", "N [--tick ITEM]... [--untick ITEM]...",
		"The set-up of Salesforce, step by step: proven or refuted by pings, or ticked",
		connection_checklist_options, 1, 1, command_connection_checklist, false },
	{ "connection hold", "N [--reason TEXT]",
		"Keep its runs from sending, until it is released", connection_hold_options, 1, 1,
		command_connection_hold, true },
	{ "connection release", "N", "Let its runs send again", NULL, 1, 1,
		command_connection_release, true },
	{ "connection accept-host", "N [FINGERPRINT]",
		"Trust the key of its SFTP server, when it has this fingerprint", NULL, 1, 2,
		command_connection_accept_host, true },
	{ "connection accept-org", "N", "Ask the org who it is, and accept it as this connection's",
		NULL, 1, 1, command_connection_accept_org, true },
	{ NULL, NULL, NULL, NULL, 0, 0, NULL, false },
};
