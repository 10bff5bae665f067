/*
 * wizard.c — the four steps: going forth and back, the buttons, and keeping what was typed. Back is
 * always safe; forth asks only for what the step itself needs.
 */

#include "base/base.h"
#include "tui/board/wizard_private.h"

#include "tui/board/catalog_job.h"
#include "tui/board/checklist_page.h"
#include "tui/board/connections.h"
#include "tui/board/first_interface.h"

/* ---- life ---- */

static struct wizard *make(struct board *board, const struct connection *base, bool editing)
{
	struct wizard *wizard;
	static unsigned ids;

	wizard_forget(board);
	wizard = calloc(1, sizeof(*wizard));
	if (!wizard)
		return NULL;
	wizard->id = ++ids;
	wizard->editing = editing;
	connection_init(&wizard->base);
	wizard_init_forms(wizard);
	wizard->base.agent.called_by_salesforce = false; /* asked for in step 2 */
	if (base && connection_copy(&wizard->base, base, NULL) != 0) {
		wizard_free_forms(wizard);
		free(wizard);
		return NULL;
	}
	board->wizard = wizard;
	wizard_load(wizard);
	return wizard;
}

void wizard_forget(struct board *board)
{
	struct wizard *wizard = board->wizard;

	if (!wizard)
		return;
	ping_forget(board, PING_OF_WIZARD);
	wizard_stop_source(wizard);
	wizard_free_forms(wizard);
	connection_free_fields(&wizard->base);
	text_list_free(&wizard->drivers);
	free(wizard->driver_choices);
	free(wizard);
	board->wizard = NULL;
}

static void show(struct board *board)
{
	if (!board->wizard) {
		board_say(board, STYLE_FAIL, "Out of memory");
		return;
	}
	board->notice[0] = '\0';
	board_open_page(board, &wizard_ops);
	wizard_look_around(board);
}

static void begin(struct board *board, const char *name)
{
	struct wizard *wizard = make(board, NULL, false);

	if (wizard && name && *name)
		form_set_text(&wizard->forms[STEP_DESTINATION], DEST_NAME, name);
	show(board);
}

static void begin_edit(struct board *board, const struct connection *connection)
{
	make(board, connection, true);
	show(board);
}

/* ---- what was typed and not saved ---- */

bool wizard_unsaved(char *what, size_t size, const struct board *board)
{
	const struct wizard *wizard = board->wizard;
	const char *name;

	if (!wizard || !wizard->touched)
		return false;
	name = form_text(&wizard->forms[STEP_DESTINATION], DEST_NAME);
	snprintf(what, size, "You %s%s%s and did not save it.",
		wizard->editing ? "changed the connection" : "began a connection",
		!*name		  ? ""
		: wizard->editing ? " "
				  : " called ",
		name);
	return true;
}

/* What the wizard was opened for while it held something unsaved. */
struct wish_for {
	bool edit;
	char name[MODEL_NAME_MAX + 1];
};

static void resume_answered(
	struct board *board, struct dialog *dialog, enum dialog_event event, void *ctx)
{
	const struct wish_for *wish = ctx;
	int place;

	(void)dialog;
	if (event == DIALOG_YES)
		show(board);
	if (event != DIALOG_OTHER)
		return;
	place = wish->edit ? board_find_connection(board, wish->name) : -1;
	if (place >= 0 || !wish->edit)
		wizard_drop_draft(board);
	if (place >= 0)
		begin_edit(board, &board->catalog->connections[place].connection);
	else if (!wish->edit)
		begin(board, wish->name);
}

/* Whether it is asked first what becomes of the unsaved one. */
static bool ask_to_resume(struct board *board, bool edit, const char *name)
{
	static const struct field_spec buttons[] = {
		{ .kind = FIELD_BUTTON, .label = "Go on with it" },
		{ .kind = FIELD_BUTTON, .label = "Drop it" },
		{ .kind = FIELD_BUTTON, .label = "Cancel" },
	};
	struct wish_for *wish;
	char text[256];

	if (!wizard_unsaved(text, sizeof(text), board))
		return false;
	wish = calloc(1, sizeof(*wish));
	if (!wish)
		return true;
	wish->edit = edit;
	text_copy(wish->name, sizeof(wish->name), name ? name : "");
	dialog_init(&board->dialog, edit ? "Connection" : "New connection", text, buttons,
		(int)ARRAY_SIZE(buttons), 0, NULL);
	board_ask(board, resume_answered, wish, free);
	return true;
}

bool wizard_take_draft(struct board *board, const struct connection *connection, bool editing)
{
	const struct wizard *open = board->wizard;
	bool shown = board_page(board) == &wizard_ops;
	bool edit = open && open->editing;
	char name[MODEL_NAME_MAX + 1] = "";

	if (open && (open->touched || board->asking || (board->depth && !shown)))
		return false;
	if (edit)
		text_copy(name, sizeof(name), open->base.name);
	if (shown)
		board_close_page(board);
	if (!make(board, connection, editing))
		return false;
	board->wizard->touched = board->wizard->went_on = true;
	if (shown) /* who opened it was faster than the disk */
		ask_to_resume(board, edit, name);
	return !shown;
}

void wizard_new(struct board *board, const char *name)
{
	if (!ask_to_resume(board, false, name))
		begin(board, name);
}

void wizard_edit(struct board *board, const struct connection *connection)
{
	if (!ask_to_resume(board, true, connection->name))
		begin_edit(board, connection);
}

int wizard_connection(const struct board *board)
{
	const struct wizard *wizard = board->wizard;

	return wizard && wizard->editing ? board_find_connection(board, wizard->base.name) : -1;
}

/* ---- how the pings stand ---- */

/* The verdict that the store keeps counts too while the settings are the ones it was for. */
static bool store_says_green(struct board *board, const char *hash, bool agent)
{
	const struct connection_state *state = board_state(board, wizard_connection(board));

	if (!state)
		return false;
	return agent ? state->agent_ok && text_equal(state->agent_config, hash)
		     : state->salesforce_ok && text_equal(state->salesforce_config, hash);
}

enum ping_state wizard_ping_state(struct board *board, bool agent)
{
	const struct ping_shown *shown =
		ping_find(board, PING_OF_WIZARD, agent ? PING_AGENT : PING_SALESFORCE);
	struct connection connection;
	char hash[40] = "";

	if (shown && shown->running)
		return PING_RUNNING;
	connection_init(&connection);
	if (wizard_build(&connection, board->wizard, board->env->catalog->keyring, NULL) == 0)
		ping_config_hash(hash, &connection, agent);
	connection_free_fields(&connection);
	if (!shown)
		return store_says_green(board, hash, agent) ? PING_GREEN : PING_NONE;
	if (!text_equal(hash, shown->config))
		return PING_STALE;
	return shown->result.ok ? PING_GREEN : PING_FAILED;
}

static bool both_green(struct board *board)
{
	return wizard_ping_state(board, true) == PING_GREEN &&
	       wizard_ping_state(board, false) == PING_GREEN;
}

/* ---- steps ---- */

static void go_to(struct board *board, enum wizard_step step)
{
	struct wizard *wizard = board->wizard;

	wizard_keep(board);
	wizard->step = step;
	wizard->steps_back = 0;
	if (step == STEP_SAVE)
		form_focus(&wizard->forms[STEP_SAVE], both_green(board) ? SAVE_SAVE : SAVE_BACK);
}

static void leave(struct board *board)
{
	const struct wizard *wizard = board->wizard;

	board_close_page(board);
	wizard_keep(board);
	if (!wizard->touched)
		wizard_forget(board);
	else
		board_say(board, STYLE_TEXT, "Not saved yet; %s goes on where you left",
			wizard->editing ? "Enter" : "n");
}

static void back(struct board *board)
{
	if (board->wizard->step == STEP_DESTINATION)
		leave(board);
	else
		go_to(board, board->wizard->step - 1);
}

/* What to do once plain HTTP was allowed. */
enum wish { WISH_CONTINUE, WISH_PING };

static void forward(struct board *board, enum wish wish);

static void clear_text_answered(
	struct board *board, struct dialog *dialog, enum dialog_event event, void *ctx)
{
	(void)dialog;
	if (event != DIALOG_YES || !board->wizard)
		return;
	board->wizard->base.agent.allow_clear_text = true;
	forward(board, *(enum wish *)ctx);
}

static void ask_clear_text(struct board *board, enum wish wish)
{
	enum wish *kept = malloc(sizeof(*kept));
	char text[700];

	if (!kept)
		return;
	*kept = wish;
	snprintf(text, sizeof(text),
		"%s is plain HTTP. Everybody on the way can read the agent's password, and may "
		"use it. Better: put TLS before the agent and write https://.\n\nTo use it as it "
		"is, type yes.",
		form_text(&board->wizard->forms[STEP_AGENT], AGENT_HOST));
	dialog_typed(&board->dialog, "Clear text", text, "yes", "Use plain HTTP");
	board_ask(board, clear_text_answered, kept, free);
}

static void start_ping(struct board *board)
{
	struct wizard *wizard = board->wizard;
	bool agent = wizard->step == STEP_AGENT;
	struct err err = ERR_INIT;
	struct connection connection;

	connection_init(&connection);
	if (wizard_build(&connection, wizard, board->env->catalog->keyring, &err) == 0)
		ping_start(board, &connection, agent ? PING_AGENT : PING_SALESFORCE, false);
	else
		board_say(board, STYLE_FAIL, "%s", err.text);
	connection_free_fields(&connection);
	wizard->steps_back = 0;
}

static void forward(struct board *board, enum wish wish)
{
	struct wizard *wizard = board->wizard;

	switch (wizard_check_step(board, wizard->step)) {
	case CHECK_CLEAR_TEXT:
		ask_clear_text(board, wish);
		break;
	case CHECK_FINE:
		if (wish == WISH_PING)
			start_ping(board);
		else
			go_to(board, wizard->step + 1);
		break;
	default:
		break;
	}
}

/* ---- saving ---- */

static void free_connection(void *ctx)
{
	connection_free_fields(ctx);
	free(ctx);
}

static void interface_answered(
	struct board *board, struct dialog *dialog, enum dialog_event event, void *ctx)
{
	(void)dialog;
	if (event == DIALOG_YES)
		first_interface_open(board, ctx);
}

/* A connection that works has nothing to do yet. */
static void offer_interface(struct board *board, struct connection *connection)
{
	char text[300];

	snprintf(text, sizeof(text),
		"Both pings of '%s' are OK. Make its first interface now? You choose a table and "
		"an object; the mapping is proposed by name.",
		connection->name);
	dialog_confirm(&board->dialog, "First interface", text, "Make it");
	board_ask(board, interface_answered, connection, free_connection);
}

/* What was saved, when it was new and is no draft; else NULL. */
static struct connection *fresh_connection(struct board *board)
{
	struct connection *copy = calloc(1, sizeof(*copy));

	if (!copy)
		return NULL;
	connection_init(copy);
	if (!board->wizard->editing && !board->wizard->draft &&
		wizard_build(copy, board->wizard, board->env->catalog->keyring, NULL) == 0)
		return copy;
	free_connection(copy);
	return NULL;
}

static void saved(struct board *board, const char *name, const struct err *err)
{
	struct connection *fresh = NULL;

	if (board->wizard)
		board->wizard->saving = false;
	if (err->kind) {
		if (!board->wizard || !wizard_show_error(board->wizard, err))
			board_message(board, "Not saved", err->text);
		return;
	}
	if (board->wizard)
		fresh = fresh_connection(board);
	if (board_page(board) == &wizard_ops)
		board_close_page(board);
	wizard_forget(board);
	wizard_drop_draft(board);
	connections_select(board, name);
	board_say(board, STYLE_OK, "Saved '%s'. Next: i makes an interface out of a table", name);
	if (fresh)
		offer_interface(board, fresh);
}

static const struct ping_result *green_result(struct board *board, bool agent)
{
	const struct ping_shown *shown =
		ping_find(board, PING_OF_WIZARD, agent ? PING_AGENT : PING_SALESFORCE);

	return shown && wizard_ping_state(board, agent) == PING_GREEN ? &shown->result : NULL;
}

static void save(struct board *board, bool draft)
{
	struct wizard *wizard = board->wizard;
	struct err err = ERR_INIT;
	struct connection connection;

	if (wizard->saving || !board_may_write(board))
		return;
	if (!draft && !both_green(board)) {
		board_say(board, STYLE_WARN,
			"Both pings must be OK first; 'Save unchecked' keeps it as a draft");
		return;
	}
	connection_init(&connection);
	if (wizard_build(&connection, wizard, board->env->catalog->keyring, &err) == 0) {
		connection.draft = draft;
		wizard->saving = true;
		wizard->draft = draft;
		catalog_save_connection(board, &connection, !wizard->editing,
			green_result(board, true), green_result(board, false), saved);
	} else {
		board_say(board, STYLE_FAIL, "%s", err.text);
	}
	connection_free_fields(&connection);
}

/* ---- keys ---- */

static void pressed(struct board *board)
{
	struct wizard *wizard = board->wizard;
	int focus = wizard->forms[wizard->step].focus;

	switch (wizard->step) {
	case STEP_DESTINATION:
		if (focus == DEST_CONTINUE)
			forward(board, WISH_CONTINUE);
		else
			leave(board);
		break;
	case STEP_AGENT:
		if (focus == AGENT_CHANGE_PASSWORD)
			wizard_change_password(board);
		else if (focus == AGENT_BACK)
			back(board);
		else
			forward(board, focus == AGENT_PING ? WISH_PING : WISH_CONTINUE);
		break;
	case STEP_SALESFORCE:
		if (focus == SF_BACK)
			back(board);
		else
			forward(board, focus == SF_PING ? WISH_PING : WISH_CONTINUE);
		break;
	default:
		if (focus == SAVE_BACK)
			back(board);
		else
			save(board, focus == SAVE_UNCHECKED);
		break;
	}
}

static void changed(struct board *board)
{
	struct wizard *wizard = board->wizard;
	int focus = wizard->forms[wizard->step].focus;

	wizard->touched = wizard->unwritten = true;
	wizard_label_fields(wizard);
	if (wizard->step == STEP_DESTINATION && focus != DEST_NAME && focus != DEST_DESCRIPTION)
		wizard->source.stale = true;
	if (wizard->step == STEP_DESTINATION && focus == DEST_PASSWORD)
		wizard->secrets[SECRET_DATABASE].stale = true;
	if (wizard->step == STEP_AGENT && focus == AGENT_PASSWORD)
		wizard->secrets[SECRET_AGENT].stale = true;
	if (wizard->step == STEP_SALESFORCE && focus == SF_SECRET)
		wizard->secrets[SECRET_CONSUMER].stale = true;
	if (wizard->step == STEP_AGENT && focus == AGENT_HOST)
		wizard->base.agent.allow_clear_text = false; /* that yes was for another host */
}

static bool key(struct board *board, int pressed_key)
{
	struct wizard *wizard = board->wizard;

	if (pressed_key == K_PAGE_UP || pressed_key == K_PAGE_DOWN) {
		/* Pings are shown from their end, the source from its beginning. */
		wizard->steps_back +=
			(pressed_key == K_PAGE_UP) == (wizard->step != STEP_DESTINATION) ? 3 : -3;
		if (wizard->steps_back < 0)
			wizard->steps_back = 0;
		return true;
	}
	switch (form_key(&wizard->forms[wizard->step], pressed_key)) {
	case FORM_IGNORED:
		return false;
	case FORM_PRESSED:
		pressed(board);
		return true;
	case FORM_CHANGED:
		changed(board);
		return true;
	case FORM_BACK:
		back(board);
		return true;
	default:
		return true;
	}
}

static bool typing(struct board *board)
{
	const struct form *form = &board->wizard->forms[board->wizard->step];

	return form_types_text(form);
}

static void do_ping(void *ctx, const char *argument)
{
	struct board *board = ctx;
	enum wizard_step step = board->wizard->step;

	(void)argument;
	if (step == STEP_AGENT || step == STEP_SALESFORCE)
		forward(board, WISH_PING);
	else
		board_say(board, STYLE_WARN, "The pings are in steps 2 and 3");
}

static void do_source(void *ctx, const char *argument)
{
	struct board *board = ctx;

	(void)argument;
	if (wizard_check_step(board, STEP_DESTINATION) == CHECK_FINE)
		wizard_test_source(board);
}

static void do_continue(void *ctx, const char *argument)
{
	struct board *board = ctx;

	(void)argument;
	if (board->wizard->step == STEP_SAVE)
		save(board, false);
	else
		forward(board, WISH_CONTINUE);
}

static void do_checklist(void *ctx, const char *argument)
{
	struct board *board = ctx;
	struct err err = ERR_INIT;
	struct connection connection;

	(void)argument;
	connection_init(&connection);
	if (wizard_build(&connection, board->wizard, board->env->catalog->keyring, &err) == 0)
		checklist_open(board, &connection, PING_OF_WIZARD);
	else
		board_say(board, STYLE_FAIL, "%s", err.text);
	connection_free_fields(&connection);
}

static void do_package(void *ctx, const char *argument)
{
	(void)argument;
	wizard_package(ctx);
}

static void do_back(void *ctx, const char *argument)
{
	(void)argument;
	back(ctx);
}

/* Behind F3, which tests what the step is about. */
#define KEYS_OF_EVERY_STEP                                                                         \
	{ K_F(4), "continue", "Continue", "The next step; in the last one Save", BIND_LINE,        \
		do_continue },                                                                     \
		{ K_F(6), "checklist", "Set-up",                                                   \
			"What Salesforce needs, step by step, and what is proven", BIND_LINE,      \
			do_checklist },                                                            \
		{ K_F(9), "package", "Package",                                                    \
			"Write the set-up of Salesforce as a project for sf",                      \
			BIND_LINE | BIND_WRITE, do_package },                                      \
	{                                                                                          \
		K_ESC, "back", "Back", "The step before; from the first, the list", BIND_LINE,     \
			do_back                                                                    \
	}

static const struct key_binding destination_keys[] = {
	{ K_F(3), "test source", "Test source", "Connect to the source, and show what is there",
		BIND_LINE, do_source },
	KEYS_OF_EVERY_STEP,
	{ 0 },
};

static const struct key_binding keys[] = {
	{ K_F(3), "ping", "Ping", "Ping the way this step is about", BIND_LINE, do_ping },
	KEYS_OF_EVERY_STEP,
	{ 0 },
};

static const struct key_binding *keys_now(const struct board *board)
{
	return board->wizard && board->wizard->step == STEP_DESTINATION ? destination_keys : keys;
}

static void place(const struct board *board, char *out, size_t size)
{
	const struct wizard *wizard = board->wizard;

	if (wizard)
		text_copy(out, size,
			wizard->editing ? form_text(&wizard->forms[STEP_DESTINATION], DEST_NAME)
					: "new connection");
}

const struct page_ops wizard_ops = {
	.name = "Connection wizard",
	.about = "Four steps: the destination and its source, the agent as Salesforce reaches it, "
		 "Salesforce as the agent reaches it, and saving. F3 in the first shows "
		 "what is at the source; both ways are tested by a ping, and Save opens when both "
		 "are OK.",
	.keys = keys,
	.keys_now = keys_now,
	.place = place,
	.draw = wizard_draw,
	.key = key,
	.typing = typing,
	.back = back,
};
