// SPDX-License-Identifier: GPL-2.0-or-later
#include "crypto/ecdsa_raw.h"

#include <openssl/bn.h>
#include <openssl/ecdsa.h>

size_t ecdsa_raw_make(uint8_t *out, size_t n, size_t half)
{
	const uint8_t *at = out;
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &at, (long)n);
	int size = (int)half;
	bool good;

	good = sig && BN_bn2binpad(ECDSA_SIG_get0_r(sig), out, size) == size &&
	       BN_bn2binpad(ECDSA_SIG_get0_s(sig), out + half, size) == size;
	ECDSA_SIG_free(sig);
	return good ? 2 * half : 0;
}

struct bytes ecdsa_raw_der(struct bytes data, size_t half)
{
	ECDSA_SIG *sig = data.n == 2 * half ? ECDSA_SIG_new() : NULL;
	int size = (int)half, n = 0;
	uint8_t *der = NULL;
	BIGNUM *r = NULL, *s = NULL;

	if (sig) {
		r = BN_bin2bn(data.p, size, NULL);
		s = BN_bin2bn(data.p + half, size, NULL);
	}
	if (r && s && ECDSA_SIG_set0(sig, r, s) == 1) {
		n = i2d_ECDSA_SIG(sig, &der);
	} else {
		BN_free(r);
		BN_free(s);
	}
	ECDSA_SIG_free(sig);
	return bytes_of(der, n > 0 ? (size_t)n : 0);
}
