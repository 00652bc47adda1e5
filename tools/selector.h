/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Traffic selectors of a proxy-ID, as words of a command line and as text. */
#ifndef PANTUN_TOOLS_SELECTOR_H
#define PANTUN_TOOLS_SELECTOR_H

#include "base/addr.h"

struct addr_range {
	struct addr first, last;	/* family 0: absent */
};

struct port_range {
	bool given;
	uint16_t first, last;
};

/* Nothing given: any packet. */
struct selector {
	struct addr_range local4, remote4, local6, remote6;
	uint8_t proto;			/* 0: any */
	struct port_range local_port, remote_port;
};

#define SELECTOR_TEXT	512	/* octets of one side's text */

/*
 * Take a word: "10.1.0.0/16", "fd00::1-fd00::9", "any" (as if not given); "tcp",
 * "17", "any"; "443", "1024-2047".  NULL, or what is wrong with it.
 */
const char *selector_take_address(struct selector *s, bool local, const char *word);
const char *selector_take_proto(struct selector *s, const char *word);
const char *selector_take_port(struct selector *s, bool local, const char *word);
/*
 * A side that was not given becomes any address of the other's families.  NULL, or
 * why the selector cannot be used.
 */
const char *selector_finish(struct selector *s);

/* "10.1.0.0/16, fd00::/8" or "any"; writes into and returns @out. */
const char *selector_addresses(const struct selector *s, bool local, char *out, size_t n);
/* "tcp 443", "any": protocol and ports of one side. */
const char *selector_service(const struct selector *s, bool local, char *out, size_t n);

#endif
