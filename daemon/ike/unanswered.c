// SPDX-License-Identifier: GPL-2.0-or-later
/* A request that is not answered: repeated, then doubted, then given up. */
#include "ike/exchange.h"

#include "base/log.h"
#include "ike/ike_sa.h"
#include "ike/life_sign.h"
#include "ike/line.h"
#include "ike/version.h"

#define WAIT_START	SECONDS(10)	/* no more for an IKE SA to come: a link may be back */
#define SLOW_SENDS	5		/* without an answer, that is after 9 s: see hedged */
#define WAIT_ALIVE	SECONDS(10)	/* no more between repetitions while ESP comes in */
#define ASK_MOST_MS	SECONDS(10)	/* for the kernel to say what came in last */
#define MISSED_PART	4		/* of the wait, in which we did not run */
#define DOUBT_SENDS	3		/* without an answer, that is after 2.6 s */

/*
 * Repetitions are at their end.  While ESP comes in the peer lives, and may lack its daemon, or
 * that may have begun anew: the request goes on being repeated, and another IKE SA is begun
 * beside.  False: the kernel was asked, and its answer is waited for, or the peer is lost, and
 * @ike may be gone.
 */
static bool still_there(struct ike_sa *ike)
{
	struct exchange *ex = &ike->ex;

	if (!ex->asked && life_sign_ask(ike)) {
		ex->asked = true;
		timer_set(&ike->core->waits, &ex->timer, ike->core->now + ASK_MOST_MS);
		return false;
	}
	if (!ex->asked || !life_sign_fresh(ike)) {
		ike->version->lost(ike, ex->current);
		return false;
	}
	ex->asked = false;
	if (ex->sends == ex->most)
		gateway_warn(ike->gw, "peer does not answer any more, but its ESP comes in: the "
				      "SAs stay while it does");
	return true;
}

/* There is a request, or an answer to one, that waits for the result of a job. */
static bool job_due(const struct ike_sa *ike)
{
	/* The first answer may be anybody's: the request goes on being repeated. */
	return job_waits(ike, JOB_OURS) && (!ike->ex.request || ike->state != IKE_INIT_SENT);
}

/* We did not run, and may have missed the answer: that is as if the request had not been sent. */
static bool missed(const struct ike_sa *ike)
{
	return ike->core->waits.lost - ike->ex.lost > ike->ex.wait / MISSED_PART;
}

/* It has not answered for long, or somebody says that it lacks the IKE SA. */
static bool doubtful(const struct ike_sa *ike)
{
	const struct task_rule *rule = ike->version->rule(ike->ex.current->kind);
	const struct exchange *ex = &ike->ex;

	return !rule->silent && (ex->sends >= DOUBT_SENDS + gateway_patience(ike->gw) ||
				 ex->most < rule->sends);
}

void exchange_timeout(struct ike_core *core, struct timer *timer)
{
	struct ike_sa *ike = container_of(timer, struct ike_sa, ex.timer);
	struct exchange *ex = &ike->ex;

	(void)core;
	if (job_due(ike)) {
		job_lost(ike, JOB_OURS);
		return;
	}
	if (missed(ike)) {
		ex->asked = false;
		ike_send(ike, ex->request);
		exchange_await(ike);
		return;
	}
	if (ex->sends >= ex->most && !still_there(ike))
		return;
	line_late(ike);
	ex->sends++;
	ex->wait = ex->wait * 8 / 5;
	if (ike->hs && ex->wait > WAIT_START)
		ex->wait = WAIT_START;
	if (ex->sends > ex->most && ex->wait > WAIT_ALIVE)
		ex->wait = WAIT_ALIVE;
	if (doubtful(ike))
		gateway_doubt(ike->gw, ike);
	if (ike->version->rule(ex->current->kind)->hedged && ex->sends >= SLOW_SENDS)
		gateway_hedge(ike->gw, ike);
	ike->version->repeats(ike);
	ike_send(ike, ex->request);
	exchange_await(ike);
}
