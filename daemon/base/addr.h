/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IP addresses, ranges and UDP endpoints. */
#ifndef PANTUN_BASE_ADDR_H
#define PANTUN_BASE_ADDR_H

#include "base/bytes.h"

struct addr {
	uint8_t family;		/* AF_INET, AF_INET6; 0: none */
	uint8_t b[16];		/* network order, IPv4 in the first four */
	uint32_t scope;		/* link of a link-local IPv6 address, its ifindex; 0: not known */
};

struct endpoint {
	struct addr addr;
	uint16_t port;		/* host order */
};

#define ADDR_TEXT	80	/* room for the text of an addr, endpoint */

size_t addr_len(const struct addr *a);
/* Link-local addresses on two links differ; one without a link matches on any link. */
bool addr_equal(const struct addr *a, const struct addr *b);
/* fe80::/10 */
bool addr_is_link_local(const struct addr *a);
/* Why no packet can reach another host at this address; NULL: one can. */
const char *addr_unusable(const struct addr *a);
/* < 0, 0, > 0 in network order; families first, links do not count. */
int addr_compare(const struct addr *a, const struct addr *b);
/* Returns 0, or -1 if @text is no address.  "fe80::1%wan0" is one if there is a link wan0. */
int addr_parse(const char *text, struct addr *a);
/* Writes into and returns @out of ADDR_TEXT octets; "any" for family 0. */
const char *addr_text(const struct addr *a, char *out);
const char *endpoint_text(const struct endpoint *e, char *out);
bool endpoint_equal(const struct endpoint *a, const struct endpoint *b);
/*
 * First and last address of "10.0.0.0/8" (host bits are ignored), "10.0.0.1",
 * "10.0.0.1-10.0.0.9"; -1 if it is none.
 */
int addr_range_parse(const char *text, struct addr *first, struct addr *last);
/* Writes the shortest text of a range, a prefix if it is one, to @out of 2 * ADDR_TEXT octets. */
const char *addr_range_text(const struct addr *first, const struct addr *last, char *out);

#endif
