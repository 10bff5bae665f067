/* wizard_draw.c — the wizard on the screen: where one is, the form, its help, the test below. */

#include "base/base.h"
#include "tui/board/wizard_private.h"

#include "tui/board/connections.h"
#include "tui/board/steps.h"
#include "tui/widget/glyph.h"

/* Lines that the form leaves to the ping when there is one. */
#define PING_ROWS_MIN 4
#define HELP_ROWS 2
#define HELP_ROWS_WRONG 5
/* With fewer rows the help of a field gives way to the ping. */
#define TIGHT_ROWS 12

static const char *const step_names[STEP_COUNT] = { "Destination", "Agent", "Salesforce", "Save" };

static const struct {
	const char *words;
	enum style style;
} ping_words[] = {
	[PING_NONE] = { "not pinged", STYLE_QUIET },
	[PING_RUNNING] = { "pinging", STYLE_BUSY },
	[PING_STALE] = { "changed since its ping", STYLE_WARN },
	[PING_FAILED] = { "ping FAIL", STYLE_FAIL },
	[PING_GREEN] = { "ping OK", STYLE_OK },
};

static double ping_ms(const struct board *board, bool agent)
{
	const struct ping_shown *shown =
		ping_find(board, PING_OF_WIZARD, agent ? PING_AGENT : PING_SALESFORCE);
	double ms = 0;

	for (int i = 0; shown && i < shown->result.count; i++)
		ms += shown->result.steps[i].ms;
	return ms;
}

/* "[done]", "[ping OK 12 ms]" behind a step's name. */
static int draw_step_state(struct board *board, int y, int x, enum wizard_step step)
{
	struct wizard *wizard = board->wizard;
	bool agent = step == STEP_AGENT;
	enum ping_state state;

	if (step == STEP_DESTINATION && wizard->step > STEP_DESTINATION)
		return screen_text(board->screen, y, x, 20, STYLE_OK, "[done]");
	if (step != STEP_AGENT && step != STEP_SALESFORCE)
		return 0;
	state = wizard_ping_state(board, agent);
	if (state == PING_NONE && wizard->step <= step)
		return 0;
	if (state == PING_GREEN && ping_ms(board, agent) > 0)
		return screen_printf(board->screen, y, x, 24, STYLE_OK, "[ping OK %.0f ms]",
			ping_ms(board, agent));
	return screen_printf(
		board->screen, y, x, 26, ping_words[state].style, "[%s]", ping_words[state].words);
}

static void draw_head(struct board *board, struct area area)
{
	struct wizard *wizard = board->wizard;
	const char *name = form_text(&wizard->forms[STEP_DESTINATION], DEST_NAME);
	char where[64];
	int x = 3;

	screen_printf(board->screen, area.y, 1, area.cols / 2, STYLE_STRONG, "%s%s%s",
		wizard->editing ? "Connection" : "New connection", *name ? " " : "", name);
	snprintf(where, sizeof(where), "step %d of %d: %s", (int)wizard->step + 1, STEP_COUNT,
		step_names[wizard->step]);
	screen_right(board->screen, area.y, area.cols / 2, area.cols - area.cols / 2 - 1,
		STYLE_TEXT, where);
	for (int i = 0; i < STEP_COUNT; i++) {
		bool here = i == (int)wizard->step;

		x += screen_printf(board->screen, area.y + 1, x, area.cols - x,
			     here ? STYLE_TAB_ON : STYLE_TAB, "%d %s", i + 1, step_names[i]) +
		     1;
		x += draw_step_state(board, area.y + 1, x, (enum wizard_step)i) + 2;
	}
}

/* What to type into Salesforce, so that it may call the agent. */
static void set_remote_site(struct wizard *wizard)
{
	struct form *form = &wizard->forms[STEP_AGENT];
	const char *host = form_text(form, AGENT_HOST);
	char text[400];

	if (*host)
		snprintf(text, sizeof(text), "%s%s:%s", strstr(host, "://") ? "" : "http://", host,
			form_text(form, AGENT_PORT));
	else
		text_copy(text, sizeof(text), "for Salesforce Setup > Remote Site Settings");
	form_set_text(form, AGENT_REMOTE_SITE, text);
}

static void draw_ping(struct board *board, struct area area)
{
	struct wizard *wizard = board->wizard;
	const struct ping_shown *shown = ping_find(
		board, PING_OF_WIZARD, wizard->step == STEP_AGENT ? PING_AGENT : PING_SALESFORCE);

	if (shown)
		steps_draw(board->screen, (struct area){ area.y, 1, area.rows, area.cols - 2 },
			&shown->result, shown->running, wizard->steps_back);
}

/* Is there a ping, or a test of the source, to be shown below the form? */
static bool has_test(const struct board *board)
{
	enum wizard_step step = board->wizard->step;

	if (step == STEP_DESTINATION)
		return board->wizard->source.asked;
	return (step == STEP_AGENT || step == STEP_SALESFORCE) &&
	       ping_find(board, PING_OF_WIZARD, step == STEP_AGENT ? PING_AGENT : PING_SALESFORCE);
}

/* Returns how many lines the whole help has; `area.rows` 0 counts only. */
static int draw_help(struct board *board, struct area area)
{
	struct wizard *wizard = board->wizard;
	bool wrong;
	const char *help = form_help(&wizard->forms[wizard->step], &wrong);

	return screen_paragraph(board->screen, (struct area){ area.y, 3, area.rows, area.cols - 4 },
		wrong ? STYLE_FAIL : STYLE_QUIET, help, 0);
}

/* What is wrong is told to its end; other help takes what the form of `rows` lines leaves. */
static int help_rows(struct board *board, struct area area, int rows, bool wrong)
{
	int wanted = draw_help(board, (struct area){ area.y, 0, 0, area.cols });
	int spare = area.rows - rows - (has_test(board) ? PING_ROWS_MIN + 1 : 0);
	int most = wrong ? HELP_ROWS_WRONG : spare;

	if (wanted > most)
		wanted = most;
	return wanted < HELP_ROWS ? HELP_ROWS : wanted;
}

/* Form, help, and what is left to the test. */
static void draw_form_step(struct board *board, struct area area)
{
	struct wizard *wizard = board->wizard;
	struct form *form = &wizard->forms[wizard->step];
	bool wrong = form->fields[form->focus].error[0] != '\0';
	bool tight = area.rows < TIGHT_ROWS && has_test(board) && !wrong;
	int rows = form_rows(form, area.cols - 2);
	int help = tight ? 0 : help_rows(board, area, rows, wrong);
	int below = help + (has_test(board) ? PING_ROWS_MIN + 1 : 0);

	if (rows > area.rows - below)
		rows = area.rows - below;
	if (rows < 2)
		rows = 2;
	form_draw(form, board->screen, (struct area){ area.y, 2, rows, area.cols - 2 }, true);
	area.y += rows;
	area.rows -= rows;
	if (area.rows > HELP_ROWS + PING_ROWS_MIN) { /* a blank line where there is room */
		area.y++;
		area.rows--;
	}
	draw_help(board, (struct area){ area.y, 0, help, area.cols });
	area.y += help;
	area.rows -= help;
	if (has_test(board) && area.rows > 1) {
		screen_sign(board->screen, area.y, 0, area.cols, STYLE_RULE, SIGN_RULE);
		if (wizard->step == STEP_DESTINATION)
			wizard_draw_source(board,
				(struct area){ area.y + 1, 3, area.rows - 1, area.cols - 4 });
		else
			draw_ping(board, (struct area){ area.y + 1, 0, area.rows - 1, area.cols });
	}
}

/* ---- the last step: what will be saved ---- */

static int draw_fact(struct board *board, int y, const char *label, int style, const char *text)
{
	screen_text(board->screen, y, 3, 14, STYLE_LABEL, label);
	screen_text(board->screen, y, 18, screen_cols(board->screen) - 19, style, text);
	return y + 1;
}

static void ping_fact(char *out, size_t size, struct board *board, bool agent)
{
	enum ping_state state = wizard_ping_state(board, agent);
	const char *const todo = agent ? "step 2" : "step 3";

	snprintf(out, size, "%s%s%s%s", ping_words[state].words,
		state == PING_GREEN || state == PING_RUNNING ? "" : ": go back to ",
		state == PING_GREEN || state == PING_RUNNING ? "" : todo,
		state == PING_GREEN || state == PING_RUNNING ? "" : " and ping");
}

static void draw_save_step(struct board *board, struct area area)
{
	struct wizard *wizard = board->wizard;
	struct form *form = &wizard->forms[STEP_SAVE];
	struct connection connection;
	char text[600];
	int y = area.y;
	int end = area.y + area.rows;
	bool green = wizard_ping_state(board, true) == PING_GREEN &&
		     wizard_ping_state(board, false) == PING_GREEN;

	connection_init(&connection);
	wizard_build(&connection, wizard, board->env->catalog->keyring, NULL);
	y = draw_fact(board, y, "Name", STYLE_STRONG, connection.name ? connection.name : "");
	if (connection.type == CONNECTION_AGENT_DATABASE)
		odbc_without_password(text, sizeof(text), connection.source.odbc);
	else
		snprintf(text, sizeof(text), "%s",
			connection.source.folder ? connection.source.folder : "");
	y = draw_fact(board, y, connection_type_name(connection.type), STYLE_TEXT, text);
	if (connection.agent.called_by_salesforce)
		snprintf(text, sizeof(text), "%s:%d",
			connection.agent.host ? connection.agent.host : "", connection.agent.port);
	else
		text_copy(text, sizeof(text), "not called by Salesforce");
	y = draw_fact(board, y, "Agent", STYLE_TEXT, text);
	ping_fact(text, sizeof(text), board, true);
	y = draw_fact(board, y, "", ping_words[wizard_ping_state(board, true)].style, text);
	snprintf(text, sizeof(text), "%s  %s",
		connection.salesforce.domain ? connection.salesforce.domain : "",
		environment_name(connection.salesforce.environment));
	y = draw_fact(board, y, "Salesforce", STYLE_TEXT, text);
	ping_fact(text, sizeof(text), board, false);
	y = draw_fact(board, y, "", ping_words[wizard_ping_state(board, false)].style, text);
	connection_free_fields(&connection);
	form->fields[SAVE_SAVE].off = !green;
	if (end - y > HELP_ROWS + 1) /* a blank line where there is room */
		y++;
	form_draw(form, board->screen, (struct area){ y, 2, 1, area.cols - 2 }, true);
	if (end > y + 1)
		draw_help(board, (struct area){ y + 1, 0, end - y - 1, area.cols });
}

void wizard_draw(struct board *board, struct area area)
{
	struct wizard *wizard = board->wizard;
	struct area rest = { area.y + 3, 0, area.rows - 3, area.cols };

	if (!wizard)
		return;
	draw_head(board, area);
	if (wizard->step == STEP_AGENT)
		set_remote_site(wizard);
	if (wizard->step == STEP_SAVE)
		draw_save_step(board, rest);
	else
		draw_form_step(board, rest);
}
