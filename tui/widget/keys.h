/*
 * keys.h — what a person can press, and tables of what it does.
 *
 * A key is a Unicode code point, or one of enum key for what is no character. Tables of bindings
 * are the one source of the bottom line, of the help, of the command line's completion, and of the
 * test that presses them all.
 */

#ifndef WIDGET_KEYS_H
#define WIDGET_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define K_CTRL(letter) ((letter)&0x1f)

enum key {
	K_NONE = 0,
	K_TAB = 9,
	K_ENTER = 13,
	K_ESC = 27,
	K_UP = 0x200000,
	K_DOWN,
	K_LEFT,
	K_RIGHT,
	K_HOME,
	K_END,
	K_PAGE_UP,
	K_PAGE_DOWN,
	K_INSERT,
	K_DELETE,
	K_BACKSPACE,
	K_BACKTAB,
	K_PASTE_BEGIN, /* bracketed paste: what follows is text, not commands */
	K_PASTE_END,
	K_RESIZE,
	K_MOUSE,
	K_OTHER, /* a key this program knows nothing about */
	K_F0 = 0x200100,
};
#define K_F(n) (K_F0 + (n))

/* "F5", "Ctrl-L", "Enter", "a"; returns `name`. */
#define KEY_NAME_MAX 16
char *keys_name(char name[KEY_NAME_MAX], int key);

/* How a binding is shown and when it may be used. */
#define BIND_LINE 1u   /* in the bottom line */
#define BIND_WRITE 2u  /* changes something: refused when read-only */
#define BIND_HIDDEN 4u /* a second key for the same thing: not in the help */

struct key_binding {
	int key;
	const char *name;  /* the action's name, as a command: "ping agent" */
	const char *label; /* in the bottom line: "Ping Agent" */
	const char *help;  /* one line */
	unsigned flags;
	void (*run)(void *ctx, const char *argument); /* argument: from the command line, or NULL */
};

/* Tables end with name == NULL. */
const struct key_binding *keys_find(const struct key_binding *table, int key);
const struct key_binding *keys_find_name(const struct key_binding *table, const char *name);

/*
 * Line and list motions that mean the same everywhere: arrows, paging, vi keys. Returns the key in
 * its plain form (K_UP for 'k'), or `key` itself.
 */
int keys_motion(int key);

/*
 * Where a motion leads from `at`, in a list or text that goes from 0 to `most` and shows `page` of
 * it: within these bounds. False (and *to = at) for keys that are no motion up or down.
 */
bool keys_scroll(int64_t *to, int key, int64_t at, int64_t page, int64_t most);

#endif
