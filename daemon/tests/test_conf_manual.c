// SPDX-License-Identifier: GPL-2.0-or-later
/* Keys given by hand, from the configuration into the kernel; what packets look like. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "conf/conf.h"
#include "kern/kern_fake.h"
#include "loop/manual.h"
#include "conf_lines.h"

#define M	"set network tunnel ipsec M "
#define ENDS	M "tunnel-interface tunnel.1\n" \
		M "manual-key local-address ip 198.51.100.1/24\n" \
		M "manual-key peer-address ip 192.0.2.9\n"
#define SPIS	M "manual-key local-spi 00001001 remote-spi 0abcdef2\n"
#define ENCR	M "manual-key esp encryption key 00112233-44556677-8899aabb-ccddeeff\n"
#define INTEG	M "manual-key esp authentication sha1 key " \
		"00112233-44556677-8899aabb-ccddeeff-00112233\n"
#define G	"00112233-"
#define G4	G G G G

static struct policy *parse(const char *lines)
{
	return conf_lines(lines, NULL);
}

static struct policy *good(const char *lines)
{
	struct policy *policy = parse(lines);

	if (!policy)
		print_error("%s", conf_said);
	assert_non_null(policy);
	return policy;
}

static void bad(const char *lines, const char *text)
{
	assert_null(parse(lines));
	if (!strstr(conf_said, text) || conf_errors != 1)
		fail_msg("%u errors, expected: %s\n%s", conf_errors, text, conf_said);
}

/* ------------------------------------------------------------------- leaves */

static void test_leaves(void **state)
{
	struct policy *policy = good(ENDS SPIS ENCR INTEG);
	const struct policy_manual *manual = policy->manual;
	char text[ADDR_TEXT];

	(void)state;
	assert_int_equal(policy->n_manual, 1);
	assert_int_equal(policy->n_gateways, 0);
	assert_string_equal(manual->tunnel.ifname, "tunnel1");
	assert_string_equal(addr_text(&manual->local, text), "198.51.100.1");
	assert_string_equal(addr_text(&manual->peer, text), "192.0.2.9");
	/* local-spi is the one that we send with. */
	assert_int_equal(manual->spi_out, 0x1001);
	assert_int_equal(manual->spi_in, 0x0abcdef2);
	assert_string_equal(manual->encr->conf, "aes-128-cbc");
	assert_string_equal(manual->integ->conf, "sha1");
	assert_memory_equal(manual->keys->encr, "\x00\x11\x22\x33\x44", 5);
	assert_memory_equal(manual->keys->integ + 15, "\xff\x00\x11\x22\x33", 5);
	assert_int_equal(manual->tunnel.replay_window, 0);
	assert_int_equal(manual->overlap, 60);
	policy_free(policy);

	policy = good(ENDS SPIS ENCR INTEG M "anti-replay yes\n");
	assert_int_equal(policy->manual[0].tunnel.replay_window, 1024);
	policy_free(policy);
}

/* Each algorithm with the count of groups that PAN-OS has. */
static void test_algorithms(void **state)
{
	static const struct {
		const char *name;
		int groups;
	} encr[] = { { "des", 2 }, { "3des", 6 }, { "aes-128-cbc", 4 }, { "aes-192-cbc", 6 },
		     { "aes-256-cbc", 8 }, { "null", 0 } },
	integ[] = { { "md5", 4 }, { "sha1", 5 }, { "sha256", 8 }, { "sha384", 12 },
		    { "sha512", 16 } };
	static const char groups[] = G4 G4 G4 G4 G;
	char lines[2048], key[192] = "";
	struct policy *policy;

	(void)state;
	for (size_t i = 0; i < sizeof(encr) / sizeof(encr[0]); i++) {
		if (encr[i].groups)
			snprintf(key, sizeof(key), "%.*s", encr[i].groups * 9 - 1, groups);
		snprintf(lines, sizeof(lines), ENDS SPIS INTEG
			 M "manual-key esp encryption algorithm %s%s%s\n", encr[i].name,
			 encr[i].groups ? " key " : "", encr[i].groups ? key : "");
		policy = good(lines);
		assert_string_equal(policy->manual[0].encr->conf, encr[i].name);
		policy_free(policy);
	}
	for (size_t i = 0; i < 5; i++) {
		for (int more = -1; more < 2; more++) {
			int n = (integ[i].groups + more) * 9 - 1;

			snprintf(lines, sizeof(lines), ENDS SPIS M "manual-key ah %s key %.*s\n",
				 integ[i].name, n, groups);
			policy = parse(lines);
			assert_int_equal(!!policy, !more);
			if (policy)
				assert_true(policy->manual[0].ah && !policy->manual[0].encr);
			policy_free(policy);
		}
	}
}

static const struct {
	const char *lines, *text;
} refused[] = {
	{ ENDS ENCR INTEG M "manual-key remote-spi 00001002\n",
	  "has no local-spi (outbound: of packets that we send)" },
	{ ENDS ENCR INTEG M "manual-key local-spi 00001002\n",
	  "has no remote-spi (inbound: of packets that we receive)" },
	{ ENDS ENCR INTEG M "manual-key local-spi 000000ff remote-spi 00001002\n",
	  "f:6:49: \"000000ff\" is not an SPI: 8 hex digits from 00000100 on; local-spi is "
	  "outbound" },
	{ ENDS ENCR INTEG M "manual-key local-spi 00001001 remote-spi 1002\n",
	  "\"1002\" is not an SPI: 8 hex digits from 00000100 on; remote-spi is inbound" },
	{ ENDS ENCR INTEG M "manual-key local-spi 00001001 remote-spi 0x001002\n",
	  "is not an SPI" },
	{ ENDS SPIS INTEG, "has no esp encryption key-file" },
	{ ENDS SPIS ENCR,
	  "has no esp authentication, such as esp authentication sha256 key-file" },
	{ ENDS SPIS ENCR M "manual-key esp authentication none\n",
	  "\"authentication none\" is not supported in this version: packets could be modified" },
	{ ENDS SPIS ENCR INTEG M "manual-key ah sha1 key " G4 "00112233\n",
	  "ah beside esp on line" },
	{ ENDS SPIS INTEG
	  M "manual-key esp encryption algorithm aes-128-gcm key " G4 "00112233\n",
	  "aes-128-gcm must not be used with static keys: its nonces would repeat" },
	{ ENDS SPIS INTEG M "manual-key esp encryption key 00112233\n",
	  "a key of aes-128-cbc has 4 groups of 8 hex digits" },
	{ ENDS SPIS INTEG M "manual-key esp encryption key 00112233-4455667-78899aabb-ccddeeff\n",
	  "a key of aes-128-cbc has 4 groups" },
	{ ENDS SPIS INTEG M "manual-key esp encryption key-file /nowhere\n",
	  "key-file /nowhere: No such file" },
	{ ENDS SPIS ENCR INTEG M "start passive\n", "manual keys are in place at once" },
	{ ENDS SPIS ENCR INTEG M "auto-key ike-gateway g\n",
	  "auto-key beside manual-key on line 2" },
	{ ENDS SPIS ENCR INTEG
	  "set network tunnel ipsec N tunnel-interface tunnel2\n"
	  "set network tunnel ipsec N manual-key local-address ip 198.51.100.1\n"
	  "set network tunnel ipsec N manual-key peer-address ip 192.0.2.10\n"
	  "set network tunnel ipsec N manual-key local-spi 00001001 remote-spi 0abcdef2\n"
	  "set network tunnel ipsec N manual-key esp encryption algorithm null\n"
	  "set network tunnel ipsec N manual-key esp authentication sha1 key " G4 "00112233\n",
	  "remote-spi 0abcdef2 (inbound) belongs to tunnel \"M\" already, on line 4" },
	{ ENDS SPIS ENCR INTEG
	  "set network tunnel ipsec N tunnel-interface tunnel2\n"
	  "set network tunnel ipsec N manual-key local-address ip 198.51.100.1\n"
	  "set network tunnel ipsec N manual-key peer-address ip 192.0.2.9\n"
	  "set network tunnel ipsec N manual-key local-spi 00001001 remote-spi 0abcdef3\n"
	  "set network tunnel ipsec N manual-key esp encryption algorithm null\n"
	  "set network tunnel ipsec N manual-key esp authentication sha1 key " G4 "00112233\n",
	  "local-spi 00001001 (outbound) belongs to tunnel \"M\" with the same peer-address "
	  "already, on line 4" },
};

static void test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		bad(refused[i].lines, refused[i].text);
}

/* SPIs belong to a receiver's address and to a protocol: another one may have the same. */
static void test_same_spis(void **state)
{
	static const char other[] =
		ENDS SPIS ENCR INTEG
		"set network tunnel ipsec N tunnel-interface tunnel2\n"
		"set network tunnel ipsec N manual-key local-spi 00001001 remote-spi 0abcdef2\n";
	char lines[2048];

	(void)state;
	snprintf(lines, sizeof(lines),
		 "%sset network tunnel ipsec N manual-key local-address ip 198.51.100.2\n"
		 "set network tunnel ipsec N manual-key peer-address ip 192.0.2.10\n"
		 "set network tunnel ipsec N manual-key esp encryption algorithm null\n"
		 "set network tunnel ipsec N manual-key esp authentication sha1 key " G4
		 "00112233\n", other);
	policy_free(good(lines));
	snprintf(lines, sizeof(lines),
		 "%sset network tunnel ipsec N manual-key local-address ip 198.51.100.1\n"
		 "set network tunnel ipsec N manual-key peer-address ip 192.0.2.9\n"
		 "set network tunnel ipsec N manual-key ah sha1 key " G4 "00112233\n", other);
	policy_free(good(lines));
}

/* A key in a file of its own, and what may stand in a file that others can read. */
static void test_files(void **state)
{
	char dir[] = "/tmp/pantun-manual.XXXXXX", path[64], lines[512];
	struct policy *policy;
	FILE *file;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/f", dir);
	file = fopen(path, "w");
	fputs("00112233445566778899aabbccddeeff\n", file);
	fclose(file);
	chmod(path, 0600);
	snprintf(lines, sizeof(lines), ENDS SPIS INTEG
		 M "manual-key esp encryption key-file %s\n", path);
	policy = good(lines);
	assert_memory_equal(policy->manual[0].keys->encr + 12, "\xcc\xdd\xee\xff", 4);
	policy_free(policy);
	chmod(path, 0640);
	bad(lines, "chmod 600");

	file = fopen(path, "w");
	fputs(ENDS SPIS ENCR INTEG, file);
	fclose(file);
	assert_null(conf_file(path));
	assert_non_null(strstr(conf_said, ":5:58: this file contains a key, but group or others "
			       "have access (mode 0640): chmod 600 it"));
	chmod(path, 0600);
	policy = conf_file(path);
	assert_non_null(policy);
	policy_free(policy);
	unlink(path);
	rmdir(dir);
}

static void test_outer(void **state)
{
	struct policy *policy = good(ENDS SPIS ENCR INTEG
		M "dscp 46 ttl 17 copy-flow-label yes enable-gre-encapsulation yes\n"
		M "tfc-padding 1300 dummy-interval 50 mark 7 underlay-interface red\n"
		M "ipsec-mode transport\n"
		"set network interface tunnel units tunnel1 df-ignore yes\n");
	const struct policy_tunnel *tunnel = &policy->manual[0].tunnel;
	const struct policy_outer *outer = &tunnel->outer;

	(void)state;
	assert_true(tunnel->transport);
	assert_int_equal(outer->df, POLICY_DF_CLEAR);
	assert_false(outer->copy_tos);
	assert_int_equal(outer->dscp, 46);
	assert_int_equal(outer->ttl, 17);
	assert_true(outer->copy_flow_label && outer->gre);
	assert_int_equal(outer->tfc, 1300);
	assert_int_equal(outer->dummy_ms, 50);
	assert_int_equal(outer->mark, 7);
	assert_string_equal(outer->underlay, "red");
	policy_free(policy);
	policy = good(ENDS SPIS ENCR INTEG M "copy-tos yes\n");
	assert_true(policy->manual[0].tunnel.outer.copy_tos);
	assert_int_equal(policy->manual[0].tunnel.outer.df, POLICY_DF_COPY);
	policy_free(policy);
}

/* --------------------------------------------------------------- the kernel */

static struct kern *kernel_for(const struct policy *policy)
{
	const struct kern_events events = { 0 };
	struct kern *kern = kern_fake_open(&events);
	const struct policy_tunnel *tunnel = &policy->manual[0].tunnel;

	assert_int_equal(kern->ops->tunnel_ensure(kern, tunnel), 0);
	assert_int_equal(kern->ops->proxy_sync(kern, tunnel), 0);
	return kern;
}

static void standing(const struct kern *kern, unsigned int each, unsigned int added)
{
	if (kern_fake_fault(kern))
		fail_msg("%s", kern_fake_fault(kern));
	assert_int_equal(kern_fake_count(kern, true, NULL), each);
	assert_int_equal(kern_fake_count(kern, false, NULL), each);
	assert_int_equal(kern_fake_added(kern), added);
}

static void test_sync(void **state)
{
	struct policy *policy = good(ENDS SPIS ENCR INTEG);
	struct policy *other = good(ENDS SPIS INTEG M "manual-key esp encryption key "
				    "99112233-44556677-8899aabb-ccddeeff\n");
	struct kern *kern = kernel_for(policy);
	struct manual *m = manual_new();
	const struct ike_sa_spec *out;
	uint64_t token;

	(void)state;
	manual_sync(m, kern, 0, policy);
	standing(kern, 1, 2);
	out = kern_fake_out(kern, "tunnel1", "default");
	assert_int_equal(out->spi, 0x1001);
	assert_true(out->token & MANUAL_COOKIE);
	assert_non_null(kern_fake_in(kern, 0x0abcdef2));
	/* What stands stays, with its sequence numbers. */
	manual_sync(m, kern, 0, policy);
	standing(kern, 1, 2);
	/* What the kernel lost comes again. */
	token = out->token;
	assert_int_equal(kern_fake_expire(kern, token, false, true), 0);
	manual_sync(m, kern, 0, policy);
	standing(kern, 1, 3);
	/* Other keys are another SA. */
	manual_sync(m, kern, 0, other);
	standing(kern, 1, 5);
	assert_true(kern_fake_out(kern, "tunnel1", "default")->token != token);
	manual_sync(m, kern, 0, NULL);
	standing(kern, 0, 5);
	manual_free(m);
	kern->ops->close(kern);
	policy_free(policy);
	policy_free(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_leaves),
		cmocka_unit_test(test_algorithms),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_same_spis),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_outer),
		cmocka_unit_test(test_sync),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
