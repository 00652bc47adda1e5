// SPDX-License-Identifier: GPL-2.0-or-later
/* A captured `ike` asks for all that it must not have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "loop/guard.h"
#include "loop/manual.h"
#include "tests/conf_lines.h"
#include "tests/peers_site.h"
#include "tests/two_tunnels.h"

#define LINES \
	TUNNEL_OF_IKE WITH_AES_256_GCM TUNNEL_BY_HAND \
	"set network ike crypto-profiles ipsec-crypto-profiles p lifetime hours 1\n" \
	"set network ike crypto-profiles ipsec-crypto-profiles p lifesize gb 1\n"

static struct policy *policy;

static int open_policy(void **state)
{
	(void)state;
	policy = conf_lines(LINES, NULL);
	if (!policy)
		print_error("%s", conf_said);
	return policy ? 0 : -1;
}

static int close_policy(void **state)
{
	(void)state;
	policy_free(policy);
	return 0;
}

/* As it is negotiated. */
static struct ike_sa_spec allowed(void)
{
	const struct policy_tunnel *tunnel = policy_tunnel_on(policy, "tunnel1", NULL);
	struct ike_sa_spec sa = {
		.token = 0x100001001, .inbound = true, .spi = 0x1001, .ifname = "tunnel1",
		.proxy = "lan", .encr = alg_encr_by_conf("aes-256-gcm"),
		.ts = tunnel->proxies[0].ts, .replay_window = tunnel->replay_window,
		.hard_seconds = tunnel->life_seconds, .hard_bytes = 2 * tunnel->life_bytes,
	};

	sa.local.addr = site_address("192.0.2.1");
	sa.remote.addr = site_address("192.0.2.9");
	return sa;
}

static void assert_refused(const struct ike_sa_spec *sa, const char *why)
{
	const char *said = guard_refuses(policy, NULL, sa);

	assert_non_null(said);
	assert_string_equal(said, why);
}

static void test_allowed(void **state)
{
	struct ike_sa_spec sa = allowed();

	(void)state;
	assert_null(guard_refuses(policy, NULL, &sa));
	/* Narrower, shorter, behind a NAT, or toward the peer. */
	assert_int_equal(addr_range_parse("10.1.2.0/24", &sa.ts.local.ts[0].first,
					  &sa.ts.local.ts[0].last), 0);
	sa.hard_seconds--;
	assert_null(guard_refuses(policy, NULL, &sa));
	sa.udp_encap = true;
	sa.remote.addr = site_address("203.0.113.7");
	assert_null(guard_refuses(policy, NULL, &sa));
	sa = allowed();
	sa.inbound = false;
	sa.hard_bytes /= 2;
	assert_null(guard_refuses(policy, NULL, &sa));
}

static void test_place(void **state)
{
	struct ike_sa_spec sa = allowed();

	(void)state;
	sa.ifname = "tunnel9";
	assert_refused(&sa, "IKE has no such tunnel");
	sa.ifname = "tunnel2";
	assert_refused(&sa, "IKE has no such tunnel");
	assert_non_null(guard_refuses(NULL, NULL, &sa));
	sa = allowed();
	sa.proxy = "wan";
	assert_refused(&sa, "its tunnel has no such proxy-ID");
}

static void test_names(void **state)
{
	struct ike_sa_spec sa = allowed();

	(void)state;
	sa.token = 0;
	assert_refused(&sa, "its cookie is not one of IKE's");
	sa.token = MANUAL_COOKIE | 1;
	assert_refused(&sa, "its cookie is not one of IKE's");
	sa = allowed();
	sa.spi = ESP_SPI_MIN - 1;
	assert_refused(&sa, "its SPI is reserved");
}

static void test_protection(void **state)
{
	static const char algorithms[] = "its algorithms are not configured";
	struct ike_sa_spec sa = allowed();

	(void)state;
	sa.encr = alg_encr_by_conf("aes-128-gcm");
	assert_refused(&sa, algorithms);
	sa.encr = alg_encr_by_conf("null");
	assert_refused(&sa, algorithms);
	sa = allowed();
	sa.integ = alg_integ_by_conf("sha1");
	assert_refused(&sa, algorithms);
	sa = allowed();
	sa.ah = true;
	sa.encr = NULL;
	sa.integ = alg_integ_by_conf("sha256");
	assert_refused(&sa, algorithms);
	sa = allowed();
	sa.esn = true;
	assert_refused(&sa, algorithms);
	sa = allowed();
	sa.transport = true;
	assert_refused(&sa, "its mode is not the tunnel's");
}

static void test_selectors(void **state)
{
	static const char selectors[] = "its selectors are not within the proxy-ID";
	struct ike_sa_spec sa = allowed();

	(void)state;
	ts_pair_any(&sa.ts);
	assert_refused(&sa, selectors);
	sa = allowed();
	sa.ts.remote.ts[0].last.b[1]++;
	assert_refused(&sa, selectors);
	sa = allowed();
	sa.ts.local.ts[0].first.b[1]--;
	assert_refused(&sa, selectors);
	sa = allowed();
	sa.ts.local.n = 0;
	assert_refused(&sa, selectors);
}

static void test_ends(void **state)
{
	static const char ends[] = "its addresses are not those of the gateway and its peer";
	struct policy_gateway *gateway = &policy->gateways[0], before = *gateway;
	struct ike_sa_spec sa = allowed();

	(void)state;
	sa.remote.addr = site_address("203.0.113.7");
	assert_refused(&sa, ends);
	sa = allowed();
	sa.local.addr = site_address("192.0.2.2");
	assert_refused(&sa, ends);
	sa = allowed();
	sa.remote.addr.family = 99;
	assert_refused(&sa, ends);
	sa.remote.addr = site_address("2001:db8::9");
	assert_refused(&sa, ends);
	/* Where any address will do, it has to be one. */
	gateway->local.family = 0;
	gateway->peer.family = 0;
	sa.remote.addr.family = 99;
	sa.local.addr.family = 99;
	assert_refused(&sa, ends);
	*gateway = before;
	gateway->nat_traversal = false;
	sa = allowed();
	assert_null(guard_refuses(policy, NULL, &sa));
	sa.udp_encap = true;
	assert_refused(&sa, ends);
	*gateway = before;
}

/* A peer that may move is followed to any address, but stays where it is as to us. */
static void test_moving(void **state)
{
	struct policy_gateway *gateway = &policy->gateways[0], before = *gateway;
	struct ike_sa_spec sa = allowed();

	(void)state;
	sa.new_local = sa.local;
	sa.new_remote.addr = site_address("203.0.113.7");
	assert_non_null(guard_refuses_path(policy, NULL, &sa));
	assert_non_null(guard_refuses_encap(policy, NULL, &sa));
	gateway->mobike = POLICY_MOBIKE_ALLOW;
	assert_null(guard_refuses_path(policy, NULL, &sa));
	assert_null(guard_refuses_encap(policy, NULL, &sa));
	sa.new_local.addr = site_address("192.0.2.2");
	assert_non_null(guard_refuses_path(policy, NULL, &sa));
	sa = allowed();
	sa.remote.addr = site_address("203.0.113.7");
	assert_null(guard_refuses(policy, NULL, &sa));
	sa.ifname = "tunnel9";
	assert_non_null(guard_refuses_encap(policy, NULL, &sa));
	*gateway = before;
}

static void test_life(void **state)
{
	static const char life[] = "its replay window or its life is not the tunnel's";
	struct ike_sa_spec sa = allowed();

	(void)state;
	sa.hard_seconds++;
	assert_refused(&sa, life);
	sa.hard_seconds = 0;
	assert_refused(&sa, life);
	sa = allowed();
	sa.hard_bytes++;
	assert_refused(&sa, life);
	sa.hard_bytes = 0;
	assert_refused(&sa, life);
	sa = allowed();
	sa.inbound = false;
	assert_refused(&sa, life);
	sa = allowed();
	sa.replay_window = 0;
	assert_refused(&sa, life);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_allowed),
		cmocka_unit_test(test_place),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_protection),
		cmocka_unit_test(test_selectors),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_moving),
		cmocka_unit_test(test_life),
	};

	return cmocka_run_group_tests(tests, open_policy, close_policy);
}
