/* words.c — how the board says numbers and states. */

#include "base/base.h"
#include "tui/board/words.h"

#include "base/clock.h"
#include "base/text.h"
#include "tui/widget/theme.h"

char *words_count(char out[WORDS_MAX], int64_t count)
{
	char digits[WORDS_MAX];
	size_t len = (size_t)snprintf(digits, sizeof(digits), "%" PRId64, count);
	size_t used = 0;

	for (size_t i = 0; i < len && used + 2 < WORDS_MAX; i++) {
		if (i && (len - i) % 3 == 0 && digits[i - 1] != '-')
			out[used++] = ',';
		out[used++] = digits[i];
	}
	out[used] = '\0';
	return out;
}

char *words_duration(char out[WORDS_MAX], int64_t seconds)
{
	if (seconds < 60)
		snprintf(out, WORDS_MAX, "%" PRId64 "s", seconds);
	else if (seconds < 3600)
		snprintf(out, WORDS_MAX, "%" PRId64 "m%02ds", seconds / 60, (int)(seconds % 60));
	else
		snprintf(out, WORDS_MAX, "%" PRId64 "h%02dm", seconds / 3600,
			(int)(seconds / 60 % 60));
	return out;
}

static int64_t settled(const struct run_counts *counts)
{
	return counts->read - counts->pending;
}

int run_percent(const struct run_info *run)
{
	if (run_state_final(run->state))
		return 100;
	if (!run->reading_done || run->counts.read <= 0)
		return -1;
	return (int)(settled(&run->counts) * 100 / run->counts.read);
}

int64_t run_eta(const struct run_info *run)
{
	if (run_percent(run) < 0 || run->rows_per_second < 0.01)
		return -1;
	return (int64_t)((double)run->counts.pending / run->rows_per_second) + 1;
}

static void active_result(char *out, size_t size, const struct run_info *run)
{
	char count[WORDS_MAX];
	char rate[WORDS_MAX];
	char eta[WORDS_MAX] = "";
	int percent = run_percent(run);

	if (percent < 0) {
		snprintf(out, size, "%s read", words_count(count, run->counts.read));
		return;
	}
	if (run_eta(run) >= 0)
		words_duration(eta, run_eta(run));
	snprintf(out, size, "%d%% %s/s %s", percent,
		words_count(rate, (int64_t)run->rows_per_second), eta);
}

/* Counts that are not zero, the worst of them giving the style. */
static void count_words(char *out, size_t size, const struct run_counts *counts, int *style)
{
	const struct {
		int64_t count;
		const char *word;
		int style;
	} parts[] = {
		{ counts->failed, "failed", STYLE_FAIL },
		{ counts->unknown, "unknown", STYLE_WARN },
		{ counts->pending, "pending", STYLE_WARN },
		{ counts->completed, "ok", STYLE_OK },
		{ counts->cancelled, "cancelled", STYLE_WARN },
		{ counts->held, "held", STYLE_QUIET },
		{ counts->skipped, "skipped", STYLE_QUIET },
	};
	char count[WORDS_MAX];
	size_t used = 0;

	out[0] = '\0';
	*style = counts->failed ? STYLE_FAIL : counts->unknown ? STYLE_WARN : STYLE_OK;
	for (size_t i = 0; i < ARRAY_SIZE(parts) && used < size; i++) {
		if (parts[i].count == 0)
			continue;
		used += (size_t)snprintf(out + used, size - used, "%s%s %s", used ? " " : "",
			words_count(count, parts[i].count), parts[i].word);
	}
	if (!*out) {
		text_copy(out, size, "no rows");
		*style = STYLE_QUIET;
	}
}

/* What the source is still to be told of. */
static void add_write_back(char *out, size_t size, const struct run_info *run)
{
	char count[WORDS_MAX];
	size_t used = strlen(out);

	if (run->write_back.open > 0)
		snprintf(out + used, size - used, " %s to write back",
			words_count(count, run->write_back.open));
}

char *run_result(char *out, size_t size, const struct run_info *run, int *style)
{
	char counts[256];

	out[0] = '\0';
	*style = STYLE_BUSY;
	if (run->state == RUN_QUEUED) {
		text_copy(out, size, "queued");
	} else if (run->state == RUN_DONE) {
		count_words(out, size, &run->counts, style);
	} else if (run->state != RUN_READING && run->state != RUN_SENDING) {
		count_words(counts, sizeof(counts), &run->counts, style);
		snprintf(out, size, "%s: %s", run_state_name(run->state), counts);
		add_write_back(out, size, run);
		*style = STYLE_WARN;
	} else if (!run->owner_pid) {
		text_copy(out, size, WORDS_NOBODY_CARRIES);
		*style = STYLE_WARN;
	} else if (!run->responding) {
		snprintf(out, size, "not responding, pid %" PRId64, run->owner_pid);
		*style = STYLE_WARN;
	} else {
		active_result(out, size, run);
	}
	return out;
}

char *brake_words(char *out, size_t size, const struct connection_state *state, int *style)
{
	const struct brake_state *brake = state ? &state->brake : NULL;

	out[0] = '\0';
	if (!brake || brake->brake == BRAKE_ACTIVE)
		return out;
	*style = brake->brake == BRAKE_HELD ? STYLE_WARN : STYLE_FAIL;
	snprintf(out, size, "%s%s%s%s%s", brake_name(brake->brake), brake->who[0] ? " by " : "",
		brake->who, brake->reason[0] ? ": " : "", brake->reason);
	return out;
}

char *words_when(char out[WORDS_MAX], int64_t ms)
{
	time_t then = (time_t)(ms / 1000);
	time_t now = (time_t)(clock_now() / 1000);
	struct tm a;
	struct tm b;

	localtime_r(&then, &a);
	localtime_r(&now, &b);
	if (a.tm_year != b.tm_year)
		strftime(out, WORDS_MAX, "%b %Y", &a);
	else if (a.tm_yday != b.tm_yday)
		strftime(out, WORDS_MAX, "%d %b", &a);
	else
		strftime(out, WORDS_MAX, "%H:%M:%S", &a);
	return out;
}

char *run_when(char *out, size_t size, const struct run_info *run)
{
	char when[WORDS_MAX];

	out[0] = '\0';
	if (run->state == RUN_READING || run->state == RUN_SENDING)
		text_copy(out, size, run->state == RUN_READING ? "reading" : "sending");
	else if (run->id)
		text_copy(out, size,
			words_when(when, run->ended	? run->ended
					 : run->started ? run->started
							: run->created));
	return out;
}

int status_style(enum message_status status)
{
	static const int styles[MESSAGE_STATUS_COUNT] = {
		[MESSAGE_NEW] = STYLE_TEXT,
		[MESSAGE_PROCESSING] = STYLE_BUSY,
		[MESSAGE_PENDING] = STYLE_WARN,
		[MESSAGE_COMPLETED] = STYLE_OK,
		[MESSAGE_FAILED] = STYLE_FAIL,
		[MESSAGE_UNKNOWN] = STYLE_WARN,
		[MESSAGE_CANCELLED] = STYLE_QUIET,
	};

	return styles[status];
}
