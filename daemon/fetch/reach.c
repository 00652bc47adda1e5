// SPDX-License-Identifier: GPL-2.0-or-later
#include "fetch/reach.h"

#include <stddef.h>
#include <sys/socket.h>

#include "base/addr.h"

/* RFC 1918, RFC 6598; RFC 4193. */
static bool is_private(const struct addr *addr)
{
	const uint8_t *b = addr->b;

	if (addr->family == AF_INET6)
		return (b[0] & 0xfe) == 0xfc;
	return b[0] == 10 || (b[0] == 172 && (b[1] & 0xf0) == 16) || (b[0] == 192 && b[1] == 168) ||
	       (b[0] == 100 && (b[1] & 0xc0) == 64);
}

/* The first of the networks that IPv4 has for itself is this host, too (RFC 1122). */
const char *reach_refuses(const struct addr *addr, bool redirected)
{
	const char *why = addr_unusable(addr);

	if (why)
		return why;
	if (addr->family == AF_INET && addr->b[0] == 0)
		return "this host itself";
	if (addr_is_link_local(addr) ||
	    (addr->family == AF_INET && addr->b[0] == 169 && addr->b[1] == 254))
		return "link-local";
	if (redirected && is_private(addr))
		return "in a private network";
	return NULL;
}
