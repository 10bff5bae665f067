/* err.c — error values: a kind, the other side's code, and one line of text. */

#include "base/base.h"
#include "base/err.h"

static const struct {
	const char *name;
	int exit_code;
} kinds[] = {
	[ERR_NONE] = { "none", 0 },
	[ERR_USAGE] = { "usage", 2 },
	[ERR_CONFIG] = { "config", 3 },
	[ERR_REFUSED] = { "refused", 4 },
	[ERR_NET] = { "unreachable", 5 },
	[ERR_PROTOCOL] = { "protocol", 5 },
	[ERR_SOURCE] = { "source", 6 },
	[ERR_LIMIT] = { "limit", 7 },
	[ERR_STORE] = { "store", 8 },
	[ERR_UNFINISHED] = { "unfinished", 9 },
	[ERR_INTERRUPTED] = { "interrupted", 130 },
	[ERR_NOT_FOUND] = { "not found", 3 },
	[ERR_EXISTS] = { "exists", 3 },
	[ERR_NOMEM] = { "out of memory", 8 },
};

PRINTF_LIKE(3, 0)
static void set_va(struct err *err, enum err_kind kind, const char *fmt, va_list ap)
{
	err->kind = kind;
	err->retryable = false;
	err->code[0] = '\0';
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
}

int err_set(struct err *err, enum err_kind kind, const char *fmt, ...)
{
	va_list ap;

	if (err) {
		va_start(ap, fmt);
		set_va(err, kind, fmt, ap);
		va_end(ap);
	}
	return -(int)kind;
}

int err_set_errno(struct err *err, enum err_kind kind, int errnum, const char *fmt, ...)
{
	va_list ap;
	size_t used;
	char why[128];

	if (!err)
		return -(int)kind;
	va_start(ap, fmt);
	set_va(err, kind, fmt, ap);
	va_end(ap);
	used = strlen(err->text);
	snprintf(err->text + used, sizeof(err->text) - used, ": %s",
		strerror_r(errnum, why, sizeof(why)));
	return -(int)kind;
}

int err_nomem(struct err *err)
{
	return err_set(err, ERR_NOMEM, "out of memory");
}

void err_prefix(struct err *err, const char *fmt, ...)
{
	char tail[sizeof(err->text)];
	va_list ap;
	size_t used;

	if (!err)
		return;
	memcpy(tail, err->text, sizeof(tail));
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	used = strlen(err->text);
	snprintf(err->text + used, sizeof(err->text) - used, ": %s", tail);
}

int err_copy(struct err *to, const struct err *from)
{
	if (!from)
		return 0;
	if (to)
		*to = *from;
	return -(int)from->kind;
}

void err_clear(struct err *err)
{
	if (err)
		*err = (struct err)ERR_INIT;
}

int err_exit_code(enum err_kind kind)
{
	return (size_t)kind < ARRAY_SIZE(kinds) ? kinds[kind].exit_code : 1;
}

const char *err_kind_name(enum err_kind kind)
{
	return (size_t)kind < ARRAY_SIZE(kinds) ? kinds[kind].name : "unknown";
}
