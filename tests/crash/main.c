/*
 * main.c — the crash matrix. Without arguments a few of its rounds, for `make check`; with "all
 * [KILLS [SEED]]" every point in every play that passes it, once and five times in a row, and
 * KILLS rounds of three kills at random moments, and two of 50,000 rows with thirty.
 */

#include "base/base.h"
#include "crash/scene.h"
#include "crash/verbs.h"
#include "harness/small_disk.h"

#include "base/crash_point.h"

#include <unistd.h>

#define IN_ROW 5
#define FEW_ROWS 1000
#define SOME_ROWS 2000
#define MANY_ROWS 50000
#define KILLS 3 /* of a round with some rows ... */
#define KILL_WITHIN_MS 400
#define MANY_KILLS 30 /* ... and of one with many */
#define MANY_KILL_WITHIN_MS 600
#define ROUNDS_MAX 4096
#define BROKEN "  BROKEN"
#define FAILED "%s %s: %d lost, %d doubled, %d unknown of %d in flight"

#define U (1u << PLAY_UPSERT)
#define I (1u << PLAY_INSERT)
#define BU (1u << PLAY_BULK_UPSERT)
#define BI (1u << PLAY_BULK_INSERT)
#define F (1u << PLAY_FILE)
#define BULK (BU | BI)
#define CALLS (U | I | F)
#define ALL (CALLS | BULK)

/* Where each point lies: which plays pass it, and at which passing something is under way. */
static const struct place {
	enum crash_point point;
	unsigned plays;
	int passing;
	unsigned brief;		 /* plays of the short form */
	enum crash_point before; /* the death that leads there, or none */
} places[] = {
	{ CRASH_RUN_CREATED, ALL, 1, 0, CRASH_POINT_COUNT },
	{ CRASH_RUN_TAKEN, ALL, 1, 0, CRASH_POINT_COUNT },
	{ CRASH_RUN_TAKEN, ALL, 1, 0, CRASH_COMMIT_AFTER },
	{ CRASH_RUN_STARTED, ALL, 1, 0, CRASH_POINT_COUNT },
	{ CRASH_FILES_TAKEN, F, 1, 0, CRASH_POINT_COUNT },
	{ CRASH_PACKET_READ, ALL, 7, 0, CRASH_POINT_COUNT },
	{ CRASH_PACKET_POSTED, ALL, 7, 0, CRASH_POINT_COUNT },
	{ CRASH_COMMIT_BEFORE, ALL, 5, 0, CRASH_POINT_COUNT },
	{ CRASH_COMMIT_BEFORE, ALL, 12, 0, CRASH_POINT_COUNT },
	{ CRASH_COMMIT_AFTER, ALL, 5, 0, CRASH_POINT_COUNT },
	{ CRASH_COMMIT_AFTER, ALL, 12, I, CRASH_POINT_COUNT },
	{ CRASH_MARK_MOVED, ALL, 1, 0, CRASH_POINT_COUNT },
	{ CRASH_READING_ENDED, ALL, 1, 0, CRASH_POINT_COUNT },
	{ CRASH_MODE_CHOSEN, ALL, 1, 0, CRASH_POINT_COUNT },
	{ CRASH_ATTEMPT_RECORDED, CALLS, 3, 0, CRASH_POINT_COUNT },
	{ CRASH_REQUEST_LEFT, CALLS, 4, 0, CRASH_POINT_COUNT },
	{ CRASH_ANSWER_RECEIVED, CALLS, 3, U | I, CRASH_POINT_COUNT },
	{ CRASH_ANSWER_RECORDED, CALLS, 3, 0, CRASH_POINT_COUNT },
	{ CRASH_JOB_STORED, BULK, 1, 0, CRASH_POINT_COUNT },
	{ CRASH_JOB_CREATED, BULK, 1, 0, CRASH_POINT_COUNT },
	{ CRASH_JOB_ID_STORED, BULK, 1, 0, CRASH_POINT_COUNT },
	{ CRASH_JOB_ATTEMPTS_PART, BULK, 1, 0, CRASH_POINT_COUNT },
	{ CRASH_JOB_ATTEMPTS, BULK, 1, 0, CRASH_POINT_COUNT },
	{ CRASH_UPLOAD_PART, BULK, 9, 0, CRASH_POINT_COUNT },
	{ CRASH_UPLOADED, BULK, 1, 0, CRASH_POINT_COUNT },
	{ CRASH_UPLOAD_STORED, BULK, 1, 0, CRASH_POINT_COUNT },
	{ CRASH_UPLOAD_COMPLETE, BULK, 1, 0, CRASH_POINT_COUNT },
	{ CRASH_JOB_TAKEN, BULK, 1, 0, CRASH_JOB_ATTEMPTS },
	{ CRASH_JOB_TAKEN, BULK, 1, 0, CRASH_UPLOAD_COMPLETE },
	{ CRASH_JOB_OVER, BULK, 1, 0, CRASH_POINT_COUNT },
	{ CRASH_RESULTS_READ, BULK, 1, 0, CRASH_POINT_COUNT },
	{ CRASH_RESULTS_PART, BULK, 2, BI, CRASH_POINT_COUNT },
	{ CRASH_RESULTS_RECORDED, BULK, 1, 0, CRASH_POINT_COUNT },
	{ CRASH_WRITE_BACK_BEFORE, I | BI, 3, 0, CRASH_POINT_COUNT },
	{ CRASH_WRITTEN_BACK, I | BI, 3, 0, CRASH_POINT_COUNT },
	{ CRASH_WRITE_BACK_RECORDED, I | BI, 3, 0, CRASH_POINT_COUNT },
	{ CRASH_FILE_BEFORE, F, 1, 0, CRASH_POINT_COUNT },
	{ CRASH_FILE_MOVED, F, 1, F, CRASH_POINT_COUNT },
	{ CRASH_FILE_SETTLED, F, 1, 0, CRASH_POINT_COUNT },
	{ CRASH_RUN_ENDING, ALL, 1, 0, CRASH_POINT_COUNT },
	{ CRASH_RUN_ENDED, ALL, 1, 0, CRASH_POINT_COUNT },
};

struct round {
	const struct place *place; /* NULL = random kills */
	enum play play;
	int times; /* it dies */
	int rows;
	uint64_t seed;
};

static struct round rounds[ROUNDS_MAX];
static int round_count;
static int report = -1; /* a file; each round that came to its verdict writes a line */

/* ---- one round ---- */

static void name_death(char *text, size_t size, enum crash_point point, int passing)
{
	snprintf(text, size, "%s:%d", crash_point_name(point), passing);
}

static void die_at_place(struct scene *scene, const struct round *round)
{
	const struct place *place = round->place;
	char death[64];

	if (place->before != CRASH_POINT_COUNT) {
		name_death(death, sizeof(death), place->before,
			place->before == CRASH_COMMIT_AFTER ? 12 : 1);
		ck_assert_msg(scene_die_at(scene, death), "%s is not passed", death);
	}
	name_death(death, sizeof(death), place->point, place->passing);
	for (int i = 0; i < round->times && scene_die_at(scene, death); i++)
		;
	ck_assert_msg(
		scene->deaths > (place->before != CRASH_POINT_COUNT), "%s is not passed", death);
}

static void die_at_random(struct scene *scene, const struct round *round)
{
	unsigned within = round->rows == MANY_ROWS ? MANY_KILL_WITHIN_MS : KILL_WITHIN_MS;
	uint64_t seed = round->seed;

	for (int i = 0; i < round->times; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		if (!scene_kill_after(scene, (int64_t)((seed >> 33) % within)))
			break;
	}
}

static bool holds(
	const struct round *round, const struct scene *scene, const struct verdict *verdict)
{
	bool insert = round->play == PLAY_INSERT || round->play == PLAY_BULK_INSERT;

	return verdict->lost == 0 && verdict->doubled == 0 &&
	       verdict->unknown <= (insert ? scene->allowed : 0);
}

static void tell(
	const struct round *round, const struct scene *scene, const struct verdict *verdict)
{
	char line[200];
	int len = snprintf(line, sizeof(line), "%-20s %-11s %6d %6d %4d %7d %7d %7d %6d%s\n",
		round->place ? crash_point_name(round->place->point) : "random kills",
		play_name(round->play), scene->deaths, verdict->rows, verdict->lost,
		verdict->doubled, verdict->unknown, scene->allowed, verdict->resent,
		holds(round, scene, verdict) ? "" : BROKEN);

	ck_assert_int_eq(write(report, line, (size_t)len), len);
}

START_TEST(every_row_is_accounted_for_whenever_the_program_dies)
{
	const struct round *round = &rounds[_i];
	struct verdict verdict;
	struct scene scene;

	scene_open(&scene, round->play, round->rows, false);
	if (round->place)
		die_at_place(&scene, round);
	else
		die_at_random(&scene, round);
	scene_finish(&scene, &verdict);
	tell(round, &scene, &verdict);
	scene_close(&scene);
	ck_assert_msg(holds(round, &scene, &verdict), FAILED,
		round->place ? crash_point_name(round->place->point) : "kills",
		play_name(round->play), verdict.lost, verdict.doubled, verdict.unknown,
		scene.allowed);
}
END_TEST

/* Too little for a store, for the rows, and for what becomes of them. */
static const struct {
	enum full_by by;
	int64_t kilobytes;
	enum play play;
} full[] = {
	{ FULL_BY_QUOTA, 200, PLAY_UPSERT },
	{ FULL_BY_QUOTA, 600, PLAY_INSERT },
	{ FULL_BY_QUOTA, 1000, PLAY_BULK_INSERT },
	{ FULL_BY_QUOTA, 1200, PLAY_FILE },
	{ FULL_BY_LAYER, 200, PLAY_UPSERT },
	{ FULL_BY_LAYER, 700, PLAY_INSERT },
	{ FULL_BY_LAYER, 1000, PLAY_BULK_INSERT },
	{ FULL_BY_LAYER, 1200, PLAY_FILE },
	{ FULL_BY_DISK, 40, PLAY_UPSERT }, /* not even the WAL's index has room */
	{ FULL_BY_DISK, 300, PLAY_UPSERT },
	{ FULL_BY_DISK, 900, PLAY_INSERT },
	{ FULL_BY_DISK, 1100, PLAY_BULK_INSERT },
	{ FULL_BY_DISK, 1300, PLAY_FILE },
};

START_TEST(a_full_disk_ends_a_run_that_goes_on_once_there_is_room)
{
	struct round round = { NULL, full[_i].play, 0, FEW_ROWS, 0 };
	enum full_by by = full[_i].by;
	struct verdict verdict;
	struct scene scene;

	if (by == FULL_BY_DISK && !small_disk_allowed("a run on a full disk"))
		by = FULL_BY_LAYER;
	scene_open(&scene, round.play, round.rows, by == FULL_BY_DISK);
	scene_fill_disk(&scene, by, full[_i].kilobytes * 1024);
	scene_finish(&scene, &verdict);
	scene_close(&scene);
	ck_assert_msg(holds(&round, &scene, &verdict), FAILED, "full disk", play_name(round.play),
		verdict.lost, verdict.doubled, verdict.unknown, scene.allowed);
}
END_TEST

/* ---- which rounds ---- */

static void add_round(const struct round *round)
{
	if (round_count < ROUNDS_MAX)
		rounds[round_count++] = *round;
}

static void add_places(bool brief)
{
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		for (int play = 0; play < PLAY_COUNT; play++) {
			struct round round = { &places[i], (enum play)play, 1,
				brief ? FEW_ROWS : SOME_ROWS, 0 };

			if (!((brief ? places[i].brief : places[i].plays) & (1u << play)))
				continue;
			add_round(&round);
			round.times = IN_ROW;
			if (!brief)
				add_round(&round);
		}
	}
}

static void add_kills(long count, uint64_t seed)
{
	for (long i = 0; i < count; i++)
		add_round(&(struct round){ NULL, (enum play)(i % PLAY_COUNT), KILLS, SOME_ROWS,
			seed * 1000003 + (uint64_t)i });
	add_round(&(struct round){ NULL, PLAY_UPSERT, MANY_KILLS, MANY_ROWS, seed });
	add_round(&(struct round){ NULL, PLAY_INSERT, MANY_KILLS, MANY_ROWS, seed });
}

static Suite *suite_matrix(void)
{
	Suite *suite = suite_create("crash/matrix");
	TCase *tc = tcase_create("matrix");

	tcase_add_loop_test(
		tc, every_row_is_accounted_for_whenever_the_program_dies, 0, round_count);
	tcase_set_timeout(tc, 600);
	tcase_add_loop_test(
		tc, a_full_disk_ends_a_run_that_goes_on_once_there_is_room, 0, ARRAY_SIZE(full));
	suite_add_tcase(suite, tc);
	return suite;
}

/* Every point has its place; a new one without would never be tried. */
static bool all_placed(void)
{
	bool placed[CRASH_POINT_COUNT] = { false };
	bool all = true;

	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		placed[places[i].point] = true;
	verbs_mark(placed);
	for (int i = 0; i < CRASH_POINT_COUNT; i++) {
		if (!placed[i])
			printf("%s is in no row of the table\n",
				crash_point_name((enum crash_point)i));
		all = all && placed[i];
	}
	return all;
}

/* How many rounds held what was promised. */
static int print_report(FILE *lines)
{
	static char text[256];
	int held = 0;

	printf("%-20s %-11s %6s %6s %4s %7s %7s %7s %6s\n", "died at", "way", "deaths", "rows",
		"lost", "doubled", "unknown", "allowed", "resent");
	rewind(lines);
	while (fgets(text, sizeof(text), lines)) {
		fputs(text, stdout);
		held += strstr(text, BROKEN) == NULL;
	}
	return held;
}

int main(int argc, char **argv)
{
	static suite_maker *const makers[] = { suite_matrix, suite_crash_verbs };
	bool brief = argc < 2;
	long kills = argc > 2 ? strtol(argv[2], NULL, 10) : 20;
	uint64_t seed = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;
	FILE *lines = tmpfile();
	int code;

	if (!lines || !all_placed())
		return EXIT_FAILURE;
	report = fileno(lines);
	add_places(brief);
	verbs_choose(brief, report);
	if (!brief)
		add_kills(kills, seed);
	code = check_main(makers, ARRAY_SIZE(makers));
	if (!brief)
		printf("%d of %d\n", print_report(lines), round_count + verbs_count());
	fclose(lines);
	return code;
}
