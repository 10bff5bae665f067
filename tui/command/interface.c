/* interface.c — interfaces: listed, shown, added, removed; the table of their commands. */

#include "base/base.h"
#include "tui/command/settings.h"

#include "base/clock.h"
#include "config/files.h"
#include "process/formula.h"
#include "tui/command/grid.h"
#include "tui/command/schedule_report.h"

/* ---- list ---- */

static const char *const titles[] = { "Seq", "Name", "Connection", "Object", "Operation", "Status",
	"Schedule", "Next", NULL };

/* What the store knows of the schedules; nothing when it cannot be asked. */
struct known {
	struct schedule_state *states;
	int count;
};

static void put_schedule(
	struct json *json, const struct known *known, const struct interface *interface)
{
	const struct schedule_state *state = schedules_of(known->states, known->count, interface);

	json_key(json, "schedule_state");
	if (!state) {
		json_null(json);
		return;
	}
	json_open(json, '{');
	schedule_json(json, state, clock_now());
	json_close(json, '}');
}

static void list_row(
	struct grid *grid, const struct known *known, const struct interface *interface)
{
	const struct schedule_state *state = schedules_of(known->states, known->count, interface);
	char sequence[16];
	char next[CLOCK_TEXT_MAX] = "";

	snprintf(sequence, sizeof(sequence), "%3d", interface->sequence);
	grid_add(grid, sequence);
	grid_add(grid, interface->name);
	grid_add(grid, interface->connection);
	grid_add(grid, interface->object);
	grid_add(grid, operation_name(interface->operation));
	grid_add(grid, interface->deployed ? "Deployed" : "Undeployed");
	grid_add(grid, interface->schedule);
	if (state)
		schedule_word(next, sizeof(next), state, clock_now());
	grid_add(grid, next);
}

static bool list_one(struct command_env *env, struct grid *grid, struct json *json,
	const struct known *known, const char *name)
{
	struct interface interface;
	struct err err = ERR_INIT;
	bool fine;

	interface_init(&interface);
	fine = settings_interface(env, &interface, name, &err) == 0;
	if (env->json) {
		json_open(json, '{');
		if (fine) {
			files_json_interface(json, &interface);
			put_schedule(json, known, &interface);
		} else {
			json_put_text(json, "name", name);
			json_put_text(json, "error", err.text);
		}
		json_close(json, '}');
	} else if (fine) {
		list_row(grid, known, &interface);
	} else {
		fprintf(env->errout, "agentboard: %s\n", err.text);
	}
	interface_free_fields(&interface);
	return fine;
}

static int interface_list(struct command_env *env, const struct arguments *args)
{
	struct text_list names = { NULL, 0 };
	struct grid grid = { titles, { NULL, 0 }, false };
	struct buf text = BUF_INIT(64u << 20);
	struct json json = JSON_INIT(&text);
	struct known known = { NULL, 0 };
	struct err err = ERR_INIT;
	bool fine = true;

	(void)args;
	if (env->catalog.interfaces(env->catalog.self, &names, &err) < 0)
		return command_fail(env, &err);
	schedules_load(&known.states, &known.count, env->home->data, NULL);
	json_open(&json, '{');
	json_key(&json, "interfaces");
	json_open(&json, '[');
	for (size_t i = 0; i < names.count; i++)
		fine = list_one(env, &grid, &json, &known, names.items[i]) && fine;
	json_close(&json, ']');
	json_close(&json, '}');
	if (env->json)
		command_print_json(env, &text);
	else if (names.count == 0)
		fputs("no interface yet: `agentboard interface add NAME ...`\n", env->out);
	else
		grid_print(env->out, &grid);
	buf_free(&text);
	text_list_free(&names);
	free(known.states);
	return fine ? 0 : err_exit_code(ERR_CONFIG);
}

/* ---- show ---- */

#define KEY_WIDTH 20

static void show_line(void *ctx, const char *key, const char *value)
{
	if (*value)
		grid_pair(ctx, KEY_WIDTH, key, value);
}

static void show_schedule(
	struct command_env *env, const struct known *known, const struct interface *interface)
{
	const struct schedule_state *state = schedules_of(known->states, known->count, interface);
	char text[512];

	if (!state)
		return;
	schedule_word(text, sizeof(text), state, clock_now());
	grid_pair(env->out, KEY_WIDTH, "(next)", text);
	schedule_last(text, sizeof(text), state, clock_now());
	if (*text)
		grid_pair(env->out, KEY_WIDTH, "(last)", text);
	if (schedule_alarm(text, sizeof(text), state, clock_now()))
		grid_pair(env->out, KEY_WIDTH, "(ALARM)", text);
}

static int interface_show(struct command_env *env, const struct arguments *args)
{
	struct interface interface;
	struct buf text = BUF_INIT(8u << 20);
	struct json json = JSON_INIT(&text);
	struct known known = { NULL, 0 };
	struct err err = ERR_INIT;
	int code = 0;

	interface_init(&interface);
	schedules_load(&known.states, &known.count, env->home->data, NULL);
	if (settings_interface(env, &interface, args->words.items[0], &err) < 0) {
		code = command_fail(env, &err);
	} else if (env->json) {
		json_open(&json, '{');
		json_key(&json, "interface");
		json_open(&json, '{');
		files_json_interface(&json, &interface);
		put_schedule(&json, &known, &interface);
		json_close(&json, '}');
		json_close(&json, '}');
		command_print_json(env, &text);
	} else {
		files_show_interface(&interface, show_line, env->out);
		show_schedule(env, &known, &interface);
		interface_watermark_line(env, interface.name);
	}
	free(known.states);
	buf_free(&text);
	interface_free_fields(&interface);
	return code;
}

/* ---- add ---- */

static int set_value(void *model, const char *key, const char *value, struct err *err)
{
	return files_set_interface(model, key, value, err);
}

static int apply_options(struct interface *interface, const struct arguments *args, struct err *err)
{
	const char *text;
	int rc = settings_set_all(args, set_value, interface, err);

	for (int i = 0; rc == 0 && (text = argument_many(args, "--map", i)); i++)
		rc = files_map_interface(interface, text, err);
	return rc;
}

/* Right by itself, and right for its connection. */
static int check(struct command_env *env, const struct interface *interface, struct err *err)
{
	struct connection connection;
	int rc = interface_check(interface, err);

	if (rc < 0)
		return rc;
	connection_init(&connection);
	rc = settings_connection(env, &connection, interface->connection, err);
	if (rc == 0)
		rc = interface_check_source(interface, &connection, err);
	connection_free_fields(&connection);
	return rc;
}

/* `before` NULL = a new one. */
static int save(struct command_env *env, const struct interface *before,
	const struct arguments *args, struct err *err)
{
	struct interface after;
	int rc;

	interface_init(&after);
	if (before)
		rc = interface_copy(&after, before, err);
	else
		rc = text_set(&after.name, args->words.items[0]) ? 0 : err_nomem(err);
	if (rc == 0)
		rc = apply_options(&after, args, err);
	if (rc == 0)
		rc = check(env, &after, err);
	if (rc == 0 && before)
		rc = env->catalog.update_interface(env->catalog.self, before, &after, err);
	else if (rc == 0)
		rc = env->catalog.save_interface(env->catalog.self, &after, err);
	interface_free_fields(&after);
	return rc;
}

static int interface_add(struct command_env *env, const struct arguments *args)
{
	const char *name = args->words.items[0];
	struct interface before;
	struct err err = ERR_INIT;
	struct err why = ERR_INIT;
	int rc;

	interface_init(&before);
	rc = settings_interface(env, &before, name, &why);
	if (rc == -ERR_NOT_FOUND)
		rc = save(env, NULL, args, &err);
	else if (rc < 0)
		err_copy(&err, &why); /* a broken file is there, too: it is not written over */
	else if (!argument_flag(args, "--replace"))
		rc = err_set(&err, ERR_EXISTS,
			"interface %s exists already: change it with --replace, or take another "
			"name",
			name);
	else
		rc = save(env, &before, args, &err);
	interface_free_fields(&before);
	if (rc < 0)
		return command_fail(env, &err);
	return settings_done(env, "interface", name, "saved");
}

/* ---- remove ---- */

static int interface_remove(struct command_env *env, const struct arguments *args)
{
	const char *name = args->words.items[0];
	struct err err = ERR_INIT;

	if (env->catalog.remove_interface(env->catalog.self, name, &err) < 0)
		return command_fail(env, &err);
	return settings_done(env, "interface", name, "removed");
}

/* ---- formulas ---- */

static void print_formulas(FILE *out)
{
	const struct formula_doc *doc;
	const char *group = "";

	fputs("A formula is an SQL expression over the row's columns, as SQLite reckons:\n"
	      "  iif(country = 'DE', 'Germany', country)    round(price * 1.19, 2)\n"
	      "  + - * / %  ||  = <> < > <= >=  AND OR NOT  IS NULL  IN (...)  BETWEEN  LIKE\n"
	      "  CASE WHEN ... THEN ... ELSE ... END  CAST(x AS REAL)\n"
	      "Texts stand in '...', odd column names in \"...\". 7 / 2 is 3, 7 / 2.0 is 3.5.\n",
		out);
	for (size_t i = 0; (doc = formula_doc(i)); i++) {
		if (!text_equal(group, doc->group))
			fprintf(out, "\n%s\n", doc->group);
		group = doc->group;
		fprintf(out, "  %-38s %s\n", doc->usage, doc->what);
	}
}

static int interface_formulas(struct command_env *env, const struct arguments *args)
{
	struct buf text = BUF_INIT(1u << 20);
	struct json json = JSON_INIT(&text);
	const struct formula_doc *doc;

	(void)args;
	if (!env->json) {
		print_formulas(env->out);
		return 0;
	}
	json_open(&json, '{');
	json_key(&json, "functions");
	json_open(&json, '[');
	for (size_t i = 0; (doc = formula_doc(i)); i++) {
		json_open(&json, '{');
		json_put_text(&json, "name", doc->name);
		json_put_text(&json, "group", doc->group);
		json_put_text(&json, "usage", doc->usage);
		json_put_text(&json, "what", doc->what);
		json_close(&json, '}');
	}
	json_close(&json, ']');
	json_close(&json, '}');
	command_print_json(env, &text);
	buf_free(&text);
	return 0;
}

/* ---- the table ---- */

static const struct option_spec add_options[] = {
	{ "--set", OPTION_MANY, "KEY=VALUE", "a setting by its path in the file" },
	{ "--map", OPTION_MANY, "FIELD=SOURCE",
		"COLUMN, formula:EXPR or value:TEXT; empty: not mapped" },
	{ "--replace", OPTION_FLAG, NULL, "change the one that exists; the rest of it stays" },
	{ NULL, OPTION_FLAG, NULL, NULL },
};

static const struct option_spec check_options[] = {
	{ "--offline", OPTION_FLAG, NULL, "do not ask the org about object and fields" },
	{ NULL, OPTION_FLAG, NULL, NULL },
};

static const struct option_spec watermark_options[] = {
	{ "--set", OPTION_TEXT, "V", "the value that the next reading begins at" },
	{ "--clear", OPTION_FLAG, NULL, "forget it: the next reading is an initial one" },
	{ NULL, OPTION_FLAG, NULL, NULL },
};

static const struct option_spec preview_options[] = {
	{ "--limit", OPTION_NUMBER, "K", "rows to read (10)" },
	{ NULL, OPTION_FLAG, NULL, NULL },
};

const struct command interface_commands[] = {
	{ "interface list", "", "All interfaces in their sequence", NULL, 0, 0, interface_list,
		false },
	{ "interface show", "N", "One interface with all settings", NULL, 1, 1, interface_show,
		false },
	{ "interface add", "N [--set KEY=VALUE]... [--map FIELD=SOURCE]...",
		"A new interface; checked before it is saved", add_options, 1, 1, interface_add,
		true },
	{ "interface check", "N [--offline]",
		"Look for everything that would make it fail, without sending a row", check_options,
		1, 1, command_interface_check, false },
	{ "interface preview", "N [--limit K]", "Read and map some rows, without sending them",
		preview_options, 1, 1, command_interface_preview, false },
	{ "interface propose", "CONNECTION --object O [--table T | --query SQL] [--save NAME]",
		"Match columns to fields by name, as options for `interface add`",
		interface_propose_options, 1, 1, command_interface_propose, false },
	{ "interface formulas", "", "The functions that a mapping's formulas may use", NULL, 0, 0,
		interface_formulas, false },
	{ "interface watermark", "N [--set V | --clear]",
		"How far the source was read; set it, or forget it to read from the beginning",
		watermark_options, 1, 1, command_interface_watermark, false },
	{ "interface remove", "N", "Remove an interface; its runs and messages stay", NULL, 1, 1,
		interface_remove, true },
	{ NULL, NULL, NULL, NULL, 0, 0, NULL, false },
};
