/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The process `ike`: the core between the sockets of IKE, its clock, threads for key exchanges,
 * the parent and `auth`.  It has no privileges and opens nothing; what it works with is handed to
 * it.  What it wants of the kernel it asks the parent for (talk/ike_msg.h).
 *
 * Each of its files calls only those below it:
 *
 *   engine.c		begins, ends, and takes what comes in
 *   from_parent.c	what the parent sends
 *   datagrams.c		what the network sends
 *   job_results.c	returns what was computed to the core
 *   turn.c		what follows any of these, and what is due later
 *   to_parent.c	what the core wants of the kernel
 *   jobs.c		what it wants computed
 *   departure.c	datagrams on their way out
 *   pool.c, udp.c	threads, sockets
 *   inbox.c		datagrams that wait for the core
 */
#ifndef PANTUN_ENGINE_ENGINE_H
#define PANTUN_ENGINE_ENGINE_H

struct event_base;
struct engine;

/*
 * Runs in the event loop @base.  Takes over @parent, its end of the channel to the parent.  Calls
 * @ended, unless that is NULL, when it has nothing left to do: it was told to end, or the parent is
 * gone.  Returns NULL, with a log line, on failure.
 */
struct engine *engine_new(struct event_base *base, int parent, void (*ended)(void *ctx),
			  void *ctx);
/* Wipes keys.  NULL is fine. */
void engine_free(struct engine *e);

/* The whole process, started with the channel's end @parent; its exit status. */
int engine_run(int parent);

#endif
