/* source_file.c — files that rows came from. */

#include "base/base.h"
#include "store/source_file.h"
#include "base/clock.h"
#include "base/text.h"
#include "store/private.h"
#include "store/view_private.h"

int store_source_files_take(struct store *store, const struct run_claim *claim,
	const char *interface, const struct source_file *files, size_t count, struct err *err)
{
	static const char sql[] = "INSERT INTO source_file (interface, name, size, changed, "
				  "checksum, run, state, time)"
				  " VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
	int rc = store_check_claim(store, claim, err);

	for (size_t i = 0; !rc && i < count; i++)
		rc = db_run(&store->db, sql,
			BINDS(B_TEXT(interface), B_TEXT(files[i].name), B_INT(files[i].size),
				B_INT(files[i].changed), B_TEXT(files[i].checksum),
				B_INT(claim->run), B_INT(SOURCE_FILE_TAKEN), B_INT(clock_now())),
			err);
	return rc;
}

int store_source_files_state(
	struct store *store, int64_t run, enum source_file_state state, struct err *err)
{
	static const char sql[] = "UPDATE source_file SET state = ?2, time = ?3 WHERE run = ?1"
				  " AND state < 2";
	int rc = store_check_writing(store, err);

	return rc ? rc
		  : db_run(&store->db, sql, BINDS(B_INT(run), B_INT(state), B_INT(clock_now())),
			    err);
}

int store_source_file_state(struct store *store, int64_t id, enum source_file_state state,
	int64_t changed, struct err *err)
{
	static const char sql[] = "UPDATE source_file SET state = ?2, time = ?3,"
				  " changed = iif(?4 = 0, changed, ?4) WHERE id = ?1";
	int rc = store_check_writing(store, err);

	return rc ? rc
		  : db_run(&store->db, sql,
			    BINDS(B_INT(id), B_INT(state), B_INT(clock_now()), B_INT(changed)),
			    err);
}

static void read_file(struct source_file *out, sqlite3_stmt *stmt)
{
	out->id = db_int(stmt, 0);
	text_copy(out->name, sizeof(out->name), db_text(stmt, 1));
	out->size = db_int(stmt, 2);
	out->changed = db_int(stmt, 3);
	text_copy(out->checksum, sizeof(out->checksum), db_text(stmt, 4));
	out->run = db_int(stmt, 5);
	out->state = (enum source_file_state)db_int(stmt, 6);
}

#define COLUMNS "SELECT f.id, f.name, f.size, f.changed, f.checksum, f.run, f.state"

int view_source_file(struct source_file *out, struct view *view, const char *interface,
	const char *name, int64_t size, int64_t changed, const char *checksum, struct err *err)
{
	static const char sql[] =
		COLUMNS " FROM source_file f WHERE interface = ?1 AND name = ?2 AND size = ?3"
			" AND iif(?5 IS NULL, changed = ?4, checksum = ?5)"
			" ORDER BY id DESC LIMIT 1";
	sqlite3_stmt *stmt;
	int rc = db_query(&stmt, &view->db, sql,
		BINDS(B_TEXT(interface), B_TEXT(name), B_INT(size), B_INT(changed),
			B_TEXT(checksum)),
		err);

	if (!rc)
		rc = db_next(&view->db, stmt, err);
	if (rc <= 0)
		return rc ? rc : -ERR_NOT_FOUND;
	read_file(out, stmt);
	sqlite3_reset(stmt);
	return 0;
}

int view_source_files(struct source_file **out, size_t *count, struct view *view,
	const char *interface, int64_t run, enum source_file_state state, struct err *err)
{
	static const char sql_run[] =
		COLUMNS " FROM source_file f WHERE run = ?1 AND state = ?2 ORDER BY name";
	static const char sql_done[] =
		COLUMNS " FROM source_file f JOIN run r ON r.id = f.run"
			" WHERE f.interface = ?1 AND f.state = ?2 AND r.state = ?3 ORDER BY f.id";
	struct source_file *files = NULL;
	sqlite3_stmt *stmt;
	size_t used = 0;
	int rc = run ? db_query(&stmt, &view->db, sql_run, BINDS(B_INT(run), B_INT(state)), err)
		     : db_query(&stmt, &view->db, sql_done,
			       BINDS(B_TEXT(interface), B_INT(state), B_INT(RUN_DONE)), err);

	while (rc == 0 && (rc = db_next(&view->db, stmt, err)) == 1) {
		struct source_file *more =
			(used & (used - 1)) ? files
					    : realloc(files, (used ? used * 2 : 1) * sizeof(*more));

		rc = more ? 0 : err_nomem(err);
		if (more) {
			files = more;
			read_file(&files[used++], stmt);
		} else {
			sqlite3_reset(stmt);
		}
	}
	if (rc) {
		free(files);
		return rc;
	}
	*out = files;
	*count = used;
	return 0;
}
