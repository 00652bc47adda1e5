// SPDX-License-Identifier: GPL-2.0-or-later
/* How mistakes are put in words: whole, with the nearest right word, each marked once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conf/conf.h"
#include "conf/schema.h"
#include "conf_lines.h"
#include "conf_try.h"

#define GATEWAY	"set network ike gateway g "
#define TUNNEL	"set network tunnel ipsec T "
#define PEER	GATEWAY "peer-address ip 192.0.2.9\n"
#define KEY	GATEWAY "authentication pre-shared-key key \"a key of more than twenty octets\"\n"
#define DEVICE	TUNNEL "tunnel-interface tunnel.1\n"
#define VIA	TUNNEL "auto-key ike-gateway g\n"
#define BASE	PEER KEY DEVICE VIA

/* Words that may stand somewhere are all named, however many there are. */
static void test_lists_are_whole(void **state)
{
	char room[512], more[8192];
	struct schema_path path;
	const char *p;

	(void)state;
	bad(BASE "set network ike crypto-profiles ipsec-crypto-profiles P esp encryption x\n",
	    "f:5:72: unknown value \"x\"; it is one of: aes-128-cbc aes-192-cbc aes-256-cbc "
	    "aes-128-gcm aes-192-gcm aes-256-gcm aes-128-gcm-12 aes-192-gcm-12 aes-256-gcm-12 "
	    "aes-128-gcm-8 aes-192-gcm-8 aes-256-gcm-8 aes-128-ccm aes-192-ccm aes-256-ccm "
	    "aes-128-ccm-12 aes-192-ccm-12 aes-256-ccm-12 aes-128-ccm-8 aes-192-ccm-8 "
	    "aes-256-ccm-8 aes-128-ctr aes-192-ctr aes-256-ctr aes-128-gmac aes-192-gmac "
	    "aes-256-gmac chacha20-poly1305 des 3des null\n");
	for (size_t i = 0; i < schema_n; i++) {
		for (p = strchr(schema_rows[i].path, ' '); p; p = strchr(p + 1, ' ')) {
			path = (struct schema_path){ .n = (size_t)(p - schema_rows[i].path) };
			memcpy(path.text, schema_rows[i].path, path.n);
			assert_string_equal(schema_words(&path, room, sizeof(room)),
					    schema_words(&path, more, sizeof(more)));
		}
	}
}

#define IKE_PROFILES	"set network ike crypto-profiles ike-crypto-profiles "
#define ESP_PROFILES	"set network ike crypto-profiles ipsec-crypto-profiles "
#define USE_IKE		GATEWAY "protocol ikev2 ike-crypto-profile "
#define USE_ESP		TUNNEL "auto-key ipsec-crypto-profile "

static void test_profiles(void **state)
{
	(void)state;
	bad(BASE IKE_PROFILES "strong hash sha512\n" USE_IKE "strnog\n",
	    "f:6:61: there is no ike-crypto-profile \"strnog\"; did you mean \"strong\"?\n");
	bad(BASE ESP_PROFILES "strong esp esn yes\n" USE_ESP "strnog\n",
	    "f:6:58: there is no ipsec-crypto-profile \"strnog\"; did you mean \"strong\"?\n");
	bad(BASE ESP_PROFILES "strong esp esn yes\n" USE_IKE "strnog\n",
	    "f:6:61: there is no ike-crypto-profile \"strnog\"; \"strong\" is an "
	    "ipsec-crypto-profile\n");
	bad(BASE IKE_PROFILES "strong hash sha512\n" USE_ESP "strong\n",
	    "f:6:58: there is no ipsec-crypto-profile \"strong\"; \"strong\" is an "
	    "ike-crypto-profile\n");
	bad(BASE USE_ESP "Nowhere\n", "f:5:58: there is no ipsec-crypto-profile \"Nowhere\"\n");
}

/* A path may be as long as the system allows; the reason behind it is still told. */
static void test_long_path(void **state)
{
	static char path[4000], text[8192];
	struct policy *policy;

	(void)state;
	memset(path, '/', sizeof(path) - 1);
	snprintf(text, sizeof(text), PEER GATEWAY "authentication pre-shared-key key-file %s.\n"
		 DEVICE VIA, path);
	policy = conf_lines(text, ".: not a regular file");
	assert_null(policy);
	assert_string_equal(conf_said, "");
	assert_int_equal(conf_errors, 1);
}

static void test_one_octet(void **state)
{
	(void)state;
	good(PEER DEVICE VIA GATEWAY "authentication pre-shared-key key x\n",
	     "f:4:61: warning: the pre-shared key has 1 octet; below 20 it can be guessed\n");
}

static void no_mark(void *ctx, enum conf_severity severity, const char *text)
{
	assert_int_equal(severity, CONF_WARNING);
	assert_string_equal(text, "f:1:5: \"zone\" has no effect in this version: use nftables");
	++*(unsigned int *)ctx;
}

/* For a log that marks its lines itself. */
static void test_unmarked(void **state)
{
	unsigned int lines = 0;
	struct conf_report report = {
		.line = no_mark, .ctx = &lines, .file = "f", .unmarked = true,
	};
	char text[] = "set zone z network layer3 tunnel.1\n";

	(void)state;
	policy_free(conf_parse(text, strlen(text), &report));
	assert_int_equal(lines, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists_are_whole),
		cmocka_unit_test(test_profiles),
		cmocka_unit_test(test_long_path),
		cmocka_unit_test(test_one_octet),
		cmocka_unit_test(test_unmarked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
