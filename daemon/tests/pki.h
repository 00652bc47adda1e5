/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Authorities and certificates for tests, made when they are needed: none of them gets too old. */
#ifndef PANTUN_TESTS_PKI_H
#define PANTUN_TESTS_PKI_H

#include <openssl/x509.h>

#include "base/secret.h"

/* A key and its certificate. */
struct pki {
	EVP_PKEY *key;
	X509 *cert;
};

/* What a certificate is to say. */
struct pki_wish {
	const char *kind;		/* "P-256", "P-384", "P-521", "RSA" and so on */
	const char *name;		/* CN */
	const char *alternatives;	/* as "DNS:a.example"; NULL: none */
	const char *usage;		/* keyUsage; NULL: it does not say */
	const char *constraints;	/* basicConstraints; NULL: as authority has it */
	const char *extended;		/* extendedKeyUsage; NULL: any */
	const char *names;		/* nameConstraints; NULL: none */
	const char *list;		/* crlDistributionPoints; NULL: none */
	const char *digest;		/* of its signature; NULL: SHA-256 */
	bool authority;
	const struct pki *issuer;	/* NULL: itself */
	long from, until;		/* seconds from now */
};

#define PKI_DAY	86400L

/* Ends the process where something is missing. */
struct pki pki_make(const struct pki_wish *wish);
void pki_free(struct pki *pki);
/* The certificates in PEM, up to one that is NULL, and the key. */
struct secret *pki_pem(X509 *const *certs);
struct secret *pki_key_pem(const struct pki *pki);
/* The key in PEM or DER, encrypted with @passphrase unless that is NULL. */
struct secret *pki_key_as(const struct pki *pki, bool pem, const char *passphrase);
/* Key, certificate and that of its issuer in PKCS #12, encrypted with @passphrase or "". */
struct secret *pki_pkcs12(const struct pki *pki, const struct pki *issuer, const char *passphrase);
/* A list of @issuer's, with @revoked on it unless that is NULL, that ends then; in DER or PEM. */
struct secret *pki_list(const struct pki *issuer, const struct pki *revoked, long until, bool pem);
/* The certificates as items of DER, as a peer sends them. */
struct secret *pki_items(X509 *const *certs);

#endif
