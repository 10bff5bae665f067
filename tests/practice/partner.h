/*
 * partner.h — a practice org and a client of it over a loopback socket: what the tests of this
 * folder talk with. Expected answers are texts in which * stands for anything.
 */

#ifndef TESTS_PRACTICE_PARTNER_H
#define TESTS_PRACTICE_PARTNER_H

#include <curl/curl.h>

#include "base/buf.h"
#include "practice/practice.h"

struct partner {
	struct practice *org;
	CURL *curl;
	char token[160];
	const char *extra_header; /* with every call; NULL = none */
	const char *content_type; /* of every call; NULL = JSON */
	CURLcode code;		  /* of the last call */
	long status;
	struct buf body, headers;
	char request_log[400], ledger[400];
};

/* Start an org with these options (NULL = plain) and take a token from it when it gives one. */
void partner_open(struct partner *partner, const struct practice_options *options);
/* An org with one misconfiguration. */
void partner_open_with(struct partner *partner, const char *misconfiguration);
void partner_close(struct partner *partner);

/* One more client of an org that another one opened, with its token; for a thread of its own. */
void partner_join(struct partner *partner, struct practice *org, const char *token);
void partner_leave(struct partner *partner);

/* The same as partner_open() with request log and ledger written. */
void partner_open_logged(struct partner *partner);

/* One call with the token; `body` NULL = none. A path without "/" in front is below
 * /services/data/v66.0/. */
void partner_call(struct partner *partner, const char *method, const char *path, const char *body);

/* A form to the token endpoint and its kin, without the token. */
void partner_form(struct partner *partner, const char *path, const char *form);
void partner_take_token(struct partner *partner);

/* One thing said and what must come back. */
struct exchange {
	const char *method, *path, *body;
	int status;
	const char *answer; /* NULL = empty */
};

void partner_expect(struct partner *partner, const struct exchange *exchange);

#define partner_expect_all(partner, exchanges)                                                     \
	do {                                                                                       \
		for (size_t i_ = 0; i_ < ARRAY_SIZE(exchanges); i_++)                              \
			partner_expect(partner, &(exchanges)[i_]);                                 \
	} while (0)

/* Does the whole answer look like this? Fails the test, showing both, when not. */
void partner_expect_answer(const struct partner *partner, int status, const char *answer);

#define GOOD_FORM                                                                                  \
	"grant_type=client_credentials&client_id=" PRACTICE_CONSUMER_KEY                           \
	"&client_secret=" PRACTICE_CONSUMER_SECRET

#endif
