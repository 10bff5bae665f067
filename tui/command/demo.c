/*
 * demo.c — the whole thing in a minute, without an org: a practice org and an agent in this
 * process, a sample database, a folder of files, a connection to each, two interfaces; then the
 * board, or, without a terminal, the same steps with their result printed and checked figure by
 * figure.
 */

#include "base/base.h"
#include "tui/command/demo.h"
#include "base/file.h"
#include "config/files.h"
#include "tui/command/demo_data.h"
#include "tui/command/ping.h"

#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

/* ---- the home ---- */

/* Everything after this lives in `dir`: another home, another catalog, its own key. */
static int move_into(struct command_env *env, const char *dir, struct err *err)
{
	struct home *home = NULL;
	struct catalog catalog;
	int rc = home_find(&home, dir, err);

	if (rc == 0)
		rc = home_make(home, err);
	if (rc == 0)
		rc = files_catalog(&catalog, home, NULL, err);
	if (rc < 0) {
		home_free(home);
		return rc;
	}
	files_catalog_free(&env->catalog);
	keyring_free(env->keyring);
	home_free(env->home);
	env->home = home;
	env->catalog = catalog;
	env->keyring = NULL;
	return command_unseal(env, true, err);
}

static int choose_home(struct demo *demo, struct err *err)
{
	const char *tmp = getenv("TMPDIR");
	char path[4096];

	if (demo->env->home->argument) {
		text_copy(path, sizeof(path), demo->env->home->argument);
		if (file_exists(demo->env->home->connections))
			return err_set(err, ERR_EXISTS,
				"%s is a home already: the demo wants a fresh folder", path);
	} else {
		snprintf(path, sizeof(path), "%s/agentboard-demo-XXXXXX",
			tmp && *tmp ? tmp : "/tmp");
		if (!mkdtemp(path))
			return err_set_errno(err, ERR_STORE, errno, "could not make %s", path);
		demo->temporary = strdup(path);
		if (!demo->temporary)
			return err_nomem(err);
	}
	snprintf(demo->database, sizeof(demo->database), "%s/erp.db", path);
	return move_into(demo->env, path, err);
}

/* ---- what is in it ---- */

static int seal(struct secret *out, const struct demo *demo, const char *plain, struct err *err)
{
	secret_free(out);
	return secret_seal(out, demo->env->keyring, plain, err);
}

/* Where rows come from: the database, or files of the folder. */
static bool set_source(struct connection *connection, const struct demo *demo, bool files)
{
	char odbc[4200], archive[4200];

	if (files) {
		connection->type = CONNECTION_AGENT_FILE;
		snprintf(archive, sizeof(archive), "%s/done", demo->folder);
		return text_set(&connection->source.folder, demo->folder) &&
		       text_set(&connection->source.pattern, "*.csv") &&
		       text_set(&connection->source.after, "archive") &&
		       text_set(&connection->source.archive, archive);
	}
	snprintf(odbc, sizeof(odbc), "Driver=SQLite3;Database=%s", demo->database);
	return text_set(&connection->source.odbc, odbc);
}

static int save_connection(struct demo *demo, bool files, struct err *err)
{
	const struct catalog *catalog = &demo->env->catalog;
	struct connection connection;
	int rc;

	connection_init(&connection);
	if (!text_set(&connection.name, files ? DEMO_FILES : DEMO_CONNECTION) ||
		!text_set(&connection.description, files ? "practice org and customers as files"
							 : "practice org and sample database") ||
		!text_set(&connection.agent.host, "http://127.0.0.1") ||
		!text_set(&connection.agent.username, AGENT_DEFAULT_USERNAME) ||
		!text_set(&connection.salesforce.domain, practice_url(demo->practice)) ||
		!text_set(&connection.salesforce.consumer_key, PRACTICE_CONSUMER_KEY) ||
		!set_source(&connection, demo, files)) {
		rc = err_nomem(err);
		goto cleanup;
	}
	connection.agent.port = agent_port(demo->agent);
	rc = seal(&connection.agent.password, demo, AGENT_DEFAULT_PASSWORD, err);
	if (rc == 0)
		rc = seal(&connection.salesforce.consumer_secret, demo, PRACTICE_CONSUMER_SECRET,
			err);
	if (rc == 0)
		rc = catalog->save_connection(catalog->self, &connection, err);
cleanup:
	connection_free_fields(&connection);
	return rc;
}

struct sample_field {
	const char *field;
	enum mapping_kind kind;
	const char *text;
};

struct sample_interface {
	const char *name, *description, *object, *external_id;
	const char *query; /* NULL: from files */
	int sequence;
	const struct sample_field *fields; /* ends with field == NULL */
};

static const struct sample_field account_fields[] = {
	{ "Ext_Id__c", MAPPING_COLUMN, "cust_no" },
	{ "Name", MAPPING_COLUMN, "name" },
	{ "BillingStreet", MAPPING_COLUMN, "street" },
	{ "BillingPostalCode", MAPPING_COLUMN, "zip" },
	{ "BillingCity", MAPPING_COLUMN, "city" },
	{ "BillingCountry", MAPPING_COLUMN, "country" },
	{ "Email__c", MAPPING_COLUMN, "email" },
	{ "Status__c", MAPPING_COLUMN, "state" },
	{ "Industry", MAPPING_COLUMN, "industry" },
	{ "Credit_Limit__c", MAPPING_COLUMN, "credit_limit" },
	{ "Customer_Since__c", MAPPING_COLUMN, "since" },
	{ NULL, MAPPING_COLUMN, NULL },
};

static const struct sample_field line_fields[] = {
	{ "Order_No__c", MAPPING_COLUMN, "order_no" },
	{ "Name", MAPPING_COLUMN, "product" },
	{ "Account__r.Ext_Id__c", MAPPING_COLUMN, "cust_no" },
	{ "Quantity__c", MAPPING_COLUMN, "quantity" },
	{ "Price__c", MAPPING_COLUMN, "price" },
	{ "Shipped__c", MAPPING_COLUMN, "shipped" },
	{ "Status__c", MAPPING_COLUMN, "status" },
	{ "Ship_Date__c", MAPPING_COLUMN, "ship_date" },
	{ "Source__c", MAPPING_VALUE, "ERP" },
	{ NULL, MAPPING_COLUMN, NULL },
};

static const struct sample_interface sample_interfaces[] = {
	{ "accounts", "customers, delivered as a CSV file, become accounts", "Account", "Ext_Id__c",
		NULL, 10, account_fields },
	{ "order-lines", "order lines, each under its customer's account", "Order_Line__c",
		"Order_No__c",
		"SELECT order_no, cust_no, product, quantity, price, shipped, status, ship_date\n"
		"  FROM order_line\n"
		" ORDER BY order_no",
		20, line_fields },
};

static int save_interface(struct demo *demo, const struct sample_interface *sample, struct err *err)
{
	const struct catalog *catalog = &demo->env->catalog;
	struct interface interface;
	int rc = 0;

	interface_init(&interface);
	if (!text_set(&interface.name, sample->name) ||
		!text_set(&interface.description, sample->description) ||
		!text_set(&interface.connection, sample->query ? DEMO_CONNECTION : DEMO_FILES) ||
		!text_set(&interface.integration, "ERP") ||
		!text_set(&interface.object, sample->object) ||
		!text_set(&interface.external_id, sample->external_id) ||
		!text_set(&interface.query, sample->query))
		rc = err_nomem(err);
	interface.sequence = sample->sequence;
	interface.deployed = true;
	interface.operation = OPERATION_UPSERT;
	for (const struct sample_field *f = sample->fields; rc == 0 && f->field; f++)
		rc = mapping_add(&interface.mapping, f->field, f->kind, f->text, NULL_KEEP, err);
	if (rc == 0)
		rc = catalog->save_interface(catalog->self, &interface, err);
	interface_free_fields(&interface);
	return rc;
}

/* ---- who lives in it ---- */

static int start_agent(struct demo *demo, struct err *err)
{
	const struct home *home = demo->env->home;
	struct agent_settings settings;
	struct agent_options options = { .home_config = home->config,
		.home_data = home->data,
		.catalog = &demo->env->catalog,
		.settings = &settings,
		.socket_path = home->socket,
		.listen = true };
	int rc;

	agent_settings_init(&settings);
	settings.port = 0;
	rc = agent_new(&demo->agent, &options, err);
	agent_settings_free_fields(&settings);
	return rc;
}

/* The folder's whole path, which a connection wants; it lies beside the database. */
static int make_folder(struct demo *demo, struct err *err)
{
	char folder[4200];
	char *whole;
	int rc;

	snprintf(folder, sizeof(folder), "%.*s/in",
		(int)(strrchr(demo->database, '/') - demo->database), demo->database);
	rc = file_mkdirs(folder, 0750, err);
	if (rc < 0)
		return rc;
	whole = realpath(folder, NULL);
	if (!whole)
		return err_set_errno(err, ERR_STORE, errno, "%s", folder);
	text_copy(demo->folder, sizeof(demo->folder), whole);
	free(whole);
	return 0;
}

static int set_up(struct demo *demo, struct err *err)
{
	struct practice_options options = { .port = 0, .seed = 1 };
	int rc = choose_home(demo, err);

	if (rc == 0)
		rc = demo_data_make(demo->database, err);
	if (rc == 0)
		rc = make_folder(demo, err);
	if (rc == 0)
		rc = demo_data_deliver(demo->database, demo->folder, err);
	if (rc == 0)
		rc = practice_start(&demo->practice, &options, err);
	if (rc == 0)
		rc = start_agent(demo, err);
	if (rc == 0)
		rc = save_connection(demo, false, err);
	if (rc == 0)
		rc = save_connection(demo, true, err);
	for (size_t i = 0; rc == 0 && i < ARRAY_SIZE(sample_interfaces); i++)
		rc = save_interface(demo, &sample_interfaces[i], err);
	return rc;
}

static void tear_down(struct demo *demo)
{
	agent_free(demo->agent);
	practice_stop(demo->practice);
	if (demo->temporary)
		nftw(demo->temporary, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(demo->temporary);
}

/* ---- the command ---- */

static int show_board(struct demo *demo)
{
	struct command_env *env = demo->env;

	fprintf(env->out, "Opening the board on %s ...\n", env->home->config);
	fflush(env->out);
	command_interrupt_reset();
	return env->open_board(env);
}

static int demo_command(struct command_env *env, const struct arguments *args)
{
	struct demo demo = { .env = env };
	bool headless = argument_flag(args, "--headless") || env->json || !env->open_board ||
			!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO);
	struct err err = ERR_INIT;
	int code;

	demo.to = env->json ? NULL : env->out;
	if (set_up(&demo, &err) < 0) {
		code = command_fail(env, &err);
	} else {
		code = demo_walk_through(&demo, headless);
		if (!headless && code == 0)
			code = show_board(&demo);
	}
	tear_down(&demo);
	return code;
}

static const struct option_spec demo_options[] = {
	{ "--headless", OPTION_FLAG, NULL,
		"no board: print and check the result (so too without a terminal)" },
	{ NULL, OPTION_FLAG, NULL, NULL },
};

const struct command demo_commands[] = {
	{ "demo", "[--home DIR] [--headless]",
		"See it work: a practice org, a sample database, both pings, Manual Process, the "
		"board",
		demo_options, 0, 0, demo_command, true },
	{ NULL, NULL, NULL, NULL, 0, 0, NULL, false },
};
