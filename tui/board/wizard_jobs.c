/*
 * wizard_jobs.c — what the wizard looks up or changes beside the connection: the agent's own
 * settings (does it still have the password that the tutorial prints?) and the ODBC drivers.
 */

#include "base/base.h"
#include "tui/board/wizard_private.h"

#include "agent/agent.h"
#include "config/files.h"

/* ---- looking around ---- */

struct look_job {
	struct job job;
	const struct board_env *env; /* borrowed, as the services are */
	const struct board_services *services;
	unsigned wizard;
	bool settings_known, default_password, listens_here;
	char username[128];
	int port;
	struct text_list drivers;
};

static void free_look(struct job *job)
{
	struct look_job *lj = (struct look_job *)job;

	text_list_free(&lj->drivers);
	free(lj);
}

/* Behind the drivers, each as the ODBC string that it is. */
static void add_data_sources(struct look_job *lj)
{
	struct text_list names = { NULL, 0 };
	char choice[300];

	lj->services->odbc_data_sources(&names, NULL);
	for (size_t i = 0; i < names.count; i++) {
		snprintf(choice, sizeof(choice), DATA_SOURCE "%s", names.items[i]);
		text_list_add(&lj->drivers, choice);
	}
	text_list_free(&names);
}

static int work_look(struct job *job, struct err *err)
{
	struct look_job *lj = (struct look_job *)job;
	struct agent_settings settings;

	lj->services->odbc_drivers(&lj->drivers, NULL);
	add_data_sources(lj);
	agent_settings_init(&settings);
	if (files_load_settings(&settings, lj->env->home, err) == 0) {
		lj->settings_known = true;
		lj->default_password = text_empty(settings.password_hash);
		text_copy(lj->username, sizeof(lj->username),
			settings.username ? settings.username : AGENT_DEFAULT_USERNAME);
		lj->port = settings.port;
		lj->listens_here = model_is_loopback(settings.listen);
	}
	agent_settings_free_fields(&settings);
	return 0;
}

static void take_drivers(struct wizard *wizard, struct look_job *lj)
{
	struct form *form = &wizard->forms[STEP_DESTINATION];
	const char **choices = calloc(lj->drivers.count + 1, sizeof(*choices));
	struct text_list before = wizard->drivers; /* the form still points at these */

	if (!choices)
		return;
	wizard->drivers = lj->drivers;
	lj->drivers = (struct text_list){ NULL, 0 };
	for (size_t i = 0; i < wizard->drivers.count; i++)
		choices[i] = wizard->drivers.items[i];
	form_set_choices(form, DEST_DRIVER, choices);
	free(wizard->driver_choices);
	wizard->driver_choices = choices;
	text_list_free(&before);
	if (wizard->drivers.count == 0 && !wizard->editing)
		form->fields[DEST_BY].choice = 1;
}

/* A new connection begins with what the agent has; nothing typed is overwritten. */
static void prefill(struct wizard *wizard, const struct look_job *lj)
{
	struct form *form = &wizard->forms[STEP_AGENT];

	/* A draft has taken it in already, unless it came no further than step 1. */
	if (wizard->editing || (wizard->went_on && wizard->base.agent.called_by_salesforce))
		return;
	if (!*form_text(form, AGENT_USERNAME))
		form_set_text(form, AGENT_USERNAME, lj->username);
	if (lj->default_password && !*form_text(form, AGENT_PASSWORD) &&
		wizard->base.agent.password.kind == SECRET_NONE) {
		form_set_text(form, AGENT_PASSWORD, AGENT_DEFAULT_PASSWORD);
		wizard->secrets[SECRET_AGENT].stale = true;
	}
	if (lj->port > 0 && lj->port != AGENT_PORT_DEFAULT)
		form_set_number(form, AGENT_PORT, lj->port);
}

static void done_look(struct board *board, struct job *job)
{
	struct look_job *lj = (struct look_job *)job;
	struct wizard *wizard = board->wizard;

	if (!wizard || wizard->id != lj->wizard)
		return;
	take_drivers(wizard, lj);
	if (wizard->settings_known || !lj->settings_known)
		return;
	wizard->settings_known = true;
	wizard->default_password = lj->default_password;
	wizard->listens_here = lj->listens_here;
	prefill(wizard, lj);
}

void wizard_look_around(struct board *board)
{
	struct look_job *lj = calloc(1, sizeof(*lj));

	if (!lj)
		return;
	lj->job.work = work_look;
	lj->job.done = done_look;
	lj->job.free = free_look;
	lj->env = board->env;
	lj->services = board->services;
	lj->wizard = board->wizard->id;
	board_post(board, LANE_FILES, &lj->job);
}

/* ---- a password of one's own ---- */

enum { NEW_PASSWORD, NEW_AGAIN, NEW_SPACE, NEW_SET, NEW_CANCEL };

static const struct field_spec password_fields[] = {
	[NEW_PASSWORD] = { FIELD_SECRET, NULL, "New password", NULL, .max = 128 },
	[NEW_AGAIN] = { FIELD_SECRET, NULL, "Once more", NULL, .max = 128 },
	[NEW_SPACE] = { FIELD_SPACE },
	[NEW_SET] = { FIELD_BUTTON, NULL, "Set password", NULL },
	[NEW_CANCEL] = { FIELD_BUTTON, NULL, "Cancel", NULL },
};

struct password_job {
	struct job job;
	const struct board_env *env; /* borrowed */
	unsigned wizard;
	char *plain; /* wiped */
};

static void free_password(struct job *job)
{
	struct password_job *pj = (struct password_job *)job;

	secret_wipe(pj->plain);
	free(pj);
}

static int work_password(struct job *job, struct err *err)
{
	struct password_job *pj = (struct password_job *)job;
	struct agent_settings settings;
	char *hash = NULL;
	int rc = agent_password_hash(&hash, pj->plain, err);

	if (rc)
		return rc;
	agent_settings_init(&settings);
	rc = files_load_settings(&settings, pj->env->home, err);
	if (rc == 0) {
		free(settings.password_hash);
		settings.password_hash = hash;
		hash = NULL;
		rc = files_save_settings(pj->env->home, &settings, err);
	}
	agent_settings_free_fields(&settings);
	free(hash);
	return rc;
}

static void done_password(struct board *board, struct job *job)
{
	struct password_job *pj = (struct password_job *)job;
	struct wizard *wizard = board->wizard;

	if (job->rc) {
		board_message(board, "The password was not changed", job->err.text);
		return;
	}
	if (wizard && wizard->id == pj->wizard) {
		form_set_text(&wizard->forms[STEP_AGENT], AGENT_PASSWORD, pj->plain);
		wizard->secrets[SECRET_AGENT].stale = true;
		wizard->default_password = false;
	}
	board_say(board, STYLE_OK,
		board->agent.up ? "Changed. The running agent takes it within a second"
				: "Changed. The agent has it from its next start on");
}

static bool password_ready(struct form *form)
{
	return *form_text(form, NEW_PASSWORD) &&
	       text_equal(form_text(form, NEW_PASSWORD), form_text(form, NEW_AGAIN));
}

static void password_answered(
	struct board *board, struct dialog *dialog, enum dialog_event event, void *ctx)
{
	struct password_job *pj;

	(void)ctx;
	if (event != DIALOG_YES || !board->wizard)
		return;
	pj = calloc(1, sizeof(*pj));
	if (!pj)
		return;
	pj->job.work = work_password;
	pj->job.done = done_password;
	pj->job.free = free_password;
	pj->env = board->env;
	pj->wizard = board->wizard->id;
	pj->plain = text_dup(form_text(&dialog->form, NEW_PASSWORD));
	if (pj->plain)
		board_post(board, LANE_FILES, &pj->job);
	else
		free_password(&pj->job);
}

void wizard_change_password(struct board *board)
{
	if (!board_may_write(board))
		return;
	dialog_init(&board->dialog, "Password of the agent",
		"Salesforce signs in to the agent with it. The agent keeps only its hash "
		"(agent.cfg); this connection keeps it sealed.",
		password_fields, (int)ARRAY_SIZE(password_fields), NEW_SET, NULL);
	board->dialog.ready = password_ready;
	board->dialog.form.fields[NEW_SET].off = true;
	board_ask(board, password_answered, NULL, NULL);
}
