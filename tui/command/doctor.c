/* doctor.c — looks at everything that has to be right for a run, from the clock to the org's
 * permissions, and says of each what to do. It changes nothing. */

#include "base/base.h"
#include "config/files.h"
#include "process/process.h"
#include "tui/command/doctor.h"

static const char *const verdict_words[] = {
	[VERDICT_OK] = "OK",
	[VERDICT_FAIL] = "FAIL",
	[VERDICT_WARN] = "WARN",
	[VERDICT_NOT_REACHED] = "..",
};

/* ---- findings ---- */

/* One line: word, name, detail, and what to do. */
static void print(FILE *to, const struct finding *finding)
{
	char name[160];

	snprintf(name, sizeof(name), "%s%s%s", finding->connection,
		finding->connection[0] ? ": " : "", finding->name);
	fprintf(to, "%-4s  %-26s  %s%s%s\n", verdict_words[finding->verdict], name, finding->detail,
		finding->action[0] ? " -> " : "", finding->action);
}

static void print_new(struct doctor *doctor)
{
	if (doctor->env->json)
		return;
	while (doctor->told < doctor->count)
		print(doctor->env->out, &doctor->findings[doctor->told++]);
	fflush(doctor->env->out);
}

static void one_line(char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			*text = ' ';
	}
}

void doctor_tell(struct doctor *doctor, enum verdict verdict, enum err_kind kind, const char *name,
	const char *action, const char *fmt, ...)
{
	struct finding *more =
		realloc(doctor->findings, (doctor->count + 1) * sizeof(*doctor->findings));
	struct finding *finding;
	va_list args;

	if (!more) {
		doctor->failed = true;
		return;
	}
	doctor->findings = more;
	finding = &more[doctor->count++];
	*finding = (struct finding){ .verdict = verdict, .kind = kind };
	if (doctor->connection)
		text_copy(
			finding->connection, sizeof(finding->connection), doctor->connection->name);
	text_copy(finding->name, sizeof(finding->name), name);
	text_copy(finding->action, sizeof(finding->action), action ? action : "");
	va_start(args, fmt);
	vsnprintf(finding->detail, sizeof(finding->detail), fmt, args);
	va_end(args);
	one_line(finding->detail);
	mask_string(finding->detail, sizeof(finding->detail), doctor->mask);
	mask_string(finding->action, sizeof(finding->action), doctor->mask);
	print_new(doctor);
}

/* ---- what is looked at ---- */

static void (*const home_checks[])(struct doctor *doctor) = {
	doctor_versions,
	doctor_clock,
	doctor_disk,
	doctor_modes,
	doctor_key,
	doctor_files,
	doctor_store,
	doctor_agent,
	doctor_odbc,
};

static void (*const connection_checks[])(struct doctor *doctor) = {
	doctor_source,
	doctor_proxy,
	doctor_org_clock,
	doctor_salesforce,
	doctor_runs,
};

/* ---- knowing the secrets, so that none is told ---- */

/* A password that stands in an ODBC string, where it should not, is one all the same. */
static void learn_odbc(struct doctor *doctor, const char *odbc)
{
	static const char *const keys[] = { "PWD", "Password" };
	char value[SECRET_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (process_odbc_attribute(value, sizeof(value), odbc, keys[i]) &&
			mask_learn(doctor->mask, value, NULL) < 0)
			doctor->failed = true;
	}
	explicit_bzero(value, sizeof(value));
}

static void learn_connection(struct doctor *doctor, const char *name)
{
	const struct catalog *catalog = &doctor->env->catalog;
	struct connection connection;
	const char *const *keys = files_secret_keys();

	connection_init(&connection);
	if (catalog->connection(catalog->self, &connection, name, NULL) == 0) {
		doctor->databases |= connection.type == CONNECTION_AGENT_DATABASE;
		learn_odbc(doctor, connection.source.odbc ? connection.source.odbc : "");
		for (; *keys; keys++) {
			const struct secret *secret = files_secret(&connection, *keys, NULL);
			char *plain = NULL;

			if (secret && secret->kind != SECRET_NONE &&
				secret_reveal(&plain, secret, doctor->env->keyring, NULL) == 0 &&
				mask_learn(doctor->mask, plain, NULL) < 0)
				doctor->failed = true;
			secret_wipe(plain);
		}
	}
	connection_free_fields(&connection);
}

static void look_at_interfaces(struct doctor *doctor)
{
	const struct catalog *catalog = &doctor->env->catalog;
	struct text_list names = { NULL, 0 };

	if (catalog->interfaces(catalog->self, &names, NULL) < 0)
		names.count = 0;
	for (size_t i = 0; i < names.count && !doctor->schedules; i++) {
		struct interface interface;

		interface_init(&interface);
		if (catalog->interface(catalog->self, &interface, names.items[i], NULL) == 0)
			doctor->schedules = interface.deployed && !text_empty(interface.schedule);
		interface_free_fields(&interface);
	}
	text_list_free(&names);
}

/* Before anything is told: what connections there are, and what their secrets are. Without a key
 * there is nothing to open, and doctor_key() will say so. */
static int prepare(struct doctor *doctor, const char *only, struct err *err)
{
	const struct catalog *catalog = &doctor->env->catalog;
	struct agent_settings settings;
	int rc;

	command_unseal_if_any(doctor->env, NULL);
	rc = mask_new(&doctor->mask, err);
	if (rc == 0)
		rc = catalog->connections(catalog->self, &doctor->names, err);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < doctor->names.count; i++)
		learn_connection(doctor, doctor->names.items[i]);
	look_at_interfaces(doctor);
	agent_settings_init(&settings);
	if (files_load_settings(&settings, doctor->env->home, NULL) == 0 &&
		mask_learn(doctor->mask, settings.password_hash, err) < 0)
		rc = -ERR_NOMEM;
	doctor->disk_floor = settings.disk_floor;
	agent_settings_free_fields(&settings);
	if (rc == 0 && only) {
		struct connection connection;

		connection_init(&connection);
		rc = catalog->connection(catalog->self, &connection, only, err);
		connection_free_fields(&connection);
		text_list_free(&doctor->names);
		if (rc == 0 && !text_list_add(&doctor->names, only))
			rc = err_nomem(err);
	}
	return rc;
}

/* ---- looking ---- */

static void look_at_connection(struct doctor *doctor, const char *name, bool asked_for)
{
	const struct catalog *catalog = &doctor->env->catalog;
	struct connection connection;

	connection_init(&connection);
	/* One that cannot be read was told by doctor_files(). */
	if (catalog->connection(catalog->self, &connection, name, NULL) < 0)
		goto cleanup;
	doctor->connection = &connection;
	if (connection.draft && !asked_for) {
		doctor_tell(doctor, VERDICT_WARN, ERR_NONE, "draft",
			"finish it in the wizard, or look at it alone: agentboard doctor NAME",
			"saved before both pings were green, so it was not tried");
	} else {
		for (size_t i = 0; i < ARRAY_SIZE(connection_checks); i++)
			connection_checks[i](doctor);
	}
	doctor->connection = NULL;
cleanup:
	connection_free_fields(&connection);
}

static void look(struct doctor *doctor, bool asked_for)
{
	const atomic_bool *cancel = command_interrupt();

	for (size_t i = 0; i < ARRAY_SIZE(home_checks) && !*cancel; i++)
		home_checks[i](doctor);
	for (size_t i = 0; i < doctor->names.count && !*cancel; i++)
		look_at_connection(doctor, doctor->names.items[i], asked_for);
}

static const struct finding *first_failure(const struct doctor *doctor)
{
	for (size_t i = 0; i < doctor->count; i++) {
		if (doctor->findings[i].verdict == VERDICT_FAIL)
			return &doctor->findings[i];
	}
	return NULL;
}

static void print_json(const struct doctor *doctor, const char *bundle)
{
	struct buf text = BUF_INIT(16u << 20);
	struct json json = JSON_INIT(&text);

	json_open(&json, '{');
	json_put_bool(&json, "ok", !first_failure(doctor));
	json_key(&json, "findings");
	json_open(&json, '[');
	for (size_t i = 0; i < doctor->count; i++) {
		const struct finding *finding = &doctor->findings[i];

		json_open(&json, '{');
		json_put_text(&json, "verdict", ping_verdict_name(finding->verdict));
		json_put_text(
			&json, "connection", finding->connection[0] ? finding->connection : NULL);
		json_put_text(&json, "name", finding->name);
		json_put_text(&json, "detail", finding->detail);
		json_put_text(&json, "action", finding->action);
		json_close(&json, '}');
	}
	json_close(&json, ']');
	if (bundle)
		json_put_text(&json, "bundle", bundle);
	json_close(&json, '}');
	command_print_json(doctor->env, &text);
	buf_free(&text);
}

static int exit_code(const struct doctor *doctor)
{
	const struct finding *failure = first_failure(doctor);

	if (*command_interrupt())
		return err_exit_code(ERR_INTERRUPTED);
	if (!failure)
		return 0;
	return err_exit_code(failure->kind == ERR_NONE ? ERR_PROTOCOL : failure->kind);
}

static int run_doctor(struct command_env *env, const struct arguments *args)
{
	const char *only = args->words.count ? args->words.items[0] : NULL;
	const char *bundle = argument_text(args, "--bundle");
	struct doctor doctor = { .env = env, .deep = argument_flag(args, "--deep") };
	struct err err = ERR_INIT;
	int code;
	int rc = prepare(&doctor, only, &err);

	if (rc == 0) {
		look(&doctor, only != NULL);
		if (doctor.failed)
			rc = err_nomem(&err);
	}
	if (rc == 0 && bundle)
		rc = doctor_bundle(&doctor, bundle, &err);
	if (rc < 0) {
		code = command_fail(env, &err);
	} else {
		code = exit_code(&doctor);
		if (env->json)
			print_json(&doctor, bundle);
		else if (bundle)
			fprintf(env->out, "%s: read it before you send it to anybody\n", bundle);
	}
	free(doctor.findings);
	text_list_free(&doctor.names);
	mask_free(doctor.mask);
	return code;
}

static const struct option_spec doctor_options[] = {
	{ "--bundle", OPTION_TEXT, "F", "write all of it, settings and last errors to the file F" },
	{ "--deep", OPTION_FLAG, NULL, "look through a large store too, which may take minutes" },
	{ NULL, OPTION_FLAG, NULL, NULL },
};

const struct command doctor_commands[] = {
	{ "doctor", "[N] [--bundle F]",
		"look at everything that has to be right, and say what to do", doctor_options, 0, 1,
		run_doctor, false },
	{ NULL, NULL, NULL, NULL, 0, 0, NULL, false },
};
