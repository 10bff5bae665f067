/* report.c — runs as JSON, as lines, as exit code. */

#include "base/base.h"
#include "base/clock.h"
#include "salesforce/remedy.h"
#include "tui/command/report.h"

#define CAUSES_SHOWN 10

void report_text(FILE *to, const char *text, int width)
{
	int written = 0;

	for (const unsigned char *c = (const unsigned char *)(text ? text : ""); *c; c++) {
		bool control = *c < ' ' || *c == 0x7f;

		if (c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0) { /* U+0080 to U+009F */
			control = true;
			c++;
		}
		fputc(control ? ' ' : *c, to);
		written += control || (*c & 0xc0) != 0x80;
	}
	for (; written < width; written++)
		fputc(' ', to);
}

const char *report_number(char text[REPORT_NUMBER_MAX], int64_t number)
{
	char digits[REPORT_NUMBER_MAX];
	int len = snprintf(digits, sizeof(digits), "%" PRId64, number);
	char *to = text;

	for (int i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0 && digits[i - 1] != '-')
			*to++ = ',';
		*to++ = digits[i];
	}
	*to = '\0';
	return text;
}

double report_seconds(const struct run_info *run)
{
	int64_t end = run->ended ? run->ended : clock_now();

	return run->started ? (double)(end - run->started) / 1000.0 : 0.0;
}

static void put_time(struct json *json, const char *key, int64_t ms)
{
	char text[CLOCK_TEXT_MAX];

	json_put_text(json, key, ms ? clock_iso(text, ms) : NULL);
}

static void write_back_json(struct json *json, const struct run_write_back *state)
{
	if (!state->wants)
		return;
	json_key(json, "write_back");
	json_open(json, '{');
	json_put_int(json, "open", state->open);
	json_put_int(json, "done", state->done);
	json_put_int(json, "unmatched", state->unmatched);
	json_put_int(json, "failing", state->failing);
	json_put_text(json, "note", state->note);
	json_close(json, '}');
}

/* "    write-back: 440 done (2 of them changed since they were read), 10 open: ..." */
static void write_back_line(FILE *to, const struct run_write_back *state)
{
	char number[REPORT_NUMBER_MAX];

	if (!state->wants || state->open + state->done == 0)
		return;
	fprintf(to, "    write-back: %s done", report_number(number, state->done));
	if (state->unmatched)
		fprintf(to, " (%s of them changed since they were read)",
			report_number(number, state->unmatched));
	if (state->open)
		fprintf(to, ", %s open", report_number(number, state->open));
	if (state->failing)
		fprintf(to, " (%s failing)", report_number(number, state->failing));
	if (state->open && state->note[0]) {
		fputs(": ", to);
		report_text(to, state->note, 0);
	}
	fputc('\n', to);
}

/* What the rows read are the sum of, in the order in which it is told. */
#define PARTS 7

struct named_count {
	const char *word;
	int64_t value;
};

static void count_parts(struct named_count parts[PARTS], const struct run_counts *counts)
{
	const struct named_count all[PARTS] = {
		{ "completed", counts->completed },
		{ "failed", counts->failed },
		{ "pending", counts->pending },
		{ "unknown", counts->unknown },
		{ "cancelled", counts->cancelled },
		{ "held", counts->held },
		{ "skipped", counts->skipped },
	};

	memcpy(parts, all, sizeof(all));
}

void report_run_json(struct json *json, const struct run_info *run, bool whole)
{
	struct named_count parts[PARTS];

	count_parts(parts, &run->counts);
	json_open(json, '{');
	json_put_int(json, "id", run->id);
	json_put_text(json, "interface", run->interface);
	json_put_text(json, "status", run_state_name(run->state));
	json_put_int(json, "read", run->counts.read);
	for (size_t i = 0; i < PARTS; i++)
		json_put_int(json, parts[i].word, parts[i].value);
	json_put_int(json, "calls", run->calls);
	json_put_real(json, "seconds", report_seconds(run));
	write_back_json(json, &run->write_back);
	if (whole) {
		put_time(json, "start", run->started ? run->started : run->created);
		put_time(json, "end", run->ended);
		json_put_text(json, "mode", transfer_mode_name(run->mode));
		json_put_text(json, "mode_why", run->mode_why);
		json_put_text(json, "who", run->who);
		json_put_text(json, "trigger", run->trigger);
		json_put_text(json, "connection", run->connection);
		json_put_text(json, "object", run->object);
		json_put_text(json, "operation", operation_name(run->operation));
		json_put_text(json, "reason", run->reason);
	} else if (run->reason[0]) {
		json_put_text(json, "reason", run->reason);
	}
	json_close(json, '}');
}

void report_run_line(FILE *to, const struct run_info *run)
{
	struct named_count parts[PARTS];
	const char *sign = " = ";
	char number[REPORT_NUMBER_MAX];

	count_parts(parts, &run->counts);
	fprintf(to, "run %" PRId64 " %s: %s%s, %s read", run->id, run->interface,
		run->dry_run ? "dry run, " : "", run_state_name(run->state),
		report_number(number, run->counts.read));
	for (size_t i = 0; i < PARTS; i++) {
		if (!parts[i].value)
			continue;
		fprintf(to, "%s%s %s", sign, report_number(number, parts[i].value), parts[i].word);
		sign = " + ";
	}
	fprintf(to, ", %s call%s, %.1f s\n", report_number(number, run->calls),
		run->calls == 1 ? "" : "s", report_seconds(run));
	if (run->reason[0]) {
		fputs("    ", to);
		report_text(to, run->reason, 0);
		fputc('\n', to);
	}
	write_back_line(to, &run->write_back);
}

/* One message of the cause, and what to do about that: its words tell more than its code. */
static void print_example(FILE *to, struct view *view, const struct cause *cause)
{
	struct message_window window = { 0 };
	const struct remedy *remedy = NULL;
	struct filter *filter = NULL;
	char text[160];

	snprintf(text, sizeof(text), "message:%" PRId64, cause->message);
	if (filter_parse(&filter, text, clock_now(), NULL, NULL) == 0 &&
		view_messages(&window, view, filter, WINDOW_AFTER, 0, 1, NULL) == 0 &&
		window.count == 1) {
		fputs("           e.g. ", to);
		report_text(to, window.messages[0].key, 0);
		fputs(": ", to);
		report_text(to, window.messages[0].comment, 0);
		fputc('\n', to);
		remedy = remedy_for_row(cause->code, window.messages[0].comment);
	}
	if (remedy)
		fprintf(to, "           %s\n", remedy->action);
	message_window_free(&window);
	filter_free(filter);
}

void report_causes(FILE *to, struct view *view, int64_t run)
{
	struct filter *filter = NULL;
	struct cause *causes = NULL;
	int count = 0;
	char text[64];

	snprintf(text, sizeof(text), "run:%" PRId64 " status:failed", run);
	if (filter_parse(&filter, text, clock_now(), NULL, NULL) < 0 ||
		view_causes(&causes, &count, view, filter, NULL) < 0)
		count = 0;
	for (int i = 0; i < count && i < CAUSES_SHOWN; i++) {
		char number[REPORT_NUMBER_MAX];

		fprintf(to, "    %6s %s%s%s%s\n", report_number(number, causes[i].count),
			causes[i].code, causes[i].fields[0] ? " [" : "", causes[i].fields,
			causes[i].fields[0] ? "]" : "");
		print_example(to, view, &causes[i]);
	}
	if (count > CAUSES_SHOWN)
		fprintf(to,
			"    and %d more causes: agentboard message list run:%" PRId64
			" status:failed\n",
			count - CAUSES_SHOWN, run);
	free(causes);
	filter_free(filter);
}

void outcome_add(struct outcome *outcome, const struct run_info *run, const struct err *result)
{
	const struct run_counts *counts = &run->counts;

	outcome->codes[err_exit_code(result->kind)] = true;
	if (run->state == RUN_CANCELLED)
		outcome->codes[130] = true;
	if (run->state == RUN_STOPPED && result->kind == ERR_NONE)
		outcome->codes[9] = true; /* whatever stopped it, it is not done */
	if (counts->pending > 0 || !run_state_final(run->state))
		outcome->codes[9] = true;
	/* A held row was not sent, for an earlier message of its key failed or is not settled. */
	if (counts->failed > 0 || counts->unknown > 0 || counts->held > 0)
		outcome->codes[1] = true;
}

int outcome_exit_code(const struct outcome *outcome)
{
	static const int by_weight[] = { 8, 3, 6, 4, 5, 7, 9, 1, 130, 2 };

	for (size_t i = 0; i < ARRAY_SIZE(by_weight); i++) {
		if (outcome->codes[by_weight[i]])
			return by_weight[i];
	}
	return 0;
}
