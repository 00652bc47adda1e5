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
#include <openssl/x509v3.h>

#include "auth/process.h"
#include "base/items.h"
#include "base/log.h"
#include "crypto/cert_file.h"
#include "crypto/cert_rules.h"
#include "crypto/sign.h"
#include "msg/auth_msg.h"
#include "msg/basic.h"
#include "msg/chan.h"
#include "msg/list_msg.h"
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
	unsigned int wanted;		/* lists of revoked certificates */
	struct msg_list_wanted list;	/* the last */
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

static void on_list_wanted(void *ctx, struct bytes body, int fd)
{
	(void)ctx;
	(void)fd;
	memcpy(&seen.list, body.p, sizeof(seen.list));
	seen.wanted++;
}

static void on_ike_gone(void *ctx, const char *reason)
{
	(void)ctx;
	(void)reason;
	seen.ike_gone++;
}

static chan_handler *const parent_handlers[MSG_TYPES] = {
	[MSG_READY] = child_stage_ready, [MSG_LOG] = child_stage_ignore,
	[MSG_AUTH_MARKED] = on_marked, [MSG_LIST_WANTED] = on_list_wanted,
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

static void give_roots_by(const struct cert_rules *rules, uint64_t number, struct bytes items)
{
	struct secret *roots = cert_rules_put(rules, items, bytes_of(NULL, 0));

	assert_non_null(roots);
	give_cert(number, true, secret_bytes(roots));
	secret_free(roots);
}

/* Authorities, with rules. */
static void give_roots(uint64_t number, struct bytes items)
{
	give_roots_by(&(struct cert_rules){ .sha1 = false }, number, items);
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

/* --- lists of revoked certificates that are fetched --- */

#define URL	"http://lists.example/root.crl"
#define LENIENT	22	/* takes a certificate of which nobody tells, */
#define STRICT	23	/* and does not; */
#define HASTY	24	/* nor does this, and waits no time */
#define PATIENCE	200	/* seconds of the others, however slow this is */

static struct {
	struct pki root, own, other;	/* an authority, who is asked about, another of its name */
	struct cert_own_file file;	/* own's, */
	struct ike_auth_answer made;	/* and its signature */
} fetched;

static void give_all(void)
{
	struct secret *roots = pki_items((X509 *[]){ fetched.root.cert, NULL });
	struct cert_rules rules = { .fetch = true, .patience = PATIENCE };
	struct ike_auth_request *request = new_request(AUTH_SIGN, 21);

	give_cert(21, false, secret_bytes(fetched.file.credential));
	give_roots_by(&rules, LENIENT, secret_bytes(roots));
	rules.block_unknown = true;
	rules.block_timeout = true;
	give_roots_by(&rules, STRICT, secret_bytes(roots));
	rules.patience = 0;
	give_roots_by(&rules, HASTY, secret_bytes(roots));
	assert_true(goes_on());
	request->how = 1U << SIGN_SHA256;
	fetched.made = *ask(request);
	assert_int_equal(fetched.made.key, 21);
	secret_free(roots);
}

static int begin_lists(void **state)
{
	struct pki_wish root = { .kind = "P-256", .name = "root", .authority = true,
				 .until = PKI_DAY };
	struct pki_wish own = { .kind = "P-256", .name = "hq", .alternatives = "DNS:hq",
				.list = "URI:ldap://lists.example/,URI:" URL,
				.issuer = &fetched.root, .until = PKI_DAY };
	struct secret *key, *pem;
	char why[160];

	fetched.root = pki_make(&root);
	fetched.other = pki_make(&root);
	fetched.own = pki_make(&own);
	key = pki_key_pem(&fetched.own);
	pem = pki_pem((X509 *[]){ fetched.own.cert, NULL });
	assert_true(cert_own_read(&(struct cert_own_input){ .certs = secret_bytes(pem),
							    .key = secret_bytes(key) },
				  &fetched.file, why, sizeof(why)));
	secret_free(key);
	secret_free(pem);
	set_up(state);
	give_all();
	return 0;
}

static int end_lists(void **state)
{
	tear_down(state);
	cert_own_drop(&fetched.file);
	pki_free(&fetched.root);
	pki_free(&fetched.other);
	pki_free(&fetched.own);
	return 0;
}

/* The same, and nothing is known of any list. */
static void begin_anew(void)
{
	tear_down(NULL);
	set_up(NULL);
	give_all();
}

/* Who signed is to be let in by @roots; nobody waits for that here. */
static void put_question(uint64_t roots)
{
	struct ike_auth_request *request = verification(&fetched.made,
							secret_bytes(fetched.file.chain), roots);

	seen.answers = 0;
	chan_send(ike, MSG_AUTH_ASK, request, ike_auth_request_size(request));
	ike_auth_request_free(request);
}

static void give_list(struct bytes octets, const char *why)
{
	struct msg_list *list = calloc(1, sizeof(*list) + octets.n);

	assert_non_null(list);
	list->ticket = seen.list.ticket;
	list->n = (uint32_t)octets.n;
	snprintf(list->why, sizeof(list->why), "%s", why);
	if (octets.n)
		memcpy(list->octets, octets.p, octets.n);
	chan_send(parent.chan, MSG_LIST, list, sizeof(*list) + octets.n);
	free(list);
}

/* The list has come, or @said is why not: @said of those who are strict; "": they take it. */
static void check_list(struct secret *list, const char *failed, const char *said, bool revoked)
{
	for (uint64_t roots = LENIENT; roots <= STRICT; roots++) {
		bool good = roots == LENIENT ? !revoked : !said[0];

		begin_anew();
		put_question(roots);
		assert_true(run(&seen.wanted));
		assert_int_equal(seen.answers, 0);
		assert_string_equal(seen.list.url, URL);
		give_list(list ? secret_bytes(list) : bytes_of(NULL, 0), failed);
		assert_true(run(&seen.answers));
		assert_int_equal(seen.wanted, 1);
		assert_int_equal(seen.answer.failed, 0);
		assert_int_equal(seen.answer.key, good ? roots : 0);
		if (!good && !strstr((const char *)seen.answer.octets, said))
			fail_msg("\"%s\" is not in \"%s\"", said,
				 (const char *)seen.answer.octets);
	}
	secret_free(list);
}

/* @list, and it says that it is of certificates by anybody. */
static struct secret *indirect(struct secret *list)
{
	const uint8_t *at = list->b;
	X509_CRL *crl = d2i_X509_CRL(NULL, &at, (long)list->n);
	X509_EXTENSION *scope = X509V3_EXT_conf_nid(NULL, NULL, NID_issuing_distribution_point,
						    "critical,indirectCRL:TRUE");
	struct secret *made;
	uint8_t *to;

	assert_true(crl && scope && X509_CRL_add_ext(crl, scope, -1) == 1 &&
		    X509_CRL_sign(crl, fetched.root.key, EVP_sha256()) > 0);
	made = malloc(sizeof(*made) + (size_t)i2d_X509_CRL(crl, NULL));
	assert_non_null(made);
	to = made->b;
	made->n = (size_t)i2d_X509_CRL(crl, &to);
	X509_EXTENSION_free(scope);
	X509_CRL_free(crl);
	secret_free(list);
	return made;
}

static void test_lists(void **state)
{
	const struct pki *root = &fetched.root;

	(void)state;
	check_list(pki_list(root, NULL, PKI_DAY, false), "", "", false);
	check_list(pki_list(root, NULL, PKI_DAY, true), "", "", false);
	check_list(pki_list(root, &fetched.own, PKI_DAY, false), "", "it is revoked", true);
	check_list(NULL, "status 404", "block-timeout-cert asks for: status 404", false);
	check_list(pki_list(&fetched.other, &fetched.own, PKI_DAY, false), "",
		   "its signature is not by who issued", false);
	check_list(pki_list(&fetched.own, &fetched.own, PKI_DAY, false), "",
		   "it is a list by somebody else", false);
	check_list(indirect(pki_list(root, &fetched.own, PKI_DAY, false)), "",
		   "it is an indirect list", false);
	check_list(pki_list(root, NULL, -60, false), "", "list", false);
	/* What an old one has revoked stays so. */
	check_list(pki_list(root, &fetched.own, -60, false), "", "it is revoked", true);
	check_list(pki_pem((X509 *[]){ root->cert, NULL }), "",
		   "there is no list of revoked certificates", false);
}

/* Whoever waits for a list keeps nobody else waiting; it is asked for once, and kept. */
static void test_waiting(void **state)
{
	struct secret *list = pki_list(&fetched.root, NULL, PKI_DAY, false);

	(void)state;
	put_question(LENIENT);
	assert_true(run(&seen.wanted));
	assert_int_equal(seen.list.ms, PATIENCE * 1000);
	assert_int_equal(ask(new_request(AUTH_MAKE, 7))->key, 7);
	put_question(STRICT);
	assert_true(goes_on());
	assert_int_equal(seen.answers, 0);
	assert_int_equal(seen.wanted, 1);
	give_list(secret_bytes(list), "");
	assert_true(goes_on());
	assert_int_equal(seen.answers, 2);
	put_question(STRICT);
	assert_true(run(&seen.answers));
	assert_int_equal(seen.answer.key, STRICT);
	assert_int_equal(seen.wanted, 1);
	/* With the next `ike` nobody waits for what the last one asked. */
	begin_anew();
	put_question(LENIENT);
	assert_true(run(&seen.wanted));
	connect_ike();
	assert_true(goes_on());
	give_list(secret_bytes(list), "");
	assert_true(goes_on());
	assert_int_equal(seen.answers, 0);
	secret_free(list);
}

/* Nobody fetches it: the answer comes all the same, in the time that is configured. */
static void test_never(void **state)
{
	const struct timeval most = { .tv_sec = 60 };

	(void)state;
	put_question(HASTY);
	event_base_loopexit(base, &most);
	while (!seen.answers && !event_base_got_exit(base))
		event_base_loop(base, EVLOOP_ONCE);
	assert_int_equal(seen.answers, 1);
	assert_int_equal(seen.answer.key, 0);
	assert_non_null(strstr((const char *)seen.answer.octets, "it takes too long"));
	/* A list that comes late is nobody's, and a server that is dead is left alone. */
	give_list(bytes_of(NULL, 0), "");
	put_question(LENIENT);
	assert_true(run(&seen.answers));
	assert_int_equal(seen.answer.key, LENIENT);
	assert_int_equal(seen.wanted, 1);
}

/* Who stands is looked at by them, too: he goes if he is on one, and only then. */
static void test_look(void **state)
{
	(void)state;
	for (int revoked = 0; revoked <= 1; revoked++) {
		struct secret *list = pki_list(&fetched.root, revoked ? &fetched.own : NULL,
					       PKI_DAY, false);
		struct bytes chain = secret_bytes(fetched.file.chain);
		struct ike_auth_request *request = ike_auth_request_new(AUTH_LOOK, chain.n);

		begin_anew();
		request->ticket = TICKET;
		memcpy(request->octets, chain.p, chain.n);
		ike_auth_request_add(request, LENIENT);
		chan_send(ike, MSG_AUTH_ASK, request, ike_auth_request_size(request));
		ike_auth_request_free(request);
		seen.answers = 0;
		assert_true(run(&seen.wanted));
		assert_int_equal(seen.answers, 0);
		give_list(secret_bytes(list), "");
		assert_true(run(&seen.answers));
		assert_int_equal(seen.answer.failed, 0);
		assert_int_equal(seen.answer.key, revoked ? 0 : LENIENT);
		secret_free(list);
	}
}

/* --- what nobody gets --- */

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
			request->how = ~SIGN_V1;
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
	/* Of IKEv1: a hash is signed as it is, but nothing that is longer or shorter. */
	for (uint32_t n = 0; n <= COVERED; n++) {
		struct ike_auth_request *request = new_request(AUTH_SIGN, 21);

		request->octets_n = n;
		request->how = UINT32_MAX;
		ask(request);
		assert_int_equal(seen.answer.key, n == 32 ? 21 : 0);
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
	const struct msg_list list = { .ticket = 1, .n = 1 };

	(void)state;
	check_key_refused(0, 1);
	check_key_refused(1, 0);
	check_key_refused(1, SECRET_MAX + 1);
	set_up(NULL);
	chan_send(parent.chan, MSG_LIST, &list, sizeof(list));
	assert_false(goes_on());
	tear_down(NULL);
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
		cmocka_unit_test_setup_teardown(test_lists, begin_lists, end_lists),
		cmocka_unit_test_setup_teardown(test_waiting, begin_lists, end_lists),
		cmocka_unit_test_setup_teardown(test_never, begin_lists, end_lists),
		cmocka_unit_test_setup_teardown(test_look, begin_lists, end_lists),
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
