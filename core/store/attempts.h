/*
 * attempts.h — the attempts of one message: what each carried, and what came of it (internal to
 * core/store).
 */

#ifndef STORE_ATTEMPTS_H
#define STORE_ATTEMPTS_H

#include "store/scan.h"

/* Of the message at `position` of scan->packet. Its payload must be in `detail` already. */
int attempts_load(struct message_detail *detail, struct scan *scan, int position, struct err *err);
void attempts_free(struct message_detail *detail);

#endif
