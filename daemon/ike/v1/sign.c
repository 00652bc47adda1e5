// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Signatures in place of hashes (RFC 2409 section 5.1, RFC 4754).  Certificates are looked into by
 * `auth` alone, which takes them as it does those of IKEv2.
 */
#include <stdlib.h>
#include <string.h>

#include "base/items.h"
#include "crypto/sign.h"
#include "ike/certified.h"
#include "ike/v1/v1.h"
#include "prop/alg_iana.h"
#include "wire/ike_const.h"

#define FAILS	"it could not be checked here; reload the configuration if that goes on"

const struct alg_prf *v1_sign_prf(const struct ike_sa *ike)
{
	switch (v1_auth(ike)) {
	case ISAKMP_AUTH_ECDSA_256:
		return alg_prf_by_id(PRF_HMAC_SHA2_256);
	case ISAKMP_AUTH_ECDSA_384:
		return alg_prf_by_id(PRF_HMAC_SHA2_384);
	case ISAKMP_AUTH_ECDSA_521:
		return alg_prf_by_id(PRF_HMAC_SHA2_512);
	default:
		return ike->prop.prf;
	}
}

/* --- ours --- */

void v1_sign_ask(struct isakmp_writer *w, const struct ike_sa *ike)
{
	/* Of whichever authority: without its name the peer sends what it has. */
	if (v1_of(ike)->auth)
		isakmp_put_cert(w, ISAKMP_PL_CERTREQ, IKE_CERT_X509_SIGNATURE, bytes_of(NULL, 0));
}

static bool put_chain(struct isakmp_writer *w, const struct secret *chain)
{
	struct bytes rest = secret_bytes(chain), cert;

	while (items_next(&rest, &cert))
		isakmp_put_cert(w, ISAKMP_PL_CERT, IKE_CERT_X509_SIGNATURE, cert);
	return !rest.n;
}

/* Which window of ours waits for what we need to prove ourselves. */
static enum job_side side_of(const struct ike_sa *ike)
{
	return ike->initiator ? JOB_OURS : JOB_PEERS;
}

bool v1_sign_put(struct isakmp_writer *w, struct ike_sa *ike, struct bytes hash,
		 const struct policy_gateway *conf)
{
	struct ike_auth_request *request;
	struct ike_auth_answer made;

	if (!conf->cert || !conf->chain)
		return false;
	request = ike_auth_request_new(AUTH_SIGN, hash.n);
	if (request) {
		request->how = SIGN_V1;
		ike_auth_request_add(request, conf->cert);
		memcpy(request->octets, hash.p, hash.n);
	}
	/* The certificate may have been replaced by one of another kind meanwhile. */
	if (!job_auth(ike, side_of(ike), request, &made) || made.failed ||
	    made.method != v1_auth(ike) || !put_chain(w, conf->chain))
		return false;
	isakmp_put(w, ISAKMP_PL_SIG, bytes_of(made.octets, made.n));
	return true;
}

/* --- the peer's --- */

/* The next certificate of X.509 after @*at; others mean nothing to us, and are not looked into. */
static bool next_cert(const struct v1_in *in, const struct isakmp_payload **at, struct bytes *cert)
{
	while ((*at = isakmp_find(&in->payloads, ISAKMP_PL_CERT, *at))) {
		struct bytes body = (*at)->body;

		if (!body.n || body.p[0] != IKE_CERT_X509_SIGNATURE)
			continue;
		*cert = bytes_of(body.p + 1, body.n - 1);
		return true;
	}
	return false;
}

static size_t certs_room(const struct v1_in *in)
{
	const struct isakmp_payload *at = NULL;
	struct bytes cert;
	size_t n = 0;

	while (next_cert(in, &at, &cert))
		n += item_room(cert.n);
	return n;
}

static void put_certs(const struct v1_in *in, uint8_t *out)
{
	const struct isakmp_payload *at = NULL;
	struct bytes cert;

	while (next_cert(in, &at, &cert))
		out = item_put(out, cert);
}

struct ike_auth_request *v1_sign_question(const struct ike_sa *ike, const struct v1_in *in,
					  const struct ike_id *id, struct bytes hash)
{
	const struct isakmp_payload *sig = isakmp_find(&in->payloads, ISAKMP_PL_SIG, NULL);
	uint8_t method = v1_of(ike)->auth, type = id->type, *at;
	struct ike_auth_request *request;
	size_t tail;

	if (!sig || !hash.n)
		return NULL;
	tail = item_room(1 + sig->body.n) + item_room(1U + id->n) + certs_room(in);
	request = tail <= AUTH_CERTS_MOST ? ike_auth_request_new(AUTH_VERIFY, hash.n + tail) : NULL;
	if (!request)
		return NULL;
	request->how = SIGN_V1;
	request->tail_n = (uint32_t)tail;
	memcpy(request->octets, hash.p, hash.n);
	at = item_put_two(request->octets + hash.n, bytes_of(&method, 1), sig->body);
	at = item_put_two(at, bytes_of(&type, 1), bytes_of(id->b, id->n));
	put_certs(in, at);
	return request;
}

const char *v1_sign_reason(struct ike_auth_answer *answer)
{
	answer->octets[sizeof(answer->octets) - 1] = '\0';
	return answer->failed || !answer->octets[0] ? FAILS : (const char *)answer->octets;
}

bool v1_sign_keep(struct ike_sa *ike, const struct v1_in *in, uint64_t trust)
{
	size_t n = certs_room(in);
	struct secret *certs = malloc(sizeof(*certs) + n);

	if (!certs)
		return false;
	certs->n = n;
	put_certs(in, certs->b);
	certified_keep(ike, certs, trust);
	return true;
}
