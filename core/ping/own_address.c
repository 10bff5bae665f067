/* own_address.c — compares a host's addresses with those of this machine's interfaces. */

#include "base/base.h"
#include "ping/own_address.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

/* Addresses that no router of the open Internet leads to (RFC 1918, 3927, 6598, 1122). */
static const struct {
	uint32_t net, mask;
} inner_nets[] = {
	{ 0x0a000000, 0xff000000 },
	{ 0xac100000, 0xfff00000 },
	{ 0xc0a80000, 0xffff0000 },
	{ 0xa9fe0000, 0xffff0000 },
	{ 0x64400000, 0xffc00000 },
	{ 0x7f000000, 0xff000000 },
	{ 0x00000000, 0xff000000 },
};

static bool is_public(const struct sockaddr *address)
{
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)(const void *)address;
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)address;
	uint32_t number;

	if (address->sa_family == AF_INET6) /* global unicast is 2000::/3 */
		return (v6->sin6_addr.s6_addr[0] & 0xe0) == 0x20;
	number = ntohl(v4->sin_addr.s_addr);
	for (size_t i = 0; i < ARRAY_SIZE(inner_nets); i++) {
		if ((number & inner_nets[i].mask) == inner_nets[i].net)
			return false;
	}
	return true;
}

static bool same(const struct sockaddr *a, const struct sockaddr *b)
{
	const struct sockaddr_in *a4 = (const struct sockaddr_in *)(const void *)a;
	const struct sockaddr_in *b4 = (const struct sockaddr_in *)(const void *)b;
	const struct sockaddr_in6 *a6 = (const struct sockaddr_in6 *)(const void *)a;
	const struct sockaddr_in6 *b6 = (const struct sockaddr_in6 *)(const void *)b;

	if (a->sa_family != b->sa_family)
		return false;
	if (a->sa_family == AF_INET)
		return a4->sin_addr.s_addr == b4->sin_addr.s_addr;
	return memcmp(&a6->sin6_addr, &b6->sin6_addr, sizeof(a6->sin6_addr)) == 0;
}

static bool is_ip(const struct sockaddr *address)
{
	return address && (address->sa_family == AF_INET || address->sa_family == AF_INET6);
}

static bool compare(const struct addrinfo *host, const struct ifaddrs *own)
{
	bool any_public = false;

	for (const struct ifaddrs *mine = own; mine; mine = mine->ifa_next) {
		if (!is_ip(mine->ifa_addr))
			continue;
		any_public = any_public ||
			     (mine->ifa_addr->sa_family == AF_INET && is_public(mine->ifa_addr));
		for (const struct addrinfo *at = host; at; at = at->ai_next) {
			if (is_ip(at->ai_addr) && same(at->ai_addr, mine->ifa_addr))
				return true;
		}
	}
	for (const struct addrinfo *at = host; at && !any_public; at = at->ai_next) {
		if (at->ai_family == AF_INET && is_public(at->ai_addr))
			return true;
	}
	return false;
}

bool own_address_possible(const char *host)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
	struct addrinfo *found = NULL;
	struct ifaddrs *own = NULL;
	bool possible = false;

	if (getaddrinfo(host, NULL, &hints, &found) == 0 && getifaddrs(&own) == 0)
		possible = compare(found, own);
	if (own)
		freeifaddrs(own);
	if (found)
		freeaddrinfo(found);
	return possible;
}
