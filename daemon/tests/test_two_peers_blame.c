// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Peers that fail to come up where several gateways could be meant: whose failure it is, and
 * how much is said of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ike/core_priv.h"
#include "tests/peers.h"

#define MANY	40

/* B with dynamic gateways g0, g1 ... whose peers are g0.example, ... */
static void configure_many(struct peers *net, const struct site *model, unsigned int n)
{
	struct site site = *model;
	struct policy *policy = calloc(1, sizeof(*policy));

	assert_non_null(policy);
	policy->n_gateways = n;
	policy->gateways = calloc(n, sizeof(*policy->gateways));
	assert_non_null(policy->gateways);
	site.peer = NULL;
	for (unsigned int i = 0; i < n; i++) {
		char peer_id[32];
		struct policy *one;

		snprintf(peer_id, sizeof(peer_id), "g%u.example", i);
		site.peer_id = peer_id;
		one = peers_policy(&site);
		policy->gateways[i] = one->gateways[0];
		snprintf(policy->gateways[i].name, 16, "g%u", i);
		snprintf(policy->gateways[i].tunnels[0].name, 16, "t%u", i);
		snprintf(policy->gateways[i].tunnels[0].ifname, 16, "tun%u", i + 1);
		free(one->gateways);
		free(one->manual);
		free(one);
	}
	peers_configure_policy(net, B, policy);
}

static struct peers *try(const struct site *b, unsigned int n, const char *id, const char *psk)
{
	struct peers *net = peers_new(1);
	struct site a = peers_site(A);

	a.local_id = id;
	if (psk)
		a.psk = psk;
	configure_many(net, b, n);
	peers_configure(net, A, &a);
	peers_run(net, 1000);
	return net;
}

struct look {
	const char *gateway;
	char error[256];
	unsigned int failed;
};

static void on_gateway(void *ctx, const struct ike_gateway_info *info)
{
	struct look *look = ctx;

	look->failed += info->last_error[0] != '\0';
	if (!strcmp(info->gateway, look->gateway))
		snprintf(look->error, sizeof(look->error), "%s", info->last_error);
}

/* Of B's gateways only that one has failed ("": none), and that is why. */
static void must_blame(const struct peers *net, const char *gateway, const char *why)
{
	struct look look = { .gateway = gateway };

	ike_core_each_gateway(net->peer[B].core, net->now, on_gateway, &look);
	if (look.failed != (gateway[0] != '\0') || !strstr(look.error, why)) {
		peers_show(net);
		fail_msg("%u failed, \"%s\" has \"%s\"", look.failed, gateway, look.error);
	}
}

static void test_wrong_key(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = try(&b, 3, "g1.example", "another-key-0123456789");

	(void)state;
	must_blame(net, "g1", "pre-shared keys differ: peer 192.0.2.1 (g1.example)");
	assert_true(peers_told(net, B, "ike-fail g1: pre-shared keys differ") > 0);
	/* And it is forgotten once the peer has the right one. */
	a.local_id = "g1.example";
	peers_configure(net, A, &a);
	peers_run(net, 60000);
	assert_int_equal(peers_ikes(net, B), 1);
	must_blame(net, "", "");
	peers_free(net);
}

static void test_unknown_identity(void **state)
{
	struct site b = peers_site(B);
	struct peers *net = try(&b, 3, "nobody.example", NULL);

	(void)state;
	must_blame(net, "", "");
	assert_int_equal(peers_told(net, B, "fail"), 0);
	assert_int_equal(peers_logged(net, "error -: peer 192.0.2.1 says it is nobody.example, "
				      "which is the peer-id of no gateway; there are "
				      "g0 (g0.example), g1 (g1.example), g2 (g2.example): "
				      "set peer-id here or local-id at the peer"), 1);
	peers_free(net);
	/* Not all of very many. */
	net = try(&b, MANY, "nobody.example", NULL);
	must_blame(net, "", "");
	assert_int_equal(peers_logged(net, " more: set peer-id here or local-id at the peer"), 1);
	peers_free(net);
	/* The only one that can be meant is. */
	net = try(&b, 1, "nobody.example", NULL);
	must_blame(net, "g0", "says it is nobody.example, expected is g0.example");
	peers_free(net);
}

static void test_other_end(void **state)
{
	struct site b = peers_site(B);
	struct peers *net;

	(void)state;
	b.local_id = "c.example";
	net = try(&b, 3, "g2.example", NULL);
	must_blame(net, "g2", "wants to talk to b.example, we are c.example");
	peers_free(net);
}

static void test_proposals(void **state)
{
	struct site b = peers_site(B);
	struct peers *net;

	(void)state;
	b.ike = peers_props(PROP_IKE, "aes-128-cbc", "sha256", "group14");
	net = try(&b, 3, "g1.example", NULL);
	must_blame(net, "", "");
	assert_int_equal(peers_logged(net, "error -: no common proposal"), 1);
	peers_free(net);
	net = try(&b, 1, "g0.example", NULL);
	must_blame(net, "g0", "no common proposal");
	peers_free(net);
}

/* A dynamic gateway that is up does not fail by what somebody else does. */
static void test_up_already(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = try(&b, 1, "g0.example", NULL);

	(void)state;
	assert_int_equal(peers_ikes(net, B), 1);
	a.local_id = "somebody.example";
	net->peer[A].cut = true;
	peers_restart(net, A, &a);
	net->peer[A].cut = false;
	peers_run(net, 10000);
	assert_true(peers_logged(net, "says it is somebody.example") > 0);
	must_blame(net, "", "");
	peers_free(net);
}

/* ------------------------------------------------------------ lines of the log */

/* Lines that an administrator sees: all but debug ones. */
static unsigned int lines(const struct peers *net)
{
	return peers_logged(net, " error ") + peers_logged(net, " warning ") +
	       peers_logged(net, " info ");
}

/* Two ends with another key each, both of which try; everybody must notice, but not drown. */
static void test_log_of_wrong_keys(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_new(2);
	unsigned int told;

	(void)state;
	a.psk = "another-key-0123456789";
	b.passive = false;
	b.start = POLICY_START_ALWAYS;
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	peers_run(net, 15000);
	assert_in_range(lines(net), 4, 8);
	told = peers_told(net, A, "ike-fail") + peers_told(net, B, "ike-fail");
	assert_true(told > 8);
	/* Once a minute each, with what it stands for. */
	peers_run(net, 600000);
	assert_in_range(lines(net), 20, 40);
	assert_true(peers_logged(net, " left out)") > 4);
	assert_true(strstr(peers_child(net, A, "net")->last_error, "pre-shared key"));
	/* What fails after a success is news. */
	peers_configure_both(net);
	assert_true(peers_until(net, peers_quiet, 90000));
	told = peers_logged(net, "error gateway hq: pre-shared keys differ");
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	ike_core_clear_ike(net->peer[A].core, net->now, NULL);
	peers_settle(net, A);
	peers_run(net, 10000);
	assert_true(peers_logged(net, "error gateway hq: pre-shared keys differ") > told);
	peers_free(net);
}

/* Whoever has many names, which nobody knows. */
static void test_log_of_strangers(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_new(3);

	(void)state;
	configure_many(net, &b, 3);
	for (unsigned int i = 0; i < 200; i++) {
		char name[32];

		snprintf(name, sizeof(name), "s%u.example", i);
		a.local_id = name;
		peers_configure(net, A, &a);
		peers_run(net, 100);
	}
	assert_in_range(peers_logged(net, "error -: peer 192.0.2.1 says it is"), 2, 5);
	assert_true(peers_logged(net, " such lines were left out)") > 0);
	peers_free(net);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong_key),
		cmocka_unit_test(test_unknown_identity),
		cmocka_unit_test(test_other_end),
		cmocka_unit_test(test_proposals),
		cmocka_unit_test(test_up_already),
		cmocka_unit_test(test_log_of_wrong_keys),
		cmocka_unit_test(test_log_of_strangers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
