/* agent.c — the service from the command line: run, start, stop, status, password. */

#include "base/base.h"
#include "agent/agent.h"
#include "base/clock.h"
#include "base/log.h"
#include "config/files.h"
#include "tui/command/agent_log.h"
#include "tui/command/command.h"

#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <termios.h>
#include <unistd.h>

#define STOP_PATIENCE_MS 40000 /* 20 s for answers, and then some for papers */
#define PASSWORD_MIN 8

static void put_texts(
	struct json *json, const char *key, const char texts[AGENT_TOLD_MAX][256], int count)
{
	json_key(json, key);
	json_open(json, '[');
	for (int i = 0; i < count; i++)
		json_text(json, texts[i]);
	json_close(json, ']');
}

static void put_status(struct json *json, const struct agent_status *status)
{
	char when[CLOCK_TEXT_MAX];

	json_open(json, '{');
	json_key(json, "agent");
	json_open(json, '{');
	json_put_bool(json, "up", status->up);
	json_put_int(json, "pid", status->pid);
	json_put_text(json, "since", status->up ? clock_iso(when, status->since) : NULL);
	json_put_text(json, "listen", status->listen);
	json_put_int(json, "port", status->port);
	json_put_int(json, "queued", status->queued);
	json_put_int(json, "running", status->running);
	json_put_text(json, "next", status->next[0] ? status->next : NULL);
	json_put_text(json, "next_at", status->next_at ? clock_iso(when, status->next_at) : NULL);
	json_put_int(json, "uptime", status->up ? (clock_now() - status->since) / 1000 : 0);
	put_texts(json, "problems", status->problems, status->problem_count);
	put_texts(json, "alarms", status->alarms, status->alarm_count);
	json_close(json, '}');
	json_close(json, '}');
}

static void print_status(struct command_env *env, const struct agent_status *status)
{
	struct buf text = BUF_INIT(8192);
	struct json json = JSON_INIT(&text);
	char when[CLOCK_TEXT_MAX];

	if (env->json) {
		put_status(&json, status);
		command_print_json(env, &text);
	} else if (!status->up) {
		fputs("the agent is down\n", env->out);
	} else {
		fprintf(env->out, "the agent is up: pid %" PRId64 " since %s, ", status->pid,
			clock_local_full(when, status->since));
		if (status->listen[0])
			fprintf(env->out, "listening on %s port %d, ", status->listen,
				status->port);
		else
			fputs("not listening, ", env->out);
		fprintf(env->out, "%d running, %d queued%s%s\n", status->running, status->queued,
			status->next[0] ? ", next " : "", status->next);
		for (int i = 0; i < status->alarm_count; i++)
			fprintf(env->out, "  ALARM %s\n", status->alarms[i]);
		for (int i = 0; i < status->problem_count; i++)
			fprintf(env->out, "  not in force: %s\n", status->problems[i]);
	}
	fflush(env->out);
	buf_free(&text);
}

/* ---- run ---- */

/* What libraries may say on standard error goes where our own lines go. */
static void send_stderr_to(const char *log)
{
	int fd = open(log, O_WRONLY | O_APPEND | O_CLOEXEC);

	if (fd < 0)
		return;
	dup2(fd, STDERR_FILENO);
	close(fd);
}

static int load_settings(void *ctx, struct agent_settings *out, struct err *err)
{
	return files_load_settings(out, ctx, err);
}

/* SIGHUP takes all files anew; also when it means that the terminal has gone, for an agent stays.
 */
static atomic_bool reload_asked;

static void on_hangup(int number)
{
	(void)number;
	atomic_store(&reload_asked, true);
}

static void catch_hangup(void)
{
	struct sigaction action = { .sa_handler = on_hangup, .sa_flags = SA_RESTART };

	sigemptyset(&action.sa_mask);
	sigaction(SIGHUP, &action, NULL);
}

static int start_agent(struct agent **agent, struct command_env *env,
	const struct agent_settings *settings, struct err *err)
{
	struct agent_options options = { .home_config = env->home->config,
		.home_data = env->home->data,
		.catalog = &env->catalog,
		.settings = settings,
		.socket_path = env->home->socket,
		.listen = true,
		.take_leftovers = true,
		.load_settings = load_settings,
		.load_ctx = env->home,
		.settings_path = env->home->agent_cfg };

	return agent_new(agent, &options, err);
}

static int serve(struct command_env *env, const struct agent_settings *settings, bool detached,
	struct err *err)
{
	const atomic_bool *stop = command_interrupt();
	struct agent_status status;
	struct agent *agent = NULL;
	int rc;

	catch_hangup();
	rc = start_agent(&agent, env, settings, err);
	if (rc < 0)
		return rc;
	log_line(LOG_LEVEL_INFO, 0, "agent %s is up, pid %ld, port %d", PACKAGE_VERSION,
		(long)getpid(), agent_port(agent));
	if (detached)
		send_stderr_to(env->home->log);
	else if (agent_client_status(&status, env->home->socket, NULL) == 0)
		print_status(env, &status);
	rc = agent_loop(agent, stop, &reload_asked, err);
	log_line(LOG_LEVEL_INFO, 0, "agent stops");
	agent_free(agent);
	return rc;
}

static int agent_run_command(struct command_env *env, const struct arguments *args)
{
	struct agent_settings settings;
	struct err err = ERR_INIT;
	int rc;

	agent_settings_init(&settings);
	rc = home_check_owner(env->home, &err);
	if (rc == 0)
		rc = command_unseal(env, true, &err);
	if (rc == 0)
		rc = files_load_settings(&settings, env->home, &err);
	if (rc == 0)
		rc = command_open_log(env, settings.log_level, &err);
	if (rc == 0)
		rc = serve(env, &settings, argument_flag(args, "--detached"), &err);
	if (rc < 0)
		log_line(LOG_LEVEL_ERROR, 0, "%s", err.text);
	log_close();
	agent_settings_free_fields(&settings);
	return rc < 0 ? command_fail(env, &err) : 0;
}

/* ---- start, stop, status ---- */

static int agent_start(struct command_env *env, const struct arguments *args)
{
	struct agent_status status;
	struct err err = ERR_INIT;

	(void)args;
	if (agent_client_status(&status, env->home->socket, NULL) < 0 &&
		(agent_spawn(env->program, env->home->argument, env->home->socket, &err) < 0 ||
			agent_client_status(&status, env->home->socket, &err) < 0))
		return command_fail(env, &err);
	if (!status.listen[0]) {
		err_set(&err, ERR_UNFINISHED,
			"a `process` (pid %" PRId64 ") carries runs in this home: start the agent "
			"when it has ended",
			status.pid);
		return command_fail(env, &err);
	}
	print_status(env, &status);
	return 0;
}

static int agent_stop(struct command_env *env, const struct arguments *args)
{
	int64_t until = clock_mono() + STOP_PATIENCE_MS;
	struct agent_status status = { .up = false };
	struct err err = ERR_INIT;
	int rc = agent_client_stop(env->home->socket, &err);

	(void)args;
	if (rc < 0 && rc != -ERR_NET)
		return command_fail(env, &err);
	while (rc == 0 && agent_client_status(&status, env->home->socket, NULL) == 0) {
		if (clock_mono() > until) {
			err_set(&err, ERR_UNFINISHED,
				"the agent (pid %" PRId64 ") is still waiting for answers",
				status.pid);
			return command_fail(env, &err);
		}
		clock_sleep(50);
	}
	status = (struct agent_status){ .up = false };
	print_status(env, &status);
	return 0;
}

static int agent_status(struct command_env *env, const struct arguments *args)
{
	struct agent_status status = { .up = false };
	struct err err = ERR_INIT;
	int rc = agent_client_status(&status, env->home->socket, &err);

	(void)args;
	if (rc < 0 && rc != -ERR_NET)
		return command_fail(env, &err);
	print_status(env, &status);
	return status.up ? 0 : err_exit_code(ERR_NET);
}

/* ---- password ---- */

static void drop_newline(char *line)
{
	line[strcspn(line, "\r\n")] = '\0';
}

/* One line without echo; a pipe has none to begin with. */
static int read_line(char *line, size_t size, const char *prompt, struct err *err)
{
	struct termios before;
	bool terminal = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &before) == 0;
	bool got;

	command_interrupt(); /* Ctrl-C shall not leave the terminal without its echo */
	if (terminal) {
		struct termios quiet = before;

		quiet.c_lflag &= ~(tcflag_t)ECHO;
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
		fputs(prompt, stderr);
	}
	got = fgets(line, (int)size, stdin) != NULL;
	if (terminal) {
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
		fputc('\n', stderr);
	}
	if (!got && command_interrupts())
		return err_set(err, ERR_INTERRUPTED, "nothing was changed");
	if (!got)
		return err_set(err, ERR_USAGE, "no password came on standard input");
	drop_newline(line);
	return 0;
}

static int read_password(char *password, size_t size, bool once, struct err *err)
{
	char again[1100];
	int rc = read_line(password, size, "New password of the agent: ", err);

	if (rc < 0 || once)
		return rc;
	rc = read_line(again, sizeof(again), "Once more: ", err);
	if (rc == 0 && strcmp(password, again) != 0)
		rc = err_set(err, ERR_USAGE, "the two passwords differ: nothing was changed");
	sodium_memzero(again, sizeof(again));
	return rc;
}

static int save_password(struct command_env *env, const char *password, struct err *err)
{
	struct agent_settings settings;
	char *hash = NULL;
	int rc;

	if (strlen(password) < PASSWORD_MIN)
		return err_set(
			err, ERR_USAGE, "the password is shorter than %d characters", PASSWORD_MIN);
	agent_settings_init(&settings);
	rc = home_make(env->home, err);
	if (rc == 0)
		rc = files_load_settings(&settings, env->home, err);
	if (rc == 0)
		rc = agent_password_hash(&hash, password, err);
	if (rc == 0) {
		free(settings.password_hash);
		settings.password_hash = hash;
		rc = files_save_settings(env->home, &settings, err);
	}
	agent_settings_free_fields(&settings);
	return rc;
}

static int agent_password(struct command_env *env, const struct arguments *args)
{
	const char *from = argument_text(args, "--secret");
	char password[1100] = "";
	struct agent_status status;
	struct err err = ERR_INIT;
	int rc = 0;

	if (from && strcmp(from, "-") != 0)
		rc = err_set(&err, ERR_USAGE,
			"--secret takes - alone: the password is read from "
			"standard input");
	if (rc == 0)
		rc = read_password(password, sizeof(password), from != NULL, &err);
	if (rc == 0)
		rc = save_password(env, password, &err);
	sodium_memzero(password, sizeof(password));
	if (rc < 0)
		return command_fail(env, &err);
	if (!env->json)
		fprintf(env->out, "the agent's password is changed%s\n",
			agent_client_status(&status, env->home->socket, NULL) == 0
				? "; the agent takes it within a second"
				: "");
	return 0;
}

static const struct option_spec run_options[] = {
	{ "--detached", OPTION_FLAG, NULL,
		"as `agent start` calls it: once up, say everything in agent.log" },
	{ NULL, OPTION_FLAG, NULL, NULL },
};

static const struct option_spec password_options[] = {
	{ "--secret", OPTION_TEXT, "-", "read it once from standard input, for scripts" },
	{ NULL, OPTION_FLAG, NULL, NULL },
};

const struct command agent_commands[] = {
	{ "agent run", "[--detached]", "Be the agent: carry runs, listen for Salesforce",
		run_options, 0, 0, agent_run_command, true },
	{ "agent start", "", "Start the agent in the background", NULL, 0, 0, agent_start, true },
	{ "agent stop", "", "Stop it: nothing new is sent, answers are waited for", NULL, 0, 0,
		agent_stop, true },
	{ "agent status", "", "Is it up, and what is it doing? exit 5 when it is down", NULL, 0, 0,
		agent_status, false },
	{ "agent log", "[FILTER] [--follow] [--limit K]",
		"The agent's log: words, run:12, level:warn; ! inverts", agent_log_options, 0, -1,
		agent_log_command, false },
	{ "agent password", "[--secret -]",
		"Set the password that Ping Agent Connection must bring", password_options, 0, 0,
		agent_password, true },
	{ NULL, NULL, NULL, NULL, 0, 0, NULL, false },
};
