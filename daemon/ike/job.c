// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/job.h"

#include <stdlib.h>

void ike_job_run(struct ike_job *job)
{
	const struct bytes private_key = bytes_of(job->private_key, job->group->private_n);
	const struct bytes peer = bytes_of(job->peer, job->peer_n);

	if (job->own) {
		job->error = peer.n ? dh_shared(job->own, peer, &job->shared) : DH_OK;
	} else if (peer.n) {
		job->own = dh_respond(job->group, private_key, peer, &job->shared, &job->error);
	} else {
		job->own = dh_from_private(job->group, private_key);
		job->error = job->own ? DH_OK : DH_LOCAL;
	}
	secret_wipe(job->private_key, sizeof(job->private_key));
}

enum ike_job_kind ike_job_kind(const struct ike_job *job)
{
	return job->kind;
}

bool ike_job_quick(const struct ike_job *job)
{
	return job->group && job->group->quick;
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
