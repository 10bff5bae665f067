/* terminal.c — the board in a pseudo-terminal. */

#include "base/base.h"
#include "e2e/terminal.h"

#include "base/clock.h"
#include "base/text.h"

#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_MS 20000

void terminal_open(struct terminal *terminal, const struct world *world)
{
	struct winsize size = { .ws_row = 24, .ws_col = 80 };

	buf_init(&terminal->seen, 4u << 20);
	buf_init(&terminal->all, 16u << 20);
	terminal->pid = forkpty(&terminal->fd, NULL, NULL, &size);
	ck_assert_int_ge(terminal->pid, 0);
	if (terminal->pid == 0) {
		setenv("TERM", "xterm", 1);
		unsetenv("NO_COLOR");
		execl(TEST_PROGRAM, TEST_PROGRAM, "--home", world->home, "--ascii", (char *)NULL);
		_exit(127);
	}
}

void terminal_await(struct terminal *terminal, const char *words)
{
	int64_t until = clock_mono() + PATIENCE_MS;
	struct pollfd wait = { .fd = terminal->fd, .events = POLLIN };
	char text[4096];
	char rest[65536];

	while (!strstr(buf_str(&terminal->seen), words)) {
		ssize_t got;

		ck_assert_msg(clock_mono() < until, "the board never wrote %s:\n%.2000s", words,
			buf_str(&terminal->seen));
		if (poll(&wait, 1, 500) <= 0) {
			/* Words that were there in part are sent in part: paint it whole. */
			terminal_type(terminal, "\014");
			continue;
		}
		got = read(terminal->fd, text, sizeof(text));
		ck_assert_int_gt(got, 0);
		for (ssize_t i = 0; i < got; i++) {
			buf_add_char(&terminal->seen, text[i] ? text[i] : ' ');
			buf_add_char(&terminal->all, text[i] ? text[i] : ' ');
		}
	}
	text_copy(rest, sizeof(rest), strstr(buf_str(&terminal->seen), words) + strlen(words));
	buf_reset(&terminal->seen);
	buf_add_str(&terminal->seen, rest);
}

void terminal_type(struct terminal *terminal, const char *keys)
{
	ck_assert_int_eq(write(terminal->fd, keys, strlen(keys)), (ssize_t)strlen(keys));
}

void terminal_close(struct terminal *terminal)
{
	int status;

	while (waitpid(terminal->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (terminal->fd >= 0)
		close(terminal->fd);
	buf_free(&terminal->seen);
	buf_free(&terminal->all);
}
