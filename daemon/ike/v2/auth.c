// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/secret.h"
#include "base/text.h"
#include "policy/id.h"
#include "ike/ike_life.h"
#include "ike/stranger.h"
#include "ike/v2/v2.h"
#include "prop/prop_wire.h"

#define IDENTITIES_TEXT	640	/* of those that a peer could have */
#define AND_MORE	" and more"
#define KEY_REMEDY	"check pre-shared-key key-file and local-id/peer-id on both ends"
#define NO_ANSWER	"the key could not be used here; reload the configuration if that goes on"

/* Body of an ID payload, which is what AUTH covers. */
static struct bytes id_body(const struct ike_id *id, uint8_t out[POLICY_ID_MAX + 4])
{
	memset(out, 0, 4);
	out[0] = id->type;
	memcpy(out + 4, id->b, id->n);
	return bytes_of(out, id->n + 4u);
}

/* ID and AUTH payloads of the peer. */
struct proof {
	struct ike_id id;
	struct bytes id_body;	/* as it came, reserved octets and all */
	struct wire_auth auth;
};

/*
 * What an end's AUTH covers, with no key yet: ours, or the peer's; @keys are those of the IKE SA,
 * with a PPK or without.  NULL: no memory.
 */
static struct ike_auth_request *auth_request(const struct ike_sa *ike,
					     const struct keymat_ike *keys, enum auth_kind kind,
					     struct bytes id)
{
	const struct handshake *hs = ike->hs;
	bool initiator = ike->initiator == (kind == AUTH_MAKE);
	struct bytes message = packet_bytes(initiator ? hs->request : hs->response);
	struct bytes nonce = initiator ? bytes_of(hs->nr, hs->nr_n) : bytes_of(hs->ni, hs->ni_n);
	size_t prf_n = ike->keys.prf->out_n;
	struct ike_auth_request *request =
		ike_auth_request_new(kind, message.n + nonce.n + prf_n);

	if (!request)
		return NULL;
	request->prf = ike->keys.prf->id;
	memcpy(request->octets, message.p, message.n);
	memcpy(request->octets + message.n, nonce.p, nonce.n);
	if (!keymat_auth_id(keys, initiator, id, request->octets + message.n + nonce.n))
		return request;
	ike_auth_request_free(request);
	return NULL;
}

/* Has AUTH of ours, who are @id, made: wipe it.  False: job_waits(), or it cannot be made. */
static bool make_auth(struct ike_sa *ike, const struct keymat_ike *keys, enum job_side side,
		      uint64_t key, const struct ike_id *id, struct ike_auth_answer *made)
{
	struct ike_auth_request *request;
	uint8_t body[POLICY_ID_MAX + 4];

	request = auth_request(ike, keys, AUTH_MAKE, id_body(id, body));
	if (request)
		ike_auth_request_add(request, key);
	return job_auth(ike, side, request, made) && !made->failed;
}

static void put_auth(struct wire_writer *w, struct ike_auth_answer *made)
{
	wire_put_auth(w, IKE_AUTH_PSK, bytes_of(made->octets, made->n));
	secret_wipe(made, sizeof(*made));
}

/*
 * Has the peer's AUTH checked against the keys in @request, which is taken over.  True with the
 * one that it was made with in *@key, 0 where there is none; *@failed: that is not certain.
 */
static bool check_auth(struct ike_sa *ike, enum job_side side, struct ike_auth_request *request,
		       const struct proof *proof, uint64_t *key, bool *failed)
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

static bool read_proof(const struct v2_in *in, uint8_t id_type, struct proof *out)
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

/* Why read_proof() fails, after the peer's address. */
static const char *unproved(const struct v2_in *in, uint8_t id_type)
{
	const struct wire_payload *id = wire_payload_find(in->payloads, id_type);
	struct wire_error error;
	struct wire_id wire;

	if (id && !wire_read_id(id, &wire, &error) && wire.data.n > POLICY_ID_MAX)
		return "has a longer identity than can be configured here: give it another "
		       "local-id there";
	return "did not prove its identity";
}

/* --- initiator --- */

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
	uint64_t key = ike->conf->key;
	bool good;

	plain->n = 0;
	good = (!needs_plain ||
		make_auth(ike, &ike->keys, JOB_OURS, key, &ike->local_id, plain)) &&
	       (!ppk || v2_ppk_mix(ike, JOB_OURS, ppk, &keys)) &&
	       make_auth(ike, &keys, JOB_OURS, key, &ike->local_id, made);
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

bool v2_auth_build(struct ike_sa *ike, struct task *task, struct wire_writer *w)
{
	struct gateway *gw = ike->gw;
	struct handshake *hs = ike->hs;
	struct ike_auth_answer made, plain;
	struct child_sa *child;
	struct prop_list esp;
	struct slot *slot;

	ike->local_id = id_or_addr(&gw->conf->local_id, &ike->path->local.addr);
	if (lacks_ppk(ike))
		return false;
	if (!make_proofs(ike, &made, &plain)) {
		if (!job_waits(ike, JOB_OURS))
			gateway_fail(gw, "we cannot authenticate to the peer: " NO_ANSWER);
		return false;
	}
	wire_put_id(w, IKE_PL_IDI, ike->local_id.type, bytes_of(ike->local_id.b, ike->local_id.n));
	if (is_initial_contact(ike))
		wire_put_notify(w, IKE_N_INITIAL_CONTACT, bytes_of(NULL, 0));
	/* There is no telling which one of many it will be. */
	if (gw->conf->peer_id.n && !gw->conf->peer_pattern)
		wire_put_id(w, IKE_PL_IDR, gw->conf->peer_id.type,
			    bytes_of(gw->conf->peer_id.b, gw->conf->peer_id.n));
	put_auth(w, &made);
	if (v2_ppk_ours(ike))
		v2_ppk_put(w, v2_ppk_ours(ike));
	if (plain.n)
		wire_put_notify(w, IKE_N_NO_PPK_AUTH, bytes_of(plain.octets, plain.n));
	secret_wipe(&plain, sizeof(plain));
	slot = slot_find(gw, hs->slot);
	if (!slot || slot->gone)
		slot = first_wanted(gw);
	if (!slot)
		return false;
	child = child_new(ike, slot, true);
	if (!child)
		return false;
	child->in_auth = true;
	task->fresh = child->token;
	esp = slot->tunnel->esp;
	prop_list_without_dh(&esp);
	v2_child_put_mode(slot, w);
	v2_child_offer(child, &esp, w);
	v2_child_put_ts(&slot->proxy->ts, true, w);
	return true;
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

/* The peer's answer to our proof is an error. */
static void refused(struct ike_sa *ike, const struct wire_notify *notify)
{
	char peer[ADDR_TEXT], name[32];

	addr_text(&ike->path->remote.addr, peer);
	if (notify->type == IKE_N_AUTHENTICATION_FAILED)
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
			const struct proof *proof)
{
	struct ike_auth_request *request = auth_request(ike, keys, AUTH_CHECK, proof->id_body);
	char theirs[ID_TEXT], peer[ADDR_TEXT];
	bool failed;
	uint64_t key;

	if (request)
		ike_auth_request_add(request, ike->conf->key);
	if (!check_auth(ike, JOB_OURS, request, proof, &key, &failed))
		return false;
	addr_text(&ike->path->remote.addr, peer);
	id_text(&proof->id, theirs);
	if (failed)
		gateway_fail(ike->gw, "peer %s (%s) cannot be authenticated: " NO_ANSWER, peer,
			     theirs);
	else if (!key)
		gateway_fail(ike->gw, "pre-shared keys differ: peer %s (%s) used another than "
				      "ours; check key-file on both ends",
			     peer, theirs);
	return key;
}

/*
 * AUTH is by our key, and the PPK is in it where the peer has one in common with us: goes on with
 * that.  False: it is not, or job_waits().
 */
static bool keys_agree(struct ike_sa *ike, const struct v2_in *in, const struct proof *proof)
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
			gateway_fail(ike->gw, "peer %s cannot be authenticated: " NO_ANSWER, peer);
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
	char theirs[ID_TEXT], ours[ID_TEXT], peer[ADDR_TEXT];
	struct proof proof;

	addr_text(&ike->path->remote.addr, peer);
	if (!read_proof(in, IKE_PL_IDR, &proof)) {
		gateway_fail(ike->gw, "peer %s %s", peer, unproved(in, IKE_PL_IDR));
		return false;
	}
	if (!match_id(conf, &proof.id, &ike->path->remote.addr)) {
		gateway_fail(ike->gw, "peer %s says it is %s, expected is %s: set peer-id here "
				      "or local-id at the peer",
			     peer, id_text(&proof.id, theirs), id_text(&expected, ours));
		return false;
	}
	if (proof.auth.method != IKE_AUTH_PSK) {
		gateway_fail(ike->gw, "peer %s authenticates by method %u instead of a "
				      "pre-shared key",
			     peer, proof.auth.method);
		return false;
	}
	if (!keys_agree(ike, in, &proof))
		return false;
	ike->remote_id = proof.id;
	return true;
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
		refused(ike, &in->notes.error);
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
	ike_established(ike);
	if (in->notes.has_auth_life)
		ike_proof_ends(ike, in->notes.auth_life);
	if (fresh)
		v2_child_take(fresh, in, ni, nr);
}

/* --- responder --- */

/* Whom a peer may be. */
struct found {
	struct gateway *good;		/* it has proved that; NULL: none */
	struct match_found match;
	bool failed;			/* the keys of some could not be tried */
	const struct policy_ppk *ppk;	/* in AUTH of the peer, and of ours; NULL: none */
	bool other_ppk;			/* the peer has one that we do not know */
	struct keymat_ike keys;		/* with it; wipe them */
};

/* Has AUTH checked against the keys of all candidates, some at a time; false: job_waits(). */
static bool proven_key(struct ike_sa *ike, const struct proof *proof,
		       const struct match_claim *claim, struct found *found, uint64_t *key)
{
	struct ike_core *core = ike->core;
	struct gateway *gw = match_claimed(core, claim, NULL, &found->match);

	*key = 0;
	if (proof->auth.method != IKE_AUTH_PSK)
		return true;
	while (gw && !*key) {
		struct ike_auth_request *request = auth_request(ike, &found->keys, AUTH_CHECK,
								proof->id_body);
		bool failed;

		while (gw && (!request || ike_auth_request_add(request, gw->conf->key)))
			gw = match_claimed(core, claim, gw, &found->match);
		if (!check_auth(ike, JOB_PEERS, request, proof, key, &failed))
			return false;
		found->failed |= failed;
	}
	return true;
}

/* The PPK that a request names, of the first gateway which has it and may be meant; or NULL. */
static const struct policy_ppk *claimed_ppk(struct ike_sa *ike, const struct match_claim *claim,
					    struct bytes identity)
{
	struct match_found scrap = { 0 };
	struct gateway *gw = match_claimed(ike->core, claim, NULL, &scrap);
	const struct policy_ppk *ppk = NULL;

	while (gw && !ppk) {
		ppk = v2_ppk_named(gw->conf, identity);
		gw = match_claimed(ike->core, claim, gw, &scrap);
	}
	return ppk;
}

/*
 * What the peer's AUTH is to be checked with: keys with its PPK, or, where we do not know that,
 * those without and the other proof, if it sent one (RFC 8784 section 3).  False: job_waits(), or
 * the PPK cannot be used.
 */
static bool choose_proof(struct ike_sa *ike, const struct v2_in *in,
			 const struct match_claim *claim, struct proof *proof, struct found *found)
{
	char peer[ADDR_TEXT];

	found->keys = ike->keys;
	if (!ike->use_ppk || !in->notes.has_ppk)
		return true;
	found->ppk = claimed_ppk(ike, claim, in->notes.ppk);
	found->other_ppk = !found->ppk;
	if (found->other_ppk)
		proof->auth.data = in->notes.no_ppk_auth;
	if (!found->ppk || v2_ppk_mix(ike, JOB_PEERS, found->ppk, &found->keys))
		return true;
	if (!job_waits(ike, JOB_PEERS))
		stranger_fail(ike->core, NULL, "peer %s cannot be authenticated: " NO_ANSWER,
			      addr_text(&ike->path->remote.addr, peer));
	return false;
}

/* Whether @gw, whose peer it is, accepts that the PPK was used, or none; else says why not. */
static bool ppk_fits(struct ike_sa *ike, struct gateway *gw, const struct found *found)
{
	const struct policy_ppks *ours = &gw->conf->ppk;
	char peer[ADDR_TEXT];
	bool fits = !found->ppk && ours->mode != POLICY_PPK_MANDATORY;

	for (unsigned int i = 0; i < ours->n && found->ppk; i++)
		fits |= ours->mode && ours->list[i].key == found->ppk->key;
	if (fits)
		return true;
	addr_text(&ike->path->remote.addr, peer);
	if (found->other_ppk || found->ppk)
		stranger_fail(ike->core, gw,
			      "peer %s has a post-quantum pre-shared key that is not one of ours: "
			      "check pq-ppk keys on both ends", peer);
	else
		stranger_fail(ike->core, gw,
			      "peer %s does not use post-quantum pre-shared keys (RFC 8784), which "
			      "are mandatory here: enable them there, or set pq-ppk "
			      "negotiation-mode preferred",
			      peer);
	return false;
}

/*
 * The gateway for who the peer says it is.  Where more than one has that identity, that whose key
 * it proved.  False: job_waits(), or a key cannot be used.
 */
static bool find_proved(struct ike_sa *ike, const struct v2_in *in, struct proof *proof,
			const struct ike_id *wanted, struct found *found)
{
	const struct match_claim claim = {
		.local = &ike->path->local.addr, .remote = &ike->path->remote.addr,
		.id = &proof->id, .wanted = wanted, .chosen = &ike->prop,
	};
	uint64_t key;

	*found = (struct found){ .good = NULL };
	if (!choose_proof(ike, in, &claim, proof, found) ||
	    !proven_key(ike, proof, &claim, found, &key))
		return false;
	if (key)
		found->good = match_proved(ike->core, &claim, key);
	return true;
}

/* "hq (b.example), lab (c.example) and more": what the peer could say that it is. */
static const char *identities(const struct ike_sa *ike, char *out, size_t n)
{
	const struct addr *local = &ike->path->local.addr, *remote = &ike->path->remote.addr;
	struct gateway *gw = gateway_for_peer(ike->core, NULL, local, remote);
	char name[ID_TEXT], one[ID_TEXT + sizeof(gw->conf->name) + 8];
	struct text t;

	text_init(&t, out, n);
	for (; gw; gw = gateway_for_peer(ike->core, gw, local, remote)) {
		struct ike_id expected = id_or_addr(&gw->conf->peer_id, remote);

		snprintf(one, sizeof(one), "%s%s (%s)", t.n ? ", " : "", gw->conf->name,
			 id_text(&expected, name));
		if (t.n + strlen(one) + sizeof(AND_MORE) > n) {
			text_add(&t, AND_MORE);
			break;
		}
		text_add(&t, "%s", one);
	}
	return out;
}

/* Nobody has the identity: with several gateways that could be meant, none is to blame. */
static void say_unknown(struct ike_sa *ike, const struct proof *proof)
{
	const struct addr *local = &ike->path->local.addr, *remote = &ike->path->remote.addr;
	struct gateway *gw = stranger_gateway(ike->core, local, remote);
	char peer[ADDR_TEXT], theirs[ID_TEXT], known[IDENTITIES_TEXT];
	struct ike_id expected;

	addr_text(remote, peer);
	id_text(&proof->id, theirs);
	if (!gw) {
		stranger_fail(ike->core, NULL,
			      "peer %s says it is %s, which is the peer-id of no gateway; there "
			      "are %s: set peer-id here or local-id at the peer",
			      peer, theirs, identities(ike, known, sizeof(known)));
		return;
	}
	expected = id_or_addr(&gw->conf->peer_id, remote);
	stranger_fail(ike->core, gw,
		      "peer %s says it is %s, expected is %s: set peer-id here or local-id at the "
		      "peer",
		      peer, theirs, id_text(&expected, known));
}

/* Some gateway has the identity, but not all that is to go with it. */
static void say_why_not(struct ike_sa *ike, const struct proof *proof, const struct ike_id *wanted,
			const struct found *found)
{
	char theirs[ID_TEXT], ours[ID_TEXT], peer[ADDR_TEXT], chosen[PROP_TEXT];
	struct ike_core *core = ike->core;

	addr_text(&ike->path->remote.addr, peer);
	id_text(&proof->id, theirs);
	if (found->match.fits && proof->auth.method != IKE_AUTH_PSK)
		stranger_fail(core, found->match.fits,
			      "peer %s (%s) authenticates by method %u instead of a pre-shared key",
			      peer, theirs, proof->auth.method);
	else if (found->match.fits && found->failed)
		stranger_fail(core, found->match.fits,
			      "peer %s (%s) cannot be authenticated: " NO_ANSWER, peer, theirs);
	else if (found->match.fits && found->other_ppk)
		stranger_fail(core, found->match.fits,
			      "peer %s (%s) has a post-quantum pre-shared key that is not one of "
			      "ours, or its pre-shared key differs: check pq-ppk keys on both ends",
			      peer, theirs);
	else if (found->match.fits && found->ppk)
		stranger_fail(core, found->match.fits,
			      "pre-shared keys differ: peer %s (%s) used others than ours; check "
			      "key-file and pq-ppk keys on both ends",
			      peer, theirs);
	else if (found->match.fits)
		stranger_fail(core, found->match.fits,
			      "pre-shared keys differ: peer %s (%s) used another than ours; "
			      "check key-file on both ends",
			      peer, theirs);
	else if (found->match.other_end)
		stranger_fail(core, found->match.other_end,
			      "peer %s wants to talk to %s, we are %s: set local-id here or "
			      "peer-id at the peer",
			      peer, id_text(wanted, theirs),
			      id_text(&found->match.other_end->conf->local_id, ours));
	else if (found->match.other_prop)
		stranger_fail(core, found->match.other_prop,
			      "peer %s (%s) uses %s, which another gateway's ike-crypto-profile "
			      "takes, but not this one's: make those of both ends agree",
			      peer, theirs, prop_text(&ike->prop, chosen, sizeof(chosen)));
	else
		say_unknown(ike, proof);
}

/*
 * The peer has no other IKE SA with us (section 2.4): those from before are stale.  But a
 * daemon that was started anew may have left its SAs in the kernel, and makes successors one
 * after the other.
 */
static void initial_contact(struct ike_sa *ike)
{
	for (struct ike_sa *old = ike->gw->ikes; old; old = old->gw_next) {
		if (old->state < IKE_UP || old->state >= IKE_CLOSED || old->up_at > ike->begun ||
		    !id_same(&old->remote_id, &ike->remote_id))
			continue;
		gateway_tell(ike->gw, "ike-down", "peer started anew: its old IKE SA is deleted");
		ike_orphan_children(old);
		ike_close(old, false);
	}
}

/* The gateway that the peer has proved to be; NULL: none, or job_waits(). */
static struct gateway *authenticate(struct ike_sa *ike, const struct v2_in *in,
				    struct proof *proof, struct found *found)
{
	const struct wire_payload *idr = wire_payload_find(in->payloads, IKE_PL_IDR);
	struct wire_error error;
	struct wire_id wire;
	struct ike_id ours;
	const struct addr *local = &ike->path->local.addr, *remote = &ike->path->remote.addr;
	char peer[ADDR_TEXT];

	if (!read_proof(in, IKE_PL_IDI, proof)) {
		stranger_fail(ike->core, stranger_gateway(ike->core, local, remote),
			      "peer %s %s", addr_text(remote, peer), unproved(in, IKE_PL_IDI));
		return NULL;
	}
	if (idr && (wire_read_id(idr, &wire, &error) || !id_from_wire(&wire, &ours)))
		idr = NULL;
	if (!find_proved(ike, in, proof, idr ? &ours : NULL, found))
		return NULL;
	if (!found->good)
		say_why_not(ike, proof, idr ? &ours : NULL, found);
	else if (!ppk_fits(ike, found->good, found))
		found->good = NULL;
	return found->good;
}

/* Writes that the peer is not let in, and ends the SA. */
static void turn_away(struct ike_sa *ike, struct wire_writer *w)
{
	wire_put_notify(w, IKE_N_AUTHENTICATION_FAILED, bytes_of(NULL, 0));
	ike_close(ike, true);
}

/* Has our AUTH made, by @keys, for the peer, who is that of @gw. */
static bool prove(struct ike_sa *ike, struct gateway *gw, const struct keymat_ike *keys,
		  struct ike_auth_answer *made)
{
	char peer[ADDR_TEXT];
	bool proved;

	ike->local_id = id_or_addr(&gw->conf->local_id, &ike->path->local.addr);
	proved = make_auth(ike, keys, JOB_PEERS, gw->conf->key, &ike->local_id, made);
	if (!proved && !job_waits(ike, JOB_PEERS))
		stranger_fail(ike->core, gw, "we cannot authenticate to peer %s: " NO_ANSWER,
			      addr_text(&ike->path->remote.addr, peer));
	return proved;
}

/* Who began is to authenticate anew, as we may not be able to begin (RFC 4478). */
static void put_auth_life(struct wire_writer *w, uint64_t seconds)
{
	uint8_t octets[4];

	if (!seconds)
		return;
	put_be32(octets, seconds < UINT32_MAX ? (uint32_t)seconds : UINT32_MAX);
	wire_put_notify(w, IKE_N_AUTH_LIFETIME, bytes_of(octets, sizeof(octets)));
}

void v2_auth_request(struct ike_sa *ike, const struct v2_in *in, struct wire_writer *w)
{
	struct handshake *hs = ike->hs;
	uint8_t nonces[2 * IKE_NONCE_MAX] = { 0 };
	struct bytes ni = bytes_of(nonces, hs->ni_n);
	struct bytes nr = bytes_of(nonces + hs->ni_n, hs->nr_n);
	struct ike_auth_answer made;
	struct found found = { .good = NULL };
	struct proof proof;
	struct gateway *gw = authenticate(ike, in, &proof, &found);

	if (!gw || !prove(ike, gw, &found.keys, &made)) {
		if (!job_waits(ike, JOB_PEERS))
			turn_away(ike, w);
		secret_wipe(&found, sizeof(found));
		return;
	}
	v2_ppk_adopt(ike, found.ppk, &found.keys);
	ike_move_to_gateway(ike, gw);
	ike->remote_id = proof.id;
	wire_put_id(w, IKE_PL_IDR, ike->local_id.type, bytes_of(ike->local_id.b, ike->local_id.n));
	put_auth(w, &made);
	if (found.ppk)
		wire_put_notify(w, IKE_N_PPK_IDENTITY, bytes_of(NULL, 0));
	secret_wipe(&found, sizeof(found));
	put_auth_life(w, gw->conf->reauth_seconds);
	memcpy(nonces, hs->ni, hs->ni_n);
	memcpy(nonces + hs->ni_n, hs->nr, hs->nr_n);
	if (in->notes.initial_contact)
		initial_contact(ike);
	gateway_stop_starting(gw);
	gw->contacted = true;
	ike_established(ike);
	v2_child_serve(ike, in, ni, nr, w);
}
