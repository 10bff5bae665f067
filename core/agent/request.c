/* request.c — Manual Process as asked for: which runs, in which order, behind which leftovers. */

#include "base/base.h"
#include "agent/internal.h"
#include "base/clock.h"
#include "base/crash_point.h"
#include "base/text.h"
#include "store/schedules.h"
#include "store/service.h"
#include "store/source_file.h"

/* One interface of a request. */
struct wanted {
	struct interface interface;
	int64_t run;
};

struct plan {
	struct wanted items[PROCESS_RUNS_MAX];
	int count;
	struct agent *agent;
	const struct process_request *request;
	int64_t batch;
	int64_t repeated;      /* the run that this very call started before, 0 = none */
	struct run_info *left; /* open runs from before */
	int left_count;
};

static void plan_free(struct plan *plan)
{
	for (int i = 0; plan && i < plan->count; i++)
		interface_free_fields(&plan->items[i].interface);
	if (plan)
		free(plan->left);
	free(plan);
}

static bool planned(const struct plan *plan, const char *name)
{
	for (int i = 0; i < plan->count; i++) {
		if (strcmp(plan->items[i].interface.name, name) == 0)
			return true;
	}
	return false;
}

static bool is_by_hand(const struct process_request *request)
{
	return text_equal(request->trigger ? request->trigger : "manual", "manual");
}

/* What could double rows wants a person who looks. */
static int check_unattended(
	const struct process_request *request, const struct interface *interface, struct err *err)
{
	if (is_by_hand(request) || interface->operation != OPERATION_INSERT ||
		interface->row_key.count > 0)
		return 0;
	return err_set(err, ERR_CONFIG,
		"%s inserts without a row_key, which could double rows: it runs by hand only",
		interface->name);
}

/* Load one interface and its connection, and say now what would stop its run later. */
static int plan_one(struct plan *plan, struct agent *agent, const char *name, struct err *err)
{
	/* A person shall be told of the slip he just made; whoever cannot be told stands on what
	 * was good before it. */
	const struct catalog *catalog = is_by_hand(plan->request) ? agent->files : agent->catalog;
	struct interface *interface = &plan->items[plan->count].interface;
	struct connection connection;
	int rc;

	connection_init(&connection);
	interface_init(interface);
	plan->count++;
	rc = catalog->interface(catalog->self, interface, name, err);
	if (rc == 0 && !interface->deployed)
		rc = err_set(err, ERR_CONFIG,
			"%s is Undeployed: set its status to \"Deployed\" before it can run", name);
	if (rc == 0)
		rc = interface_check(interface, err);
	if (rc == 0)
		rc = catalog->connection(catalog->self, &connection, interface->connection, err);
	if (rc == 0)
		rc = connection_check(&connection, err);
	if (rc == 0)
		rc = interface_check_source(interface, &connection, err);
	if (rc == 0)
		rc = check_unattended(plan->request, interface, err);
	if (rc == 0)
		rc = guard_check(agent, plan->request, &connection, interface, err);
	connection_free_fields(&connection);
	return rc;
}

static int by_sequence(const void *a, const void *b)
{
	const struct wanted *left = a;
	const struct wanted *right = b;

	if (left->interface.sequence != right->interface.sequence)
		return left->interface.sequence < right->interface.sequence ? -1 : 1;
	return strcmp(left->interface.name, right->interface.name);
}

static int plan_known(struct plan *plan, struct agent *agent, const char *name, struct err *err)
{
	if (planned(plan, name))
		return 0;
	if (plan->count == PROCESS_RUNS_MAX)
		return err_set(err, ERR_USAGE, "more than %d interfaces at once", PROCESS_RUNS_MAX);
	return plan_one(plan, agent, name, err);
}

/* The deployed interfaces of an integration. A broken file among them is told by its own verbs. */
static int plan_integration(struct plan *plan, struct agent *agent, const char *name,
	const struct text_list *names, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < names->count; i++) {
		struct interface interface;
		bool meant;

		interface_init(&interface);
		meant = agent->files->interface(
				agent->files->self, &interface, names->items[i], NULL) == 0 &&
			text_equal(interface.integration, name) && interface.deployed;
		interface_free_fields(&interface);
		if (meant)
			rc = plan_known(plan, agent, names->items[i], err);
	}
	return rc;
}

/* An interface, or all of an integration when no interface has that name. */
static int plan_name(struct plan *plan, struct agent *agent, const char *name, struct err *err)
{
	struct text_list names = { NULL, 0 };
	int before = plan->count;
	int rc = agent->files->interfaces(agent->files->self, &names, err);

	if (rc == 0 && !text_list_has(&names, name))
		rc = plan_integration(plan, agent, name, &names, err);
	if (rc == 0 && plan->count == before)
		rc = plan_known(plan, agent, name, err);
	text_list_free(&names);
	return rc;
}

static int make_plan(struct plan *plan, struct agent *agent, struct err *err)
{
	int rc = 0;

	for (const char *const *name = plan->request->interfaces; rc == 0 && *name; name++)
		rc = plan_name(plan, agent, *name, err);
	if (rc == 0)
		qsort(plan->items, (size_t)plan->count, sizeof(plan->items[0]), by_sequence);
	return rc;
}

/* Would the new run read all that this one was to read? A dry run takes nobody's place but its
 * like's; a call's run is followed by its caller, under its number. */
static bool is_covered(const struct run_info *left, const struct process_request *request)
{
	if (left->dry_run)
		return true;
	return !request->dry_run && strcmp(left->trigger, "call") != 0 &&
	       left->initial == request->initial && left->limit_rows == request->limit_rows;
}

/*
 * A run that read nothing, since its org was out of reach or its owner died, has nothing that a new
 * reading would not bring. Left beside it, it would read the same rows once more; with Insert they
 * would double, and whoever is killed at each start would leave one run more each time.
 */
static bool is_barren(const struct run_info *left, const struct wanted *wanted,
	const struct plan *plan, struct agent *agent)
{
	struct agent_run carried;

	if (left->state > RUN_PAUSED || left->reading_done || left->counts.read != 0 ||
		strcmp(left->interface, wanted->interface.name) != 0 ||
		!is_covered(left, plan->request))
		return false;
	carrier_state(&carried, agent->carrier, left->id);
	return carried.state != CARRY_WAITING && carried.state != CARRY_RUNNING;
}

/* The new run `wanted` takes the place of `left`, unless another process has that. */
static int replace(
	struct run_info *left, const struct wanted *wanted, struct store *store, struct err *err)
{
	struct run_change change = RUN_CHANGE_NONE;
	struct run_claim *claim = NULL;
	char reason[64];
	int rc = store_run_claim(&claim, store, left->id, err);

	if (rc == -ERR_UNFINISHED) {
		err_clear(err);
		return 0;
	}
	snprintf(reason, sizeof(reason), "nothing was read; run %" PRId64 " took its place",
		wanted->run);
	change.state = RUN_CANCELLED;
	change.reason = reason;
	if (rc == 0)
		rc = store_source_files_state(store, left->id, SOURCE_FILE_RELEASED, err);
	if (rc == 0)
		rc = store_run_update(store, claim, &change, err);
	run_claim_free(claim);
	if (rc == 0)
		left->state = RUN_CANCELLED;
	return rc;
}

static int replace_barren(
	struct plan *plan, const struct wanted *wanted, struct store *store, struct err *err)
{
	int rc = 0;

	for (int i = 0; rc == 0 && i < plan->left_count; i++) {
		if (is_barren(&plan->left[i], wanted, plan, plan->agent))
			rc = replace(&plan->left[i], wanted, store, err);
	}
	return rc;
}

/* On the writer's thread: all runs of the request in one transaction, or none. */
static int apply_create(void *ctx, struct store *store, struct err *err)
{
	struct plan *plan = ctx;
	const struct process_request *request = plan->request;
	int rc = 0;

	if (request->call_key)
		rc = store_call_find(
			&plan->repeated, store, request->call_key, request->call_request, err);
	if (rc < 0 || plan->repeated)
		return rc;
	for (int i = 0; rc == 0 && i < plan->count; i++) {
		const struct interface *interface = &plan->items[i].interface;
		struct run_spec spec = { .interface = interface->name,
			.connection = interface->connection,
			.integration = interface->integration,
			.object = interface->object,
			.external_id = interface->external_id,
			.operation = interface->operation,
			.mode = interface->mode,
			.limit_rows = request->limit_rows,
			.initial = request->initial,
			.dry_run = request->dry_run,
			.again = request->again,
			.trigger = request->trigger ? request->trigger : "manual",
			.who = request->who,
			.mapping_version = mapping_version(&interface->mapping),
			.keep_older = !interface->supersede,
			.batch = plan->batch };

		rc = store_run_create(&plan->items[i].run, store, &spec, err);
		if (rc == 0)
			rc = replace_barren(plan, &plan->items[i], store, err);
	}
	if (rc == 0 && request->call_key && plan->count)
		rc = store_call_add(
			store, request->call_key, request->call_request, plan->items[0].run, err);
	if (rc == 0 && request->schedule) {
		CRASH_POINT(SCHEDULE_CREATED);
		request->schedule->run = plan->items[0].run;
		rc = store_schedule_came(store, request->schedule, err);
	}
	return rc;
}

static int add_job(struct process_reply *out, struct agent *agent, const struct carrier_job *job,
	struct err *err)
{
	int rc = carrier_add(agent->carrier, job, err);

	if (rc == 0 && out->count < PROCESS_RUNS_MAX)
		out->runs[out->count++] = job->run;
	return rc;
}

/* Earlier runs of the same interfaces that still have messages to send go first. */
static int add_leftovers(
	struct process_reply *out, const struct plan *plan, struct agent *agent, struct err *err)
{
	const struct run_info *runs = plan->left;
	int rc = 0;

	if (plan->request->dry_run)
		return 0; /* it sends nothing */
	for (int i = 0; rc == 0 && i < plan->left_count; i++) {
		struct carrier_job job = { .run = runs[i].id,
			.interface = runs[i].interface,
			.wait_ms = plan->request->wait_ms };
		struct agent_run state;

		if (!planned(plan, runs[i].interface) || runs[i].state == RUN_CANCELLED)
			continue;
		carrier_state(&state, agent->carrier, runs[i].id);
		if (state.state != CARRY_WAITING && state.state != CARRY_RUNNING)
			rc = add_job(out, agent, &job, err);
	}
	return rc;
}

static int queue_runs(
	struct process_reply *out, const struct plan *plan, struct agent *agent, struct err *err)
{
	int rc = 0;

	for (int i = 0; rc == 0 && i < plan->count; i++) {
		const struct wanted *wanted = &plan->items[i];
		struct carrier_job job = { .run = wanted->run,
			.batch = plan->batch,
			.interface = wanted->interface.name,
			.integration = wanted->interface.integration,
			.sequence = wanted->interface.sequence,
			.stops = wanted->interface.stop_integration,
			.wait_ms = plan->request->wait_ms,
			.detached = plan->request->detached };

		rc = add_job(out, agent, &job, err);
	}
	return rc;
}

/* The runs left open before this request. */
static int find_leftovers(struct plan *plan, struct agent *agent, struct err *err)
{
	struct view *view = NULL;
	int rc = view_open(&view, agent->home_data, err);

	if (rc == 0)
		rc = view_open_runs(&plan->left, &plan->left_count, view, err);
	view_close(view);
	return rc;
}

/* The new runs are named first, though the leftovers are carried first. */
static void new_runs_first(struct process_reply *reply, int leftovers)
{
	int64_t runs[PROCESS_RUNS_MAX];

	for (int i = 0; i < reply->count; i++)
		runs[i] = reply->runs[(i + leftovers) % reply->count];
	memcpy(reply->runs, runs, sizeof(runs[0]) * (size_t)reply->count);
}

/* Was this very call made before? Its interface may have changed since: no check may come first. */
static int find_repeated(struct plan *plan, struct agent *agent, struct err *err)
{
	const struct process_request *request = plan->request;
	struct view *view = NULL;
	int rc;

	if (!request->call_key)
		return 0;
	rc = view_open(&view, agent->home_data, err);
	if (rc == 0)
		rc = view_call(
			&plan->repeated, view, request->call_key, request->call_request, err);
	view_close(view);
	return rc;
}

/* One request at a time. */
static int create_and_queue(
	struct process_reply *out, struct plan *plan, struct agent *agent, struct err *err)
{
	int leftovers = 0;
	int rc = find_leftovers(plan, agent, err);

	if (rc == 0)
		rc = writer_call(agent->env.writer, apply_create, plan, err);
	if (rc < 0 || plan->repeated)
		return rc;
	CRASH_POINT(RUN_CREATED);
	rc = add_leftovers(out, plan, agent, err);
	leftovers = out->count;
	if (rc == 0)
		rc = queue_runs(out, plan, agent, err);
	if (rc == 0)
		new_runs_first(out, leftovers);
	return rc;
}

static int create_runs(
	struct process_reply *out, struct plan *plan, struct agent *agent, struct err *err)
{
	int rc = make_plan(plan, agent, err);

	if (rc < 0)
		return rc;
	pthread_mutex_lock(&agent->queueing);
	rc = create_and_queue(out, plan, agent, err);
	pthread_mutex_unlock(&agent->queueing);
	return rc;
}

int agent_process(struct process_reply *out, struct agent *agent,
	const struct process_request *request, struct err *err)
{
	struct plan *plan = calloc(1, sizeof(*plan));
	int rc;

	*out = (struct process_reply){ .count = 0 };
	if (!plan)
		return err_nomem(err);
	plan->agent = agent;
	plan->request = request;
	plan->batch = clock_now();
	rc = find_repeated(plan, agent, err);
	if (rc == 0 && !plan->repeated)
		rc = agent_stop_asked(agent) ? err_set(err, ERR_UNFINISHED, "the agent is stopping")
					     : create_runs(out, plan, agent, err);
	if (rc == 0 && plan->repeated)
		*out = (struct process_reply){
			.runs = { plan->repeated }, .count = 1, .repeated = true
		};
	plan_free(plan);
	return rc;
}

/* ---- cancel, resume ---- */

struct asking {
	int64_t run;
	const char *who;
};

static int apply_cancel(void *ctx, struct store *store, struct err *err)
{
	const struct asking *asking = ctx;

	return store_run_ask_cancel(store, asking->run, asking->who, err);
}

static int apply_resume(void *ctx, struct store *store, struct err *err)
{
	const struct asking *asking = ctx;

	return store_audit(store, asking->who, "resume run", asking->run, 0, NULL, err);
}

static int read_run(struct run_info *out, struct agent *agent, int64_t run, struct err *err)
{
	struct view *view = NULL;
	int rc = view_open(&view, agent->home_data, err);

	if (rc == 0)
		rc = view_run(out, view, run, err);
	view_close(view);
	return rc;
}

int agent_take_up(
	struct agent *agent, const struct run_info *info, int64_t wait_ms, struct err *err)
{
	struct carrier_job job = {
		.run = info->id, .interface = info->interface, .wait_ms = wait_ms, .again = true
	};

	return carrier_add(agent->carrier, &job, err);
}

/* A run nobody carries is taken up, to go on or, for somebody must, to be ended. */
static int take_up(struct agent *agent, const struct run_info *info, bool cancel, struct err *err)
{
	struct carrier_job job = { .run = info->id,
		.interface = info->interface,
		.wait_ms = AGENT_WAIT_DEFAULT_MS,
		.cancel = cancel };

	return carrier_add(agent->carrier, &job, err);
}

int agent_cancel(struct agent *agent, int64_t run, const char *who, struct err *err)
{
	struct asking asking = { .run = run, .who = who };
	struct run_info info;
	int rc = read_run(&info, agent, run, err);

	if (rc < 0)
		return rc;
	if (run_state_final(info.state) && info.counts.pending == 0)
		return err_set(err, ERR_USAGE, "run %" PRId64 " is %s: there is nothing to cancel",
			run, run_state_name(info.state));
	rc = writer_call(agent->env.writer, apply_cancel, &asking, err);
	CRASH_POINT(CANCEL_ASKED);
	if (rc < 0 || carrier_cancel(agent->carrier, run))
		return rc;
	if (info.owner_pid)
		return 0; /* its owner reads the store */
	return take_up(agent, &info, true, err);
}

int agent_resume(struct agent *agent, int64_t run, const char *who, struct err *err)
{
	struct asking asking = { .run = run, .who = who };
	struct run_info info;
	int rc = read_run(&info, agent, run, err);

	if (rc < 0)
		return rc;
	if (info.state == RUN_CANCELLED)
		return err_set(err, ERR_USAGE,
			"run %" PRId64 " was cancelled: process %s anew instead", run,
			info.interface);
	if (run_is_over(&info))
		return 0;
	rc = writer_call(agent->env.writer, apply_resume, &asking, err);
	CRASH_POINT(RESUME_NOTED);
	return rc < 0 ? rc : take_up(agent, &info, false, err);
}

void agent_run_state(struct agent_run *out, struct agent *agent, int64_t run)
{
	carrier_state(out, agent->carrier, run);
}
