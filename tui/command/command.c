/* command.c — finds the command that argv names, opens what it needs, and turns what happened into
 * one document or one line, and an exit code. */

#include "base/base.h"
#include "base/log.h"
#include "tui/command/command.h"
#include "tui/command/arguments.h"
#include "config/files.h"
#include "tui/command/report.h"

#include <signal.h>

static const struct command *const tables[] = {
	connection_commands,
	interface_commands,
	ping_commands,
	run_commands,
	store_commands,
	message_commands,
	agent_commands,
	schedule_commands,
	practice_commands,
	demo_commands,
	config_commands,
	package_commands,
	doctor_commands,
};

const struct command *command_at(int i)
{
	for (size_t t = 0; t < ARRAY_SIZE(tables); t++) {
		for (const struct command *c = tables[t]; c->words; c++) {
			if (i-- == 0)
				return c;
		}
	}
	return NULL;
}

/* Is `words` ("run list") what argv begins with? Returns how many words matched, 0 = no. */
static int matches(const char *words, int argc, char **argv)
{
	const char *blank = strchr(words, ' ');
	size_t len = blank ? (size_t)(blank - words) : strlen(words);

	if (argc < 1 || strlen(argv[0]) != len || strncmp(argv[0], words, len) != 0)
		return 0;
	if (!blank)
		return 1;
	return argc > 1 && strcmp(argv[1], blank + 1) == 0 ? 2 : 0;
}

static bool is_group(const char *word)
{
	const struct command *c;
	size_t len = strlen(word);

	for (int i = 0; (c = command_at(i)) != NULL; i++) {
		if (strncmp(c->words, word, len) == 0 && c->words[len] == ' ')
			return true;
	}
	return false;
}

/* The nearest first word, or within `group` the nearest second one. Borrowed from `store`. */
static const char *nearest(const char *word, const char *group, char *store, size_t size)
{
	struct text_list known = { NULL, 0 };
	const struct command *c;
	const char *best = NULL;

	for (int i = 0; (c = command_at(i)) != NULL; i++) {
		const char *blank = strchr(c->words, ' ');
		size_t len = blank ? (size_t)(blank - c->words) : strlen(c->words);
		char text[64];

		if (group && (!blank || strlen(group) != len || strncmp(group, c->words, len) != 0))
			continue;
		snprintf(text, sizeof(text), "%.*s", (int)(group ? strlen(blank + 1) : len),
			group ? blank + 1 : c->words);
		if (!text_list_has(&known, text))
			text_list_add(&known, text);
	}
	/* text_nearest() wants a NULL at the end. */
	if (known.count && text_list_add(&known, "")) {
		char *last = known.items[known.count - 1];

		known.items[known.count - 1] = NULL;
		best = text_nearest(word, (const char *const *)known.items);
		known.items[known.count - 1] = last;
	}
	if (best)
		text_copy(store, size, best);
	text_list_free(&known);
	return best ? store : NULL;
}

static int unknown(struct command_env *env, int argc, char **argv)
{
	char store[64];
	bool group = is_group(argv[0]);
	const char *word = group && argc > 1 ? argv[1] : argv[0];
	const char *near = nearest(word, group ? argv[0] : NULL, store, sizeof(store));
	struct err err = ERR_INIT;

	if (word[0] == '-' && !group)
		err_set(&err, ERR_USAGE, "there is no option %s; `agentboard --help` lists them",
			word);
	else if (group && (argc < 2 || argv[1][0] == '-'))
		err_set(&err, ERR_USAGE, "%s what? See `agentboard %s --help`", argv[0], argv[0]);
	else if (near)
		err_set(&err, ERR_USAGE, "there is no command \"%s%s%s\": did you mean \"%s%s%s\"?",
			group ? argv[0] : "", group ? " " : "", word, group ? argv[0] : "",
			group ? " " : "", near);
	else
		err_set(&err, ERR_USAGE,
			"there is no command \"%s%s%s\"; `agentboard --help` lists them",
			group ? argv[0] : "", group ? " " : "", word);
	return command_fail(env, &err);
}

/* A disk that is full must not look like success; a reader that went away (head) is no failure. */
static int finish_output(struct command_env *env, int code)
{
	struct err err = ERR_INIT;

	if ((fflush(env->out) == 0 && !ferror(env->out)) || errno == EPIPE)
		return code;
	err_set_errno(&err, ERR_STORE, errno, "could not write the output");
	env->printed = true;
	return command_fail(env, &err);
}

static int run_command(
	struct command_env *env, const struct command *command, int argc, char **argv)
{
	struct arguments args = { { NULL, 0 }, { { 0 } }, 0 };
	struct err err = ERR_INIT;
	int code;

	if (arguments_want_help(argc, argv)) {
		command_help_one(env->out, command);
		return finish_output(env, 0);
	}
	if (arguments_parse(&args, env, command, argc, argv, &err) < 0) {
		code = command_fail(env, &err);
	} else if (command->changes && env->read_only) {
		err_set(&err, ERR_REFUSED, "`%s` changes something, and this is --read-only",
			command->words);
		code = command_fail(env, &err);
	} else {
		code = command->run(env, &args);
	}
	if (env->json && !env->printed)
		fprintf(env->out, "{\"ok\":%s}\n", code == 0 ? "true" : "false");
	text_list_free(&args.words);
	return finish_output(env, code);
}

int command_main(struct command_env *env, int argc, char **argv)
{
	const struct command *found = NULL;
	const struct command *c;
	struct err err = ERR_INIT;
	int used = 0;

	env->json = env->json || arguments_want_json(argc, argv);
	while (argc > 0 && strcmp(argv[0], "--json") == 0) {
		argc--;
		argv++;
	}
	if (argc == 0) {
		err_set(&err, ERR_USAGE, "a command is missing; `agentboard --help` lists them");
		return command_fail(env, &err);
	}
	if (strcmp(argv[0], "complete") == 0 && argc > 1 && strcmp(argv[1], "--") == 0)
		return command_complete(env, argc - 2, argv + 2);
	for (int i = 0; (c = command_at(i)) != NULL; i++) {
		int words = matches(c->words, argc, argv);

		if (words > used) {
			used = words;
			found = c;
		}
	}
	if (found)
		return run_command(env, found, argc - used, argv + used);
	if (argc > 0 && is_group(argv[0]) && arguments_want_help(argc, argv)) {
		command_help_all(env->out, argv[0]);
		return finish_output(env, 0);
	}
	return unknown(env, argc, argv);
}

void command_print_json(struct command_env *env, const struct buf *json)
{
	fprintf(env->out, "%s\n", buf_str(json));
	env->printed = true;
}

int command_fail(struct command_env *env, const struct err *err)
{
	struct buf text = BUF_INIT(8192);
	struct json json = JSON_INIT(&text);

	if (env->json && !env->printed) {
		json_open(&json, '{');
		json_key(&json, "error");
		json_open(&json, '{');
		json_put_text(&json, "kind", err_kind_name(err->kind));
		json_put_text(&json, "code", err->code);
		json_put_text(&json, "text", err->text);
		json_close(&json, '}');
		json_close(&json, '}');
		command_print_json(env, &text);
	} else {
		fflush(env->out);
		fputs("agentboard: ", env->errout);
		report_text(env->errout, err->text, 0); /* may quote an org or a driver */
		fputc('\n', env->errout);
	}
	buf_free(&text);
	return err_exit_code(err->kind);
}

int command_unseal(struct command_env *env, bool create, struct err *err)
{
	struct keyring *keyring = NULL;
	struct catalog catalog;
	int rc;

	if (env->keyring)
		return 0;
	if (create && (rc = home_make(env->home, err)) < 0)
		return rc;
	rc = keyring_open(&keyring, env->home->key, create, err);
	if (rc < 0)
		return rc;
	rc = files_catalog(&catalog, env->home, keyring, err);
	if (rc < 0) {
		keyring_free(keyring);
		return rc;
	}
	files_catalog_free(&env->catalog);
	env->catalog = catalog;
	env->keyring = keyring;
	return 0;
}

int command_unseal_if_any(struct command_env *env, struct err *err)
{
	struct err why = ERR_INIT;
	int rc = command_unseal(env, false, &why);

	return rc < 0 && rc != -ERR_NOT_FOUND ? err_copy(err, &why) : 0;
}

int command_open_log(struct command_env *env, const char *level, struct err *err)
{
	enum log_level parsed;

	if (log_level_parse(&parsed, level))
		return log_open(env->home->log, parsed, err);
	return err_set(err, ERR_CONFIG,
		"log_level \"%s\" in agent.cfg is none of error, warn, "
		"info, debug",
		level);
}

static atomic_bool interrupted;
static atomic_int interrupts;
static atomic_int last_signal;

static void on_signal(int number)
{
	atomic_store(&last_signal, number);
	atomic_fetch_add(&interrupts, 1);
	atomic_store(&interrupted, true);
}

const atomic_bool *command_interrupt(void)
{
	struct sigaction action = { .sa_handler = on_signal }; /* no SA_RESTART: reads shall end */

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	return &interrupted;
}

int command_interrupts(void)
{
	return atomic_load(&interrupts);
}

int command_last_signal(void)
{
	return atomic_load(&last_signal);
}

void command_interrupt_reset(void)
{
	atomic_store(&last_signal, 0);
	atomic_store(&interrupts, 0);
	atomic_store(&interrupted, false);
}
