// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/packet_size.h"

#include <sys/socket.h>

#define PACKET_USUAL	1280
#define PACKET_LEAST4	576
#define PACKET_LEAST6	1280
#define IP4_HEADER	20
#define IP6_HEADER	40
#define UDP_HEADER	8
#define MARKER		4	/* before IKE on port 4500 (RFC 3948 section 2.2) */

size_t packet_least(const struct pathref *path)
{
	return path->remote.addr.family == AF_INET6 ? PACKET_LEAST6 : PACKET_LEAST4;
}

size_t packet_most(const struct pathref *path, size_t configured)
{
	size_t most = configured ? configured : PACKET_USUAL;

	return path->packet_n && path->packet_n < most ? path->packet_n : most;
}

size_t packet_around(const struct pathref *path)
{
	return (path->remote.addr.family == AF_INET6 ? IP6_HEADER : IP4_HEADER) + UDP_HEADER +
	       (path->local.port == IKE_NATT_PORT ? MARKER : 0);
}

size_t packet_longest(const struct pathref *path, const struct packet *message)
{
	size_t n = 0;

	for (; message; message = message->next)
		if (message->n > n)
			n = message->n;
	return n + packet_around(path);
}

bool packet_lower(struct pathref *path, size_t n, size_t before)
{
	if (n < packet_least(path))
		n = packet_least(path);
	if (n >= before)
		return false;
	path->packet_n = (uint16_t)n;
	return true;
}
