/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The process `ike`: connects the core to the IKE sockets, the clock, the key exchange threads,
 * the parent and `auth`.  It has no privileges and opens nothing: the parent passes it all
 * descriptors, and makes kernel changes on its behalf (talk/ike_msg.h).
 *
 * Each of its files calls only those below it:
 *
 * engine.c begins, ends, and takes what comes in from_parent.c what the parent sends datagrams.c
 * what the network sends job_results.c returns what was computed to the core turn.c what follows
 * any of these, and what is due later to_parent.c what the core wants of the kernel jobs.c what it
 * wants computed departure.c datagrams on their way out pool.c, udp.c threads, sockets inbox.c
 * datagrams that wait for the core
 */
#ifndef PANTUN_ENGINE_ENGINE_H
#define PANTUN_ENGINE_ENGINE_H

struct event_base;
struct engine;

/*
 * Runs in the event loop @base.  Takes ownership of @parent, our end of the channel to the parent.
 * Calls @ended, if not NULL, when there is nothing left to do: it was told to end, or the parent
 * is gone.  Returns NULL, with a log line, on failure.
 */
struct engine *engine_new(struct event_base *base, int parent, void (*ended)(void *ctx),
			  void *ctx);
/* Wipes keys.  NULL is fine. */
void engine_free(struct engine *e);

/* Runs the whole process over the channel end @parent.  Returns its exit status. */
int engine_run(int parent);

#endif
