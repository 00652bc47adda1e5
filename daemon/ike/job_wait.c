// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/job_wait.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "ike/ike_sa.h"
#include "ike/version.h"

static struct job_wait *wait_of(struct ike_sa *ike, enum job_side side)
{
	return &ike->jobs[side];
}

static struct ike_job *job_new(const struct ike_sa *ike, enum job_side side,
			       enum ike_job_kind kind)
{
	struct ike_job *job = calloc(1, sizeof(*job));

	if (!job)
		return NULL;
	job->kind = kind;
	job->number = ++ike->core->job_count;
	job->owner = ike_key(ike);
	job->side = side;
	job->stands = ike->state >= IKE_UP;
	return job;
}

/* The result has not come in time.  Whoever asks hears that once. */
static bool was_lost(struct job_wait *wait)
{
	bool failed = wait->failed;

	wait->failed = false;
	return failed;
}

/* Hands @job out, to be waited for; false: no memory, and it stays the caller's. */
static bool begin(struct ike_sa *ike, struct ike_job *job)
{
	struct job_wait *wait = wait_of(ike, job->side);

	if (!action_job(&ike->core->actions, job))
		return false;
	wait->number = job->number;
	wait->kind = job->kind;
	wait->since = core_run_time(ike->core);
	return true;
}

/* --- a key exchange --- */

/* Takes the key exchange out of the results that are there; NULL: there is none. */
static struct ike_job *take_dh(struct job_wait *wait)
{
	struct ike_job **at = &wait->done, *job;

	while (*at && (*at)->kind != IKE_JOB_DH)
		at = &(*at)->next;
	job = *at;
	if (job)
		*at = job->next;
	return job;
}

/* Takes the result of what was asked for, if it is of the same. */
static bool take(struct job_wait *wait, struct job_dh *want)
{
	struct ike_job *job = take_dh(wait);
	bool same;

	if (!job)
		return false;
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

static struct ike_job *dh_job(struct ike_sa *ike, enum job_side side, const struct job_dh *want)
{
	struct ike_core *core = ike->core;
	struct ike_job *job;

	if (want->peer.n > sizeof(job->peer))
		return NULL;
	job = job_new(ike, side, IKE_JOB_DH);
	if (!job)
		return NULL;
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
	want->error = DH_LOCAL;
	if (was_lost(wait))
		return true;
	job = dh_job(ike, side, want);
	if (!job || !begin(ike, job)) {
		ike_job_free(job);
		return true;
	}
	job->own = *want->own;
	*want->own = NULL;
	return false;
}

/* --- AUTH --- */

static const struct ike_job *find_auth(const struct job_wait *wait,
				       const struct ike_auth_request *request)
{
	const struct ike_job *job = wait->done;

	while (job && (job->kind != IKE_JOB_AUTH ||
		       !ike_auth_request_same(job->request, request)))
		job = job->next;
	return job;
}

bool job_auth(struct ike_sa *ike, enum job_side side, struct ike_auth_request *request,
	      struct ike_auth_answer *answer)
{
	struct job_wait *wait = wait_of(ike, side);
	const struct ike_job *done = request ? find_auth(wait, request) : NULL;
	struct ike_job *job;

	memset(answer, 0, sizeof(*answer));
	answer->failed = true;
	if (done)
		*answer = done->answer;
	if (!request || done || was_lost(wait)) {
		ike_auth_request_free(request);
		return true;
	}
	job = job_new(ike, side, IKE_JOB_AUTH);
	if (job) {
		request->ticket = job->number;
		job->request = request;
	} else {
		ike_auth_request_free(request);
	}
	if (job && begin(ike, job))
		return false;
	ike_job_free(job);
	return true;
}

/* --- while a handler waits --- */

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

	while (wait->done) {
		struct ike_job *job = wait->done;

		wait->done = job->next;
		ike_job_free(job);
	}
	packet_free(wait->message);
	memset(wait, 0, sizeof(*wait));
	if (side == JOB_PEERS)
		timer_stop(&ike->core->timers, &ike->held);
}

void job_forget_late(struct ike_sa *ike, enum job_side side)
{
	if (job_waits(ike, side) &&
	    core_run_time(ike->core) >= ike->jobs[side].since + JOB_MOST_MS)
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
	packet_free(message);
}

static bool holds(const struct ike_sa *ike)
{
	return ike->jobs[JOB_PEERS].message && !job_waits(ike, JOB_PEERS);
}

void job_hold(struct ike_sa *ike, const struct endpoint *local, const struct endpoint *remote,
	      struct bytes data)
{
	if (!holds(ike))
		job_keep(ike, JOB_PEERS, local, remote, data);
}

void job_held_due(struct ike_core *core, struct timer *timer)
{
	struct ike_sa *ike = container_of(timer, struct ike_sa, held);

	(void)core;
	if (holds(ike))
		resume(ike, JOB_PEERS);
}

void job_init(struct ike_sa *ike)
{
	ike->held.kind = TIMER_HELD;
}

/* What was held comes next, as if by a datagram of its own. */
static void go_on(struct ike_sa *ike, enum job_side side)
{
	resume(ike, side);
	if (holds(ike) && !job_waits(ike, JOB_OURS))
		timer_set(&ike->core->timers, &ike->held, ike->core->now);
}

void job_lost(struct ike_sa *ike, enum job_side side)
{
	static const char *const what[] = {
		[IKE_JOB_DH] = "a key exchange", [IKE_JOB_AUTH] = "AUTH",
	};

	gateway_warn(ike->gw, "%s has not been computed within %u s: this machine is too busy",
		     what[ike->jobs[side].kind], (unsigned int)(JOB_MOST_MS / 1000));
	ike->jobs[side].failed = true;
	go_on(ike, side);
}

void job_done(struct ike_core *core, struct ike_job *job)
{
	struct ike_sa *ike = ike_by_key(core, job->owner);

	if (!ike || ike->jobs[job->side].number != job->number) {
		ike_job_free(job);
		return;
	}
	job->next = ike->jobs[job->side].done;
	ike->jobs[job->side].done = job;
	go_on(ike, job->side);
}
