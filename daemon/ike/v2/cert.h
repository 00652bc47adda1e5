/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Certificates in messages (RFC 7296 sections 3.6 and 3.7, RFC 7427 section 4).  What is in them is
 * read elsewhere; here they are octets.
 */
#ifndef PANTUN_IKE_V2_CERT_H
#define PANTUN_IKE_V2_CERT_H

#include "ike/v2/proof.h"

/* Why we cannot sign for some peers; the end of a message. */
#define V2_CERT_OLD \
	"it does not know signatures of RFC 7427, so only ECDSA is of use, or RSA with " \
	"authentication certificate allow-sha1 yes"

/* Writes that we sign, or check signatures, and by which hashes. */
void v2_cert_put_hashes(struct wire_writer *w);
/* Some gateway that the peer of @ike, who begins, may be has certificates. */
bool v2_cert_meant(const struct ike_sa *ike);
/* Writes our certificate, and those between it and the root. */
void v2_cert_put(const struct policy_gateway *conf, struct wire_writer *w);
/* Asks for one of our authorities', if the peer is to prove who it is by one. */
void v2_cert_ask(const struct policy_gateway *conf, struct wire_writer *w);
/* Asks the peer, who may be any of several, for one of theirs. */
void v2_cert_ask_all(const struct ike_sa *ike, struct wire_writer *w);
/* How a signature of ours is to be made for the peer: bits, as sign_make() has them. */
uint32_t v2_cert_how(const struct handshake *hs, const struct policy_gateway *conf);
/* The bits of hashes in a SIGNATURE_HASH_ALGORITHMS. */
uint32_t v2_cert_hashes(struct bytes data);
/*
 * The peer has said by SUPPORTED_AUTH_METHODS (RFC 9593) what it takes of RSA, and RSASSA-PSS is
 * not among it.
 */
bool v2_cert_lacks_pss(struct bytes data);
/*
 * Announces by that what we take: whatever it may be of whom we do not know yet, @conf NULL, or
 * what the peer of @conf is to prove itself by, if that is a certificate.  An announcement that
 * would make an IKE_SA_INIT longer than a link takes is left out.
 */
void v2_cert_announce(const struct policy_gateway *conf, struct wire_writer *w);
/* How the peer's AUTH was made, for the log: "a certificate". */
const char *v2_cert_method(uint8_t method, char out[32]);

#endif
