/* spawn.c — starts an agent of its own session and waits until it answers, or says why not. */

#include "base/base.h"
#include "agent/agent.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_MS 15000
#define LOOK_EVERY_MS 50

extern char **environ;

/*
 * In the child of a program with threads: async-signal-safe calls alone. The second fork leaves
 * the agent to init, so that whoever started it has no zombie to reap.
 */
static void become_agent(char *const *argv, int said)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	sigset_t none;
	pid_t pid;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (setsid() < 0 || null < 0)
		_exit(127);
	pid = fork();
	if (pid != 0)
		_exit(pid < 0 ? 127 : 0);
	if (dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(said, 2) < 0 || chdir("/") != 0)
		_exit(127);
	close_range(3, ~0u, 0);
	execve(argv[0], argv, environ);
	_exit(127);
}

/* Take what the agent says; false once it has closed the pipe, that is, ended. */
static bool listen_to(int fd, struct buf *said)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	char text[512];
	ssize_t got;

	if (poll(&wait, 1, LOOK_EVERY_MS) <= 0)
		return true;
	got = read(fd, text, sizeof(text));
	if (got > 0)
		buf_add(said, text, (size_t)got);
	return got != 0;
}

/* The last line it said, without our own program's name before it. */
static int tell_failure(struct buf *said, struct err *err)
{
	char *text = text_trim(said->data ? said->data : (char[1]){ "" });
	const char *last = strrchr(text, '\n');

	last = last ? last + 1 : text;
	if (text_starts(last, "agentboard: "))
		last += strlen("agentboard: ");
	return err_set(err, ERR_CONFIG, "the agent did not start: %s",
		*last ? last : "it ended without a word");
}

static int wait_until_up(int fd, const char *socket_path, struct err *err)
{
	int64_t until = clock_mono() + PATIENCE_MS;
	struct buf said = BUF_INIT(8192);
	struct agent_status status;
	int rc = 1;

	while (rc > 0) {
		bool ended = !listen_to(fd, &said); /* or, once up, turned to its log */

		if (agent_client_status(&status, socket_path, NULL) == 0)
			rc = 0;
		else if (ended)
			rc = tell_failure(&said, err);
		else if (clock_mono() > until)
			rc = err_set(err, ERR_UNFINISHED,
				"the agent was started but does not answer at %s yet", socket_path);
	}
	buf_free(&said);
	return rc;
}

int agent_spawn(const char *program, const char *home, const char *socket_path, struct err *err)
{
	char *with_home[] = { (char *)program, (char *)"--home", (char *)home, (char *)"agent",
		(char *)"run", (char *)"--detached", NULL };
	char *without[] = { (char *)program, (char *)"agent", (char *)"run", (char *)"--detached",
		NULL };
	int pipe_fds[2];
	int status;
	pid_t pid;
	int rc;

	if (pipe2(pipe_fds, O_CLOEXEC) != 0)
		return err_set_errno(err, ERR_STORE, errno, "could not make a pipe");
	pid = fork();
	if (pid == 0)
		become_agent(home ? with_home : without, pipe_fds[1]);
	close(pipe_fds[1]);
	if (pid < 0) {
		rc = err_set_errno(err, ERR_NOMEM, errno, "could not start %s", program);
	} else {
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
		rc = wait_until_up(pipe_fds[0], socket_path, err);
	}
	close(pipe_fds[0]);
	return rc;
}
