// SPDX-License-Identifier: GPL-2.0-or-later
/* What we ask a peer for: v2_task[] has all of each kind, v2.c carries it out. */
#include "ike/agenda.h"
#include "ike/older.h"
#include "ike/peer_gone.h"
#include "ike/v2/mobike.h"
#include "ike/v2/v2.h"

#define SENDS_MOST	8	/* about a minute */
#define SENDS_AUTH	9	/* about a minute: scripts and other servers may be asked */
#define SENDS_FEW	5	/* about 16 s */

/* --- what becomes of our requests that came to nothing --- */

static void init_unsent(struct ike_sa *ike, struct task *task)
{
	(void)task;
	gateway_fail(ike->gw, "the first message could not be built: out of memory or randomness, "
			      "or the crypto library does not support %s: try another dh-group in "
			      "the ike-crypto-profile of both ends",
		     ike->hs->group ? ike->hs->group->name : "what it is asked for");
	ike_start_failed(ike, true);
}

static void auth_unsent(struct ike_sa *ike, struct task *task)
{
	(void)task;
	ike_start_failed(ike, true);
}

static void ike_delete_unsent(struct ike_sa *ike, struct task *task)
{
	(void)task;
	ike_close(ike, false);
}

/* @ike makes room for another attempt, by IKEv1, for the reason that it was begun for. */
static void begin_older(struct ike_sa *ike)
{
	struct gateway *gw = ike->gw;
	struct ike_sa *stands = gw->ike;

	ike_close(ike, false);
	if (stands && stands->stale)
		gateway_reauth(gw, stands);
	else if (stands && stands->doubted)
		gateway_doubt(gw, stands);
	else
		gateway_poke(gw);
}

static void init_lost(struct ike_sa *ike, struct task *task)
{
	char peer[ADDR_TEXT];

	(void)task;
	if (v2_plain_instead(ike))
		return;
	ike->gw->silent += !ike->hs->advice[0];
	if (older_instead(ike)) {
		begin_older(ike);
		return;
	}
	if (!ike->hs->advice[0])
		gateway_fail(ike->gw, "peer %s does not answer: check that it is reachable, that "
				      "UDP ports 500 and 4500 pass, and that IKEv2 runs there",
			     endpoint_text(&ike->path->remote, peer));
	ike_start_failed(ike, ike->hs->advice[0]);
}

static void auth_lost(struct ike_sa *ike, struct task *task)
{
	char peer[ADDR_TEXT];

	(void)task;
	gateway_fail(ike->gw, "peer %s answered IKE_SA_INIT but not IKE_AUTH: check that UDP port "
			      "4500 passes, and the log of the peer",
		     endpoint_text(&ike->path->remote, peer));
	ike_start_failed(ike, true);
}

static void intermediate_lost(struct ike_sa *ike, struct task *task)
{
	char peer[ADDR_TEXT];

	(void)task;
	gateway_fail(ike->gw, "peer %s answered IKE_SA_INIT but not IKE_INTERMEDIATE: check that "
			      "UDP port 4500 passes, and the log of the peer",
		     endpoint_text(&ike->path->remote, peer));
	ike_start_failed(ike, true);
}

static void intermediate_unsent(struct ike_sa *ike, struct task *task)
{
	(void)task;
	gateway_fail(ike->gw, "a further key exchange could not be made: out of memory or "
			      "randomness, or the crypto library does not support its group");
	ike_start_failed(ike, true);
}

static void peer_lost(struct ike_sa *ike, struct task *task)
{
	(void)task;
	/* One that has lost the SA, or has a newer one, could do nothing with it. */
	if (!ike->crashed && (!ike->gw->ike || ike->gw->ike == ike))
		v2_farewell(ike);
	ike_peer_dead(ike);
}

/* --- what we ask --- */

/*
 * The first message is soon begun with anew: waits between its repetitions that grew
 * further would only add to the time until a peer that is back is noticed.
 */
static const struct v2_task v2_task[TASK_KINDS] = {
	[TASK_INIT] = {
		.rule = { .sends = SENDS_FEW },
		.exchange = IKE_EXCH_IKE_SA_INIT, .clear = true,
		.build = v2_init_build, .unsent = init_unsent, .lost = init_lost,
		.states = IN(IKE_INIT_SENT), .response = v2_init_response,
		.story = "peer answers our first message",
	},
	[TASK_INTERMEDIATE] = {
		.rule = { .sends = SENDS_FEW, .hedged = true },
		.exchange = IKE_EXCH_IKE_INTERMEDIATE,
		.build = v2_intermediate_build, .unsent = intermediate_unsent,
		.lost = intermediate_lost,
		.states = IN(IKE_AUTH_SENT), .response = v2_intermediate_response,
		.story = "peer answers our further key exchange",
	},
	[TASK_AUTH] = {
		.rule = { .sends = SENDS_AUTH, .hedged = true },
		.exchange = IKE_EXCH_IKE_AUTH,
		.build = v2_auth_build, .unsent = auth_unsent, .lost = auth_lost,
		.states = IN(IKE_AUTH_SENT), .response = v2_auth_response,
		.story = "peer answers our authentication",
	},
	[TASK_CHILD_NEW] = {
		.rule = { .sends = SENDS_MOST, .moves = true },
		.exchange = IKE_EXCH_CREATE_CHILD_SA, .makes_child = true, .bars_rekey = true,
		.build = v2_child_build, .unsent = v2_child_unsent, .lost = peer_lost,
		.states = IN_USE, .response = v2_child_response,
		.story = "peer answers our wish for a child",
	},
	[TASK_CHILD_REKEY] = {
		.rule = { .sends = SENDS_MOST, .moves = true },
		.exchange = IKE_EXCH_CREATE_CHILD_SA, .makes_child = true, .bars_rekey = true,
		.build = v2_child_build, .unsent = v2_child_unsent, .lost = peer_lost,
		.states = IN_USE, .response = v2_child_response,
		.story = "peer answers our rekeying of a child",
	},
	[TASK_CHILD_FOLLOWUP] = {
		.rule = { .sends = SENDS_MOST },
		.exchange = IKE_EXCH_IKE_FOLLOWUP_KE, .makes_child = true, .bars_rekey = true,
		.build = v2_child_followup_build, .unsent = v2_child_unsent, .lost = peer_lost,
		.states = IN_USE, .response = v2_child_followup_response,
		.story = "peer goes on with a child of ours",
	},
	[TASK_CHILD_DELETE] = {
		.rule = { .sends = SENDS_MOST, .moves = true },
		.exchange = IKE_EXCH_INFORMATIONAL, .bars_rekey = true,
		.build = v2_child_delete_build, .unsent = v2_child_delete_unsent, .lost = peer_lost,
		.states = IN_USE | ENDING, .response = v2_child_delete_response,
		.story = "peer deleted a child as we asked",
	},
	[TASK_IKE_REKEY] = {
		.rule = { .sends = SENDS_MOST, .rekeys = true },
		.exchange = IKE_EXCH_CREATE_CHILD_SA,
		.build = v2_rekey_build, .unsent = v2_rekey_unsent, .lost = peer_lost,
		.states = IN_USE, .response = v2_rekey_response, .late = v2_rekey_late,
		.story = "peer answers our rekeying of the IKE SA",
	},
	[TASK_IKE_FOLLOWUP] = {
		.rule = { .sends = SENDS_MOST, .rekeys = true },
		.exchange = IKE_EXCH_IKE_FOLLOWUP_KE,
		.build = v2_followup_build, .unsent = v2_followup_unsent, .lost = peer_lost,
		.states = IN_USE, .response = v2_followup_response, .late = v2_followup_late,
		.story = "peer goes on with our rekeying of the IKE SA",
	},
	[TASK_IKE_DELETE] = {
		.rule = { .sends = SENDS_FEW },
		.exchange = IKE_EXCH_INFORMATIONAL,
		.build = v2_ike_delete_build, .unsent = ike_delete_unsent, .lost = peer_lost,
		.states = IN_USE | ENDING, .response = v2_ike_delete_response,
		.story = "peer deleted the IKE SA as we asked",
	},
	[TASK_LIVENESS] = {
		.rule = { .sends = SENDS_FEW },
		.exchange = IKE_EXCH_INFORMATIONAL,
		.build = v2_liveness_build, .lost = peer_lost,
		.states = IN_USE | ENDING, .response = v2_liveness_response,
		.story = "peer lives",
	},
	[TASK_TOKEN] = {
		.rule = { .sends = SENDS_MOST, .moves = true },
		.exchange = IKE_EXCH_INFORMATIONAL,
		.build = v2_crash_build, .lost = peer_lost,
		.states = IN_USE | ENDING, .response = v2_crash_response,
		.story = "peer has our token",
	},
	[TASK_ROUTABLE] = {
		.rule = { .sends = SENDS_FEW, .moves = true },
		.exchange = IKE_EXCH_INFORMATIONAL,
		.build = v2_mobike_ask_build, .lost = peer_lost,
		.states = IN_USE | ENDING, .response = v2_mobike_ask_response,
		.story = "peer answers from where it is now",
	},
	[TASK_MOVE] = {
		.rule = { .sends = SENDS_MOST, .moves = true },
		.exchange = IKE_EXCH_INFORMATIONAL,
		.build = v2_mobike_move_build, .lost = peer_lost,
		.states = IN_USE, .response = v2_mobike_move_response,
		.story = "peer answers to our move",
	},
};

const struct v2_task *v2_row(enum task_kind kind)
{
	return &v2_task[kind];
}

const struct task_rule *v2_rule(enum task_kind kind)
{
	return &v2_task[kind].rule;
}

bool v2_answers(const struct ike_sa *ike, const struct wire_header *header)
{
	const struct exchange *ex = &ike->ex;

	return ex->current && ex->request && header->message_id == ex->send_id &&
	       header->exchange == v2_task[ex->current->kind].exchange;
}

void v2_unsent(struct ike_sa *ike, struct task *task)
{
	if (v2_task[task->kind].unsent)
		v2_task[task->kind].unsent(ike, task);
	/* Closing the SA freed the task. */
	if (ike->ex.current == task)
		exchange_done(ike);
}

void v2_lost(struct ike_sa *ike, struct task *task)
{
	struct gateway *gw = ike->gw;

	if (ike->state == IKE_DELETING && ike->doubted)
		ike_forgotten(ike);
	/* One of two attempts at once (gateway_hedge()): the other may succeed. */
	else if (ike->state == IKE_DELETING ||
		 (ike->state < IKE_UP && gw->slow && (gw->slow != ike || gw->starting)))
		ike_close(ike, false);
	else
		v2_task[task->kind].lost(ike, task);
}
