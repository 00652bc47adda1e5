/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sockets of IKE: UDP 500, and 4500 which ESP in UDP shares (RFC 3948). */
#ifndef PANTUN_LOOP_UDP_H
#define PANTUN_LOOP_UDP_H

#include "base/addr.h"

/* Both ports over IPv4, then over IPv6. */
#define UDP_SOCKETS	4

struct udp;

/* @data without the non-ESP marker. */
typedef void udp_received(void *ctx, const struct endpoint *local, const struct endpoint *remote,
			  struct bytes data);

/*
 * All sockets, bound to every address; NULL with a log line that says what to do.
 * A host without IPv6 has those of IPv4 alone.
 */
struct udp *udp_open(void);
/* NULL is fine. */
void udp_close(struct udp *udp);
/* File descriptor of socket @i, below UDP_SOCKETS; -1: there is none. */
int udp_fd(const struct udp *udp, unsigned int i);
/* Calls for the datagrams that wait at socket @i, up to a number that keeps others served. */
void udp_read(struct udp *udp, unsigned int i, udp_received *received, void *ctx);
/*
 * Sends from @local, whose port chooses the socket.  A single 0xff is a NAT
 * keepalive and gets no marker.  Failures are logged; IKE sends again.
 */
void udp_send(struct udp *udp, const struct endpoint *local, const struct endpoint *remote,
	      struct bytes data);
/* The address that packets to @peer would leave from; 0 or -1. */
int udp_source(const struct addr *peer, struct addr *local);

#endif
