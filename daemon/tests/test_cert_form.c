// SPDX-License-Identifier: GPL-2.0-or-later
/* The forms of files with keys and certificates: the same comes of all of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/items.h"
#include "crypto/cert_file.h"
#include "crypto/cert_form.h"
#include "tests/pki.h"

#define PASSPHRASE	"open sesame"

static struct pki root, own;
static struct secret *pem;		/* own's certificate */
static struct cert_own_file expect;

static struct bytes text_bytes(const char *text)
{
	return bytes_of(text, strlen(text));
}

static bool takes(struct bytes certs, struct bytes key, const char *passphrase, char why[160])
{
	const struct cert_own_input in = { .certs = certs, .key = key,
					   .passphrase = text_bytes(passphrase) };
	struct cert_own_file made;
	bool good;

	why[0] = '\0';
	good = cert_own_read(&in, &made, why, 160);
	if (!good)
		return false;
	assert_int_equal(made.credential->n, expect.credential->n);
	assert_memory_equal(made.credential->b, expect.credential->b, made.credential->n);
	assert_int_equal(made.chain->n, expect.chain->n);
	assert_memory_equal(made.chain->b, expect.chain->b, made.chain->n);
	cert_own_drop(&made);
	return true;
}

/* Frees @key. */
static void takes_key(struct secret *key, const char *passphrase)
{
	char why[160];

	if (!takes(secret_bytes(pem), secret_bytes(key), passphrase, why))
		fail_msg("%s", why);
	secret_free(key);
}

static void refuses_key(struct secret *key, const char *passphrase, const char *said)
{
	char why[160];

	assert_false(takes(secret_bytes(pem), secret_bytes(key), passphrase, why));
	assert_string_equal(why, said);
	secret_free(key);
}

static void test_keys(void **state)
{
	(void)state;
	for (int in_pem = 0; in_pem < 2; in_pem++) {
		takes_key(pki_key_as(&own, in_pem, NULL), "");
		/* What is not asked for does no harm. */
		takes_key(pki_key_as(&own, in_pem, NULL), PASSPHRASE);
		takes_key(pki_key_as(&own, in_pem, PASSPHRASE), PASSPHRASE);
		refuses_key(pki_key_as(&own, in_pem, PASSPHRASE), "",
			    "the private key is encrypted: give its passphrase-file");
		refuses_key(pki_key_as(&own, in_pem, PASSPHRASE), "open",
			    "the passphrase is not that of the private key");
	}
	refuses_key(secret_new(text_bytes("nothing")), "",
		    "there is no private key in PEM, DER or PKCS #12 in it");
}

/* Certificates alone, in DER; and with the key in one file. */
static void test_certs(void **state)
{
	struct secret *items = pki_items((X509 *[]){ own.cert, NULL });
	struct bytes rest = secret_bytes(items), der;
	struct secret *key = pki_key_pem(&own);
	uint8_t both[8192];
	char why[160];

	(void)state;
	assert_true(items_next(&rest, &der));
	assert_true(takes(der, secret_bytes(key), "", why));
	for (size_t n = 0; n < der.n; n++)
		assert_false(takes(bytes_of(der.p, n), secret_bytes(key), "", why));
	assert_string_equal(why, "there is no certificate in PEM or DER in it");
	memcpy(both, key->b, key->n);
	memcpy(both + key->n, pem->b, pem->n);
	assert_true(takes(bytes_of(both, key->n + pem->n), bytes_of(NULL, 0), "", why));
	memcpy(both, pem->b, pem->n);
	memcpy(both + pem->n, key->b, key->n);
	assert_true(takes(bytes_of(both, key->n + pem->n), bytes_of(NULL, 0), "", why));
	assert_true(cert_form_has_key(bytes_of(both, key->n + pem->n)));
	assert_false(cert_form_has_key(secret_bytes(pem)));
	assert_false(cert_form_has_key(der));
	secret_free(items);
	secret_free(key);
}

static void test_pkcs12(void **state)
{
	static const char *const passphrases[] = { "", PASSPHRASE };
	char why[160];

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		struct secret *bag = pki_pkcs12(&own, &root, passphrases[i]);

		if (!takes(secret_bytes(bag), bytes_of(NULL, 0), passphrases[i], why))
			fail_msg("%s", why);
		/* Or the key of it, and certificates of another file. */
		assert_true(takes(secret_bytes(pem), secret_bytes(bag), passphrases[i], why));
		assert_true(cert_form_has_key(secret_bytes(bag)));
		assert_false(takes(secret_bytes(bag), bytes_of(NULL, 0), "open", why));
		assert_string_equal(why, "the passphrase is not that of the private key");
		if (i)
			assert_false(takes(secret_bytes(bag), bytes_of(NULL, 0), "", why));
		if (i)
			assert_string_equal(why, "the private key is encrypted: give its "
						 "passphrase-file");
		for (size_t n = 0; n < bag->n; n += 7)
			assert_false(takes(bytes_of(bag->b, n), bytes_of(NULL, 0),
					   passphrases[i], why));
		secret_free(bag);
	}
}

static int make_all(void **state)
{
	const struct pki_wish ca = { .kind = "P-256", .name = "ca", .authority = true,
				     .until = PKI_DAY };
	const struct pki_wish wish = { .kind = "P-256", .name = "hq", .issuer = &root,
				       .until = PKI_DAY };
	struct secret *key;
	char why[160];

	(void)state;
	root = pki_make(&ca);
	own = pki_make(&wish);
	key = pki_key_pem(&own);
	pem = pki_pem((X509 *[]){ own.cert, NULL });
	assert_true(cert_own_read(&(struct cert_own_input){ .certs = secret_bytes(pem),
							    .key = secret_bytes(key) },
				  &expect, why, sizeof(why)));
	secret_free(key);
	return 0;
}

static void refuses_chain(X509 *const *certs, const struct pki *first, const char *said)
{
	struct secret *key = pki_key_pem(first), *list = pki_pem(certs);
	char why[160];

	assert_false(takes(secret_bytes(list), secret_bytes(key), "", why));
	assert_string_equal(why, said);
	secret_free(list);
	secret_free(key);
}

/* What would not go into a message is refused when it is read. */
static void test_too_much(void **state)
{
	struct pki_wish wish = { .kind = "P-256", .name = "long", .issuer = &root,
				 .until = PKI_DAY };
	char *names = malloc(50000), said[160];
	struct pki longest;
	size_t n = 0;

	(void)state;
	refuses_chain((X509 *[]){ own.cert, own.cert, own.cert, own.cert, own.cert, own.cert,
				  NULL }, &own, "there are more than 5 certificates besides roots");
	assert_non_null(names);
	while (n < 49900)
		n += (size_t)snprintf(names + n, 50000 - n, "%sDNS:x", n ? "," : "");
	wish.alternatives = names;
	longest = pki_make(&wish);
	/* An item has two octets of length (base/items.h). */
	snprintf(said, sizeof(said), "the certificates take %d octets, and a message has room for "
				     "24576", i2d_X509(longest.cert, NULL) + 2);
	refuses_chain((X509 *[]){ longest.cert, NULL }, &longest, said);
	pki_free(&longest);
	free(names);
}

static int free_all(void **state)
{
	(void)state;
	cert_own_drop(&expect);
	secret_free(pem);
	pki_free(&own);
	pki_free(&root);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_certs),
		cmocka_unit_test(test_pkcs12),
		cmocka_unit_test(test_too_much),
	};

	return cmocka_run_group_tests_name("forms of certificates", tests, make_all, free_all);
}
