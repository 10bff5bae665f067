/* help.c — help and completion, generated from the command tables alone. */

#include "base/base.h"
#include "tui/command/command.h"
#include "config/files.h"
#include "store/filter.h"
#include "tui/command/grid.h"

const struct option_spec command_global_options[] = {
	{ "--home", OPTION_TEXT, "DIR", "everything of this Agentboard lives under DIR" },
	{ "--read-only", OPTION_FLAG, NULL, "look, but change nothing" },
	{ "--ascii", OPTION_FLAG, NULL, "no line drawing characters" },
	{ "--no-color", OPTION_FLAG, NULL, "no colours (NO_COLOR does the same)" },
	{ "--theme", OPTION_TEXT, "NAME",
		"normal, colour-blind or contrast ($AGENTBOARD_THEME does the same)" },
	{ "--mouse", OPTION_FLAG, NULL,
		"the board takes clicks and the wheel (board.mouse in agent.cfg)" },
	{ "--bell", OPTION_FLAG, NULL,
		"the board rings when a run that you watch ends (board.bell)" },
	{ "--version", OPTION_FLAG, NULL, "print the version" },
	{ NULL, OPTION_FLAG, NULL, NULL },
};

static const char *const exit_codes[] = {
	"0  all well",
	"1  some messages failed or are Unknown",
	"2  wrong usage",
	"3  configuration",
	"4  refused by Salesforce or the agent (credentials, permissions)",
	"5  unreachable",
	"6  the source",
	"7  a limit of the org",
	"8  the store",
	"9  not finished",
	"130  interrupted",
};

static bool in_group(const struct command *command, const char *group)
{
	size_t len;

	if (!group)
		return true;
	len = strlen(group);
	return strncmp(command->words, group, len) == 0 &&
	       (command->words[len] == ' ' || !command->words[len]);
}

static void print_options(FILE *to, const struct option_spec *options)
{
	for (; options && options->name; options++) {
		char left[64];

		snprintf(left, sizeof(left), "%s%s%s", options->name, options->value ? " " : "",
			options->value ? options->value : "");
		if (strlen(left) < 24)
			fprintf(to, "  %-24s%s\n", left, options->help);
		else
			fprintf(to, "  %s\n  %-24s%s\n", left, "", options->help);
	}
}

void command_help_all(FILE *to, const char *group)
{
	const struct command *c;

	if (!group)
		fprintf(to, "usage: agentboard [--home DIR] [--read-only] [--ascii] [--no-color]\n"
			    "                  [--theme NAME] [--mouse] [--bell]   the board\n"
			    "       agentboard COMMAND ...\n\ncommands:\n");
	for (int i = 0; (c = command_at(i)) != NULL; i++) {
		if (in_group(c, group))
			fprintf(to, "  %s%s%s\n      %s\n", c->words,
				c->usage && *c->usage ? " " : "", c->usage ? c->usage : "",
				c->help);
	}
	if (group)
		return;
	fputs("\noptions of the program:\n", to);
	print_options(to, command_global_options);
	fputs("\noptions of every command:\n", to);
	print_options(to, command_common_options);
	fputs("\nexit codes:\n", to);
	for (size_t i = 0; i < ARRAY_SIZE(exit_codes); i++)
		fprintf(to, "  %s\n", exit_codes[i]);
}

static void print_filter_help(FILE *to)
{
	fputs("\nFILTER: words that must all hold; ! before one inverts it:\n  ", to);
	for (const char *const *term = filter_terms(); *term; term++)
		fprintf(to, "%s: ", *term);
	fputs("and bare text\n  status:failed interface:order-lines run:12 key:ORD-1* since:1h\n",
		to);
}

/* Commands that take --set, and the keys they know. */
static const struct {
	const char *words;
	const struct key_help *(*keys)(void);
} settable[] = {
	{ "connection add", files_connection_keys },
	{ "interface add", files_interface_keys },
};

static bool is_secret(const char *key)
{
	const char *const *secrets = files_secret_keys();

	while (*secrets && strcmp(*secrets, key) != 0)
		secrets++;
	return *secrets != NULL;
}

static void print_keys(FILE *to, const struct key_help *key)
{
	fputs("\nkeys of --set, which are those of the file:\n", to);
	for (; key->key; key++) {
		char name[64];
		char text[256];
		size_t used;

		snprintf(name, sizeof(name), "  %s", key->key);
		snprintf(text, sizeof(text), "%s%s", key->help,
			is_secret(key->key) ? " (--secret)" : "");
		for (int i = 0; key->choices && key->choices[i]; i++) {
			used = strlen(text);
			snprintf(text + used, sizeof(text) - used, "%s%s", i ? ", " : ": ",
				key->choices[i]);
		}
		grid_pair(to, 32, name, text);
	}
}

void command_help_one(FILE *to, const struct command *command)
{
	fprintf(to, "usage: agentboard %s%s%s\n\n%s\n\noptions:\n", command->words,
		command->usage && *command->usage ? " " : "", command->usage ? command->usage : "",
		command->help);
	print_options(to, command->options);
	print_options(to, command_common_options);
	if (command->usage && strstr(command->usage, "FILTER"))
		print_filter_help(to);
	for (size_t i = 0; i < ARRAY_SIZE(settable); i++) {
		if (strcmp(command->words, settable[i].words) == 0)
			print_keys(to, settable[i].keys());
	}
}
