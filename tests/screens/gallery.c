/*
 * gallery.c — every screen as it looks at three sizes, in UTF-8 and ASCII, with many colours, eight
 * and none, reached by resizing, compared with golden screens. With PICTURES=FOLDER each is also
 * drawn (make screenshots).
 */

#include "screens/suites.h"

#include "base/text.h"
#include "screens/fixture.h"
#include "screens/golden.h"
#include "screens/picture.h"
#include "tui/board/state.h"

static void play_empty(struct fixture *fx)
{
	pty_wait(fx->pty, "agent up");
	pty_wait(fx->pty, "Press n");
}

static void play_connections(struct fixture *fx)
{
	pty_wait(fx->pty, "agent up");
	pty_wait(fx->pty, "FAIL");
	pty_type(fx->pty, "j");
	pty_wait(fx->pty, "ORG:ACME");
}

static void play_ping(struct fixture *fx)
{
	play_connections(fx);
	pty_type(fx->pty, "ks");
	pty_wait(fx->pty, "Policies");
}

static void play_interfaces(struct fixture *fx)
{
	pty_wait(fx->pty, "agent up");
	pty_type(fx->pty, "2");
	pty_wait(fx->pty, "1,204 ok");
	pty_type(fx->pty, "  ");
	pty_wait(fx->pty, ">[ ]");
	pty_wait(fx->pty, "SELECT contact_no");
}

static void play_process(struct fixture *fx)
{
	play_interfaces(fx);
	pty_type(fx->pty, "p");
	pty_wait(fx->pty, "[ Process ]");
}

static void play_org_name(struct fixture *fx)
{
	play_process(fx);
	pty_type(fx->pty, "\r");
	pty_wait(fx->pty, "Name of the org");
	pty_type(fx->pty, "ACM");
	pty_wait(fx->pty, "ACM");
}

static void play_history(struct fixture *fx)
{
	pty_wait(fx->pty, "agent up");
	pty_type(fx->pty, "2");
	pty_wait(fx->pty, "1,204 ok");
	pty_type(fx->pty, "\r");
	pty_wait(fx->pty, "Runs of accounts");
	pty_wait(fx->pty, "1,204");
}

static void play_interface_form(struct fixture *fx)
{
	pty_wait(fx->pty, "agent up");
	pty_type(fx->pty, "2");
	pty_wait(fx->pty, "1,204 ok");
	pty_type(fx->pty, "je");
	pty_wait(fx->pty, "Interface order-lines");
	pty_type(fx->pty, "\t\t\t\t");
	pty_wait(fx->pty, "One field a line");
}

static void play_preview(struct fixture *fx)
{
	pty_wait(fx->pty, "agent up");
	pty_type(fx->pty, "2");
	pty_wait(fx->pty, "1,204 ok");
	pty_type(fx->pty, "j");
	pty_wait(fx->pty, "SELECT order_no");
	pty_type(fx->pty, "v");
	pty_wait(fx->pty, "3 rows, 1 would fail");
	pty_type(fx->pty, "F");
	pty_wait(fx->pty, "FAIL STRING_TOO_LONG: Product");
}

static void play_preview_row(struct fixture *fx)
{
	play_preview(fx);
	pty_type(fx->pty, "\r");
	pty_wait(fx->pty, "From the source");
}

static void play_mapping(struct fixture *fx)
{
	pty_wait(fx->pty, "agent up");
	pty_type(fx->pty, "2");
	pty_wait(fx->pty, "1,204 ok");
	pty_type(fx->pty, "j");
	pty_wait(fx->pty, "SELECT order_no");
	pty_type(fx->pty, "m");
	pty_wait(fx->pty, "row 1 of 3");
	pty_type(fx->pty, " j");
	pty_wait(fx->pty, "row 2 of 3");
	pty_wait(fx->pty, "FAIL");
}

static void play_mapping_pick(struct fixture *fx)
{
	play_mapping(fx);
	pty_type(fx->pty, "\r");
	pty_wait(fx->pty, "Column for Name");
}

static void play_mapping_formula(struct fixture *fx)
{
	play_mapping(fx);
	pty_type(fx->pty, "j\r");
	pty_wait(fx->pty, "OK sends 0.6");
	pty_type(fx->pty, "\025round(prise, ");
	pty_type(fx->pty, "2)" KEY_LEFT);
	pty_wait(fx->pty, "did you mean price?");
}

static void play_monitor(struct fixture *fx)
{
	pty_wait(fx->pty, "agent up");
	pty_type(fx->pty, "3");
	pty_wait(fx->pty, "following");
	pty_wait(fx->pty, "what is sent");
	pty_wait(fx->pty, "ORD-00001599");
}

static void play_failures(struct fixture *fx)
{
	play_monitor(fx);
	pty_type(fx->pty, "F");
	pty_wait(fx->pty, "filter  status:failed");
	pty_wait(fx->pty, ">");
	pty_wait(fx->pty, "ORD-00000999");
}

static void play_wrong_filter(struct fixture *fx)
{
	play_monitor(fx);
	pty_type(fx->pty, "/statsu:failed\r");
	pty_wait(fx->pty, "^");
}

static void play_message(struct fixture *fx)
{
	play_failures(fx);
	pty_type(fx->pty, "\r");
	pty_wait(fx->pty, "What to do");
}

static void play_reprocess(struct fixture *fx)
{
	play_failures(fx);
	pty_type(fx->pty, "*r");
	pty_wait(fx->pty, "12 would be sent again");
}

static void play_edit(struct fixture *fx)
{
	play_failures(fx);
	pty_type(fx->pty, "e");
	pty_wait(fx->pty, "checked against");
}

static void play_causes(struct fixture *fx)
{
	play_monitor(fx);
	fixture_fail(fx, 8, 5, "STRING_TOO_LONG", "refused", "Name");
	fixture_fail(fx, 9, 3, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "refused", "Source__c");
	pty_type(fx->pty, "C");
	pty_wait(fx->pty, "20 failed by cause");
}

static void play_backlog(struct fixture *fx)
{
	play_monitor(fx);
	pty_type(fx->pty, "b");
	pty_wait(fx->pty, "the last hour: 2,804 ended, 9 failed");
	pty_wait(fx->pty, ">order-lines");
}

static void play_help(struct fixture *fx)
{
	play_monitor(fx);
	pty_type(fx->pty, "?");
	pty_wait(fx->pty, "Every source row");
}

static void play_command(struct fixture *fx)
{
	pty_wait(fx->pty, "agent up");
	pty_type(fx->pty, ":pi\t");
	pty_wait(fx->pty, "ping salesforce");
}

static void play_wizard_destination(struct fixture *fx)
{
	pty_wait(fx->pty, "agent up");
	pty_type(fx->pty, "n");
	pty_wait(fx->pty, "step 1 of 4");
	pty_wait(fx->pty, "SQLite3");
	pty_type(fx->pty, "orders-prod2\tERP orders\t\t\t\t/srv/erp/orders.db\t");
	pty_wait(fx->pty, "/srv/erp/orders.db");
}

static void play_wizard_push(struct fixture *fx)
{
	play_wizard_destination(fx);
	pty_type(fx->pty, KEY_F4);
	pty_wait(fx->pty, "step 2 of 4");
	pty_wait(fx->pty, "Salesforce calls");
}

static void play_wizard_agent(struct fixture *fx)
{
	play_wizard_push(fx);
	pty_type(fx->pty, KEY_RIGHT "\thttps://18.158.217.193\t\t\t\t");
	pty_wait(fx->pty, "https://18.158.217.193:9055");
	pty_type(fx->pty, "\r");
	pty_wait(fx->pty, "ping OK");
}

static void play_wizard_salesforce(struct fixture *fx)
{
	play_wizard_agent(fx);
	pty_type(fx->pty, KEY_F4);
	pty_wait(fx->pty, "step 3 of 4");
	pty_type(fx->pty, "\t\t\thttps://acme.my.salesforce.com\t3MVG9abcdef\tsecret\t\r");
	/* The last step; "[ping OK" alone would be the agent's. */
	pty_wait(fx->pty, fx->salesforce_ping == PING_PLAYS_GREEN ? "Order_Line__c" : "Policies");
	pty_settle(fx->pty, 200);
}

static void play_wizard_save(struct fixture *fx)
{
	play_wizard_salesforce(fx);
	pty_type(fx->pty, KEY_F4);
	pty_wait(fx->pty, "step 4 of 4");
}

static void play_first_mapping(struct fixture *fx)
{
	play_connections(fx);
	pty_type(fx->pty, "i");
	pty_wait(fx->pty, "sales.order_line");
	pty_type(fx->pty, "j\r");
	pty_wait(fx->pty, "Product2");
	pty_type(fx->pty, "jj\r");
	pty_wait(fx->pty, "legacy_flag");
}

static void play_checklist(struct fixture *fx)
{
	play_ping(fx);
	pty_type(fx->pty, "c");
	pty_wait(fx->pty, "2 refuted");
	pty_type(fx->pty, "jjjjj");
	pty_wait(fx->pty, ">REFUTED");
}

static void play_wizard_checklist(struct fixture *fx)
{
	play_wizard_salesforce(fx);
	pty_type(fx->pty, KEY_F6);
	pty_wait(fx->pty, "proven");
}

static void play_log(struct fixture *fx)
{
	pty_wait(fx->pty, "agent up");
	pty_type(fx->pty, KEY_F7);
	pty_wait(fx->pty, "following");
	pty_wait(fx->pty, "order-lines ended");
}

static void play_settings(struct fixture *fx)
{
	pty_wait(fx->pty, "agent up");
	pty_type(fx->pty, KEY_F8);
	pty_wait(fx->pty, "127.0.0.1");
	pty_type(fx->pty, "\t\t");
}

static void red(struct fixture *fx)
{
	fx->salesforce_ping = PING_PLAYS_RED;
}

static void empty(struct fixture *fx)
{
	fx->empty = true;
}

static void guarded(struct fixture *fx)
{
	fx->process_refused = true;
}

static const struct scene {
	const char *name, *caption;
	const struct page_ops *page;	 /* that is on top */
	void (*set)(struct fixture *fx); /* before the start; NULL = as it is */
	void (*play)(struct fixture *fx);
	bool prompt; /* stands in place of the page's keys */
} scenes[] = {
	{ "empty", "A first start", &connections_ops, empty, play_empty },
	{ "connections", "Connection: both pings of each destination", &connections_ops, NULL,
		play_connections },
	{ "ping", "A ping that fails says what to click", &connections_ops, red, play_ping },
	{ "checklist", "The set-up of Salesforce: proven, refuted, ticked", &checklist_ops, red,
		play_checklist },
	{ "first-mapping", "An interface out of a table, mapped by name", &first_ops, NULL,
		play_first_mapping },
	{ "interfaces", "Interface: tick, and press p for Manual Process", &interfaces_ops, NULL,
		play_interfaces },
	{ "process", "Manual Process asks once", &interfaces_ops, NULL, play_process },
	{ "org-name", "Many rows to production want the org's name", &interfaces_ops, guarded,
		play_org_name },
	{ "history", "The runs of an interface", &history_ops, NULL, play_history },
	{ "interface-form", "Editing an interface", &interface_form_ops, NULL,
		play_interface_form },
	{ "preview", "What would be sent, and what the org says of it", &preview_ops, NULL,
		play_preview },
	{ "preview-row", "One row of the preview", &preview_row_ops, NULL, play_preview_row },
	{ "mapping", "Which column fills which field, tried on a real row", &mapping_ops, NULL,
		play_mapping },
	{ "mapping-pick", "A column for a field", &mapping_pick_ops, NULL, play_mapping_pick },
	{ "mapping-formula", "A formula is tried as it is typed", &mapping_form_ops, NULL,
		play_mapping_formula },
	{ "monitor", "Message Monitor, following a run", &monitor_ops, NULL, play_monitor },
	{ "failures", "Failures only", &monitor_ops, NULL, play_failures },
	{ "wrong-filter", "A slip in the filter is pointed at", &monitor_ops, NULL,
		play_wrong_filter, true },
	{ "message", "One message: cause, remedy, payload, attempts", &message_ops, NULL,
		play_message },
	{ "reprocess", "Reprocess shows first what it would do", &monitor_ops, NULL,
		play_reprocess },
	{ "edit-payload", "Editing a payload, checked against the org", &payload_form_ops, NULL,
		play_edit },
	{ "causes", "Failures by cause", &causes_ops, NULL, play_causes },
	{ "backlog", "What waits, by age, and how fast rows go", &backlog_ops, NULL, play_backlog },
	{ "help", "Help is made from the keys of the page", &help_ops, NULL, play_help },
	{ "command", "The command line completes", &connections_ops, NULL, play_command, true },
	{ "wizard-1", "The wizard: destination", &wizard_ops, empty, play_wizard_destination },
	{ "wizard-2-push", "The wizard: does Salesforce call this agent?", &wizard_ops, empty,
		play_wizard_push },
	{ "wizard-2", "The wizard: the agent, pinged", &wizard_ops, empty, play_wizard_agent },
	{ "wizard-3", "The wizard: Salesforce, pinged", &wizard_ops, empty,
		play_wizard_salesforce },
	{ "wizard-3-red", "The wizard: what to do about a red ping", &wizard_ops, red,
		play_wizard_salesforce },
	{ "wizard-checklist", "The wizard: what is proven of the set-up", &checklist_ops, empty,
		play_wizard_checklist },
	{ "wizard-4", "The wizard: Save opens when both pings are OK", &wizard_ops, empty,
		play_wizard_save },
	{ "log", "What the agent wrote down", &log_ops, NULL, play_log },
	{ "settings", "The agent's own settings", &agent_form_ops, NULL, play_settings },
};

static const struct size {
	int rows, cols;
} sizes[] = { { 24, 80 }, { 15, 60 }, { 43, 132 } };

/* The first is what is agreed; what the others show follows from it. */
static const struct mode {
	const char *term;
	bool ascii, no_color;
	enum theme_depth depth;
	size_t start; /* the size in which the scene is played */
} modes[] = {
	{ NULL, false, false, THEME_256, 0 },
	{ NULL, true, true, THEME_MONO, 1 },
	{ "xterm-mono", false, false, THEME_MONO, 2 },
	{ "xterm", true, false, THEME_8, 0 },
};

/* A picture of each scene in the usual size, and of the monitor in a large one. */
static void draw_picture(struct fixture *fx, const struct scene *scene, const struct mode *mode,
	const struct size *size)
{
	const char *folder = getenv("PICTURES");
	bool usual = size == &sizes[0];
	char path[1024];

	if (text_empty(folder) || mode != modes ||
		(!usual && (size->cols < 132 || scene->play != play_monitor)))
		return;
	snprintf(path, sizeof(path), "%s/%s%s.svg", folder, scene->name, usual ? "" : "-large");
	picture_write(fx->pty, path, scene->caption);
}

/* One of the keys that the page shows in its last line is there. */
static bool shows_page(struct pty *pty, const struct page_ops *page)
{
	char key[KEY_NAME_MAX];
	char text[80];
	int rows;
	int cols;

	pty_size(pty, &rows, &cols);
	for (const struct key_binding *b = page->keys; b->name; b++) {
		snprintf(text, sizeof(text), " %s %s", keys_name(key, b->key), b->label);
		if (b->flags & BIND_LINE && strstr(pty_line(pty, rows - 1), text))
			return true;
	}
	return false;
}

/* From a telephone to a wall and back: what stood there stands there again. */
static void squeeze(struct pty *pty, const struct size *size)
{
	pty_settle(pty, 50);
	pty_resize(pty, 10, 40);
	pty_wait(pty, "40 x 10 is too small");
	pty_resize(pty, 60, 200);
	pty_wait_gone(pty, "too small");
	pty_resize(pty, size->rows, size->cols);
}

START_TEST(a_screen_looks_as_it_was_agreed)
{
	const struct scene *scene = &scenes[_i / (int)ARRAY_SIZE(modes)];
	const struct mode *mode = &modes[_i % (int)ARRAY_SIZE(modes)];
	const struct size *start = &sizes[mode->start];
	struct fixture fx;
	struct golden golden;

	if (!golden_open(&golden, scene->name, mode->ascii, mode->depth))
		return;
	fixture_init(&fx);
	if (scene->set)
		scene->set(&fx);
	fx.terminal.rows = start->rows;
	fx.terminal.cols = start->cols;
	fx.terminal.term = mode->term;
	fx.ascii = mode->ascii;
	fx.no_color = mode->no_color;
	fixture_start(&fx);
	golden.hide = fx.home->config;
	scene->play(&fx);
	if (mode->start) /* columns are as wide as what was seen since another size */
		squeeze(fx.pty, start);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		const struct size *size = &sizes[(mode->start + i) % ARRAY_SIZE(sizes)];

		if (i)
			pty_resize(fx.pty, size->rows, size->cols);
		golden_check(&golden, fx.pty);
		ck_assert(scene->prompt || shows_page(fx.pty, scene->page));
		draw_picture(&fx, scene, mode, size);
	}
	if (mode == modes && !golden.updating) {
		squeeze(fx.pty, start);
		golden_check(&golden, fx.pty);
	}
	golden_close(&golden);
	fixture_end(&fx);
}
END_TEST

/* What the README shows of the first ten minutes: scenes, in their order. */
static const char *const story[] = { "empty", "wizard-1", "wizard-2", "wizard-3", "wizard-4",
	"process", "monitor", "failures", "message", "edit-payload", "reprocess", NULL };

START_TEST(the_scenes_tell_the_first_ten_minutes)
{
	const char *folder = getenv("PICTURES");

	if (!text_empty(folder))
		picture_story(folder, "first-ten-minutes", story, 4);
}
END_TEST

START_TEST(every_page_has_its_scene)
{
	for (const struct page_ops *const *page = board_all_pages; *page; page++) {
		bool found = false;

		for (size_t i = 0; i < ARRAY_SIZE(scenes); i++)
			found |= scenes[i].page == *page;
		ck_assert_msg(found, "no golden screen shows the page \"%s\"", (*page)->name);
	}
}
END_TEST

Suite *suite_gallery(void)
{
	Suite *suite = suite_create("screens/gallery");
	TCase *tc = tcase_create("gallery");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, a_screen_looks_as_it_was_agreed, 0,
		(int)(ARRAY_SIZE(scenes) * ARRAY_SIZE(modes)));
	tcase_add_test(tc, every_page_has_its_scene);
	tcase_add_test(tc, the_scenes_tell_the_first_ten_minutes);
	suite_add_tcase(suite, tc);
	return suite;
}
