/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A child process of pantund, or what is in it, whose parent is the test: the parent's end of their
 * channel, and how the child begins and ends.
 */
#ifndef PANTUN_TESTS_CHILD_STAGE_H
#define PANTUN_TESTS_CHILD_STAGE_H

#include <sys/types.h>

#include "msg/chan.h"

struct child_stage {
	struct event_base *base;
	struct chan *chan;		/* NULL: closed */
	unsigned int ready, gone;	/* how often it said so, and the channel ended */
	bool late;			/* what a test waits for has not come */
	/* Where it is a process of its own: */
	pid_t pid;
	char root[32];			/* empty; what it is confined to */
};

/*
 * Opens the parent's end @fd, toward @role, on @base.  The handlers' context is the stage: it has
 * two of them itself.
 */
void child_stage_open(struct child_stage *stage, struct event_base *base, int fd,
		      enum msg_role role, chan_handler *const *handlers);
void child_stage_ready(void *ctx, struct bytes body, int fd);
void child_stage_ignore(void *ctx, struct bytes body, int fd);
/* Closes it, unless it is closed. */
void child_stage_close(struct child_stage *stage);

/*
 * A process in which @run goes on as main() has it: confined, with the other end.  Ours, for
 * child_stage_open().  Skips the test where nothing can be confined.
 */
int child_stage_fork(struct child_stage *stage, enum msg_role role, int (*run)(int end));
/* Or the program of that name, which stands where the test does, as pantund starts it. */
int child_stage_spawn(struct child_stage *stage, enum msg_role role, const char *name);
/*
 * The loop goes on until *@count is not 0; the test fails if the child is gone before, or nothing
 * has come in two minutes.
 */
void child_stage_until(struct child_stage *stage, const unsigned int *count);
/* Tells the process to stop, which it does with status 0, and closes the channel. */
void child_stage_stop(struct child_stage *stage);

#endif
