/* fixture.c — a board on a pseudo-terminal, over a home of its own. */

#include "screens/fixture.h"

#include "screens/actors.h"
#include "screens/filled.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

void fixture_init(struct fixture *fx)
{
	memset(fx, 0, sizeof(*fx));
	fx->terminal = (struct pty_options){ .rows = 24, .cols = 80 };
}

void fixture_set_clock(const struct fixture *fx, int64_t ms)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRId64, ms);
	filled_write(fx->home->data, FIXTURE_CLOCK, text);
}

const char *fixture_asked(const struct fixture *fx)
{
	static struct buf text = BUF_INIT(1u << 20);
	char *path = file_join(fx->home->data, "asked.txt");
	struct err err = ERR_INIT;

	buf_reset(&text);
	if (file_exists(path))
		ck_ok(file_read(&text, path, &err), &err);
	free(path);
	return buf_str(&text);
}

/* ---- the board ---- */

static int run_board(void *ctx)
{
	struct fixture *fx = ctx;
	struct err err = ERR_INIT;
	struct board_env env = { .home = fx->home,
		.catalog = &fx->catalog,
		.program = "/nonexistent/agentboard",
		.who = "anna (ssh 10.0.0.7)",
		.read_only = fx->read_only,
		.ascii = fx->ascii,
		.no_color = fx->no_color,
		.theme = fx->theme,
		.mouse = fx->mouse,
		.bell = fx->bell,
		.services = actors_of(fx) };
	int rc = board_run(&env, &err);

	if (rc)
		fprintf(stderr, "%s\n", err.text);
	return rc ? err_exit_code(err.kind) : 0;
}

/* The foreground of the terminal goes to process group `group`. */
static void give_terminal(pid_t group)
{
	signal(SIGTTOU, SIG_IGN);
	tcsetpgrp(STDIN_FILENO, group);
	signal(SIGTTOU, SIG_DFL);
}

/* As much of a shell as suspending needs: it takes the terminal, and gives it back after a line. */
static int run_shell(void *ctx)
{
	pid_t child = fork();
	char line[80];
	int status = 0;

	if (child == 0) {
		setpgid(0, 0);
		give_terminal(getpid());
		exit(run_board(ctx));
	}
	setpgid(child, child);
	give_terminal(child);
	while (waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status)) {
		give_terminal(getpgrp());
		printf("the shell has the terminal\n");
		fflush(stdout);
		if (read(STDIN_FILENO, line, sizeof(line)) <= 0)
			return 99;
		give_terminal(child);
		kill(-child, SIGCONT);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 98;
}

void fixture_start(struct fixture *fx)
{
	struct err err = ERR_INIT;

	char *folder = file_join(test_folder(), "acme");

	if (!fx->empty)
		filled_copy(folder);
	ck_ok(home_find(&fx->home, folder, &err), &err);
	ck_ok(home_make(fx->home, &err), &err);
	ck_ok(keyring_open(&fx->keyring, fx->home->key, true, &err), &err);
	ck_ok(files_catalog(&fx->catalog, fx->home, fx->keyring, &err), &err);
	clock_freeze(FIXTURE_NOW);
	if (!fx->empty) {
		if (fx->broken_file)
			filled_write(fx->home->connections, "broken.cfg",
				"name = \"broken\";\ntyp = \"Agent Database\";\n");
		filled_open(fx, folder);
		clock_freeze(FIXTURE_NOW);
	}
	free(folder);
	fx->pty = pty_start(&fx->terminal, fx->shell ? run_shell : run_board, fx);
}

void fixture_restart(struct fixture *fx, int number)
{
	if (number)
		pty_signal(fx->pty, number);
	pty_wait_exit(fx->pty);
	pty_end(fx->pty);
	fx->pty = fixture_another(fx);
}

struct pty *fixture_another(struct fixture *fx)
{
	return pty_start(&fx->terminal, fx->shell ? run_shell : run_board, fx);
}

void fixture_end(struct fixture *fx)
{
	pty_end(fx->pty);
	run_claim_free(fx->claim);
	store_close(fx->store);
	files_catalog_free(&fx->catalog);
	keyring_free(fx->keyring);
	home_free(fx->home);
	clock_freeze(-1);
}
