/*
 * files.c — reading and writing whole files. A save is a small transaction: the folder is locked,
 * the text read, changed and checked, and before it is put in place one more look makes sure that
 * no editor has saved the file meanwhile; if one has, the changes are made anew on the new text.
 */

#include "base/base.h"
#include "config/files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "config/edit.h"
#include "config/parse.h"
#include "config/one_file.h"

/* ---- structs by schema ---- */

static void *thing_new(const struct schema *schema)
{
	void *thing = calloc(1, schema->size);

	if (thing)
		schema->init(thing);
	return thing;
}

static void thing_free(const struct schema *schema, void *thing)
{
	if (thing)
		schema->free_fields(thing);
	free(thing);
}

/* Values of the keys that differ between `before` and `after` go into `to`. */
static int apply_changes(const struct schema *schema, void *to, const void *before,
	const void *after, struct err *err)
{
	for (size_t i = 0; i < schema->count; i++) {
		int rc = value_equal(&schema->keys[i], before, after)
				 ? 0
				 : value_copy(to, &schema->keys[i], after, err);

		if (rc < 0)
			return rc;
	}
	return 0;
}

static int copy_thing(const struct schema *schema, void *to, const void *from, struct err *err)
{
	for (size_t i = 0; i < schema->count; i++) {
		int rc = value_copy(to, &schema->keys[i], from, err);

		if (rc < 0)
			return rc;
	}
	return 0;
}

/* ---- loading ---- */

int file_line(const char *text, size_t len, const char *key)
{
	struct scan scan;
	char part[128];
	int line = 1;

	if (scan_text(&scan, text, len, "", NULL) < 0)
		return 1;
	/* A key that is not in the file is told at its group, if that is. */
	for (text_copy(part, sizeof(part), key); *part;) {
		int node = scan_find(&scan, part);
		char *dot = strrchr(part, '.');

		if (node > 0) {
			line = scan.nodes[node].line;
			break;
		}
		*(dot ? dot : part) = '\0';
	}
	scan_free(&scan);
	return line;
}

/* The name a file of this kind must have inside: its own. */
static int check_own_name(void *thing, const struct schema *schema, const char *name,
	const struct buf *text, const char *path, struct err *err)
{
	const struct key *key = schema_key(schema, "name");
	char **inside = value_at(thing, key);

	if (!text_empty(*inside) && strcmp(*inside, name) != 0)
		return scan_problem(err, path, file_line(buf_str(text), text->len, "name"),
			"name is \"%s\", but the file is called %s.cfg: make them the same",
			*inside, name);
	return text_set(inside, name) ? 0 : err_nomem(err);
}

int file_load(void *thing, const struct schema *schema, const char *path, const char *name,
	files_problem *each, void *ctx, struct err *err)
{
	struct buf text = BUF_INIT(SCAN_TEXT_MAX);
	void *loaded = thing_new(schema);
	bool told = false;
	int rc;

	if (!loaded)
		return err_nomem(err);
	rc = file_read(&text, path, err);
	if (rc == 0) {
		rc = parse_text(loaded, schema, buf_str(&text), text.len, path, each, ctx, err);
		told = rc < 0;
	}
	if (rc == 0 && name)
		rc = check_own_name(loaded, schema, name, &text, path, err);
	if (rc < 0 && !told && each)
		each(ctx, err);
	if (rc == 0) {
		schema->free_fields(thing);
		memcpy(thing, loaded, schema->size);
		free(loaded);
		loaded = NULL;
	}
	thing_free(schema, loaded);
	buf_free(&text);
	return rc;
}

/* ---- saving ---- */

struct save {
	const struct schema *schema;
	const char *path;
	const void *before; /* what the caller started from; NULL = the file as it is now */
	const void *after;
	mode_t mode;	/* of a new file */
	void *first;	/* without `before`: the file as it was at the first look */
	bool disturbed; /* the file changed between our look and our write: once more */
};

/* Do two looks show the same file, unchanged? */
static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static int save_new(struct save *save, struct err *err)
{
	struct buf text = BUF_INIT(SCAN_TEXT_MAX);
	int rc = edit_new(&text, save->schema, save->after, err);

	/* What was written must read as what was meant: a text may hold bytes no file can. */
	if (rc == 0)
		rc = edit_verify(&text, save->schema, save->after, save->path, err);
	if (rc == 0)
		rc = file_write(save->path, buf_str(&text), text.len, save->mode, err);
	buf_free(&text);
	return rc;
}

/* Bring the change to today's text. `now` is the file as it is, `to` what it shall be. */
static int apply_to_text(struct save *save, struct buf *text, void *now, void *to, struct err *err)
{
	const void *before = save->before;
	int rc = parse_text(
		now, save->schema, buf_str(text), text->len, save->path, NULL, NULL, err);

	if (rc < 0)
		return rc;
	if (!before && !save->first) {
		save->first = thing_new(save->schema);
		rc = save->first ? copy_thing(save->schema, save->first, now, err) : err_nomem(err);
	}
	if (!before)
		before = save->first;
	if (rc == 0)
		rc = copy_thing(save->schema, to, now, err);
	if (rc == 0)
		rc = apply_changes(save->schema, to, before, save->after, err);
	return rc < 0 ? rc : edit_text(text, save->schema, now, to, save->path, err);
}

static int save_old(struct save *save, const struct stat *seen, struct err *err)
{
	struct buf text = BUF_INIT(SCAN_TEXT_MAX);
	struct buf original = BUF_INIT(SCAN_TEXT_MAX);
	void *now = thing_new(save->schema);
	void *to = thing_new(save->schema);
	struct stat again;
	int rc = now && to ? file_read(&text, save->path, err) : err_nomem(err);

	if (rc == 0) {
		buf_add(&original, buf_str(&text), text.len);
		rc = buf_check(&original, save->path, err);
	}
	if (rc == 0)
		rc = apply_to_text(save, &text, now, to, err);
	if (rc == 0) {
		save->disturbed = stat(save->path, &again) != 0 || !same_file(seen, &again);
		if (!save->disturbed &&
			(text.len != original.len ||
				memcmp(buf_str(&text), buf_str(&original), text.len) != 0))
			rc = file_write(
				save->path, buf_str(&text), text.len, seen->st_mode & 0777, err);
	}
	thing_free(save->schema, now);
	thing_free(save->schema, to);
	buf_free(&original);
	buf_free(&text);
	return rc;
}

static int save_once(struct save *save, struct err *err)
{
	struct stat seen;

	save->disturbed = false;
	if (stat(save->path, &seen) == 0)
		return save_old(save, &seen, err);
	if (errno != ENOENT)
		return err_set_errno(err, ERR_CONFIG, errno, "could not look at %s", save->path);
	if (save->before)
		return err_set(err, ERR_NOT_FOUND, "%s was removed meanwhile", save->path);
	return save_new(save, err);
}

/* Our own processes take turns; where the file system knows no locks, the second look must do. */
static int lock_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
	int fd = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	free(folder);
	if (fd >= 0)
		while (flock(fd, LOCK_EX) != 0 && errno == EINTR)
			;
	return fd;
}

#define SAVE_TRIES 5

int file_save(const char *path, const struct schema *schema, const void *before, const void *after,
	mode_t mode, struct err *err)
{
	struct save save = { schema, path, before, after, mode, NULL, false };
	char *real = realpath(path, NULL); /* a symbolic link stays one */
	int lock;
	int rc = 0;

	if (real)
		save.path = real;
	lock = lock_folder(save.path);
	for (int i = 0; i < SAVE_TRIES; i++) {
		rc = save_once(&save, err);
		if (rc < 0 || !save.disturbed)
			break;
	}
	if (rc == 0 && save.disturbed)
		rc = err_set(err, ERR_CONFIG, "%s keeps changing: close the editor and save again",
			save.path);
	if (lock >= 0)
		close(lock);
	thing_free(schema, save.first);
	free(real);
	return rc;
}

/* ---- the public functions ---- */

int files_parse_connection(
	struct connection *out, const char *text, const char *path, struct err *err)
{
	return parse_text(out, &schema_connection, text, strlen(text), path, NULL, NULL, err);
}

int files_parse_interface(
	struct interface *out, const char *text, const char *path, struct err *err)
{
	return parse_text(out, &schema_interface, text, strlen(text), path, NULL, NULL, err);
}

int files_write_connection(struct buf *out, const struct connection *connection, struct err *err)
{
	return edit_new(out, &schema_connection, connection, err);
}

int files_write_interface(struct buf *out, const struct interface *interface, struct err *err)
{
	return edit_new(out, &schema_interface, interface, err);
}

/* The line is that of the file as it is now. */
static int check_settings(const struct agent_settings *settings, const char *path, struct err *err)
{
	struct buf text = BUF_INIT(SCAN_TEXT_MAX);
	struct err why = ERR_INIT;
	int rc = agent_settings_check(settings, &why);

	if (rc < 0) {
		int line = file_read(&text, path, NULL) == 0
				   ? file_line(buf_str(&text), text.len, why.code)
				   : 1;

		scan_problem(err, path, line, "%s", why.text);
	}
	buf_free(&text);
	return rc;
}

int files_load_settings(struct agent_settings *out, const struct home *home, struct err *err)
{
	struct err local = ERR_INIT;
	int rc = file_load(out, &schema_settings, home->agent_cfg, NULL, NULL, NULL, &local);

	if (rc == -ERR_NOT_FOUND) {
		agent_settings_free_fields(out);
		agent_settings_init(out);
		return 0;
	}
	if (rc == 0)
		rc = check_settings(out, home->agent_cfg, &local);
	return rc < 0 ? err_copy(err, &local) : 0;
}

int files_save_settings(
	const struct home *home, const struct agent_settings *settings, struct err *err)
{
	int rc = file_mkdirs(home->config, home->folder_mode, err);

	return rc < 0 ? rc
		      : file_save(home->agent_cfg, &schema_settings, NULL, settings,
				home->file_mode, err);
}
