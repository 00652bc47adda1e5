// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Further key exchanges of a rekey of the IKE SA (RFC 9370 section 2.2.4).  The heir's keys are
 * made of all of them, after the last; until then the old IKE SA serves.  What we began is one task
 * from the first exchange to the last.  A peer that begins the same meanwhile is put off, and so is
 * one that goes on while we make a child.
 */
#include "base/log.h"
#include "base/secret.h"
#include "ike/ike_life.h"
#include "ike/v2/v2.h"

#define RETRY_SOON_MS	SECONDS(5)
#define RETRY_LATE_MS	SECONDS(60)

/* --- initiator --- */

bool v2_followup_build(struct ike_sa *ike, struct task *task, struct wire_writer *w)
{
	struct job_dh want = { .own = &task->dh };

	want.group = v2_followup_group(ike_by_key(ike->core, task->heir), task->chain);
	if (!want.group || (!task->dh && !job_dh(ike, JOB_OURS, &want)) || !task->dh)
		return false;
	wire_put_ke(w, want.group->id, dh_public(task->dh));
	wire_put_notify(w, IKE_N_ADDITIONAL_KEY_EXCHANGE,
			bytes_of(task->chain->link, task->chain->link_n));
	return true;
}

void v2_followup_unsent(struct ike_sa *ike, struct task *task)
{
	log_warning(ike->gw->subject, "rekeying of the IKE SA: an additional key exchange could "
				      "not be made");
	v2_rekey_failed(ike, task, RETRY_LATE_MS);
}

/* One more shared secret; false: there is none, or not yet. */
static bool take_secret(struct ike_sa *ike, const struct ike_sa *heir, struct task *task,
			const struct v2_in *in)
{
	struct job_dh exchange = { .own = &task->dh };

	exchange.group = v2_followup_group(heir, task->chain);
	if (!v2_read_ke_of(in, exchange.group, &exchange.peer)) {
		log_warning(ike->gw->subject, "rekeying of the IKE SA: peer sent no value of the "
					      "group that it chose");
		return false;
	}
	if (!job_dh(ike, JOB_OURS, &exchange))
		return false;
	if (exchange.error)
		log_warning(ike->gw->subject, "key exchange with the peer failed: %s",
			    dh_error_text(exchange.error));
	else
		chain_add(task->chain, &exchange.shared);
	secret_wipe(&exchange.shared, sizeof(exchange.shared));
	return !exchange.error;
}

static void followup_refused(struct ike_sa *ike, struct task *task,
			     const struct wire_notify *notify)
{
	char name[32];

	if (notify->type == IKE_N_TEMPORARY_FAILURE) {
		v2_rekey_refused(ike, task, notify);
		return;
	}
	log_warning(ike->gw->subject, "peer refused to go on with rekeying the IKE SA (%s)",
		    v2_notify_text(notify->type, name));
	v2_rekey_failed(ike, task, notify->type == IKE_N_STATE_NOT_FOUND ? RETRY_SOON_MS :
								     RETRY_LATE_MS);
}

/* A peer that says how to go on after the last one has not made the heir. */
static bool is_last(const struct ike_sa *ike, const struct v2_in *in)
{
	if (in->notes.has_link)
		log_warning(ike->gw->subject,
			    "rekeying of the IKE SA: peer wants more key exchanges than it chose");
	return !in->notes.has_link;
}

void v2_followup_response(struct ike_sa *ike, struct task *task, const struct v2_in *in)
{
	struct ike_sa *heir = ike_by_key(ike->core, task->heir);
	bool good;

	if (in->notes.failed) {
		followup_refused(ike, task, &in->notes.error);
		return;
	}
	good = take_secret(ike, heir, task, in);
	if (job_waits(ike, JOB_OURS))
		return;
	if (good && v2_followup_group(heir, task->chain))
		good = v2_followup_begin(ike, task, in);
	else if (good && is_last(ike, in) && v2_rekey_derive(heir, ike, task->chain))
		v2_rekey_settle(ike, heir, task);
	else
		good = false;
	if (!good)
		v2_rekey_failed(ike, task, RETRY_LATE_MS);
}

void v2_followup_late(struct ike_sa *ike, struct task *task, const struct v2_in *in)
{
	struct ike_sa *heir = ike_by_key(ike->core, task->heir);
	bool good;

	if (!heir)
		return;
	good = !in->notes.failed && take_secret(ike, heir, task, in);
	if (job_waits(ike, JOB_OURS))
		return;
	task->heir = 0;
	/* The peer has it if that was the last. */
	if (!good || v2_followup_group(heir, task->chain) ||
	    !v2_rekey_derive(heir, ike, task->chain)) {
		ike_close(heir, false);
		return;
	}
	ike_wait(heir);
	ike_delete(heir);
}

/* --- responder --- */

/* What @in goes on with is there, and the heir, too. */
static struct ike_sa *find_linked(struct ike_sa *ike, const struct v2_in *in)
{
	struct chain *chain = ike->chain;

	if (!chain || !in->notes.has_link ||
	    !bytes_equal(in->notes.link, bytes_of(chain->link, chain->link_n)))
		return NULL;
	return ike_by_key(ike->core, chain->heir);
}

/* Writes that it does not go on, and why. */
static void end_chain(struct ike_sa *ike, struct wire_writer *w, uint16_t type)
{
	ike_drop_chain(ike);
	wire_put_notify(w, type, bytes_of(NULL, 0));
}

/* Answers with @own, and with how to go on or, after the last, with the heir in use. */
static bool answer_linked(struct ike_sa *ike, struct ike_sa *heir, const struct alg_dh *group,
			  const struct dh *own, struct wire_writer *w)
{
	wire_put_ke(w, group->id, dh_public(own));
	if (v2_followup_group(heir, ike->chain))
		return v2_followup_offer(ike, w);
	if (!v2_rekey_derive(heir, ike, ike->chain))
		return false;
	chain_free(ike->chain);
	ike->chain = NULL;
	ike_inherit(heir, ike);
	return true;
}

void v2_followup_request(struct ike_sa *ike, const struct v2_in *in, struct wire_writer *w)
{
	const struct v2_task *ours = v2_under_way(ike);
	struct ike_sa *heir = find_linked(ike, in);
	struct wire_writer undo = *w;
	struct dh *own = NULL;
	struct job_dh exchange = { .group = v2_followup_group(heir, ike->chain), .own = &own };

	if (!heir || !exchange.group) {
		wire_put_notify(w, IKE_N_STATE_NOT_FOUND, bytes_of(NULL, 0));
		return;
	}
	if (ours->bars_rekey || ours->rule.rekeys) {
		end_chain(ike, w, IKE_N_TEMPORARY_FAILURE);
		return;
	}
	if (!v2_read_ke_of(in, exchange.group, &exchange.peer)) {
		end_chain(ike, w, IKE_N_INVALID_SYNTAX);
		return;
	}
	if (!job_dh(ike, JOB_PEERS, &exchange))
		return;
	if (exchange.error) {
		log_warning(ike->gw->subject, "key exchange with the peer failed: %s",
			    dh_error_text(exchange.error));
		end_chain(ike, w, IKE_N_NO_PROPOSAL_CHOSEN);
	} else {
		chain_add(ike->chain, &exchange.shared);
		if (!answer_linked(ike, heir, exchange.group, own, w)) {
			*w = undo;
			end_chain(ike, w, IKE_N_INVALID_SYNTAX);
		}
	}
	secret_wipe(&exchange.shared, sizeof(exchange.shared));
	dh_free(own);
}
