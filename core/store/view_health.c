/* view_health.c — how the store itself is: version, sizes, what is in it, and whether SQLite finds
 * its file sound. */

#include "base/base.h"
#include "base/text.h"
#include "store/schema.h"
#include "store/view_private.h"

#include <sys/stat.h>

static int64_t file_bytes(const char *path, const char *ending)
{
	char full[4096];
	struct stat st;

	if (snprintf(full, sizeof(full), "%s%s", path, ending) >= (int)sizeof(full) ||
		stat(full, &st) != 0)
		return 0;
	return st.st_size;
}

int64_t view_bytes(const struct view *view)
{
	return file_bytes(view->db.path, "") + file_bytes(view->db.path, "-wal");
}

bool view_has_moved(struct view *view)
{
	int moved = 0;

	sqlite3_file_control(view->db.handle, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
	return moved != 0;
}

static int read_sizes(struct store_health *out, struct view *view, struct err *err)
{
	int64_t page = 0, free_pages = 0;
	int rc = db_number(&page, &view->db, "PRAGMA page_size", err);

	if (rc == 0)
		rc = db_number(&free_pages, &view->db, "PRAGMA freelist_count", err);
	out->version = schema_version(); /* a view opens no other */
	out->bytes = file_bytes(view->db.path, "");
	out->wal_bytes = file_bytes(view->db.path, "-wal");
	out->free_bytes = page * free_pages;
	return rc;
}

static int count(struct store_health *out, struct view *view, struct err *err)
{
	/* In the order of enum message_status. */
	static const char sql_packets[] =
		"SELECT count(*), sum(n_new), sum(n_processing), sum(n_pending), sum(n_completed),"
		" sum(n_failed), sum(n_unknown), sum(n_cancelled) FROM packet";
	sqlite3_stmt *stmt;
	int rc = db_number(&out->runs, &view->db, "SELECT count(*) FROM run", err);

	if (rc == 0)
		rc = db_number(&out->open_attempts, &view->db,
			"SELECT count(*) FROM attempt WHERE done = 0", err);
	if (rc == 0)
		rc = db_query(&stmt, &view->db, sql_packets, NO_BINDS, err);
	if (rc == 0)
		rc = db_next(&view->db, stmt, err);
	if (rc != 1)
		return rc;
	out->packets = db_int(stmt, 0);
	for (int i = 0; i < MESSAGE_STATUS_COUNT; i++)
		out->messages[i] = db_int(stmt, i + 1);
	sqlite3_reset(stmt);
	return 0;
}

/* SQLite's answer is one row "ok", or one row for each thing that is wrong. */
static int check(struct store_health *out, struct view *view, struct err *err)
{
	static const char sql[] = "PRAGMA quick_check(1)";
	sqlite3_stmt *stmt;
	const char *text;
	int rc = db_query(&stmt, &view->db, sql, NO_BINDS, err);

	if (rc == 0)
		rc = db_next(&view->db, stmt, err);
	if (rc < 0)
		return rc;
	text = db_text(stmt, 0);
	/* It may begin with a line that says no more than where: "*** in database main ***". */
	if (text_starts(text, "***") && strchr(text, '\n'))
		text = strchr(text, '\n') + 1;
	if (strcmp(text, "ok") != 0)
		text_copy(out->damage, sizeof(out->damage), text);
	sqlite3_reset(stmt);
	out->checked = true;
	return 0;
}

int view_health(
	struct store_health *out, struct view *view, int64_t check_bytes_max, struct err *err)
{
	int rc;

	memset(out, 0, sizeof(*out));
	rc = read_sizes(out, view, err);
	if (rc == 0)
		rc = count(out, view, err);
	if (rc == 0 && out->bytes <= check_bytes_max)
		rc = check(out, view, err);
	return rc;
}
