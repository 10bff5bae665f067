/* timetable.c — the schedules of a home, and the next time of each. */

#include "base/base.h"
#include "agent/timetable.h"
#include "base/cron.h"
#include "base/log.h"
#include "base/text.h"

struct entry {
	char *interface;
	struct cron cron;
	int64_t next; /* ms UTC; 0 = never */
};

struct timetable {
	const struct catalog *catalog;
	bool loaded;
	uint64_t version; /* of the catalog when it was loaded */
	int64_t looked;	  /* the last `now`: a clock put back moves every time */
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
		free(timetable->entries[i].interface);
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

static int add(struct timetable *timetable, const struct interface *interface, int64_t now,
	struct err *err)
{
	struct entry entry = { .interface = NULL };
	struct entry *entries;
	int rc = cron_parse(&entry.cron, interface->schedule, err);

	if (rc == 0)
		rc = check_connection(timetable->catalog, interface->connection, err);
	if (rc < 0)
		return rc;
	entries = realloc(timetable->entries, (timetable->count + 1) * sizeof(*entries));
	if (!entries)
		return err_nomem(err);
	timetable->entries = entries;
	entry.interface = text_dup(interface->name);
	if (!entry.interface)
		return err_nomem(err);
	entry.next = cron_next(&entry.cron, now);
	entries[timetable->count++] = entry;
	return 0;
}

static void load_one(struct timetable *timetable, const char *name, int64_t now)
{
	const struct catalog *catalog = timetable->catalog;
	struct interface interface;
	struct err err = ERR_INIT;
	int rc;

	interface_init(&interface);
	rc = catalog->interface(catalog->self, &interface, name, &err);
	if (rc == 0 && interface.deployed && !text_empty(interface.schedule))
		rc = add(timetable, &interface, now, &err);
	if (rc < 0)
		log_line(LOG_LEVEL_WARN, 0, "%s is not scheduled: %s", name, err.text);
	interface_free_fields(&interface);
}

void timetable_load(struct timetable *timetable, int64_t now)
{
	const struct catalog *catalog = timetable->catalog;
	uint64_t version = catalog->version ? catalog->version(catalog->self) : 0;
	struct text_list names = { NULL, 0 };
	struct err err = ERR_INIT;

	if (timetable->loaded && version == timetable->version)
		return;
	timetable->loaded = true;
	timetable->version = version;
	clear(timetable);
	if (!catalog->interfaces)
		return;
	if (catalog->interfaces(catalog->self, &names, &err) < 0)
		log_line(LOG_LEVEL_ERROR, 0, "nothing is scheduled: %s", err.text);
	for (size_t i = 0; i < names.count; i++)
		load_one(timetable, names.items[i], now);
	text_list_free(&names);
}

const char *timetable_due(struct timetable *timetable, int64_t now)
{
	bool put_back = now < timetable->looked - 60000;

	timetable->looked = now;
	for (size_t i = 0; i < timetable->count; i++) {
		struct entry *entry = &timetable->entries[i];

		if (put_back)
			entry->next = cron_next(&entry->cron, now);
		if (!put_back && entry->next && entry->next <= now) {
			entry->next = cron_next(&entry->cron, now);
			return entry->interface;
		}
	}
	return NULL;
}

int64_t timetable_next(const struct timetable *timetable, const char **interface)
{
	int64_t next = 0;

	for (size_t i = 0; i < timetable->count; i++) {
		const struct entry *entry = &timetable->entries[i];

		if (entry->next && (!next || entry->next < next)) {
			next = entry->next;
			*interface = entry->interface;
		}
	}
	return next;
}
