/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lists of revoked certificates (RFC 5280 section 5) that certificates say where to fetch, by their
 * URL.  A list is kept until the next one is due, and that there is none for a short while, so that
 * a server which is dead is not asked for every certificate.  Who fetches them is elsewhere.
 */
#ifndef PANTUN_CRYPTO_CERT_LISTS_H
#define PANTUN_CRYPTO_CERT_LISTS_H

#include <time.h>

#include <openssl/x509.h>

#include "base/bytes.h"

#define CERT_LISTS_MOST	256	/* lists */
#define CERT_LISTS_URL	1024	/* octets of a URL with its NUL */
#define CERT_LISTS_WHY	160	/* of why there is none */

struct cert_lists;

/* NULL: out of memory. */
struct cert_lists *cert_lists_new(void);
/* NULL is fine. */
void cert_lists_free(struct cert_lists *lists);

enum cert_list_state {
	CERT_LIST_ASKED,	/* it is on its way */
	CERT_LIST_THERE,
	CERT_LIST_FAILED,
};

/* What there is of one: */
struct cert_list_view {
	enum cert_list_state state;
	X509_CRL *list;		/* NULL: none; where it FAILED, one that has ended */
	const char *why;	/* it FAILED; valid until the next call */
};

/*
 * The list of @url at the time @now.  One that is not known, or not any more, is asked for, and may
 * take @patience seconds.
 */
struct cert_list_view cert_lists_get(struct cert_lists *lists, const char *url, time_t now,
				     unsigned int patience);

/* A question to whoever fetches. */
struct cert_list_question {
	uint64_t ticket;	/* of the answer; never 0 */
	const char *url;	/* valid until the next call */
	unsigned int patience;	/* seconds */
};

/* The next one that has not been put yet; false: there is none. */
bool cert_lists_next(struct cert_lists *lists, struct cert_list_question *question);
/* Its answer, in DER or PEM; @why not NULL or empty: why there is none. */
void cert_lists_answer(struct cert_lists *lists, uint64_t ticket, struct bytes octets,
		       const char *why, time_t now);
/* What was asked for and has not come in its time has failed; whether anything has. */
bool cert_lists_late(struct cert_lists *lists, time_t now);

#endif
