/* file.c — whole files and folders, written so that a crash leaves the old or the new one. */

#include "base/base.h"
#include "base/file.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

int file_read(struct buf *out, const char *path, struct err *err)
{
	char chunk[16384];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = 0;
	int rc;

	if (fd < 0)
		return err_set_errno(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_CONFIG, errno,
			"could not open %s", path);
	do {
		got = read(fd, chunk, sizeof(chunk));
		if (got > 0)
			buf_add(out, chunk, (size_t)got);
	} while (!out->broken && (got > 0 || (got < 0 && errno == EINTR)));
	rc = got < 0 ? err_set_errno(err, ERR_CONFIG, errno, "could not read %s", path)
		     : buf_check(out, path, err);
	close(fd);
	return rc;
}

static int write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t done = write(fd, data, len);

		if (done < 0 && errno != EINTR)
			return -1;
		if (done > 0) {
			data += done;
			len -= (size_t)done;
		}
	}
	return 0;
}

/* Make a rename durable: sync the folder that holds `path`. */
static int sync_folder(const char *path)
{
	char dir[4096];
	const char *slash = strrchr(path, '/');
	int fd;
	int rc;

	snprintf(dir, sizeof(dir), "%.*s", slash ? (int)(slash - path) : 1, slash ? path : ".");
	fd = open(dir[0] ? dir : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	rc = fsync(fd);
	close(fd);
	return rc;
}

/* The data in a file of its own beside `path`, on the disk. */
static int write_beside(char temp[PATH_MAX], const char *path, const void *data, size_t len,
	mode_t mode, struct err *err)
{
	int fd;
	int rc = 0;

	if (snprintf(temp, PATH_MAX, "%s.tmp-XXXXXX", path) >= PATH_MAX)
		return err_set(err, ERR_CONFIG, "the path %s is too long", path);
	fd = mkostemp(temp, O_CLOEXEC);
	if (fd < 0)
		return err_set_errno(err, ERR_CONFIG, errno, "could not write beside %s", path);
	if (fchmod(fd, mode) != 0 || write_all(fd, data, len) != 0 || fsync(fd) != 0)
		rc = err_set_errno(err, ERR_CONFIG, errno, "could not write %s", path);
	if (close(fd) != 0 && rc == 0)
		rc = err_set_errno(err, ERR_CONFIG, errno, "could not write %s", path);
	if (rc != 0)
		unlink(temp);
	return rc;
}

int file_write(const char *path, const void *data, size_t len, mode_t mode, struct err *err)
{
	char temp[PATH_MAX];
	int rc = write_beside(temp, path, data, len, mode, err);

	if (rc == 0 && (rename(temp, path) != 0 || sync_folder(path) != 0)) {
		rc = err_set_errno(err, ERR_CONFIG, errno, "could not replace %s", path);
		unlink(temp);
	}
	return rc;
}

int file_create(const char *path, const void *data, size_t len, mode_t mode, struct err *err)
{
	char temp[PATH_MAX];
	int rc = write_beside(temp, path, data, len, mode, err);

	if (rc != 0)
		return rc;
	if (link(temp, path) != 0)
		rc = err_set_errno(err, errno == EEXIST ? ERR_EXISTS : ERR_CONFIG, errno,
			"could not make %s", path);
	unlink(temp);
	if (rc == 0 && sync_folder(path) != 0)
		rc = err_set_errno(err, ERR_CONFIG, errno, "could not make %s", path);
	return rc;
}

int file_mkdirs(const char *path, mode_t mode, struct err *err)
{
	char part[4096];
	size_t len = strlen(path);

	if (len >= sizeof(part))
		return err_set(err, ERR_CONFIG, "the path %s is too long", path);
	for (size_t i = 1; i <= len; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		if (mkdir(part, mode) != 0 && errno != EEXIST)
			return err_set_errno(
				err, ERR_CONFIG, errno, "could not make the folder %s", part);
	}
	return 0;
}

bool file_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

char *file_join(const char *dir, const char *name)
{
	char *path;

	return asprintf(&path, "%s/%s", dir, name) < 0 ? NULL : path;
}
