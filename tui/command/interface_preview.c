/* interface_preview.c — some rows as they would be sent, with the verdict on each. */

#include "base/base.h"
#include "tui/command/settings.h"

#include "agent/agent.h"
#include "process/process.h"
#include "tui/command/grid.h"

#define PREVIEW_ROWS 10
#define PREVIEW_ROWS_MAX ERRAND_ROWS_MAX

static const char *cell(const struct preview *preview, int row, int column)
{
	return preview->cells[(size_t)row * (size_t)preview->column_count + (size_t)column];
}

static void json_row(struct json *json, const struct preview *preview, int row)
{
	const struct preview_row *mapped = &preview->rows[row];

	json_open(json, '{');
	json_put_text(json, "key", mapped->key);
	json_put_text(json, "problem", mapped->problem);
	json_put_text(json, "missing", mapped->missing);
	json_key(json, "record");
	if (mapped->record && *mapped->record)
		json_raw(json, mapped->record, strlen(mapped->record));
	else
		json_null(json);
	json_key(json, "source");
	json_open(json, '{');
	for (int i = 0; i < preview->column_count; i++)
		json_put_text(json, preview->columns[i].name, cell(preview, row, i));
	json_close(json, '}');
	json_close(json, '}');
}

static void print_json(struct command_env *env, const char *name, const struct preview *preview)
{
	struct buf text = BUF_INIT(256u << 20);
	struct json json = JSON_INIT(&text);

	json_open(&json, '{');
	json_put_text(&json, "interface", name);
	json_put_text(&json, "note", preview->note);
	json_key(&json, "columns");
	json_open(&json, '[');
	for (int i = 0; i < preview->column_count; i++) {
		json_open(&json, '{');
		json_put_text(&json, "name", preview->columns[i].name);
		json_put_text(&json, "type", column_type_name(preview->columns[i].type));
		json_close(&json, '}');
	}
	json_close(&json, ']');
	json_key(&json, "rows");
	json_open(&json, '[');
	for (int i = 0; i < preview->row_count; i++)
		json_row(&json, preview, i);
	json_close(&json, ']');
	json_close(&json, '}');
	command_print_json(env, &text);
	buf_free(&text);
}

static void print_rows(struct command_env *env, const struct preview *preview)
{
	char number[24];

	if (preview->note)
		grid_pair(env->out, 9, "WARN", preview->note);
	if (preview->row_count == 0)
		fputs("the source gave no row\n", env->out);
	for (int i = 0; i < preview->row_count; i++) {
		const struct preview_row *row = &preview->rows[i];

		snprintf(number, sizeof(number), "row %d", i + 1);
		grid_pair(env->out, 9, number, row->key && *row->key ? row->key : "(no key)");
		grid_pair(env->out, 9, "", row->record ? row->record : "");
		if (row->problem)
			grid_pair(env->out, 9, "  FAIL", row->problem);
		if (row->missing)
			fprintf(env->out, "  WARN     a new record would lack %s\n", row->missing);
	}
}

/* By the agent, for a user who may not open the home's secrets. -ERR_NET: none answers. */
static int ask_agent(
	struct preview **out, struct command_env *env, const char *name, int limit, struct err *err)
{
	char who[RUN_WHO_MAX];
	struct preview_request request = { .interface = name, .limit = limit, .who = who };

	agent_who(who, sizeof(who));
	return agent_client_preview(out, env->home->socket, &request, command_interrupt(), err);
}

static int load(struct command_env *env, struct interface *interface, struct connection *connection,
	const char *name, struct err *err)
{
	int rc = command_unseal_if_any(env, err);

	if (rc == 0)
		rc = settings_interface(env, interface, name, err);
	if (rc == 0)
		rc = interface_check(interface, err);
	if (rc == 0)
		rc = settings_connection(env, connection, interface->connection, err);
	if (rc == 0)
		rc = interface_check_source(interface, connection, err);
	return rc;
}

static int carry_out(
	struct preview **out, struct command_env *env, const char *name, int limit, struct err *err)
{
	struct process_env process = { .home_data = env->home->data,
		.reader_program = env->program };
	struct interface interface;
	struct connection connection;
	int rc;

	if (!env->keyring && keyring_is_closed(env->home->key)) {
		struct err why = ERR_INIT;

		rc = ask_agent(out, env, name, limit, &why);
		if (rc != -ERR_NET)
			return rc < 0 ? err_copy(err, &why) : 0;
	}
	interface_init(&interface);
	connection_init(&connection);
	rc = load(env, &interface, &connection, name, err);
	process.keyring = env->keyring;
	if (rc == 0)
		rc = process_preview(
			out, &process, &connection, &interface, limit, command_interrupt(), err);
	interface_free_fields(&interface);
	connection_free_fields(&connection);
	return rc;
}

int command_interface_preview(struct command_env *env, const struct arguments *args)
{
	int64_t limit = argument_number(args, "--limit", PREVIEW_ROWS);
	const char *name = args->words.items[0];
	struct preview *preview = NULL;
	struct err err = ERR_INIT;
	int code = 0;
	int rc;

	if (limit < 1 || limit > PREVIEW_ROWS_MAX)
		rc = err_set(&err, ERR_USAGE, "--limit takes 1 to %d rows", PREVIEW_ROWS_MAX);
	else
		rc = carry_out(&preview, env, name, (int)limit, &err);
	if (rc < 0)
		return command_fail(env, &err);
	if (env->json)
		print_json(env, name, preview);
	else
		print_rows(env, preview);
	for (int i = 0; i < preview->row_count; i++) {
		if (preview->rows[i].problem)
			code = 1; /* as if these rows had been sent and failed */
	}
	preview_free(preview);
	return code;
}
