/*
 * fixture.h — a home with two connections, three interfaces and a store in which runs happened, and
 * a board on a pseudo-terminal over it. Time stands still; pings and the agent are actors that say
 * what the test tells them.
 */

#ifndef SCREENS_FIXTURE_H
#define SCREENS_FIXTURE_H

#include "harness/check_main.h"
#include "screens/pty.h"

#include "config/files.h"
#include "config/home.h"
#include "store/store.h"
#include "tui/board/board.h"
#include "tui/board/services.h"

/* 2026-11-23 12:05:00 UTC. */
#define FIXTURE_NOW 1795435500000LL

/* The file that tells the board's process the time; see fixture_set_clock(). */
#define FIXTURE_CLOCK "clock.txt"

/* What a hostile one says: commands to the terminal in every dialect, text that is none, and text
 * that is easily measured wrongly. */
#define FIXTURE_EVIL                                                                               \
	"EVIL\033]0;owned\a\033[2J\033[31m\033P\033c\xc2\x9b"                                      \
	"31m\x9b"                                                                                  \
	"31m\r\n\t\b\x7f\x0e\xe2\x80\xae\xe2\x81\xa6\xed\xa0\x80\xef\xbb\xbf\xd7\xa9\xd7\x9d"      \
	"\xe6\xbc\xa2\xe5\xad\x97"                                                                 \
	"e\xcc\x81\xf0\x9f\x98\x80"

enum ping_play { PING_PLAYS_GREEN, PING_PLAYS_RED, PING_PLAYS_HANG };

struct fixture {
	struct pty_options terminal;
	const char *org_name; /* NULL = ACME */
	bool empty;	      /* nothing configured, nothing ran */
	bool data_source;     /* odbc.ini names "erp" */
	bool read_only, ascii, no_color, mouse, bell;
	enum theme theme;
	bool agent_down;
	bool abandoned;	      /* the process of the run under way ended: nobody carries it */
	bool other_org;	      /* a row of another org than the run under way */
	bool hostile;	      /* rows, servers, sources and files that try to take it over */
	bool huge;	      /* one with 10 MB, wide, combining and right-to-left text */
	bool shell;	      /* a shell with job control is behind it: Ctrl-Z stops */
	bool broken_file;     /* a connection whose file does not parse */
	bool source_hangs;    /* neither tables nor the first rows come */
	bool source_refuses;  /* its password is wrong */
	bool org_down;	      /* nothing is known of fields */
	bool process_joins;   /* what is started is the run under way */
	bool process_refused; /* production wants its name first */
	enum ping_play agent_ping, salesforce_ping;

	struct home *home;
	struct keyring *keyring;
	struct catalog catalog;
	struct store *store;
	struct run_claim *claim; /* of the run under way */
	int64_t run;
	int64_t packets[64];
	int packet_count;
	struct pty *pty;
};

/* The usual terminal, all green, agent up. */
void fixture_init(struct fixture *fx);

/* Make the home and start the board. */
void fixture_start(struct fixture *fx);
/* A second board over the same home; end it with pty_end(). */
struct pty *fixture_another(struct fixture *fx);
void fixture_end(struct fixture *fx);

/* The board gets this signal (0: it ended already) and ends; another begins in its home. */
void fixture_restart(struct fixture *fx, int number);

/* The answer to this packet of the run under way was lost for its last `count` rows. */
void fixture_lose(struct fixture *fx, int packet, int count);

/* Its last `failed` rows are refused for this. */
void fixture_fail(struct fixture *fx, int packet, int failed, const char *code, const char *text,
	const char *fields);

/* Another run completed the keys of its last `count` rows. */
void fixture_overtake(struct fixture *fx, int packet, int count);

/* On the board it becomes so late, as soon as it looks at its agent. */
void fixture_set_clock(const struct fixture *fx, int64_t ms);

/* What the agent was asked for so far; borrowed until the next call. */
const char *fixture_asked(const struct fixture *fx);

/* The run under way is over. */
void fixture_finish(struct fixture *fx);
/* It read so many rows whose messages of an earlier run are not done, and held them back. */
void fixture_hold(struct fixture *fx, int rows);
/* It is Stopped for this reason. */
void fixture_stop(struct fixture *fx, const char *reason);

/* Go on sending: `count` more rows of the run under way become Completed. */
void fixture_send(struct fixture *fx, int packet, int failed);

#endif
