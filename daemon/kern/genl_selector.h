/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Traffic selectors as the kernel has them: one range a side and family. */
#ifndef PANTUN_KERN_GENL_SELECTOR_H
#define PANTUN_KERN_GENL_SELECTOR_H

#include "prop/ts.h"

struct nl_msg;
struct nlattr;

struct genl_range {
	bool there;		/* the family takes part */
	struct addr local_first, local_last, remote_first, remote_last;
};

struct genl_selector {
	struct genl_range v4, v6;
	uint8_t proto;		/* 0: any */
	uint16_t local_first, local_last, remote_first, remote_last;	/* ports */
};

/*
 * The narrowest selector of that shape that covers @pair.  It never reaches beyond a
 * proxy-ID that @pair was narrowed from, since that has this shape, too.  False
 * where no family is on both sides.
 */
bool genl_selector_of(const struct ts_pair *pair, struct genl_selector *out);
bool genl_selector_equal(const struct genl_selector *a, const struct genl_selector *b);
/* Nest @type; nothing at all for a selector that takes everything.  0 or -1: too large. */
int genl_selector_put(struct nl_msg *msg, int type, const struct genl_selector *selector);
/* From the nest, NULL for one that is absent.  False where it is no selector. */
bool genl_selector_get(struct nlattr *nest, struct genl_selector *out);

#endif
