// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/pki.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

static void must(bool good)
{
	if (!good)
		abort();
}

static EVP_PKEY *make_key(const char *kind)
{
	if (!strcmp(kind, "RSA"))
		return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
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

struct pki pki_make(const struct pki_wish *wish)
{
	static long serial = 1;
	struct pki made = { .key = make_key(wish->kind), .cert = X509_new() };
	const struct pki *issuer = wish->issuer ? wish->issuer : &made;
	bool plain;

	must(made.key && made.cert && X509_set_version(made.cert, 2) == 1 &&
	     ASN1_INTEGER_set(X509_get_serialNumber(made.cert), serial++) == 1);
	name_it(X509_get_subject_name(made.cert), wish->name);
	must(X509_set_issuer_name(made.cert, X509_get_subject_name(issuer->cert)) == 1 &&
	     X509_gmtime_adj(X509_getm_notBefore(made.cert), wish->from) &&
	     X509_gmtime_adj(X509_getm_notAfter(made.cert), wish->until) &&
	     X509_set_pubkey(made.cert, made.key) == 1);
	extend(made.cert, NID_basic_constraints, wish->authority ? "critical,CA:TRUE" : "CA:FALSE");
	if (wish->usage)
		extend(made.cert, NID_key_usage, wish->usage);
	if (wish->alternatives)
		extend(made.cert, NID_subject_alt_name, wish->alternatives);
	plain = EVP_PKEY_is_a(issuer->key, "ED25519") || EVP_PKEY_is_a(issuer->key, "ED448");
	must(X509_sign(made.cert, issuer->key, plain ? NULL : EVP_sha256()) > 0);
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
