/* feed_private.h — shared by feed.c (the thread) and feed_fetch.c (the queries). */

#ifndef BOARD_FEED_PRIVATE_H
#define BOARD_FEED_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "tui/board/feed.h"

struct feed {
	struct feed_options options;
	pthread_t thread;
	pthread_mutex_t lock; /* guards what stands up to `stop` */
	pthread_cond_t changed;
	struct feed_request request;
	uint64_t generation;
	bool asked; /* the request is new */
	bool all;   /* everything is to be fetched again */
	struct feed_news slot;
	bool fresh; /* the slot holds something */
	bool stop;
	atomic_bool interrupt; /* ends a long search */

	/* The thread's own. */
	struct view *view;
	int64_t version;			  /* of the store when it was read last */
	uint64_t catalog_version;		  /* of the files */
	struct text_list connections, interfaces; /* names, in the order of the catalog */
	bool loaded;
	unsigned looks;
	struct err last;	 /* what was told last */
	int64_t traffic_version; /* of the store when backlog and rates were read last ... */
	int64_t traffic_at;	 /* ... and when that was */
	struct {
		bool on; /* it goes on with the next turn */
		struct message_window found;
		int64_t anchor; /* where it goes on */
		int64_t newest; /* the newest message of the store: the way it has to go */
		bool more_before, more_after;
	} search;
};

struct feed_turn {
	struct feed_request request;
	uint64_t generation;
	bool asked, all, slow;
};

/* Fill `news`; true when there is something to tell. */
bool feed_fetch(struct feed *feed, const struct feed_turn *turn, struct feed_news *news);

/*
 * The window asked for. A search that takes long hands over what it has found so far, and goes on
 * with the next call unless the request is another one by then.
 */
int search_window(
	struct feed *feed, const struct feed_turn *turn, struct feed_news *news, struct err *err);
void search_forget(struct feed *feed);

/* Free what the thread holds. */
void feed_forget(struct feed *feed);

#endif
