// SPDX-License-Identifier: GPL-2.0-or-later
/* Certificates by hash and URL: what is fetched, in which order, and what is made of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/items.h"
#include "crypto/cert_urls.h"
#include "crypto/digest.h"
#include "tests/pki.h"
#include "wire/ike_const.h"

#define FROM	"http://certs.example/pub/\n"
#define AT	"http://certs.example/pub/"
#define WHY	400

static struct documents *documents;
static struct pki own, above;
static struct secret *all;		/* of both, as items, */
static struct bytes one[2];		/* and each in DER */
static char why[WHY];
static struct secret *got;

static int set_up(void **state)
{
	const struct pki_wish wish = { .kind = "P-256", .name = "b", .until = PKI_DAY };
	struct bytes rest;

	(void)state;
	documents = documents_new();
	own = pki_make(&wish);
	above = pki_make(&wish);
	all = pki_items((X509 *[]){ own.cert, above.cert, NULL });
	rest = secret_bytes(all);
	assert_true(items_next(&rest, &one[0]) && items_next(&rest, &one[1]));
	return !documents;
}

static int tear_down(void **state)
{
	(void)state;
	documents_free(documents);
	secret_free(all);
	secret_free(got);
	got = NULL;
	pki_free(&own);
	pki_free(&above);
	return 0;
}

/* What a peer sends, piece by piece. */
struct sent {
	uint8_t octets[8192];
	size_t n;
};

static void add(struct sent *sent, struct bytes item)
{
	sent->n = (size_t)(item_put(sent->octets + sent->n, item) - sent->octets);
}

/* That what is at @url has the hash of @octets. */
static void refer(struct sent *sent, uint8_t encoding, struct bytes octets, const char *url)
{
	uint8_t head[1 + SHA1_LEN] = { encoding };

	assert_int_equal(digest_sha1(&octets, 1, head + 1), 0);
	sent->n = (size_t)(item_put_two(sent->octets + sent->n, bytes_of(head, sizeof(head)),
					bytes_of(url, strlen(url))) - sent->octets);
}

static enum document_state fetch_by(const struct sent *sent, const char *from)
{
	const struct cert_urls_rules rules = { .from = bytes_of(from, strlen(from)),
					       .patience = 5 };
	struct text text;

	text_init(&text, why, sizeof(why));
	secret_free(got);
	got = NULL;
	return cert_urls_fetch(documents, bytes_of(sent->octets, sent->n), &rules, &got, &text);
}

static enum document_state fetch(const struct sent *sent)
{
	return fetch_by(sent, FROM);
}

/* The ticket of the next question, which is for @url; NULL: there is none. */
static uint64_t asked(const char *url)
{
	struct document_question question = { .ticket = 0 };

	assert_int_equal(documents_next(documents, &question), url != NULL);
	if (url)
		assert_string_equal(question.url, url);
	return question.ticket;
}

static void come(uint64_t ticket, struct bytes octets, const char *fault)
{
	documents_answer(documents, ticket, octets, fault, time(NULL));
}

static void must_be(struct bytes items)
{
	assert_non_null(got);
	assert_int_equal(got->n, items.n);
	assert_memory_equal(got->b, items.p, items.n);
}

/* Its own comes first, and then the others; what the peer sends itself stays in its place. */
static void test_order(void **state)
{
	struct sent sent = { .n = 0 };
	uint64_t ticket;

	(void)state;
	refer(&sent, IKE_CERT_HASH_AND_URL, one[0], AT "own");
	refer(&sent, IKE_CERT_HASH_AND_URL, one[1], AT "above");
	assert_true(cert_urls_some(bytes_of(sent.octets, sent.n)));
	assert_false(cert_urls_some(secret_bytes(all)));
	assert_int_equal(fetch(&sent), DOCUMENT_ASKED);
	ticket = asked(AT "own");
	asked(NULL);
	come(ticket, one[0], NULL);
	assert_int_equal(fetch(&sent), DOCUMENT_ASKED);
	ticket = asked(AT "above");
	come(ticket, one[1], NULL);
	assert_int_equal(fetch(&sent), DOCUMENT_THERE);
	must_be(secret_bytes(all));
	/* They are kept. */
	assert_int_equal(fetch(&sent), DOCUMENT_THERE);
	asked(NULL);

	sent.n = 0;
	add(&sent, one[0]);
	refer(&sent, IKE_CERT_HASH_AND_URL, one[1], AT "above");
	assert_int_equal(fetch(&sent), DOCUMENT_THERE);
	must_be(secret_bytes(all));
}

/* Nothing is asked for but what begins as it may. */
static void test_allowed(void **state)
{
	static const char *const urls[] = {
		"http://certs.example/", "http://certs.example/pubs/own", "http://other/pub/own",
		"http://certs.example/pub/../own", "http://certs.example/pub/%2e%2E/own",
		"http://certs.example/pub/.\\own", "http://certs.example.other/pub/own",
		"http://certs.example@other/pub/own", "HTTP://certs.example/pub/own",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		struct sent sent = { .n = 0 };

		refer(&sent, IKE_CERT_HASH_AND_URL, one[0], urls[i]);
		assert_int_equal(fetch(&sent), DOCUMENT_FAILED);
		assert_non_null(strstr(why, "hash-and-url-from"));
		assert_int_equal(fetch_by(&sent, ""), DOCUMENT_FAILED);
		asked(NULL);
	}
}

static void test_two_places(void **state)
{
	struct sent sent = { .n = 0 };

	(void)state;
	refer(&sent, IKE_CERT_HASH_AND_URL, one[0], AT "own");
	assert_int_equal(fetch_by(&sent, "http://a/\nhttp://b/\n" FROM), DOCUMENT_ASKED);
	asked(AT "own");
}

static void test_malformed(void **state)
{
	static const uint8_t bare[1 + SHA1_LEN] = { IKE_CERT_HASH_AND_URL };
	static const char *const urls[] = {
		"https://certs.example/", "ftp://a/", "x", "http://a b/",
	};
	struct sent sent = { .n = 0 };
	char url[DOCUMENT_URL + 1];

	(void)state;
	add(&sent, bytes_of(bare, sizeof(bare)));
	assert_int_equal(fetch(&sent), DOCUMENT_FAILED);
	sent.n = 0;
	refer(&sent, 11, one[0], AT "own");
	assert_int_equal(fetch(&sent), DOCUMENT_FAILED);
	sent.n = 0;
	add(&sent, bytes_of(NULL, 0));
	assert_int_equal(fetch(&sent), DOCUMENT_FAILED);
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		sent.n = 0;
		refer(&sent, IKE_CERT_HASH_AND_URL, one[0], urls[i]);
		assert_int_equal(fetch(&sent), DOCUMENT_FAILED);
		assert_non_null(strstr(why, "something else than a URL of HTTP"));
	}
	memset(url, 'x', sizeof(url));
	memcpy(url, AT, strlen(AT));
	url[DOCUMENT_URL] = '\0';
	sent.n = 0;
	refer(&sent, IKE_CERT_HASH_AND_URL, one[0], url);
	assert_int_equal(fetch(&sent), DOCUMENT_FAILED);
	sent.n = 0;
	for (unsigned int i = 0; i < 9; i++)
		add(&sent, one[0]);
	assert_int_equal(fetch(&sent), DOCUMENT_FAILED);
	asked(NULL);
}

/* The one at @url fails with @said, and is not asked for again at once. */
static void must_fail(struct bytes octets, const char *fault, const char *said)
{
	struct sent sent = { .n = 0 };

	refer(&sent, IKE_CERT_HASH_AND_URL, one[0], AT "own");
	assert_int_equal(fetch(&sent), DOCUMENT_ASKED);
	come(asked(AT "own"), octets, fault);
	assert_int_equal(fetch(&sent), DOCUMENT_FAILED);
	if (!strstr(why, said))
		fail_msg("\"%s\" is not in \"%s\"", said, why);
	asked(NULL);
}

static void test_other_hash(void **state)
{
	(void)state;
	must_fail(one[1], NULL, "own: its hash is not the one that the peer says");
}

static void test_dead(void **state)
{
	(void)state;
	must_fail(bytes_of(NULL, 0), "it takes too long", "own: it takes too long");
}

/* The hash fits, and it is none. */
static void test_no_certificate(void **state)
{
	struct sent sent = { .n = 0 };

	(void)state;
	refer(&sent, IKE_CERT_HASH_AND_URL, bytes_of("-----BEGIN", 10), AT "own");
	assert_int_equal(fetch(&sent), DOCUMENT_ASKED);
	come(asked(AT "own"), bytes_of("-----BEGIN", 10), NULL);
	assert_int_equal(fetch(&sent), DOCUMENT_FAILED);
	assert_non_null(strstr(why, "it is not a certificate in DER"));
}

static size_t put_head(uint8_t *out, uint8_t tag, size_t n)
{
	out[0] = tag;
	out[1] = 0x82;
	put_be16(out + 2, (uint16_t)n);
	return 4;
}

/* A bundle of these, each within tags[i]. */
static struct bytes bundle_of(const uint8_t *tags, size_t n, uint8_t out[8192])
{
	uint8_t *at = out + 4;

	for (size_t i = 0; i < n; i++) {
		at += put_head(at, tags[i], one[i].n);
		memcpy(at, one[i].p, one[i].n);
		at += one[i].n;
	}
	put_head(out, 0x30, (size_t)(at - out) - 4);
	return bytes_of(out, (size_t)(at - out));
}

static enum document_state fetch_bundle(struct bytes bundle)
{
	static unsigned int n;
	struct sent sent = { .n = 0 };
	char url[64];

	snprintf(url, sizeof(url), AT "%u", n++);
	refer(&sent, IKE_CERT_HASH_AND_URL_BUNDLE, bundle, url);
	assert_int_equal(fetch(&sent), DOCUMENT_ASKED);
	come(asked(url), bundle, NULL);
	return fetch(&sent);
}

/* Certificates in a bundle count in their order; lists of revoked ones there do not. */
static void test_bundle(void **state)
{
	static const uint8_t certs[] = { 0xa0, 0xa0 }, list[] = { 0xa0, 0xa1 }, none[] = { 0xa1 },
			     odd[] = { 0xa0, 0xa2 }, plain[] = { 0x30 };
	uint8_t room[8192] = { 0 };
	struct bytes bundle = bundle_of(certs, 2, room);

	(void)state;
	assert_int_equal(fetch_bundle(bundle), DOCUMENT_THERE);
	must_be(secret_bytes(all));
	for (size_t n = 0; n < bundle.n; n += n < 16 ? 1 : 61)
		assert_int_equal(fetch_bundle(bytes_of(bundle.p, n)), DOCUMENT_FAILED);
	assert_int_equal(fetch_bundle(bytes_of(bundle.p, bundle.n + 1)), DOCUMENT_FAILED);
	assert_int_equal(fetch_bundle(bundle_of(list, 2, room)), DOCUMENT_THERE);
	must_be(bytes_of(all->b, item_room(one[0].n)));
	assert_int_equal(fetch_bundle(bundle_of(none, 1, room)), DOCUMENT_FAILED);
	assert_int_equal(fetch_bundle(bundle_of(odd, 2, room)), DOCUMENT_FAILED);
	assert_int_equal(fetch_bundle(bundle_of(plain, 1, room)), DOCUMENT_FAILED);
	assert_int_equal(fetch_bundle(one[0]), DOCUMENT_FAILED);
}

/* Strangers have only so much fetched at a time, and none of them drives out what others want. */
static void test_many(void **state)
{
	struct sent sent;
	char url[64];
	unsigned int waits = 0;

	(void)state;
	for (unsigned int i = 0; i < 100; i++) {
		sent.n = 0;
		snprintf(url, sizeof(url), AT "%u", i);
		refer(&sent, IKE_CERT_HASH_AND_URL, one[0], url);
		if (fetch(&sent) == DOCUMENT_ASKED)
			waits++;
		else
			assert_non_null(strstr(why, "too many are fetched already"));
	}
	assert_int_equal(waits, 8);
	for (unsigned int i = 0; i < 8; i++) {
		snprintf(url, sizeof(url), AT "%u", i);
		asked(url);
	}
	asked(NULL);
	/* Those that were asked for are on their way still. */
	sent.n = 0;
	refer(&sent, IKE_CERT_HASH_AND_URL, one[0], AT "0");
	assert_int_equal(fetch(&sent), DOCUMENT_ASKED);
	asked(NULL);
}

/* So many are kept as may be, those that were needed last. */
static void test_kept(void **state)
{
	struct sent sent;
	char url[64];

	(void)state;
	for (unsigned int i = 0; i < 40; i++) {
		sent.n = 0;
		snprintf(url, sizeof(url), AT "%u", i);
		refer(&sent, IKE_CERT_HASH_AND_URL, one[0], url);
		assert_int_equal(fetch(&sent), DOCUMENT_ASKED);
		come(asked(url), one[0], NULL);
		assert_int_equal(fetch(&sent), DOCUMENT_THERE);
	}
	for (unsigned int i = 0; i < 8; i++) {
		sent.n = 0;
		snprintf(url, sizeof(url), AT "%u", i + 8);
		refer(&sent, IKE_CERT_HASH_AND_URL, one[0], url);
		assert_int_equal(fetch(&sent), DOCUMENT_THERE);
	}
	sent.n = 0;
	refer(&sent, IKE_CERT_HASH_AND_URL, one[0], AT "7");
	assert_int_equal(fetch(&sent), DOCUMENT_ASKED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_order, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_allowed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_two_places, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_malformed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_other_hash, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_dead, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_certificate, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_bundle, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_many, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_kept, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("certificates by hash and URL", tests, NULL, NULL);
}
