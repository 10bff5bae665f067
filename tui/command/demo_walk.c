/* demo_walk.c — the steps of the tutorial on the demo's home, and the sums at the end. */

#include "base/base.h"
#include "tui/command/demo.h"
#include "base/clock.h"
#include "store/view.h"
#include "tui/command/demo_data.h"
#include "tui/command/ping.h"
#include "tui/command/report.h"
#include "tui/command/watch.h"

#define WINDOW_ROWS 500
#define ID_LEN 18
#define FIGURES_MAX 32

struct figure {
	char what[64];
	int64_t expected, found;
};

struct walk {
	struct demo *demo;
	struct watch watch; /* of the last Manual Process */
	struct run_info runs[8];
	int run_count;
	bool agent_ok, salesforce_ok;
	struct figure figures[FIGURES_MAX];
	int figure_count;
	int64_t accounts_before, lines_before; /* what the org held already */
};

static void tell(struct walk *walk, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void tell(struct walk *walk, const char *fmt, ...)
{
	va_list ap;

	if (!walk->demo->to)
		return;
	va_start(ap, fmt);
	vfprintf(walk->demo->to, fmt, ap);
	va_end(ap);
	fflush(walk->demo->to);
}

static void add_figure(struct walk *walk, int64_t expected, int64_t found, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

static void add_figure(struct walk *walk, int64_t expected, int64_t found, const char *fmt, ...)
{
	struct figure *figure = &walk->figures[walk->figure_count];
	va_list ap;

	if (walk->figure_count == FIGURES_MAX)
		return;
	walk->figure_count++;
	va_start(ap, fmt);
	vsnprintf(figure->what, sizeof(figure->what), fmt, ap);
	va_end(ap);
	figure->expected = expected;
	figure->found = found;
}

/* ---- the steps ---- */

static int ping(struct walk *walk, bool agent, bool *ok, struct err *err)
{
	struct ping_result *result = calloc(1, sizeof(*result));
	int rc;

	if (!result)
		return err_nomem(err);
	rc = ping_connection(result, walk->demo->env, DEMO_CONNECTION,
		agent ? PING_AGENT : PING_SALESFORCE, walk->demo->to, err);
	*ok = rc == 0 && result->ok;
	if (rc == 0 && !result->ok)
		rc = err_set(err, result->kind ? result->kind : ERR_PROTOCOL,
			"Ping %s Connection failed", agent ? "Agent" : "Salesforce");
	free(result);
	return rc;
}

static void report_runs(struct walk *walk)
{
	struct watch *watch = &walk->watch;

	for (int i = 0; i < watch->runs.count; i++) {
		if (walk->run_count < (int)ARRAY_SIZE(walk->runs))
			walk->runs[walk->run_count++] = watch->infos[i];
		if (!walk->demo->to)
			continue;
		report_run_line(walk->demo->to, &watch->infos[i]);
		if (watch->infos[i].counts.failed > 0)
			report_causes(walk->demo->to, watch->view, watch->infos[i].id);
	}
}

static int process(struct walk *walk, const char *const *interfaces, struct err *err)
{
	struct watch *watch = &walk->watch;
	struct process_request request = {
		.interfaces = interfaces, .wait_ms = 60000, .trigger = "manual", .who = watch->who
	};
	int rc;

	*watch = (struct watch){ .env = walk->demo->env, .local = walk->demo->agent };
	agent_who(watch->who, sizeof(watch->who));
	rc = agent_process(&watch->runs, watch->local, &request, err);
	if (rc == 0)
		rc = watch_runs(watch, err);
	if (rc == 0 && (watch->left || watch->cancelled))
		rc = err_set(err, ERR_INTERRUPTED, "the demo was interrupted");
	if (rc == 0)
		report_runs(walk);
	view_close(watch->view);
	watch->view = NULL;
	return rc;
}

/* ---- the sums ---- */

static int compare_ids(const void *a, const void *b)
{
	return memcmp(a, b, ID_LEN);
}

/* How many different records the store says are there for an interface. */
static int count_records(int64_t *count, struct view *view, const char *interface, struct err *err)
{
	size_t room = (size_t)(DEMO_CUSTOMERS + DEMO_LINES) * 4;
	char(*ids)[ID_LEN] = calloc(room, ID_LEN);
	struct filter *filter = NULL;
	int64_t anchor = 0;
	size_t found = 0;
	bool more = true;
	char text[128];
	int rc;

	snprintf(text, sizeof(text), "interface:%s status:completed", interface);
	rc = ids ? filter_parse(&filter, text, clock_now(), NULL, err) : err_nomem(err);
	while (rc == 0 && more) {
		struct message_window window = { 0 };

		rc = view_messages(&window, view, filter, WINDOW_AFTER, anchor, WINDOW_ROWS, err);
		for (int i = 0; i < window.count && found < room; i++) {
			memcpy(ids[found++], window.messages[i].salesforce_id, ID_LEN);
			anchor = window.messages[i].id;
		}
		more = window.more_after && window.count > 0;
		message_window_free(&window);
	}
	*count = 0;
	if (rc == 0 && found)
		qsort(ids, found, ID_LEN, compare_ids);
	for (size_t i = 0; rc == 0 && i < found; i++)
		*count += i == 0 || memcmp(ids[i], ids[i - 1], ID_LEN) != 0;
	filter_free(filter);
	free(ids);
	return rc;
}

/* One run of the first pass: everything good arrived, everything bad failed, nothing is left. */
static void add_run_figures(
	struct walk *walk, const struct run_info *run, int64_t read, int64_t failed, int64_t held)
{
	add_figure(walk, read, run->counts.read, "run %" PRId64 " %s: rows read", run->id,
		run->interface);
	add_figure(walk, failed, run->counts.failed, "run %" PRId64 " %s: failed", run->id,
		run->interface);
	add_figure(
		walk, held, run->counts.held, "run %" PRId64 " %s: held", run->id, run->interface);
	add_figure(walk, read - failed - held, run->counts.completed,
		"run %" PRId64 " %s: completed", run->id, run->interface);
	add_figure(walk, true, run_counts_add_up(&run->counts), "run %" PRId64 " %s: counts add up",
		run->id, run->interface);
}

static int add_arrivals(struct walk *walk, struct err *err)
{
	struct practice *practice = walk->demo->practice;
	const struct {
		const char *interface, *object;
		int64_t before, expected;
	} arrivals[] = {
		{ "accounts", "Account", walk->accounts_before,
			DEMO_CUSTOMERS - DEMO_CUSTOMERS_BAD - DEMO_CUSTOMERS_TWICE + 1 },
		{ "order-lines", "Order_Line__c", walk->lines_before,
			DEMO_LINES - DEMO_LINES_BAD - DEMO_LINES_TWICE },
	};
	struct view *view = NULL;
	int rc = view_open(&view, walk->demo->env->home->data, err);

	for (size_t i = 0; rc == 0 && i < ARRAY_SIZE(arrivals); i++) {
		int64_t stored;

		rc = count_records(&stored, view, arrivals[i].interface, err);
		if (rc < 0)
			break;
		add_figure(walk, arrivals[i].expected, stored, "%s: records in the store",
			arrivals[i].object);
		add_figure(walk, stored,
			practice_record_count(practice, arrivals[i].object) - arrivals[i].before,
			"%s: records in the org", arrivals[i].object);
	}
	view_close(view);
	return rc;
}

static int check(struct walk *walk, struct err *err)
{
	if (walk->run_count != 3)
		return err_set(err, ERR_STORE, "3 runs were expected, not %d", walk->run_count);
	add_run_figures(walk, &walk->runs[0], DEMO_CUSTOMERS, DEMO_CUSTOMERS_BAD, 0);
	add_run_figures(walk, &walk->runs[1], DEMO_LINES, DEMO_LINES_BAD, 0);
	/* The corrected row is new; the others failed as they are, and are held. */
	add_run_figures(walk, &walk->runs[2], DEMO_CUSTOMERS, 0, DEMO_CUSTOMERS_BAD - 1);
	return add_arrivals(walk, err);
}

static int off_count(const struct walk *walk)
{
	int off = 0;

	for (int i = 0; i < walk->figure_count; i++)
		off += walk->figures[i].expected != walk->figures[i].found;
	return off;
}

static void tell_figures(struct walk *walk)
{
	tell(walk, "\nThe sums %33s %10s %10s\n", "", "expected", "found");
	for (int i = 0; i < walk->figure_count; i++) {
		const struct figure *figure = &walk->figures[i];
		char expected[REPORT_NUMBER_MAX];
		char found[REPORT_NUMBER_MAX];

		tell(walk, "  %-40s %10s %10s  %s\n", figure->what,
			report_number(expected, figure->expected),
			report_number(found, figure->found),
			figure->expected == figure->found ? "OK" : "OFF");
	}
	if (off_count(walk))
		tell(walk, "%d figures are off.\n", off_count(walk));
	else
		tell(walk, "Everything is as expected.\n");
}

static void print_json(struct walk *walk)
{
	struct buf text = BUF_INIT(1u << 20);
	struct json json = JSON_INIT(&text);

	json_open(&json, '{');
	json_put_bool(&json, "ok", off_count(walk) == 0);
	json_key(&json, "pings");
	json_open(&json, '{');
	json_put_bool(&json, "agent", walk->agent_ok);
	json_put_bool(&json, "salesforce", walk->salesforce_ok);
	json_close(&json, '}');
	json_key(&json, "runs");
	json_open(&json, '[');
	for (int i = 0; i < walk->run_count; i++)
		report_run_json(&json, &walk->runs[i], false);
	json_close(&json, ']');
	json_key(&json, "figures");
	json_open(&json, '[');
	for (int i = 0; i < walk->figure_count; i++) {
		json_open(&json, '{');
		json_put_text(&json, "what", walk->figures[i].what);
		json_put_int(&json, "expected", walk->figures[i].expected);
		json_put_int(&json, "found", walk->figures[i].found);
		json_close(&json, '}');
	}
	json_close(&json, ']');
	json_close(&json, '}');
	command_print_json(walk->demo->env, &text);
	buf_free(&text);
}

/* ---- all of it ---- */

static int first_pass(struct walk *walk, struct err *err)
{
	static const char *const both[] = { "accounts", "order-lines", NULL };
	struct demo *demo = walk->demo;
	int rc;

	tell(walk,
		"A practice org at %s, a sample database, a folder of files, two connections, two "
		"interfaces.\n\n",
		practice_url(demo->practice));
	walk->accounts_before = practice_record_count(demo->practice, "Account");
	walk->lines_before = practice_record_count(demo->practice, "Order_Line__c");
	rc = ping(walk, true, &walk->agent_ok, err);
	if (rc == 0)
		rc = ping(walk, false, &walk->salesforce_ok, err);
	if (rc < 0)
		return rc;
	tell(walk, "\nManual Process: accounts (from a CSV file), order-lines (from SQLite, by "
		   "external ID)\n");
	return process(walk, both, err);
}

static int second_pass(struct walk *walk, struct err *err)
{
	static const char *const accounts[] = { "accounts", NULL };
	int rc = demo_data_correct(walk->demo->database, err);

	if (rc == 0)
		rc = demo_data_deliver(walk->demo->database, walk->demo->folder, err);
	if (rc < 0)
		return rc;
	tell(walk, "\nOne customer without a name gets one, and the file is delivered again; "
		   "accounts:\n");
	return process(walk, accounts, err);
}

int demo_walk_through(struct demo *demo, bool check_too)
{
	struct walk *walk = calloc(1, sizeof(*walk));
	struct err err = ERR_INIT;
	int rc = walk ? 0 : err_nomem(&err);
	int code = 0;

	if (rc == 0) {
		walk->demo = demo;
		rc = first_pass(walk, &err);
	}
	if (rc == 0 && check_too) {
		rc = second_pass(walk, &err);
		if (rc == 0)
			rc = check(walk, &err);
		if (rc == 0) {
			tell_figures(walk);
			if (demo->env->json)
				print_json(walk);
			code = off_count(walk) ? 1 : 0;
		}
	}
	if (rc < 0)
		code = command_fail(demo->env, &err);
	free(walk);
	return code;
}
