/*
 * interface_check.c — what would make an interface fail, found before a row is sent: by itself,
 * with its connection, and where the org can be reached, with the object and fields as the API user
 * sees them.
 */

#include "base/base.h"
#include "tui/command/settings.h"

#include "ping/ping.h"
#include "process/process.h"
#include "source/reader.h"
#include "store/view.h"
#include "store/watermark.h"
#include "tui/command/grid.h"

struct finding {
	struct text_list keys, texts; /* side by side */
};

struct checking {
	struct command_env *env;
	struct interface interface;
	struct connection connection;
	struct finding problems, warnings;
	bool asked; /* the org answered */
};

static void find(struct finding *finding, const char *key, const char *text)
{
	/* Both or none, so that they stay side by side. */
	if (text_list_add(&finding->keys, key) && !text_list_add(&finding->texts, text))
		free(finding->keys.items[--finding->keys.count]);
}

static void of_model(void *ctx, const struct err *err)
{
	struct checking *checking = ctx;

	find(&checking->problems, err->code, err->text);
}

/* ---- warnings: it will run, but perhaps not as meant ---- */

/* A statement that names one column alone marks whatever the row has become meanwhile. */
static bool has_guard(const char *sql)
{
	struct text_list columns = { NULL, 0 };
	bool many = process_write_back_columns(&columns, sql) < 0 || columns.count > 1;

	text_list_free(&columns);
	return many;
}

/* The first reading's query, or that of the next one, from where the last one came to. */
static void choose_query(
	struct reader_spec *spec, struct watermark *known, const struct checking *checking)
{
	const struct interface *i = &checking->interface;
	struct view *view = NULL;

	spec->query = i->query;
	if (text_empty(i->watermark_column))
		return;
	if (!text_empty(i->initial_query)) {
		spec->query = i->initial_query;
	} else if (view_open(&view, checking->env->home->data, NULL) == 0 &&
		   view_watermark(known, view, i->name, NULL) == 0) {
		spec->mark = known->value;
		spec->mark_type = (enum column_type)known->type;
	}
	view_close(view);
}

/* Asks the source for its columns alone, to hold against them what names columns. */
static void check_columns(struct checking *checking)
{
	const struct interface *i = &checking->interface;
	struct reader_spec spec = { .limit_rows = 1, .timeout_s = 30 };
	struct watermark known = { 0 };
	const struct column *columns;
	struct reader *reader = NULL;
	struct err err = ERR_INIT;
	char *odbc = NULL;
	char text[700];
	int count;
	int rc;

	if ((text_empty(i->after_success) && text_empty(i->after_failure) &&
		    text_empty(i->watermark_column) && text_empty(i->page_by)) ||
		text_empty(i->query) || checking->connection.type != CONNECTION_AGENT_DATABASE)
		return;
	choose_query(&spec, &known, checking);
	rc = process_odbc_string(&odbc, &checking->connection, checking->env->keyring, &err);
	spec.odbc = odbc;
	if (!rc)
		rc = reader_start(&reader, &spec, &err);
	if (!rc)
		rc = reader_columns(&columns, &count, reader, &err);
	if (rc) {
		snprintf(text, sizeof(text),
			"the source was not reached (%s): the places of after_success and "
			"after_failure, watermark and page_by were not checked",
			err.text);
		find(&checking->warnings, "source", text);
	} else {
		if (process_check_write_back(i, columns, count, &err))
			of_model(checking, &err);
		if (process_check_reading(i, columns, count, &err))
			of_model(checking, &err);
	}
	reader_free(reader);
	secret_wipe(odbc);
}

static void look_for_warnings(struct checking *checking)
{
	const struct interface *i = &checking->interface;

	if (!text_empty(i->after_success) && !has_guard(i->after_success))
		find(&checking->warnings, "after_success",
			"after_success: has no guard: a row that was changed since it was read "
			"would be "
			"marked as sent; add one like AND changed_at = :changed_at");
	if (i->operation == OPERATION_INSERT && i->row_key.count == 0 &&
		!mapping_column_of(&i->mapping, i->external_id))
		find(&checking->warnings, "row_key",
			"row_key: not set: a row that is read again is inserted again; it runs by "
			"hand "
			"only");
	if (i->unique_key_assumed)
		find(&checking->warnings, "unique_key",
			"unique_key: \"assumed\": one packet at a time, and a lost answer becomes "
			"Unknown");
	if (!i->deployed)
		find(&checking->warnings, "status", "status: Undeployed: it does not run");
	if (checking->connection.draft)
		find(&checking->warnings, "connection",
			"connection: it is a draft: no schedule uses it");
}

/* ---- the org ---- */

/* A catalog in which this interface is the only one: the ping then asks about its object alone. */
static int only_interface(void *self, struct text_list *names, struct err *err)
{
	struct checking *checking = self;

	return text_list_add(names, checking->interface.name) ? 0 : err_nomem(err);
}

static int copy_interface(void *self, struct interface *out, const char *name, struct err *err)
{
	struct checking *checking = self;

	(void)name;
	return interface_copy(out, &checking->interface, err);
}

static int only_connection(void *self, struct text_list *names, struct err *err)
{
	struct checking *checking = self;

	return text_list_add(names, checking->connection.name) ? 0 : err_nomem(err);
}

static int copy_connection(void *self, struct connection *out, const char *name, struct err *err)
{
	struct checking *checking = self;

	(void)name;
	return connection_copy(out, &checking->connection, err);
}

static void ask_org(struct checking *checking)
{
	struct catalog alone = { .self = checking,
		.connections = only_connection,
		.interfaces = only_interface,
		.connection = copy_connection,
		.interface = copy_interface,
		.keyring = checking->env->keyring };
	struct ping_result *result = calloc(1, sizeof(*result));
	struct connection_state state = { 0 };
	char text[1024];

	if (!result)
		return;
	settings_state(checking->env, &state, checking->connection.name);
	ping_salesforce(result, &checking->connection, &alone, checking->env->keyring, state.org_id,
		command_interrupt(), NULL, NULL);
	checking->asked = result->kind != ERR_NET;
	for (int i = 0; i < result->count; i++) {
		const struct ping_step *step = &result->steps[i];

		if (step->verdict != VERDICT_FAIL && step->verdict != VERDICT_WARN)
			continue;
		snprintf(text, sizeof(text), "%s: %s%s%s", step->name, step->detail,
			step->remedy[0] ? "; " : "", step->remedy);
		if (step->verdict == VERDICT_FAIL && checking->asked)
			find(&checking->problems, "salesforce", text);
		else
			find(&checking->warnings, "salesforce", text);
	}
	if (!checking->asked)
		find(&checking->warnings, "salesforce",
			"the org was not reached: object and fields were not checked");
	free(result);
}

/* ---- the command ---- */

static void look_for_problems(struct checking *checking, bool offline)
{
	struct command_env *env = checking->env;
	struct err err = ERR_INIT;
	char text[600];

	interface_check_all(&checking->interface, of_model, checking);
	if (text_empty(checking->interface.connection))
		return;
	if (settings_connection(env, &checking->connection, checking->interface.connection, &err) <
		0) {
		snprintf(text, sizeof(text), "connection: %s", err.text);
		find(&checking->problems, "connection", text);
		return;
	}
	if (interface_check_source(&checking->interface, &checking->connection, &err) < 0)
		of_model(checking, &err);
	if (connection_check(&checking->connection, &err) < 0) {
		snprintf(text, sizeof(text), "connection %s: %s", checking->connection.name,
			err.text);
		find(&checking->problems, "connection", text);
	} else if (!offline) {
		check_columns(checking);
		ask_org(checking);
	}
}

static void json_finding(struct json *json, const char *key, const struct finding *finding)
{
	json_key(json, key);
	json_open(json, '[');
	for (size_t i = 0; i < finding->texts.count; i++) {
		json_open(json, '{');
		json_put_text(json, "key", finding->keys.items[i]);
		json_put_text(json, "text", finding->texts.items[i]);
		json_close(json, '}');
	}
	json_close(json, ']');
}

static void print_finding(FILE *to, const char *word, const struct finding *finding)
{
	for (size_t i = 0; i < finding->texts.count; i++)
		grid_pair(to, 9, word, finding->texts.items[i]);
}

static void print_checking(const struct checking *checking)
{
	struct command_env *env = checking->env;
	struct buf text = BUF_INIT(8u << 20);
	struct json json = JSON_INIT(&text);
	bool ok = checking->problems.texts.count == 0;

	if (!env->json) {
		print_finding(env->out, "FAIL", &checking->problems);
		print_finding(env->out, "WARN", &checking->warnings);
		if (ok)
			fprintf(env->out, "interface %s is right%s\n", checking->interface.name,
				checking->asked ? "" : ", as far as can be told without the org");
		return;
	}
	json_open(&json, '{');
	json_put_bool(&json, "ok", ok);
	json_put_text(&json, "interface", checking->interface.name);
	json_put_bool(&json, "org_asked", checking->asked);
	json_finding(&json, "problems", &checking->problems);
	json_finding(&json, "warnings", &checking->warnings);
	json_close(&json, '}');
	command_print_json(env, &text);
	buf_free(&text);
}

int command_interface_check(struct command_env *env, const struct arguments *args)
{
	struct checking checking = { .env = env };
	struct err err = ERR_INIT;
	int code = 0;
	int rc = command_unseal_if_any(env, &err);

	interface_init(&checking.interface);
	connection_init(&checking.connection);
	if (rc == 0)
		rc = settings_interface(env, &checking.interface, args->words.items[0], &err);
	if (rc < 0) {
		code = command_fail(env, &err);
	} else {
		look_for_problems(&checking, argument_flag(args, "--offline"));
		look_for_warnings(&checking);
		print_checking(&checking);
		if (checking.problems.texts.count)
			code = err_exit_code(ERR_CONFIG);
	}
	text_list_free(&checking.problems.keys);
	text_list_free(&checking.problems.texts);
	text_list_free(&checking.warnings.keys);
	text_list_free(&checking.warnings.texts);
	interface_free_fields(&checking.interface);
	connection_free_fields(&checking.connection);
	return code;
}
