// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Both ends may rekey at once, or begin at once, and IKEv1 has no rule for which pair stays.  If
 * each end chose on its own, both pairs might go.  So we use the rule of IKEv2 (RFC 7296 section
 * 2.8.1): of two pairs that different ends asked for at about the same time, the one with the
 * lesser nonce goes, and the end that asked for it deletes it.
 */
#include <string.h>

#include "ike/child_end.h"
#include "ike/child_use.h"
#include "ike/v1/v1.h"

#define TIE_MS	SECONDS(2)	/* between the two, as messages take their time */

static bool ties(const struct child_sa *child, const struct child_sa *other)
{
	return other != child && other->initiator != child->initiator &&
	       other->state >= CHILD_UP && other->state <= CHILD_REPLACED &&
	       other->token != child->replaces && other->replaces != child->token &&
	       child->begun <= other->up_at + TIE_MS;
}

static void decide(struct child_sa *winner, struct child_sa *loser)
{
	struct timer_heap *timers = &winner->core->timers;

	timer_stop(timers, &winner->turn);
	if (winner->state == CHILD_REPLACED)
		winner->state = CHILD_UP;
	/* The last message has shown that both ends have either. */
	child_activate(winner);
	loser->state = CHILD_REPLACED;
	timer_stop(timers, &loser->turn);
	if (loser->initiator)
		child_delete(loser);
	/* The peer may see it otherwise, and both would go: it lapses if it is not deleted. */
	else if (loser->ends)
		timer_set(timers, &loser->life, loser->ends);
}

void v1_tie_up(struct child_sa *child)
{
	struct child_sa *next;

	for (struct child_sa *other = child->slot->children; other; other = next) {
		next = other->slot_next;
		if (child->state != CHILD_UP || !ties(child, other))
			continue;
		if (memcmp(child->nonce_min, other->nonce_min, NONCE_N) < 0)
			decide(other, child);
		else
			decide(child, other);
	}
}
