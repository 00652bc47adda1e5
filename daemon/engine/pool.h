/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Threads that compute the core's jobs (ike/core.h): one for each CPU, at most 8.  Jobs for
 * established SAs go first.  While POOL_MOST jobs wait, the core sends new peers a cookie instead
 * of adding to the queue; accepted peers and established SAs have at most one job each at a time.
 */
#ifndef PANTUN_ENGINE_POOL_H
#define PANTUN_ENGINE_POOL_H

#include <stdbool.h>

#define POOL_MOST	256	/* some seconds of work with a slow group */

struct ike_job;
struct pool;

/*
 * Starts the threads; they inherit the caller's capabilities.  Returns NULL, with a log line, on
 * failure.
 */
struct pool *pool_new(void);
/*
 * Waits for running jobs, then wipes queued jobs and results that were not taken.  NULL is fine.
 */
void pool_free(struct pool *pool);
/* Readable while there are results, however many are taken at a time. */
int pool_fd(const struct pool *pool);
/*
 * Whether pool_put() itself will compute @job, so that its result is there at once and pool_fd()
 * need not tell of it: on a single CPU, a thread could not begin earlier, and to wake it, and be
 * woken by it, takes longer than a quick group.
 */
bool pool_spares(const struct pool *pool, const struct ike_job *job);
/* Takes ownership of @job.  False: out of memory, and @job remains the caller's. */
bool pool_put(struct pool *pool, struct ike_job *job);
/* True while new peers have to wait. */
bool pool_full(struct pool *pool);
/* Returns a finished job, owned by the caller, or NULL if there is none now. */
struct ike_job *pool_take(struct pool *pool);

#endif
