/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's selector, of one range a side and family, for what was negotiated. */
#ifndef PANTUN_KERN_GENL_HULL_H
#define PANTUN_KERN_GENL_HULL_H

#include "genl/selector.h"
#include "prop/ts.h"

/*
 * The narrowest selector of that shape that covers @pair.  It never reaches beyond a
 * proxy-ID that @pair was narrowed from, since that has this shape, too.  False
 * where no family is on both sides.
 */
bool genl_selector_of(const struct ts_pair *pair, struct genl_selector *out);

#endif
