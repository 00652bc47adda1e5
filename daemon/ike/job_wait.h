/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Work that takes long, or needs a secret that the core does not have, is done elsewhere: by a
 * thread, or by another process.  A handler that needs such a result asks for it, by job_dh() or
 * job_auth().  As long as the result is not there the handler returns, and must not have changed
 * or written anything that counts.  Once it is there the handler is called anew with the same
 * message, asks for the same, and gets it.  So a handler keeps no state of its own while it waits
 * and reads from top to bottom, however often it waits; and what happened in between (an SA
 * deleted, a new configuration) it finds as if the message had come only now.
 *
 * Where a handler waits twice it asks for the first result again before it asks for the second.
 * Answers about AUTH are kept until it is done.  A shared secret is given out once, and what was
 * derived from it stays with the SA.
 *
 * An IKE SA waits for one result a side at most, that of our own request and that of the
 * peer's, as either has a window of one (RFC 7296 section 2.3).  The peer's repetitions are
 * dropped meanwhile.  A result that nobody waits for any more is wiped.
 */
#ifndef PANTUN_IKE_JOB_WAIT_H
#define PANTUN_IKE_JOB_WAIT_H

#include "ike/core_priv.h"
#include "ike/job.h"
#include "ike/packet.h"

#define JOB_MOST_MS	SECONDS(20)	/* a result that takes longer is lost */

/* What one side of an IKE SA waits for. */
struct job_wait {
	uint64_t number;		/* of the job under way; 0: none is */
	enum ike_job_kind kind;		/* that job's */
	ike_time since;			/* when it began: core_run_time() */
	struct ike_job *done;		/* results that are there, until the handler is done */
	bool failed;			/* until the handler has seen that there is none */
	struct packet *message;		/* to be handled anew; NULL: a request is to be built */
	struct endpoint local, remote;	/* of @message */
};

/* A key exchange that a handler wants. */
struct job_dh {
	const struct alg_dh *group;
	struct dh **own;		/* our key pair; where that is NULL, one is made into it */
	struct bytes peer;		/* data of its KE payload; empty: the key pair alone */
	/* The result: as of dh_shared(); DH_LOCAL, too, where the key pair could not be made. */
	struct dh_secret shared;		/* wipe it */
	enum dh_error error;
};

void job_init(struct ike_sa *ike);
/* TIMER_HELD: what job_hold() kept is handled. */
void job_held_due(struct ike_core *core, struct timer *timer);
/* True with the result in @want, or false: return, and be called anew. */
bool job_dh(struct ike_sa *ike, enum job_side side, struct job_dh *want);
/*
 * Likewise, for @request, which it takes over; the ticket is put in here.  NULL: there was no
 * memory for it.  A result that has not come counts as failed.  Wipe *@answer.
 */
bool job_auth(struct ike_sa *ike, enum job_side side, struct ike_auth_request *request,
	      struct ike_auth_answer *answer);
/* The handler that was just called waits. */
bool job_waits(const struct ike_sa *ike, enum job_side side);
/* Forgets a job whose result should be there by now. */
void job_forget_late(struct ike_sa *ike, enum job_side side);
/* Keeps @data, from @remote to @local, for when the result is there; false: no memory. */
bool job_keep(struct ike_sa *ike, enum job_side side, const struct endpoint *local,
	      const struct endpoint *remote, struct bytes data);
/*
 * Keeps @data, a request of the peer that came too early, until our own request does not wait any
 * more.  There is room for one; without memory the peer has to repeat it.
 */
void job_hold(struct ike_sa *ike, const struct endpoint *local, const struct endpoint *remote,
	      struct bytes data);
/* The result is there: whoever waits for it goes on. */
void job_done(struct ike_core *core, struct ike_job *job);
/* It has not come in time: whoever waits goes on without. */
void job_lost(struct ike_sa *ike, enum job_side side);
/* Nobody waits any more; what was computed for it is wiped. */
void job_forget(struct ike_sa *ike, enum job_side side);

#endif
