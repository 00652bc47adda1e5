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
#include "crypto/cert_rules.h"
#include "crypto/sign.h"
#include "msg/auth_msg.h"
#include "msg/basic.h"
#include "msg/chan.h"
#include "prop/alg_registry.h"
#include "tests/child_stage.h"
#include "tests/pki.h"
#include "wire/ike_const.h"

#define ROUNDS		2000	/* of the loop, at most */
#define KEY		"a secret that two ends share"
#define COVERED		164
#define TICKET		99

static struct event_base *base;
static struct auth_process *process;
static struct child_stage parent;
static struct chan *ike;

static struct {
	unsigned int answers, marks, ike_gone;
	uint64_t marked;		/* the last */
	struct ike_auth_answer answer;	/* the last */
} seen;

static void on_marked(void *ctx, struct bytes body, int fd)
{
	const struct msg_auth_mark *mark = (const void *)body.p;

	(void)ctx;
	(void)fd;
	seen.marked = mark->number;
	seen.marks++;
}

static void on_answer(void *ctx, struct bytes body, int fd)
{
	(void)ctx;
	(void)fd;
	assert_true(ike_auth_answer_whole(body.p, body.n));
	memcpy(&seen.answer, body.p, sizeof(seen.answer));
	seen.answers++;
}

static void on_ike_gone(void *ctx, const char *reason)
{
	(void)ctx;
	(void)reason;
	seen.ike_gone++;
}

static chan_handler *const parent_handlers[MSG_TYPES] = {
	[MSG_READY] = child_stage_ready, [MSG_LOG] = child_stage_ignore,
	[MSG_AUTH_MARKED] = on_marked,
};
static chan_handler *const ike_handlers[MSG_TYPES] = { [MSG_AUTH_ANSWER] = on_answer };

/* The loop goes on until it is left, or *@count is not 0; false: neither. */
static bool run(const unsigned int *count)
{
	for (int i = 0; i < ROUNDS; i++) {
		event_base_loop(base, EVLOOP_NONBLOCK | EVLOOP_ONCE);
		if (event_base_got_break(base) || *count)
			return true;
	}
	return false;
}

/* What there is to do is done, and the loop goes on. */
static bool goes_on(void)
{
	static const unsigned int never;

	return !run(&never);
}

static void connect_ike(void)
{
	const struct msg_peer peer = { .role = MSG_IKE };
	int ends[2];

	assert_int_equal(chan_pair(ends), 0);
	chan_free(ike);
	ike = chan_new(base, ends[0], MSG_IKE, MSG_AUTH, ike_handlers, NULL, on_ike_gone);
	assert_non_null(ike);
	chan_send_fd(parent.chan, MSG_PEER, &peer, sizeof(peer), ends[1]);
	close(ends[1]);
}

static void give_key(uint64_t number, const char *octets)
{
	struct msg_auth_key key = { .number = number, .n = (uint32_t)strlen(octets) };

	memcpy(key.octets, octets, key.n);
	chan_send(parent.chan, MSG_AUTH_KEY, &key, sizeof(key));
}

static void give_cert(uint64_t number, bool roots, struct bytes items)
{
	struct msg_auth_cert *cert = calloc(1, sizeof(*cert) + items.n);

	assert_non_null(cert);
	cert->number = number;
	cert->roots = roots;
	cert->n = (uint32_t)items.n;
	memcpy(cert->octets, items.p, items.n);
	chan_send(parent.chan, MSG_AUTH_CERT, cert, sizeof(*cert) + items.n);
	free(cert);
}

/* Authorities, with rules. */
static void give_roots(uint64_t number, struct bytes items)
{
	struct secret *roots = cert_rules_put(&(struct cert_rules){ .sha1 = false }, items,
					      bytes_of(NULL, 0));

	assert_non_null(roots);
	give_cert(number, true, secret_bytes(roots));
	secret_free(roots);
}

static void forget_key(uint64_t number)
{
	const struct msg_auth_forget forget = { .number = number };

	chan_send(parent.chan, MSG_AUTH_FORGET, &forget, sizeof(forget));
}

/* Parent, process and ike, with one key. */
static int set_up(void **state)
{
	int ends[2];

	(void)state;
	memset(&seen, 0, sizeof(seen));
	base = event_base_new();
	assert_int_equal(chan_pair(ends), 0);
	child_stage_open(&parent, base, ends[0], MSG_AUTH, parent_handlers);
	process = auth_process_new(base, ends[1]);
	assert_non_null(process);
	connect_ike();
	give_key(7, KEY);
	assert_true(goes_on());
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	auth_process_free(process);
	child_stage_close(&parent);
	chan_free(ike);
	process = NULL;
	ike = NULL;
	event_base_free(base);
	return 0;
}

static struct ike_auth_request *new_request(enum auth_kind kind, uint64_t number)
{
	struct ike_auth_request *request = ike_auth_request_new(kind, COVERED);

	assert_non_null(request);
	request->ticket = TICKET;
	request->prf = alg_prf_by_conf("sha256")->id;
	ike_auth_request_add(request, number);
	return request;
}

/* Sends @request, frees it, and waits for the answer. */
static const struct ike_auth_answer *ask(struct ike_auth_request *request)
{
	seen.answers = 0;
	chan_send(ike, MSG_AUTH_ASK, request, ike_auth_request_size(request));
	ike_auth_request_free(request);
	assert_true(run(&seen.answers));
	assert_int_equal(seen.answers, 1);
	assert_int_equal(seen.answer.ticket, TICKET);
	return &seen.answer;
}

static void test_answers(void **state)
{
	struct ike_auth_answer made = *ask(new_request(AUTH_MAKE, 7));
	struct ike_auth_request *check = new_request(AUTH_CHECK, 8);

	(void)state;
	assert_int_equal(made.failed, 0);
	assert_int_equal(made.n, 32);
	ike_auth_request_add(check, 7);
	memcpy(check->proof, made.octets, made.n);
	check->proof_n = made.n;
	give_key(8, "another");
	assert_true(goes_on());
	assert_int_equal(ask(check)->key, 7);

	check = new_request(AUTH_CHECK, 8);
	memcpy(check->proof, made.octets, made.n);
	check->proof_n = made.n;
	assert_int_equal(ask(check)->key, 0);
	assert_int_equal(seen.answer.failed, 0);
}

/* What @made, by key 21, is to be checked by: the same octets, and identity and @chain behind. */
static struct ike_auth_request *verification(const struct ike_auth_answer *made,
					     struct bytes chain, uint64_t roots)
{
	static const uint8_t id[] = { IKE_ID_FQDN, 'h', 'q' };
	const uint8_t method = (uint8_t)made->method;
	size_t tail_n = item_room(1 + made->n) + item_room(sizeof(id)) + chain.n;
	struct ike_auth_request *request = ike_auth_request_new(AUTH_VERIFY, COVERED + tail_n);
	uint8_t *at;

	assert_non_null(request);
	request->ticket = TICKET;
	request->tail_n = (uint32_t)tail_n;
	at = item_put_two(request->octets + COVERED, bytes_of(&method, 1),
			  bytes_of(made->octets, made->n));
	memcpy(item_put(at, bytes_of(id, sizeof(id))), chain.p, chain.n);
	ike_auth_request_add(request, roots);
	return request;
}

/* A private key signs and stays; what it signed is good with its authority, and no other key. */
static void test_certificates(void **state)
{
	const struct pki_wish wish = { .kind = "P-256", .name = "hq", .alternatives = "DNS:hq",
				       .authority = true, .until = PKI_DAY };
	struct pki pki = pki_make(&wish);
	struct secret *key = pki_key_pem(&pki), *pem = pki_pem((X509 *[]){ pki.cert, NULL });
	uint8_t spki[CERT_ROOTS_MAX][CERT_SPKI];
	struct ike_auth_request *request = new_request(AUTH_SIGN, 21);
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
	give_cert(21, false, secret_bytes(own.credential));
	give_roots(22, secret_bytes(roots));
	assert_true(goes_on());
	/* Without a hash that the peer knows there is nothing to sign by. */
	assert_int_equal(ask(request)->failed, 1);
	request = new_request(AUTH_SIGN, 21);
	request->how = 1U << SIGN_SHA256;
	made = *ask(request);
	assert_int_equal(made.failed, 0);
	assert_int_equal(made.key, 21);
	assert_int_equal(ask(verification(&made, secret_bytes(own.chain), 22))->key, 22);
	assert_int_equal(ask(verification(&made, secret_bytes(own.chain), 21))->key, 0);
	made.octets[made.n - 1] ^= 1;
	assert_int_equal(ask(verification(&made, secret_bytes(own.chain), 22))->key, 0);
	made.octets[made.n - 1] ^= 1;
	/* The number of a pre-shared key is that of no private key, nor the other way round. */
	assert_int_equal(ask(new_request(AUTH_SIGN, 7))->failed, 1);
	assert_int_equal(ask(new_request(AUTH_MAKE, 21))->failed, 1);
	forget_key(22);
	assert_true(goes_on());
	assert_int_equal(ask(verification(&made, secret_bytes(own.chain), 22))->key, 0);
	assert_string_equal((const char *)seen.answer.octets, "the authorities are not known here");
	cert_own_drop(&own);
	secret_free(roots);
	secret_free(key);
	secret_free(pem);
	pki_free(&pki);
}

/* No eight octets of @secret are in the answer, wherever they would be. */
static void assert_none_of(struct bytes secret)
{
	for (size_t at = 0; at + 8 <= secret.n; at++)
		assert_null(memmem(seen.answer.octets, sizeof(seen.answer.octets), secret.p + at,
				   8));
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
	give_cert(21, false, secret_bytes(own.credential));
	give_roots(22, secret_bytes(roots));
	assert_true(goes_on());
	for (enum auth_kind kind = AUTH_MAKE; kind <= AUTH_LOOK; kind++) {
		for (uint64_t number = 7; number <= 22; number += number == 7 ? 14 : 1) {
			bool shared = kind == AUTH_MAKE || kind == AUTH_MIX || kind == AUTH_SKEYID;
			struct ike_auth_request *request = new_request(kind, number);

			request->octets_n = kind == AUTH_MIX ? 3 * 32 : COVERED;
			request->how = UINT32_MAX;
			ask(request);
			assert_int_equal(seen.answer.key, (shared && number == 7) ||
					 (kind == AUTH_SIGN && number == 21) ? number : 0);
			/* These may say why. */
			if (!seen.answer.key && kind != AUTH_VERIFY && kind != AUTH_LOOK)
				assert_int_equal(seen.answer.n, 0);
			assert_none_of(bytes_of(KEY, strlen(KEY)));
			assert_none_of(scalar_of(pki.key, scalar));
		}
	}
	cert_own_drop(&own);
	secret_free(roots);
	secret_free(key);
	secret_free(pem);
	pki_free(&pki);
}

static void test_keys(void **state)
{
	struct ike_auth_answer before = *ask(new_request(AUTH_MAKE, 7));

	(void)state;
	give_key(7, "another");
	assert_true(goes_on());
	assert_memory_not_equal(ask(new_request(AUTH_MAKE, 7))->octets, before.octets, 32);
	forget_key(7);
	forget_key(8);
	assert_true(goes_on());
	assert_int_equal(ask(new_request(AUTH_MAKE, 7))->failed, 1);
	give_key(7, KEY);
	assert_true(goes_on());
	assert_memory_equal(ask(new_request(AUTH_MAKE, 7))->octets, before.octets, 32);
}

/* Who has heard of the mark may ask for the keys before it, by whatever way. */
static void test_mark(void **state)
{
	struct msg_auth_mark mark = { .number = 1ULL << 40 };

	(void)state;
	for (uint64_t number = 100; number < 200; number++)
		give_key(number, KEY);
	chan_send(parent.chan, MSG_AUTH_MARK, &mark, sizeof(mark));
	assert_true(run(&seen.marks));
	assert_int_equal(seen.marked, mark.number);
	assert_int_equal(ask(new_request(AUTH_MAKE, 199))->failed, 0);
	assert_int_equal(seen.marks, 1);
}

/* As long as the longest datagram makes it. */
static void test_longest(void **state)
{
	struct ike_auth_request *request = ike_auth_request_new(AUTH_MAKE, AUTH_OCTETS_MOST);

	(void)state;
	assert_non_null(request);
	request->ticket = TICKET;
	request->prf = alg_prf_by_conf("sha512")->id;
	ike_auth_request_add(request, 7);
	assert_int_equal(ask(request)->n, 64);
	assert_int_equal(seen.answer.failed, 0);
}

/* An `ike` that breaks a rule is not heard again; the next one is, and the keys are there. */
static void test_ike_nonsense(void **state)
{
	struct ike_auth_request *request = new_request(AUTH_MAKE, 7);

	(void)state;
	request->octets_n--;
	chan_send(ike, MSG_AUTH_ASK, request, ike_auth_request_size(request) + 1);
	ike_auth_request_free(request);
	assert_true(run(&seen.ike_gone));
	assert_int_equal(seen.answers, 0);
	assert_false(event_base_got_break(base));
	connect_ike();
	assert_true(goes_on());
	assert_int_equal(ask(new_request(AUTH_MAKE, 7))->failed, 0);
	/* One that was started anew takes the place of the one before. */
	connect_ike();
	assert_true(goes_on());
	assert_int_equal(ask(new_request(AUTH_MAKE, 7))->failed, 0);
	assert_int_equal(parent.gone, 0);
}

static void check_key_refused(uint64_t number, uint32_t n)
{
	const struct msg_auth_key key = { .number = number, .n = n };

	set_up(NULL);
	chan_send(parent.chan, MSG_AUTH_KEY, &key, sizeof(key));
	assert_false(goes_on());
	tear_down(NULL);
}

/* Nobody else than `ike` has anything to ask; a key has a number, and octets. */
static void test_parent_nonsense(void **state)
{
	const struct msg_peer peer = { .role = MSG_AUTH };

	(void)state;
	check_key_refused(0, 1);
	check_key_refused(1, 0);
	check_key_refused(1, SECRET_MAX + 1);
	set_up(NULL);
	give_cert(0, true, bytes_of(KEY, 8));
	assert_false(goes_on());
	tear_down(NULL);
	set_up(NULL);
	chan_send_fd(parent.chan, MSG_PEER, &peer, sizeof(peer), STDERR_FILENO);
	assert_false(goes_on());
	tear_down(NULL);
}

static void test_end(void **state)
{
	(void)state;
	set_up(NULL);
	chan_send(parent.chan, MSG_STOP, NULL, 0);
	assert_false(goes_on());
	tear_down(NULL);
	set_up(NULL);
	child_stage_close(&parent);
	assert_false(goes_on());
	tear_down(NULL);
	/* `ike` alone does not matter. */
	set_up(NULL);
	chan_free(ike);
	ike = NULL;
	assert_true(goes_on());
	tear_down(NULL);
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
	int end = child_stage_fork(&parent, MSG_AUTH, auth_process_run);

	(void)state;
	memset(&seen, 0, sizeof(seen));
	base = event_base_new();
	child_stage_open(&parent, base, end, MSG_AUTH, parent_handlers);
	child_stage_until(&parent, &parent.ready);
	assert_int_equal(parent.ready, 1);
	assert_no_core(parent.pid);
	connect_ike();
	give_key(7, KEY);
	child_stage_stop(&parent);
	tear_down(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_answers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_certificates, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_captured, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_keys, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_mark, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_longest, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_ike_nonsense, set_up, tear_down),
		cmocka_unit_test(test_parent_nonsense),
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_process),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests_name("auth, the process", tests, NULL, NULL);
}
