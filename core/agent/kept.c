/* kept.c — copies of all connections and interfaces, renewed one by one as their files change. */

#include "base/base.h"
#include "agent/kept.h"
#include "base/log.h"
#include "base/text.h"

#include <pthread.h>

/* A connection or an interface, or why there is none (any more, or yet). */
struct entry {
	char *name;
	bool usable;
	char problem[512];
	union {
		struct connection connection;
		struct interface interface;
	} thing;
};

enum what { CONNECTIONS, INTERFACES, KINDS };

struct kept {
	const struct catalog *files;
	struct catalog catalog;

	pthread_mutex_t lock; /* guards the rest */
	bool loaded;
	uint64_t version;
	struct entry *entries[KINDS];
	size_t counts[KINDS];
};

static void thing_free(struct entry *entry, enum what what)
{
	if (entry->usable && what == CONNECTIONS)
		connection_free_fields(&entry->thing.connection);
	else if (entry->usable)
		interface_free_fields(&entry->thing.interface);
	entry->usable = false;
}

static void entry_free(struct entry *entry, enum what what)
{
	thing_free(entry, what);
	free(entry->name);
}

static struct entry *find(const struct kept *kept, enum what what, const char *name)
{
	for (size_t i = 0; i < kept->counts[what]; i++) {
		if (strcmp(kept->entries[what][i].name, name) == 0)
			return &kept->entries[what][i];
	}
	return NULL;
}

/* ---- renewing ---- */

static int load_thing(struct entry *fresh, const struct kept *kept, enum what what,
	const char *name, struct err *err)
{
	const struct catalog *files = kept->files;

	if (what == CONNECTIONS) {
		connection_init(&fresh->thing.connection);
		return files->connection(files->self, &fresh->thing.connection, name, err);
	}
	interface_init(&fresh->thing.interface);
	return files->interface(files->self, &fresh->thing.interface, name, err);
}

/* Nothing that makes no sense takes the place of what does, though it can be read. */
static int check_thing(const struct entry *fresh, const struct entry *old, enum what what,
	const char *name, struct err *err)
{
	struct err why = ERR_INIT;

	if (what != INTERFACES || !old || !old->usable ||
		interface_check(&fresh->thing.interface, &why) == 0 ||
		interface_check(&old->thing.interface, NULL) < 0)
		return 0;
	return err_set(err, ERR_CONFIG, "interfaces.d/%s.cfg: %s", name, why.text);
}

/* The entry of `name` for the new list: read anew, else what `old` holds moves over. */
static void renew(struct entry *to, const struct kept *kept, enum what what, struct entry *old)
{
	struct entry fresh = { .usable = true };
	struct err err = ERR_INIT;

	if (load_thing(&fresh, kept, what, to->name, &err) == 0 &&
		check_thing(&fresh, old, what, to->name, &err) == 0) {
		if (old && old->problem[0])
			log_line(LOG_LEVEL_INFO, 0, "%s can be read again and is in force",
				to->name);
		to->usable = true;
		to->thing = fresh.thing;
		return;
	}
	thing_free(&fresh, what);
	text_copy(to->problem, sizeof(to->problem), err.text);
	if (old && old->usable) {
		to->thing = old->thing;
		to->usable = true;
		old->usable = false;
	}
	if (!old || strcmp(old->problem, to->problem) != 0)
		log_line(LOG_LEVEL_ERROR, 0, "%s%s", err.text,
			to->usable ? "; what was in force before stays" : "");
}

static int renew_list(struct kept *kept, enum what what, const struct text_list *names)
{
	struct entry *fresh = calloc(names->count + 1, sizeof(*fresh));

	if (!fresh)
		return -ERR_NOMEM;
	for (size_t i = 0; i < names->count; i++) {
		fresh[i].name = text_dup(names->items[i]);
		if (fresh[i].name)
			renew(&fresh[i], kept, what, find(kept, what, names->items[i]));
	}
	for (size_t i = 0; i < kept->counts[what]; i++)
		entry_free(&kept->entries[what][i], what);
	free(kept->entries[what]);
	kept->entries[what] = fresh;
	kept->counts[what] = names->count;
	return 0;
}

static void renew_kind(struct kept *kept, enum what what)
{
	const struct catalog *files = kept->files;
	int (*list)(void *self, struct text_list *names, struct err *err) =
		what == CONNECTIONS ? files->connections : files->interfaces;
	struct text_list names = { NULL, 0 };
	struct err err = ERR_INIT;

	if (!list)
		return;
	if (list(files->self, &names, &err) < 0)
		log_line(LOG_LEVEL_ERROR, 0, "%s; what was in force before stays", err.text);
	else if (renew_list(kept, what, &names) < 0)
		kept->loaded = false; /* once more */
	text_list_free(&names);
}

/* Called with the lock held. */
static void refresh(struct kept *kept)
{
	const struct catalog *files = kept->files;
	uint64_t version = files->version ? files->version(files->self) : 0;

	if (kept->loaded && files->version && version == kept->version)
		return;
	kept->loaded = true;
	kept->version = version;
	renew_kind(kept, CONNECTIONS);
	renew_kind(kept, INTERFACES);
}

void kept_refresh(struct kept *kept)
{
	pthread_mutex_lock(&kept->lock);
	refresh(kept);
	pthread_mutex_unlock(&kept->lock);
}

/* ---- the catalog ---- */

static int list_names(struct kept *kept, enum what what, struct text_list *names, struct err *err)
{
	int rc = 0;

	pthread_mutex_lock(&kept->lock);
	refresh(kept);
	for (size_t i = 0; rc == 0 && i < kept->counts[what]; i++) {
		if (!text_list_add(names, kept->entries[what][i].name))
			rc = err_nomem(err);
	}
	pthread_mutex_unlock(&kept->lock);
	return rc;
}

static int list_connections(void *self, struct text_list *names, struct err *err)
{
	return list_names(self, CONNECTIONS, names, err);
}

static int list_interfaces(void *self, struct text_list *names, struct err *err)
{
	return list_names(self, INTERFACES, names, err);
}

/* What the files say of a thing that is not here: most often the nearest right name. */
static int ask_files(
	void *out, struct kept *kept, enum what what, const char *name, struct err *err)
{
	const struct catalog *files = kept->files;

	return what == CONNECTIONS ? files->connection(files->self, out, name, err)
				   : files->interface(files->self, out, name, err);
}

static int load(void *out, struct kept *kept, enum what what, const char *name, struct err *err)
{
	const struct entry *entry;
	int rc;

	pthread_mutex_lock(&kept->lock);
	refresh(kept);
	entry = find(kept, what, name);
	if (!entry || !entry->usable) {
		rc = ask_files(out, kept, what, name, err);
	} else if (what == CONNECTIONS) {
		connection_free_fields(out);
		rc = connection_copy(out, &entry->thing.connection, err);
	} else {
		interface_free_fields(out);
		rc = interface_copy(out, &entry->thing.interface, err);
	}
	pthread_mutex_unlock(&kept->lock);
	return rc;
}

static int load_connection(void *self, struct connection *out, const char *name, struct err *err)
{
	return load(out, self, CONNECTIONS, name, err);
}

static int load_interface(void *self, struct interface *out, const char *name, struct err *err)
{
	return load(out, self, INTERFACES, name, err);
}

static uint64_t tell_version(void *self)
{
	struct kept *kept = self;
	uint64_t version;

	pthread_mutex_lock(&kept->lock);
	refresh(kept);
	version = kept->version;
	pthread_mutex_unlock(&kept->lock);
	return version;
}

void kept_problems(struct kept *kept, kept_problem *each, void *ctx)
{
	pthread_mutex_lock(&kept->lock);
	refresh(kept);
	for (int what = 0; what < KINDS; what++) {
		for (size_t i = 0; i < kept->counts[what]; i++) {
			if (kept->entries[what][i].problem[0])
				each(ctx, kept->entries[what][i].problem);
		}
	}
	pthread_mutex_unlock(&kept->lock);
}

int kept_new(struct kept **out, const struct catalog *files, struct err *err)
{
	struct kept *kept = calloc(1, sizeof(*kept));

	*out = NULL;
	if (!kept)
		return err_nomem(err);
	pthread_mutex_init(&kept->lock, NULL);
	kept->files = files;
	kept->catalog = (struct catalog){ .self = kept,
		.connections = list_connections,
		.interfaces = list_interfaces,
		.connection = load_connection,
		.interface = load_interface,
		.version = tell_version,
		.keyring = files->keyring };
	*out = kept;
	return 0;
}

void kept_free(struct kept *kept)
{
	if (!kept)
		return;
	for (int what = 0; what < KINDS; what++) {
		for (size_t i = 0; i < kept->counts[what]; i++)
			entry_free(&kept->entries[what][i], (enum what)what);
		free(kept->entries[what]);
	}
	pthread_mutex_destroy(&kept->lock);
	free(kept);
}

const struct catalog *kept_catalog(const struct kept *kept)
{
	return &kept->catalog;
}
