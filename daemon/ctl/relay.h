/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads a netlink socket for a client.  A datagram is read only when asked for, so a slow client
 * costs the memory of one datagram and delays nobody.
 */
#ifndef PANTUN_CTL_RELAY_H
#define PANTUN_CTL_RELAY_H

#include <stdbool.h>

#include "base/bytes.h"

struct event_base;
struct relay;

/*
 * Complete netlink messages, valid during the call, which may free the relay; or none and an
 * errno: ENOBUFS if messages were lost, any other if the socket has failed.
 */
typedef void relay_got(void *ctx, struct bytes messages, int error);

/* Takes ownership of @fd, which must be non-blocking.  NULL: out of memory, and @fd is closed. */
struct relay *relay_new(struct event_base *base, int fd, relay_got *got, void *ctx);
/* Calls back once, when there is something to read. */
void relay_read(struct relay *relay);
/* Whether nothing more will come: the dump is complete, or the socket has failed. */
bool relay_ended(const struct relay *relay);
/* NULL is fine. */
void relay_free(struct relay *relay);

#endif
