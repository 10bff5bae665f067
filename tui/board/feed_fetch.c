/* feed_fetch.c — the queries behind each part of the board. Runs on the feed's thread alone. */

#include "base/base.h"
#include "tui/board/feed_private.h"

#include "base/clock.h"
#include "base/text.h"

#define AUDIT_ROWS 100
#define HISTORY_ROWS 200
/* Ages grow by themselves: so old may they be. */
#define TRAFFIC_MS 30000

/* ---- the catalog ---- */

void catalog_model_free(struct catalog_model *model)
{
	if (!model)
		return;
	for (int i = 0; i < model->connection_count; i++)
		connection_free_fields(&model->connections[i].connection);
	for (int i = 0; i < model->interface_count; i++)
		interface_free_fields(&model->interfaces[i].interface);
	free(model->connections);
	free(model->interfaces);
	free(model);
}

void feed_news_free(struct feed_news *news, unsigned parts)
{
	if (parts & FEED_CATALOG) {
		catalog_model_free(news->catalog);
		news->catalog = NULL;
	}
	if (parts & FEED_STATES) {
		free(news->states);
		news->states = NULL;
	}
	if (parts & FEED_LAST) {
		free(news->last_runs);
		news->last_runs = NULL;
		free(news->schedules);
		news->schedules = NULL;
		news->schedule_count = 0;
	}
	if (parts & FEED_WINDOW)
		message_window_free(&news->window);
	if (parts & FEED_DETAIL) {
		message_detail_free(news->detail);
		audit_entries_free(news->audit, news->audit_count);
		news->detail = NULL;
		news->audit = NULL;
		news->audit_count = 0;
	}
	if (parts & FEED_HISTORY) {
		free(news->history);
		news->history = NULL;
	}
	if (parts & FEED_CAUSES) {
		free(news->causes);
		news->causes = NULL;
	}
	if (parts & FEED_BACKLOG) {
		free(news->backlog);
		news->backlog = NULL;
	}
}

static void load_connection(
	struct catalog_connection *out, const struct catalog *catalog, const char *name)
{
	struct err err = ERR_INIT;

	connection_init(&out->connection);
	if (catalog->connection(catalog->self, &out->connection, name, &err) == 0)
		return;
	text_copy(out->problem, sizeof(out->problem), err.text);
	connection_free_fields(&out->connection);
	connection_init(&out->connection);
	text_set(&out->connection.name, name);
}

static void load_interface(
	struct catalog_interface *out, const struct catalog *catalog, const char *name)
{
	struct err err = ERR_INIT;

	interface_init(&out->interface);
	if (catalog->interface(catalog->self, &out->interface, name, &err) == 0)
		return;
	text_copy(out->problem, sizeof(out->problem), err.text);
	interface_free_fields(&out->interface);
	interface_init(&out->interface);
	text_set(&out->interface.name, name);
}

static struct catalog_model *load_model(
	const struct catalog *catalog, struct text_list *connections, struct text_list *interfaces)
{
	struct catalog_model *model = calloc(1, sizeof(*model));
	struct err err = ERR_INIT;

	if (!model)
		return NULL;
	if (catalog->connections(catalog->self, connections, &err) != 0 ||
		catalog->interfaces(catalog->self, interfaces, &err) != 0)
		text_copy(model->problem, sizeof(model->problem), err.text);
	model->connections = calloc(connections->count + 1, sizeof(*model->connections));
	model->interfaces = calloc(interfaces->count + 1, sizeof(*model->interfaces));
	if (!model->connections || !model->interfaces) {
		catalog_model_free(model);
		return NULL;
	}
	for (size_t i = 0; i < connections->count; i++)
		load_connection(&model->connections[i], catalog, connections->items[i]);
	for (size_t i = 0; i < interfaces->count; i++)
		load_interface(&model->interfaces[i], catalog, interfaces->items[i]);
	model->connection_count = (int)connections->count;
	model->interface_count = (int)interfaces->count;
	return model;
}

static bool fetch_catalog(struct feed *feed, const struct feed_turn *turn, struct feed_news *news)
{
	const struct catalog *catalog = feed->options.catalog;
	uint64_t version;

	if (!turn->slow && !turn->all)
		return false;
	version = catalog->version(catalog->self);
	if (feed->loaded && version == feed->catalog_version && !turn->all)
		return false;
	text_list_free(&feed->connections);
	text_list_free(&feed->interfaces);
	news->catalog = load_model(catalog, &feed->connections, &feed->interfaces);
	if (!news->catalog)
		return false;
	news->parts |= FEED_CATALOG;
	feed->catalog_version = version;
	feed->loaded = true;
	return true;
}

/* ---- the store ---- */

static int fetch_states(struct feed *feed, struct feed_news *news, struct err *err)
{
	size_t count = feed->connections.count;
	int rc = 0;

	news->states = calloc(count + 1, sizeof(*news->states));
	if (!news->states)
		return err_nomem(err);
	news->parts |= FEED_STATES;
	for (size_t i = 0; i < count && !rc; i++)
		rc = view_connection(&news->states[i], feed->view, feed->connections.items[i], err);
	return rc;
}

static int last_run(struct run_info *out, struct view *view, const char *interface, struct err *err)
{
	struct run_info *runs = NULL;
	int count = 0;
	int rc = view_runs(&runs, &count, view, interface, 0, 1, err);

	if (rc == 0 && count > 0)
		*out = runs[0];
	free(runs);
	return rc;
}

static int fetch_last(struct feed *feed, struct feed_news *news, struct err *err)
{
	size_t count = feed->interfaces.count;
	int rc = 0;

	news->last_runs = calloc(count + 1, sizeof(*news->last_runs));
	if (!news->last_runs)
		return err_nomem(err);
	news->parts |= FEED_LAST;
	for (size_t i = 0; i < count && !rc; i++)
		rc = last_run(&news->last_runs[i], feed->view, feed->interfaces.items[i], err);
	if (rc == 0)
		rc = view_schedules(&news->schedules, &news->schedule_count, feed->view, err);
	return rc;
}

/* The run under way, else the newest. */
static int fetch_run(struct feed *feed, int64_t run, struct feed_news *news, struct err *err)
{
	struct run_info *open = NULL;
	int count = 0;
	int rc;

	news->parts |= FEED_RUN;
	if (run)
		return view_run(&news->run, feed->view, run, err);
	rc = view_open_runs(&open, &count, feed->view, err);
	if (rc == 0 && count > 0)
		news->run = open[0];
	for (int i = 1; rc == 0 && i < count; i++) {
		if (open[i].owner_pid && !news->run.owner_pid)
			news->run = open[i];
	}
	free(open);
	if (rc == 0 && count == 0)
		rc = last_run(&news->run, feed->view, NULL, err);
	return rc;
}

static int fetch_watched(struct feed *feed, const struct feed_request *request,
	struct feed_news *news, struct err *err)
{
	int rc = 0;

	for (int i = 0; i < WATCHED_MAX && rc == 0; i++) {
		if (request->watched[i])
			rc = view_run(&news->watched[i], feed->view, request->watched[i], err);
		if (rc == -ERR_NOT_FOUND) {
			err_clear(err);
			rc = 0;
		}
	}
	if (rc == 0)
		news->parts |= FEED_WATCHED;
	return rc;
}

static int fetch_newer(struct feed *feed, const struct feed_request *request,
	struct feed_news *news, struct err *err)
{
	struct filter *filter = NULL;
	int rc = filter_parse(&filter, request->newer_filter, clock_now(), NULL, err);

	if (rc == 0)
		rc = view_message_count_after(&news->newer, &news->newer_exact, feed->view, filter,
			request->newer_than, err);
	if (rc == 0)
		news->parts |= FEED_NEWER;
	filter_free(filter);
	return rc;
}

static int fetch_causes(struct feed *feed, const struct feed_request *request,
	struct feed_news *news, struct err *err)
{
	struct filter *filter = NULL;
	int rc = filter_parse(&filter, request->filter, clock_now(), NULL, err);

	if (rc == 0)
		rc = view_causes(&news->causes, &news->cause_count, feed->view, filter, err);
	if (rc == 0)
		news->parts |= FEED_CAUSES;
	filter_free(filter);
	return rc;
}

static int fetch_lists(struct feed *feed, const struct feed_request *request,
	struct feed_news *news, struct err *err)
{
	int rc = 0;

	if (request->parts & FEED_DETAIL && request->message) {
		rc = view_message(&news->detail, feed->view, request->message, err);
		if (!rc)
			rc = view_message_later(news->detail, feed->view, err);
		if (!rc)
			rc = process_row_place(&news->place, feed->view, news->detail, err);
		if (rc == 0)
			rc = view_audit(&news->audit, &news->audit_count, feed->view, 0,
				request->message, AUDIT_ROWS, err);
		news->parts |= rc == 0 ? (unsigned)FEED_DETAIL : 0u;
	}
	if (!rc && request->parts & FEED_HISTORY) {
		rc = view_runs(&news->history, &news->history_count, feed->view,
			request->interface[0] ? request->interface : NULL, 0, HISTORY_ROWS, err);
		news->parts |= rc == 0 ? (unsigned)FEED_HISTORY : 0u;
	}
	if (!rc && request->parts & FEED_CAUSES)
		rc = fetch_causes(feed, request, news, err);
	return rc;
}

static int fetch_parts(
	struct feed *feed, const struct feed_turn *turn, struct feed_news *news, struct err *err)
{
	const struct feed_request *request = &turn->request;
	int rc = 0;

	if (request->parts & FEED_STATES)
		rc = fetch_states(feed, news, err);
	if (!rc && request->parts & FEED_LAST)
		rc = fetch_last(feed, news, err);
	if (!rc && request->parts & FEED_RUN)
		rc = fetch_run(feed, request->run, news, err);
	if (!rc && request->parts & FEED_WATCHED)
		rc = fetch_watched(feed, request, news, err);
	if (!rc && request->parts & FEED_WINDOW)
		rc = search_window(feed, turn, news, err);
	if (!rc && request->parts & FEED_NEWER && request->newer_than)
		rc = fetch_newer(feed, request, news, err);
	if (!rc)
		rc = fetch_lists(feed, request, news, err);
	return rc;
}

/* Backlog and rates walk over more than a window does: they have time, and grow old by themselves.
 */
static int fetch_traffic(struct feed *feed, const struct feed_request *request,
	struct feed_news *news, struct err *err)
{
	int64_t now = clock_now();
	int rc = 0;

	if (request->parts & FEED_BACKLOG) {
		rc = view_waiting_lines(&news->backlog, &news->backlog_count, feed->view, now, err);
		news->parts |= rc == 0 ? (unsigned)FEED_BACKLOG : 0u;
	}
	if (!rc && request->parts & FEED_RATES) {
		rc = view_rates(news->rates, RATE_MINUTES, feed->view, now, 60000, err);
		news->parts |= rc == 0 ? (unsigned)FEED_RATES : 0u;
	}
	if (!rc) {
		feed->traffic_version = feed->version;
		feed->traffic_at = clock_mono();
	}
	return rc;
}

static bool traffic_is_old(const struct feed *feed, const struct feed_turn *turn)
{
	return turn->asked || (turn->slow && (feed->traffic_version != feed->version ||
						     clock_mono() - feed->traffic_at > TRAFFIC_MS));
}

/* A store that is not there yet is no error: nothing ran so far. */
static bool open_view(struct feed *feed, const struct feed_turn *turn, struct err *err)
{
	if (feed->view)
		return true;
	if (!turn->slow && !turn->asked)
		return false;
	if (view_open(&feed->view, feed->options.data, err) != 0) {
		if (err->kind == ERR_NOT_FOUND)
			err_clear(err);
		return false;
	}
	view_interrupt(feed->view, &feed->interrupt);
	feed->version = view_version(feed->view) - 1;
	return true;
}

static void fetch_store(
	struct feed *feed, const struct feed_turn *turn, bool names_changed, struct feed_news *news)
{
	struct err err = ERR_INIT;
	int64_t version;
	int rc = 0;

	if (!open_view(feed, turn, &err)) {
		news->err = err;
		return;
	}
	version = view_version(feed->view);
	if (version != feed->version || turn->asked || names_changed)
		rc = fetch_parts(feed, turn, news, &err);
	else if (feed->search.on)
		rc = search_window(feed, turn, news, &err);
	feed->version = rc == 0 ? version : version - 1; /* what failed is tried again */
	if (rc == 0 && traffic_is_old(feed, turn))
		rc = fetch_traffic(feed, &turn->request, news, &err);
	if (rc == 0)
		return;
	if (err.kind == ERR_INTERRUPTED) /* the next turn has a newer request */
		err_clear(&err);
	news->err = err;
}

bool feed_fetch(struct feed *feed, const struct feed_turn *turn, struct feed_news *news)
{
	bool names_changed = fetch_catalog(feed, turn, news);
	bool told;

	fetch_store(feed, turn, names_changed, news);
	told = news->parts != 0 || news->err.kind != feed->last.kind ||
	       !text_equal(news->err.text, feed->last.text);
	feed->last = news->err;
	return told;
}

void feed_forget(struct feed *feed)
{
	search_forget(feed);
	view_close(feed->view);
	text_list_free(&feed->connections);
	text_list_free(&feed->interfaces);
}
