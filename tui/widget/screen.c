/* screen.c — ncurses' life: taking the terminal, its size and colours, keys, giving it back. */

#include "base/base.h"
#include "tui/widget/screen_private.h"

#include "base/text.h"
#include "tui/widget/keys.h"
#include "tui/widget/terminal.h"

#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <term.h>
#include <unistd.h>

/* A split escape sequence may take this long over a slow line; also the price of a lone Esc. */
#define ESCAPE_MS 30
/* So many empty reads of a readable terminal mean that it is gone. */
#define EMPTY_READS_MAX 50

#define PASTE_ON "\033[?2004h"
#define PASTE_OFF "\033[?2004l"
#define MOUSE_ON "\033[?1000h\033[?1006h"
#define MOUSE_OFF "\033[?1006l\033[?1000l"
enum { CODE_PASTE_BEGIN = KEY_MAX + 1, CODE_PASTE_END, CODE_MOUSE };

static bool set_locale_utf8(void)
{
	const char *now = setlocale(LC_CTYPE, NULL);

	if (text_equal(now, "C") || text_equal(now, "POSIX"))
		setlocale(LC_CTYPE, "");
	return text_equal(nl_langinfo(CODESET), "UTF-8");
}

static bool wants_no_color(const struct screen_options *options)
{
	return options->no_color || !text_empty(getenv("NO_COLOR"));
}

static enum theme_depth choose_depth(const struct screen_options *options)
{
	if (wants_no_color(options) || !has_colors() || start_color() == ERR)
		return THEME_MONO;
	use_default_colors();
	if (COLORS >= 256 && COLOR_PAIRS > 2 * STYLE_COUNT)
		return THEME_256;
	if (COLORS >= 16)
		return THEME_16;
	return COLORS >= 8 && COLOR_PAIRS > 2 * STYLE_COUNT ? THEME_8 : THEME_MONO;
}

static attr_t curses_attributes(unsigned attributes)
{
	attr_t attr = A_NORMAL;

	if (attributes & LOOK_BOLD)
		attr |= A_BOLD;
	if (attributes & LOOK_REVERSE)
		attr |= A_REVERSE;
	if (attributes & LOOK_UNDERLINE)
		attr |= A_UNDERLINE;
	return attr;
}

/* One pair for each distinct pair of colours; styles without colours of their own need none. */
static short pair_for(struct screen *screen, struct look look)
{
	if (look.fg < 0 && look.bg < 0)
		return 0;
	for (short i = 1; i <= screen->pairs; i++) {
		short fg = -1;
		short bg = -1;

		pair_content(i, &fg, &bg);
		if (fg == look.fg && bg == look.bg)
			return i;
	}
	if (init_pair((short)(screen->pairs + 1), look.fg, look.bg) == ERR)
		return 0;
	return ++screen->pairs;
}

static void load_theme(struct screen *screen, int bank, int flag)
{
	for (int style = 0; style < STYLE_COUNT; style++) {
		struct look look = theme_look(screen->theme, screen->depth, style | flag);
		struct paint *paint = &screen->paints[bank][style];

		paint->attr = curses_attributes(look.attributes);
		paint->pair = screen->depth == THEME_MONO ? (short)0 : pair_for(screen, look);
	}
}

/* Terminals that know bracketed paste and the mouse; others would at best ignore the request. */
static bool is_modern(const char *term)
{
	static const char *const families[] = { "xterm", "tmux", "screen", "rxvt", "alacritty",
		"foot", "kitty", "st-", "vte", "konsole", "putty" };

	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		if (term && text_starts(term, families[i]))
			return true;
	}
	return false;
}

static void guard_modes(struct screen *screen)
{
	terminal_restore_add(tigetstr("sgr0"));
	terminal_restore_add(tigetstr("rmkx"));
	terminal_restore_add(tigetstr("rmcup"));
	terminal_restore_add(tigetstr("cnorm"));
	if (screen->modern)
		terminal_restore_add(PASTE_OFF);
}

/*
 * What keyboards of today send, whatever TERM says of them: read as single characters, Home would
 * be the key 1. After ECMA-48, and the VT220's editing keys.
 */
static const struct {
	const char *sequence;
	int curses;
} common_keys[] = {
	{ "\033[A", KEY_UP },
	{ "\033[B", KEY_DOWN },
	{ "\033[C", KEY_RIGHT },
	{ "\033[D", KEY_LEFT },
	{ "\033[F", KEY_END },
	{ "\033[H", KEY_HOME },
	{ "\033[Z", KEY_BTAB },
	{ "\033OF", KEY_END },
	{ "\033OH", KEY_HOME },
	{ "\033[1~", KEY_HOME },
	{ "\033[2~", KEY_IC },
	{ "\033[3~", KEY_DC },
	{ "\033[4~", KEY_END },
	{ "\033[5~", KEY_PPAGE },
	{ "\033[6~", KEY_NPAGE },
	{ "\033[7~", KEY_HOME },
	{ "\033[8~", KEY_END },
	{ "\033OP",
		KEY_F(1) }, /* F1 to F4 as xterm, the VT220 and its heirs, and Linux send them */
	{ "\033OQ", KEY_F(2) },
	{ "\033OR", KEY_F(3) },
	{ "\033OS", KEY_F(4) },
	{ "\033[11~", KEY_F(1) },
	{ "\033[12~", KEY_F(2) },
	{ "\033[13~", KEY_F(3) },
	{ "\033[14~", KEY_F(4) },
	{ "\033[[A", KEY_F(1) },
	{ "\033[[B", KEY_F(2) },
	{ "\033[[C", KEY_F(3) },
	{ "\033[[D", KEY_F(4) },
	{ "\033[[E", KEY_F(5) },
	{ "\033[15~", KEY_F(5) },
	{ "\033[17~", KEY_F(6) },
	{ "\033[18~", KEY_F(7) },
	{ "\033[19~", KEY_F(8) },
	{ "\033[20~", KEY_F(9) },
	{ "\033[21~", KEY_F(10) },
};

static void define_keys(void)
{
	define_key("\033[200~", CODE_PASTE_BEGIN);
	define_key("\033[201~", CODE_PASTE_END);
	define_key("\033[<", CODE_MOUSE);
	for (size_t i = 0; i < ARRAY_SIZE(common_keys); i++) {
		if (key_defined(common_keys[i].sequence) == 0) /* terminfo knows better */
			define_key(common_keys[i].sequence, common_keys[i].curses);
	}
}

static void set_modes(struct screen *screen)
{
	raw();
	noecho();
	nonl();
	intrflush(stdscr, FALSE);
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	idlok(stdscr, TRUE);
	set_escdelay(ESCAPE_MS);
	define_keys();
	screen->depth = THEME_MONO;
}

int screen_open(struct screen **out, const struct screen_options *options, struct err *err)
{
	const char *term = options->term ? options->term : getenv("TERM");
	struct screen *screen = calloc(1, sizeof(*screen));
	bool utf8 = set_locale_utf8();
	int rc;

	*out = NULL;
	if (!screen)
		return err_nomem(err);
	screen->in = options->in ? options->in : stdin;
	screen->out = options->out ? options->out : stdout;
	screen->ascii = options->ascii || !utf8;
	screen->theme = options->theme;
	screen->modern = is_modern(term);
	rc = terminal_guard(fileno(screen->in), fileno(screen->out), err);
	if (rc)
		goto cleanup;
	use_tioctl(TRUE); /* the terminal knows its size better than $LINES */
	screen->term = text_empty(term) ? NULL : newterm(term, screen->out, screen->in);
	if (!screen->term) {
		rc = err_set(err, ERR_USAGE,
			"The terminal type '%s' is not known here; set TERM, for example "
			"TERM=vt100",
			term ? term : "");
		goto cleanup;
	}
	if (!tigetstr("cup")) {
		endwin();
		rc = err_set(err, ERR_USAGE,
			"A terminal of type '%s' cannot show the board; set TERM, or use the "
			"commands (see agentboard --help)",
			term);
		goto cleanup;
	}
	set_modes(screen);
	screen->depth = choose_depth(options);
	load_theme(screen, 0, 0);
	load_theme(screen, 1, STYLE_SELECTED);
	guard_modes(screen);
	if (screen->modern)
		terminal_write(fileno(screen->out), PASTE_ON);
	if (options->mouse)
		screen_set_mouse(screen, true);
	getmaxyx(stdscr, screen->rows, screen->cols);
	*out = screen;
	screen = NULL;
cleanup:
	if (screen) {
		terminal_unguard();
		if (screen->term)
			delscreen(screen->term);
		free(screen);
	}
	return rc;
}

/* Where the picture stays on the terminal, what comes next begins on a line of its own. */
static void leave_picture(const struct screen *screen)
{
	if (!tigetstr("rmcup")) {
		move(screen->rows - 1, 0);
		clrtoeol();
		refresh();
	}
	endwin();
}

void screen_close(struct screen *screen)
{
	if (!screen)
		return;
	if (screen->mouse)
		terminal_write(fileno(screen->out), MOUSE_OFF);
	if (screen->modern)
		terminal_write(fileno(screen->out), PASTE_OFF);
	leave_picture(screen);
	terminal_unguard();
	delscreen(screen->term);
	free(screen);
}

int screen_rows(const struct screen *screen)
{
	return screen->rows;
}

int screen_cols(const struct screen *screen)
{
	return screen->cols;
}

bool screen_ascii(const struct screen *screen)
{
	return screen->ascii;
}

enum theme_depth screen_depth(const struct screen *screen)
{
	return screen->depth;
}

bool screen_too_small(const struct screen *screen)
{
	return screen->rows < SCREEN_MIN_ROWS || screen->cols < SCREEN_MIN_COLS;
}

void screen_resize(struct screen *screen)
{
	struct winsize size;

	if (ioctl(fileno(screen->out), TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col &&
		(size.ws_row != screen->rows || size.ws_col != screen->cols)) {
		resize_term(size.ws_row, size.ws_col);
		getmaxyx(stdscr, screen->rows, screen->cols);
	}
	screen_repaint(screen);
}

void screen_repaint(struct screen *screen)
{
	(void)screen;
	clearok(curscr, TRUE);
}

void screen_suspend(struct screen *screen)
{
	struct sigaction stop = { .sa_handler = SIG_DFL };
	struct sigaction before;

	if (screen->mouse)
		terminal_write(fileno(screen->out), MOUSE_OFF);
	if (screen->modern)
		terminal_write(fileno(screen->out), PASTE_OFF);
	def_prog_mode();
	leave_picture(screen);
	sigemptyset(&stop.sa_mask);
	sigaction(SIGTSTP, &stop, &before);
	raise(SIGTSTP);
	sigaction(SIGTSTP, &before, NULL);
	reset_prog_mode();
	if (screen->modern)
		terminal_write(fileno(screen->out), PASTE_ON);
	if (screen->mouse)
		terminal_write(fileno(screen->out), MOUSE_ON);
	screen_resize(screen);
}

int screen_fd(const struct screen *screen)
{
	return fileno(screen->in);
}

static const struct {
	int curses, key;
} curses_keys[] = {
	{ KEY_UP, K_UP },
	{ KEY_DOWN, K_DOWN },
	{ KEY_LEFT, K_LEFT },
	{ KEY_RIGHT, K_RIGHT },
	{ KEY_HOME, K_HOME },
	{ KEY_END, K_END },
	{ KEY_A1, K_HOME },
	{ KEY_C1, K_END },
	{ KEY_FIND, K_HOME },
	{ KEY_SELECT, K_END },
	{ KEY_PPAGE, K_PAGE_UP },
	{ KEY_NPAGE, K_PAGE_DOWN },
	{ KEY_A3, K_PAGE_UP },
	{ KEY_C3, K_PAGE_DOWN },
	{ KEY_IC, K_INSERT },
	{ KEY_DC, K_DELETE },
	{ KEY_BACKSPACE, K_BACKSPACE },
	{ KEY_ENTER, K_ENTER },
	{ KEY_BTAB, K_BACKTAB },
	{ KEY_RESIZE, K_RESIZE },
	{ CODE_PASTE_BEGIN, K_PASTE_BEGIN },
	{ CODE_PASTE_END, K_PASTE_END },
};

static int translate_code(int code)
{
	if (code > KEY_F0 && code <= KEY_F(63))
		return K_F(code - KEY_F0);
	for (size_t i = 0; i < ARRAY_SIZE(curses_keys); i++) {
		if (curses_keys[i].curses == code)
			return curses_keys[i].key;
	}
	return K_OTHER;
}

static int translate_character(wint_t c)
{
	if (c == '\n')
		return K_ENTER;
	if (c == 8 || c == 127)
		return K_BACKSPACE;
	return (int)c;
}

/* Nothing came: is there somebody left who could type? */
static void look_for_end(struct screen *screen)
{
	struct pollfd poller = { .fd = fileno(screen->in), .events = POLLIN };

	if (poll(&poller, 1, 0) <= 0) {
		screen->empty_reads = 0;
		return;
	}
	if (poller.revents & (POLLHUP | POLLERR | POLLNVAL) ||
		++screen->empty_reads > EMPTY_READS_MAX)
		screen->gone = true;
}

bool screen_set_mouse(struct screen *screen, bool on)
{
	if (on && !screen->modern)
		return false;
	if (on == screen->mouse)
		return true;
	if (on)
		terminal_restore_add(MOUSE_OFF);
	else
		terminal_restore_remove(MOUSE_OFF);
	terminal_write(fileno(screen->out), on ? MOUSE_ON : MOUSE_OFF);
	screen->mouse = on;
	return true;
}

bool screen_mouse(const struct screen *screen)
{
	return screen->mouse;
}

struct mouse_event screen_mouse_event(const struct screen *screen)
{
	return screen->event;
}

/*
 * "0;12;5M" behind the sign that ncurses knows as CODE_MOUSE: button, column, row, and whether it
 * was pressed. Not by ncurses' own mouse, which takes the coding that terminfo names: for tmux and
 * screen one byte a coordinate.
 */
static bool read_report(int numbers[3], bool *pressed)
{
	int field = 0;
	wint_t c = 0;

	numbers[0] = numbers[1] = numbers[2] = 0;
	timeout(ESCAPE_MS);
	while (get_wch(&c) == OK && field < 3) {
		if (c >= '0' && c <= '9' && numbers[field] < 10000)
			numbers[field] = numbers[field] * 10 + (int)(c - '0');
		else if (c == ';')
			field++;
		else
			break;
	}
	nodelay(stdscr, TRUE);
	*pressed = c == 'M';
	return field == 2 && (c == 'M' || c == 'm');
}

/* The button's bits are those of X10: 3 for which, 4 to 16 for keys held, 64 for the wheel. */
static int take_report(struct screen *screen)
{
	int numbers[3];
	bool pressed;
	bool whole = read_report(numbers, &pressed);

	screen->event = (struct mouse_event){ MOUSE_OTHER, numbers[2] - 1, numbers[1] - 1 };
	if (!whole || !screen->mouse || !pressed)
		return K_MOUSE;
	if (numbers[0] == 0)
		screen->event.kind = MOUSE_PRESS;
	else if (numbers[0] == 64 || numbers[0] == 65)
		screen->event.kind = numbers[0] == 64 ? MOUSE_WHEEL_UP : MOUSE_WHEEL_DOWN;
	return K_MOUSE;
}

int screen_key(struct screen *screen)
{
	wint_t c = 0;
	int kind = get_wch(&c);

	if (kind == ERR) {
		look_for_end(screen);
		return K_NONE;
	}
	screen->empty_reads = 0;
	if (kind == KEY_CODE_YES && c == CODE_MOUSE)
		return take_report(screen);
	return kind == KEY_CODE_YES ? translate_code((int)c) : translate_character(c);
}

bool screen_gone(const struct screen *screen)
{
	return screen->gone;
}
