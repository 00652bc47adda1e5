// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/jobs.h"

#include <stdlib.h>

#include "engine/engine_priv.h"
#include "engine/pool.h"
#include "msg/auth_msg.h"

void jobs_ask(struct engine *e, const struct asked *asked)
{
	const struct ike_auth_request *request = ike_job_auth_request(asked->job);

	if (e->auth)
		chan_send(e->auth, MSG_AUTH_ASK, request, ike_auth_request_size(request));
}

static void begin_auth(struct engine *e, struct ike_job *job)
{
	struct asked *asked = malloc(sizeof(*asked));

	if (!asked) {
		/* The core gives a lost job up after a timeout. */
		ike_job_free(job);
		return;
	}
	asked->job = job;
	LIST_INSERT_HEAD(&e->asked, asked, list);
	jobs_ask(e, asked);
}

static void compute_dh(struct engine *e, struct ike_job *job)
{
	bool at_once = pool_spares(e->pool, job);

	if (!pool_put(e->pool, job))
		ike_job_free(job);
	else if (at_once)
		event_active(e->results, EV_READ, 0);
}

void jobs_begin(struct engine *e, struct ike_job *job)
{
	if (ike_job_kind(job) == IKE_JOB_AUTH)
		begin_auth(e, job);
	else
		compute_dh(e, job);
}

void jobs_drop(struct engine *e)
{
	struct asked *asked;

	while ((asked = LIST_FIRST(&e->asked))) {
		LIST_REMOVE(asked, list);
		ike_job_free(asked->job);
		free(asked);
	}
	chan_free(e->auth);
	e->auth = NULL;
}
