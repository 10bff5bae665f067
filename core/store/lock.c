/* lock.c — ownership of runs by locks that the kernel lets go, and the places where it cannot. */

#include "base/base.h"
#include "base/file.h"
#include "store/lock.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

/* statfs(2) and the kernel's own headers. */
static const struct {
	unsigned long f_type;
	const char *name;
} networks[] = {
	{ 0x6969, "NFS" },
	{ 0xff534d42, "CIFS" },
	{ 0xfe534d42, "SMB" },
	{ 0x517b, "SMB" },
	{ 0x01021997, "9P" },
	{ 0x00c36400, "Ceph" },
	{ 0x5346414f, "AFS" },
	{ 0x73757245, "Coda" },
	{ 0x0bd00bd0, "Lustre" },
	{ 0x01161970, "GFS2" },
	{ 0x7461636f, "OCFS2" },
	{ 0x47504653, "GPFS" },
	{ 0x564c, "NCP" },
	{ 0x013111a8, "IBRIX" },
	{ 0xaad7aaea, "PanFS" },
	{ 0x19830326, "BeeGFS" },
};

const char *lock_network_name(unsigned long f_type)
{
	for (size_t i = 0; i < ARRAY_SIZE(networks); i++) {
		if (networks[i].f_type == (f_type & 0xffffffff))
			return networks[i].name;
	}
	return NULL;
}

int lock_check_place(const char *dir, struct err *err)
{
	struct statfs fs;
	const char *name;

	if (statfs(dir, &fs) != 0)
		return err_set_errno(err, ERR_STORE, errno, "could not look at %s", dir);
	name = lock_network_name((unsigned long)fs.f_type);
	if (name)
		return err_set(err, ERR_STORE,
			"%s is on a network file system (%s), where a store would be damaged: "
			"choose a folder on a disk of this machine",
			dir, name);
	return 0;
}

static int lock_file(const char *dir, int flags)
{
	char *path = file_join(dir, "store.lock");
	int fd = path ? open(path, flags | O_CLOEXEC, 0660) : -1;

	free(path);
	return fd;
}

int lock_take(int *fd, const char *dir, int64_t byte, bool wait, struct err *err)
{
	struct flock lock = {
		.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1
	};
	int file = lock_file(dir, O_RDWR | O_CREAT);
	int rc;

	if (file < 0)
		return err_set_errno(err, ERR_STORE, errno, "could not open %s/store.lock", dir);
	do
		rc = fcntl(file, wait ? F_OFD_SETLKW : F_OFD_SETLK, &lock);
	while (rc != 0 && errno == EINTR);
	if (rc == 0) {
		*fd = file;
		return 0;
	}
	rc = errno == EAGAIN || errno == EACCES
		     ? -ERR_UNFINISHED
		     : err_set_errno(err, ERR_STORE, errno, "could not lock %s/store.lock", dir);
	close(file);
	return rc;
}

int lock_look(const char *dir)
{
	return lock_file(dir, O_RDONLY);
}

bool lock_is_held(int fd, int64_t byte)
{
	struct flock lock = {
		.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1
	};

	return fd >= 0 && fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}
