/* ping_job.c — pings off the drawing thread: a copy goes in, pictures of the result come out. */

#include "base/base.h"
#include "tui/board/ping_job.h"

#include "base/clock.h"
#include "base/text.h"
#include "ping/ping_record.h"
#include "tui/board/checklist_page.h"
#include "tui/board/state.h"
#include "tui/command/store_write.h"

#include <pthread.h>

struct ping_job {
	struct job job;
	const struct board_env *env; /* borrowed, as the services are */
	const struct board_services *services;
	struct connection connection;
	enum ping_kind kind;
	bool record;
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

int ping_keep(const struct board_env *env, const struct connection *connection, enum ping_kind kind,
	const struct ping_result *result, struct err *err)
{
	struct ping_keeping keeping = { connection, kind, result };

	return home_store_write(env->home, ping_keep_work, &keeping, err);
}

static void carry_out(struct ping_job *pj, struct ping_result *result)
{
	const struct catalog *catalog = pj->env->catalog;
	const atomic_bool *cancel = &pj->job.cancel;
	char pinned[19];

	switch (pj->kind) {
	case PING_AGENT:
		pj->services->ping_agent(
			result, &pj->connection, catalog->keyring, cancel, on_step, pj);
		break;
	case PING_AGENT_FROM_SALESFORCE:
		pj->services->ping_agent_from_salesforce(
			result, &pj->connection, catalog->keyring, cancel, on_step, pj);
		break;
	case PING_SALESFORCE:
		ping_pinned_org(pinned, pj->env->home->data, pj->connection.name);
		pj->services->ping_salesforce(result, &pj->connection, catalog, catalog->keyring,
			pinned, cancel, on_step, pj);
		break;
	}
}

/* Only the agent opens this home's secrets, and it knows no connection that is not saved. */
static bool is_for_the_agent(const struct ping_job *pj)
{
	return pj->record && !pj->env->catalog->keyring && keyring_is_closed(pj->env->home->key);
}

/* -ERR_NET: no agent answers. */
static int ask_agent(struct ping_job *pj, struct err *err)
{
	struct ping_reply *reply = calloc(1, sizeof(*reply));
	char who[RUN_WHO_MAX];
	struct ping_request request = { .connection = pj->connection.name,
		.kind = pj->kind,
		.record = !pj->env->read_only,
		.who = who };
	int rc;

	if (!reply)
		return err_nomem(err);
	agent_who(who, sizeof(who));
	rc = pj->services->agent_ping(reply, pj->env->home->socket, &request, &pj->job.cancel, err);
	if (rc == 0) {
		pj->record_err = reply->kept;
		on_step(pj, &reply->result);
	}
	free(reply);
	return rc;
}

static int work(struct job *job, struct err *err)
{
	struct ping_job *pj = (struct ping_job *)job;
	struct ping_result *result;

	if (is_for_the_agent(pj)) {
		struct err why = ERR_INIT;
		int rc = ask_agent(pj, &why);

		if (rc != -ERR_NET)
			return rc < 0 ? err_copy(err, &why) : 0;
	}
	result = calloc(1, sizeof(*result));
	if (!result)
		return err_nomem(err);
	carry_out(pj, result);
	on_step(pj, result);
	if (pj->record && !pj->env->read_only && !atomic_load(&job->cancel))
		ping_keep(pj->env, &pj->connection, pj->kind, result, &pj->record_err);
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

static struct ping_shown *find(const struct board *board, const char *of, enum ping_kind kind)
{
	struct ping_shown *shown = board->pings;

	while (shown && !(text_equal(shown->of, of) && shown->kind == kind))
		shown = shown->next;
	return shown;
}

const struct ping_shown *ping_find(const struct board *board, const char *of, enum ping_kind kind)
{
	return find(board, of, kind);
}

const struct ping_shown *ping_shown_of(const struct board *board, const char *of)
{
	const struct ping_shown *latest = NULL;

	for (const struct ping_shown *shown = board->pings; shown; shown = shown->next) {
		if (text_equal(shown->of, of) && (!latest || shown->turn > latest->turn))
			latest = shown;
	}
	return latest;
}

static struct ping_shown *shown_for(struct board *board, const char *of, enum ping_kind kind)
{
	struct ping_shown *shown = find(board, of, kind);

	if (shown)
		return shown;
	shown = calloc(1, sizeof(*shown));
	if (!shown)
		return NULL;
	text_copy(shown->of, sizeof(shown->of), of);
	shown->kind = kind;
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
	struct ping_shown *shown = find(board, pj->of, pj->kind);

	if (!shown || shown->job != pj)
		return; /* it was started anew, or nobody looks at it any more */
	take_result(shown);
	shown->job = NULL;
	shown->running = false;
	shown->ended = clock_now();
	if (job->rc < 0)
		board_say(
			board, STYLE_FAIL, "The ping could not be carried out: %s", job->err.text);
	if (pj->record_err.kind)
		board_say(board, STYLE_WARN, "The verdict could not be kept: %s",
			pj->record_err.text);
	feed_refresh(board->feed);
	checklist_pinged(board, shown->of);
}

static struct ping_job *new_job(
	struct board *board, const struct connection *connection, enum ping_kind kind, bool record)
{
	struct ping_job *pj = calloc(1, sizeof(*pj));

	if (!pj)
		return NULL;
	pj->job.work = work;
	pj->job.done = done;
	pj->job.free = free_job;
	pj->env = board->env;
	pj->services = board->services;
	pj->kind = kind;
	pj->record = record;
	pthread_mutex_init(&pj->lock, NULL);
	connection_init(&pj->connection);
	text_copy(pj->of, sizeof(pj->of), record ? connection->name : PING_OF_WIZARD);
	if (connection_copy(&pj->connection, connection, NULL) == 0)
		return pj;
	free_job(&pj->job);
	return NULL;
}

void ping_start(
	struct board *board, const struct connection *connection, enum ping_kind kind, bool record)
{
	struct ping_job *pj = new_job(board, connection, kind, record);
	struct ping_shown *shown = pj ? shown_for(board, pj->of, kind) : NULL;

	if (!shown) {
		if (pj)
			free_job(&pj->job);
		board_say(board, STYLE_FAIL, "Out of memory");
		return;
	}
	if (shown->job)
		atomic_store(&shown->job->job.cancel, true);
	memset(&shown->result, 0, sizeof(shown->result));
	ping_settings_hash(shown->config, connection, kind);
	shown->running = true;
	shown->ended = 0;
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

void ping_cancel(struct board *board, const char *of, enum ping_kind kind)
{
	struct ping_shown *shown = find(board, of, kind);

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
