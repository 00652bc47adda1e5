// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What leads from one key exchange of a rekey to the next (RFC 9370 section 2.2.4): the group, and
 * the octets by which the responder finds again what was begun.  followup.c makes them.
 */
#include "base/log.h"
#include "ike/v2/v2.h"

#define LINK_N	8

const struct alg_dh *v2_followup_group(const struct ike_sa *heir, const struct chain *chain)
{
	return heir ? prop_next_round(&heir->prop, chain ? chain->n - 1 : 0) : NULL;
}

bool v2_followup_begin(struct ike_sa *ike, struct task *task, const struct v2_in *in)
{
	if (!in->notes.has_link || !chain_set_link(task->chain, in->notes.link)) {
		log_warning(ike->gw->subject,
			    "rekeying of the IKE SA: peer takes additional key exchanges, but does "
			    "not say how to go on (ADDITIONAL_KEY_EXCHANGE)");
		return false;
	}
	task->kind = TASK_IKE_FOLLOWUP;
	task->goes_on = true;
	dh_free(task->dh);
	task->dh = NULL;
	return true;
}

bool v2_followup_offer(struct ike_sa *ike, struct wire_writer *w)
{
	struct chain *chain = ike->chain;

	if (!core_random(ike->core, chain->link, LINK_N))
		return false;
	chain->link_n = LINK_N;
	chain->since = ike->core->now;
	wire_put_notify(w, IKE_N_ADDITIONAL_KEY_EXCHANGE, bytes_of(chain->link, LINK_N));
	return true;
}
