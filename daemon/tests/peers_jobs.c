// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/peers_jobs.h"

#include <stdlib.h>

struct late_job {
	struct late_job *next;
	ike_time due;
	struct ike_job *job;
};

void peers_jobs_put(struct peers_jobs *jobs, ike_time now, struct ike_job *job)
{
	struct late_job **at = &jobs->first, *late;

	jobs->put++;
	jobs->stand += ike_job_stands(job);
	if (dice_percent(&jobs->dice, jobs->loss)) {
		ike_job_free(job);
		return;
	}
	late = calloc(1, sizeof(*late));
	if (!late)
		abort();
	ike_job_run(job);
	late->job = job;
	late->due = now + jobs->least_ms;
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

void peers_jobs_forget(struct peers_jobs *jobs)
{
	while (jobs->first)
		ike_job_free(peers_jobs_take(jobs));
}
