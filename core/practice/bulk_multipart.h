/* bulk_multipart.h — a bulk job and its rows in one multipart/form-data body. */

#ifndef PRACTICE_BULK_MULTIPART_H
#define PRACTICE_BULK_MULTIPART_H

#include <stdbool.h>
#include <stddef.h>

#define BULK_MULTIPART_MAX 100000

struct bulk_multipart {
	const char *job, *content; /* in the body */
	size_t job_len, content_len;
};

/* False when the body has not both parts; `type` is the request's Content-Type. */
bool bulk_multipart_split(
	struct bulk_multipart *parts, const char *type, const char *body, size_t len);

#endif
