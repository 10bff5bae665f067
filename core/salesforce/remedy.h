/*
 * remedy.h — what to do about a failure: one data table from what can be seen (OAuth error and
 * description, HTTP status, errorCode, curl's step) to the cause in plain words and the menu path
 * in Salesforce Setup that mends it. Sources: the OAuth
 * error page, REST API guide, SOAP API guide (StatusCode).
 */

#ifndef SALESFORCE_REMEDY_H
#define SALESFORCE_REMEDY_H

#include "base/buf.h"
#include "base/err.h"
#include "http/client.h"
#include "model/connection.h"

struct remedy {
	const char *id;	    /* stable, for scripts: "oauth.no_run_as_user" */
	const char *cause;  /* plain words */
	const char *action; /* what to click or type; the menu path of the connection's app kind */
};

/* What was seen; unset parts are NULL or 0. */
struct symptom {
	const char *step; /* ping step, ending in "token", "version", "user", "org", "limits",
			     "object"; beginning with "agent" on the way to the agent */
	const char *code; /* OAuth error, errorCode, or statusCode */
	const char *description; /* OAuth error_description or message */
	int http_status;
	const struct http_answer *answer; /* for name, connect, TLS and proxy failures */
	enum app_kind app;
};

/* Never NULL: what is not in the table gets the remedy "unknown", whose cause says that it is not
 * known. */
const struct remedy *remedy_find(const struct symptom *symptom);

/* By its stable id, in the words for that kind of app; NULL when there is none. */
const struct remedy *remedy_by_id(const char *id, enum app_kind app);

/* For row failures in the monitor: by Salesforce status code, or NULL when there is no advice. */
const struct remedy *remedy_for_code(const char *code);

/* The same by code and text (may be NULL), which tells some codes' causes apart. */
const struct remedy *remedy_for_row(const char *code, const char *text);

/* Every row of the table, for tests and documentation; ends with id == NULL. Two rows of one id in
 * a row: the second is for existing connected apps. */
const struct remedy *remedy_all(void);

#endif
