// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What leads from one key exchange of a CREATE_CHILD_SA to the next (RFC 9370 section 2.2.4): the
 * group, and the octets by which the responder finds again what was begun.  followup.c and
 * child_followup.c make them.
 */
#include "ike/child_sa.h"
#include "ike/v2/v2.h"

#define LINK_N	8

const struct alg_dh *v2_followup_group(const struct prop_chosen *prop, const struct chain *chain)
{
	return prop_next_round(prop, chain ? chain->n - 1 : 0);
}

const char *v2_followup_begin(struct task *task, enum task_kind kind, const struct v2_in *in)
{
	if (!in->notes.has_link || !chain_set_link(task->chain, in->notes.link))
		return "peer takes additional key exchanges, but does not say how to go on "
		       "(ADDITIONAL_KEY_EXCHANGE)";
	task->kind = kind;
	task->goes_on = true;
	dh_free(task->dh);
	task->dh = NULL;
	return NULL;
}

bool v2_followup_put(struct ike_sa *ike, struct task *task, const struct prop_chosen *prop,
		     struct wire_writer *w)
{
	struct job_dh want = { .own = &task->dh };

	want.group = v2_followup_group(prop, task->chain);
	if (!want.group || (!task->dh && !job_dh(ike, JOB_OURS, &want)) || !task->dh)
		return false;
	wire_put_ke(w, want.group->id, dh_public(task->dh));
	wire_put_notify(w, IKE_N_ADDITIONAL_KEY_EXCHANGE,
			bytes_of(task->chain->link, task->chain->link_n));
	return true;
}

const char *v2_followup_take(struct ike_sa *ike, struct task *task, const struct prop_chosen *prop,
			     const struct v2_in *in)
{
	struct job_dh exchange = { .own = &task->dh };

	exchange.group = v2_followup_group(prop, task->chain);
	if (!v2_read_ke_of(in, exchange.group, &exchange.peer))
		return "peer sent no value of the group that it chose";
	if (!job_dh(ike, JOB_OURS, &exchange))
		return NULL;
	if (exchange.error)
		return dh_error_text(exchange.error);
	chain_add(task->chain, &exchange.shared);
	secret_wipe(&exchange.shared, sizeof(exchange.shared));
	/* A peer that says how to go on after the last one has not made anything yet. */
	if (!v2_followup_group(prop, task->chain) && in->notes.has_link)
		return "peer wants more key exchanges than it chose";
	return NULL;
}

bool v2_followup_offer(struct ike_sa *ike, struct wire_writer *w)
{
	struct chain *chain = ike->chain;
	struct child_sa *child = child_held(ike->core, chain->child);

	if (!core_random(ike->core, chain->link, LINK_N))
		return false;
	chain->link_n = LINK_N;
	chain->since = ike->core->now;
	if (child)
		timer_set(&ike->core->timers, &child->life, ike->core->now + CHAIN_MS);
	wire_put_notify(w, IKE_N_ADDITIONAL_KEY_EXCHANGE, bytes_of(chain->link, LINK_N));
	return true;
}

/* The child that the peer is about to make, or NULL. */
static const struct child_sa *linked(const struct ike_sa *ike)
{
	return ike->chain ? child_held(ike->core, ike->chain->child) : NULL;
}

bool v2_child_linked_to(const struct ike_sa *ike, const struct child_sa *old)
{
	const struct child_sa *child = old ? linked(ike) : NULL;

	return child && child->replaces == old->token;
}

bool v2_child_linked_good(const struct child_sa *child)
{
	const struct child_sa *old = child_replaced(child);

	return !old || old->state == CHILD_UP || old->state == CHILD_REKEYING;
}
