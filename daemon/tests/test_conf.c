// SPDX-License-Identifier: GPL-2.0-or-later
/* Set-format files: what they become, and what is said of bad ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "conf/conf.h"
#include "conf/schema.h"

#define LINES_MAX	64
#define LINE_MAX_N	512
#define TEXT_ROOM	(1 << 20)
#define PSK		"a-pre-shared-key-of-30-octets!"

/* The least that works; without the leaf that names the key. */
#define PEER		"set network ike gateway hq peer-address ip 192.0.2.9\n"
#define DEVICE		"set network tunnel ipsec hq tunnel-interface tunnel1\n"
#define VIA		"set network tunnel ipsec hq auto-key ike-gateway hq\n"
#define GATEWAY		"set network ike gateway hq "
#define TUNNEL		"set network tunnel ipsec hq "
#define PSK_LEAF	"authentication pre-shared-key "
#define IKE_PROFILE	"set network ike crypto-profiles ike-crypto-profiles P "
#define ESP_PROFILE	"set network ike crypto-profiles ipsec-crypto-profiles P "
#define USE_PROFILES	"set network ike gateway hq protocol ikev2 ike-crypto-profile P\n" \
			"set network tunnel ipsec hq auto-key ipsec-crypto-profile P\n"

static char dir[] = "/tmp/pantun-test-conf-XXXXXX";
static char key_path[sizeof(dir) + 16];

/* What was said of the last text. */
static char lines[LINES_MAX][LINE_MAX_N];
static unsigned int n_lines;
static struct conf_report report;

static void on_line(void *ctx, enum conf_severity severity, const char *text)
{
	(void)ctx;
	(void)severity;
	if (n_lines < LINES_MAX)
		snprintf(lines[n_lines++], LINE_MAX_N, "%s", text);
}

static struct policy *parse(const char *text)
{
	size_t n = strlen(text);
	char *copy = malloc(n + 1);
	struct policy *policy;

	assert_non_null(copy);
	memcpy(copy, text, n + 1);
	n_lines = 0;
	report = (struct conf_report){ .line = on_line, .file = "f" };
	policy = conf_parse(copy, n, &report);
	free(copy);
	return policy;
}

/* The four lines that work, with more before and behind. */
static struct policy *parse_tunnel(const char *before, const char *more)
{
	static char text[TEXT_ROOM];

	snprintf(text, sizeof(text), "%s" PEER GATEWAY PSK_LEAF "key-file %s\n" DEVICE VIA "%s",
		 before, key_path, more);
	return parse(text);
}

static struct policy *good(const char *more)
{
	struct policy *policy = parse_tunnel("", more);

	for (unsigned int i = 0; i < n_lines; i++)
		print_message("# %s\n", lines[i]);
	assert_non_null(policy);
	assert_int_equal(report.errors, 0);
	return policy;
}

static void assert_said(const char *line)
{
	for (unsigned int i = 0; i < n_lines; i++)
		if (!strcmp(lines[i], line))
			return;
	for (unsigned int i = 0; i < n_lines; i++)
		print_error("said:   %s\n", lines[i]);
	fail_msg("not said: %s", line);
}

/* @more behind the four lines has this one error and no other. */
static void bad(const char *more, const char *line)
{
	assert_null(parse_tunnel("", more));
	assert_said(line);
	if (report.errors != 1)
		for (unsigned int i = 0; i < n_lines; i++)
			print_error("said:   %s\n", lines[i]);
	assert_int_equal(report.errors, 1);
}

static void warned(const char *more, const char *line)
{
	policy_free(good(more));
	assert_said(line);
	assert_int_equal(report.warnings, 1);
}

/* ------------------------------------------------------------------ good */

static void test_four_lines(void **state)
{
	struct policy *policy = good("");
	const struct policy_gateway *gateway = &policy->gateways[0];
	const struct policy_tunnel *tunnel = &gateway->tunnels[0];
	struct prop_list ike = { 0 }, esp = { 0 };
	char text[ADDR_TEXT];
	struct ts_pair any;

	(void)state;
	prop_default_ike(&ike);
	prop_default_esp(&esp);
	ts_pair_any(&any);
	assert_int_equal(n_lines, 0);
	assert_int_equal(policy->n_gateways, 1);
	assert_string_equal(gateway->name, "hq");
	assert_string_equal(addr_text(&gateway->peer, text), "192.0.2.9");
	assert_int_equal(gateway->local.family, 0);
	assert_int_equal(gateway->local_id.n, 0);
	assert_int_equal(gateway->peer_id.n, 0);
	assert_false(gateway->passive);
	assert_true(gateway->nat_traversal);
	assert_int_equal(gateway->life_seconds, 8 * 3600);
	assert_int_equal(gateway->liveness_seconds, 5);
	assert_int_equal(gateway->psk->n, strlen(PSK));
	assert_memory_equal(gateway->psk->b, PSK, strlen(PSK));
	assert_true(prop_list_equal(&gateway->ike, &ike));
	assert_int_equal(gateway->n_tunnels, 1);
	assert_string_equal(tunnel->name, "hq");
	assert_string_equal(tunnel->ifname, "tunnel1");
	assert_int_equal(tunnel->start, POLICY_START_ALWAYS);
	assert_true(prop_list_equal(&tunnel->esp, &esp));
	assert_int_equal(tunnel->replay_window, 1024);
	assert_int_equal(tunnel->life_seconds, 3600);
	assert_int_equal(tunnel->life_bytes, 0);
	assert_int_equal(tunnel->n_proxies, 1);
	assert_string_equal(tunnel->proxies[0].name, "default");
	assert_true(ts_list_equal(&tunnel->proxies[0].ts.local, &any.local));
	assert_true(ts_list_equal(&tunnel->proxies[0].ts.remote, &any.remote));
	policy_free(policy);
}

static void test_order_free(void **state)
{
	struct policy *policy = parse_tunnel(VIA TUNNEL "start on-demand\n" GATEWAY
					     "comment \"before it is there\"\n", "");

	(void)state;
	assert_non_null(policy);
	assert_int_equal(policy->gateways[0].tunnels[0].start, POLICY_START_ON_DEMAND);
	policy_free(policy);
}

static void test_writing(void **state)
{
	struct policy *policy;

	(void)state;
	policy = good("# a comment\n\t \r\n   set   network\tike gateway hq "
		      "comment \"two words # no comment\" # a comment\n"
		      GATEWAY "comment \"two words # no comment\"\n"
		      GATEWAY "local-id type fqdn id \"a\\\"b\\\\c\"");
	assert_int_equal(policy->gateways[0].local_id.n, 5);
	assert_memory_equal(policy->gateways[0].local_id.b, "a\"b\\c", 5);
	policy_free(policy);
}

static void test_device_names(void **state)
{
	struct policy *policy;

	(void)state;
	policy = good("set network tunnel ipsec two tunnel-interface tunnel.27\n"
		      "set network tunnel ipsec two auto-key ike-gateway hq\n");
	assert_int_equal(policy->gateways[0].n_tunnels, 2);
	assert_string_equal(policy->gateways[0].tunnels[1].ifname, "tunnel27");
	policy_free(policy);
	bad("set network tunnel ipsec two tunnel-interface tun0\n"
	    "set network tunnel ipsec two auto-key ike-gateway hq\n",
	    "f:5:47: \"tun0\" is not a tunnel interface: use tunnelN or tunnel.N");
	bad("set network tunnel ipsec two tunnel-interface tunnel.1\n"
	    "set network tunnel ipsec two auto-key ike-gateway hq\n",
	    "f:5:47: tunnel-interface tunnel.1 belongs to tunnel \"hq\" already");
}

static void test_several_leaves_a_line(void **state)
{
	struct policy *policy;
	const struct policy_gateway *gateway;

	(void)state;
	policy = good(GATEWAY "local-address ip 198.51.100.1/24 interface ethernet1/1\n"
		      GATEWAY "protocol version ikev2 ikev2 dpd enable yes interval 30\n");
	gateway = &policy->gateways[0];
	assert_int_equal(gateway->local.b[3], 1);
	assert_int_equal(gateway->liveness_seconds, 30);
	assert_int_equal(gateway->version, POLICY_IKEV2);
	policy_free(policy);
}

/* Each version has leaves of its own. */
static void test_ikev1(void **state)
{
	struct policy *policy;
	const struct policy_gateway *gateway;

	(void)state;
	policy = good(GATEWAY "protocol version ikev1 ikev1 dpd interval 20\n"
		      GATEWAY "protocol ikev1 ike-crypto-profile P\n"
		      GATEWAY "protocol ikev2 dpd interval 30\n"
		      IKE_PROFILE "encryption [ aes-256-gcm aes-128-cbc ] hash sha256\n"
		      IKE_PROFILE "dh-group group14 lifetime minutes 30\n");
	gateway = &policy->gateways[0];
	assert_int_equal(gateway->version, POLICY_IKEV1);
	assert_int_equal(gateway->exchange, POLICY_EXCHANGE_AUTO);
	assert_false(policy_gateway_takes(gateway, 1, true));
	assert_int_equal(gateway->liveness_seconds, 20);
	assert_int_equal(gateway->life_seconds, 1800);
	policy_free(policy);
	policy = good(GATEWAY "protocol version ikev1 ikev1 exchange-mode main\n");
	assert_int_equal(policy->gateways[0].exchange, POLICY_EXCHANGE_MAIN);
	policy_free(policy);
	bad(GATEWAY "protocol version ikev1 ikev1 ike-crypto-profile P\n"
	    IKE_PROFILE "encryption aes-256-gcm hash sha256 dh-group group14\n",
	    "f:5:76: gateway \"hq\": IKEv1 has no combined modes for phase 1: add a cipher in CBC "
	    "mode, such as aes-256-cbc, and a hash to its ike-crypto-profile");
}

static void test_proxies(void **state)
{
	struct policy *policy;
	const struct policy_tunnel *tunnel;
	const struct ts *ts;

	(void)state;
	policy = good(TUNNEL "auto-key proxy-id LAN local 10.1.0.0/24 remote 10.2.0.0/24\n"
		      TUNNEL "auto-key proxy-id WEB protocol tcp local-port 0 remote-port 443\n"
		      TUNNEL "auto-key proxy-id GRE protocol number 47\n"
		      TUNNEL "auto-key proxy-id ALL\n"
		      TUNNEL "auto-key proxy-id-v6 L6 local 2001:db8:1::/64 protocol any\n");
	tunnel = &policy->gateways[0].tunnels[0];
	assert_int_equal(tunnel->n_proxies, 5);
	ts = &tunnel->proxies[0].ts.remote.ts[0];
	assert_memory_equal(ts->first.b, "\x0a\x02\x00\x00", 4);
	assert_memory_equal(ts->last.b, "\x0a\x02\x00\xff", 4);
	assert_int_equal(ts->proto, 0);
	assert_int_equal(ts->port_last, 65535);
	ts = &tunnel->proxies[1].ts.remote.ts[0];
	assert_int_equal(ts->proto, 6);
	assert_int_equal(ts->port_first, 443);
	assert_int_equal(ts->port_last, 443);
	assert_int_equal(tunnel->proxies[1].ts.local.ts[0].port_last, 65535);
	assert_int_equal(tunnel->proxies[2].ts.local.ts[0].proto, 47);
	assert_memory_equal(tunnel->proxies[3].ts.local.ts[0].last.b, "\xff\xff\xff\xff", 4);
	ts = &tunnel->proxies[4].ts.remote.ts[0];
	assert_int_equal(ts->first.family, AF_INET6);
	assert_int_equal(ts->last.b[15], 0xff);
	policy_free(policy);
}

static void test_profiles(void **state)
{
	struct policy *policy;
	const struct policy_gateway *gateway;
	struct prop_list esp;
	char text[512];

	(void)state;
	policy = good(IKE_PROFILE "encryption [ aes-128-cbc ] hash sha256 dh-group [ group14 ]\n"
		      IKE_PROFILE "lifetime minutes 30\n"
		      ESP_PROFILE "esp encryption aes-256-gcm authentication none\n"
		      ESP_PROFILE "lifetime days 1\n" ESP_PROFILE "lifesize gb 10\n"
		      ESP_PROFILE "dh-group no-pfs\n" USE_PROFILES
		      TUNNEL "anti-replay-window 4096\n");
	gateway = &policy->gateways[0];
	assert_string_equal(prop_list_text(&gateway->ike, text, sizeof(text)),
			    "AES_CBC-128/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/MODP_2048");
	assert_int_equal(gateway->life_seconds, 1800);
	assert_string_equal(prop_list_text(&gateway->tunnels[0].esp, text, sizeof(text)),
			    "AES_GCM_16-256");
	assert_int_equal(gateway->tunnels[0].life_seconds, 86400);
	assert_int_equal(gateway->tunnels[0].life_bytes, 10ULL << 30);
	assert_int_equal(gateway->tunnels[0].replay_window, 4096);
	policy_free(policy);
	policy = good(IKE_PROFILE "encryption aes-256-gcm hash sha256 dh-group group31\n"
		      IKE_PROFILE "additional-key-exchange 1 [ group20 group21 ]\n"
		      IKE_PROFILE "additional-key-exchange 3 [ none group14 ]\n" USE_PROFILES
		      ESP_PROFILE "dh-group group31\n");
	assert_string_equal(prop_list_text(&policy->gateways[0].ike, text, sizeof(text)),
			    "AES_GCM_16-256/PRF_HMAC_SHA2_256/CURVE25519/KE ECP_384,ECP_521/"
			    "KE MODP_2048,NONE");
	assert_int_equal(policy->gateways[0].ike.prop[0].rounds[1].n, 0);
	policy_free(policy);
	/* Who has never heard of them needs a proposal without. */
	policy = good(IKE_PROFILE "encryption aes-256-gcm hash sha256 dh-group group31\n"
		      IKE_PROFILE "additional-key-exchange 1 [ group20 none ]\n" USE_PROFILES
		      ESP_PROFILE "dh-group group31\n");
	assert_string_equal(prop_list_text(&policy->gateways[0].ike, text, sizeof(text)),
			    "AES_GCM_16-256/PRF_HMAC_SHA2_256/CURVE25519/KE ECP_384,NONE; "
			    "AES_GCM_16-256/PRF_HMAC_SHA2_256/CURVE25519");
	policy_free(policy);
	/* Those of a child are offered with its group, and not within IKE_AUTH. */
	policy = good(ESP_PROFILE "esp encryption aes-256-gcm\n" ESP_PROFILE "dh-group group31\n"
		      ESP_PROFILE "additional-key-exchange 1 [ group20 none ]\n" USE_PROFILES
		      IKE_PROFILE "dh-group group31\n");
	esp = policy->gateways[0].tunnels[0].esp;
	assert_string_equal(prop_list_text(&esp, text, sizeof(text)),
			    "AES_GCM_16-256/CURVE25519/KE ECP_384,NONE; "
			    "AES_GCM_16-256/CURVE25519");
	prop_list_without_dh(&esp);
	assert_string_equal(prop_list_text(&esp, text, sizeof(text)), "AES_GCM_16-256");
	policy_free(policy);
}

static void test_predefined_profiles(void **state)
{
	struct policy *policy;
	char text[512];

	(void)state;
	policy = good(GATEWAY "protocol ikev2 ike-crypto-profile Suite-B-GCM-256\n"
		      TUNNEL "auto-key ipsec-crypto-profile Suite-B-GCM-128\n");
	assert_string_equal(prop_list_text(&policy->gateways[0].ike, text, sizeof(text)),
			    "AES_CBC-256/HMAC_SHA2_384_192/PRF_HMAC_SHA2_384/ECP_384");
	assert_string_equal(prop_list_text(&policy->gateways[0].tunnels[0].esp, text,
					   sizeof(text)), "AES_GCM_16-128/ECP_256");
	policy_free(policy);
	/* One of the file's own of the same name comes first. */
	policy = good("set network ike crypto-profiles ipsec-crypto-profiles default dh-group "
		      "group20\n");
	assert_int_equal(policy->gateways[0].tunnels[0].esp.prop[0].n_dh, 1);
	policy_free(policy);
}

static void test_roles(void **state)
{
	struct policy *policy;

	(void)state;
	policy = good(GATEWAY "protocol-common passive-mode yes\n"
		      GATEWAY "protocol-common nat-traversal enable no\n"
		      GATEWAY "protocol ikev2 dpd enable no\n" TUNNEL "anti-replay no\n");
	assert_true(policy->gateways[0].passive);
	assert_false(policy->gateways[0].nat_traversal);
	assert_int_equal(policy->gateways[0].liveness_seconds, 0);
	assert_int_equal(policy->gateways[0].tunnels[0].start, POLICY_START_PASSIVE);
	assert_int_equal(policy->gateways[0].tunnels[0].replay_window, 0);
	policy_free(policy);
}

static void test_dynamic_peer(void **state)
{
	static char text[1024];
	struct policy *policy;

	(void)state;
	snprintf(text, sizeof(text), GATEWAY "peer-address dynamic\n" GATEWAY PSK_LEAF
		 "key-file %s\n" DEVICE VIA, key_path);
	policy = parse(text);
	assert_non_null(policy);
	assert_int_equal(policy->gateways[0].peer.family, 0);
	assert_true(policy->gateways[0].passive);
	assert_int_equal(policy->gateways[0].tunnels[0].start, POLICY_START_PASSIVE);
	policy_free(policy);
}

static void test_disabled(void **state)
{
	struct policy *policy = good("set network ike gateway off disabled yes\n"
				     "set network tunnel ipsec off disabled yes\n");

	(void)state;
	assert_int_equal(policy->n_gateways, 1);
	assert_int_equal(policy->gateways[0].n_tunnels, 1);
	policy_free(policy);
}

static void test_many(void **state)
{
	static char text[TEXT_ROOM];
	struct policy *policy;
	size_t n = 0;

	(void)state;
	for (int i = 2; i < 500; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
				      "set network tunnel ipsec t%d tunnel-interface tunnel%d\n"
				      "set network tunnel ipsec t%d auto-key ike-gateway hq\n",
				      i, i, i);
	policy = good(text);
	assert_int_equal(policy->gateways[0].n_tunnels, 499);
	assert_string_equal(policy->gateways[0].tunnels[498].ifname, "tunnel499");
	policy_free(policy);
}

/* ------------------------------------------------------------------- bad */

struct complaint {
	const char *more;
	const char *line;
};

static const struct complaint errors[] = {
	/* words */
	{ "set network tunnel ipsec hq tunel-interface tunnel1\n",
	  "f:5:29: unknown word \"tunel-interface\"; did you mean \"tunnel-interface\"?" },
	{ "set netwrok ike\n", "f:5:5: unknown word \"netwrok\"; did you mean \"network\"?" },
	{ GATEWAY "auth pre-shared-key key x\n",
	  "f:5:28: unknown word \"auth\"; did you mean \"authentication\"?" },
	{ "set network ipsec tunnel hq\n",
	  "f:5:13: unknown word \"ipsec\"; expected one of: ike, tunnel, interface, profiles, "
	  "virtual-router, logical-router" },
	{ "delete network ike\n", "f:5:1: unknown word \"delete\"; a line begins with \"set\"" },
	{ "set network ike\n",
	  "f:5:13: the line ends after \"ike\"; expected one of: crypto-profiles, gateway" },
	{ TUNNEL "start\n", "f:5:29: \"start\" needs a value" },
	{ TUNNEL "start [ always ]\n", "f:5:35: \"start\" takes one value, not a list" },
	{ TUNNEL "start alwys\n", "f:5:35: unknown value \"alwys\"; did you mean \"always\"?" },
	{ TUNNEL "start x\n",
	  "f:5:35: unknown value \"x\"; it is one of: always on-demand passive" },
	{ TUNNEL "start always start passive\n",
	  "f:5:48: \"start\" is \"passive\" here, but \"always\" on line 5" },
	{ "set network ike gateway a:b comment x\n",
	  "f:5:25: a name has letters, digits, blanks, \"-\", \"_\" and \".\", not \"a:b\"" },
	{ GATEWAY "comment \"open\n", "f:5:36: quote is not closed" },
	{ GATEWAY "comment \"a\"b\n", "f:5:39: no blank after the closing quote" },
	{ GATEWAY "comment a\001b\n", "f:5:37: control character 0x01" },
	{ IKE_PROFILE "dh-group [ group14\n", "f:5:64: list is not closed by \"]\"" },
	{ IKE_PROFILE "dh-group [ ]\n", "f:5:64: list is empty" },
	{ TUNNEL "]\n",
	  "f:5:29: unknown word \"]\"; expected one of: tunnel-interface, auto-key, start, "
	  "anti-replay, anti-replay-window, copy-tos, dscp, ttl, copy-flow-label, tfc-padding, "
	  "dummy-interval, mark, underlay-interface, enable-gre-encapsulation, ipsec-mode, ipv6, "
	  "carrier, tunnel-monitor, disabled, comment, "
	  "manual-key, global-protect-satellite" },
	/* values */
	{ GATEWAY "protocol ikev2 dpd interval 101\n",
	  "f:5:56: \"101\" is not a number from 2 to 100" },
	{ GATEWAY "protocol ikev2 dpd interval 1\n",
	  "f:5:56: \"1\" is not a number from 2 to 100" },
	{ GATEWAY "protocol ikev2 dpd interval -5\n",
	  "f:5:56: \"-5\" is not a number from 2 to 100" },
	{ GATEWAY "protocol ikev2 dpd interval 5s\n",
	  "f:5:56: \"5s\" is not a number from 2 to 100" },
	{ TUNNEL "anti-replay-window 100\n",
	  "f:5:48: unknown value \"100\"; it is one of: 64 128 256 512 1024 2048 4096" },
	{ GATEWAY "local-address ip 10.0.0.256\n", "f:5:45: \"10.0.0.256\" is not an IP address" },
	{ GATEWAY "local-address ip 2001:db8::1\n",
	  "f:5:45: local-address and peer-address are of different families" },
	{ GATEWAY "ipv6 yes\n", "f:1:44: \"192.0.2.9\" beside \"ipv6 yes\" on line 5" },
	{ TUNNEL "ipv6 yes\n", "f:5:34: \"ipv6 yes\", but gateway \"hq\" has IPv4" },
	{ TUNNEL "auto-key proxy-id L local 10.0.0.0/33\n",
	  "f:5:55: \"10.0.0.0/33\" is not an address, prefix or range of addresses" },
	{ TUNNEL "auto-key proxy-id L local 2001:db8::/32\n",
	  "f:5:55: \"2001:db8::/32\" is not IPv4: put it into proxy-id-v6" },
	{ TUNNEL "auto-key proxy-id L protocol number 255\n",
	  "f:5:65: \"255\" is not a number from 1 to 254" },
	/* choices and references */
	{ GATEWAY "peer-address dynamic\n",
	  "f:5:41: \"peer-address dynamic\" beside \"peer-address ip\" on line 1: only one is "
	  "allowed" },
	{ GATEWAY "peer-address ip 192.0.2.10\n",
	  "f:5:44: \"ip\" is \"192.0.2.10\" here, but \"192.0.2.9\" on line 1" },
	{ TUNNEL "auto-key proxy-id L protocol tcp local-port 1\n"
	  TUNNEL "auto-key proxy-id L protocol any\n",
	  "f:5:58: \"protocol tcp\" beside \"protocol any\" on line 6: only one is allowed" },
	{ TUNNEL "auto-key ike-gateway other\n",
	  "f:5:50: a second ike-gateway is not supported in this version" },
	{ "set network tunnel ipsec x tunnel-interface tunnel2 auto-key ike-gateway hp\n",
	  "f:5:74: there is no gateway \"hp\"; did you mean \"hq\"?" },
	{ "set network tunnel ipsec x tunnel-interface tunnel2\n",
	  "f:5:26: tunnel \"x\" has no auto-key ike-gateway" },
	{ "set network tunnel ipsec x auto-key ike-gateway hq\n",
	  "f:5:26: tunnel \"x\" has no tunnel-interface" },
	{ GATEWAY "protocol ikev2 ike-crypto-profile defualt\n",
	  "f:5:62: there is no ike-crypto-profile \"defualt\"; did you mean \"default\"?" },
	{ TUNNEL "auto-key ipsec-crypto-profile Nowhere\n",
	  "f:5:59: there is no ipsec-crypto-profile \"Nowhere\"" },
	{ TUNNEL "auto-key proxy-id default local 10.0.0.0/8\n",
	  "f:5:47: the name \"default\" is reserved for tunnels without proxy-IDs" },
	{ TUNNEL "auto-key proxy-id L local 10.0.0.0/8\n"
	  TUNNEL "auto-key proxy-id-v6 L local 2001:db8::/32\n",
	  "f:6:50: proxy-id-v6 \"L\" has the name of the proxy-id on line 5" },
	{ GATEWAY "local-address interface eth0\n",
	  "f:5:52: local-address interface alone is not supported: add local-address ip" },
	/* profiles */
	{ IKE_PROFILE "lifetime hours 3 lifetime days 1\n",
	  "f:5:72: unknown word \"lifetime\"; expected one of: seconds, minutes, hours, days" },
	{ IKE_PROFILE "lifetime hours 3\n" IKE_PROFILE "lifetime seconds 200\n",
	  "f:5:64: \"lifetime hours\" beside \"lifetime seconds\" on line 6: only one is allowed" },
	{ IKE_PROFILE "lifetime seconds 179\n",
	  "f:5:72: \"179\" is not a number from 180 to 65535" },
	{ ESP_PROFILE "esp authentication [ sha256-96 sha256 ] encryption aes-256-cbc\n",
	  "f:5:55: profile \"P\": sha256-96 and sha256 exclude each other" },
	{ ESP_PROFILE "esp encryption [ aes-128-gcm null ] authentication none\n",
	  "f:5:55: profile \"P\": null needs an integrity algorithm beside it (sha256)" },
	{ ESP_PROFILE "dh-group [ no-pfs group14 ]\n",
	  "f:5:68: \"no-pfs\" beside a DH group" },
	{ IKE_PROFILE "additional-key-exchange 1 none\n",
	  "f:5:81: \"none\" without a group beside it" },
	{ IKE_PROFILE "dh-group group20\n" IKE_PROFILE "additional-key-exchange 1 group20\n",
	  "f:6:81: \"group20\" is the only group of another key exchange, too: no group may be "
	  "used twice" },
	{ IKE_PROFILE "additional-key-exchange 2 group20\n"
	  IKE_PROFILE "additional-key-exchange 7 [ group20 ]\n",
	  "f:6:83: \"group20\" is the only group of another key exchange, too: no group may be "
	  "used twice" },
	{ IKE_PROFILE "additional-key-exchange 1 [ group1 group2 group5 group14 group15 group16 "
	  "group17 ]\n", "f:5:128: more than 6 algorithms" },
	{ ESP_PROFILE "dh-group no-pfs\n" ESP_PROFILE "additional-key-exchange 2 group20\n",
	  "f:6:83: \"additional-key-exchange\" without a dh-group beside it" },
	{ IKE_PROFILE "additional-key-exchange 8 group20\n",
	  "f:5:79: unknown word \"8\"; expected one of: 1, 2, 3, 4, 5, 6, 7" },
	/* what would weaken or change something if it were passed over */
	{ ESP_PROFILE "ah authentication sha256\n" ESP_PROFILE "esp encryption aes-128-gcm\n",
	  "f:5:57: \"ah\" beside \"esp\" on line 6: only one is allowed" },
	{ TUNNEL "copy-tos yes dscp 46\n", "f:5:47: \"dscp 46\" beside \"copy-tos yes\"" },
	{ TUNNEL "enable-gre-encapsulation yes auto-key proxy-id A local 10.0.0.1\n"
	  TUNNEL "auto-key proxy-id B local 10.0.0.2\n",
	  "f:3:26: tunnel \"hq\" has 2 proxy-IDs; with enable-gre-encapsulation it can have one" },
	{ TUNNEL "auto-key ipsec-crypto-profile P\n" ESP_PROFILE "esp esn yes\n"
	  TUNNEL "anti-replay no\n",
	  "f:7:41: \"anti-replay no\" beside \"esn yes\" of the ipsec-crypto-profile" },
	{ "set network tunnel ipsec m tunnel-interface tunnel7 "
	  "manual-key esp authentication none\n",
	  "f:5:83: \"authentication none\" is not supported in this version: packets could be "
	  "modified or forged; use sha256" },
	{ "set certificate-profile CP use-ocsp yes\n",
	  "f:5:37: \"use-ocsp yes\" is not supported in this version" },
	{ "set network tunnel gre g ttl 64\n",
	  "f:5:30: \"ttl 64\" is not supported in this version" },
};

static void test_errors(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		bad(errors[i].more, errors[i].line);
}

/* Every group that there is, in one list. */
static void test_all_groups(void **state)
{
	struct policy *policy =
		good(IKE_PROFILE "dh-group [ group1 group2 group5 group14 group15 group16 group17 "
		     "group18 group19 group20 group21 group25 group26 group27 group28 group29 "
		     "group30 group31 group32 ]\n"
		     GATEWAY "protocol ikev2 ike-crypto-profile P\n");

	(void)state;
	assert_int_equal(policy->gateways[0].ike.prop[0].n_dh, PROP_GROUPS);
	assert_true(prop_list_has_dh(&policy->gateways[0].ike, 32));
	policy_free(policy);
}

static const struct complaint warnings[] = {
	{ "set zone VPN network layer3 [ tunnel.1 ]\n",
	  "f:5:5: warning: \"zone\" has no effect in this version: use nftables" },
	{ "set network virtual-router default interface [ ethernet1/1 tunnel.1 ]\n",
	  "f:5:13: warning: \"network virtual-router\" has no effect in this version: use ip "
	  "route or FRR" },
	{ "set network interface tunnel units tunnel.1 mtu 1438\n",
	  "f:5:49: warning: \"mtu 1438\" has no effect in this version: use ip link set mtu" },
	{ GATEWAY "protocol ikev1 dpd retry 7\n",
	  "f:5:53: warning: \"dpd retry 7\" has no effect in this version" },
	{ GATEWAY "local-address interface eth0 ip 10.0.0.1\n",
	  "f:5:52: warning: \"local-address interface eth0\" has no effect in this version: "
	  "local-address ip decides" },
	{ GATEWAY "protocol version ikev1 ikev1 exchange-mode aggressive\n",
	  "f:5:71: warning: gateway \"hq\": it uses aggressive mode with a pre-shared key: whoever "
	  "asks by the peer's name, or listens, can try keys at leisure against the answer, and "
	  "names go in clear: use a long random key, or IKEv2 or main mode" },
	{ ESP_PROFILE "esp encryption [ aes-256-cbc 3des ]\n",
	  "f:5:86: warning: \"3des\" is no longer secure: use it for old peers only" },
	{ IKE_PROFILE "encryption [ aes-256-cbc 3des ]\n",
	  "f:5:80: warning: \"3des\" is no longer secure: use it for old peers only" },
	{ IKE_PROFILE "hash [ sha256 md5 ]\n",
	  "f:5:69: warning: \"md5\" is no longer secure: use it for old peers only" },
	{ IKE_PROFILE "dh-group [ group14 group2 ]\n",
	  "f:5:74: warning: \"group2\" is no longer secure: use it for old peers only" },
	{ ESP_PROFILE "dh-group group25\n",
	  "f:5:66: warning: \"group25\" is no longer secure: use it for old peers only" },
	{ "set network ike gateway idle peer-address ip 192.0.2.7\n"
	  "set network ike gateway idle disabled yes\n"
	  "set network tunnel ipsec t2 tunnel-interface tunnel2 auto-key ike-gateway idle\n",
	  "f:7:75: warning: gateway \"idle\" is disabled, and tunnel \"t2\" with it" },
	{ GATEWAY "protocol-common passive-mode yes\n" TUNNEL "start always\n",
	  "f:6:35: warning: start always: gateway \"hq\" is passive: the peer initiates" },
};

static void test_warnings(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(warnings) / sizeof(warnings[0]); i++)
		warned(warnings[i].more, warnings[i].line);
}

/* Values that are what happens anyway need no word. */
static void test_harmless(void **state)
{
	(void)state;
	policy_free(good(GATEWAY "protocol version ikev2\n" GATEWAY "ipv6 no\n"
			 GATEWAY "protocol ikev2 pq-ppk enabled no\n"
			 GATEWAY "protocol-common nat-traversal keep-alive-interval 20\n"
			 TUNNEL "copy-tos no\n" TUNNEL "tunnel-monitor enable no\n"
			 TUNNEL "ipsec-mode tunnel\n" TUNNEL "enable-gre-encapsulation no\n"));
	assert_int_equal(n_lines, 0);
}

static void test_all_errors_are_told(void **state)
{
	(void)state;
	assert_null(parse(GATEWAY "per-address ip 192.0.2.9\n"
			  "set network tunnel ipsec hq tunel-interface tunnel1\n"
			  TUNNEL "auto-key ike-gateway hp\n"));
	assert_said("f:1:28: unknown word \"per-address\"; did you mean \"peer-address\"?");
	assert_said("f:2:29: unknown word \"tunel-interface\"; did you mean \"tunnel-interface\"?");
	assert_said("f:3:50: there is no gateway \"hp\"; did you mean \"hq\"?");
	/* What is missing because its line was bad is not told again. */
	assert_int_equal(report.errors, 3);
}

static void test_too_many_proxies(void **state)
{
	static char text[TEXT_ROOM];
	size_t n = 0;

	(void)state;
	for (int i = 0; i < 251; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
				      TUNNEL "auto-key proxy-id p%d local 10.0.%d.0/24\n", i,
				      i % 250);
	bad(text, "f:3:26: tunnel \"hq\" has 251 proxy-IDs; 250 are allowed: put the rest "
		  "into a second tunnel");
}

static void test_missing(void **state)
{
	(void)state;
	assert_null(parse(GATEWAY "comment x\n"));
	assert_said("f:1:25: gateway \"hq\" has no peer-address: give ip, fqdn or dynamic");
	assert_said("f:1:25: gateway \"hq\" has no authentication pre-shared-key key-file");
	assert_int_equal(report.errors, 2);
}

/* ------------------------------------------------------------------ keys */

static void write_key(const char *path, const char *text, size_t n, mode_t mode)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, n, file), n);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
}

/* A gateway whose key is in @path; the text of the one error, or NULL. */
static const char *key_error(const char *path, struct policy **out)
{
	static char text[1024];

	snprintf(text, sizeof(text), PEER GATEWAY PSK_LEAF "key-file \"%s\"\n" DEVICE VIA, path);
	*out = parse(text);
	return *out ? NULL : strstr(lines[0], ": ") + 2;
}

static void refused(const char *path, const char *why)
{
	struct policy *policy;
	const char *said = key_error(path, &policy);
	char line[LINE_MAX_N];

	snprintf(line, sizeof(line), "key-file %s: %s", path, why);
	assert_non_null(said);
	assert_string_equal(said, line);
	assert_int_equal(report.errors, 1);
}

static void test_key_files(void **state)
{
	char path[sizeof(dir) + 16], link[sizeof(dir) + 16], line[LINE_MAX_N], big[300];
	struct policy *policy;

	(void)state;
	snprintf(path, sizeof(path), "%s/key", dir);
	snprintf(link, sizeof(link), "%s/link", dir);
	refused(path, "No such file or directory");
	refused("relative", "not an absolute path");
	refused(dir, "not a regular file");
	refused("/dev/null", "not a regular file");
	write_key(path, PSK "\n", strlen(PSK) + 1, 0640);
	refused(path, "group or others have access (mode 0640): chmod 600 it");
	/* What a link names counts. */
	assert_int_equal(symlink(path, link), 0);
	refused(link, "group or others have access (mode 0640): chmod 600 it");
	write_key(path, PSK "\n", strlen(PSK) + 1, 0604);
	refused(path, "group or others have access (mode 0604): chmod 600 it");
	write_key(path, "\n", 1, 0600);
	refused(path, "empty");
	memset(big, 'x', sizeof(big));
	write_key(path, big, 256, 0600);
	refused(path, "longer than 255 octets");
	write_key(path, big, 255, 0400);
	assert_null(key_error(link, &policy));
	assert_int_equal(policy->gateways[0].psk->n, 255);
	policy_free(policy);
	write_key(path, "short\r\n", 7, 0600);
	assert_null(key_error(path, &policy));
	assert_int_equal(policy->gateways[0].psk->n, 5);
	snprintf(line, sizeof(line),
		 "f:2:%zu: warning: the pre-shared key has 5 octets; below 20 it can be guessed",
		 strlen(GATEWAY PSK_LEAF "key-file ") + 1);
	assert_said(line);
	policy_free(policy);
	unlink(link);
	unlink(path);
}

static void test_inline_key(void **state)
{
	struct policy *policy;

	(void)state;
	policy = parse(PEER DEVICE VIA GATEWAY PSK_LEAF "key \"" PSK "\"\n");
	assert_non_null(policy);
	assert_memory_equal(policy->gateways[0].psk->b, PSK, strlen(PSK));
	assert_said("f:4:62: warning: the pre-shared key is readable here: put it into a key-file");
	policy_free(policy);
	assert_null(parse(PEER DEVICE VIA GATEWAY PSK_LEAF "key -AQ==abcdefabcdef=\n"));
	assert_said("f:4:62: this pre-shared key is encrypted by a firewall: give the key itself");
}

/* Neither a bad nor a doubled key is repeated in what is said. */
static void test_keys_are_not_told(void **state)
{
	static char text[2048], big[300];

	(void)state;
	memset(big, 'S', 290);
	snprintf(text, sizeof(text), PEER DEVICE VIA GATEWAY PSK_LEAF "key %s\n"
		 GATEWAY PSK_LEAF "key SSSSSSSSSS1\n" GATEWAY PSK_LEAF "key SSSSSSSSSS2\n", big);
	assert_null(parse(text));
	assert_true(n_lines >= 2);
	for (unsigned int i = 0; i < n_lines; i++)
		assert_null(strstr(lines[i], "SSSS"));
}

/* ----------------------------------------------------------------- files */

static void test_files(void **state)
{
	char path[sizeof(dir) + 16], text[512], line[LINE_MAX_N];
	struct policy *policy;

	(void)state;
	snprintf(path, sizeof(path), "%s/conf", dir);
	n_lines = 0;
	report = (struct conf_report){ .line = on_line };
	assert_null(conf_load(path, &report));
	snprintf(line, sizeof(line), "%s: No such file or directory", path);
	assert_said(line);
	snprintf(text, sizeof(text), PEER GATEWAY PSK_LEAF "key-file %s\n" DEVICE VIA, key_path);
	/* The last line may lack its end. */
	write_key(path, text, strlen(text) - 1, 0644);
	report = (struct conf_report){ .line = on_line };
	policy = conf_load(path, &report);
	assert_non_null(policy);
	policy_free(policy);
	unlink(path);
}

static void test_empty(void **state)
{
	struct policy *policy = parse("");

	(void)state;
	assert_non_null(policy);
	assert_int_equal(policy->n_gateways, 0);
	policy_free(policy);
}

/* ---------------------------------------------------------------- schema */

/* A level has names or words, a leaf nothing below it, and presets are allowed values. */
static void test_schema(void **state)
{
	struct conf_report quiet = { 0 };
	const struct conf_place at = { 0 };
	struct schema_path path;
	struct schema_step step;
	char word[SCHEMA_PATH_MAX];
	const char *p;
	size_t n;

	(void)state;
	for (size_t i = 0; i < schema_n; i++) {
		const struct schema_row *row = &schema_rows[i];

		path = (struct schema_path){ 0 };
		step = (struct schema_step){ 0 };
		for (p = row->path; *p; p += n + (p[n] == ' ')) {
			assert_null(step.leaf);
			n = strcspn(p, " ");
			snprintf(word, sizeof(word), "%.*s", (int)n, p);
			step = schema_step(&path, word);
			assert_true(step.known);
			assert_int_equal(step.name, *p == '*');
		}
		assert_ptr_equal(step.leaf, row);
		assert_ptr_equal(schema_find(row->path), row);
		assert_non_null(row->help);
		if (row->preset && !row->list && row->lack == LACK_NOTHING)
			assert_true(schema_check(row, row->preset, at, &quiet));
		if (row->kind == SCHEMA_WORD)
			assert_non_null(row->values);
		if (row->kind == SCHEMA_NUMBER)
			assert_true(row->min < row->max);
	}
	assert_int_equal(quiet.errors, 0);
}

static int setup(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(key_path, sizeof(key_path), "%s/psk", dir);
	write_key(key_path, PSK "\n", strlen(PSK) + 1, 0600);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unlink(key_path);
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_four_lines),
		cmocka_unit_test(test_order_free),
		cmocka_unit_test(test_writing),
		cmocka_unit_test(test_device_names),
		cmocka_unit_test(test_several_leaves_a_line),
		cmocka_unit_test(test_ikev1),
		cmocka_unit_test(test_proxies),
		cmocka_unit_test(test_profiles),
		cmocka_unit_test(test_predefined_profiles),
		cmocka_unit_test(test_roles),
		cmocka_unit_test(test_dynamic_peer),
		cmocka_unit_test(test_disabled),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_all_groups),
		cmocka_unit_test(test_warnings),
		cmocka_unit_test(test_harmless),
		cmocka_unit_test(test_all_errors_are_told),
		cmocka_unit_test(test_too_many_proxies),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_key_files),
		cmocka_unit_test(test_inline_key),
		cmocka_unit_test(test_keys_are_not_told),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_schema),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
