// SPDX-License-Identifier: GPL-2.0-or-later
#include "crypto/cert_lists.h"

#include <stdio.h>

#include <openssl/err.h>

#include "base/items.h"
#include "base/secret.h"
#include "crypto/crl_file.h"

#define LISTS_MOST	256
#define KEEP_LEAST	60		/* seconds, also of one that has ended already */

/* When the next list is due, by what this one says. */
static time_t due(const X509_CRL *crl, time_t now)
{
	const ASN1_TIME *next = X509_CRL_get0_nextUpdate(crl);
	struct tm tm;
	time_t until = now + DOCUMENT_DAY;

	if (next && ASN1_TIME_to_tm(next, &tm) == 1 && timegm(&tm) < until)
		until = timegm(&tm);
	return until < now + KEEP_LEAST ? now + KEEP_LEAST : until;
}

static void *read_list(struct bytes octets, struct bytes key, time_t now, time_t *until,
		       char why[DOCUMENT_WHY])
{
	bool ended;
	struct secret *items = crl_file_read(octets, &ended, why, DOCUMENT_WHY);
	struct bytes rest, item;
	X509_CRL *crl = NULL;

	(void)key;
	if (!items)
		return NULL;
	rest = secret_bytes(items);
	if (items_next(&rest, &item)) {
		const uint8_t *at = item.p;

		crl = d2i_X509_CRL(NULL, &at, (long)item.n);
	}
	if (crl)
		*until = due(crl, now);
	else
		snprintf(why, DOCUMENT_WHY, "out of memory");
	secret_free(items);
	ERR_clear_error();
	return crl;
}

static void drop_list(void *made)
{
	X509_CRL_free(made);
}

static const struct document_kind list_kind = { .read = read_list, .drop = drop_list };

struct cert_list_view cert_lists_get(struct documents *documents, const char *url, time_t now,
				     unsigned int patience)
{
	const struct document_wish wish = { .kind = &list_kind, .url = url, .most = LISTS_MOST,
					    .patience = patience };
	const struct document_view view = documents_get(documents, &wish, now);

	return (struct cert_list_view){ .state = view.state, .list = view.made, .why = view.why };
}
