/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Traffic selectors (RFC 7296 section 3.13.1) and their match.  Pure: no skb, no
 * lock; also compiled on the host.
 */
#ifndef _PANTUN_SELECTOR_H
#define _PANTUN_SELECTOR_H

#include <linux/in6.h>
#include <linux/types.h>

union pantun_addr {
	__be32 v4;
	struct in6_addr v6;
};

/* Inclusive, first <= last in network order. */
struct pantun_range {
	union pantun_addr first;
	union pantun_addr last;
};

struct pantun_ports {
	u16 first;
	u16 last;
};

/* Families present say which packets can match at all; both is "any". */
struct pantun_selector {
	bool has_v4;
	bool has_v6;
	struct pantun_range local4, remote4;
	struct pantun_range local6, remote6;
	u8 proto;			/* 0: any */
	struct pantun_ports local_port, remote_port;	/* 0..65535: any */
};

/* One or more of them: a packet has to match one.  They stand for lists of both ends' ranges. */
struct pantun_selectors {
	struct pantun_selector first;
	unsigned int n_more;
	struct pantun_selector *more;
};

/* The fields of one inner packet that selectors look at, seen from here. */
struct pantun_flow {
	u8 family;			/* AF_INET or AF_INET6 */
	u8 proto;
	bool has_ports;			/* false for fragments but the first, and others */
	u16 local_port, remote_port;
	union pantun_addr local, remote;
};

/* Any packet of both families. */
void pantun_selector_any(struct pantun_selector *sel);
/* NULL if usable, else why not (text for extack). */
const char *pantun_selector_invalid(const struct pantun_selector *sel);
bool pantun_selector_match(const struct pantun_selector *sel,
			   const struct pantun_flow *flow);
bool pantun_selectors_match(const struct pantun_selectors *set,
			    const struct pantun_flow *flow);
/* < 0: a is the more specific one (man page rule: narrower remote, local, then proto, ports). */
int pantun_selector_compare(const struct pantun_selector *a,
			    const struct pantun_selector *b);

#endif
