/* wizard_source.c — the test of the source in step 1: asked on a worker, shown under the form. */

#include "base/base.h"
#include "tui/board/wizard_private.h"

#include "process/survey.h"

/* Only the first names are of use here: is it the right database? */
#define NAMES_SHOWN 40

struct source_job {
	struct job job;
	const struct board_env *env; /* borrowed, as the services are */
	const struct board_services *services;
	struct connection connection;
	struct survey *survey;
};

static void free_job(struct job *job)
{
	struct source_job *sj = (struct source_job *)job;

	connection_free_fields(&sj->connection);
	survey_free(sj->survey);
	free(sj);
}

static int work(struct job *job, struct err *err)
{
	struct source_job *sj = (struct source_job *)job;
	struct process_env env = { .home_data = sj->env->home->data,
		.keyring = sj->env->catalog->keyring,
		.reader_program = sj->env->program };

	if (atomic_load(&job->cancel)) /* while it waited behind another one */
		return err_set(err, ERR_INTERRUPTED, "not asked any more");
	return sj->services->survey(&sj->survey, &env, &sj->connection, NULL, &job->cancel, err);
}

static void keep_names(struct source_test *test, const struct survey *survey)
{
	size_t at = 0;

	test->names[0] = '\0';
	for (size_t i = 0; i < survey->count; i++) {
		const char *name = survey->entries[i].name;

		if (i == NAMES_SHOWN || at + strlen(name) + 8 > sizeof(test->names)) {
			snprintf(test->names + at, sizeof(test->names) - at, ", ...");
			break;
		}
		at += (size_t)snprintf(
			test->names + at, sizeof(test->names) - at, "%s%s", i ? ", " : "", name);
	}
}

static void done(struct board *board, struct job *job)
{
	struct source_job *sj = (struct source_job *)job;
	struct source_test *test = board->wizard ? &board->wizard->source : NULL;

	if (!test || test->job != job) /* another wizard, or another test */
		return;
	test->job = NULL;
	test->err = job->err;
	if (job->rc)
		return;
	survey_words(test->words, sizeof(test->words), sj->survey);
	keep_names(test, sj->survey);
}

void wizard_test_source(struct board *board)
{
	struct wizard *wizard = board->wizard;
	struct source_test *test = &wizard->source;
	struct source_job *sj;

	if (test->job && !test->stale)
		return;
	sj = calloc(1, sizeof(*sj));
	if (!sj)
		return;
	wizard_stop_source(wizard);
	*test = (struct source_test){ .asked = true };
	wizard->steps_back = 0;
	sj->job.work = work;
	sj->job.done = done;
	sj->job.free = free_job;
	sj->env = board->env;
	sj->services = board->services;
	connection_init(&sj->connection);
	if (wizard_build(&sj->connection, wizard, board->env->catalog->keyring, &test->err) != 0) {
		free_job(&sj->job);
		return;
	}
	test->job = &sj->job;
	board_post(board, LANE_SOURCE, &sj->job);
}

void wizard_stop_source(struct wizard *wizard)
{
	if (wizard->source.job)
		atomic_store(&wizard->source.job->cancel, true);
	wizard->source.job = NULL;
}

/* ---- on the screen ---- */

void wizard_draw_source(struct board *board, struct area area)
{
	struct wizard *wizard = board->wizard;
	const struct source_test *test = &wizard->source;
	const char *advice = test->err.kind ? survey_advice(&test->err) : NULL;
	const struct {
		enum style style;
		const char *text;
	} parts[] = {
		{ STYLE_WARN, test->stale ? "Changed since this test; F3 tests it anew" : "" },
		{ STYLE_BUSY, test->job ? "Asking the source ..." : "" },
		{ STYLE_FAIL, test->err.text },
		{ STYLE_TEXT, advice ? advice : "" },
		{ STYLE_OK, test->words },
		{ STYLE_TEXT, test->names },
	};
	int lines = 0, skip;

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (*parts[i].text)
			lines += screen_paragraph(board->screen,
				(struct area){ area.y, area.x, 0, area.cols }, parts[i].style,
				parts[i].text, 0);
	if (wizard->steps_back > lines - area.rows)
		wizard->steps_back = lines > area.rows ? lines - area.rows : 0;
	skip = wizard->steps_back;
	if (lines > area.rows) /* said on the rule above */
		screen_text(board->screen, area.y - 1, area.x + area.cols - 14, 14, STYLE_QUIET,
			" PgDn: more ");
	for (size_t i = 0; i < ARRAY_SIZE(parts) && area.rows > 0; i++) {
		int drawn;

		if (!*parts[i].text)
			continue;
		drawn = screen_paragraph(board->screen, area, parts[i].style, parts[i].text, skip);
		drawn -= skip;
		skip = drawn < 0 ? -drawn : 0;
		if (drawn > 0) {
			area.y += drawn;
			area.rows -= drawn;
		}
	}
}
