/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Threads that compute the core's jobs (ike/core.h), one a CPU and 8 at most.  Jobs for SAs that
 * stand go first.  How many wait is bounded by the core: two an SA, and half-open SAs are limited.
 */
#ifndef PANTUN_ENGINE_POOL_H
#define PANTUN_ENGINE_POOL_H

#include <stdbool.h>

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
/* A job that was computed, for the caller; NULL: there is none now. */
struct ike_job *pool_take(struct pool *pool);

#endif
