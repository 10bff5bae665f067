/* scene.c — a round of the crash matrix: what is set up, and what must be true at its end. */

#include "base/base.h"
#include "crash/scene.h"
#include "crash/tale.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "harness/small_disk.h"

#include <signal.h>
#include <sqlite3.h>
#include <sys/stat.h>

#define FEW_ROWS 2000 /* up to here packets are small, so that there are many */
#define ROOMY (256u << 20)
#define LONG_LATENCY_MS 100 /* so that many rows take their time */

static const char *const names[] = { "upsert", "insert", "bulk-upsert", "bulk-insert", "file" };

const char *play_name(enum play play)
{
	return names[play];
}

static const char *packet_of(const struct scene *scene)
{
	return scene->rows > FEW_ROWS ? "packet=200" : "packet=25";
}

static bool inserts(const struct scene *scene)
{
	return scene->play == PLAY_INSERT || scene->play == PLAY_BULK_INSERT;
}

/* ---- the set-up ---- */

static void make_table(struct scene *scene)
{
	world_customers(&scene->world, scene->rows);
	world_sql(&scene->world,
		"CREATE UNIQUE INDEX t_no ON t (no);"
		"ALTER TABLE t ADD COLUMN at TEXT;"
		"ALTER TABLE t ADD COLUMN sent INTEGER DEFAULT 0;"
		"UPDATE t SET at = datetime('2026-11-01', '+' || CAST(substr(no, 3) AS INTEGER) ||"
		" ' minutes')");
	world_connection(&scene->world);
}

static void make_upsert(struct scene *scene, const char *mode)
{
	make_table(scene);
	ck_run(0, &scene->world, "interface", "add", "accounts", "--set", mode, "--set",
		"connection=erp", "--set", "object=Account", "--set", "external_id=Ext_Id__c",
		"--set", "query=SELECT no, name, at FROM t WHERE at >= :watermark ORDER BY at",
		"--set", "initial_query=SELECT no, name, at FROM t ORDER BY at", "--set",
		"watermark.column=at", "--set", "watermark.overlap=1d", "--set", packet_of(scene),
		"--map", "Ext_Id__c=no", "--map", "Name=name");
}

/* Legacy_No__c is not unique: the org lets a row in as often as it comes. */
static void make_insert(struct scene *scene, const char *mode)
{
	make_table(scene);
	ck_run(0, &scene->world, "interface", "add", "accounts", "--set", mode, "--set",
		"connection=erp", "--set", "object=Account", "--set", "operation=Insert", "--set",
		"row_key=no", "--set", "query=SELECT no, name FROM t WHERE sent = 0 ORDER BY no",
		"--set", "after_success=UPDATE t SET sent = 1 WHERE no = :no", "--set",
		packet_of(scene), "--map", "Legacy_No__c=no", "--map", "Name=name");
}

static void make_file(struct scene *scene)
{
	struct buf text = BUF_INIT(4u << 20);
	struct err err = ERR_INIT;
	char path[700], domain[200], folder[700], archive[700];

	snprintf(path, sizeof(path), "%s/in", scene->world.home);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	buf_add_str(&text, "no,name\n");
	for (int i = 1; i <= scene->rows; i++)
		buf_addf(&text, "C-%06d,Customer %d\n", i, i);
	snprintf(path, sizeof(path), "%s/in/rows.csv", scene->world.home);
	ck_ok(file_write(path, text.data, text.len, 0600, &err), &err);
	buf_free(&text);
	snprintf(domain, sizeof(domain), "salesforce.domain=%s",
		practice_url(scene->world.practice));
	snprintf(folder, sizeof(folder), "source.folder=%s/in", scene->world.home);
	snprintf(archive, sizeof(archive), "source.archive=%s/done", scene->world.home);
	ck_run(0, &scene->world, "connection", "add", "in", "--set", "type=Agent File", "--set",
		domain, "--set", "salesforce.consumer_key=" PRACTICE_CONSUMER_KEY, "--secret",
		"salesforce.consumer_secret=env:E2E_SECRET", "--set", folder, "--set", archive,
		"--set", "source.after=archive", "--set", "source.settle=0");
	ck_run(0, &scene->world, "interface", "add", "accounts", "--set", "mode=Collections",
		"--set", "connection=in", "--set", "object=Account", "--set",
		"external_id=Ext_Id__c", "--set", packet_of(scene), "--map", "Ext_Id__c=no",
		"--map", "Name=name");
}

static void data_folder(char *path, size_t size, const struct scene *scene)
{
	snprintf(path, size, "%s/data", scene->world.home);
}

/* What is stored is on a disk of its own. The floor would stop a run before it is full. */
static void mount_data(struct scene *scene)
{
	static const char settings[] = "port = 0;\ndisk_floor = \"0\";\n";
	struct err err = ERR_INIT;
	char data[600];

	data_folder(data, sizeof(data), scene);
	ck_assert_int_eq(mkdir(data, 0700), 0);
	small_disk_mount(data, ROOMY);
	ck_ok(file_write(scene->world.settings, settings, strlen(settings), 0600, &err), &err);
}

void scene_open(struct scene *scene, enum play play, int rows, bool own_disk)
{
	struct practice_options options = { .ledger = scene->ledger,
		.latency_ms = rows > FEW_ROWS ? LONG_LATENCY_MS : 0 };
	bool bulk = play == PLAY_BULK_UPSERT || play == PLAY_BULK_INSERT;

	*scene = (struct scene){ .play = play, .rows = rows };
	ck_assert_int_le(rows, TALE_ROWS_MAX);
	snprintf(scene->ledger, sizeof(scene->ledger), "%s/ledger", test_folder());
	world_open_with(&scene->world, &options);
	scene->world.program = CRASH_PROGRAM;
	if (own_disk)
		mount_data(scene);
	if (play == PLAY_FILE)
		make_file(scene);
	else if (inserts(scene))
		make_insert(scene, bulk ? "mode=Bulk" : "mode=Collections");
	else
		make_upsert(scene, bulk ? "mode=Bulk" : "mode=Collections");
}

void scene_close(struct scene *scene)
{
	world_close(&scene->world);
}

/* ---- deaths ---- */

static void note_death(struct scene *scene)
{
	struct view *view;

	scene->deaths++;
	if (tale_open_view(&view, &scene->world, NULL))
		return; /* killed before it had a store */
	scene->allowed += tale_count(view, "status:processing");
	view_close(view);
}

bool scene_die_at(struct scene *scene, const char *point)
{
	int code;

	setenv("AGENTBOARD_CRASH_POINT", point, 1);
	code = world_run(&scene->world, "process", "accounts", "--wait", "1", NULL)->code;
	unsetenv("AGENTBOARD_CRASH_POINT");
	if (code != 128 + SIGKILL)
		return false;
	note_death(scene);
	return true;
}

bool scene_kill_after(struct scene *scene, int64_t ms)
{
	pid_t pid = world_spawn(&scene->world, "process", "accounts", "--wait", "1", NULL);

	clock_sleep(ms);
	kill(pid, SIGKILL);
	if (world_wait(pid) != 128 + SIGKILL)
		return false;
	note_death(scene);
	return true;
}

static void make_small(struct scene *scene, enum full_by by, int64_t bytes)
{
	char data[600];
	char text[24];

	data_folder(data, sizeof(data), scene);
	snprintf(text, sizeof(text), "%" PRId64, bytes);
	if (by == FULL_BY_QUOTA)
		scene->world.file_bytes = (rlim_t)bytes;
	else if (by == FULL_BY_LAYER)
		setenv("AGENTBOARD_DISK_BYTES", text, 1);
	else
		small_disk_mount(data, (size_t)bytes);
}

static void make_room(struct scene *scene, enum full_by by)
{
	char data[600];

	scene->world.file_bytes = 0;
	unsetenv("AGENTBOARD_DISK_BYTES");
	data_folder(data, sizeof(data), scene);
	if (by == FULL_BY_DISK)
		small_disk_mount(data, ROOMY);
}

void scene_fill_disk(struct scene *scene, enum full_by by, int64_t bytes)
{
	const struct ran *ran;

	make_small(scene, by, bytes);
	ran = world_run(&scene->world, "process", "accounts", "--wait", "0", NULL);
	ck_assert_msg(ran->code == 8, "exit %d:\n%s%s", ran->code, ran->out, ran->errors);
	ck_assert_msg(strstr(ran->out, "disk is full") || strstr(ran->errors, "disk is full"),
		"%s%s", ran->out, ran->errors);
	make_room(scene, by);
	note_death(scene);
}

/* ---- the verdict ---- */

static void judge(struct verdict *verdict, const struct tale *tale, int rows)
{
	*verdict = (struct verdict){ .rows = rows };
	for (int row = 1; row <= rows; row++) {
		bool unknown = tale->stored[row] && tale->status[row] == MESSAGE_UNKNOWN;
		bool there = tale->stored[row] && tale->status[row] == MESSAGE_COMPLETED &&
			     tale->created[row] > 0;

		verdict->unknown += unknown;
		verdict->lost += !unknown && !there;
		verdict->doubled += tale->created[row] > 1 || tale->stored[row] > 1;
		verdict->resent += tale->written[row] > 1;
	}
}

static void check_runs(struct view *view)
{
	struct run_info *runs = NULL;
	struct err err = ERR_INIT;
	int count = 0;

	ck_ok(view_runs(&runs, &count, view, NULL, 0, 100, &err), &err);
	for (int i = 0; i < count; i++) {
		ck_assert(run_counts_add_up(&runs[i].counts));
		ck_assert_msg(runs[i].state == RUN_DONE || runs[i].state == RUN_CANCELLED,
			"run %" PRId64 " is %s: %s", runs[i].id, run_state_name(runs[i].state),
			runs[i].reason);
		ck_assert_int_eq(runs[i].write_back.open, 0);
	}
	free(runs);
}

static int unsent_in_source(struct scene *scene)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *stmt = NULL;
	int count;

	ck_assert_int_eq(sqlite3_open(scene->world.database, &db), SQLITE_OK);
	sqlite3_prepare_v2(db, "SELECT count(*) FROM t WHERE sent <> 1", -1, &stmt, NULL);
	ck_assert_int_eq(sqlite3_step(stmt), SQLITE_ROW);
	count = sqlite3_column_int(stmt, 0);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return count;
}

/* What the source is left as: nothing waits in it but what nobody knows. */
static void check_source(struct scene *scene, const struct verdict *verdict)
{
	char path[700];

	if (inserts(scene))
		ck_assert_int_eq(unsent_in_source(scene), verdict->unknown);
	if (scene->play != PLAY_FILE)
		return;
	snprintf(path, sizeof(path), "%s/in/rows.csv", scene->world.home);
	ck_assert_msg(!file_exists(path), "the file is still in the inbox");
	snprintf(path, sizeof(path), "%s/done/rows.csv", scene->world.home);
	ck_assert_msg(file_exists(path), "the file is not in the archive");
}

void scene_finish(struct scene *scene, struct verdict *verdict)
{
	const struct ran *ran = world_run(&scene->world, "process", "accounts", NULL);
	struct view *view;
	struct err err = ERR_INIT;

	judge(verdict, tale_read(&scene->world, scene->ledger), scene->rows);
	ck_ok(tale_open_view(&view, &scene->world, &err), &err);
	ck_assert_msg(verdict->unknown > 0 || ran->code == 0, "exit %d:\n%s%s", ran->code, ran->out,
		ran->errors);
	check_runs(view);
	view_close(view);
	tale_check_store(&scene->world);
	check_source(scene, verdict);
}
