/* schedule.c — the schedules: list, pause, resume. */

#include "base/base.h"
#include "agent/agent.h"
#include "base/clock.h"
#include "store/schedules.h"
#include "tui/command/command.h"
#include "tui/command/schedule_report.h"

static void print_schedule(struct command_env *env, const struct schedule_state *state)
{
	int64_t now = clock_now();
	char name[SCHEDULE_NAME_MAX + 16];
	char next[CLOCK_TEXT_MAX] = "never";
	char last[512];
	char alarm[512];

	schedule_name(name, sizeof(name), state);
	if (state->next)
		clock_local_full(next, state->next);
	schedule_last(last, sizeof(last), state, now);
	fprintf(env->out, "%-24s %-32s %-19s  %s\n", name, state->text,
		state->paused_at ? "paused" : next, last);
	if (state->paused_at)
		fprintf(env->out, "    paused by %s, %s\n", state->paused_who,
			clock_local_full(next, state->paused_at));
	if (schedule_alarm(alarm, sizeof(alarm), state, now))
		fprintf(env->out, "    ALARM %s\n", alarm);
}

static int schedule_list(struct command_env *env, const struct arguments *args)
{
	struct buf text = BUF_INIT(16u << 20);
	struct json json = JSON_INIT(&text);
	struct schedule_state *states;
	struct err err = ERR_INIT;
	int count;

	(void)args;
	if (schedules_load(&states, &count, env->home->data, &err) < 0)
		return command_fail(env, &err);
	json_open(&json, '{');
	json_key(&json, "schedules");
	json_open(&json, '[');
	for (int i = 0; i < count; i++) {
		json_open(&json, '{');
		schedule_json(&json, &states[i], clock_now());
		json_close(&json, '}');
		if (!env->json)
			print_schedule(env, &states[i]);
	}
	json_close(&json, ']');
	json_close(&json, '}');
	if (env->json)
		command_print_json(env, &text);
	else if (!count)
		fputs("nothing is scheduled, or no agent has seen it yet\n", env->out);
	buf_free(&text);
	free(states);
	return 0;
}

static int set_pause(struct command_env *env, const struct arguments *args, bool pause)
{
	static const char integration[] = "integration:";
	const char *name = args->words.items[0];
	int kind = SCHEDULE_INTERFACE;
	struct err err = ERR_INIT;
	char who[RUN_WHO_MAX];
	int rc;

	if (text_starts(name, integration)) {
		kind = SCHEDULE_INTEGRATION;
		name += strlen(integration);
	}
	agent_who(who, sizeof(who));
	rc = agent_client_pause_schedule(env->home->socket, kind, name, pause, who, &err);
	if (rc == -ERR_NET) {
		err_clear(&err);
		rc = agent_pause_schedule_alone(env->home->data, kind, name, pause, who, &err);
	}
	if (rc < 0)
		return command_fail(env, &err);
	return schedule_list(env, args);
}

static int schedule_pause(struct command_env *env, const struct arguments *args)
{
	return set_pause(env, args, true);
}

static int schedule_resume(struct command_env *env, const struct arguments *args)
{
	return set_pause(env, args, false);
}

const struct command schedule_commands[] = {
	{ "schedule list", "",
		"Every schedule: when it is due next, and what became of its last time", NULL, 0, 0,
		schedule_list, false },
	{ "schedule pause", "N|integration:NAME", "Let its times pass until it is resumed", NULL, 1,
		1, schedule_pause, true },
	{ "schedule resume", "N|integration:NAME", "Let it go on; nothing is caught up", NULL, 1, 1,
		schedule_resume, true },
	{ NULL, NULL, NULL, NULL, 0, 0, NULL, false },
};
