// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/peers_jobs.h"

#include <stdlib.h>

#include "auth/answer.h"

struct late_job {
	struct late_job *next;
	ike_time due;
	struct ike_job *job;
};

/* --- who makes AUTH --- */

static int set(void *ctx, uint64_t number, struct bytes octets)
{
	return auth_keys_set(ctx, number, octets);
}

static int set_cert(void *ctx, uint64_t number, bool roots, struct bytes octets)
{
	return auth_keys_set_cert(ctx, number, roots, octets);
}

static void forget(void *ctx, uint64_t number)
{
	auth_keys_forget(ctx, number);
}

void peers_jobs_begin(struct peers_jobs *jobs)
{
	struct keyring_user user = { .set = set, .set_cert = set_cert, .forget = forget };

	jobs->keys = auth_keys_new();
	user.ctx = jobs->keys;
	jobs->keyring = keyring_new(&user);
	if (!jobs->keys || !jobs->keyring)
		abort();
}

void peers_jobs_set_policy(struct peers_jobs *jobs, struct ike_core *core, ike_time now,
			   struct policy *policy)
{
	if (keyring_add(jobs->keyring, policy) || ike_core_set_policy(core, now, policy))
		abort();
	keyring_keep(jobs->keyring, policy);
	keyring_settle(jobs->keyring);
}

static void run(const struct peers_jobs *jobs, struct ike_job *job)
{
	struct ike_auth_answer answer;

	if (ike_job_kind(job) != IKE_JOB_AUTH) {
		ike_job_run(job);
		return;
	}
	auth_answer(jobs->keys, ike_job_auth_request(job), &answer);
	ike_job_set_auth_answer(job, &answer);
}

/* --- what is under way --- */

void peers_jobs_put(struct peers_jobs *jobs, ike_time now, struct ike_job *job)
{
	struct late_job **at = &jobs->first, *late;

	bool auth = ike_job_kind(job) == IKE_JOB_AUTH;

	jobs->put++;
	jobs->stand += ike_job_stands(job);
	jobs->auth += auth;
	if (dice_percent(&jobs->dice, jobs->loss) || (auth && jobs->auth == jobs->auth_lost)) {
		ike_job_free(job);
		return;
	}
	late = calloc(1, sizeof(*late));
	if (!late)
		abort();
	run(jobs, job);
	late->job = job;
	late->due = now + jobs->least_ms + (auth ? jobs->auth_ms : 0);
	if (jobs->most_ms > jobs->least_ms)
		late->due += dice_throw(&jobs->dice) % (jobs->most_ms - jobs->least_ms);
	while (*at && (*at)->due <= late->due)
		at = &(*at)->next;
	late->next = *at;
	*at = late;
	jobs->n++;
}

ike_time peers_jobs_next(const struct peers_jobs *jobs)
{
	return jobs->first ? jobs->first->due : IKE_NEVER;
}

struct ike_job *peers_jobs_take(struct peers_jobs *jobs)
{
	struct late_job *late = jobs->first;
	struct ike_job *job;

	if (!late)
		return NULL;
	jobs->first = late->next;
	jobs->n--;
	job = late->job;
	free(late);
	return job;
}

void peers_jobs_end(struct peers_jobs *jobs)
{
	while (jobs->first)
		ike_job_free(peers_jobs_take(jobs));
	keyring_free(jobs->keyring);
	auth_keys_free(jobs->keys);
	jobs->keys = NULL;
}
