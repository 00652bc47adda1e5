// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/job.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "ike/ike_sa.h"
#include "ike/version.h"

struct ike_job {
	uint64_t number;
	uint64_t owner;			/* ike_key() of the SA that waits */
	enum job_side side;
	bool stands;			/* the SA does, and is not about to be made */
	const struct alg_dh *group;
	struct dh *own;
	uint8_t private_key[ALG_KEY_MAX];	/* what @own is made of, if it is not there yet */
	uint8_t peer[ALG_PUBLIC_MAX];
	size_t peer_n;
	struct secret shared;
	enum dh_error error;
};

/* --- in any thread --- */

void ike_job_run(struct ike_job *job)
{
	if (!job->own)
		job->own = dh_from_private(job->group, bytes_of(job->private_key,
								job->group->private_n));
	secret_wipe(job->private_key, sizeof(job->private_key));
	job->error = DH_LOCAL;
	if (job->own)
		job->error = job->peer_n ? dh_shared(job->own, bytes_of(job->peer, job->peer_n),
						     &job->shared) : DH_OK;
}

bool ike_job_stands(const struct ike_job *job)
{
	return job->stands;
}

void ike_job_free(struct ike_job *job)
{
	if (!job)
		return;
	dh_free(job->own);
	secret_wipe(job, sizeof(*job));
	free(job);
}

/* --- what handlers ask for --- */

static struct job_wait *wait_of(struct ike_sa *ike, enum job_side side)
{
	return &ike->jobs[side];
}

/* Takes the result of what was asked for, if it is of the same. */
static bool take(struct job_wait *wait, struct job_dh *want)
{
	struct ike_job *job = wait->done;
	bool same;

	if (!job)
		return false;
	wait->done = NULL;
	same = job->group == want->group &&
	       bytes_equal(bytes_of(job->peer, job->peer_n), want->peer);
	if (same || !*want->own) {
		dh_free(*want->own);
		*want->own = job->own;
		job->own = NULL;
	}
	if (same) {
		want->shared = job->shared;
		want->error = job->error;
	}
	ike_job_free(job);
	return same;
}

static struct ike_job *job_new(struct ike_sa *ike, enum job_side side, const struct job_dh *want)
{
	struct ike_core *core = ike->core;
	struct ike_job *job;

	if (want->peer.n > sizeof(job->peer))
		return NULL;
	job = calloc(1, sizeof(*job));
	if (!job)
		return NULL;
	job->number = ++core->job_count;
	job->owner = ike_key(ike);
	job->side = side;
	job->stands = ike->state >= IKE_UP;
	job->group = want->group;
	if (want->peer.n)
		memcpy(job->peer, want->peer.p, want->peer.n);
	job->peer_n = want->peer.n;
	if (!*want->own && dh_draw(want->group, core->hooks.random, core->hooks.ctx,
				   job->private_key)) {
		ike_job_free(job);
		return NULL;
	}
	return job;
}

bool job_dh(struct ike_sa *ike, enum job_side side, struct job_dh *want)
{
	struct job_wait *wait = wait_of(ike, side);
	struct ike_job *job;

	memset(&want->shared, 0, sizeof(want->shared));
	if (take(wait, want))
		return true;
	if (wait->failed) {
		wait->failed = false;
		want->error = DH_LOCAL;
		return true;
	}
	job = job_new(ike, side, want);
	if (!job || !action_job(&ike->core->actions, job)) {
		ike_job_free(job);
		want->error = DH_LOCAL;
		return true;
	}
	job->own = *want->own;
	*want->own = NULL;
	wait->number = job->number;
	wait->since = ike->core->now;
	return false;
}

bool job_waits(const struct ike_sa *ike, enum job_side side)
{
	return ike->jobs[side].number;
}

bool job_keep(struct ike_sa *ike, enum job_side side, const struct endpoint *local,
	      const struct endpoint *remote, struct bytes data)
{
	struct job_wait *wait = wait_of(ike, side);

	wait->message = packet_new(data);
	wait->local = *local;
	wait->remote = *remote;
	return wait->message;
}

void job_forget(struct ike_sa *ike, enum job_side side)
{
	struct job_wait *wait = wait_of(ike, side);

	ike_job_free(wait->done);
	free(wait->message);
	memset(wait, 0, sizeof(*wait));
}

void job_forget_late(struct ike_sa *ike, enum job_side side)
{
	if (job_waits(ike, side) && ike->core->now >= ike->jobs[side].since + JOB_MOST_MS)
		job_forget(ike, side);
}

/* The handler is called anew: it finds the result, or that there is none. */
static void resume(struct ike_sa *ike, enum job_side side)
{
	struct job_wait *wait = wait_of(ike, side);
	struct packet *message = wait->message;
	struct endpoint local = wait->local, remote = wait->remote;

	wait->number = 0;
	wait->message = NULL;
	ike->version->resume(ike, &local, &remote, packet_bytes(message));
	free(message);
}

void job_lost(struct ike_sa *ike, enum job_side side)
{
	log_warning(ike->gw->subject, "a key exchange has not been computed within %u s: this "
					 "machine is too busy",
		    (unsigned int)(JOB_MOST_MS / 1000));
	ike->jobs[side].failed = true;
	resume(ike, side);
}

void job_done(struct ike_core *core, struct ike_job *job)
{
	struct ike_sa *ike = ike_by_key(core, job->owner);

	if (!ike || ike->jobs[job->side].number != job->number) {
		ike_job_free(job);
		return;
	}
	ike->jobs[job->side].done = job;
	resume(ike, job->side);
}
