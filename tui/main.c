/* main.c — wires the rooms together: home, catalog, then the board, a command, or the reader child.
 */

#include "base/base.h"
#include "agent/agent.h"
#include "base/text.h"
#include "config/files.h"
#include "config/home.h"
#include "http/client.h"
#include "source/reader.h"
#include "tui/board/board.h"
#include "tui/command/command.h"

#include <limits.h>
#include <locale.h>
#include <signal.h>
#include <sodium.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* The leak check of a sanitizer attaches to the process, as a debugger would. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#endif

struct globals {
	const char *home, *theme;
	bool read_only, ascii, no_color, mouse, bell, json;
};

/* Take the option at argv[*i] (and its value). 1 = it was one of ours, 0 = not, negative = wrong.
 */
static int take_global(struct globals *globals, int argc, char **argv, int *i, struct err *err)
{
	const struct {
		const char *name;
		bool *flag;
	} flags[] = {
		{ "--read-only", &globals->read_only },
		{ "--ascii", &globals->ascii },
		{ "--no-color", &globals->no_color },
		{ "--mouse", &globals->mouse },
		{ "--bell", &globals->bell },
	};
	const struct {
		const char *name, *what, *sign;
		const char **value;
	} values[] = {
		{ "--home", "a folder", "DIR", &globals->home },
		{ "--theme", "a name", "NAME", &globals->theme },
	};
	const char *word = argv[*i];

	for (size_t f = 0; f < ARRAY_SIZE(flags); f++) {
		if (strcmp(word, flags[f].name) == 0) {
			*flags[f].flag = true;
			return 1;
		}
	}
	for (size_t v = 0; v < ARRAY_SIZE(values); v++) {
		size_t len = strlen(values[v].name);

		if (!text_starts(word, values[v].name) || (word[len] && word[len] != '='))
			continue;
		if (!word[len] && *i + 1 >= argc)
			return err_set(err, ERR_USAGE, "%s needs %s: %s %s", word, values[v].what,
				word, values[v].sign);
		*values[v].value = word[len] ? word + len + 1 : argv[++*i];
		return 1;
	}
	return 0;
}

/* Pick the program's own options out of argv, wherever they stand before "--"; the rest moves up.
 */
static int take_globals(struct globals *globals, int *argc, char **argv, struct err *err)
{
	int kept = 0;
	bool ended = false;

	for (int i = 0; i < *argc; i++) {
		int taken = 0;

		ended = ended || strcmp(argv[i], "--") == 0;
		if (!ended) {
			taken = take_global(globals, *argc, argv, &i, err);
			globals->json = globals->json || strcmp(argv[i], "--json") == 0;
		}
		if (taken < 0)
			return taken;
		if (!taken)
			argv[kept++] = argv[i];
	}
	argv[kept] = NULL;
	*argc = kept;
	return 0;
}

static int find_theme(enum theme *out, const char *name, const char *from, struct err *err)
{
	if (theme_named(out, name))
		return 0;
	return err_set(err, ERR_USAGE, "%s: no theme '%s'; there are %s", from, name, theme_names);
}

/* The option goes before the environment, which only a board looks at. */
static int choose_theme(enum theme *out, const char *option, struct err *err)
{
	const char *variable = getenv("AGENTBOARD_THEME");

	if (option)
		return find_theme(out, option, "--theme", err);
	return text_empty(variable) ? 0 : find_theme(out, variable, "AGENTBOARD_THEME", err);
}

/* Secrets are in memory: leave no core, and let no other process of the user look. */
static void keep_memory_private(void)
{
	const struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
#ifndef SANITIZED
	prctl(PR_SET_DUMPABLE, 0);
#endif
}

/* What agent.cfg says of the board, where it can be read; what is wrong with it the board tells. */
static void take_settings(struct board_env *board, const struct command_env *env)
{
	struct agent_settings settings = { 0 };

	bool known = files_load_settings(&settings, env->home, NULL) == 0;

	board->mouse = env->mouse || (known && settings.board.mouse);
	board->bell = env->bell || (known && settings.board.bell);
	agent_settings_free_fields(&settings);
}

static int open_board(struct command_env *env)
{
	struct err err = ERR_INIT;
	char who[128];
	struct board_env board = { .home = env->home,
		.catalog = &env->catalog,
		.program = env->program,
		.who = who,
		.read_only = env->read_only,
		.ascii = env->ascii,
		.no_color = env->no_color };

	agent_who(who, sizeof(who));
	take_settings(&board, env);
	if (choose_theme(&board.theme, env->theme, &err) < 0)
		return command_fail(env, &err);
	/* Without the key it shows all there is, and the agent does what takes a secret. */
	if (command_unseal(env, !env->read_only, &err) < 0 && err.kind != ERR_NOT_FOUND &&
		!keyring_is_closed(env->home->key))
		return command_fail(env, &err);
	err_clear(&err);
	return board_run(&board, &err) < 0 ? command_fail(env, &err) : 0;
}

/* What is asked before any home is needed. True when that was all. */
static bool answer_at_once(int argc, char **argv)
{
	const char *word = argc > 0 ? argv[0] : "";

	if (strcmp(word, "--version") == 0) {
		puts(PACKAGE_STRING);
		return true;
	}
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0) {
		command_help_all(stdout, argc > 1 && word[0] == 'h' ? argv[1] : NULL);
		return true;
	}
	return false;
}

static int run(struct command_env *env, const struct globals *globals, int argc, char **argv)
{
	struct err err = ERR_INIT;

	if (home_find(&env->home, globals->home, &err) < 0 ||
		files_catalog(&env->catalog, env->home, NULL, &err) < 0)
		return command_fail(env, &err);
	if (argc > 0)
		return command_main(env, argc, argv);
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		err_set(&err, ERR_USAGE,
			"the board needs a terminal; `agentboard --help` lists the commands");
		return command_fail(env, &err);
	}
	return open_board(env);
}

int main(int argc, char **argv)
{
	static char program[PATH_MAX];
	struct globals globals = { .no_color = getenv("NO_COLOR") && *getenv("NO_COLOR") };
	struct command_env env = {
		.program = program, .out = stdout, .errout = stderr, .open_board = open_board
	};
	enum theme theme = THEME_NORMAL;
	struct err err = ERR_INIT;
	ssize_t len;
	int code;

	keep_memory_private();
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* `ulimit -f`: a write fails then, as on a full disk */
	if (sodium_init() < 0)
		return EXIT_FAILURE;
	if (argc == 2 && strcmp(argv[1], "reader") == 0)
		return reader_child_main();
	setlocale(LC_ALL, "");
	setlocale(LC_NUMERIC, "C"); /* JSON and SQL know one decimal point */
	tzset();
	len = readlink("/proc/self/exe", program, sizeof(program) - 1);
	program[len > 0 ? len : 0] = '\0';
	argc--;
	argv++;
	if (take_globals(&globals, &argc, argv, &err) < 0 ||
		(globals.theme && choose_theme(&theme, globals.theme, &err) < 0))
		return command_fail(&env, &err);
	if (answer_at_once(argc, argv))
		return 0;
	env.json = globals.json;
	env.read_only = globals.read_only;
	env.ascii = globals.ascii;
	env.no_color = globals.no_color;
	env.theme = globals.theme;
	env.mouse = globals.mouse;
	env.bell = globals.bell;
	http_global_init();
	code = run(&env, &globals, argc, argv);
	files_catalog_free(&env.catalog);
	keyring_free(env.keyring);
	home_free(env.home);
	return code;
}
