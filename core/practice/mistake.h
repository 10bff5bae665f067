/*
 * mistake.h — the set-up mistakes a practice org can show: one row each of what the org then
 * answers, and where. Several may be on at once; the first of the table wins where they collide.
 */

#ifndef PRACTICE_MISTAKE_H
#define PRACTICE_MISTAKE_H

#include "practice/practice.h"
#include "practice/schema.h"

struct practice;

enum mistake_place {
	MISTAKE_TOKEN, /* the token endpoint's answer */
	MISTAKE_USERINFO,
	MISTAKE_VERSIONS, /* GET /services/data */
	MISTAKE_REST,	  /* every call below /services/data/vXX.X */
	MISTAKE_LIMITS,
	MISTAKE_ORGANIZATION, /* queries on Organization */
	MISTAKE_ROW,	      /* each row written */
	MISTAKE_DUPLICATES,   /* rules.c: rows that break the duplicate rule ... */
	MISTAKE_VALIDATION,   /* ... the validation rule ... */
	MISTAKE_PARENT_LOCKS, /* ... or meet another request at their parent */
	MISTAKE_OBJECT,	      /* flags of objects; target "Object" */
	MISTAKE_FIELD,	      /* flags of fields; target "Object.Field" */
	MISTAKE_APEX,	      /* the Apex class of the set-up package */
	MISTAKE_CALLOUT,      /* what that class meets on its way to the agent */
	MISTAKE_ORG,	      /* what the org is; asked for by name */
};

struct mistake {
	struct practice_misconfiguration public;
	enum mistake_place place;
	int status;
	const char *code;     /* OAuth error or errorCode; NULL = `text` is the whole body, HTML */
	const char *text;     /* description or message; for MISTAKE_ORG the value that changes */
	unsigned set, clear;  /* flags */
	const char *targets;  /* "A,B" when the operator names none */
	int rows_above;	      /* strikes only requests of more rows */
	const char *location; /* a redirect's */
};

#define MISTAKES_MAX 64

/* Which mistakes are on. */
struct mistakes {
	bool on[MISTAKES_MAX];
};

/*
 * "name" or "name:Object" or "name:Object.Field". Schema mistakes change `schema` at once.
 * ERR_USAGE with the nearest name when there is no such mistake or target.
 */
int mistake_set(
	struct mistakes *mistakes, struct schema *schema, const char *text, struct err *err);

/* The first mistake of that place that is on, or NULL. */
const struct mistake *mistake_at(const struct practice *org, enum mistake_place place);

/* Is the mistake of that name on? */
const struct mistake *mistake_named(const struct practice *org, const char *name);

#endif
