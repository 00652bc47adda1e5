// SPDX-License-Identifier: GPL-2.0-or-later
#include "proc/proc.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "proc/spawn.h"
#include "proc/status.h"

#define PARTING		1000	/* ms for a process to exit after its channel has closed */
#define HOW_ROOM	256

struct proc {
	struct event_base *base;
	enum msg_role role;
	struct spawn how;
	const struct proc_owner *owner;
	struct chan *chan;	/* NULL: closed, whatever became of the process */
	struct event *exit;	/* fires when the process ends; NULL: none to watch */
	struct event *timer;	/* while it runs: to kill it; else: to start it anew */
	int pidfd;
	pid_t pid;		/* 0: none runs */
	bool reaped;		/* its last words are still read */
	int status;		/* of wait(), then */
	bool stopping;
	unsigned int pause;	/* the last one, ms; 0: there was none */
	struct proc_facts facts;
	int way, shown;		/* its /proc/PID/status: where it comes from, and that; -1: none */
	char broken[CHAN_REASON];	/* the rule it broke, and was killed for; "": none */
};

static void set_timer(struct proc *proc, unsigned int ms)
{
	const struct timeval when = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };

	event_add(proc->timer, &when);
}

unsigned int proc_pause(unsigned int before, uint64_t alive)
{
	if (!before || alive >= PROC_STEADY)
		return PROC_PAUSE_LEAST;
	return 2 * before < PROC_PAUSE_MOST ? 2 * before : PROC_PAUSE_MOST;
}

/* --- its end --- */

static void say_how(const struct proc *proc, struct text *how)
{
	int status = proc->status;

	if (proc->broken[0])
		text_add(how, "it was killed, as it broke a rule: %s", proc->broken);
	else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
		text_add(how, "it was killed for a system call that it may not make, which the "
			 "kernel's log names");
	else if (WIFSIGNALED(status))
		text_add(how, "it was killed by SIG%s", sigabbrev_np(WTERMSIG(status)));
	else
		text_add(how, "its exit status is %d", WEXITSTATUS(status));
}

static void say_end(const struct proc *proc)
{
	char room[HOW_ROOM];
	struct text how;

	text_init(&how, room, sizeof(room));
	say_how(proc, &how);
	if (!proc->stopping)
		log_error(NULL, "process %s (%d) has ended: %s; it is started anew in %u ms",
			  msg_role_name(proc->role), proc->pid, room, proc->pause);
	else if (proc->status)
		log_warning(NULL, "process %s (%d) did not end in order: %s",
			    msg_role_name(proc->role), proc->pid, room);
}

static void close_chan(struct proc *proc)
{
	if (!proc->chan)
		return;
	chan_free(proc->chan);
	proc->chan = NULL;
	proc->owner->ended(proc->owner->ctx, proc->role);
}

static void forget_shown(struct proc *proc)
{
	if (proc->way >= 0)
		close(proc->way);
	if (proc->shown >= 0)
		close(proc->shown);
	proc->way = -1;
	proc->shown = -1;
}

/* The process has ended and all its messages were handled. */
static void bury(struct proc *proc)
{
	event_del(proc->timer);
	close_chan(proc);
	proc->pause = proc_pause(proc->pause, clock_ms() - proc->facts.since);
	say_end(proc);
	forget_shown(proc);
	proc->pid = 0;
	proc->reaped = false;
	proc->broken[0] = '\0';
	if (proc->stopping)
		proc->owner->stopped(proc->owner->ctx, proc->role);
	else
		set_timer(proc, proc->pause);
}

static void forget_exit(struct proc *proc)
{
	event_free(proc->exit);
	proc->exit = NULL;
	close(proc->pidfd);
}

/* Read its remaining messages first: they may say why it ended. */
static void on_exit_of(evutil_socket_t fd, short what, void *ctx)
{
	struct proc *proc = ctx;

	(void)fd;
	(void)what;
	if (waitpid(proc->pid, &proc->status, WNOHANG) != proc->pid)
		return;
	forget_exit(proc);
	proc->reaped = true;
	if (proc->chan)
		set_timer(proc, PARTING);
	else
		bury(proc);
}

static void on_gone(void *ctx, const char *reason)
{
	struct proc *proc = ctx;

	if (strcmp(reason, CHAN_ENDED) != 0)
		snprintf(proc->broken, sizeof(proc->broken), "%s", reason);
	close_chan(proc);
	if (proc->reaped) {
		bury(proc);
	} else if (proc->broken[0]) {
		kill(proc->pid, SIGKILL);
	} else {
		/* A process that ends by itself closes its channel just before. */
		set_timer(proc, PARTING);
	}
}

static void on_timer(evutil_socket_t fd, short what, void *ctx)
{
	struct proc *proc = ctx;

	(void)fd;
	(void)what;
	if (proc->reaped)
		bury(proc);
	else if (proc->pid)
		kill(proc->pid, SIGKILL);
	else if (proc->stopping)
		proc->owner->stopped(proc->owner->ctx, proc->role);
	else
		proc_start(proc);
}

/* --- its life --- */

struct proc *proc_new(struct event_base *base, enum msg_role role, const struct spawn *how,
			const struct proc_owner *owner)
{
	struct proc *proc = calloc(1, sizeof(*proc));

	if (!proc)
		return NULL;
	proc->base = base;
	proc->way = -1;
	proc->shown = -1;
	proc->role = role;
	proc->how = *how;
	proc->owner = owner;
	proc->timer = event_new(base, -1, 0, on_timer, proc);
	if (proc->timer)
		return proc;
	free(proc);
	return NULL;
}

void proc_free(struct proc *proc)
{
	if (!proc)
		return;
	chan_free(proc->chan);
	event_free(proc->timer);
	if (proc->exit) {
		kill(proc->pid, SIGKILL);
		waitpid(proc->pid, NULL, 0);
		forget_exit(proc);
	}
	forget_shown(proc);
	free(proc);
}

/* Watches for the end of the process proc->pid. */
static bool watch_exit(struct proc *proc)
{
	proc->pidfd = pidfd_open(proc->pid, 0);
	if (proc->pidfd < 0)
		return false;
	proc->exit = event_new(proc->base, proc->pidfd, EV_READ | EV_PERSIST, on_exit_of, proc);
	if (proc->exit && !event_add(proc->exit, NULL))
		return true;
	if (proc->exit)
		event_free(proc->exit);
	proc->exit = NULL;
	close(proc->pidfd);
	errno = ENOMEM;
	return false;
}

static bool start(struct proc *proc)
{
	int ends[2], error;

	if (chan_pair(ends))
		return false;
	proc->chan = chan_new(proc->base, ends[0], MSG_PARENT, proc->role,
			       proc->owner->handlers, proc->owner->ctx, NULL);
	if (!proc->chan) {
		close(ends[1]);
		errno = ENOMEM;
		return false;
	}
	chan_on_end(proc->chan, on_gone, proc);
	proc->pid = spawn(proc->role, &proc->how, ends[1], &proc->way);
	error = errno;
	close(ends[1]);
	if (proc->pid > 0 && watch_exit(proc))
		return true;
	if (proc->pid > 0) {
		error = errno;
		kill(proc->pid, SIGKILL);
		waitpid(proc->pid, NULL, 0);
	}
	proc->pid = 0;
	forget_shown(proc);
	chan_free(proc->chan);
	proc->chan = NULL;
	errno = error;
	return false;
}

void proc_start(struct proc *proc)
{
	if (start(proc)) {
		proc->facts.times++;
		proc->facts.since = clock_ms();
		proc->owner->started(proc->owner->ctx, proc->role, proc->chan);
		return;
	}
	proc->pause = proc_pause(proc->pause, 0);
	log_error(NULL, "process %s cannot be started: %s; it is tried again in %u ms",
		  msg_role_name(proc->role), strerror(errno), proc->pause);
	set_timer(proc, proc->pause);
}

void proc_stop(struct proc *proc)
{
	proc->stopping = true;
	if (proc->chan)
		chan_send(proc->chan, MSG_STOP, NULL, 0);
	/* If none runs, end the pause at once. */
	set_timer(proc, proc->pid ? PROC_PATIENCE : 0);
}

struct proc_facts proc_facts(const struct proc *proc)
{
	struct proc_facts facts = proc->facts;

	facts.pid = proc->pid;
	return facts;
}

int proc_status(struct proc *proc)
{
	if (proc->shown < 0 && proc->way >= 0)
		proc->shown = status_take(proc->way);
	return proc->shown;
}
