/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DNS as one of two peers sees it, which knows one name: that of the other. */
#ifndef PANTUN_TESTS_PEERS_DNS_H
#define PANTUN_TESTS_PEERS_DNS_H

#include "ike/core.h"
#include "msg/fetch_msg.h"

#define PEERS_DNS_OPEN	8
#define PEERS_DNS_MS	20	/* that an answer takes */

struct peers_dns {
	const char *addrs;		/* "192.0.2.9 2001:db8::9", or */
	enum name_failure failure;	/* why there are none */
	uint32_t ttl;
	bool silent;			/* it does not answer at all */
	unsigned int asked;		/* so often */
	struct peers_dns_open {
		ike_time due;		/* 0: none */
		uint64_t ticket;
	} open[PEERS_DNS_OPEN];
};

void peers_dns_ask(struct peers_dns *dns, ike_time now, uint64_t ticket);
/* When it answers next, or IKE_NEVER; and what. */
ike_time peers_dns_next(const struct peers_dns *dns);
struct name_answer peers_dns_answer(struct peers_dns *dns);
/* Who asked is no more. */
void peers_dns_forget(struct peers_dns *dns);

#endif
