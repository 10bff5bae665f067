/* vfs_layer.c — the methods that go through, and those that a layer may take over. */

#include "store/vfs_layer.h"

#include <stddef.h>

struct layer_file {
	sqlite3_file base;
	void *mine;	    /* the layer's; NULL = it passes this file by */
	sqlite3_file *real; /* behind this struct */
};

static struct {
	const struct vfs_layer *layer;
	sqlite3_vfs vfs, *real;
} on;

static sqlite3_file *real_of(sqlite3_file *file)
{
	return ((struct layer_file *)file)->real;
}

static void *mine_of(sqlite3_file *file)
{
	return ((struct layer_file *)file)->mine;
}

/* ---- the methods of a file ---- */

static int layer_close(sqlite3_file *file)
{
	return real_of(file)->pMethods->xClose(real_of(file));
}

static int layer_read(sqlite3_file *file, void *to, int len, sqlite3_int64 offset)
{
	return real_of(file)->pMethods->xRead(real_of(file), to, len, offset);
}

static int layer_size(sqlite3_file *file, sqlite3_int64 *size)
{
	return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int layer_lock(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int layer_unlock(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int layer_reserved(sqlite3_file *file, int *reserved)
{
	return real_of(file)->pMethods->xCheckReservedLock(real_of(file), reserved);
}

static int layer_control(sqlite3_file *file, int op, void *arg)
{
	return real_of(file)->pMethods->xFileControl(real_of(file), op, arg);
}

static int layer_sector(sqlite3_file *file)
{
	return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int layer_device(sqlite3_file *file)
{
	return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int layer_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **to)
{
	return real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, to);
}

static int layer_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
	return real_of(file)->pMethods->xShmLock(real_of(file), offset, n, flags);
}

static void layer_shm_barrier(sqlite3_file *file)
{
	real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int layer_shm_unmap(sqlite3_file *file, int and_delete)
{
	return real_of(file)->pMethods->xShmUnmap(real_of(file), and_delete);
}

static int layer_write(sqlite3_file *file, const void *from, int len, sqlite3_int64 offset)
{
	if (mine_of(file) && on.layer->write)
		return on.layer->write(mine_of(file), real_of(file), from, len, offset);
	return real_of(file)->pMethods->xWrite(real_of(file), from, len, offset);
}

static int layer_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	if (mine_of(file) && on.layer->truncate)
		return on.layer->truncate(mine_of(file), real_of(file), size);
	return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int layer_sync(sqlite3_file *file, int flags)
{
	if (mine_of(file) && on.layer->sync)
		return on.layer->sync(mine_of(file), real_of(file), flags);
	return real_of(file)->pMethods->xSync(real_of(file), flags);
}

/* Version 2: without memory mapping, which would write past us. */
static const sqlite3_io_methods methods = { 2, layer_close, layer_read, layer_write, layer_truncate,
	layer_sync, layer_size, layer_lock, layer_unlock, layer_reserved, layer_control,
	layer_sector, layer_device, layer_shm_map, layer_shm_lock, layer_shm_barrier,
	layer_shm_unmap, NULL, NULL };

/* ---- the methods of the disk ---- */

static int layer_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *out)
{
	struct layer_file *mine = (struct layer_file *)file;
	int rc;

	(void)vfs;
	mine->real = (sqlite3_file *)(mine + 1);
	mine->mine = NULL;
	mine->base.pMethods = NULL;
	rc = on.real->xOpen(on.real, path, mine->real, flags, out);
	if (rc != SQLITE_OK)
		return rc;
	mine->base.pMethods = &methods;
	mine->mine = on.layer->opened(path, mine->real, flags);
	return rc;
}

static int layer_delete(sqlite3_vfs *vfs, const char *path, int sync_folder)
{
	int rc = on.real->xDelete(on.real, path, sync_folder);

	(void)vfs;
	if (on.layer->deleted)
		on.layer->deleted(path);
	return rc;
}

bool vfs_layer_on(const struct vfs_layer *layer)
{
	on.layer = layer;
	on.real = sqlite3_vfs_find(NULL);
	if (!on.real)
		return false;
	on.vfs = *on.real;
	on.vfs.zName = layer->name;
	on.vfs.szOsFile = (int)sizeof(struct layer_file) + on.real->szOsFile;
	on.vfs.xOpen = layer_open;
	on.vfs.xDelete = layer_delete;
	return sqlite3_vfs_register(&on.vfs, 1) == SQLITE_OK;
}

void vfs_layer_off(void)
{
	sqlite3_vfs_register(on.real, 1);
	sqlite3_vfs_unregister(&on.vfs);
}
