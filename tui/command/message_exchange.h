/* message_exchange.h — what an attempt sent and what came back, as JSON and as lines. */

#ifndef COMMAND_MESSAGE_EXCHANGE_H
#define COMMAND_MESSAGE_EXCHANGE_H

#include <stdio.h>

#include "base/json.h"
#include "store/view.h"

/* "request":{...},"response":{...} of attempt number `attempt`, from 0, for an object that is open;
 * null where memory ran out. */
void message_exchange_json(struct json *json, const struct message_detail *detail, int attempt);

void message_exchange_lines(FILE *to, const struct message_detail *detail, int attempt);

#endif
