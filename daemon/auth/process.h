/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The process `auth`, which has the pre-shared keys.  The parent gives it keys, and the process
 * `ike` asks for AUTH by their numbers.  A key goes in, and never comes out.  It needs no network
 * and, once it is set up, no files.
 */
#ifndef PANTUN_AUTH_PROCESS_H
#define PANTUN_AUTH_PROCESS_H

struct auth_process;
struct event_base;

/*
 * Serves the parent at the channel's end @parent, which it takes over, and `ike` once the parent
 * has sent an end to it.  Leaves the loop of @base when the parent says so, or ends.  NULL, with a
 * log line and @parent closed: no memory.
 */
struct auth_process *auth_process_new(struct event_base *base, int parent);
/* Wipes all keys; NULL is fine. */
void auth_process_free(struct auth_process *process);
/* The whole process, confined (proc/confine.h) and its memory locked; its exit status. */
int auth_process_run(int parent);

#endif
