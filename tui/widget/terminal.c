/*
 * terminal.c — a crash must not leave an operator with a terminal that shows nothing they type.
 * Everything the handler needs is prepared beforehand: it calls only what is safe in a handler.
 */

#include "base/base.h"
#include "tui/widget/terminal.h"

#include <signal.h>
#include <termios.h>
#include <unistd.h>

static const int crashes[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };

/* One terminal a process: the handler has no other way to find it. */
static struct {
	volatile sig_atomic_t on;
	pid_t owner;
	int in, out;
	struct termios modes;
	char restore[256];
	size_t restore_len;
	struct sigaction before[ARRAY_SIZE(crashes)];
	stack_t stack_before;
} guarded;

static char crash_stack[64 * 1024];

static void give_back(int number)
{
	ssize_t ignored;

	if (guarded.on && getpid() == guarded.owner) {
		guarded.on = 0;
		ignored = write(guarded.out, guarded.restore, guarded.restore_len);
		(void)ignored;
		tcsetattr(guarded.in, TCSANOW, &guarded.modes);
	}
	raise(number); /* SA_RESETHAND: now it kills */
}

int terminal_guard(int in, int out, struct err *err)
{
	struct sigaction action = { .sa_handler = give_back,
		.sa_flags = (int)(SA_RESETHAND | SA_ONSTACK | SA_NODEFER) };
	stack_t stack = { .ss_sp = crash_stack, .ss_size = sizeof(crash_stack) };

	memset(&guarded, 0, sizeof(guarded));
	if (tcgetattr(in, &guarded.modes) != 0)
		return err_set(err, ERR_USAGE,
			"The board needs a terminal; in scripts use the commands (see agentboard "
			"--help)");
	guarded.in = in;
	guarded.out = out;
	guarded.owner = getpid();
	sigaltstack(&stack, &guarded.stack_before);
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < ARRAY_SIZE(crashes); i++)
		sigaction(crashes[i], &action, &guarded.before[i]);
	guarded.on = 1;
	return 0;
}

void terminal_restore_add(const char *sequence)
{
	size_t len = guarded.restore_len;

	if (!sequence || sequence == (const char *)-1)
		return;
	while (*sequence && len < sizeof(guarded.restore)) {
		if (sequence[0] == '$' && sequence[1] == '<') {
			sequence += strcspn(sequence, ">");
			sequence += *sequence != '\0';
			continue;
		}
		guarded.restore[len++] = *sequence++;
	}
	guarded.restore_len = len;
}

void terminal_restore_remove(const char *sequence)
{
	size_t len = strlen(sequence);
	char *at = memmem(guarded.restore, guarded.restore_len, sequence, len);
	size_t behind;

	if (!at || !len)
		return;
	behind = guarded.restore_len - (size_t)(at - guarded.restore) - len;
	guarded.restore_len -= len;
	memmove(at, at + len, behind);
}

void terminal_unguard(void)
{
	if (!guarded.on)
		return;
	guarded.on = 0;
	for (size_t i = 0; i < ARRAY_SIZE(crashes); i++)
		sigaction(crashes[i], &guarded.before[i], NULL);
	sigaltstack(&guarded.stack_before, NULL);
}

void terminal_write(int fd, const char *text)
{
	size_t len = strlen(text);

	while (len) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		text += n;
		len -= (size_t)n;
	}
}
