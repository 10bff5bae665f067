/* ping_record.c — pings into the store, and out of it again. */

#include "base/base.h"
#include "base/text.h"
#include "ping/ping_record.h"
#include "ping/steps.h"

_Static_assert(PING_KEPT_STEPS_MAX == PING_STEPS_MAX, "a ping's steps all fit");

static const struct {
	const char *name, *title;
} kinds[PING_KINDS] = {
	[PING_AGENT] = { "agent", "Ping Agent Connection" },
	[PING_AGENT_FROM_SALESFORCE] = { "agent-from-salesforce",
		"Ping Agent Connection from Salesforce" },
	[PING_SALESFORCE] = { "salesforce", "Ping Salesforce Connection" },
};

const char *ping_kind_name(enum ping_kind kind)
{
	return kinds[kind].name;
}

const char *ping_kind_title(enum ping_kind kind)
{
	return kinds[kind].title;
}

const char *ping_verdict_name(enum verdict verdict)
{
	static const char *const names[] = {
		[VERDICT_OK] = "ok",
		[VERDICT_FAIL] = "fail",
		[VERDICT_WARN] = "warn",
		[VERDICT_NOT_REACHED] = "not reached",
	};

	return names[verdict];
}

/* ---- into the store ---- */

static const char *first_failure(const struct ping_result *result)
{
	for (int i = 0; i < result->count; i++) {
		const struct ping_step *step = &result->steps[i];

		if (step->verdict == VERDICT_FAIL)
			return step->detail[0] ? step->detail : step->name;
	}
	return "";
}

static int record_org(struct store *store, const struct connection *connection,
	const struct ping_result *result, struct err *err)
{
	int rc = 0;

	if (result->ok && result->org_known)
		rc = store_org_pin(store, connection->name, result->org_id, result->org_name,
			result->sandbox, false, err);
	if (rc == 0 && result->api_allowed > 0)
		rc = store_org_limits(
			store, connection->name, result->api_used, result->api_allowed, err);
	return rc;
}

static void parents_name(char name[96], const char *connection)
{
	snprintf(name, 96, "parents %s", connection);
}

static int record_parents(struct store *store, const struct connection *connection,
	const struct ping_result *result, struct err *err)
{
	char name[96];

	parents_name(name, connection->name);
	return store_setting(store, name, result->parents, err);
}

int ping_record(struct store *store, const struct connection *connection, enum ping_kind kind,
	const struct ping_result *result, struct err *err)
{
	struct ping_step_record steps[PING_STEPS_MAX];
	char config[40];
	char settings[40];
	struct ping_record record = { .connection = connection->name,
		.kind = ping_kind_name(kind),
		.ok = result->ok,
		.summary = first_failure(result),
		.config_hash = config,
		.settings_hash = settings,
		.interfaces_hash = result->interfaces,
		.steps = steps,
		.step_count = result->count };
	int rc;

	ping_config_hash(config, connection, kind != PING_SALESFORCE);
	ping_settings_hash(settings, connection, kind);
	for (int i = 0; i < result->count; i++) {
		const struct ping_step *step = &result->steps[i];

		steps[i] = (struct ping_step_record){ step->name, (int)step->verdict, step->ms,
			step->detail, step->remedy_id };
	}
	rc = store_ping_record(store, &record, err);
	if (rc == 0 && kind == PING_SALESFORCE)
		rc = record_org(store, connection, result, err);
	if (rc == 0 && result->parents[0])
		rc = record_parents(store, connection, result, err);
	return rc;
}

char *ping_recall_parents(const char *data, const char *connection)
{
	struct view *view = NULL;
	char name[96];
	char *parents = NULL;

	parents_name(name, connection);
	if (view_open(&view, data, NULL) == 0)
		view_setting(&parents, view, name, NULL);
	view_close(view);
	return parents;
}

/* ---- and out of it ---- */

static void recall_step(struct ping_step *out, const struct ping_step_kept *kept, enum app_kind app)
{
	const struct remedy *remedy =
		kept->remedy_id[0] ? remedy_by_id(kept->remedy_id, app) : NULL;

	*out = (struct ping_step){ .verdict = (enum verdict)kept->verdict, .ms = kept->ms };
	text_copy(out->name, sizeof(out->name), kept->name);
	text_copy(out->detail, sizeof(out->detail), kept->detail);
	if (remedy)
		steps_set_remedy(out, remedy);
}

int ping_keep_work(void *ctx, struct store *store, struct err *err)
{
	const struct ping_keeping *keeping = ctx;

	return ping_record(store, keeping->connection, keeping->kind, keeping->result, err);
}

int64_t ping_recall(struct ping_result *out, bool *stale, struct view *view,
	const struct connection *connection, enum ping_kind kind, struct err *err)
{
	struct ping_kept *kept = calloc(1, sizeof(*kept));
	char settings[40];
	int64_t rc = kept ? view_ping(kept, view, connection->name, ping_kind_name(kind), err)
			  : err_nomem(err);

	*out = (struct ping_result){ .ok = false };
	*stale = false;
	if (rc == 0 && kept->time) {
		ping_settings_hash(settings, connection, kind);
		*stale = !text_equal(settings, kept->settings_hash);
		out->ok = kept->ok;
		text_copy(out->interfaces, sizeof(out->interfaces), kept->interfaces_hash);
		out->count = kept->step_count;
		for (int i = 0; i < out->count; i++)
			recall_step(&out->steps[i], &kept->steps[i], connection->salesforce.app);
		rc = kept->time;
	}
	free(kept);
	return rc;
}

void ping_pinned_org(char out[19], const char *data_folder, const char *connection)
{
	struct connection_state state = { 0 };
	struct view *view = NULL;

	out[0] = '\0';
	if (view_open(&view, data_folder, NULL) == 0 &&
		view_connection(&state, view, connection, NULL) == 0)
		text_copy(out, 19, state.org_id);
	view_close(view);
}
