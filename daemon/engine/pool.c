// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/pool.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/queue.h>
#include <unistd.h>

#include "base/log.h"
#include "ike/core.h"

#define THREADS_MOST	8
#define NAME_MAX_LEN	24	/* of a thread, with the NUL; the kernel truncates it to 16 */

struct item {
	STAILQ_ENTRY(item) list;
	struct ike_job *job;
};

STAILQ_HEAD(items, item);

struct pool {
	pthread_t threads[THREADS_MOST];
	unsigned int n;
	int fd;				/* eventfd, signaled when a result is added to @done */
	pthread_mutex_t lock;		/* protects all fields below */
	pthread_cond_t more;
	struct items standing, beginning, done;
	bool told;			/* by @fd, of what is in @done */
	unsigned int waiting;		/* in the first two queues */
	bool ending;
};

static struct item *first(struct items *items)
{
	struct item *item = STAILQ_FIRST(items);

	if (item)
		STAILQ_REMOVE_HEAD(items, list);
	return item;
}

/* Returns the next job to compute, or NULL when the pool shuts down. */
static struct item *next(struct pool *pool)
{
	struct item *item = NULL;

	pthread_mutex_lock(&pool->lock);
	while (!pool->ending) {
		item = first(&pool->standing);
		if (!item)
			item = first(&pool->beginning);
		if (item) {
			pool->waiting--;
			break;
		}
		pthread_cond_wait(&pool->more, &pool->lock);
	}
	pthread_mutex_unlock(&pool->lock);
	return item;
}

/* Signals after it has let go of the lock, or whoever wakes up would have to wait for that. */
static void finish(struct pool *pool, struct item *item)
{
	bool tell;

	pthread_mutex_lock(&pool->lock);
	tell = !pool->told;
	pool->told = true;
	STAILQ_INSERT_TAIL(&pool->done, item, list);
	pthread_mutex_unlock(&pool->lock);
	/* Cannot block: the counter never comes near its maximum. */
	if (tell)
		(void)eventfd_write(pool->fd, 1);
}

static void *compute(void *ctx)
{
	struct pool *pool = ctx;
	struct item *item;

	while ((item = next(pool))) {
		ike_job_run(item->job);
		finish(pool, item);
	}
	return NULL;
}

static unsigned int cpus(void)
{
	cpu_set_t set;
	int n = sched_getaffinity(0, sizeof(set), &set) ? 1 : CPU_COUNT(&set);

	return n < THREADS_MOST ? (unsigned int)n : THREADS_MOST;
}

/*
 * Blocks all signals in the new thread: the event loop handles them.  The thread inherits the
 * creator's current name, as pthread_setname_np() needs /proc, which an empty root lacks.
 */
static bool start(struct pool *pool)
{
	char name[NAME_MAX_LEN], mine[NAME_MAX_LEN] = "";
	sigset_t all, before;
	int error = 0;

	prctl(PR_GET_NAME, mine);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	for (unsigned int most = cpus(); pool->n < most && !error; pool->n++) {
		snprintf(name, sizeof(name), "pantund-dh%u", pool->n + 1);
		prctl(PR_SET_NAME, name);
		error = pthread_create(&pool->threads[pool->n], NULL, compute, pool);
		if (error)
			break;
	}
	prctl(PR_SET_NAME, mine);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!pool->n)
		log_error(NULL, "no thread for key exchanges can be started: %s", strerror(error));
	return pool->n;
}

struct pool *pool_new(void)
{
	struct pool *pool = calloc(1, sizeof(*pool));

	if (!pool) {
		log_error(NULL, "out of memory");
		return NULL;
	}
	STAILQ_INIT(&pool->standing);
	STAILQ_INIT(&pool->beginning);
	STAILQ_INIT(&pool->done);
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->more, NULL);
	pool->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (pool->fd < 0)
		log_error(NULL, "eventfd: %s", strerror(errno));
	else if (start(pool))
		return pool;
	pool_free(pool);
	return NULL;
}

static void discard(struct items *items)
{
	struct item *item;

	while ((item = first(items))) {
		ike_job_free(item->job);
		free(item);
	}
}

void pool_free(struct pool *pool)
{
	if (!pool)
		return;
	pthread_mutex_lock(&pool->lock);
	pool->ending = true;
	pthread_cond_broadcast(&pool->more);
	pthread_mutex_unlock(&pool->lock);
	for (unsigned int i = 0; i < pool->n; i++)
		pthread_join(pool->threads[i], NULL);
	discard(&pool->standing);
	discard(&pool->beginning);
	discard(&pool->done);
	if (pool->fd >= 0)
		close(pool->fd);
	pthread_cond_destroy(&pool->more);
	pthread_mutex_destroy(&pool->lock);
	free(pool);
}

int pool_fd(const struct pool *pool)
{
	return pool->fd;
}

bool pool_spares(const struct pool *pool, const struct ike_job *job)
{
	return pool->n == 1 && ike_job_quick(job);
}

static void put_done(struct pool *pool, struct item *item)
{
	pthread_mutex_lock(&pool->lock);
	STAILQ_INSERT_TAIL(&pool->done, item, list);
	pthread_mutex_unlock(&pool->lock);
}

bool pool_put(struct pool *pool, struct ike_job *job)
{
	struct item *item = malloc(sizeof(*item));

	if (!item)
		return false;
	item->job = job;
	if (pool_spares(pool, job)) {
		ike_job_run(job);
		put_done(pool, item);
		return true;
	}
	pthread_mutex_lock(&pool->lock);
	if (ike_job_stands(job))
		STAILQ_INSERT_TAIL(&pool->standing, item, list);
	else
		STAILQ_INSERT_TAIL(&pool->beginning, item, list);
	pool->waiting++;
	pthread_mutex_unlock(&pool->lock);
	pthread_cond_signal(&pool->more);
	return true;
}

bool pool_full(struct pool *pool)
{
	bool full;

	pthread_mutex_lock(&pool->lock);
	full = pool->waiting >= POOL_MOST;
	pthread_mutex_unlock(&pool->lock);
	return full;
}

struct ike_job *pool_take(struct pool *pool)
{
	struct ike_job *job = NULL;
	struct item *item;
	eventfd_t n;

	pthread_mutex_lock(&pool->lock);
	item = first(&pool->done);
	/*
	 * Cleared under the lock, and only without results: the next one tells again.  A thread may
	 * be about to tell of what was taken already.
	 */
	if (!item && pool->told)
		pool->told = eventfd_read(pool->fd, &n) != 0;
	pthread_mutex_unlock(&pool->lock);
	if (item)
		job = item->job;
	free(item);
	return job;
}
