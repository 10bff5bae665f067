/* address.c — URLs and bare hosts of the settings, taken apart strictly; what stays on this
 * machine. */

#include "base/base.h"
#include "model/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "base/text.h"
#include "model/connection.h"

static void fold(char *text)
{
	for (; *text; text++) {
		if (*text >= 'A' && *text <= 'Z')
			*text = (char)(*text + 32);
	}
}

static bool copy_part(char *to, size_t size, const char *from, size_t len)
{
	if (len >= size)
		return false;
	memcpy(to, from, len);
	to[len] = '\0';
	fold(to);
	return true;
}

/* Bytes that no address has and that parsers disagree about. */
static bool has_odd_bytes(const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c <= ' ' || c >= 0x7f || strchr("\\\"<>^`{|}", c))
			return true;
	}
	return false;
}

/* Where the host of an authority lies, and the port if there is one. */
struct span {
	const char *host, *host_end;
	const char *port; /* NULL = none */
};

/* host, host:port, [v6], [v6]:port or a bare v6, up to `end`. */
static bool split_authority(struct span *out, const char *text, const char *end)
{
	size_t len = (size_t)(end - text);
	const char *colon = memchr(text, ':', len);

	*out = (struct span){ text, end, NULL };
	if (len && text[0] == '[') {
		out->host = text + 1;
		out->host_end = memchr(text, ']', len);
		if (!out->host_end)
			return false;
		if (out->host_end + 1 == end)
			return true;
		out->port = out->host_end + 2;
		return out->host_end[1] == ':';
	}
	/* Two colons: an IPv6 address without brackets, which can have no port. */
	if (colon && !memchr(colon + 1, ':', (size_t)(end - colon - 1))) {
		out->host_end = colon;
		out->port = colon + 1;
	}
	return true;
}

static bool parse_port(int *port, const char *text, const char *end)
{
	char digits[8];
	int64_t number;

	if (text[0] == '-' || !copy_part(digits, sizeof(digits), text, (size_t)(end - text)) ||
		!text_int(&number, digits, 0, 65535))
		return false;
	*port = (int)number;
	return true;
}

static bool parse_authority(struct address *out, const char *text, size_t len)
{
	struct in6_addr v6;
	struct span span;

	if (!split_authority(&span, text, text + len) || span.host == span.host_end ||
		!copy_part(out->host, sizeof(out->host), span.host,
			(size_t)(span.host_end - span.host)))
		return false;
	if (strchr(out->host, ':') && inet_pton(AF_INET6, out->host, &v6) != 1)
		return false;
	return !span.port || parse_port(&out->port, span.port, text + len);
}

bool address_parse(struct address *out, const char *text)
{
	const char *mark;
	const char *at;
	size_t len;

	*out = (struct address){ 0 };
	if (text_empty(text) || has_odd_bytes(text))
		return false;
	mark = strstr(text, "://");
	if (mark) {
		if (mark == text ||
			!copy_part(out->scheme, sizeof(out->scheme), text, (size_t)(mark - text)) ||
			out->scheme[strspn(out->scheme, "abcdefghijklmnopqrstuvwxyz")])
			return false;
		text = mark + 3;
	}
	len = strcspn(text, "/?#");
	out->slash = strcmp(text + len, "/") == 0;
	out->path = text[len] && !out->slash;
	at = memrchr(text, '@', len);
	if (at) {
		out->user = true;
		len -= (size_t)(at + 1 - text);
		text = at + 1;
	}
	return parse_authority(out, text, len);
}

bool address_is_loopback(const struct address *address)
{
	struct in_addr v4;
	struct in6_addr v6;

	if (strcmp(address->host, "localhost") == 0)
		return true;
	if (inet_pton(AF_INET, address->host, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == 127;
	if (inet_pton(AF_INET6, address->host, &v6) != 1)
		return false;
	return IN6_IS_ADDR_LOOPBACK(&v6) || (IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == 127);
}

bool model_is_loopback(const char *url)
{
	struct address address;

	/* "http://127.0.0.1@evil" and its kin: nothing of ours has a user part, so none is
	 * loopback. */
	return address_parse(&address, url) && !address.user && address_is_loopback(&address);
}
