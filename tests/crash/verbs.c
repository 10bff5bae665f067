/* verbs.c — the verbs, what each finds before it, where the program dies in it, and its verdict. */

#include "base/base.h"
#include "crash/tale.h"
#include "crash/verbs.h"

#include "agent/agent.h"
#include "agent/janitor.h"
#include "base/clock.h"
#include "base/crash_point.h"
#include "store/schedules.h"
#include "store/writer.h"

#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#define MANY_ROWS 2100 /* three batches of a verb */
#define FEW_ROWS 60
#define IN_ROW 3
#define ROUNDS_MAX 256
#define AGE_DAYS 40
#define PATIENCE_MS 30000
#define ONE "256"     /* the first row of the first packet */
#define WAITING "257" /* the second: the first one behind a row that failed */
#define WORDS_MAX 8

struct verb;

struct act {
	struct world world;
	char ledger[400];
	const struct verb *verb;
	int rows;
	int deaths;
	int meant;	  /* messages that a filter chooses, before the verb was said first */
	int64_t begun;	  /* ms UTC: before the verb was said first */
	const char *said; /* by the program that ran last */
};

struct verb {
	const char *name;
	const char *words[WORDS_MAX + 1]; /* none = `agent run`, until `is_over` */
	int rows;
	void (*prepare)(struct act *act);
	bool (*is_over)(struct act *act);
	void (*check)(struct act *act);
	const char *action; /* its name in the record of who did what; NULL = it has none */
	const char *filter; /* NULL, or that of `words`: once in the record for each message */
};

static const char *const process[WORDS_MAX + 1] = { "process", "accounts" };
static const char *const resume[WORDS_MAX + 1] = { "run", "resume", "1" };

/* ---- what a verb finds ---- */

static void add_interface(
	struct act *act, const char *operation, const char *name, const char *more)
{
	ck_run(0, &act->world, "interface", "add", "accounts", "--replace", "--set",
		"mode=Collections", "--set", "connection=erp", "--set", "object=Account", "--set",
		operation, "--set",
		strstr(operation, "Insert") ? "row_key=no" : "external_id=Ext_Id__c", "--set",
		"query=SELECT no, name FROM t ORDER BY no", "--set", "halt=1000000", "--set",
		act->rows == MANY_ROWS ? "packet=200" : "packet=5", "--set", more, "--map",
		strstr(operation, "Insert") ? "Legacy_No__c=no" : "Ext_Id__c=no", "--map", name);
}

static void make_rows(struct act *act)
{
	world_customers(&act->world, act->rows);
	world_connection(&act->world);
}

/* Processed, and sent again it would go well. */
static void prepare_failed(struct act *act)
{
	make_rows(act);
	world_sql(&act->world, "UPDATE t SET name = NULL");
	add_interface(act, "operation=Upsert", "Name=name", "keep_payload=true");
	ck_run(1, &act->world, "process", "accounts");
	add_interface(act, "operation=Upsert", "Name=value:Mended", "keep_payload=true");
}

static int run_words(struct act *act, const char *const *words)
{
	const struct ran *ran = world_run(&act->world, words[0], words[1], words[2], words[3],
		words[4], words[5], words[6], words[7], NULL);

	act->said = ran->out;
	return ran->code;
}

static bool is_up(struct act *act)
{
	struct agent_status status;
	char path[600];

	snprintf(path, sizeof(path), "%s/data/agent.sock", act->world.home);
	return agent_client_status(&status, path, NULL) == 0;
}

/* Until it dies, or has nothing left to do. */
static int run_agent(struct act *act)
{
	pid_t pid = world_spawn(&act->world, "agent", "run", NULL);
	int64_t until = clock_mono() + PATIENCE_MS;
	siginfo_t end = { .si_pid = 0 };

	while (!end.si_pid && !(is_up(act) && act->verb->is_over(act))) {
		ck_assert_int_lt(clock_mono(), until);
		clock_sleep(20);
		ck_assert_int_eq(waitid(P_PID, (id_t)pid, &end, WEXITED | WNOHANG | WNOWAIT), 0);
	}
	kill(pid, SIGTERM);
	return world_wait(pid);
}

static int die(struct act *act, const char *point, const char *const *words)
{
	int code;

	setenv("AGENTBOARD_CRASH_POINT", point, 1);
	code = words[0] ? run_words(act, words) : run_agent(act);
	unsetenv("AGENTBOARD_CRASH_POINT");
	return code;
}

/* A run whose owner died while it read and sent. */
static void prepare_left(struct act *act)
{
	make_rows(act);
	add_interface(act, "operation=Upsert", "Name=name", "keep_payload=true");
	ck_assert_int_eq(die(act, "attempt-recorded:1", process), 128 + SIGKILL);
}

/* In order, and stopped at the first row: all behind it waits. */
static void prepare_pending(struct act *act)
{
	make_rows(act);
	world_sql(&act->world, "UPDATE t SET name = NULL WHERE no = 'C-000001'");
	add_interface(act, "operation=Upsert", "Name=name", "on_error=Stop");
	ck_run(9, &act->world, "process", "accounts", "--wait", "0");
}

/* The owner died when inserts were about to leave: of these nobody knows. */
static void prepare_unknown(struct act *act)
{
	make_rows(act);
	add_interface(act, "operation=Insert", "Name=name", "keep_payload=true");
	ck_assert_int_eq(die(act, "attempt-recorded:1", process), 128 + SIGKILL);
	ck_run(1, &act->world, "run", "resume", "1");
}

static void prepare_done(struct act *act)
{
	make_rows(act);
	add_interface(act, "operation=Upsert", "Name=name", "keep_payload=true");
	ck_run(0, &act->world, "process", "accounts");
}

static void prepare_payload(struct act *act)
{
	make_rows(act);
	add_interface(act, "operation=Upsert", "Name=name", "keep_payload=false");
}

/* Inserted without a row key: what is read twice is there twice. */
static void prepare_keyless(struct act *act)
{
	make_rows(act);
	ck_run(0, &act->world, "interface", "add", "accounts", "--set", "mode=Collections", "--set",
		"connection=erp", "--set", "object=Account", "--set", "operation=Insert", "--set",
		"query=SELECT no, name FROM t ORDER BY no", "--map", "Legacy_No__c=no", "--map",
		"Name=name");
}

/* As if the rows had completed long ago. */
static void prepare_old(struct act *act)
{
	char sql[160];
	char path[600];
	sqlite3 *db = NULL;

	prepare_done(act);
	snprintf(path, sizeof(path), "%s/data/store.db", act->world.home);
	snprintf(sql, sizeof(sql), "UPDATE packet SET changed = changed - %d * 86400000", AGE_DAYS);
	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static int apply_sync(void *ctx, struct store *store, struct err *err)
{
	return store_schedules_sync(store, ctx, 1, err);
}

/* Its time came when no agent was there. */
static void prepare_schedule(struct act *act)
{
	struct schedule_state state = { .kind = SCHEDULE_INTERFACE, .name = "accounts" };
	struct writer *writer = NULL;
	struct err err = ERR_INIT;
	char data[600];

	make_rows(act);
	add_interface(act, "operation=Upsert", "Name=name", "schedule=@yearly");
	ck_run(0, &act->world, "store", "prune"); /* which makes the store */
	snprintf(data, sizeof(data), "%s/data", act->world.home);
	snprintf(state.text, sizeof(state.text), "@yearly");
	state.looked = clock_now() - INT64_C(2) * 366 * 24 * 3600000;
	ck_ok(writer_start(&writer, data, &err), &err);
	ck_ok(writer_call(writer, apply_sync, &state, &err), &err);
	writer_stop(writer);
}

/* ---- what a verb leaves ---- */

static struct view *look(struct act *act)
{
	struct err err = ERR_INIT;
	struct view *view;

	ck_ok(tale_open_view(&view, &act->world, &err), &err);
	return view;
}

/* Every row ended like this, and so often the org made a record of it. */
static void expect_rows(struct act *act, enum message_status status, int created)
{
	const struct tale *tale = tale_read(&act->world, act->ledger);

	for (int row = 1; row <= act->rows; row++) {
		ck_assert_msg(tale->stored[row] == 1 && tale->status[row] == status &&
				      tale->created[row] == created,
			"row %d is stored %d times, %s, made %d times", row, tale->stored[row],
			message_status_name(tale->status[row]), tale->created[row]);
	}
}

static struct run_info the_run(struct act *act)
{
	struct run_info *runs = NULL;
	struct view *view = look(act);
	struct err err = ERR_INIT;
	struct run_info run;
	int count = 0;

	ck_ok(view_runs(&runs, &count, view, NULL, 0, 10, &err), &err);
	ck_assert_int_eq(count, 1);
	run = runs[0];
	ck_assert(run_counts_add_up(&run.counts));
	free(runs);
	view_close(view);
	return run;
}

static void check_sent(struct act *act)
{
	expect_rows(act, MESSAGE_COMPLETED, 1);
	ck_assert_int_eq(the_run(act).state, RUN_DONE);
}

static void check_cancelled(struct act *act)
{
	struct run_info run = the_run(act);

	ck_assert_int_eq(run.counts.cancelled, act->rows - 1);
	ck_assert_int_eq(run.counts.failed, 1);
	ck_assert_int_eq(practice_record_count(act->world.practice, "Account"), 0);
}

/* Said to be there: nothing of it is sent. */
static void check_resolved(struct act *act)
{
	ck_assert_int_eq(the_run(act).counts.completed, act->rows);
	ck_assert_int_eq(
		practice_record_count(act->world.practice, "Account"), act->rows - act->meant);
}

static struct message_detail *load_one(struct act *act, int64_t id)
{
	struct message_detail *detail = NULL;
	struct view *view = look(act);
	struct err err = ERR_INIT;

	ck_ok(view_message(&detail, view, id, &err), &err);
	view_close(view);
	return detail;
}

static void check_one_cancelled(struct act *act)
{
	struct message_detail *detail = load_one(act, strtoll(WAITING, NULL, 10));

	ck_assert_int_eq(detail->message.status, MESSAGE_CANCELLED);
	ck_assert_int_eq(the_run(act).counts.cancelled, 1);
	message_detail_free(detail);
}

static void check_one_sent(struct act *act)
{
	struct run_info run = the_run(act);

	ck_assert_int_eq(run.counts.completed, 1);
	ck_assert_int_eq(run.counts.failed, act->rows - 1);
	ck_assert_int_eq(practice_record_count(act->world.practice, "Account"), 1);
}

static void check_edited(struct act *act)
{
	struct message_detail *detail = load_one(act, strtoll(ONE, NULL, 10));

	ck_assert_msg(strstr(detail->record, "\"Name\":\"Other\"") != NULL, "%s", detail->record);
	ck_assert_int_eq(detail->message.status, MESSAGE_FAILED);
	ck_assert_int_ge(detail->edited_at, act->begun);
	message_detail_free(detail);
}

static void check_one_resolved(struct act *act)
{
	struct message_detail *detail = load_one(act, strtoll(ONE, NULL, 10));

	ck_assert_int_eq(detail->message.status, MESSAGE_COMPLETED);
	ck_assert_str_eq(detail->message.salesforce_id, "001000000000001AAA");
	ck_assert_int_eq(the_run(act).counts.completed, 1);
	ck_assert_int_eq(practice_record_count(act->world.practice, "Account"), 0);
	message_detail_free(detail);
}

/* What had left when the owner died may be there; of all else nothing. */
static void check_run_cancelled(struct act *act)
{
	struct run_info run = the_run(act);

	ck_assert_int_eq(run.state, RUN_CANCELLED);
	ck_assert_int_eq(run.counts.cancelled, run.counts.read);
	ck_assert_int_eq(practice_record_count(act->world.practice, "Account"), 0);
}

static void check_pruned(struct act *act)
{
	struct run_info run = the_run(act);
	struct message_window window;
	struct view *view = look(act);
	struct err err = ERR_INIT;

	ck_ok(view_messages(&window, view, NULL, WINDOW_AFTER, 0, 1, &err), &err);
	ck_assert_int_eq(window.count, 0);
	ck_assert_int_eq(run.counts.completed, act->rows);
	message_window_free(&window);
	view_close(view);
}

static void check_dropped(struct act *act)
{
	struct message_window window;
	struct view *view = look(act);
	struct err err = ERR_INIT;

	check_sent(act);
	ck_ok(view_messages(&window, view, NULL, WINDOW_AFTER, 0, FEW_ROWS, &err), &err);
	for (int i = 0; i < window.count; i++) {
		struct message_detail *detail = load_one(act, window.messages[i].id);

		ck_assert_str_eq(detail->record, "");
		ck_assert_int_eq((int)detail->source_len, 0);
		message_detail_free(detail);
	}
	ck_assert_int_eq(window.count, FEW_ROWS);
	message_window_free(&window);
	view_close(view);
}

/* Runs that were created and never began are no heap: the last one took their places. */
static void check_one_reading(struct act *act)
{
	struct run_info *runs = NULL;
	struct view *view = look(act);
	struct err err = ERR_INIT;
	int count = 0;

	ck_assert_int_eq(practice_record_count(act->world.practice, "Account"), act->rows);
	ck_ok(view_runs(&runs, &count, view, NULL, 0, 10, &err), &err);
	ck_assert_int_eq(count, act->deaths + 1);
	ck_assert_int_eq(runs[0].state, RUN_DONE);
	ck_assert_int_eq(runs[0].counts.completed, act->rows);
	for (int i = 1; i < count; i++) {
		ck_assert_int_eq(runs[i].state, RUN_CANCELLED);
		ck_assert_ptr_nonnull(strstr(runs[i].reason, "took its place"));
		ck_assert_int_eq(runs[i].counts.read, 0);
	}
	free(runs);
	view_close(view);
}

static bool is_tidied(struct act *act)
{
	struct view *view = look(act);
	char *when = NULL;

	view_setting(&when, view, JANITOR_SETTING, NULL);
	view_close(view);
	free(when);
	return when != NULL;
}

static bool has_come(struct act *act)
{
	struct run_info *runs = NULL;
	struct view *view = look(act);
	int count = 0;
	bool done;

	view_runs(&runs, &count, view, NULL, 0, 10, NULL);
	done = count > 0 && runs[count - 1].state == RUN_DONE;
	free(runs);
	view_close(view);
	return done;
}

/* It came once: one run, and the schedule says which. */
static void check_came(struct act *act)
{
	struct schedule_state *states = NULL;
	struct view *view = look(act);
	struct err err = ERR_INIT;
	int count = 0;

	check_sent(act);
	ck_ok(view_schedules(&states, &count, view, &err), &err);
	ck_assert_int_eq(count, 1);
	ck_assert_int_eq(states[0].verdict, SCHEDULE_CAUGHT_UP);
	ck_assert_int_eq(states[0].run, the_run(act).id);
	ck_assert_int_gt(states[0].looked, act->begun - 1000);
	free(states);
	view_close(view);
}

static const struct verb reprocess_many = { "reprocess filter",
	{ "message", "reprocess", "--filter", "status:failed" }, MANY_ROWS, prepare_failed, NULL,
	check_sent, "reprocess", "status:failed" };
static const struct verb reprocess_one = { "reprocess", { "message", "reprocess", ONE }, FEW_ROWS,
	prepare_failed, NULL, check_one_sent, "reprocess", NULL };
static const struct verb cancel_many = { "cancel filter",
	{ "message", "cancel", "--filter", "status:new,pending" }, MANY_ROWS, prepare_pending, NULL,
	check_cancelled, "cancel", "status:new,pending" };
static const struct verb cancel_one = { "cancel", { "message", "cancel", WAITING }, FEW_ROWS,
	prepare_pending, NULL, check_one_cancelled, "cancel", NULL };
static const struct verb edit_one = { "edit", { "message", "edit", ONE, "--set", "Name=Other" },
	FEW_ROWS, prepare_failed, NULL, check_edited, "edit", NULL };
static const struct verb resolve_sent = { "resolve sent",
	{ "message", "resolve", "--filter", "status:unknown", "--as", "completed" }, MANY_ROWS,
	prepare_unknown, NULL, check_resolved, "resolve as completed", "status:unknown" };
static const struct verb resolve_unsent = { "resolve unsent",
	{ "message", "resolve", "--filter", "status:unknown", "--as", "not-sent" }, MANY_ROWS,
	prepare_unknown, NULL, check_sent, "resolve as not sent", "status:unknown" };
static const struct verb resolve_one = { "resolve",
	{ "message", "resolve", ONE, "--as", "completed:001000000000001AAA" }, FEW_ROWS,
	prepare_failed, NULL, check_one_resolved, "resolve as completed", NULL };
static const struct verb cancel_run = { "run cancel", { "run", "cancel", "1" }, FEW_ROWS,
	prepare_left, NULL, check_run_cancelled, "cancel run", NULL };
static const struct verb resume_run = { "run resume", { "run", "resume", "1" }, FEW_ROWS,
	prepare_left, NULL, check_sent, "resume run", NULL };
static const struct verb prune = { "store prune", { "store", "prune", "--older-than", "1" },
	MANY_ROWS, prepare_old, NULL, check_pruned, NULL, NULL };
static const struct verb drop = { "payload", { "process", "accounts" }, FEW_ROWS, prepare_payload,
	NULL, check_dropped, NULL, NULL };
static const struct verb keyless = { "process", { "process", "accounts" }, FEW_ROWS,
	prepare_keyless, NULL, check_one_reading, NULL, NULL };
static const struct verb retain = { "retention", { NULL }, FEW_ROWS, prepare_old, is_tidied,
	check_pruned, NULL, NULL };
static const struct verb come = { "schedule", { NULL }, FEW_ROWS, prepare_schedule, has_come,
	check_came, NULL, NULL };

/* ---- where it dies ---- */

/* What the verb says when it is said again. */
enum again {
	AGAIN_DONE, /* the rest is done; of one message, it is done once more */
	AGAIN_GOES, /* nothing fits any more: what was asked for is left to be sent */
	AGAIN_OVER, /* it is done already */
};

static const struct fall {
	const struct verb *verb;
	enum crash_point point;
	int passing;
	enum again again;
	bool noted; /* each death leaves a word of who did what */
	bool brief;
} falls[] = {
	{ &reprocess_many, CRASH_MESSAGES_PART, 1500, AGAIN_DONE, false, false },
	{ &reprocess_many, CRASH_MESSAGES_DONE, 1, AGAIN_DONE, false, false },
	{ &reprocess_many, CRASH_MESSAGES_DONE, 2, AGAIN_DONE, false, true },
	{ &reprocess_many, CRASH_MESSAGES_DONE, 3, AGAIN_GOES, false, false },
	{ &reprocess_many, CRASH_ANSWER_RECEIVED, 3, AGAIN_GOES, false, false },
	{ &reprocess_one, CRASH_MESSAGES_PART, 1, AGAIN_DONE, false, false },
	{ &reprocess_one, CRASH_MESSAGES_DONE, 1, AGAIN_DONE, true, false },
	{ &cancel_many, CRASH_MESSAGES_PART, 1500, AGAIN_DONE, false, false },
	{ &cancel_many, CRASH_MESSAGES_DONE, 1, AGAIN_DONE, false, false },
	{ &cancel_many, CRASH_MESSAGES_DONE, 3, AGAIN_DONE, false, false },
	{ &cancel_one, CRASH_MESSAGES_PART, 1, AGAIN_DONE, false, false },
	{ &cancel_one, CRASH_MESSAGES_DONE, 1, AGAIN_OVER, true, false },
	{ &edit_one, CRASH_COMMIT_BEFORE, 1, AGAIN_DONE, false, false },
	{ &edit_one, CRASH_MESSAGE_EDITED, 1, AGAIN_DONE, true, false },
	{ &resolve_sent, CRASH_MESSAGES_PART, 150, AGAIN_DONE, false, false },
	{ &resolve_sent, CRASH_MESSAGES_DONE, 1, AGAIN_DONE, false, false },
	{ &resolve_unsent, CRASH_MESSAGES_PART, 150, AGAIN_DONE, false, false },
	{ &resolve_unsent, CRASH_MESSAGES_DONE, 1, AGAIN_GOES, false, false },
	{ &resolve_one, CRASH_MESSAGES_PART, 1, AGAIN_DONE, false, false },
	{ &resolve_one, CRASH_MESSAGES_DONE, 1, AGAIN_OVER, true, false },
	{ &cancel_run, CRASH_COMMIT_BEFORE, 1, AGAIN_DONE, false, false },
	{ &cancel_run, CRASH_CANCEL_ASKED, 1, AGAIN_DONE, true, false },
	{ &cancel_run, CRASH_RUN_TAKEN, 1, AGAIN_DONE, true, false },
	{ &cancel_run, CRASH_REST_CANCELLED, 1, AGAIN_DONE, true, true },
	{ &cancel_run, CRASH_RUN_ENDED, 1, AGAIN_OVER, true, false },
	{ &resume_run, CRASH_COMMIT_BEFORE, 1, AGAIN_DONE, false, false },
	{ &resume_run, CRASH_RESUME_NOTED, 1, AGAIN_DONE, true, false },
	{ &resume_run, CRASH_RUN_TAKEN, 1, AGAIN_DONE, true, false },
	{ &resume_run, CRASH_ANSWER_RECEIVED, 2, AGAIN_DONE, true, false },
	{ &prune, CRASH_PRUNE_PART, 4, AGAIN_DONE, false, false },
	{ &prune, CRASH_PRUNE_PART, 60, AGAIN_DONE, false, false },
	{ &prune, CRASH_PRUNED, 1, AGAIN_DONE, false, false },
	{ &drop, CRASH_PAYLOAD_PART, 3, AGAIN_GOES, false, false },
	{ &drop, CRASH_PAYLOAD_DROPPED, 1, AGAIN_GOES, false, false },
	{ &keyless, CRASH_RUN_CREATED, 1, AGAIN_DONE, false, true },
	{ &keyless, CRASH_RUN_TAKEN, 1, AGAIN_DONE, false, false },
	{ &keyless, CRASH_RUN_STARTED, 1, AGAIN_DONE, false, false },
	{ &retain, CRASH_PRUNE_PART, 4, AGAIN_DONE, false, false },
	{ &retain, CRASH_PRUNED, 1, AGAIN_DONE, false, false },
	{ &retain, CRASH_JANITOR_DONE, 1, AGAIN_DONE, false, false },
	{ &come, CRASH_SCHEDULE_DUE, 1, AGAIN_DONE, false, false },
	{ &come, CRASH_SCHEDULE_CREATED, 1, AGAIN_DONE, false, true },
	{ &come, CRASH_SCHEDULE_RECORDED, 1, AGAIN_DONE, false, false },
	{ &come, CRASH_RUN_CREATED, 1, AGAIN_DONE, false, false },
	{ &come, CRASH_RUN_TAKEN, 1, AGAIN_DONE, false, false },
};

static struct round {
	const struct fall *fall;
	int times;
} rounds[ROUNDS_MAX];
static int round_count;
static int report = -1;

void verbs_mark(bool *placed)
{
	for (size_t i = 0; i < ARRAY_SIZE(falls); i++)
		placed[falls[i].point] = true;
}

void verbs_choose(bool brief, int fd)
{
	report = fd;
	for (size_t i = 0; i < ARRAY_SIZE(falls); i++) {
		if (brief && !falls[i].brief)
			continue;
		rounds[round_count++] = (struct round){ &falls[i], 1 };
		if (!brief || falls[i].point == CRASH_RUN_CREATED)
			rounds[round_count++] = (struct round){ &falls[i], IN_ROW };
	}
}

int verbs_count(void)
{
	return round_count;
}

/* ---- one round ---- */

/* How often the verb is in the record, each time by us and since it was said first. */
static int count_audit(struct act *act)
{
	struct audit_entry *entries = NULL;
	struct err err = ERR_INIT;
	struct view *view;
	char who[RUN_WHO_MAX];
	int64_t last = 0;
	int count = 0;
	int found = 0;

	if (!act->verb->action)
		return 0;
	agent_who(who, sizeof(who));
	view = look(act);
	ck_ok(view_audit(&entries, &count, view, 0, 0, MANY_ROWS * 4, &err), &err);
	for (int i = 0; i < count; i++) {
		const struct audit_entry *entry = &entries[i];

		if (strcmp(entry->action, act->verb->action) != 0)
			continue;
		ck_assert_str_eq(entry->who, who);
		ck_assert(entry->time >= act->begun && entry->time <= clock_now());
		ck_assert_int_eq(entry->run, 1);
		ck_assert_msg(!act->verb->filter || entry->message != last,
			"message %" PRId64 " has it twice", entry->message);
		last = entry->message;
		found++;
	}
	audit_entries_free(entries, count);
	view_close(view);
	return found;
}

/* All that was asked for is written by now, as it may be after several deaths. */
static bool is_left(struct act *act)
{
	return act->deaths > 1 && act->verb->check == check_sent && the_run(act).counts.pending > 0;
}

/* Processing is no verb to be said again: the run is there, and goes on. */
static void say_again(struct act *act, enum again again)
{
	if (!act->verb->words[0])
		ck_assert_int_eq(run_agent(act), 0);
	else if (act->verb != &drop)
		run_words(act, act->verb->words);
	if (again == AGAIN_GOES && act->verb->filter)
		ck_assert_msg(
			strstr(act->said, "`agentboard run resume 1` sends them"), "%s", act->said);
	if (again == AGAIN_GOES || is_left(act))
		ck_assert_int_eq(run_words(act, resume), 0);
}

static void check_audit(struct act *act, const struct fall *fall)
{
	const struct verb *verb = act->verb;
	int before = count_audit(act);

	if (!verb->filter)
		ck_assert_int_eq(before, fall->noted ? act->deaths : 0);
	say_again(act, fall->again);
	if (verb->filter)
		ck_assert_int_eq(count_audit(act), act->meant);
	else if (verb->action)
		ck_assert_int_eq(count_audit(act), before + (fall->again != AGAIN_OVER));
}

static int count_meant(struct act *act)
{
	struct view *view = look(act);
	int count = tale_count(view, act->verb->filter);

	view_close(view);
	ck_assert_int_gt(count, 0);
	return count;
}

static void tell(const struct act *act, const struct fall *fall)
{
	char line[200];
	int len = snprintf(line, sizeof(line), "%-20s %-16s %6d %6d\n",
		crash_point_name(fall->point), act->verb->name, act->deaths, act->rows);

	ck_assert_int_eq(write(report, line, (size_t)len), len);
}

START_TEST(a_verb_that_died_is_said_again_and_all_of_it_is_done_once)
{
	const struct fall *fall = rounds[_i].fall;
	struct act act = { .verb = fall->verb, .rows = fall->verb->rows };
	struct practice_options options = { .ledger = act.ledger };
	char death[64];

	snprintf(act.ledger, sizeof(act.ledger), "%s/ledger", test_folder());
	world_open_with(&act.world, &options);
	act.world.program = CRASH_PROGRAM;
	act.verb->prepare(&act);
	act.begun = clock_now();
	act.meant = act.verb->filter ? count_meant(&act) : 0;
	snprintf(death, sizeof(death), "%s:%d", crash_point_name(fall->point), fall->passing);
	while (act.deaths < rounds[_i].times &&
		die(&act, death, act.deaths && act.verb == &drop ? resume : act.verb->words) ==
			128 + SIGKILL) {
		act.deaths++;
		tale_check_store(&act.world);
	}
	ck_assert_msg(act.deaths > 0, "%s is not passed by %s", death, act.verb->name);
	check_audit(&act, fall);
	tale_check_store(&act.world);
	act.verb->check(&act);
	tell(&act, fall);
	world_close(&act.world);
}
END_TEST

Suite *suite_crash_verbs(void)
{
	Suite *suite = suite_create("crash/verbs");
	TCase *tc = tcase_create("verbs");

	tcase_add_loop_test(
		tc, a_verb_that_died_is_said_again_and_all_of_it_is_done_once, 0, round_count);
	tcase_set_timeout(tc, 40);
	suite_add_tcase(suite, tc);
	return suite;
}
