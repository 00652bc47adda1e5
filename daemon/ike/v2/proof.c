// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/v2/proof.h"

#include <stdlib.h>
#include <string.h>

#include "base/items.h"
#include "base/secret.h"
#include "ike/certified.h"
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

static size_t certs_room(const struct v2_proof *theirs)
{
	size_t n = 0;

	for (unsigned int i = 0; i < theirs->n_certs; i++)
		n += item_room(theirs->certs[i].n);
	return n;
}

static void put_certs(const struct v2_proof *theirs, uint8_t *at)
{
	for (unsigned int i = 0; i < theirs->n_certs; i++)
		at = item_put(at, theirs->certs[i]);
}

/* What is checked by a certificate: AUTH, identity and certificates, as items. */
static size_t tail_room(const struct v2_proof *theirs)
{
	return item_room(1 + theirs->auth.data.n) + item_room(1 + theirs->id.n) +
	       certs_room(theirs);
}

static void put_tail(const struct v2_proof *theirs, uint8_t *at)
{
	uint8_t id[1 + POLICY_ID_MAX] = { theirs->id.type };

	memcpy(id + 1, theirs->id.b, theirs->id.n);
	at = item_put_two(at, bytes_of(&theirs->auth.method, 1), theirs->auth.data);
	put_certs(theirs, item_put(at, bytes_of(id, 1U + theirs->id.n)));
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
	size_t tail_n = theirs && kind == AUTH_VERIFY ? tail_room(theirs) : 0;
	uint8_t octets[V2_INT_AUTH_MAX];
	struct bytes further = v2_intermediate_signed(ike, octets);
	struct ike_auth_request *request;

	if (tail_n > AUTH_CERTS_MOST)
		return NULL;
	request = ike_auth_request_new(kind, n + further.n + tail_n);
	if (!request)
		return NULL;
	request->prf = ike->keys.prf->id;
	request->tail_n = (uint32_t)tail_n;
	memcpy(request->octets, message.p, message.n);
	memcpy(request->octets + message.n, nonce.p, nonce.n);
	if (further.n)
		memcpy(request->octets + n, further.p, further.n);
	if (theirs && tail_n)
		put_tail(theirs, request->octets + n + further.n);
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
	struct secret *certs;
	size_t n = certs_room(proof);

	if (!policy_id_keep(&ike->remote_id, &proof->id))
		return false;
	if (!v2_proof_signs(proof))
		return true;
	certs = malloc(sizeof(*certs) + n);
	if (!certs)
		return false;
	certs->n = n;
	put_certs(proof, certs->b);
	certified_keep(ike, certs, trust);
	return true;
}

const char *v2_proof_reason(struct ike_auth_answer *answer)
{
	answer->octets[sizeof(answer->octets) - 1] = '\0';
	return answer->failed || !answer->octets[0] ? V2_KEY_FAILS : (const char *)answer->octets;
}

/* Notes certificates of X.509; others mean nothing to us, and are not even looked into. */
static void note_certs(const struct v2_in *in, struct v2_proof *out)
{
	struct wire_error error;
	struct wire_cert cert;

	out->n_certs = 0;
	for (unsigned int i = 0; i < in->payloads->n && out->n_certs <= CERT_PEER_MAX; i++)
		if (in->payloads->list[i].type == IKE_PL_CERT &&
		    !wire_read_cert(&in->payloads->list[i], &cert, &error) &&
		    cert.encoding == IKE_CERT_X509_SIGNATURE)
			out->certs[out->n_certs++] = cert.data;
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
