/* client_form.c — percent-encoding of form bodies, path segments and query values. */

#include "base/base.h"
#include "http/client.h"

static bool unreserved(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       c == '-' || c == '.' || c == '_' || c == '~';
}

void http_url_escape(struct buf *out, const char *text)
{
	for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
		if (unreserved(*c))
			buf_add_char(out, (char)*c);
		else
			buf_addf(out, "%%%02X", *c);
	}
}

void http_form_add(struct buf *body, const char *key, const char *value)
{
	if (body->len)
		buf_add_char(body, '&');
	http_url_escape(body, key);
	buf_add_char(body, '=');
	http_url_escape(body, value);
}
