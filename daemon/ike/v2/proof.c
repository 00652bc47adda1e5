// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/v2/proof.h"

#include <string.h>

#include "base/secret.h"
#include "wire/v2_build.h"

/* Body of an ID payload, which is what AUTH covers. */
static struct bytes id_body(const struct ike_id *id, uint8_t out[POLICY_ID_MAX + 4])
{
	memset(out, 0, 4);
	out[0] = id->type;
	memcpy(out + 4, id->b, id->n);
	return bytes_of(out, id->n + 4u);
}

struct ike_auth_request *v2_proof_request(const struct ike_sa *ike, const struct keymat_ike *keys,
					  enum auth_kind kind, struct bytes id)
{
	const struct handshake *hs = ike->hs;
	bool initiator = ike->initiator == (kind == AUTH_MAKE);
	struct bytes message = packet_bytes(initiator ? hs->request : hs->response);
	struct bytes nonce = initiator ? bytes_of(hs->nr, hs->nr_n) : bytes_of(hs->ni, hs->ni_n);
	size_t n = message.n + nonce.n + ike->keys.prf->out_n;
	uint8_t octets[V2_INT_AUTH_MAX];
	struct bytes further = v2_intermediate_signed(ike, octets);
	struct ike_auth_request *request = ike_auth_request_new(kind, n + further.n);

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

bool v2_proof_make(struct ike_sa *ike, const struct keymat_ike *keys, enum job_side side,
		   uint64_t key, const struct ike_id *id, struct ike_auth_answer *made)
{
	struct ike_auth_request *request;
	uint8_t body[POLICY_ID_MAX + 4];

	request = v2_proof_request(ike, keys, AUTH_MAKE, id_body(id, body));
	if (request)
		ike_auth_request_add(request, key);
	return job_auth(ike, side, request, made) && !made->failed;
}

void v2_proof_put(struct wire_writer *w, struct ike_auth_answer *made)
{
	wire_put_auth(w, IKE_AUTH_PSK, bytes_of(made->octets, made->n));
	secret_wipe(made, sizeof(*made));
}

bool v2_proof_check(struct ike_sa *ike, enum job_side side, struct ike_auth_request *request,
		    const struct v2_proof *proof, uint64_t *key, bool *failed)
{
	const struct bytes data = proof->auth.data;
	struct ike_auth_answer answer;

	if (request && data.n && data.n <= sizeof(request->proof)) {
		memcpy(request->proof, data.p, data.n);
		request->proof_n = (uint32_t)data.n;
	}
	if (!job_auth(ike, side, request, &answer))
		return false;
	*key = answer.key;
	*failed = answer.failed;
	return true;
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
