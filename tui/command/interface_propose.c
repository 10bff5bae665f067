/* interface_propose.c — a first mapping by name, as options to paste or as a new interface. */

#include "base/base.h"
#include "tui/command/settings.h"

#include "process/propose.h"
#include "tui/command/grid.h"

const struct option_spec interface_propose_options[] = {
	{ "--object", OPTION_TEXT, "O", "API name of the Salesforce object" },
	{ "--table", OPTION_TEXT, "T", "read this table of the database" },
	{ "--query", OPTION_TEXT, "SQL", "read what this statement gives" },
	{ "--save", OPTION_TEXT, "NAME", "add it as an interface, Undeployed" },
	{ NULL, OPTION_FLAG, NULL, NULL },
};

/* One word of a shell's command line. */
static void print_word(FILE *to, const char *option, const char *key, const char *value)
{
	fprintf(to, " \\\n  %s '%s=", option, key);
	for (; *value; value++) {
		if (*value == '\'')
			fputs("'\\''", to);
		else
			fputc(*value, to);
	}
	fputc('\'', to);
}

static void print_list(FILE *to, const char *word, const struct text_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		grid_pair(to, 9, word, list->items[i]);
}

static void print_text(struct command_env *env, const struct interface *interface,
	const struct proposal *proposal, const char *saved)
{
	if (saved) {
		fprintf(env->out, "interface %s saved, Undeployed: %zu fields mapped\n", saved,
			interface->mapping.count);
	} else {
		fputs("agentboard interface add NAME", env->out);
		print_word(env->out, "--set", "connection", interface->connection);
		print_word(env->out, "--set", "object", interface->object);
		print_word(env->out, "--set", "operation", operation_name(interface->operation));
		if (interface->external_id)
			print_word(env->out, "--set", "external_id", interface->external_id);
		if (interface->query)
			print_word(env->out, "--set", "query", interface->query);
		for (size_t i = 0; i < interface->mapping.count; i++)
			print_word(env->out, "--map", interface->mapping.entries[i].field,
				interface->mapping.entries[i].text);
		fputs("\n\n", env->out);
	}
	print_list(env->out, "NOTE", &proposal->notes);
	print_list(env->out, "REQUIRED", &proposal->required_left);
	print_list(env->out, "LEFT", &proposal->columns_left);
}

static void json_list(struct json *json, const char *key, const struct text_list *list)
{
	json_key(json, key);
	json_open(json, '[');
	for (size_t i = 0; i < list->count; i++)
		json_text(json, list->items[i]);
	json_close(json, ']');
}

static void print_json(struct command_env *env, const struct interface *interface,
	const struct proposal *proposal, const char *saved)
{
	struct buf text = BUF_INIT(8u << 20);
	struct json json = JSON_INIT(&text);

	json_open(&json, '{');
	json_put_bool(&json, "ok", true);
	json_put_text(&json, "interface", saved);
	json_put_text(&json, "connection", interface->connection);
	json_put_text(&json, "object", interface->object);
	json_put_text(&json, "operation", operation_name(interface->operation));
	json_put_text(&json, "external_id", interface->external_id);
	json_put_text(&json, "query", interface->query);
	json_key(&json, "mapping");
	json_open(&json, '[');
	for (size_t i = 0; i < interface->mapping.count; i++) {
		json_open(&json, '{');
		json_put_text(&json, "field", interface->mapping.entries[i].field);
		json_put_text(&json, "column", interface->mapping.entries[i].text);
		json_close(&json, '}');
	}
	json_close(&json, ']');
	json_list(&json, "notes", &proposal->notes);
	json_list(&json, "required_left", &proposal->required_left);
	json_list(&json, "columns_left", &proposal->columns_left);
	json_close(&json, '}');
	command_print_json(env, &text);
	buf_free(&text);
}

/* What is asked for, as an interface without a mapping. */
static int ask(struct interface *interface, const struct connection *connection,
	const struct arguments *args, struct err *err)
{
	const char *object = argument_text(args, "--object");
	const char *table = argument_text(args, "--table");
	const char *query = argument_text(args, "--query");
	const char *save = argument_text(args, "--save");
	bool database = connection->type == CONNECTION_AGENT_DATABASE;
	struct buf sql = BUF_INIT(4096);
	int rc = 0;

	if (text_empty(object))
		return err_set(err, ERR_USAGE, "say which object: --object Account");
	if (database && text_empty(table) == text_empty(query))
		return err_set(err, ERR_USAGE,
			"say what to read, by --table NAME or by --query 'SELECT ...'");
	if (!database && (table || query))
		return err_set(err, ERR_USAGE,
			"%s reads files: it takes neither --table nor "
			"--query",
			connection->name);
	if (!text_empty(table)) {
		propose_table_query(&sql, table);
		rc = buf_check(&sql, "the table's name", err);
		query = buf_str(&sql);
	}
	if (rc == 0 && (!text_set(&interface->name, save ? save : "proposal") ||
			       !text_set(&interface->connection, connection->name) ||
			       !text_set(&interface->object, object) ||
			       !text_set(&interface->query, query)))
		rc = err_nomem(err);
	interface->deployed = false;
	buf_free(&sql);
	return rc;
}

static int save(struct command_env *env, const struct interface *interface,
	const struct connection *connection, struct err *err)
{
	struct interface before;
	struct err why = ERR_INIT;
	int rc;

	interface_init(&before);
	rc = settings_interface(env, &before, interface->name, &why);
	interface_free_fields(&before);
	if (rc != -ERR_NOT_FOUND)
		return err_set(err, ERR_EXISTS, "interface %s exists already: take another name",
			interface->name);
	rc = interface_check(interface, err);
	if (rc == 0)
		rc = interface_check_source(interface, connection, err);
	return rc ? rc : env->catalog.save_interface(env->catalog.self, interface, err);
}

int command_interface_propose(struct command_env *env, const struct arguments *args)
{
	const char *name = argument_text(args, "--save");
	struct interface interface;
	struct connection connection;
	struct proposal *proposal = NULL;
	struct process_env process = { .home_data = env->home->data,
		.reader_program = env->program };
	struct err err = ERR_INIT;
	int rc = command_unseal_if_any(env, &err);

	interface_init(&interface);
	connection_init(&connection);
	process.keyring = env->keyring;
	if (rc == 0)
		rc = settings_connection(env, &connection, args->words.items[0], &err);
	if (rc == 0)
		rc = ask(&interface, &connection, args, &err);
	if (rc == 0)
		rc = process_propose(
			&proposal, &process, &connection, &interface, command_interrupt(), &err);
	if (rc == 0)
		rc = proposal_apply(&interface, proposal, &err);
	if (rc == 0 && name)
		rc = save(env, &interface, &connection, &err);
	if (rc == 0 && env->json)
		print_json(env, &interface, proposal, name);
	else if (rc == 0)
		print_text(env, &interface, proposal, name);
	proposal_free(proposal);
	interface_free_fields(&interface);
	connection_free_fields(&connection);
	return rc < 0 ? command_fail(env, &err) : 0;
}
