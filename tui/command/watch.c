/* watch.c — the loop behind `process` and `run resume`: look, show, listen to Ctrl-C. */

#include "base/base.h"
#include "base/clock.h"
#include "base/log.h"
#include "config/files.h"
#include "tui/command/report.h"
#include "tui/command/watch.h"

#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define TICK_MS 200
#define ASK_EVERY_MS 1000

int watch_open_local(struct watch *watch, struct err *err)
{
	struct command_env *env = watch->env;
	struct agent_settings settings;
	int rc;

	agent_settings_init(&settings);
	rc = home_check_owner(env->home, err);
	if (rc == 0)
		rc = home_make(env->home, err);
	if (rc == 0)
		rc = command_unseal(env, true, err);
	if (rc == 0)
		rc = files_load_settings(&settings, env->home, err);
	if (rc == 0)
		rc = command_open_log(env, settings.log_level, err);
	if (rc == 0) {
		struct agent_options options = { .home_config = env->home->config,
			.home_data = env->home->data,
			.catalog = &env->catalog,
			.settings = &settings,
			.socket_path = env->home->socket };

		rc = agent_new(&watch->local, &options, err);
	}
	agent_settings_free_fields(&settings);
	return rc;
}

/* ---- looking ---- */

static int refresh(struct watch *watch, struct err *err)
{
	int rc = 0;

	if (!watch->view)
		rc = view_open(&watch->view, watch->env->home->data, err);
	for (int i = 0; rc == 0 && i < watch->runs.count; i++)
		rc = view_run(&watch->infos[i], watch->view, watch->runs.runs[i], err);
	return rc;
}

/* The agent that carried the runs is gone: go on with them here. */
static int take_over(struct watch *watch, struct err *err)
{
	int rc = watch_open_local(watch, err);

	if (rc == -ERR_UNFINISHED)
		return 0; /* somebody else was quicker; ask him next time */
	for (int i = 0; rc == 0 && i < watch->runs.count; i++) {
		if (!run_state_final(watch->infos[i].state))
			rc = agent_resume(watch->local, watch->runs.runs[i], watch->who, err);
	}
	return rc;
}

static int ask_states(struct watch *watch, struct err *err)
{
	const char *socket = watch->env->home->socket;

	for (int i = 0; i < watch->runs.count; i++) {
		struct agent_run *state = &watch->states[i];
		struct err why = ERR_INIT;
		int rc = 0;

		if (watch->local)
			agent_run_state(state, watch->local, watch->runs.runs[i]);
		else
			rc = agent_client_run(state, socket, watch->runs.runs[i], &why);
		if (rc == -ERR_NET)
			return take_over(watch, err);
		if (rc < 0)
			return err_copy(err, &why);
	}
	return 0;
}

static bool all_over(const struct watch *watch)
{
	for (int i = 0; i < watch->runs.count; i++) {
		enum carry_state state = watch->states[i].state;

		if (state == CARRY_WAITING || state == CARRY_RUNNING)
			return false;
		/* An agent that just started may not know it yet. */
		if (state == CARRY_NONE && !run_state_final(watch->infos[i].state))
			return false;
	}
	return true;
}

/* ---- showing ---- */

static bool shows_progress(const struct watch *watch)
{
	return !watch->env->json && isatty(fileno(watch->env->errout));
}

static int terminal_width(const struct watch *watch)
{
	struct winsize size = { 0 };

	if (ioctl(fileno(watch->env->errout), TIOCGWINSZ, &size) != 0 || size.ws_col < 20)
		return 80;
	return size.ws_col;
}

/* The run to show: the first that is not over. */
static const struct run_info *current(const struct watch *watch)
{
	for (int i = 0; i < watch->runs.count; i++) {
		if (watch->states[i].state == CARRY_RUNNING ||
			(watch->infos[i].owner_pid && !run_state_final(watch->infos[i].state)))
			return &watch->infos[i];
	}
	return watch->runs.count ? &watch->infos[watch->runs.count - 1] : NULL;
}

static void show_progress(struct watch *watch)
{
	const struct run_info *run = current(watch);
	char numbers[5][REPORT_NUMBER_MAX];
	char line[256];

	if (!run || !shows_progress(watch))
		return;
	snprintf(line, sizeof(line),
		"run %" PRId64 " %s  %s  %s read  ok %s  failed %s  pending %s  %s/s", run->id,
		run->interface, run_state_name(run->state),
		report_number(numbers[0], run->counts.read),
		report_number(numbers[1], run->counts.completed),
		report_number(numbers[2], run->counts.failed),
		report_number(numbers[3], run->counts.pending),
		report_number(numbers[4], (int64_t)run->rows_per_second));
	fprintf(watch->env->errout, "\r%.*s\033[K", terminal_width(watch) - 1, line);
	fflush(watch->env->errout);
	watch->shown = true;
}

static void clear_progress(struct watch *watch)
{
	if (watch->shown)
		fputs("\r\033[K", watch->env->errout);
	watch->shown = false;
}

/* ---- Ctrl-C ---- */

static void cancel_runs(struct watch *watch)
{
	watch->cancelled = true;
	for (int i = 0; i < watch->runs.count; i++) {
		if (watch->states[i].state == CARRY_ENDED)
			continue;
		if (watch->local)
			agent_cancel(watch->local, watch->runs.runs[i], watch->who, NULL);
		else
			agent_client_cancel(
				watch->env->home->socket, watch->runs.runs[i], watch->who, NULL);
	}
	if (!watch->env->json)
		fputs("\ncancelling: what was not sent stays unsent\n", watch->env->errout);
}

/* One key's answer; a second Ctrl-C meanwhile counts as "cancel". */
static char read_answer(struct watch *watch)
{
	int before = command_interrupts();
	char text[64];
	ssize_t got;

	do {
		got = read(STDIN_FILENO, text, sizeof(text));
	} while (got < 0 && errno == EINTR && command_interrupts() == before);
	watch->seen_interrupts = command_interrupts();
	if (command_interrupts() != before)
		return 'c';
	return got > 0 ? text[0] : 's';
}

static void on_interrupt(struct watch *watch)
{
	bool again = watch->seen_interrupts > 0;
	int number = command_last_signal();

	watch->seen_interrupts = command_interrupts();
	clear_progress(watch);
	/* The line dropped, or nobody is there to ask: the run is not the terminal's. */
	if (number == SIGHUP || number == SIGTERM || !isatty(STDIN_FILENO) || watch->env->json) {
		watch->left = watch->signalled = true;
		return;
	}
	if (again || command_interrupts() > 1) {
		if (!watch->cancelled)
			cancel_runs(watch);
		return;
	}
	fputs("\n[c] cancel the run   [s] stop watching, it goes on   [Enter] watch on: ",
		watch->env->errout);
	fflush(watch->env->errout);
	switch (read_answer(watch)) {
	case 'c':
	case 'C':
		cancel_runs(watch);
		break;
	case 's':
	case 'S':
		watch->left = true;
		break;
	default:
		command_interrupt_reset();
		watch->seen_interrupts = 0;
		break;
	}
}

int watch_runs(struct watch *watch, struct err *err)
{
	int rc = 0;

	command_interrupt();
	for (;;) {
		rc = refresh(watch, err);
		if (rc == 0 && (watch->local || clock_mono() - watch->asked_at >= ASK_EVERY_MS ||
				       run_state_final(watch->infos[0].state))) {
			watch->asked_at = clock_mono();
			rc = ask_states(watch, err);
		}
		if (rc < 0 || all_over(watch))
			break;
		show_progress(watch);
		if (command_interrupts() > watch->seen_interrupts)
			on_interrupt(watch);
		if (watch->local && agent_stop_asked(watch->local))
			watch->left = true;
		if (watch->left)
			break;
		poll(NULL, 0, TICK_MS); /* a signal ends it early */
	}
	clear_progress(watch);
	return rc == 0 ? refresh(watch, err) : rc;
}

static bool has_open_runs(const struct watch *watch)
{
	for (int i = 0; i < watch->runs.count; i++) {
		if (!run_state_final(watch->infos[i].state))
			return true;
	}
	return false;
}

void watch_close(struct watch *watch, bool go_on)
{
	const struct command_env *env = watch->env;
	struct err err = ERR_INIT;
	bool needed = watch->local &&
		      ((go_on && has_open_runs(watch)) || agent_has_detached(watch->local));

	agent_free(watch->local);
	watch->local = NULL;
	log_close();
	view_close(watch->view);
	watch->view = NULL;
	if (!needed)
		return;
	if (agent_spawn(env->program, env->home->argument, env->home->socket, &err) < 0)
		fprintf(env->errout,
			"agentboard: %s; `agentboard agent start` goes on with what is left\n",
			err.text);
}
