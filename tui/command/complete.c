/* complete.c — what may follow on the command line, for shells: from the same tables as everything,
 * so that it cannot be out of date. */

#include "base/base.h"
#include "tui/command/command.h"
#include "config/files.h"

/* What a command's plain words name. */
static const struct {
	const char *words; /* beginning of the command's words */
	bool interfaces;   /* else connections */
} named[] = {
	{ "connection ", false },
	{ "ping ", false },
	{ "package", false },
	{ "doctor", false },
	{ "interface ", true },
	{ "process", true },
};

static void offer(struct command_env *env, const char *word, const char *typed)
{
	if (text_starts(word, typed))
		fprintf(env->out, "%s\n", word);
}

static void offer_options(
	struct command_env *env, const struct option_spec *options, const char *typed)
{
	for (; options && options->name; options++)
		offer(env, options->name, typed);
}

/* The `n`-th word of every command whose words before it are those of `argv`. */
static void offer_words(struct command_env *env, int n, char **argv, const char *typed)
{
	struct text_list offered = { NULL, 0 };
	const struct command *c;

	for (int i = 0; (c = command_at(i)) != NULL; i++) {
		const char *blank = strchr(c->words, ' ');
		char first[64];
		const char *word;

		snprintf(first, sizeof(first), "%.*s",
			(int)(blank ? blank - c->words : (ptrdiff_t)strlen(c->words)), c->words);
		if (n == 1 && (!blank || strcmp(first, argv[0]) != 0))
			continue;
		word = n == 0 ? first : blank + 1;
		if (!text_list_has(&offered, word) && text_list_add(&offered, word))
			offer(env, word, typed);
	}
	text_list_free(&offered);
}

static void offer_names(struct command_env *env, const struct command *command, const char *typed)
{
	const struct catalog *catalog = &env->catalog;
	struct text_list names = { NULL, 0 };

	for (size_t i = 0; i < ARRAY_SIZE(named); i++) {
		if (!text_starts(command->words, named[i].words))
			continue;
		if (named[i].interfaces)
			catalog->interfaces(catalog->self, &names, NULL);
		else
			catalog->connections(catalog->self, &names, NULL);
		break;
	}
	for (size_t i = 0; i < names.count; i++)
		offer(env, names.items[i], typed);
	text_list_free(&names);
}

/* --set is followed by a key of the file. */
static void offer_keys(struct command_env *env, const struct command *command, const char *typed)
{
	const struct key_help *key = text_starts(command->words, "interface")
					     ? files_interface_keys()
					     : files_connection_keys();

	for (; key->key; key++) {
		char word[128];

		snprintf(word, sizeof(word), "%s=", key->key);
		offer(env, word, typed);
	}
}

static const struct command *find_command(int argc, char **argv)
{
	const struct command *c;

	for (int i = 0; (c = command_at(i)) != NULL; i++) {
		char words[128];

		snprintf(words, sizeof(words), "%s%s%s", argv[0], strchr(c->words, ' ') ? " " : "",
			strchr(c->words, ' ') && argc > 1 ? argv[1] : "");
		if (strcmp(words, c->words) == 0)
			return c;
	}
	return NULL;
}

int command_complete(struct command_env *env, int argc, char **argv)
{
	const char *typed = argc > 0 ? argv[argc - 1] : "";
	int before = argc > 0 ? argc - 1 : 0;
	const struct command *command = before ? find_command(before, argv) : NULL;

	if (command && strcmp(argv[before - 1], "--set") == 0) {
		offer_keys(env, command, typed);
	} else if (typed[0] == '-') {
		offer_options(env, command ? command->options : command_global_options, typed);
		offer_options(env, command_common_options, typed);
	} else if (command) {
		offer_names(env, command, typed);
	} else if (before < 2) {
		offer_words(env, before, argv, typed);
	}
	return 0;
}
