/* main.c — takes the global options, wires files into the core, and hands over: to the reader
 * child, to a command, or to the board. */

#include "base/base.h"
#include "agent/agent.h"
#include "config/files.h"
#include "http/client.h"
#include "source/reader.h"
#include "tui/board/board.h"
#include "tui/command/command.h"

#include <locale.h>
#include <signal.h>
#include <sodium.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* Secrets live in this memory: no core file, no debugger of another process of the same user. */
static void guard_memory(void)
{
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
}

static void start_libraries(void)
{
	setlocale(LC_ALL, "");
	setlocale(LC_NUMERIC, "C"); /* JSON and SQL know one decimal point */
	signal(SIGPIPE, SIG_IGN);
	http_global_init();
}

/* Take "--home DIR" and its like from the front of argv. Returns how many words, or negative. */
static int take_globals(
	struct command_env *env, const char **home, bool *version, int argc, char **argv)
{
	struct {
		const char *name;
		bool *flag;
	} flags[] = {
		{ "--read-only", &env->read_only },
		{ "--ascii", &env->ascii },
		{ "--no-color", &env->no_color },
		{ "--json", &env->json },
		{ "--version", version },
	};
	struct err err = ERR_INIT;
	int at = 0;

	for (; at < argc && argv[at][0] == '-'; at++) {
		size_t i = 0;

		if (strcmp(argv[at], "--help") == 0 || strcmp(argv[at], "-h") == 0)
			return at;
		if (strcmp(argv[at], "--home") == 0 && at + 1 < argc) {
			*home = argv[++at];
			continue;
		}
		if (strncmp(argv[at], "--home=", 7) == 0) {
			*home = argv[at] + 7;
			continue;
		}
		while (i < ARRAY_SIZE(flags) && strcmp(argv[at], flags[i].name) != 0)
			i++;
		if (i == ARRAY_SIZE(flags)) {
			err_set(&err, ERR_USAGE,
				"unknown option %s; `agentboard --help` lists them", argv[at]);
			return -command_fail(env, &err);
		}
		*flags[i].flag = true;
	}
	return at;
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
		.no_color = env->no_color || getenv("NO_COLOR") };

	if (command_unseal(env, !env->read_only, &err) < 0 && err.kind != ERR_NOT_FOUND)
		return command_fail(env, &err);
	err_clear(&err);
	agent_who(who, sizeof(who));
	return board_run(&board, &err) < 0 ? command_fail(env, &err) : 0;
}

static int run(struct command_env *env, int argc, char **argv)
{
	const char *home = NULL;
	bool version = false;
	struct err err = ERR_INIT;
	int used = take_globals(env, &home, &version, argc, argv);

	if (used < 0)
		return -used;
	if (version) {
		printf("agentboard %s\n", PACKAGE_VERSION);
		return 0;
	}
	argc -= used;
	argv += used;
	if (argc && (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0 ||
			    strcmp(argv[0], "help") == 0)) {
		command_help_all(env->out, NULL);
		return 0;
	}
	if (home_find(&env->home, home, &err) < 0 ||
		files_catalog(&env->catalog, env->home, NULL, &err) < 0)
		return command_fail(env, &err);
	return argc ? command_main(env, argc, argv) : open_board(env);
}

int main(int argc, char **argv)
{
	char program[4096];
	ssize_t len = readlink("/proc/self/exe", program, sizeof(program) - 1);
	struct command_env env = {
		.program = argv[0], .out = stdout, .errout = stderr, .open_board = open_board
	};
	int code;

	guard_memory();
	if (sodium_init() < 0)
		return 1;
	if (argc == 2 && strcmp(argv[1], "reader") == 0)
		return reader_child_main();
	start_libraries();
	if (len > 0) {
		program[len] = '\0';
		env.program = program;
	}
	code = run(&env, argc - 1, argv + 1);
	files_catalog_free(&env.catalog);
	keyring_free(env.keyring);
	home_free(env.home);
	return code;
}
