/* tale.c — reading the store and the ledger to their ends. */

#include "base/base.h"
#include "crash/tale.h"

#define BATCH 500

int tale_open_view(struct view **view, const struct world *world, struct err *err)
{
	char data[600];

	*view = NULL;
	snprintf(data, sizeof(data), "%s/data", world->home);
	return view_open(view, data, err);
}

int tale_count(struct view *view, const char *words)
{
	struct filter *filter = NULL;
	struct err err = ERR_INIT;
	int64_t count;
	bool exact;

	ck_ok(filter_parse(&filter, words, 0, NULL, &err), &err);
	ck_ok(view_message_count(&count, &exact, view, filter, &err), &err);
	ck_assert(exact);
	filter_free(filter);
	return (int)count;
}

static int row_of(const char *key)
{
	long number = strncmp(key, "C-", 2) == 0 ? strtol(key + 2, NULL, 10) : 0;

	ck_assert_msg(number > 0 && number <= TALE_ROWS_MAX, "the row %s never was", key);
	return (int)number;
}

static void read_messages(struct tale *tale, struct view *view)
{
	struct message_window window;
	struct err err = ERR_INIT;
	int64_t anchor = 0;
	int count;

	do {
		ck_ok(view_messages(&window, view, NULL, WINDOW_AFTER, anchor, BATCH, &err), &err);
		for (int i = 0; i < window.count; i++) {
			int row = row_of(window.messages[i].key);

			tale->stored[row]++;
			tale->status[row] = window.messages[i].status;
			anchor = window.messages[i].id;
		}
		count = window.count;
		message_window_free(&window);
	} while (count > 0);
}

static void read_ledger(struct tale *tale, const char *path)
{
	static const char key[] = "\"external_id\":\"";
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t room = 0;

	ck_assert_ptr_nonnull(file);
	while (getline(&line, &room, file) > 0) {
		const char *at = strstr(line, key);
		int row;

		ck_assert_msg(at != NULL, "%s", line);
		row = row_of(at + strlen(key));
		tale->written[row]++;
		tale->created[row] += strstr(line, "\"created\":true") != NULL;
	}
	free(line);
	fclose(file);
}

const struct tale *tale_read(const struct world *world, const char *ledger)
{
	static struct tale tale;
	struct view *view;
	struct err err = ERR_INIT;

	memset(&tale, 0, sizeof(tale));
	ck_ok(tale_open_view(&view, world, &err), &err);
	read_messages(&tale, view);
	view_close(view);
	read_ledger(&tale, ledger);
	return &tale;
}

void tale_check_store(const struct world *world)
{
	struct store *store = NULL;
	struct err err = ERR_INIT;
	char data[600];

	snprintf(data, sizeof(data), "%s/data", world->home);
	ck_ok(store_open(&store, data, &err), &err);
	ck_ok(store_verify(store, &err), &err);
	store_close(store);
}
