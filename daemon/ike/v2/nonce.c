// SPDX-License-Identifier: GPL-2.0-or-later
/* Nonces (RFC 7296 section 2.10). */
#include "ike/v2/v2.h"

bool v2_read_nonce(const struct v2_in *in, struct bytes *out)
{
	const struct wire_payload *nonce = wire_payload_find(in->payloads, IKE_PL_NONCE);
	struct wire_error error;

	return nonce && !wire_read_nonce(nonce, out, &error);
}
