// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One core that is to begin with hundreds of peers at once, on a machine so slow that their answers
 * come late: how many attempts it takes, and for how long, until all are up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/log.h"
#include "ike/line.h"
#include "tests/peers_jobs.h"
#include "tests/peers_site.h"
#include "versions/versions.h"

#define GATEWAYS	250
#define HUB		"198.51.100.2"
#define TRIES		16	/* attempts of a gateway that are told apart */
#define FIRST		34	/* IKE_SA_INIT, at EXCHANGE_AT of the header */
#define EXCHANGE_AT	18
#define SPI_N		8

/* On its way to the hub, where one after the other is served. */
struct waiting {
	struct waiting *next;
	struct endpoint local, remote;	/* as the hub sees them */
	size_t n;
	uint8_t data[];
};

struct end {
	struct ike_core *core;
	struct peers_jobs jobs;
	struct dice dice;
};

static struct stage {
	struct end end[2];		/* A: all the satellites, B: the hub of all */
	ike_time now;
	ike_time job_ms;		/* that the hub takes for a job, */
	unsigned int dead;		/* percent of the satellites whose datagrams get lost */
	struct waiting *first, **last;
	ike_time busy_until;		/* and does nothing else meanwhile */
	unsigned int waits, waits_most;	/* datagrams */
	unsigned int tries;		/* attempts of living satellites */
	uint8_t spi[GATEWAYS][TRIES][SPI_N];
	unsigned int spis[GATEWAYS];
	bool up[GATEWAYS];
	unsigned int n_up;
} stage;

static void on_log(void *ctx, enum log_level level, const char *subject, const char *text)
{
	(void)ctx;
	(void)level;
	(void)subject;
	(void)text;
}

static int hook_random(void *ctx, void *out, size_t n)
{
	struct end *end = ctx;
	uint8_t *p = out;

	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(dice_throw(&end->dice) >> 24);
	return 0;
}

static bool is_dead(unsigned int gateway)
{
	return gateway * 7919 % 100 < stage.dead;
}

static unsigned int gateway_of(const struct endpoint *satellite)
{
	return satellite->addr.b[3] - 1U;
}

static struct policy *policy_of(int side)
{
	struct policy *policy = NULL;

	for (unsigned int i = 0; i < GATEWAYS; i++) {
		struct site site = peers_site(side);
		struct policy *one;
		struct policy_gateway *gw;
		char address[64];

		snprintf(address, sizeof(address), "203.0.113.%u", 1 + i);
		site.local = side == A ? address : HUB;
		site.peer = side == A ? HUB : address;
		site.local_id = NULL;
		site.peer_id = NULL;
		one = peers_policy(&site);
		gw = &one->gateways[0];
		snprintf(gw->name, sizeof(gw->name), "g%u", i);
		snprintf(gw->tunnels[0].name, sizeof(gw->tunnels[0].name), "t%u", i);
		snprintf(gw->tunnels[0].ifname, sizeof(gw->tunnels[0].ifname), "tunnel%u", i);
		policy = policy ? peers_policy_join(policy, one) : one;
	}
	return policy;
}

/* An attempt has an SPI of its own. */
static void count_try(unsigned int gateway, const uint8_t *data, size_t n)
{
	if (n <= EXCHANGE_AT || data[EXCHANGE_AT] != FIRST)
		return;
	for (unsigned int i = 0; i < stage.spis[gateway]; i++)
		if (!memcmp(stage.spi[gateway][i], data, SPI_N))
			return;
	assert_in_range(stage.spis[gateway], 0, TRIES - 1);
	memcpy(stage.spi[gateway][stage.spis[gateway]++], data, SPI_N);
	stage.tries += !is_dead(gateway);
}

static void to_hub(const struct ike_action *action)
{
	struct bytes data = action->send.data;
	unsigned int gateway = gateway_of(&action->send.local);
	struct waiting *w;

	count_try(gateway, data.p, data.n);
	if (is_dead(gateway))
		return;
	w = malloc(sizeof(*w) + data.n);
	if (!w)
		abort();
	*w = (struct waiting){ .local = action->send.remote, .remote = action->send.local,
			       .n = data.n };
	memcpy(w->data, data.p, data.n);
	*stage.last = w;
	stage.last = &w->next;
	stage.waits++;
	if (stage.waits > stage.waits_most)
		stage.waits_most = stage.waits;
}

static void settle(int side);

static void to_satellite(const struct ike_action *action)
{
	uint8_t data[4096];
	size_t n = action->send.data.n;
	struct endpoint local = action->send.remote, remote = action->send.local;

	assert_in_range(n, 1, sizeof(data));
	memcpy(data, action->send.data.p, n);
	ike_core_datagram(stage.end[A].core, stage.now, &local, &remote, bytes_of(data, n));
	settle(A);
}

static void on_event(const struct ike_event *event)
{
	unsigned int gateway;

	if (strcmp(event->kind, "ike-up") != 0)
		return;
	gateway = (unsigned int)strtoul(event->gateway + 1, NULL, 10);
	stage.n_up += !stage.up[gateway];
	stage.up[gateway] = true;
}

static void settle(int side)
{
	struct end *end = &stage.end[side];
	const struct ike_action *action;
	struct ike_job *job;

	while ((action = ike_core_action(end->core))) {
		if (action->type == IKE_ACTION_SEND && side == A)
			to_hub(action);
		else if (action->type == IKE_ACTION_SEND)
			to_satellite(action);
		else if (action->type == IKE_ACTION_JOB)
			peers_jobs_put(&end->jobs, stage.now, ike_core_take_job(end->core));
		else if (action->type == IKE_ACTION_SA_ADD)
			ike_core_sa_result(end->core, stage.now, action->sa.token,
					   action->sa.inbound, 0, NULL);
		else if (action->type == IKE_ACTION_EVENT && side == A)
			on_event(&action->event);
		while ((job = peers_jobs_take(&end->jobs)))
			ike_core_job_done(end->core, stage.now, job);
	}
}

static void serve(void)
{
	unsigned int before = stage.end[B].jobs.put;
	struct waiting *w = stage.first;

	stage.first = w->next;
	if (!stage.first)
		stage.last = &stage.first;
	stage.waits--;
	ike_core_datagram(stage.end[B].core, stage.now, &w->local, &w->remote,
			  bytes_of(w->data, w->n));
	free(w);
	settle(B);
	stage.busy_until = stage.now + 1 + (stage.end[B].jobs.put - before) * stage.job_ms;
}

/* Until @n are up, or @ms have passed; returns how many milliseconds it took. */
static ike_time run(unsigned int n, ike_time ms)
{
	ike_time begin = stage.now;

	while (stage.n_up < n) {
		ike_time at = stage.first ? stage.busy_until : IKE_NEVER;
		int side = -1;

		for (int i = A; i <= B; i++) {
			if (ike_core_deadline(stage.end[i].core) >= at)
				continue;
			at = ike_core_deadline(stage.end[i].core);
			side = i;
		}
		if (at > begin + ms)
			break;
		stage.now = at > stage.now ? at : stage.now;
		if (side >= 0) {
			ike_core_tick(stage.end[side].core, stage.now);
			settle(side);
		} else {
			serve();
		}
	}
	return stage.now - begin;
}

static unsigned int living(void)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < GATEWAYS; i++)
		n += !is_dead(i);
	return n;
}

static void begin(ike_time job_ms, unsigned int dead)
{
	stage.job_ms = job_ms;
	stage.dead = dead;
	for (int side = B; side >= A; side--) {
		peers_jobs_set_policy(&stage.end[side].jobs, stage.end[side].core, stage.now,
				      policy_of(side));
		settle(side);
	}
}

static int set_up(void **state)
{
	(void)state;
	stage = (struct stage){ .now = 1000000 };
	stage.last = &stage.first;
	log_set_sink(on_log, NULL);
	for (int side = A; side <= B; side++) {
		struct end *end = &stage.end[side];
		const struct ike_hooks hooks = { .ctx = end, .random = hook_random };

		end->dice.state = 7 + (uint64_t)side;
		peers_jobs_begin(&end->jobs);
		end->core = ike_core_new(&hooks, ike_versions);
		assert_non_null(end->core);
	}
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	while (stage.first) {
		struct waiting *w = stage.first;

		stage.first = w->next;
		free(w);
	}
	for (int side = A; side <= B; side++) {
		peers_jobs_end(&stage.end[side].jobs);
		ike_core_free(stage.end[side].core);
	}
	log_set_sink(NULL, NULL);
	return 0;
}

/* All that live are up in @ms, and few were begun more than once: a quarter more attempts. */
static void must_come_up(ike_time ms)
{
	ike_time took = run(living(), 300000);

	print_message("# %u of %u up after %llu ms, %u attempts, at most %u datagrams waited\n",
		      stage.n_up, living(), (unsigned long long)took, stage.tries,
		      stage.waits_most);
	assert_int_equal(stage.n_up, living());
	assert_in_range(took, 0, ms);
	assert_in_range(stage.tries, living(), living() * 5 / 4);
}

/* The hub has four jobs for each: it takes 100 s for all if it does nothing in vain. */
static void test_slow(void **state)
{
	(void)state;
	begin(100, 0);
	must_come_up(150000);
}

/* Those that do not answer keep others waiting for as long as one of these takes. */
static void test_half_dead(void **state)
{
	(void)state;
	begin(1, 50);
	must_come_up(3000);
}

static void test_half_dead_slow(void **state)
{
	(void)state;
	begin(100, 50);
	must_come_up(75000);
}

/* Once the hub has time again it does not matter that it had none. */
static void test_recovers(void **state)
{
	(void)state;
	begin(100, 50);
	run(40, 300000);
	assert_int_equal(stage.n_up, 40);
	stage.job_ms = 1;
	must_come_up(20000);
}

/* Where nobody answers any more, others are begun as fast as if nobody ever had. */
static void test_forgets(void **state)
{
	unsigned int begun = 0;

	(void)state;
	begin(100, 0);
	run(40, 300000);
	stage.dead = 100;
	run(GATEWAYS, 60000);
	for (unsigned int i = 0; i < GATEWAYS; i++)
		begun += stage.spis[i] > 0;
	assert_int_equal(begun, GATEWAYS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_slow, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_half_dead, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_half_dead_slow, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_recovers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_forgets, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
