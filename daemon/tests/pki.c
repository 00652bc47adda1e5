// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/pki.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509v3.h>

#include "base/items.h"

static void must(bool good)
{
	if (!good)
		abort();
}

static EVP_PKEY *make_key(const char *kind)
{
	if (!strcmp(kind, "RSA"))
		return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
	if (!strcmp(kind, "RSA-1024"))
		return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)1024);
	if (kind[0] == 'E')
		return EVP_PKEY_Q_keygen(NULL, NULL, kind);
	return EVP_PKEY_Q_keygen(NULL, NULL, "EC", kind);
}

static void extend(X509 *cert, int nid, const char *value)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	must(extension && X509_add_ext(cert, extension, -1) == 1);
	X509_EXTENSION_free(extension);
}

static void name_it(X509_NAME *name, const char *text)
{
	must(X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8, (const uint8_t *)"Example", -1,
					-1, 0) == 1 &&
	     X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const uint8_t *)text, -1, -1,
					0) == 1);
}

static const EVP_MD *digest_of(const struct pki_wish *wish, EVP_PKEY *key)
{
	if (EVP_PKEY_is_a(key, "ED25519") || EVP_PKEY_is_a(key, "ED448"))
		return NULL;
	return wish->digest ? EVP_get_digestbyname(wish->digest) : EVP_sha256();
}

static void extend_as(X509 *cert, const struct pki_wish *wish)
{
	const char *plain = wish->authority ? "critical,CA:TRUE" : "CA:FALSE";

	extend(cert, NID_basic_constraints, wish->constraints ? wish->constraints : plain);
	if (wish->usage)
		extend(cert, NID_key_usage, wish->usage);
	if (wish->extended)
		extend(cert, NID_ext_key_usage, wish->extended);
	if (wish->list)
		extend(cert, NID_crl_distribution_points, wish->list);
	if (wish->names)
		extend(cert, NID_name_constraints, wish->names);
	if (wish->alternatives)
		extend(cert, NID_subject_alt_name, wish->alternatives);
}

struct pki pki_make(const struct pki_wish *wish)
{
	static long serial = 1;
	struct pki made = { .key = make_key(wish->kind), .cert = X509_new() };
	const struct pki *issuer = wish->issuer ? wish->issuer : &made;

	must(made.key && made.cert && X509_set_version(made.cert, 2) == 1 &&
	     ASN1_INTEGER_set(X509_get_serialNumber(made.cert), serial++) == 1);
	name_it(X509_get_subject_name(made.cert), wish->name);
	must(X509_set_issuer_name(made.cert, X509_get_subject_name(issuer->cert)) == 1 &&
	     X509_gmtime_adj(X509_getm_notBefore(made.cert), wish->from) &&
	     X509_gmtime_adj(X509_getm_notAfter(made.cert), wish->until) &&
	     X509_set_pubkey(made.cert, made.key) == 1);
	extend_as(made.cert, wish);
	must(X509_sign(made.cert, issuer->key, digest_of(wish, issuer->key)) > 0);
	return made;
}

void pki_free(struct pki *pki)
{
	EVP_PKEY_free(pki->key);
	X509_free(pki->cert);
}

static struct secret *taken(BIO *bio)
{
	struct secret *secret;
	char *p;
	long n = BIO_get_mem_data(bio, &p);

	secret = secret_new(bytes_of(p, (size_t)n));
	must(n > 0 && secret);
	BIO_free(bio);
	return secret;
}

struct secret *pki_pem(X509 *const *certs)
{
	BIO *bio = BIO_new(BIO_s_mem());

	must(bio);
	for (; *certs; certs++)
		must(PEM_write_bio_X509(bio, *certs) == 1);
	return taken(bio);
}

struct secret *pki_key_pem(const struct pki *pki)
{
	BIO *bio = BIO_new(BIO_s_mem());

	must(bio && PEM_write_bio_PrivateKey(bio, pki->key, NULL, NULL, 0, NULL, NULL) == 1);
	return taken(bio);
}

struct secret *pki_key_as(const struct pki *pki, bool pem, const char *passphrase)
{
	const EVP_CIPHER *cipher = passphrase ? EVP_aes_256_cbc() : NULL;
	int n = passphrase ? (int)strlen(passphrase) : 0;
	BIO *bio = BIO_new(BIO_s_mem());

	must(bio);
	if (pem)
		must(PEM_write_bio_PKCS8PrivateKey(bio, pki->key, cipher, passphrase, n, NULL,
						   NULL) == 1);
	else
		must(i2d_PKCS8PrivateKey_bio(bio, pki->key, cipher, passphrase, n, NULL,
					     NULL) == 1);
	return taken(bio);
}

struct secret *pki_pkcs12(const struct pki *pki, const struct pki *issuer, const char *passphrase)
{
	STACK_OF(X509) *others = sk_X509_new_null();
	BIO *bio = BIO_new(BIO_s_mem());
	PKCS12 *bag;

	must(bio && others && sk_X509_push(others, issuer->cert) > 0);
	bag = PKCS12_create(passphrase, "us", pki->key, pki->cert, others, 0, 0, 0, 0, 0);
	must(bag && i2d_PKCS12_bio(bio, bag) == 1);
	PKCS12_free(bag);
	sk_X509_free(others);
	return taken(bio);
}

struct secret *pki_items(X509 *const *certs)
{
	BIO *bio = BIO_new(BIO_s_mem());

	must(bio);
	for (; *certs; certs++) {
		uint8_t *der = NULL, length[2];
		int n = i2d_X509(*certs, &der);

		must(n > 0 && n <= ITEM_MAX);
		put_be16(length, (uint16_t)n);
		must(BIO_write(bio, length, 2) == 2 && BIO_write(bio, der, n) == n);
		OPENSSL_free(der);
	}
	return taken(bio);
}

static void revoke(X509_CRL *list, const struct pki *revoked)
{
	X509_REVOKED *entry = X509_REVOKED_new();
	ASN1_TIME *now = X509_gmtime_adj(NULL, -60);

	must(entry && now &&
	     X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(revoked->cert)) == 1 &&
	     X509_REVOKED_set_revocationDate(entry, now) == 1 &&
	     X509_CRL_add0_revoked(list, entry) == 1);
	ASN1_TIME_free(now);
}

struct secret *pki_list(const struct pki *issuer, const struct pki *revoked, long until, bool pem)
{
	ASN1_TIME *from = X509_gmtime_adj(NULL, -PKI_DAY), *to = X509_gmtime_adj(NULL, until);
	BIO *bio = BIO_new(BIO_s_mem());
	X509_CRL *list = X509_CRL_new();

	must(bio && list && from && to && X509_CRL_set_version(list, 1) == 1 &&
	     X509_CRL_set_issuer_name(list, X509_get_subject_name(issuer->cert)) == 1 &&
	     X509_CRL_set1_lastUpdate(list, from) == 1 && X509_CRL_set1_nextUpdate(list, to) == 1);
	if (revoked)
		revoke(list, revoked);
	must(X509_CRL_sort(list) == 1 && X509_CRL_sign(list, issuer->key, EVP_sha256()) > 0);
	must((pem ? PEM_write_bio_X509_CRL(bio, list) : i2d_X509_CRL_bio(bio, list)) == 1);
	X509_CRL_free(list);
	ASN1_TIME_free(from);
	ASN1_TIME_free(to);
	return taken(bio);
}
