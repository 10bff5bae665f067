/* message_timeline.h — the attempts of a message, and what persons did between them. */

#ifndef BOARD_MESSAGE_TIMELINE_H
#define BOARD_MESSAGE_TIMELINE_H

#include "store/view.h"
#include "tui/widget/pager.h"

/* In the order it happened; `audit` as view_audit() gives it, `count` of them. */
void message_timeline(struct pager *pager, const struct message_detail *detail,
	const struct audit_entry *audit, int count);

#endif
