/* message_report.c — messages as JSON, lines and CSV. What comes from rows and orgs is hostile to
 * terminals: control bytes never reach one. */

#include "base/base.h"
#include "base/clock.h"
#include "salesforce/remedy.h"
#include "tui/command/message_exchange.h"
#include "tui/command/message_report.h"
#include "tui/command/report.h"

void message_json_open(struct json *json, const struct message *msg)
{
	char when[CLOCK_TEXT_MAX];

	json_open(json, '{');
	json_put_int(json, "id", msg->id);
	json_put_int(json, "run", msg->run);
	json_put_text(json, "interface", msg->interface);
	json_put_text(json, "key", msg->key);
	json_put_text(json, "status", message_status_name(msg->status));
	json_put_text(json, "salesforce_id", msg->salesforce_id);
	json_put_text(json, "code", msg->code ? msg->code : "");
	json_put_text(json, "comment", msg->comment ? msg->comment : "");
	json_put_text(json, "fields", msg->fields ? msg->fields : "");
	json_put_int(json, "attempts", msg->attempts);
	json_put_text(json, "time", clock_iso(when, msg->time));
	if (msg->next_try)
		json_put_text(json, "next_try", clock_iso(when, msg->next_try));
}

void message_json(struct json *json, const struct message *msg)
{
	message_json_open(json, msg);
	json_close(json, '}');
}

void message_line(FILE *to, const struct message *msg)
{
	char when[CLOCK_TEXT_MAX];

	fprintf(to, "%10" PRId64 "  %-10s  ", msg->id,
		clock_local_short(when, msg->time, clock_now()));
	report_text(to, msg->interface, 16);
	fputs("  ", to);
	report_text(to, msg->key, 20);
	fprintf(to, "  %-10s  %-18s  ", message_status_name(msg->status), msg->salesforce_id);
	if (msg->code && *msg->code) {
		report_text(to, msg->code, 0);
		if (msg->fields && *msg->fields) {
			fputs(" [", to);
			report_text(to, msg->fields, 0);
			fputc(']', to);
		}
		fputs(": ", to);
	}
	report_text(to, msg->comment, 0);
	fputc('\n', to);
}

static void attempts_json(struct json *json, const struct message_detail *detail)
{
	char when[CLOCK_TEXT_MAX];

	json_key(json, "attempts_made");
	json_open(json, '[');
	for (int i = 0; i < detail->attempt_count; i++) {
		const struct attempt_info *attempt = &detail->attempts[i];

		json_open(json, '{');
		json_put_int(json, "id", attempt->id);
		json_put_text(json, "request_id", attempt->request_id);
		if (attempt->job[0])
			json_put_text(json, "job", attempt->job);
		json_put_text(json, "sent", clock_iso(when, attempt->sent));
		json_put_text(
			json, "answered", attempt->done ? clock_iso(when, attempt->done) : NULL);
		json_put_int(json, "http_status", attempt->http_status);
		json_put_text(json, "note", attempt->note);
		json_put_text(json, "result", attempt->result);
		message_exchange_json(json, detail, i);
		json_close(json, '}');
	}
	json_close(json, ']');
}

void message_detail_json(struct json *json, const struct message_detail *detail)
{
	message_detail_json_open(json, detail);
	json_close(json, '}');
}

void message_detail_json_open(struct json *json, const struct message_detail *detail)
{
	char when[CLOCK_TEXT_MAX];

	message_json_open(json, &detail->message);
	json_put_text(json, "object", detail->object);
	json_put_text(json, "connection", detail->connection);
	json_put_bool(json, "superseded", detail->message.superseded);
	json_put_text(json, "write_back", write_back_name(detail->message.write_back));
	json_put_text(json, "write_back_text", detail->write_back_text);
	json_key(json, "payload");
	if (detail->record && *detail->record)
		json_raw(json, detail->record, strlen(detail->record));
	else
		json_null(json);
	json_put_text(json, "edited_by", detail->edited_by);
	json_put_text(
		json, "edited_at", detail->edited_at ? clock_iso(when, detail->edited_at) : NULL);
	attempts_json(json, detail);
}

static const char *const write_back_words[] = {
	[WRITE_BACK_OPEN] = "open",
	[WRITE_BACK_DONE] = "done",
	[WRITE_BACK_UNMATCHED] = "the row was changed since it was read",
};

/* ---- what happened to it, in order ---- */

bool message_attempt_is_next(
	const struct message_detail *detail, int attempt, const struct audit_entry *audit, int left)
{
	if (attempt == detail->attempt_count)
		return false;
	return left == 0 || detail->attempts[attempt].sent <= audit[left - 1].time;
}

static void audit_json(struct json *json, const struct audit_entry *entry)
{
	char when[CLOCK_TEXT_MAX];

	json_open(json, '{');
	json_put_text(json, "time", clock_iso(when, entry->time));
	json_put_text(json, "what", entry->action);
	json_put_text(json, "who", entry->who);
	json_put_text(json, "detail", entry->detail);
	json_close(json, '}');
}

static void attempt_json(struct json *json, const struct attempt_info *attempt)
{
	char when[CLOCK_TEXT_MAX];

	json_open(json, '{');
	json_put_text(json, "time", clock_iso(when, attempt->sent));
	json_put_text(json, "what", "attempt");
	json_put_int(json, "attempt", attempt->id);
	json_put_text(json, "answered", attempt->done ? clock_iso(when, attempt->done) : NULL);
	json_put_text(json, "result", attempt->result);
	json_close(json, '}');
}

void message_timeline_json(struct json *json, const struct message_detail *detail,
	const struct audit_entry *audit, int count)
{
	int attempt = 0;

	json_key(json, "timeline");
	json_open(json, '[');
	while (attempt < detail->attempt_count || count > 0) {
		if (message_attempt_is_next(detail, attempt, audit, count))
			attempt_json(json, &detail->attempts[attempt++]);
		else
			audit_json(json, &audit[--count]);
	}
	json_close(json, ']');
}

static void attempt_lines(FILE *to, const struct message_detail *detail, int number)
{
	const struct attempt_info *attempt = &detail->attempts[number];
	char sent[CLOCK_TEXT_MAX];
	char done[CLOCK_TEXT_MAX];

	fprintf(to, "  %s  attempt %" PRId64 ", %s%s", clock_local_full(sent, attempt->sent),
		attempt->id, attempt->done ? "answered " : "no answer recorded",
		attempt->done ? clock_local_full(done, attempt->done) : "");
	if (attempt->http_status)
		fprintf(to, "  HTTP %d", attempt->http_status);
	fprintf(to, "  %s %s\n", attempt->job[0] ? "bulk job" : "request", attempt->request_id);
	if (attempt->note && *attempt->note) {
		fputs("    ", to);
		report_text(to, attempt->note, 0);
		fputc('\n', to);
	}
	if (attempt->result && *attempt->result) {
		fputs("    ", to);
		report_text(to, attempt->result, 0);
		fputc('\n', to);
	}
	message_exchange_lines(to, detail, number);
}

void message_detail_lines(FILE *to, const struct message_detail *detail)
{
	const struct message *msg = &detail->message;
	const struct remedy *remedy = remedy_for_row(msg->code, msg->comment);
	char later[MESSAGE_LATER_MAX];
	const char *nothing = message_later(later, detail);

	message_line(to, msg);
	fprintf(to, "  run %" PRId64 ", %s over %s, %d attempt%s%s%s\n", msg->run, detail->object,
		detail->connection, msg->attempts, msg->attempts == 1 ? "" : "s",
		msg->edited ? ", payload edited" : "", msg->superseded ? ", superseded" : "");
	if (msg->write_back != WRITE_BACK_NONE)
		fprintf(to, "write-back: %s%s%s\n", write_back_words[msg->write_back],
			detail->write_back_text[0] ? ": " : "", detail->write_back_text);
	if (remedy)
		fprintf(to, "  %s\n", remedy->cause);
	if (nothing)
		fprintf(to, "  %s\n", nothing);
	else if (remedy)
		fprintf(to, "  %s\n", remedy->action);
	fputs("  payload ", to);
	report_text(to, *detail->record ? detail->record : MESSAGE_PAYLOAD_GONE, 0);
	fputc('\n', to);
}

void message_place_line(FILE *to, const struct row_place *place)
{
	fputs("  read from ", to);
	report_text(to, place->file, 0);
	fprintf(to, ", line %" PRId64 "\n", place->line);
}

static void audit_lines(FILE *to, const struct audit_entry *entry)
{
	char when[CLOCK_TEXT_MAX];

	fprintf(to, "  %s  ", clock_local_full(when, entry->time));
	report_text(to, entry->action, 0);
	fputs(" by ", to);
	report_text(to, entry->who, 0);
	if (entry->detail && *entry->detail) {
		fputs("\n    ", to);
		report_text(to, entry->detail, 0);
	}
	fputc('\n', to);
}

void message_timeline_lines(
	FILE *to, const struct message_detail *detail, const struct audit_entry *audit, int count)
{
	int attempt = 0;

	while (attempt < detail->attempt_count || count > 0) {
		if (message_attempt_is_next(detail, attempt, audit, count))
			attempt_lines(to, detail, attempt++);
		else
			audit_lines(to, &audit[--count]);
	}
}

void message_csv_header(FILE *to)
{
	fputs("id,run,interface,key,status,salesforce_id,code,comment,fields,attempts,time\r\n",
		to);
}

/*
 * A spreadsheet takes a field for a formula that begins like one, quotes or not, and a row's text
 * may be anybody's: a ' before it makes it a text there.
 */
static bool looks_like_formula(const char *text)
{
	return *text && strchr("=+-@\t\r", *text);
}

static void put_csv(FILE *to, const char *text, bool exact, char end)
{
	fputc('"', to);
	if (!exact && text && looks_like_formula(text))
		fputc('\'', to);
	for (const char *c = text ? text : ""; *c; c++) {
		if (*c == '"')
			fputc('"', to);
		fputc(*c, to);
	}
	fputc('"', to);
	fputc(end, to);
}

static void put_message(FILE *to, const struct message *msg, bool exact)
{
	char when[CLOCK_TEXT_MAX];

	fprintf(to, "%" PRId64 ",%" PRId64 ",", msg->id, msg->run);
	put_csv(to, msg->interface, exact, ',');
	put_csv(to, msg->key, exact, ',');
	put_csv(to, message_status_name(msg->status), exact, ',');
	put_csv(to, msg->salesforce_id, exact, ',');
	put_csv(to, msg->code, exact, ',');
	put_csv(to, msg->comment, exact, ',');
	put_csv(to, msg->fields, exact, ',');
	fprintf(to, "%d,%s\r\n", msg->attempts, clock_iso(when, msg->time));
}

void message_csv(FILE *to, const struct message *msg)
{
	put_message(to, msg, false);
}

void message_csv_exact(FILE *to, const struct message *msg)
{
	put_message(to, msg, true);
}
