/* SPDX-License-Identifier: GPL-2.0 */
/* What AH covers of the headers before it.  Pure: no packet, no SA. */
#ifndef _PANTUN_AH_MASK_H
#define _PANTUN_AH_MASK_H

#include <linux/types.h>

/*
 * Turns a copy of the @len octets from the outer IP header to AH into what the ICV is
 * computed over.  0, or -EPROTO where AH does not follow or a header is not whole.
 */
int pantun_ah_mask(u8 *headers, unsigned int len, bool sending);

#endif
