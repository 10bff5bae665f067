/* wizard_check.c — is what was asked for so far complete and right? */

#include "base/base.h"
#include "tui/board/wizard_private.h"

#include "tui/board/connections.h"

bool wizard_show_error(struct wizard *wizard, const struct err *err)
{
	const char *text = err->text;

	for (int step = 0; step < STEP_COUNT; step++) {
		int field = form_find(&wizard->forms[step], err->code);

		if (!err->code[0] || field < 0)
			continue;
		if (text_starts(text, err->code) && text_starts(text + strlen(err->code), ": "))
			text += strlen(err->code) + 2; /* the field's label says it already */
		form_fail(&wizard->forms[step], field, "%s", text);
		wizard->step = (enum wizard_step)step;
		return true;
	}
	return false;
}

/* Where they are asked for. */
static const struct {
	int field;
	const char *question;
} needed[] = {
	{ DEST_DATABASE, "Which database do the rows come from?" },
	{ DEST_ODBC, "Which database do the rows come from?" },
	{ DEST_FOLDER, "Which folder do the files arrive in?" },
	{ DEST_URL, "Which server and folder do the files arrive in?" },
};

static bool check_destination(struct board *board, struct form *form)
{
	const char *name = form_text(form, DEST_NAME);

	if (!*name) {
		form_fail(form, DEST_NAME, "Give the connection a name, for example orders-prod");
		return false;
	}
	if (!model_name_ok(name)) {
		form_fail(form, DEST_NAME,
			"Letters, digits, - and _ only, at most 64, and no - at the front");
		return false;
	}
	if (!board->wizard->editing && board_find_connection(board, name) >= 0) {
		form_fail(form, DEST_NAME,
			"There is a connection '%s' already: choose another name", name);
		return false;
	}
	for (size_t i = 0; i < ARRAY_SIZE(needed); i++) {
		if (form_shown(form, needed[i].field) && !*form_text(form, needed[i].field)) {
			form_fail(form, needed[i].field, "%s", needed[i].question);
			return false;
		}
	}
	return true;
}

/* What later steps ask for is not held against this one: anything valid stands in for it. */
static int stand_in(struct connection *connection, enum wizard_step step, struct err *err)
{
	struct secret any = { SECRET_ENV, (char *)"LATER" };
	bool ok = true;
	int rc = 0;

	if (step < STEP_AGENT) {
		ok = text_set(&connection->agent.host, "https://localhost") &&
		     text_set(&connection->agent.username, "later");
		connection->agent.port = AGENT_PORT_DEFAULT;
		secret_free(&connection->agent.password);
		rc = secret_copy(&connection->agent.password, &any, err);
	}
	if (rc == 0 && step < STEP_SALESFORCE) {
		ok = ok && text_set(&connection->salesforce.domain, "http://localhost") &&
		     text_set(&connection->salesforce.consumer_key, "later");
		secret_free(&connection->salesforce.consumer_secret);
		rc = secret_copy(&connection->salesforce.consumer_secret, &any, err);
	}
	return rc ? rc : ok ? 0 : err_nomem(err);
}

/* The model's own check of what was asked for so far. */
static enum wizard_check check_model(struct board *board, enum wizard_step step)
{
	struct wizard *wizard = board->wizard;
	struct err err = ERR_INIT;
	struct connection connection;
	int rc;

	connection_init(&connection);
	rc = wizard_build(&connection, wizard, board->env->catalog->keyring, &err);
	if (rc == 0)
		rc = stand_in(&connection, step, &err);
	if (rc == 0)
		rc = connection_check(&connection, &err);
	connection_free_fields(&connection);
	if (rc == 0)
		return CHECK_FINE;
	if (text_equal(err.code, "agent.allow_clear_text"))
		return CHECK_CLEAR_TEXT;
	if (!wizard_show_error(wizard, &err))
		board_say(board, STYLE_FAIL, "%s", err.text);
	return CHECK_WRONG;
}

enum wizard_check wizard_check_step(struct board *board, enum wizard_step step)
{
	struct form *form = &board->wizard->forms[step];

	board->notice[0] = '\0';
	form_clear_errors(form);
	if (step == STEP_DESTINATION && !check_destination(board, form))
		return CHECK_WRONG;
	return check_model(board, step);
}
