/* metrics.c — the families of GET /metrics. Counts of runs and messages are gauges: what retention
 * removes from the store leaves them too. */

#include "base/base.h"
#include "agent/metrics.h"
#include "base/clock.h"
#include "base/disk.h"
#include "store/schedules.h"
#include "store/service.h"

#include <ctype.h>

static void family(struct buf *out, const char *name, const char *type, const char *help)
{
	buf_addf(out, "# TYPE agentboard%s %s\n# HELP agentboard%s %s\n", name, type, name, help);
}

/* {first="...",second="..."}; `second_name` NULL = one label. */
static void labels(struct buf *out, const char *first_name, const char *first,
	const char *second_name, const char *second)
{
	const char *const names[] = { first_name, second_name };
	const char *const values[] = { first, second };

	for (size_t i = 0; i < ARRAY_SIZE(names) && names[i]; i++) {
		buf_addf(out, "%c%s=\"", i ? ',' : '{', names[i]);
		for (const char *c = values[i]; *c; c++) {
			if (*c == '"' || *c == '\\')
				buf_add_char(out, '\\');
			buf_add_char(out, *c == '\n' ? ' ' : *c);
		}
		buf_add_char(out, '"');
	}
	buf_add_char(out, '}');
}

static void lower(char *out, size_t size, const char *word)
{
	size_t len = 0;

	for (; word[len] && len + 1 < size; len++)
		out[len] = (char)tolower((unsigned char)word[len]);
	out[len] = '\0';
}

static void put_agent(struct buf *out, struct agent *agent, const struct listener_counts *counts)
{
	struct agent_status status;

	agent_fill_status(&status, agent);
	family(out, "", "info", "This agent.");
	buf_add_str(out, "agentboard_info");
	labels(out, "version", PACKAGE_VERSION, NULL, NULL);
	buf_add_str(out, " 1\n");
	family(out, "_start_time_seconds", "gauge", "When the agent started, in Unix time.");
	buf_addf(out, "agentboard_start_time_seconds %.3f\n", (double)status.since / 1000);
	family(out, "_runs_at_hand", "gauge", "Runs that the agent carries, and that wait.");
	buf_addf(out, "agentboard_runs_at_hand{state=\"running\"} %d\n", status.running);
	buf_addf(out, "agentboard_runs_at_hand{state=\"queued\"} %d\n", status.queued);
	family(out, "_http_answers", "counter", "Answers given on the port, by class.");
	for (int i = 2; i < 6; i++)
		buf_addf(out, "agentboard_http_answers_total{class=\"%dxx\"} %" PRId64 "\n", i,
			counts->answers[i]);
	family(out, "_http_refused", "counter", "Requests with a wrong or no credential.");
	buf_addf(out, "agentboard_http_refused_total %" PRId64 "\n", counts->refused);
}

static void put_disk(struct buf *out, struct agent *agent, int64_t store_bytes)
{
	struct disk_room room = { 0 };

	family(out, "_store_bytes", "gauge", "Size of the store, with what is not yet folded in.");
	buf_addf(out, "agentboard_store_bytes %" PRId64 "\n", store_bytes);
	family(out, "_disk_free_bytes", "gauge", "Free room on the store's disk.");
	if (disk_room(&room, agent->home_data, NULL) == 0)
		buf_addf(out, "agentboard_disk_free_bytes %" PRId64 "\n", room.bytes);
	family(out, "_disk_floor_bytes", "gauge", "Below it runs pause; 0 = never.");
	buf_addf(out, "agentboard_disk_floor_bytes %" PRId64 "\n", atomic_load(&agent->disk.floor));
}

static void put_messages(struct buf *out, const struct interface_counts *all, int count)
{
	family(out, "_messages", "gauge", "Messages in the store, by interface and status.");
	for (int i = 0; i < count; i++) {
		const struct run_counts *rows = &all[i].rows;
		const struct {
			const char *status;
			int64_t count;
		} statuses[] = {
			{ "completed", rows->completed },
			{ "failed", rows->failed },
			{ "pending", rows->pending },
			{ "unknown", rows->unknown },
			{ "cancelled", rows->cancelled },
		};

		for (size_t s = 0; s < ARRAY_SIZE(statuses); s++) {
			buf_add_str(out, "agentboard_messages");
			labels(out, "interface", all[i].interface, "status", statuses[s].status);
			buf_addf(out, " %" PRId64 "\n", statuses[s].count);
		}
	}
	family(out, "_rows_read", "gauge", "Source rows that the runs in the store read.");
	for (int i = 0; i < count; i++) {
		buf_add_str(out, "agentboard_rows_read");
		labels(out, "interface", all[i].interface, NULL, NULL);
		buf_addf(out, " %" PRId64 "\n", all[i].rows.read);
	}
}

static void put_runs(struct buf *out, const struct interface_counts *all, int count)
{
	family(out, "_runs", "gauge", "Runs in the store, by interface and state.");
	for (int i = 0; i < count; i++) {
		for (int state = 0; state < RUN_STATE_COUNT; state++) {
			char name[32];

			lower(name, sizeof(name), run_state_name((enum run_state)state));
			buf_add_str(out, "agentboard_runs");
			labels(out, "interface", all[i].interface, "state", name);
			buf_addf(out, " %" PRId64 "\n", all[i].runs[state]);
		}
	}
	family(out, "_last_done_time_seconds", "gauge",
		"When the last run that ended Done did so, in Unix time; 0 = none.");
	for (int i = 0; i < count; i++) {
		buf_add_str(out, "agentboard_last_done_time_seconds");
		labels(out, "interface", all[i].interface, NULL, NULL);
		buf_addf(out, " %.3f\n", (double)all[i].last_done / 1000);
	}
	family(out, "_salesforce_calls", "gauge", "Requests that the runs in the store made.");
	for (int i = 0; i < count; i++) {
		buf_add_str(out, "agentboard_salesforce_calls");
		labels(out, "interface", all[i].interface, NULL, NULL);
		buf_addf(out, " %" PRId64 "\n", all[i].calls);
	}
}

static void put_backlogs(struct buf *out, const struct backlog_state *all, int count)
{
	family(out, "_waiting_since_time_seconds", "gauge",
		"When the oldest message that is to be sent was read, in Unix time.");
	for (int i = 0; i < count; i++) {
		buf_add_str(out, "agentboard_waiting_since_time_seconds");
		labels(out, "interface", all[i].interface, NULL, NULL);
		buf_addf(out, " %.3f\n", (double)all[i].since / 1000);
	}
}

static void put_budgets(struct buf *out, const struct api_budget *all, int count)
{
	family(out, "_api_used", "gauge", "API requests of 24 hours, as the org told it last.");
	for (int i = 0; i < count; i++) {
		buf_add_str(out, "agentboard_api_used");
		labels(out, "connection", all[i].connection, NULL, NULL);
		buf_addf(out, " %" PRId64 "\n", all[i].used);
	}
	family(out, "_api_allowed", "gauge", "API requests that 24 hours allow.");
	for (int i = 0; i < count; i++) {
		buf_add_str(out, "agentboard_api_allowed");
		labels(out, "connection", all[i].connection, NULL, NULL);
		buf_addf(out, " %" PRId64 "\n", all[i].allowed);
	}
}

static void put_schedules(struct buf *out, const struct schedule_state *all, int count)
{
	char alarm[512];

	family(out, "_schedule_next_time_seconds", "gauge",
		"When a schedule is due next, in Unix time; 0 = never.");
	for (int i = 0; i < count; i++) {
		buf_add_str(out, "agentboard_schedule_next_time_seconds");
		labels(out, all[i].kind ? "integration" : "interface", all[i].name, NULL, NULL);
		buf_addf(out, " %.3f\n", (double)all[i].next / 1000);
	}
	family(out, "_schedule_alarm", "gauge",
		"1: it should have run and did not. A paused one is 0.");
	for (int i = 0; i < count; i++) {
		buf_add_str(out, "agentboard_schedule_alarm");
		labels(out, all[i].kind ? "integration" : "interface", all[i].name, NULL, NULL);
		buf_addf(out, " %d\n",
			schedule_alarm(alarm, sizeof(alarm), &all[i], clock_now()) ? 1 : 0);
	}
}

int metrics_write(
	struct buf *out, struct agent *agent, const struct listener_counts *counts, struct err *err)
{
	struct interface_counts *interfaces = NULL;
	struct api_budget *budgets = NULL;
	struct schedule_state *schedules = NULL;
	int schedule_count = 0;
	struct backlog_state *backlogs = NULL;
	int backlog_count = 0;
	int64_t store_bytes;
	struct view *view = NULL;
	int interface_count = 0;
	int budget_count = 0;
	int rc = view_open(&view, agent->home_data, err);

	if (rc == 0)
		rc = view_interface_counts(&interfaces, &interface_count, view, err);
	if (rc == 0)
		rc = view_api_budgets(&budgets, &budget_count, view, err);
	if (rc == 0)
		rc = view_schedules(&schedules, &schedule_count, view, err);
	if (rc == 0)
		rc = view_backlogs(&backlogs, &backlog_count, view, err);
	store_bytes = rc == 0 ? view_bytes(view) : 0;
	view_close(view);
	if (rc == 0) {
		put_agent(out, agent, counts);
		put_disk(out, agent, store_bytes);
		put_messages(out, interfaces, interface_count);
		put_runs(out, interfaces, interface_count);
		put_backlogs(out, backlogs, backlog_count);
		put_budgets(out, budgets, budget_count);
		put_schedules(out, schedules, schedule_count);
		buf_add_str(out, "# EOF\n");
	}
	free(interfaces);
	free(budgets);
	free(backlogs);
	free(schedules);
	return rc;
}
