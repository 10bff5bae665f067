/*
 * scene.h — one round of the crash matrix: a home, an org and a source of some thousand rows; the
 * program dies in it as often as told, is started once more, and then the store is held against
 * the org's ledger and the source.
 */

#ifndef TESTS_CRASH_SCENE_H
#define TESTS_CRASH_SCENE_H

#include "e2e/world.h"

enum play {
	PLAY_UPSERT, /* Collections, a database, a watermark */
	PLAY_INSERT, /* Collections, a database, a write-back that takes the row out of the query */
	PLAY_BULK_UPSERT,
	PLAY_BULK_INSERT,
	PLAY_FILE, /* upserts, a file that goes into the archive */
	PLAY_COUNT
};
const char *play_name(enum play play);

struct scene {
	struct world world;
	char ledger[400];
	enum play play;
	int rows;
	int deaths;
	int allowed; /* rows that were in flight at a death: so many may be Unknown */
};

struct verdict {
	int rows;
	int lost;    /* neither in the org nor told as Unknown; or told to be there, and is not */
	int doubled; /* created twice, or stored twice */
	int unknown;
	int resent; /* upserts that arrived more than once */
};

/* `own_disk`: the data folder is one, see small_disk_allowed(). */
void scene_open(struct scene *scene, enum play play, int rows, bool own_disk);
void scene_close(struct scene *scene);

/* Process with death at "POINT" or "POINT:N"; false when it did not die. */
bool scene_die_at(struct scene *scene, const char *point);

/* The same, but killed from outside after so long. */
bool scene_kill_after(struct scene *scene, int64_t ms);

/* How a disk comes to be full. */
enum full_by {
	FULL_BY_QUOTA, /* no file may grow beyond so many bytes */
	FULL_BY_LAYER, /* the store's files may not grow beyond so many together (full_vfs.c) */
	FULL_BY_DISK,  /* the data folder is a disk of so many; small_disk_allowed() */
};

/* Process with so many bytes, which are too few: it must end by itself with exit code 8, and say
 * why. Then there is room. */
void scene_fill_disk(struct scene *scene, enum full_by by, int64_t bytes);

/* Process without death, to the end, and see what became of every row. Counts that do not add up,
 * and a source or runs that are not at their end, fail the test. */
void scene_finish(struct scene *scene, struct verdict *verdict);

#endif
