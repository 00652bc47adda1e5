// SPDX-License-Identifier: GPL-2.0-or-later
#include "crypto/cert_file.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/items.h"
#include "crypto/cert_form.h"
#include "crypto/sign_v1.h"

_Static_assert(CERT_SPKI == SHA_DIGEST_LENGTH, "an authority is known by a SHA-1");

/* --- to DER --- */

/* Octets of a certificate as an item; 0: it is too long for one. */
static size_t room_of(X509 *cert)
{
	int n = i2d_X509(cert, NULL);

	return n > 0 && n <= ITEM_MAX ? item_room((size_t)n) : 0;
}

static uint8_t *put_cert(uint8_t *at, X509 *cert)
{
	int n = i2d_X509(cert, NULL);
	uint8_t *der = at + 2;

	put_be16(at, (uint16_t)n);
	i2d_X509(cert, &der);
	return der;
}

/* Room for @n octets; NULL: no memory. */
static struct secret *blank(size_t n)
{
	struct secret *made = calloc(1, sizeof(*made) + n);

	if (made)
		made->n = n;
	return made;
}

/* One that issued itself needs no sending: peers have it, or do not trust it. */
static bool is_root(X509 *cert)
{
	return X509_check_issued(cert, cert) == X509_V_OK;
}

/* The first, and those that are no roots. */
static struct secret *chain_of(STACK_OF(X509) *certs)
{
	struct secret *chain;
	size_t n = 0;
	uint8_t *at;

	for (int i = 0; i < sk_X509_num(certs); i++) {
		X509 *cert = sk_X509_value(certs, i);

		if (!room_of(cert))
			return NULL;
		n += !i || !is_root(cert) ? room_of(cert) : 0;
	}
	chain = blank(n);
	at = chain ? chain->b : NULL;
	for (int i = 0; at && i < sk_X509_num(certs); i++) {
		X509 *cert = sk_X509_value(certs, i);

		if (!i || !is_root(cert))
			at = put_cert(at, cert);
	}
	return chain;
}

/* The key as PKCS #8, and @chain behind it. */
static struct secret *credential_of(EVP_PKEY *key, const struct secret *chain)
{
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(key);
	struct secret *made = NULL;
	uint8_t *der = NULL;
	int n = info ? i2d_PKCS8_PRIV_KEY_INFO(info, &der) : -1;

	PKCS8_PRIV_KEY_INFO_free(info);
	if (n > 0 && n <= ITEM_MAX)
		made = blank(item_room((size_t)n) + chain->n);
	if (made)
		memcpy(item_put(made->b, bytes_of(der, (size_t)n)), chain->b, chain->n);
	if (n > 0)
		OPENSSL_clear_free(der, (size_t)n);
	return made;
}

static struct secret *subject_of(X509 *cert)
{
	X509_NAME *name = X509_get_subject_name(cert);
	int n = i2d_X509_NAME(name, NULL);
	struct secret *made = n > 0 ? blank((size_t)n) : NULL;
	uint8_t *at = made ? made->b : NULL;

	if (made)
		i2d_X509_NAME(name, &at);
	return made;
}

/* --- our own --- */

/* What we can sign with, and any peer that is up to date can check. */
static bool key_fits(EVP_PKEY *key, char *why, size_t n)
{
	int bits = EVP_PKEY_get_bits(key);
	char curve[64] = "";

	if (EVP_PKEY_is_a(key, "RSA")) {
		if (bits >= 2048 && bits <= 4096)
			return true;
		snprintf(why, n, "the private key has %d bits; RSA takes 2048 to 4096", bits);
		return false;
	}
	if (EVP_PKEY_is_a(key, "EC")) {
		EVP_PKEY_get_group_name(key, curve, sizeof(curve), NULL);
		if (!strcmp(curve, "prime256v1") || !strcmp(curve, "secp384r1") ||
		    !strcmp(curve, "secp521r1"))
			return true;
		snprintf(why, n, "the private key is of the curve %s; ECDSA takes P-256, P-384 or "
				 "P-521", curve);
		return false;
	}
	if (EVP_PKEY_is_a(key, "ED25519") || EVP_PKEY_is_a(key, "ED448"))
		return true;
	snprintf(why, n, "the private key is of another kind than RSA, ECDSA, Ed25519 and "
			 "Ed448");
	return false;
}

static bool make_own(EVP_PKEY *key, STACK_OF(X509) *certs, struct cert_own_file *out, char *why,
		     size_t n)
{
	X509 *first = sk_X509_value(certs, 0);

	if (!key_fits(key, why, n))
		return false;
	if (X509_check_private_key(first, key) != 1) {
		snprintf(why, n, "the first certificate is not that of the private key");
		return false;
	}
	out->chain = chain_of(certs);
	out->subject = subject_of(first);
	out->v1_method = sign_v1_method(key);
	out->credential = out->chain ? credential_of(key, out->chain) : NULL;
	if (!out->chain || !out->subject || !out->credential) {
		snprintf(why, n, "the certificates are too long, or memory is short");
		return false;
	}
	if (items_count(secret_bytes(out->chain)) > CERT_CHAIN_MAX) {
		snprintf(why, n, "there are more than %d certificates besides roots",
			 CERT_CHAIN_MAX);
		return false;
	}
	if (out->chain->n > CERT_CHAIN_OCTETS) {
		snprintf(why, n, "the certificates take %zu octets, and a message has room for %d",
			 out->chain->n, CERT_CHAIN_OCTETS);
		return false;
	}
	return true;
}

bool cert_own_read(const struct cert_own_input *in, struct cert_own_file *out, char *why,
		   size_t n)
{
	STACK_OF(X509) *list = cert_form_certs(in->certs, in->passphrase, why, n);
	EVP_PKEY *own = NULL;
	bool good;

	if (list)
		own = cert_form_key(in->key.n ? in->key : in->certs, in->passphrase, why, n);
	*out = (struct cert_own_file){ .credential = NULL };
	good = own && make_own(own, list, out, why, n);
	if (!good)
		cert_own_drop(out);
	EVP_PKEY_free(own);
	sk_X509_pop_free(list, X509_free);
	ERR_clear_error();
	return good;
}

void cert_own_drop(struct cert_own_file *own)
{
	secret_free(own->credential);
	secret_free(own->chain);
	secret_free(own->subject);
	*own = (struct cert_own_file){ .credential = NULL };
}

/* --- authorities --- */

static bool spki_of(X509 *cert, uint8_t out[CERT_SPKI])
{
	uint8_t *der = NULL;
	int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &der);

	if (n > 0)
		SHA1(der, (size_t)n, out);
	OPENSSL_free(der);
	return n > 0;
}

/* All of them must be authorities. */
static bool are_roots(STACK_OF(X509) *list, unsigned int before, char *why, size_t n)
{
	if ((unsigned int)sk_X509_num(list) + before > CERT_ROOTS_MAX) {
		snprintf(why, n, "with it there are more than %d authorities", CERT_ROOTS_MAX);
		return false;
	}
	for (int i = 0; i < sk_X509_num(list); i++) {
		if (X509_check_ca(sk_X509_value(list, i)))
			continue;
		snprintf(why, n, "certificate %d in it is not that of an authority "
				 "(basicConstraints CA:TRUE)", i + 1);
		return false;
	}
	return true;
}

struct secret *cert_roots_read(struct bytes certs, uint8_t (*spki)[CERT_SPKI],
			       unsigned int *n_spki, char *why, size_t n)
{
	STACK_OF(X509) *list = cert_form_certs(certs, bytes_of(NULL, 0), why, n);
	bool good = list && are_roots(list, *n_spki, why, n);
	struct secret *roots = NULL;
	size_t room = 0;
	uint8_t *at;

	for (int i = 0; good && i < sk_X509_num(list); i++) {
		good = room_of(sk_X509_value(list, i));
		room += room_of(sk_X509_value(list, i));
	}
	roots = good ? blank(room) : NULL;
	at = roots ? roots->b : NULL;
	for (int i = 0; at && i < sk_X509_num(list); i++) {
		at = put_cert(at, sk_X509_value(list, i));
		good = good && spki_of(sk_X509_value(list, i), spki[(*n_spki)++]);
	}
	if (good && !roots)
		snprintf(why, n, "out of memory");
	sk_X509_pop_free(list, X509_free);
	ERR_clear_error();
	return roots;
}

/* --- when they end --- */

long cert_days_left(struct bytes items)
{
	struct bytes item;
	long least = LONG_MAX;

	while (items_next(&items, &item)) {
		const uint8_t *der = item.p;
		X509 *cert = d2i_X509(NULL, &der, (long)item.n);
		int days, seconds;

		if (cert && ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(cert)) == 1) {
			long left = days - (seconds < 0);

			least = left < least ? left : least;
		}
		X509_free(cert);
	}
	ERR_clear_error();
	return least;
}
