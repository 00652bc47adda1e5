// SPDX-License-Identifier: GPL-2.0-or-later
/* What we ask a peer for: v1_tasks[] has all of each kind, v1.c hands the answers in. */
#include "ike/packet_size.h"
#include "ike/peer_gone.h"
#include "ike/v1/v1.h"

#define SENDS_MOST	8	/* about a minute */
#define SENDS_FEW	5	/* about 16 s */

/* --- requests that failed --- */

static void offer_unsent(struct ike_sa *ike, struct task *task)
{
	(void)task;
	gateway_fail(ike->gw, "the first message could not be built: out of memory, or the "
			      "ike-crypto-profile has nothing that IKEv1 knows: it takes "
			      "aes-*-cbc or 3des with a hash");
	ike_start_failed(ike, true);
}

static void phase1_unsent(struct ike_sa *ike, struct task *task)
{
	(void)task;
	gateway_fail(ike->gw, "phase 1 could not go on: out of memory or randomness, or the crypto "
			      "library does not support its group");
	ike_start_failed(ike, true);
}

static void offer_lost(struct ike_sa *ike, struct task *task)
{
	char peer[ADDR_TEXT];

	(void)task;
	if (!ike->hs->advice[0])
		gateway_fail(ike->gw, "peer %s does not answer: check that it is reachable, that "
				      "UDP ports 500 and 4500 pass, and that IKEv1 in %s mode "
				      "runs there",
			     endpoint_text(&ike->path->remote, peer),
			     ike->conf->exchange == POLICY_EXCHANGE_AGGRESSIVE ? "aggressive" :
										 "main");
	ike_start_failed(ike, ike->hs->advice[0]);
}

static void exchange_lost(struct ike_sa *ike, struct task *task)
{
	char peer[ADDR_TEXT];

	(void)task;
	gateway_fail(ike->gw, "peer %s answered our offer, but not our key exchange: see its log",
		     endpoint_text(&ike->path->remote, peer));
	ike_start_failed(ike, true);
}

static void proof_lost(struct ike_sa *ike, struct task *task)
{
	char peer[ADDR_TEXT];

	(void)task;
	gateway_fail(ike->gw, "peer %s does not answer our proof: most likely pre-shared keys "
			      "differ, or UDP port 4500 does not pass; check key-file and "
			      "local-id/peer-id on both ends, and the log of the peer",
		     endpoint_text(&ike->path->remote, peer));
	ike_start_failed(ike, true);
}

static void peer_dead(struct ike_sa *ike, struct task *task)
{
	(void)task;
	ike_peer_dead(ike);
}

/* --- what takes another phase 1 --- */

/* There is no rekeying of it (RFC 2409 section 5.3): another is made beside it. */
static struct packet *renew_build(struct ike_sa *ike, struct task *task)
{
	(void)task;
	gateway_reauth(ike->gw, ike);
	return NULL;
}

static void renew_unsent(struct ike_sa *ike, struct task *task)
{
	(void)task;
	ike_keep(ike, SECONDS(60));
}

/* --- what we ask --- */

static const struct v1_task v1_tasks[TASK_KINDS] = {
	[TASK_INIT] = {
		.rule = { .sends = SENDS_FEW },
		.exchange = ISAKMP_EXCH_MAIN, .clear = true,
		.build = v1_offer_build, .unsent = offer_unsent, .lost = offer_lost,
		.answer = v1_offer_answer,
	},
	[TASK_INTERMEDIATE] = {
		.rule = { .sends = SENDS_FEW },
		.exchange = ISAKMP_EXCH_MAIN, .clear = true,
		.build = v1_exchange_build, .unsent = phase1_unsent, .lost = exchange_lost,
		.answer = v1_exchange_answer,
	},
	[TASK_AUTH] = {
		.rule = { .sends = SENDS_FEW },
		.exchange = ISAKMP_EXCH_MAIN,
		.build = v1_proof_build, .unsent = phase1_unsent, .lost = proof_lost,
		.answer = v1_proof_answer,
	},
	[TASK_PROVE] = {
		.rule = { .sends = SENDS_FEW, .silent = true },
		.exchange = ISAKMP_EXCH_AGGRESSIVE, .either = true,
		.build = v1_prove_build, .unsent = v1_prove_unsent, .lost = v1_prove_lost,
		.answer = v1_prove_answer,
	},
	[TASK_CHILD_NEW] = {
		.rule = { .sends = SENDS_MOST, .moves = true, .silent = true },
		.exchange = ISAKMP_EXCH_QUICK,
		.build = v1_child_build, .unsent = v1_child_unsent, .lost = v1_child_lost,
		.answer = v1_child_answer,
	},
	[TASK_CHILD_REKEY] = {
		.rule = { .sends = SENDS_MOST, .moves = true, .silent = true },
		.exchange = ISAKMP_EXCH_QUICK,
		.build = v1_child_build, .unsent = v1_child_unsent, .lost = v1_child_lost,
		.answer = v1_child_answer,
	},
	[TASK_CHILD_DELETE] = {
		.rule = { .sends = 1, .moves = true },
		.build = v1_child_delete_build, .unsent = v1_child_delete_unsent,
		.lost = peer_dead,
	},
	[TASK_IKE_REKEY] = {
		.rule = { .sends = 1 },
		.build = renew_build, .unsent = renew_unsent, .lost = peer_dead,
	},
	[TASK_IKE_DELETE] = {
		.rule = { .sends = 1 },
		.build = v1_ike_delete_build, .unsent = v1_ike_delete_unsent, .lost = peer_dead,
	},
	[TASK_LIVENESS] = {
		.rule = { .sends = SENDS_FEW },
		.build = v1_liveness_build, .lost = peer_dead,
	},
};

/* The one for both of the first two of main mode, and most of the third. */
static const struct v1_task aggressive_init = {
	.rule = { .sends = SENDS_FEW },
	.exchange = ISAKMP_EXCH_AGGRESSIVE, .clear = true,
	.build = v1_aggr_build, .unsent = offer_unsent, .lost = offer_lost,
	.answer = v1_aggr_answer,
};

const struct v1_task *v1_row(const struct ike_sa *ike, enum task_kind kind)
{
	if (kind == TASK_INIT && ike->own && v1_of(ike)->aggressive)
		return &aggressive_init;
	return &v1_tasks[kind];
}

const struct task_rule *v1_rule(enum task_kind kind)
{
	return &v1_tasks[kind].rule;
}

struct packet *v1_request(struct ike_sa *ike, struct task *task)
{
	const struct v1_task *row = v1_row(ike, task->kind);

	return row->build ? row->build(ike, task) : NULL;
}

/* The question whether the peer lives is a new message each time (RFC 3706 section 5.4). */
void v1_repeats(struct ike_sa *ike)
{
	struct packet *again;

	if (ike->ex.current->kind != TASK_LIVENESS) {
		if (ike->ex.sends > SILENT_SENDS)
			v1_fragment_smaller(ike, &ike->ex.request);
		return;
	}
	again = v1_liveness_build(ike, ike->ex.current);
	if (!again)
		return;
	packet_free(ike->ex.request);
	ike->ex.request = again;
}

void v1_unsent(struct ike_sa *ike, struct task *task)
{
	const struct v1_task *row = v1_row(ike, task->kind);

	if (row->unsent)
		row->unsent(ike, task);
	/* Closing the SA freed the task. */
	if (ike->ex.current == task)
		exchange_done(ike);
}

void v1_lost(struct ike_sa *ike, struct task *task)
{
	if (ike->state == IKE_DELETING) {
		v1_ike_delete_build(ike, task);
		ike_close(ike, false);
		return;
	}
	v1_row(ike, task->kind)->lost(ike, task);
	/* An unanswered quick mode does not always end phase 1. */
	if (ike->ex.current == task && ike->state < IKE_CLOSED)
		v1_answered(ike, task);
}
