/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The process `fetch`, which asks name servers and web servers for the parent.  It is a program of
 * its own, so that no other process has its libraries; it has no key, and no file once it is set
 * up.
 */
#ifndef PANTUN_FETCH_PROCESS_H
#define PANTUN_FETCH_PROCESS_H

struct event_base;
struct fetch_process;

/*
 * Serves the parent at the channel's end @parent, which it takes over.  Leaves the loop of @base
 * when the parent says so, or ends.  NULL, with a log line and @parent closed: no memory.
 */
struct fetch_process *fetch_process_new(struct event_base *base, int parent);
/* NULL is fine. */
void fetch_process_free(struct fetch_process *process);
/* The whole process, confined (proc/confine.h); its exit status. */
int fetch_process_run(int parent);

#endif
