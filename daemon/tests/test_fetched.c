// SPDX-License-Identifier: GPL-2.0-or-later
/* Each algorithm of OpenSSL is fetched once, whoever asks, and as often as it may be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/crypto.h>
#include <pthread.h>
#include <stdatomic.h>

#include "crypto/dh.h"
#include "crypto/fetched.h"
#include "crypto/rand.h"
#include "prop/alg_registry.h"

#define THREADS	4
#define TURNS	200

/* A key exchange takes fewer; to build its group alone takes the library more. */
#define MALLOCS	100

static atomic_uint mallocs;

static void *counted_malloc(size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	mallocs++;
	return malloc(n);
}

static void *counted_realloc(void *p, size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return realloc(p, n);
}

static void plain_free(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	free(p);
}

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

/* A key pair and a shared secret use the group that is there: neither builds it anew. */
static void test_group_once(void **state)
{
	const struct alg_dh *alg = alg_dh_by_conf("group19");
	uint8_t private_key[ALG_PUBLIC_MAX];
	struct dh_secret secret;
	struct dh *a, *b;

	(void)state;
	assert_int_equal(dh_draw(alg, crypto_random_os, NULL, private_key), 0);
	a = dh_from_private(alg, bytes_of(private_key, alg->private_n));
	assert_non_null(a);
	mallocs = 0;
	b = dh_from_private(alg, bytes_of(private_key, alg->private_n));
	assert_non_null(b);
	assert_in_range(mallocs, 1, MALLOCS);
	mallocs = 0;
	assert_int_equal(dh_shared(a, dh_public(b), &secret), DH_OK);
	assert_in_range(mallocs, 1, MALLOCS);
	dh_free(a);
	dh_free(b);
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
		cmocka_unit_test(test_group_once),
		cmocka_unit_test(test_threads),
	};

	if (CRYPTO_set_mem_functions(counted_malloc, counted_realloc, plain_free) != 1)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
