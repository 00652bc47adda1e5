/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Certificates of the two peers, and the authorities that they trust. */
#ifndef PANTUN_TESTS_PEERS_CERT_H
#define PANTUN_TESTS_PEERS_CERT_H

#include "crypto/cert_rules.h"
#include "policy/policy.h"
#include "tests/pki.h"

/* One with P-256, by @issuer, or by itself; @alternatives: its names, NULL: none. */
struct pki peers_authority(const char *name, const struct pki *issuer, const char *alternatives);
/* That @side is "a.example" or "b.example", with a key of @kind. */
struct pki_wish peers_cert_wish(int side, const char *kind, const struct pki *issuer);
/* @gw has @own, of which it sends @chain, and trusts @trusted, as if files had said so. */
void peers_cert_give(struct policy_gateway *gw, const struct pki *own, X509 *const *chain,
		     const struct pki *trusted);
/* Has the authorities of @gw, which are alone or have others, go with these. */
void peers_cert_rules(struct policy_gateway *gw, const struct cert_rules *rules);

#endif
