/*
 * agent_settings.c — agent.cfg as a form: address, port, credential, TLS, limits, retention,
 * schedules of integrations, log. A running agent takes what was saved within a second; what it
 * cannot bring in force it says in its status, and in the frame.
 */

#include "base/base.h"
#include "tui/board/state.h"

#include "agent/agent.h"
#include "base/text.h"
#include "config/files.h"

enum {
	F_LISTEN,
	F_PORT,
	F_USERNAME,
	F_PASSWORD,
	F_AGAIN,
	F_CERT,
	F_KEY,
	F_PARALLEL,
	F_RETENTION,
	F_DISK,
	F_BACKLOG,
	F_SCHEDULES,
	F_ALERT,
	F_LOG,
	F_MONITORING,
	F_CONNECTIONS,
	F_PER_ADDRESS,
	F_HEADER,
	F_BODY,
	F_TIMEOUT,
	F_WAITING,
	F_SPACE,
	F_SAVE,
	F_CANCEL,
	F_COUNT
};

static const char *const levels[] = { "error", "warn", "info", "debug", NULL };
static const char *const audiences[] = { "loopback", "everyone", NULL };

static const struct field_spec specs[F_COUNT] = {
	[F_LISTEN] = { FIELD_TEXT, "listen", "Address",
		"127.0.0.1: nobody from outside. 0.0.0.0: everybody, once you have set a password.",
		.max = 64 },
	[F_PORT] = { FIELD_NUMBER, "port", "Port", "9055, as Salesforce expects; 0 = any.",
		.max = 5 },
	[F_USERNAME] = { FIELD_TEXT, "username", "User", "Whom Salesforce signs in as.",
		.max = 128 },
	[F_PASSWORD] = { FIELD_SECRET, "password_hash", "New password",
		"Empty = as it is. Only its hash is kept.", .max = 128 },
	[F_AGAIN] = { FIELD_SECRET, NULL, "Once more", NULL, .max = 128 },
	[F_CERT] = { FIELD_TEXT, "tls.cert", "TLS certificate",
		"PEM file; empty = plain HTTP. A renewed file is taken by itself." },
	[F_KEY] = { FIELD_TEXT, "tls.key", "TLS key", "PEM file of its private key." },
	[F_PARALLEL] = { FIELD_NUMBER, "parallel_runs", "Runs at once",
		"Those of one interface always take turns. 1 to 64.", .max = 2 },
	[F_RETENTION] = { FIELD_NUMBER, "retention", "Keep days",
		"Completed messages older than this are removed once a day; 0 = never.", .max = 5 },
	[F_BACKLOG] = { FIELD_NUMBER, "backlog", "Backlog hours",
		"Messages that wait longer are told; 0 = never.", .max = 4 },
	[F_DISK] = { FIELD_TEXT, "disk_floor", "Disk floor",
		"Runs pause when less than this is free on the store's disk; 0 = never.",
		.max = 16 },
	[F_SCHEDULES] = { FIELD_LINES, "schedules", "Integrations",
		"One schedule a line: ERP: at 06:30 weekdays; missed skip", .max = 4096,
		.rows = 3 },
	[F_ALERT] = { FIELD_TEXT, "alert", "Alert command",
		"Is told of trouble with runs and schedules, by JSON on standard input. Optional.",
		.max = 1024 },
	[F_LOG] = { FIELD_CHOICE, "log_level", "Log level", "What is written down; F7 shows it.",
		levels },
	[F_MONITORING] = { FIELD_CHOICE, "monitoring", "Monitoring",
		"Who may ask for /health, and with the password for /metrics.", audiences },
	[F_CONNECTIONS] = { FIELD_NUMBER, "limits.connections", "Connections",
		"To the port at once; what is above is turned away.", .max = 5 },
	[F_PER_ADDRESS] = { FIELD_NUMBER, "limits.connections_per_address", "Per address",
		"Of these, from one address.", .max = 5 },
	[F_HEADER] = { FIELD_NUMBER, "limits.header", "Header bytes", "2048 and more.", .max = 7 },
	[F_BODY] = { FIELD_NUMBER, "limits.body", "Body bytes", "256 and more.", .max = 7 },
	[F_TIMEOUT] = { FIELD_NUMBER, "limits.request_timeout", "Request time",
		"Seconds for a request to come in whole.", .max = 3 },
	[F_WAITING] = { FIELD_NUMBER, "limits.waiting", "Waiting runs",
		"Above so many, calls of Salesforce are told to come later.", .max = 5 },
	[F_SPACE] = { FIELD_SPACE },
	[F_SAVE] = { FIELD_BUTTON, NULL, "Save", "Write agent.cfg; a running agent takes it." },
	[F_CANCEL] = { FIELD_BUTTON, NULL, "Cancel", "Leave it as it was." },
};

struct agent_form {
	struct form form;
	bool loaded, saving, touched;
	struct agent_settings base; /* what is not asked for is kept from here */
	char problem[512];
};

/* ---- between form and settings ---- */

/* A field, and where its value lies. */
struct place {
	int field;
	size_t offset;
};

static const struct place numbers[] = {
	{ F_PORT, offsetof(struct agent_settings, port) },
	{ F_BACKLOG, offsetof(struct agent_settings, backlog_hours) },
	{ F_PARALLEL, offsetof(struct agent_settings, parallel_runs) },
	{ F_RETENTION, offsetof(struct agent_settings, retention_days) },
	{ F_CONNECTIONS, offsetof(struct agent_settings, limits.connections) },
	{ F_PER_ADDRESS, offsetof(struct agent_settings, limits.connections_per_address) },
	{ F_HEADER, offsetof(struct agent_settings, limits.header) },
	{ F_BODY, offsetof(struct agent_settings, limits.body) },
	{ F_TIMEOUT, offsetof(struct agent_settings, limits.request_timeout) },
	{ F_WAITING, offsetof(struct agent_settings, limits.waiting) },
};

static const struct place texts[] = {
	{ F_LISTEN, offsetof(struct agent_settings, listen) },
	{ F_USERNAME, offsetof(struct agent_settings, username) },
	{ F_CERT, offsetof(struct agent_settings, tls_cert) },
	{ F_KEY, offsetof(struct agent_settings, tls_key) },
	{ F_ALERT, offsetof(struct agent_settings, alert) },
};

static void *member(const struct agent_settings *settings, size_t offset)
{
	return (char *)(uintptr_t)settings + offset;
}

static int place_of(const char *const *words, const char *word)
{
	for (int i = 0; words[i]; i++) {
		if (text_equal(words[i], word))
			return i;
	}
	return 0;
}

static void show(struct agent_form *page)
{
	const struct agent_settings *base = &page->base;
	struct buf lines = BUF_INIT(65536);
	struct form *form = &page->form;
	char size[TEXT_SIZE_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		form_set_text(form, texts[i].field, *(char **)member(base, texts[i].offset));
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		form_set_number(form, numbers[i].field, *(int *)member(base, numbers[i].offset));
	for (size_t i = 0; i < base->schedules.count; i++)
		buf_addf(&lines, "%s%s", i ? "\n" : "", base->schedules.items[i]);
	form_set_text(form, F_SCHEDULES, buf_str(&lines));
	form_set_text(form, F_DISK, text_size_exact(size, base->disk_floor));
	form->fields[F_LOG].choice = place_of(levels, base->log_level);
	form->fields[F_MONITORING].choice = place_of(audiences, base->monitoring);
	form_set_kept(form, F_PASSWORD,
		text_empty(base->password_hash) ? "the default, for loopback alone" : "unchanged");
	form_set_kept(form, F_AGAIN, "");
	form_focus(form, F_LISTEN);
	buf_free(&lines);
}

static bool take_schedules(struct agent_settings *out, const char *text)
{
	text_list_free(&out->schedules);
	while (*text) {
		size_t len = strcspn(text, "\n");
		char line[512];

		snprintf(line, sizeof(line), "%.*s", (int)len, text);
		if (*text_trim(line) && !text_list_add(&out->schedules, text_trim(line)))
			return false;
		text += len + (text[len] == '\n');
	}
	return true;
}

/* Within the same bounds as the file. */
static bool take_numbers(struct agent_settings *out, struct form *form)
{
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		int *to = member(out, numbers[i].offset);
		int field = numbers[i].field;
		int64_t value;
		int min, max;

		if (!files_setting_bounds(&min, &max, specs[field].key))
			return false;
		if (!form_number(&value, form, field, min, max, *to)) {
			form_fail(form, field, "%d to %d", min, max);
			return false;
		}
		*to = (int)value;
	}
	return true;
}

static bool build(struct agent_settings *out, struct agent_form *page)
{
	struct form *form = &page->form;
	bool ok = agent_settings_copy(out, &page->base, NULL) == 0;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		const char *typed = form_text(form, texts[i].field);

		ok = ok && text_set(member(out, texts[i].offset), *typed ? typed : NULL);
	}
	ok = ok && text_set(&out->log_level, form_choice(form, F_LOG)) &&
	     text_set(&out->monitoring, form_choice(form, F_MONITORING)) &&
	     take_schedules(out, form_text(form, F_SCHEDULES));
	if (!ok || !take_numbers(out, form))
		return false;
	if (!text_size(&out->disk_floor, form_text(form, F_DISK))) {
		form_fail(form, F_DISK, "A size like 512 MB");
		return false;
	}
	if (text_empty(out->listen)) {
		form_fail(form, F_LISTEN, "127.0.0.1 for this machine alone");
		return false;
	}
	if (!text_equal(form_text(form, F_PASSWORD), form_text(form, F_AGAIN))) {
		form_fail(form, F_AGAIN, "The two passwords differ");
		return false;
	}
	if (text_empty(out->tls_cert) != text_empty(out->tls_key)) {
		form_fail(form, text_empty(out->tls_cert) ? F_CERT : F_KEY,
			"TLS wants both, a certificate and its key");
		return false;
	}
	return true;
}

/* ---- jobs ---- */

struct settings_job {
	struct job job;
	const struct board_env *env; /* borrowed */
	struct agent_settings settings;
	char *password; /* wiped; NULL = as it is */
};

static void free_job(struct job *job)
{
	struct settings_job *sj = (struct settings_job *)job;

	agent_settings_free_fields(&sj->settings);
	secret_wipe(sj->password);
	free(sj);
}

static int work_load(struct job *job, struct err *err)
{
	struct settings_job *sj = (struct settings_job *)job;

	return files_load_settings(&sj->settings, sj->env->home, err);
}

static void done_load(struct board *board, struct job *job)
{
	struct settings_job *sj = (struct settings_job *)job;
	struct agent_form *page = board->agent_form;

	if (!page)
		return;
	if (job->rc) {
		text_copy(page->problem, sizeof(page->problem), job->err.text);
		return;
	}
	agent_settings_free_fields(&page->base);
	page->base = sj->settings;
	sj->settings = (struct agent_settings){ 0 };
	page->loaded = true;
	show(page);
}

/* The form shows the error at the field of this key. */
static int at_field(int rc, const char *key, struct err *err)
{
	if (rc < 0 && err)
		text_copy(err->code, sizeof(err->code), key);
	return rc;
}

/* What the agent would refuse is not written. */
static int work_save(struct job *job, struct err *err)
{
	struct settings_job *sj = (struct settings_job *)job;
	char *hash = NULL;
	int rc = 0;

	if (sj->password)
		rc = at_field(agent_password_hash(&hash, sj->password, err), "password_hash", err);
	if (hash) {
		free(sj->settings.password_hash);
		sj->settings.password_hash = hash;
	}
	if (rc == 0)
		rc = agent_settings_check(&sj->settings, err);
	if (rc == 0)
		rc = at_field(agent_check_exposure(&sj->settings, err), "listen", err);
	return rc < 0 ? rc : files_save_settings(sj->env->home, &sj->settings, err);
}

static void done_save(struct board *board, struct job *job)
{
	struct agent_form *page = board->agent_form;
	int field;

	if (page)
		page->saving = false;
	if (job->rc) {
		field = page && job->err.code[0] ? form_find(&page->form, job->err.code) : -1;
		if (field >= 0)
			form_fail(&page->form, field, "%s", job->err.text);
		else
			board_message(board, "Not saved", job->err.text);
		return;
	}
	if (board_page(board) == &agent_form_ops)
		board_close_page(board);
	board_say(board, STYLE_OK, "%s",
		board->agent.up ? "Saved. The running agent takes it within a second"
				: "Saved. The agent has it from its next start on");
}

static struct settings_job *new_job(struct board *board)
{
	struct settings_job *sj = calloc(1, sizeof(*sj));

	if (!sj)
		return NULL;
	sj->job.free = free_job;
	sj->env = board->env;
	agent_settings_init(&sj->settings);
	return sj;
}

static void save(struct board *board)
{
	struct agent_form *page = board->agent_form;
	struct settings_job *sj;

	if (!page->loaded || page->saving || !board_may_write(board) || !(sj = new_job(board)))
		return;
	form_clear_errors(&page->form);
	agent_settings_free_fields(&sj->settings);
	if (!build(&sj->settings, page)) {
		free_job(&sj->job);
		return;
	}
	if (*form_text(&page->form, F_PASSWORD))
		sj->password = text_dup(form_text(&page->form, F_PASSWORD));
	sj->job.work = work_save;
	sj->job.done = done_save;
	page->saving = true;
	board_post(board, LANE_FILES, &sj->job);
}

/* ---- the page ---- */

static bool press(struct board *board, int field)
{
	if (field != F_SAVE)
		return false;
	save(board);
	return true;
}

static bool key(struct board *board, int pressed)
{
	struct agent_form *page = board->agent_form;

	return page && page->loaded && pressed != K_ESC &&
	       board_form_key(board, &page->form, &page->touched, pressed, press);
}

static bool unsaved(const struct board *board)
{
	return board->agent_form && board->agent_form->touched;
}

static bool typing(struct board *board)
{
	return board->agent_form && board->agent_form->loaded &&
	       form_types_text(&board->agent_form->form);
}

static void draw(struct board *board, struct area area)
{
	struct agent_form *page = board->agent_form;
	struct area body = { area.y + 2, 1, area.rows - 4, area.cols - 2 };
	bool wrong = false;
	const char *help;

	if (!page)
		return;
	screen_printf(board->screen, area.y, 1, area.cols - 2, STYLE_STRONG,
		"Settings of the agent%s", page->saving ? "   saving..." : "");
	screen_cursor(board->screen, area.y, 1);
	if (!page->loaded) {
		screen_paragraph(board->screen, body, page->problem[0] ? STYLE_FAIL : STYLE_BUSY,
			page->problem[0] ? page->problem : "Reading agent.cfg...", 0);
		return;
	}
	form_draw(&page->form, board->screen, body, true);
	help = form_help(&page->form, &wrong);
	if (help)
		screen_text(board->screen, area.y + area.rows - 1, 3, area.cols - 4,
			wrong ? STYLE_FAIL : STYLE_QUIET, help);
}

static void do_save(void *ctx, const char *argument)
{
	(void)argument;
	save(ctx);
}

static void do_back(void *ctx, const char *argument)
{
	(void)argument;
	board_back(ctx);
}

static const struct key_binding keys[] = {
	{ K_F(4), "save", "Save", "Write agent.cfg", BIND_LINE | BIND_WRITE, do_save },
	{ K_ESC, "back", "Back", "Leave; asks when something was changed", BIND_LINE, do_back },
	{ 0 },
};

static void open_page(struct board *board)
{
	struct agent_form *page = calloc(1, sizeof(*page));
	struct settings_job *sj;

	board->agent_form = page;
	if (!page)
		return;
	form_init(&page->form, specs, F_COUNT, page);
	agent_settings_init(&page->base);
	sj = new_job(board);
	if (!sj)
		return;
	sj->job.work = work_load;
	sj->job.done = done_load;
	board_post(board, LANE_FILES, &sj->job);
}

static void close_page(struct board *board)
{
	if (board->agent_form) {
		form_free(&board->agent_form->form);
		agent_settings_free_fields(&board->agent_form->base);
	}
	free(board->agent_form);
	board->agent_form = NULL;
}

const struct page_ops agent_form_ops = {
	.name = "Agent settings",
	.about =
		"agent.cfg: where the agent listens and who may sign in, its limits, the schedules "
		"of integrations, the log. Without a call from Salesforce nothing needs to listen "
		"beyond this machine.",
	.keys = keys,
	.open = open_page,
	.draw = draw,
	.key = key,
	.typing = typing,
	.unsaved = unsaved,
	.close = close_page,
};
