// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "base/secret.h"
#include "ike/child_kernel.h"
#include "ike/evidence.h"
#include "ike/ike_life.h"
#include "ike/match.h"
#include "ike/nonce.h"
#include "ike/stranger.h"
#include "ike/v1/v1.h"
#include "msg/auth_msg.h"
#include "policy/id.h"

#define ID_HEAD	4	/* type, protocol, port */

bool v1_key_pair(struct ike_sa *ike, enum job_side side)
{
	struct job_dh want = { .group = ike->hs->group, .own = &ike->hs->dh };

	return ike->hs->dh || job_dh(ike, side, &want);
}

void v1_keys_put(struct isakmp_writer *w, struct ike_sa *ike, struct bytes nonce)
{
	isakmp_put(w, ISAKMP_PL_KE, dh_public(ike->hs->dh));
	isakmp_put(w, ISAKMP_PL_NONCE, nonce);
}

bool v1_keys_read(struct ike_sa *ike, const struct v1_in *in)
{
	const struct isakmp_payload *ke = isakmp_find(&in->payloads, ISAKMP_PL_KE, NULL);
	const struct isakmp_payload *nonce = isakmp_find(&in->payloads, ISAKMP_PL_NONCE, NULL);
	struct handshake *hs = ike->hs;
	struct wire_error error;
	struct bytes n;

	if (!ke || !nonce || isakmp_read_nonce(nonce, &n, &error) ||
	    ke->body.n > sizeof(hs->peer_public) || dh_check(hs->group, ke->body))
		return false;
	memcpy(hs->peer_public, ke->body.p, ke->body.n);
	hs->peer_public_n = ke->body.n;
	memcpy(ike->initiator ? hs->nr : hs->ni, n.p, n.n);
	*(ike->initiator ? &hs->nr_n : &hs->ni_n) = n.n;
	return true;
}

/* Views of what the keys are made of; all but the shared secret. */
static struct keymat_v1_input input_of(const struct ike_sa *ike)
{
	const struct handshake *hs = ike->hs;
	struct bytes theirs = bytes_of(hs->peer_public, hs->peer_public_n);
	struct bytes ours = dh_public(hs->dh);

	return (struct keymat_v1_input){
		.encr = ike->prop.encr,
		.prf = ike->prop.prf,
		.proof_prf = v1_sign_prf(ike),
		.public_i = ike->initiator ? ours : theirs,
		.public_r = ike->initiator ? theirs : ours,
		.cky_i = bytes_of(ike->spi_i, IKE_SPI_LEN),
		.cky_r = bytes_of(ike->spi_r, IKE_SPI_LEN),
	};
}

/* Asks `auth`, which has the pre-shared key, for SKEYID; false: job_waits(). */
static bool ask_skeyid(struct ike_sa *ike, enum job_side side, struct ike_auth_answer *answer)
{
	const struct handshake *hs = ike->hs;
	struct ike_auth_request *request;

	memset(answer, 0, sizeof(*answer));
	/* That of signatures takes no secret but the one that we share with the peer. */
	if (v1_of(ike)->auth)
		return true;
	request = ike_auth_request_new(AUTH_SKEYID, hs->ni_n + hs->nr_n);
	if (request) {
		request->prf = ike->prop.prf->id;
		ike_auth_request_add(request, v1_of(ike)->key);
		memcpy(request->octets, hs->ni, hs->ni_n);
		memcpy(request->octets + hs->ni_n, hs->nr, hs->nr_n);
	}
	return job_auth(ike, side, request, answer);
}

/* Of signatures, from what both ends share now. */
static void own_skeyid(const struct ike_sa *ike, const struct job_dh *exchange,
		       struct ike_auth_answer *skeyid)
{
	const struct handshake *hs = ike->hs;
	uint8_t nonces[2 * ISAKMP_NONCE_MAX];

	memcpy(nonces, hs->ni, hs->ni_n);
	memcpy(nonces + hs->ni_n, hs->nr, hs->nr_n);
	skeyid->failed = keymat_v1_skeyid_sign(ike->prop.prf,
					       bytes_of(nonces, hs->ni_n + hs->nr_n),
					       dh_secret_bytes(&exchange->shared),
					       skeyid->octets);
	skeyid->n = ike->prop.prf->out_n;
}

static bool make(struct ike_sa *ike, struct ike_auth_answer *skeyid,
		 const struct job_dh *exchange)
{
	const struct handshake *hs = ike->hs;
	struct keymat_v1_input input;
	struct v1_sa *own = v1_of(ike);

	if (v1_of(ike)->auth && !exchange->error)
		own_skeyid(ike, exchange, skeyid);
	if (skeyid->failed || skeyid->n != ike->prop.prf->out_n || exchange->error)
		return false;
	input = input_of(ike);
	input.shared = dh_secret_bytes(&exchange->shared);
	if (keymat_v1_phase1(&input, skeyid->octets, &own->keys) ||
	    keymat_v1_iv_first(&input, &own->iv))
		return false;
	nonce_lesser(bytes_of(hs->ni, hs->ni_n), bytes_of(hs->nr, hs->nr_n), ike->nonce_min);
	return true;
}

bool v1_keys_make(struct ike_sa *ike, enum job_side side)
{
	struct handshake *hs = ike->hs;
	struct job_dh exchange = {
		.group = hs->group, .own = &hs->dh,
		.peer = bytes_of(hs->peer_public, hs->peer_public_n),
	};
	struct ike_auth_answer skeyid;
	char peer[ADDR_TEXT];

	if (!ask_skeyid(ike, side, &skeyid))
		return false;
	if (!job_dh(ike, side, &exchange)) {
		secret_wipe(&skeyid, sizeof(skeyid));
		return false;
	}
	ike->keyed = hs->dh && make(ike, &skeyid, &exchange);
	if (!ike->keyed)
		stranger_fail(ike->core, ike->initiator ? ike->gw : NULL,
			      "the keys for peer %s could not be made: %s",
			      addr_text(&ike->path->remote.addr, peer),
			      exchange.error ? dh_error_text(exchange.error) :
					       v1_of(ike)->auth ?
					       "the crypto library failed" :
					       "the pre-shared key could not be used here");
	secret_wipe(&skeyid, sizeof(skeyid));
	secret_wipe(&exchange.shared, sizeof(exchange.shared));
	return ike->keyed;
}

/* HASH_I, or HASH_R, over the ID payload with body @id; empty where that cannot be. */
static struct bytes proof_hash(const struct ike_sa *ike, bool initiator, struct bytes id,
			       uint8_t out[ALG_PRF_MAX])
{
	const struct keymat_v1_input input = input_of(ike);
	const struct v1_sa *own = v1_of(ike);

	if (keymat_v1_proof(&own->keys, &input, initiator, packet_bytes(own->offer), id, out))
		return bytes_of(NULL, 0);
	return bytes_of(out, input.proof_prf->out_n);
}

/* The body of the ID payload of @id. */
struct id_body {
	uint8_t octets[ID_HEAD + POLICY_ID_MAX];
	size_t n;
};

static void id_body(const struct ike_id *id, struct id_body *out)
{
	out->n = ID_HEAD + (size_t)id->n;
	memset(out->octets, 0, ID_HEAD);
	out->octets[0] = id->type;
	memcpy(out->octets + ID_HEAD, id->b, id->n);
}

void v1_id_put(struct isakmp_writer *w, const struct ike_id *id)
{
	struct id_body body;

	id_body(id, &body);
	isakmp_put(w, ISAKMP_PL_ID, bytes_of(body.octets, body.n));
}

bool v1_proof_put(struct isakmp_writer *w, struct ike_sa *ike, const struct ike_id *id,
		  const struct policy_gateway *conf)
{
	uint8_t octets[ALG_PRF_MAX];
	struct id_body body;
	struct bytes hash;

	id_body(id, &body);
	hash = proof_hash(ike, ike->initiator, bytes_of(body.octets, body.n), octets);
	if (!hash.n)
		return false;
	if (v1_of(ike)->auth)
		return v1_sign_put(w, ike, hash, conf);
	isakmp_put(w, ISAKMP_PL_HASH, hash);
	return true;
}

bool v1_id_read(const struct v1_in *in, struct bytes *body, struct ike_id *id)
{
	const struct isakmp_payload *payload = isakmp_find(&in->payloads, ISAKMP_PL_ID, NULL);
	struct wire_error error;
	struct isakmp_id said;
	struct wire_id wire;

	if (!payload || isakmp_read_id(payload, &said, &error))
		return false;
	*body = payload->body;
	wire = (struct wire_id){ .type = said.type, .data = said.data };
	return id_from_wire(&wire, id);
}

bool v1_proof_good(const struct ike_sa *ike, const struct v1_in *in, struct bytes id)
{
	size_t n = ike->prop.prf->out_n;
	const struct isakmp_payload *hash = v1_payload(in, ISAKMP_PL_HASH, n);
	uint8_t proof[ALG_PRF_MAX];

	return hash && proof_hash(ike, !ike->initiator, id, proof).n == n &&
	       secret_equal(proof, hash->body.p, n);
}

struct ike_auth_request *v1_proof_question(const struct ike_sa *ike, const struct v1_in *in,
					   const struct ike_id *id, struct bytes body)
{
	uint8_t octets[ALG_PRF_MAX];

	return v1_sign_question(ike, in, id, proof_hash(ike, !ike->initiator, body, octets));
}

bool v1_signature_good(struct ike_sa *ike, const struct v1_in *in, const struct ike_id *id,
		       struct bytes body)
{
	struct ike_auth_request *request = v1_proof_question(ike, in, id, body);
	char peer[ADDR_TEXT], theirs[ID_TEXT];
	struct ike_auth_answer answer;

	if (request)
		ike_auth_request_add(request, ike->conf->trust);
	if (!job_auth(ike, JOB_OURS, request, &answer))
		return false;
	if (answer.key && answer.key == ike->conf->trust &&
	    v1_sign_keep(ike, in, answer.key))
		return true;
	stranger_fail(ike->core, ike->gw, "peer %s (%s) is not let in by its certificate: %s",
		      addr_text(&ike->path->remote.addr, peer), id_text(id, theirs),
		      evidence_reason(&answer));
	return false;
}

bool v1_proof_read(struct ike_sa *ike, const struct v1_in *in, struct ike_id *id)
{
	struct bytes body;

	if (!v1_id_read(in, &body, id))
		return false;
	if (!v1_of(ike)->auth)
		return v1_proof_good(ike, in, body);
	return isakmp_find(&in->payloads, ISAKMP_PL_SIG, NULL) &&
	       v1_signature_good(ike, in, id, body);
}

bool v1_peer_fits(struct ike_sa *ike, const struct ike_id *id)
{
	const struct addr *remote = &ike->path->remote.addr;
	char theirs[ID_TEXT], ours[ID_TEXT], peer[ADDR_TEXT];
	struct ike_id expected;

	if (match_id(ike->conf, id, remote) && policy_id_keep(&ike->remote_id, id))
		return true;
	expected = id_or_addr(&ike->conf->peer_id, remote);
	gateway_fail(ike->gw, "peer %s says it is %s, expected is %s: set peer-id here or local-id "
			      "at the peer",
		     addr_text(remote, peer), id_text(id, theirs), id_text(&expected, ours));
	return false;
}

bool v1_needed(const struct gateway *gw)
{
	return gateway_lacks_ike(gw) || gw->ike->doubted || gw->ike->stale;
}

/* Both are with the same peer, which knows the children of @old. */
static bool succeeds(const struct ike_sa *ike, const struct ike_sa *old)
{
	return old && old != ike && v1_speaks(old) && old->state == IKE_UP && !old->doubted &&
	       ike->begun > old->up_at && id_same(&old->remote_id, &ike->remote_id) &&
	       pathref_encap(old->path) == pathref_encap(ike->path);
}

/* An IKE SA and its children have one path. */
static void take_path(struct ike_sa *ike, const struct ike_sa *old)
{
	struct pathref *path = pathref_get(old->path), *own = ike->path;

	path->nat_local = own->nat_local;
	path->nat_remote = own->nat_remote;
	if (!endpoint_equal(&path->local, &own->local) ||
	    !endpoint_equal(&path->remote, &own->remote))
		pathref_move(path, &own->local, &own->remote);
	ike->path = path;
	pathref_put(own);
}

/* Children move to the new phase 1; quick modes under way end on the old one. */
static void succeed(struct ike_sa *ike, struct ike_sa *old)
{
	struct child_sa *next;

	take_path(ike, old);
	for (struct child_sa *child = old->children; child; child = next) {
		next = child->ike_next;
		if (child->state != CHILD_NEGOTIATING && !child->unconfirmed)
			child_bequeath(child, ike);
	}
	exchange_move(old, ike);
}

void v1_established(struct ike_sa *ike)
{
	struct ike_sa *old = ike->gw->ike;

	ike->gw->contacted = true;
	if (succeeds(ike, old))
		succeed(ike, old);
	ike_established(ike);
}
