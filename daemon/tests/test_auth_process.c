// SPDX-License-Identifier: GPL-2.0-or-later
/* The process `auth`, between a parent and an `ike` that are this test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>

#include "auth/process.h"
#include "base/items.h"
#include "base/log.h"
#include "crypto/cert_file.h"
#include "crypto/sign.h"
#include "msg/auth_msg.h"
#include "msg/basic.h"
#include "msg/chan.h"
#include "prop/alg_registry.h"
#include "tests/auth_stage.h"
#include "tests/pki.h"
#include "wire/ike_const.h"

#define STAGED(test)	cmocka_unit_test_setup_teardown(test, auth_stage_set_up, \
							auth_stage_tear_down)

static void give_plain_roots(uint64_t number, struct bytes items)
{
	auth_stage_give_roots(&(struct cert_rules){ .sha1 = false }, number, items);
}

static void forget_key(uint64_t number)
{
	const struct msg_auth_forget forget = { .number = number };

	chan_send(auth_stage.parent.chan, MSG_AUTH_FORGET, &forget, sizeof(forget));
}

static void test_answers(void **state)
{
	struct ike_auth_answer made = *auth_stage_ask(auth_stage_request(AUTH_MAKE, 7));
	struct ike_auth_request *check = auth_stage_request(AUTH_CHECK, 8);

	(void)state;
	assert_int_equal(made.failed, 0);
	assert_int_equal(made.n, 32);
	ike_auth_request_add(check, 7);
	memcpy(check->proof, made.octets, made.n);
	check->proof_n = made.n;
	auth_stage_give_key(8, "another");
	assert_true(auth_stage_goes_on());
	assert_int_equal(auth_stage_ask(check)->key, 7);

	check = auth_stage_request(AUTH_CHECK, 8);
	memcpy(check->proof, made.octets, made.n);
	check->proof_n = made.n;
	assert_int_equal(auth_stage_ask(check)->key, 0);
	assert_int_equal(auth_stage.answer.failed, 0);
}

/* @roots if they trust who made that, and sends own's chain; else 0. */
static uint64_t key_by(const struct ike_auth_answer *made, const struct cert_own_file *own,
		       uint64_t roots)
{
	return auth_stage_ask(auth_stage_verification(made, secret_bytes(own->chain), roots))->key;
}

/* A private key signs and stays; what it signed is good with its authority, and no other key. */
static void test_certificates(void **state)
{
	const struct pki_wish wish = { .kind = "P-256", .name = "hq", .alternatives = "DNS:hq",
				       .authority = true, .until = PKI_DAY };
	struct pki pki = pki_make(&wish);
	struct secret *key = pki_key_pem(&pki), *pem = pki_pem((X509 *[]){ pki.cert, NULL });
	uint8_t spki[CERT_ROOTS_MAX][CERT_SPKI];
	struct ike_auth_request *request = auth_stage_request(AUTH_SIGN, 21);
	struct cert_own_file own;
	struct ike_auth_answer made;
	struct secret *roots;
	unsigned int n = 0;
	char why[160];

	(void)state;
	assert_true(cert_own_read(&(struct cert_own_input){ .certs = secret_bytes(pem),
							    .key = secret_bytes(key) },
				  &own, why, sizeof(why)));
	roots = cert_roots_read(secret_bytes(pem), spki, &n, why, sizeof(why));
	assert_non_null(roots);
	auth_stage_give_cert(21, false, secret_bytes(own.credential));
	give_plain_roots(22, secret_bytes(roots));
	assert_true(auth_stage_goes_on());
	/* Without a hash that the peer knows there is nothing to sign by. */
	assert_int_equal(auth_stage_ask(request)->failed, 1);
	request = auth_stage_request(AUTH_SIGN, 21);
	request->how = 1U << SIGN_SHA256;
	made = *auth_stage_ask(request);
	assert_int_equal(made.failed, 0);
	assert_int_equal(made.key, 21);
	assert_int_equal(key_by(&made, &own, 22), 22);
	assert_int_equal(key_by(&made, &own, 21), 0);
	made.octets[made.n - 1] ^= 1;
	assert_int_equal(key_by(&made, &own, 22), 0);
	made.octets[made.n - 1] ^= 1;
	/* The number of a pre-shared key is that of no private key, nor the other way round. */
	assert_int_equal(auth_stage_ask(auth_stage_request(AUTH_SIGN, 7))->failed, 1);
	assert_int_equal(auth_stage_ask(auth_stage_request(AUTH_MAKE, 21))->failed, 1);
	forget_key(22);
	assert_true(auth_stage_goes_on());
	assert_int_equal(key_by(&made, &own, 22), 0);
	assert_string_equal((const char *)auth_stage.answer.octets,
			    "the authorities are not known here");
	cert_own_drop(&own);
	secret_free(roots);
	secret_free(key);
	secret_free(pem);
	pki_free(&pki);
}

/* --- what nobody gets --- */

/* No eight octets of @secret are in the answer, wherever they would be. */
static void assert_none_of(struct bytes secret)
{
	for (size_t at = 0; at + 8 <= secret.n; at++)
		assert_null(memmem(auth_stage.answer.octets, sizeof(auth_stage.answer.octets),
				   secret.p + at, 8));
}

/* The octets of a private key that nobody else has. */
static struct bytes scalar_of(EVP_PKEY *key, uint8_t out[32])
{
	BIGNUM *number = NULL;

	assert_int_equal(EVP_PKEY_get_bn_param(key, "priv", &number), 1);
	assert_int_equal(BN_bn2binpad(number, out, 32), 32);
	BN_clear_free(number);
	return bytes_of(out, 32);
}

/*
 * Whoever has taken `ike` over asks in every way by every number: each key does what it is for,
 * and nothing else, and no answer has any of it.
 */
static void test_captured(void **state)
{
	const struct pki_wish wish = { .kind = "P-256", .name = "hq", .authority = true,
				       .until = PKI_DAY };
	struct pki pki = pki_make(&wish);
	X509 *const certs[] = { pki.cert, NULL };
	struct secret *key = pki_key_pem(&pki), *pem = pki_pem(certs), *roots = pki_items(certs);
	struct cert_own_file own;
	uint8_t scalar[32];
	char why[160];

	(void)state;
	assert_true(cert_own_read(&(struct cert_own_input){ .certs = secret_bytes(pem),
							    .key = secret_bytes(key) },
				  &own, why, sizeof(why)));
	auth_stage_give_cert(21, false, secret_bytes(own.credential));
	give_plain_roots(22, secret_bytes(roots));
	assert_true(auth_stage_goes_on());
	for (enum auth_kind kind = AUTH_MAKE; kind <= AUTH_LOOK; kind++) {
		for (uint64_t number = 7; number <= 22; number += number == 7 ? 14 : 1) {
			bool shared = kind == AUTH_MAKE || kind == AUTH_MIX || kind == AUTH_SKEYID;
			struct ike_auth_request *request = auth_stage_request(kind, number);

			request->octets_n = kind == AUTH_MIX ? 3 * 32 : AUTH_STAGE_COVERED;
			request->how = ~SIGN_V1;
			auth_stage_ask(request);
			assert_int_equal(auth_stage.answer.key, (shared && number == 7) ||
					 (kind == AUTH_SIGN && number == 21) ? number : 0);
			/* These may say why. */
			if (!auth_stage.answer.key && kind != AUTH_VERIFY && kind != AUTH_LOOK)
				assert_int_equal(auth_stage.answer.n, 0);
			assert_none_of(bytes_of(AUTH_STAGE_KEY, strlen(AUTH_STAGE_KEY)));
			assert_none_of(scalar_of(pki.key, scalar));
		}
	}
	/* Of IKEv1: a hash is signed as it is, but nothing that is longer or shorter. */
	for (uint32_t n = 0; n <= AUTH_STAGE_COVERED; n++) {
		struct ike_auth_request *request = auth_stage_request(AUTH_SIGN, 21);

		request->octets_n = n;
		request->how = UINT32_MAX;
		auth_stage_ask(request);
		assert_int_equal(auth_stage.answer.key, n == 32 ? 21 : 0);
		assert_none_of(scalar_of(pki.key, scalar));
	}
	cert_own_drop(&own);
	secret_free(roots);
	secret_free(key);
	secret_free(pem);
	pki_free(&pki);
}

static void test_keys(void **state)
{
	struct ike_auth_answer before = *auth_stage_ask(auth_stage_request(AUTH_MAKE, 7));

	(void)state;
	auth_stage_give_key(7, "another");
	assert_true(auth_stage_goes_on());
	assert_memory_not_equal(auth_stage_ask(auth_stage_request(AUTH_MAKE, 7))->octets,
				before.octets, 32);
	forget_key(7);
	forget_key(8);
	assert_true(auth_stage_goes_on());
	assert_int_equal(auth_stage_ask(auth_stage_request(AUTH_MAKE, 7))->failed, 1);
	auth_stage_give_key(7, AUTH_STAGE_KEY);
	assert_true(auth_stage_goes_on());
	assert_memory_equal(auth_stage_ask(auth_stage_request(AUTH_MAKE, 7))->octets,
			    before.octets, 32);
}

/* Who has heard of the mark may ask for the keys before it, by whatever way. */
static void test_mark(void **state)
{
	struct msg_auth_mark mark = { .number = 1ULL << 40 };

	(void)state;
	for (uint64_t number = 100; number < 200; number++)
		auth_stage_give_key(number, AUTH_STAGE_KEY);
	chan_send(auth_stage.parent.chan, MSG_AUTH_MARK, &mark, sizeof(mark));
	assert_true(auth_stage_run(&auth_stage.marks));
	assert_int_equal(auth_stage.marked, mark.number);
	assert_int_equal(auth_stage_ask(auth_stage_request(AUTH_MAKE, 199))->failed, 0);
	assert_int_equal(auth_stage.marks, 1);
}

/* As long as the longest datagram makes it. */
static void test_longest(void **state)
{
	struct ike_auth_request *request = ike_auth_request_new(AUTH_MAKE, AUTH_OCTETS_MOST);

	(void)state;
	assert_non_null(request);
	request->ticket = AUTH_STAGE_TICKET;
	request->prf = alg_prf_by_conf("sha512")->id;
	ike_auth_request_add(request, 7);
	assert_int_equal(auth_stage_ask(request)->n, 64);
	assert_int_equal(auth_stage.answer.failed, 0);
}

/* An `ike` that breaks a rule is not heard again; the next one is, and the keys are there. */
static void test_ike_nonsense(void **state)
{
	struct ike_auth_request *request = auth_stage_request(AUTH_MAKE, 7);

	(void)state;
	request->octets_n--;
	chan_send(auth_stage.ike, MSG_AUTH_ASK, request, ike_auth_request_size(request) + 1);
	ike_auth_request_free(request);
	assert_true(auth_stage_run(&auth_stage.ike_gone));
	assert_int_equal(auth_stage.answers, 0);
	assert_false(event_base_got_break(auth_stage.base));
	auth_stage_connect_ike();
	assert_true(auth_stage_goes_on());
	assert_int_equal(auth_stage_ask(auth_stage_request(AUTH_MAKE, 7))->failed, 0);
	/* One that was started anew takes the place of the one before. */
	auth_stage_connect_ike();
	assert_true(auth_stage_goes_on());
	assert_int_equal(auth_stage_ask(auth_stage_request(AUTH_MAKE, 7))->failed, 0);
	assert_int_equal(auth_stage.parent.gone, 0);
}

static void check_key_refused(uint64_t number, uint32_t n)
{
	const struct msg_auth_key key = { .number = number, .n = n };

	auth_stage_set_up(NULL);
	chan_send(auth_stage.parent.chan, MSG_AUTH_KEY, &key, sizeof(key));
	assert_false(auth_stage_goes_on());
	auth_stage_tear_down(NULL);
}

/* Nobody else than `ike` has anything to ask; a key has a number, and octets. */
static void test_parent_nonsense(void **state)
{
	const struct msg_peer peer = { .role = MSG_AUTH };
	const struct msg_list list = { .ticket = 1, .n = 1 };

	(void)state;
	check_key_refused(0, 1);
	check_key_refused(1, 0);
	check_key_refused(1, SECRET_MAX + 1);
	auth_stage_set_up(NULL);
	chan_send(auth_stage.parent.chan, MSG_LIST, &list, sizeof(list));
	assert_false(auth_stage_goes_on());
	auth_stage_tear_down(NULL);
	auth_stage_set_up(NULL);
	auth_stage_give_cert(0, true, bytes_of(AUTH_STAGE_KEY, 8));
	assert_false(auth_stage_goes_on());
	auth_stage_tear_down(NULL);
	auth_stage_set_up(NULL);
	chan_send_fd(auth_stage.parent.chan, MSG_PEER, &peer, sizeof(peer), STDERR_FILENO);
	assert_false(auth_stage_goes_on());
	auth_stage_tear_down(NULL);
}

static void test_end(void **state)
{
	(void)state;
	auth_stage_set_up(NULL);
	chan_send(auth_stage.parent.chan, MSG_STOP, NULL, 0);
	assert_false(auth_stage_goes_on());
	auth_stage_tear_down(NULL);
	auth_stage_set_up(NULL);
	child_stage_close(&auth_stage.parent);
	assert_false(auth_stage_goes_on());
	auth_stage_tear_down(NULL);
	/* `ike` alone does not matter. */
	auth_stage_set_up(NULL);
	chan_free(auth_stage.ike);
	auth_stage.ike = NULL;
	assert_true(auth_stage_goes_on());
	auth_stage_tear_down(NULL);
}

/* A core of it would have all keys in it. */
static void assert_no_core(pid_t pid)
{
	char path[64], line[256];
	bool found = false;
	FILE *limits;

	snprintf(path, sizeof(path), "/proc/%d/limits", (int)pid);
	limits = fopen(path, "r");
	assert_non_null(limits);
	while (fgets(line, sizeof(line), limits)) {
		char soft[32], hard[32];

		if (sscanf(line, "Max core file size %31s %31s", soft, hard) == 2)
			found = !strcmp(soft, "0") && !strcmp(hard, "0");
	}
	fclose(limits);
	assert_true(found);
}

static void test_process(void **state)
{
	int end = child_stage_fork(&auth_stage.parent, MSG_AUTH, auth_process_run);

	(void)state;
	auth_stage.base = event_base_new();
	child_stage_open(&auth_stage.parent, auth_stage.base, end, MSG_AUTH, auth_stage_parent);
	child_stage_until(&auth_stage.parent, &auth_stage.parent.ready);
	assert_int_equal(auth_stage.parent.ready, 1);
	assert_no_core(auth_stage.parent.pid);
	auth_stage_connect_ike();
	auth_stage_give_key(7, AUTH_STAGE_KEY);
	child_stage_stop(&auth_stage.parent);
	auth_stage_tear_down(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAGED(test_answers),
		STAGED(test_certificates),
		STAGED(test_captured),
		STAGED(test_keys),
		STAGED(test_mark),
		STAGED(test_longest),
		STAGED(test_ike_nonsense),
		cmocka_unit_test(test_parent_nonsense),
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_process),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests_name("auth, the process", tests, NULL, NULL);
}
