// SPDX-License-Identifier: GPL-2.0-or-later
#include <openssl/rand.h>

#include "crypto/rand.h"

int crypto_random_os(void *ctx, void *out, size_t n)
{
	(void)ctx;
	return RAND_priv_bytes_ex(NULL, out, n, 0) == 1 ? 0 : -1;
}
