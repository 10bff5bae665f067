/* pty.c — the child, the master side, and the emulator that reads it. */

#include "screens/pty.h"

#include "base/text.h"
#include "harness/check_main.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define DEADLINE_MS 10000
#define RAW_MAX (16u << 20)

struct pty {
	int master;
	int slave; /* kept open, so that modes can be read when the child is gone */
	pid_t child;
	bool ended;
	int status;
	int rows, cols;
	bool alternate;
	VTerm *vt;
	VTermScreen *screen;
	struct buf raw;
	struct buf text;
	struct buf line;
};

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts); /* the tests' own clock may stand still */
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int64_t now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int pty_patience(void)
{
	return test_patience();
}

static int64_t deadline(void)
{
	return now_ms() + (int64_t)DEADLINE_MS * pty_patience();
}

static int on_property(VTermProp prop, VTermValue *value, void *user)
{
	struct pty *pty = user;

	if (prop == VTERM_PROP_ALTSCREEN)
		pty->alternate = value->boolean;
	return 1;
}

static const VTermScreenCallbacks callbacks = { .settermprop = on_property };

static void become_program(
	struct pty *pty, const struct pty_options *options, pty_program *program, void *ctx)
{
	close(pty->master);
	setsid();
	ioctl(pty->slave, TIOCSCTTY, 0);
	dup2(pty->slave, STDIN_FILENO);
	dup2(pty->slave, STDOUT_FILENO);
	if (!getenv("SCREENS_STDERR"))
		dup2(pty->slave, STDERR_FILENO);
	setenv("TERM", options->term ? options->term : "xterm-256color", 1);
	setenv("LC_ALL", options->lang ? options->lang : "C.UTF-8", 1);
	setenv("TZ", "UTC", 1);
	unsetenv("LINES");
	unsetenv("COLUMNS");
	unsetenv("NO_COLOR");
	if (options->no_color)
		setenv("NO_COLOR", "1", 1);
	exit(program(ctx)); /* not _exit: sanitizers report at exit */
}

struct pty *pty_start(const struct pty_options *options, pty_program *program, void *ctx)
{
	struct pty *pty = calloc(1, sizeof(*pty));
	struct winsize size = { .ws_row = (unsigned short)options->rows,
		.ws_col = (unsigned short)options->cols };

	ck_assert_ptr_nonnull(pty);
	pty->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	ck_assert_int_ge(pty->master, 0);
	ck_assert_int_eq(grantpt(pty->master), 0);
	ck_assert_int_eq(unlockpt(pty->master), 0);
	pty->slave = open(ptsname(pty->master), O_RDWR | O_NOCTTY);
	ck_assert_int_ge(pty->slave, 0);
	ioctl(pty->master, TIOCSWINSZ, &size);
	pty->rows = options->rows;
	pty->cols = options->cols;
	pty->vt = vterm_new(pty->rows, pty->cols);
	vterm_set_utf8(pty->vt, 1);
	pty->screen = vterm_obtain_screen(pty->vt);
	vterm_screen_set_callbacks(pty->screen, &callbacks, pty);
	vterm_screen_enable_altscreen(pty->screen, 1);
	vterm_screen_reset(pty->screen, 1);
	buf_init(&pty->raw, RAW_MAX);
	buf_init(&pty->text, 1u << 20);
	buf_init(&pty->line, 1u << 16);
	pty->child = fork();
	ck_assert_int_ge(pty->child, 0);
	if (pty->child == 0)
		become_program(pty, options, program, ctx);
	return pty;
}

/* What the emulator answers (cursor reports and the like) goes back to the program. */
static void answer(struct pty *pty)
{
	char bytes[256];
	size_t len = vterm_output_read(pty->vt, bytes, sizeof(bytes));
	ssize_t ignored;

	if (len) {
		ignored = write(pty->master, bytes, len);
		(void)ignored;
	}
}

/* Wait up to `ms` for bytes; how many came, or -1 at the end. */
static ssize_t take(struct pty *pty, int ms)
{
	struct pollfd poller = { .fd = pty->master, .events = POLLIN };
	char bytes[8192];
	ssize_t n;

	if (poll(&poller, 1, ms) <= 0)
		return 0;
	n = read(pty->master, bytes, sizeof(bytes));
	if (n <= 0)
		return -1;
	buf_add(&pty->raw, bytes, (size_t)n);
	vterm_input_write(pty->vt, bytes, (size_t)n);
	answer(pty);
	return n;
}

void pty_type(struct pty *pty, const char *bytes)
{
	size_t len = strlen(bytes);

	ck_assert_int_eq((int)write(pty->master, bytes, len), (int)len);
}

static void add_cell(struct buf *out, const VTermScreenCell *cell)
{
	if (!cell->chars[0])
		buf_add_char(out, ' ');
	for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell->chars[i]; i++) {
		uint32_t c = cell->chars[i];

		if (c == (uint32_t)-1) /* the second half of a wide one */
			continue;
		if (c < 0x80) {
			buf_add_char(out, (char)c);
		} else if (c < 0x800) {
			buf_add_char(out, (char)(0xc0 | c >> 6));
			buf_add_char(out, (char)(0x80 | (c & 0x3f)));
		} else if (c < 0x10000) {
			buf_add_char(out, (char)(0xe0 | c >> 12));
			buf_add_char(out, (char)(0x80 | (c >> 6 & 0x3f)));
			buf_add_char(out, (char)(0x80 | (c & 0x3f)));
		} else {
			buf_add_char(out, (char)(0xf0 | c >> 18));
			buf_add_char(out, (char)(0x80 | (c >> 12 & 0x3f)));
			buf_add_char(out, (char)(0x80 | (c >> 6 & 0x3f)));
			buf_add_char(out, (char)(0x80 | (c & 0x3f)));
		}
	}
}

static void add_line(struct buf *out, struct pty *pty, int row)
{
	size_t from = out->len;

	for (int col = 0; col < pty->cols; col++) {
		VTermScreenCell cell = pty_cell(pty, row, col);

		add_cell(out, &cell);
	}
	while (out->len > from && out->data[out->len - 1] == ' ')
		buf_cut(out, out->len - 1);
}

const char *pty_line(struct pty *pty, int row)
{
	buf_reset(&pty->line);
	add_line(&pty->line, pty, row);
	return buf_str(&pty->line);
}

const char *pty_text(struct pty *pty)
{
	buf_reset(&pty->text);
	for (int row = 0; row < pty->rows; row++) {
		add_line(&pty->text, pty, row);
		buf_add_char(&pty->text, '\n');
	}
	return buf_str(&pty->text);
}

bool pty_shows(struct pty *pty, const char *text)
{
	return strstr(pty_text(pty), text) != NULL;
}

static void wait_for(struct pty *pty, const char *text, bool there)
{
	int64_t until = deadline();
	ssize_t n = 0;

	while (pty_shows(pty, text) != there) {
		if (now_ms() > until || n < 0)
			ck_abort_msg("%s \"%s\" on the screen:\n%s",
				there ? "there is no" : "there still is", text, pty_text(pty));
		n = take(pty, 100);
	}
}

void pty_wait(struct pty *pty, const char *text)
{
	wait_for(pty, text, true);
}

void pty_wait_gone(struct pty *pty, const char *text)
{
	wait_for(pty, text, false);
}

void pty_settle(struct pty *pty, int quiet_ms)
{
	int64_t until = deadline();

	while (now_ms() < until && take(pty, quiet_ms) > 0)
		;
}

void pty_listen(struct pty *pty, int ms)
{
	int64_t until = now_ms() + ms;

	while (now_ms() < until) {
		if (take(pty, (int)(until - now_ms())) < 0)
			return;
	}
}

int64_t pty_answer_us(struct pty *pty, const char *bytes, int quiet_ms)
{
	int64_t start = now_us();
	int64_t last = start;

	pty_type(pty, bytes);
	while (take(pty, quiet_ms) > 0)
		last = now_us();
	return last - start;
}

int64_t pty_wait_us(struct pty *pty, const char *text)
{
	int64_t start = now_us();

	pty_wait(pty, text);
	return now_us() - start;
}

int pty_bursts(struct pty *pty, int ms, int gap_ms)
{
	int64_t until = now_us() + (int64_t)ms * 1000;
	int64_t last = 0;
	int bursts = 0;

	while (now_us() < until) {
		if (take(pty, 20) <= 0)
			continue;
		bursts += now_us() - last > (int64_t)gap_ms * 1000;
		last = now_us();
	}
	return bursts;
}

int pty_pid(const struct pty *pty)
{
	return (int)pty->child;
}

size_t pty_bytes(const struct pty *pty)
{
	return pty->raw.len;
}

const struct buf *pty_raw(const struct pty *pty)
{
	return &pty->raw;
}

VTermScreenCell pty_cell(struct pty *pty, int row, int col)
{
	VTermPos pos = { .row = row, .col = col };
	VTermScreenCell cell;

	memset(&cell, 0, sizeof(cell));
	vterm_screen_get_cell(pty->screen, pos, &cell);
	return cell;
}

VTermState *pty_state(struct pty *pty)
{
	return vterm_obtain_state(pty->vt);
}

void pty_size(const struct pty *pty, int *rows, int *cols)
{
	*rows = pty->rows;
	*cols = pty->cols;
}

void pty_cursor(struct pty *pty, int *row, int *col)
{
	VTermPos pos;

	vterm_state_get_cursorpos(vterm_obtain_state(pty->vt), &pos);
	*row = pos.row;
	*col = pos.col;
}

bool pty_alternate(const struct pty *pty)
{
	return pty->alternate;
}

void pty_resize(struct pty *pty, int rows, int cols)
{
	struct winsize size = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols };

	while (take(pty, 0) > 0) /* libvterm 0.1 may crash over what was meant for a larger one */
		;
	pty->rows = rows;
	pty->cols = cols;
	vterm_set_size(pty->vt, rows, cols);
	ioctl(pty->master, TIOCSWINSZ, &size); /* the kernel sends SIGWINCH */
}

void pty_signal(struct pty *pty, int number)
{
	kill(pty->child, number);
}

static int exit_code(const struct pty *pty)
{
	return WIFEXITED(pty->status) ? WEXITSTATUS(pty->status) : 128 + WTERMSIG(pty->status);
}

int pty_drop(struct pty *pty)
{
	int64_t until = deadline();

	close(pty->slave);
	close(pty->master);
	pty->slave = pty->master = -1;
	while (!pty->ended && now_ms() < until) {
		poll(NULL, 0, 10);
		pty->ended = waitpid(pty->child, &pty->status, WNOHANG) == pty->child;
	}
	if (!pty->ended)
		ck_abort_msg("it does not end when the line drops");
	return exit_code(pty);
}

int pty_wait_exit(struct pty *pty)
{
	int64_t until = deadline();

	while (!pty->ended && now_ms() < until) {
		take(pty, 20);
		pty->ended = waitpid(pty->child, &pty->status, WNOHANG) == pty->child;
	}
	if (!pty->ended)
		ck_abort_msg("it does not end:\n%s", pty_text(pty));
	while (take(pty, 0) > 0)
		;
	return exit_code(pty);
}

void pty_modes(const struct pty *pty, struct termios *modes)
{
	ck_assert_int_eq(tcgetattr(pty->slave, modes), 0);
}

void pty_end(struct pty *pty)
{
	if (!pty)
		return;
	if (!pty->ended) {
		kill(pty->child, SIGTERM);
		pty_wait_exit(pty);
	}
	if (pty->master >= 0)
		close(pty->master);
	if (pty->slave >= 0)
		close(pty->slave);
	vterm_free(pty->vt);
	buf_free(&pty->raw);
	buf_free(&pty->text);
	buf_free(&pty->line);
	free(pty);
}
