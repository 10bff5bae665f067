/* checklist.c — from steps of pings and ticks of persons to the state of each thing to do. */

#include "base/base.h"
#include "base/clock.h"
#include "base/text.h"
#include "model/address.h"
#include "ping/checklist.h"
#include "ping/checklist_table.h"
#include "ping/steps.h"

static const char *const state_names[] = {
	[ITEM_OPEN] = "open",
	[ITEM_TICKED] = "ticked",
	[ITEM_PROVEN] = "proven",
	[ITEM_SUSPECT] = "suspect",
	[ITEM_REFUTED] = "refuted",
	[ITEM_NOT_NEEDED] = "not needed",
};

const char *item_state_name(enum item_state state)
{
	return state_names[state];
}

void checklist_evidence(char *out, size_t size, const struct checklist_item *item)
{
	char time[CLOCK_TEXT_MAX];

	if (item->state == ITEM_OPEN || item->state == ITEM_NOT_NEEDED)
		text_copy(out, size, "");
	else if (item->state == ITEM_TICKED)
		snprintf(out, size, "by %s, %s", item->detail, clock_local_full(time, item->time));
	else
		snprintf(out, size, "%s, %s%s%s", ping_kind_title(item->by),
			clock_local_full(time, item->time), item->detail[0] ? ": " : "",
			item->detail);
}

/* ---- what one ping tells of one thing ---- */

static bool is_step(const struct ping_step *step, const char *name)
{
	size_t len = strlen(step->name);
	size_t tail = strlen(name);

	return name[0] == ':' ? len > tail && strcmp(step->name + len - tail, name) == 0
			      : strcmp(step->name, name) == 0;
}

static bool is_well(const struct ping_step *step)
{
	return step->verdict == VERDICT_OK || step->verdict == VERDICT_WARN;
}

static bool is_about(const struct fault *fault, enum ping_kind kind, const struct ping_step *step)
{
	return fault->kinds & (1 << kind) && strcmp(fault->remedy_id, step->remedy_id) == 0 &&
	       (!fault->words || text_starts(step->detail, fault->words));
}

/* Which failed step speaks against `thing`; a sure one before one of several. */
static const struct ping_step *against(
	bool *sure, const struct ping_result *result, enum ping_kind kind, const char *thing)
{
	const struct ping_step *found = NULL;

	*sure = false;
	for (int i = 0; i < result->count && !*sure; i++) {
		const struct ping_step *step = &result->steps[i];

		for (const struct fault *f = checklist_faults;
			step->verdict == VERDICT_FAIL && f->remedy_id; f++) {
			if (strcmp(f->thing, thing) != 0 || !is_about(f, kind, step) ||
				(found && !f->sure))
				continue;
			found = step;
			*sure = f->sure;
		}
	}
	return found;
}

/* How many steps of that name went well; *all: none did otherwise. */
static int count_well(const struct ping_step **first, bool *all, const struct ping_result *result,
	const char *name)
{
	int well = 0;

	*all = true;
	for (int i = 0; i < result->count; i++) {
		const struct ping_step *step = &result->steps[i];

		if (!is_step(step, name))
			continue;
		if (!is_well(step))
			*all = false;
		else if (well++ == 0)
			*first = step;
	}
	return well;
}

static const struct ping_step *step_with(const struct ping_result *result, const char *remedy_id)
{
	for (int i = 0; i < result->count; i++) {
		if (strcmp(result->steps[i].remedy_id, remedy_id) == 0)
			return &result->steps[i];
	}
	return NULL;
}

/* The step that proves it; `detail` says more where several steps do. */
static const struct ping_step *proves(
	char detail[256], const struct proof *proof, const struct ping_result *result)
{
	const struct ping_step *step = NULL;
	bool all = true;
	int well;

	if (proof->remedy_id) {
		step = step_with(result, proof->remedy_id);
		text_copy(detail, 256, step ? "the call-out left Salesforce" : "");
		return step;
	}
	well = count_well(&step, &all, result, proof->step);
	if (well == 0 || (proof->each && !all))
		return NULL;
	if (proof->each)
		snprintf(detail, 256, "%d interface%s", well, well == 1 ? "" : "s");
	else
		text_copy(detail, 256, step->detail);
	return step;
}

static void take_fault(struct checklist_item *item, const struct ping_step *step, bool sure)
{
	item->state = sure ? ITEM_REFUTED : ITEM_SUSPECT;
	text_copy(item->detail, sizeof(item->detail), step->detail);
	text_copy(item->remedy_id, sizeof(item->remedy_id), step->remedy_id);
	text_copy(item->remedy, sizeof(item->remedy), step->remedy);
}

/* Its state by this ping, ITEM_OPEN when it tells nothing. */
static void judge_by(struct checklist_item *item, const struct ping_seen *seen, enum ping_kind kind)
{
	bool sure;
	const struct ping_step *step = against(&sure, seen->result, kind, item->id);
	char detail[256];

	if (step) {
		take_fault(item, step, sure);
	} else {
		for (const struct proof *p = checklist_proofs; p->thing && !step; p++) {
			if (strcmp(p->thing, item->id) != 0 || !(p->kinds & (1 << kind)))
				continue;
			if (p->each && seen->interfaces_stale)
				continue;
			step = proves(detail, p, seen->result);
		}
		if (!step)
			return;
		item->state = ITEM_PROVEN;
		text_copy(item->detail, sizeof(item->detail), detail);
		item->remedy_id[0] = item->remedy[0] = '\0';
	}
	item->by = kind;
	item->time = seen->time;
}

/* ---- all of it ---- */

static bool tells(const struct ping_seen *seen)
{
	return seen->result && seen->time > 0 && !seen->stale;
}

/* Kinds by time, the oldest first, so that the newest has the last word. */
static void by_age(enum ping_kind order[PING_KINDS], const struct ping_seen seen[PING_KINDS])
{
	for (int i = 0; i < PING_KINDS; i++) {
		int at = i;

		for (; at > 0 && seen[order[at - 1]].time > seen[i].time; at--)
			order[at] = order[at - 1];
		order[at] = (enum ping_kind)i;
	}
}

static void about_of(char out[256], const struct connection *connection, const struct thing *thing)
{
	const struct agent_access *agent = &connection->agent;
	const char *url =
		thing->flags & THING_OF_AGENT ? agent->host : connection->salesforce.domain;
	struct address address;
	const char *host = url && address_parse(&address, url) ? address.host : url ? url : "";

	if (thing->flags & THING_OF_AGENT)
		snprintf(out, 256, "%s:%d", host, agent->port);
	else
		text_copy(out, 256, host);
}

static void take_tick(struct checklist_item *item, const struct thing *thing,
	const struct connection *connection, const struct tick *ticks, int count)
{
	char about[256];

	about_of(about, connection, thing);
	for (int i = 0; i < count; i++) {
		if (strcmp(ticks[i].item, item->id) != 0 || strcmp(ticks[i].about, about) != 0)
			continue;
		item->state = ITEM_TICKED;
		item->time = ticks[i].time;
		text_copy(item->detail, sizeof(item->detail), ticks[i].who);
	}
}

/* The one thing whose value is known here. */
static void add_remote_site(struct checklist_item *item, const struct connection *connection)
{
	const struct agent_access *agent = &connection->agent;
	size_t used = strlen(item->todo);
	struct address address;

	if (strcmp(item->id, "remote_site") == 0 && agent->host &&
		address_parse(&address, agent->host))
		snprintf(item->todo + used, sizeof(item->todo) - used, ": %s://%s%s%s:%d",
			address.scheme[0] ? address.scheme : "http",
			strchr(address.host, ':') ? "[" : "", address.host,
			strchr(address.host, ':') ? "]" : "", agent->port);
}

static void describe(
	struct checklist_item *item, const struct thing *thing, const struct connection *connection)
{
	enum app_kind app = connection->salesforce.app;
	const char *todo = thing->todo[app] ? thing->todo[app] : thing->todo[0];

	*item = (struct checklist_item){ .id = thing->id,
		.title = thing->title,
		.path = thing->path[app] ? thing->path[app] : thing->path[0],
		.in_package = thing->flags & THING_IN_PACKAGE };
	/* The package makes an External Client App, never a connected one. */
	if (app == APP_CONNECTED && thing->path[APP_CONNECTED])
		item->in_package = false;
	text_copy(item->todo, sizeof(item->todo), todo);
	add_remote_site(item, connection);
}

/* A failure that is about nothing of the list. */
static void look_elsewhere(
	struct checklist *out, const struct ping_result *result, enum ping_kind kind)
{
	for (int i = 0; i < result->count; i++) {
		const struct ping_step *step = &result->steps[i];
		const struct fault *fault = checklist_faults;

		if (step->verdict != VERDICT_FAIL)
			continue;
		while (fault->remedy_id && !is_about(fault, kind, step))
			fault++;
		if (fault->remedy_id)
			continue;
		out->elsewhere = *step;
		out->elsewhere_by = kind;
		return;
	}
}

void checklist_judge(struct checklist *out, const struct connection *connection,
	const struct ping_seen seen[PING_KINDS], const struct tick *ticks, int tick_count)
{
	enum ping_kind order[PING_KINDS];

	memset(out, 0, sizeof(*out));
	by_age(order, seen);
	for (const struct thing *thing = checklist_things; thing->id; thing++) {
		struct checklist_item *item = &out->items[out->count++];

		describe(item, thing, connection);
		if (thing->flags & THING_FOR_CALLS && !connection->agent.called_by_salesforce) {
			item->state = ITEM_NOT_NEEDED;
			continue;
		}
		for (int i = 0; i < PING_KINDS; i++) {
			if (tells(&seen[order[i]]))
				judge_by(item, &seen[order[i]], order[i]);
		}
		if (item->state == ITEM_OPEN)
			take_tick(item, thing, connection, ticks, tick_count);
	}
	for (int i = 0; i < PING_KINDS; i++) {
		if (tells(&seen[order[i]]))
			look_elsewhere(out, seen[order[i]].result, order[i]);
	}
}

/* ---- from the store ---- */

static int recall_all(struct ping_seen seen[PING_KINDS], struct ping_result *results,
	struct view *view, const struct connection *connection, struct err *err)
{
	for (int i = 0; i < PING_KINDS; i++) {
		int64_t when = ping_recall(
			&results[i], &seen[i].stale, view, connection, (enum ping_kind)i, err);

		if (when < 0)
			return (int)when;
		seen[i].result = &results[i];
		seen[i].time = when;
	}
	return 0;
}

static void compare_interfaces(struct ping_seen seen[PING_KINDS],
	const struct connection *connection, const struct catalog *catalog)
{
	char now[40];

	ping_interfaces_hash(now, connection, catalog);
	for (int i = 0; i < PING_KINDS; i++)
		seen[i].interfaces_stale =
			seen[i].result && !text_equal(now, seen[i].result->interfaces);
}

int checklist_recall(struct checklist *out, const struct connection *connection,
	const struct catalog *catalog, const char *data_folder, const struct ping_seen *fresh,
	struct err *err)
{
	struct ping_seen seen[PING_KINDS] = { { NULL, 0, false, false } };
	struct ping_result *results = calloc(PING_KINDS, sizeof(*results));
	struct tick ticks[CHECKLIST_MAX];
	struct view *view = NULL;
	int count = 0;
	int rc = results ? view_open(&view, data_folder, err) : err_nomem(err);

	if (rc == 0)
		rc = recall_all(seen, results, view, connection, err);
	if (rc == 0)
		count = view_ticks(ticks, CHECKLIST_MAX, view, connection->name, err);
	if (count < 0)
		rc = count;
	if (rc == -ERR_NOT_FOUND) { /* no store yet */
		err_clear(err);
		rc = 0;
	}
	for (int i = 0; fresh && i < PING_KINDS; i++) {
		if (fresh[i].result)
			seen[i] = fresh[i];
	}
	compare_interfaces(seen, connection, catalog);
	if (rc == 0)
		checklist_judge(out, connection, seen, ticks, count);
	view_close(view);
	free(results);
	return rc;
}

static int refuse_item(const char *item, struct err *err)
{
	char names[512] = "";
	size_t used = 0;

	for (const struct thing *thing = checklist_things; thing->id; thing++)
		used += (size_t)snprintf(
			names + used, sizeof(names) - used, "%s%s", used ? ", " : "", thing->id);
	return err_set(
		err, ERR_USAGE, "there is no \"%s\" on the checklist; it has %s", item, names);
}

int checklist_tick(struct store *store, const struct connection *connection, const char *item,
	bool done, const char *who, struct err *err)
{
	const struct thing *thing = checklist_things;
	char about[256];
	char detail[400];
	int rc;

	while (thing->id && strcmp(thing->id, item) != 0)
		thing++;
	if (!thing->id)
		return refuse_item(item, err);
	about_of(about, connection, thing);
	rc = store_tick(store, connection->name, item, done ? about : NULL, who, err);
	if (rc)
		return rc;
	snprintf(detail, sizeof(detail), "%s: %s, %s", connection->name, item, about);
	return store_audit(store, who, done ? "tick" : "untick", 0, 0, detail, err);
}
