// SPDX-License-Identifier: GPL-2.0-or-later
/* IKE_AUTH where the peer began: which gateway it proves to be, and our proof. */
#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "base/text.h"
#include "policy/id.h"
#include "ike/ike_life.h"
#include "ike/peer_gone.h"
#include "ike/stranger.h"
#include "ike/v2/cert.h"
#include "ike/v2/mobike.h"
#include "ike/v2/proof.h"
#include "ike/v2/v2.h"

#define IDENTITIES_TEXT	640	/* of those that a peer could have */
#define AND_MORE	" and more"

/* Whom a peer may be. */
struct found {
	struct gateway *good;		/* it has proved that; NULL: none */
	struct match_found match;
	bool failed;			/* the keys of some could not be tried */
	struct ike_auth_answer answer;	/* the last one: why a certificate was not taken */
	const struct policy_ppk *ppk;	/* in AUTH of the peer, and of ours; NULL: none */
	bool other_ppk;			/* the peer has one that we do not know */
	struct keymat_ike keys;		/* with it; wipe them */
};

/* Its peer is to authenticate by what the peer authenticates by. */
static bool takes(const struct gateway *gw, const struct v2_proof *proof)
{
	return gw->conf->trust ? v2_proof_signs(proof) : proof->auth.method == IKE_AUTH_PSK;
}

/* Has AUTH checked against the keys of all candidates, some at a time; false: job_waits(). */
static bool proven_key(struct ike_sa *ike, const struct v2_proof *proof,
		       const struct match_claim *claim, struct found *found, uint64_t *key)
{
	struct ike_core *core = ike->core;
	struct gateway *gw = match_claimed(core, claim, NULL, &found->match);

	*key = 0;
	while (gw && !takes(gw, proof))
		gw = match_claimed(core, claim, gw, &found->match);
	while (gw && !*key) {
		struct ike_auth_request *request = v2_proof_question(ike, &found->keys, proof);

		while (gw && (!request || !takes(gw, proof) ||
			      ike_auth_request_add(request, policy_gateway_proof(gw->conf))))
			gw = match_claimed(core, claim, gw, &found->match);
		if (!v2_proof_check(ike, JOB_PEERS, request, proof, &found->answer))
			return false;
		*key = found->answer.key;
		found->failed |= found->answer.failed;
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
			 const struct match_claim *claim, struct v2_proof *proof,
			 struct found *found)
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
		stranger_fail(ike->core, NULL, "peer %s cannot be authenticated: " V2_KEY_FAILS,
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
static bool find_proved(struct ike_sa *ike, const struct v2_in *in, struct v2_proof *proof,
			const struct ike_id *wanted, struct found *found)
{
	const struct match_claim claim = {
		.major = V2_MAJOR,
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
static void say_unknown(struct ike_sa *ike, const struct v2_proof *proof)
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
static void say_why_not(struct ike_sa *ike, const struct v2_proof *proof,
			const struct ike_id *wanted, struct found *found)
{
	char theirs[ID_TEXT], ours[ID_TEXT], peer[ADDR_TEXT], chosen[PROP_TEXT], method[32];
	struct ike_core *core = ike->core;

	addr_text(&ike->path->remote.addr, peer);
	id_text(&proof->id, theirs);
	if (found->match.fits && !takes(found->match.fits, proof))
		stranger_fail(core, found->match.fits,
			      "peer %s (%s) authenticates by %s instead of a %s", peer, theirs,
			      v2_cert_method(proof->auth.method, method),
			      found->match.fits->conf->trust ? "certificate" : "pre-shared key");
	else if (found->match.fits && v2_proof_signs(proof))
		stranger_fail(core, found->match.fits,
			      "peer %s (%s) is not let in by its certificate: %s", peer, theirs,
			      evidence_reason(&found->answer));
	else if (found->match.fits && found->failed)
		stranger_fail(core, found->match.fits,
			      "peer %s (%s) cannot be authenticated: " V2_KEY_FAILS, peer, theirs);
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

/* The gateway that the peer has proved to be; NULL: none, or job_waits(). */
static struct gateway *authenticate(struct ike_sa *ike, const struct v2_in *in,
				    struct v2_proof *proof, struct found *found)
{
	const struct wire_payload *idr = wire_payload_find(in->payloads, IKE_PL_IDR);
	struct wire_error error;
	struct wire_id wire;
	struct ike_id ours;
	const struct addr *local = &ike->path->local.addr, *remote = &ike->path->remote.addr;
	char peer[ADDR_TEXT];

	if (!v2_proof_read(in, IKE_PL_IDI, proof)) {
		stranger_fail(ike->core, stranger_gateway(ike->core, local, remote),
			      "peer %s %s", addr_text(remote, peer),
			      v2_proof_blame(in, IKE_PL_IDI));
		return NULL;
	}
	if (idr && (wire_read_id(idr, &wire, &error) || !id_from_wire(&wire, &ours)))
		idr = NULL;
	ike->hs->no_pss = v2_cert_lacks_pss(in->notes.methods);
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

/* Has our AUTH made for the peer, who is that of @gw by @theirs. */
static bool prove(struct ike_sa *ike, struct gateway *gw, const struct v2_proof *theirs,
		  const struct found *found, struct ike_auth_answer *made)
{
	struct ike_id ours = id_or_addr(&gw->conf->local_id, &ike->path->local.addr);
	char peer[ADDR_TEXT];
	bool proved;

	proved = v2_proof_keep(ike, theirs, gw->conf->trust) &&
		 policy_id_keep(&ike->local_id, &ours) &&
		 v2_proof_make(ike, &found->keys, JOB_PEERS, gw->conf, &ike->local_id, made);
	if (!proved && !job_waits(ike, JOB_PEERS))
		stranger_fail(ike->core, gw, "we cannot authenticate to peer %s: %s",
			      addr_text(&ike->path->remote.addr, peer),
			      gw->conf->cert && !ike->hs->hashes ? V2_CERT_OLD : V2_KEY_FAILS);
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

/* The peer asks for a child, or for none, as its gateway has it; else says why not. */
static bool child_fits(struct ike_sa *ike, struct gateway *gw, bool asked)
{
	char peer[ADDR_TEXT];

	addr_text(&ike->path->remote.addr, peer);
	if (asked && gw->conf->childless == POLICY_CHILDLESS_FORCE)
		stranger_fail(ike->core, gw,
			      "peer %s asks for a child SA in IKE_AUTH, but IKE SAs without one "
			      "are forced here (RFC 6023): force them there, too, or set protocol "
			      "ikev2 childless allow", peer);
	else if (!asked && gw->conf->childless == POLICY_CHILDLESS_NEVER)
		stranger_fail(ike->core, gw,
			      "peer %s wants an IKE SA without a child SA (RFC 6023): set protocol "
			      "ikev2 childless allow, or have it ask for one in IKE_AUTH", peer);
	else
		return true;
	return false;
}

/* The peer leaves out what it has agreed to. */
static bool too_early(struct ike_sa *ike)
{
	const struct addr *local = &ike->path->local.addr, *remote = &ike->path->remote.addr;
	char peer[ADDR_TEXT];

	if (!v2_intermediate_due(ike))
		return false;
	stranger_fail(ike->core, stranger_gateway(ike->core, local, remote),
		      "peer %s authenticates before the key exchanges that were agreed on "
		      "(IKE_INTERMEDIATE)", addr_text(remote, peer));
	return true;
}

/* The peer wants no NAT in between (RFC 4555 section 3.9). */
static void refuse_nat(struct ike_sa *ike, struct gateway *gw, struct wire_writer *w)
{
	char peer[ADDR_TEXT];

	stranger_fail(ike->core, gw,
		      "peer %s allows no NAT in between (NO_NATS_ALLOWED), and there "
		      "is one", addr_text(&ike->path->remote.addr, peer));
	wire_put_notify(w, IKE_N_UNEXPECTED_NAT_DETECTED, bytes_of(NULL, 0));
	ike_close(ike, true);
}

void v2_auth_request(struct ike_sa *ike, const struct v2_in *in, struct wire_writer *w)
{
	struct handshake *hs = ike->hs;
	uint8_t nonces[2 * IKE_NONCE_MAX] = { 0 };
	struct bytes ni = bytes_of(nonces, hs->ni_n);
	struct bytes nr = bytes_of(nonces + hs->ni_n, hs->nr_n);
	struct ike_auth_answer made;
	struct found found = { .good = NULL };
	struct v2_proof proof;
	bool asked = wire_payload_find(in->payloads, IKE_PL_SA);
	struct gateway *gw;

	if (too_early(ike)) {
		turn_away(ike, w);
		return;
	}
	gw = authenticate(ike, in, &proof, &found);
	if (gw && !child_fits(ike, gw, asked)) {
		wire_put_notify(w, IKE_N_INVALID_SYNTAX, bytes_of(NULL, 0));
		ike_close(ike, true);
		secret_wipe(&found, sizeof(found));
		return;
	}
	if (gw && !v2_mobike_untranslated(in)) {
		refuse_nat(ike, gw, w);
		secret_wipe(&found, sizeof(found));
		return;
	}
	if (!gw || !prove(ike, gw, &proof, &found, &made)) {
		if (!job_waits(ike, JOB_PEERS))
			turn_away(ike, w);
		secret_wipe(&found, sizeof(found));
		return;
	}
	v2_ppk_adopt(ike, found.ppk, &found.keys);
	ike_move_to_gateway(ike, gw);
	wire_put_id(w, IKE_PL_IDR, ike->local_id.type, bytes_of(ike->local_id.b, ike->local_id.n));
	v2_cert_put(gw->conf, w);
	v2_proof_put(w, gw->conf, &made);
	if (found.ppk)
		wire_put_notify(w, IKE_N_PPK_IDENTITY, bytes_of(NULL, 0));
	secret_wipe(&found, sizeof(found));
	v2_crash_put(ike, w);
	v2_crash_take(ike, in);
	ike->mobike = in->notes.mobike && gw->conf->mobike != POLICY_MOBIKE_NO;
	if (ike->mobike)
		v2_mobike_put(w);
	put_auth_life(w, gw->conf->reauth_seconds);
	memcpy(nonces, hs->ni, hs->ni_n);
	memcpy(nonces + hs->ni_n, hs->nr, hs->nr_n);
	if (in->notes.initial_contact)
		ike_initial_contact(ike);
	gateway_stop_starting(gw);
	gw->contacted = true;
	v2_plain_learn(ike);
	ike_established(ike);
	if (asked)
		v2_child_serve(ike, in, ni, nr, w);
}
