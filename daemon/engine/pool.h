/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Threads that compute the core's jobs (ike/core.h), one a CPU and 8 at most.  Jobs for SAs that
 * stand go first.  While POOL_MOST wait, the core takes no newcomers, who would add to it, and asks
 * them to come again; those it has taken, and SAs that stand, have one job each at a time.
 */
#ifndef PANTUN_ENGINE_POOL_H
#define PANTUN_ENGINE_POOL_H

#include <stdbool.h>

#define POOL_MOST	256	/* with a slow group some seconds of work */

struct ike_job;
struct pool;

/* Starts the threads, with the capabilities of the caller.  NULL with a log line. */
struct pool *pool_new(void);
/* Waits for what is being computed; what waits, or was not taken, is wiped.  NULL is fine. */
void pool_free(struct pool *pool);
/* Readable as long as there are results, however many are taken at a time. */
int pool_fd(const struct pool *pool);
/* Takes over @job; false: out of memory, and it stays the caller's. */
bool pool_put(struct pool *pool, struct ike_job *job);
/* Newcomers have to wait. */
bool pool_full(struct pool *pool);
/* A job that was computed, for the caller; NULL: there is none now. */
struct ike_job *pool_take(struct pool *pool);

#endif
