/*
 * alert.c — what is worth telling is a table; each told trouble is remembered by what it is of. The
 * command runs in a process group of its own, and all of that is killed when it takes too long.
 */

#include "base/base.h"
#include "agent/alert.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/queue.h"
#include "base/text.h"
#include "process/disk_guard.h"
#include "store/schedules.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define WAITING_MAX 64
#define ROOM_FOR_ALL 64 /* threads that may put at the same moment */
#define OPEN_MAX 256
#define PATIENCE_MS INT64_C(30000)
#define AGAIN_MS INT64_C(3600000)
#define LOOK_MS 20
#define THE_DISK "" /* in place of an interface: no interface is called so */

struct trouble {
	char of[SCHEDULE_NAME_MAX + 32]; /* "order-lines", "schedule order-lines" */
	const char *kind;
	int64_t told; /* clock_mono() */
};

struct alerts {
	pthread_t thread;
	struct queue *queue; /* of texts, each a JSON object */
	atomic_bool stop;
	pthread_mutex_t lock; /* guards what is below */
	char *command;
	struct trouble open[OPEN_MAX];
	int open_count;
};

/* ---- the command ---- */

/* Its input lies in memory, so that a command which reads nothing holds nobody up. */
static int input_of(const char *text)
{
	int fd = memfd_create("alert", MFD_CLOEXEC);
	size_t len = strlen(text);

	if (fd >= 0 && (write(fd, text, len) != (ssize_t)len || lseek(fd, 0, SEEK_SET) != 0)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static int start(pid_t *pid, const char *command, int input)
{
	char shell[] = "sh", option[] = "-c";
	char *argv[] = { shell, option, (char *)(uintptr_t)command, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	int rc;

	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
	posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
	posix_spawnattr_init(&attributes);
	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setflags(&attributes,
		POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
	rc = posix_spawn(pid, "/bin/sh", &files, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&files);
	return rc;
}

static void run_command(struct alerts *alerts, const char *command, const char *text)
{
	int64_t until = clock_mono() + PATIENCE_MS;
	int input = input_of(text);
	int status = 0;
	pid_t pid = 0;

	if (input < 0 || start(&pid, command, input)) {
		log_line(LOG_LEVEL_ERROR, 0, "the alert command could not be started");
	} else {
		while (waitpid(pid, &status, WNOHANG) == 0) {
			if (clock_mono() >= until || atomic_load(&alerts->stop)) {
				log_line(LOG_LEVEL_ERROR, 0,
					"the alert command was ended: it took "
					"too long");
				kill(-pid, SIGKILL);
				waitpid(pid, &status, 0);
				break;
			}
			clock_sleep(LOOK_MS);
		}
		if (WIFEXITED(status) && WEXITSTATUS(status))
			log_line(LOG_LEVEL_ERROR, 0, "the alert command ended with code %d",
				WEXITSTATUS(status));
	}
	if (input >= 0)
		close(input);
}

static void *tell(void *ctx)
{
	struct alerts *alerts = ctx;
	char *text;

	while ((text = queue_take(alerts->queue, -1))) {
		char *command;

		pthread_mutex_lock(&alerts->lock);
		command = text_dup(alerts->command);
		pthread_mutex_unlock(&alerts->lock);
		if (!text_empty(command) && !atomic_load(&alerts->stop))
			run_command(alerts, command, text);
		free(command);
		free(text);
	}
	return NULL;
}

/* ---- what is told ---- */

static const char *trouble_of(const struct run_info *run, const struct err *result)
{
	if (run->state == RUN_STOPPED)
		return "stopped";
	if (run->write_back.open > 0)
		return "write_back";
	if (result->kind == ERR_REFUSED)
		return "refused"; /* held, blocked, or no permission */
	if (result->kind == ERR_LIMIT)
		return "budget";
	if (result->kind == ERR_SOURCE)
		return "source"; /* out of reach */
	if (result->kind == ERR_STORE)
		return "store";
	if (run->counts.unknown > 0)
		return "unknown";
	return run->counts.failed > 0 ? "failed" : NULL;
}

/* Under the lock. Is it news? Remembers it. */
static bool is_news(struct alerts *alerts, const char *of, const char *kind)
{
	struct trouble *trouble = alerts->open;
	struct trouble *end = trouble + alerts->open_count;

	while (trouble < end && strcmp(trouble->of, of) != 0)
		trouble++;
	if (!kind) { /* the all-clear of what was told */
		if (trouble == end)
			return false;
		*trouble = alerts->open[--alerts->open_count];
		return true;
	}
	if (trouble < end && trouble->kind == kind && clock_mono() - trouble->told < AGAIN_MS)
		return false;
	if (trouble == end && alerts->open_count == OPEN_MAX)
		return true;
	if (trouble == end)
		alerts->open_count++;
	text_copy(trouble->of, sizeof(trouble->of), of);
	trouble->kind = kind;
	trouble->told = clock_mono();
	return true;
}

static char *words(const struct run_info *run, const struct err *result, const char *kind)
{
	struct buf text = BUF_INIT(16384);
	struct json json = JSON_INIT(&text);
	char when[CLOCK_TEXT_MAX];

	json_open(&json, '{');
	json_put_text(&json, "alert", kind ? kind : "clear");
	json_put_text(&json, "time", clock_iso(when, clock_now()));
	json_put_text(&json, "interface", run->interface);
	json_put_text(&json, "connection", run->connection);
	json_put_int(&json, "run", run->id);
	json_put_text(&json, "status", run_state_name(run->state));
	json_put_int(&json, "failed", run->counts.failed);
	json_put_int(&json, "unknown", run->counts.unknown);
	json_put_int(&json, "pending", run->counts.pending);
	json_put_int(&json, "write_back_open", run->write_back.open);
	json_put_text(&json, "text", result->kind ? result->text : run->reason);
	json_close(&json, '}');
	return buf_detach(&text);
}

/* What is no run's: `what` is "schedule" or "interface", or NULL when it is neither's. */
static char *plain_words(const char *what, const char *name, const char *said, const char *kind)
{
	struct buf text = BUF_INIT(16384);
	struct json json = JSON_INIT(&text);
	char when[CLOCK_TEXT_MAX];

	json_open(&json, '{');
	json_put_text(&json, "alert", kind ? kind : "clear");
	json_put_text(&json, "time", clock_iso(when, clock_now()));
	if (what)
		json_put_text(&json, what, name);
	json_put_text(&json, "text", said);
	json_close(&json, '}');
	return buf_detach(&text);
}

static bool take_news(struct alerts *alerts, const char *of, const char *kind)
{
	bool news;

	pthread_mutex_lock(&alerts->lock);
	news = !text_empty(alerts->command) && is_news(alerts, of, kind);
	pthread_mutex_unlock(&alerts->lock);
	return news;
}

/* A full queue means that the command hangs: rather lose one than wait. Takes the text over. */
static void put(struct alerts *alerts, char *text)
{
	if (text && (queue_length(alerts->queue) >= WAITING_MAX || !queue_put(alerts->queue, text)))
		free(text);
}

void alerts_run(struct alerts *alerts, const struct run_info *run, const struct err *result)
{
	const char *kind = trouble_of(run, result);

	if (disk_is_reason(result))
		alerts_disk(alerts, result->text); /* one disk, however many runs */
	else if ((kind || run->state == RUN_DONE) && take_news(alerts, run->interface, kind))
		put(alerts, words(run, result, kind)); /* else neither good nor bad yet */
}

void alerts_disk(struct alerts *alerts, const char *text)
{
	const char *kind = text ? "disk" : NULL;

	if (take_news(alerts, THE_DISK, kind))
		put(alerts, plain_words(NULL, NULL, kind ? text : "there is room on the disk again",
				    kind));
}

/* What stands about one thing of that name, until `text` is NULL. */
static void tell_of(struct alerts *alerts, const char *kind, const char *member, const char *name,
	const char *text)
{
	char of[SCHEDULE_NAME_MAX + 32];

	snprintf(of, sizeof(of), "%s %s", kind, name);
	kind = text ? kind : NULL;
	if (take_news(alerts, of, kind))
		put(alerts, plain_words(member, name, text, kind));
}

void alerts_schedule(struct alerts *alerts, const char *schedule, const char *text)
{
	tell_of(alerts, "schedule", "schedule", schedule, text);
}

void alerts_backlog(struct alerts *alerts, const char *interface, const char *text)
{
	tell_of(alerts, "backlog", "interface", interface, text);
}

/* ---- life ---- */

struct alerts *alerts_new(const char *command)
{
	struct alerts *alerts = calloc(1, sizeof(*alerts));

	if (!alerts)
		return NULL;
	pthread_mutex_init(&alerts->lock, NULL);
	alerts->command = text_dup(command);
	alerts->queue = queue_new(WAITING_MAX + ROOM_FOR_ALL); /* a put never waits */
	if (!alerts->queue || pthread_create(&alerts->thread, NULL, tell, alerts)) {
		queue_free(alerts->queue);
		free(alerts->command);
		free(alerts);
		return NULL;
	}
	return alerts;
}

void alerts_command(struct alerts *alerts, const char *command)
{
	pthread_mutex_lock(&alerts->lock);
	text_set(&alerts->command, command);
	pthread_mutex_unlock(&alerts->lock);
}

void alerts_free(struct alerts *alerts)
{
	if (!alerts)
		return;
	atomic_store(&alerts->stop, true);
	queue_close(alerts->queue);
	pthread_join(alerts->thread, NULL);
	queue_free(alerts->queue);
	pthread_mutex_destroy(&alerts->lock);
	free(alerts->command);
	free(alerts);
}
