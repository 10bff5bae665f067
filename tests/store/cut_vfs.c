/*
 * cut_vfs.c — reads and writes go through to the files; beside each file stand the bytes that are
 * surely on the disk and the list of what was written since.
 */

#include "base/base.h"
#include "store/cut_vfs.h"

#include "base/file.h"
#include "harness/check_main.h"
#include "store/vfs_layer.h"

#include <pthread.h>
#include <sys/stat.h>

#define FILES_MAX 8
#define SECTOR 512

struct piece {
	struct piece *next;
	sqlite3_int64 offset;
	size_t len;
	unsigned char *data; /* NULL: the file was cut off at `offset` */
};

struct image {
	unsigned char *data;
	size_t len, room;
};

/* One file, however often it is open. */
struct disk_file {
	char *path; /* NULL = unused */
	struct image synced;
	struct piece *since, **end;
};

static struct {
	struct cut_plan plan;
	uint64_t state;
	int left; /* operations up to the next cut */
	int made;
	struct disk_file files[FILES_MAX];
} power;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static unsigned dice(unsigned sides)
{
	power.state = power.state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(power.state >> 33) % sides;
}

/* ---- what is on the disk ---- */

static void resize(struct image *image, size_t len)
{
	if (len > image->room) {
		image->room = len * 2;
		image->data = realloc(image->data, image->room);
		ck_assert_ptr_nonnull(image->data);
	}
	if (len > image->len)
		memset(image->data + image->len, 0, len - image->len);
	image->len = len;
}

static void apply(struct image *image, const struct piece *piece, size_t len)
{
	size_t offset = (size_t)piece->offset;

	if (!piece->data) {
		resize(image, offset);
		return;
	}
	if (offset + len > image->len)
		resize(image, offset + len);
	memcpy(image->data + offset, piece->data, len);
}

static void free_pieces(struct disk_file *file)
{
	while (file->since) {
		struct piece *piece = file->since;

		file->since = piece->next;
		free(piece->data);
		free(piece);
	}
	file->end = &file->since;
}

static void forget(struct disk_file *file)
{
	free_pieces(file);
	free(file->synced.data);
	free(file->path);
	*file = (struct disk_file){ NULL };
}

static struct disk_file *find(const char *path)
{
	struct disk_file *unused = NULL;

	for (int i = 0; i < FILES_MAX; i++) {
		struct disk_file *file = &power.files[i];

		if (file->path && strcmp(file->path, path) == 0)
			return file;
		if (!file->path)
			unused = file;
	}
	ck_assert_ptr_nonnull(unused);
	return unused;
}

static void read_synced(struct image *image, sqlite3_file *real)
{
	sqlite3_int64 size = 0;

	real->pMethods->xFileSize(real, &size);
	resize(image, (size_t)size);
	if (size > 0)
		ck_assert_int_eq(real->pMethods->xRead(real, image->data, (int)size, 0), SQLITE_OK);
}

static void note(struct disk_file *file, sqlite3_int64 offset, const void *data, size_t len)
{
	struct piece *piece = calloc(1, sizeof(*piece));

	ck_assert_ptr_nonnull(piece);
	piece->offset = offset;
	piece->len = len;
	if (data) {
		piece->data = malloc(len);
		ck_assert_ptr_nonnull(piece->data);
		memcpy(piece->data, data, len);
	}
	*file->end = piece;
	file->end = &piece->next;
}

/* ---- a cut ---- */

/* How the disk dealt with what nobody had told it to keep. */
enum mood { MOOD_NOTHING, MOOD_BEGINNING, MOOD_ANY, MOOD_ALL, MOOD_COUNT };

static void lay_down(const struct disk_file *file, enum mood mood, const char *dir)
{
	const char *slash = strrchr(file->path, '/');
	struct image image = { NULL, 0, 0 };
	struct err err = ERR_INIT;
	unsigned count = 0;
	unsigned stop;
	char path[600];

	resize(&image, file->synced.len);
	if (image.len)
		memcpy(image.data, file->synced.data, image.len);
	for (const struct piece *piece = file->since; piece; piece = piece->next)
		count++;
	stop = mood == MOOD_NOTHING ? 0 : mood == MOOD_BEGINNING ? dice(count + 1) : count;
	for (const struct piece *piece = file->since; piece && stop; piece = piece->next, stop--) {
		size_t len = piece->len;

		if (mood == MOOD_ANY && dice(2))
			continue;
		if (stop == 1 && mood != MOOD_ALL && len > SECTOR)
			len = SECTOR * (1 + dice((unsigned)(len / SECTOR)));
		apply(&image, piece, len < piece->len ? len : piece->len);
	}
	snprintf(path, sizeof(path), "%s/%s", dir, slash + 1);
	ck_ok(file_write(path, image.len ? (const char *)image.data : "", image.len, 0600, &err),
		&err);
	free(image.data);
}

static void cut(void)
{
	enum mood mood = (enum mood)dice(MOOD_COUNT);
	char dir[512];

	power.left = 1 + (int)dice((unsigned)power.plan.distance * 2);
	if (power.made == power.plan.cuts)
		return;
	snprintf(dir, sizeof(dir), "%s/%d", power.plan.into, power.made);
	ck_assert_int_eq(mkdir(dir, 0700), 0);
	for (int i = 0; i < FILES_MAX; i++)
		if (power.files[i].path)
			lay_down(&power.files[i], mood, dir);
	power.plan.on_cut(power.plan.ctx, power.made++);
}

static void operation(void)
{
	if (--power.left <= 0)
		cut();
}

/* ---- what is taken over ---- */

static int cut_write(
	void *file, sqlite3_file *real, const void *from, int len, sqlite3_int64 offset)
{
	int rc = real->pMethods->xWrite(real, from, len, offset);

	if (rc != SQLITE_OK)
		return rc;
	pthread_mutex_lock(&lock);
	note(file, offset, from, (size_t)len);
	operation();
	pthread_mutex_unlock(&lock);
	return rc;
}

static int cut_truncate(void *file, sqlite3_file *real, sqlite3_int64 size)
{
	int rc = real->pMethods->xTruncate(real, size);

	if (rc != SQLITE_OK)
		return rc;
	pthread_mutex_lock(&lock);
	note(file, size, NULL, 0);
	operation();
	pthread_mutex_unlock(&lock);
	return rc;
}

/* This is what makes it durable; the real file needs no sync, for this power never goes. */
static int cut_sync(void *file, sqlite3_file *real, int flags)
{
	struct disk_file *disk = file;

	(void)real;
	(void)flags;
	pthread_mutex_lock(&lock);
	operation();
	for (const struct piece *piece = disk->since; piece; piece = piece->next)
		apply(&disk->synced, piece, piece->len);
	free_pieces(disk);
	pthread_mutex_unlock(&lock);
	return SQLITE_OK;
}

static void *cut_opened(const char *path, sqlite3_file *real, int flags)
{
	struct disk_file *disk;

	if (!path || (flags & SQLITE_OPEN_DELETEONCLOSE))
		return NULL;
	pthread_mutex_lock(&lock);
	disk = find(path);
	if (!disk->path) {
		disk->path = strdup(path);
		disk->end = &disk->since;
		read_synced(&disk->synced, real);
	}
	pthread_mutex_unlock(&lock);
	return disk;
}

static void cut_deleted(const char *path)
{
	pthread_mutex_lock(&lock);
	operation();
	forget(find(path));
	pthread_mutex_unlock(&lock);
}

static const struct vfs_layer layer = { "cut", cut_opened, cut_write, cut_truncate, cut_sync,
	cut_deleted };

void cut_vfs_on(const struct cut_plan *plan)
{
	memset(&power, 0, sizeof(power));
	power.plan = *plan;
	power.state = plan->seed * 7919 + 1;
	power.left = 1 + (int)dice((unsigned)plan->distance * 2);
	ck_assert(vfs_layer_on(&layer));
}

int cut_vfs_off(void)
{
	vfs_layer_off();
	for (int i = 0; i < FILES_MAX; i++)
		forget(&power.files[i]);
	return power.made;
}
