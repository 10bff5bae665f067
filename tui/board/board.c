/*
 * board.c — the board's life: one loop that waits for keys, news and signals, and draws once after
 * whatever came. It never waits for anything else.
 */

#include "base/base.h"
#include "tui/board/board.h"

#include "base/text.h"
#include "tui/board/agent_job.h"
#include "tui/board/backlog.h"
#include "tui/board/causes.h"
#include "tui/board/connections.h"
#include "tui/board/history.h"
#include "tui/board/interfaces.h"
#include "tui/board/message.h"
#include "tui/board/monitor.h"
#include "tui/board/mouse.h"
#include "tui/board/payload_form.h"
#include "tui/board/ping_job.h"
#include "tui/board/prompt_file.h"
#include "tui/board/run_watch.h"
#include "tui/board/state.h"
#include "tui/board/verb_job.h"
#include "tui/board/wizard.h"

#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

/* Between two looks at whether the agent is up. */
#define AGENT_LOOK_S 1
/* A cursor that stood still for so long rests. */
#define REST_MS 120
/* Keys taken in before the screen is drawn: a paste or a held key costs one picture. */
#define KEYS_A_TURN 256

const struct page_ops *const board_tabs[BOARD_TABS] = { &connections_ops, &interfaces_ops,
	&monitor_ops };

const struct page_ops *const board_all_pages[] = { &connections_ops, &interfaces_ops, &monitor_ops,
	&wizard_ops, &checklist_ops, &first_ops, &interface_form_ops, &history_ops, &message_ops,
	&causes_ops, &backlog_ops, &preview_ops, &preview_row_ops, &payload_form_ops, &help_ops,
	&log_ops, &agent_form_ops, &mapping_ops, &mapping_pick_ops, &mapping_form_ops, NULL };

/* ---- signals: a flag and a wake-up ---- */

/* Atomic, since any thread may be the one that a signal comes to. */
static atomic_int got_resize, got_end, got_stop, got_continue;
static int signal_wake = -1;

static void on_signal(int number)
{
	int saved = errno;
	uint64_t one = 1;
	ssize_t ignored;

	if (number == SIGWINCH)
		got_resize = 1;
	else if (number == SIGTSTP)
		got_stop = 1;
	else if (number == SIGCONT)
		got_continue = 1;
	else
		got_end = 1;
	ignored = write(signal_wake, &one, sizeof(one));
	(void)ignored;
	errno = saved;
}

static const int caught[] = { SIGWINCH, SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGCONT };

static void catch_signals(struct sigaction before[ARRAY_SIZE(caught)], int wake)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };

	got_resize = got_end = got_stop = got_continue = 0;
	signal_wake = wake;
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < ARRAY_SIZE(caught); i++)
		sigaction(caught[i], &action, &before[i]);
}

/*
 * All but SIGHUP, which does nothing until the board is closed: a line that drops is told twice, by
 * the shell and by its end, and what was typed is only on its way to the disk.
 */
static void release_signals(const struct sigaction before[ARRAY_SIZE(caught)])
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	for (size_t i = 0; i < ARRAY_SIZE(caught); i++)
		sigaction(caught[i], caught[i] == SIGHUP ? &ignore : &before[i], NULL);
}

/* ---- pages ---- */

const struct page_ops *board_page(const struct board *board)
{
	return board->depth ? board->pages[board->depth - 1] : board_tabs[board->tab];
}

const struct key_binding *board_page_keys(const struct board *board, const struct page_ops *page)
{
	return page->keys_now ? page->keys_now(board) : page->keys;
}

void board_look(struct board *board)
{
	const struct page_ops *page = board_page(board);
	struct feed_request request = { .parts = page->feed | FEED_STATES | FEED_LAST };

	if (page->look)
		page->look(board, &request);
	run_watch_look(board, &request);
	board->generation = feed_look(board->feed, &request);
}

void board_open_page(struct board *board, const struct page_ops *ops)
{
	if (board->depth == BOARD_PAGES_MAX)
		return;
	board->pages[board->depth++] = ops;
	if (ops->open)
		ops->open(board);
	board_look(board);
}

void board_close_page(struct board *board)
{
	const struct page_ops *page = board_page(board);

	if (!board->depth)
		return;
	board->depth--;
	if (page->close)
		page->close(board);
	board_look(board);
}

/* ---- leaving what is not saved ---- */

/* In a page above the first `depth` of them. */
static bool unsaved(const struct board *board, int depth)
{
	for (int i = depth; i < board->depth; i++) {
		if (board->pages[i]->unsaved && board->pages[i]->unsaved(board))
			return true;
	}
	return false;
}

static void show_tab(struct board *board, int tab)
{
	while (board->depth)
		board_close_page(board);
	board->tab = tab;
	board->notice[0] = '\0';
	board_look(board);
}

struct way {
	enum { TO_TAB, TO_DEPTH, OUT } kind;
	int to; /* the tab, or how many pages stay above it */
	const struct page_ops *from;
};

static void go(struct board *board, const struct way *way)
{
	if (way->kind == OUT)
		board->quit = true;
	else if (way->kind == TO_TAB)
		show_tab(board, way->to);
	else if (board_page(board) == way->from) {
		while (board->depth > way->to)
			board_close_page(board);
	}
}

static void leave_answered(
	struct board *board, struct dialog *dialog, enum dialog_event event, void *ctx)
{
	(void)dialog;
	if (event == DIALOG_YES)
		go(board, ctx);
}

#define HERE "What you changed here would be lost."

/* True: the person is being asked, or nobody can be. */
static bool ask_first(struct board *board, struct way to, const char *loss)
{
	struct way *way;

	if (board->asking)
		return false;
	way = malloc(sizeof(*way));
	if (!way)
		return true;
	*way = to;
	way->from = board_page(board);
	dialog_confirm(&board->dialog, "Leave without saving?", loss, "Leave");
	form_set_label(&board->dialog.form, 1, "Stay");
	board_ask(board, leave_answered, way, free);
	return true;
}

bool board_show_tab(struct board *board, int tab)
{
	if (unsaved(board, 0) && ask_first(board, (struct way){ .kind = TO_TAB, .to = tab }, HERE))
		return false;
	show_tab(board, tab);
	return true;
}

bool board_show_depth(struct board *board, int depth)
{
	struct way way = { .kind = TO_DEPTH, .to = depth, .from = board_page(board) };

	if (unsaved(board, depth) && ask_first(board, way, HERE))
		return false;
	go(board, &way);
	return true;
}

bool board_leave(struct board *board)
{
	char loss[400] = "";
	size_t len;

	if (unsaved(board, 0)) {
		text_copy(loss, sizeof(loss), HERE);
	} else if (wizard_unsaved(loss, sizeof(loss), board)) {
		/* It survives a change of tabs, not the end of the board. */
		len = strlen(loss);
		snprintf(loss + len, sizeof(loss) - len, "%s", wizard_fate(board));
	}
	if (loss[0] && ask_first(board, (struct way){ .kind = OUT }, loss))
		return false;
	board->quit = true;
	return true;
}

void board_back(struct board *board)
{
	if (board->depth)
		board_show_depth(board, board->depth - 1);
}

/* ---- small services ---- */

void board_say(struct board *board, int style, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(board->notice, sizeof(board->notice), fmt, args);
	va_end(args);
	board->notice_style = style;
}

void board_moved(struct board *board)
{
	struct itimerspec once = { .it_value = { .tv_nsec = REST_MS * 1000000L } };

	board->moving = timerfd_settime(board->rest, 0, &once, NULL) == 0;
}

bool board_may_write(struct board *board)
{
	if (!board->env->read_only)
		return true;
	board_say(board, STYLE_WARN,
		"This board was started with --read-only: it shows, and changes nothing");
	return false;
}

void board_post(struct board *board, enum lane lane, struct job *job)
{
	worker_post(board->worker, lane, job);
}

int board_find_connection(const struct board *board, const char *name)
{
	for (int i = 0; board->catalog && i < board->catalog->connection_count; i++) {
		if (text_equal(board->catalog->connections[i].connection.name, name))
			return i;
	}
	return -1;
}

int board_find_interface(const struct board *board, const char *name)
{
	for (int i = 0; board->catalog && i < board->catalog->interface_count; i++) {
		if (text_equal(board->catalog->interfaces[i].interface.name, name))
			return i;
	}
	return -1;
}

const struct connection_state *board_state(const struct board *board, int connection)
{
	return board->states && connection >= 0 ? &board->states[connection] : NULL;
}

/* Behind what the monitor or a page above it shows, or -1. */
static int monitored_connection(const struct board *board)
{
	const char *name = message_connection(board);

	if (!name && board->run.id)
		name = board->run.connection;
	return name ? board_find_connection(board, name) : -1;
}

static int interface_connection(struct board *board)
{
	int place = interfaces_shown(board);

	return place < 0 ? -1
			 : board_find_connection(
				   board, board->catalog->interfaces[place].interface.connection);
}

int board_current_connection(struct board *board)
{
	int found;

	if (!board->catalog)
		return -1;
	if (board_page(board) == &wizard_ops)
		return wizard_connection(board);
	if (board->tab == 0)
		found = connections_shown(board);
	else if (board->tab == 1)
		found = interface_connection(board);
	else
		found = monitored_connection(board);
	/* Where nothing is selected, the only one there is. */
	return found < 0 && board->catalog->connection_count == 1 ? 0 : found;
}

/* ---- news ---- */

/* What pages keep for themselves. */
static void take_parts(struct board *board, struct feed_news *news)
{
	if (news->parts & FEED_WINDOW)
		monitor_take(board, news);
	if (news->parts & FEED_NEWER)
		monitor_take_newer(board, news);
	if (news->parts & FEED_DETAIL && payload_form_waits(board))
		payload_form_take(board, news);
	else if (news->parts & FEED_DETAIL)
		message_take(board, news);
	if (news->parts & FEED_WATCHED)
		run_watch_take(board, news);
	if (news->parts & FEED_BACKLOG)
		backlog_take(board, news);
	if (news->parts & FEED_RATES)
		backlog_take_rates(board, news);
	if (news->parts & FEED_CAUSES)
		causes_take(board, news);
	if (news->parts & FEED_HISTORY)
		history_take(board, news);
}

static void take_catalog(struct board *board, struct feed_news *news)
{
	catalog_model_free(board->catalog);
	board->catalog = news->catalog;
	free(board->states);
	free(board->last_runs);
	free(board->schedules);
	board->states = NULL;
	board->last_runs = NULL;
	board->schedules = NULL;
	board->schedule_count = 0;
}

static void take_news(struct board *board)
{
	const struct page_ops *page = board_page(board);
	struct feed_news news;

	if (!feed_take(board->feed, &news))
		return;
	if (news.parts & FEED_CATALOG)
		take_catalog(board, &news);
	if (news.parts & FEED_STATES) {
		free(board->states);
		board->states = news.states;
	}
	if (news.parts & FEED_LAST) {
		free(board->last_runs);
		board->last_runs = news.last_runs;
		free(board->schedules);
		board->schedules = news.schedules;
		board->schedule_count = news.schedule_count;
	}
	if (news.parts & FEED_RUN)
		board->run = news.run;
	board->feed_err = news.err;
	take_parts(board, &news);
	for (int i = 0; i < BOARD_TABS; i++) {
		if (board_tabs[i]->news)
			board_tabs[i]->news(board, news.parts);
	}
	if (board->depth && page->news)
		page->news(board, news.parts);
}

static void take_jobs(struct board *board)
{
	struct job *job;

	while ((job = worker_take(board->worker))) {
		if (job->done)
			job->done(board, job);
		job->free(job);
	}
}

/* ---- keys ---- */

static void global_key(struct board *board, int key)
{
	const struct key_binding *binding = keys_find(board_keys, key);

	if (binding)
		board_do(board, binding, NULL);
}

static void page_key(struct board *board, int key)
{
	const struct page_ops *page = board_page(board);
	bool typing = page->typing && page->typing(board);
	const struct key_binding *binding;

	if (page->key && page->key(board, key))
		return;
	if (typing && key >= ' ' && key <= 0x10ffff)
		return;
	binding = keys_find(board_page_keys(board, page), key);
	if (binding)
		board_do(board, binding, NULL);
	else
		global_key(board, key);
}

void board_key(struct board *board, int key)
{
	if (key != K_RESIZE && board_paste_key(board, key))
		return;
	switch (key) {
	case K_RESIZE:
		screen_resize(board->screen);
		return;
	case K_CTRL('L'):
		screen_repaint(board->screen);
		return;
	case K_CTRL('Z'):
		screen_suspend(board->screen);
		return;
	default:
		break;
	}
	if (board->asking)
		board_dialog_key(board, key);
	else if (board->prompt.on)
		board_prompt_key(board, key);
	else
		page_key(board, key);
}

static void take_keys(struct board *board)
{
	for (int i = 0; i < KEYS_A_TURN && !board->quit; i++) {
		int key = screen_key(board->screen);

		if (key == K_NONE)
			break;
		if (key == K_MOUSE)
			mouse_take(board, i > 0);
		else
			board_key(board, key);
	}
	if (screen_gone(board->screen))
		board->quit = true;
}

/* ---- the loop ---- */

static void take_signals(struct board *board)
{
	if (got_stop) {
		got_stop = 0;
		screen_suspend(board->screen);
	}
	if (got_resize || got_continue) {
		got_resize = got_continue = 0;
		screen_resize(board->screen);
	}
	if (got_end)
		board->quit = true;
}

static bool timer_fired(int timer)
{
	uint64_t times;

	return read(timer, &times, sizeof(times)) == (ssize_t)sizeof(times);
}

/* The one place where the board waits. */
static void wait_for_input(struct board *board)
{
	struct pollfd fds[] = { { .fd = screen_fd(board->screen), .events = POLLIN },
		{ .fd = board->wake, .events = POLLIN }, { .fd = board->timer, .events = POLLIN },
		{ .fd = board->rest, .events = POLLIN } };
	eventfd_t count;

	if (poll(fds, ARRAY_SIZE(fds), -1) < 0)
		return;
	if (fds[0].revents)
		take_keys(board);
	if (fds[1].revents) {
		eventfd_read(board->wake, &count);
		ping_take(board);
		verb_tick(board);
		take_jobs(board);
		take_news(board);
	}
	if (fds[2].revents && timer_fired(board->timer)) {
		agent_look(board);
		log_look(board);
		wizard_tick(board);
	}
	if (fds[3].revents && timer_fired(board->rest))
		board->moving = false;
}

static void loop(struct board *board)
{
	while (!board->quit) {
		frame_draw(board);
		wait_for_input(board);
		take_signals(board);
	}
}

static int open_descriptors(struct board *board, struct err *err)
{
	struct itimerspec every = { .it_interval = { .tv_sec = AGENT_LOOK_S },
		.it_value = { .tv_sec = AGENT_LOOK_S } };

	board->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	board->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	board->rest = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (board->wake < 0 || board->timer < 0 || board->rest < 0 ||
		timerfd_settime(board->timer, 0, &every, NULL) != 0)
		return err_set_errno(err, ERR_NOMEM, errno, "The board could not be started");
	return 0;
}

static int start(struct board *board, struct err *err)
{
	const struct board_env *env = board->env;
	struct screen_options screen = { .in = env->in,
		.out = env->out,
		.term = env->term,
		.ascii = env->ascii,
		.no_color = env->no_color,
		.theme = env->theme,
		.mouse = env->mouse };
	struct feed_options feed = { .data = env->home->data, .catalog = env->catalog };
	int rc = open_descriptors(board, err);

	feed.wake = board->wake;
	if (rc == 0)
		rc = screen_open(&board->screen, &screen, err);
	if (rc == 0)
		rc = worker_start(&board->worker, board->wake, err);
	if (rc == 0)
		rc = feed_start(&board->feed, &feed, err);
	return rc;
}

static int open_tabs(struct board *board, struct err *err)
{
	for (int i = 0; i < BOARD_TABS; i++)
		board_tabs[i]->open(board);
	if (!board->connections || !board->interfaces || !board->monitor)
		return err_nomem(err);
	board_look(board);
	wizard_look_for_draft(board);
	prompt_file_load(board);
	agent_look(board);
	return 0;
}

static void close_descriptor(int fd)
{
	if (fd >= 0)
		close(fd);
}

static void finish(struct board *board)
{
	screen_close(board->screen); /* first: the person is not to wait for threads */
	wizard_keep(board);
	board_end_dialog(board);
	while (board->depth) {
		const struct page_ops *page = board->pages[--board->depth];

		if (page->close)
			page->close(board);
	}
	wizard_forget(board);
	ping_forget_all(board);
	worker_stop(board->worker); /* only now: pages and pings told their jobs to end */
	draft_slot_free(board->draft);
	feed_stop(board->feed);
	for (int i = 0; i < BOARD_TABS; i++)
		board_tabs[i]->close(board);
	line_free(&board->prompt.line);
	prompt_forget_all(board);
	catalog_model_free(board->catalog);
	free(board->states);
	free(board->last_runs);
	free(board->schedules);
	close_descriptor(board->wake);
	close_descriptor(board->timer);
	close_descriptor(board->rest);
}

int board_run(const struct board_env *env, struct err *err)
{
	struct board board = { .env = env,
		.services = env->services ? env->services : &board_services_real,
		.wake = -1,
		.timer = -1,
		.rest = -1,
		.bell = env->bell };
	struct sigaction before[ARRAY_SIZE(caught)];
	struct sigaction hangup;
	int rc = start(&board, err);

	sigaction(SIGHUP, NULL, &hangup);
	if (rc == 0)
		rc = open_tabs(&board, err);
	if (rc == 0) {
		catch_signals(before, board.wake);
		loop(&board);
		release_signals(before);
		if (got_end)
			rc = err_set(err, ERR_INTERRUPTED, "The board was told to end");
	}
	finish(&board);
	sigaction(SIGHUP, &hangup, NULL);
	return rc;
}
