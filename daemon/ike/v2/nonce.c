// SPDX-License-Identifier: GPL-2.0-or-later
/* Nonces (RFC 7296 sections 2.8.1, 2.10). */
#include <string.h>

#include "ike/v2/v2.h"

bool v2_read_nonce(const struct v2_in *in, struct bytes *out)
{
	const struct wire_payload *nonce = wire_payload_find(in->payloads, IKE_PL_NONCE);
	struct wire_error error;

	return nonce && !wire_read_nonce(nonce, out, &error);
}

void v2_nonce_lesser(struct bytes a, struct bytes b, uint8_t *out)
{
	size_t common = a.n < b.n ? a.n : b.n;
	int order = memcmp(a.p, b.p, common);
	struct bytes less = order < 0 || (!order && a.n < b.n) ? a : b;

	memset(out, 0, NONCE_N);
	memcpy(out, less.p, less.n < NONCE_N ? less.n : NONCE_N);
}
