// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/v2/proof.h"

#include <string.h>

#include "base/secret.h"
#include "ike/v2/cert.h"
#include "wire/v2_build.h"

/* Body of an ID payload, which is what AUTH covers. */
static struct bytes id_body(const struct ike_id *id, uint8_t out[POLICY_ID_MAX + 4])
{
	memset(out, 0, 4);
	out[0] = id->type;
	memcpy(out + 4, id->b, id->n);
	return bytes_of(out, id->n + 4u);
}

/* What is to be made or checked, with @n octets for what is signed. */
static struct ike_auth_request *request_new(enum auth_kind kind, const struct v2_proof *theirs,
					    size_t n)
{
	struct evidence evidence;

	if (!theirs || kind != AUTH_VERIFY)
		return ike_auth_request_new(kind, n);
	evidence = (struct evidence){
		.method = theirs->auth.method, .signature = theirs->auth.data,
		.id = &theirs->id, .certs = &theirs->certs,
	};
	return evidence_question(&evidence, n);
}

struct ike_auth_request *v2_proof_request(const struct ike_sa *ike, const struct keymat_ike *keys,
					  enum auth_kind kind, const struct v2_proof *theirs,
					  struct bytes id)
{
	const struct handshake *hs = ike->hs;
	bool initiator = ike->initiator == !theirs;
	struct bytes message = packet_bytes(initiator ? hs->request : hs->response);
	struct bytes nonce = initiator ? bytes_of(hs->nr, hs->nr_n) : bytes_of(hs->ni, hs->ni_n);
	size_t n = message.n + nonce.n + ike->keys.prf->out_n;
	uint8_t octets[V2_INT_AUTH_MAX];
	struct bytes further = v2_intermediate_signed(ike, octets);
	struct ike_auth_request *request = request_new(kind, theirs, n + further.n);

	if (!request)
		return NULL;
	request->prf = ike->keys.prf->id;
	memcpy(request->octets, message.p, message.n);
	memcpy(request->octets + message.n, nonce.p, nonce.n);
	if (further.n)
		memcpy(request->octets + n, further.p, further.n);
	if (!keymat_auth_id(keys, initiator, id, request->octets + message.n + nonce.n))
		return request;
	ike_auth_request_free(request);
	return NULL;
}

struct ike_auth_request *v2_proof_question(const struct ike_sa *ike, const struct keymat_ike *keys,
					   const struct v2_proof *theirs)
{
	return v2_proof_request(ike, keys, v2_proof_signs(theirs) ? AUTH_VERIFY : AUTH_CHECK,
				theirs, theirs->id_body);
}

bool v2_proof_make(struct ike_sa *ike, const struct keymat_ike *keys, enum job_side side,
		   const struct policy_gateway *conf, const struct ike_id *id,
		   struct ike_auth_answer *made)
{
	struct ike_auth_request *request;
	uint8_t body[POLICY_ID_MAX + 4];

	request = v2_proof_request(ike, keys, conf->cert ? AUTH_SIGN : AUTH_MAKE, NULL,
				   id_body(id, body));
	if (request) {
		request->how = v2_cert_how(ike->hs, conf);
		ike_auth_request_add(request, conf->cert ? conf->cert : conf->key);
	}
	return job_auth(ike, side, request, made) && !made->failed;
}

void v2_proof_put(struct wire_writer *w, const struct policy_gateway *conf,
		  struct ike_auth_answer *made)
{
	wire_put_auth(w, conf->cert ? (uint8_t)made->method : IKE_AUTH_PSK,
		      bytes_of(made->octets, made->n));
	secret_wipe(made, sizeof(*made));
}

bool v2_proof_check(struct ike_sa *ike, enum job_side side, struct ike_auth_request *request,
		    const struct v2_proof *proof, struct ike_auth_answer *answer)
{
	const struct bytes data = proof->auth.data;

	if (request && request->kind == AUTH_CHECK && data.n && data.n <= sizeof(request->proof)) {
		memcpy(request->proof, data.p, data.n);
		request->proof_n = (uint32_t)data.n;
	}
	return job_auth(ike, side, request, answer);
}

bool v2_proof_keep(struct ike_sa *ike, const struct v2_proof *proof, uint64_t trust)
{
	if (!policy_id_keep(&ike->remote_id, &proof->id))
		return false;
	return !v2_proof_signs(proof) || evidence_keep(&proof->certs, ike, trust);
}

static void note_certs(const struct v2_in *in, struct v2_proof *out)
{
	struct wire_error error;
	struct wire_cert cert;

	out->certs.n = 0;
	for (unsigned int i = 0; i < in->payloads->n; i++)
		if (in->payloads->list[i].type == IKE_PL_CERT &&
		    !wire_read_cert(&in->payloads->list[i], &cert, &error))
			evidence_add_cert(&out->certs, cert.encoding, cert.data);
}

bool v2_proof_read(const struct v2_in *in, uint8_t id_type, struct v2_proof *out)
{
	const struct wire_payload *id = wire_payload_find(in->payloads, id_type);
	const struct wire_payload *auth = wire_payload_find(in->payloads, IKE_PL_AUTH);
	struct wire_error error;
	struct wire_id wire;

	if (!id || !auth || wire_read_id(id, &wire, &error) || !id_from_wire(&wire, &out->id) ||
	    wire_read_auth(auth, &out->auth, &error))
		return false;
	out->id_body = wire.rest;
	note_certs(in, out);
	return true;
}

const char *v2_proof_blame(const struct v2_in *in, uint8_t id_type)
{
	const struct wire_payload *id = wire_payload_find(in->payloads, id_type);
	struct wire_error error;
	struct wire_id wire;

	if (id && !wire_read_id(id, &wire, &error) && wire.data.n > POLICY_ID_MAX)
		return "has a longer identity than can be configured here: give it another "
		       "local-id there";
	return "did not prove its identity";
}
