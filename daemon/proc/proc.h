/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One process that the parent starts, and starts anew when it has ended.  The pause before that
 * is PROC_PAUSE_LEAST ms and doubles with each end up to PROC_PAUSE_MOST; whoever lived for
 * PROC_STEADY ms has the shortest again.  The longest is short, as SAs that are due to be replaced
 * run out while there is nobody to do it.  Who breaks a rule of the channel is killed.  One log
 * line says how it ended, and when it is started again.
 */
#ifndef PANTUN_PROC_PROC_H
#define PANTUN_PROC_PROC_H

#include <sys/types.h>

#include "msg/chan.h"

#define PROC_PAUSE_LEAST	100	/* ms */
#define PROC_PAUSE_MOST		5000
#define PROC_STEADY		60000
#define PROC_PATIENCE		5000	/* ms that one has to end in order; then it is killed */

struct proc;
struct spawn;

/* What its owner does with it; all are called out of the event loop. */
struct proc_owner {
	chan_handler *const *handlers;	/* as of chan_new(), with ctx */
	void *ctx;
	/*
	 * A process runs, and @chan leads to it: send what it has to know.  It is not set up yet,
	 * MSG_READY will tell.
	 */
	void (*started)(void *ctx, enum msg_role role, struct chan *chan);
	/* Its channel is gone, and @chan no longer valid.  Once for each started(). */
	void (*ended)(void *ctx, enum msg_role role);
	/* After proc_stop(): the process is no more. */
	void (*stopped)(void *ctx, enum msg_role role);
};

/* Of who runs, for "pantunctl show daemon". */
struct proc_facts {
	pid_t pid;		/* 0: none runs, but one will be started */
	unsigned int times;	/* started so far */
	uint64_t since;		/* clock_ms() of the last start */
};

/*
 * @owner, and what @how points to, are the caller's and outlive it.
 * Starts nothing.  NULL: out of memory.
 */
struct proc *proc_new(struct event_base *base, enum msg_role role, const struct spawn *how,
			const struct proc_owner *owner);
/* Kills the process if it runs, without a callback.  NULL is fine.  Not out of its callbacks. */
void proc_free(struct proc *proc);

/* Starts it.  What fails is logged and tried again after a pause, as an end is. */
void proc_start(struct proc *proc);
/* Sends MSG_STOP.  The process is killed after PROC_PATIENCE, and not started anew. */
void proc_stop(struct proc *proc);
struct proc_facts proc_facts(const struct proc *proc);

/* The pause that follows @before (0: the first) for who has lived @alive ms, in ms. */
unsigned int proc_pause(unsigned int before, uint64_t alive);

#endif
