/*
 * verb_dialog.c — each verb shows first what it would do. The box opens at once, and its button
 * when the answer is there, so that nothing pops up under a hand that types on.
 */

#include "base/base.h"
#include "tui/board/verb_dialog.h"

#include "base/text.h"
#include "tui/board/agent_job.h"
#include "tui/board/connections.h"
#include "tui/board/words.h"

#define REASONS_SHOWN 4

struct verb_ask {
	struct message_wish wish;
	struct board *board;
	struct verb_job *job; /* looks; NULL = it has */
	bool known;
	int64_t done, refused; /* as it would be */
	char guarded[65];      /* the connection for whose org's name a cancel asks, "" = none */
};

enum { ASK_YES, ASK_FORCE, ASK_NO };

static const struct verb_say {
	const char *title, *yes, *no, *would, *note;
} words[MESSAGE_EVENT_COUNT] = {
	[EVENT_REPROCESS] = { "Reprocess", "Reprocess", "Leave them", "would be sent again",
		"Each is mapped anew from its source row, unless its payload was edited." },
	[EVENT_FORCE] = { "Reprocess by force", "Send anyway", "Leave them", "would be sent again",
		"Unknown ones may then be there twice; superseded ones undo what is younger." },
	[EVENT_CANCEL] = { "Cancel messages", "Give them up", "Leave them", "would be cancelled",
		"They are not sent any more, until somebody reprocesses them." },
	[EVENT_RESOLVE_COMPLETED] = { "Resolve Unknown", "They are there", "Leave them",
		"would be Completed", "Nothing is sent: you say that they are in Salesforce." },
	[EVENT_RESOLVE_NOT_SENT] = { "Resolve Unknown", "Send them", "Leave them", "would be sent",
		"You say that they are not in Salesforce. If they are, they will be there twice." },
};

/* ---- what would be done ---- */

static bool is_ready(struct form *form)
{
	const struct verb_ask *ask = form->ctx;

	return ask->known && ask->done > 0;
}

static bool may_force(const struct form *form)
{
	const struct verb_ask *ask = form->ctx;

	return ask->known && ask->wish.event == EVENT_REPROCESS && ask->refused > 0;
}

static const struct field_spec fields[] = {
	[ASK_YES] = { .kind = FIELD_BUTTON },
	[ASK_FORCE] = { .kind = FIELD_BUTTON, .label = "By force...", .shown = may_force },
	[ASK_NO] = { .kind = FIELD_BUTTON },
};

static void describe_target(struct buf *out, const struct board *board, const char *name)
{
	int place = board_find_connection(board, name);
	const struct connection_state *state = board_state(board, place);

	buf_addf(out, "over %s", name);
	if (state && state->org_name[0])
		buf_addf(out, " to %s", state->org_name);
	if (place >= 0 &&
		connection_is_production(&board->catalog->connections[place].connection, state))
		buf_add_str(out, ", PRODUCTION");
	buf_add_char(out, '\n');
}

static void describe_keys(struct buf *out, const struct verb_preview *preview)
{
	char number[WORDS_MAX];
	int64_t more = preview->result.done - preview->key_count;

	for (int i = 0; i < preview->key_count; i++)
		buf_addf(out, "%s%s", i ? ", " : "", preview->keys[i].key);
	if (more > 0)
		buf_addf(out, " and %s more", words_count(number, more));
	if (preview->key_count)
		buf_add_char(out, '\n');
}

static void describe(
	struct buf *out, const struct verb_ask *ask, const struct verb_preview *preview)
{
	const struct selection_result *result = &preview->result;
	char number[WORDS_MAX];

	buf_addf(out, "%s %s\n", words_count(number, result->done), words[ask->wish.event].would);
	if (ask->wish.event != EVENT_CANCEL) {
		for (int i = 0; result->done && i < preview->connection_count; i++)
			describe_target(out, ask->board, preview->connections[i]);
	}
	describe_keys(out, preview);
	if (result->refused)
		buf_addf(out, "%s refused:\n", words_count(number, result->refused));
	for (int i = 0; i < result->reason_count && i < REASONS_SHOWN; i++)
		buf_addf(out, "  %s x %s\n", words_count(number, result->reasons[i].count),
			result->reasons[i].why);
	if (!result->matched)
		buf_add_str(out, "No message fits.\n");
	if (result->done)
		buf_addf(out, "\n%s", words[ask->wish.event].note);
}

/* The first of them that goes to production, where more are given up than go unconfirmed. */
static void find_guarded(struct verb_ask *ask, const struct verb_preview *preview)
{
	const struct board *board = ask->board;

	for (int i = 0; i < preview->connection_count && !ask->guarded[0]; i++) {
		const char *name = preview->connections[i];
		int place = board_find_connection(board, name);
		const struct connection *connection =
			place < 0 ? NULL : &board->catalog->connections[place].connection;

		if (connection && ask->done > connection->confirm_rows &&
			connection_is_production(connection, board_state(board, place)))
			text_copy(ask->guarded, sizeof(ask->guarded), name);
	}
}

static void previewed(
	struct board *board, void *ctx, struct verb_preview *preview, const struct err *err)
{
	struct verb_ask *ask = ctx;
	struct dialog *dialog = &board->dialog;
	struct buf text = BUF_INIT(16384);
	char number[WORDS_MAX];
	char label[64];

	ask->job = NULL;
	if (err->kind) {
		dialog_set_text(dialog, err->text);
		return;
	}
	ask->known = true;
	ask->done = preview->result.done;
	ask->refused = preview->result.refused;
	if (ask->wish.event == EVENT_CANCEL)
		find_guarded(ask, preview);
	describe(&text, ask, preview);
	snprintf(label, sizeof(label), "%s (%s)", words[ask->wish.event].yes,
		words_count(number, ask->done));
	form_set_label(&dialog->form, ASK_YES, label);
	dialog_set_text(dialog, buf_str(&text));
	if (!ask->done)
		form_focus(&dialog->form, ASK_NO);
	buf_free(&text);
}

static void release(void *ctx)
{
	struct verb_ask *ask = ctx;

	if (ask->job)
		verb_forget(ask->job);
	message_wish_free(&ask->wish);
	free(ask);
}

static void ask_first(struct board *board, struct message_wish *wish);
static void ask_to_cancel(
	struct board *board, struct message_wish *wish, int64_t count, const char *connection);

static void answered(struct board *board, struct dialog *dialog, enum dialog_event event, void *ctx)
{
	struct verb_ask *ask = ctx;

	(void)dialog;
	if (event == DIALOG_YES && ask->guarded[0]) {
		ask_to_cancel(board, &ask->wish, ask->done, ask->guarded);
	} else if (event == DIALOG_YES) {
		verb_apply(board, &ask->wish, ask->done);
	} else if (event == DIALOG_OTHER) {
		ask->wish.event = EVENT_FORCE;
		ask_first(board, &ask->wish);
	}
}

static void ask_first(struct board *board, struct message_wish *wish)
{
	const struct verb_say *say = &words[wish->event];
	struct verb_ask *ask = verb_under_way(board) ? NULL : calloc(1, sizeof(*ask));

	if (!ask) {
		message_wish_free(wish);
		board_say(board, STYLE_WARN, VERB_BUSY);
		return;
	}
	ask->board = board;
	ask->wish = *wish;
	memset(wish, 0, sizeof(*wish));
	board->notice[0] = '\0';
	board_end_dialog(board);
	dialog_init(&board->dialog, say->title, "", fields, (int)ARRAY_SIZE(fields), ASK_YES, ask);
	board->dialog.ready = is_ready;
	form_set_label(&board->dialog.form, ASK_YES, say->yes);
	form_set_label(&board->dialog.form, ASK_NO, say->no);
	form_focus(&board->dialog.form, ask->wish.event == EVENT_REPROCESS ? ASK_YES : ASK_NO);
	dialog_set_text(&board->dialog, "Looking what that would do...");
	board_ask(board, answered, ask, release);
	ask->job = verb_preview(board, &ask->wish, previewed, ask);
}

/* ---- the org's name and the number ---- */

enum { ORG_NAME, ORG_COUNT, ORG_SPACE, ORG_YES, ORG_NO };

static const struct field_spec org_fields[] = {
	[ORG_NAME] = { .kind = FIELD_TEXT, .label = "Name of the org" },
	[ORG_COUNT] = { .kind = FIELD_NUMBER, .label = "Number of messages", .max = 12 },
	[ORG_SPACE] = { .kind = FIELD_SPACE },
	[ORG_YES] = { .kind = FIELD_BUTTON, .label = "Send them" },
	[ORG_NO] = { .kind = FIELD_BUTTON, .label = "Leave them" },
};

struct org_ask {
	struct message_wish wish;
	int64_t count;
	char guarded[65]; /* the connection of a cancel; else the agent judges the name */
};

static bool org_ready(struct form *form)
{
	const struct org_ask *ask = form->ctx;
	int64_t count;

	return form_number(&count, form, ORG_COUNT, 1, INT64_MAX, 0) && count == ask->count &&
	       form_text(form, ORG_NAME)[0];
}

/* What its org is called, as far as that is known. */
static const char *name_of_org(const struct board *board, const char *connection)
{
	const struct connection_state *state =
		board_state(board, board_find_connection(board, connection));

	if (state && state->org_name[0])
		return state->org_name;
	return state && state->org_id[0] ? state->org_id : connection;
}

static void org_named(
	struct board *board, struct dialog *dialog, enum dialog_event event, void *ctx)
{
	struct org_ask *ask = ctx;

	if (event != DIALOG_YES) {
		board_say(board, STYLE_TEXT, "Nothing was done");
		return;
	}
	text_copy(ask->wish.confirm, sizeof(ask->wish.confirm), form_text(&dialog->form, ORG_NAME));
	if (ask->guarded[0] &&
		!text_equal_fold(ask->wish.confirm, name_of_org(board, ask->guarded)))
		ask_to_cancel(board, &ask->wish, ask->count, ask->guarded);
	else
		verb_apply(board, &ask->wish, ask->count);
}

static void release_org(void *ctx)
{
	struct org_ask *ask = ctx;

	message_wish_free(&ask->wish);
	free(ask);
}

static void ask_org(struct board *board, struct message_wish *wish, int64_t count,
	const char *refusal, const char *guarded)
{
	struct org_ask *ask = calloc(1, sizeof(*ask));
	char number[WORDS_MAX];
	char text[640];
	char question[900];

	if (!ask)
		return;
	agent_question(text, sizeof(text), refusal, wish->confirm[0]);
	snprintf(question, sizeof(question),
		"%s\n\nTo confirm, type the name of the org and how many messages: %s.", text,
		words_count(number, count));
	ask->wish = *wish;
	memset(wish, 0, sizeof(*wish));
	ask->count = count;
	text_copy(ask->guarded, sizeof(ask->guarded), guarded);
	board->notice[0] = '\0';
	board_end_dialog(board);
	dialog_init(&board->dialog, "PRODUCTION", question, org_fields, (int)ARRAY_SIZE(org_fields),
		ORG_YES, ask);
	board->dialog.ready = org_ready;
	if (guarded[0])
		form_set_label(&board->dialog.form, ORG_YES, words[EVENT_CANCEL].yes);
	dialog_set_text(&board->dialog, question);
	board_ask(board, org_named, ask, release_org);
}

void verb_ask_org(
	struct board *board, struct message_wish *wish, int64_t count, const char *refusal)
{
	ask_org(board, wish, count, refusal, "");
}

/* The agent lets anyone give up messages: it is the board that asks. */
static void ask_to_cancel(
	struct board *board, struct message_wish *wish, int64_t count, const char *connection)
{
	int place = board_find_connection(board, connection);
	char text[300];

	snprintf(text, sizeof(text),
		"%s: more than %d messages would be given up in the production org %s", connection,
		place < 0 ? 0 : board->catalog->connections[place].connection.confirm_rows,
		name_of_org(board, connection));
	ask_org(board, wish, count, text, connection);
}

/* ---- settling Unknown ones ---- */

enum { KNOWN_WHAT, KNOWN_ID, KNOWN_SPACE, KNOWN_YES, KNOWN_NO };

static const char *const known_choices[] = { "they are in Salesforce",
	"they are not there: send them", NULL };

/* One message of which it is known that it arrived may have its Id. */
static bool takes_id(const struct form *form)
{
	const struct message_wish *wish = form->ctx;

	return wish->count == 1 && form->fields[KNOWN_WHAT].choice == 0;
}

static bool id_ready(struct form *form)
{
	size_t len = strlen(form_text(form, KNOWN_ID));

	return !takes_id(form) || len == 0 || len == 15 || len == 18;
}

static const struct field_spec known_fields[] = {
	[KNOWN_WHAT] = { .kind = FIELD_CHOICE, .label = "What is known", .choices = known_choices },
	[KNOWN_ID] = { .kind = FIELD_TEXT,
		.label = "Its Salesforce Id",
		.help = "Optional: 15 or 18 letters and digits",
		.max = 18,
		.shown = takes_id },
	[KNOWN_SPACE] = { .kind = FIELD_SPACE },
	[KNOWN_YES] = { .kind = FIELD_BUTTON, .label = "Go on" },
	[KNOWN_NO] = { .kind = FIELD_BUTTON, .label = "Leave them" },
};

static void release_wish(void *ctx)
{
	message_wish_free(ctx);
	free(ctx);
}

static void known(struct board *board, struct dialog *dialog, enum dialog_event event, void *ctx)
{
	struct message_wish *wish = ctx;

	if (event != DIALOG_YES)
		return;
	wish->event = dialog->form.fields[KNOWN_WHAT].choice ? EVENT_RESOLVE_NOT_SENT
							     : EVENT_RESOLVE_COMPLETED;
	if (takes_id(&dialog->form))
		text_copy(wish->salesforce_id, sizeof(wish->salesforce_id),
			form_text(&dialog->form, KNOWN_ID));
	ask_first(board, wish);
}

static void ask_resolve(struct board *board, struct message_wish *wish)
{
	struct message_wish *kept = malloc(sizeof(*kept));

	if (!kept) {
		message_wish_free(wish);
		return;
	}
	*kept = *wish;
	memset(wish, 0, sizeof(*wish));
	board->notice[0] = '\0';
	dialog_init(&board->dialog, "Resolve Unknown",
		"The answer to an Unknown message was lost: it may be in Salesforce, or not. Look "
		"there by its key, then say what you found.",
		known_fields, (int)ARRAY_SIZE(known_fields), KNOWN_YES, kept);
	board->dialog.ready = id_ready;
	board_ask(board, known, kept, release_wish);
}

/* ---- words of the command line ---- */

static bool read_as(struct message_wish *wish, const char *as)
{
	if (text_equal_fold(as, "not-sent")) {
		wish->event = EVENT_RESOLVE_NOT_SENT;
		return true;
	}
	if (strncasecmp(as, "completed", 9) != 0 || (as[9] && as[9] != ':') ||
		strlen(as) - 9 > sizeof(wish->salesforce_id))
		return false;
	wish->event = EVENT_RESOLVE_COMPLETED;
	text_copy(wish->salesforce_id, sizeof(wish->salesforce_id), as[9] ? as + 10 : "");
	return true;
}

static bool add_message(struct message_wish *wish, bool *named, const char *word)
{
	int64_t id;
	int64_t *messages;

	if (!text_int(&id, word[0] == '#' ? word + 1 : word, 1, INT64_MAX))
		return false;
	if (!*named)
		message_wish_free(wish);
	*named = true;
	messages = reallocarray(wish->messages, wish->count + 1, sizeof(*messages));
	if (!messages)
		return false;
	wish->messages = messages;
	messages[wish->count++] = id;
	return true;
}

static bool take_filter(struct message_wish *wish, const char *filter)
{
	message_wish_free(wish);
	return text_copy(wish->filter, sizeof(wish->filter), filter + strspn(filter, " "));
}

/* One word; *rest is moved behind what it took. */
static bool take_word(struct message_wish *wish, bool *named, const char *word, const char **rest)
{
	char as[64];
	size_t len;

	if (text_equal(word, "--force") && wish->event == EVENT_REPROCESS) {
		wish->event = EVENT_FORCE;
		return true;
	}
	if (text_equal(word, "--filter")) {
		bool taken = take_filter(wish, *rest);

		*rest += strlen(*rest);
		return taken;
	}
	if (!text_equal(word, "--as"))
		return add_message(wish, named, word);
	*rest += strspn(*rest, " ");
	len = strcspn(*rest, " ");
	snprintf(as, sizeof(as), "%.*s", (int)len, *rest);
	*rest += len;
	return read_as(wish, as);
}

static bool read_words(struct board *board, struct message_wish *wish, const char *rest)
{
	bool named = false;
	char word[64];

	while (rest && *(rest += strspn(rest, " "))) {
		size_t len = strcspn(rest, " ");

		snprintf(word, sizeof(word), "%.*s", (int)len, rest);
		rest += len;
		if (!take_word(wish, &named, word, &rest)) {
			board_say(board, STYLE_WARN,
				"'%s' cannot be read here: message numbers, or --filter FILTER",
				word);
			return false;
		}
	}
	return true;
}

void verb_start(struct board *board, struct message_wish *wish, bool some, const char *rest)
{
	if (!read_words(board, wish, rest)) {
		message_wish_free(wish);
	} else if (!some && !rest) {
		board_say(board, STYLE_WARN, "There is no message here");
	} else if (wish->event == VERB_RESOLVE) {
		ask_resolve(board, wish);
	} else {
		ask_first(board, wish);
	}
}
