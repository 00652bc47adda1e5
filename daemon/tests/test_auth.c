// SPDX-License-Identifier: GPL-2.0-or-later
/* Who has the pre-shared keys: what it makes and checks, and what it refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "auth/answer.h"
#include "base/secret.h"
#include "crypto/keymat_v1.h"
#include "crypto/keymat_v2.h"
#include "prop/alg_registry.h"
#include "vectors.h"

#define KEY	"a secret that two ends share"
#define COVERED	(100 + 32 + 32)		/* octets: message, nonce, prf(SK_p, ID) */

/* Computed once with Python's hmac module: prf(prf(KEY, "Key Pad for IKEv2"), 0, 1, 2 ... 163). */
static const struct {
	const char *prf, *data;
} known[] = {
	{ "sha256", "799fe70d9f931f74cc589755959f9095c82a81abd6329b2c72edb1720db12806" },
	{ "sha384", "123beaf20df5976255e6861a73f7f74ccc7b5f9378c4b314b0d55ce0c2c1fd97"
	  "da7439523dfb9c2b4baa768e16e725c9" },
	{ "sha512", "9c62f2e5635117403e15a322b2982a4b0f7688474487277c9658f1a8008b6f3e"
	  "d8e8c92d8f1c27b9b23d246520312c01b3e0198efe32f03db7025d944ea866e0" },
};

static struct auth_keys *new_keys(void)
{
	struct auth_keys *keys = auth_keys_new();

	assert_non_null(keys);
	assert_int_equal(auth_keys_set(keys, 7, bytes_of(KEY, strlen(KEY))), 0);
	assert_int_equal(auth_keys_set(keys, 8, bytes_of("another", 7)), 0);
	return keys;
}

static struct ike_auth_request *new_request(enum auth_kind kind, const char *prf, uint32_t n)
{
	struct ike_auth_request *request = ike_auth_request_new(kind, n);

	assert_non_null(request);
	request->ticket = 0x1234;
	request->prf = alg_prf_by_conf(prf)->id;
	for (unsigned int i = 0; i < n; i++)
		request->octets[i] = (uint8_t)i;
	return request;
}

/* The peer's AUTH is that of KEY. */
static struct ike_auth_request *new_check(void)
{
	struct ike_auth_request *request = new_request(AUTH_CHECK, "sha256", COVERED);
	uint8_t expect[VECTOR_MAX];

	memcpy(request->proof, hex_octets(known[0].data, expect).p, 32);
	request->proof_n = 32;
	return request;
}

/* What @keys say to @request, with those numbers in it: 0 behind the last. */
static struct ike_auth_answer ask(const struct auth_keys *keys, struct ike_auth_request *request,
				  const uint64_t *numbers)
{
	struct ike_auth_answer answer;

	request->n_keys = 0;
	while (*numbers)
		assert_true(ike_auth_request_add(request, *numbers++));
	assert_true(ike_auth_request_whole(request, ike_auth_request_size(request)));
	memset(&answer, 0xff, sizeof(answer));
	auth_answer(keys, request, &answer);
	assert_true(ike_auth_answer_whole(&answer, sizeof(answer)));
	assert_int_equal(answer.ticket, 0x1234);
	return answer;
}

#define NUMBERS(...)	((const uint64_t[]){ __VA_ARGS__, 0 })

static void test_make(void **state)
{
	struct auth_keys *keys = new_keys();

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		struct ike_auth_request *request = new_request(AUTH_MAKE, known[i].prf, COVERED);
		struct ike_auth_answer made = ask(keys, request, NUMBERS(7));
		uint8_t expect[VECTOR_MAX];
		struct bytes data = hex_octets(known[i].data, expect);

		assert_int_equal(made.failed, 0);
		assert_int_equal(made.key, 7);
		assert_int_equal(made.n, data.n);
		assert_memory_equal(made.octets, data.p, data.n);
		ike_auth_request_free(request);
	}
	auth_keys_free(keys);
}

/* A PPK goes into all three keys, and only where they are whole. */
static void test_mix(void **state)
{
	const struct alg_prf *prf = alg_prf_by_conf("sha256");
	struct auth_keys *keys = new_keys();
	struct ike_auth_request *request = new_request(AUTH_MIX, "sha256", 3 * 32);
	struct ike_auth_answer mixed;
	uint8_t expect[32];

	(void)state;
	mixed = ask(keys, request, NUMBERS(7));
	assert_int_equal(mixed.failed, 0);
	assert_int_equal(mixed.key, 7);
	assert_int_equal(mixed.n, 3 * 32);
	for (unsigned int i = 0; i < 3; i++) {
		assert_int_equal(keymat_ppk(prf, auth_keys_octets(keys, 7),
					    bytes_of(request->octets + 32 * i, 32), expect), 0);
		assert_memory_equal(mixed.octets + 32 * i, expect, 32);
	}
	mixed = ask(keys, request, NUMBERS(4711));
	assert_int_equal(mixed.failed, 1);
	assert_int_equal(mixed.n, 0);
	request->octets_n--;
	mixed = ask(keys, request, NUMBERS(7));
	assert_int_equal(mixed.failed, 1);
	assert_int_equal(mixed.n, 0);
	ike_auth_request_free(request);
	auth_keys_free(keys);
}

/*
 * SKEYID is of two nonces, and nothing else: not of the octets by which IKEv2 makes its key of the
 * pre-shared one (RFC 7296 section 2.15).
 */
static void test_skeyid(void **state)
{
	const struct alg_prf *prf = alg_prf_by_conf("sha256");
	struct ike_auth_request *request = new_request(AUTH_SKEYID, "sha256", AUTH_NONCES_MOST);
	struct auth_keys *keys = new_keys();
	struct ike_auth_answer made;
	uint8_t expect[32];

	(void)state;
	for (unsigned int n = AUTH_NONCES_LEAST; n <= AUTH_NONCES_MOST; n += 8) {
		request->octets_n = n;
		made = ask(keys, request, NUMBERS(7));
		assert_int_equal(made.failed, 0);
		assert_int_equal(made.key, 7);
		assert_int_equal(made.n, 32);
		assert_int_equal(keymat_v1_skeyid_psk(prf, auth_keys_octets(keys, 7),
						      bytes_of(request->octets, n), expect), 0);
		assert_memory_equal(made.octets, expect, 32);
	}
	assert_int_equal(ask(keys, request, NUMBERS(4711)).failed, 1);
	request->octets_n = AUTH_NONCES_LEAST - 1;
	assert_int_equal(ask(keys, request, NUMBERS(7)).failed, 1);
	memcpy(request->octets, "Key Pad for IKEv2", 17);
	request->octets_n = 17;
	made = ask(keys, request, NUMBERS(7));
	assert_int_equal(made.failed, 1);
	assert_int_equal(made.n, 0);
	request->octets_n = AUTH_NONCES_MOST;
	request->prf = alg_prf_by_conf("aes-xcbc")->id;
	assert_int_equal(ask(keys, request, NUMBERS(7)).failed, 1);
	ike_auth_request_free(request);
	auth_keys_free(keys);
}

static void test_check(void **state)
{
	struct auth_keys *keys = new_keys();
	struct ike_auth_request *request = new_check();
	struct ike_auth_answer answer = ask(keys, request, NUMBERS(7));

	(void)state;
	assert_int_equal(answer.key, 7);
	assert_int_equal(answer.failed, 0);
	assert_int_equal(answer.n, 0);
	/* Whichever of several it is, and in whatever order they come. */
	assert_int_equal(ask(keys, request, NUMBERS(8, 7)).key, 7);
	assert_int_equal(ask(keys, request, NUMBERS(7, 8)).key, 7);
	answer = ask(keys, request, NUMBERS(8));
	assert_int_equal(answer.key, 0);
	assert_int_equal(answer.failed, 0);
	for (unsigned int i = 0; i < 32; i++) {
		request->proof[i] ^= 1;
		assert_int_equal(ask(keys, request, NUMBERS(7)).key, 0);
		request->proof[i] ^= 1;
	}
	request->octets[COVERED - 1] ^= 1;
	assert_int_equal(ask(keys, request, NUMBERS(7)).key, 0);
	ike_auth_request_free(request);
	auth_keys_free(keys);
}

/* Only as much as the PRF gives is AUTH data. */
static void test_lengths(void **state)
{
	struct auth_keys *keys = new_keys();
	struct ike_auth_request *request = new_check();

	(void)state;
	for (uint32_t n = 0; n <= sizeof(request->proof); n++) {
		request->proof_n = n;
		assert_int_equal(ask(keys, request, NUMBERS(7)).key, n == 32 ? 7 : 0);
	}
	ike_auth_request_free(request);
	auth_keys_free(keys);
}

/* No verdict is another answer than a bad one. */
static void test_unknown(void **state)
{
	struct auth_keys *keys = new_keys();
	struct ike_auth_request *request = new_check();
	struct ike_auth_answer answer = ask(keys, request, NUMBERS(9, 8));

	(void)state;
	assert_int_equal(answer.key, 0);
	assert_int_equal(answer.failed, 1);
	answer = ask(keys, request, NUMBERS(9, 7));
	assert_int_equal(answer.key, 7);
	assert_int_equal(answer.failed, 0);
	request->prf = 9999;
	answer = ask(keys, request, NUMBERS(7));
	assert_int_equal(answer.key, 0);
	assert_int_equal(answer.failed, 1);
	ike_auth_request_free(request);

	request = new_request(AUTH_MAKE, "sha256", COVERED);
	answer = ask(keys, request, NUMBERS(9));
	assert_int_equal(answer.failed, 1);
	assert_int_equal(answer.key, 0);
	assert_int_equal(answer.n, 0);
	ike_auth_request_free(request);
	auth_keys_free(keys);
}

static void test_keys(void **state)
{
	static const uint8_t most[SECRET_MAX + 1];
	struct auth_keys *keys = new_keys();
	struct ike_auth_request *request = new_check();

	(void)state;
	assert_int_equal(auth_keys_set(keys, 0, bytes_of("x", 1)), -1);
	assert_int_equal(auth_keys_set(keys, 9, bytes_of("x", 0)), -1);
	assert_int_equal(auth_keys_set(keys, 9, bytes_of(most, SECRET_MAX + 1)), -1);
	assert_int_equal(auth_keys_count(keys), 2);
	assert_int_equal(auth_keys_set(keys, 9, bytes_of(most, SECRET_MAX)), 0);
	assert_int_equal(auth_keys_count(keys), 3);
	auth_keys_forget(keys, 9);
	auth_keys_forget(keys, 9);
	assert_int_equal(auth_keys_count(keys), 2);

	/* Set anew, with fewer octets, and back. */
	assert_int_equal(auth_keys_set(keys, 7, bytes_of("x", 1)), 0);
	assert_int_equal(ask(keys, request, NUMBERS(7)).key, 0);
	assert_int_equal(auth_keys_set(keys, 7, bytes_of(KEY, strlen(KEY))), 0);
	assert_int_equal(ask(keys, request, NUMBERS(7)).key, 7);
	assert_int_equal(auth_keys_count(keys), 2);
	auth_keys_forget(keys, 7);
	assert_int_equal(ask(keys, request, NUMBERS(7)).failed, 1);
	assert_int_equal(ask(keys, request, NUMBERS(8)).failed, 0);
	ike_auth_request_free(request);
	auth_keys_free(keys);
}

/* What comes over a channel is no request because it has a length. */
static void test_whole(void **state)
{
	struct ike_auth_request *request = new_check();
	size_t n = ike_auth_request_size(request);
	struct ike_auth_answer answer = { .n = AUTH_ANSWER_MOST };

	(void)state;
	assert_false(ike_auth_request_whole(request, n));
	request->n_keys = 1;
	assert_true(ike_auth_request_whole(request, n));
	assert_false(ike_auth_request_whole(request, n - 1));
	assert_false(ike_auth_request_whole(request, n + 1));
	for (size_t less = 0; less < sizeof(*request); less++)
		assert_false(ike_auth_request_whole(request, less));
	request->n_keys = AUTH_KEYS_MOST + 1;
	assert_false(ike_auth_request_whole(request, n));
	request->n_keys = AUTH_KEYS_MOST;
	request->proof_n = ALG_PRF_MAX + 1;
	assert_false(ike_auth_request_whole(request, n));
	request->proof_n = ALG_PRF_MAX;
	request->kind = 0;
	assert_false(ike_auth_request_whole(request, n));
	request->kind = AUTH_LOOK + 1;
	assert_false(ike_auth_request_whole(request, n));
	request->kind = AUTH_VERIFY;
	request->tail_n = COVERED;
	assert_true(ike_auth_request_whole(request, n));
	request->tail_n = COVERED + 1;
	assert_false(ike_auth_request_whole(request, n));
	request->tail_n = 0;
	request->octets_n = UINT32_MAX;
	assert_false(ike_auth_request_whole(request, n));
	request->octets_n = COVERED;
	assert_true(ike_auth_request_whole(request, n));
	ike_auth_request_free(request);

	assert_true(ike_auth_answer_whole(&answer, sizeof(answer)));
	assert_false(ike_auth_answer_whole(&answer, sizeof(answer) - 1));
	answer.n++;
	assert_false(ike_auth_answer_whole(&answer, sizeof(answer)));
}

static void test_request(void **state)
{
	struct ike_auth_request *a = new_check(), *b = new_check();

	(void)state;
	for (uint64_t i = 1; i <= AUTH_KEYS_MOST; i++)
		assert_true(ike_auth_request_add(a, i));
	assert_true(ike_auth_request_add(a, 1));
	assert_int_equal(a->n_keys, AUTH_KEYS_MOST);
	assert_false(ike_auth_request_add(a, AUTH_KEYS_MOST + 1));
	assert_false(ike_auth_request_same(a, b));
	a->n_keys = 0;
	memset(a->keys, 0, sizeof(a->keys));
	a->ticket++;
	assert_true(ike_auth_request_same(a, b));
	b->octets[COVERED - 1]++;
	assert_false(ike_auth_request_same(a, b));
	assert_null(ike_auth_request_new(AUTH_CHECK, AUTH_OCTETS_MOST + 1));
	ike_auth_request_free(a);
	ike_auth_request_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_make),
		cmocka_unit_test(test_mix),
		cmocka_unit_test(test_skeyid),
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_request),
	};

	return cmocka_run_group_tests_name("auth", tests, NULL, NULL);
}
