// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines that are right one by one and cannot be meant together, or cannot work. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conf_lines.h"
#include "conf_try.h"

#define G	"set network ike gateway g "
#define H	"set network ike gateway h "
#define T	"set network tunnel ipsec T "
#define U	"set network tunnel ipsec U "
#define KEY	"authentication pre-shared-key key \"a key of more than twenty octets\"\n"
#define KEY2	"authentication pre-shared-key key \"another key of more than twenty\"\n"
#define TUNNEL	T "tunnel-interface tunnel.1\n" T "auto-key ike-gateway g\n"
#define BASE	G "peer-address ip 192.0.2.9\n" G KEY TUNNEL
#define SECOND	H KEY U "tunnel-interface tunnel.2\n" U "auto-key ike-gateway h\n"
#define DYNAMIC	G "peer-address dynamic\n" G KEY TUNNEL
#define ID	T "auto-key proxy-id "
#define ID6	T "auto-key proxy-id-v6 "
#define SIZE	"set network ike crypto-profiles ipsec-crypto-profiles P lifesize "
#define M	"set network tunnel ipsec M manual-key "
#define MANUAL	"set network tunnel ipsec M tunnel-interface tunnel.3\n" M

/* ----------------------------------------------------------------- selectors */

static void test_host_bits(void **state)
{
	(void)state;
	good(BASE ID "a local 10.1.0.1/16 remote 10.2.0.0/16\n",
	     "f:5:54: warning: \"10.1.0.1/16\" has bits set after its prefix: taken as "
	     "10.1.0.0/16\n");
	good(BASE ID6 "a remote 2001:db8::1/64\n",
	     "f:5:58: warning: \"2001:db8::1/64\" has bits set after its prefix: taken as "
	     "2001:db8::/64\n");
	good(BASE ID "a local 10.1.0.1/32 remote 10.2.0.9\n"
	     ID "b local 10.1.0.1-10.1.0.6 remote 0.0.0.0/0\n" ID6 "c local 2001:db8::/32\n", "");
	/* Of an address that is not a subnet they are the host. */
	good(BASE G "local-address ip 198.51.100.1/24\n", "");
}

static void test_same_selectors(void **state)
{
	(void)state;
	good(BASE ID "a local 10.1.0.0/16 remote 10.2.0.0/16\n" ID "b local 10.1.0.0/16\n"
	     ID "c local 10.1.0.0-10.1.255.255 remote 10.2.0.0/16\n",
	     "f:7:46: warning: proxy-id \"c\" has the selectors of proxy-id \"a\" on line 5, "
	     "which takes all its packets\n");
	good(BASE ID6 "a local fd01::/64 remote fd02::/64\n" ID6 "b remote fd02::/64 local "
	     "fd01::/64\n",
	     "f:6:49: warning: proxy-id \"b\" has the selectors of proxy-id \"a\" on line 5, "
	     "which takes all its packets\n");
	good(BASE ID "a local 10.1.0.0/16 remote 10.2.0.0/16\n"
	     ID "b local 10.1.0.0/16 remote 10.2.0.0/16 protocol tcp remote-port 443\n"
	     ID "c local 10.1.0.0/16 remote 10.2.0.0/16 protocol tcp remote-port 80\n"
	     ID "d local 10.1.0.0/16 remote 10.2.0.0/16 protocol udp remote-port 80\n", "");
	/* All of IPv4 and all of IPv6 are different things. */
	good(BASE ID "a\n" ID6 "b\n", "");
}

static void test_one_subnet(void **state)
{
	(void)state;
	good(BASE ID "a local 10.1.0.0/16 remote 10.1.0.0/16\n",
	     "f:5:46: warning: proxy-id \"a\" has 10.1.0.0/16 as local and as remote: a host is "
	     "either here or behind the peer\n");
	good(BASE ID6 "a local fd01::7 remote fd01::7\n",
	     "f:5:49: warning: proxy-id \"a\" has fd01::7 as local and as remote: a host is "
	     "either here or behind the peer\n");
	/* A hub's spokes have this. */
	good(BASE ID "a local 10.0.0.0/8 remote 10.1.0.0/16\n", "");
	good(BASE ID "a local 0.0.0.0/0 remote 0.0.0.0/0\n" ID6 "b local ::/0 remote ::/0\n", "");
}

/* ------------------------------------------------------------------ gateways */

/* What is said of certificates must not stand in for a key. */
static void test_no_key(void **state)
{
	(void)state;
	bad(G "peer-address ip 192.0.2.9\n" TUNNEL
	    G "authentication certificate use-management-as-source yes\n",
	    "f:4:79: warning: \"certificate use-management-as-source yes\" has no effect in this "
	    "version\n"
	    "f:1:25: gateway \"g\" has no authentication pre-shared-key key-file\n");
	bad(G "peer-address ip 192.0.2.9\n" TUNNEL
	    G "authentication certificate allow-id-payload-mismatch no\n",
	    "f:1:25: gateway \"g\" has no authentication pre-shared-key key-file\n");
	/* One remedy is enough. */
	bad(G "peer-address ip 192.0.2.9\n" TUNNEL
	    G "authentication certificate certificate-profile CP\n",
	    "f:4:74: there is no certificate-profile \"CP\"\n"
	    "f:1:25: gateway \"g\" has no authentication certificate local-certificate name, nor "
	    "a pre-shared-key in place of it\n");
	good(BASE G "authentication certificate allow-id-payload-mismatch no\n", "");
}

static void test_same_gateways(void **state)
{
	(void)state;
	good(BASE SECOND H "peer-address ip 192.0.2.9\n",
	     "f:5:25: warning: gateway \"h\" has the addresses and identities of \"g\" on line "
	     "1: a peer that initiates is always taken for \"g\"; put their tunnels into one "
	     "gateway, or give them identities\n");
	/* One says what the other leaves open. */
	good(BASE SECOND H "peer-address ip 192.0.2.9\n" H "local-address ip 192.0.2.1\n"
	     H "peer-id type ipaddr id 192.0.2.9\n",
	     "f:5:25: warning: gateway \"h\" has the addresses and identities of \"g\" on line "
	     "1: a peer that initiates is always taken for \"g\"; put their tunnels into one "
	     "gateway, or give them identities\n");
	good(BASE H "peer-address ip 192.0.2.9\n" H KEY2
	     U "tunnel-interface tunnel.2\n" U "auto-key ike-gateway h\n",
	     "f:5:25: warning: gateway \"h\" has the addresses and identities of \"g\" on line "
	     "1: their keys alone tell one peer from the other; put their tunnels into one "
	     "gateway, or give them identities\n");
}

static void test_different_gateways(void **state)
{
	(void)state;
	good(BASE SECOND H "peer-address ip 192.0.2.10\n", "");
	good(BASE SECOND H "peer-address ip 192.0.2.9\n" H "peer-id id b.example\n", "");
	good(BASE SECOND H "peer-address ip 192.0.2.9\n" H "local-id id b.example\n", "");
	good(BASE SECOND H "peer-address ip 192.0.2.9\n" H "local-address ip 192.0.2.1\n"
	     G "local-address ip 192.0.2.2\n", "");
	good(BASE SECOND H "peer-address dynamic\n", "");
	good(BASE SECOND H "peer-address ip 192.0.2.9\n" U "disabled yes\n" H "disabled yes\n",
	     "");
}

static void test_dynamic_gateways(void **state)
{
	(void)state;
	good(DYNAMIC SECOND H "peer-address dynamic\n",
	     "f:5:25: warning: dynamic gateway \"h\" has no peer-id, nor has \"g\" on line 1: a "
	     "peer that initiates is always taken for \"g\"; give each a peer-id\n");
	good(DYNAMIC SECOND H "peer-address dynamic\n" G "peer-id id a.example\n"
	     H "peer-id id a.example\n",
	     "f:5:25: warning: gateway \"h\" has the addresses and identities of \"g\" on line "
	     "1: a peer that initiates is always taken for \"g\"; put their tunnels into one "
	     "gateway, or give them identities\n");
	good(DYNAMIC SECOND H "peer-address dynamic\n" H "peer-id id b.example\n", "");
	good(DYNAMIC SECOND H "peer-address dynamic\n" G "ipv6 no\n" H "ipv6 yes\n", "");
}

/* Two gateways that lack the same line are not called the same. */
static void test_broken_gateways(void **state)
{
	(void)state;
	bad(G KEY TUNNEL SECOND,
	    "f:1:25: gateway \"g\" has no peer-address: give ip, fqdn or dynamic\n"
	    "f:4:25: gateway \"h\" has no peer-address: give ip, fqdn or dynamic\n");
}

/* ----------------------------------------------------------------- addresses */

static void test_no_hosts(void **state)
{
	static const struct {
		const char *address, *why;
	} all[] = {
		{ "127.0.0.1", "this host itself (loopback)" },
		{ "127.8.8.8/8", "this host itself (loopback)" },
		{ "::1", "this host itself (loopback)" },
		{ "0.0.0.0", "the unspecified address" },
		{ "::", "the unspecified address" },
		{ "224.0.0.1", "a multicast address" },
		{ "ff02::1", "a multicast address" },
		{ "255.255.255.255", "not the address of a host" },
		{ "::ffff:192.0.2.9", "an IPv4 address in IPv6 form: write it as IPv4" },
	};
	char lines[1024], said[256];

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		snprintf(lines, sizeof(lines), G "peer-address ip %s\n" G KEY TUNNEL,
			 all[i].address);
		snprintf(said, sizeof(said), "f:1:43: \"%s\" is %s\n", all[i].address, all[i].why);
		bad(lines, said);
		snprintf(lines, sizeof(lines), G "peer-address dynamic\n" G "local-address ip %s\n"
			 G KEY TUNNEL, all[i].address);
		snprintf(said, sizeof(said), "f:2:44: \"%s\" is %s\n", all[i].address, all[i].why);
		bad(lines, said);
	}
}

static void test_same_ends(void **state)
{
	(void)state;
	bad(BASE G "local-address ip 192.0.2.9/24\n",
	    "f:5:44: local-address and peer-address are both 192.0.2.9: peer-address is that of "
	    "the other end\n");
	bad(MANUAL "local-address ip 192.0.2.9\n" M "peer-address ip 192.0.2.9\n"
	    M "local-spi 00001001 remote-spi 00001002\n" M "esp encryption algorithm null\n"
	    M "esp authentication sha256 key 11111111-22222222-33333333-44444444-55555555-"
	    "66666666-77777777-88888888\n",
	    "f:2:56: local-address and peer-address are both 192.0.2.9: peer-address is that of "
	    "the other end\n");
}

/* The link that every host has stands for one here. */
static void test_links(void **state)
{
	struct policy *policy;

	(void)state;
	bad(G "peer-address ip fe80::9\n" G KEY TUNNEL,
	    "f:1:43: \"fe80::9\" is link-local: name its link, as in fe80::9%eth0\n");
	bad(G "peer-address ip fe80::9%nowhere\n" G KEY TUNNEL,
	    "f:1:43: \"fe80::9%nowhere\" is not an IP address: there is no such interface\n");
	bad(G "peer-address ip 2001:db8::9%lo\n" G KEY TUNNEL,
	    "f:1:43: \"2001:db8::9%lo\" is not an IP address: only link-local addresses "
	    "have a link\n");
	bad(BASE ID6 "a local fe80::%lo/64\n",
	    "f:5:57: \"fe80::%lo/64\" is not an address, prefix or range of addresses\n");
	bad(G "peer-address ip fe80::9%lo\n" G KEY TUNNEL T "underlay-interface eth7\n",
	    "f:5:47: underlay-interface eth7, but the gateway's address is fe80::9%lo\n");
	policy = conf_lines(G "peer-address ip fe80::9%lo\n" G KEY TUNNEL,
			    "put it into a key-file");
	assert_string_equal(conf_said, "");
	assert_non_null(policy);
	assert_true(policy->gateways[0].peer.scope);
	assert_string_equal(policy->gateways[0].tunnels[0].outer.underlay, "lo");
	policy_free(policy);
}

/* ------------------------------------------------------------------ lifetimes */

/* What is used up before the next one is there, by the rate at which it is. */
static void test_small_sizes(void **state)
{
	(void)state;
	bad(BASE SIZE "kb 1\n",
	    "f:5:69: lifesize kb 1 is good for 1 kbit/s: half of it has to last for the 3 "
	    "seconds that a rekey may take; the least is mb 1, for 1398 kbit/s\n");
	bad(BASE SIZE "kb 1023\n",
	    "f:5:69: lifesize kb 1023 is good for 1396 kbit/s: half of it has to last for "
	    "the 3 seconds that a rekey may take; the least is mb 1, for 1398 kbit/s\n");
	good(BASE SIZE "kb 1024\n",
	     "f:5:69: warning: lifesize kb 1024 is good for 1398 kbit/s: half of it has to last "
	     "for the 3 seconds that a rekey may take; 1 Gbit/s takes mb 716\n");
	good(BASE SIZE "mb 64\n",
	     "f:5:69: warning: lifesize mb 64 is good for 89 Mbit/s: half of it has to last for "
	     "the 3 seconds that a rekey may take; 1 Gbit/s takes mb 716\n");
	good(BASE SIZE "mb 715\n",
	     "f:5:69: warning: lifesize mb 715 is good for 999 Mbit/s: half of it has to last "
	     "for the 3 seconds that a rekey may take; 1 Gbit/s takes mb 716\n");
	good(BASE SIZE "mb 716\n", "");
	good(BASE SIZE "gb 1\n", "");
	good(BASE SIZE "tb 65535\n", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_host_bits),
		cmocka_unit_test(test_same_selectors),
		cmocka_unit_test(test_one_subnet),
		cmocka_unit_test(test_no_key),
		cmocka_unit_test(test_same_gateways),
		cmocka_unit_test(test_different_gateways),
		cmocka_unit_test(test_dynamic_gateways),
		cmocka_unit_test(test_broken_gateways),
		cmocka_unit_test(test_no_hosts),
		cmocka_unit_test(test_same_ends),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_small_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
