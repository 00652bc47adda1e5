/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which selector of many a packet falls under, at a cost that hardly depends on how
 * many there are.  Pure: no skb, no lock; also compiled on the host.
 */
#ifndef _PANTUN_CLASSIFY_H
#define _PANTUN_CLASSIFY_H

#include <linux/types.h>
#include "pure/selector.h"

#define PANTUN_CLASSIFY_MAX	256	/* selectors */

struct pantun_classifier;

/* The classifier of @count selectors, in order of precedence; NULL on lack of memory. */
struct pantun_classifier *pantun_classifier_new(const struct pantun_selector *const *selectors,
						u32 count);
void pantun_classifier_free(struct pantun_classifier *classifier);
/* Index of the first selector that matches, or -1. */
int pantun_classifier_match(const struct pantun_classifier *classifier,
			    const struct pantun_flow *flow);

#endif
