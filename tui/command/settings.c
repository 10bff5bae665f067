/* settings.c — the options that set things, and other pieces of the connection and interface
 * commands. */

#include "base/base.h"
#include "tui/command/settings.h"

#include <sodium.h>
#include <termios.h>
#include <unistd.h>

#include "config/files.h"

/* "key=value" in two: `key` is owned, *value points behind the first "=". ERR_USAGE. */
static int split(
	char **key, const char **value, const char *text, const char *option, struct err *err)
{
	const char *equals = strchr(text, '=');

	if (!equals || equals == text)
		return err_set(err, ERR_USAGE, "%s wants KEY=VALUE", option);
	*key = strndup(text, (size_t)(equals - text));
	if (!*key)
		return err_nomem(err);
	*value = equals + 1;
	return 0;
}

int settings_set_all(
	const struct arguments *args, settings_setter *set, void *model, struct err *err)
{
	const char *text;
	int rc = 0;

	for (int i = 0; rc == 0 && (text = argument_many(args, "--set", i)); i++) {
		const char *value;
		char *key = NULL;

		rc = split(&key, &value, text, "--set", err);
		if (rc == 0 && strcmp(key, "name") == 0)
			rc = err_set(err, ERR_USAGE, "the name is the first argument, not a --set");
		if (rc == 0)
			rc = set(model, key, value, err);
		free(key);
	}
	return rc;
}

/* ---- secrets ---- */

/* One line of standard input, byte by byte so that nothing of it stays in a stream's buffer.
 * Returns its length, or -1 when it is too long or there is none. */
static int read_line(char *line, size_t size)
{
	size_t len = 0;
	char c;

	for (;;) {
		ssize_t got = read(STDIN_FILENO, &c, 1);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0 || c == '\n')
			break;
		if (len + 1 == size)
			return -1;
		line[len++] = c;
	}
	if (len && line[len - 1] == '\r')
		len--;
	line[len] = '\0';
	return (int)len;
}

static int read_secret(struct command_env *env, const char *key, char *line, size_t size)
{
	struct termios before;
	bool terminal = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &before) == 0;
	int len;

	if (terminal) {
		struct termios silent = before;

		silent.c_lflag &= ~(tcflag_t)ECHO;
		fprintf(env->errout, "%s: ", key);
		fflush(env->errout);
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
	}
	len = read_line(line, size);
	if (terminal) {
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
		fputc('\n', env->errout);
	}
	return len;
}

static int seal_typed(
	struct command_env *env, struct secret *secret, const char *key, struct err *err)
{
	char line[SECRET_MAX + 2];
	struct secret sealed = { SECRET_NONE, NULL };
	int len;
	int rc = command_unseal(env, true, err);

	if (rc < 0)
		return rc;
	len = read_secret(env, key, line, sizeof(line));
	if (len < 0)
		rc = err_set(
			err, ERR_USAGE, "%s: the line is longer than %d bytes", key, SECRET_MAX);
	else if (len == 0)
		rc = err_set(err, ERR_USAGE, "%s: standard input gave an empty line", key);
	else
		rc = secret_seal(&sealed, env->keyring, line, err);
	sodium_memzero(line, sizeof(line));
	if (rc < 0)
		return rc;
	secret_free(secret);
	*secret = sealed;
	return 0;
}

static bool is_variable(const char *name)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";

	return *name && !strchr("0123456789", *name) && strspn(name, letters) == strlen(name);
}

/* env:VAR, file:PATH, credential:NAME. */
static int refer(struct secret *secret, const char *key, const char *value, struct err *err)
{
	static const struct {
		const char *prefix;
		enum secret_kind kind;
	} kinds[] = {
		{ "env:", SECRET_ENV },
		{ "file:", SECRET_FILE },
		{ "credential:", SECRET_CREDENTIAL },
	};
	struct secret reference = { SECRET_NONE, NULL };

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (text_starts(value, kinds[i].prefix))
			reference = (struct secret){ kinds[i].kind,
				(char *)(uintptr_t)value + strlen(kinds[i].prefix) };
	}
	if (reference.kind == SECRET_NONE || !*reference.ref)
		return err_set(err, ERR_USAGE,
			"--secret %s=... takes env:VARIABLE, file:PATH, credential:NAME or - (then "
			"one "
			"line from standard input); a secret itself never stands on a command line",
			key);
	if (reference.kind == SECRET_FILE && reference.ref[0] != '/')
		return err_set(err, ERR_USAGE,
			"--secret %s=file:...: give the full path, for the agent runs elsewhere",
			key);
	if (reference.kind == SECRET_ENV && !is_variable(reference.ref))
		return err_set(err, ERR_USAGE,
			"--secret %s=env:...: that is no name of an environment variable", key);
	return secret_copy(secret, &reference, err);
}

int settings_secret(
	struct command_env *env, struct connection *connection, const char *text, struct err *err)
{
	struct secret *secret;
	const char *value;
	char *key = NULL;
	int rc = split(&key, &value, text, "--secret", err);

	if (rc < 0)
		return rc;
	secret = files_secret(connection, key, err);
	if (!secret)
		rc = -ERR_USAGE;
	else if (strcmp(value, "-") == 0)
		rc = seal_typed(env, secret, key, err);
	else
		rc = refer(secret, key, value, err);
	free(key);
	return rc;
}

/* ---- small ---- */

int settings_connection(
	struct command_env *env, struct connection *out, const char *name, struct err *err)
{
	return env->catalog.connection(env->catalog.self, out, name, err);
}

int settings_interface(
	struct command_env *env, struct interface *out, const char *name, struct err *err)
{
	return env->catalog.interface(env->catalog.self, out, name, err);
}

void settings_state(struct command_env *env, struct connection_state *state, const char *name)
{
	struct view *view = NULL;

	if (view_open(&view, env->home->data, NULL) < 0 ||
		view_connection(state, view, name, NULL) < 0)
		*state = (struct connection_state){ 0 };
	view_close(view);
}

int settings_done(struct command_env *env, const char *key, const char *name, const char *verb)
{
	struct buf text = BUF_INIT(4096);
	struct json json = JSON_INIT(&text);

	if (!env->json) {
		fprintf(env->out, "%s %s %s\n", key, name, verb);
		return 0;
	}
	json_open(&json, '{');
	json_put_bool(&json, "ok", true);
	json_put_text(&json, key, name);
	json_close(&json, '}');
	command_print_json(env, &text);
	buf_free(&text);
	return 0;
}
