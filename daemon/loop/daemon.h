/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parent process: connects configuration, kernel, commands and the other processes. */
#ifndef PANTUN_LOOP_DAEMON_H
#define PANTUN_LOOP_DAEMON_H

#include <stdbool.h>

struct daemon_options {
	const char *config;	/* path */
	const char *ctl;	/* path of the control socket */
	const char *state;	/* path of the directory for what is to survive a restart */
	const char *group;	/* as of priv_join_group() */
	bool delete_on_exit;	/* SAs; else they stay in the kernel */
	bool single;		/* all in one process */
	const char *const *role_options;	/* for the other processes; NULL behind the last */
};

/*
 * Runs until SIGTERM or SIGINT. Returns the exit status: 0, or 1 with log lines if it could not
 * start.
 */
int daemon_run(const struct daemon_options *options);

#endif
