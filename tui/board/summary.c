/* summary.c — what files and store know of one connection, below the list. */

#include "base/base.h"
#include "tui/board/connections.h"

#include "base/clock.h"
#include "base/text.h"
#include "ping/ping.h"
#include "tui/board/words.h"

#define LABEL_COLS 12

bool connection_is_production(
	const struct connection *connection, const struct connection_state *state)
{
	return connection->salesforce.domain &&
	       connection_to_production(
		       connection, state && state->org_id[0], state && state->sandbox);
}

/* Does the part of an ODBC string that starts here hold a password? */
static bool is_password(const char *part)
{
	static const char *const keys[] = { "pwd", "password" };

	part += strspn(part, " ");
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		size_t len = strlen(keys[i]);
		char word[16];

		snprintf(word, sizeof(word), "%.*s", (int)len, part);
		if (text_equal_fold(word, keys[i]) && strchr(" =", part[len]))
			return true;
	}
	return false;
}

void odbc_without_password(char *out, size_t size, const char *odbc)
{
	size_t used = 0;

	out[0] = '\0';
	while (odbc && *odbc) {
		size_t len = strcspn(odbc, ";");
		bool hide = is_password(odbc);

		if (hide && strchr(odbc, '{') && odbc + len > strchr(odbc, '{') &&
			strchr(odbc, '}'))
			len = (size_t)(strchr(odbc, '}') + 1 - odbc);
		used += (size_t)snprintf(out + used, size - used, "%s%.*s", used ? ";" : "",
			hide ? 7 : (int)len, hide ? "PWD=***" : odbc);
		if (used >= size)
			return;
		odbc += len + (odbc[len] == ';');
	}
}

struct lines {
	struct screen *screen;
	struct area area;
	int row;
};

static void add(struct lines *lines, int style, const char *label, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

static void add(struct lines *lines, int style, const char *label, const char *fmt, ...)
{
	char text[512];
	va_list args;
	int y = lines->area.y + lines->row;

	if (lines->row >= lines->area.rows)
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	screen_text(lines->screen, y, 2, LABEL_COLS, STYLE_LABEL, label);
	screen_text(
		lines->screen, y, 2 + LABEL_COLS, lines->area.cols - LABEL_COLS - 3, style, text);
	lines->row++;
}

static void add_verdict(struct lines *lines, int64_t checked, bool ok, bool stale,
	const char *summary, const char *key)
{
	char when[CLOCK_TEXT_MAX];

	if (!checked)
		add(lines, STYLE_QUIET, "", "not checked yet: press %s", key);
	else if (stale)
		add(lines, STYLE_WARN, "", "changed since its last ping: press %s", key);
	else if (ok)
		add(lines, STYLE_OK, "", "OK  %s", clock_local_full(when, checked));
	else
		add(lines, STYLE_FAIL, "", "FAIL  %s  %s", clock_local_full(when, checked),
			summary);
}

static void add_source(struct lines *lines, const struct connection *connection)
{
	const struct source_access *source = &connection->source;
	char text[400];

	if (connection->type == CONNECTION_AGENT_FILE) {
		add(lines, STYLE_TEXT, "Source", "%s  %s",
			source->url	 ? source->url
			: source->folder ? source->folder
					 : "no folder yet",
			source->pattern ? source->pattern : "*");
		return;
	}
	odbc_without_password(text, sizeof(text), source->odbc);
	add(lines, STYLE_TEXT, "Source", "%s", text[0] ? text : "no database yet: press Enter");
}

static void add_brake(struct lines *lines, const struct connection_state *state, const char *name)
{
	char words[400];
	char when[CLOCK_TEXT_MAX];
	int style = STYLE_WARN;

	if (!*brake_words(words, sizeof(words), state, &style))
		return;
	add(lines, style, "Runs wait", "%s, since %s", words,
		clock_local_full(when, state->brake.since));
	if (state->brake.brake == BRAKE_HELD)
		add(lines, STYLE_TEXT, "", "agentboard connection release %s", name);
	else
		add(lines, STYLE_TEXT, "", "mend the cause, then press s: a green ping ends it");
}

static void add_interfaces(struct lines *lines, const struct board *board, const char *name)
{
	char text[300] = "";
	int count = 0;

	for (int i = 0; i < board->catalog->interface_count; i++) {
		const struct interface *interface = &board->catalog->interfaces[i].interface;
		size_t used = strlen(text);

		if (!text_equal(interface->connection, name))
			continue;
		snprintf(text + used, sizeof(text) - used, "%s%s", count++ ? ", " : "",
			interface->name);
	}
	add(lines, count ? STYLE_TEXT : STYLE_QUIET, "Interfaces", "%s",
		count ? text : "none yet: press 2, then n");
}

void connection_summary_draw(struct board *board, int place, struct area area)
{
	const struct connection *connection = &board->catalog->connections[place].connection;
	const struct connection_state none = { 0 };
	const struct connection_state *state = board_state(board, place);
	struct lines lines = { board->screen, area, 0 };
	char agent_hash[40];
	char salesforce_hash[40];

	state = state ? state : &none;
	ping_config_hash(agent_hash, connection, true);
	ping_config_hash(salesforce_hash, connection, false);
	screen_printf(board->screen, area.y, 1, area.cols - 2, STYLE_STRONG, "%s%s%s",
		connection->name, text_empty(connection->description) ? "" : "  ",
		connection->description ? connection->description : "");
	lines.row = 1;
	add_source(&lines, connection);
	add(&lines, STYLE_TEXT, "Agent", "%s:%d  user %s",
		connection->agent.host ? connection->agent.host : "no host yet",
		connection->agent.port,
		connection->agent.username ? connection->agent.username : "not set");
	add_verdict(&lines, state->agent_checked, state->agent_ok,
		!text_equal(agent_hash, state->agent_config), state->agent_summary, "a");
	add(&lines, STYLE_TEXT, "Salesforce", "%s  %s%s%s",
		connection->salesforce.domain ? connection->salesforce.domain : "no My Domain yet",
		connection_is_production(connection, state) ? "PRODUCTION" : "not production",
		state->org_name[0] ? "  " : "", state->org_name);
	add_verdict(&lines, state->salesforce_checked, state->salesforce_ok,
		!text_equal(salesforce_hash, state->salesforce_config), state->salesforce_summary,
		"s");
	add_brake(&lines, state, connection->name);
	add_interfaces(&lines, board, connection->name);
}
