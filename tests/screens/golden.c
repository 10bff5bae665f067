/* golden.c — reading, comparing and rewriting golden screens. */

#include "screens/golden.h"

#include "base/file.h"
#include "base/text.h"
#include "harness/check_main.h"

#define TRIES 200 /* ten seconds */
#define TRY_MS 50
#define QUIET_MS 300

static void path_of(char *out, size_t size, const char *name)
{
	snprintf(out, size, "%s/screens/golden/%s.txt", TEST_SOURCES, name);
}

/* Check keeps only short messages: the screens go to standard error, the message says where. */
static void show_difference(const char *expected, const char *got, const char *name)
{
	int line = 1;

	for (size_t i = 0; expected[i] && expected[i] == got[i]; i++)
		line += expected[i] == '\n';
	fprintf(stderr, "--- golden %s\n%s--- screen\n%s", name, expected, got);
	ck_abort_msg("%s differs from line %d on (UPDATE_GOLDEN=1 rewrites it)", name, line);
}

/* The screen, with the rest of a line that names `hide` (a folder of this run) left out. */
static const char *visible(struct pty *pty, const char *hide, struct buf *kept)
{
	const char *text = pty_text(pty);

	buf_reset(kept);
	while (*text) {
		size_t len = strcspn(text, "\n");
		const char *at = strstr(text, hide);
		size_t shown = at && at < text + len ? (size_t)(at - text) : len;

		buf_add(kept, text, shown);
		buf_add_char(kept, '\n');
		text += len + 1;
	}
	return buf_str(kept);
}

void golden_check(struct pty *pty, const char *name, const char *hide)
{
	struct buf expected = BUF_INIT(1u << 20);
	struct buf got = BUF_INIT(1u << 20);
	struct err err = ERR_INIT;
	char path[1024];

	path_of(path, sizeof(path), name);
	if (!text_empty(getenv("UPDATE_GOLDEN"))) {
		pty_settle(pty, QUIET_MS);
		visible(pty, hide, &got);
		ck_ok(file_write(path, buf_str(&got), got.len, 0644, &err), &err);
	} else {
		ck_ok(file_read(&expected, path, &err), &err);
	}
	for (int i = 0; expected.len && i < TRIES * pty_patience(); i++) {
		if (strcmp(visible(pty, hide, &got), buf_str(&expected)) == 0)
			break;
		pty_listen(pty, TRY_MS);
	}
	if (expected.len && strcmp(buf_str(&got), buf_str(&expected)) != 0)
		show_difference(buf_str(&expected), buf_str(&got), name);
	buf_free(&expected);
	buf_free(&got);
}
