/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sockets of IKE: UDP 500, and 4500, which it shares with ESP in UDP (RFC 3948). */
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
 * Opens all sockets, bound to every address; on a host without IPv6 those of IPv4 only.  NULL
 * with a log line that says what to do.
 */
struct udp *udp_open(void);
/* NULL is fine. */
void udp_close(struct udp *udp);
/* File descriptor of socket @i, below UDP_SOCKETS; -1: there is none. */
int udp_fd(const struct udp *udp, unsigned int i);
/* Calls @received for datagrams that wait at socket @i, not so many that others starve. */
void udp_read(struct udp *udp, unsigned int i, udp_received *received, void *ctx);
/*
 * Sends from @local, whose port selects the socket.  A single octet 0xff is a NAT keepalive and
 * gets no marker.  Failures are logged; IKE retransmits.
 */
void udp_send(struct udp *udp, const struct endpoint *local, const struct endpoint *remote,
	      struct bytes data);
/* The source address that the routes give to packets for @peer; 0 or -1. */
int udp_source(const struct addr *peer, struct addr *local);

#endif
