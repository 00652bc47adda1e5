// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/exchange.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "ike/child_sa.h"
#include "ike/life_sign.h"
#include "ike/version.h"

#define WAIT_FIRST	SECONDS(1)	/* then each time 8/5 of the one before */
#define WAIT_START	SECONDS(10)	/* no more for an IKE SA to come: a link may be back */
#define SLOW_SENDS	5		/* without an answer, that is after 9 s: see hedged */
#define WAIT_ALIVE	SECONDS(10)	/* no more between repetitions while ESP comes in */
#define END_SENDS	3		/* of a request that a DELETE waits for: 9 s */
#define DOUBT_SENDS	3		/* without an answer, that is after 2.6 s */

struct packet *packet_new(struct bytes data)
{
	struct packet *packet = malloc(sizeof(*packet) + data.n);

	if (!packet)
		return NULL;
	packet->n = data.n;
	memcpy(packet->b, data.p, data.n);
	return packet;
}

struct bytes packet_bytes(const struct packet *packet)
{
	return packet ? bytes_of(packet->b, packet->n) : bytes_of(NULL, 0);
}

struct task *task_new(enum task_kind kind)
{
	struct task *task = calloc(1, sizeof(*task));

	if (task)
		task->kind = kind;
	return task;
}

/* The proxy-ID that it was for may get another. */
static void leave_slot(struct task *task)
{
	if (!task->slot)
		return;
	task->slot->queued = false;
	slot_ended(task->slot);
	task->slot = NULL;
}

void task_free(struct task *task)
{
	if (!task)
		return;
	leave_slot(task);
	dh_free(task->dh);
	free(task->offered);
	secret_wipe(task, sizeof(*task));
	free(task);
}

static const struct task_rule *rule_of(const struct ike_sa *ike, const struct task *task)
{
	return ike->version->rule(task->kind);
}

/* How often the current request is sent, unless the peer shows that it lives. */
static unsigned int sends_most(const struct ike_sa *ike)
{
	return rule_of(ike, ike->ex.current)->sends;
}

static void wait_for_answer(struct ike_sa *ike)
{
	struct ike_core *core = ike->core;

	timer_set(&core->timers, &ike->ex.timer, core->now + core_jitter(core, ike->ex.wait, 90));
}

/*
 * Repetitions are at their end.  While ESP comes in the peer lives, and may lack its daemon, or
 * that may have begun anew: the request goes on being repeated, and another IKE SA is begun
 * beside.  False: the kernel was asked and will have answered by the next look, or the peer is
 * lost, and @ike may be gone.
 */
static bool still_there(struct ike_sa *ike)
{
	struct exchange *ex = &ike->ex;

	if (!ex->asked && life_sign_ask(ike)) {
		ex->asked = true;
		timer_set(&ike->core->timers, &ex->timer, ike->core->now + 1);
		return false;
	}
	if (!ex->asked || !life_sign_fresh(ike)) {
		ike->version->lost(ike, ex->current);
		return false;
	}
	ex->asked = false;
	if (ex->sends == sends_most(ike))
		log_warning(ike->gw->subject, "peer does not answer any more, but its ESP comes "
					   "in: the SAs stay while it does");
	return true;
}

/* There is a request, or an answer to one, that waits for the result of a job. */
static bool job_due(const struct ike_sa *ike)
{
	/* The first answer may be anybody's: the request goes on being repeated. */
	return job_waits(ike, JOB_OURS) && (!ike->ex.request || ike->state != IKE_INIT_SENT);
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
	if (ex->sends >= sends_most(ike) && !still_there(ike))
		return;
	ex->sends++;
	ex->wait = ex->wait * 8 / 5;
	if (ike->hs && ex->wait > WAIT_START)
		ex->wait = WAIT_START;
	if (ex->sends > sends_most(ike) && ex->wait > WAIT_ALIVE)
		ex->wait = WAIT_ALIVE;
	if (ex->sends == DOUBT_SENDS + gateway_patience(ike->gw) ||
	    ex->sends > sends_most(ike))
		gateway_doubt(ike->gw, ike);
	if (rule_of(ike, ex->current)->hedged && ex->sends == SLOW_SENDS)
		gateway_hedge(ike->gw, ike);
	ike_send(ike, packet_bytes(ex->request));
	wait_for_answer(ike);
}

void exchange_init(struct ike_sa *ike)
{
	ike->ex.timer.kind = TIMER_EXCHANGE;
	ike->ex.queue_end = &ike->ex.queue;
}

/* Puts @task into the queue where *@at is, which is its first or its end. */
static void insert(struct exchange *ex, struct task **at, struct task *task)
{
	task->next = *at;
	*at = task;
	if (!task->next)
		ex->queue_end = &task->next;
	ex->waiting[task->kind]++;
}

/* Takes out the one at *@at, and returns it. */
static struct task *take_out(struct exchange *ex, struct task **at)
{
	struct task *task = *at;

	*at = task->next;
	if (!task->next)
		ex->queue_end = at;
	task->next = NULL;
	ex->waiting[task->kind]--;
	return task;
}

static void clear_queue(struct exchange *ex)
{
	while (ex->queue)
		task_free(take_out(ex, &ex->queue));
}

void exchange_clear(struct ike_sa *ike)
{
	struct exchange *ex = &ike->ex;

	timer_stop(&ike->core->timers, &ex->timer);
	job_forget(ike, JOB_OURS);
	job_forget(ike, JOB_PEERS);
	free(ex->request);
	ex->request = NULL;
	task_free(ex->current);
	ex->current = NULL;
	clear_queue(ex);
}

void exchange_end(struct ike_sa *ike, struct task *task)
{
	struct exchange *ex = &ike->ex;
	unsigned int most;

	clear_queue(ex);
	exchange_queue(ike, task);
	if (job_waits(ike, JOB_OURS)) {
		/* The answer is here, and is soon handled. */
		if (ex->request)
			return;
		/* The request was not sent yet. */
		job_forget(ike, JOB_OURS);
		timer_stop(&ike->core->timers, &ex->timer);
		exchange_done(ike);
		return;
	}
	if (!ex->current || !ex->request)
		return;
	leave_slot(ex->current);
	ex->asked = false;
	most = sends_most(ike);
	if (ex->sends + END_SENDS < most)
		ex->sends = most - END_SENDS;
	ex->wait = WAIT_FIRST;
	wait_for_answer(ike);
}

/* Until the result of the job must be there. */
void exchange_pause(struct ike_sa *ike)
{
	timer_set(&ike->core->timers, &ike->ex.timer, ike->core->now + JOB_MOST_MS);
}

/* Builds, keeps and sends the current task's request; false if there is none to send. */
static bool begin_request(struct ike_sa *ike)
{
	struct exchange *ex = &ike->ex;
	struct bytes message;

	timer_stop(&ike->core->timers, &ex->timer);
	free(ex->request);
	ex->request = NULL;
	message = ike->version->request(ike, ex->current);
	if (!message.n && job_waits(ike, JOB_OURS)) {
		exchange_pause(ike);
		return true;
	}
	job_forget(ike, JOB_OURS);
	if (message.n)
		ex->request = packet_new(message);
	if (!ex->request)
		return false;
	ex->sends = 1;
	ex->asked = false;
	ex->wait = WAIT_FIRST;
	ike_send(ike, message);
	wait_for_answer(ike);
	return true;
}

void exchange_wake(struct ike_sa *ike)
{
	if (ike->woken)
		return;
	ike->woken = true;
	ike->woken_next = ike->core->woken;
	ike->core->woken = ike;
}

static void run(struct ike_sa *ike)
{
	struct exchange *ex = &ike->ex;

	while (!ex->current && ex->queue && ike->state < IKE_CLOSED) {
		ex->current = take_out(ex, &ex->queue);
		if (!begin_request(ike))
			ike->version->unsent(ike, ex->current);
	}
}

bool exchanges_woken(struct ike_core *core)
{
	struct ike_sa *ike = core->woken;

	if (!ike)
		return false;
	core->woken = ike->woken_next;
	ike->woken = false;
	run(ike);
	return true;
}

void exchange_again(struct ike_sa *ike)
{
	if (!begin_request(ike))
		ike->version->unsent(ike, ike->ex.current);
}

void exchange_queue_first(struct ike_sa *ike, struct task *task)
{
	if (!task)
		return;
	insert(&ike->ex, &ike->ex.queue, task);
	exchange_wake(ike);
}

void exchange_queue(struct ike_sa *ike, struct task *task)
{
	if (!task)
		return;
	insert(&ike->ex, ike->ex.queue_end, task);
	exchange_wake(ike);
}

void exchange_queue_once(struct ike_sa *ike, enum task_kind kind)
{
	if (!ike->ex.waiting[kind])
		exchange_queue(ike, task_new(kind));
}

void exchange_answered(struct ike_sa *ike)
{
	struct exchange *ex = &ike->ex;

	timer_stop(&ike->core->timers, &ex->timer);
	free(ex->request);
	ex->request = NULL;
	ex->send_id++;
}

void exchange_done(struct ike_sa *ike)
{
	task_free(ike->ex.current);
	ike->ex.current = NULL;
	exchange_wake(ike);
}

bool exchange_has(const struct ike_sa *ike, enum task_kind kind)
{
	const struct exchange *ex = &ike->ex;

	return (ex->current && ex->current->kind == kind) || ex->waiting[kind];
}

void exchange_drop(struct ike_sa *ike, enum task_kind kind)
{
	struct task **at = &ike->ex.queue;

	while (*at) {
		if ((*at)->kind == kind)
			task_free(take_out(&ike->ex, at));
		else
			at = &(*at)->next;
	}
}

void exchange_move(struct ike_sa *from, struct ike_sa *to)
{
	while (from->ex.queue) {
		struct task *task = take_out(&from->ex, &from->ex.queue);

		if (rule_of(from, task)->moves)
			exchange_queue(to, task);
		else
			task_free(task);
	}
}

void exchange_respond(struct ike_sa *ike, const struct endpoint *local,
		      const struct endpoint *remote, struct bytes message)
{
	struct exchange *ex = &ike->ex;

	free(ex->response);
	ex->response = packet_new(message);
	ex->recv_id++;
	action_send(&ike->core->actions, local, remote, message);
}

void exchange_respond_again(struct ike_sa *ike, const struct endpoint *local,
			    const struct endpoint *remote)
{
	if (ike->ex.response)
		action_send(&ike->core->actions, local, remote, packet_bytes(ike->ex.response));
}
