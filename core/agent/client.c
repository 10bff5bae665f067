/* client.c — the verbs of the agent, asked for over agent.sock. */

#include "base/base.h"
#include "agent/agent.h"
#include "agent/wire.h"
#include "base/text.h"
#include "http/client.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Counting the source's rows for the production guard may take as long as the query does. */
#define PATIENCE_MS 300000
#define ANSWER_MAX (64u << 20)
#define REQUEST_MAX (1u << 20) /* as control.c takes it */

/* Is the process stopped (SIGSTOP, a debugger)? proc(5): the state is behind the name in brackets.
 */
static bool is_stopped(pid_t pid)
{
	char path[64], text[512];
	const char *state;
	size_t len;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	len = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[len] = '\0';
	state = strrchr(text, ')');
	return state && (text_starts(state, ") T") || text_starts(state, ") t"));
}

/*
 * A process that is stopped keeps its runs, which nobody overtakes, and answers nobody: say so at
 * once. Who it is, the kernel remembers from when it began to listen.
 */
static int check_awake(const char *socket_path, struct err *err)
{
	struct sockaddr_un where = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct ucred peer = { .pid = 0 };
	socklen_t len = sizeof(peer);

	text_copy(where.sun_path, sizeof(where.sun_path), socket_path);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&where, sizeof(where)) == 0)
		getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len);
	if (fd >= 0)
		close(fd);
	if (!peer.pid || !is_stopped(peer.pid))
		return 0;
	return err_set(err, ERR_UNFINISHED,
		"process %ld, which has the runs of this home, is stopped and answers nobody: let "
		"it go on (kill -CONT %ld), or end it (kill -KILL %ld); its runs go on behind it",
		(long)peer.pid, (long)peer.pid, (long)peer.pid);
}

/*
 * One request. 0 with the answer of a 200; the agent's own error for anything else. `cancel` ends
 * the waiting; only for what does no harm when it is asked twice, NULL for all else.
 */
static int ask_until(struct http_answer *answer, const char *socket_path, const char *method,
	const char *path, const struct buf *body, const atomic_bool *cancel, struct err *err)
{
	struct http_options options = { .unix_socket = socket_path, .connect_timeout_ms = 2000 };
	struct http_client *client = NULL;
	struct http_request request = { .method = method,
		.timeout_ms = PATIENCE_MS,
		.answer_max = ANSWER_MAX,
		.no_network_proxy = true };
	char url[128];
	struct stat st;
	int rc;

	/* Most often there simply is no agent; that needs no HTTP to tell. */
	if (stat(socket_path, &st) != 0 && errno != EACCES)
		return err_set(err, ERR_NET, "no agent is up in this home");
	/* One whom its owner keeps out knows nothing of it, not even that it is down. */
	if (access(socket_path, W_OK) != 0 && errno == EACCES)
		return err_set_errno(err, ERR_STORE, errno, "could not ask at %s", socket_path);
	rc = check_awake(socket_path, err);
	if (rc == 0)
		rc = http_client_new(&client, &options, err);
	if (rc < 0)
		return rc;
	snprintf(url, sizeof(url), "http://agent%s", path);
	request.url = url;
	if (body) {
		request.body = buf_str(body);
		request.body_len = body->len;
	}
	rc = http_call(client, &request, answer, cancel, err);
	http_client_free(client);
	/* What may have been taken must not be asked for again by somebody who thinks it was not.
	 */
	if (rc < 0 && body && !cancel && answer->reach == HTTP_SENT)
		return err_set(err, ERR_UNFINISHED,
			"the agent took the request and did not answer: see `agentboard run list`");
	if (rc == -ERR_INTERRUPTED)
		return rc;
	if (rc < 0) {
		err_prefix(err, "no agent answers in this home");
		return rc;
	}
	if (answer->status == 200)
		return 0;
	return wire_read_error(buf_str(&answer->body), answer->body.len, err);
}

static int ask(struct http_answer *answer, const char *socket_path, const char *method,
	const char *path, const struct buf *body, struct err *err)
{
	return ask_until(answer, socket_path, method, path, body, NULL, err);
}

int agent_client_status(struct agent_status *out, const char *socket_path, struct err *err)
{
	struct http_answer answer;
	int rc;

	http_answer_init(&answer);
	rc = ask(&answer, socket_path, "GET", "/status", NULL, err);
	if (rc == 0)
		rc = wire_read_status(out, buf_str(&answer.body), answer.body.len, err);
	http_answer_free(&answer);
	return rc;
}

int agent_client_process(struct process_reply *out, const char *socket_path,
	const struct process_request *request, struct err *err)
{
	struct http_answer answer;
	struct buf body = BUF_INIT(65536);
	int rc;

	http_answer_init(&answer);
	wire_write_process(&body, request);
	rc = buf_check(&body, "the request", err);
	if (rc == 0)
		rc = ask(&answer, socket_path, "POST", "/runs", &body, err);
	if (rc == 0)
		rc = wire_read_reply(out, buf_str(&answer.body), answer.body.len, err);
	http_answer_free(&answer);
	buf_free(&body);
	return rc;
}

int agent_client_run(struct agent_run *out, const char *socket_path, int64_t run, struct err *err)
{
	struct http_answer answer;
	char path[64];
	int rc;

	http_answer_init(&answer);
	snprintf(path, sizeof(path), "/runs/%" PRId64, run);
	rc = ask(&answer, socket_path, "GET", path, NULL, err);
	if (rc == 0)
		rc = wire_read_run(out, buf_str(&answer.body), answer.body.len, err);
	http_answer_free(&answer);
	return rc;
}

int agent_client_messages(struct messages_reply *out, const char *socket_path,
	const struct messages_request *request, struct err *err)
{
	struct http_answer answer;
	struct buf body = BUF_INIT(REQUEST_MAX);
	int rc;

	*out = (struct messages_reply){ NULL, 0 };
	http_answer_init(&answer);
	wire_write_messages(&body, request);
	rc = buf_check(&body, "the request", err);
	if (rc == 0)
		rc = ask(&answer, socket_path, "POST", "/messages", &body, err);
	if (rc == 0)
		rc = wire_read_answers(out, buf_str(&answer.body), answer.body.len, err);
	http_answer_free(&answer);
	buf_free(&body);
	return rc;
}

int agent_client_edit(const char *socket_path, const struct edit_request *request, struct err *err)
{
	struct http_answer answer;
	struct buf body = BUF_INIT(REQUEST_MAX);
	int rc;

	http_answer_init(&answer);
	wire_write_edit(&body, request);
	rc = buf_check(&body, "the request", err);
	if (rc == 0)
		rc = ask(&answer, socket_path, "POST", "/edit", &body, err);
	http_answer_free(&answer);
	buf_free(&body);
	return rc;
}

/* A verb whose answer has nothing to tell. */
static int tell(const char *socket_path, const char *path, const char *who, struct err *err)
{
	struct http_answer answer;
	struct buf body = BUF_INIT(4096);
	int rc;

	http_answer_init(&answer);
	wire_write_who(&body, who);
	rc = ask(&answer, socket_path, "POST", path, &body, err);
	http_answer_free(&answer);
	buf_free(&body);
	return rc;
}

int agent_client_cancel(const char *socket_path, int64_t run, const char *who, struct err *err)
{
	char path[64];

	snprintf(path, sizeof(path), "/runs/%" PRId64 "/cancel", run);
	return tell(socket_path, path, who, err);
}

int agent_client_resume(const char *socket_path, int64_t run, const char *who, struct err *err)
{
	char path[64];

	snprintf(path, sizeof(path), "/runs/%" PRId64 "/resume", run);
	return tell(socket_path, path, who, err);
}

int agent_client_pause_schedule(const char *socket_path, int kind, const char *name, bool pause,
	const char *who, struct err *err)
{
	struct wire_schedule schedule = { .kind = kind, .name = name, .pause = pause, .who = who };
	struct http_answer answer;
	struct buf body = BUF_INIT(4096);
	int rc;

	http_answer_init(&answer);
	wire_write_schedule(&body, &schedule);
	rc = ask(&answer, socket_path, "POST", "/schedule", &body, err);
	http_answer_free(&answer);
	buf_free(&body);
	return rc;
}

static const atomic_bool never_cancelled;

int agent_client_ping(struct ping_reply *out, const char *socket_path,
	const struct ping_request *request, const atomic_bool *cancel, struct err *err)
{
	struct http_answer answer;
	struct buf body = BUF_INIT(4096);
	int rc;

	*out = (struct ping_reply){ .kept = ERR_INIT };
	http_answer_init(&answer);
	wire_write_ping(&body, request);
	rc = buf_check(&body, "the request", err);
	if (rc == 0)
		rc = ask_until(&answer, socket_path, "POST", "/ping", &body,
			cancel ? cancel : &never_cancelled, err);
	if (rc == 0)
		rc = wire_read_pinged(out, buf_str(&answer.body), answer.body.len, err);
	http_answer_free(&answer);
	buf_free(&body);
	return rc;
}

int agent_client_preview(struct preview **out, const char *socket_path,
	const struct preview_request *request, const atomic_bool *cancel, struct err *err)
{
	struct http_answer answer;
	struct buf body = BUF_INIT(4096);
	int rc;

	*out = NULL;
	http_answer_init(&answer);
	wire_write_preview(&body, request);
	rc = buf_check(&body, "the request", err);
	if (rc == 0)
		rc = ask_until(&answer, socket_path, "POST", "/preview", &body,
			cancel ? cancel : &never_cancelled, err);
	if (rc == 0)
		rc = wire_read_rows(out, buf_str(&answer.body), answer.body.len, err);
	http_answer_free(&answer);
	buf_free(&body);
	return rc;
}

int agent_client_stop(const char *socket_path, struct err *err)
{
	char who[128];

	agent_who(who, sizeof(who));
	return tell(socket_path, "/stop", who, err);
}
