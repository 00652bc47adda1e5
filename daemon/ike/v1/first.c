// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * First messages of phase 1, from unknown peers.  IKEv1 has no cookies to prove an address: what is
 * over the limit is dropped.
 */
#include <stdlib.h>
#include <string.h>

#include "ike/stranger.h"
#include "ike/v1/v1.h"
#include "prop/prop_v1.h"

#define WHY_MAX	512

void v1_refuse(struct ike_core *core, const struct v1_in *in, uint16_t type)
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

void v1_give_up(struct ike_sa *ike)
{
	stranger_missed(ike->core);
	ike_close(ike, false);
}

const uint8_t v1_auths[V1_AUTHS] = {
	0, ISAKMP_AUTH_RSA_SIG, ISAKMP_AUTH_ECDSA_256, ISAKMP_AUTH_ECDSA_384,
	ISAKMP_AUTH_ECDSA_521,
};

void v1_offered(const struct isakmp_sa *sa, uint8_t auth, struct wire_sa *out)
{
	prop_v1_to_wire(sa, PROP_IKE, auth ? auth : ISAKMP_AUTH_PSK, 0, out);
}

/* Some transform of @sa is for that way of authentication. */
static bool offers(const struct isakmp_sa *sa, uint16_t auth)
{
	for (unsigned int i = 0; i < sa->n_transforms; i++)
		if (sa->transforms[i].attrs.auth == auth)
			return true;
	return false;
}

void v1_say_refused(struct ike_core *core, const struct v1_in *in, const struct isakmp_sa *sa,
		    struct gateway *gw)
{
	uint8_t signs = gw->conf->v1_auth;
	char why[WHY_MAX], peer[ADDR_TEXT];
	struct prop_chosen chosen;
	struct wire_sa wire;

	addr_text(&in->remote.addr, peer);
	if (!offers(sa, signs ? signs : ISAKMP_AUTH_PSK)) {
		stranger_fail(core, gw, "peer %s does not offer to authenticate by a %s, which "
					"this gateway does: make both ends alike", peer,
			      !signs ? "pre-shared key" : signs == ISAKMP_AUTH_RSA_SIG ?
			      "certificate of RSA" : "certificate of ECDSA with this curve");
		return;
	}
	v1_offered(sa, signs, &wire);
	if (!match_takes(gw, V1_MAJOR, &wire, 0, &chosen, why, sizeof(why)))
		stranger_fail(core, gw, "%s (peer %s asks for an IKE SA)", why, peer);
}

void v1_say_mode(struct ike_core *core, const struct match_claim *claim, const struct wire_sa *wire)
{
	struct match_claim other = *claim;
	struct prop_chosen chosen;
	struct gateway *first;
	char peer[ADDR_TEXT];

	other.aggressive = !claim->aggressive;
	match_offer(core, &other, wire, 0, &chosen, &first);
	if (!first) {
		stranger_say_version(core, claim->local, claim->remote, V1_MAJOR);
		return;
	}
	stranger_fail(core, first, "peer %s begins IKEv1 in %s mode, which this gateway does not "
				   "take: set protocol ikev1 exchange-mode alike on both ends",
		      addr_text(claim->remote, peer), claim->aggressive ? "aggressive" : "main");
}

/* A repetition of the first message: answered again, unless the exchange has moved on. */
static void repeat(struct ike_sa *ike, const struct v1_in *in)
{
	const struct v1_sa *own = ike->own;

	if (!own || !bytes_equal(packet_bytes(own->heard), in->data))
		return;
	if (own->aggressive && ike->ex.request)
		ike_send(ike, ike->ex.request);
	else if (own->answered == V1_OFFER)
		exchange_respond_again(ike, &in->local, &in->remote);
}

bool v1_first_due(struct ike_core *core, const struct v1_in *in)
{
	const uint8_t *spi_i = in->header.spi_i;

	/* Our own message, reflected. */
	if (ike_find(core, spi_i))
		return false;
	for (struct ike_sa *ike = ike_peer_first(core, spi_i); ike; ike = ike_peer_next(ike)) {
		if (!v1_speaks(ike) || !addr_equal(&ike->path->remote.addr, &in->remote.addr))
			continue;
		repeat(ike, in);
		return false;
	}
	return stranger_judge(core, &in->local.addr, &in->remote.addr, false) == STRANGER_TAKEN;
}

struct ike_sa *v1_half_open(struct gateway *gw, const struct v1_in *in,
			    const struct prop_chosen *chosen, struct bytes offer)
{
	struct ike_core *core = gw->core;
	struct ike_sa *ike;

	ike = ike_new(ike_version_of(core, V1_MAJOR), gw, false, &in->local, &in->remote);
	if (!ike)
		return NULL;
	ike->state = IKE_HALF_OPEN;
	ike_set_peer_spi(ike, in->header.spi_i);
	stranger_enter(ike, false);
	ike->prop = *chosen;
	timer_set(&core->waits, &ike->half_open, core->now + HALF_OPEN_MS);
	ike->hs = calloc(1, sizeof(*ike->hs));
	if (v1_own_new(ike))
		v1_of(ike)->offer = packet_new(offer);
	if (!ike->hs || !ike->own || !v1_of(ike)->offer) {
		v1_give_up(ike);
		return NULL;
	}
	ike->hs->group = ike->prop.dh;
	v1_of(ike)->auth = ike->conf->v1_auth;
	v1_of(ike)->key = ike->conf->key;
	v1_vendor_read(ike, in);
	return ike;
}
