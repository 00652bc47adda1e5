// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/items.h"

#include <string.h>

bool items_next(struct bytes *rest, struct bytes *item)
{
	size_t n;

	if (rest->n < 2)
		return false;
	n = get_be16(rest->p);
	if (rest->n - 2 < n)
		return false;
	*item = bytes_of(rest->p + 2, n);
	*rest = bytes_of(rest->p + 2 + n, rest->n - 2 - n);
	return true;
}

int items_count(struct bytes items)
{
	struct bytes item;
	int n = 0;

	while (items_next(&items, &item))
		n++;
	return items.n ? -1 : n;
}

uint8_t *item_put(uint8_t *out, struct bytes item)
{
	put_be16(out, (uint16_t)item.n);
	if (item.n)
		memcpy(out + 2, item.p, item.n);
	return out + item_room(item.n);
}

uint8_t *item_put_two(uint8_t *out, struct bytes a, struct bytes b)
{
	put_be16(out, (uint16_t)(a.n + b.n));
	if (a.n)
		memcpy(out + 2, a.p, a.n);
	if (b.n)
		memcpy(out + 2 + a.n, b.p, b.n);
	return out + item_room(a.n + b.n);
}
