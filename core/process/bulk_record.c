/*
 * bulk_record.c — what became of the rows of a job that is over: the result files are streamed over
 * the table of its rows, which was made as they left, or is made by the next owner from the store;
 * and the outcomes are recorded packet by packet.
 */

#include "base/base.h"
#include "process/bulk_private.h"
#include "base/clock.h"
#include "base/crash_point.h"
#include "base/text.h"

#define PACKETS_A_TURN 32

/* Unprocessed rows go in the next job at once; the pause between jobs is the job's. */
static const struct retry_pace pace_missing = { 5000, 60000, 0 };

struct record {
	struct bulk *bulk;
	const struct bulk_info *info;
	struct job_part *parts;
	int part_count;
	int64_t missing; /* rows in none of the files */
};

/* ---- the table ---- */

static int add_rows(struct bulk *bulk, const struct job_part *part, struct err *err)
{
	struct packet_out packet;
	const char *why = NULL;
	int rc = view_packet(&packet, bulk->view, part->packet, clock_now(), err);

	for (int i = 0; rc == 0 && i < packet.rows; i++) {
		if (!row_set_has(&part->rows, i))
			continue;
		rc = bulk_sheet_read(
			bulk->sheet, packet.records[i], packet.record_lens[i], true, &why, err);
		if (rc == 0)
			rc = bulk_match_add(bulk->match, bulk_sheet_key(bulk->sheet),
				bulk_sheet_content(bulk->sheet), err);
	}
	packet_out_free(&packet);
	return rc > 0 ? err_set(err, ERR_STORE, "a row of bulk job %s changed: %s", bulk->id, why)
		      : rc;
}

/* The rows of an earlier owner's job, as it sent them. */
static int make_table(struct bulk *bulk, const struct record *record, int rows, struct err *err)
{
	int rc = bulk_match_new(&bulk->match, bulk->spec.env->home_data, rows, err);

	if (!rc)
		rc = bulk_sheet_new(&bulk->sheet, bulk->spec.info->operation, &bulk->keys, err);
	for (int i = 0; i < record->part_count && !rc; i++)
		rc = add_rows(bulk, &record->parts[i], err);
	return rc;
}

static int find_table(struct record *record, struct err *err)
{
	struct bulk *bulk = record->bulk;
	int rows = 0;
	int rc = view_job_parts(&record->parts, &record->part_count, bulk->view, bulk->job, err);

	for (int i = 0; i < record->part_count; i++)
		rows += row_set_count(&record->parts[i].rows);
	if (!rc && !bulk->match)
		rc = make_table(bulk, record, rows, err);
	if (!rc && bulk_match_rows(bulk->match) != rows)
		rc = err_set(err, ERR_STORE, "bulk job %s has %d rows, and %d of them were sent",
			bulk->id, rows, bulk_match_rows(bulk->match));
	return rc;
}

/* ---- the files ---- */

static int take_line(
	void *ctx, struct bulk_sheet *sheet, const struct bulk_line *line, struct err *err)
{
	struct record *record = ctx;

	bulk_show_life(record->bulk);
	return bulk_match_take(record->bulk->match, sheet, line, err);
}

struct reading {
	struct record *record;
	enum bulk_file file;
};

static int call_results(void *ctx, struct bulk *bulk, struct err *err)
{
	struct reading *reading = ctx;

	return bulk_results(bulk->spec.org, bulk->id, reading->file, bulk->sheet, take_line,
		reading->record, &bulk->answer, err);
}

/* A file that broke off is read again, and with it those before: no line counts twice. */
static int read_files(struct record *record, struct err *err)
{
	struct bulk *bulk = record->bulk;

	bulk_match_forget(record->bulk->match);
	for (int file = 0; file < BULK_FILE_COUNT; file++) {
		struct reading reading = { record, (enum bulk_file)file };
		bool expected = file == BULK_FILE_SUCCESSFUL
					? record->info->processed > record->info->failed
				: file == BULK_FILE_FAILED
					? record->info->failed > 0
					: record->info->state != BULK_JOB_COMPLETE;

		/* What the counters say is empty is asked for only when rows are missing. */
		if (!expected && bulk_match_missing(record->bulk->match) == 0)
			continue;
		switch (bulk_ask_patiently(bulk, call_results, &reading, false, err)) {
		case BULK_DONE:
			break;
		case BULK_LOST:
			return 1;
		case BULK_GONE:
			return -ERR_NOT_FOUND;
		case BULK_REFUSED:
			bulk_end(bulk, RUN_STOPPED, err);
			return -err->kind;
		default:
			return -(int)err->kind;
		}
	}
	return 0;
}

static int read_files_patiently(struct record *record, struct err *err)
{
	struct bulk *bulk = record->bulk;
	int rc;

	for (int tries = 1; (rc = read_files(record, err)) > 0; tries++) {
		int64_t delay = retry_delay(&pace_missing, tries, 0);

		if (clock_mono() + delay > bulk->moved_at + bulk->spec.wait_ms) {
			bulk_end(bulk, RUN_PAUSED, err);
			return -err->kind;
		}
		rc = bulk_sleep(bulk, delay, err);
		if (rc)
			return rc;
	}
	return rc;
}

/* ---- outcomes ---- */

/* `halt` rows in a row that fail with one code: it is not the rows. */
static void count_failure(struct bulk *bulk, const struct row_result *result)
{
	struct err why = ERR_INIT;

	if (result->event == EVENT_SUCCEED)
		bulk->failures = 0;
	if (result->event != EVENT_FAIL)
		return;
	if (!text_equal(bulk->failure_code, result->code))
		bulk->failures = 0;
	text_copy(bulk->failure_code, sizeof(bulk->failure_code), result->code);
	if (++bulk->failures < bulk->spec.interface->halt)
		return;
	err_set(&why, ERR_REFUSED, "halted: %d rows in a row failed with %s: %s", bulk->failures,
		result->code, result->text ? result->text : "");
	text_copy(why.code, sizeof(why.code), result->code);
	bulk_end(bulk, RUN_STOPPED, &why);
}

static void row_stops(struct bulk *bulk, struct row_result *result)
{
	struct err why = ERR_INIT;

	err_set(&why, ERR_LIMIT, "%s: %s", result->code, result->text);
	text_copy(why.code, sizeof(why.code), result->code);
	result->event = EVENT_RETRY;
	result->next_try = clock_now();
	bulk_end(bulk, RUN_STOPPED, &why);
}

/* The text of `result` is owned. */
static void row_waits(struct row_result *result, const struct retry_pace *pace)
{
	char *words = NULL;

	if (asprintf(&words, PARENT_WAITED_FOR "%.400s", result->text) >= 0) {
		free((char *)(uintptr_t)result->text);
		result->text = words;
	}
	result->event = EVENT_RETRY;
	result->next_try = clock_now() + retry_delay(pace, 1, 0);
}

static void row_is_stuck(
	struct bulk *bulk, struct row_result *result, const struct packet_out *packet)
{
	char words[900];
	char *copy = NULL;

	if (parents_stuck(words, sizeof(words), bulk->parents, bulk->view, packet, result->position,
		    result->text))
		copy = strdup(words);
	if (copy) {
		free((char *)(uintptr_t)result->text);
		result->text = copy;
	}
}

/* A refusal that may pass makes the row wait; then Collections sends it, in small company. */
static void row_failed(
	struct bulk *bulk, struct row_result *result, const struct packet_out *packet)
{
	int64_t message = MESSAGE_ID(packet->packet, result->position);
	bool repeated = row_set_has(&packet->repeated, result->position);
	struct row_memory memory = { .tries = 1 };
	const struct retry_pace *pace;

	result->event = EVENT_FAIL;
	switch (retry_row(
		&pace, result->code, result->text, bulk->spec.info->operation, repeated)) {
	case ROW_PARENT:
		if (parents_open(bulk->parents, bulk->view, packet, result->position, result->text))
			row_waits(result, pace);
		else
			row_is_stuck(bulk, result, packet);
		break;
	case ROW_AGAIN:
		result->event = EVENT_RETRY;
		result->next_try = clock_now() + retry_delay(pace, 1, 0);
		break;
	case ROW_SPLIT:
	case ROW_UNDONE:
		result->event = EVENT_RETRY;
		result->next_try = clock_now();
		break;
	case ROW_GONE:
		result->event = EVENT_SUCCEED;
		break;
	case ROW_STOP:
		row_stops(bulk, result);
		break;
	default:
		break;
	}
	if (result->event == EVENT_RETRY)
		backlog_set_row(bulk->backlog, message, memory, NULL);
}

static void row_unanswered(struct record *record, struct row_result *result, bool missing)
{
	struct bulk *bulk = record->bulk;
	char words[700];

	record->missing += missing;
	result->event = missing && !bulk->may_repeat ? EVENT_LOSE : EVENT_RETRY;
	result->next_try = result->event == EVENT_RETRY ? clock_now() : 0;
	if (missing)
		snprintf(words, sizeof(words),
			"in none of the result files of bulk job %s: what became of the row is not "
			"known",
			bulk->id);
	else
		snprintf(words, sizeof(words), "not processed by bulk job %s (%s)%s%s", bulk->id,
			bulk_state_word(record->info->state), record->info->error[0] ? ": " : "",
			record->info->error);
	result->text = strdup(words);
}

/* The texts of `result` are owned. */
static int judge_row(struct record *record, struct row_result *result, int index,
	const struct packet_out *packet, struct err *err)
{
	struct bulk_row row;
	int rc = bulk_match_row(&row, record->bulk->match, index, err);

	if (rc)
		return rc;
	result->event = EVENT_SUCCEED;
	switch (row.verdict) {
	case BULK_ROW_SUCCEEDED:
		result->created = row.created;
		text_copy(result->salesforce_id, sizeof(result->salesforce_id), row.id);
		break;
	case BULK_ROW_FAILED:
		text_copy(result->code, sizeof(result->code), row.code);
		result->text = strdup(row.text);
		result->fields = strdup(row.fields);
		result->answer = row.error[0] ? strdup(row.error) : NULL;
		if (!result->text || !result->fields || (row.error[0] && !result->answer))
			return err_nomem(err);
		row_failed(record->bulk, result, packet);
		break;
	default:
		row_unanswered(record, result, row.verdict == BULK_ROW_MISSING);
	}
	count_failure(record->bulk, result);
	return 0;
}

/* ---- recording ---- */

struct answered {
	int64_t attempt;
	int count;
	struct row_result results[PACKET_ROWS_MAX];
	uint64_t hashes[PACKET_ROWS_MAX];
	int64_t packet;
};

struct turn {
	struct record *record;
	int count;
	struct answered packets[PACKETS_A_TURN];
};

static int apply_turn(void *ctx, struct store *store, struct err *err)
{
	struct turn *turn = ctx;
	int rc = 0;

	for (int i = 0; i < turn->count && rc == 0; i++) {
		const struct answered *packet = &turn->packets[i];

		rc = store_attempt_done(store, turn->record->bulk->spec.claim, packet->attempt, 200,
			NULL, packet->results, packet->count, err);
	}
	return rc;
}

static void free_turn(struct turn *turn)
{
	for (int i = 0; i < turn->count; i++)
		for (int k = 0; k < turn->packets[i].count; k++) {
			free((char *)(uintptr_t)turn->packets[i].results[k].text);
			free((char *)(uintptr_t)turn->packets[i].results[k].fields);
			free((char *)(uintptr_t)turn->packets[i].results[k].answer);
		}
	turn->count = 0;
}

/* What came to its end lets go of its key; what waits keeps it. */
static void settle_turn(struct turn *turn)
{
	struct backlog *backlog = turn->record->bulk->backlog;

	for (int i = 0; i < turn->count; i++) {
		const struct answered *packet = &turn->packets[i];

		for (int k = 0; k < packet->count; k++) {
			const struct row_result *result = &packet->results[k];
			int64_t message = MESSAGE_ID(packet->packet, result->position);

			if (result->event != EVENT_RETRY)
				backlog_settle(backlog, packet->hashes[k], message, result->event);
			else if (backlog_admit(backlog, packet->hashes[k], message))
				backlog_keep(backlog, packet->hashes[k], message);
		}
	}
}

static int end_turn(struct turn *turn, struct err *err)
{
	int rc = turn->count ? bulk_store(turn->record->bulk, apply_turn, turn, err) : 0;

	CRASH_POINT(RESULTS_PART);
	if (rc == 0)
		settle_turn(turn);
	free_turn(turn);
	return rc;
}

/* `*index` counts the rows of the table. */
static int judge_packet(struct answered *to, struct record *record, const struct job_part *part,
	int *index, struct err *err)
{
	struct bulk *bulk = record->bulk;
	struct packet_out packet;
	int rc = view_packet(&packet, bulk->view, part->packet, clock_now(), err);

	to->attempt = part->attempt;
	to->packet = part->packet;
	to->count = 0;
	for (int i = 0; rc == 0 && i < packet.rows; i++) {
		struct row_result *result = &to->results[to->count];

		if (!row_set_has(&part->rows, i))
			continue;
		*result = (struct row_result){ .position = i };
		to->hashes[to->count++] = bulk_key_hash(bulk, packet.keys[i]);
		rc = judge_row(record, result, (*index)++, &packet, err);
	}
	packet_out_free(&packet);
	return rc;
}

static int record_packets(struct record *record, struct err *err)
{
	struct turn *turn = calloc(1, sizeof(*turn));
	int index = 0;
	int rc = turn ? 0 : err_nomem(err);

	if (turn)
		turn->record = record;
	for (int i = 0; i < record->part_count && rc == 0; i++) {
		const struct job_part *part = &record->parts[i];

		if (part->done) {
			index += row_set_count(&part->rows);
			continue;
		}
		rc = judge_packet(&turn->packets[turn->count++], record, part, &index, err);
		if (rc == 0 && turn->count == PACKETS_A_TURN)
			rc = end_turn(turn, err);
	}
	if (rc == 0)
		rc = end_turn(turn, err);
	if (turn)
		free_turn(turn);
	free(turn);
	return rc;
}

/* Lines that fit no row: what they answer is not known, and a person has to look. */
static void complain(struct record *record)
{
	struct bulk *bulk = record->bulk;
	struct err why = ERR_INIT;
	const char *what;
	int odd = bulk_match_odd(record->bulk->match, &what);

	if (!odd)
		return;
	err_set(&why, ERR_PROTOCOL,
		"%d lines of the result files of bulk job %s do not fit the rows that were sent "
		"(%s): no row was given an outcome by them",
		odd, bulk->id, what);
	bulk_end(bulk, RUN_STOPPED, &why);
}

int bulk_record(struct bulk *bulk, const struct bulk_info *info, struct err *err)
{
	struct record record = { .bulk = bulk, .info = info };
	int rc = find_table(&record, err);

	if (!rc)
		rc = read_files_patiently(&record, err);
	CRASH_POINT(RESULTS_READ);
	if (!rc)
		rc = record_packets(&record, err);
	CRASH_POINT(RESULTS_RECORDED);
	if (!rc)
		complain(&record);
	free(record.parts);
	return rc;
}
