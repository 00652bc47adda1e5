// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * IKEv1 has no sequence numbers, so whoever has recorded a message can send it again for as long as
 * the keys live: an old error would end what we ask now, and an old DPD answer would keep a dead
 * peer alive.  Message ids are unique within a phase 1 (RFC 2408 section 3.1), so we remember those
 * of all authentic messages.  A phase 1 that has taken SEEN_MOST of them is replaced by another.
 */
#include <stdlib.h>
#include <string.h>

#include "ike/v1/v1.h"

#define SEEN_FIRST	32
#define SEEN_MOST	16384	/* DPD every 2 s for 9 hours */

bool v1_seen(const struct ike_sa *ike, uint32_t message_id)
{
	const struct v1_sa *own = v1_of(ike);

	for (unsigned int i = own->n_seen; i-- > 0;)
		if (own->seen[i] == message_id)
			return true;
	return false;
}

/* Drops the older half. */
static void forget_half(struct v1_sa *own)
{
	unsigned int kept = own->n_seen / 2;

	memmove(own->seen, own->seen + own->n_seen - kept, kept * sizeof(*own->seen));
	own->n_seen = kept;
}

static bool grow(struct v1_sa *own)
{
	unsigned int room = own->seen_room ? 2 * own->seen_room : SEEN_FIRST;
	uint32_t *more = room <= SEEN_MOST ? realloc(own->seen, room * sizeof(*more)) : NULL;

	if (!more)
		return false;
	own->seen = more;
	own->seen_room = room;
	return true;
}

void v1_see(struct ike_sa *ike, uint32_t message_id)
{
	struct v1_sa *own = v1_of(ike);

	if (v1_seen(ike, message_id))
		return;
	if (own->n_seen == own->seen_room && !grow(own)) {
		if (!own->n_seen)
			return;
		forget_half(own);
		exchange_queue_once(ike, TASK_IKE_REKEY);
	}
	own->seen[own->n_seen++] = message_id;
}
