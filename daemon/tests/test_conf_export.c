// SPDX-License-Identifier: GPL-2.0-or-later
/* What a firewall exports as a whole: what is passed over of it, what is not, and why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conf_lines.h"
#include "conf_try.h"

#define G	"set network ike gateway g "
#define T	"set network tunnel ipsec T "
#define UNIT	"set network interface tunnel units tunnel.1 "
#define BASE	G "peer-address ip 192.0.2.9\n" \
		G "authentication pre-shared-key key \"a key of more than twenty octets\"\n" \
		T "tunnel-interface tunnel.1\n" T "auto-key ike-gateway g\n"

static void passed(const char *lines, const char *said)
{
	struct policy *policy = conf_lines(lines, "put it into a key-file");

	assert_string_equal(conf_said, said);
	assert_non_null(policy);
	assert_int_equal(policy->n_gateways, 1);
	assert_int_equal(policy->gateways[0].n_tunnels, 1);
	policy_free(policy);
}

/* Of every part of it some lines, as a small office's firewall has them. */
static void test_whole(void **state)
{
	(void)state;
	passed("set deviceconfig system hostname fw1\n"
	       "set deviceconfig system ip-address 10.0.0.1\n"
	       "set deviceconfig setting config rematch yes\n"
	       "set mgt-config users admin permissions role-based superuser yes\n"
	       "set shared application-group web [ ssl web-browsing ]\n"
	       "set network interface ethernet ethernet1/1 layer3 ip 192.0.2.1/24\n"
	       "set network interface vlan units\n"
	       UNIT "ip 10.255.0.1/30\n"
	       UNIT "ipv6 address 2001:db8::1/64 enable-on-interface yes\n"
	       "set network profiles zone-protection-profile P flood tcp-syn enable yes\n"
	       "set network ike crypto-profiles global-protect-app-crypto-profiles default "
	       "encryption aes-128-cbc\n"
	       BASE
	       "set network qos profile default class class1 priority real-time\n"
	       "set network virtual-router default interface [ ethernet1/1 tunnel.1 ]\n"
	       "set network virtual-router default routing-table ip static-route d nexthop x\n"
	       "set zone trust network layer3 ethernet1/2\n"
	       "set zone vpn network layer3 tunnel.1\n"
	       "set service s protocol tcp port 8080\n"
	       "set address a ip-netmask 10.0.0.0/8\n"
	       "set address b fqdn b.example\n"
	       "set rulebase security rules r from trust\n"
	       "set rulebase security rules r to vpn\n"
	       "set import network interface [ ethernet1/1 tunnel.1 ]\n",
	       "f:6:23: warning: \"interface ethernet\" has no effect in this version: use "
	       "ip(8) or your network manager\n"
	       "f:8:48: warning: \"ip 10.255.0.1/30\" has no effect in this version: use ip "
	       "address add\n"
	       "f:9:50: warning: \"ipv6 address\" has no effect in this version: use ip address "
	       "add\nf:17:13: warning: \"network virtual-router\" has no effect in this version: "
	       "use ip route or FRR\n"
	       "f:19:5: warning: \"zone\" has no effect in this version: use nftables\n"
	       "f:24:5: warning: \"rulebase\" has no effect in this version: use nftables\n"
	       "f:1:1: warning: 13 lines that are not about IPsec tunnels are skipped: "
	       "deviceconfig, mgt-config, shared, network interface vlan, network profiles "
	       "zone-protection-profile, network ike crypto-profiles "
	       "global-protect-app-crypto-profiles, network qos, service, address, import\n");
	passed(BASE "set tag t color color1\n",
	       "f:5:1: warning: 1 line that is not about IPsec tunnels is skipped: tag\n");
}

/* Banners and certificates go over several lines, and have characters of all kinds. */
static void test_many_lines(void **state)
{
	(void)state;
	passed("set deviceconfig system login-banner \"Keep out!\n"
	       "set'tings are \\\"watched\\\"\n"
	       "\x01 'Ask' your\xc2\xa0" "admin\" motd no\n"
	       "set shared certificate c public-key \"-----BEGIN\n"
	       "MIIB\n"
	       "-----END\n"
	       "\"\n" BASE,
	       "f:1:1: warning: 2 lines that are not about IPsec tunnels are skipped: "
	       "deviceconfig, shared\n");
	/* The lines behind are counted on. */
	bad("set shared c \"a\n\nb\"\nst\n" BASE,
	    "f:4:1: unknown word \"st\"; a line begins with \"set\"\n"
	    "f:1:1: warning: 1 line that is not about IPsec tunnels is skipped: shared\n");
	/* None of ours is taken for text of a quote that somebody forgot to close. */
	bad("set shared c \"a\n" BASE G "peer-adress ip 192.0.2.9\n" T "comment \"x\"\n",
	    "f:1:14: quote is not closed\n"
	    "f:6:27: unknown word \"peer-adress\"; did you mean \"peer-address\"?\n"
	    "f:1:1: warning: 1 line that is not about IPsec tunnels is skipped: shared\n");
	bad(BASE "set shared c \"a\nb\n",
	    "f:5:14: quote is not closed\n"
	    "f:6:1: unknown word \"b\"; a line begins with \"set\"\n"
	    "f:5:1: warning: 1 line that is not about IPsec tunnels is skipped: shared\n");
	/* Ours end with the line. */
	bad(BASE T "comment \"a\nb\"\n",
	    "f:5:36: quote is not closed\n"
	    "f:6:1: unknown word \"b\"\"; a line begins with \"set\"\n");
}

/* A list of hundreds of addresses is none of our business, either. */
static void test_long_lines(void **state)
{
	static char lines[16384];
	size_t n = 0;

	(void)state;
	n += (size_t)snprintf(lines, sizeof(lines), BASE "set address-group many static [");
	for (int i = 0; i < 1000; i++)
		n += (size_t)snprintf(lines + n, sizeof(lines) - n, " host%d", i);
	snprintf(lines + n, sizeof(lines) - n, " ]\n");
	passed(lines, "f:5:1: warning: 1 line that is not about IPsec tunnels is skipped: "
		      "address-group\n");
}

/* What would be missing without a word. */
static void test_refused(void **state)
{
	(void)state;
	bad(BASE "set template t config network ike gateway g\n"
	    "set template t config network ike gateway h\n"
	    "set template-stack s config\n",
	    "f:5:5: \"template\" is not supported in this version: export the configuration of the "
	    "firewall itself\n"
	    "f:7:5: \"template-stack\" is not supported in this version: export the configuration "
	    "of the firewall itself\n");
	/* A typing error is not taken for something else. */
	bad(BASE "set nework ike gateway h\n",
	    "f:5:5: unknown word \"nework\"; did you mean \"network\"?\n");
	bad(BASE "set network ike gatway h\n",
	    "f:5:17: unknown word \"gatway\"; did you mean \"gateway\"?\n");
	bad(BASE "set network address a\n",
	    "f:5:13: unknown word \"address\"; expected one of: ike, tunnel, interface, profiles, "
	    "virtual-router, logical-router\n");
	bad(BASE "set ike gateway h\n",
	    "f:5:5: unknown word \"ike\"; expected one of: network, certificate, "
	    "certificate-profile, zone, rulebase, template, "
	    "template-stack\n");
}

/* Address objects, of which exports are full. */
static void test_objects(void **state)
{
	(void)state;
	bad(BASE G "local-address interface ethernet1/1 ip outside-addr\n",
	    "f:5:51: warning: \"local-address interface ethernet1/1\" has no effect in this "
	    "version: local-address ip decides\n"
	    "f:5:66: \"outside-addr\" is not an IP address: names of address objects are not "
	    "looked up, write the address itself\n");
	passed(BASE UNIT "ip inside-addr\n",
	       "f:5:48: warning: \"ip inside-addr\" has no effect in this version: use ip address "
	       "add\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_many_lines),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_objects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
