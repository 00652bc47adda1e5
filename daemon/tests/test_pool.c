// SPDX-License-Identifier: GPL-2.0-or-later
/* The threads that compute key exchanges. */
#include <dirent.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "crypto/rand.h"
#include "engine/pool.h"
#include "ike/core.h"
#include "ike/ike_sa.h"
#include "tests/peers.h"
#include "versions/versions.h"

#define MANY	40
#define NOW	1000
#define WAIT_MS	20000
#define FILL	(4 * POOL_MOST)		/* jobs, so that some are done meanwhile */
#define CROWD	400
#define CROWD_MOST	300		/* of them go before what comes last and is to be first */
#define JOB	1		/* and no notification */

/* What a new core of that site begins with: the job of a key pair. */
static struct ike_job *first_job(struct ike_core **core, const struct site *site)
{
	const struct ike_hooks hooks = { .random = crypto_random_os };
	const struct ike_action *action;

	*core = ike_core_new(&hooks, ike_versions);
	assert_non_null(*core);
	assert_int_equal(ike_core_set_policy(*core, NOW, peers_policy(site)), 0);
	while ((action = ike_core_action(*core)))
		if (action->type == IKE_ACTION_JOB)
			return ike_core_take_job(*core);
	fail();
	abort();
}

static struct ike_job *job_of(struct ike_core **core, const char *group)
{
	struct site site = peers_site(A);

	site.ike = peers_props(PROP_IKE, "aes-256-gcm", "sha256", group);
	return first_job(core, &site);
}

/* A thread computes it, also on a single CPU. */
static struct ike_job *any_job(struct ike_core **core)
{
	return job_of(core, "group20");
}

/* Of a group that takes a thread a while. */
static struct ike_job *slow_job(struct ike_core **core)
{
	return job_of(core, "group14");
}

/* A pool with the jobs @put of as many cores. */
static struct pool *pool_with_many(struct ike_core *core[MANY], struct ike_job *put[MANY])
{
	struct pool *pool = pool_new();

	assert_non_null(pool);
	for (unsigned int i = 0; i < MANY; i++) {
		put[i] = any_job(&core[i]);
		assert_true(pool_put(pool, put[i]));
	}
	return pool;
}

static void free_cores(struct ike_core **core, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		ike_core_free(core[i]);
}

static bool sends(struct ike_core *core)
{
	const struct ike_action *action;
	bool sent = false;

	while ((action = ike_core_action(core)))
		sent |= action->type == IKE_ACTION_SEND;
	return sent;
}

static struct ike_job *await(struct pool *pool)
{
	struct pollfd fd = { .fd = pool_fd(pool), .events = POLLIN };
	struct ike_job *job;

	while (!(job = pool_take(pool)))
		assert_int_equal(poll(&fd, 1, WAIT_MS), 1);
	return job;
}

/* The test ends where it is none of @put. */
static unsigned int index_of(struct ike_job *const put[MANY], const struct ike_job *job)
{
	for (unsigned int i = 0; i < MANY; i++)
		if (put[i] == job)
			return i;
	fail();
	abort();
}

/* All come back, each once; the core goes on with its own and lets go of another's. */
static void test_all(void **state)
{
	struct ike_core *core[MANY];
	struct ike_job *put[MANY];
	struct pool *pool = pool_with_many(core, put);
	bool seen[MANY] = { false };

	(void)state;
	for (unsigned int n = 0; n < MANY; n++) {
		struct ike_job *job = await(pool);
		unsigned int i = index_of(put, job);

		assert_false(seen[i]);
		seen[i] = true;
		assert_false(sends(core[i]));
		ike_core_job_done(core[i], NOW + 1, job);
		assert_true(sends(core[i]));
		put[i] = NULL;
	}
	assert_null(pool_take(pool));
	free_cores(core, MANY);
	pool_free(pool);
}

/*
 * Who takes one result each time is told of all of them, also of those that were there before, and
 * at last that there are none.
 */
static void test_one_by_one(void **state)
{
	const struct timespec a_while = { .tv_nsec = 50000000 };
	struct ike_core *core[MANY];
	struct ike_job *put[MANY], *job;
	struct pool *pool = pool_with_many(core, put);
	struct pollfd fd = { .fd = pool_fd(pool), .events = POLLIN };

	(void)state;
	nanosleep(&a_while, NULL);
	for (unsigned int i = 0; i < MANY;) {
		assert_int_equal(poll(&fd, 1, WAIT_MS), 1);
		job = pool_take(pool);
		i += job != NULL;
		ike_job_free(job);
	}
	/* A thread may only now say that the last one was there. */
	nanosleep(&a_while, NULL);
	assert_null(pool_take(pool));
	assert_int_equal(poll(&fd, 1, 0), 0);
	free_cores(core, MANY);
	pool_free(pool);
}

/* On a single CPU the result of a quick group is there at once; of a slow one it is not. */
static void test_single_cpu(void **state)
{
	struct ike_core *core[3];
	struct ike_job *quick, *slow;
	cpu_set_t all, one;
	struct pollfd fd;
	struct pool *pool;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(all), &all), 0);
	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	pool = pool_new();
	assert_int_equal(sched_setaffinity(0, sizeof(all), &all), 0);
	assert_non_null(pool);
	fd = (struct pollfd){ .fd = pool_fd(pool), .events = POLLIN };
	quick = job_of(&core[0], "group31");
	slow = slow_job(&core[1]);
	assert_true(pool_spares(pool, quick));
	assert_false(pool_spares(pool, slow));
	assert_true(pool_put(pool, quick));
	assert_int_equal(poll(&fd, 1, 0), 0);
	assert_ptr_equal(pool_take(pool), quick);
	assert_null(pool_take(pool));
	ike_core_job_done(core[0], NOW + 1, quick);
	assert_true(sends(core[0]));
	/* One does not hide the other. */
	assert_true(pool_put(pool, slow));
	quick = job_of(&core[2], "group31");
	assert_true(pool_put(pool, quick));
	for (unsigned int n = 0; n < 2; n++)
		ike_job_free(await(pool));
	free_cores(core, 3);
	pool_free(pool);
}

/* At the end, what waits is wiped, and so is what nobody took. */
static void test_end(void **state)
{
	struct ike_core *core[MANY];
	struct ike_job *put[MANY];

	(void)state;
	pool_free(pool_with_many(core, put));
	free_cores(core, MANY);
	pool_free(NULL);
}

static unsigned int threads_named(const char *start)
{
	DIR *dir = opendir("/proc/self/task");
	struct dirent *entry;
	unsigned int n = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		char path[300], name[32] = "";
		FILE *f;

		snprintf(path, sizeof(path), "/proc/self/task/%s/comm", entry->d_name);
		f = fopen(path, "r");
		if (!f)
			continue;
		n += fgets(name, sizeof(name), f) && !strncmp(name, start, strlen(start));
		fclose(f);
	}
	closedir(dir);
	return n;
}

/* One that the first IKE SA of that side, which is up, waits for. */
static struct ike_job *standing_job(struct peers *net)
{
	struct ike_core *core = net->peer[A].core;
	struct ike_sa *ike = core->ikes;
	const struct ike_action *action;
	struct dh *own = NULL;
	struct job_dh want = { .group = ike->prop.dh, .own = &own };

	assert_false(job_dh(ike, JOB_OURS, &want));
	action = ike_core_action(core);
	assert_non_null(action);
	assert_int_equal(action->type, IKE_ACTION_JOB);
	return ike_core_take_job(core);
}

/* However many begin, what an SA that stands waits for comes next. */
static void test_standing_first(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_up(1, &a, &b);
	struct pool *pool = pool_new();
	struct ike_core *core[CROWD];
	struct ike_job *jobs[CROWD], *standing, *job;
	unsigned int before = 0;

	(void)state;
	assert_non_null(pool);
	for (unsigned int i = 0; i < CROWD; i++)
		jobs[i] = slow_job(&core[i]);
	for (unsigned int i = 0; i < CROWD; i++)
		assert_true(pool_put(pool, jobs[i]));
	standing = standing_job(net);
	assert_true(ike_job_stands(standing));
	assert_true(pool_put(pool, standing));
	while ((job = await(pool)) != standing) {
		ike_job_free(job);
		before++;
	}
	assert_in_range(before, 0, CROWD_MOST);
	ike_job_free(job);
	pool_free(pool);
	free_cores(core, CROWD);
	peers_free(net);
}

static bool hook_full(void *ctx)
{
	return pool_full(ctx);
}

/* What the core says to a first message: the type of the first payload, and the only action. */
static unsigned int answer_to(struct ike_core *core, struct bytes message)
{
	struct endpoint local = { .port = 500 }, remote = { .port = 500 };
	const struct ike_action *action;
	unsigned int notify = 0;

	local.addr = site_address(peers_site(B).local);
	remote.addr = site_address(peers_site(A).local);
	ike_core_datagram(core, NOW, &local, &remote, message);
	while ((action = ike_core_action(core))) {
		if (action->type == IKE_ACTION_JOB)
			ike_job_free(ike_core_take_job(core));
		if (action->type == IKE_ACTION_JOB)
			return JOB;
		if (action->type == IKE_ACTION_SEND)
			notify = get_be16(action->send.data.p + 34);
	}
	return notify;
}

static struct bytes first_message(struct ike_core **core, uint8_t *out, size_t room)
{
	const struct ike_action *action;
	struct ike_job *job = job_of(core, "group31");
	size_t n = 0;

	ike_job_run(job);
	ike_core_job_done(*core, NOW, job);
	while ((action = ike_core_action(*core))) {
		if (action->type != IKE_ACTION_SEND)
			continue;
		n = action->send.data.n;
		assert_in_range(n, 1, room);
		memcpy(out, action->send.data.p, n);
	}
	assert_true(n > 0);
	return bytes_of(out, n);
}

/* Newcomers wait while the queue is full: they are to come again with a cookie. */
static void test_full(void **state)
{
	struct pool *pool = pool_new();
	const struct ike_hooks hooks = {
		.ctx = pool, .random = crypto_random_os, .busy = hook_full,
	};
	struct ike_core *hub = ike_core_new(&hooks, ike_versions), *peer, *core[FILL];
	struct ike_job *jobs[FILL];
	struct site site = peers_site(B);
	uint8_t buffer[2048];
	struct bytes message = first_message(&peer, buffer, sizeof(buffer));

	(void)state;
	assert_non_null(pool);
	assert_non_null(hub);
	assert_int_equal(ike_core_set_policy(hub, NOW, peers_policy(&site)), 0);
	assert_false(pool_full(pool));
	for (unsigned int i = 0; i < FILL; i++)
		jobs[i] = slow_job(&core[i]);
	for (unsigned int i = 0; i < FILL; i++)
		assert_true(pool_put(pool, jobs[i]));
	assert_true(pool_full(pool));
	assert_int_equal(answer_to(hub, message), IKE_N_COOKIE);
	for (unsigned int i = 0; i < FILL; i++)
		ike_job_free(await(pool));
	assert_false(pool_full(pool));
	assert_int_equal(answer_to(hub, message), JOB);
	pool_free(pool);
	ike_core_free(hub);
	ike_core_free(peer);
	free_cores(core, FILL);
}

/* An administrator finds them by their names, and they end with the pool. */
static void test_names(void **state)
{
	struct pool *pool = pool_new();

	(void)state;
	assert_non_null(pool);
	assert_in_range(threads_named("pantund-dh"), 1, 8);
	pool_free(pool);
	assert_int_equal(threads_named("pantund-dh"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_one_by_one),
		cmocka_unit_test(test_single_cpu),
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_standing_first),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
