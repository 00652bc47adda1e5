/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Confines a process of the daemon once it has opened what it needs.  From then on it can use its
 * descriptors only.
 */
#ifndef PANTUN_PROC_CONFINE_H
#define PANTUN_PROC_CONFINE_H

#include <stdbool.h>
#include <sys/types.h>

#include "msg/msg.h"

struct confine {
	int root;		/* an empty directory, which becomes its root, or -1; closed */
	uid_t uid;		/* that root turns into; never 0 */
	gid_t gid;
};

/*
 * First step.  Call it while there is one thread, as capabilities belong to threads.  Cuts off the
 * file system: by an empty root with CAP_SYS_CHROOT, by Landlock where the kernel has it; having
 * neither is an error.  Changes from root to another user if permitted.  Drops all capabilities,
 * the bounding set too if permitted, and sets no_new_privs.  Makes memory undumpable and
 * unreadable for others, limits file sizes and the number of descriptors, and ties the process's
 * life to its parent's.  False with a log line.
 */
bool confine(enum msg_role role, const struct confine *how);
/*
 * Second step, with all threads started: allows no more threads, and only the system calls of
 * calls_limit() in every thread.  False with a log line.
 */
bool confine_calls(enum msg_role role);

/*
 * For the parent, before it drops privileges: checks that confine() will be able to cut off the
 * file system.  False with a log line that says what to do.
 */
bool confine_possible(void);

#endif
