/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a gateway's peer is: at the configured address, at one of those that DNS gives to its
 * name, or anywhere.  A name is looked up at the start, again when its records run out, and when
 * the peer does not answer.  What is known stays in use while DNS does not answer.
 */
#ifndef PANTUN_IKE_PLACE_H
#define PANTUN_IKE_PLACE_H

#include "ike/gateway.h"

#define NAME_LEAST	SECONDS(5)	/* between two questions for a name, whatever its TTL */
#define NAME_MOST	SECONDS(3600)
#define NAME_RETRY_MOST	SECONDS(60)	/* after a failure */
#define NAME_LOST	SECONDS(30)	/* that an answer is waited for */

/* The peer is not to be looked for at the same place. */
bool place_differs(const struct policy_gateway *a, const struct policy_gateway *b);
/* Begins with what is configured; a name is looked up. */
void place_configure(struct gateway *gw);
/* Asks for nothing any more, and forgets what it has asked for. */
void place_forget(struct gateway *gw);
/* No answer is waited for any more. */
void place_forget_question(struct gateway *gw);
/* Looks its name up, if it has one and that is not under way. */
void place_ask(struct gateway *gw);
/* Likewise, but not NAME_LEAST after the last time. */
void place_ask_soon(struct gateway *gw);
/* Attempts go to the next of its addresses. */
void place_next(struct gateway *gw);
/* Nothing was heard of the peer where it was looked for. */
void place_missed(struct gateway *gw);

#endif
