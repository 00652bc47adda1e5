/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a process of the daemon comes to be: the same program by another name, or one of its own. */
#ifndef PANTUN_PROC_SPAWN_H
#define PANTUN_PROC_SPAWN_H

#include <sys/types.h>

#include "msg/msg.h"

/* How a process is started. */
struct spawn {
	const char *program;		/* its path; NULL: our own */
	const char *const *arguments;	/* NULL at their end; NULL: none */
	int root;			/* an empty directory, for confine(); -1: none */
};

/*
 * Starts our own program, or @how->program, with "--role NAME" and the arguments.  Its end of the
 * channel is @end, which remains the caller's here.  It has no other file descriptor but standard
 * output and error and the root, and ignores SIGINT, SIGTERM and SIGHUP, which terminals and
 * service managers send to whole groups: it ends when its channel does or when it is told to, and
 * is killed when we die.
 * What capabilities we may hand on (priv_drop()) are effective there, for confine() to use.  From
 * *@status, which the caller closes, status_take() has its status; -1: there is none.  NULL: it is
 * not wanted.  Its process ID, or -1 with errno set.
 */
pid_t spawn(enum msg_role role, const struct spawn *how, int end, int *status);

/*
 * For who was started so: takes the name by which ps and top show it, and gives its end of the
 * channel, and in @root the directory or -1.  -1 with a log line: it was not started by pantund.
 */
int spawn_take(enum msg_role role, int *root);

#endif
