/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Deadlines, earliest first: a pairing heap whose nodes live in what they time,
 * so that arming one never fails.
 */
#ifndef PANTUN_IKE_TIMER_H
#define PANTUN_IKE_TIMER_H

#include "ike/core.h"

struct timer {
	ike_time at;
	struct timer *child, *next;
	struct timer *prev;	/* elder sibling, or the parent of the eldest */
	bool armed;
	/* Called once, disarmed, when the time has come. */
	void (*fire)(struct ike_core *core, struct timer *timer);
};

struct timer_heap {
	struct timer *root;
};

/* Arms @t, or moves it if it is armed. */
void timer_set(struct timer_heap *heap, struct timer *t, ike_time at);
void timer_stop(struct timer_heap *heap, struct timer *t);
/* When the earliest is due, or IKE_NEVER. */
ike_time timer_first(const struct timer_heap *heap);
/* Takes off and returns one that is due at @now, or NULL. */
struct timer *timer_due(struct timer_heap *heap, ike_time now);

#endif
