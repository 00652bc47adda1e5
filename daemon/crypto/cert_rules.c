// SPDX-License-Identifier: GPL-2.0-or-later
#include "crypto/cert_rules.h"

#include <stdlib.h>
#include <string.h>

#include "base/items.h"

#define RULES	8	/* octets: flags, seconds of tolerance, and of patience, certificates */

enum flag {
	FLAG_SHA1 = 1,
	FLAG_ANY_ID = 2,
	FLAG_STRICT_USAGE = 4,
	FLAG_BLOCK_UNKNOWN = 8,
	FLAG_FETCH = 16,
	FLAG_BLOCK_TIMEOUT = 32,
};

struct secret *cert_rules_put(const struct cert_rules *rules, struct bytes authorities,
			      struct bytes lists)
{
	const size_t n = item_room(RULES) + item_room(rules->from.n) + authorities.n +
			 (lists.n ? item_room(0) + lists.n : 0);
	struct secret *made = malloc(sizeof(*made) + n);
	uint8_t octets[RULES] = { 0 };
	uint8_t *at;

	if (!made)
		return NULL;
	octets[0] = (uint8_t)((rules->sha1 ? FLAG_SHA1 : 0) | (rules->any_id ? FLAG_ANY_ID : 0) |
			      (rules->strict_usage ? FLAG_STRICT_USAGE : 0) |
			      (rules->block_unknown ? FLAG_BLOCK_UNKNOWN : 0) |
			      (rules->fetch ? FLAG_FETCH : 0) |
			      (rules->block_timeout ? FLAG_BLOCK_TIMEOUT : 0));
	put_be32(octets + 1, rules->tolerance);
	octets[5] = rules->patience;
	put_be16(octets + 6, rules->kept);
	made->n = n;
	at = item_put(item_put(made->b, bytes_of(octets, RULES)), rules->from);
	if (authorities.n)
		memcpy(at, authorities.p, authorities.n);
	if (lists.n)
		memcpy(item_put(at + authorities.n, bytes_of(NULL, 0)), lists.p, lists.n);
	return made;
}

bool cert_rules_take(struct bytes *items, struct cert_rules *rules)
{
	struct bytes rest = *items, item, from;

	if (!items_next(&rest, &item) || item.n != RULES || !items_next(&rest, &from))
		return false;
	*rules = (struct cert_rules){
		.sha1 = item.p[0] & FLAG_SHA1, .any_id = item.p[0] & FLAG_ANY_ID,
		.strict_usage = item.p[0] & FLAG_STRICT_USAGE,
		.block_unknown = item.p[0] & FLAG_BLOCK_UNKNOWN, .tolerance = get_be32(item.p + 1),
		.fetch = item.p[0] & FLAG_FETCH, .block_timeout = item.p[0] & FLAG_BLOCK_TIMEOUT,
		.patience = item.p[5], .kept = get_be16(item.p + 6),
		.from = from,
	};
	*items = rest;
	return true;
}
