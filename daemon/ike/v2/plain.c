// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Peers that have never heard of additional key exchanges (RFC 9370).  They are to pass over a
 * proposal with them (RFC 7296 section 3.3.6).  Some call the whole message malformed, if it has
 * such a proposal, or refuse the others with it, or do not answer.
 *
 * Anybody on the way could have it look so.  So the peer is asked in the first message without
 * them, too, whether it knows IKE_INTERMEDIATE, which nobody does who does not know what for.
 */
#include "base/log.h"
#include "ike/agenda.h"
#include "ike/v2/v2.h"

#define SILENT_TURN	4	/* of so many attempts without an answer, the last is another */

/* Some are offered that do not have to be. */
static bool may_leave_rounds(const struct handshake *hs)
{
	struct prop_list plain = *hs->offered;

	return hs->rounds < V2_ROUNDS_MAX && prop_list_without_rounds(&plain);
}

void v2_plain_begin(struct ike_sa *ike)
{
	const struct gateway *gw = ike->gw;
	bool turn = gw->silent % SILENT_TURN == SILENT_TURN - 1;

	if (gw->rounds == PEER_ROUNDS_TAKES || (gw->rounds == PEER_ROUNDS_REFUSES) == turn)
		return;
	ike->plain = prop_list_without_rounds(ike->hs->offered);
	if (ike->plain && turn)
		log_info(gw->subject, "peer does not answer: it is tried without additional key "
				      "exchanges, which the peer may not know");
}

bool v2_plain_refused(struct ike_sa *ike, uint16_t type)
{
	if ((type != IKE_N_INVALID_SYNTAX && type != IKE_N_NO_PROPOSAL_CHOSEN) ||
	    !may_leave_rounds(ike->hs))
		return false;
	ike->hs->refused = true;
	return true;
}

bool v2_plain_instead(struct ike_sa *ike)
{
	struct handshake *hs = ike->hs;

	if (!hs->refused || !may_leave_rounds(hs))
		return false;
	log_info(ike->gw->subject, "peer refuses our first message: it is tried without additional "
				   "key exchanges, which the peer may not know");
	prop_list_without_rounds(hs->offered);
	ike->plain = true;
	hs->refused = false;
	hs->rounds++;
	exchange_again(ike);
	return true;
}

bool v2_plain_asks(const struct ike_sa *ike)
{
	return prop_list_has_rounds(ike->hs->offered) || ike->plain;
}

bool v2_plain_mistaken(struct ike_sa *ike, const struct v2_in *in)
{
	struct gateway *gw = ike->gw;

	gw->silent = 0;
	if (!ike->plain || !in->notes.intermediate || gw->rounds == PEER_ROUNDS_TAKES)
		return false;
	log_info(gw->subject, "peer knows additional key exchanges: we begin anew with them");
	gw->rounds = PEER_ROUNDS_TAKES;
	ike_close(ike, false);
	gateway_poke(gw);
	return true;
}

void v2_plain_learn(const struct ike_sa *ike)
{
	if (prop_next_round(&ike->prop, 0))
		ike->gw->rounds = PEER_ROUNDS_TAKES;
	else if (ike->plain)
		ike->gw->rounds = PEER_ROUNDS_REFUSES;
}
