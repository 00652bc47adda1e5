/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Datagrams that were read and wait for the core.  What keeps SAs alive is handled first, then
 * what is half done, then what newcomers want (enum ike_urgency); each has room of its own, so that
 * many of one kind leave the others theirs.
 */
#ifndef PANTUN_ENGINE_INBOX_H
#define PANTUN_ENGINE_INBOX_H

#include <sys/queue.h>

#include "ike/core.h"

#define INBOX_ROOM	(4U << 20)	/* octets of each urgency, with what they take besides */

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
/* Frees what waits. */
void inbox_drop(struct inbox *inbox);
/* Copies @data.  Where there is no room, or no memory, it is lost, as it might be on its way. */
void inbox_put(struct inbox *inbox, enum ike_urgency urgency, const struct endpoint *local,
	       const struct endpoint *remote, struct bytes data);
/* The oldest of that urgency, for the caller to free(); NULL: there is none. */
struct letter *inbox_take(struct inbox *inbox, enum ike_urgency urgency);
bool inbox_empty(const struct inbox *inbox);

#endif
