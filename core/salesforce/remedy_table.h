/* remedy_table.h — private to this folder: the words of all remedies, and the rules that find them.
 */

#ifndef SALESFORCE_REMEDY_TABLE_H
#define SALESFORCE_REMEDY_TABLE_H

#include "salesforce/remedy.h"

/* Cause, ". " and action together fit into a ping step. */
#define REMEDY_TEXT_MAX 511

/*
 * Sorted by subject, ended by id == NULL. Where the menu path differs for an existing connected
 * app, a second row with the same id follows, which tells that path.
 */
extern const struct remedy remedy_table[];

/* What the other side answered; parts that are NULL or 0 match everything. First match wins. */
struct remedy_rule {
	const char *id;
	const char *step;  /* last word of the ping step */
	const char *code;  /* OAuth error, errorCode or statusCode */
	const char *words; /* in the description, case ignored */
	int status;	   /* HTTP */
};
extern const struct remedy_rule remedy_rules[]; /* ended by id == NULL */

/* Codes that rows and bulk jobs fail with. */
extern const struct remedy_rule remedy_row_rules[];

/* What curl could not do. */
struct remedy_line_rule {
	const char *id;
	const char *agent_id; /* on the way to the agent, where that differs */
	enum http_step step;
	int curl_code;	   /* 0 = any */
	int os_errno;	   /* 0 = any */
	const char *words; /* in the error's text; NULL = any */
};
extern const struct remedy_line_rule remedy_line_rules[];

#endif
