/*
 * checklist_page.c — the checklist is judged on a worker from what the store keeps; a connection
 * that is still being made brings the pings along that this board saw. Ticks go to the store at
 * once.
 */

#include "base/base.h"
#include "tui/board/checklist_page.h"

#include "base/text.h"
#include "ping/checklist.h"
#include "tui/board/ping_job.h"
#include "tui/board/words.h"
#include "tui/command/store_write.h"
#include "tui/widget/table.h"

struct checklist_page {
	struct table table;
	struct connection connection;
	char of[65];
	struct checklist *list; /* owned; NULL until it was judged */
	struct err err;
	struct judge_job *job; /* the one whose answer counts */
};

/* Judge, after setting or taking a tick where `item` is set. */
struct judge_job {
	struct job job;
	const struct board_env *env; /* borrowed */
	struct connection connection;
	struct ping_result *results; /* PING_KINDS of them; NULL = the store's alone */
	struct ping_seen seen[PING_KINDS];
	char item[32];
	bool tick;
	struct checklist *list;
};

static const struct {
	const char *word;
	enum style style;
} states[] = {
	[ITEM_OPEN] = { "open", STYLE_TEXT },
	[ITEM_TICKED] = { "ticked", STYLE_OK },
	[ITEM_PROVEN] = { "proven", STYLE_OK },
	[ITEM_SUSPECT] = { "suspect", STYLE_WARN },
	[ITEM_REFUTED] = { "REFUTED", STYLE_FAIL },
	[ITEM_NOT_NEEDED] = { "not needed", STYLE_QUIET },
};

enum { COL_STATE, COL_TITLE, COL_BY };

static const struct table_column columns[] = {
	[COL_STATE] = { "State", 10, 10, 0, false },
	[COL_TITLE] = { "Step", 26, 28, 0, false },
	[COL_BY] = { "Known by", 16, 0, 0, false },
};

/* ---- the list ---- */

static const char *known_by(const struct checklist_item *item)
{
	static const char *const pings[PING_KINDS] = {
		[PING_AGENT] = "ping of the agent",
		[PING_AGENT_FROM_SALESFORCE] = "ping from Salesforce",
		[PING_SALESFORCE] = "ping of Salesforce",
	};

	return item->state == ITEM_TICKED ? item->detail : pings[item->by];
}

static void cell_of(void *ctx, int64_t row, int column, struct table_cell *out)
{
	struct board *board = ctx;
	const struct checklist_item *item = &board->checklist->list->items[row];
	char when[WORDS_MAX];

	if (column == COL_TITLE) {
		text_copy(out->text, sizeof(out->text), item->title);
		out->style = item->state == ITEM_NOT_NEEDED ? STYLE_QUIET : STYLE_STRONG;
	} else if (column == COL_STATE) {
		text_copy(out->text, sizeof(out->text), states[item->state].word);
		out->style = states[item->state].style;
	} else if (item->state != ITEM_OPEN && item->state != ITEM_NOT_NEEDED) {
		snprintf(out->text, sizeof(out->text), "%s, %s", known_by(item),
			words_when(when, item->time));
		out->style = STYLE_QUIET;
	}
}

static const struct checklist_item *selected(const struct board *board)
{
	const struct checklist_page *page = board->checklist;

	return page && page->list ? &page->list->items[page->table.cursor] : NULL;
}

/* ---- judging, off the drawing thread ---- */

static void free_job(struct job *job)
{
	struct judge_job *jj = (struct judge_job *)job;

	connection_free_fields(&jj->connection);
	free(jj->results);
	free(jj->list);
	free(jj);
}

static int tick(void *ctx, struct store *store, struct err *err)
{
	const struct judge_job *jj = ctx;

	return checklist_tick(store, &jj->connection, jj->item, jj->tick, jj->env->who, err);
}

static int work(struct job *job, struct err *err)
{
	struct judge_job *jj = (struct judge_job *)job;
	int rc = jj->item[0] ? home_store_write(jj->env->home, tick, jj, err) : 0;

	jj->list = calloc(1, sizeof(*jj->list));
	if (!jj->list)
		return err_nomem(err);
	return rc ? rc
		  : checklist_recall(jj->list, &jj->connection, jj->env->catalog,
			    jj->env->home->data, jj->results ? jj->seen : NULL, err);
}

static void done(struct board *board, struct job *job)
{
	struct judge_job *jj = (struct judge_job *)job;
	struct checklist_page *page = board->checklist;

	if (!page || page->job != jj)
		return;
	page->job = NULL;
	page->err = job->err;
	if (job->rc) {
		board_say(board, STYLE_FAIL, "%s", job->err.text);
		return;
	}
	free(page->list);
	page->list = jj->list;
	jj->list = NULL;
	table_count(&page->table, page->list->count);
}

/* Pings of a connection that has no name yet are nowhere but here. */
static bool bring_pings(struct judge_job *jj, const struct board *board, const char *of)
{
	char settings[40];

	if (!text_equal(of, PING_OF_WIZARD))
		return true;
	jj->results = calloc(PING_KINDS, sizeof(*jj->results));
	for (int i = 0; jj->results && i < PING_KINDS; i++) {
		const struct ping_shown *shown = ping_find(board, of, (enum ping_kind)i);

		if (!shown || shown->running || !shown->ended)
			continue;
		ping_settings_hash(settings, &jj->connection, (enum ping_kind)i);
		jj->results[i] = shown->result;
		jj->seen[i] = (struct ping_seen){ &jj->results[i], shown->ended,
			!text_equal(settings, shown->config), false };
	}
	return jj->results != NULL;
}

static void judge(struct board *board, const char *item, bool on)
{
	struct checklist_page *page = board->checklist;
	struct judge_job *jj = calloc(1, sizeof(*jj));

	if (!jj)
		return;
	jj->job.work = work;
	jj->job.done = done;
	jj->job.free = free_job;
	jj->env = board->env;
	jj->tick = on;
	text_copy(jj->item, sizeof(jj->item), item ? item : "");
	connection_init(&jj->connection);
	if (connection_copy(&jj->connection, &page->connection, NULL) != 0 ||
		!bring_pings(jj, board, page->of)) {
		free_job(&jj->job);
		return;
	}
	page->job = jj;
	board_post(board, LANE_FILES, &jj->job);
}

void checklist_pinged(struct board *board, const char *of)
{
	if (board->checklist && text_equal(board->checklist->of, of))
		judge(board, NULL, false);
}

/* ---- drawing ---- */

static void head_words(char *out, size_t size, const struct board *board)
{
	const struct checklist_page *page = board->checklist;
	const struct ping_shown *shown = ping_shown_of(board, page->of);
	int count[ARRAY_SIZE(states)] = { 0 };

	for (int i = 0; i < page->list->count; i++)
		count[page->list->items[i].state]++;
	if (shown && shown->running)
		snprintf(out, size, "%s...", ping_kind_title(shown->kind));
	else
		snprintf(out, size, "%d known, %d refuted, %d open",
			count[ITEM_PROVEN] + count[ITEM_TICKED],
			count[ITEM_REFUTED] + count[ITEM_SUSPECT], count[ITEM_OPEN]);
}

/* All that is known of one step: where to click and what to do, and why it is as it is. */
static void whole_text(char *out, size_t size, const struct checklist_item *item)
{
	char evidence[500];

	checklist_evidence(evidence, sizeof(evidence), item);
	snprintf(out, size, "%s%s%s%s%s: %s.%s", evidence, evidence[0] ? "\n" : "", item->remedy,
		item->remedy[0] ? "\n" : "", item->path, item->todo,
		item->in_package ? " The set-up package has it." : "");
}

static void draw_below(struct board *board, struct area area)
{
	const struct checklist *list = board->checklist->list;
	const struct checklist_item *item = selected(board);
	struct area text = { area.y + 1, 1, area.rows - 1, area.cols - 2 };
	char words[1800];
	int lines = 0;

	screen_sign(board->screen, area.y, 0, area.cols, STYLE_RULE, SIGN_RULE);
	if (list->elsewhere.name[0]) { /* nothing behind it could be looked at */
		snprintf(words, sizeof(words), "%s failed at \"%s\": %s. %s",
			ping_kind_title(list->elsewhere_by), list->elsewhere.name,
			list->elsewhere.detail, list->elsewhere.remedy);
		lines = screen_paragraph(board->screen, text, STYLE_FAIL, words, 0);
		if (lines >= text.rows)
			return;
		text.y += lines;
		text.rows -= lines;
	}
	whole_text(words, sizeof(words), item);
	screen_paragraph(board->screen, text, item->state == ITEM_REFUTED ? STYLE_FAIL : STYLE_TEXT,
		words, 0);
}

static void draw(struct board *board, struct area area)
{
	struct checklist_page *page = board->checklist;
	char words[160] = "";
	int table;

	if (!page)
		return;
	if (page->list)
		head_words(words, sizeof(words), board);
	screen_printf(board->screen, area.y, 1, area.cols - (int)strlen(words) - 4, STYLE_STRONG,
		"Set-up of Salesforce for %s", page->connection.name ? page->connection.name : "");
	screen_right(board->screen, area.y, area.cols - (int)strlen(words) - 1, (int)strlen(words),
		STYLE_TEXT, words);
	screen_cursor(board->screen, area.y, 1);
	if (!page->list) {
		screen_paragraph(board->screen,
			(struct area){ area.y + 2, 2, area.rows - 2, area.cols - 4 },
			page->err.kind ? STYLE_FAIL : STYLE_BUSY,
			page->err.kind ? page->err.text : "Looking at what is known...", 0);
		return;
	}
	table = page->list->count + 1;
	if (table > (area.rows - 1) * 3 / 5)
		table = (area.rows - 1) * 3 / 5;
	table_draw(&page->table, board->screen, (struct area){ area.y + 1, 0, table, area.cols },
		true);
	draw_below(board, (struct area){ area.y + 1 + table, 0, area.rows - 1 - table, area.cols });
}

/* ---- keys ---- */

static bool key(struct board *board, int pressed)
{
	return board->checklist && board->checklist->list &&
	       table_key(&board->checklist->table, pressed);
}

static void do_tick(void *ctx, const char *argument)
{
	struct board *board = ctx;
	const struct checklist_item *item = selected(board);

	(void)argument;
	if (!item)
		return;
	if (text_empty(board->checklist->connection.name)) {
		board_say(board, STYLE_WARN, "Give the connection a name first, in step 1");
	} else if (item->state == ITEM_OPEN || item->state == ITEM_TICKED) {
		board->notice[0] = '\0';
		judge(board, item->id, item->state == ITEM_OPEN);
	} else {
		board_say(board, STYLE_WARN, "%s is %s: a ping tells, so there is nothing to tick",
			item->title, item_state_name(item->state));
	}
}

static void do_whole(void *ctx, const char *argument)
{
	struct board *board = ctx;
	const struct checklist_item *item = selected(board);
	char words[1800];

	(void)argument;
	if (!item)
		return;
	whole_text(words, sizeof(words), item);
	board_message(board, item->title, words);
}

static void ping(struct board *board, enum ping_kind kind)
{
	const struct checklist_page *page = board->checklist;

	board->notice[0] = '\0';
	ping_start(board, &page->connection, kind, !text_equal(page->of, PING_OF_WIZARD));
}

static void do_ping_salesforce(void *ctx, const char *argument)
{
	(void)argument;
	ping(ctx, PING_SALESFORCE);
}

static void do_ping_agent(void *ctx, const char *argument)
{
	(void)argument;
	ping(ctx, PING_AGENT);
}

static void do_ping_return(void *ctx, const char *argument)
{
	(void)argument;
	ping(ctx, PING_AGENT_FROM_SALESFORCE);
}

static const struct key_binding keys[] = {
	{ ' ', "tick", "Tick", "A person says that this is done, or no longer",
		BIND_LINE | BIND_WRITE, do_tick },
	{ K_ENTER, "whole text", "Read", "All that is known of this step", BIND_LINE, do_whole },
	{ 's', "ping salesforce", "Ping Salesforce", "Test the way from here to Salesforce",
		BIND_LINE, do_ping_salesforce },
	{ 'A', "ping agent --from-salesforce", "From Salesforce",
		"Let Salesforce call the agent, by the Apex class of the set-up package", BIND_LINE,
		do_ping_return },
	{ 'a', "ping agent", "Ping Agent", "Test the way from here to the agent", 0,
		do_ping_agent },
	{ 0 },
};

/* ---- life ---- */

void checklist_open(struct board *board, const struct connection *connection, const char *of)
{
	struct checklist_page *page;

	if (board->checklist)
		return;
	page = calloc(1, sizeof(*page));
	if (!page)
		return;
	connection_init(&page->connection);
	text_copy(page->of, sizeof(page->of), of);
	table_init(&page->table, columns, (int)ARRAY_SIZE(columns), cell_of, board);
	board->checklist = page;
	if (connection_copy(&page->connection, connection, &page->err) == 0)
		judge(board, NULL, false);
	board_open_page(board, &checklist_ops);
}

static void close_page(struct board *board)
{
	struct checklist_page *page = board->checklist;

	if (!page)
		return;
	connection_free_fields(&page->connection);
	free(page->list);
	free(page);
	board->checklist = NULL;
}

static void place(const struct board *board, char *out, size_t size)
{
	const struct checklist_page *page = board->checklist;

	if (page && !text_empty(page->connection.name))
		snprintf(out, size, "set-up of %s", page->connection.name);
}

const struct page_ops checklist_ops = {
	.name = "Salesforce set-up",
	.about = "The steps of the set-up with their menu paths. Proven, refuted and suspect is "
		 "what "
		 "the last pings say, the newest first; what no ping can know is ticked off by "
		 "hand. "
		 "A tick is for this My Domain or this address of the agent, and ends with it.",
	.keys = keys,
	.place = place,
	.draw = draw,
	.key = key,
	.close = close_page,
};
