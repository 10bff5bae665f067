/*
 * payload_form.c — the payload as a form. What the org's fields take is asked in the background,
 * and told beside each field; a value that the org is known to refuse is not saved.
 */

#include "base/base.h"
#include "tui/board/payload_form.h"

#include "base/text.h"
#include "process/sample.h"
#include "tui/board/agent_job.h"
#include "tui/board/payload_fields.h"
#include "tui/board/verb_dialog.h"

#define HELP_MAX 400
#define IS_KEY "It says which record this is, and cannot be changed."
#define NOT_HERE "Too long, or no plain text: `message edit` changes it."
#define UNTOUCHED "What is not touched is sent as it is"

struct payload_form {
	int64_t id;
	struct message_detail *detail; /* owned; NULL until it came */
	struct payload_fields fields;
	struct form form;
	struct field_spec specs[FORM_FIELDS_MAX];
	char helps[PAYLOAD_FIELDS_MAX][HELP_MAX];
	int other; /* places in the form */
	int save, send;
	bool loaded, touched, saving;
	struct describe *describe; /* owned; NULL while it is not known, or cannot be */
	char note[320];		   /* how it stands with that */
	struct describe_job *asking;
};

/* ---- what the org takes ---- */

struct describe_job {
	struct job job;
	const struct board_env *env; /* borrowed, as the services are */
	const struct board_services *services;
	struct connection connection;
	char object[81];
	struct describe *describe;
};

static int work_describe(struct job *job, struct err *err)
{
	struct describe_job *dj = (struct describe_job *)job;
	struct process_env env = { .home_data = dj->env->home->data,
		.keyring = dj->env->catalog->keyring };

	return dj->services->describe(
		&dj->describe, &env, &dj->connection, dj->object, &job->cancel, err);
}

static void free_describe(struct job *job)
{
	struct describe_job *dj = (struct describe_job *)job;

	connection_free_fields(&dj->connection);
	describe_free(dj->describe);
	free(dj);
}

/* Say at each field what it takes, and where what is there does not fit. */
static void judge_fields(struct payload_form *page)
{
	for (int i = 0; i < page->fields.count; i++) {
		struct field_state *field = &page->form.fields[i];

		if (field->off)
			continue;
		payload_field_help(
			page->helps[i], HELP_MAX, page->describe, page->fields.fields[i].name);
		payload_field_takes(field->error, sizeof(field->error), page->describe,
			page->fields.fields[i].name, form_text(&page->form, i));
	}
}

static void done_describe(struct board *board, struct job *job)
{
	struct describe_job *dj = (struct describe_job *)job;
	struct payload_form *page = board->payload_form;

	if (!page || page->asking != dj)
		return;
	page->asking = NULL;
	page->describe = dj->describe;
	dj->describe = NULL;
	if (page->describe)
		snprintf(page->note, sizeof(page->note), "checked against %s of the org",
			page->describe->name);
	else
		snprintf(page->note, sizeof(page->note), "not checked: %s", job->err.text);
	judge_fields(page);
}

static void ask_describe(struct board *board)
{
	struct payload_form *page = board->payload_form;
	int over = board_find_connection(board, page->detail->connection);
	struct describe_job *dj = over < 0 ? NULL : calloc(1, sizeof(*dj));

	text_copy(page->note, sizeof(page->note), "not checked: its connection is gone");
	if (!dj)
		return;
	dj->job.work = work_describe;
	dj->job.done = done_describe;
	dj->job.free = free_describe;
	dj->env = board->env;
	dj->services = board->services;
	text_copy(dj->object, sizeof(dj->object), page->detail->object);
	connection_init(&dj->connection);
	if (connection_copy(&dj->connection, &board->catalog->connections[over].connection, NULL)) {
		free_describe(&dj->job);
		return;
	}
	text_copy(page->note, sizeof(page->note), "asking the org what its fields take...");
	page->asking = dj;
	board_post(board, LANE_PING, &dj->job);
}

/* ---- the form ---- */

static int add_spec(struct payload_form *page, struct field_spec spec)
{
	page->specs[page->form.count] = spec;
	return page->form.count++;
}

/* What says which record is meant: another key would be another message. */
static const char *key_field(const struct board *board, const struct message *msg)
{
	int place = board_find_interface(board, msg->interface);
	const struct interface *interface =
		place < 0 ? NULL : &board->catalog->interfaces[place].interface;

	if (!interface || interface->operation == OPERATION_INSERT)
		return NULL;
	return interface->operation == OPERATION_UPSERT ? interface->external_id : "Id";
}

static void make_specs(struct payload_form *page)
{
	page->form.count = 0;
	for (int i = 0; i < page->fields.count; i++) {
		const struct payload_field *field = &page->fields.fields[i];

		add_spec(page, (struct field_spec){
				       .kind = strchr(field->text, '\n') ? FIELD_LINES : FIELD_TEXT,
				       .key = field->name,
				       .label = field->name,
				       .help = page->helps[i],
				       .max = PAYLOAD_TEXT_MAX,
				       .rows = 3 });
	}
	page->other = add_spec(page, (struct field_spec){ .kind = FIELD_TEXT,
					     .label = "Another field",
					     .help = "Field=value: a field that is not above",
					     .max = PAYLOAD_TEXT_MAX });
	add_spec(page, (struct field_spec){ .kind = FIELD_SPACE });
	page->save = add_spec(page, (struct field_spec){ .kind = FIELD_BUTTON,
					    .label = "Save",
					    .help = "Keep it; Reprocess sends it later." });
	page->send = add_spec(page, (struct field_spec){ .kind = FIELD_BUTTON,
					    .label = "Save and reprocess",
					    .help = "Keep it, and send it again." });
	add_spec(page,
		(struct field_spec){
			.kind = FIELD_BUTTON, .label = "Leave", .help = "Leave it as it was." });
}

static void build(struct board *board)
{
	struct payload_form *page = board->payload_form;
	const struct message *msg = &page->detail->message;
	const char *key = key_field(board, msg);
	int first = -1;

	make_specs(page);
	form_init(&page->form, page->specs, page->form.count, page);
	for (int i = 0; i < page->fields.count; i++) {
		const struct payload_field *field = &page->fields.fields[i];

		form_set_text(&page->form, i, field->text);
		if (!*field->text)
			form_set_kept(&page->form, i, field->absent ? "missing" : "no value");
		page->form.fields[i].off = key && text_equal_fold(field->name, key);
		if (first < 0 && msg->fields && strstr(msg->fields, field->name))
			first = i;
		if (page->form.fields[i].off)
			text_copy(page->helps[i], HELP_MAX, IS_KEY);
		/* A text that the form cannot hold whole is not to come back cut. */
		if (!text_equal(form_text(&page->form, i), field->text)) {
			page->form.fields[i].off = true;
			text_copy(page->helps[i], HELP_MAX, NOT_HERE);
		}
	}
	form_focus(&page->form, first < 0 ? 0 : first);
	page->loaded = true;
	ask_describe(board);
}

bool payload_form_waits(const struct board *board)
{
	return board_page(board) == &payload_form_ops;
}

/* Once; what comes later would take away what is being typed. */
void payload_form_take(struct board *board, struct feed_news *news)
{
	struct payload_form *page = board->payload_form;
	struct err err = ERR_INIT;

	if (!page || page->detail || !news->detail || news->detail->message.id != page->id) {
		feed_news_free(news, FEED_DETAIL);
		return;
	}
	page->detail = news->detail;
	news->detail = NULL;
	feed_news_free(news, FEED_DETAIL);
	if (message_may_edit(page->detail->message.status, &err) == 0 &&
		payload_fields_read(&page->fields, page->detail->record,
			page->detail->message.fields, &err) == 0)
		build(board);
	else
		snprintf(page->note, sizeof(page->note), "Message %" PRId64 ": %s", page->id,
			err.text);
}

/* ---- saving ---- */

struct edit_job {
	struct job job;
	const struct board_env *env;
	const struct board_services *services;
	int64_t message;
	struct text_list sets; /* owned */
	bool send;
};

static int work_edit(struct job *job, struct err *err)
{
	struct edit_job *ej = (struct edit_job *)job;
	const char *sets[EDIT_SETS_MAX + 1] = { NULL };
	struct edit_request request = { .message = ej->message, .sets = sets, .who = ej->env->who };
	int rc;

	for (size_t i = 0; i < ej->sets.count && i < EDIT_SETS_MAX; i++)
		sets[i] = ej->sets.items[i];
	rc = ej->services->agent_edit(ej->env->home->socket, &request, err);
	if (rc != -ERR_NET)
		return rc;
	rc = agent_bring_up(ej->env, ej->services, err);
	return rc ? rc : ej->services->agent_edit(ej->env->home->socket, &request, err);
}

static void free_edit(struct job *job)
{
	struct edit_job *ej = (struct edit_job *)job;

	text_list_free(&ej->sets);
	free(ej);
}

/* The agent names the field as the command's option does. */
static void show_refusal(struct board *board, const char *text)
{
	struct payload_form *page = board->payload_form;
	char name[201] = "";
	int place;

	if (text_starts(text, "--set ")) {
		text += strlen("--set ");
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(text, ":= "), text);
	}
	place = *name ? payload_fields_find(&page->fields, name) : -1;
	if (place >= 0)
		form_fail(&page->form, place, "%s", text);
	else
		board_message(board, "Not saved", text);
}

static void done_edit(struct board *board, struct job *job)
{
	struct edit_job *ej = (struct edit_job *)job;
	struct payload_form *page = board->payload_form;
	struct message_wish wish = { .event = EVENT_REPROCESS };

	feed_refresh(board->feed);
	if (page)
		page->saving = false;
	board->notice[0] = '\0';
	if (job->rc && page) {
		show_refusal(board, job->err.text);
		return;
	}
	if (job->rc) {
		board_say(board, STYLE_FAIL, "Not saved: %s", job->err.text);
		return;
	}
	if (page && board_page(board) == &payload_form_ops)
		board_close_page(board);
	board_say(board, STYLE_OK, "Payload of message %" PRId64 " saved%s", ej->message,
		ej->send ? "" : "; r sends it again");
	wish.messages = ej->send ? malloc(sizeof(*wish.messages)) : NULL;
	if (!wish.messages)
		return;
	wish.messages[wish.count++] = ej->message;
	verb_start(board, &wish, true, NULL);
}

/* "Field=value" as typed: told apart, and judged like the others. */
static bool add_other(struct payload_form *page, struct text_list *sets)
{
	const char *text = form_text(&page->form, page->other);
	const char *equals = strchr(text, '=');
	struct payload_field field = { .text = NULL };
	char words[HELP_MAX];

	if (!*text)
		return true;
	if (!equals || equals == text || (size_t)(equals - text) >= sizeof(field.name)) {
		form_fail(&page->form, page->other, "Say it as Field=value");
		return false;
	}
	snprintf(field.name, sizeof(field.name), "%.*s", (int)(equals - text), text);
	if (!payload_field_takes(words, sizeof(words), page->describe, field.name, equals + 1)) {
		form_fail(&page->form, page->other, "%s", words);
		return false;
	}
	return payload_field_set(sets, page->describe, &field, equals + 1, NULL) == 0;
}

/* What was changed, or false with the field that stands in the way. */
static bool collect(struct payload_form *page, struct text_list *sets)
{
	char words[HELP_MAX];

	form_clear_errors(&page->form);
	for (int i = 0; i < page->fields.count; i++) {
		const struct payload_field *field = &page->fields.fields[i];
		const char *text = form_text(&page->form, i);

		if (page->form.fields[i].off || text_equal(text, field->text))
			continue;
		if (!payload_field_takes(words, sizeof(words), page->describe, field->name, text)) {
			form_fail(&page->form, i, "%s", words);
			return false;
		}
		if (payload_field_set(sets, page->describe, field, text, NULL) != 0)
			return false;
	}
	return add_other(page, sets);
}

static void save(struct board *board, bool send)
{
	struct payload_form *page = board->payload_form;
	struct edit_job *ej;

	if (!page->loaded || page->saving || !board_may_write(board))
		return;
	ej = calloc(1, sizeof(*ej));
	if (!ej)
		return;
	ej->job.work = work_edit;
	ej->job.done = done_edit;
	ej->job.free = free_edit;
	ej->env = board->env;
	ej->services = board->services;
	ej->message = page->id;
	ej->send = send;
	if (!collect(page, &ej->sets) || !ej->sets.count) {
		if (!ej->sets.count && !page->form.fields[page->form.focus].error[0])
			board_say(board, STYLE_WARN, "Nothing was changed");
		free_edit(&ej->job);
		return;
	}
	page->saving = true;
	board_say(board, STYLE_BUSY, "Handing it to the agent...");
	board_post(board, LANE_AGENT, &ej->job);
}

/* ---- the page ---- */

static bool press(struct board *board, int field)
{
	const struct payload_form *page = board->payload_form;

	if (field != page->save && field != page->send)
		return false;
	save(board, field == page->send);
	return true;
}

static bool key(struct board *board, int pressed)
{
	struct payload_form *page = board->payload_form;

	return page && page->loaded &&
	       board_form_key(board, &page->form, &page->touched, pressed, press);
}

static bool unsaved(const struct board *board)
{
	return board->payload_form && board->payload_form->touched;
}

static bool typing(struct board *board)
{
	const struct payload_form *page = board->payload_form;

	return page && page->loaded && form_types_text(&page->form);
}

static void draw(struct board *board, struct area area)
{
	struct payload_form *page = board->payload_form;
	struct screen *screen = board->screen;
	const struct message *msg;
	const char *help;
	int rows = area.rows - 4;
	bool wrong;

	if (!page)
		return;
	screen_cursor(screen, area.y, 1);
	if (!page->loaded) {
		screen_paragraph(screen, (struct area){ area.y, 1, area.rows, area.cols - 2 },
			page->note[0] ? STYLE_WARN : STYLE_BUSY,
			page->note[0] ? page->note : "Loading...", 0);
		return;
	}
	msg = &page->detail->message;
	screen_printf(screen, area.y, 1, area.cols - 2, STYLE_STRONG,
		"Payload of message %" PRId64 "  %s  %s", page->id, msg->key ? msg->key : "",
		page->detail->object ? page->detail->object : "");
	form_draw(&page->form, screen, (struct area){ area.y + 1, 1, rows, area.cols - 2 }, true);
	screen_sign(screen, area.y + 1 + rows, 0, area.cols, STYLE_RULE, SIGN_RULE);
	help = form_help(&page->form, &wrong);
	screen_paragraph(screen, (struct area){ area.y + 2 + rows, 1, 1, area.cols - 2 },
		wrong ? STYLE_FAIL : STYLE_TEXT, *help ? help : UNTOUCHED, 0);
	if (page->fields.left_out)
		screen_printf(screen, area.y + 3 + rows, 1, area.cols - 2, STYLE_QUIET,
			"%d more fields, to be named; %s", page->fields.left_out, page->note);
	else
		screen_text(screen, area.y + 3 + rows, 1, area.cols - 2, STYLE_QUIET, page->note);
}

static void look(struct board *board, struct feed_request *request)
{
	if (board->payload_form)
		request->message = board->payload_form->id;
}

static void do_save(void *ctx, const char *argument)
{
	(void)argument;
	save(ctx, false);
}

static void do_send(void *ctx, const char *argument)
{
	(void)argument;
	save(ctx, true);
}

static void do_back(void *ctx, const char *argument)
{
	(void)argument;
	board_back(ctx);
}

static const struct key_binding keys[] = {
	{ K_F(4), "save", "Save", "Keep the payload; reprocess sends it later",
		BIND_LINE | BIND_WRITE, do_save },
	{ K_F(6), "save and reprocess", "Save and reprocess", "Keep the payload and send it again",
		BIND_LINE | BIND_WRITE, do_send },
	{ K_ESC, "back", "Back", "Leave; asks when something was changed", BIND_LINE, do_back },
	{ 0 },
};

void payload_form_open(struct board *board, int64_t message)
{
	if (board->payload_form)
		return;
	board->payload_form = calloc(1, sizeof(*board->payload_form));
	if (!board->payload_form)
		return;
	board->payload_form->id = message;
	board_open_page(board, &payload_form_ops);
}

static void close_page(struct board *board)
{
	struct payload_form *page = board->payload_form;

	if (!page)
		return;
	if (page->asking)
		atomic_store(&page->asking->job.cancel, true);
	if (page->loaded)
		form_free(&page->form);
	payload_fields_free(&page->fields);
	message_detail_free(page->detail);
	describe_free(page->describe);
	free(page);
	board->payload_form = NULL;
}

static void place(const struct board *board, char *out, size_t size)
{
	if (board->payload_form)
		snprintf(out, size, "payload of %" PRId64, board->payload_form->id);
}

const struct page_ops payload_form_ops = {
	.name = "Payload form",
	.about = "The payload of one message, field by field. What is saved here is sent as it is, "
		 "whatever the mapping says, and who changed it is kept.",
	.keys = keys,
	.feed = FEED_DETAIL,
	.place = place,
	.draw = draw,
	.key = key,
	.typing = typing,
	.look = look,
	.unsaved = unsaved,
	.close = close_page,
};
