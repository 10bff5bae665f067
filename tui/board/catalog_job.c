/* catalog_job.c — the catalog's writing verbs as jobs: each gets a deep copy of what to write. */

#include "base/base.h"
#include "tui/board/catalog_job.h"

#include "base/text.h"
#include "tui/board/ping_job.h"
#include "tui/board/state.h"

enum catalog_verb {
	SAVE_CONNECTION,
	SAVE_INTERFACE,
	UPDATE_INTERFACE,
	REMOVE_CONNECTION,
	REMOVE_INTERFACE
};

struct catalog_job {
	struct job job;
	enum catalog_verb verb;
	const struct board_env *env; /* borrowed */
	struct connection connection;
	struct interface interface;
	struct interface before; /* UPDATE_INTERFACE: as it was loaded */
	char name[65];
	bool fresh;
	struct ping_result *agent, *salesforce; /* owned, or NULL */
	catalog_saved *saved;
};

static void free_job(struct job *job)
{
	struct catalog_job *cj = (struct catalog_job *)job;

	connection_free_fields(&cj->connection);
	interface_free_fields(&cj->interface);
	interface_free_fields(&cj->before);
	free(cj->agent);
	free(cj->salesforce);
	free(cj);
}

static bool is_taken(const struct catalog_job *cj)
{
	const struct catalog *catalog = cj->env->catalog;
	struct text_list names = { NULL, 0 };
	bool taken = false;

	if ((cj->verb == SAVE_CONNECTION ? catalog->connections : catalog->interfaces)(
		    catalog->self, &names, NULL) == 0)
		taken = text_list_has(&names, cj->name);
	text_list_free(&names);
	return taken;
}

static int save_connection(struct catalog_job *cj, struct err *err)
{
	int rc = cj->env->catalog->save_connection(cj->env->catalog->self, &cj->connection, err);

	if (rc == 0 && cj->agent)
		rc = ping_keep(cj->env, &cj->connection, PING_AGENT, cj->agent, err);
	if (rc == 0 && cj->salesforce)
		rc = ping_keep(cj->env, &cj->connection, PING_SALESFORCE, cj->salesforce, err);
	return rc;
}

static int work(struct job *job, struct err *err)
{
	struct catalog_job *cj = (struct catalog_job *)job;
	const struct catalog *catalog = cj->env->catalog;

	if (cj->fresh && is_taken(cj))
		return err_set(err, ERR_EXISTS, "there is %s '%s' already: choose another name",
			cj->verb == SAVE_CONNECTION ? "a connection" : "an interface", cj->name);
	switch (cj->verb) {
	case SAVE_CONNECTION:
		return save_connection(cj, err);
	case SAVE_INTERFACE:
		return catalog->save_interface(catalog->self, &cj->interface, err);
	case UPDATE_INTERFACE:
		return catalog->update_interface(catalog->self, &cj->before, &cj->interface, err);
	case REMOVE_CONNECTION:
		return catalog->remove_connection(catalog->self, cj->name, err);
	default:
		return catalog->remove_interface(catalog->self, cj->name, err);
	}
}

static void done_save(struct board *board, struct job *job)
{
	struct catalog_job *cj = (struct catalog_job *)job;

	feed_refresh(board->feed);
	cj->saved(board, cj->name, &job->err);
}

static void done_remove(struct board *board, struct job *job)
{
	struct catalog_job *cj = (struct catalog_job *)job;

	feed_refresh(board->feed);
	if (job->rc)
		board_message(board, "Not removed", job->err.text);
	else
		board_say(board, STYLE_OK, "Removed '%s'", cj->name);
}

static struct catalog_job *new_job(struct board *board, enum catalog_verb verb, const char *name)
{
	struct catalog_job *cj = calloc(1, sizeof(*cj));

	if (!cj) {
		board_say(board, STYLE_FAIL, "Out of memory");
		return NULL;
	}
	cj->job.work = work;
	cj->job.done = verb <= UPDATE_INTERFACE ? done_save : done_remove;
	cj->job.free = free_job;
	cj->verb = verb;
	cj->env = board->env;
	connection_init(&cj->connection);
	interface_init(&cj->interface);
	interface_init(&cj->before);
	text_copy(cj->name, sizeof(cj->name), name);
	return cj;
}

static struct ping_result *copy_result(const struct ping_result *result)
{
	struct ping_result *copy = result ? malloc(sizeof(*copy)) : NULL;

	if (copy)
		*copy = *result;
	return copy;
}

void catalog_save_connection(struct board *board, const struct connection *connection, bool fresh,
	const struct ping_result *agent, const struct ping_result *salesforce, catalog_saved *saved)
{
	struct catalog_job *cj = new_job(board, SAVE_CONNECTION, connection->name);

	if (!cj)
		return;
	cj->fresh = fresh;
	cj->saved = saved;
	cj->agent = copy_result(agent);
	cj->salesforce = copy_result(salesforce);
	if (connection_copy(&cj->connection, connection, NULL) != 0) {
		free_job(&cj->job);
		return;
	}
	board_post(board, LANE_FILES, &cj->job);
}

void catalog_save_interface(
	struct board *board, const struct interface *interface, bool fresh, catalog_saved *saved)
{
	struct catalog_job *cj = new_job(board, SAVE_INTERFACE, interface->name);

	if (!cj)
		return;
	cj->fresh = fresh;
	cj->saved = saved;
	if (interface_copy(&cj->interface, interface, NULL) != 0) {
		free_job(&cj->job);
		return;
	}
	board_post(board, LANE_FILES, &cj->job);
}

void catalog_update_interface(struct board *board, const struct interface *before,
	const struct interface *after, catalog_saved *saved)
{
	struct catalog_job *cj = new_job(board, UPDATE_INTERFACE, after->name);

	if (!cj)
		return;
	cj->saved = saved;
	if (interface_copy(&cj->before, before, NULL) != 0 ||
		interface_copy(&cj->interface, after, NULL) != 0) {
		free_job(&cj->job);
		return;
	}
	board_post(board, LANE_FILES, &cj->job);
}

void catalog_remove(struct board *board, const char *name, bool connection)
{
	struct catalog_job *cj =
		new_job(board, connection ? REMOVE_CONNECTION : REMOVE_INTERFACE, name);

	if (cj)
		board_post(board, LANE_FILES, &cj->job);
}
