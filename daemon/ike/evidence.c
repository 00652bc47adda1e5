// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/evidence.h"

#include <stdlib.h>

#include "base/items.h"
#include "base/secret.h"
#include "ike/certified.h"
#include "wire/ike_const.h"

#define FAILS	"it could not be checked here; reload the configuration if that goes on"

void evidence_add_cert(struct evidence_certs *certs, uint8_t encoding, struct bytes data)
{
	if (certs->n > CERT_PEER_MAX ||
	    (encoding != IKE_CERT_X509_SIGNATURE && encoding != IKE_CERT_HASH_AND_URL &&
	     encoding != IKE_CERT_HASH_AND_URL_BUNDLE))
		return;
	certs->encoding[certs->n] = encoding;
	certs->one[certs->n++] = data;
}

/* What is not a certificate itself says what it is. */
static size_t prefix_n(const struct evidence_certs *certs, unsigned int i)
{
	return certs->encoding[i] == IKE_CERT_X509_SIGNATURE ? 0 : 1;
}

static size_t certs_room(const struct evidence_certs *certs)
{
	size_t n = 0;

	for (unsigned int i = 0; i < certs->n; i++)
		n += item_room(prefix_n(certs, i) + certs->one[i].n);
	return n;
}

static void put_certs(const struct evidence_certs *certs, uint8_t *at)
{
	for (unsigned int i = 0; i < certs->n; i++)
		at = item_put_two(at, bytes_of(&certs->encoding[i], prefix_n(certs, i)),
				  certs->one[i]);
}

struct ike_auth_request *evidence_question(const struct evidence *evidence, size_t octets_n)
{
	const struct ike_id *id = evidence->id;
	size_t n = item_room(1 + evidence->signature.n) + item_room(1U + id->n) +
		   certs_room(evidence->certs);
	struct ike_auth_request *request;
	uint8_t *at;

	if (n > AUTH_CERTS_MOST)
		return NULL;
	request = ike_auth_request_new(AUTH_VERIFY, octets_n + n);
	if (!request)
		return NULL;
	request->tail_n = (uint32_t)n;
	at = item_put_two(request->octets + octets_n, bytes_of(&evidence->method, 1),
			  evidence->signature);
	at = item_put_two(at, bytes_of(&id->type, 1), bytes_of(id->b, id->n));
	put_certs(evidence->certs, at);
	return request;
}

bool evidence_keep(const struct evidence_certs *certs, struct ike_sa *ike, uint64_t trust)
{
	size_t n = certs_room(certs);
	struct secret *items = malloc(sizeof(*items) + n);

	if (!items)
		return false;
	items->n = n;
	put_certs(certs, items->b);
	certified_keep(ike, items, trust);
	return true;
}

const char *evidence_reason(struct ike_auth_answer *answer)
{
	answer->octets[sizeof(answer->octets) - 1] = '\0';
	return answer->failed || !answer->octets[0] ? FAILS : (const char *)answer->octets;
}
