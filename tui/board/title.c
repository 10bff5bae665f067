/* title.c — the words of the first line, and which of them give way when it is narrow. */

#include "base/base.h"
#include "tui/board/title.h"

#include "base/clock.h"
#include "base/text.h"
#include "tui/board/connections.h"
#include "tui/widget/glyph.h"

#define MARGIN 1
#define GAP 2
#define ORG_COLS_MIN 6
#define WORDS_SIZE 160

/* From left to right; what begins with KIND stands at the right end. */
enum place { NAME, HOME, KIND, ORG, API, AGENT, CLOCK, PLACES };

struct words {
	char full[WORDS_SIZE];
	char brief[WORDS_SIZE]; /* in its place when room is short */
};

struct title {
	struct words words[PLACES];
	bool production;
};

/* What gives way, one after the other, until the rest fits. After that the org's name is cut. */
static const struct {
	enum place place;
	bool to_brief; /* else it goes */
} cuts[] = {
	{ HOME, false },
	{ NAME, true },
	{ NAME, false },
	{ API, true },
	{ CLOCK, false },
	{ API, false },
};

/* ---- the words ---- */

static void home_words(char *out, size_t size, const struct home *home)
{
	const char *slash;

	if (home->system) {
		text_copy(out, size, "system");
	} else if (home->argument) {
		slash = strrchr(home->argument, '/');
		text_copy(out, size, slash && slash[1] ? slash + 1 : home->argument);
	}
}

static void agent_words(char *out, size_t size, const struct board *board)
{
	const struct agent_status *agent = &board->agent;
	const char *gap = "";

	if (board->env->read_only) {
		text_copy(out, size, "read-only");
		gap = "  ";
	}
	if (!board->agent_known)
		return;
	snprintf(out + strlen(out), size - strlen(out), "%sagent %s", gap,
		agent->up ? "up" : "down");
	if (agent->up && agent->alarm_count)
		snprintf(out + strlen(out), size - strlen(out), ", %d ALARM%s", agent->alarm_count,
			agent->alarm_count > 1 ? "S" : "");
	else if (agent->up && agent->problem_count)
		snprintf(out + strlen(out), size - strlen(out), ", a file is wrong");
}

/* The org by the name it gave itself, else the connection; and what kind of org it is. */
static void org_words(struct title *title, const struct connection *connection,
	const struct connection_state *state)
{
	bool seen = state && state->org_name[0];
	const char *domain = connection->salesforce.domain;
	const char *kind = "sandbox";

	title->production = connection_is_production(connection, state);
	if (domain && model_is_loopback(domain))
		kind = "practice";
	else if (title->production)
		kind = " PRODUCTION ";
	if (domain || title->production)
		text_copy(title->words[KIND].full, WORDS_SIZE, kind);
	snprintf(title->words[ORG].full, WORDS_SIZE, "%s%s", seen ? "ORG:" : "",
		seen		   ? state->org_name
		: connection->name ? connection->name
				   : "");
}

static void gauge_words(struct words *words, const struct connection_state *state)
{
	int64_t percent;

	if (!state || state->api_allowed <= 0)
		return;
	percent = state->api_used * 100 / state->api_allowed;
	snprintf(words->full, WORDS_SIZE, "api %" PRId64 "/%" PRId64 " (%" PRId64 "%%)",
		state->api_used, state->api_allowed, percent);
	snprintf(words->brief, WORDS_SIZE, "api %" PRId64 "%%", percent);
}

/* Hours and minutes: a second would cost the line bytes each second. */
static void clock_words(char *out, size_t size)
{
	char text[CLOCK_TEXT_MAX];
	int64_t now = clock_now();

	snprintf(out, size, "%.5s", clock_local_short(text, now, now));
}

static void fill(struct title *title, struct board *board)
{
	int current = board_current_connection(board);
	const struct connection_state *state = board_state(board, current);

	memset(title, 0, sizeof(*title));
	text_copy(title->words[NAME].full, WORDS_SIZE, "Agent Control Board");
	text_copy(title->words[NAME].brief, WORDS_SIZE, "Agentboard");
	home_words(title->words[HOME].full, WORDS_SIZE, board->env->home);
	agent_words(title->words[AGENT].full, WORDS_SIZE, board);
	gauge_words(&title->words[API], state);
	clock_words(title->words[CLOCK].full, WORDS_SIZE);
	if (current >= 0)
		org_words(title, &board->catalog->connections[current].connection, state);
}

/* ---- the line ---- */

static int cols_of(const struct title *title, bool ascii)
{
	int cols = -GAP;

	for (int i = 0; i < PLACES; i++) {
		if (title->words[i].full[0])
			cols += glyph_columns(title->words[i].full, ascii) + GAP;
	}
	return cols;
}

/* Returns how many columns the org's name may take. */
static int cut(struct title *title, bool ascii, int cols)
{
	int org;

	for (size_t i = 0; i < ARRAY_SIZE(cuts) && cols_of(title, ascii) > cols; i++) {
		struct words *words = &title->words[cuts[i].place];

		text_copy(words->full, WORDS_SIZE, cuts[i].to_brief ? words->brief : "");
	}
	org = glyph_columns(title->words[ORG].full, ascii);
	if (cols_of(title, ascii) > cols)
		org -= cols_of(title, ascii) - cols;
	return org > ORG_COLS_MIN ? org : ORG_COLS_MIN;
}

void title_draw(struct board *board)
{
	struct screen *screen = board->screen;
	bool ascii = screen_ascii(screen);
	int end = screen_cols(screen) - MARGIN;
	struct title title;
	int x = MARGIN;
	int org;

	fill(&title, board);
	org = cut(&title, ascii, end - x);
	screen_fill(screen, (struct area){ 0, 0, 1, screen_cols(screen) }, STYLE_TITLE);
	for (int i = 0; i < PLACES; i++) {
		bool loud = i == KIND && title.production;
		int room = end - x;

		if (i == KIND && room > cols_of(&title, ascii))
			x = end - cols_of(&title, ascii);
		if (title.words[i].full[0])
			x += screen_text(screen, 0, x, i == ORG && org < room ? org : room,
				     loud ? STYLE_PRODUCTION : STYLE_TITLE, title.words[i].full) +
			     GAP;
		title.words[i].full[0] = '\0'; /* what is left is to the right of it */
	}
}
