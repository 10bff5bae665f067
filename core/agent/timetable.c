/* timetable.c — the schedules of a home, and the next time of each. */

#include "base/base.h"
#include "agent/timetable.h"
#include "base/cron.h"
#include "base/log.h"
#include "base/text.h"
#include "model/agent_settings.h"

#define CLOCK_BACK_MS 60000 /* a clock that was put back by more moves every time */

struct entry {
	struct schedule_state state;
	struct cron cron;
	bool skip_missed;
	struct text_list interfaces;
};

struct timetable {
	const struct catalog *catalog;
	uint64_t version; /* of the catalog when it was loaded */
	int64_t looked;	  /* the last `now` */
	struct entry *entries;
	size_t count;
};

struct timetable *timetable_new(const struct catalog *catalog)
{
	struct timetable *timetable = calloc(1, sizeof(*timetable));

	if (timetable)
		timetable->catalog = catalog;
	return timetable;
}

static void clear(struct timetable *timetable)
{
	for (size_t i = 0; i < timetable->count; i++)
		text_list_free(&timetable->entries[i].interfaces);
	free(timetable->entries);
	timetable->entries = NULL;
	timetable->count = 0;
}

void timetable_free(struct timetable *timetable)
{
	if (!timetable)
		return;
	clear(timetable);
	free(timetable);
}

/* ---- loading ---- */

struct loading {
	struct timetable *timetable;
	const struct schedule_state *known;
	int known_count;
	int64_t now;
};

/* Go on where it was left, unless it is another schedule by now. */
static void resume(struct entry *entry, const struct loading *loading)
{
	struct schedule_state *state = &entry->state;

	state->looked = loading->now;
	for (int i = 0; i < loading->known_count; i++) {
		const struct schedule_state *known = &loading->known[i];
		struct schedule_state fresh = *state;

		if (known->kind != state->kind || strcmp(known->name, state->name) != 0)
			continue;
		*state = *known;
		memcpy(state->text, fresh.text, sizeof(state->text));
		if (strcmp(known->text, state->text) == 0 && known->looked &&
			known->looked <= loading->now)
			continue;
		state->looked = loading->now;
		if (schedule_is_braked(state))
			state->verdict = SCHEDULE_NONE; /* there is nothing to catch up */
	}
	state->next = cron_next(&entry->cron, state->looked);
}

static int add(struct loading *loading, enum schedule_kind kind, const char *name, const char *text,
	struct entry **out, struct err *err)
{
	struct timetable *timetable = loading->timetable;
	struct entry entry = { .state = { .kind = kind } };
	struct entry *entries;
	int rc = cron_parse(&entry.cron, text, err);

	if (rc == 0 && (!text_copy(entry.state.name, sizeof(entry.state.name), name) ||
			       !text_copy(entry.state.text, sizeof(entry.state.text), text)))
		rc = err_set(err, ERR_CONFIG, "its name or schedule is too long");
	if (rc < 0)
		return rc;
	entries = realloc(timetable->entries, (timetable->count + 1) * sizeof(*entries));
	if (!entries)
		return err_nomem(err);
	timetable->entries = entries;
	resume(&entry, loading);
	entries[timetable->count] = entry;
	*out = &entries[timetable->count++];
	return 0;
}

/* Does any schedule use this connection? A draft waits for its pings. */
static int check_connection(const struct catalog *catalog, const char *name, struct err *err)
{
	struct connection connection;
	int rc;

	connection_init(&connection);
	rc = catalog->connection(catalog->self, &connection, name, err);
	if (rc == 0 && connection.draft)
		rc = err_set(err, ERR_CONFIG, "its connection %s is a draft", name);
	connection_free_fields(&connection);
	return rc;
}

static int add_interface(
	struct loading *loading, const struct interface *interface, struct err *err)
{
	struct entry *entry;
	int rc = check_connection(loading->timetable->catalog, interface->connection, err);

	if (rc == 0)
		rc = add(loading, SCHEDULE_INTERFACE, interface->name, interface->schedule, &entry,
			err);
	if (rc == 0) {
		entry->skip_missed = interface->missed == MISSED_SKIP;
		rc = text_list_add(&entry->interfaces, interface->name) ? 0 : err_nomem(err);
	}
	return rc;
}

/* A deployed interface without a schedule of its own goes with that of its integration. */
static int join_integration(
	struct loading *loading, const struct interface *interface, struct err *err)
{
	struct timetable *timetable = loading->timetable;

	for (size_t i = 0; i < timetable->count; i++) {
		struct entry *entry = &timetable->entries[i];

		if (entry->state.kind == SCHEDULE_INTEGRATION &&
			text_equal(entry->state.name, interface->integration)) {
			int rc = check_connection(timetable->catalog, interface->connection, err);

			if (rc < 0)
				return rc;
			return text_list_add(&entry->interfaces, interface->name) ? 0
										  : err_nomem(err);
		}
	}
	return 0;
}

static void load_interface(struct loading *loading, const char *name)
{
	const struct catalog *catalog = loading->timetable->catalog;
	struct interface interface;
	struct err err = ERR_INIT;
	int rc;

	interface_init(&interface);
	rc = catalog->interface(catalog->self, &interface, name, &err);
	if (rc == 0 && interface.deployed && !text_empty(interface.schedule))
		rc = add_interface(loading, &interface, &err);
	else if (rc == 0 && interface.deployed && !text_empty(interface.integration))
		rc = join_integration(loading, &interface, &err);
	if (rc < 0)
		log_line(LOG_LEVEL_WARN, 0, "%s is not scheduled: %s", name, err.text);
	interface_free_fields(&interface);
}

static void load_integration(struct loading *loading, const char *line)
{
	char copy[SCHEDULE_TEXT_MAX + SCHEDULE_NAME_MAX];
	struct agent_schedule schedule;
	struct err err = ERR_INIT;
	struct entry *entry;
	int rc;

	if (!text_copy(copy, sizeof(copy), line))
		rc = err_set(&err, ERR_CONFIG, "it is too long");
	else
		rc = agent_schedule_read(&schedule, copy, &err);
	if (rc == 0)
		rc = add(loading, SCHEDULE_INTEGRATION, schedule.name, schedule.text, &entry, &err);
	if (rc == 0)
		entry->skip_missed = schedule.skip_missed;
	else
		log_line(LOG_LEVEL_WARN, 0, "\"%s\" of schedules in agent.cfg is not in force: %s",
			line, err.text);
}

void timetable_load(struct timetable *timetable, const struct text_list *integrations,
	const struct schedule_state *known, int known_count, int64_t now)
{
	const struct catalog *catalog = timetable->catalog;
	struct loading loading = { timetable, known, known_count, now };
	struct text_list names = { NULL, 0 };
	struct err err = ERR_INIT;

	timetable->version = catalog->version ? catalog->version(catalog->self) : 0;
	clear(timetable);
	for (size_t i = 0; integrations && i < integrations->count; i++)
		load_integration(&loading, integrations->items[i]);
	if (!catalog->interfaces)
		return;
	if (catalog->interfaces(catalog->self, &names, &err) < 0)
		log_line(LOG_LEVEL_ERROR, 0, "nothing is scheduled: %s", err.text);
	for (size_t i = 0; i < names.count; i++)
		load_interface(&loading, names.items[i]);
	text_list_free(&names);
}

bool timetable_is_stale(const struct timetable *timetable)
{
	const struct catalog *catalog = timetable->catalog;

	return catalog->version && catalog->version(catalog->self) != timetable->version;
}

/* ---- asking ---- */

/* Every time up to `now` is dealt with. */
static void pass(struct entry *entry, int64_t now)
{
	entry->state.looked = now;
	entry->state.next = cron_next(&entry->cron, now);
}

static void put_back(struct timetable *timetable, int64_t now)
{
	for (size_t i = 0; i < timetable->count; i++)
		pass(&timetable->entries[i], now);
}

bool timetable_due(struct due *out, struct timetable *timetable, int64_t now)
{
	if (now < timetable->looked - CLOCK_BACK_MS)
		put_back(timetable, now);
	timetable->looked = now;
	for (size_t i = 0; i < timetable->count; i++) {
		struct entry *entry = &timetable->entries[i];
		int64_t due = entry->state.next;

		if (!due || due > now)
			continue;
		pass(entry, now);
		if (entry->state.paused_at)
			continue;
		entry->state.due = due;
		*out = (struct due){ .state = &entry->state,
			.late = now - due > SCHEDULE_LATE_MS,
			.skip = entry->skip_missed,
			.interfaces = &entry->interfaces };
		return true;
	}
	return false;
}

bool timetable_braked(struct due *out, const struct timetable *timetable, size_t *at)
{
	while (*at < timetable->count) {
		const struct entry *entry = &timetable->entries[(*at)++];

		if (!schedule_is_braked(&entry->state) || entry->state.paused_at ||
			entry->skip_missed)
			continue;
		*out = (struct due){
			.state = &entry->state, .released = true, .interfaces = &entry->interfaces
		};
		return true;
	}
	return false;
}

void timetable_came(struct timetable *timetable, const struct schedule_state *state)
{
	for (size_t i = 0; i < timetable->count; i++) {
		struct schedule_state *at = &timetable->entries[i].state;

		if (at->kind == state->kind && strcmp(at->name, state->name) == 0)
			*at = *state;
	}
}

int64_t timetable_next(const struct timetable *timetable, const struct schedule_state **state)
{
	int64_t next = 0;

	for (size_t i = 0; i < timetable->count; i++) {
		const struct schedule_state *at = &timetable->entries[i].state;

		if (at->next && !at->paused_at && (!next || at->next < next)) {
			next = at->next;
			*state = at;
		}
	}
	return next;
}

int timetable_states(struct schedule_state **out, const struct timetable *timetable)
{
	*out = calloc(timetable->count + 1, sizeof(**out));
	if (!*out)
		return -1;
	for (size_t i = 0; i < timetable->count; i++)
		(*out)[i] = timetable->entries[i].state;
	return (int)timetable->count;
}
