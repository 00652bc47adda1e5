/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a process of the daemon gives up once it has opened what it needs.  From then on nothing
 * but its descriptors is of use to it.
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
 * First, while there is one thread, as capabilities are a thread's.  No file can be reached any
 * more: the root is empty where there is CAP_SYS_CHROOT, and Landlock forbids them where the
 * kernel has it; it is an error where there is neither.  Root turns into another user, unless it
 * may not.  Every capability goes, with the bounding set where that can be changed; nothing that
 * is executed gains any; memory cannot be read or dumped by others; sizes of files and numbers of
 * descriptors are bounded; the parent's death is ours.  False with a log line.
 */
bool confine(enum msg_role role, const struct confine *how);
/*
 * Then, with all threads started: no more of them, and the system calls of calls_limit() alone, in
 * every thread.  False with a log line.
 */
bool confine_calls(enum msg_role role);

/*
 * For the parent, before it gives up what it starts processes with: whether confine() will find
 * a way to keep them from files.  False with a log line that says what to do.
 */
bool confine_possible(void);

#endif
