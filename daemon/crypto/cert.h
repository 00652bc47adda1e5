/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Certificates of X.509 (RFC 5280) as OpenSSL reads and checks them: our own with its private key,
 * authorities, and those that a peer has sent.  All are items of DER (base/items.h).
 */
#ifndef PANTUN_CRYPTO_CERT_H
#define PANTUN_CRYPTO_CERT_H

#include "base/text.h"
#include "crypto/cert_urls.h"

#define CERT_PEER_MAX	8	/* certificates that a peer may send */

/* Our private key. */
struct cert_own;

/* From the credential of cert_own_read(); NULL: it is none, or memory is short. */
struct cert_own *cert_own_new(struct bytes credential);
void cert_own_free(struct cert_own *own);
/* As sign_make() has it. */
size_t cert_own_sign(struct cert_own *own, unsigned int how, struct bytes octets, uint8_t *out,
		     uint8_t *method);

/* Authorities, all trusted alike, and how strict we are with what they have issued. */
struct cert_roots;

/* From the items of cert_rules_put(); NULL as above. */
struct cert_roots *cert_roots_new(struct bytes items);
void cert_roots_free(struct cert_roots *roots);
/* As cert_urls_fetch() has it, from where they allow it. */
enum document_state cert_roots_fetch(const struct cert_roots *roots, struct documents *documents,
				     struct bytes items, struct secret **out, struct text *why);
/* They refuse a certificate of which nobody can tell whether it is revoked. */
bool cert_roots_insist(const struct cert_roots *roots);

/* What a peer has sent: its own certificate, and others that may lead to an authority. */
struct cert_peer;

/* Reads them; NULL with the reason added to @why. */
struct cert_peer *cert_peer_read(struct bytes items, struct text *why);
void cert_peer_free(struct cert_peer *peer);
/*
 * Whether the certificate leads to one of @roots, is in force, and may be used for signatures; else
 * adds the reason to @why.
 */
bool cert_peer_trusted(struct cert_peer *peer, struct cert_roots *roots, struct text *why);
/*
 * Whether a list says that the certificate, or one between it and the authority, is revoked: then
 * adds which.  What else may be wrong with it meanwhile does not count.
 */
bool cert_peer_revoked(struct cert_peer *peer, struct cert_roots *roots, struct text *why);
/*
 * Whether it is for the identity @id of that type (RFC 7296 section 3.5), or @roots are content
 * with any; else adds whom it is for.
 */
bool cert_peer_is(struct cert_peer *peer, struct cert_roots *roots, uint8_t type, struct bytes id,
		  struct text *why);
/*
 * Whether all lists are there, or have failed, that @roots want to have fetched for the chain which
 * was found trusted: they count from now on.  False: some are on their way, and @peer is to be read
 * anew once they have come.
 */
bool cert_peer_fetch(struct cert_peer *peer, struct cert_roots *roots, struct documents *documents);
/* Whether it is trusted by them as well; else adds the reason. */
bool cert_peer_listed(struct cert_peer *peer, struct cert_roots *roots, struct text *why);
/*
 * What a peer says to prove who it is: data of an AUTH payload of a method, and what they cover; of
 * IKEv1, of a SIG payload, and the hash that it signs.
 */
struct cert_proof {
	bool v1;
	uint8_t method;
	struct bytes data;
	struct bytes octets;
};

/* Whether that is by its key, and by what @roots allow; else adds the reason. */
bool cert_peer_signed(struct cert_peer *peer, struct cert_roots *roots,
		      const struct cert_proof *proof, struct text *why);

#endif
