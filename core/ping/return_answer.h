/* return_answer.h — private to this folder: what the Apex class AgentboardPing answers. */

#ifndef PING_RETURN_ANSWER_H
#define PING_RETURN_ANSWER_H

#include <stdbool.h>

struct return_answer {
	bool reached; /* the agent answered, with `status` and `body` */
	int ms;
	int status;
	char body[4096];   /* its first 1000 characters */
	char message[256]; /* not reached: the exception's words */
};

/* False when `text` is no answer of that class. */
bool return_answer_read(struct return_answer *out, const char *text);

#endif
