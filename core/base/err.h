/*
 * err.h — how failures travel.
 *
 * A function that can fail returns 0, or a negative `enum err_kind`, and describes the failure in
 * the `struct err` it was given as its last parameter (NULL = the caller does not want the words).
 * `err` is untouched on success. There is no global last error.
 */

#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>
#include <stdarg.h>

enum err_kind {
	ERR_NONE = 0,
	ERR_USAGE,	 /* the caller asked for something that makes no sense */
	ERR_CONFIG,	 /* a file or value of the configuration is wrong or missing */
	ERR_REFUSED,	 /* Salesforce or the agent said no: credentials, permissions */
	ERR_NET,	 /* nobody answered, or the line broke */
	ERR_PROTOCOL,	 /* somebody answered, but not what the protocol says */
	ERR_SOURCE,	 /* the database or file that rows come from */
	ERR_LIMIT,	 /* an org limit, or a stated maximum of ours */
	ERR_STORE,	 /* the store: disk, lock, version */
	ERR_UNFINISHED,	 /* work is left: busy, paused, waiting */
	ERR_INTERRUPTED, /* a person or a signal stopped it */
	ERR_NOT_FOUND,	 /* no such thing by that name or number */
	ERR_EXISTS,	 /* there already is one */
	ERR_NOMEM,	 /* out of memory */
};

struct err {
	enum err_kind kind;
	bool retryable; /* the same call may succeed later without anybody changing anything */
	char code[64];	/* the other side's own code (Salesforce errorCode, SQLSTATE), or "" */
	char text[512]; /* one line for people: what failed, past tense, no trailing full stop */
};

#define ERR_INIT                                                                                   \
	{                                                                                          \
		ERR_NONE, false, "", ""                                                            \
	}

/* Describe a failure. Returns -kind, so that a function may end in `return err_set(...)`. */
int err_set(struct err *err, enum err_kind kind, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The same, with ": " and the text of the errno value `errnum` added. */
int err_set_errno(struct err *err, enum err_kind kind, int errnum, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Out of memory; returns -ERR_NOMEM. */
int err_nomem(struct err *err);

/* Put "fmt: " before the text that is there: where it happened, told by the caller's caller. */
void err_prefix(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Copy `from` to `to` (either may be NULL). Returns -from->kind. */
int err_copy(struct err *to, const struct err *from);

/* Back to "no error". */
void err_clear(struct err *err);

/* The process exit code that stands for a kind (the contract of the commands). */
int err_exit_code(enum err_kind kind);

/* A short name for logs and JSON: "config", "refused", ... */
const char *err_kind_name(enum err_kind kind);

#endif
