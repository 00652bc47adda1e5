// SPDX-License-Identifier: GPL-2.0-or-later
/* The initiator's side of a child; serve.c has the responder's. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "ike/child_end.h"
#include "ike/child_kernel.h"
#include "ike/child_wish.h"
#include "ike/nonce.h"
#include "ike/put_off.h"
#include "ike/v2/pfs.h"
#include "ike/v2/v2.h"
#include "prop/prop_wire.h"
#include "prop/ts_wire.h"

#define RETRY_SOON_MS	SECONDS(5)	/* after the peer has deleted what it had just made */
#define TEXT_MAX	512

bool v2_read_terms(const struct v2_in *in, struct v2_terms *out)
{
	const struct wire_payload *sa = wire_payload_find(in->payloads, IKE_PL_SA);
	const struct wire_payload *tsi = wire_payload_find(in->payloads, IKE_PL_TSI);
	const struct wire_payload *tsr = wire_payload_find(in->payloads, IKE_PL_TSR);
	const struct wire_payload *ke = wire_payload_find(in->payloads, IKE_PL_KE);
	struct wire_error error;

	out->has_ke = ke;
	out->transport = in->notes.transport;
	out->no_tfc = in->notes.no_tfc;
	if (ke && wire_read_ke(ke, &out->ke, &error))
		return false;
	return sa && tsi && tsr && !wire_read_sa(sa, &out->sa, &error) &&
	       !wire_read_ts(tsi, &out->tsi, &error) && !wire_read_ts(tsr, &out->tsr, &error);
}

void v2_child_offer(struct child_sa *child, const struct prop_list *esp, struct wire_writer *w)
{
	uint8_t spi[4];
	struct wire_sa sa;

	put_be32(spi, child->spi_in);
	prop_offer(esp, bytes_of(spi, sizeof(spi)), &sa);
	wire_put_sa(w, &sa);
}

void v2_child_put_mode(const struct slot *slot, struct wire_writer *w)
{
	if (slot->tunnel->transport)
		wire_put_notify(w, IKE_N_USE_TRANSPORT_MODE, bytes_of(NULL, 0));
}

void v2_child_heed_tfc(struct child_sa *child, bool refused)
{
	child->no_tfc = refused;
	if (refused && child->slot->tunnel->outer.tfc)
		log_warning(child->slot->subject,
			    "peer does not take padded packets "
			    "(ESP_TFC_PADDING_NOT_SUPPORTED): tfc-padding is off");
}

/* What is left of @input is what was chosen. */
static bool derive(struct child_sa *child, struct keymat_child_input *input)
{
	input->encr = child->prop.encr;
	input->integ = child->prop.integ;
	nonce_lesser(input->ni, input->nr, child->nonce_min);
	child_forget_keys(child);
	child->keys = calloc(1, sizeof(*child->keys));
	return child->keys && !keymat_child(&child->ike->keys, input, child->keys);
}

bool v2_child_derive(struct child_sa *child, struct bytes shared, struct bytes ni, struct bytes nr)
{
	struct keymat_child_input input = { .shared = shared, .ni = ni, .nr = nr };

	return derive(child, &input);
}

bool v2_child_derive_chain(struct child_sa *child, const struct chain *chain)
{
	struct keymat_child_input input = {
		.shared = dh_secret_bytes(&chain->shared[0]),
		.more = chain->shared + 1,
		.n_more = chain->n - 1,
		.ni = bytes_of(chain->ni, chain->ni_n),
		.nr = bytes_of(chain->nr, chain->nr_n),
	};

	return derive(child, &input);
}

/* Nonce and KE payload of @task, whose key pair is there; false: no randomness. */
static bool put_fresh(struct ike_core *core, struct task *task, struct wire_writer *w)
{
	if (!core_random(core, task->nonce, NONCE_N))
		return false;
	wire_put_nonce(w, bytes_of(task->nonce, NONCE_N));
	if (!task->group)
		return true;
	wire_put_ke(w, task->group->id, dh_public(task->dh));
	return true;
}

/*
 * Has the key pair for PFS made; false: there is none, or not yet.  The group that the peer chose
 * for the IKE SA is what it chooses for a child most likely.  Peers that do, whatever group the KE
 * payload is of, may not ask for another one but call the message malformed (libreswan 4.10).
 */
static bool pfs_key_pair(struct ike_sa *ike, struct task *task, const struct prop_list *esp)
{
	struct job_dh want = { .own = &task->dh };

	if (!task->group || !prop_list_has_dh(esp, task->group->id))
		task->group = prop_list_has_dh(esp, ike->prop.dh->id) ? ike->prop.dh :
			      prop_list_dh(esp);
	want.group = task->group;
	return !task->group || (job_dh(ike, JOB_OURS, &want) && task->dh);
}

bool v2_child_build(struct ike_sa *ike, struct task *task, struct wire_writer *w)
{
	struct child_sa *old = child_held(ike->core, task->old);
	struct slot *slot = child_wanted_by(task, old);
	struct child_sa *child;
	uint8_t spi[4];

	if (!slot || v2_child_linked_to(ike, old) ||
	    !pfs_key_pair(ike, task, &slot->tunnel->esp))
		return false;
	child = child_new(ike, slot, true);
	if (!child)
		return false;
	task->fresh = child->token;
	if (old) {
		child->replaces = old->token;
		put_be32(spi, old->spi_in);
		wire_put_notify_spi(w, (uint8_t)old->prop.proto, bytes_of(spi, sizeof(spi)),
				    IKE_N_REKEY_SA, bytes_of(NULL, 0));
	}
	v2_child_put_mode(slot, w);
	v2_child_offer(child, &child->tunnel->esp, w);
	if (!put_fresh(ike->core, task, w))
		return false;
	v2_child_ask_ts(slot, old, w);
	return true;
}

void v2_child_unsent(struct ike_sa *ike, struct task *task)
{
	struct child_sa *fresh = child_held(ike->core, task->fresh);
	struct child_sa *old = child_held(ike->core, task->old);
	struct slot *slot;

	if (fresh)
		child_close(fresh);
	slot = child_wanted_by(task, old);
	if (!slot)
		return;
	if (v2_child_linked_to(ike, old)) {
		child_keep(old, CHILD_REFUSED_MS);
		return;
	}
	slot_fail(slot, "the request for an SA could not be built: out of memory or "
			"randomness, or the crypto library does not support %s: try another "
			"dh-group in the ipsec-crypto-profile of both ends",
		  task->group ? task->group->name : "what it is asked for");
	if (old)
		child_keep(old, CHILD_REFUSED_MS);
	else
		slot_backoff(slot);
}

/* --- the peer says no --- */

static void say_refused(const struct child_sa *child, const struct wire_notify *notify)
{
	const struct policy_tunnel *tunnel = child->tunnel;
	const struct ts_pair *ts = &child->slot->proxy->ts;
	char a[TEXT_MAX], b[TEXT_MAX], name[32];

	if (!child->in_auth && v2_pfs_say_refused(child, notify))
		return;
	switch (notify->type) {
	case IKE_N_NO_PROPOSAL_CHOSEN:
		slot_fail(child->slot, "peer accepts none of our %s proposals "
				       "(NO_PROPOSAL_CHOSEN): make the ipsec-crypto-profile of "
				       "both ends agree; we offer %s",
			  prop_proto_text(prop_list_proto(&tunnel->esp)),
			  prop_list_text(&tunnel->esp, a, sizeof(a)));
		break;
	case IKE_N_TS_UNACCEPTABLE:
		slot_fail(child->slot, "peer refused our traffic selectors local %s remote %s "
				       "(TS_UNACCEPTABLE): make the proxy-id mirror those of the "
				       "peer",
			  ts_list_text(&ts->local, a, sizeof(a)),
			  ts_list_text(&ts->remote, b, sizeof(b)));
		break;
	case IKE_N_SINGLE_PAIR_REQUIRED:
		slot_fail(child->slot, "peer takes one pair of addresses at a time "
				       "(SINGLE_PAIR_REQUIRED): configure a proxy-id for each");
		break;
	case IKE_N_NO_ADDITIONAL_SAS:
		slot_fail(child->slot, "peer takes no more SAs (NO_ADDITIONAL_SAS)");
		break;
	default:
		slot_fail(child->slot, "peer refused the SA (%s): see its log",
			  v2_notify_text(notify->type, name));
	}
}

/* --- the peer says yes --- */

/* Selectors of the answer; false with the reason said. */
static bool accept_ts(struct child_sa *child, const struct v2_terms *answer)
{
	const struct ts_pair *asked = &child->slot->proxy->ts;
	char a[TEXT_MAX], b[TEXT_MAX];
	struct ts_pair ts;

	if (!ts_list_from_wire(&answer->tsi, &asked->local, &ts.local) ||
	    !ts_list_from_wire(&answer->tsr, &asked->remote, &ts.remote) ||
	    !ts_pair_count(&ts))
		slot_fail(child->slot, "peer answered with traffic selectors that we did not ask "
				       "for: local %s remote %s",
			  ts_wire_text(&answer->tsi, a, sizeof(a)),
			  ts_wire_text(&answer->tsr, b, sizeof(b)));
	else if (ts_pair_count(&ts) > TS_PAIRS_MAX)
		slot_fail(child->slot, "peer answered with more traffic selectors than an SA may "
				       "have, which is %d pairs: use proxy-IDs", TS_PAIRS_MAX);
	else if (!child_set_ts(child, &ts))
		slot_fail(child->slot, "the SA could not be made: out of memory");
	else
		return true;
	return false;
}

/* Proposal and selectors of the answer; false with the reason said. */
static bool accept_answer(struct child_sa *child, const struct prop_list *offered,
			  const struct v2_terms *answer)
{
	const enum prop_proto proto = prop_list_proto(offered);
	const struct prop_query query = { .proto = proto, .local = offered, .spi_n = 4 };
	char why[TEXT_MAX];

	if (!prop_check_answer(&query, &answer->sa, &child->prop, why, sizeof(why))) {
		slot_fail(child->slot, "%s", why);
		return false;
	}
	child_set_spi_out(child, get_be32(child->prop.spi));
	child->transport = child->tunnel->transport;
	v2_child_heed_tfc(child, answer->no_tfc);
	if (!child_mode_good(child->ike, child->slot, answer->transport))
		return false;
	if (answer->transport && !child->transport) {
		slot_fail(child->slot, "peer answered in transport mode, not asked for");
		return false;
	}
	return accept_ts(child, answer);
}

void v2_child_take(struct child_sa *child, const struct v2_in *in, struct bytes ni,
		   struct bytes nr)
{
	struct prop_list esp = child->tunnel->esp;
	struct v2_terms answer;

	if (in->notes.failed && v2_child_single(child->slot, &in->notes.error)) {
		child_close(child);
		return;
	}
	if (in->notes.failed) {
		say_refused(child, &in->notes.error);
		child_failed(child, true);
		return;
	}
	prop_list_without_dh(&esp);
	if (!v2_read_terms(in, &answer) || !accept_answer(child, &esp, &answer) ||
	    !v2_child_derive(child, bytes_of(NULL, 0), ni, nr)) {
		child_failed(child, true);
		return;
	}
	child_install(child);
}

/* --- CREATE_CHILD_SA --- */

static bool child_anew(struct ike_sa *ike, const struct task *task, const struct child_sa *fresh,
		       const struct wire_notify *notify)
{
	const struct alg_dh *group;
	struct task *again;

	if (notify->type != IKE_N_INVALID_KE_PAYLOAD || notify->data.n != 2 || task->chain ||
	    task->rounds >= V2_ROUNDS_MAX)
		return false;
	group = alg_dh_by_id(get_be16(notify->data.p));
	if (!group || group == task->group ||
	    !prop_list_has_dh(&fresh->tunnel->esp, group->id))
		return false;
	again = task_new(task->kind);
	if (!again)
		return false;
	again->old = task->old;
	again->rival = task->rival;
	again->slot = task->slot;
	if (again->slot)
		again->slot->queued = true;
	again->group = group;
	again->rounds = task->rounds + 1;
	exchange_queue_first(ike, again);
	return true;
}

static void put_off(struct ike_sa *ike, struct slot *slot, struct child_sa *old,
		    struct child_sa *fresh)
{
	ike_time wait = ike_put_off(ike, old ? old->ends : 0);

	child_close(fresh);
	if (!wait)
		ike_lose_patience(ike);
	else if (old)
		child_keep(old, wait);
	else
		timer_set(&ike->core->timers, &slot->retry, ike->core->now + wait);
}

void v2_child_refused(struct ike_sa *ike, struct task *task, struct child_sa *fresh,
		      const struct wire_notify *notify)
{
	struct child_sa *old = child_held(ike->core, task->old);
	struct slot *slot = fresh->slot;
	bool again = child_anew(ike, task, fresh, notify);

	if (notify->type != IKE_N_TEMPORARY_FAILURE)
		ike_not_put_off(ike);
	if (task->slot)
		slot->queued = again;
	task->slot = NULL;
	if (again || (!task->old && v2_child_single(slot, notify))) {
		child_close(fresh);
		return;
	}
	if (task->old && (child_held(ike->core, task->rival) || !old)) {
		/* The peer's own rekey, or deletion, did what ours was to do. */
		if (old)
			old->state = CHILD_REPLACED;
	} else if (old && notify->type == IKE_N_CHILD_SA_NOT_FOUND) {
		child_close(old);
	} else if (old && old->renew_at && notify->type == IKE_N_TEMPORARY_FAILURE) {
		child_keep(old, CHILD_REFUSED_MS);
	} else if (notify->type == IKE_N_TEMPORARY_FAILURE) {
		put_off(ike, slot, old, fresh);
		return;
	} else {
		say_refused(fresh, notify);
		if (old)
			child_keep(old, notify->type == IKE_N_STATE_NOT_FOUND ? RETRY_SOON_MS :
										CHILD_REFUSED_MS);
		else
			slot_backoff(slot);
	}
	child_close(fresh);
}

/* The peer's KE payload is of the group that ours is of. */
static bool of_group(const struct task *task, const struct v2_terms *answer)
{
	return task->group && answer->has_ke && answer->ke.group == task->group->id;
}

/* Keys, or what they will be made of when more key exchanges are done; false: said why. */
static bool derive_child(struct task *task, struct child_sa *child,
			 const struct job_dh *exchange, const struct v2_terms *answer,
			 struct bytes nr)
{
	struct bytes ni = bytes_of(task->nonce, NONCE_N);

	if (!child->prop.dh)
		return v2_child_derive(child, bytes_of(NULL, 0), ni, nr);
	if (child->prop.dh != task->group || !of_group(task, answer)) {
		slot_fail(child->slot, "peer answered with another key exchange than it chose");
		return false;
	}
	if (exchange->error) {
		slot_fail(child->slot, "key exchange with the peer failed: %s",
			  dh_error_text(exchange->error));
		return false;
	}
	if (!v2_followup_group(&child->prop, NULL))
		return v2_child_derive(child, dh_secret_bytes(&exchange->shared), ni, nr);
	task->chain = chain_new(ni, nr, &exchange->shared);
	return task->chain;
}

/*
 * Both ends rekeyed the same child at once (section 2.8.1): what has the least of the
 * four nonces goes, deleted by who made it; who made the other deletes the old one.
 */
static bool lost_to_rival(const struct task *task, struct child_sa *fresh)
{
	struct child_sa *rival = child_held(fresh->core, task->rival);
	struct child_sa *old = child_held(fresh->core, task->old);

	if (!rival)
		return false;
	if (memcmp(fresh->nonce_min, rival->nonce_min, NONCE_N) >= 0) {
		if (rival->state <= CHILD_REKEYING)
			rival->state = CHILD_REPLACED;
		timer_set(&rival->core->timers, &rival->turn, rival->core->now + CHILD_TIE_MS);
		return false;
	}
	if (old && old->state == CHILD_REKEYING)
		old->state = CHILD_REPLACED;
	child_forget_keys(fresh);
	fresh->state = CHILD_INSTALLING;
	child_delete(fresh);
	return true;
}

/* The peer deleted it before its response got here. */
static bool doomed(const struct task *task, const struct child_sa *fresh)
{
	for (unsigned int i = 0; i < task->n_doomed; i++) {
		if (task->doomed[i] == fresh->spi_out)
			return true;
	}
	return false;
}

static void close_doomed(struct child_sa *fresh)
{
	struct child_sa *old = child_find(fresh->core, fresh->replaces);

	if (old)
		child_keep(old, RETRY_SOON_MS);
	else
		slot_backoff(fresh->slot);
	child_close(fresh);
}

void v2_child_made(const struct task *task, struct child_sa *fresh)
{
	if (doomed(task, fresh))
		close_doomed(fresh);
	else if (!lost_to_rival(task, fresh))
		child_install(fresh);
}

void v2_child_goes_on(struct task *task, struct child_sa *fresh, const struct v2_in *in)
{
	const char *why = v2_followup_begin(task, TASK_CHILD_FOLLOWUP, in);

	task->group = v2_followup_group(&fresh->prop, task->chain);
	if (!why)
		return;
	slot_fail(fresh->slot, "%s", why);
	child_failed(fresh, true);
}

/* @task has done the first of several key exchanges for @fresh. */
static void begin_followup(struct ike_sa *ike, struct task *task, struct child_sa *fresh,
			   const struct v2_in *in)
{
	struct child_sa *old = child_held(ike->core, task->old);

	/* The peer's own rekey is done, and did what ours was to do. */
	if (child_held(ike->core, task->rival)) {
		if (old && old->state == CHILD_REKEYING)
			old->state = CHILD_REPLACED;
		child_close(fresh);
		return;
	}
	v2_child_goes_on(task, fresh, in);
}

void v2_child_response(struct ike_sa *ike, struct task *task, const struct v2_in *in)
{
	struct child_sa *fresh = child_held(ike->core, task->fresh);
	struct job_dh exchange = { .own = &task->dh };
	struct v2_terms answer;
	bool readable, good;
	struct bytes nr;

	if (!fresh)
		return;
	if (in->notes.failed) {
		v2_child_refused(ike, task, fresh, &in->notes.error);
		return;
	}
	ike_not_put_off(ike);
	readable = v2_read_terms(in, &answer) && v2_read_nonce(in, &nr);
	if (readable && of_group(task, &answer)) {
		exchange.group = task->group;
		exchange.peer = answer.ke.data;
		if (!job_dh(ike, JOB_OURS, &exchange))
			return;
	}
	good = readable && accept_answer(fresh, &fresh->tunnel->esp, &answer) &&
	       derive_child(task, fresh, &exchange, &answer, nr);
	secret_wipe(&exchange.shared, sizeof(exchange.shared));
	if (!good)
		child_failed(fresh, !v2_followup_group(&fresh->prop, NULL));
	else if (task->chain)
		begin_followup(ike, task, fresh, in);
	else
		v2_child_made(task, fresh);
}
