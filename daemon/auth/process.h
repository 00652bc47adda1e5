/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The process `auth`, which holds the pre-shared keys.  The parent sends it keys, and `ike` asks
 * it to make or check AUTH, naming keys by number.  A key never leaves it.  It needs no network
 * and, once set up, no files.
 */
#ifndef PANTUN_AUTH_PROCESS_H
#define PANTUN_AUTH_PROCESS_H

struct auth_process;
struct event_base;

/*
 * Serves the parent over the channel end @parent, of which it takes ownership, and `ike` once the
 * parent has sent a channel to it.  Leaves the loop of @base when the parent says so, or ends.
 * Returns NULL, with a log line and @parent closed, if memory runs out.
 */
struct auth_process *auth_process_new(struct event_base *base, int parent);
/* Wipes all keys; NULL is fine. */
void auth_process_free(struct auth_process *process);
/*
 * Runs the whole process, confined (proc/confine.h) and with its memory locked.  Returns its exit
 * status.
 */
int auth_process_run(int parent);

#endif
