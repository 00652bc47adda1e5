// SPDX-License-Identifier: GPL-2.0-or-later
/* IKE_AUTH where we began: our proof, and the peer's in its answer. */
#include <string.h>

#include "base/log.h"
#include "base/secret.h"
#include "policy/id.h"
#include "ike/ike_life.h"
#include "ike/v2/cert.h"
#include "ike/v2/mobike.h"
#include "ike/v2/proof.h"
#include "ike/v2/v2.h"
#include "prop/prop.h"

#define CERT_REMEDY	"see its log; local-id has to stand in our certificate, and the peer to " \
			"trust the authority that issued it"
#define KEY_REMEDY	"check pre-shared-key key-file and local-id/peer-id on both ends"

/* What the SA was begun for is not configured any more: what else it is of use for. */
static struct slot *first_wanted(struct gateway *gw)
{
	struct slot *slot = gw->slots;

	while (slot && (!slot_wanted(slot) || slot_busy(slot)))
		slot = slot->next;
	return slot;
}

/* Another attempt of ours may have come up at the peer, and its answer be late. */
static bool is_one_of_two(const struct ike_sa *ike)
{
	for (const struct ike_sa *other = ike->gw->ikes; other; other = other->gw_next)
		if (other != ike && other->initiator && other->state == IKE_AUTH_SENT)
			return true;
	return false;
}

/*
 * Whether this IKE SA is to be the only one with the peer (section 2.4): we have just
 * started, or all that there was is gone.  The peer may not know of that, and keep its ends.
 * Where another gateway has the same identities, the peer would delete what that one has, and
 * they would end each other's IKE SAs.
 */
static bool is_initial_contact(const struct ike_sa *ike)
{
	const struct gateway *gw = ike->gw;

	return (!gw->contacted || !gw->ikes->gw_next) && !is_one_of_two(ike) &&
	       gateway_is_sole(gw);
}

/*
 * AUTH of ours, with the PPK that is agreed on, in *@made; the one without in *@plain, which is
 * empty if none is to be sent.  False: job_waits(), or it cannot be made.
 */
static bool make_proofs(struct ike_sa *ike, struct ike_auth_answer *made,
			struct ike_auth_answer *plain)
{
	const struct policy_ppk *ppk = v2_ppk_ours(ike);
	bool needs_plain = ppk && ike->conf->ppk.mode == POLICY_PPK_PREFERRED;
	struct keymat_ike keys = ike->keys;
	bool good;

	plain->n = 0;
	good = (!needs_plain ||
		v2_proof_make(ike, &ike->keys, JOB_OURS, ike->conf, &ike->local_id, plain)) &&
	       (!ppk || v2_ppk_mix(ike, JOB_OURS, ppk, &keys)) &&
	       v2_proof_make(ike, &keys, JOB_OURS, ike->conf, &ike->local_id, made);
	secret_wipe(&keys, sizeof(keys));
	return good;
}

/* The peer does not know what we insist on. */
static bool lacks_ppk(struct ike_sa *ike)
{
	char peer[ADDR_TEXT];

	if (ike->use_ppk || ike->conf->ppk.mode != POLICY_PPK_MANDATORY)
		return false;
	gateway_fail(ike->gw, "peer %s does not use post-quantum pre-shared keys (RFC 8784), which "
			      "are mandatory here: enable them there, or set pq-ppk "
			      "negotiation-mode preferred",
		     addr_text(&ike->path->remote.addr, peer));
	return true;
}

/* Children are made later. */
static bool goes_childless(const struct ike_sa *ike)
{
	return ike->conf->childless == POLICY_CHILDLESS_FORCE ||
	       (ike->gw->childless && ike->hs->childless &&
		ike->conf->childless == POLICY_CHILDLESS_ALLOW);
}

/* The peer does not know what we insist on. */
static bool lacks_childless(struct ike_sa *ike)
{
	char peer[ADDR_TEXT];

	if (ike->conf->childless != POLICY_CHILDLESS_FORCE || ike->hs->childless)
		return false;
	gateway_fail(ike->gw, "peer %s does not make IKE SAs without a child SA (RFC 6023), which "
			      "are forced here: set protocol ikev2 childless allow",
		     addr_text(&ike->path->remote.addr, peer));
	return true;
}

/* Writes what asks for a child; false: there is none to ask for, or no memory. */
static bool put_child(struct ike_sa *ike, struct task *task, struct wire_writer *w)
{
	struct gateway *gw = ike->gw;
	struct slot *slot = slot_find(gw, ike->hs->slot);
	struct child_sa *child;
	struct prop_list esp;

	if (!slot || slot->gone)
		slot = first_wanted(gw);
	child = slot ? child_new(ike, slot, true) : NULL;
	if (!child)
		return false;
	child->in_auth = true;
	task->fresh = child->token;
	esp = slot->tunnel->esp;
	prop_list_without_dh(&esp);
	v2_child_put_mode(slot, w);
	v2_child_offer(child, &esp, w);
	v2_child_ask_ts(slot, NULL, w);
	return true;
}

bool v2_auth_build(struct ike_sa *ike, struct task *task, struct wire_writer *w)
{
	struct gateway *gw = ike->gw;
	struct ike_auth_answer made, plain;
	struct ike_id ours;

	ours = id_or_addr(&gw->conf->local_id, &ike->path->local.addr);
	if (lacks_ppk(ike) || lacks_childless(ike) || !policy_id_keep(&ike->local_id, &ours))
		return false;
	if (!make_proofs(ike, &made, &plain)) {
		if (!job_waits(ike, JOB_OURS))
			gateway_fail(gw, "we cannot authenticate to the peer: %s",
				     gw->conf->cert && !ike->hs->hashes ? V2_CERT_OLD :
				     V2_KEY_FAILS);
		return false;
	}
	wire_put_id(w, IKE_PL_IDI, ike->local_id.type, bytes_of(ike->local_id.b, ike->local_id.n));
	v2_cert_put(ike->conf, w);
	v2_cert_ask(ike->conf, w);
	if (ike->hs->announces)
		v2_cert_announce(ike->conf, w);
	if (is_initial_contact(ike))
		wire_put_notify(w, IKE_N_INITIAL_CONTACT, bytes_of(NULL, 0));
	/* There is no telling which one of many it will be. */
	if (gw->conf->peer_id.n && !gw->conf->peer_pattern)
		wire_put_id(w, IKE_PL_IDR, gw->conf->peer_id.type,
			    bytes_of(gw->conf->peer_id.b, gw->conf->peer_id.n));
	v2_proof_put(w, ike->conf, &made);
	if (v2_ppk_ours(ike))
		v2_ppk_put(w, v2_ppk_ours(ike));
	if (plain.n)
		wire_put_notify(w, IKE_N_NO_PPK_AUTH, bytes_of(plain.octets, plain.n));
	secret_wipe(&plain, sizeof(plain));
	v2_crash_put(ike, w);
	if (ike->conf->mobike == POLICY_MOBIKE_YES)
		v2_mobike_put(w);
	return goes_childless(ike) || put_child(ike, task, w);
}

/* Closes what we could not or must not go on with. */
static void give_up(struct ike_sa *ike, bool tell_peer)
{
	struct gateway *gw = ike->gw;

	if (tell_peer)
		ike_delete(ike);
	else
		ike_close(ike, false);
	if (!gw->gone && gateway_lacks_ike(gw))
		gateway_backoff(gw);
}

/*
 * A peer that can do without a child in IKE_AUTH may insist on that, and all it says then is that
 * our request is malformed.  It is asked once more, without.
 */
static bool may_be_forced(struct ike_sa *ike, const struct task *task,
			  const struct wire_notify *notify)
{
	struct gateway *gw = ike->gw;
	bool asked = gw->childless;

	gw->childless = task->fresh && ike->hs->childless &&
			notify->type == IKE_N_INVALID_SYNTAX &&
			ike->conf->childless == POLICY_CHILDLESS_ALLOW;
	return gw->childless && !asked;
}

/* The peer's answer to our proof is an error. */
static void refused(struct ike_sa *ike, const struct task *task, const struct wire_notify *notify)
{
	char peer[ADDR_TEXT], name[32];

	addr_text(&ike->path->remote.addr, peer);
	if (may_be_forced(ike, task, notify)) {
		log_info(ike->gw->subject, "peer %s may want an IKE SA without a child SA at first "
					   "(RFC 6023): it is asked for one", peer);
		ike_close(ike, false);
		return;
	}
	if (notify->type == IKE_N_AUTHENTICATION_FAILED && ike->conf->cert)
		gateway_fail(ike->gw, "peer %s refused our identity or certificate "
				      "(AUTHENTICATION_FAILED): " CERT_REMEDY, peer);
	else if (notify->type == IKE_N_AUTHENTICATION_FAILED)
		gateway_fail(ike->gw, "peer %s refused our identity or pre-shared key "
				      "(AUTHENTICATION_FAILED): "
			     KEY_REMEDY, peer);
	else
		gateway_fail(ike->gw, "peer %s refused our authentication (%s): see its log", peer,
			     v2_notify_text(notify->type, name));
	give_up(ike, false);
}

/* AUTH is by the key of our configuration; false: it is not, or that is still to be found out. */
static bool has_our_key(struct ike_sa *ike, const struct keymat_ike *keys,
			const struct v2_proof *proof)
{
	struct ike_auth_request *request = v2_proof_question(ike, keys, proof);
	struct ike_auth_answer answer;
	char theirs[ID_TEXT], peer[ADDR_TEXT];

	if (request)
		ike_auth_request_add(request, policy_gateway_proof(ike->conf));
	if (!v2_proof_check(ike, JOB_OURS, request, proof, &answer))
		return false;
	addr_text(&ike->path->remote.addr, peer);
	id_text(&proof->id, theirs);
	if (answer.key)
		return true;
	if (v2_proof_signs(proof))
		gateway_fail(ike->gw, "peer %s (%s) is not let in by its certificate: %s", peer,
			     theirs, evidence_reason(&answer));
	else if (answer.failed)
		gateway_fail(ike->gw, "peer %s (%s) cannot be authenticated: " V2_KEY_FAILS, peer,
			     theirs);
	else
		gateway_fail(ike->gw, "pre-shared keys differ: peer %s (%s) used another than "
				      "ours; check key-file on both ends",
			     peer, theirs);
	return false;
}

/*
 * AUTH is by our key, and the PPK is in it where the peer has one in common with us: goes on with
 * that.  False: it is not, or job_waits().
 */
static bool keys_agree(struct ike_sa *ike, const struct v2_in *in, const struct v2_proof *proof)
{
	const struct policy_ppk *ppk = in->notes.has_ppk ? v2_ppk_ours(ike) : NULL;
	struct keymat_ike keys = ike->keys;
	char peer[ADDR_TEXT];
	bool good = true;

	addr_text(&ike->path->remote.addr, peer);
	if (!ppk && ike->conf->ppk.mode == POLICY_PPK_MANDATORY) {
		gateway_fail(ike->gw, "peer %s does not have our post-quantum pre-shared key, "
				      "which is mandatory here: check pq-ppk keys on both ends",
			     peer);
		return false;
	}
	if (ppk && !v2_ppk_mix(ike, JOB_OURS, ppk, &keys)) {
		good = false;
		if (!job_waits(ike, JOB_OURS))
			gateway_fail(ike->gw, "peer %s cannot be authenticated: " V2_KEY_FAILS,
				     peer);
	}
	good = good && has_our_key(ike, &keys, proof);
	if (good)
		v2_ppk_adopt(ike, ppk, &keys);
	secret_wipe(&keys, sizeof(keys));
	return good;
}

/* False: it did not, or job_waits(). */
static bool peer_proved(struct ike_sa *ike, const struct v2_in *in)
{
	const struct policy_gateway *conf = ike->conf;
	struct ike_id expected = id_or_addr(&conf->peer_id, &ike->path->remote.addr);
	char theirs[ID_TEXT], ours[ID_TEXT], peer[ADDR_TEXT], method[32];
	struct v2_proof proof;

	addr_text(&ike->path->remote.addr, peer);
	if (!v2_proof_read(in, IKE_PL_IDR, &proof)) {
		gateway_fail(ike->gw, "peer %s %s", peer, v2_proof_blame(in, IKE_PL_IDR));
		return false;
	}
	if (!match_id(conf, &proof.id, &ike->path->remote.addr)) {
		gateway_fail(ike->gw, "peer %s says it is %s, expected is %s: set peer-id here "
				      "or local-id at the peer",
			     peer, id_text(&proof.id, theirs), id_text(&expected, ours));
		return false;
	}
	if (conf->trust ? !v2_proof_signs(&proof) : proof.auth.method != IKE_AUTH_PSK) {
		gateway_fail(ike->gw, "peer %s authenticates by %s instead of a %s", peer,
			     v2_cert_method(proof.auth.method, method),
			     conf->trust ? "certificate" : "pre-shared key");
		return false;
	}
	if (!keys_agree(ike, in, &proof))
		return false;
	return v2_proof_keep(ike, &proof, conf->trust);
}

void v2_auth_response(struct ike_sa *ike, struct task *task, const struct v2_in *in)
{
	struct child_sa *fresh = child_held(ike->core, task->fresh);
	struct handshake *hs = ike->hs;
	uint8_t nonces[2 * IKE_NONCE_MAX] = { 0 };
	struct bytes ni = bytes_of(nonces, hs->ni_n);
	struct bytes nr = bytes_of(nonces + hs->ni_n, hs->nr_n);

	/* Without AUTH an error is about the IKE SA, with it about the child alone. */
	if (in->notes.failed && !wire_payload_find(in->payloads, IKE_PL_AUTH)) {
		refused(ike, task, &in->notes.error);
		return;
	}
	if (!peer_proved(ike, in)) {
		if (!job_waits(ike, JOB_OURS))
			give_up(ike, true);
		return;
	}
	memcpy(nonces, hs->ni, hs->ni_n);
	memcpy(nonces + hs->ni_n, hs->nr, hs->nr_n);
	ike->gw->contacted = true;
	v2_plain_learn(ike);
	v2_crash_take(ike, in);
	ike->mobike = in->notes.mobike && ike->conf->mobike == POLICY_MOBIKE_YES;
	ike_established(ike);
	if (in->notes.has_auth_life)
		ike_proof_ends(ike, in->notes.auth_life);
	if (fresh)
		v2_child_take(fresh, in, ni, nr);
}
