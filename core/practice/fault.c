/* fault.c — seeded faults; see the header for what each does. */

#include "base/base.h"
#include "practice/fault.h"
#include "base/json.h"
#include "base/text.h"

#define SLOW_MS 2000

static const struct {
	const char *name, *help;
	bool slow; /* takes RATE:MS */
} kinds[FAULT_KINDS] = {
	[FAULT_RESET_BEFORE] = { "reset-before", "the line breaks before anything is done" },
	[FAULT_RESET_AFTER] = { "reset-after",
		"it is done, then the line breaks without an answer" },
	[FAULT_503] = { "503", "503 SERVER_UNAVAILABLE, nothing is done" },
	[FAULT_500_HTML] = { "500-html", "500 with a page of HTML; done all the same, or not" },
	[FAULT_TRUNCATE] = { "truncate", "it is done, the answer ends half-way" },
	[FAULT_SLOW] = { "slow", "it is done, the answer comes late (slow=RATE:MS, default 2000)",
		true },
	[FAULT_LOCK] = { "lock", "single rows fail with UNABLE_TO_LOCK_ROW" },
	[FAULT_LIMIT] = { "limit", "403 REQUEST_LIMIT_EXCEEDED, nothing is done" },
	[FAULT_401] = { "401", "the token dies, nothing is done" },
	[FAULT_BULK_FAIL] = { "bulk-fail",
		"a bulk job fails half-way; its other rows are not processed" },
	[FAULT_BULK_LOCK] = { "bulk-lock", "rows of bulk jobs fail with UNABLE_TO_LOCK_ROW" },
	[FAULT_BULK_LOST] = { "bulk-lost", "rows of bulk jobs are in none of the result files" },
	[FAULT_BULK_SLOW] = { "bulk-slow",
		"a bulk job stands still once (bulk-slow=RATE:MS, default 2000)", true },
};

void fault_init(struct faults *faults, uint64_t seed)
{
	*faults = (struct faults){ .seed = seed };
	for (int kind = 0; kind < FAULT_KINDS; kind++)
		faults->kinds[kind].ms = SLOW_MS;
}

const char *fault_name(enum fault_kind kind)
{
	return kinds[kind].name;
}

const char *fault_help(enum fault_kind kind)
{
	return kinds[kind].help;
}

static int unknown_kind(const char *text, struct err *err)
{
	struct buf names = BUF_INIT(1024);

	for (int kind = 0; kind < FAULT_KINDS; kind++)
		buf_addf(&names, "%s%s", kind ? ", " : "", kinds[kind].name);
	err_set(err, ERR_USAGE, "\"%s\" is no fault: write KIND=RATE with one of %s", text,
		buf_str(&names));
	buf_free(&names);
	return -ERR_USAGE;
}

int fault_set(struct faults *faults, const char *text, struct err *err)
{
	const char *equals = strchr(text, '=');
	size_t len = equals ? (size_t)(equals - text) : 0;
	char *end = NULL;
	double rate = equals ? strtod(equals + 1, &end) : -1;
	int64_t ms;
	bool whole;
	int kind = 0;

	while (kind < FAULT_KINDS &&
		!(strlen(kinds[kind].name) == len && strncmp(kinds[kind].name, text, len) == 0))
		kind++;
	if (kind == FAULT_KINDS)
		return unknown_kind(text, err);
	ms = faults->kinds[kind].ms;
	whole = !*end || (kinds[kind].slow && *end == ':' && text_int(&ms, end + 1, 0, 3600000));
	if (end == equals + 1 || !whole || !(rate >= 0 && rate <= 1))
		return err_set(err, ERR_USAGE,
			"\"%s\": the rate is a number from 0 (never) to 1 (always)", text);
	faults->kinds[kind].ms = ms;
	faults->kinds[kind].rate = rate;
	return 0;
}

/* splitmix64: a good number for each n without a state to carry along. */
static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15u;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

bool fault_hits(struct faults *faults, enum fault_kind kind)
{
	uint64_t n = faults->kinds[kind].chances++;
	double draw;

	if (faults->kinds[kind].rate <= 0)
		return false;
	draw = (double)(mix(mix(faults->seed + (uint64_t)kind) + n) >> 11) * 0x1p-53;
	return draw < faults->kinds[kind].rate;
}

void fault_list(struct buf *out, const struct faults *faults)
{
	struct json json = JSON_INIT(out);

	json_open(&json, '{');
	for (int kind = 0; kind < FAULT_KINDS; kind++)
		json_put_real(&json, kinds[kind].name, faults->kinds[kind].rate);
	json_close(&json, '}');
}
