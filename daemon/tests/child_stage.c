// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/child_stage.h"

#include <event2/event.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "proc/confine.h"
#include "proc/spawn.h"

#define NOBODY	65534
#define MOST	120	/* seconds that a test waits for something, on however slow a machine */

/* --- the channel --- */

void child_stage_ready(void *ctx, struct bytes body, int fd)
{
	struct child_stage *stage = ctx;

	(void)body;
	(void)fd;
	stage->ready++;
}

void child_stage_ignore(void *ctx, struct bytes body, int fd)
{
	(void)ctx;
	(void)body;
	(void)fd;
}

static void on_gone(void *ctx, const char *reason)
{
	struct child_stage *stage = ctx;

	(void)reason;
	stage->gone++;
}

void child_stage_open(struct child_stage *stage, struct event_base *base, int fd,
		      enum msg_role role, chan_handler *const *handlers)
{
	assert_non_null(base);
	stage->base = base;
	stage->ready = 0;
	stage->gone = 0;
	stage->chan = chan_new(base, fd, MSG_PARENT, role, handlers, stage, on_gone);
	assert_non_null(stage->chan);
}

void child_stage_close(struct child_stage *stage)
{
	chan_free(stage->chan);
	stage->chan = NULL;
}

/* --- the process --- */

/* Its root, opened, and both ends of its channel. */
static int prepare(struct child_stage *stage, int ends[2])
{
	int root;

	if (!confine_possible())
		skip();
	snprintf(stage->root, sizeof(stage->root), "/tmp/test_child.XXXXXX");
	assert_non_null(mkdtemp(stage->root));
	root = open(stage->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(root >= 0);
	assert_int_equal(chan_pair(ends), 0);
	return root;
}

/* What there is of it here. */
static int began(struct child_stage *stage, pid_t pid, int root, const int ends[2])
{
	assert_true(pid > 0);
	stage->pid = pid;
	close(root);
	close(ends[1]);
	return ends[0];
}

int child_stage_fork(struct child_stage *stage, enum msg_role role, int (*run)(int end))
{
	int ends[2], root = prepare(stage, ends);
	const struct confine how = { .root = root, .uid = NOBODY, .gid = NOBODY };
	pid_t pid = fork();

	if (!pid) {
		close(ends[0]);
		_exit(confine(role, &how) ? run(ends[1]) : 1);
	}
	return began(stage, pid, root, ends);
}

int child_stage_spawn(struct child_stage *stage, enum msg_role role, const char *name)
{
	static const char *const arguments[] = { "--as", "65534:65534", NULL };
	char self[PATH_MAX] = "", program[PATH_MAX + 32];
	int ends[2], root = prepare(stage, ends);
	const struct spawn how = { .program = program, .arguments = arguments, .root = root };

	assert_true(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
	snprintf(program, sizeof(program), "%s/%s", dirname(self), name);
	return began(stage, spawn(role, &how, ends[1], NULL), root, ends);
}

static void on_late(evutil_socket_t fd, short what, void *ctx)
{
	struct child_stage *stage = ctx;

	(void)fd;
	(void)what;
	stage->late = true;
	/* A loop where something is active all the time does not end by itself. */
	event_base_loopbreak(stage->base);
}

void child_stage_until(struct child_stage *stage, const unsigned int *count)
{
	static const struct timeval most = { .tv_sec = MOST };
	struct event *timer = event_new(stage->base, -1, 0, on_late, stage);

	assert_non_null(timer);
	stage->late = false;
	event_add(timer, &most);
	while (!*count && !stage->gone && !stage->late)
		event_base_loop(stage->base, EVLOOP_ONCE);
	event_free(timer);
	if (!*count && stage->late)
		fail_msg("nothing has come of it in %d s", MOST);
	else if (!*count)
		fail_msg("it has ended");
}

void child_stage_stop(struct child_stage *stage)
{
	int status;

	chan_send(stage->chan, MSG_STOP, NULL, 0);
	child_stage_until(stage, &stage->gone);
	assert_int_equal(waitpid(stage->pid, &status, 0), stage->pid);
	assert_true(WIFEXITED(status) && !WEXITSTATUS(status));
	child_stage_close(stage);
	assert_int_equal(rmdir(stage->root), 0);
}
