/* problem.c — one shape for everything that a check of the model has to say. */

#include "base/base.h"
#include "model/problem.h"

#include "base/text.h"

int problem(struct err *err, const char *key, const char *fmt, ...)
{
	char text[sizeof(err->text)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	err_set(err, ERR_CONFIG, "%s: %s", key, text);
	if (err)
		text_copy(err->code, sizeof(err->code), key);
	return -ERR_CONFIG;
}
