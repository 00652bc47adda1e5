/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A message as it went over the wire: one datagram, or several in order, its fragments. */
#ifndef PANTUN_IKE_PACKET_H
#define PANTUN_IKE_PACKET_H

#include "base/bytes.h"

struct packet {
	struct packet *next;	/* the message's next datagram; NULL: there is no more */
	size_t n;
	uint8_t b[];
};

/* One datagram, copied from @data; NULL on lack of memory.  packet_free() frees it. */
struct packet *packet_new(struct bytes data);
/* @packet, which may be NULL, and all that follow it. */
void packet_free(struct packet *packet);
/* The first datagram; empty for NULL. */
struct bytes packet_bytes(const struct packet *packet);

#endif
