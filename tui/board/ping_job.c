/* ping_job.c — pings off the drawing thread: a copy goes in, pictures of the result come out. */

#include "base/base.h"
#include "tui/board/ping_job.h"

#include "base/text.h"
#include "store/store.h"
#include "store/view.h"
#include "tui/board/state.h"

#include <pthread.h>

struct ping_job {
	struct job job;
	const struct board_env *env; /* borrowed, as the services are */
	const struct board_services *services;
	struct connection connection;
	bool agent, record;
	char of[65];
	unsigned turn;
	pthread_mutex_t lock; /* guards `latest` and `fresh` */
	struct ping_result latest;
	bool fresh;
	struct err record_err;
};

/* ---- on the worker ---- */

static void on_step(void *ctx, const struct ping_result *result)
{
	struct ping_job *pj = ctx;

	pthread_mutex_lock(&pj->lock);
	pj->latest = *result;
	pj->fresh = true;
	pthread_mutex_unlock(&pj->lock);
	worker_nudge(pj->job.worker);
}

/* The org that was pinned at an earlier ping, or "". */
static void pinned_org(char out[19], const struct board_env *env, const char *connection)
{
	struct connection_state state;
	struct view *view = NULL;

	out[0] = '\0';
	if (view_open(&view, env->home->data, NULL) == 0 &&
		view_connection(&state, view, connection, NULL) == 0)
		text_copy(out, 19, state.org_id);
	view_close(view);
}

static int record_salesforce(struct store *store, const struct connection *connection,
	const struct ping_result *result, struct err *err)
{
	int rc = 0;

	if (result->org_known && result->ok)
		rc = store_org_pin(store, connection->name, result->org_id, result->org_name,
			result->sandbox, false, err);
	if (rc == 0 && result->api_allowed > 0)
		rc = store_org_limits(
			store, connection->name, result->api_used, result->api_allowed, err);
	return rc;
}

static const char *first_failure(const struct ping_result *result)
{
	for (int i = 0; i < result->count; i++) {
		if (result->steps[i].verdict == VERDICT_FAIL)
			return result->steps[i].detail[0] ? result->steps[i].detail
							  : result->steps[i].name;
	}
	return "";
}

int ping_record(const struct board_env *env, const struct connection *connection, bool agent,
	const struct ping_result *result, struct err *err)
{
	char hash[40];
	struct ping_record record = { .connection = connection->name,
		.kind = agent ? "agent" : "salesforce",
		.ok = result->ok,
		.summary = first_failure(result),
		.config_hash = hash };
	struct store *store = NULL;
	int rc;

	ping_config_hash(hash, connection, agent);
	rc = home_make(env->home, err);
	if (rc == 0)
		rc = store_open(&store, env->home->data, err);
	if (rc)
		return rc;
	rc = store_begin(store, err);
	if (rc == 0)
		rc = store_ping_record(store, &record, err);
	if (rc == 0 && !agent)
		rc = record_salesforce(store, connection, result, err);
	if (rc == 0)
		rc = store_commit(store, err);
	if (rc)
		store_rollback(store);
	store_close(store);
	return rc;
}

static int work(struct job *job, struct err *err)
{
	struct ping_job *pj = (struct ping_job *)job;
	const struct catalog *catalog = pj->env->catalog;
	struct ping_result *result = calloc(1, sizeof(*result));
	char pinned[19];

	if (!result)
		return err_nomem(err);
	if (pj->agent) {
		pj->services->ping_agent(
			result, &pj->connection, catalog->keyring, &job->cancel, on_step, pj);
	} else {
		pinned_org(pinned, pj->env, pj->connection.name);
		pj->services->ping_salesforce(result, &pj->connection, catalog, catalog->keyring,
			pinned, &job->cancel, on_step, pj);
	}
	on_step(pj, result);
	if (pj->record && !pj->env->read_only && !atomic_load(&job->cancel))
		ping_record(pj->env, &pj->connection, pj->agent, result, &pj->record_err);
	free(result);
	return 0;
}

static void free_job(struct job *job)
{
	struct ping_job *pj = (struct ping_job *)job;

	connection_free_fields(&pj->connection);
	pthread_mutex_destroy(&pj->lock);
	free(pj);
}

/* ---- on the board's thread ---- */

static struct ping_shown *find(const struct board *board, const char *of, bool agent)
{
	struct ping_shown *shown = board->pings;

	while (shown && !(text_equal(shown->of, of) && shown->agent == agent))
		shown = shown->next;
	return shown;
}

const struct ping_shown *ping_find(const struct board *board, const char *of, bool agent)
{
	return find(board, of, agent);
}

const struct ping_shown *ping_shown_of(const struct board *board, const char *of)
{
	const struct ping_shown *agent = find(board, of, true);
	const struct ping_shown *salesforce = find(board, of, false);

	if (!agent || !salesforce)
		return agent ? agent : salesforce;
	return agent->turn > salesforce->turn ? agent : salesforce;
}

static struct ping_shown *shown_for(struct board *board, const char *of, bool agent)
{
	struct ping_shown *shown = find(board, of, agent);

	if (shown)
		return shown;
	shown = calloc(1, sizeof(*shown));
	if (!shown)
		return NULL;
	text_copy(shown->of, sizeof(shown->of), of);
	shown->agent = agent;
	shown->next = board->pings;
	board->pings = shown;
	return shown;
}

static void take_result(struct ping_shown *shown)
{
	struct ping_job *pj = shown->job;

	pthread_mutex_lock(&pj->lock);
	if (pj->fresh)
		shown->result = pj->latest;
	pj->fresh = false;
	pthread_mutex_unlock(&pj->lock);
}

void ping_take(struct board *board)
{
	for (struct ping_shown *shown = board->pings; shown; shown = shown->next) {
		if (shown->job)
			take_result(shown);
	}
}

static void done(struct board *board, struct job *job)
{
	struct ping_job *pj = (struct ping_job *)job;
	struct ping_shown *shown = find(board, pj->of, pj->agent);

	if (!shown || shown->job != pj)
		return; /* it was started anew, or nobody looks at it any more */
	take_result(shown);
	shown->job = NULL;
	shown->running = false;
	if (pj->record_err.kind)
		board_say(board, STYLE_WARN, "The verdict could not be kept: %s",
			pj->record_err.text);
	feed_refresh(board->feed);
}

static struct ping_job *new_job(
	struct board *board, const struct connection *connection, bool agent, bool record)
{
	struct ping_job *pj = calloc(1, sizeof(*pj));

	if (!pj)
		return NULL;
	pj->job.work = work;
	pj->job.done = done;
	pj->job.free = free_job;
	pj->env = board->env;
	pj->services = board->services;
	pj->agent = agent;
	pj->record = record;
	pthread_mutex_init(&pj->lock, NULL);
	connection_init(&pj->connection);
	text_copy(pj->of, sizeof(pj->of), record ? connection->name : PING_OF_WIZARD);
	if (connection_copy(&pj->connection, connection, NULL) == 0)
		return pj;
	free_job(&pj->job);
	return NULL;
}

void ping_start(struct board *board, const struct connection *connection, bool agent, bool record)
{
	struct ping_job *pj = new_job(board, connection, agent, record);
	struct ping_shown *shown = pj ? shown_for(board, pj->of, agent) : NULL;

	if (!shown) {
		if (pj)
			free_job(&pj->job);
		board_say(board, STYLE_FAIL, "Out of memory");
		return;
	}
	if (shown->job)
		atomic_store(&shown->job->job.cancel, true);
	memset(&shown->result, 0, sizeof(shown->result));
	ping_config_hash(shown->config, connection, agent);
	shown->running = true;
	shown->turn = ++board->ping_turn;
	shown->job = pj;
	board_post(board, LANE_PING, &pj->job);
}

static void drop(struct ping_shown *shown)
{
	if (shown->job)
		atomic_store(&shown->job->job.cancel, true);
	shown->job = NULL;
	shown->running = false;
}

void ping_cancel(struct board *board, const char *of, bool agent)
{
	struct ping_shown *shown = find(board, of, agent);

	if (shown)
		drop(shown);
}

void ping_forget(struct board *board, const char *of)
{
	for (struct ping_shown **at = &board->pings; *at;) {
		struct ping_shown *shown = *at;

		if (of && !text_equal(shown->of, of)) {
			at = &shown->next;
			continue;
		}
		*at = shown->next;
		drop(shown);
		free(shown);
	}
}

void ping_forget_all(struct board *board)
{
	ping_forget(board, NULL);
}
