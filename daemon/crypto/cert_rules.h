/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How strictly a peer's certificate is looked at.  Authorities go with that as items
 * (base/items.h): two of rules first, then one authority each, in DER.  Behind an empty item are
 * lists of revoked certificates.
 */
#ifndef PANTUN_CRYPTO_CERT_RULES_H
#define PANTUN_CRYPTO_CERT_RULES_H

#include "base/secret.h"

struct cert_rules {
	bool sha1;		/* its signature may be by RSA with SHA-1, the old method */
	bool any_id;		/* its identity need not stand there */
	bool strict_usage;	/* extendedKeyUsage, where it is there, must name IKE */
	bool block_unknown;	/* some list must tell that it is not revoked */
	bool fetch;		/* lists are fetched from where certificates say, */
	bool block_timeout;	/* which must not fail */
	uint8_t patience;	/* seconds that this may take, or to fetch a certificate */
	uint32_t tolerance;	/* seconds before and after the time that it is in force */
	uint16_t kept;		/* certificates that were fetched */
	struct bytes from;	/* where they may be fetched from, as crypto/cert_urls.h has it */
};

/* The caller's; NULL: no memory.  @authorities and @lists, if not empty: items. */
struct secret *cert_rules_put(const struct cert_rules *rules, struct bytes authorities,
			      struct bytes lists);
/* Takes the rules off @items, of which they are views; false: they are malformed. */
bool cert_rules_take(struct bytes *items, struct cert_rules *rules);

#endif
