/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses of names, from name servers: IPv4 and IPv6 are asked for at once.  DNS alone: neither
 * files nor search lists of this host count.
 */
#ifndef PANTUN_FETCH_RESOLVER_H
#define PANTUN_FETCH_RESOLVER_H

#include "msg/fetch_msg.h"

#define RESOLVER_PORT	53
#define RESOLVER_MS	30000	/* more than three servers take that say nothing */

struct event_base;
struct resolver;

/* An answer, with the ticket of the question. */
typedef void resolver_answer(void *ctx, const struct name_answer *answer);

/*
 * Asks nobody until it has servers.  What is not answered within @ms then counts as unanswered.
 * NULL: out of memory.
 */
struct resolver *resolver_new(struct event_base *base, unsigned int ms);
/* What is under way is not answered.  NULL is fine. */
void resolver_free(struct resolver *resolver);
/* Asks these from now on, at @port; what is under way goes on with them. */
void resolver_use(struct resolver *resolver, const struct msg_servers *servers, uint16_t port);
/* @answer is called once, later or at once. */
void resolver_ask(struct resolver *resolver, const struct name_question *question,
		  resolver_answer *answer, void *ctx);

#endif
