/*
 * pty.h — a program on a pseudo-terminal in front of a terminal emulator (libvterm): what a person
 * would see, where the cursor is, and how many bytes it took. Nothing here sleeps for luck: it
 * waits for what is expected, with a deadline.
 */

#ifndef SCREENS_PTY_H
#define SCREENS_PTY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#include <vterm.h>

struct pty_options {
	int rows, cols;
	const char *term; /* NULL = xterm-256color */
	const char *lang; /* NULL = C.UTF-8 */
	bool no_color;	  /* sets NO_COLOR */
};

struct pty;

/* Runs on in a child of the test, whose controlling terminal is the new one. Returns its exit code.
 */
typedef int pty_program(void *ctx);

struct pty *pty_start(const struct pty_options *options, pty_program *program, void *ctx);

/* Ends the program if it still runs. */
void pty_end(struct pty *pty);

/* Type bytes. */
void pty_type(struct pty *pty, const char *bytes);

/* Keys as TERM=xterm sends them. */
#define KEY_UP "\033OA"
#define KEY_DOWN "\033OB"
#define KEY_RIGHT "\033OC"
#define KEY_LEFT "\033OD"
#define KEY_HOME "\033OH"
#define KEY_END "\033OF"
#define KEY_PGUP "\033[5~"
#define KEY_PGDN "\033[6~"
#define KEY_BTAB "\033[Z"
#define KEY_F1 "\033OP"
#define KEY_F2 "\033OQ"
#define KEY_F3 "\033OR"
#define KEY_F4 "\033OS"
#define KEY_F5 "\033[15~"
#define KEY_F6 "\033[17~"
#define KEY_F7 "\033[18~"
#define KEY_F8 "\033[19~"
#define KEY_F9 "\033[20~"
#define KEY_F10 "\033[21~"

/* Until the screen shows `text` / no longer shows it; fails the test after some seconds. */
void pty_wait(struct pty *pty, const char *text);
void pty_wait_gone(struct pty *pty, const char *text);
bool pty_shows(struct pty *pty, const char *text);

/* Until nothing came for `quiet_ms`. */
void pty_settle(struct pty *pty, int quiet_ms);

/* Take in what comes for `ms`, whatever it is. */
void pty_listen(struct pty *pty, int ms);

/* The screen as lines without trailing blanks; borrowed until the next call. */
const char *pty_text(struct pty *pty);
/* One line of it; borrowed. */
const char *pty_line(struct pty *pty, int row);

/* Type, and wait for the answer to end: microseconds to its last byte before `quiet_ms` of silence,
 * 0 when nothing came. */
int64_t pty_answer_us(struct pty *pty, const char *bytes, int quiet_ms);

/* Microseconds until the screen shows `text`. */
int64_t pty_wait_us(struct pty *pty, const char *text);

/* Take in what comes for `ms`: in how many bursts did it come, `gap_ms` apart from each other? */
int pty_bursts(struct pty *pty, int ms, int gap_ms);

/* Deadlines are so many times longer under a sanitizer, or as CK_TIMEOUT_MULTIPLIER says. */
int pty_patience(void);

int pty_pid(const struct pty *pty);

size_t pty_bytes(const struct pty *pty);
/* Everything that came, raw. */
const struct buf *pty_raw(const struct pty *pty);

VTermScreenCell pty_cell(struct pty *pty, int row, int col);
VTermState *pty_state(struct pty *pty);
void pty_size(const struct pty *pty, int *rows, int *cols);
void pty_cursor(struct pty *pty, int *row, int *col);
bool pty_alternate(const struct pty *pty);

void pty_resize(struct pty *pty, int rows, int cols);
void pty_signal(struct pty *pty, int number);

/* Wait for the end: the exit code, or 128 + signal. Fails the test when it does not end. */
int pty_wait_exit(struct pty *pty);

/* The line drops: the terminal is gone for the program. Its exit code, as above. */
int pty_drop(struct pty *pty);

/* The modes of the terminal, for "was it given back?". */
struct termios;
void pty_modes(const struct pty *pty, struct termios *modes);

#endif
