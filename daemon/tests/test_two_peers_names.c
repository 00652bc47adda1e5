// SPDX-License-Identifier: GPL-2.0-or-later
/* A peer that is configured by its name: DNS says where it is, and may say otherwise later. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/peers.h"

#define NAME	"b.example.net"
#define HOME	"198.51.100.2"
#define NEW	"198.51.100.77"

/* A, which begins, knows B by its name. */
static struct site by_name(void)
{
	struct site site = peers_site(A);

	site.peer = NULL;
	site.fqdn = NAME;
	return site;
}

static struct peers *begin_with(uint64_t seed, const char *addrs, const struct site *a,
				const struct site *b)
{
	struct peers *net = peers_new(seed);

	net->peer[A].dns = (struct peers_dns){ .addrs = addrs, .ttl = 60 };
	peers_configure(net, B, b);
	peers_configure(net, A, a);
	return net;
}

static struct peers *begin(uint64_t seed, const char *addrs)
{
	struct site a = by_name(), b = peers_site(B);

	return begin_with(seed, addrs, &a, &b);
}

static void copy_gateway(void *ctx, const struct ike_gateway_info *info)
{
	*(struct ike_gateway_info *)ctx = *info;
}

static struct ike_gateway_info gateway(const struct peers *net)
{
	struct ike_gateway_info info = { .gateway = "" };

	ike_core_each_gateway(net->peer[A].core, net->now, copy_gateway, &info);
	return info;
}

static void assert_error(const struct peers *net, const char *part)
{
	struct ike_gateway_info info = gateway(net);

	if (!strstr(info.last_error, part) || !strstr(info.last_error, NAME))
		fail_msg("the last error is \"%s\"", info.last_error);
}

static void assert_at(const struct peers *net, const char *address)
{
	struct ike_gateway_info info = gateway(net);
	struct addr addr = site_address(address);

	assert_string_equal(info.fqdn, NAME);
	assert_true(addr_equal(&info.peer, &addr));
}

static void test_up(void **state)
{
	struct peers *net = begin(1, HOME);

	(void)state;
	peers_must_be_quiet(net, 5000);
	assert_at(net, HOME);
	assert_int_equal(net->peer[A].dns.asked, 1);
	/* Once each time that its records run out. */
	peers_run(net, 600000);
	assert_in_range(net->peer[A].dns.asked, 10, 11);
	assert_int_equal(peers_told(net, A, "ike-up"), 1);
	peers_finish(net);
}

/* However short or long a zone wants it. */
static void test_ttl(void **state)
{
	struct peers *net = begin(2, HOME);

	(void)state;
	net->peer[A].dns.ttl = 0;
	peers_run(net, 100000);
	assert_in_range(net->peer[A].dns.asked, 18, 21);
	net->peer[A].dns.ttl = UINT32_MAX;
	peers_run(net, 10000);
	net->peer[A].dns.asked = 0;
	peers_run(net, 3 * 3600000);
	assert_in_range(net->peer[A].dns.asked, 2, 4);
	peers_finish(net);
}

static void test_unknown(void **state)
{
	struct peers *net = peers_new(3);
	struct site a = by_name(), b = peers_site(B);

	(void)state;
	net->peer[A].dns = (struct peers_dns){ .failure = NAME_UNKNOWN };
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	peers_run(net, 1000);
	assert_error(net, "there is no such name");
	assert_string_equal(gateway(net).state, "failed");
	assert_in_range(gateway(net).retry_seconds, 1, 6);
	net->peer[A].dns.failure = NAME_UNANSWERED;
	peers_run(net, 300000);
	assert_error(net, "the name server does not answer");
	/* With pauses of a minute at the end, and no attempt that cannot be. */
	assert_in_range(net->peer[A].dns.asked, 6, 12);
	assert_int_equal(net->peer[A].sent, 0);
	net->peer[A].dns = (struct peers_dns){ .addrs = HOME, .ttl = 60 };
	peers_must_be_quiet(net, 65000);
	assert_string_equal(gateway(net).last_error, "");
	peers_finish(net);
}

/* A name with the address of nobody, of this host, or of another family. */
static void test_unusable(void **state)
{
	struct peers *net = begin(4, "127.0.0.1 2001:db8::9");

	(void)state;
	peers_run(net, 1000);
	assert_error(net, "its address 2001:db8::9 is not of the family");
	net->peer[A].dns.addrs = "127.0.0.1";
	peers_run(net, 20000);
	assert_error(net, "its address 127.0.0.1 is this host itself");
	net->peer[A].dns.addrs = "127.0.0.1 " HOME " " HOME;
	peers_must_be_quiet(net, 65000);
	peers_finish(net);
}

/* Nobody lives at the first address. */
static void test_in_turn(void **state)
{
	struct peers *net = begin(5, "203.0.113.5 " HOME);

	(void)state;
	peers_run(net, 1000);
	assert_at(net, "203.0.113.5");
	peers_must_be_quiet(net, 120000);
	assert_at(net, HOME);
	peers_finish(net);
}

/* DNS says that B is elsewhere, but it still answers where it was: nothing is given up. */
static void test_keeps(void **state)
{
	struct peers *net = begin(6, HOME);

	(void)state;
	peers_must_be_quiet(net, 5000);
	net->watch = true;
	net->peer[A].dns.addrs = NEW;
	peers_run(net, 600000);
	assert_at(net, NEW);
	assert_int_equal(peers_told(net, A, "ike-down"), 0);
	assert_int_equal(net->gaps, 0);
	net->peer[A].dns.addrs = HOME;
	peers_finish(net);
}

/* B is started anew elsewhere, long before its records run out: A asks because it is silent. */
static void test_moved(void **state)
{
	struct site a = by_name(), b = peers_site(B);
	struct peers *net;
	unsigned int asked;

	(void)state;
	a.liveness = 10;
	net = begin_with(7, HOME, &a, &b);
	net->peer[A].dns.ttl = 3600;
	peers_run(net, 70000);
	asked = net->peer[A].dns.asked;
	b.local = NEW;
	net->second[B] = NEW;
	net->peer[A].dns.addrs = NEW;
	peers_restart(net, B, &b);
	net->peer[B].cut = true;
	peers_run(net, 60000);
	assert_true(net->peer[A].dns.asked > asked);
	net->peer[B].cut = false;
	peers_must_be_quiet(net, 120000);
	assert_at(net, NEW);
	peers_free(net);
}

/* Who asked and got no answer says so, and what was known before stays in use. */
static void test_silent(void **state)
{
	struct peers *net = begin(8, HOME);
	unsigned int asked;

	(void)state;
	peers_must_be_quiet(net, 5000);
	net->peer[A].dns.silent = true;
	peers_run(net, 300000);
	asked = net->peer[A].dns.asked;
	assert_in_range(asked, 3, 8);
	assert_int_equal(peers_logged(net, "the addresses that it had are used on"), 1);
	assert_int_equal(ike_core_clear_ike(net->peer[A].core, net->now, "hq"), 1);
	peers_settle(net, A);
	peers_must_be_quiet(net, 60000);
	peers_free(net);

	net = begin(9, HOME);
	net->peer[A].dns.silent = true;
	peers_run(net, 40000);
	assert_int_equal(net->peer[A].dns.asked, 1);
	peers_free(net);
}

/* Nobody answers a question for what is no longer configured. */
static void test_reload(void **state)
{
	struct peers *net = begin(10, HOME);
	struct site a = peers_site(A);

	(void)state;
	a.peer = HOME;
	peers_configure(net, A, &a);
	peers_must_be_quiet(net, 5000);
	assert_int_equal(net->peer[A].dns.asked, 1);
	/* The other way: what stands is replaced, as the place of the peer has to be asked for. */
	a = by_name();
	peers_configure(net, A, &a);
	peers_must_be_quiet(net, 60000);
	assert_int_equal(net->peer[A].dns.asked, 2);
	a.fqdn = "elsewhere.example.net";
	net->peer[A].dns.addrs = NEW;
	peers_configure(net, A, &a);
	peers_run(net, 1000);
	assert_int_equal(net->peer[A].dns.asked, 3);
	assert_int_equal(peers_ikes(net, A), 1);
	peers_free(net);
}

/* B waits for A, whom it knows by name: nobody is A until DNS says so. */
static void test_responder(void **state)
{
	struct peers *net = peers_new(11);
	struct site a = peers_site(A), b = peers_site(B);

	(void)state;
	b.peer = NULL;
	b.fqdn = "a.example.net";
	net->peer[B].dns = (struct peers_dns){ .failure = NAME_UNKNOWN };
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	peers_run(net, 20000);
	assert_int_equal(peers_ikes(net, A), 0);
	assert_true(peers_logged(net, "is not the peer-address of any gateway"));
	net->peer[B].dns = (struct peers_dns){ .addrs = "203.0.113.8 192.0.2.1", .ttl = 60 };
	peers_must_be_quiet(net, 130000);
	peers_finish(net);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_up),
		cmocka_unit_test(test_ttl),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_unusable),
		cmocka_unit_test(test_in_turn),
		cmocka_unit_test(test_keeps),
		cmocka_unit_test(test_moved),
		cmocka_unit_test(test_silent),
		cmocka_unit_test(test_reload),
		cmocka_unit_test(test_responder),
	};

	return cmocka_run_group_tests_name("peers known by name", tests, NULL, NULL);
}
