/* preview.c — reads some rows of an interface on the worker, maps them, and lists what came out. */

#include "base/base.h"
#include "tui/board/preview_private.h"

#include "base/text.h"

#define PREVIEW_ROWS 100

struct preview_job {
	struct job job;
	const struct board_env *env; /* borrowed, as the services are */
	const struct board_services *services;
	struct connection connection;
	struct interface interface;
	struct preview *preview;
};

enum { COL_KEY, COL_VERDICT, COL_RECORD };

static const struct table_column columns[] = {
	[COL_KEY] = { "Key", 10, 24, 0, false },
	[COL_VERDICT] = { "Verdict", 8, 36, 0, false },
	[COL_RECORD] = { "Record", 20, 0, 0, false },
};

static void cell_of(void *ctx, int64_t row, int column, struct table_cell *out)
{
	struct board *board = ctx;
	const struct preview_row *line = &board->preview->preview->rows[row];

	switch (column) {
	case COL_KEY:
		snprintf(out->text, sizeof(out->text), "%s", line->key ? line->key : "");
		out->style = STYLE_STRONG;
		break;
	case COL_VERDICT:
		out->style = preview_verdict(out->text, sizeof(out->text), line);
		break;
	default:
		snprintf(out->text, sizeof(out->text), "%s", line->record ? line->record : "");
		break;
	}
}

/* ---- the job ---- */

static int work(struct job *job, struct err *err)
{
	struct preview_job *pj = (struct preview_job *)job;
	struct process_env env = { .home_data = pj->env->home->data,
		.keyring = pj->env->catalog->keyring,
		.reader_program = pj->env->program };

	return pj->services->preview(&pj->preview, &env, &pj->connection, &pj->interface,
		PREVIEW_ROWS, &job->cancel, err);
}

static void free_job(struct job *job)
{
	struct preview_job *pj = (struct preview_job *)job;

	connection_free_fields(&pj->connection);
	interface_free_fields(&pj->interface);
	preview_free(pj->preview);
	free(pj);
}

static void done(struct board *board, struct job *job)
{
	struct preview_job *pj = (struct preview_job *)job;
	struct preview_page *page = board->preview;

	if (!page || page->job != pj)
		return;
	page->job = NULL;
	page->err = job->err;
	page->preview = pj->preview;
	pj->preview = NULL;
	if (page->preview)
		table_count(&page->table, page->preview->row_count);
}

static void start(
	struct board *board, const struct interface *interface, const struct connection *connection)
{
	struct preview_job *pj = calloc(1, sizeof(*pj));

	if (!pj)
		return;
	pj->job.work = work;
	pj->job.done = done;
	pj->job.free = free_job;
	pj->env = board->env;
	pj->services = board->services;
	connection_init(&pj->connection);
	interface_init(&pj->interface);
	if (connection_copy(&pj->connection, connection, NULL) != 0 ||
		interface_copy(&pj->interface, interface, NULL) != 0) {
		free_job(&pj->job);
		return;
	}
	board->preview->job = pj;
	board_post(board, LANE_SOURCE, &pj->job);
}

/* ---- the page ---- */

/* How many rows fail, or lack what a new record needs. */
static int count_rows(const struct preview *preview, bool failing)
{
	int count = 0;

	for (int i = 0; i < preview->row_count; i++) {
		const struct preview_row *row = &preview->rows[i];

		count += failing ? row->problem != NULL : row->missing && !row->problem;
	}
	return count;
}

static void draw_head(struct board *board, struct area area)
{
	const struct preview *preview = board->preview->preview;
	int lacking = count_rows(preview, false);
	char more[64] = "";

	if (lacking)
		snprintf(more, sizeof(more), ", %d lack what a new record needs", lacking);
	screen_printf(board->screen, area.y, 1, area.cols - 2, STYLE_STRONG,
		"Preview of %s: %d rows, %d would fail%s", board->preview->interface,
		preview->row_count, count_rows(preview, true), more);
}

/* Rows above, the one at the cursor below. */
static void draw_rows(struct board *board, struct area area)
{
	struct preview_page *page = board->preview;
	int below = area.rows / 2;

	preview_take_apart(board);
	if (below > page->sent_count + 4)
		below = page->sent_count + 4;
	preview_draw_row(board, (struct area){ area.y + area.rows - below, 0, below, area.cols });
	table_draw(&page->table, board->screen,
		(struct area){ area.y, 0, area.rows - below, area.cols }, true);
}

static void draw(struct board *board, struct area area)
{
	struct preview_page *page = board->preview;
	struct area body = { area.y + 1, 0, area.rows - 1, area.cols };
	struct area text = { area.y + 2, 2, area.rows - 2, area.cols - 4 };

	if (!page)
		return;
	screen_cursor(board->screen, area.y, 1);
	if (!page->preview) {
		screen_printf(board->screen, area.y, 1, area.cols - 2, STYLE_STRONG,
			"Preview of %s", page->interface);
		screen_paragraph(board->screen, text, page->err.kind ? STYLE_FAIL : STYLE_BUSY,
			page->err.kind ? page->err.text : "Reading the first rows...", 0);
		return;
	}
	draw_head(board, area);
	if (page->preview->note) {
		screen_text(
			board->screen, body.y, 1, body.cols - 2, STYLE_WARN, page->preview->note);
		body.y++;
		body.rows--;
	}
	if (page->preview->row_count > 0)
		draw_rows(board, body);
	else
		screen_paragraph(board->screen, text, STYLE_TEXT,
			"The source gives no rows now: look at its query and at the source itself.",
			0);
}

static bool key(struct board *board, int pressed)
{
	return board->preview && table_key(&board->preview->table, pressed);
}

void preview_open(struct board *board, const struct interface *interface)
{
	int over = board_find_connection(board, interface->connection);

	if (over < 0 || board->catalog->connections[over].problem[0]) {
		board_say(board, STYLE_FAIL, "Its connection '%s' %s", interface->connection,
			over < 0 ? "is not there: make it, or edit the interface"
				 : "has a wrong file: mend it first");
		return;
	}
	if (board->preview)
		return;
	board->preview = calloc(1, sizeof(*board->preview));
	if (!board->preview)
		return;
	text_copy(board->preview->interface, sizeof(board->preview->interface), interface->name);
	table_init(&board->preview->table, columns, (int)ARRAY_SIZE(columns), cell_of, board);
	preview_init_fields(board);
	start(board, interface, &board->catalog->connections[over].connection);
	board_open_page(board, &preview_ops);
}

static void close_page(struct board *board)
{
	struct preview_page *page = board->preview;

	if (!page)
		return;
	if (page->job)
		atomic_store(&page->job->job.cancel, true);
	preview_forget_row(page);
	preview_free(page->preview);
	free(page);
	board->preview = NULL;
}

static void do_row(void *ctx, const char *argument)
{
	struct board *board = ctx;

	(void)argument;
	if (board->preview->preview && board->preview->preview->row_count)
		preview_row_open(board);
	else
		board_say(board, STYLE_WARN, "There is no row to open");
}

/* Round to the first one again. */
static void do_next_failure(void *ctx, const char *argument)
{
	struct board *board = ctx;
	struct preview_page *page = board->preview;
	const struct preview *preview = page->preview;
	int count = preview ? preview->row_count : 0;

	(void)argument;
	for (int i = 1; i <= count; i++) {
		int at = (int)((page->table.cursor + i) % count);

		if (preview->rows[at].problem || preview->rows[at].missing) {
			table_select(&page->table, at);
			return;
		}
	}
	board_say(board, STYLE_OK, "No row here would fail");
}

static const struct key_binding keys[] = {
	{ K_ENTER, "row", "Whole row", "Source, fields and what the org says of each", BIND_LINE,
		do_row },
	{ 'F', "next failure", "Next failure", "To the next row that would fail or lacks something",
		BIND_LINE, do_next_failure },
	{ 0 },
};

static void place(const struct board *board, char *out, size_t size)
{
	if (board->preview)
		snprintf(out, size, "preview of %s", board->preview->interface);
}

const struct page_ops preview_ops = {
	.name = "Preview",
	.about = "The first rows of the source as they would be sent, each with a verdict. Nothing "
		 "is stored or sent.",
	.keys = keys,
	.place = place,
	.draw = draw,
	.key = key,
	.close = close_page,
};
