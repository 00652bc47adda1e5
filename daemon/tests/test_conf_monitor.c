// SPDX-License-Identifier: GPL-2.0-or-later
/* The tunnel monitor's lines and what they make of a tunnel, complaints with their place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "conf/conf.h"
#include "conf_lines.h"

#define BASE	"set network ike gateway g peer-address ip 192.0.2.9\n" \
		"set network ike gateway g authentication pre-shared-key key " \
		"\"a key of more than twenty octets\"\n" \
		"set network tunnel ipsec T tunnel-interface tunnel.1\n" \
		"set network tunnel ipsec T auto-key ike-gateway g\n"
#define T	"set network tunnel ipsec T "
#define M	T "tunnel-monitor "
#define ON	M "enable yes\n"
#define PROFILE	"set network profiles monitor-profile "
#define LAN	T "auto-key proxy-id lan local 10.1.0.0/24 remote 10.2.0.0/24\n"
#define WEB	T "auto-key proxy-id web local 10.1.0.0/24 remote 10.3.0.0/24 protocol tcp " \
		"remote-port 443\n"
#define LAN6	T "auto-key proxy-id-v6 lan6 local fd01::/64 remote fd02::/64\n"

/* That a key stands in the file is no news here. */
static struct policy *parse(const char *lines)
{
	return conf_lines(lines, "put it into a key-file");
}

/* Valid until the next call; @warning: all that is said. */
static const struct policy_tunnel *good(const char *lines, const char *warning)
{
	static struct policy *policy;

	policy_free(policy);
	policy = NULL;
	if (!lines)
		return NULL;
	policy = parse(lines);
	if (!policy) {
		print_error("%s", conf_said);
		abort();
	}
	assert_string_equal(conf_said, warning);
	return policy->n_manual ? &policy->manual[0].tunnel : &policy->gateways[0].tunnels[0];
}

static const struct policy_monitor *monitor(const char *lines)
{
	return &good(lines, "")->monitor;
}

static void bad(const char *lines, const char *text)
{
	assert_null(parse(lines));
	if (strcmp(conf_said, text) != 0 || conf_errors != 1)
		fail_msg("%u errors, expected: %s\n%s", conf_errors, text, conf_said);
}

static void probes(const struct policy_monitor *m, unsigned int i, const char *to,
		   const char *from)
{
	char text[ADDR_TEXT];

	assert_true(i < m->n);
	assert_string_equal(addr_text(&m->probes[i].destination, text), to);
	assert_string_equal(addr_text(&m->probes[i].source, text), from);
}

/* ------------------------------------------------------------------- leaves */

static void test_presets(void **state)
{
	const struct policy_monitor *m = monitor(BASE ON M "destination-ip 10.2.0.1\n");

	(void)state;
	assert_int_equal(m->n, 1);
	probes(m, 0, "10.2.0.1", "any");
	assert_string_equal(m->proxy, "");
	assert_int_equal(m->action, POLICY_WAIT_RECOVER);
	assert_int_equal(m->interval_ms, 3000);
	assert_int_equal(m->threshold, 5);
	assert_int_equal(m->recovery, 2);
	assert_int_equal(good(BASE, "")->carrier, POLICY_CARRIER_ANY);
	assert_int_equal(good(BASE, "")->monitor.n, 0);
}

static void test_leaves(void **state)
{
	const struct policy_monitor *m =
		monitor(BASE LAN LAN6 ON M "destination-ip 10.2.0.1/32\n"
			M "destination-ip [ fd02::1 10.2.0.2 10.2.0.1 ]\n"
			M "source-ip 10.1.0.1 source-ip fd01::1\n"
			M "tunnel-monitor-profile fast\n"
			PROFILE "fast action fail-over interval 2 threshold 3 recovery 4\n");

	(void)state;
	assert_int_equal(m->n, 3);
	probes(m, 0, "10.2.0.1", "10.1.0.1");
	probes(m, 1, "fd02::1", "fd01::1");
	probes(m, 2, "10.2.0.2", "10.1.0.1");
	assert_int_equal(m->action, POLICY_FAIL_OVER);
	assert_int_equal(m->interval_ms, 2000);
	assert_int_equal(m->threshold, 3);
	assert_int_equal(m->recovery, 4);

	m = monitor(BASE LAN WEB ON M "destination-ip 10.2.0.1 proxy-id lan\n");
	assert_string_equal(m->proxy, "lan");
	/* A profile of the file comes before the one that is always there. */
	m = monitor(BASE ON M "destination-ip 10.2.0.1\n" PROFILE "default interval 7\n");
	assert_int_equal(m->interval_ms, 7000);
	/* Off means off, whatever else stands there. */
	m = monitor(BASE M "enable no destination-ip 10.2.0.1 proxy-id nonesuch\n");
	assert_int_equal(m->n, 0);
	assert_int_equal(good(BASE T "carrier all\n", "")->carrier, POLICY_CARRIER_ALL);
}

/* Nothing is negotiated there, but the path can be lost all the same. */
static void test_manual(void **state)
{
	const struct policy_monitor *m = monitor(
		T "tunnel-interface tunnel1 manual-key local-address ip 198.51.100.1\n"
		T "manual-key peer-address ip 192.0.2.9\n"
		T "manual-key local-spi 00001001 remote-spi 00001002\n"
		T "manual-key ah sha1 key 00112233-44556677-8899aabb-ccddeeff-00112233\n"
		ON M "destination-ip 10.2.0.1 proxy-id default\n");

	(void)state;
	assert_int_equal(m->n, 1);
	assert_string_equal(m->proxy, "default");
}

static void test_not_enabled(void **state)
{
	(void)state;
	good(BASE M "destination-ip 10.2.0.1\n",
	     "f:5:58: warning: nothing is probed without \"tunnel-monitor enable yes\"\n");
}

/* What getifaddrs() finds in place of the machine's own. */
static struct ifaddrs *interfaces;

int getifaddrs(struct ifaddrs **list)
{
	*list = interfaces;
	return 0;
}

void freeifaddrs(struct ifaddrs *list)
{
	(void)list;
}

/* An interface that is there has to have an address for probes, or a source-ip is given. */
static void test_own_address(void **state)
{
	static const char none[] = "f:6:58: warning: tunnel1 has no address that probes of "
		"10.2.0.1 "
		"could come from: give it one that a proxy-id has as local, or give a source-ip\n";
	static const char none_of_lan[] = "f:7:58: warning: tunnel1 has no address that probes of "
		"10.2.0.1 could come from: give it one that a proxy-id has as local, or give a "
		"source-ip\n";
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	struct ifaddrs other = { .ifa_name = (char[]){ "eth0" }, .ifa_addr = (void *)&v4 };
	struct ifaddrs six = { .ifa_next = &other, .ifa_name = (char[]){ "tunnel1" },
			       .ifa_addr = (void *)&v6 };
	struct ifaddrs link = { .ifa_next = &six, .ifa_name = (char[]){ "tunnel1" } };
	const char *lines = BASE ON M "destination-ip 10.2.0.1\n";

	(void)state;
	inet_pton(AF_INET, "10.255.1.1", &v4.sin_addr);
	inet_pton(AF_INET6, "fe80::1", &v6.sin6_addr);
	/* not there yet */
	interfaces = &other;
	good(lines, "");
	interfaces = &link;
	good(lines, none);
	good(BASE ON M "destination-ip 10.2.0.1 source-ip 10.1.0.1\n", "");
	good(BASE ON M "destination-ip fd02::1\n", "f:6:58: warning: tunnel1 has no address that "
	     "probes of fd02::1 could come from: give it one that a proxy-id has as local, or give "
	     "a source-ip\n");
	inet_pton(AF_INET6, "fd01::1", &v6.sin6_addr);
	good(BASE ON M "destination-ip fd02::1\n", "");
	other.ifa_name = six.ifa_name;
	good(lines, "");
	good(BASE LAN ON M "destination-ip 10.2.0.1\n", none_of_lan);
	good(BASE LAN WEB ON M "destination-ip 10.2.0.1 proxy-id lan source-ip 10.1.0.1\n", "");
	inet_pton(AF_INET, "10.1.0.1", &v4.sin_addr);
	good(BASE LAN ON M "destination-ip 10.2.0.1\n", "");
	good(BASE LAN ON M "destination-ip 10.2.0.1 proxy-id lan\n", "");
	interfaces = NULL;
}

/* A change of the monitor touches no SA. */
static void test_change(void **state)
{
	const struct policy_tunnel before = *good(BASE, "");

	(void)state;
	assert_true(policy_tunnel_equal(&before, good(BASE ON M "destination-ip 10.2.0.1\n"
						      T "carrier all\n", "")));
}

/* ---------------------------------------------------------------- complaints */

static const struct {
	const char *lines, *said;
} complaints[] = {
	{ BASE ON, "f:5:50: tunnel \"T\" has no tunnel-monitor destination-ip: add the "
	  "address to probe\n" },
	{ BASE ON M "destination-ip 10.2.0.1 tunnel-monitor-profile slo\n" PROFILE "slow\n",
	  "f:6:90: there is no monitor-profile \"slo\"; did you mean \"slow\"?\n" },
	{ BASE ON M "destination-ip 10.2.0.1 tunnel-monitor-profile X\n",
	  "f:6:90: there is no monitor-profile \"X\"\n" },
	{ BASE LAN ON M "destination-ip 10.2.0.1 proxy-id lam\n",
	  "f:7:76: tunnel \"T\" has no proxy-id \"lam\"; did you mean \"lan\"?\n" },
	{ BASE ON M "destination-ip 10.2.0.1 proxy-id lan\n",
	  "f:6:76: tunnel \"T\" has no proxy-id \"lan\"\n" },
	{ BASE LAN ON M "destination-ip 10.9.0.1 proxy-id lan\n",
	  "f:7:58: destination-ip 10.9.0.1 is not within remote 10.2.0.0/24 of proxy-id "
	  "\"lan\"\n" },
	{ BASE LAN LAN6 ON M "destination-ip fd02::1 proxy-id lan\n",
	  "f:8:58: destination-ip fd02::1 is not within remote 10.2.0.0/24 of proxy-id "
	  "\"lan\"\n" },
	{ BASE LAN ON M "destination-ip 10.2.0.1 source-ip 10.9.0.1 proxy-id lan\n",
	  "f:7:77: source-ip 10.9.0.1 is not within local 10.1.0.0/24 of proxy-id \"lan\"\n" },
	{ BASE LAN WEB ON M "destination-ip 10.3.0.1 proxy-id web\n",
	  "f:8:76: proxy-id \"web\" cannot carry probes: they are ICMP, and its protocol "
	  "is not\n" },
	{ BASE LAN WEB ON M "destination-ip 10.3.0.1\n",
	  "f:8:58: no proxy-id of tunnel \"T\" takes ICMP from any to 10.3.0.1: probe what one "
	  "of them has as remote\n" },
	{ BASE LAN ON M "destination-ip 10.2.0.1 source-ip 10.9.0.1\n",
	  "f:7:58: no proxy-id of tunnel \"T\" takes ICMP from 10.9.0.1 to 10.2.0.1: probe what "
	  "one of them has as remote\n" },
	{ BASE ON M "destination-ip 10.2.0.1 source-ip [ 10.1.0.1 10.1.0.2 ]\n",
	  "f:6:88: a second source-ip of IPv4: only one per family is allowed\n" },
	{ BASE ON M "destination-ip [ 10.2.0.1 10.2.0.2 10.2.0.3 10.2.0.4 10.2.0.5 10.2.0.6 "
	  "10.2.0.7 10.2.0.8 10.2.0.9 ]\n",
	  "f:6:132: more than 8 destination-ip of tunnel \"T\"\n" },
	{ BASE ON M "destination-ip 10.2.0\n", "f:6:58: \"10.2.0\" is not an IP address\n" },
	{ BASE M "enable maybe\n",
	  "f:5:50: unknown value \"maybe\"; it is one of: yes no\n" },
	{ BASE PROFILE "p interval 1\n", "f:5:49: \"1\" is not a number from 2 to 100\n" },
	{ BASE PROFILE "p threshold 101\n", "f:5:50: \"101\" is not a number from 2 to 100\n" },
	{ BASE PROFILE "p recovery 0\n", "f:5:49: \"0\" is not a number from 1 to 100\n" },
	{ BASE PROFILE "p action failover\n",
	  "f:5:47: unknown value \"failover\"; did you mean \"fail-over\"?\n" },
	{ BASE T "carrier some\n", "f:5:36: unknown value \"some\"; it is one of: any all\n" },
};

static void test_complaints(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(complaints) / sizeof(complaints[0]); i++)
		bad(complaints[i].lines, complaints[i].said);
}

static int done(void **state)
{
	(void)state;
	good(NULL, NULL);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_presets),
		cmocka_unit_test(test_leaves),
		cmocka_unit_test(test_manual),
		cmocka_unit_test(test_not_enabled),
		cmocka_unit_test(test_own_address),
		cmocka_unit_test(test_change),
		cmocka_unit_test(test_complaints),
	};

	return cmocka_run_group_tests_name("conf_monitor", tests, NULL, done);
}
