/*
 * feed.h — what the board shows, fetched on a thread of its own: the catalog and the store's view.
 *
 * The board says what it looks at; the feed answers with parts that nobody changes any more, and
 * writes an eventfd. It looks at the store's version at most ten times a second and fetches only
 * when that changed or the board looks at something else.
 */

#ifndef BOARD_FEED_H
#define BOARD_FEED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "model/catalog.h"
#include "process/row_place.h"
#include "store/schedules.h"
#include "store/view.h"

struct feed;

enum feed_part {
	FEED_CATALOG = 1,    /* connections and interfaces, as the files say */
	FEED_STATES = 2,     /* what is known of each connection */
	FEED_LAST = 4,	     /* the last run of each interface */
	FEED_RUN = 8,	     /* one run: the monitor's header */
	FEED_WINDOW = 16,    /* messages */
	FEED_DETAIL = 32,    /* one message */
	FEED_HISTORY = 64,   /* the runs of one interface */
	FEED_NEWER = 128,    /* how many messages came behind one */
	FEED_CAUSES = 256,   /* failures by cause */
	FEED_BACKLOG = 512,  /* what waits, and since when; at most once a second */
	FEED_RATES = 1024,   /* rows a minute over the last hour; the same */
	FEED_WATCHED = 2048, /* runs, by their numbers */
};

/* What a list of messages is sorted by. By another column than time it is fetched whole, which a
 * filter must make possible. */
enum feed_sort {
	SORT_TIME,
	SORT_KEY,
	SORT_STATUS,
	SORT_CAUSE,
	SORT_INTERFACE,
	SORT_CHANGED,
	SORT_COUNT
};
#define SORT_ROWS_MAX 10000

#define RATE_MINUTES 60
#define WATCHED_MAX 16

struct feed_request {
	unsigned parts; /* wanted; the catalog always is */
	int64_t run;	/* FEED_RUN: 0 = the one that is under way, or the newest */
	char filter[512];
	enum window_from from;
	int64_t anchor;
	int rows;
	enum feed_sort sort;
	bool downwards;		      /* sorted from the last to the first */
	int64_t newer_than;	      /* FEED_NEWER: this message ... */
	char newer_filter[512];	      /* ... and what passes this */
	int64_t message;	      /* FEED_DETAIL */
	char interface[65];	      /* FEED_HISTORY; "" = all */
	int64_t watched[WATCHED_MAX]; /* FEED_WATCHED; 0 = none */
};

/* A connection or interface as loaded; where its file is wrong, only the name and the problem. */
struct catalog_connection {
	struct connection connection;
	char problem[512]; /* "" = fine */
};
struct catalog_interface {
	struct interface interface;
	char problem[512];
};

struct catalog_model {
	struct catalog_connection *connections;
	int connection_count;
	struct catalog_interface *interfaces;
	int interface_count;
	char problem[512]; /* the lists themselves could not be read */
};
void catalog_model_free(struct catalog_model *model);

/* States and last runs stand in the order of the catalog they were fetched for. */
struct feed_news {
	unsigned parts;	     /* what is here anew */
	uint64_t generation; /* of the request the parts answer */
	struct catalog_model *catalog;
	struct connection_state *states;
	struct run_info *last_runs;	  /* id 0 = never ran */
	struct schedule_state *schedules; /* come and go with last_runs */
	int schedule_count;
	struct run_info run;	      /* id 0 = none */
	struct message_window window; /* partial: the search goes on */
	int searched;		      /* percent of the store, while it does */
	bool too_many;		      /* to be sorted: they are in the order of time */
	int64_t newer;
	bool newer_exact; /* else there are at least so many */
	struct cause *causes;
	int cause_count;
	struct waiting_line *backlog;
	int backlog_count;
	struct rate rates[RATE_MINUTES];
	struct message_detail *detail; /* NULL = gone */
	struct row_place place;	       /* of it */
	struct audit_entry *audit;     /* come and go with detail: what persons did to it */
	int audit_count;
	struct run_info *history;
	int history_count;
	struct run_info watched[WATCHED_MAX]; /* id 0 = none, or gone */
	struct err err; /* kind ERR_NONE, or why the store could not be read */
};
void feed_news_free(struct feed_news *news, unsigned parts);

struct feed_options {
	const char *data;	       /* folder of the store */
	const struct catalog *catalog; /* borrowed */
	int wake;		       /* eventfd */
};

int feed_start(struct feed **out, const struct feed_options *options, struct err *err);
void feed_stop(struct feed *feed);

/* Look at this from now on. Returns the generation of the answers to it. */
uint64_t feed_look(struct feed *feed, const struct feed_request *request);

/* Fetch everything again now, changed or not. */
void feed_refresh(struct feed *feed);

/* Take what came since the last call; false when nothing did. Parts are the caller's. */
bool feed_take(struct feed *feed, struct feed_news *out);

#endif
