/* message.c — the messages: what became of every row. List, follow, show, export. */

#include "base/base.h"
#include "base/clock.h"
#include "store/view.h"
#include "tui/command/command.h"
#include "tui/command/follow.h"
#include "tui/command/message_report.h"
#include "tui/command/message_verb.h"

#include <fcntl.h>
#include <unistd.h>

#define LIST_DEFAULT 100
#define FOLLOW_DEFAULT 10
#define WINDOW_ROWS 500
#define AUDIT_MAX 1000

/* All words together are the filter. */
static int parse_filter(struct filter **out, const struct arguments *args, struct err *err)
{
	struct buf text = BUF_INIT(4096);
	int rc;

	for (size_t i = 0; i < args->words.count; i++)
		buf_addf(&text, "%s%s", i ? " " : "", args->words.items[i]);
	rc = buf_check(&text, "the filter", err);
	if (rc == 0)
		rc = filter_parse(out, buf_str(&text), clock_now(), NULL, err);
	buf_free(&text);
	return rc;
}

/* ---- walking ---- */

typedef int message_each(void *ctx, const struct message *msg, struct err *err);

/* Every message behind `anchor` that fits, in order, a window at a time. */
static int walk(struct view *view, const struct filter *filter, int64_t anchor, message_each *each,
	void *ctx, struct err *err)
{
	bool more = true;
	int rc = 0;

	while (rc == 0 && more) {
		struct message_window window = { 0 };

		rc = view_messages(&window, view, filter, WINDOW_AFTER, anchor, WINDOW_ROWS, err);
		for (int i = 0; rc == 0 && i < window.count; i++) {
			anchor = window.messages[i].id;
			rc = each(ctx, &window.messages[i], err);
		}
		more = window.more_after && window.count > 0;
		message_window_free(&window);
	}
	return rc;
}

/* The id before the last `limit` that fit; 0 when none does, so that whatever comes is behind it.
 */
static int find_start(int64_t *anchor, struct view *view, const struct filter *filter,
	int64_t limit, struct err *err)
{
	enum window_from from = WINDOW_TAIL;
	int64_t first = limit > 0 ? 1 : INT64_MAX;
	bool more = limit > 0;
	int rc = 0;

	while (rc == 0 && more) {
		struct message_window window = { 0 };
		int rows = (int)(limit < WINDOW_ROWS ? limit : WINDOW_ROWS);

		rc = view_messages(&window, view, filter, from, first, rows, err);
		if (rc == 0 && window.count)
			first = window.messages[0].id;
		limit -= window.count;
		more = window.more_before && window.count > 0 && limit > 0;
		from = WINDOW_BEFORE;
		message_window_free(&window);
	}
	*anchor = first - 1;
	return rc;
}

/* ---- list ---- */

struct listing {
	struct command_env *env;
	bool first;
};

static int list_one(void *ctx, const struct message *msg, struct err *err)
{
	struct listing *listing = ctx;
	struct buf text = BUF_INIT(1u << 20);
	struct json json = JSON_INIT(&text);

	(void)err;
	if (listing->env->json) {
		message_json(&json, msg);
		fprintf(listing->env->out, "%s%s", listing->first ? "" : ",", buf_str(&text));
		listing->first = false;
	} else {
		message_line(listing->env->out, msg);
	}
	buf_free(&text);
	return 0;
}

/* The document is begun before anybody knows whether the store can be read to its end. */
static void end_list_json(struct command_env *env, int rc, const struct err *err)
{
	struct buf text = BUF_INIT(8192);

	if (rc < 0) {
		json_escape(&text, err->text, strlen(err->text));
		fprintf(env->out, "],\"error\":{\"kind\":\"%s\",\"text\":%s}}\n",
			err_kind_name(err->kind), buf_str(&text));
	} else {
		fputs("]}\n", env->out);
	}
	buf_free(&text);
	env->printed = true;
}

static int list_messages(struct command_env *env, struct view *view, const struct filter *filter,
	int64_t limit, struct err *err)
{
	struct listing listing = { .env = env, .first = true };
	int64_t anchor = 0;
	int rc = view ? find_start(&anchor, view, filter, limit, err) : 0;

	if (rc < 0)
		return rc;
	if (env->json)
		fputs("{\"messages\":[", env->out);
	if (view)
		rc = walk(view, filter, anchor, list_one, &listing, err);
	if (env->json)
		end_list_json(env, rc, err);
	return rc;
}

/* Like tail -f: the last ones, and then what comes. */
static int follow_from(struct command_env *env, struct view *view, const struct filter *filter,
	int64_t limit, struct err *err)
{
	int64_t anchor = 0;
	int rc = limit > 0 ? find_start(&anchor, view, filter, limit, err)
			   : find_start(&anchor, view, NULL, 1, err);

	if (limit == 0)
		anchor++; /* behind the newest of all */
	return rc < 0 ? rc : follow_messages(env, view, filter, anchor, err);
}

static int message_list(struct command_env *env, const struct arguments *args)
{
	bool follow = argument_flag(args, "--follow");
	int64_t limit = argument_number(args, "--limit", follow ? FOLLOW_DEFAULT : LIST_DEFAULT);
	struct filter *filter = NULL;
	struct view *view = NULL;
	struct err err = ERR_INIT;
	int rc = parse_filter(&filter, args, &err);

	if (rc == 0)
		rc = view_open(&view, env->home->data, &err);
	if (rc == -ERR_NOT_FOUND && !follow)
		rc = 0; /* no store yet: an empty list */
	if (rc == 0 && follow)
		rc = follow_from(env, view, filter, limit, &err);
	else if (rc == 0)
		rc = list_messages(env, view, filter, limit, &err);
	view_close(view);
	filter_free(filter);
	return rc < 0 ? command_fail(env, &err) : 0;
}

/* ---- show ---- */

static int message_show(struct command_env *env, const struct arguments *args)
{
	struct message_detail *detail = NULL;
	struct row_place place = { .line = 0 };
	struct audit_entry *audit = NULL;
	int count = 0;
	struct buf text = BUF_INIT(256u << 20);
	struct json json = JSON_INIT(&text);
	struct view *view = NULL;
	struct err err = ERR_INIT;
	int64_t id;
	int rc = message_number(&id, args->words.items[0], &err);

	if (rc == 0)
		rc = view_open(&view, env->home->data, &err);
	if (rc == 0)
		rc = view_message(&detail, view, id, &err);
	if (rc == 0)
		rc = view_message_later(detail, view, &err);
	if (rc == 0)
		rc = process_row_place(&place, view, detail, &err);
	if (rc == 0)
		rc = view_audit(&audit, &count, view, 0, id, AUDIT_MAX, &err);
	if (rc == 0 && env->json) {
		json_open(&json, '{');
		json_key(&json, "message");
		message_detail_json_open(&json, detail);
		json_put_text(&json, "file", place.file[0] ? place.file : NULL);
		if (place.file[0])
			json_put_int(&json, "line", place.line);
		message_timeline_json(&json, detail, audit, count);
		json_close(&json, '}');
		json_close(&json, '}');
		command_print_json(env, &text);
	} else if (rc == 0) {
		message_detail_lines(env->out, detail);
		if (place.file[0])
			message_place_line(env->out, &place);
		message_timeline_lines(env->out, detail, audit, count);
	}
	audit_entries_free(audit, count);
	message_detail_free(detail);
	view_close(view);
	buf_free(&text);
	return rc < 0 ? command_fail(env, &err) : 0;
}

/* ---- export ---- */

struct exporting {
	FILE *to;
	bool lines; /* of JSON */
	bool exact;
	int64_t count;
};

static void export_line(FILE *to, const struct message *msg)
{
	struct buf text = BUF_INIT(1u << 20);
	struct json json = JSON_INIT(&text);

	message_json(&json, msg);
	fprintf(to, "%s\n", buf_str(&text));
	buf_free(&text);
}

static int export_one(void *ctx, const struct message *msg, struct err *err)
{
	struct exporting *exporting = ctx;

	if (exporting->lines)
		export_line(exporting->to, msg);
	else if (exporting->exact)
		message_csv_exact(exporting->to, msg);
	else
		message_csv(exporting->to, msg);
	exporting->count++;
	return ferror(exporting->to)
		       ? err_set_errno(err, ERR_STORE, errno, "could not write the file")
		       : 0;
}

static int export_all(struct exporting *exporting, struct view *view, const struct filter *filter,
	struct err *err)
{
	if (!exporting->lines)
		message_csv_header(exporting->to);
	return walk(view, filter, 0, export_one, exporting, err);
}

/* Customers' rows are for the user alone. */
static FILE *open_private(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	FILE *to = fd < 0 ? NULL : fdopen(fd, "w");

	if (fd >= 0 && !to)
		close(fd);
	return to;
}

/* Into a file beside it first: a half-written export never carries the name that was asked for. */
static int export_to(struct exporting *exporting, const char *path, struct view *view,
	const struct filter *filter, struct err *err)
{
	char temporary[4096];
	int rc;

	if (snprintf(temporary, sizeof(temporary), "%s.part", path) >= (int)sizeof(temporary))
		return err_set(err, ERR_USAGE, "the file's name is too long");
	exporting->to = open_private(temporary);
	if (!exporting->to)
		return err_set_errno(err, ERR_STORE, errno, "could not write %s", temporary);
	rc = export_all(exporting, view, filter, err);
	if (rc == 0 && (fflush(exporting->to) != 0 || fsync(fileno(exporting->to)) != 0))
		rc = err_set_errno(err, ERR_STORE, errno, "could not write %s", temporary);
	if (fclose(exporting->to) != 0 && rc == 0)
		rc = err_set_errno(err, ERR_STORE, errno, "could not write %s", temporary);
	if (rc == 0 && rename(temporary, path) != 0)
		rc = err_set_errno(err, ERR_STORE, errno, "could not write %s", path);
	if (rc < 0)
		unlink(temporary);
	return rc;
}

/* Which file, and what it is to hold. */
static int choose_export(const char **path, struct exporting *exporting,
	const struct arguments *args, struct err *err)
{
	const char *csv = argument_text(args, "--csv");
	const char *jsonl = argument_text(args, "--jsonl");

	*path = csv ? csv : jsonl;
	exporting->lines = jsonl != NULL;
	exporting->exact = argument_flag(args, "--exact");
	if (csv && jsonl)
		return err_set(err, ERR_USAGE, "--csv or --jsonl, not both");
	return *path ? 0
		     : err_set(err, ERR_USAGE,
			       "where to? --csv FILE or --jsonl FILE (- = standard output)");
}

static int message_export(struct command_env *env, const struct arguments *args)
{
	struct exporting exporting = { .to = env->out };
	struct filter *filter = NULL;
	struct view *view = NULL;
	const char *path = NULL;
	struct err err = ERR_INIT;
	int rc = choose_export(&path, &exporting, args, &err);

	if (rc == 0)
		rc = parse_filter(&filter, args, &err);
	if (rc == 0)
		rc = view_open(&view, env->home->data, &err);
	if (rc == 0 && strcmp(path, "-") == 0) {
		env->printed = true;
		rc = export_all(&exporting, view, filter, &err);
	} else if (rc == 0) {
		rc = export_to(&exporting, path, view, filter, &err);
	}
	view_close(view);
	filter_free(filter);
	if (rc < 0)
		return command_fail(env, &err);
	if (env->json && !env->printed) {
		fprintf(env->out, "{\"exported\":%" PRId64 "}\n", exporting.count);
		env->printed = true;
	} else if (!env->printed) {
		fprintf(env->out, "%" PRId64 " messages written to %s\n", exporting.count, path);
	}
	return 0;
}

static const struct option_spec list_options[] = {
	{ "--limit", OPTION_NUMBER, "K", "at most the last K (default 100; with --follow 10)" },
	{ "--follow", OPTION_FLAG, NULL, "go on with what happens; with --json one object a line" },
	{ NULL, OPTION_FLAG, NULL, NULL },
};

static const struct option_spec export_options[] = {
	{ "--csv", OPTION_TEXT, "F", "the CSV file to write, - for standard output" },
	{ "--jsonl", OPTION_TEXT, "F", "the same as one JSON object a line" },
	{ "--exact", OPTION_FLAG, NULL,
		"CSV without the ' before texts that a spreadsheet would take for formulas" },
	{ NULL, OPTION_FLAG, NULL, NULL },
};

const struct command message_commands[] = {
	{ "message list", "[FILTER] [--limit K] [--follow]",
		"What became of rows, the last stored at the end", list_options, 0, -1,
		message_list, false },
	{ "message show", "M", "One message: payload, attempts, what the org said, what to do",
		NULL, 1, 1, message_show, false },
	{ "message reprocess", "M... | --filter FILTER [--force] [--dry-run] [--wait MIN]",
		"Send messages again, mapped as today, each in its own run",
		message_reprocess_options, 0, -1, message_reprocess, true },
	{ "message cancel", "M... | --filter FILTER [--dry-run]",
		"Do not send messages that are New or Pending; give up failed ones by number",
		message_cancel_options, 0, -1, message_cancel, true },
	{ "message edit", "M --set FIELD=VALUE...",
		"Change the payload of one message before it is sent again", message_edit_options,
		1, 1, message_edit, true },
	{ "message resolve", "M... | --filter FILTER --as completed[:ID]|not-sent",
		"Settle what Unknown messages came to", message_resolve_options, 0, -1,
		message_resolve, true },
	{ "message export", "[FILTER] --csv F | --jsonl F", "Write messages to a file",
		export_options, 0, -1, message_export, false },
	{ NULL, NULL, NULL, NULL, 0, 0, NULL, false },
};
