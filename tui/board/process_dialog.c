/*
 * process_dialog.c — the question before rows move: the list, the connection with PRODUCTION in
 * words, a limit. Whether the org's name is to be typed is for the agent to say: it knows the rows.
 */

#include "base/base.h"
#include "tui/board/process_dialog.h"

#include "tui/board/agent_job.h"
#include "tui/board/connections.h"
#include "tui/board/words.h"

enum { ASK_LIMIT, ASK_INITIAL, ASK_SPACE, ASK_YES, ASK_NO };

static bool has_initial(const struct form *form)
{
	return form->ctx != NULL;
}

static const struct field_spec fields[] = {
	[ASK_LIMIT] = { FIELD_NUMBER, NULL, "Only the first rows", NULL, .max = 9 },
	[ASK_INITIAL] = { FIELD_CHECK, NULL, "Initial load", NULL, .shown = has_initial },
	[ASK_SPACE] = { FIELD_SPACE },
	[ASK_YES] = { FIELD_BUTTON, NULL, "Process", NULL },
	[ASK_NO] = { FIELD_BUTTON, NULL, "Cancel", NULL },
};

struct ask {
	struct text_list names;
	bool dry_run;
};

static void release(void *ctx)
{
	struct ask *ask = ctx;

	text_list_free(&ask->names);
	free(ask);
}

static void answered(struct board *board, struct dialog *dialog, enum dialog_event event, void *ctx)
{
	struct ask *ask = ctx;
	struct process_wish wish = { .dry_run = ask->dry_run };

	if (event != DIALOG_YES)
		return;
	form_number(&wish.limit_rows, &dialog->form, ASK_LIMIT, 0, INT32_MAX, 0);
	wish.initial = dialog->form.fields[ASK_INITIAL].checked;
	wish.interfaces = ask->names;
	ask->names = (struct text_list){ NULL, 0 };
	agent_ask_process(board, &wish);
}

/* Where it goes, once for all interfaces in a row that go there. */
static void describe_target(struct buf *out, const struct board *board, const char *connection)
{
	int place = board_find_connection(board, connection);
	const struct connection_state *state = board_state(board, place);

	buf_addf(out, "Over %s", connection);
	if (state && state->org_name[0])
		buf_addf(out, " to %s", state->org_name);
	if (place >= 0 &&
		connection_is_production(&board->catalog->connections[place].connection, state))
		buf_add_str(out, ", PRODUCTION");
	buf_add_str(out, ":\n");
}

static void describe_one(
	struct buf *out, const struct board *board, const char *name, const char **connection)
{
	int place = board_find_interface(board, name);
	const struct interface *interface;
	const struct run_info *run;
	char rows[WORDS_MAX];

	if (place < 0)
		return;
	interface = &board->catalog->interfaces[place].interface;
	run = board->last_runs ? &board->last_runs[place] : NULL;
	if (!text_equal(*connection, interface->connection))
		describe_target(out, board, interface->connection);
	*connection = interface->connection;
	buf_addf(out, "  %-12s  %s %s", name, operation_name(interface->operation),
		interface->object ? interface->object : "");
	if (run && run->id)
		buf_addf(out, ", %s rows last time", words_count(rows, run->counts.read));
	buf_add_char(out, '\n');
}

static bool any_initial(const struct board *board, const struct text_list *names)
{
	for (size_t i = 0; i < names->count; i++) {
		int place = board_find_interface(board, names->items[i]);

		if (place >= 0 &&
			!text_empty(board->catalog->interfaces[place].interface.initial_query))
			return true;
	}
	return false;
}

void process_dialog_open(struct board *board, const struct text_list *names, bool dry_run)
{
	struct buf text = BUF_INIT(16384);
	struct ask *ask = calloc(1, sizeof(*ask));
	const char *connection = NULL;

	if (!ask)
		return;
	ask->dry_run = dry_run;
	for (size_t i = 0; i < names->count; i++) {
		text_list_add(&ask->names, names->items[i]);
		describe_one(&text, board, names->items[i], &connection);
	}
	buf_add_str(&text, dry_run ? "\nReads and maps every row and sends nothing."
				   : "\nThe agent carries it: leaving this board stops nothing.");
	dialog_init(&board->dialog, dry_run ? "Dry run" : "Manual Process", buf_str(&text), fields,
		(int)ARRAY_SIZE(fields), ASK_YES, any_initial(board, names) ? board : NULL);
	form_set_kept(&board->dialog.form, ASK_LIMIT, "all");
	form_set_label(&board->dialog.form, ASK_YES, dry_run ? "Dry run" : "Process");
	form_focus(&board->dialog.form, ASK_YES);
	board_ask(board, answered, ask, release);
	buf_free(&text);
}

/* ---- cancelling ---- */

static void cancel_answered(
	struct board *board, struct dialog *dialog, enum dialog_event event, void *ctx)
{
	(void)dialog;
	if (event == DIALOG_YES)
		agent_ask_cancel(board, *(int64_t *)ctx);
}

void run_ask_cancel(struct board *board, const struct run_info *run)
{
	int64_t *kept = malloc(sizeof(*kept));
	char text[300];
	char pending[WORDS_MAX];

	if (!kept)
		return;
	*kept = run->id;
	snprintf(text, sizeof(text),
		"Run %" PRId64 " of %s: what was sent stays sent; the %s rows that were not become "
		"Cancelled.",
		run->id, run->interface, words_count(pending, run->counts.pending));
	dialog_confirm(&board->dialog, "Cancel run", text, "Cancel the run");
	form_set_label(&board->dialog.form, 1, "Let it go on");
	board_ask(board, cancel_answered, kept, free);
}
