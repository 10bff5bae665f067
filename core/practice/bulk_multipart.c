/* bulk_multipart.c — the parts of a body by the boundary between them. */

#include "base/base.h"
#include "practice/bulk_multipart.h"

#define BOUNDARY_MAX 70 /* RFC 2046 */

/* "--" and the boundary, as it stands before each part. */
static bool find_boundary(char marker[BOUNDARY_MAX + 3], const char *type)
{
	const char *at = strcasestr(type, "boundary=");
	size_t len;

	if (!at)
		return false;
	at += strlen("boundary=");
	at += *at == '"';
	len = strcspn(at, "\"; ");
	if (len == 0 || len > BOUNDARY_MAX)
		return false;
	snprintf(marker, BOUNDARY_MAX + 3, "--%.*s", (int)len, at);
	return true;
}

static bool has_name(const char *headers, size_t len, const char *name)
{
	char wanted[32];

	snprintf(wanted, sizeof(wanted), " name=\"%s\"", name);
	return memmem(headers, len, wanted, strlen(wanted)) != NULL;
}

static void take_part(struct bulk_multipart *parts, const char *part, size_t len)
{
	const char *blank = memmem(part, len, "\r\n\r\n", 4);
	size_t headers;

	if (!blank)
		return;
	headers = (size_t)(blank - part);
	if (has_name(part, headers, "job")) {
		parts->job = blank + 4;
		parts->job_len = len - headers - 4;
	} else if (has_name(part, headers, "content")) {
		parts->content = blank + 4;
		parts->content_len = len - headers - 4;
	}
}

bool bulk_multipart_split(
	struct bulk_multipart *parts, const char *type, const char *body, size_t len)
{
	const char *end = body + len;
	char marker[BOUNDARY_MAX + 3];
	size_t size;
	const char *part;
	const char *next;

	*parts = (struct bulk_multipart){ 0 };
	if (!find_boundary(marker, type))
		return false;
	size = strlen(marker);
	part = memmem(body, len, marker, size);
	while (part) {
		part += size;
		next = memmem(part, (size_t)(end - part), marker, size);
		if (next && next - part >= 4) /* the line break before a boundary is its own */
			take_part(parts, part, (size_t)(next - part) - 2);
		part = next;
	}
	return parts->job && parts->content;
}
