/* inbox.c — the one place that knows whether files are local or remote. */

#include "base/base.h"
#include "source/inbox.h"
#include "base/file.h"
#include "base/text.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

struct inbox {
	const struct inbox_spec *spec;
	struct sftp_spec server;
	struct sftp *sftp; /* NULL: a local folder */
};

static const char *set_or_null(const char *text)
{
	return text_empty(text) ? NULL : text;
}

int inbox_open(struct inbox **out, const struct inbox_spec *spec, struct err *err)
{
	struct inbox *inbox = calloc(1, sizeof(*inbox));
	int rc = 0;

	if (!inbox)
		return err_nomem(err);
	inbox->spec = spec;
	inbox->server = (struct sftp_spec){ .name = spec->name,
		.url = spec->url,
		.username = spec->username,
		.password = spec->password,
		.key_file = set_or_null(spec->key_file),
		.known_hosts = set_or_null(spec->known_hosts),
		.timeout_s = spec->timeout_s,
		.stop = spec->stop };
	if (text_empty(spec->folder))
		rc = sftp_open(&inbox->sftp, &inbox->server, err);
	if (rc) {
		free(inbox);
		return rc;
	}
	*out = inbox;
	return 0;
}

void inbox_close(struct inbox *inbox)
{
	if (!inbox)
		return;
	sftp_close(inbox->sftp);
	free(inbox);
}

int inbox_look(struct folder_list *out, struct inbox *inbox, struct err *err)
{
	if (inbox->sftp)
		return sftp_look(out, inbox->sftp, inbox->spec->pattern, err);
	return folder_look(out, inbox->spec->folder, inbox->spec->pattern, err);
}

int inbox_exact(struct folder_file *file, struct inbox *inbox, struct err *err)
{
	return inbox->sftp ? sftp_stat(file, inbox->sftp, err) : 0;
}

int inbox_accept(
	char key[SFTP_KEY_WORDS], struct inbox *inbox, const char *fingerprint, struct err *err)
{
	key[0] = '\0';
	return inbox->sftp ? sftp_accept(key, inbox->sftp, fingerprint, err) : 1;
}

/* Where it can be read: the file itself, or its copy. */
static int local_path(char **path, const struct inbox *inbox, const char *name, struct err *err)
{
	*path = file_join(inbox->sftp ? inbox->spec->spool : inbox->spec->folder, name);
	return *path ? 0 : err_nomem(err);
}

bool inbox_is_written(struct inbox *inbox, const char *name)
{
	char *path = NULL;
	bool written = false;

	if (!inbox->sftp && local_path(&path, inbox, name, NULL) == 0)
		written = folder_is_written(path);
	free(path);
	return written;
}

/* A copy has the size and the time of change of what it was made from. */
static bool is_copied(const char *path, const struct folder_file *file)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_size == file->size &&
	       st.st_mtim.tv_sec * INT64_C(1000000000) + st.st_mtim.tv_nsec == file->changed;
}

int inbox_fetch(char **path, struct inbox *inbox, const struct folder_file *file, struct err *err)
{
	char *at = NULL;
	int rc = local_path(&at, inbox, file->name, err);

	if (!rc && inbox->sftp && !is_copied(at, file)) {
		rc = file_mkdirs(inbox->spec->spool, 0700, err);
		if (!rc)
			rc = sftp_fetch(at, inbox->sftp, file, err);
	}
	if (rc)
		free(at);
	else
		*path = at;
	return rc;
}

int inbox_archive(struct inbox *inbox, const char *name, struct err *err)
{
	char *path = NULL;
	int rc;

	if (inbox->sftp)
		return sftp_archive(inbox->sftp, name, inbox->spec->archive, err);
	rc = local_path(&path, inbox, name, err);
	if (!rc && file_exists(path))
		rc = folder_archive(path, name, inbox->spec->archive, err);
	free(path);
	return rc;
}

int inbox_delete(struct inbox *inbox, const char *name, struct err *err)
{
	char *path = NULL;
	int rc;

	if (inbox->sftp)
		return sftp_delete(inbox->sftp, name, err);
	rc = local_path(&path, inbox, name, err);
	if (!rc)
		rc = folder_delete(path, err);
	free(path);
	return rc;
}

void inbox_forget(struct inbox *inbox, const char *name)
{
	char *path = NULL;

	if (inbox->sftp && local_path(&path, inbox, name, NULL) == 0)
		unlink(path);
	free(path);
}

void inbox_spool_remove(const char *spool)
{
	DIR *dir = opendir(spool);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir)
		closedir(dir);
	rmdir(spool);
}
