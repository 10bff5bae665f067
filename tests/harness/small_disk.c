/* small_disk.c — namespaces, a tmpfs, and what stands in for it. */

#include "base/base.h"
#include "harness/small_disk.h"

#include "harness/check_main.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

static bool mounted;
static struct rlimit before; /* without a mount: what the limit was */

static bool say(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool said = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return said;
}

/* In a user namespace we are who we were, but may mount. */
static bool enter_as_user(void)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	char map[64];

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
		return false;
	say("/proc/self/setgroups", "deny");
	snprintf(map, sizeof(map), "%u %u 1", gid, gid);
	if (!say("/proc/self/gid_map", map))
		return false;
	snprintf(map, sizeof(map), "%u %u 1", uid, uid);
	return say("/proc/self/uid_map", map);
}

static bool try_mount(const char *dir)
{
	return mount("none", "/", "", MS_REC | MS_PRIVATE, "") == 0 &&
	       mount("tmpfs", dir, "tmpfs", MS_NOSUID | MS_NODEV, "size=64k") == 0 &&
	       umount(dir) == 0;
}

bool small_disk_allowed(const char *test)
{
	const char *dir = test_folder();
	bool allowed = (unshare(CLONE_NEWNS) == 0 || enter_as_user()) && try_mount(dir);

	printf("%s: proven by %s\n", test,
		allowed ? "a disk that is full, a tmpfs of its own"
			: "what stands in for a full disk: no mount is allowed here");
	fflush(stdout);
	mounted = false;
	return allowed;
}

void small_disk_mount(const char *dir, size_t bytes)
{
	char options[64];

	snprintf(options, sizeof(options), "size=%zu", bytes);
	ck_assert_msg(mount("tmpfs", dir, "tmpfs",
			      MS_NOSUID | MS_NODEV | (mounted ? MS_REMOUNT : 0), options) == 0,
		"%s: %s", dir, strerror(errno));
	mounted = true;
}

static void filler(char *path, size_t size, const char *dir)
{
	snprintf(path, size, "%s/filler", dir);
}

/* Check's macros write, too. */
static void must(bool done)
{
	if (!done)
		abort();
}

static void take_all(const char *path)
{
	static const char bytes[4096];
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	must(fd >= 0);
	while (write(fd, bytes, sizeof(bytes)) > 0)
		;
	must(errno == ENOSPC);
	close(fd);
}

void small_disk_fill(const char *dir)
{
	struct rlimit none;
	char path[600];

	filler(path, sizeof(path), dir);
	if (mounted) {
		take_all(path);
		return;
	}
	signal(SIGXFSZ, SIG_IGN);
	must(getrlimit(RLIMIT_FSIZE, &before) == 0);
	none = before;
	none.rlim_cur = 0;
	must(setrlimit(RLIMIT_FSIZE, &none) == 0);
}

void small_disk_free(const char *dir)
{
	char path[600];

	filler(path, sizeof(path), dir);
	must(mounted ? unlink(path) == 0 : setrlimit(RLIMIT_FSIZE, &before) == 0);
}

void small_disk_end(const char *dir)
{
	if (mounted)
		ck_assert_int_eq(umount2(dir, MNT_DETACH), 0);
	mounted = false;
}
