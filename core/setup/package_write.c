/* package_write.c — puts a package into a folder, but never over anybody else's work: a project of
 * ours carries a mark, and what carries none is left alone. */

#include "base/base.h"
#include "setup/package.h"

#include <dirent.h>

#include "base/file.h"
#include "base/text.h"

#define MARK_FILE ".agentboard-package"
#define MARK_WORDS "Made by agentboard package for the connection "

/* ERR_CONFIG when it is no folder or cannot be read; an absent one is empty. */
static int folder_is_empty(bool *empty, const char *dir, struct err *err)
{
	DIR *folder = opendir(dir);
	struct dirent *entry;

	*empty = true;
	if (!folder && errno == ENOENT)
		return 0;
	if (!folder)
		return err_set_errno(err, ERR_CONFIG, errno, "could not look into %s", dir);
	while (*empty && (entry = readdir(folder)) != NULL)
		*empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
	closedir(folder);
	return 0;
}

static int check_mark(
	const struct package *package, const char *path, const char *dir, struct err *err)
{
	struct buf mark = BUF_INIT(4096);
	char wanted[256];
	int rc = 0;

	snprintf(wanted, sizeof(wanted), MARK_WORDS "%s\n", package->connection);
	if (file_read(&mark, path, NULL) < 0 || !text_starts(buf_str(&mark), MARK_WORDS))
		rc = err_set(err, ERR_EXISTS,
			"%s is not empty and holds no project made by agentboard: name an empty or "
			"a new folder",
			dir);
	else if (strcmp(buf_str(&mark), wanted) != 0)
		rc = err_set(err, ERR_EXISTS,
			"%s holds the project of another connection (%s): name another folder", dir,
			text_trim(mark.data + strlen(MARK_WORDS)));
	buf_free(&mark);
	return rc;
}

static int write_file(
	const char *dir, const char *path, const char *text, size_t len, struct err *err)
{
	char *full = file_join(dir, path);
	char *slash = full ? strrchr(full, '/') : NULL;
	int rc;

	if (!slash)
		return err_nomem(err);
	*slash = '\0';
	rc = file_mkdirs(full, 0755, err);
	*slash = '/';
	if (rc == 0)
		rc = file_write(full, text, len, 0644, err);
	free(full);
	return rc;
}

int package_write(const struct package *package, const char *dir, struct err *err)
{
	char *mark = file_join(dir, MARK_FILE);
	char words[256];
	bool empty = true;
	int rc = mark ? folder_is_empty(&empty, dir, err) : err_nomem(err);

	if (rc == 0 && !empty)
		rc = check_mark(package, mark, dir, err);
	/* The mark comes first: a writing that was cut short may be repeated. */
	snprintf(words, sizeof(words), MARK_WORDS "%s\n", package->connection);
	if (rc == 0)
		rc = write_file(dir, MARK_FILE, words, strlen(words), err);
	for (int i = 0; rc == 0 && i < package->file_count; i++) {
		const struct package_file *file = &package->files[i];

		rc = write_file(dir, file->path, buf_str(&file->text), file->text.len, err);
	}
	free(mark);
	return rc;
}
