/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The run directory: where the control socket is, and the proof that there is one daemon. */
#ifndef PANTUN_LOOP_RUN_DIR_H
#define PANTUN_LOOP_RUN_DIR_H

/*
 * Makes the directory of @socket, a path, where it is missing, and locks it.  The lock goes with
 * the file descriptor, which the caller closes; -1 with a log line.
 */
int run_dir_lock(const char *socket);
/*
 * An empty directory in which nobody can make anything, as it is removed already.  The caller
 * closes it; -1 with a log line.
 */
int run_dir_empty(int run_dir);

#endif
