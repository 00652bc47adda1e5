/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What we begin is bounded by what comes back.  A start, or the end of an outage, has us begin an
 * IKE SA with each of thousands of peers, and each attempt costs both ends; all at once, they would
 * wait for each other until their repetitions add to it.  So only some are under way, and the
 * gateways whose turn it is not stand in a line.
 *
 * A peer that is not there must not be in the way of others: an attempt whose request had to be
 * repeated stands aside, and keeps nobody waiting.  Where all are slow that would have thousands
 * under way in the end, though, most of which are given up and begun anew before anybody gets to
 * them.  So it is measured how long answers take.  None stands aside before that time is over, one
 * that did counts again once its peer answers, and the longer it is, the fewer may be under way.
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
/* is about to repeat its request, and may keep nobody waiting until it is answered, */
void line_late(struct ike_sa *ike);
/* has an answer to its request, */
void line_heard(struct ike_sa *ike);
/* and is none any more: it came up, or to nothing. */
void line_exit(struct ike_sa *ike);

#endif
