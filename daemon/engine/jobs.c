// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/jobs.h"

#include <stdlib.h>

#include "base/log.h"
#include "engine/engine_priv.h"
#include "engine/pool.h"
#include "engine/turn.h"
#include "msg/auth_msg.h"

/* A question to `auth`. */
struct asked {
	LIST_ENTRY(asked) list;
	struct ike_job *job;
};

static void give_back(struct engine *e, struct ike_job *job)
{
	ike_core_job_done(e->core, clock_ms(), job);
	turn_end(e);
}

/* --- key exchanges --- */

void jobs_take(struct engine *e)
{
	struct ike_job *job;

	while ((job = pool_take(e->pool)))
		give_back(e, job);
}

/* --- AUTH --- */

static void ask(struct engine *e, const struct asked *asked)
{
	const struct ike_auth_request *request = ike_job_auth_request(asked->job);

	if (e->auth)
		chan_send(e->auth, MSG_AUTH_ASK, request, ike_auth_request_size(request));
}

static void on_answer(void *ctx, struct bytes body, int fd)
{
	const struct ike_auth_answer *answer = (const void *)body.p;
	struct engine *e = ctx;
	struct asked *asked;

	(void)fd;
	if (!ike_auth_answer_whole(body.p, body.n)) {
		chan_refuse(e->auth, MSG_AUTH_ANSWER, "not one");
		return;
	}
	for (asked = LIST_FIRST(&e->asked); asked; asked = LIST_NEXT(asked, list))
		if (ike_job_auth_request(asked->job)->ticket == answer->ticket)
			break;
	if (!asked)
		return;
	LIST_REMOVE(asked, list);
	ike_job_set_auth_answer(asked->job, answer);
	give_back(e, asked->job);
	free(asked);
}

static chan_handler *const auth_handlers[MSG_TYPES] = {
	[MSG_AUTH_ANSWER] = on_answer,
};

/* The parent starts another one, and says so by a new channel. */
static void on_auth_gone(void *ctx, const char *reason)
{
	struct engine *e = ctx;

	log_debug(NULL, "auth: %s", reason);
	chan_free(e->auth);
	e->auth = NULL;
}

void jobs_meet_auth(struct engine *e, int fd)
{
	const struct asked *asked;

	chan_free(e->auth);
	e->auth = chan_new(e->base, fd, MSG_IKE, MSG_AUTH, auth_handlers, e, on_auth_gone);
	for (asked = LIST_FIRST(&e->asked); asked; asked = LIST_NEXT(asked, list))
		ask(e, asked);
}

static void begin_auth(struct engine *e, struct ike_job *job)
{
	struct asked *asked = malloc(sizeof(*asked));

	if (!asked) {
		/* It counts as lost after a while. */
		ike_job_free(job);
		return;
	}
	asked->job = job;
	LIST_INSERT_HEAD(&e->asked, asked, list);
	ask(e, asked);
}

void jobs_begin(struct engine *e, struct ike_job *job)
{
	if (ike_job_kind(job) == IKE_JOB_AUTH)
		begin_auth(e, job);
	else if (!pool_put(e->pool, job))
		ike_job_free(job);
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
