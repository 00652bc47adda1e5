/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lists of revoked certificates (RFC 5280 section 5) that certificates say where to fetch, by their
 * URL.
 */
#ifndef PANTUN_CRYPTO_CERT_LISTS_H
#define PANTUN_CRYPTO_CERT_LISTS_H

#include <openssl/x509.h>

#include "crypto/documents.h"

/* What there is of one: */
struct cert_list_view {
	enum document_state state;
	X509_CRL *list;		/* NULL: none; unless it is THERE, one that has ended */
	const char *why;	/* it FAILED; valid until the next call */
};

/*
 * The list of @url at the time @now.  One that is not known, or not any more, is asked for, and may
 * take @patience seconds.
 */
struct cert_list_view cert_lists_get(struct documents *documents, const char *url, time_t now,
				     unsigned int patience);

#endif
