/* guard.c — many rows on their way to production, or any delete there, want the org's name typed.
 */

#include "base/base.h"
#include "agent/internal.h"
#include "base/text.h"
#include "process/origin.h"
#include "source/reader.h"

static int read_state(
	struct connection_state *out, struct agent *agent, const char *name, struct err *err)
{
	struct view *view = NULL;
	int rc = view_open(&view, agent->home_data, err);

	*out = (struct connection_state){ 0 };
	if (rc == 0)
		rc = view_connection(out, view, name, err);
	view_close(view);
	return rc;
}

/* Read on until there is one row more than `limit`. 1 = there is, 0 = the end came before. */
static int read_past(struct reader *reader, int limit, struct err *err)
{
	const struct column *columns;
	const struct cell *cells;
	const char *row;
	size_t len;
	int count;
	int seen = 0;
	int rc = reader_columns(&columns, &count, reader, err);

	while (rc == 0 && (rc = reader_next(&cells, &row, &len, reader, err)) == 1) {
		if (++seen > limit)
			return 1;
		rc = 0;
	}
	return rc;
}

/* Are there more source rows than may go unconfirmed? Asks the source, for who else would know? */
static int is_many(struct agent *agent, const struct process_request *request,
	const struct connection *connection, const struct interface *interface, struct err *err)
{
	struct files_wish wish = { &agent->env, connection, interface, NULL, NULL };
	struct reader *reader = NULL;
	struct origin origin;
	int rc;

	if (request->limit_rows > 0 && request->limit_rows <= connection->confirm_rows)
		return 0;
	rc = origin_open(
		&origin, &wish, request->initial, (int64_t)connection->confirm_rows + 1, err);
	if (rc == 0 && !origin.empty) {
		rc = reader_start(&reader, &origin.spec, err);
		if (rc == 0)
			rc = read_past(reader, connection->confirm_rows, err);
	}
	reader_free(reader);
	origin_free(&origin);
	return rc;
}

static bool is_named(const char *confirm, const struct connection_state *state)
{
	return (state->org_name[0] && text_equal_fold(confirm, state->org_name)) ||
	       (state->org_id[0] && text_equal(confirm, state->org_id));
}

/* The caller can tell that typing a name would help. */
static int refuse(struct err *err, int rc)
{
	if (err)
		text_copy(err->code, sizeof(err->code), AGENT_CODE_CONFIRM);
	return rc;
}

/* ERR_USAGE that says what to type. */
static int ask_name(const char *interface, const char *connection, const char *what,
	const struct connection_state *state, const char *confirm, struct err *err)
{
	int rc;

	if (!state->org_id[0])
		return err_set(err, ERR_USAGE,
			"%s: %s in production, and which org that is was never seen: "
			"`agentboard ping salesforce %s` first",
			interface, what, connection);
	rc = err_set(err, ERR_USAGE,
		"%s: %s in the production org %s%s: to confirm, type its name: --confirm \"%s\"",
		interface, what, state->org_name[0] ? state->org_name : state->org_id,
		confirm ? ", which is not what --confirm names" : "",
		state->org_name[0] ? state->org_name : state->org_id);
	return refuse(err, rc);
}

int guard_check(struct agent *agent, const struct process_request *request,
	const struct connection *connection, const struct interface *interface, struct err *err)
{
	struct connection_state state;
	char what[96];
	int rc;

	if (request->dry_run || text_equal(request->trigger, "schedule"))
		return 0;
	rc = read_state(&state, agent, connection->name, err);
	if (rc < 0 || !connection_to_production(connection, state.org_id[0], state.sandbox))
		return rc;
	if (request->confirm && is_named(request->confirm, &state))
		return 0;
	if (interface->operation != OPERATION_DELETE) {
		rc = is_many(agent, request, connection, interface, err);
		if (rc <= 0)
			return rc;
		snprintf(
			what, sizeof(what), "more than %d rows would go", connection->confirm_rows);
	} else {
		snprintf(what, sizeof(what), "rows would be deleted");
	}
	return ask_name(interface->name, connection->name, what, &state, request->confirm, err);
}

int guard_check_messages(struct agent *agent, const struct run_info *run, int64_t total,
	bool unknown, const char *confirm, struct err *err)
{
	const struct catalog *catalog = agent->catalog;
	struct connection_state state;
	struct connection connection;
	char what[96];
	int rc;

	connection_init(&connection);
	rc = catalog->connection(catalog->self, &connection, run->connection, err);
	if (rc == 0)
		rc = read_state(&state, agent, run->connection, err);
	if (rc < 0 || !connection_to_production(&connection, state.org_id[0], state.sandbox) ||
		(confirm && is_named(confirm, &state)))
		goto cleanup;
	if (run->operation == OPERATION_DELETE)
		snprintf(what, sizeof(what), "rows would be deleted");
	else if (unknown)
		snprintf(what, sizeof(what), "messages that may have arrived would be sent again");
	else if (total > connection.confirm_rows)
		snprintf(what, sizeof(what), "more than %d messages would go",
			connection.confirm_rows);
	else
		goto cleanup;
	rc = ask_name(run->interface, run->connection, what, &state, confirm, err);
cleanup:
	connection_free_fields(&connection);
	return rc;
}
