/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Deadlines, earliest first: a pairing heap whose nodes live in what they time,
 * so that arming one never fails.
 */
#ifndef PANTUN_IKE_TIMER_H
#define PANTUN_IKE_TIMER_H

#include "ike/core.h"

/* What is due; core.c has a row for each that says who is called. */
enum timer_kind {
	TIMER_GATEWAY = 1,	/* the next attempt at an IKE SA */
	TIMER_NAME,		/* its peer's name is to be looked up again */
	TIMER_SLOT,		/* the next attempt at a child */
	TIMER_RENEWAL,		/* new keys for a tunnel that lost its path */
	TIMER_EXCHANGE,		/* the next repetition of a request */
	TIMER_HELD,		/* a request of the peer that had to wait */
	TIMER_FRAGMENTS,	/* the rest of a message has not come */
	TIMER_HALF_OPEN,	/* a peer's time for IKE_AUTH is over */
	TIMER_IKE_LIFE,
	TIMER_IKE_IDLE,
	TIMER_IKE_REAUTH,
	TIMER_CHILD_LIFE,
	TIMER_CHILD_TURN,
	TIMER_CHILD_EARLY,
	TIMER_CHORUS,		/* what was left out of the log is to be summed up */
};

struct timer {
	ike_time at;		/* by the clock of its heap */
	struct timer *child, *next;
	struct timer *prev;	/* elder sibling, or the parent of the eldest */
	enum timer_kind kind;
	bool armed;
};

struct timer_heap {
	struct timer *root;
	ike_time lost;		/* that its clock is behind: see timer_hold_back() */
};

/* Arms @t, or moves it if it is armed. */
void timer_set(struct timer_heap *heap, struct timer *t, ike_time at);
void timer_stop(struct timer_heap *heap, struct timer *t);
/* All that are armed are due @span later. */
void timer_hold_back(struct timer_heap *heap, ike_time span);
/* When the earliest is due, or IKE_NEVER. */
ike_time timer_first(const struct timer_heap *heap);
/* Takes off and returns one that is due at @now, or NULL. */
struct timer *timer_due(struct timer_heap *heap, ike_time now);

#endif
