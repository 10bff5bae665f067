/* wizard_package.c — the set-up package for what the wizard holds, written to a folder: the app
 * must exist before its key does, so nothing has to be saved or complete for it. */

#include "base/base.h"
#include "tui/board/wizard_private.h"

#include "ping/ping_record.h"
#include "setup/package.h"

enum { PACK_FOLDER, PACK_USER, PACK_SPACE, PACK_WRITE, PACK_CANCEL };

static const struct field_spec fields[] = {
	[PACK_FOLDER] = { FIELD_TEXT, NULL, "Folder", NULL, .max = 1000 },
	[PACK_USER] = { FIELD_TEXT, NULL, "API user", NULL, .max = 200 },
	[PACK_SPACE] = { FIELD_SPACE },
	[PACK_WRITE] = { FIELD_BUTTON, NULL, "Write", NULL },
	[PACK_CANCEL] = { FIELD_BUTTON, NULL, "Cancel", NULL },
};

struct package_job {
	struct job job;
	const struct board_env *env; /* borrowed */
	struct connection connection;
	char *folder, *user;
	struct package *package;
};

static void free_job(struct job *job)
{
	struct package_job *pj = (struct package_job *)job;

	connection_free_fields(&pj->connection);
	package_free(pj->package);
	free(pj->folder);
	free(pj->user);
	free(pj);
}

static int work(struct job *job, struct err *err)
{
	struct package_job *pj = (struct package_job *)job;
	struct package_options options = { .username = text_empty(pj->user) ? NULL : pj->user };
	char *parents = ping_recall_parents(pj->env->home->data, pj->connection.name);
	int rc;

	options.parents = parents;
	rc = package_of(&pj->package, &pj->connection, pj->env->catalog, &options, err);
	free(parents);
	return rc ? rc : package_write(pj->package, pj->folder, err);
}

static void done(struct board *board, struct job *job)
{
	struct package_job *pj = (struct package_job *)job;
	struct buf text = BUF_INIT(16384);

	if (job->rc) {
		board_message(board, "The package was not written", job->err.text);
		return;
	}
	buf_addf(&text,
		"%s has %d files for the app %s; its README.md has the commands. Salesforce itself "
		"has not judged them yet.\n\nTo do by hand:",
		pj->folder, pj->package->file_count, pj->package->name);
	for (size_t i = 0; i < pj->package->note_count; i++)
		buf_addf(&text, "\n- %s", pj->package->notes[i].text);
	board_message(board, "Set-up package", buf_str(&text));
	buf_free(&text);
}

static void answered(struct board *board, struct dialog *dialog, enum dialog_event event, void *ctx)
{
	struct package_job *pj;
	struct err err = ERR_INIT;

	(void)ctx;
	if (event != DIALOG_YES || !board->wizard)
		return;
	pj = calloc(1, sizeof(*pj));
	if (!pj)
		return;
	pj->job.work = work;
	pj->job.done = done;
	pj->job.free = free_job;
	pj->env = board->env;
	connection_init(&pj->connection);
	pj->folder = text_dup(form_text(&dialog->form, PACK_FOLDER));
	pj->user = text_dup(form_text(&dialog->form, PACK_USER));
	if (pj->folder && pj->user &&
		wizard_build(&pj->connection, board->wizard, board->env->catalog->keyring, &err) ==
			0) {
		board_post(board, LANE_FILES, &pj->job);
		return;
	}
	board_say(board, STYLE_FAIL, "%s", err.kind ? err.text : "Out of memory");
	free_job(&pj->job);
}

static bool ready(struct form *form)
{
	return form_text(form, PACK_FOLDER)[0] == '/';
}

void wizard_package(struct board *board)
{
	const char *name = form_text(&board->wizard->forms[STEP_DESTINATION], DEST_NAME);
	const char *home = getenv("HOME");
	char folder[600];

	if (!model_name_ok(name)) {
		board_say(board, STYLE_WARN, "Give the connection a name first, in step 1");
		return;
	}
	dialog_init(&board->dialog, "Set-up package",
		"Writes a Salesforce project for this connection: app, policy, permission set and "
		"what Salesforce needs to call the agent, for `sf project deploy start`. The API "
		"user's name may stay empty.",
		fields, (int)ARRAY_SIZE(fields), PACK_WRITE, NULL);
	snprintf(folder, sizeof(folder), "%s/salesforce-%s", home && home[0] == '/' ? home : "/tmp",
		name);
	form_set_text(&board->dialog.form, PACK_FOLDER, folder);
	board->dialog.ready = ready;
	board_ask(board, answered, NULL, NULL);
}
