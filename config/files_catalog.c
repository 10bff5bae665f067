/* files_catalog.c — the catalog over connections.d and interfaces.d: names, things, their version.
 */

#include "base/base.h"
#include "config/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "config/one_file.h"

struct files {
	char *connections, *interfaces; /* folders */
	mode_t folder_mode, file_mode;
};

#define ENDING ".cfg"

/* ---- names ---- */

/* "orders" of "orders.cfg" when that is a name; false for other files. */
static bool name_of_file(char name[MODEL_NAME_MAX + 1], const char *file)
{
	size_t len = strlen(file);

	if (len <= strlen(ENDING) || len - strlen(ENDING) > MODEL_NAME_MAX ||
		strcmp(file + len - strlen(ENDING), ENDING) != 0)
		return false;
	snprintf(name, MODEL_NAME_MAX + 1, "%.*s", (int)(len - strlen(ENDING)), file);
	return model_name_ok(name);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names in a folder, sorted; a folder that is not there yet has none. */
static int list_names(struct text_list *names, const char *folder, struct err *err)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	char name[MODEL_NAME_MAX + 1];
	int rc = 0;

	if (!dir)
		return errno == ENOENT ? 0
				       : err_set_errno(err, ERR_CONFIG, errno,
						 "could not read the folder %s", folder);
	while (rc == 0 && (entry = readdir(dir))) {
		if (name_of_file(name, entry->d_name) && !text_list_add(names, name))
			rc = err_nomem(err);
	}
	closedir(dir);
	if (rc < 0)
		text_list_free(names);
	else if (names->count > 1)
		qsort(names->items, names->count, sizeof(*names->items), by_name);
	return rc;
}

static int list_connections(void *self, struct text_list *names, struct err *err)
{
	const struct files *files = self;

	return list_names(names, files->connections, err);
}

struct ranked {
	char *name;
	int64_t sequence;
};

static int by_sequence(const void *a, const void *b)
{
	const struct ranked *x = a;
	const struct ranked *y = b;

	if (x->sequence != y->sequence)
		return x->sequence < y->sequence ? -1 : 1;
	return strcmp(x->name, y->name);
}

static int load_interface(void *self, struct interface *out, const char *name, struct err *err);

static int list_interfaces(void *self, struct text_list *names, struct err *err)
{
	const struct files *files = self;
	struct ranked *ranked;
	int rc = list_names(names, files->interfaces, err);

	if (rc < 0 || names->count < 2)
		return rc;
	ranked = calloc(names->count, sizeof(*ranked));
	if (!ranked) {
		text_list_free(names);
		return err_nomem(err);
	}
	for (size_t i = 0; i < names->count; i++) {
		struct interface interface;

		/* One that cannot be read has no sequence: behind all others. */
		interface_init(&interface);
		ranked[i].name = names->items[i];
		ranked[i].sequence = load_interface(self, &interface, names->items[i], NULL) == 0
					     ? interface.sequence
					     : INT64_MAX;
		interface_free_fields(&interface);
	}
	qsort(ranked, names->count, sizeof(*ranked), by_sequence);
	for (size_t i = 0; i < names->count; i++)
		names->items[i] = ranked[i].name;
	free(ranked);
	return 0;
}

/* ---- things ---- */

/* "there is no connection "x": did you mean y?" */
static int not_found(const char *folder, const char *what, const char *name, struct err *err)
{
	struct text_list names = { NULL, 0 };
	const char **words;
	const char *near = NULL;

	if (list_names(&names, folder, NULL) == 0 && names.count) {
		words = calloc(names.count + 1, sizeof(*words));
		for (size_t i = 0; words && i < names.count; i++)
			words[i] = names.items[i];
		near = words ? text_nearest(name, words) : NULL;
		free(words);
	}
	if (near)
		err_set(err, ERR_NOT_FOUND, "there is no %s %s: did you mean %s?", what, name,
			near);
	else
		err_set(err, ERR_NOT_FOUND, "there is no %s %s", what, name);
	text_list_free(&names);
	return -ERR_NOT_FOUND;
}

/* FOLDER/NAME.cfg; a name that is none can lead to no other folder. */
static int path_of(
	char **path, const char *folder, const char *what, const char *name, struct err *err)
{
	if (!model_name_ok(name))
		return err_set(err, ERR_USAGE,
			"\"%s\" does not fit as the name of the %s: use letters, digits, - and _, "
			"at most %d",
			name ? name : "", what, MODEL_NAME_MAX);
	return asprintf(path, "%s/%s" ENDING, folder, name) < 0 ? err_nomem(err) : 0;
}

static int load(void *thing, const struct schema *schema, const char *folder, const char *name,
	struct err *err)
{
	char *path = NULL;
	int rc = path_of(&path, folder, schema->what, name, err);

	if (rc < 0)
		return rc;
	rc = file_exists(path) ? file_load(thing, schema, path, name, NULL, NULL, err)
			       : not_found(folder, schema->what, name, err);
	free(path);
	return rc;
}

static int load_connection(void *self, struct connection *out, const char *name, struct err *err)
{
	const struct files *files = self;

	return load(out, &schema_connection, files->connections, name, err);
}

static int load_interface(void *self, struct interface *out, const char *name, struct err *err)
{
	const struct files *files = self;

	return load(out, &schema_interface, files->interfaces, name, err);
}

static int save(const struct files *files, const char *folder, const struct schema *schema,
	const char *name, const void *before, const void *after, struct err *err)
{
	char *path = NULL;
	int rc = path_of(&path, folder, schema->what, name, err);

	if (rc == 0)
		rc = file_mkdirs(folder, files->folder_mode, err);
	if (rc == 0)
		rc = file_save(path, schema, before, after, files->file_mode, err);
	free(path);
	return rc;
}

static int save_connection(void *self, const struct connection *connection, struct err *err)
{
	const struct files *files = self;

	return save(files, files->connections, &schema_connection, connection->name, NULL,
		connection, err);
}

static int save_interface(void *self, const struct interface *interface, struct err *err)
{
	const struct files *files = self;

	return save(
		files, files->interfaces, &schema_interface, interface->name, NULL, interface, err);
}

static int update_connection(void *self, const struct connection *before,
	const struct connection *after, struct err *err)
{
	const struct files *files = self;

	return save(files, files->connections, &schema_connection, after->name, before, after, err);
}

static int update_interface(
	void *self, const struct interface *before, const struct interface *after, struct err *err)
{
	const struct files *files = self;

	return save(files, files->interfaces, &schema_interface, after->name, before, after, err);
}

static int remove_file(const char *folder, const char *what, const char *name, struct err *err)
{
	char *path = NULL;
	int fd;
	int rc = path_of(&path, folder, what, name, err);

	if (rc < 0)
		return rc;
	if (unlink(path) != 0)
		rc = errno == ENOENT
			     ? not_found(folder, what, name, err)
			     : err_set_errno(err, ERR_CONFIG, errno, "could not remove %s", path);
	free(path);
	fd = rc == 0 ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	if (fd >= 0) {
		fsync(fd); /* the removal survives a power cut where the file system can */
		close(fd);
	}
	return rc;
}

/* Does any interface name this connection? Those that cannot be read cannot be asked. */
static int check_unused(void *self, const char *name, struct err *err)
{
	struct text_list interfaces = { NULL, 0 };
	struct buf users = BUF_INIT(300);
	int rc = list_interfaces(self, &interfaces, err);

	for (size_t i = 0; rc == 0 && i < interfaces.count; i++) {
		struct interface interface;

		interface_init(&interface);
		if (load_interface(self, &interface, interfaces.items[i], NULL) == 0 &&
			text_equal(interface.connection, name))
			buf_addf(&users, "%s%s", users.len ? ", " : "", interfaces.items[i]);
		interface_free_fields(&interface);
	}
	if (rc == 0 && users.len)
		rc = err_set(err, ERR_USAGE,
			"%s is used by %s: remove or move these interfaces first", name,
			buf_str(&users));
	buf_free(&users);
	text_list_free(&interfaces);
	return rc;
}

static int remove_connection(void *self, const char *name, struct err *err)
{
	const struct files *files = self;
	int rc = check_unused(self, name, err);

	return rc < 0 ? rc : remove_file(files->connections, schema_connection.what, name, err);
}

static int remove_interface(void *self, const char *name, struct err *err)
{
	const struct files *files = self;

	return remove_file(files->interfaces, schema_interface.what, name, err);
}

/* ---- version ---- */

static uint64_t hash_bytes(uint64_t hash, const void *data, size_t len)
{
	const unsigned char *bytes = data;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
	return hash;
}

/* One file's share: its name, and what a write cannot leave as it was. Shares are added up, since a
 * folder gives its files in no order. */
static uint64_t file_hash(int folder, const char *name)
{
	uint64_t hash = hash_bytes(UINT64_C(0xcbf29ce484222325), name, strlen(name));
	struct stat st;
	int64_t facts[4];

	if (fstatat(folder, name, &st, 0) != 0)
		return hash;
	facts[0] = (int64_t)st.st_ino;
	facts[1] = st.st_size;
	facts[2] = st.st_mtim.tv_sec;
	facts[3] = st.st_mtim.tv_nsec;
	return hash_bytes(hash, facts, sizeof(facts));
}

static uint64_t folder_hash(const char *folder)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	char name[MODEL_NAME_MAX + 1];
	uint64_t sum = 0;

	while (dir && (entry = readdir(dir))) {
		if (name_of_file(name, entry->d_name))
			sum += file_hash(dirfd(dir), entry->d_name);
	}
	if (dir)
		closedir(dir);
	return sum;
}

static uint64_t version(void *self)
{
	const struct files *files = self;
	uint64_t sums[] = { folder_hash(files->connections), folder_hash(files->interfaces) };

	return hash_bytes(UINT64_C(0xcbf29ce484222325), sums, sizeof(sums));
}

/* ---- making it ---- */

static void files_free(struct files *files)
{
	if (!files)
		return;
	free(files->connections);
	free(files->interfaces);
	free(files);
}

int files_catalog(struct catalog *out, const struct home *home, const struct keyring *keyring,
	struct err *err)
{
	struct files *files = calloc(1, sizeof(*files));

	if (files) {
		files->connections = text_dup(home->connections);
		files->interfaces = text_dup(home->interfaces);
		files->folder_mode = home->folder_mode;
		files->file_mode = home->file_mode;
	}
	if (!files || !files->connections || !files->interfaces) {
		files_free(files);
		return err_nomem(err);
	}
	*out = (struct catalog){
		.self = files,
		.connections = list_connections,
		.interfaces = list_interfaces,
		.connection = load_connection,
		.interface = load_interface,
		.save_connection = save_connection,
		.save_interface = save_interface,
		.update_connection = update_connection,
		.update_interface = update_interface,
		.remove_connection = remove_connection,
		.remove_interface = remove_interface,
		.version = version,
		.keyring = keyring,
	};
	return 0;
}

void files_catalog_free(struct catalog *catalog)
{
	if (!catalog)
		return;
	files_free(catalog->self);
	*catalog = (struct catalog){ 0 };
}
