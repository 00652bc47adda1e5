// SPDX-License-Identifier: GPL-2.0-or-later
#include "crypto/rand.h"

#include <openssl/rand.h>
#include <string.h>

#include "base/secret.h"

int crypto_random_os(void *ctx, void *out, size_t n)
{
	(void)ctx;
	return RAND_priv_bytes_ex(NULL, out, n, 0) == 1 ? 0 : -1;
}

int rand_store_take(struct rand_store *store, void *out, size_t n)
{
	if (n > sizeof(store->octets))
		return crypto_random_os(NULL, out, n);
	if (n > store->n) {
		store->n = 0;
		if (crypto_random_os(NULL, store->octets, sizeof(store->octets)))
			return -1;
		store->n = sizeof(store->octets);
	}
	store->n -= n;
	memcpy(out, store->octets + store->n, n);
	secret_wipe(store->octets + store->n, n);
	return 0;
}
