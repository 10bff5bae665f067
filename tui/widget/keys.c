/* keys.c — names of keys and the walk over binding tables. */

#include "base/base.h"
#include "tui/widget/keys.h"

#include "base/text.h"

static const struct {
	int key;
	const char *name;
} named[] = {
	{ K_TAB, "Tab" },
	{ K_ENTER, "Enter" },
	{ K_ESC, "Esc" },
	{ ' ', "Space" },
	{ K_UP, "Up" },
	{ K_DOWN, "Down" },
	{ K_LEFT, "Left" },
	{ K_RIGHT, "Right" },
	{ K_HOME, "Home" },
	{ K_END, "End" },
	{ K_PAGE_UP, "PgUp" },
	{ K_PAGE_DOWN, "PgDn" },
	{ K_INSERT, "Ins" },
	{ K_DELETE, "Del" },
	{ K_BACKSPACE, "Backspace" },
	{ K_BACKTAB, "Shift-Tab" },
};

char *keys_name(char name[KEY_NAME_MAX], int key)
{
	for (size_t i = 0; i < ARRAY_SIZE(named); i++) {
		if (named[i].key == key) {
			text_copy(name, KEY_NAME_MAX, named[i].name);
			return name;
		}
	}
	if (key > K_F0 && key <= K_F(63))
		snprintf(name, KEY_NAME_MAX, "F%d", key - K_F0);
	else if (key > 0 && key < 32)
		snprintf(name, KEY_NAME_MAX, "Ctrl-%c", key + '@');
	else
		snprintf(name, KEY_NAME_MAX, "%c", key > 32 && key < 127 ? key : '?');
	return name;
}

const struct key_binding *keys_find(const struct key_binding *table, int key)
{
	for (; table && table->name; table++) {
		if (table->key == key && key != K_NONE)
			return table;
	}
	return NULL;
}

const struct key_binding *keys_find_name(const struct key_binding *table, const char *name)
{
	for (; table && table->name; table++) {
		if (text_equal(table->name, name))
			return table;
	}
	return NULL;
}

static const struct {
	int from, to;
} motions[] = {
	{ 'k', K_UP },
	{ 'j', K_DOWN },
	{ 'h', K_LEFT },
	{ 'l', K_RIGHT },
	{ 'g', K_HOME },
	{ 'G', K_END },
	{ K_CTRL('P'), K_UP },
	{ K_CTRL('N'), K_DOWN },
	{ K_CTRL('U'), K_PAGE_UP },
	{ K_CTRL('D'), K_PAGE_DOWN },
	{ K_CTRL('B'), K_PAGE_UP },
	{ K_CTRL('F'), K_PAGE_DOWN },
};

int keys_motion(int key)
{
	for (size_t i = 0; i < ARRAY_SIZE(motions); i++) {
		if (motions[i].from == key)
			return motions[i].to;
	}
	return key;
}

bool keys_scroll(int64_t *to, int key, int64_t at, int64_t page, int64_t most)
{
	*to = at;
	switch (keys_motion(key)) {
	case K_UP:
		at--;
		break;
	case K_DOWN:
		at++;
		break;
	case K_PAGE_UP:
		at -= page;
		break;
	case K_PAGE_DOWN:
		at += page;
		break;
	case K_HOME:
		at = 0;
		break;
	case K_END:
		at = most;
		break;
	default:
		return false;
	}
	if (at > most)
		at = most;
	*to = at < 0 ? 0 : at;
	return true;
}
