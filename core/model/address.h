/*
 * address.h — the parts of a URL as this project accepts them in settings: deliberately strict, for
 * what is odd in an address that a secret is sent to is more often a trap than a wish.
 */

#ifndef MODEL_ADDRESS_H
#define MODEL_ADDRESS_H

#include <stdbool.h>

#define ADDRESS_HOST_MAX 256

struct address {
	char scheme[16];	     /* lower case; "" when the text names none */
	char host[ADDRESS_HOST_MAX]; /* lower case; an IPv6 address without its brackets */
	int port;		     /* 0 when the text names none */
	bool user;		     /* there was a user part ("user:password@") */
	bool path;		     /* something follows the host beyond one "/" */
	bool slash;		     /* one "/" follows the host */
};

/* False when the text is no address at all: blanks, control characters, backslashes, no host, a
 * port that is no number from 0 to 65535. */
bool address_parse(struct address *out, const char *text);

/* localhost, 127/8 as four numbers, ::1. */
bool address_is_loopback(const struct address *address);

#endif
