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

/* host, host:port, [v6], [v6]:port or a bare v6; `len` bytes. */
static bool parse_authority(struct address *out, const char *text, size_t len)
{
	struct in6_addr v6;
	const char *port = NULL;
	const char *end = text + len;
	const char *host = text;
	const char *host_end = end;
	char digits[8];
	int64_t number;

	if (len && text[0] == '[') {
		host = text + 1;
		host_end = memchr(text, ']', len);
		if (!host_end || (host_end + 1 < end && host_end[1] != ':'))
			return false;
		port = host_end + 1 < end ? host_end + 2 : NULL;
	} else {
		const char *colon = memchr(text, ':', len);

		if (colon && memchr(colon + 1, ':', (size_t)(end - colon - 1))) {
			colon = NULL; /* two colons: an IPv6 address without brackets */
		} else if (colon) {
			host_end = colon;
			port = colon + 1;
		}
	}
	if (host == host_end ||
		!copy_part(out->host, sizeof(out->host), host, (size_t)(host_end - host)))
		return false;
	if (strchr(out->host, ':') && inet_pton(AF_INET6, out->host, &v6) != 1)
		return false;
	if (!port)
		return true;
	if (!copy_part(digits, sizeof(digits), port, (size_t)(end - port)) ||
		!text_int(&number, digits, 0, 65535) || digits[0] == '-')
		return false;
	out->port = (int)number;
	return true;
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
