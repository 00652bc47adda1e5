/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Datagrams read from the sockets that wait for the core.  Those of established SAs go first, then
 * those of half-open SAs, then those of new peers (enum ike_urgency).  Each class has a memory
 * limit of its own, so a flood of one class does not crowd out the others.
 */
#ifndef PANTUN_ENGINE_INBOX_H
#define PANTUN_ENGINE_INBOX_H

#include <sys/queue.h>

#include "ike/core.h"

#define INBOX_ROOM	(4U << 20)	/* octets for each urgency, bookkeeping included */

struct letter {
	STAILQ_ENTRY(letter) list;
	struct endpoint local, remote;
	size_t n;
	uint8_t data[];
};

STAILQ_HEAD(letters, letter);

struct inbox {
	struct letters of[IKE_URGENCIES];
	size_t octets[IKE_URGENCIES];
};

void inbox_init(struct inbox *inbox);
/* Frees all queued datagrams. */
void inbox_drop(struct inbox *inbox);
/*
 * Queues a copy of @data.  Without room or memory the datagram is dropped, as the network might.
 */
void inbox_put(struct inbox *inbox, enum ike_urgency urgency, const struct endpoint *local,
	       const struct endpoint *remote, struct bytes data);
/* Takes the oldest datagram of that urgency, for the caller to free().  NULL: there is none. */
struct letter *inbox_take(struct inbox *inbox, enum ike_urgency urgency);
bool inbox_empty(const struct inbox *inbox);

#endif
