/*
 * journal.h — what tests read: the request log (every request with its answer's status; secrets
 * masked) and the ledger (every accepted write). The org's lock is held.
 */

#ifndef PRACTICE_JOURNAL_H
#define PRACTICE_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "http/server.h"

struct journal;

/* Either path may be NULL. The files are made anew, mode 0600: bodies are business data. */
int journal_open(
	struct journal **out, const char *request_log, const char *ledger, struct err *err);
void journal_close(struct journal *journal);

bool journal_has_ledger(const struct journal *journal);

/* Lines of the request under way: append here; what is cut off again was rolled back. */
struct buf *journal_ledger(struct journal *journal);

/* What a bulk job wrote goes to the file: no request is under way. */
void journal_flush_ledger(struct journal *journal);

struct journal_entry {
	int64_t number;
	const struct http_incoming *in;
	int status; /* 0 = none was sent */
	size_t answer_len;
	int64_t us;	   /* time taken */
	const char *fault; /* or NULL */
};

/* The request is done: its ledger lines and its log line go to the files. */
void journal_request(struct journal *journal, const struct journal_entry *entry);

/* How many requests so far had `path_part` in their path. */
int64_t journal_count(const struct journal *journal, const char *path_part);

#endif
