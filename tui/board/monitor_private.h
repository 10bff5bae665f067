/* monitor_private.h — shared by monitor.c (keys), monitor_window.c (what is fetched) and
 * monitor_draw.c (the picture). */

#ifndef BOARD_MONITOR_PRIVATE_H
#define BOARD_MONITOR_PRIVATE_H

#include "tui/board/monitor.h"
#include "tui/widget/table.h"

#define FILTER_MAX 500
/* While a run is under way, following shows what was sent: what waits behind it says nothing yet.
 */
#define SENT "!status:new"

struct monitor_page {
	struct table table;
	struct message_window window; /* owned */
	int searched;		      /* percent, while the window is partial */
	bool loaded;
	bool follow;
	char filter[FILTER_MAX + 1];
	char asked_filter[FILTER_MAX + 1]; /* what the feed was asked with */
	enum window_from from;		   /* what the feed is asked for */
	int64_t anchor;
	int64_t selected;   /* message under the cursor */
	bool asked;	    /* for a window that did not come yet */
	int64_t newer_than; /* the newest message that was shown at the end of the list ... */
	int64_t newer;	    /* ... and how many came behind it, while the list stands still */
	bool newer_exact;
	enum feed_sort sort;
	bool downwards;
	int64_t *marks; /* messages marked by hand, ascending; owned */
	size_t mark_count;
	bool all_marked; /* all that pass the filter are */
	int64_t owed;	 /* rows that keys went beyond the window: made good when it comes */
};

/* ---- monitor_window.c ---- */

/* The message under the cursor, or NULL. */
const struct message *monitor_current(const struct board *board);

/* The number that was typed behind a command, else the current message's; 0 = none, and that is
 * told. */
int64_t monitor_message_of(struct board *board, const char *argument);

/* Ask the feed for another window. */
void monitor_ask(struct board *board, enum window_from from, int64_t anchor);
void monitor_look(struct board *board, struct feed_request *request);
/* Parts came. */
void monitor_news(struct board *board, unsigned parts);

void monitor_set_filter(struct board *board, const char *filter);

/* From now on the window begins where it begins, whatever comes behind it. */
void monitor_stand_still(struct board *board);
bool monitor_go_to_end(struct board *board, bool newest);
/* Typed faster than windows come: what a motion lacks is remembered. */
void monitor_owe(struct monitor_page *page, int motion);
/* Near an end of the window with more behind it: ask for the next one, overlapping this. */
void monitor_move_window(struct board *board);

/* ---- monitor_verbs.c: marks, and what is done to messages ---- */

bool monitor_is_marked(const struct monitor_page *page, int64_t message);
void monitor_do_mark(void *ctx, const char *argument);
void monitor_do_mark_all(void *ctx, const char *argument);
void monitor_do_reprocess(void *ctx, const char *argument);
void monitor_do_cancel(void *ctx, const char *argument);
void monitor_do_edit(void *ctx, const char *argument);
void monitor_do_resolve(void *ctx, const char *argument);

/* Sort by this from now on. */
void monitor_sort(struct board *board, enum feed_sort sort, bool downwards);
/* "key", "status" ...: by place as in enum feed_sort. */
extern const char *const monitor_sort_names[SORT_COUNT];

/* ---- monitor_draw.c ---- */

void monitor_table_init(struct monitor_page *page, struct board *board);
void monitor_draw(struct board *board, struct area area);

#endif
