// SPDX-License-Identifier: GPL-2.0-or-later
/* Returns finished jobs to the core. */
#include "engine/jobs.h"

#include <stdlib.h>

#include "base/log.h"
#include "engine/engine_priv.h"
#include "engine/pool.h"
#include "engine/turn.h"
#include "msg/auth_msg.h"

#define TAKE_MOST	16	/* results at a time, to leave time for other events */

static void give_back(struct engine *e, struct ike_job *job)
{
	ike_core_job_done(e->core, turn_now(e), job);
	turn_end(e);
}

/* --- key exchanges --- */

void jobs_take(struct engine *e)
{
	struct ike_job *job;
	unsigned int n;

	for (n = 0; n < TAKE_MOST && (job = pool_take(e->pool)); n++)
		give_back(e, job);
	/* The descriptor does not tell of what pool_put() has computed. */
	if (n == TAKE_MOST)
		event_active(e->results, EV_READ, 0);
}

/* --- AUTH --- */

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

/* The parent restarts auth, and sends a new channel. */
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
		jobs_ask(e, asked);
}
