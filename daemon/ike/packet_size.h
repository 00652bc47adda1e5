/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long the packets of a path may be.  The size begins with what is configured, or with what
 * goes through most tunnels in between.  Where a message gets no answer it falls, once and for the
 * whole path, to what IPv4 and IPv6 demand of every link (RFC 7383 section 2.5.1).  All are octets.
 */
#ifndef PANTUN_IKE_PACKET_SIZE_H
#define PANTUN_IKE_PACKET_SIZE_H

#include "ike/packet.h"
#include "ike/pathref.h"

#define SILENT_SENDS	2	/* after which the size is believed to be the reason */

/* What every link takes. */
size_t packet_least(const struct pathref *path);
/* The longest, as is configured (0: it is not). */
size_t packet_most(const struct pathref *path, size_t configured);
/* What is around a message of IKE. */
size_t packet_around(const struct pathref *path);
/* That of the longest datagram of @message. */
size_t packet_longest(const struct pathref *path, const struct packet *message);
/* The path takes none longer than @n, of @before so far; false: that is known. */
bool packet_lower(struct pathref *path, size_t n, size_t before);

#endif
