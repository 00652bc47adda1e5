/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Certificates by hash and URL (RFC 7296 section 3.6): a peer says where its certificates are, and
 * what their hash is.  Who it is cannot be known before they are there, so nothing is fetched but
 * from where it is allowed.
 *
 * Among the items (base/items.h) that a peer has sent, one that does not begin as DER does is the
 * octet of its encoding, 12 or 13, and what came with that.
 */
#ifndef PANTUN_CRYPTO_CERT_URLS_H
#define PANTUN_CRYPTO_CERT_URLS_H

#include "base/secret.h"
#include "base/text.h"
#include "crypto/documents.h"

/* What may be fetched, and how. */
struct cert_urls_rules {
	struct bytes from;	/* URLs may begin by these, each of which ends with a new line */
	unsigned int most;	/* certificates that are kept */
	unsigned int patience;	/* seconds that it may take */
};

/* Whether some of @items are to be fetched. */
bool cert_urls_some(struct bytes items);
/*
 * @items with what they refer to in place of the references, in order: all of them certificates,
 * the caller's in *@out.  ASKED: some are on their way; FAILED: with the reason added to @why.
 */
enum document_state cert_urls_fetch(struct documents *documents, struct bytes items,
				    const struct cert_urls_rules *rules, struct secret **out,
				    struct text *why);

#endif
