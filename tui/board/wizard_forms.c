/*
 * wizard_forms.c — the fields of the four steps, and the way between them and a connection. The
 * words are those of the tutorial that operators come from.
 */

#include "base/base.h"
#include "tui/board/wizard_private.h"

static const char *const types[] = { "Agent Database", "Agent File", NULL };
static const char *const ways[] = { "Driver and database", "ODBC string", NULL };
static const char *const places[] = { "In a local folder", "Behind SFTP", NULL };
static const char *const formats[] = { "csv", "tsv", "jsonl", "json", NULL };
static const char *const afters[] = { "keep", "archive", "delete", NULL };
static const char *const grants[] = { "client_credentials", NULL };
static const char *const environments[] = { "Production", "Sandbox", NULL };
static const char *const calls[] = { "not this agent", "this agent", NULL };
static const char *const apps[] = { "External Client App", "Connected App", NULL };

static bool is_database(const struct form *form)
{
	return form->fields[DEST_TYPE].choice == CONNECTION_AGENT_DATABASE;
}

static bool is_file(const struct form *form)
{
	return !is_database(form);
}

static bool by_driver(const struct form *form)
{
	return is_database(form) && form->fields[DEST_BY].choice == 0;
}

static bool by_string(const struct form *form)
{
	return is_database(form) && form->fields[DEST_BY].choice == 1;
}

/* A data source knows its database and its server itself. */
static bool by_data_source(const struct form *form)
{
	return by_driver(form) && text_starts(form_choice(form, DEST_DRIVER), DATA_SOURCE);
}

static bool has_database(const struct form *form)
{
	return by_driver(form) && !by_data_source(form);
}

/* SQLite is a file; every other database has a server. */
static bool has_server(const struct form *form)
{
	return has_database(form) && !text_match("*sqlite*", form_choice(form, DEST_DRIVER), true);
}

static bool is_local(const struct form *form)
{
	return is_file(form) && form->fields[DEST_PLACE].choice == 0;
}

static bool is_remote(const struct form *form)
{
	return is_file(form) && form->fields[DEST_PLACE].choice == 1;
}

static bool signs_in(const struct form *form)
{
	return is_database(form) || is_remote(form);
}

static bool is_archived(const struct form *form)
{
	return is_file(form) && text_equal(form_choice(form, DEST_AFTER), "archive");
}

static const struct field_spec destination[] = {
	[DEST_NAME] = { FIELD_TEXT, "name", "Name",
		"Any name of letters, digits, - and _. It is also the name of its file.",
		.max = 64 },
	[DEST_DESCRIPTION] = { FIELD_TEXT, "description", "Description", "Optional." },
	[DEST_TYPE] = { FIELD_CHOICE, "type", "Type",
		"Where the rows come from: a database, or files in a folder.", types },
	[DEST_SPACE] = { FIELD_SPACE },
	[DEST_BY] = { FIELD_CHOICE, NULL, "Source by",
		"Choose a driver of this machine, or type a whole ODBC string.", ways,
		.shown = is_database },
	[DEST_DRIVER] = { FIELD_CHOICE, NULL, "Driver",
		"The ODBC drivers of this machine, then the data sources of odbc.ini; Left and "
		"Right "
		"choose. More drivers come with packages such as odbc-postgresql or libsqliteodbc.",
		.shown = by_driver },
	[DEST_DATABASE] = { FIELD_TEXT, NULL, "Database",
		"SQLite: the file, with its whole path. Others: the database's name.", .max = 1000,
		.shown = has_database },
	[DEST_SERVER] = { FIELD_TEXT, NULL, "Server", "Host of the database, or host:port.",
		.shown = has_server },
	[DEST_ODBC] = { FIELD_TEXT, "source.odbc", "ODBC string",
		"For example Driver=SQLite3;Database=/srv/erp/orders.db  -  without user and "
		"password: they have fields of their own, which are kept safe.",
		.max = 2000, .shown = by_string },
	[DEST_PLACE] = { FIELD_CHOICE, NULL, "Files are",
		"Where the files arrive: on this machine, or on a server.", places,
		.shown = is_file },
	[DEST_FOLDER] = { FIELD_TEXT, "source.folder", "Folder",
		"The folder the files arrive in, with its whole path.", .max = 1000,
		.shown = is_local },
	[DEST_URL] = { FIELD_TEXT, "source.url", "SFTP address",
		"sftp://HOST/FOLDER, with :PORT behind the host unless it is 22. "
		"sftp://HOST/~/FOLDER is below the user's own folder.",
		.max = 1000, .shown = is_remote },
	[DEST_USERNAME] = { FIELD_TEXT, "source.username", "Database user",
		"Empty where the database needs none.", .shown = signs_in },
	[DEST_PASSWORD] = { FIELD_SECRET, "source.password", "Database password",
		"Sealed before it is written. F2 shows it.", .shown = signs_in },
	[DEST_KEY_FILE] = { FIELD_TEXT, "source.key_file", "Private key",
		"Its file, when the user signs in with a key; the password is its passphrase then.",
		.max = 1000, .shown = is_remote },
	[DEST_KNOWN_HOSTS] = { FIELD_TEXT, "source.known_hosts", "Known hosts",
		"File of the server keys to trust; ~/.ssh/known_hosts of the agent's user when "
		"empty.",
		.max = 1000, .shown = is_remote },
	[DEST_PATTERN] = { FIELD_TEXT, "source.pattern", "Files", "For example *.csv",
		.shown = is_file },
	[DEST_FORMAT] = { FIELD_CHOICE, "source.format", "Format", "What is in the files.", formats,
		.shown = is_file },
	[DEST_AFTER] = { FIELD_CHOICE, "source.after", "After processing",
		"What becomes of a file once its rows are stored.", afters, .shown = is_file },
	[DEST_ARCHIVE] = { FIELD_TEXT, "source.archive", "Archive folder",
		"Where processed files are moved to.", .max = 1000, .shown = is_archived },
	[DEST_SPACE_2] = { FIELD_SPACE },
	[DEST_CONTINUE] = { FIELD_BUTTON, NULL, "Continue", "On to the agent." },
	[DEST_LEAVE] = { FIELD_BUTTON, NULL, "Leave", "Back to the list; what you typed is kept." },
};

static bool is_called(const struct form *form)
{
	return form->fields[AGENT_CALLED].choice == 1;
}

static bool offers_password(const struct form *form)
{
	const struct wizard *wizard = form->ctx;

	return is_called(form) && wizard->default_password;
}

static bool listens_here(const struct form *form)
{
	const struct wizard *wizard = form->ctx;

	return is_called(form) && wizard->listens_here;
}

static const struct field_spec agent[] = {
	[AGENT_CALLED] = { FIELD_CHOICE, "agent.called_by_salesforce", "Salesforce calls",
		"Does Salesforce call this agent? If not, nothing has to get in from outside: it "
		"listens on this machine alone, and its ping stays here.",
		calls },
	[AGENT_HOST] = { FIELD_TEXT, "agent.host", "Host URL",
		"The address of the server that runs the agent, as Salesforce reaches it: "
		"http://18.158.217.193 or https://agent.acme.example",
		.shown = is_called },
	[AGENT_PORT] = { FIELD_NUMBER, "agent.port", "Port Forward",
		"The port the agent listens on, as Salesforce reaches it; 9055 unless it is "
		"forwarded from another one.",
		.max = 5, .shown = is_called },
	[AGENT_USERNAME] = { FIELD_TEXT, "agent.username", "Username",
		"The user Salesforce signs in to the agent with.", .shown = is_called },
	[AGENT_PASSWORD] = { FIELD_SECRET, "agent.password", "Password",
		"The password Salesforce signs in to the agent with. F2 shows it.",
		.shown = is_called },
	[AGENT_REMOTE_SITE] = { FIELD_NOTE, NULL, "Remote Site", NULL, .shown = is_called },
	[AGENT_LISTEN] = { FIELD_NOTE, NULL, "Listens on", NULL, .shown = listens_here },
	[AGENT_SPACE] = { FIELD_SPACE },
	[AGENT_PING] = { FIELD_BUTTON, NULL, "Ping Agent Connection",
		"Goes the way Salesforce goes: name, port, TLS, sign-in; over loopback when it "
		"is not called." },
	[AGENT_CHANGE_PASSWORD] = { FIELD_BUTTON, NULL, "Change password",
		"The agent still has the password that the tutorial prints. Beyond this machine "
		"it is not accepted: set one of your own.",
		.shown = offers_password },
	[AGENT_BACK] = { FIELD_BUTTON, NULL, "Back", "Nothing typed is lost." },
	[AGENT_CONTINUE] = { FIELD_BUTTON, NULL, "Continue", "On to Salesforce." },
};

static const struct field_spec salesforce[] = {
	[SF_GRANT] = { FIELD_CHOICE, "salesforce.grant_type", "OAuth 2 Grant Type",
		"The agent signs in as the API user that is set as Run As in the app; no password "
		"of a person is kept.",
		grants },
	[SF_ENVIRONMENT] = { FIELD_CHOICE, "salesforce.environment", "Server Environment",
		"Production asks for the org's name before many rows are sent.", environments },
	[SF_APP] = { FIELD_CHOICE, "salesforce.app", "App",
		"New orgs make External Client Apps; an existing Connected App works too. The "
		"help under a failed ping names the menus of this kind.",
		apps },
	[SF_DOMAIN] = { FIELD_TEXT, "salesforce.domain", "My Domain",
		"Setup > My Domain: https://acme.my.salesforce.com. This grant type is refused on "
		"login.salesforce.com." },
	[SF_KEY] = { FIELD_TEXT, "salesforce.consumer_key", "Consumer Key",
		"Setup > App Manager > the app > Consumer Key and Secret: copy it from there and "
		"paste it here.",
		.max = 512 },
	[SF_SECRET] = { FIELD_SECRET, "salesforce.consumer_secret", "Consumer Secret",
		"Stands beside the Consumer Key. Sealed before it is written. F2 shows it.",
		.max = 512 },
	[SF_SPACE] = { FIELD_SPACE },
	[SF_PING] = { FIELD_BUTTON, NULL, "Ping Salesforce Connection",
		"Signs in and looks at the user, the limits and the objects of the interfaces." },
	[SF_BACK] = { FIELD_BUTTON, NULL, "Back", "Nothing typed is lost." },
	[SF_CONTINUE] = { FIELD_BUTTON, NULL, "Continue", "On to saving." },
};

static const struct field_spec save[] = {
	[SAVE_SAVE] = { FIELD_BUTTON, NULL, "Save",
		"Opens when both pings are OK. Interfaces can then be run and scheduled." },
	[SAVE_UNCHECKED] = { FIELD_BUTTON, NULL, "Save unchecked",
		"Keeps it as a draft, which no schedule uses until both pings are OK." },
	[SAVE_BACK] = { FIELD_BUTTON, NULL, "Back", "Nothing typed is lost." },
};

void wizard_init_forms(struct wizard *wizard)
{
	form_init(&wizard->forms[STEP_DESTINATION], destination, (int)ARRAY_SIZE(destination),
		wizard);
	form_init(&wizard->forms[STEP_AGENT], agent, (int)ARRAY_SIZE(agent), wizard);
	form_init(&wizard->forms[STEP_SALESFORCE], salesforce, (int)ARRAY_SIZE(salesforce), wizard);
	form_init(&wizard->forms[STEP_SAVE], save, (int)ARRAY_SIZE(save), wizard);
}

void wizard_free_forms(struct wizard *wizard)
{
	for (int i = 0; i < STEP_COUNT; i++)
		form_free(&wizard->forms[i]);
	for (int i = 0; i < SECRET_COUNT; i++)
		secret_free(&wizard->secrets[i].sealed);
}

/* Fields that are one text of the connection. */
static const struct {
	enum wizard_step step;
	int field;
	size_t offset;
} texts[] = {
	{ STEP_DESTINATION, DEST_NAME, offsetof(struct connection, name) },
	{ STEP_DESTINATION, DEST_DESCRIPTION, offsetof(struct connection, description) },
	{ STEP_DESTINATION, DEST_ODBC, offsetof(struct connection, source.odbc) },
	{ STEP_DESTINATION, DEST_USERNAME, offsetof(struct connection, source.username) },
	{ STEP_DESTINATION, DEST_FOLDER, offsetof(struct connection, source.folder) },
	{ STEP_DESTINATION, DEST_URL, offsetof(struct connection, source.url) },
	{ STEP_DESTINATION, DEST_KEY_FILE, offsetof(struct connection, source.key_file) },
	{ STEP_DESTINATION, DEST_KNOWN_HOSTS, offsetof(struct connection, source.known_hosts) },
	{ STEP_DESTINATION, DEST_PATTERN, offsetof(struct connection, source.pattern) },
	{ STEP_DESTINATION, DEST_ARCHIVE, offsetof(struct connection, source.archive) },
	{ STEP_AGENT, AGENT_HOST, offsetof(struct connection, agent.host) },
	{ STEP_AGENT, AGENT_USERNAME, offsetof(struct connection, agent.username) },
	{ STEP_SALESFORCE, SF_DOMAIN, offsetof(struct connection, salesforce.domain) },
	{ STEP_SALESFORCE, SF_KEY, offsetof(struct connection, salesforce.consumer_key) },
};

/* Fields that are a secret of the connection. */
static const struct {
	enum wizard_step step;
	int field;
	size_t offset;
	const char *key;
} secrets[SECRET_COUNT] = {
	[SECRET_DATABASE] = { STEP_DESTINATION, DEST_PASSWORD,
		offsetof(struct connection, source.password), "source.password" },
	[SECRET_AGENT] = { STEP_AGENT, AGENT_PASSWORD, offsetof(struct connection, agent.password),
		"agent.password" },
	[SECRET_CONSUMER] = { STEP_SALESFORCE, SF_SECRET,
		offsetof(struct connection, salesforce.consumer_secret),
		"salesforce.consumer_secret" },
};

static char **text_at(const struct connection *connection, size_t offset)
{
	return (char **)((char *)(uintptr_t)connection + offset);
}

static struct secret *secret_at(const struct connection *connection, size_t offset)
{
	return (struct secret *)((char *)(uintptr_t)connection + offset);
}

static int choice_of(const char *const *choices, const char *word)
{
	for (int i = 0; word && choices[i]; i++) {
		if (text_equal_fold(choices[i], word))
			return i;
	}
	return 0;
}

static void load_secret(struct wizard *wizard, int i)
{
	const struct secret *secret = secret_at(&wizard->base, secrets[i].offset);
	char kept[64] = "";

	if (secret->kind == SECRET_SEALED)
		snprintf(kept, sizeof(kept), "(kept as it is)");
	else if (secret->kind != SECRET_NONE)
		snprintf(kept, sizeof(kept), "(from %s %s)", secret_kind_name(secret->kind),
			secret->ref ? secret->ref : "");
	form_set_kept(&wizard->forms[secrets[i].step], secrets[i].field, kept);
}

void wizard_label_fields(struct wizard *wizard)
{
	struct form *form = &wizard->forms[STEP_DESTINATION];
	struct field_state *user = &form->fields[DEST_USERNAME];
	struct field_state *password = &form->fields[DEST_PASSWORD];

	text_copy(user->label, sizeof(user->label), is_remote(form) ? "SFTP user" : "");
	text_copy(password->label, sizeof(password->label), is_remote(form) ? "SFTP password" : "");
}

void wizard_load(struct wizard *wizard)
{
	const struct connection *base = &wizard->base;
	struct form *dest = &wizard->forms[STEP_DESTINATION];
	struct form *sf = &wizard->forms[STEP_SALESFORCE];

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		form_set_text(&wizard->forms[texts[i].step], texts[i].field,
			*text_at(base, texts[i].offset));
	for (int i = 0; i < SECRET_COUNT; i++)
		load_secret(wizard, i);
	dest->fields[DEST_TYPE].choice = (int)base->type;
	dest->fields[DEST_BY].choice = base->source.odbc ? 1 : 0;
	dest->fields[DEST_PLACE].choice = base->source.url ? 1 : 0;
	dest->fields[DEST_FORMAT].choice = choice_of(formats, base->source.format);
	dest->fields[DEST_AFTER].choice = choice_of(afters, base->source.after);
	dest->fields[DEST_NAME].off = wizard->editing;
	form_set_number(&wizard->forms[STEP_AGENT], AGENT_PORT, base->agent.port);
	form_set_text(
		&wizard->forms[STEP_AGENT], AGENT_LISTEN, "this machine alone; F8 sets 0.0.0.0");
	wizard->forms[STEP_AGENT].fields[AGENT_CALLED].choice = base->agent.called_by_salesforce;
	sf->fields[SF_ENVIRONMENT].choice = (int)base->salesforce.environment;
	sf->fields[SF_APP].choice = (int)base->salesforce.app;
	wizard_label_fields(wizard);
	form_focus(dest, wizard->editing ? DEST_DESCRIPTION : DEST_NAME);
}

/* ---- from the forms ---- */

static int set_text(char **to, const char *typed, struct err *err)
{
	char *copy = text_dup(typed);
	int rc = 0;

	if (!copy)
		return err_nomem(err);
	if (!text_set(to, *text_trim(copy) ? text_trim(copy) : NULL))
		rc = err_nomem(err);
	free(copy);
	return rc;
}

/* What stands around a consumer secret came out of the clipboard; a password may begin with it. */
static int seal(struct secret *out, int i, const struct keyring *keyring, const char *plain,
	struct err *err)
{
	size_t before = i == SECRET_CONSUMER ? strspn(plain, " \t") : 0;
	char *copy = text_dup(plain + before);
	size_t len = copy ? strlen(copy) : 0;
	int rc;

	if (!copy)
		return err_nomem(err);
	while (i == SECRET_CONSUMER && len && strchr(" \t", copy[len - 1]))
		copy[--len] = '\0';
	rc = secret_seal(out, keyring, copy, err);
	secret_wipe(copy);
	return rc;
}

static int build_secret(struct connection *out, struct wizard *wizard, int i,
	const struct keyring *keyring, struct err *err)
{
	struct typed_secret *typed = &wizard->secrets[i];
	const char *plain = form_text(&wizard->forms[secrets[i].step], secrets[i].field);
	struct secret *to = secret_at(out, secrets[i].offset);
	int rc;

	if (!*plain) /* nothing was typed: what was there stays */
		return 0;
	if (typed->stale || typed->sealed.kind == SECRET_NONE) {
		secret_free(&typed->sealed);
		if (!keyring) {
			rc = err_set(err, ERR_CONFIG,
				"the key of this home cannot be read here, so nothing can be "
				"sealed: start the board as the home's owner");
			if (err)
				text_copy(err->code, sizeof(err->code), secrets[i].key);
			return rc;
		}
		rc = seal(&typed->sealed, i, keyring, plain, err);
		if (rc)
			return rc;
		typed->stale = false;
	}
	secret_free(to);
	return secret_copy(to, &typed->sealed, err);
}

/* Braces keep a value together, whatever is in it. */
static int build_odbc(struct connection *out, const struct form *form, struct err *err)
{
	char odbc[2400];
	char port[16] = "";
	const char *server = form_text(form, DEST_SERVER);
	const char *colon = strrchr(server, ':');
	int host = (int)strlen(server);

	if (by_data_source(form))
		return text_set(&out->source.odbc, form_choice(form, DEST_DRIVER)) ? 0
										   : err_nomem(err);
	if (!*form_text(form, DEST_DATABASE) && !(has_server(form) && *server))
		return text_set(&out->source.odbc, NULL) ? 0 : err_nomem(err);
	if (colon && text_int(&(int64_t){ 0 }, colon + 1, 1, 65535)) {
		snprintf(port, sizeof(port), ";Port=%s", colon + 1);
		host = (int)(colon - server);
	}
	snprintf(odbc, sizeof(odbc), "Driver={%s}%s%.*s%s;Database=%s",
		form_choice(form, DEST_DRIVER), has_server(form) && *server ? ";Server=" : "",
		has_server(form) ? host : 0, server, has_server(form) ? port : "",
		form_text(form, DEST_DATABASE));
	return text_set(&out->source.odbc, odbc) ? 0 : err_nomem(err);
}

/* A file that leaves a default unsaid goes on leaving it unsaid. */
static bool set_choice(char **to, const struct wizard *wizard, const struct form *form, int field)
{
	if (wizard->editing && !*to && form->fields[field].choice == 0)
		return true;
	return text_set(to, form_choice(form, field));
}

static bool drop_server(struct source_access *source)
{
	return text_set(&source->url, NULL) && text_set(&source->key_file, NULL) &&
	       text_set(&source->known_hosts, NULL);
}

/* What belongs to the other type of source is no part of this connection. */
static int build_source(struct connection *out, const struct wizard *wizard, struct err *err)
{
	const struct form *form = &wizard->forms[STEP_DESTINATION];
	struct source_access *source = &out->source;
	bool ok;

	out->type = is_database(form) ? CONNECTION_AGENT_DATABASE : CONNECTION_AGENT_FILE;
	if (is_database(form)) {
		ok = text_set(&source->folder, NULL) && text_set(&source->pattern, NULL) &&
		     text_set(&source->format, NULL) && text_set(&source->after, NULL) &&
		     text_set(&source->archive, NULL) && drop_server(source);
		return !ok ? err_nomem(err) : by_driver(form) ? build_odbc(out, form, err) : 0;
	}
	ok = text_set(&source->odbc, NULL) &&
	     set_choice(&source->format, wizard, form, DEST_FORMAT) &&
	     set_choice(&source->after, wizard, form, DEST_AFTER);
	if (ok && is_remote(form))
		ok = text_set(&source->folder, NULL);
	if (ok && is_local(form)) {
		secret_free(&source->password);
		ok = text_set(&source->username, NULL) && drop_server(source);
	}
	if (ok && !is_archived(form))
		ok = text_set(&source->archive, NULL);
	return ok ? 0 : err_nomem(err);
}

/* Where nothing is called, no address is kept, and a user and password only if they were there. */
static int build_agent(struct connection *out, const struct wizard *wizard, struct err *err)
{
	struct agent_access *agent_of = &out->agent;

	agent_of->called_by_salesforce = is_called(&wizard->forms[STEP_AGENT]);
	if (agent_of->called_by_salesforce)
		return 0;
	return text_set(&agent_of->host, NULL) &&
			       text_set(&agent_of->username, wizard->base.agent.username)
		       ? 0
		       : err_nomem(err);
}

static int build(struct connection *out, struct wizard *wizard, const struct keyring *keyring,
	bool draft, struct err *err)
{
	const struct form *sf = &wizard->forms[STEP_SALESFORCE];
	int64_t port = 0;
	int rc = connection_copy(out, &wizard->base, err);

	for (size_t i = 0; rc == 0 && i < ARRAY_SIZE(texts); i++)
		rc = set_text(text_at(out, texts[i].offset),
			form_text(&wizard->forms[texts[i].step], texts[i].field), err);
	for (int i = 0; rc == 0 && i < SECRET_COUNT; i++) {
		if ((i != SECRET_AGENT || is_called(&wizard->forms[STEP_AGENT])) &&
			(keyring || !draft))
			rc = build_secret(out, wizard, i, keyring, err);
	}
	if (rc == 0)
		rc = build_agent(out, wizard, err);
	if (rc == 0)
		rc = build_source(out, wizard, err);
	if (rc)
		return rc;
	form_number(&port, &wizard->forms[STEP_AGENT], AGENT_PORT, 0, 1 << 20, AGENT_PORT_DEFAULT);
	out->agent.port = (int)port;
	out->salesforce.environment = (enum environment)sf->fields[SF_ENVIRONMENT].choice;
	out->salesforce.app = (enum app_kind)sf->fields[SF_APP].choice;
	if (!set_choice(&out->salesforce.grant_type, wizard, sf, SF_GRANT))
		return err_nomem(err);
	return 0;
}

int wizard_build(struct connection *out, struct wizard *wizard, const struct keyring *keyring,
	struct err *err)
{
	return build(out, wizard, keyring, false, err);
}

/* Passwords in the wrong place, which no step lets pass, are not put on disk either. */
static bool leave_out_passwords(struct connection *out)
{
	char **const addresses[] = { &out->source.url, &out->agent.host, &out->salesforce.domain };
	bool ok = true;

	if (connection_odbc_has_password(out->source.odbc))
		ok = text_set(&out->source.odbc, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(addresses); i++) {
		if (*addresses[i] && strchr(*addresses[i], '@')) /* https://user:password@host */
			ok = text_set(addresses[i], NULL) && ok;
	}
	return ok;
}

int wizard_build_draft(struct connection *out, struct wizard *wizard, const struct keyring *keyring,
	struct err *err)
{
	int rc = build(out, wizard, keyring, true, err);

	if (rc)
		return rc;
	if (out->agent.port < 1 || out->agent.port > 65535)
		out->agent.port = AGENT_PORT_DEFAULT;
	return leave_out_passwords(out) ? 0 : err_nomem(err);
}
