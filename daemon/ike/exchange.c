// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/exchange.h"

#include <stdlib.h>

#include "ike/agenda.h"
#include "ike/fragments.h"
#include "ike/ike_sa.h"
#include "ike/line.h"
#include "ike/version.h"

#define WAIT_FIRST	SECONDS(1)	/* then each time 8/5 of the one before */
#define END_SENDS	3		/* of a request that has to come to its end: 9 s */

static const struct task_rule *rule_of(const struct ike_sa *ike, const struct task *task)
{
	return ike->version->rule(task->kind);
}

void exchange_limit(struct exchange *ex, unsigned int more)
{
	if (ex->sends + more < ex->most)
		ex->most = ex->sends + more;
}

void exchange_await(struct ike_sa *ike)
{
	struct ike_core *core = ike->core;

	ike->ex.lost = core->waits.lost;
	timer_set(&core->waits, &ike->ex.timer, core->now + core_jitter(core, ike->ex.wait, 90));
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

	timer_stop(&ike->core->waits, &ex->timer);
	job_forget(ike, JOB_OURS);
	job_forget(ike, JOB_PEERS);
	fragments_drop(ike, JOB_OURS);
	fragments_drop(ike, JOB_PEERS);
	packet_free(ex->request);
	ex->request = NULL;
	task_free(ex->current);
	ex->current = NULL;
	clear_queue(ex);
}

void exchange_hurry(struct ike_sa *ike)
{
	struct exchange *ex = &ike->ex;

	ex->asked = false;
	exchange_limit(ex, END_SENDS);
	ex->wait = WAIT_FIRST;
	exchange_await(ike);
}

void exchange_last(struct ike_sa *ike)
{
	struct exchange *ex = &ike->ex;

	if (ex->sends >= ex->most)
		return;
	exchange_limit(ex, 0);
	timer_set(&ike->core->waits, &ex->timer, ike->core->now);
}

void exchange_end(struct ike_sa *ike, struct task *task)
{
	struct exchange *ex = &ike->ex;

	clear_queue(ex);
	exchange_queue(ike, task);
	if (job_waits(ike, JOB_OURS)) {
		/* The answer is here, and is soon handled. */
		if (ex->request)
			return;
		/* The request was not sent yet. */
		job_forget(ike, JOB_OURS);
		timer_stop(&ike->core->waits, &ex->timer);
		exchange_done(ike);
		return;
	}
	if (!ex->current || !ex->request)
		return;
	task_leave_slot(ex->current);
	exchange_hurry(ike);
}

/* Until the result of the job must be there. */
void exchange_pause(struct ike_sa *ike)
{
	ike->ex.asked = false;
	timer_set(&ike->core->waits, &ike->ex.timer, ike->core->now + JOB_MOST_MS);
}

/* Builds, keeps and sends the current task's request; false if there is none to send. */
static bool begin_request(struct ike_sa *ike)
{
	struct exchange *ex = &ike->ex;

	timer_stop(&ike->core->waits, &ex->timer);
	packet_free(ex->request);
	ex->request = NULL;
	ex->request = ike->version->request(ike, ex->current);
	if (!ex->request && job_waits(ike, JOB_OURS)) {
		exchange_pause(ike);
		return true;
	}
	job_forget(ike, JOB_OURS);
	if (!ex->request)
		return false;
	ex->begun = ike->core->now;
	ex->sends = 1;
	ex->most = rule_of(ike, ex->current)->sends;
	ex->asked = false;
	ex->wait = WAIT_FIRST;
	ike_send(ike, ex->request);
	exchange_await(ike);
	return true;
}

/* The peer may have answered meanwhile: then nobody waits for this any more. */
void exchange_heard(struct ike_sa *ike)
{
	if (ike->ex.asked)
		timer_set(&ike->core->waits, &ike->ex.timer, ike->core->now);
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

	line_heard(ike);
	timer_stop(&ike->core->waits, &ex->timer);
	fragments_drop(ike, JOB_OURS);
	packet_free(ex->request);
	ex->request = NULL;
	ex->asked = false;
	ex->send_id++;
}

void exchange_rerouted(struct ike_sa *ike)
{
	struct exchange *ex = &ike->ex;

	if (!ex->request || job_waits(ike, JOB_OURS))
		return;
	ex->sends = 1;
	ex->asked = false;
	ex->wait = WAIT_FIRST;
	ike_send(ike, ex->request);
	exchange_await(ike);
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

static void send_all(struct ike_sa *ike, const struct endpoint *local,
		     const struct endpoint *remote, const struct packet *message)
{
	for (; message; message = message->next)
		action_send(&ike->core->actions, local, remote, packet_bytes(message),
			    ike->gw->conf->dscp, ike->path->wished);
}

void exchange_respond(struct ike_sa *ike, const struct endpoint *local,
		      const struct endpoint *remote, struct packet *message)
{
	struct exchange *ex = &ike->ex;

	fragments_drop(ike, JOB_PEERS);
	packet_free(ex->response);
	ex->response = message;
	ex->repeated = 0;
	ex->recv_id++;
	send_all(ike, local, remote, message);
}

void exchange_respond_again(struct ike_sa *ike, const struct endpoint *local,
			    const struct endpoint *remote)
{
	send_all(ike, local, remote, ike->ex.response);
}

void ike_send(struct ike_sa *ike, const struct packet *message)
{
	send_all(ike, &ike->path->local, &ike->path->remote, message);
}
