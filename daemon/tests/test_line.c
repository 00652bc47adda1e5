// SPDX-License-Identifier: GPL-2.0-or-later
/* One core that is to begin with a thousand peers at once, and what it sends of that when. */
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

#define GATEWAYS	1000
#define START		1000000

static struct stage {
	struct ike_core *core;
	struct peers_jobs jobs;
	ike_time now;
	struct dice dice;
	unsigned int sent, begun;	/* messages, and peers that got one */
	bool seen[GATEWAYS];
	unsigned int last;		/* whom the last one was to */
	unsigned int lines, summed_up;	/* of the log */
} stage;

static int hook_random(void *ctx, void *out, size_t n)
{
	uint8_t *p = out;

	(void)ctx;
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(dice_throw(&stage.dice) >> 24);
	return 0;
}

static void on_log(void *ctx, enum log_level level, const char *subject, const char *text)
{
	const char *more = strstr(text, "(and ");

	(void)ctx;
	(void)subject;
	if (level > LOG_LEVEL_WARNING)
		return;
	stage.lines++;
	if (more)
		stage.summed_up += (unsigned int)strtoul(more + strlen("(and "), NULL, 10) + 1;
}

static struct policy *policy_of(unsigned int n)
{
	struct site site = peers_site(A);
	struct policy *policy = NULL;

	site.local_id = NULL;
	site.peer_id = NULL;
	for (unsigned int i = 0; i < n; i++) {
		struct policy *one;
		struct policy_gateway *gw;
		char peer[64];

		snprintf(peer, sizeof(peer), "203.0.%u.%u", i / 250, 1 + i % 250);
		site.peer = peer;
		one = peers_policy(&site);
		gw = &one->gateways[0];
		snprintf(gw->name, sizeof(gw->name), "g%u", i);
		snprintf(gw->tunnels[0].name, sizeof(gw->tunnels[0].name), "t%u", i);
		snprintf(gw->tunnels[0].ifname, sizeof(gw->tunnels[0].ifname), "tunnel%u",
			 (uint16_t)i);
		policy = policy ? peers_policy_join(policy, one) : one;
	}
	return policy;
}

static void send(const struct endpoint *remote)
{
	stage.last = remote->addr.b[2] * 250U + remote->addr.b[3] - 1;
	stage.sent++;
	stage.begun += !stage.seen[stage.last];
	stage.seen[stage.last] = true;
}

/* Nobody answers. */
static void settle(void)
{
	const struct ike_action *action;
	struct ike_job *job;

	while ((action = ike_core_action(stage.core))) {
		if (action->type == IKE_ACTION_SEND)
			send(&action->send.remote);
		else if (action->type == IKE_ACTION_JOB)
			peers_jobs_put(&stage.jobs, stage.now, ike_core_take_job(stage.core));
		while ((job = peers_jobs_take(&stage.jobs)))
			ike_core_job_done(stage.core, stage.now, job);
	}
}

static void run(ike_time ms)
{
	ike_time end = stage.now + ms, at;

	while ((at = ike_core_deadline(stage.core)) <= end) {
		stage.now = at > stage.now ? at : stage.now;
		ike_core_tick(stage.core, stage.now);
		settle();
	}
	stage.now = end;
}

static void configure(unsigned int n)
{
	peers_jobs_set_policy(&stage.jobs, stage.core, stage.now, policy_of(n));
	settle();
}

static int set_up(void **state)
{
	const struct ike_hooks hooks = { .random = hook_random };

	(void)state;
	stage = (struct stage){ .now = START, .dice.state = 7 };
	log_set_sink(on_log, NULL);
	peers_jobs_begin(&stage.jobs);
	stage.core = ike_core_new(&hooks, ike_versions);
	assert_non_null(stage.core);
	configure(GATEWAYS);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	peers_jobs_end(&stage.jobs);
	ike_core_free(stage.core);
	log_set_sink(NULL, NULL);
	return 0;
}

/* So many at once, and as many again a second, as those that do not answer are in nobody's way. */
static void test_bound(void **state)
{
	(void)state;
	assert_int_equal(stage.begun, LINE_MOST);
	run(800);
	assert_int_equal(stage.begun, LINE_MOST);
	run(300);
	assert_int_equal(stage.begun, 2 * LINE_MOST);
	run(10000);
	assert_in_range(stage.begun, 8 * LINE_MOST, 12 * LINE_MOST);
	run(8000);
	assert_int_equal(stage.begun, GATEWAYS);
}

/* Nor is there a storm later: each attempt is some five messages. */
static void test_no_storm(void **state)
{
	unsigned int before;

	(void)state;
	run(60000);
	for (unsigned int i = 0; i < 30; i++) {
		before = stage.sent;
		run(1000);
		assert_in_range(stage.sent - before, 0, 6 * LINE_MOST);
	}
}

/* Of a thousand that do not answer some are named, and the others counted. */
static void test_log(void **state)
{
	(void)state;
	run(45000);
	assert_in_range(stage.lines, 20, 60);
	assert_in_range(stage.summed_up + stage.lines, GATEWAYS, 2 * GATEWAYS);
}

/* What an administrator or a packet asks for need not wait, or not behind others. */
static void test_asked_first(void **state)
{
	(void)state;
	for (unsigned int i = 0; i <= LINE_ASKED; i++) {
		char name[32];

		assert_false(stage.seen[i]);
		snprintf(name, sizeof(name), "t%u", i);
		assert_int_equal(ike_core_initiate(stage.core, stage.now, name), 1);
		settle();
		assert_int_equal(stage.seen[i], i < LINE_ASKED);
	}
	run(1010);
	assert_true(stage.seen[LINE_ASKED]);
	assert_in_range(stage.begun, LINE_MOST, 2 * LINE_MOST + LINE_ASKED);
}

/* Gateways that are no longer configured leave the line. */
static void test_reload(void **state)
{
	(void)state;
	configure(1);
	stage.sent = 0;
	run(900);
	configure(GATEWAYS);
	run(30000);
	assert_int_equal(stage.begun, GATEWAYS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_bound, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_storm, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_log, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_asked_first, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_reload, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
