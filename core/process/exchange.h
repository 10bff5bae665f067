/*
 * exchange.h — what exactly one attempt sent of one row, and what exactly came back. The request is
 * not stored: it is made once more by the code that sent it, from the payload that the attempt
 * carried and from what its run keeps of its requests. Where one of these is not known any more, it
 * says so and shows no request. The answer is what is stored of it.
 */

#ifndef PROCESS_EXCHANGE_H
#define PROCESS_EXCHANGE_H

#include "base/text.h"
#include "store/view.h"

#define EXCHANGE_BODY_MAX 65536 /* bytes of a body that are shown */

struct exchange {
	char *about;	    /* one line: which part of what this is, or why it cannot be told */
	const char *method; /* NULL: it cannot be told */
	char *url;
	struct text_list headers; /* "Name: value"; the token is not among them */
	char *body;		  /* NULL = none */
	char *answer_about;	  /* one line: where the answer is from, or why there is none */
	char *answer;		  /* NULL = none */
};

/* Attempt number `attempt` of the message, from 0. To be freed in any case. */
int exchange_make(
	struct exchange *out, const struct message_detail *detail, int attempt, struct err *err);
void exchange_free(struct exchange *exchange);

/* The request, and the answer, as one text each, to be read or copied. Caller frees; NULL when out
 * of memory. */
char *exchange_request_text(const struct exchange *exchange);
char *exchange_answer_text(const struct exchange *exchange);

#endif
