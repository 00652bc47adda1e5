/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sockets of IKE: UDP 500, and 4500, which it shares with ESP in UDP (RFC 3948). */
#ifndef PANTUN_ENGINE_UDP_H
#define PANTUN_ENGINE_UDP_H

#include "base/addr.h"
#include "priv/ports.h"

struct udp;

/* @data without the non-ESP marker. */
typedef void udp_received(void *ctx, const struct endpoint *local, const struct endpoint *remote,
			  struct bytes data);

/* Takes over @fds of ports_open().  NULL with a log line: they stay the caller's. */
struct udp *udp_new(const int fds[PORTS]);
/* Closes them; NULL is fine. */
void udp_free(struct udp *udp);
/* File descriptor of socket @i, below PORT_SOCKETS; -1: there is none. */
int udp_fd(const struct udp *udp, unsigned int i);
/* Calls @received for datagrams that wait at socket @i, which may not be there; @most of them. */
void udp_read(struct udp *udp, unsigned int i, unsigned int most, udp_received *received,
	      void *ctx);
/*
 * Sends from @local, whose port selects the socket.  A single octet 0xff is a NAT keepalive and
 * gets no marker.  Failures are logged; IKE retransmits.
 */
void udp_send(struct udp *udp, const struct endpoint *local, const struct endpoint *remote,
	      struct bytes data, uint8_t dscp);
/* The source address that the routes give to packets for @peer; 0 or -1. */
int udp_source(const struct udp *udp, const struct addr *peer, struct addr *local);

#endif
