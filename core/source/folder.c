/* folder.c — a local folder. Nothing is moved before it is complete where it goes. */

#include "base/base.h"
#include "source/folder.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE (256 * 1024)

/* ---- lists ---- */

bool folder_list_add(struct folder_list *list, const char *name, int64_t size, int64_t changed)
{
	struct folder_file *more;

	if ((list->count & (list->count - 1)) == 0) { /* full at every power of two */
		more = realloc(list->files, (list->count ? list->count * 2 : 1) * sizeof(*more));
		if (!more)
			return false;
		list->files = more;
	}
	list->files[list->count] = (struct folder_file){ text_dup(name), size, changed };
	return list->files[list->count++].name != NULL;
}

bool folder_list_pass_over(struct folder_list *list, const char *name)
{
	bool odd = text_utf8_prefix(name, strlen(name)) < strlen(name);
	size_t used = 0;

	for (const char *at = name; *at; at++)
		odd = odd || iscntrl((unsigned char)*at);
	if (!odd || list->odd_count++)
		return odd;
	for (; *name && used + 5 < sizeof(list->odd); name++)
		used += (size_t)snprintf(list->odd + used, sizeof(list->odd) - used,
			isprint((unsigned char)*name) && *name != '\\' ? "%c" : "\\x%02X",
			(unsigned char)*name);
	return true;
}

void folder_odd_words(char *words, size_t size, const struct folder_list *list)
{
	static const char why[] =
		"a name that is not UTF-8, or holds a line feed or another control "
		"character: rename it";

	if (!list->odd_count)
		*words = '\0';
	else if (list->odd_count == 1)
		snprintf(words, size, "%s is left where it is: %s", list->odd, why);
	else
		snprintf(words, size, "%zu files are left where they are, like %s: %s",
			list->odd_count, list->odd, why);
}

void folder_list_free(struct folder_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->files[i].name);
	free(list->files);
	*list = (struct folder_list){ NULL, 0 };
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct folder_file *)a)->name, ((const struct folder_file *)b)->name);
}

void folder_list_sort(struct folder_list *list)
{
	if (list->count)
		qsort(list->files, list->count, sizeof(*list->files), by_name);
}

const struct folder_file *folder_find(const struct folder_list *list, const char *name)
{
	struct folder_file wanted = { (char *)(uintptr_t)name, 0, 0 };

	return list->count ? bsearch(&wanted, list->files, list->count, sizeof(wanted), by_name)
			   : NULL;
}

/* ---- looking ---- */

static int look_at(
	struct folder_list *out, int dir, const char *name, const char *folder, struct err *err)
{
	struct stat st;

	if (fstatat(dir, name, &st, 0) != 0)
		return errno == ENOENT ? 0
				       : err_set_errno(err, ERR_SOURCE, errno,
						 "%s/%s cannot be read", folder, name);
	if (!S_ISREG(st.st_mode))
		return 0;
	if (folder_list_pass_over(out, name))
		return 0;
	if (!folder_list_add(out, name, st.st_size,
		    st.st_mtim.tv_sec * INT64_C(1000000000) + st.st_mtim.tv_nsec))
		return err_nomem(err);
	return 0;
}

int folder_look(struct folder_list *out, const char *folder, const char *pattern, struct err *err)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	int rc = 0;

	*out = (struct folder_list){ NULL, 0 };
	if (!dir)
		return err_set_errno(
			err, ERR_SOURCE, errno, "the folder %s cannot be read", folder);
	while (!rc && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' &&
			(text_empty(pattern) || text_match(pattern, entry->d_name, false)))
			rc = look_at(out, dirfd(dir), entry->d_name, folder, err);
	closedir(dir);
	folder_list_sort(out);
	if (rc)
		folder_list_free(out);
	return rc;
}

bool folder_is_written(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	bool written = false;

	/* A lease for reading is refused while anybody can write. */
	if (fd >= 0 && fcntl(fd, F_SETLEASE, F_RDLCK) != 0)
		written = errno == EAGAIN;
	if (fd >= 0)
		close(fd);
	return written;
}

int folder_checksum(
	char checksum[FOLDER_CHECKSUM], const char *path, const atomic_bool *stop, struct err *err)
{
	unsigned char sum[crypto_generichash_BYTES];
	crypto_generichash_state state;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	char *piece = malloc(PIECE);
	ssize_t got = 1;
	int rc = 0;

	if (fd < 0)
		rc = err_set_errno(err, ERR_SOURCE, errno, "%s cannot be read", path);
	else if (!piece)
		rc = err_nomem(err);
	crypto_generichash_init(&state, NULL, 0, sizeof(sum));
	while (!rc && got) {
		got = read(fd, piece, PIECE);
		if (got < 0 && errno != EINTR)
			rc = err_set_errno(err, ERR_SOURCE, errno, "%s cannot be read", path);
		else if (stop && atomic_load(stop))
			rc = err_set(err, ERR_INTERRUPTED, "reading was stopped");
		else if (got > 0)
			crypto_generichash_update(&state, (unsigned char *)piece, (size_t)got);
	}
	crypto_generichash_final(&state, sum, sizeof(sum));
	sodium_bin2hex(checksum, FOLDER_CHECKSUM, sum, sizeof(sum));
	free(piece);
	if (fd >= 0)
		close(fd);
	return rc;
}

/* ---- moving ---- */

static int copy_bytes(int to, int from, const char *target, struct err *err)
{
	ssize_t put;

	do {
		put = copy_file_range(from, NULL, to, NULL, 1u << 30, 0);
	} while (put > 0 || (put < 0 && errno == EINTR));
	while (put != 0) { /* not between these disks: by hand */
		char piece[16384];
		ssize_t got = read(from, piece, sizeof(piece));

		put = got > 0 ? write(to, piece, (size_t)got) : got;
		if (put != got)
			return err_set_errno(err, ERR_SOURCE, errno, "writing %s", target);
	}
	return fsync(to) ? err_set_errno(err, ERR_SOURCE, errno, "writing %s", target) : 0;
}

/* To another disk: complete under a hidden name there, then under its own. */
static int copy_over(const char *path, const char *target, struct err *err)
{
	char hidden[4200];
	const char *base = strrchr(target, '/') + 1;
	int from = open(path, O_RDONLY | O_CLOEXEC);
	int to = -1;
	int rc = 0;

	snprintf(hidden, sizeof(hidden), "%.*s.%s.part", (int)(base - target), target, base);
	if (from >= 0)
		to = open(hidden, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	if (from < 0 || to < 0)
		rc = err_set_errno(err, ERR_SOURCE, errno, "copying %s to %s", path, target);
	if (!rc)
		rc = copy_bytes(to, from, target, err);
	if (!rc && rename(hidden, target) != 0)
		rc = err_set_errno(err, ERR_SOURCE, errno, "renaming %s", hidden);
	if (!rc && unlink(path) != 0)
		rc = err_set_errno(err, ERR_SOURCE, errno, "deleting %s", path);
	if (from >= 0)
		close(from);
	if (to >= 0)
		close(to);
	return rc;
}

int folder_archive(const char *path, const char *name, const char *archive, struct err *err)
{
	char target[4096];
	char when[CLOCK_TEXT_MAX];
	int rc = file_mkdirs(archive, 0750, err);

	if (rc)
		return rc;
	snprintf(target, sizeof(target), "%s/%s", archive, name);
	if (file_exists(target)) /* delivered before, with other content */
		snprintf(target, sizeof(target), "%s/%s.%s", archive, name,
			clock_iso(when, clock_now()));
	if (rename(path, target) == 0)
		return 0;
	if (errno == EXDEV)
		return copy_over(path, target, err);
	return err_set_errno(err, ERR_SOURCE, errno, "moving %s to %s", path, target);
}

int folder_delete(const char *path, struct err *err)
{
	if (unlink(path) == 0 || errno == ENOENT)
		return 0;
	return err_set_errno(err, ERR_SOURCE, errno, "deleting %s", path);
}
