/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests and responses of an IKE SA (RFC 7296 sections 2.1 to 2.3): message ids,
 * a window of one each way, retransmission, the response kept for a repeated request.
 */
#ifndef PANTUN_IKE_EXCHANGE_H
#define PANTUN_IKE_EXCHANGE_H

#include "ike/core_priv.h"
#include "ike/packet.h"
#include "ike/task.h"

struct exchange {
	uint32_t send_id;		/* of our next request, or of the one under way */
	uint32_t recv_id;		/* of the peer's next request */
	struct task *current;		/* its request is under way */
	struct task *queue, **queue_end;
	unsigned int waiting[TASK_KINDS];	/* of each kind in the queue */
	struct packet *request;
	struct packet *response;	/* to the peer's last request, recv_id - 1 */
	ike_time begun;			/* when the request was sent first */
	unsigned int sends;
	unsigned int most;		/* of them, unless the peer shows that it lives */
	unsigned int repeated;		/* the peer's last request has come that often again */
	bool asked;			/* the kernel, whether ESP comes in */
	ike_time wait;			/* before the next repetition */
	ike_time lost;			/* core->waits.lost when it was sent last */
	struct timer timer;		/* in core->waits */
};

void exchange_init(struct ike_sa *ike);
/* Drops all that is queued and under way. */
void exchange_clear(struct ike_sa *ike);
/* Takes over @task (NULL: nothing happens), to be begun as soon as no other is under way. */
void exchange_queue(struct ike_sa *ike, struct task *task);
/* Likewise, but before all that waits. */
void exchange_queue_first(struct ike_sa *ike, struct task *task);
/* Queues one of that kind unless one waits already. */
void exchange_queue_once(struct ike_sa *ike, enum task_kind kind);
/* The kernel has said whether ESP comes in, as it was asked to. */
void exchange_heard(struct ike_sa *ike);
/* Does what exchange_wake() asked for; true if there was something. */
bool exchanges_woken(struct ike_core *core);
/*
 * Builds and sends the current request anew under the same id (RFC 7296 sections 2.6, 2.7), or
 * for the first time, once the result of a job that it needs is there.
 */
void exchange_again(struct ike_sa *ike);
/* The response is here, but a job is needed to go on: no more repetitions. */
void exchange_pause(struct ike_sa *ike);
/* The response to the current request is here: no more repetitions, next id. */
void exchange_answered(struct ike_sa *ike);
/* The path is another: the request under way goes there at once, as if for the first time. */
void exchange_rerouted(struct ike_sa *ike);
/* Frees the current task. */
void exchange_done(struct ike_sa *ike);
/* One of that kind is queued or under way. */
bool exchange_has(const struct ike_sa *ike, enum task_kind kind);
/* Frees what waits of that kind. */
void exchange_drop(struct ike_sa *ike, enum task_kind kind);
/*
 * Nothing but @task, which is taken over, is to be done any more.  A request under way must be
 * answered first (RFC 7296 section 2.3), but is not waited for as long as usual.
 */
void exchange_end(struct ike_sa *ike, struct task *task);
/* Nobody may be there to answer the request under way: it is not waited for as long as usual. */
void exchange_hurry(struct ike_sa *ike);
/* Nobody is there: it is as if the last repetition had not been answered either. */
void exchange_last(struct ike_sa *ike);
/* Moves what waits to the queue of @to, as an IKE SA's heir takes over. */
void exchange_move(struct ike_sa *from, struct ike_sa *to);
/*
 * Keeps @message, which is taken over, as the response to the peer's request, and sends it to
 * where that came from, which need not be the path of the IKE SA (RFC 7296 section 2.11).
 */
void exchange_respond(struct ike_sa *ike, const struct endpoint *local,
		      const struct endpoint *remote, struct packet *message);
/* Sends the response that was kept once more, likewise. */
void exchange_respond_again(struct ike_sa *ike, const struct endpoint *local,
			    const struct endpoint *remote);

/* The current request is sent as often as it was, and @more times. */
void exchange_limit(struct exchange *ex, unsigned int more);
/* Sets the timer for its next repetition. */
void exchange_await(struct ike_sa *ike);
/* Sends @message along the path of @ike, and does not keep it. */
void ike_send(struct ike_sa *ike, const struct packet *message);

/* --- unanswered.c --- */

/* TIMER_EXCHANGE: the request is sent once more, or the peer is lost. */
void exchange_timeout(struct ike_core *core, struct timer *timer);

#endif
