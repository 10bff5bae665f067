/*
 * verb_job.c — the walk over what was chosen runs on a lane of its own, since a million messages
 * take their time; each batch goes to the agent, which is started where none is up.
 */

#include "base/base.h"
#include "tui/board/verb_job.h"

#include "base/clock.h"
#include "base/text.h"
#include "tui/board/agent_job.h"
#include "tui/board/monitor.h"
#include "tui/board/verb_dialog.h"
#include "tui/board/words.h"

/* Strings of the environment are borrowed: board_run() ends after its jobs. */
struct verb_job {
	struct job job;
	const struct board_env *env;
	const struct board_services *services;
	struct message_wish wish;
	/* Doing. */
	struct selection_result result; /* owned */
	int64_t count;			/* as the preview foretold */
	atomic_llong so_far;
	long long told_far;
	bool started; /* an agent had to be started */
	/* Looking. */
	struct verb_preview preview;
	int64_t first[VERB_KEYS];
	int first_count;
	verb_previewed *told; /* NULL = nobody asks any more */
	void *ctx;
};

void message_wish_free(struct message_wish *wish)
{
	free(wish->messages);
	wish->messages = NULL;
	wish->count = 0;
}

static bool copy_wish(struct message_wish *to, const struct message_wish *from)
{
	*to = *from;
	to->messages = NULL;
	if (!from->count)
		return true;
	to->messages = calloc(from->count, sizeof(*to->messages));
	if (to->messages)
		memcpy(to->messages, from->messages, from->count * sizeof(*to->messages));
	return to->messages != NULL;
}

static void free_job(struct job *job)
{
	struct verb_job *vj = (struct verb_job *)job;

	message_wish_free(&vj->wish);
	selection_result_free(&vj->result);
	selection_result_free(&vj->preview.result);
	free(vj);
}

static struct verb_job *new_job(struct board *board)
{
	struct verb_job *vj = calloc(1, sizeof(*vj));

	if (!vj)
		return NULL;
	vj->job.free = free_job;
	vj->env = board->env;
	vj->services = board->services;
	return vj;
}

/* ---- on the worker ---- */

/* What is chosen, opened: the filter as it is now, and a view of the store. */
struct chosen {
	struct filter *filter;
	struct view *view;
	struct selection selection;
};

static int choose(struct chosen *chosen, struct verb_job *vj, struct err *err)
{
	const struct message_wish *wish = &vj->wish;
	int rc = 0;

	*chosen = (struct chosen){ 0 };
	if (!wish->count)
		rc = filter_parse(&chosen->filter, wish->filter, clock_now(), NULL, err);
	if (rc == 0)
		rc = view_open(&chosen->view, vj->env->home->data, err);
	chosen->selection = (struct selection){ .filter = chosen->filter,
		.messages = wish->messages,
		.count = wish->count,
		.how = { .event = wish->event,
			.salesforce_id = wish->salesforce_id[0] ? wish->salesforce_id : NULL,
			.confirm = wish->confirm[0] ? wish->confirm : NULL,
			.who = vj->env->who },
		.stop = &vj->job.cancel };
	return rc;
}

static void forget_chosen(struct chosen *chosen)
{
	view_close(chosen->view);
	filter_free(chosen->filter);
}

static void remember_first(void *ctx, const struct message_answer *answer)
{
	struct verb_job *vj = ctx;

	if (!answer->reason && vj->first_count < VERB_KEYS)
		vj->first[vj->first_count++] = answer->message;
}

static void name_first(struct verb_job *vj, struct view *view)
{
	struct verb_preview *preview = &vj->preview;

	for (int i = 0; i < vj->first_count; i++) {
		struct verb_key *key = &preview->keys[preview->key_count];
		struct message_detail *detail = NULL;

		if (view_message(&detail, view, vj->first[i], NULL) < 0)
			continue;
		text_copy(key->key, sizeof(key->key), detail->message.key);
		text_copy(key->interface, sizeof(key->interface), detail->message.interface);
		preview->key_count++;
		message_detail_free(detail);
	}
}

static void name_connections(struct verb_job *vj, struct view *view)
{
	struct verb_preview *preview = &vj->preview;
	const struct selection_result *result = &preview->result;

	for (size_t i = 0; i < result->run_count && preview->connection_count < VERB_TARGETS; i++) {
		struct run_info run;
		int known = 0;

		if (view_run(&run, view, result->runs[i], NULL) < 0)
			continue;
		while (known < preview->connection_count &&
			!text_equal(preview->connections[known], run.connection))
			known++;
		if (known == preview->connection_count)
			text_copy(preview->connections[preview->connection_count++],
				sizeof(preview->connections[0]), run.connection);
	}
}

static int work_preview(struct job *job, struct err *err)
{
	struct verb_job *vj = (struct verb_job *)job;
	struct chosen chosen;
	int rc = choose(&chosen, vj, err);

	chosen.selection.each = remember_first;
	chosen.selection.each_ctx = vj;
	if (rc == 0)
		rc = selection_preview(&vj->preview.result, chosen.view, &chosen.selection, err);
	if (rc == 0) {
		name_first(vj, chosen.view);
		name_connections(vj, chosen.view);
	}
	forget_chosen(&chosen);
	return rc;
}

static int send_batch(void *ctx, struct messages_reply *out, const struct messages_request *request,
	struct err *err)
{
	struct verb_job *vj = ctx;
	const char *socket = vj->env->home->socket;
	int rc = vj->services->agent_messages(out, socket, request, err);

	if (rc != -ERR_NET)
		return rc;
	rc = agent_bring_up(vj->env, vj->services, err);
	if (rc)
		return rc;
	vj->started = true;
	return vj->services->agent_messages(out, socket, request, err);
}

static void count_done(void *ctx, const struct message_answer *answer)
{
	struct verb_job *vj = ctx;

	(void)answer;
	if ((atomic_fetch_add(&vj->so_far, 1) + 1) % MESSAGES_BATCH_MAX == 0)
		worker_nudge(vj->job.worker);
}

static int work_apply(struct job *job, struct err *err)
{
	struct verb_job *vj = (struct verb_job *)job;
	struct chosen chosen;
	int rc = choose(&chosen, vj, err);

	chosen.selection.each = count_done;
	chosen.selection.each_ctx = vj;
	if (rc == 0)
		rc = selection_apply(
			&vj->result, chosen.view, &chosen.selection, send_batch, vj, err);
	forget_chosen(&chosen);
	return rc;
}

/* ---- on the board's thread ---- */

static void done_preview(struct board *board, struct job *job)
{
	struct verb_job *vj = (struct verb_job *)job;

	if (vj->told)
		vj->told(board, vj->ctx, &vj->preview, &job->err);
}

struct verb_job *verb_preview(
	struct board *board, const struct message_wish *wish, verb_previewed *told, void *ctx)
{
	struct verb_job *vj = new_job(board);

	if (!vj || !copy_wish(&vj->wish, wish)) {
		free(vj);
		return NULL;
	}
	vj->job.work = work_preview;
	vj->job.done = done_preview;
	vj->told = told;
	vj->ctx = ctx;
	board_post(board, LANE_MESSAGES, &vj->job);
	return vj;
}

void verb_forget(struct verb_job *job)
{
	job->told = NULL;
	atomic_store(&job->job.cancel, true);
}

/* "it was sent again"; "were" for several. */
static const char *done_words(enum message_event event)
{
	switch (event) {
	case EVENT_CANCEL:
		return "cancelled";
	case EVENT_RESOLVE_COMPLETED:
		return "settled as Completed";
	case EVENT_RESOLVE_NOT_SENT:
		return "settled as not sent, and sent";
	default:
		return "sent again";
	}
}

static void tell_result(struct board *board, const struct verb_job *vj)
{
	const struct selection_result *result = &vj->result;
	char number[WORDS_MAX];
	char refused[256] = "";
	char count[WORDS_MAX];

	if (result->refused)
		snprintf(refused, sizeof(refused), ", %s refused: %s",
			words_count(count, result->refused), result->reasons[0].why);
	board_say(board, result->refused || !result->done ? STYLE_WARN : STYLE_OK, "%s%s %s%s",
		vj->started ? "No agent was up, so one was started. " : "",
		words_count(number, result->done), done_words(vj->wish.event), refused);
}

static void done_apply(struct board *board, struct job *job)
{
	struct verb_job *vj = (struct verb_job *)job;
	char number[WORDS_MAX];

	board->verb_running = NULL;
	agent_look(board);
	feed_refresh(board->feed);
	if (job->rc == -ERR_USAGE && text_equal(job->err.code, AGENT_CODE_CONFIRM)) {
		verb_ask_org(board, &vj->wish, vj->count, job->err.text);
		return;
	}
	if (job->rc == 0) {
		tell_result(board, vj);
		monitor_unmark(board);
		return;
	}
	board_say(board, job->rc == -ERR_INTERRUPTED ? STYLE_WARN : STYLE_FAIL, "%s %s, then: %s",
		words_count(number, vj->result.done), done_words(vj->wish.event), job->err.text);
}

void verb_apply(struct board *board, struct message_wish *wish, int64_t count)
{
	struct verb_job *vj = verb_under_way(board) ? NULL : new_job(board);

	if (!vj) {
		board_say(board, STYLE_WARN, VERB_BUSY);
		return;
	}
	vj->wish = *wish;
	memset(wish, 0, sizeof(*wish));
	vj->count = count;
	vj->job.work = work_apply;
	vj->job.done = done_apply;
	board->verb_running = vj;
	board_say(board, STYLE_BUSY, "Handing it to the agent...");
	board_post(board, LANE_MESSAGES, &vj->job);
}

bool verb_under_way(const struct board *board)
{
	return board->verb_running != NULL;
}

void verb_stop(struct board *board)
{
	if (!board->verb_running)
		return;
	atomic_store(&board->verb_running->job.cancel, true);
	board_say(board, STYLE_BUSY, "Stopping...");
}

void verb_tick(struct board *board)
{
	struct verb_job *vj = board->verb_running;
	long long far = vj ? atomic_load(&vj->so_far) : 0;
	char so_far[WORDS_MAX];
	char count[WORDS_MAX];

	if (!vj || atomic_load(&vj->job.cancel) || far == vj->told_far)
		return;
	vj->told_far = far;
	board_say(board, STYLE_BUSY, "%s of %s; Esc stops it", words_count(so_far, far),
		words_count(count, vj->count));
}
