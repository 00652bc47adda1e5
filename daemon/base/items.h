/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Octet strings one behind the other, each behind its length in two octets, big-endian. */
#ifndef PANTUN_BASE_ITEMS_H
#define PANTUN_BASE_ITEMS_H

#include "base/bytes.h"

#define ITEM_MAX	UINT16_MAX	/* octets of one */

/*
 * Takes the first item off @rest, as a view; false: there is none, and if @rest is not empty it is
 * malformed.
 */
bool items_next(struct bytes *rest, struct bytes *item);
/* How many there are; -1: they are malformed. */
int items_count(struct bytes items);
/* Octets that an item takes with its length. */
static inline size_t item_room(size_t n)
{
	return n + 2;
}
/* Writes one at @out, with room for item_room(); returns where the next one goes. */
uint8_t *item_put(uint8_t *out, struct bytes item);
/* Likewise one that is @a and then @b. */
uint8_t *item_put_two(uint8_t *out, struct bytes a, struct bytes b);

#endif
