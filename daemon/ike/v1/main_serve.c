// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Main mode where the peer began (RFC 2409 section 5.4).  The peer's first message costs us little
 * more than memory, its second a key pair, its third the shared secret.  Its identity comes
 * encrypted under the pre-shared key, so all peers that may have one address share one key.
 */
#include <string.h>

#include "base/log.h"
#include "ike/child_kernel.h"
#include "ike/ike_life.h"
#include "ike/match.h"
#include "ike/stranger.h"
#include "ike/v1/v1.h"
#include "policy/id.h"
#include "prop/prop_v1.h"

#define WHY_MAX	512

/* Answers @in with @message, which is taken over; false: there is none. */
static bool answer(struct ike_sa *ike, const struct v1_in *in, struct packet *message)
{
	struct v1_sa *own = v1_of(ike);

	if (!message)
		return false;
	packet_free(own->heard);
	own->heard = packet_new(in->data);
	own->answered++;
	exchange_respond(ike, &in->local, &in->remote, message);
	return true;
}

/* --- the offer --- */

/* The gateway that the offer @sa is for, with what we choose of it; NULL: none. */
static struct gateway *judge(struct ike_core *core, const struct v1_in *in,
			     const struct isakmp_sa *sa, struct prop_chosen *chosen)
{
	const struct match_claim claim = {
		.major = V1_MAJOR, .local = &in->local.addr, .remote = &in->remote.addr,
	};
	char why[WHY_MAX], peer[ADDR_TEXT];
	struct gateway *gw, *first;
	struct wire_sa wire;

	prop_v1_to_wire(sa, PROP_IKE, ISAKMP_AUTH_PSK, 0, &wire);
	gw = match_offer(core, &claim, &wire, 0, chosen, &first);
	if (gw && gw->conf->key)
		return gw;
	/* No gateway here speaks IKEv1 with this peer: stay silent. */
	if (!first) {
		v1_say_mode(core, &claim, &wire);
		return NULL;
	}
	addr_text(&in->remote.addr, peer);
	if (gw)
		stranger_fail(core, gw, "peer %s wants to authenticate by a pre-shared key, but "
					"there is none: IKEv1 takes no certificates here", peer);
	else if (!match_takes(first, &wire, 0, chosen, why, sizeof(why)))
		stranger_fail(core, first, "%s (peer %s asks for an IKE SA)", why, peer);
	v1_refuse(core, in, ISAKMP_N_NO_PROPOSAL_CHOSEN);
	return NULL;
}

void v1_main_first(struct ike_core *core, const struct v1_in *in)
{
	const struct isakmp_payload *payload = isakmp_find(&in->payloads, ISAKMP_PL_SA, NULL);
	struct prop_chosen chosen;
	struct isakmp_writer w;
	struct wire_error error;
	struct isakmp_sa sa;
	struct gateway *gw;
	struct ike_sa *ike;

	if (!payload || isakmp_read_sa(payload, &sa, &error))
		return;
	gw = judge(core, in, &sa, &chosen);
	if (!gw) {
		stranger_missed(core);
		return;
	}
	ike = v1_half_open(gw, in, &chosen, payload->body);
	if (!ike)
		return;
	v1_begin(&w, ike, ISAKMP_EXCH_MAIN, 0, false);
	prop_v1_answer(&sa, chosen.number, bytes_of(NULL, 0), &w);
	v1_vendor_put(&w, ike);
	if (!answer(ike, in, v1_end(&w)))
		v1_give_up(ike);
}

/* --- the key exchange --- */

static void take_exchange(struct ike_sa *ike, struct v1_in *in)
{
	struct handshake *hs = ike->hs;
	struct isakmp_writer w;

	if (!v1_keys_read(ike, in))
		return;
	if (!hs->nr_n) {
		if (!core_random(ike->core, hs->nr, NONCE_N))
			return;
		hs->nr_n = NONCE_N;
	}
	if (!v1_key_pair(ike, JOB_PEERS))
		return;
	v1_natd_check(ike, in);
	v1_begin(&w, ike, ISAKMP_EXCH_MAIN, 0, false);
	if (hs->dh)
		v1_keys_put(&w, ike, bytes_of(hs->nr, hs->nr_n));
	if (hs->dh)
		v1_natd_put(&w, ike);
	if (!hs->dh || !answer(ike, in, v1_end(&w)))
		v1_give_up(ike);
}

/* --- the proof --- */

/* It does not decrypt: the keys differ. */
static void say_unreadable(struct ike_sa *ike)
{
	const struct addr *local = &ike->path->local.addr, *remote = &ike->path->remote.addr;
	char peer[ADDR_TEXT];

	stranger_fail(ike->core, stranger_gateway(ike->core, local, remote),
		      "the proof of peer %s cannot be read: most likely pre-shared keys differ; "
		      "check key-file on both ends", addr_text(remote, peer));
}

/* The gateway whose peer has proved to be @id; NULL: none, and why was said. */
static struct gateway *proved(struct ike_sa *ike, const struct ike_id *id)
{
	const struct addr *local = &ike->path->local.addr, *remote = &ike->path->remote.addr;
	const struct match_claim claim = {
		.major = V1_MAJOR, .local = local, .remote = remote, .id = id,
		.chosen = &ike->prop,
	};
	struct gateway *gw = match_proved(ike->core, &claim, v1_of(ike)->key), *only;
	char theirs[ID_TEXT], ours[ID_TEXT], peer[ADDR_TEXT];
	struct ike_id expected;

	if (gw)
		return gw;
	addr_text(remote, peer);
	id_text(id, theirs);
	only = stranger_gateway(ike->core, local, remote);
	if (!only) {
		stranger_fail(ike->core, NULL,
			      "peer %s says it is %s, which is the peer-id of no gateway that has "
			      "its key: set peer-id here or local-id at the peer", peer, theirs);
		return NULL;
	}
	expected = id_or_addr(&only->conf->peer_id, remote);
	stranger_fail(ike->core, only,
		      "peer %s says it is %s, expected is %s: set peer-id here or local-id at the "
		      "peer", peer, theirs, id_text(&expected, ours));
	return NULL;
}

/* Answers @in, whose sender is @id, with our own proof. */
static bool prove(struct ike_sa *ike, const struct v1_in *in, const struct ike_id *id,
		  struct gateway *gw)
{
	struct ike_id ours = id_or_addr(&gw->conf->local_id, &ike->path->local.addr);
	struct isakmp_writer w;

	v1_begin(&w, ike, ISAKMP_EXCH_MAIN, 0, true);
	v1_id_put(&w, &ours);
	return policy_id_keep(&ike->remote_id, id) && policy_id_keep(&ike->local_id, &ours) &&
	       v1_proof_put(&w, ike, &ours) && answer(ike, in, v1_seal(ike, &w, &v1_of(ike)->iv));
}

static void take_proof(struct ike_sa *ike, struct v1_in *in)
{
	struct keymat_v1_iv iv;
	struct gateway *gw;
	struct ike_id id;

	/* A bad public value ends the attempt: there is no second try on the same SA. */
	if (!ike->keyed && !v1_keys_make(ike, JOB_PEERS)) {
		if (!job_waits(ike, JOB_PEERS))
			v1_give_up(ike);
		return;
	}
	iv = v1_of(ike)->iv;
	if (!v1_open(ike, in, &iv) || !v1_proof_read(ike, in, &id)) {
		say_unreadable(ike);
		return;
	}
	v1_of(ike)->iv = iv;
	pathref_move(ike->path, &in->local, &in->remote);
	v1_nat_port(ike, in);
	gw = proved(ike, &id);
	if (!gw || !prove(ike, in, &id, gw)) {
		v1_give_up(ike);
		return;
	}
	ike_move_to_gateway(ike, gw);
	v1_initial_take(ike, in);
	gateway_stop_starting(gw);
	v1_established(ike);
}

void v1_main_request(struct ike_sa *ike, struct v1_in *in)
{
	struct v1_sa *own = v1_of(ike);

	if (bytes_equal(packet_bytes(own->heard), in->data))
		exchange_respond_again(ike, &in->local, &in->remote);
	else if (own->answered == V1_OFFER && !v1_encrypted(in))
		take_exchange(ike, in);
	else if (own->answered == V1_EXCHANGE && v1_encrypted(in))
		take_proof(ike, in);
}
