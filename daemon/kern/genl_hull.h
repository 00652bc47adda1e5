/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's selectors, of one range a side and family, for what was negotiated. */
#ifndef PANTUN_KERN_GENL_HULL_H
#define PANTUN_KERN_GENL_HULL_H

#include <linux/pantun.h>

#include "genl/selector.h"
#include "prop/ts.h"

/*
 * The narrowest selector of that shape that covers @pair.  It never reaches beyond a
 * proxy-ID that @pair was narrowed from, since that has this shape, too.  False
 * where no family is on both sides.
 */
bool genl_selector_of(const struct ts_pair *pair, struct genl_selector *out);

#define GENL_SELECTORS_MAX	PANTUN_SELECTORS_MAX

/*
 * The selectors of that shape that match what @pair does and nothing else: each local one with
 * each remote one, an IPv4 and an IPv6 one for the same service in one.  Returns how many; 0
 * where no family is on both sides, -1 where it takes more than GENL_SELECTORS_MAX.
 */
int genl_selectors_of(const struct ts_pair *pair, struct genl_selector *out);

#endif
