// SPDX-License-Identifier: GPL-2.0-or-later
/* Each algorithm of OpenSSL is fetched once, whoever asks, and as often as it may be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>

#include "crypto/fetched.h"
#include "prop/alg_registry.h"

#define THREADS	4
#define TURNS	200

static void test_once(void **state)
{
	/* Another copy of the name, as a pointer is not what counts. */
	char name[] = "P-256";

	(void)state;
	assert_non_null(fetched_curve("P-256"));
	assert_ptr_equal(fetched_curve(name), fetched_curve("P-256"));
	assert_ptr_equal(fetched_cipher("AES-128-GCM"), fetched_cipher("AES-128-GCM"));
	assert_ptr_not_equal(fetched_cipher("AES-128-GCM"), fetched_cipher("AES-256-GCM"));
}

static void test_unknown(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 100; i++) {
		assert_null(fetched_cipher("no such cipher"));
		assert_null(fetched_curve("no such curve"));
		assert_null(fetched_hmac("no such digest"));
	}
	/* They took no room. */
	assert_non_null(fetched_cipher("AES-256-CBC"));
}

/* A context is the caller's own: two of one digest do not disturb each other. */
static void test_contexts(void **state)
{
	EVP_MAC_CTX *a = fetched_hmac("SHA2-256"), *b = fetched_hmac("SHA2-256");
	uint8_t of_a[32], of_b[32];
	size_t n;

	(void)state;
	assert_non_null(a);
	assert_non_null(b);
	assert_int_equal(EVP_MAC_init(a, (const uint8_t *)"key a", 5, NULL), 1);
	assert_int_equal(EVP_MAC_init(b, (const uint8_t *)"key b", 5, NULL), 1);
	assert_int_equal(EVP_MAC_final(a, of_a, &n, sizeof(of_a)), 1);
	assert_int_equal(EVP_MAC_final(b, of_b, &n, sizeof(of_b)), 1);
	assert_memory_not_equal(of_a, of_b, sizeof(of_a));
	EVP_MAC_CTX_free(a);
	EVP_MAC_CTX_free(b);
}

static void *ask_for_all(void *failed)
{
	for (unsigned int turn = 0; turn < TURNS; turn++) {
		const struct alg_encr *encr;
		EVP_MAC_CTX *ctx;

		for (unsigned int i = 0; (encr = alg_encr_row(i)); i++) {
			if (encr->evp && !fetched_cipher(encr->evp))
				*(int *)failed = 1;
		}
		ctx = fetched_hmac("SHA2-384");
		if (!ctx)
			*(int *)failed = 1;
		EVP_MAC_CTX_free(ctx);
	}
	return NULL;
}

static void test_threads(void **state)
{
	pthread_t threads[THREADS];
	int failed[THREADS] = { 0 };

	(void)state;
	for (unsigned int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, ask_for_all, &failed[i]), 0);
	for (unsigned int i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_int_equal(failed[i], 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_once),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_contexts),
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
