/* message_report.h — how messages are told: as JSON, as a line, as a CSV record, in full. */

#ifndef COMMAND_MESSAGE_REPORT_H
#define COMMAND_MESSAGE_REPORT_H

#include "store/view.h"
#include "tui/command/command.h"

/* The object without its closing bracket, for more keys; message_json() closes it. */
void message_json_open(struct json *json, const struct message *msg);
void message_json(struct json *json, const struct message *msg);

void message_line(FILE *to, const struct message *msg);

void message_detail_json(struct json *json, const struct message_detail *detail);
void message_detail_lines(FILE *to, const struct message_detail *detail);

/* RFC 4180: the header, and a record. */
void message_csv_header(FILE *to);
void message_csv(FILE *to, const struct message *msg);

#endif
