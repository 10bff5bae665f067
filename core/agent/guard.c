/* guard.c — many rows on their way to production, or any delete there, want the org's name typed.
 */

#include "base/base.h"
#include "agent/internal.h"
#include "base/text.h"

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

/* Are there more source rows than may go unconfirmed? 1 = yes, 0 = no. */
static int is_many(struct agent *agent, const struct process_request *request,
	const struct connection *connection, const struct interface *interface, struct err *err)
{
	struct preview *preview = NULL;
	struct interface asked;
	int limit = connection->confirm_rows;
	int rc;

	if (request->limit_rows > 0 && request->limit_rows <= limit)
		return 0;
	interface_init(&asked);
	rc = interface_copy(&asked, interface, err);
	if (rc == 0 && request->initial && interface->initial_query &&
		!text_set(&asked.query, interface->initial_query))
		rc = err_nomem(err);
	if (rc == 0)
		rc = process_preview(
			&preview, &agent->env, connection, &asked, limit + 1, NULL, err);
	if (rc == 0)
		rc = preview->row_count > limit;
	preview_free(preview);
	interface_free_fields(&asked);
	return rc;
}

static bool is_named(const char *confirm, const struct connection_state *state)
{
	return (state->org_name[0] && text_equal_fold(confirm, state->org_name)) ||
	       (state->org_id[0] && text_equal(confirm, state->org_id));
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
	if (!state.org_id[0])
		return err_set(err, ERR_USAGE,
			"%s: %s in production, and which org that is was never seen: "
			"`agentboard ping salesforce %s` first",
			interface->name, what, connection->name);
	return err_set(err, ERR_USAGE,
		"%s: %s in the production org %s%s: to confirm, type its name: --confirm \"%s\"",
		interface->name, what, state.org_name[0] ? state.org_name : state.org_id,
		request->confirm ? ", which is not what --confirm names" : "",
		state.org_name[0] ? state.org_name : state.org_id);
}
