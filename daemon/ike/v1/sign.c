// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Signatures in place of hashes (RFC 2409 section 5.1, RFC 4754).  Certificates are looked into by
 * `auth` alone, which takes them as it does those of IKEv2.
 */
#include <string.h>

#include "base/items.h"
#include "crypto/sign.h"
#include "ike/evidence.h"
#include "ike/v1/v1.h"
#include "prop/alg_iana.h"
#include "wire/ike_const.h"

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

/*
 * Which window of ours waits for what we need to prove ourselves: a responder of aggressive mode
 * treats its answer as a request.
 */
static enum job_side side_of(const struct ike_sa *ike)
{
	return ike->initiator || v1_of(ike)->aggressive ? JOB_OURS : JOB_PEERS;
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

static void read_certs(const struct v1_in *in, struct evidence_certs *certs)
{
	const struct isakmp_payload *at = NULL;

	certs->n = 0;
	while ((at = isakmp_find(&in->payloads, ISAKMP_PL_CERT, at)))
		if (at->body.n && at->body.p[0] == IKE_CERT_X509_SIGNATURE)
			evidence_add_cert(certs, at->body.p[0],
					  bytes_of(at->body.p + 1, at->body.n - 1));
}

struct ike_auth_request *v1_sign_question(const struct ike_sa *ike, const struct v1_in *in,
					  const struct ike_id *id, struct bytes hash)
{
	const struct isakmp_payload *sig = isakmp_find(&in->payloads, ISAKMP_PL_SIG, NULL);
	struct evidence_certs certs;
	struct evidence evidence = {
		.method = v1_of(ike)->auth, .id = id, .certs = &certs,
	};
	struct ike_auth_request *request;

	if (!sig || !hash.n)
		return NULL;
	evidence.signature = sig->body;
	read_certs(in, &certs);
	request = evidence_question(&evidence, hash.n);
	if (!request)
		return NULL;
	request->how = SIGN_V1;
	memcpy(request->octets, hash.p, hash.n);
	return request;
}

bool v1_sign_keep(struct ike_sa *ike, const struct v1_in *in, uint64_t trust)
{
	struct evidence_certs certs;

	read_certs(in, &certs);
	return evidence_keep(&certs, ike, trust);
}
