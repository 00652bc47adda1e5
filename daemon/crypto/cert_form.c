// SPDX-License-Identifier: GPL-2.0-or-later
#include "crypto/cert_form.h"

#include <stdio.h>
#include <string.h>

#include <openssl/decoder.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>

#include "base/secret.h"

#define PASSPHRASE_MAX	256	/* octets with a NUL */
#define ENCRYPTED	"the private key is encrypted: give its passphrase-file"
#define OTHER_KEY	"the passphrase is not that of the private key"

static bool has(struct bytes octets, const char *text)
{
	return memmem(octets.p, octets.n, text, strlen(text));
}

static bool is_pem(struct bytes octets)
{
	return has(octets, "-----BEGIN ");
}

/* NULL: it is none. */
static PKCS12 *pkcs12(struct bytes octets)
{
	const uint8_t *at = octets.p;
	PKCS12 *made = NULL;

	if (!is_pem(octets))
		made = d2i_PKCS12(NULL, &at, (long)octets.n);
	ERR_clear_error();
	return made;
}

bool cert_form_has_key(struct bytes octets)
{
	PKCS12 *bag = pkcs12(octets);
	bool found = bag || has(octets, "PRIVATE KEY-----");

	PKCS12_free(bag);
	return found;
}

/* --- passphrases --- */

/* Who is asked for the passphrase. */
struct asked {
	struct bytes passphrase;
	bool asked;
};

static int answer(char *buf, int size, int writing, void *ctx)
{
	struct asked *asked = ctx;

	(void)writing;
	asked->asked = true;
	if (!asked->passphrase.n || size < 0 || asked->passphrase.n > (size_t)size)
		return -1;
	memcpy(buf, asked->passphrase.p, asked->passphrase.n);
	return (int)asked->passphrase.n;
}

/* Why an encrypted key is not to be had. */
static const char *locked(const struct asked *asked)
{
	return asked->passphrase.n ? OTHER_KEY : ENCRYPTED;
}

/* --- PKCS #12 --- */

/*
 * Opens it, and frees it.  What has no passphrase is made with an empty one, or none at all: which
 * one, OpenSSL finds out.
 */
static bool open_bag(PKCS12 *bag, struct bytes passphrase, EVP_PKEY **key, X509 **cert,
		     STACK_OF(X509) **others)
{
	char text[PASSPHRASE_MAX] = "";
	bool good = passphrase.n < sizeof(text);

	if (good && passphrase.n)
		memcpy(text, passphrase.p, passphrase.n);
	good = good && PKCS12_parse(bag, passphrase.n ? text : NULL, key, cert, others) == 1;
	secret_wipe(text, sizeof(text));
	PKCS12_free(bag);
	return good;
}

/* Why that went wrong, by what OpenSSL says. */
static void say_locked(struct bytes passphrase, char *why, size_t n)
{
	if (ERR_GET_REASON(ERR_peek_last_error()) == PKCS12_R_MAC_VERIFY_FAILURE)
		snprintf(why, n, "%s", passphrase.n ? OTHER_KEY : ENCRYPTED);
	else
		snprintf(why, n, "the PKCS #12 in it cannot be read: if its cipher is old, openssl "
				 "pkcs12 -legacy converts it");
}

static EVP_PKEY *bag_key(PKCS12 *bag, struct bytes passphrase, char *why, size_t n)
{
	STACK_OF(X509) *others = NULL;
	EVP_PKEY *key = NULL;
	X509 *cert = NULL;

	if (!open_bag(bag, passphrase, &key, &cert, &others))
		say_locked(passphrase, why, n);
	else if (!key)
		snprintf(why, n, "there is no private key in it");
	X509_free(cert);
	sk_X509_pop_free(others, X509_free);
	return key;
}

static STACK_OF(X509) *bag_certs(PKCS12 *bag, struct bytes passphrase, char *why, size_t n)
{
	STACK_OF(X509) *certs = NULL;
	EVP_PKEY *key = NULL;
	X509 *cert = NULL;
	bool good = open_bag(bag, passphrase, &key, &cert, &certs);

	EVP_PKEY_free(key);
	if (!good)
		say_locked(passphrase, why, n);
	else if (!certs)
		certs = sk_X509_new_null();
	if (good && certs && cert && sk_X509_unshift(certs, cert) > 0)
		return certs;
	if (good)
		snprintf(why, n, "there is no certificate of its private key in it");
	X509_free(cert);
	sk_X509_pop_free(certs, X509_free);
	return NULL;
}

/* --- private keys --- */

static EVP_PKEY *pem_key(BIO *bio, struct asked *asked)
{
	return PEM_read_bio_PrivateKey(bio, NULL, answer, asked);
}

static EVP_PKEY *der_key(BIO *bio, struct asked *asked)
{
	EVP_PKEY *key = NULL;
	OSSL_DECODER_CTX *ctx = OSSL_DECODER_CTX_new_for_pkey(&key, "DER", NULL, NULL,
							      EVP_PKEY_KEYPAIR, NULL, NULL);

	if (ctx && OSSL_DECODER_CTX_set_pem_password_cb(ctx, answer, asked) == 1)
		OSSL_DECODER_from_bio(ctx, bio);
	OSSL_DECODER_CTX_free(ctx);
	return key;
}

EVP_PKEY *cert_form_key(struct bytes octets, struct bytes passphrase, char *why, size_t n)
{
	struct asked asked = { .passphrase = passphrase };
	PKCS12 *bag = pkcs12(octets);
	EVP_PKEY *key = NULL;
	BIO *bio;

	ERR_clear_error();
	if (bag) {
		key = bag_key(bag, passphrase, why, n);
		ERR_clear_error();
		return key;
	}
	bio = BIO_new_mem_buf(octets.p, (int)octets.n);
	if (bio)
		key = is_pem(octets) ? pem_key(bio, &asked) : der_key(bio, &asked);
	BIO_free(bio);
	if (!key)
		snprintf(why, n, "%s", asked.asked ? locked(&asked) :
			 "there is no private key in PEM, DER or PKCS #12 in it");
	ERR_clear_error();
	return key;
}

/* --- certificates --- */

/* All in @bio; NULL: there is one, the number in *@broken, that cannot be read. */
static STACK_OF(X509) *pem_certs(BIO *bio, int *broken)
{
	STACK_OF(X509) *certs = sk_X509_new_null();
	struct asked asked = { .asked = false };
	bool good = certs;
	X509 *cert;

	while (good && (cert = PEM_read_bio_X509(bio, NULL, answer, &asked)))
		good = sk_X509_push(certs, cert) > 0;
	if (good && ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE)
		return certs;
	*broken = certs ? sk_X509_num(certs) + 1 : 0;
	sk_X509_pop_free(certs, X509_free);
	return NULL;
}

static STACK_OF(X509) *der_certs(struct bytes octets)
{
	const uint8_t *at = octets.p;
	X509 *cert = d2i_X509(NULL, &at, (long)octets.n);
	STACK_OF(X509) *certs = sk_X509_new_null();

	if (cert && at == octets.p + octets.n && certs && sk_X509_push(certs, cert) > 0)
		return certs;
	X509_free(cert);
	sk_X509_free(certs);
	return NULL;
}

STACK_OF(X509) *cert_form_certs(struct bytes octets, struct bytes passphrase, char *why, size_t n)
{
	STACK_OF(X509) *certs = NULL;
	PKCS12 *bag = pkcs12(octets);
	int broken = 0;
	BIO *bio;

	ERR_clear_error();
	if (bag) {
		certs = bag_certs(bag, passphrase, why, n);
		ERR_clear_error();
		return certs;
	}
	bio = is_pem(octets) ? BIO_new_mem_buf(octets.p, (int)octets.n) : NULL;
	certs = bio ? pem_certs(bio, &broken) : der_certs(octets);
	BIO_free(bio);
	ERR_clear_error();
	if (certs && sk_X509_num(certs))
		return certs;
	if (broken > 1)
		snprintf(why, n, "certificate %d in it cannot be read", broken);
	else
		snprintf(why, n, "there is no certificate in PEM or DER in it");
	sk_X509_pop_free(certs, X509_free);
	return NULL;
}
