/* home_lock.c — the home's lock: an OFD lock on agent.lock, whose content names the owner. */

#include "base/base.h"
#include "agent/home_lock.h"
#include "base/file.h"

#include <fcntl.h>
#include <unistd.h>

struct home_lock {
	int fd;
};

static int refuse(int fd, const char *path, struct err *err)
{
	char pid[24] = "";
	ssize_t got = pread(fd, pid, sizeof(pid) - 1, 0);

	pid[got > 0 ? strcspn(pid, "\n") : 0] = '\0';
	return err_set(err, ERR_UNFINISHED, "an agent of this home is up already (pid %s, %s)",
		*pid ? pid : "unknown", path);
}

static int lock_file(int fd, const char *path, struct err *err)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	char pid[24];
	int len = snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());

	if (fcntl(fd, F_OFD_SETLK, &lock) != 0) {
		if (errno == EAGAIN || errno == EACCES)
			return refuse(fd, path, err);
		return err_set_errno(err, ERR_STORE, errno, "could not lock %s", path);
	}
	if (ftruncate(fd, 0) != 0 || pwrite(fd, pid, (size_t)len, 0) != len)
		return err_set_errno(err, ERR_STORE, errno, "could not write %s", path);
	return 0;
}

int home_lock_take(struct home_lock **out, const char *home_data, struct err *err)
{
	struct home_lock *lock = calloc(1, sizeof(*lock));
	char *path = file_join(home_data, "agent.lock");
	int rc = 0;

	*out = NULL;
	if (!lock || !path) {
		rc = err_nomem(err);
		goto cleanup;
	}
	lock->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (lock->fd < 0) {
		rc = err_set_errno(err, ERR_STORE, errno, "could not open %s", path);
		goto cleanup;
	}
	rc = lock_file(lock->fd, path, err);
	if (rc < 0) {
		close(lock->fd);
		goto cleanup;
	}
	*out = lock;
	lock = NULL;
cleanup:
	free(path);
	free(lock);
	return rc;
}

void home_lock_free(struct home_lock *lock)
{
	if (!lock)
		return;
	close(lock->fd);
	free(lock);
}
