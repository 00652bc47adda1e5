// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/dh_fresh.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct dh *dh_fresh(const struct alg_dh *alg)
{
	uint8_t private_key[ALG_PRIVATE_MAX];
	struct dh *dh;

	assert_int_equal(dh_draw(alg, crypto_random_os, NULL, private_key), 0);
	dh = dh_from_private(alg, bytes_of(private_key, alg->private_n));
	assert_non_null(dh);
	return dh;
}
