// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/job.h"

#include <stdlib.h>

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

enum ike_job_kind ike_job_kind(const struct ike_job *job)
{
	return job->kind;
}

bool ike_job_stands(const struct ike_job *job)
{
	return job->stands;
}

const struct ike_auth_request *ike_job_auth_request(const struct ike_job *job)
{
	return job->request;
}

void ike_job_set_auth_answer(struct ike_job *job, const struct ike_auth_answer *answer)
{
	job->answer = *answer;
}

void ike_job_free(struct ike_job *job)
{
	if (!job)
		return;
	dh_free(job->own);
	ike_auth_request_free(job->request);
	secret_wipe(job, sizeof(*job));
	free(job);
}
