// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Aggressive mode where the peer began (RFC 2409 section 5.4).  Its first message has its identity
 * in clear, which leads to the key.  Our answer holds a hash made with that key, against which
 * anybody who gets it can try keys offline, and it costs us a key exchange before the peer has
 * proved anything.  So we answer only peers that name the peer-id of a gateway that takes this
 * mode, and within the limits for strangers (stranger_judge()).
 *
 * We treat the answer as a request of ours: it is repeated until the peer's last message comes.
 */
#include <string.h>

#include "base/log.h"
#include "ike/child_kernel.h"
#include "ike/ike_life.h"
#include "ike/stranger.h"
#include "ike/v1/v1.h"
#include "policy/id.h"
#include "prop/prop_v1.h"

#define REFUSED_MOST	3	/* proofs of a peer, each of which we have had checked */

/* What the first message says. */
struct first {
	struct isakmp_sa sa;
	struct bytes offer;		/* body of that payload */
	struct ike_id id;
	struct bytes id_body;
};

/* --- the first message --- */

static bool read_first(const struct v1_in *in, struct first *out)
{
	const struct isakmp_payload *sa = isakmp_find(&in->payloads, ISAKMP_PL_SA, NULL);
	struct wire_error error;

	if (!sa || isakmp_read_sa(sa, &out->sa, &error) ||
	    !v1_id_read(in, &out->id_body, &out->id))
		return false;
	out->offer = sa->body;
	return true;
}

/* No gateway that takes this mode has that identity. */
static void say_unknown(struct ike_core *core, const struct match_claim *claim)
{
	char theirs[ID_TEXT], peer[ADDR_TEXT];

	stranger_fail(core, NULL, "peer %s says in aggressive mode that it is %s, which is the "
				  "peer-id of no gateway that takes that mode with it: set peer-id "
				  "here or local-id at the peer",
		      addr_text(claim->remote, peer), id_text(claim->id, theirs));
}

/* That of those that authenticate as @claim has it; others are noted. */
static struct gateway *of_claim(struct ike_core *core, const struct match_claim *claim,
				const struct isakmp_sa *sa, struct prop_chosen *chosen,
				struct match_found *found)
{
	struct gateway *gw = match_claimed(core, claim, NULL, found);
	struct wire_sa wire;

	v1_offered(sa, claim->v1_auth, &wire);
	while (gw && (!policy_gateway_proof(gw->conf) ||
		      !match_takes(gw, V1_MAJOR, &wire, 0, chosen, NULL, 0)))
		gw = match_claimed(core, claim, gw, found);
	return gw;
}

/* No gateway has that identity and takes this mode. */
static void say_none(struct ike_core *core, struct match_claim *claim, const struct isakmp_sa *sa)
{
	struct gateway *any = NULL;
	struct prop_chosen chosen;
	struct wire_sa wire;

	for (size_t i = 0; i < V1_AUTHS && !any; i++) {
		claim->v1_auth = v1_auths[i];
		v1_offered(sa, claim->v1_auth, &wire);
		match_offer(core, claim, &wire, 0, &chosen, &any);
	}
	if (any) {
		say_unknown(core, claim);
		return;
	}
	claim->v1_auth = 0;
	v1_offered(sa, 0, &wire);
	v1_say_mode(core, claim, &wire);
}

/* The gateway that it is for, with what we choose; NULL: none. */
static struct gateway *judge_first(struct ike_core *core, const struct v1_in *in,
				   const struct first *first, struct prop_chosen *chosen)
{
	struct match_claim claim = {
		.major = V1_MAJOR, .aggressive = true, .local = &in->local.addr,
		.remote = &in->remote.addr, .id = &first->id,
	};
	struct match_found found = { .fits = NULL };

	for (size_t i = 0; i < V1_AUTHS; i++) {
		struct gateway *gw;

		claim.v1_auth = v1_auths[i];
		gw = of_claim(core, &claim, &first->sa, chosen, &found);
		if (gw)
			return gw;
	}
	if (!found.fits) {
		say_none(core, &claim, &first->sa);
		return NULL;
	}
	v1_say_refused(core, in, &first->sa, found.fits);
	v1_refuse(core, in, ISAKMP_N_NO_PROPOSAL_CHOSEN);
	return NULL;
}

void v1_aggr_first(struct ike_core *core, const struct v1_in *in)
{
	struct prop_chosen chosen;
	struct gateway *gw = NULL;
	struct first first;
	struct v1_sa *own;
	struct ike_sa *ike;

	if (read_first(in, &first))
		gw = judge_first(core, in, &first, &chosen);
	if (!gw) {
		stranger_missed(core);
		return;
	}
	ike = v1_half_open(gw, in, &chosen, first.offer);
	if (!ike)
		return;
	own = v1_of(ike);
	own->aggressive = true;
	own->heard = packet_new(in->data);
	own->peer_id = packet_new(first.id_body);
	if (!own->heard || !own->peer_id || !policy_id_keep(&ike->remote_id, &first.id) ||
	    !v1_keys_read(ike, in))
		v1_give_up(ike);
	else
		exchange_queue(ike, task_new(TASK_PROVE));
}

/* --- our answer --- */

/* Chooses of the offer as it came, by the number that it was chosen by. */
static bool put_choice(struct isakmp_writer *w, const struct ike_sa *ike)
{
	const struct isakmp_payload payload = {
		.type = ISAKMP_PL_SA, .body = packet_bytes(v1_of(ike)->offer),
	};
	struct wire_error error;
	struct isakmp_sa sa;

	if (isakmp_read_sa(&payload, &sa, &error))
		return false;
	prop_v1_answer(&sa, ike->prop.number, bytes_of(NULL, 0), w);
	return true;
}

struct packet *v1_prove_build(struct ike_sa *ike, struct task *task)
{
	struct ike_id ours = id_or_addr(&ike->conf->local_id, &ike->path->local.addr);
	struct handshake *hs = ike->hs;
	struct isakmp_writer w;

	(void)task;
	if (!hs->nr_n) {
		if (!core_random(ike->core, hs->nr, NONCE_N))
			return NULL;
		hs->nr_n = NONCE_N;
	}
	/* Key pair and shared secret are one job. */
	if ((!ike->keyed && !v1_keys_make(ike, JOB_OURS)) ||
	    !policy_id_keep(&ike->local_id, &ours))
		return NULL;
	v1_begin(&w, ike, ISAKMP_EXCH_AGGRESSIVE, 0, false);
	if (!put_choice(&w, ike))
		return NULL;
	v1_keys_put(&w, ike, bytes_of(hs->nr, hs->nr_n));
	v1_id_put(&w, &ike->local_id);
	v1_sign_ask(&w, ike);
	v1_vendor_put(&w, ike);
	v1_natd_put(&w, ike);
	return v1_proof_put(&w, ike, &ike->local_id, ike->conf) ? v1_end(ike, &w) : NULL;
}

void v1_prove_unsent(struct ike_sa *ike, struct task *task)
{
	(void)task;
	v1_give_up(ike);
}

void v1_prove_lost(struct ike_sa *ike, struct task *task)
{
	char peer[ADDR_TEXT];

	(void)task;
	/* Both may have begun, and the other one has come up. */
	if (!ike->gw->ike && !v1_of(ike)->refused)
		stranger_fail(ike->core, ike->gw,
			      "peer %s does not go on after our proof in aggressive mode: %s; see "
			      "the log of the peer", addr_text(&ike->path->remote.addr, peer),
			      v1_of(ike)->auth ? "most likely it does not take our certificate" :
			      "most likely pre-shared keys differ; check key-file on both ends");
	v1_give_up(ike);
}

/* --- its proof --- */

/* By the key, where @open; false: the peer does not have it. */
static bool key_proved(struct ike_sa *ike, const struct v1_in *in, bool open)
{
	char peer[ADDR_TEXT];

	if (open && v1_proof_good(ike, in, packet_bytes(v1_of(ike)->peer_id)))
		return true;
	stranger_fail(ike->core, ike->gw,
		      "the proof of peer %s is wrong: most likely pre-shared keys differ; check "
		      "key-file on both ends", addr_text(&ike->path->remote.addr, peer));
	return false;
}

/*
 * By a certificate; false: job_waits(), or it is not good.  In clear that may be somebody else's,
 * so that a better one may follow; but each of them costs us work.
 */
static bool signature_proved(struct ike_sa *ike, const struct v1_in *in)
{
	struct v1_sa *own = v1_of(ike);

	if (!isakmp_find(&in->payloads, ISAKMP_PL_SIG, NULL))
		return false;
	if (v1_signature_good(ike, in, &ike->remote_id, packet_bytes(own->peer_id)))
		return true;
	if (!job_waits(ike, JOB_OURS))
		own->refused = v1_encrypted(in) ? REFUSED_MOST : own->refused + 1;
	return false;
}

/* Moves @iv on where it is encrypted; false: job_waits(), or it is no proof. */
static bool good(struct ike_sa *ike, struct v1_in *in, struct keymat_v1_iv *iv)
{
	bool open = !v1_encrypted(in) || v1_open(ike, in, iv);

	if (!v1_of(ike)->auth)
		return key_proved(ike, in, open);
	return open && signature_proved(ike, in);
}

/* Ends it; the peer considers itself let in. */
static void turn_away(struct ike_sa *ike)
{
	v1_ike_delete_build(ike, NULL);
	v1_give_up(ike);
}

bool v1_prove_answer(struct ike_sa *ike, struct task *task, struct v1_in *in)
{
	struct keymat_v1_iv iv = v1_of(ike)->iv;
	struct gateway *gw = ike->gw;

	(void)task;
	if (ike->state != IKE_HALF_OPEN)
		return true;
	/* The configuration has changed meanwhile. */
	if (gw->gone || ike_outdated(ike)) {
		v1_give_up(ike);
		return true;
	}
	if (!good(ike, in, &iv)) {
		if (v1_of(ike)->refused < REFUSED_MOST)
			return false;
		v1_of(ike)->iv = iv;
		turn_away(ike);
		return true;
	}
	v1_of(ike)->iv = iv;
	pathref_move(ike->path, &in->local, &in->remote);
	v1_natd_check(ike, in);
	v1_nat_port(ike, in);
	ike_heard(ike);
	if (v1_encrypted(in))
		v1_initial_take(ike, in);
	gateway_stop_starting(gw);
	v1_established(ike);
	return true;
}
