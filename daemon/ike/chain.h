/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the keys of an IKE SA's heir, or of a child, are made of, where there are several key
 * exchanges one after the other (RFC 9370 section 2.2.4).
 */
#ifndef PANTUN_IKE_CHAIN_H
#define PANTUN_IKE_CHAIN_H

#include "crypto/dh.h"
#include "ike/core_priv.h"
#include "prop/prop.h"
#include "wire/ike_const.h"

#define CHAIN_LINK_MAX	256		/* octets by which a responder finds one again */
#define CHAIN_MS	SECONDS(120)	/* without a word of the peer: it has given up */

struct chain {
	/* responder: what it makes, the heir with this key, or the child with this token */
	uint64_t heir, child;
	ike_time since;			/* responder: the last of it */
	uint8_t link[CHAIN_LINK_MAX];
	size_t link_n;
	uint8_t ni[IKE_NONCE_MAX], nr[IKE_NONCE_MAX];
	size_t ni_n, nr_n;
	unsigned int n;			/* shared secrets, at least one */
	struct dh_secret shared[1 + PROP_ROUNDS];
};

/* Begins with that of CREATE_CHILD_SA; NULL: no memory. */
struct chain *chain_new(struct bytes ni, struct bytes nr, const struct dh_secret *shared);
/* The secret of a further exchange; there are no more than the proposal has. */
void chain_add(struct chain *chain, const struct dh_secret *shared);
/* False: it is too long. */
bool chain_set_link(struct chain *chain, struct bytes link);
/* Wiped; NULL is fine. */
void chain_free(struct chain *chain);

#endif
