// SPDX-License-Identifier: GPL-2.0-or-later
#include "crypto/cert_rules.h"

#include <stdlib.h>
#include <string.h>

#include "base/items.h"

#define RULES	5	/* octets: flags, and seconds */

enum flag { FLAG_SHA1 = 1, FLAG_ANY_ID = 2, FLAG_STRICT_USAGE = 4 };

struct secret *cert_rules_put(const struct cert_rules *rules, struct bytes authorities)
{
	struct secret *made = malloc(sizeof(*made) + item_room(RULES) + authorities.n);
	uint8_t octets[RULES] = { 0 };
	uint8_t *at;

	if (!made)
		return NULL;
	octets[0] = (uint8_t)((rules->sha1 ? FLAG_SHA1 : 0) | (rules->any_id ? FLAG_ANY_ID : 0) |
			      (rules->strict_usage ? FLAG_STRICT_USAGE : 0));
	put_be32(octets + 1, rules->tolerance);
	made->n = item_room(RULES) + authorities.n;
	at = item_put(made->b, bytes_of(octets, RULES));
	if (authorities.n)
		memcpy(at, authorities.p, authorities.n);
	return made;
}

bool cert_rules_take(struct bytes *items, struct cert_rules *rules)
{
	struct bytes rest = *items, item;

	if (!items_next(&rest, &item) || item.n != RULES)
		return false;
	*rules = (struct cert_rules){
		.sha1 = item.p[0] & FLAG_SHA1, .any_id = item.p[0] & FLAG_ANY_ID,
		.strict_usage = item.p[0] & FLAG_STRICT_USAGE, .tolerance = get_be32(item.p + 1),
	};
	*items = rest;
	return true;
}
