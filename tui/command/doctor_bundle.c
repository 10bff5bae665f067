/* doctor_bundle.c — one text for a helper far away: what runs here, what the doctor found, how it
 * is set up, what failed lately, how large it all is. No row, no payload, no comment of the org
 * (which quotes values), no secret: each section leaves them out, and the whole is masked. */

#include "base/base.h"
#include "config/files.h"
#include "store/view.h"
#include "tui/command/doctor.h"

#include <sys/utsname.h>

#include "base/clock.h"
#include "base/file.h"

#define BUNDLE_MAX (16u << 20)
#define RUNS_SHOWN 30
#define CAUSES_SHOWN 20
#define LOG_TAIL 65536 /* bytes of agent.log that are looked through */

struct bundle {
	const struct doctor *doctor;
	struct buf *out;
};

/* ---- machine ---- */

static void add_system_name(struct buf *out)
{
	struct buf text = BUF_INIT(16384);
	const char *name = file_read(&text, "/etc/os-release", NULL) == 0
				   ? strstr(buf_str(&text), "PRETTY_NAME=")
				   : NULL;

	if (name)
		buf_addf(out, "%.*s\n", (int)strcspn(name, "\n"), name);
	buf_free(&text);
}

static void machine(struct bundle *bundle)
{
	struct utsname name;
	char now[CLOCK_TEXT_MAX];

	buf_addf(bundle->out, "time %s\n", clock_iso(now, clock_now()));
	if (uname(&name) == 0)
		buf_addf(bundle->out, "%s %s %s\n", name.sysname, name.release, name.machine);
	add_system_name(bundle->out);
	buf_addf(bundle->out, "home %s\ndata %s\n", bundle->doctor->env->home->config,
		bundle->doctor->env->home->data);
	doctor_library_versions(bundle->out);
}

static void findings(struct bundle *bundle)
{
	static const char *const words[] = { [VERDICT_OK] = "OK",
		[VERDICT_FAIL] = "FAIL",
		[VERDICT_WARN] = "WARN",
		[VERDICT_NOT_REACHED] = ".." };

	for (size_t i = 0; i < bundle->doctor->count; i++) {
		const struct finding *finding = &bundle->doctor->findings[i];

		buf_addf(bundle->out, "%-4s %s%s%s: %s\n", words[finding->verdict],
			finding->connection, finding->connection[0] ? ": " : "", finding->name,
			finding->detail);
	}
}

/* ---- settings ---- */

/* Values that are no secrets and yet nobody's business: told by their beginning. */
static bool shown_by_its_beginning(const char *key)
{
	return strcmp(key, "salesforce.consumer_key") == 0;
}

static void setting(void *ctx, const char *key, const char *value)
{
	struct bundle *bundle = ctx;

	if (text_empty(value))
		return;
	if (shown_by_its_beginning(key)) {
		buf_addf(bundle->out, "  %s = %.4s***\n", key, value);
		return;
	}
	buf_addf(bundle->out, "  %s = ", key);
	for (; *value; value++) {
		buf_add_char(bundle->out, *value);
		if (*value == '\n') /* a line that goes on stands further in */
			buf_add_str(bundle->out, "      ");
	}
	buf_add_char(bundle->out, '\n');
}

static void service(struct bundle *bundle)
{
	struct agent_settings settings;
	struct err err = ERR_INIT;

	agent_settings_init(&settings);
	if (files_load_settings(&settings, bundle->doctor->env->home, &err) < 0)
		buf_addf(bundle->out, "%s\n", err.text);
	else
		buf_addf(bundle->out,
			"  listen = %s\n  port = %d\n  username = %s\n  password_hash = %s\n"
			"  tls_cert = %s\n  parallel_runs = %d\n  log_level = %s\n",
			settings.listen, settings.port, settings.username,
			settings.password_hash ? "set" : "default",
			settings.tls_cert ? settings.tls_cert : "", settings.parallel_runs,
			settings.log_level);
	agent_settings_free_fields(&settings);
}

static void connections(struct bundle *bundle)
{
	const struct catalog *catalog = &bundle->doctor->env->catalog;
	struct text_list names = { NULL, 0 };

	if (catalog->connections(catalog->self, &names, NULL) < 0)
		names.count = 0;
	for (size_t i = 0; i < names.count; i++) {
		struct connection connection;
		struct err err = ERR_INIT;

		connection_init(&connection);
		buf_addf(bundle->out, "connection %s\n", names.items[i]);
		if (catalog->connection(catalog->self, &connection, names.items[i], &err) == 0)
			files_show_connection(&connection, setting, bundle);
		else
			buf_addf(bundle->out, "  %s\n", err.text);
		connection_free_fields(&connection);
	}
	text_list_free(&names);
}

static void interfaces(struct bundle *bundle)
{
	const struct catalog *catalog = &bundle->doctor->env->catalog;
	struct text_list names = { NULL, 0 };

	if (catalog->interfaces(catalog->self, &names, NULL) < 0)
		names.count = 0;
	for (size_t i = 0; i < names.count; i++) {
		struct interface interface;
		struct err err = ERR_INIT;

		interface_init(&interface);
		buf_addf(bundle->out, "interface %s\n", names.items[i]);
		if (catalog->interface(catalog->self, &interface, names.items[i], &err) == 0)
			files_show_interface(&interface, setting, bundle);
		else
			buf_addf(bundle->out, "  %s\n", err.text);
		interface_free_fields(&interface);
	}
	text_list_free(&names);
}

/* ---- runs ---- */

/* Codes, fields and counts; never the org's words, for they quote what was sent. */
static void causes(struct bundle *bundle, struct view *view, int64_t run)
{
	struct filter *filter = NULL;
	struct cause *list = NULL;
	char text[64];
	int count = 0;

	snprintf(text, sizeof(text), "run:%" PRId64 " status:failed,unknown,pending", run);
	if (filter_parse(&filter, text, clock_now(), NULL, NULL) < 0 ||
		view_causes(&list, &count, view, filter, NULL) < 0)
		count = 0;
	for (int i = 0; i < count && i < CAUSES_SHOWN; i++)
		buf_addf(bundle->out, "    %" PRId64 " x %s [%s]\n", list[i].count, list[i].code,
			list[i].fields);
	free(list);
	filter_free(filter);
}

static void run_lines(struct bundle *bundle, struct view *view, const struct run_info *run)
{
	char created[CLOCK_TEXT_MAX];
	const struct run_counts *c = &run->counts;

	buf_addf(bundle->out,
		"  run %" PRId64 " %s %s %s %s: %s, read %" PRId64 " = completed %" PRId64
		" + failed %" PRId64 " + pending %" PRId64 " + unknown %" PRId64
		" + cancelled %" PRId64 " + held %" PRId64 " + skipped %" PRId64 ", %" PRId64
		" calls\n",
		run->id, clock_iso(created, run->created), run->interface,
		operation_name(run->operation), transfer_mode_name(run->mode),
		run_state_name(run->state), c->read, c->completed, c->failed, c->pending,
		c->unknown, c->cancelled, c->held, c->skipped, run->calls);
	if (run->reason[0])
		buf_addf(bundle->out, "    %s\n", run->reason);
	if (c->failed || c->unknown || c->pending)
		causes(bundle, view, run->id);
}

static void store_lines(struct bundle *bundle, struct view *view)
{
	struct store_health health;
	struct err err = ERR_INIT;

	if (view_health(&health, view, 0, &err) < 0) {
		buf_addf(bundle->out, "  %s\n", err.text);
		return;
	}
	buf_addf(bundle->out,
		"  version %d\n  bytes %" PRId64 "\n  log bytes %" PRId64 "\n  free bytes %" PRId64
		"\n  runs %" PRId64 "\n  packets %" PRId64 "\n  open attempts %" PRId64 "\n",
		health.version, health.bytes, health.wal_bytes, health.free_bytes, health.runs,
		health.packets, health.open_attempts);
	for (int i = 0; i < MESSAGE_STATUS_COUNT; i++)
		buf_addf(bundle->out, "  %s %" PRId64 "\n",
			message_status_name((enum message_status)i), health.messages[i]);
}

static void store(struct bundle *bundle)
{
	struct run_info *runs = NULL;
	struct view *view = NULL;
	struct err err = ERR_INIT;
	int count = 0;
	int rc = view_open(&view, bundle->doctor->env->home->data, &err);

	if (rc == 0) {
		store_lines(bundle, view);
		rc = view_runs(&runs, &count, view, NULL, 0, RUNS_SHOWN, &err);
	}
	if (rc == -ERR_NOT_FOUND)
		buf_add_str(bundle->out, "  none yet\n");
	else if (rc < 0)
		buf_addf(bundle->out, "  %s\n", err.text);
	for (int i = 0; i < count; i++)
		run_lines(bundle, view, &runs[i]);
	free(runs);
	view_close(view);
}

/* ---- log ---- */

/* The warnings and errors among the last lines. */
static void log_lines(struct bundle *bundle)
{
	const char *path = bundle->doctor->env->home->log;
	FILE *file = fopen(path, "re");
	char line[2048];
	bool whole;

	if (!file) {
		buf_addf(bundle->out, "  %s\n", errno == ENOENT ? "none yet" : strerror(errno));
		return;
	}
	/* After a jump into the middle the first line is a part of one. */
	whole = fseek(file, -LOG_TAIL, SEEK_END) != 0;
	while (fgets(line, sizeof(line), file)) {
		if (whole && (strstr(line, " ERROR ") || strstr(line, " WARN ")))
			buf_addf(bundle->out, "  %s", line);
		whole = true;
	}
	fclose(file);
}

static const struct section {
	const char *title;
	void (*add)(struct bundle *bundle);
} sections[] = {
	{ "Program and machine", machine },
	{ "Findings", findings },
	{ "Service", service },
	{ "Connections", connections },
	{ "Interfaces", interfaces },
	{ "Store and runs", store },
	{ "Log: warnings and errors", log_lines },
};

int doctor_bundle(const struct doctor *doctor, const char *path, struct err *err)
{
	struct buf text = BUF_INIT(BUNDLE_MAX), masked = BUF_INIT(BUNDLE_MAX);
	struct bundle bundle = { doctor, &text };
	int rc;

	if (file_exists(path))
		return err_set(err, ERR_EXISTS, "%s is there already: name a new file", path);
	buf_add_str(&text, "Agentboard doctor\n");
	for (size_t i = 0; i < ARRAY_SIZE(sections); i++) {
		buf_addf(&text, "\n== %s ==\n", sections[i].title);
		sections[i].add(&bundle);
	}
	rc = buf_check(&text, "the bundle", err);
	if (rc == 0) {
		mask_add(&masked, doctor->mask, text.data, text.len);
		rc = buf_check(&masked, "the bundle", err);
	}
	if (rc == 0)
		rc = file_write(path, masked.data, masked.len, 0600, err);
	buf_wipe(&text);
	buf_free(&masked);
	return rc;
}
