/* message_report.h — how messages are told: as JSON, as a line, as a CSV record, in full. */

#ifndef COMMAND_MESSAGE_REPORT_H
#define COMMAND_MESSAGE_REPORT_H

#include "process/row_place.h"
#include "store/view.h"
#include "tui/command/command.h"

/* The object without its closing bracket, for more keys; message_json() closes it. */
void message_json_open(struct json *json, const struct message *msg);
void message_json(struct json *json, const struct message *msg);

void message_line(FILE *to, const struct message *msg);

void message_detail_json(struct json *json, const struct message_detail *detail);
/* The object without its closing bracket, for more keys. */
void message_detail_json_open(struct json *json, const struct message_detail *detail);

/* Of what is left of attempts and of what persons did: was the attempt the earlier one? */
bool message_attempt_is_next(const struct message_detail *detail, int attempt,
	const struct audit_entry *audit, int left);

/* Attempts and what persons did to it, in order; `audit` as view_audit() gives it. */
void message_timeline_json(struct json *json, const struct message_detail *detail,
	const struct audit_entry *audit, int count);
void message_timeline_lines(
	FILE *to, const struct message_detail *detail, const struct audit_entry *audit, int count);

void message_detail_lines(FILE *to, const struct message_detail *detail);
void message_place_line(FILE *to, const struct row_place *place);

/*
 * RFC 4180: the header, and a record. A text that a spreadsheet would take for a formula gets a '
 * before it; _exact leaves it as it is.
 */
void message_csv_header(FILE *to);
void message_csv(FILE *to, const struct message *msg);
void message_csv_exact(FILE *to, const struct message *msg);

#endif
