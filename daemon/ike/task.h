/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is to be asked of a peer, in one exchange; exchange.h has the queue. */
#ifndef PANTUN_IKE_TASK_H
#define PANTUN_IKE_TASK_H

#include "crypto/dh.h"
#include "ike/chain.h"
#include "ike/core_priv.h"

struct slot;

#define DOOMED_MOST	8

/* What we ask the peer for; how, each version says (ike/version.h). */
enum task_kind {
	TASK_NONE,
	TASK_INIT,
	TASK_INTERMEDIATE,
	TASK_AUTH,
	TASK_PROVE,		/* IKEv1, responder: our proof goes first */
	TASK_CHILD_NEW,
	TASK_CHILD_REKEY,
	TASK_CHILD_FOLLOWUP,	/* what becomes of either, while key exchanges are left */
	TASK_CHILD_DELETE,
	TASK_IKE_REKEY,
	TASK_IKE_FOLLOWUP,	/* what becomes of that, while key exchanges are left */
	TASK_IKE_DELETE,
	TASK_LIVENESS,
	TASK_TOKEN,
	TASK_ROUTABLE,		/* whether the peer is where it says it has moved to */
	TASK_MOVE,		/* that it may follow us to another address */
	TASK_KINDS
};

struct task {
	struct task *next;
	enum task_kind kind;
	struct slot *slot;		/* CHILD_NEW, its followups; stays while queued is set */
	/* Tokens of children (child_held()), which may go, or to an heir, meanwhile. */
	uint64_t old;			/* CHILD_REKEY */
	uint64_t fresh;			/* AUTH, CHILD_NEW, CHILD_REKEY: what it makes; */
					/* LIVENESS: what the peer must have, to answer */
	uint64_t rival;			/* CHILD_REKEY: what the peer's rekey of the same made */
	/* Keys of IKE SAs (ike_by_key()). */
	bool goes_on;			/* is answered, and has another exchange to make */
	struct chain *chain;		/* CHILD_FOLLOWUP, IKE_FOLLOWUP */
	uint64_t heir;			/* IKE_REKEY: what it makes */
	uint64_t rival_ike;		/* IKE_REKEY: what the peer's rekey of the same made */
	struct prop_list *offered;	/* IKE_REKEY: what its answer is judged by */
	const struct alg_dh *group;	/* of the KE payload; NULL: the policy's first */
	struct dh *dh;
	uint8_t nonce[NONCE_N];
	/* CHILD_*: SPIs unknown to us that the peer deletes meanwhile. */
	uint32_t doomed[DOOMED_MOST];
	unsigned int n_doomed;
	struct addr local;		/* MOVE: the address that it tells of */
	unsigned int rounds;		/* how often it was begun anew with another group */
};

/* A task for exchange_queue(), or NULL. */
struct task *task_new(enum task_kind kind);
/* The proxy-ID that it was for may get another. */
void task_leave_slot(struct task *task);
void task_free(struct task *task);

#endif
