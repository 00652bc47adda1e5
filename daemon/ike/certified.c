// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/certified.h"

#include <stdlib.h>
#include <string.h>

#include "policy/id.h"

void certified_keep(struct ike_sa *ike, struct secret *certs, uint64_t trust)
{
	secret_free(ike->certs);
	ike->certs = certs;
	ike->certified = trust;
}

static struct ike_job *look_new(struct ike_sa *ike)
{
	struct ike_auth_request *request = ike_auth_request_new(AUTH_LOOK, ike->certs->n);
	struct ike_job *job = calloc(1, sizeof(*job));

	if (!request || !job) {
		ike_auth_request_free(request);
		free(job);
		return NULL;
	}
	memcpy(request->octets, ike->certs->b, ike->certs->n);
	ike_auth_request_add(request, ike->gw->conf->trust);
	job->kind = IKE_JOB_AUTH;
	job->number = ++ike->core->job_count;
	job->owner = ike_key(ike);
	job->side = JOB_LOOK;
	job->stands = true;
	job->request = request;
	request->ticket = job->number;
	return job;
}

void certified_look(struct ike_sa *ike)
{
	uint64_t trust = ike->gw->conf->trust;
	struct ike_job *job;

	if (ike->state != IKE_UP || !ike->certs || !trust || ike->certified == trust)
		return;
	job = look_new(ike);
	if (!job || !action_job(&ike->core->actions, job)) {
		ike_job_free(job);
		gateway_warn(ike->gw, "out of memory: whether the peer's certificate is revoked is "
				      "not known; reload the configuration");
		return;
	}
	ike->look = job->number;
	ike->certified = trust;
}

void certified_inherit(struct ike_sa *heir, struct ike_sa *old)
{
	secret_free(heir->certs);
	heir->certs = old->certs;
	old->certs = NULL;
	/*
	 * What is asked of @old now would come too late for @heir; and at each rekeying it is time
	 * to look anew, as lists that are fetched change while the configuration does not.
	 */
	heir->certified = 0;
	old->look = 0;
	certified_look(heir);
}

static void revoke(struct ike_sa *ike, struct ike_auth_answer *answer)
{
	char theirs[ID_TEXT], peer[ADDR_TEXT];

	answer->octets[sizeof(answer->octets) - 1] = '\0';
	gateway_fail(ike->gw, "certificate of peer %s (%s) is not taken any more: %s",
		     addr_text(&ike->path->remote.addr, peer), id_text(&ike->remote_id, theirs),
		     (const char *)answer->octets);
	gateway_tell(ike->gw, "ike-down", "the peer's certificate is revoked: its IKE SA is "
					  "deleted");
	ike_delete(ike);
}

void certified_done(struct ike_core *core, struct ike_job *job)
{
	struct ike_sa *ike = ike_by_key(core, job->owner);

	if (ike && ike->look == job->number) {
		ike->look = 0;
		if (ike->state == IKE_UP && !job->answer.key && !job->answer.failed)
			revoke(ike, &job->answer);
	}
	ike_job_free(job);
}
