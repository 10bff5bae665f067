/* Tests of `connection`, `interface` and `config check`, through the framework, as scripts see
 * them. */

#include "command/json_path.h"
#include "command/settings_fakes.h"
#include "harness/check_main.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "config/files.h"
#include "tui/command/command.h"

static struct command_env env;
static char *out_text, *err_text;
static size_t out_size, err_size;

static void open_streams(void)
{
	env.out = open_memstream(&out_text, &out_size);
	env.errout = open_memstream(&err_text, &err_size);
}

static void close_streams(void)
{
	fclose(env.out);
	fclose(env.errout);
	free(out_text);
	free(err_text);
	out_text = err_text = NULL;
}

static void setup(void)
{
	struct err err = ERR_INIT;

	memset(&fakes, 0, sizeof(fakes));
	env = (struct command_env){ .program = "/proc/self/exe" };
	ck_ok(home_find(&env.home, test_folder(), &err), &err);
	ck_ok(files_catalog(&env.catalog, env.home, NULL, &err), &err);
	open_streams();
}

static void teardown(void)
{
	close_streams();
	files_catalog_free(&env.catalog);
	keyring_free(env.keyring);
	home_free(env.home);
}

/* Run a command; words end with NULL. What it printed is in out_text and err_text. */
static int run(const char *first, ...)
{
	char *argv[40] = { (char *)(uintptr_t)first };
	int argc = 1;
	va_list ap;
	int code;

	va_start(ap, first);
	while ((argv[argc] = va_arg(ap, char *)))
		argc++;
	va_end(ap);
	close_streams();
	open_streams();
	env.json = env.printed = false;
	code = command_main(&env, argc, argv);
	fflush(env.out);
	fflush(env.errout);
	return code;
}

/* A value of the document on the output. */
static const char *json_at(const char *path)
{
	return json_path(out_text, path);
}

/* What standard input gives from here on. */
static void type(const char *text)
{
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(write(ends[1], text, strlen(text)), (ssize_t)strlen(text));
	close(ends[1]);
	ck_assert_int_eq(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
	close(ends[0]);
}

static const char *file_text(const char *folder, const char *name)
{
	static struct buf text = BUF_INIT(1 << 20);
	char path[512];
	struct err err = ERR_INIT;

	snprintf(path, sizeof(path), "%s/%s.cfg", folder, name);
	buf_reset(&text);
	ck_ok(file_read(&text, path, &err), &err);
	return buf_str(&text);
}

#define DOMAIN "salesforce.domain=https://acme.my.salesforce.com"
#define KEY "salesforce.consumer_key=3MVG9"
#define SECRET_ARG "salesforce.consumer_secret=env:SF_SECRET"
#define ODBC "source.odbc=Driver=SQLite3;Database=/srv/erp.db"

/* What was found out before: an empty store, for a home that has one. */
static void make_store(void)
{
	struct store *store = NULL;
	struct err err = ERR_INIT;

	ck_ok(home_make(env.home, &err), &err);
	ck_ok(store_open(&store, env.home->data, &err), &err);
	store_close(store);
}

static void add_orders(void)
{
	int code = run("connection", "add", "orders", "--set", DOMAIN, "--set", KEY, "--secret",
		SECRET_ARG, "--set", ODBC, NULL);

	ck_assert_msg(code == 0, "%s", err_text);
}

static void add_lines(void)
{
	int code = run("interface", "add", "lines", "--set", "connection=orders", "--set",
		"object=Order__c", "--set", "external_id=No__c", "--set", "query=SELECT * FROM o",
		"--map", "No__c=no", "--map", "Price__c=formula:round(price, 2)", NULL);

	ck_assert_msg(code == 0, "%s", err_text);
}

START_TEST(a_connection_is_added_shown_listed_and_removed)
{
	add_orders();
	ck_assert_str_eq(out_text, "connection orders saved\n");
	ck_assert_int_eq(run("connection", "show", "orders", "--json", NULL), 0);
	ck_assert_str_eq(json_at("connection.salesforce.domain"), "https://acme.my.salesforce.com");
	ck_assert_str_eq(json_at("connection.salesforce.consumer_secret.env"), "SF_SECRET");
	ck_assert_str_eq(json_at("connection.agent.called_by_salesforce"), "false");
	ck_assert_str_eq(json_at("connection.draft"), "false");
	ck_assert_str_eq(json_at("connection.checked.agent.checked"), "null");
	ck_assert_int_eq(run("connection", "list", "--json", NULL), 0);
	ck_assert_str_eq(json_at("connections.0.name"), "orders");
	ck_assert_int_eq(run("connection", "remove", "orders", NULL), 0);
	ck_assert_int_eq(run("connection", "list", "--json", NULL), 0);
	ck_assert_str_eq(json_at("connections"), "[ ]");
}
END_TEST

START_TEST(adding_twice_needs_replace_which_keeps_the_rest)
{
	add_orders();
	ck_assert_int_eq(run("connection", "add", "orders", "--set", DOMAIN, NULL), 3);
	ck_assert_ptr_nonnull(strstr(err_text, "--replace"));
	ck_assert_int_eq(run("connection", "add", "orders", "--replace", "--set", "description=new",
				 "--json", NULL),
		0);
	ck_assert_str_eq(json_at("connection"), "orders");
	ck_assert_ptr_nonnull(strstr(file_text(env.home->connections, "orders"), "3MVG9"));
	ck_assert_ptr_nonnull(strstr(file_text(env.home->connections, "orders"), "\"new\""));
}
END_TEST

static const struct {
	const char *option, *value;
	int code;
	const char *words;
} wrong[] = {
	{ "--set", "salesforce.domian=x", 2, "did you mean salesforce.domain?" },
	{ "--set", "salesforce.domain", 2, "KEY=VALUE" },
	{ "--set", "agent.port=99999", 2, "from 1 to 65535" },
	{ "--set", "name=other", 2, "first argument" },
	{ "--set", "agent.password=hush", 2, "--secret agent.password=-" },
	{ "--set", "salesforce.domain=https://login.salesforce.com", 3, "enter your My Domain" },
	{ "--set", "agent.host=http://18.158.217.193", 3, "allow_clear_text" },
	{ "--secret", "agent.password=hush", 2, "never stands on a command line" },
	{ "--secret", "agent.password=file:hush", 2, "full path" },
	{ "--secret", "agent.password=env:hu sh", 2, "no name of an environment variable" },
	{ "--secret", "consumer_secret=env:X", 2, "did you mean salesforce.consumer_secret?" },
};

START_TEST(a_wrong_option_is_told_and_nothing_is_saved)
{
	ck_assert_int_eq(
		run("connection", "add", "orders", "--set", DOMAIN, "--set", KEY, "--secret",
			SECRET_ARG, "--set", ODBC, wrong[_i].option, wrong[_i].value, NULL),
		wrong[_i].code);
	ck_assert_msg(strstr(err_text, wrong[_i].words) != NULL, "%s", err_text);
	ck_assert_ptr_null(strstr(err_text, "hush"));
	ck_assert_int_eq(run("connection", "show", "orders", "--json", NULL), 3);
	ck_assert_str_eq(json_at("error.kind"), "not found");
}
END_TEST

START_TEST(a_typed_secret_is_sealed_and_never_shown)
{
	struct connection connection;
	struct stat st;
	struct err err = ERR_INIT;
	char *plain = NULL;

	type("first secret\nsecond\n");
	ck_assert_int_eq(run("connection", "add", "orders", "--set", DOMAIN, "--set", KEY,
				 "--secret", "salesforce.consumer_secret=-", "--set", ODBC,
				 "--secret", "source.password=-", NULL),
		0);
	ck_assert_ptr_null(strstr(file_text(env.home->connections, "orders"), "first secret"));
	ck_assert_int_eq(stat(env.home->key, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0600);
	connection_init(&connection);
	ck_ok(env.catalog.connection(env.catalog.self, &connection, "orders", &err), &err);
	ck_ok(secret_reveal(&plain, &connection.salesforce.consumer_secret, env.keyring, &err),
		&err);
	ck_assert_str_eq(plain, "first secret");
	secret_wipe(plain);
	ck_assert_int_eq(run("connection", "show", "orders", "--json", NULL), 0);
	ck_assert_str_eq(json_at("connection.salesforce.consumer_secret"), "{ \"sealed\": true }");
	ck_assert_ptr_null(strstr(out_text, connection.salesforce.consumer_secret.ref));
	ck_assert_int_eq(run("connection", "show", "orders", NULL), 0);
	ck_assert_ptr_null(strstr(out_text, connection.salesforce.consumer_secret.ref));
	connection_free_fields(&connection);
	ck_assert_int_eq(run("connection", "add", "orders", "--replace", "--secret",
				 "source.password=-", NULL),
		2);
	ck_assert_ptr_nonnull(strstr(err_text, "empty line"));
}
END_TEST

START_TEST(a_draft_may_be_unfinished)
{
	ck_assert_int_eq(run("connection", "add", "orders", "--set", DOMAIN, NULL), 3);
	ck_assert_int_eq(
		run("connection", "add", "orders", "--set", DOMAIN, "--set", "draft=true", NULL),
		0);
	ck_assert_int_eq(run("connection", "add", "orders", "--replace", "--set", KEY, NULL), 3);
	ck_assert_int_eq(run("connection", "add", "orders", "--replace", "--set", KEY, "--secret",
				 SECRET_ARG, "--set", ODBC, NULL),
		0);
	ck_assert_int_eq(run("connection", "show", "orders", "--json", NULL), 0);
	ck_assert_str_eq(json_at("connection.draft"), "false");
}
END_TEST

START_TEST(what_the_pings_said_is_shown_until_the_settings_change)
{
	add_orders();
	make_store();
	fakes.state = (struct connection_state){ .salesforce_checked = 1000,
		.salesforce_ok = true,
		.org_id = "00D000000000001EAA",
		.org_name = "Acme",
		.salesforce_summary = "" };
	text_copy(fakes.state.salesforce_config, sizeof(fakes.state.salesforce_config),
		"0-https://other.example");
	ck_assert_int_eq(run("connection", "show", "orders", "--json", NULL), 0);
	ck_assert_str_eq(json_at("connection.checked.salesforce.stale"), "true");
	text_copy(fakes.state.salesforce_config, sizeof(fakes.state.salesforce_config),
		"0-https://acme.my.salesforce.com");
	ck_assert_int_eq(run("connection", "show", "orders", "--json", NULL), 0);
	ck_assert_str_eq(json_at("connection.checked.salesforce.ok"), "true");
	ck_assert_str_eq(json_at("connection.org.name"), "Acme");
}
END_TEST

static void check_width(void)
{
	const char *line = out_text;

	while (*line) {
		size_t len = strcspn(line, "\n");

		ck_assert_msg(len <= 80, "%.*s", (int)len, line);
		line += len + (line[len] == '\n');
	}
}

START_TEST(lists_for_people_fit_and_cannot_steer_the_terminal)
{
	add_orders();
	make_store();
	fakes.state = (struct connection_state){ .salesforce_checked = 1000,
		.agent_checked = 1000,
		.salesforce_summary =
			"a long story \x1b[2J of what failed and why and what could be "
			"done about it by whoever has the time" };
	ck_assert_int_eq(run("connection", "list", NULL), 0);
	check_width();
	ck_assert_ptr_null(strchr(out_text, '\x1b'));
	ck_assert_ptr_nonnull(strstr(out_text, "..."));
	add_lines();
	ck_assert_int_eq(
		run("interface", "add", "lines", "--replace", "--set",
			"query=SELECT a, b, c, d, e, f, g, h, i, j, k, l, m FROM a_table WHERE "
			"the_condition_is = 'long enough to be folded'",
			NULL),
		0);
	ck_assert_int_eq(run("interface", "list", NULL), 0);
	check_width();
	ck_assert_ptr_nonnull(strstr(out_text, "Order__c"));
	ck_assert_int_eq(run("interface", "show", "lines", NULL), 0);
	check_width();
	ck_assert_ptr_nonnull(strstr(out_text, "Price__c=formula:round(price, 2)"));
	ck_assert_int_eq(run("connection", "show", "orders", NULL), 0);
	check_width();
}
END_TEST

START_TEST(a_broken_file_is_told_and_the_rest_is_listed)
{
	char path[512];
	struct err err = ERR_INIT;

	add_orders();
	snprintf(path, sizeof(path), "%s/broken.cfg", env.home->connections);
	ck_ok(file_write(path, "tipe = 1;", 9, 0600, &err), &err);
	ck_assert_int_eq(run("connection", "list", NULL), 3);
	ck_assert_ptr_nonnull(strstr(err_text, "broken.cfg:1: tipe is unknown"));
	ck_assert_ptr_nonnull(strstr(out_text, "orders"));
	ck_assert_int_eq(run("connection", "list", "--json", NULL), 3);
	ck_assert_ptr_nonnull(strstr(json_at("connections.0.error"), "tipe is unknown"));
	ck_assert_str_eq(json_at("connections.1.name"), "orders");
	ck_assert_int_eq(run("connection", "add", "broken", "--replace", "--set", DOMAIN, NULL), 3);
	ck_assert_int_eq(run("config", "check", NULL), 3);
	ck_assert_ptr_nonnull(
		strstr(out_text, "broken.cfg:1: tipe is unknown: did you mean type?\n"));
	ck_assert_int_eq(run("config", "check", "--json", NULL), 3);
	ck_assert_str_eq(json_at("problems.0.line"), "1");
	ck_assert_str_eq(json_at("problems.0.file"), path);
	ck_assert_str_eq(json_at("problems.0.text"), "tipe is unknown: did you mean type?");
	unlink(path);
	ck_assert_int_eq(run("config", "check", "--json", NULL), 0);
	ck_assert_str_eq(json_at("ok"), "true");
}
END_TEST

START_TEST(read_only_changes_nothing)
{
	env.read_only = true;
	ck_assert_int_eq(run("connection", "add", "orders", "--set", "draft=true", NULL), 4);
	ck_assert_int_eq(run("connection", "list", NULL), 0);
	ck_assert(!file_exists(env.home->connections));
}
END_TEST

START_TEST(an_export_comes_back_without_its_secrets)
{
	char path[512];
	struct err err = ERR_INIT;

	add_orders();
	type("hush\n");
	ck_assert_int_eq(run("connection", "add", "orders", "--replace", "--secret",
				 "salesforce.consumer_secret=-", NULL),
		0);
	ck_assert_int_eq(run("connection", "export", "orders", NULL), 0);
	ck_assert_ptr_null(strstr(out_text, "sealed ="));
	ck_assert_ptr_nonnull(strstr(out_text, "--secret salesforce.consumer_secret=-\n"));
	snprintf(path, sizeof(path), "%s/exported.cfg", env.home->config);
	ck_ok(file_write(path, out_text, strlen(out_text), 0600, &err), &err);
	ck_assert_int_eq(run("connection", "import", path, NULL), 3);
	ck_assert_ptr_nonnull(strstr(err_text, "exists already"));
	ck_assert_int_eq(run("connection", "remove", "orders", NULL), 0);
	ck_assert_int_eq(run("connection", "import", path, "--json", NULL), 0);
	ck_assert_str_eq(json_at("draft"), "true");
	ck_assert_ptr_nonnull(strstr(json_at("missing"), "salesforce.consumer_secret: not set"));
	ck_assert_int_eq(run("connection", "export", "orders", "--json", NULL), 0);
	ck_assert_str_eq(json_at("secrets_left_out"), "[ ]");
}
END_TEST

static const struct {
	const char *text;
	const char *key;  /* taken out without --trust */
	const char *word; /* that stays with --trust */
} harmful[] = {
	{ "source: { odbc = \"Driver=/tmp/evil.so;x=y\"; };", "source.odbc", "evil.so" },
	{ "source: { odbc = \"x = y; DRIVER = {Evil Driver}\"; };", "source.odbc", "Evil" },
	{ "source: { odbc = \"Driver=SQLite3;driver=/tmp/e.so\"; };", "source.odbc", "e.so" },
	{ "source: { odbc = \"FileDSN=/etc/shadow\"; };", "source.odbc", "shadow" },
	{ "agent: { password = { file = \"/etc/shadow\"; }; };", "agent.password", "shadow" },
	{ "salesforce: { consumer_secret = { env = \"AWS_KEY\"; }; };",
		"salesforce.consumer_secret", "AWS_KEY" },
	{ "source: { password = { credential = \"db\"; }; };", "source.password", "credential" },
	{ "agent: { allow_clear_text = true; };", "agent.allow_clear_text", "allow_clear_text" },
};

START_TEST(an_import_takes_out_what_could_harm)
{
	char path[512];
	struct err err = ERR_INIT;

	ck_ok(home_make(env.home, &err), &err);
	snprintf(path, sizeof(path), "%s/foreign.cfg", env.home->config);
	ck_ok(file_write(path, harmful[_i].text, strlen(harmful[_i].text), 0600, &err), &err);
	ck_assert_int_eq(run("connection", "import", path, "--json", NULL), 0);
	ck_assert_str_eq(json_at("taken_out.0.key"), harmful[_i].key);
	ck_assert_str_eq(json_at("connection"), "foreign");
	ck_assert_ptr_null(strstr(file_text(env.home->connections, "foreign"), harmful[_i].word));
	ck_assert_int_eq(
		run("connection", "import", path, "--trust", "--replace", "--json", NULL), 0);
	ck_assert_str_eq(json_at("taken_out"), "[ ]");
	ck_assert_ptr_nonnull(
		strstr(file_text(env.home->connections, "foreign"), harmful[_i].word));
}
END_TEST

START_TEST(an_import_keeps_known_drivers)
{
	static const char text[] =
		"source: { odbc = \"Database={a;Driver=x};Driver={sqlite3}\"; };";
	char path[512];
	struct err err = ERR_INIT;

	ck_ok(home_make(env.home, &err), &err);
	snprintf(path, sizeof(path), "%s/foreign.cfg", env.home->config);
	ck_ok(file_write(path, text, strlen(text), 0600, &err), &err);
	ck_assert_int_eq(run("connection", "import", path, "--json", NULL), 0);
	ck_assert_str_eq(json_at("taken_out"), "[ ]");
	ck_assert_int_eq(run("connection", "import", "/nonexistent", NULL), 3);
}
END_TEST

START_TEST(another_org_is_accepted_when_it_tells_who_it_is)
{
	add_orders();
	make_store();
	fakes_step("access token", VERDICT_FAIL, "invalid_client");
	fakes.salesforce.kind = ERR_REFUSED;
	ck_assert_int_eq(run("connection", "accept-org", "orders", NULL), 4);
	ck_assert_ptr_nonnull(strstr(err_text, "access token: invalid_client; mend it"));
	ck_assert_str_eq(fakes.pinned, "");
	fakes.salesforce = (struct ping_result){
		.ok = true, .org_id = "00D000000000002EAA", .org_known = true
	};
	text_copy(fakes.state.org_id, sizeof(fakes.state.org_id), "00D000000000001EAA");
	ck_assert_int_eq(run("connection", "accept-org", "orders", "--json", NULL), 0);
	ck_assert_str_eq(json_at("org_id"), "00D000000000002EAA");
	ck_assert_str_eq(json_at("before"), "00D000000000001EAA");
	ck_assert_str_eq(fakes.pinned, "00D000000000002EAA");
	ck_assert(fakes.accepted);
}
END_TEST

START_TEST(an_interface_is_added_changed_and_removed)
{
	ck_assert_int_eq(run("interface", "add", "lines", "--set", "connection=orders", "--set",
				 "object=A", "--set", "external_id=B", "--map", "B=b", NULL),
		3);
	ck_assert_ptr_nonnull(strstr(err_text, "there is no connection orders"));
	add_orders();
	ck_assert_int_eq(run("interface", "add", "lines", "--set", "connection=orders", "--set",
				 "object=A", "--set", "external_id=B", "--map", "B=b", NULL),
		3);
	ck_assert_ptr_nonnull(strstr(err_text, "query: not set"));
	add_lines();
	ck_assert_int_eq(run("interface", "add", "lines", NULL), 3);
	ck_assert_int_eq(run("interface", "add", "lines", "--replace", "--map", "Price__c=",
				 "--map", "Name=value:x", "--set", "status=undeployed", NULL),
		0);
	ck_assert_int_eq(run("interface", "show", "lines", "--json", NULL), 0);
	ck_assert_str_eq(json_at("interface.mapping.1.value"), "x");
	ck_assert_str_eq(json_at("interface.status"), "Undeployed");
	ck_assert_int_eq(run("interface", "list", "--json", NULL), 0);
	ck_assert_str_eq(json_at("interfaces.0.object"), "Order__c");
	ck_assert_int_eq(run("connection", "remove", "orders", NULL), 2);
	ck_assert_int_eq(run("interface", "remove", "lines", NULL), 0);
	ck_assert_int_eq(run("connection", "remove", "orders", NULL), 0);
}
END_TEST

START_TEST(a_check_gathers_what_file_connection_and_org_say)
{
	char path[512];
	struct err err = ERR_INIT;
	static const char bad[] = "connection = \"orders\"; object = \"A\"; packet = 5;\n";

	add_orders();
	add_lines();
	fakes.salesforce.ok = true;
	ck_assert_int_eq(run("interface", "check", "lines", "--json", NULL), 0);
	ck_assert_str_eq(json_at("ok"), "true");
	ck_assert_str_eq(json_at("org_asked"), "true");
	ck_assert_str_eq(json_at("warnings"), "[ ]");
	ck_assert_int_eq(
		run("interface", "add", "lines", "--replace", "--set", "status=Undeployed", NULL),
		0);
	ck_assert_int_eq(run("interface", "check", "lines", "--offline", "--json", NULL), 0);
	ck_assert_str_eq(json_at("warnings.0.key"), "status");
	fakes_step("object Order__c", VERDICT_FAIL, "no create permission");
	fakes.salesforce.ok = false;
	fakes.salesforce.kind = ERR_REFUSED;
	ck_assert_int_eq(run("interface", "check", "lines", "--json", NULL), 3);
	ck_assert_str_eq(
		json_at("problems.0.text"), "object Order__c: no create permission; mend it");
	ck_assert_int_eq(run("interface", "check", "lines", "--offline", "--json", NULL), 0);
	fakes.salesforce.kind = ERR_NET;
	ck_assert_int_eq(run("interface", "check", "lines", "--json", NULL), 0);
	ck_assert_str_eq(json_at("org_asked"), "false");
	ck_assert_int_eq(fakes.salesforce_pings, 3);
	snprintf(path, sizeof(path), "%s/bad.cfg", env.home->interfaces);
	ck_ok(file_write(path, bad, strlen(bad), 0600, &err), &err);
	ck_assert_int_eq(run("interface", "check", "bad", NULL), 3);
	ck_assert_ptr_nonnull(strstr(out_text, "mapping: no field is mapped"));
	ck_assert_ptr_nonnull(strstr(out_text, "external_id: not set"));
	ck_assert_ptr_nonnull(strstr(out_text, "query: not set"));
	check_width();
}
END_TEST

START_TEST(a_preview_shows_rows_and_verdicts)
{
	add_orders();
	add_lines();
	ck_assert_int_eq(run("interface", "preview", "lines", "--json", NULL), 0);
	ck_assert_str_eq(json_at("rows.0.record.Order_No__c"), "ORD-1");
	ck_assert_str_eq(json_at("rows.0.source.order_no"), "ORD-1");
	ck_assert_str_eq(json_at("rows.1.source.order_no"), "null");
	ck_assert_str_eq(json_at("note"), "null");
	fakes.preview_note = "values are shown as the database gives them: no route";
	ck_assert_int_eq(run("interface", "preview", "lines", NULL), 0);
	ck_assert_ptr_nonnull(strstr(out_text, "WARN     values are shown as"));
	ck_assert_int_eq(run("interface", "preview", "lines", "--json", NULL), 0);
	ck_assert_str_eq(json_at("note"), fakes.preview_note);
	fakes.preview_problem = "the key is blank";
	ck_assert_int_eq(run("interface", "preview", "lines", NULL), 1);
	ck_assert_ptr_nonnull(strstr(out_text, "the key is blank"));
	ck_assert_int_eq(run("interface", "preview", "lines", "--limit", "1", NULL), 0);
	ck_assert_int_eq(run("interface", "preview", "lines", "--limit", "0", NULL), 2);
}
END_TEST

START_TEST(help_tells_every_key)
{
	ck_assert_int_eq(run("connection", "add", "--help", NULL), 0);
	for (const struct key_help *key = files_connection_keys(); key->key; key++)
		ck_assert_msg(strstr(out_text, key->key) != NULL, "%s", key->key);
	ck_assert_ptr_nonnull(strstr(out_text, "Production, Sandbox"));
	check_width();
	ck_assert_int_eq(run("interface", "add", "--help", NULL), 0);
	ck_assert_ptr_nonnull(strstr(out_text, "  external_id "));
	check_width();
}
END_TEST

static Suite *suite_settings(void)
{
	Suite *suite = suite_create("command/settings");
	TCase *tc = tcase_create("settings");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_connection_is_added_shown_listed_and_removed);
	tcase_add_test(tc, adding_twice_needs_replace_which_keeps_the_rest);
	tcase_add_loop_test(tc, a_wrong_option_is_told_and_nothing_is_saved, 0, ARRAY_SIZE(wrong));
	tcase_add_test(tc, a_typed_secret_is_sealed_and_never_shown);
	tcase_add_test(tc, a_draft_may_be_unfinished);
	tcase_add_test(tc, what_the_pings_said_is_shown_until_the_settings_change);
	tcase_add_test(tc, lists_for_people_fit_and_cannot_steer_the_terminal);
	tcase_add_test(tc, a_broken_file_is_told_and_the_rest_is_listed);
	tcase_add_test(tc, read_only_changes_nothing);
	tcase_add_test(tc, an_export_comes_back_without_its_secrets);
	tcase_add_loop_test(tc, an_import_takes_out_what_could_harm, 0, ARRAY_SIZE(harmful));
	tcase_add_test(tc, an_import_keeps_known_drivers);
	tcase_add_test(tc, another_org_is_accepted_when_it_tells_who_it_is);
	tcase_add_test(tc, an_interface_is_added_changed_and_removed);
	tcase_add_test(tc, a_check_gathers_what_file_connection_and_org_say);
	tcase_add_test(tc, a_preview_shows_rows_and_verdicts);
	tcase_add_test(tc, help_tells_every_key);
	suite_add_tcase(suite, tc);
	return suite;
}

TEST_MAIN(suite_settings)
