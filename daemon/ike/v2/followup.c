// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Further key exchanges of a rekey of the IKE SA (RFC 9370 section 2.2.4); child_followup.c has
 * those of children.  The heir's keys are made of all of them, after the last; until then the old
 * IKE SA serves.  What we began is one task from the first exchange to the last.  A peer that
 * begins the same meanwhile is put off, and so is one that goes on while we make a child.
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
	struct ike_sa *heir = ike_by_key(ike->core, task->heir);

	return heir && v2_followup_put(ike, task, &heir->prop, w);
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
	const char *why = heir ? v2_followup_take(ike, task, &heir->prop, in) : "it is gone";

	if (why)
		log_warning(ike->gw->subject, "rekeying of the IKE SA: %s", why);
	return !why && !job_waits(ike, JOB_OURS);
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
	if (good && v2_followup_group(&heir->prop, task->chain))
		good = v2_rekey_go_on(ike, task, in);
	else if (good && v2_rekey_derive(heir, ike, task->chain))
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
	if (!good || v2_followup_group(&heir->prop, task->chain) ||
	    !v2_rekey_derive(heir, ike, task->chain)) {
		ike_close(heir, false);
		return;
	}
	ike_wait(heir);
	ike_delete(heir);
}

/* --- responder --- */

/* What @in goes on with is there. */
static bool is_linked(const struct ike_sa *ike, const struct v2_in *in)
{
	const struct chain *chain = ike->chain;

	return chain && in->notes.has_link &&
	       bytes_equal(in->notes.link, bytes_of(chain->link, chain->link_n));
}

/* Writes that it does not go on, and why. */
static void end_chain(struct ike_sa *ike, struct wire_writer *w, uint16_t type)
{
	ike_drop_chain(ike);
	wire_put_notify(w, type, bytes_of(NULL, 0));
}

/* What is made by ike->chain: one of the two. */
struct made {
	struct ike_sa *heir;
	struct child_sa *child;
	const struct prop_chosen *prop;
};

static struct made made_by_chain(struct ike_sa *ike)
{
	struct made made = {
		.heir = ike_by_key(ike->core, ike->chain->heir),
		.child = child_held(ike->core, ike->chain->child),
	};

	if (made.heir)
		made.prop = &made.heir->prop;
	else if (made.child)
		made.prop = &made.child->prop;
	return made;
}

/* It does not go well with what we do. */
static bool made_must_wait(const struct ike_sa *ike, const struct made *made)
{
	const struct v2_task *ours = v2_under_way(ike);

	return ours->rule.rekeys || (made->heir && ours->bars_rekey) ||
	       (made->child && !v2_child_linked_good(made->child));
}

/* All exchanges are done: it is in use from now on. */
static bool finish(struct ike_sa *ike, const struct made *made)
{
	struct chain *chain = ike->chain;

	if (made->heir ? !v2_rekey_derive(made->heir, ike, chain) :
			 !v2_child_derive_chain(made->child, chain))
		return false;
	ike->chain = NULL;
	chain_free(chain);
	if (made->heir)
		ike_inherit(made->heir, ike);
	else
		v2_child_agreed(made->child);
	return true;
}

/* Answers with @own, and with how to go on or, after the last, with what is made in use. */
static bool answer_linked(struct ike_sa *ike, const struct made *made, const struct alg_dh *group,
			  const struct dh *own, struct wire_writer *w)
{
	wire_put_ke(w, group->id, dh_public(own));
	if (v2_followup_group(made->prop, ike->chain))
		return v2_followup_offer(ike, w);
	return finish(ike, made);
}

/* Goes on with @made by @exchange, which the peer has sent its half of. */
static void serve_linked(struct ike_sa *ike, const struct made *made,
			 const struct job_dh *exchange, struct wire_writer *w)
{
	struct wire_writer undo = *w;

	if (exchange->error) {
		log_warning(ike->gw->subject, "key exchange with the peer failed: %s",
			    dh_error_text(exchange->error));
		end_chain(ike, w, IKE_N_NO_PROPOSAL_CHOSEN);
		return;
	}
	chain_add(ike->chain, &exchange->shared);
	if (answer_linked(ike, made, exchange->group, *exchange->own, w))
		return;
	*w = undo;
	end_chain(ike, w, IKE_N_INVALID_SYNTAX);
}

void v2_followup_request(struct ike_sa *ike, const struct v2_in *in, struct wire_writer *w)
{
	struct dh *own = NULL;
	struct job_dh exchange = { .own = &own };
	struct made made = { .prop = NULL };

	if (is_linked(ike, in))
		made = made_by_chain(ike);
	if (made.prop)
		exchange.group = v2_followup_group(made.prop, ike->chain);
	if (!exchange.group) {
		wire_put_notify(w, IKE_N_STATE_NOT_FOUND, bytes_of(NULL, 0));
		return;
	}
	if (made_must_wait(ike, &made)) {
		end_chain(ike, w, IKE_N_TEMPORARY_FAILURE);
		return;
	}
	if (!v2_read_ke_of(in, exchange.group, &exchange.peer)) {
		end_chain(ike, w, IKE_N_INVALID_SYNTAX);
		return;
	}
	if (!job_dh(ike, JOB_PEERS, &exchange))
		return;
	serve_linked(ike, &made, &exchange, w);
	secret_wipe(&exchange.shared, sizeof(exchange.shared));
	dh_free(own);
}
