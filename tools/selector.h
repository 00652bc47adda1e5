/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Traffic selectors of a proxy-ID, as words of a command line and as text. */
#ifndef PANTUN_TOOLS_SELECTOR_H
#define PANTUN_TOOLS_SELECTOR_H

#include "base/service.h"
#include "genl/selector.h"

#define SELECTOR_TEXT	512	/* octets of one side's text */

/*
 * Take a word: "10.1.0.0/16", "fd00::1-fd00::9", "any" (as if not given); "tcp",
 * "17", "any"; "443", "1024-2047".  NULL, or what is wrong with it.
 */
const char *selector_take_address(struct genl_selector *s, bool local, const char *word);
const char *selector_take_proto(struct genl_selector *s, const char *word);
const char *selector_take_port(struct genl_selector *s, bool local, const char *word);
/*
 * A side that was not given becomes any address of the other's families.  NULL, or
 * why the selector cannot be used.
 */
const char *selector_finish(struct genl_selector *s);

/* "10.1.0.0/16, fd00::/8" or "any"; writes into and returns @out. */
const char *selector_addresses(const struct genl_selector *s, bool local, char *out, size_t n);
/* "tcp 443", "any": protocol and ports of one side, into @out of SERVICE_TEXT octets. */
const char *selector_service(const struct genl_selector *s, bool local, char *out);

#endif
