// SPDX-License-Identifier: GPL-2.0-or-later
/* The process `auth`, and what is to be fetched before it can answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <event2/event.h>
#include <openssl/x509v3.h>

#include "base/items.h"
#include "base/log.h"
#include "crypto/cert_file.h"
#include "crypto/digest.h"
#include "crypto/sign.h"
#include "msg/chan.h"
#include "tests/auth_stage.h"
#include "tests/pki.h"
#include "wire/ike_const.h"

/* --- lists of revoked certificates that are fetched --- */

#define URL	"http://lists.example/root.crl"
#define LENIENT	22	/* takes a certificate of which nobody tells, */
#define STRICT	23	/* and does not; */
#define HASTY	24	/* nor does this, and waits no time */
#define LOOKING	25	/* takes certificates by hash and URL, */
#define LOOKING_HARD	26	/* and nobody who may be revoked */
#define FROM	bytes_of("http://certs.example/\n", 22)
#define UNPROVEN	64	/* questions of such peers that wait */
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
	struct ike_auth_request *request = auth_stage_request(AUTH_SIGN, 21);

	auth_stage_give_cert(21, false, secret_bytes(fetched.file.credential));
	auth_stage_give_roots(&rules, LENIENT, secret_bytes(roots));
	rules.block_unknown = true;
	rules.block_timeout = true;
	auth_stage_give_roots(&rules, STRICT, secret_bytes(roots));
	rules.patience = 0;
	auth_stage_give_roots(&rules, HASTY, secret_bytes(roots));
	rules = (struct cert_rules){ .patience = PATIENCE, .kept = 16, .from = FROM };
	auth_stage_give_roots(&rules, LOOKING, secret_bytes(roots));
	rules.block_timeout = true;
	auth_stage_give_roots(&rules, LOOKING_HARD, secret_bytes(roots));
	assert_true(auth_stage_goes_on());
	request->how = 1U << SIGN_SHA256;
	fetched.made = *auth_stage_ask(request);
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
	auth_stage_set_up(state);
	give_all();
	return 0;
}

static int end_lists(void **state)
{
	auth_stage_tear_down(state);
	cert_own_drop(&fetched.file);
	pki_free(&fetched.root);
	pki_free(&fetched.other);
	pki_free(&fetched.own);
	return 0;
}

/* The same, and nothing is known of any list. */
static void begin_anew(void)
{
	auth_stage_tear_down(NULL);
	auth_stage_set_up(NULL);
	give_all();
}

/* Who signed, and sends @chain, is to be let in by @roots; nobody waits for that here. */
static void put_question_of(struct bytes chain, uint64_t roots)
{
	struct ike_auth_request *request = auth_stage_verification(&fetched.made, chain, roots);

	auth_stage.answers = 0;
	chan_send(auth_stage.ike, MSG_AUTH_ASK, request, ike_auth_request_size(request));
	ike_auth_request_free(request);
}

static void put_question(uint64_t roots)
{
	put_question_of(secret_bytes(fetched.file.chain), roots);
}

/* Who stands by @chain is to be looked at by @roots. */
static void put_look(struct bytes chain, uint64_t roots)
{
	struct ike_auth_request *request = ike_auth_request_new(AUTH_LOOK, chain.n);

	assert_non_null(request);
	request->ticket = AUTH_STAGE_TICKET;
	memcpy(request->octets, chain.p, chain.n);
	ike_auth_request_add(request, roots);
	auth_stage.answers = 0;
	chan_send(auth_stage.ike, MSG_AUTH_ASK, request, ike_auth_request_size(request));
	ike_auth_request_free(request);
}

static void give_list(struct bytes octets, const char *why)
{
	struct msg_list *list = calloc(1, sizeof(*list) + octets.n);

	assert_non_null(list);
	list->ticket = auth_stage.list.ticket;
	list->n = (uint32_t)octets.n;
	snprintf(list->why, sizeof(list->why), "%s", why);
	if (octets.n)
		memcpy(list->octets, octets.p, octets.n);
	chan_send(auth_stage.parent.chan, MSG_LIST, list, sizeof(*list) + octets.n);
	free(list);
}

/* The list has come, or @said is why not: @said of those who are strict; "": they take it. */
static void check_list(struct secret *list, const char *failed, const char *said, bool revoked)
{
	for (uint64_t roots = LENIENT; roots <= STRICT; roots++) {
		bool good = roots == LENIENT ? !revoked : !said[0];

		begin_anew();
		put_question(roots);
		assert_true(auth_stage_run(&auth_stage.wanted));
		assert_int_equal(auth_stage.answers, 0);
		assert_string_equal(auth_stage.list.url, URL);
		give_list(list ? secret_bytes(list) : bytes_of(NULL, 0), failed);
		assert_true(auth_stage_run(&auth_stage.answers));
		assert_int_equal(auth_stage.wanted, 1);
		assert_int_equal(auth_stage.answer.failed, 0);
		assert_int_equal(auth_stage.answer.key, good ? roots : 0);
		if (!good && !strstr((const char *)auth_stage.answer.octets, said))
			fail_msg("\"%s\" is not in \"%s\"", said,
				 (const char *)auth_stage.answer.octets);
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
	assert_true(auth_stage_run(&auth_stage.wanted));
	assert_int_equal(auth_stage.list.ms, PATIENCE * 1000);
	assert_int_equal(auth_stage_ask(auth_stage_request(AUTH_MAKE, 7))->key, 7);
	put_question(STRICT);
	assert_true(auth_stage_goes_on());
	assert_int_equal(auth_stage.answers, 0);
	assert_int_equal(auth_stage.wanted, 1);
	give_list(secret_bytes(list), "");
	assert_true(auth_stage_goes_on());
	assert_int_equal(auth_stage.answers, 2);
	put_question(STRICT);
	assert_true(auth_stage_run(&auth_stage.answers));
	assert_int_equal(auth_stage.answer.key, STRICT);
	assert_int_equal(auth_stage.wanted, 1);
	/* With the next `ike` nobody waits for what the last one asked. */
	begin_anew();
	put_question(LENIENT);
	assert_true(auth_stage_run(&auth_stage.wanted));
	auth_stage_connect_ike();
	assert_true(auth_stage_goes_on());
	give_list(secret_bytes(list), "");
	assert_true(auth_stage_goes_on());
	assert_int_equal(auth_stage.answers, 0);
	secret_free(list);
}

/* Nobody fetches it: the answer comes all the same, in the time that is configured. */
static void test_never(void **state)
{
	const struct timeval most = { .tv_sec = 60 };

	(void)state;
	put_question(HASTY);
	event_base_loopexit(auth_stage.base, &most);
	while (!auth_stage.answers && !event_base_got_exit(auth_stage.base))
		event_base_loop(auth_stage.base, EVLOOP_ONCE);
	assert_int_equal(auth_stage.answers, 1);
	assert_int_equal(auth_stage.answer.key, 0);
	assert_non_null(strstr((const char *)auth_stage.answer.octets, "it takes too long"));
	/* A list that comes late is nobody's, and a server that is dead is left alone. */
	give_list(bytes_of(NULL, 0), "");
	put_question(LENIENT);
	assert_true(auth_stage_run(&auth_stage.answers));
	assert_int_equal(auth_stage.answer.key, LENIENT);
	assert_int_equal(auth_stage.wanted, 1);
}

/* Who stands is looked at by them, too: he goes if he is on one, and only then. */
static void test_look(void **state)
{
	(void)state;
	for (int revoked = 0; revoked <= 1; revoked++) {
		struct secret *list = pki_list(&fetched.root, revoked ? &fetched.own : NULL,
					       PKI_DAY, false);

		begin_anew();
		put_look(secret_bytes(fetched.file.chain), LENIENT);
		assert_true(auth_stage_run(&auth_stage.wanted));
		assert_int_equal(auth_stage.answers, 0);
		give_list(secret_bytes(list), "");
		assert_true(auth_stage_run(&auth_stage.answers));
		assert_int_equal(auth_stage.answer.failed, 0);
		assert_int_equal(auth_stage.answer.key, revoked ? 0 : LENIENT);
		secret_free(list);
	}
}

/* --- certificates by hash and URL --- */

#define AT	"http://certs.example/own"

/* That own's certificate is at AT; an item, in @room. */
static struct bytes refer(uint8_t room[128])
{
	uint8_t head[1 + SHA1_LEN] = { IKE_CERT_HASH_AND_URL };
	struct bytes rest = secret_bytes(fetched.file.chain), der;
	uint8_t *end;

	assert_true(items_next(&rest, &der));
	assert_int_equal(digest_sha1(&der, 1, head + 1), 0);
	end = item_put_two(room, bytes_of(head, sizeof(head)), bytes_of(AT, strlen(AT)));
	return bytes_of(room, (size_t)(end - room));
}

static void give_own(void)
{
	struct bytes rest = secret_bytes(fetched.file.chain), der;

	assert_true(items_next(&rest, &der));
	give_list(der, "");
}

/* It is fetched where that is allowed, and looked at as if it had been sent. */
static void test_url(void **state)
{
	uint8_t room[128];
	struct bytes items = refer(room);

	(void)state;
	put_question_of(items, LENIENT);
	assert_true(auth_stage_run(&auth_stage.answers));
	assert_int_equal(auth_stage.answer.key, 0);
	assert_non_null(strstr((const char *)auth_stage.answer.octets, "does not allow"));
	assert_int_equal(auth_stage.wanted, 0);
	put_question_of(items, LOOKING);
	assert_true(auth_stage_run(&auth_stage.wanted));
	assert_string_equal(auth_stage.list.url, AT);
	assert_int_equal(auth_stage.list.ms, PATIENCE * 1000);
	assert_int_equal(auth_stage.answers, 0);
	give_own();
	assert_true(auth_stage_run(&auth_stage.answers));
	assert_int_equal(auth_stage.answer.key, LOOKING);
	fetched.made.octets[fetched.made.n - 1] ^= 1;
	put_question_of(items, LOOKING);
	assert_true(auth_stage_run(&auth_stage.answers));
	assert_int_equal(auth_stage.answer.key, 0);
	assert_int_equal(auth_stage.wanted, 1);
}

/* Those who have not proved who they are leave room for others to wait, and get it back. */
static void test_unproven(void **state)
{
	uint8_t room[128];
	struct bytes items = refer(room);

	(void)state;
	/* With the next `ike` nobody of the first waits any more. */
	for (unsigned int round = 0; round < 2; round++) {
		auth_stage_connect_ike();
		for (unsigned int i = 0; i < UNPROVEN; i++)
			put_question_of(items, LOOKING);
		assert_true(auth_stage_goes_on());
		assert_int_equal(auth_stage.answers, 0);
		put_question_of(items, LOOKING);
		assert_true(auth_stage_run(&auth_stage.answers));
		assert_int_equal(auth_stage.answers, 1);
		assert_int_equal(auth_stage.answer.failed, 1);
	}
	assert_int_equal(auth_stage.wanted, 1);
	put_question(LENIENT);
	assert_true(auth_stage_goes_on());
	assert_int_equal(auth_stage.answers, 0);
	assert_string_equal(auth_stage.list.url, URL);
	/* The first is that of the certificate. */
	auth_stage.list.ticket = 1;
	give_own();
	assert_true(auth_stage_goes_on());
	assert_int_equal(auth_stage.answers, UNPROVEN);
	assert_int_equal(auth_stage.answer.key, LOOKING);
}

/* Who stands goes where it is not there any more, if nobody may be unknown, and else not. */
static void test_gone(void **state)
{
	uint8_t room[128];
	struct bytes items = refer(room);

	(void)state;
	for (uint64_t roots = LOOKING; roots <= LOOKING_HARD; roots++) {
		begin_anew();
		put_look(items, roots);
		assert_true(auth_stage_run(&auth_stage.wanted));
		give_list(bytes_of(NULL, 0), "status 404");
		assert_true(auth_stage_run(&auth_stage.answers));
		assert_int_equal(auth_stage.answer.failed, roots == LOOKING);
		assert_int_equal(auth_stage.answer.key, 0);
	}
	assert_non_null(strstr((const char *)auth_stage.answer.octets, AT ": status 404"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_lists, begin_lists, end_lists),
		cmocka_unit_test_setup_teardown(test_waiting, begin_lists, end_lists),
		cmocka_unit_test_setup_teardown(test_never, begin_lists, end_lists),
		cmocka_unit_test_setup_teardown(test_look, begin_lists, end_lists),
		cmocka_unit_test_setup_teardown(test_url, begin_lists, end_lists),
		cmocka_unit_test_setup_teardown(test_unproven, begin_lists, end_lists),
		cmocka_unit_test_setup_teardown(test_gone, begin_lists, end_lists),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests_name("auth, what is fetched for it", tests, NULL, NULL);
}
