// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Main mode where the peer began (RFC 2409 section 5.4).  The peer's first message costs us little
 * more than memory, its second a key pair, its third the shared secret.  Its identity comes
 * encrypted under the pre-shared key, so all peers that may have one address share one key.
 */
#include <stdlib.h>
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

enum {				/* own->answered */
	NONE, OFFER, EXCHANGE, PROOF
};

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

/* Gives up without a word to the peer. */
static void give_up(struct ike_sa *ike)
{
	stranger_missed(ike->core);
	ike_close(ike, false);
}

/* --- the offer --- */

static void refuse_clear(struct ike_core *core, const struct v1_in *in, uint16_t type)
{
	const struct isakmp_notify notify = { .protocol = ISAKMP_PROTO_ISAKMP, .type = type };
	struct wire_header header = in->header;
	struct isakmp_writer w;
	struct bytes message;

	header.exchange = ISAKMP_EXCH_INFORMATIONAL;
	header.flags = 0;
	isakmp_begin(&w, core->scratch, MESSAGE_MAX, &header);
	isakmp_put_notify(&w, &notify);
	message = isakmp_end(&w, 1);
	if (message.n)
		action_send(&core->actions, &in->local, &in->remote, message, 0, 0);
}

/* A repetition of the peer's first message: answered again, unless the exchange has moved on. */
static bool repeated_first(struct ike_core *core, const struct v1_in *in)
{
	const uint8_t *spi_i = in->header.spi_i;

	for (struct ike_sa *ike = ike_peer_first(core, spi_i); ike; ike = ike_peer_next(ike)) {
		if (!v1_speaks(ike) || !addr_equal(&ike->path->remote.addr, &in->remote.addr))
			continue;
		if (ike->own && v1_of(ike)->answered == OFFER &&
		    bytes_equal(packet_bytes(v1_of(ike)->heard), in->data))
			exchange_respond_again(ike, &in->local, &in->remote);
		return true;
	}
	return false;
}

/* The gateway that the offer @sa is for, with what we choose of it; NULL: none. */
static struct gateway *judge(struct ike_core *core, const struct v1_in *in,
			     const struct isakmp_sa *sa, struct prop_chosen *chosen)
{
	const struct addr *local = &in->local.addr, *remote = &in->remote.addr;
	char why[WHY_MAX], peer[ADDR_TEXT];
	struct gateway *gw, *first;
	struct wire_sa wire;

	prop_v1_to_wire(sa, PROP_IKE, ISAKMP_AUTH_PSK, 0, &wire);
	gw = match_offer(core, local, remote, V1_MAJOR, &wire, 0, chosen, &first);
	if (gw && gw->conf->key)
		return gw;
	/* No gateway here speaks IKEv1 with this peer: stay silent. */
	if (!first)
		return NULL;
	addr_text(remote, peer);
	if (gw)
		stranger_fail(core, gw, "peer %s wants to authenticate by a pre-shared key, but "
					"there is none: IKEv1 takes no certificates here", peer);
	else if (!match_takes(first, &wire, 0, chosen, why, sizeof(why)))
		stranger_fail(core, first, "%s (peer %s asks for an IKE SA)", why, peer);
	refuse_clear(core, in, ISAKMP_N_NO_PROPOSAL_CHOSEN);
	return NULL;
}

/* Chooses transform @chosen->number of @sa. */
static bool answer_offer(struct ike_sa *ike, const struct v1_in *in, const struct isakmp_sa *sa,
			 struct bytes offer)
{
	struct isakmp_writer w;

	ike->hs = calloc(1, sizeof(*ike->hs));
	if (!ike->hs || !v1_own_new(ike))
		return false;
	ike->hs->group = ike->prop.dh;
	v1_of(ike)->key = ike->conf->key;
	v1_of(ike)->offer = packet_new(offer);
	if (!v1_of(ike)->offer)
		return false;
	v1_vendor_read(ike, in);
	v1_begin(&w, ike, ISAKMP_EXCH_MAIN, 0, false);
	prop_v1_answer(sa, ike->prop.number, bytes_of(NULL, 0), &w);
	v1_vendor_put(&w, ike);
	return answer(ike, in, v1_end(&w));
}

void v1_main_first(struct ike_core *core, const struct v1_in *in)
{
	const struct isakmp_payload *payload = isakmp_find(&in->payloads, ISAKMP_PL_SA, NULL);
	struct prop_chosen chosen;
	struct wire_error error;
	struct isakmp_sa sa;
	struct gateway *gw;
	struct ike_sa *ike;

	/* Our own message, reflected. */
	if (ike_find(core, in->header.spi_i) || repeated_first(core, in))
		return;
	/* IKEv1 has no cookies to prove an address: drop what is over the limit. */
	if (!payload || isakmp_read_sa(payload, &sa, &error) ||
	    stranger_judge(core, &in->local.addr, &in->remote.addr, false) != STRANGER_TAKEN)
		return;
	gw = judge(core, in, &sa, &chosen);
	if (!gw) {
		stranger_missed(core);
		return;
	}
	ike = ike_new(ike_version_of(core, V1_MAJOR), gw, false, &in->local, &in->remote);
	if (!ike)
		return;
	ike->state = IKE_HALF_OPEN;
	ike_set_peer_spi(ike, in->header.spi_i);
	stranger_enter(ike, false);
	ike->prop = chosen;
	timer_set(&core->waits, &ike->half_open, core->now + HALF_OPEN_MS);
	if (!answer_offer(ike, in, &sa, payload->body))
		give_up(ike);
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
	if (!hs->dh || !answer(ike, in, v1_end(&w)))
		give_up(ike);
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
			give_up(ike);
		return;
	}
	iv = v1_of(ike)->iv;
	if (!v1_open(ike, in, &iv) || !v1_proof_read(ike, in, &id)) {
		say_unreadable(ike);
		return;
	}
	v1_of(ike)->iv = iv;
	pathref_move(ike->path, &in->local, &in->remote);
	/* A peer that finds a NAT has gone to the other port by now (RFC 3947 section 4). */
	if (in->local.port != IKE_NATT_PORT) {
		ike->path->nat_local = false;
		ike->path->nat_remote = false;
	}
	gw = proved(ike, &id);
	if (!gw || !prove(ike, in, &id, gw)) {
		give_up(ike);
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
	else if (own->answered == OFFER && !v1_encrypted(in))
		take_exchange(ike, in);
	else if (own->answered == EXCHANGE && v1_encrypted(in))
		take_proof(ike, in);
}
