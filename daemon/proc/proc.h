/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A child process that the parent starts, and restarts when it ends.  The pause before a restart
 * is PROC_PAUSE_LEAST ms and doubles with each end, up to PROC_PAUSE_MOST; a process that lived
 * for PROC_STEADY ms resets it.  The longest pause is short, because SAs that are due for a rekey
 * expire meanwhile.  A process that breaks a rule of the channel is killed.  One log line says how
 * a process ended, and when it is restarted.
 */
#ifndef PANTUN_PROC_PROC_H
#define PANTUN_PROC_PROC_H

#include <sys/types.h>

#include "msg/chan.h"

#define PROC_PAUSE_LEAST	100	/* ms */
#define PROC_PAUSE_MOST		5000
#define PROC_STEADY		60000
#define PROC_PATIENCE		5000	/* ms for an orderly end before it is killed */

struct proc;
struct spawn;

/* The owner's callbacks, all called from the event loop. */
struct proc_owner {
	chan_handler *const *handlers;	/* as of chan_new(), with ctx */
	void *ctx;
	/*
	 * A process runs, and @chan leads to it: send it its state.  It is not set up before
	 * MSG_READY.
	 */
	void (*started)(void *ctx, enum msg_role role, struct chan *chan);
	/* Its channel is gone, and @chan no longer valid.  Once for each started(). */
	void (*ended)(void *ctx, enum msg_role role);
	/* After proc_stop(): the process is no more. */
	void (*stopped)(void *ctx, enum msg_role role);
};

/* Facts about a process, for "pantunctl show daemon". */
struct proc_facts {
	pid_t pid;		/* 0: none runs now, but one will be started */
	unsigned int times;	/* started so far */
	uint64_t since;		/* clock_ms() of the last start */
};

/*
 * Creates the object without starting a process.  @owner and what @how points to remain the
 * caller's and must outlive it.  NULL: out of memory.
 */
struct proc *proc_new(struct event_base *base, enum msg_role role, const struct spawn *how,
			const struct proc_owner *owner);
/*
 * Kills the process if it runs, without a callback.  NULL is fine.  Must not be called from its
 * callbacks.
 */
void proc_free(struct proc *proc);

/* Starts the process.  A failure is logged and retried after a pause. */
void proc_start(struct proc *proc);
/* Sends MSG_STOP. The process is killed after PROC_PATIENCE, and not restarted. */
void proc_stop(struct proc *proc);
struct proc_facts proc_facts(const struct proc *proc);
/* Its /proc/PID/status, open until it ends, though /proc may hide it; -1: it is not there. */
int proc_status(struct proc *proc);

/*
 * Returns the pause in ms that follows the pause @before (0: none) for a process that lived @alive
 * ms.
 */
unsigned int proc_pause(unsigned int before, uint64_t alive);

#endif
