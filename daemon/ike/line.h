/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What we begin is bounded by what comes back.  A start, or the end of an outage, has us begin an
 * IKE SA with each of thousands of peers, and each attempt costs both ends; all at once, they would
 * wait for each other until their repetitions add to it.  So only some are under way, and the
 * gateways whose turn it is not stand in a line.  An attempt whose request had to be repeated
 * keeps nobody waiting: a peer that is not there must not be in the way of others.
 */
#ifndef PANTUN_IKE_LINE_H
#define PANTUN_IKE_LINE_H

#include "ike/ike_sa.h"

#define LINE_MOST	64	/* attempts under way */
#define LINE_ASKED	16	/* and more for what a packet or an administrator asks for */

/* Nobody may begin now; @asked: not even for those. */
bool line_full(const struct ike_core *core, bool asked);
/* Has @gw poked (agenda.h) when it may; @first: before all others. */
void line_join(struct gateway *gw, bool first);
/* It goes, or has its turn. */
void line_leave(struct gateway *gw);
/* At the end of an event: pokes the one whose turn it is; false: nobody's. */
bool line_moves(struct ike_core *core);

/* @ike is an attempt of ours, */
void line_enter(struct ike_sa *ike);
/* and keeps nobody waiting any more: it came up, or to nothing, or its peer is slow to answer. */
void line_exit(struct ike_sa *ike);

#endif
