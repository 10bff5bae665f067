/* arguments.c — reads argv by the command's option table. */

#include "base/base.h"
#include "tui/command/arguments.h"

const struct option_spec command_common_options[] = {
	{ "--json", OPTION_FLAG, NULL, "one JSON document on standard output, also on failure" },
	{ "--help", OPTION_FLAG, NULL, "this help" },
	{ NULL, OPTION_FLAG, NULL, NULL },
};

static bool has_before_end(int argc, char **argv, const char *word, const char *alias)
{
	for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (strcmp(argv[i], word) == 0 || (alias && strcmp(argv[i], alias) == 0))
			return true;
	}
	return false;
}

bool arguments_want_help(int argc, char **argv)
{
	return has_before_end(argc, argv, "--help", "-h");
}

bool arguments_want_json(int argc, char **argv)
{
	return has_before_end(argc, argv, "--json", NULL);
}

/* `word` is "--limit" or "--limit=5". */
static const struct option_spec *find_in(const struct option_spec *specs, const char *word)
{
	size_t len = strcspn(word, "=");

	for (; specs && specs->name; specs++) {
		if (strlen(specs->name) == len && strncmp(specs->name, word, len) == 0)
			return specs;
	}
	return NULL;
}

static int unknown_option(const struct command *command, const char *word, struct err *err)
{
	const char *names[64] = { "--json", "--help" };
	int count = 2;
	const char *near;

	for (const struct option_spec *o = command->options; o && o->name && count < 62; o++)
		names[count++] = o->name;
	near = text_nearest(word, names);
	if (near)
		return err_set(err, ERR_USAGE, "%s has no option %s: did you mean %s?",
			command->words, word, near);
	return err_set(err, ERR_USAGE, "%s has no option %s; see `agentboard %s --help`",
		command->words, word, command->words);
}

/* Take the option at argv[*i], and its value if it has one. */
static int take_option(struct arguments *out, struct command_env *env,
	const struct command *command, int argc, char **argv, int *i, struct err *err)
{
	const char *word = argv[*i];
	const struct option_spec *spec = find_in(command->options, word);
	const char *text = strchr(word, '=');
	int64_t number = 0;

	if (!spec)
		spec = find_in(command_common_options, word);
	if (!spec)
		return unknown_option(command, word, err);
	if (spec->kind == OPTION_FLAG && text)
		return err_set(err, ERR_USAGE, "%s takes no value", spec->name);
	if (spec->kind != OPTION_FLAG) {
		if (!text && *i + 1 >= argc)
			return err_set(err, ERR_USAGE, "%s needs a value: %s %s", spec->name,
				spec->name, spec->value ? spec->value : "VALUE");
		text = text ? text + 1 : argv[++*i];
	}
	if (spec->kind == OPTION_NUMBER && !text_int(&number, text, 0, INT64_MAX))
		return err_set(
			err, ERR_USAGE, "%s needs a whole number, not \"%s\"", spec->name, text);
	if (out->option_count == COMMAND_OPTIONS_MAX)
		return err_set(err, ERR_USAGE, "more than %d options", COMMAND_OPTIONS_MAX);
	out->options[out->option_count].spec = spec;
	out->options[out->option_count].text = text;
	out->options[out->option_count].number = number;
	out->option_count++;
	env->json = env->json || strcmp(spec->name, "--json") == 0;
	return 0;
}

static int check_words(const struct arguments *args, const struct command *command, struct err *err)
{
	int count = (int)args->words.count;

	if (count >= command->min_words && (command->max_words < 0 || count <= command->max_words))
		return 0;
	return err_set(err, ERR_USAGE, "%s: usage: agentboard %s %s",
		count < command->min_words ? "something is missing" : "too many words",
		command->words, command->usage ? command->usage : "");
}

int arguments_parse(struct arguments *out, struct command_env *env, const struct command *command,
	int argc, char **argv, struct err *err)
{
	bool ended = false;

	for (int i = 0; i < argc; i++) {
		int rc = 0;

		if (!ended && strcmp(argv[i], "--") == 0)
			ended = true;
		else if (!ended && argv[i][0] == '-' && argv[i][1] == '-')
			rc = take_option(out, env, command, argc, argv, &i, err);
		else if (!ended && argv[i][0] == '-' && argv[i][1])
			rc = unknown_option(command, argv[i], err);
		else if (!text_list_add(&out->words, argv[i]))
			rc = err_nomem(err);
		if (rc < 0)
			return rc;
	}
	return check_words(out, command, err);
}

/* The last use of `name`, or -1. */
static int find_last(const struct arguments *args, const char *name)
{
	for (int i = args->option_count - 1; i >= 0; i--) {
		if (strcmp(args->options[i].spec->name, name) == 0)
			return i;
	}
	return -1;
}

bool argument_flag(const struct arguments *args, const char *name)
{
	return find_last(args, name) >= 0;
}

const char *argument_text(const struct arguments *args, const char *name)
{
	int i = find_last(args, name);

	return i >= 0 ? args->options[i].text : NULL;
}

int64_t argument_number(const struct arguments *args, const char *name, int64_t otherwise)
{
	int i = find_last(args, name);

	return i >= 0 ? args->options[i].number : otherwise;
}

const char *argument_many(const struct arguments *args, const char *name, int i)
{
	for (int k = 0; k < args->option_count; k++) {
		if (strcmp(args->options[k].spec->name, name) == 0 && i-- == 0)
			return args->options[k].text;
	}
	return NULL;
}
