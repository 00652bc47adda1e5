// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/nonce.h"

#include <string.h>

#include "ike/core_priv.h"

void nonce_lesser(struct bytes a, struct bytes b, uint8_t *out)
{
	size_t common = a.n < b.n ? a.n : b.n;
	int order = memcmp(a.p, b.p, common);
	struct bytes less = order < 0 || (!order && a.n < b.n) ? a : b;

	memset(out, 0, NONCE_N);
	memcpy(out, less.p, less.n < NONCE_N ? less.n : NONCE_N);
}
