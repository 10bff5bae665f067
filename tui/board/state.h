/*
 * state.h — the board's inside: one struct, owned by the drawing thread, and the table of verbs
 * that each page implements. A new tab is one struct page_ops.
 *
 * Keys go to the dialog, else to the prompt, else to the page on top (its own `key`, then its table
 * of bindings), else to the bindings that work everywhere.
 */

#ifndef BOARD_STATE_H
#define BOARD_STATE_H

#include "agent/agent.h"
#include "base/text.h"
#include "tui/board/board.h"
#include "tui/board/draft_slot.h"
#include "tui/board/feed.h"
#include "tui/board/services.h"
#include "tui/board/worker.h"
#include "tui/widget/dialog.h"
#include "tui/widget/keys.h"
#include "tui/widget/line.h"
#include "tui/widget/screen.h"

#define BOARD_PAGES_MAX 8
#define BOARD_TABS 3

struct board;

struct page_ops {
	const char *name;  /* in the help: "Message Monitor" */
	const char *about; /* one paragraph of help */
	const struct key_binding *keys;
	/* Those of the moment, where they change. May be NULL; callers ask board_page_keys(). */
	const struct key_binding *(*keys_now)(const struct board *board);
	unsigned feed; /* parts it wants */
	/* Which one it is, for the crumbs: "message 4711"; of a tab, what narrows it ("run 17", or
	 * nothing). Leaves `out` as it is where there is nothing to tell. NULL = its name does. */
	void (*place)(const struct board *board, char *out, size_t size);

	void (*open)(struct board *board);
	void (*draw)(struct board *board, struct area area);
	/* May be NULL. True when the key was taken. */
	bool (*key)(struct board *board, int key);
	/* Is text being typed, so that letters are no commands? May be NULL. */
	bool (*typing)(struct board *board);
	/* New parts came. May be NULL. */
	void (*news)(struct board *board, unsigned parts);
	/* Adds to what the feed is asked for. May be NULL. */
	void (*look)(struct board *board, struct feed_request *request);
	/* Would closing it lose what was typed? Then the person is asked first. May be NULL. */
	bool (*unsaved)(const struct board *board);
	/* Esc or q; NULL = the page closes. */
	void (*back)(struct board *board);
	void (*close)(struct board *board);
};

#define PROMPT_MAX 500 /* bytes */
#define PROMPT_KIND_MAX 48

/* The line of / and of : at the bottom. */
struct prompt {
	bool on;
	char sign; /* '/' or ':' */
	struct line line;
	char info[512]; /* below it, in place of the keys ... */
	char hint[256]; /* ... and what it says while no completions are listed */
	char error[256];
	int error_at; /* byte offset of the wrong word, -1 = none */
	/* Enter; false keeps the prompt open (with `error` set). */
	bool (*entered)(struct board *board, const char *text);
	/* Esc; may be NULL. */
	void (*left)(struct board *board);
	/* Tab, and each change while completions are listed; may be NULL. */
	void (*complete)(struct board *board);
	bool listing; /* completions stand in `info` */
	int step;     /* of the list's pages: 1 for Tab, -1 for Shift-Tab, 0 for what is typed */
	int page;
	size_t back;		    /* how many entries Up went back; 0 = none ... */
	char draft[PROMPT_MAX + 1]; /* ... and what stood there before */
};

/* What was entered at one kind of question, oldest first. */
struct prompt_history {
	char of[PROMPT_KIND_MAX]; /* ":", or the sign and the page's name; "" = free */
	struct text_list entered;
	size_t restored; /* of these, the first, are from earlier sessions */
};
#define PROMPT_HISTORIES 12

/* What the person answered. The dialog is closed, but still readable; `ctx` goes after this. */
typedef void board_answer(
	struct board *board, struct dialog *dialog, enum dialog_event event, void *ctx);
typedef void board_release(void *ctx);

struct board {
	const struct board_env *env;
	const struct board_services *services;
	struct screen *screen;
	struct feed *feed;
	struct worker *worker;
	int wake;    /* eventfd of feed and worker */
	int timer;   /* timerfd: looks at the agent */
	int rest;    /* timerfd: the cursor came to rest */
	bool moving; /* it did not yet: what hangs on the selected row waits, to spare the line */

	int tab;
	const struct page_ops *pages[BOARD_PAGES_MAX]; /* above the tab */
	int depth;

	bool pasting;	    /* what comes is text, not commands ... */
	int64_t pasting_at; /* ... and came last at this time, of clock_mono() */
	struct prompt prompt;
	struct prompt_history histories[PROMPT_HISTORIES];
	struct dialog dialog;
	bool asking;
	board_answer *answered;
	void *answer_ctx; /* owned by the dialog; may be NULL */
	board_release *answer_free;

	bool bell; /* it rings when one of these ends; see run_watch.h */
	struct watched_run {
		int64_t run;
		bool under_way; /* so far as is known */
	} watched[WATCHED_MAX];
	int watched_count;

	int64_t clicked_at; /* clock_mono() of the last click ... */
	int clicked_y;	    /* ... and its line: a second one there opens */

	char notice[512];
	int notice_style;
	bool quit;

	/* What is known, from the feed. */
	struct catalog_model *catalog;
	struct connection_state *states; /* NULL, or in the order of the catalog */
	struct run_info *last_runs;	 /* the same */
	struct schedule_state *schedules;
	int schedule_count;
	struct run_info run;
	struct err feed_err;
	uint64_t generation; /* of the last request */

	/* The agent, as it answered last. */
	bool agent_asked, agent_known;
	struct agent_status agent;

	struct ping_shown *pings; /* what was seen of pings; see ping_job.h */
	unsigned ping_turn;

	struct draft_slot *draft; /* of the wizard; owned; NULL until it is taken */

	struct verb_job *verb_running; /* something is being done to messages; see verb_job.h */

	/* Each page's own state; made by its `open`. */
	struct connections_page *connections;
	struct interfaces_page *interfaces;
	struct monitor_page *monitor;
	struct message_page *message;
	struct causes_page *causes;
	struct backlog_page *backlog;
	struct history_page *history;
	struct wizard *wizard;
	struct interface_form *interface_form;
	struct preview_page *preview;
	struct payload_form *payload_form;
	struct mapping_page *mapping;
	struct help_page *help;
	struct log_page *log;
	struct agent_form *agent_form;
	struct checklist_page *checklist;
	struct first_page *first;
};

extern const struct page_ops *const board_tabs[BOARD_TABS];
/* Every page, tabs first, ended by NULL: for help, completion and tests. */
extern const struct page_ops *const board_all_pages[];
/* Bindings that work everywhere. */
extern const struct key_binding board_keys[];

extern const struct page_ops connections_ops, interfaces_ops, monitor_ops, backlog_ops;
extern const struct page_ops message_ops, causes_ops, history_ops, wizard_ops, checklist_ops,
	first_ops, interface_form_ops, preview_ops, mapping_ops, payload_form_ops, help_ops,
	log_ops, agent_form_ops;
extern const struct page_ops mapping_pick_ops, mapping_form_ops, preview_row_ops;

/* ---- board.c ---- */

const struct page_ops *board_page(const struct board *board);
const struct key_binding *board_page_keys(const struct board *board, const struct page_ops *page);
void board_open_page(struct board *board, const struct page_ops *ops);
void board_close_page(struct board *board);
/* Asks first where that would lose what was typed; false: the person is being asked. */
bool board_show_tab(struct board *board, int tab);
bool board_leave(struct board *board);
/* Close pages until so many are above the tab; the same. */
bool board_show_depth(struct board *board, int depth);
/* Close the page on top; the same. */
void board_back(struct board *board);

/* As if it had been pressed. */
void board_key(struct board *board, int key);

/* The cursor of a list moved: what hangs on the selected row is drawn once it rests. */
void board_moved(struct board *board);

/* Ask the feed for what the page on top looks at. */
void board_look(struct board *board);

/* One line above the keys, until the next one. */
void board_say(struct board *board, int style, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Refuses (with a notice) when the board is read-only. */
bool board_may_write(struct board *board);

void board_post(struct board *board, enum lane lane, struct job *job);

/* ---- form_page.c: what pages that are one form share ---- */

/*
 * A key in the form: sets `touched` when it changes what is typed. A pressed button goes to
 * `press`, which is false for the one that leaves. False: the key is not the form's.
 */
bool board_form_key(struct board *board, struct form *form, bool *touched, int key,
	bool (*press)(struct board *board, int field));

/* ---- ask.c: dialogs and prompts ---- */

/* board->dialog was filled: show it. `release` frees `ctx` when it closes (NULL = nothing to free).
 */
void board_ask(struct board *board, board_answer *answered, void *ctx, board_release *release);
void board_message(struct board *board, const char *title, const char *text);
void board_prompt(struct board *board, char sign, const char *text, const char *info,
	bool (*entered)(struct board *board, const char *text));
/* `/` of a page: the argument at once, else a prompt that begins with the filter there is. */
void board_filter(struct board *board, const char *argument, const char *filter, const char *info,
	bool (*entered)(struct board *board, const char *text));
void board_end_dialog(struct board *board);
void board_dialog_key(struct board *board, int key);
void board_prompt_key(struct board *board, int key);
/* K_PASTE_BEGIN, what is pasted, K_PASTE_END. False: the key is none of these. */
bool board_paste_key(struct board *board, int key);

/* ---- prompt_words.c: completion and history of prompts ---- */

/*
 * Complete what stands from byte `from` up to the cursor by the one of `words` that begins like it,
 * or as far as several agree, and list them; `none` is said where none does. Where nothing can be
 * added, prompt.step turns the pages of the list. While somebody types, it is only listed.
 */
void prompt_complete(
	struct board *board, size_t from, const struct text_list *words, const char *none);
/* It was entered at the question that is open. */
void prompt_remember(struct board *board, const char *text);
/* Bring back the entry before (or behind) the one that stands there; false: there is none. */
bool prompt_recall(struct board *board, bool older);
void prompt_forget_all(struct board *board);
/* It was entered in an earlier session at a question of this kind. */
void prompt_restore(struct board *board, const char *kind, const char *text);

/* ---- frame.c ---- */

void frame_draw(struct board *board);

/* ---- command_line.c ---- */

void command_line_open(struct board *board);
/* Run a binding unless it is refused. */
void board_do(struct board *board, const struct key_binding *binding, const char *argument);

/* ---- what pages ask of each other ---- */

/* The catalog's entry by name, or -1. */
int board_find_connection(const struct board *board, const char *name);
int board_find_interface(const struct board *board, const char *name);
/* The connection whose org the frame names: the one selected or behind what is selected, or -1. */
int board_current_connection(struct board *board);
const struct connection_state *board_state(const struct board *board, int connection);

/* Read what was added to the log, while its page is open. */
void log_look(struct board *board);

/* Show the monitor with this filter. */
void monitor_show(struct board *board, const char *filter);

#endif
