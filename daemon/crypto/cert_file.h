/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Private keys and certificates as they are in files (crypto/cert_form.h).  What is wrong with them
 * is said once, when they are read; from there on they are items (base/items.h) in DER.
 */
#ifndef PANTUN_CRYPTO_CERT_FILE_H
#define PANTUN_CRYPTO_CERT_FILE_H

#include "base/secret.h"

#define CERT_FILE_MAX	65536	/* octets of a file */
#define CERT_CHAIN_MAX	5	/* certificates that we send, our own among them */
#define CERT_CHAIN_OCTETS 24576	/* of them, so that there is room for the rest of a message */
#define CERT_ROOTS_MAX	16	/* authorities of a profile */
#define CERT_SPKI	20	/* octets of what an authority is known by */

/* Our own certificate: all is the caller's. */
struct cert_own_file {
	struct secret *credential;	/* items: private key (PKCS #8), certificates as in: */
	struct secret *chain;		/* items: ours, then those that lead to the root */
	struct secret *subject;		/* its subject, a distinguished name in DER */
	uint8_t v1_method;		/* of the key in IKEv1; 0: there is none */
};

/* What is in the files. */
struct cert_own_input {
	struct bytes certs;
	struct bytes key;		/* empty: it is with the certificates */
	struct bytes passphrase;	/* that they are encrypted with; empty: they are not */
};

/*
 * Takes them apart.  The first certificate must be that of the private key; one that issued itself
 * is left out, as peers have it.  False with the reason in @why of @n octets.
 */
bool cert_own_read(const struct cert_own_input *in, struct cert_own_file *out, char *why,
		   size_t n);
void cert_own_drop(struct cert_own_file *own);

/*
 * The authorities in @certs: items for who checks certificates, and the SHA-1 of each one's
 * SubjectPublicKeyInfo (RFC 7296 section 3.7) from @spki[*n_spki] on, CERT_ROOTS_MAX of them in
 * all.  The caller's; NULL with the reason in @why of @n octets.
 */
struct secret *cert_roots_read(struct bytes certs, uint8_t (*spki)[CERT_SPKI],
			       unsigned int *n_spki, char *why, size_t n);

/* Days until the first of the certificates in @items ends; negative once it has. */
long cert_days_left(struct bytes items);

#endif
