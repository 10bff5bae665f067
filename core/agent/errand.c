/* errand.c — the places of errands, and what is done in them: a ping, a preview. */

#include "base/base.h"
#include "agent/errand.h"
#include "agent/internal.h"
#include "base/clock.h"
#include "base/log.h"
#include "ping/ping_record.h"

void errands_init(struct errands *errands)
{
	*errands = (struct errands){ .stopping = false };
	pthread_mutex_init(&errands->lock, NULL);
}

void errands_free_fields(struct errands *errands)
{
	pthread_mutex_destroy(&errands->lock);
}

static struct errand *take_place(struct errands *errands)
{
	for (int i = 0; i < ERRANDS_MAX; i++) {
		struct errand *errand = &errands->places[i];

		if (errand->taken)
			continue;
		errand->taken = true;
		errand->until = clock_mono() + ERRAND_MS;
		atomic_store(&errand->cancel, false);
		return errand;
	}
	return NULL;
}

int errands_begin(struct errand **out, struct errands *errands, struct err *err)
{
	bool stopping;

	pthread_mutex_lock(&errands->lock);
	stopping = errands->stopping;
	*out = stopping ? NULL : take_place(errands);
	pthread_mutex_unlock(&errands->lock);
	if (stopping)
		return err_set(err, ERR_UNFINISHED, "the agent is stopping");
	return *out ? 0
		    : err_set(err, ERR_UNFINISHED,
			      "the agent has %d pings and previews to carry out already: ask again "
			      "in a moment",
			      ERRANDS_MAX);
}

void errands_end(struct errands *errands, struct errand *errand)
{
	pthread_mutex_lock(&errands->lock);
	errand->taken = false;
	pthread_mutex_unlock(&errands->lock);
}

/* Those that must have ended by `now`. */
static void cancel_until(struct errands *errands, int64_t now)
{
	for (int i = 0; i < ERRANDS_MAX; i++) {
		if (errands->places[i].taken && errands->places[i].until <= now)
			atomic_store(&errands->places[i].cancel, true);
	}
}

void errands_look(struct errands *errands)
{
	pthread_mutex_lock(&errands->lock);
	cancel_until(errands, clock_mono());
	pthread_mutex_unlock(&errands->lock);
}

void errands_stop(struct errands *errands)
{
	pthread_mutex_lock(&errands->lock);
	errands->stopping = true;
	cancel_until(errands, INT64_MAX);
	pthread_mutex_unlock(&errands->lock);
}

/* ---- ping ---- */

int agent_ping(struct ping_reply *out, struct agent *agent, const struct ping_request *request,
	struct err *err)
{
	const struct catalog *files = agent->files;
	struct connection connection;
	struct errand *errand = NULL;
	int rc;

	*out = (struct ping_reply){ .kept = ERR_INIT };
	connection_init(&connection);
	rc = files->connection(files->self, &connection, request->connection, err);
	if (rc == 0)
		rc = errands_begin(&errand, &agent->errands, err);
	if (rc == 0) {
		struct ping_keeping keeping = { &connection, request->kind, &out->result };
		struct ping_wish wish = { &connection, files, agent->home_data, &errand->cancel };

		log_line(LOG_LEVEL_INFO, 0, "%s asks for a ping (%s) of %s", request->who,
			ping_kind_name(request->kind), request->connection);
		ping_of_kind(&out->result, request->kind, &wish, NULL, NULL);
		if (request->record && !atomic_load(&errand->cancel))
			writer_call(agent->env.writer, ping_keep_work, &keeping, &out->kept);
		errands_end(&agent->errands, errand);
	}
	connection_free_fields(&connection);
	return rc;
}

/* ---- preview ---- */

static int load(struct interface *interface, struct connection *connection,
	const struct catalog *files, const char *name, struct err *err)
{
	int rc = files->interface(files->self, interface, name, err);

	if (rc == 0)
		rc = interface_check(interface, err);
	if (rc == 0)
		rc = files->connection(files->self, connection, interface->connection, err);
	if (rc == 0)
		rc = interface_check_source(interface, connection, err);
	return rc;
}

int agent_preview(struct preview **out, struct agent *agent, const struct preview_request *request,
	struct err *err)
{
	struct process_env env = { .home_data = agent->home_data,
		.keyring = agent->files->keyring,
		.reader_program = agent->env.reader_program };
	struct interface interface;
	struct connection connection;
	struct errand *errand = NULL;
	int rc;

	*out = NULL;
	interface_init(&interface);
	connection_init(&connection);
	rc = request->limit >= 1 && request->limit <= ERRAND_ROWS_MAX
		     ? load(&interface, &connection, agent->files, request->interface, err)
		     : err_set(err, ERR_USAGE, "a preview by the agent has 1 to %d rows",
			       ERRAND_ROWS_MAX);
	if (rc == 0)
		rc = errands_begin(&errand, &agent->errands, err);
	if (rc == 0) {
		log_line(LOG_LEVEL_INFO, 0, "%s asks for a preview of %s", request->who,
			request->interface);
		rc = process_preview(
			out, &env, &connection, &interface, request->limit, &errand->cancel, err);
		errands_end(&agent->errands, errand);
	}
	connection_free_fields(&connection);
	interface_free_fields(&interface);
	return rc;
}
