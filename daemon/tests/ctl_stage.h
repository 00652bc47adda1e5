/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A control socket with a daemon behind it that does as its test says. */
#ifndef PANTUN_TESTS_CTL_STAGE_H
#define PANTUN_TESTS_CTL_STAGE_H

#include <stddef.h>
#include <sys/types.h>

#include "ctl/ctl.h"
#include "engine/answer.h"

#define NOW			1000000	/* ike_time of all tests */
#define STAGE_ROUNDS		2000	/* of the loop while an answer is waited for */
#define STAGE_ANSWER_ROOM	65536
#define CTL_STAGE_HELD		32	/* questions that a test may leave open */
#define CTL_STAGE_CONFIG	"/etc/pantun/pantun.conf"

struct ctl_stage {
	char dir[32], path[48];		/* the socket's */
	gid_t group;			/* of the socket */
	/* What the daemon was asked to do. */
	struct {
		char called[64];
		char name[64];
		bool fail;
	} asked;
	unsigned int shown;		/* requests to show that IKE was asked */
	/* Questions that are not answered at once, for the test to do it. */
	struct {
		bool wait, refuse, reload;
		unsigned int n;
		uint64_t tickets[CTL_STAGE_HELD];
		struct ctl_question last;
	} held;
	uint64_t reload;		/* ticket of the last reload */
	int kernel;			/* the kernel's end of the socket that was given away */
	char logged[256];		/* the last line of the log */
	struct ike_core *core;
	struct event_base *base;
	struct ctl *ctl;
};

extern struct ctl_stage stage;
extern const struct ctl_ops stage_ops;

/* For cmocka_run_group_tests(). */
int stage_open(void **state);
int stage_close(void **state);

/* IKE's part: rows from the core, and replies of our own. */
struct ctl_reply stage_reply(const struct ctl_question *question, const struct answer_rows *rows);
/* What a reload has to say. */
const struct ctl_reloaded *stage_said(void);
/* The reload of that ticket is done, or fails if stage.asked.fail. */
void stage_reloaded(uint64_t ticket);
int stage_dial(void);
/* The same to a control socket elsewhere. */
int stage_dial_at(const char *path);
/* A connection of a user who is not root, unless nobody here is. */
int stage_dial_as_other(void);
void stage_close_all(int *fds, size_t n);
/* @text_n octets, after a header that tells of @n. */
void stage_put(int fd, uint32_t n, const char *text, size_t text_n);
void stage_ask(int fd, const char *request);
/* One message; NULL where the other end closed.  Valid until the next call. */
const char *stage_message(int fd);

#endif
