/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a peer shows to prove by a certificate who it is, of either version of IKE: all are views of
 * its message.  `auth` looks into it.
 */
#ifndef PANTUN_IKE_EVIDENCE_H
#define PANTUN_IKE_EVIDENCE_H

#include <stdbool.h>

#include "crypto/cert.h"
#include "ike/ike_sa.h"

/* Certificates of X.509, the peer's own first, or hash and URL of some (RFC 7296 section 3.6). */
struct evidence_certs {
	unsigned int n;		/* one more than it may be: too many came */
	uint8_t encoding[CERT_PEER_MAX + 1];
	struct bytes one[CERT_PEER_MAX + 1];
};

struct evidence {
	uint8_t method;		/* of the signature */
	struct bytes signature;
	const struct ike_id *id;
	const struct evidence_certs *certs;
};

/* Another one came; of other encodings they mean nothing to us, and are left alone. */
void evidence_add_cert(struct evidence_certs *certs, uint8_t encoding, struct bytes data);
/*
 * Asks whether it is good: the octets that are signed, of which the caller writes @octets_n to the
 * beginning of request->octets, and behind them the evidence, as items (base/items.h).  Authorities
 * are to be added.  NULL: no memory, or the peer sent too much.
 */
struct ike_auth_request *evidence_question(const struct evidence *evidence, size_t octets_n);
/*
 * It was good: keeps @certs with @ike, which the authorities of number @trust have let in.  False:
 * no memory.
 */
bool evidence_keep(const struct evidence_certs *certs, struct ike_sa *ike, uint64_t trust);
/* Why it was not, of the answer to that question. */
const char *evidence_reason(struct ike_auth_answer *answer);

#endif
