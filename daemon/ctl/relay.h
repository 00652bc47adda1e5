/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What comes from a netlink socket, for somebody else to pass on.  A datagram is read when it
 * is asked for, so that a reader who is slow costs the memory of one, and holds up nobody.
 */
#ifndef PANTUN_CTL_RELAY_H
#define PANTUN_CTL_RELAY_H

#include <stdbool.h>

#include "base/bytes.h"

struct event_base;
struct relay;

/*
 * Whole messages of netlink, valid during the call, which may free the relay; or none and an
 * errno: ENOBUFS where messages were lost, else the socket has failed.
 */
typedef void relay_got(void *ctx, struct bytes messages, int error);

/* Takes over @fd, which does not block.  NULL on lack of memory: @fd is closed. */
struct relay *relay_new(struct event_base *base, int fd, relay_got *got, void *ctx);
/* Calls back once, when there is something to read. */
void relay_read(struct relay *relay);
/* The kernel has said its last word: a dump is over, or the socket has failed. */
bool relay_ended(const struct relay *relay);
/* NULL is fine. */
void relay_free(struct relay *relay);

#endif
