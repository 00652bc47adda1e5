// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The command line of pantunctl up to the kernel's door: which algorithms and keys go
 * together, what a wrong command is told, and what of a right one stands in the
 * message.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netlink/msg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "algorithms.h"
#include "command.h"
#include "nl_parse.h"
#include "sa_request.h"

#define WORDS_MAX	40	/* words of one command line */
#define LINE_MAX	512	/* octets of one */

static const struct options no_options;

/* Runs @command with the words of @line; its exit status, and standard error in @said. */
static int run(command_run *command, const char *line, char *said, size_t n)
{
	char copy[LINE_MAX], *argv[WORDS_MAX], *rest = NULL;
	int argc = 0, saved = dup(STDERR_FILENO), status;
	FILE *to = tmpfile();

	assert_non_null(to);
	text_copy(copy, sizeof(copy), line);
	for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
		argv[argc++] = word;
	assert_true(argc < WORDS_MAX);
	dup2(fileno(to), STDERR_FILENO);
	status = command(&no_options, argc, argv);
	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	close(saved);
	rewind(to);
	said[fread(said, 1, n - 1, to)] = '\0';
	fclose(to);
	return status;
}

/* Wrong command lines, and what is said about each behind the program's name. */
struct refusals {
	command_run *command;
	struct {
		const char *line, *said;	/* NULL ends them */
	} rows[];
};

static void test_refused(void **state)
{
	const struct refusals *refusals = *state;
	char said[1024], wanted[512];

	for (size_t i = 0; refusals->rows[i].line; i++) {
		const char *line = refusals->rows[i].line;

		snprintf(wanted, sizeof(wanted), "pantunctl: %s", refusals->rows[i].said);
		assert_int_equal(run(refusals->command, line, said, sizeof(said)), EXIT_USAGE);
		if (strncmp(said, wanted, strlen(wanted)) != 0)
			fail_msg("\"%s\" is told: %swanted: %s", line, said, wanted);
	}
}

#define REFUSED(refusals)							\
	{ .name = #refusals, .test_func = test_refused, .initial_state = (void *)&(refusals) }

#define GOOD	"add dev t in spi 0x1001 local 192.0.2.1 remote 192.0.2.2 "
#define GOOD6	"add dev t in spi 0x1001 local 2001:db8::1 remote 2001:db8::2 "

static const struct refusals sa_add_refused = {
	.command = cmd_sa,
	.rows = {
		{ "add in spi 300", "sa add: \"dev TUNNEL\" is missing" },
		{ "add dev t spi 300", "sa add: the direction is missing: \"in\" for the SA we "
		  "receive with, \"out\" for the one we send with" },
		{ "add dev t in out", "sa add: out: the direction was given before" },
		{ "add dev t in", "sa add: \"spi NUMBER\" is missing: for \"in\" the one that the "
		  "peer puts in packets to us" },
		{ "add dev t out", "sa add: \"spi NUMBER\" is missing: for \"out\" the one that we "
		  "put in packets to the peer" },
		{ "add dev t in spi 255", "sa add: spi 255: not an SPI: 256 to" },
		{ "add dev t in spi 300 remote 192.0.2.2", "sa add: \"local ADDRESS\" is missing" },
		{ "add dev t in spi 300 local 192.0.2.2", "sa add: \"remote ADDRESS\" is missing" },
		{ "add dev t in spi 300 local here", "sa add: local here: not an IPv4 or IPv6" },
		{ "add dev t in spi 300 local 192.0.2.1 remote 2001:db8::2",
		  "sa add: \"local\" is IPv4 and \"remote\" is IPv6; both ends of a path must be" },
		{ GOOD "proto icmp", "sa add: proto icmp: not one of esp, ah" },
		{ GOOD "mode tunel", "sa add: mode tunel: not one of tunnel, transport" },
		{ GOOD "encap 0 4500", "sa add: encap 0: not followed by two ports" },
		{ GOOD "encap 4500", "sa add: \"encap\" must be followed by our UDP port and" },
		{ GOOD "udp-checksum enc aes-gcm-16", "sa add: \"udp-checksum\" is about ESP in" },
		{ GOOD "proto ah encap 4500 4500", "sa add: \"encap\" does not go with \"proto" },
		{ GOOD "enc aes", "sa add: enc aes: not one of aes-cbc, aes-gcm-16, aes-gcm-12," },
		{ GOOD "auth md5", "sa add: auth md5: not one of hmac-sha2-256-128," },
		{ GOOD, "sa add: \"enc ALGORITHM\" is missing: ESP needs one" },
		{ GOOD "proto ah", "sa add: \"auth ALGORITHM\" is missing: AH needs one" },
		{ GOOD "proto ah enc null", "sa add: enc null: AH does not encrypt; leave" },
		{ GOOD "enc aes-ctr", "sa add: \"auth ALGORITHM\" is missing: enc aes-ctr does not "
		  "authenticate" },
		{ GOOD "enc aes-gcm-8 auth hmac-sha1-96", "sa add: auth hmac-sha1-96: enc "
		  "aes-gcm-8 authenticates, too" },
		{ GOOD "enc null auth aes-gmac", "sa add: auth aes-gmac: of AH alone" },
		{ GOOD6 "enc aes-gmac", "sa add: \"key-file FILE\" is missing" },
		{ GOOD "enc aes-gmac standby", "sa add: \"standby\" is for out-SAs" },
		{ GOOD "replay-window 5000", "sa add: replay-window 5000: not a count" },
		{ "add dev t out spi 300 local ::1 remote ::2 enc aes-gmac replay-window 64",
		  "sa add: \"replay-window\" is for in-SAs" },
		{ GOOD "esm", "sa add: unknown word \"esm\"; did you mean \"esn\"?" },
		{ NULL, NULL },
	},
};

static const struct refusals sa_named_refused = {
	.command = cmd_sa,
	.rows = {
		{ "del dev t in spi 300 proto gre", "sa del: proto gre: not one of esp, ah" },
		{ "del dev t in", "sa del: \"spi NUMBER\" is missing: for \"in\" the one" },
		{ "activate dev t out", "sa activate: \"spi NUMBER\" is missing: for \"out\" the" },
		{ "activate dev t out spi 300 enc null", "sa activate: unknown word \"enc\"" },
		{ "del dev t in spi 300 local ::1 remote 10.0.0.1",
		  "sa del: \"local\" is IPv6 and \"remote\" is IPv4" },
		{ "path dev t in spi 300 new-local ::1", "sa path: the new path is missing" },
		{ "path dev t in spi 300 new-local ::1 new-remote 10.0.0.1",
		  "sa path: \"new-local\" is IPv6 and \"new-remote\" is IPv4" },
		{ "path dev t in spi 300 local 10.0.0.1 remote 10.0.0.2 new-local ::1",
		  "sa path: \"new-local\" is IPv6 and \"new-remote\" is IPv4" },
		{ "path dev t in spi 300 local ::1 remote ::2 udp-checksum",
		  "sa path: \"udp-checksum\" is about ESP in UDP" },
		{ "path dev t in spi 300 proto ah local ::1 remote ::2 encap 1 2",
		  "sa path: \"encap\" does not go with \"proto ah\"" },
		{ "flush dev a-name-that-is-too-long", "sa flush: dev a-name-that-is-too-long: " },
		{ "pth", "unknown verb \"pth\"; did you mean \"path\"?" },
		{ NULL, NULL },
	},
};

static const struct refusals tunnel_refused = {
	.command = cmd_tunnel,
	.rows = {
		{ "set dev t", "tunnel set: nothing to set" },
		{ "set df copy", "tunnel set: \"dev TUNNEL\" is missing" },
		{ "set dev t start never", "tunnel set: start never: not one of always," },
		{ "set dev t carrier some", "tunnel set: carrier some: neither any nor all" },
		{ "set dev t df ignore", "tunnel set: df ignore: not one of copy, clear, set" },
		{ "set dev t tos 8", "tunnel set: tos 8: not copy; a fixed value is \"dscp N\"" },
		{ "set dev t dscp 64", "tunnel set: dscp 64: not a DSCP: 0 to 63" },
		{ "set dev t dscp 8 tos copy", "tunnel set: tos copy: does not go with \"dscp\"" },
		{ "set dev t tos copy dscp 8", "tunnel set: dscp 8: does not go with \"tos" },
		{ "set dev t ttl 0", "tunnel set: ttl 0: neither auto nor a number from 1 to 255" },
		{ "set dev t ttl 256", "tunnel set: ttl 256: neither auto nor a number" },
		{ "set dev t flow-label on", "tunnel set: flow-label on: neither copy nor zero" },
		{ "set dev t gre copy", "tunnel set: gre copy: neither on nor off" },
		{ "set dev t tfc 65536", "tunnel set: tfc 65536: neither off nor octets" },
		{ "set dev t tfc 0", "tunnel set: tfc 0: neither off nor octets" },
		{ "set dev t dummy soon", "tunnel set: dummy soon: neither off nor milliseconds" },
		{ "set dev t mark 0x100000000", "tunnel set: mark 0x100000000: neither off nor" },
		{ "set dev t underlay nosuchlink", "tunnel set: underlay nosuchlink: neither off" },
		{ "set dev t dfs set", "tunnel set: unknown word \"dfs\"; did you mean \"df\"?" },
		{ NULL, NULL },
	},
};

static const struct refusals tunnel_monitor_refused = {
	.command = cmd_tunnel,
	.rows = {
		{ "monitor", "a verb must follow: add del" },
		{ "monitor ad", "unknown verb \"ad\"; did you mean \"add\"?" },
		{ "monitor add dev t", "tunnel monitor: \"dev TUNNEL\" and \"destination" },
		{ "monitor del destination ::1", "tunnel monitor: \"dev TUNNEL\" and" },
		{ "monitor add destination there", "tunnel monitor add: destination there: not" },
		{ "monitor add dev t destination ::1 source 10.0.0.1",
		  "tunnel monitor add: \"source\" and \"destination\" are not of one family" },
		{ "monitor add action reboot", "tunnel monitor add: action reboot: neither wait-" },
		{ "monitor add interval 0", "tunnel monitor add: interval 0: not seconds from" },
		{ "monitor add interval 0.099", "tunnel monitor add: interval 0.099: not seconds" },
		{ "monitor add interval 100.001", "tunnel monitor add: interval 100.001: not sec" },
		{ "monitor add interval 1.", "tunnel monitor add: interval 1.: not seconds" },
		{ "monitor add interval 1.2345", "tunnel monitor add: interval 1.2345: not sec" },
		{ "monitor add interval 1.2.3", "tunnel monitor add: interval 1.2.3: not seconds" },
		{ "monitor add interval -1", "tunnel monitor add: interval -1: not seconds" },
		{ "monitor add interval 0x10", "tunnel monitor add: interval 0x10: not seconds" },
		{ "monitor add threshold 1", "tunnel monitor add: threshold 1: not a count" },
		{ "monitor add recovery 101", "tunnel monitor add: recovery 101: not a count" },
		{ "monitor del interval 1", "tunnel monitor del: unknown interface or word "
		  "\"interval\"" },
		{ NULL, NULL },
	},
};

static void test_key_lengths(void **state)
{
	static const struct {
		const char *enc, *auth;
		size_t enc_n, auth_n, salt_n;	/* octets of the keys */
		const char *said;		/* "": they fit */
	} rows[] = {
		{ "aes-gcm-16", "", 16, 0, 4, "" },
		{ "aes-gcm-16", "", 32, 0, 4, "" },
		{ "aes-ccm-8", "", 24, 0, 3, "" },
		{ "chacha20-poly1305", "", 32, 0, 4, "" },
		{ "null", "hmac-sha1-96", 0, 20, 0, "" },
		{ "", "hmac-sha2-512-256", 0, 64, 0, "" },
		{ "", "aes-gmac", 0, 16, 4, "" },
		{ "des-cbc", "hmac-md5-96", 8, 16, 0, "" },
		{ "aes-gcm-16", "", 17, 0, 4,
		  "line \"enc\" has 17 octets, but aes-gcm-16 wants 16, 24 or 32" },
		{ "aes-gcm-16", "", 20, 0, 0,
		  "line \"enc\" has 20 octets, but aes-gcm-16 wants 16, 24 or 32; put the last 4 "
		  "into a line \"salt\"" },
		{ "aes-ccm-16", "", 16, 0, 4,
		  "line \"salt\" has 4 octets, but aes-ccm-16 wants 3" },
		{ "aes-gcm-16", "", 16, 0, 0,
		  "no line \"salt HEX\": aes-gcm-16 wants 4 octets, the same at both ends" },
		{ "aes-gcm-16", "", 16, 32, 4,
		  "line \"auth\" is not allowed: this SA takes no such key" },
		{ "aes-cbc", "hmac-sha1-96", 16, 16, 0,
		  "line \"auth\" has 16 octets, but hmac-sha1-96 wants 20" },
		{ "aes-cbc", "hmac-sha1-96", 16, 0, 0,
		  "no line \"auth HEX\": hmac-sha1-96 needs a key of 20 octets" },
		{ "aes-cbc", "hmac-sha1-96", 16, 20, 4,
		  "line \"salt\" is not allowed: aes-cbc takes none" },
		{ "null", "hmac-sha1-96", 16, 20, 0,
		  "line \"enc\" is not allowed: null takes no such key" },
		{ "", "hmac-sha1-96", 16, 20, 0,
		  "line \"enc\" is not allowed: this SA takes no such key" },
		{ "", "aes-gmac", 0, 16, 0,
		  "no line \"salt HEX\": aes-gmac wants 4 octets, the same at both ends" },
	};
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct keys keys = { .enc.n = rows[i].enc_n, .auth.n = rows[i].auth_n,
				     .salt.n = rows[i].salt_n };
		const char *said = keys_unfit(enc_number(rows[i].enc), auth_number(rows[i].auth),
					      &keys, text, sizeof(text));

		if (!said)
			said = "";
		if (strcmp(said, rows[i].said) != 0)
			fail_msg("row %zu: \"%s\", wanted \"%s\"", i, said, rows[i].said);
	}
}

/* Weak ones are warned of before the key file is looked at. */
static void test_weak_warnings(void **state)
{
	static const struct {
		const char *words, *first, *second;
	} weak[] = {
		{ "enc des-cbc auth hmac-sha1-96", "enc des-cbc is weak: its keys of 56 bits", "" },
		{ "enc 3des-cbc auth hmac-sha1-96", "enc 3des-cbc is weak: its blocks of 64", "" },
		{ "enc aes-cbc auth hmac-md5-96", "auth hmac-md5-96 is weak: MD5 is broken; use "
		  "hmac-sha2-256-128", "" },
		{ "enc aes-cbc auth hmac-sha2-256-96", "auth hmac-sha2-256-96 is weak: ", "" },
		{ "enc des-cbc auth hmac-md5-96", "enc des-cbc is weak: ", "auth hmac-md5-96 is" },
		{ "proto ah auth hmac-md5-96", "auth hmac-md5-96 is weak: ", "" },
	};
	char line[LINE_MAX], said[1024];

	(void)state;
	for (size_t i = 0; i < sizeof(weak) / sizeof(weak[0]); i++) {
		snprintf(line, sizeof(line), GOOD "%s key-file /nonexistent/keys", weak[i].words);
		assert_int_equal(run(cmd_sa, line, said, sizeof(said)), 1);
		assert_non_null(strstr(said, "pantunctl: warning: sa add: "));
		assert_non_null(strstr(said, weak[i].first));
		assert_non_null(strstr(said, weak[i].second));
		assert_non_null(strstr(said, "; use "));
		assert_non_null(strstr(said, "/nonexistent/keys: No such file"));
	}
	assert_int_equal(run(cmd_sa, GOOD "enc aes-gcm-16 key-file /nonexistent/keys", said,
			     sizeof(said)), 1);
	assert_null(strstr(said, "warning"));
}

/*
 * A message of an SA, as the kernel would send it, with what was put into its nest; without what
 * an SA owns.
 */
static struct sa parse_back(struct nl_msg *msg, struct nlattr *nest)
{
	struct nlattr *attrs[PANTUN_A_MAX + 1];
	struct sa sa = { 0 };

	nla_nest_end(msg, nest);
	assert_int_equal(nlmsg_parse(nlmsg_hdr(msg), 0, attrs, PANTUN_A_MAX, NULL), 0);
	assert_true(nl_parse_sa(attrs, &sa));
	nlmsg_free(msg);
	sa_free(&sa);
	return sa;
}

static struct sa sa_with_path(const struct genl_path *path)
{
	struct nl_msg *msg = nlmsg_alloc_simple(0, 0);
	struct nlattr *nest = nla_nest_start(msg, PANTUN_A_SA | NLA_F_NESTED);

	assert_true(genl_path_put(msg, PANTUN_SA_A_PATH, path));
	assert_int_equal(nla_put_flag(msg, PANTUN_SA_A_ESN), 0);
	assert_int_equal(nla_put_flag(msg, PANTUN_SA_A_WEAK), 0);
	assert_int_equal(nla_put_flag(msg, PANTUN_SA_A_EXPIRED), 0);
	return parse_back(msg, nest);
}

static void test_path_messages(void **state)
{
	struct genl_path path = { .local.port = 4500, .remote.port = 1024, .udp = true,
				  .csum = true };
	struct sa sa;

	(void)state;
	assert_int_equal(addr_parse("2001:db8::1", &path.local.addr), 0);
	assert_int_equal(addr_parse("2001:db8::2", &path.remote.addr), 0);
	sa = sa_with_path(&path);
	assert_true(addr_equal(&sa.path.local.addr, &path.local.addr));
	assert_true(addr_equal(&sa.path.remote.addr, &path.remote.addr));
	assert_true(sa.path.udp);
	assert_int_equal(sa.path.local.port, 4500);
	assert_int_equal(sa.path.remote.port, 1024);
	assert_true(sa.path.csum && sa.esn && sa.weak && sa.expired);
	path = (struct genl_path){ 0 };
	assert_int_equal(addr_parse("192.0.2.1", &path.local.addr), 0);
	assert_int_equal(addr_parse("192.0.2.2", &path.remote.addr), 0);
	sa = sa_with_path(&path);
	assert_true(addr_equal(&sa.path.local.addr, &path.local.addr));
	assert_true(addr_equal(&sa.path.remote.addr, &path.remote.addr));
	assert_false(sa.path.udp);
	assert_false(sa.path.csum);
}

/* A path is given whole, but what stays may be left to the words that name the SA. */
static void test_new_path(void **state)
{
	struct sa_request request = { .sa.proto = IPPROTO_ESP };
	char *words[] = { "dev", "t", "out", "spi", "300", "local", "10.0.0.1", "remote",
			  "10.0.0.2", "new-remote", "10.0.0.3", "encap", "4500", "999",
			  "udp-checksum" };
	char text[ADDR_TEXT];

	(void)state;
	assert_int_equal(keywords_take("sa path", sa_path_keywords, &request,
				       sizeof(words) / sizeof(words[0]), words), 0);
	assert_int_equal(sa_request_check_path("sa path", &request), 0);
	assert_string_equal(addr_text(&request.new_path.local.addr, text), "10.0.0.1");
	assert_string_equal(addr_text(&request.new_path.remote.addr, text), "10.0.0.3");
	assert_int_equal(request.new_path.remote.port, 999);
	assert_true(request.new_path.csum);
	assert_false(request.sa.path.udp);
}

static void test_options_text(void **state)
{
	struct tunnel_options options = { .df = PANTUN_DF_COPY, .tos = PANTUN_TOS_FIXED };
	char text[TUNNEL_OPTIONS_TEXT];

	(void)state;
	assert_string_equal(tunnel_options_text(&options, text, sizeof(text)), "");
	options = (struct tunnel_options){
		.carrier = PANTUN_CARRIER_ALL, .df = PANTUN_DF_CLEAR, .tos = PANTUN_TOS_FIXED,
		.dscp = 46, .ttl = 64,
		.flow_label = true, .gre = true, .tfc = 1400, .dummy = 500, .mark = 0x2a,
		.underlay = if_nametoindex("lo") };
	assert_string_equal(tunnel_options_text(&options, text, sizeof(text)),
			    "carrier all df clear dscp 46 ttl 64 flow-label copy gre on tfc 1400 "
			    "dummy 500 mark 0x2a underlay lo");
	options = (struct tunnel_options){ .df = PANTUN_DF_SET, .tos = PANTUN_TOS_COPY,
					   .underlay = UINT32_MAX - 1 };
	assert_string_equal(tunnel_options_text(&options, text, sizeof(text)),
			    "df set tos copy underlay 4294967294");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		REFUSED(sa_add_refused),
		REFUSED(sa_named_refused),
		REFUSED(tunnel_refused),
		REFUSED(tunnel_monitor_refused),
		cmocka_unit_test(test_key_lengths),
		cmocka_unit_test(test_weak_warnings),
		cmocka_unit_test(test_path_messages),
		cmocka_unit_test(test_new_path),
		cmocka_unit_test(test_options_text),
	};

	return cmocka_run_group_tests_name("commands", tests, NULL, NULL);
}
