// SPDX-License-Identifier: GPL-2.0-or-later
/* Gateways that speak both versions of IKE: what each version has of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/conf_lines.h"

#define GATEWAY	"set network ike gateway g "
#define P	"set network ike crypto-profiles ike-crypto-profiles P "
#define BASE	GATEWAY "peer-address ip 192.0.2.9\n" \
		GATEWAY "authentication pre-shared-key key \"a key of more than twenty octets\"\n" \
		"set network tunnel ipsec T tunnel-interface tunnel.1\n" \
		"set network tunnel ipsec T auto-key ike-gateway g\n"

static struct policy *parse(const char *lines)
{
	return conf_lines(lines, "put it into a key-file");
}

static void test_preferred(void **state)
{
	struct policy *policy = parse(BASE
		GATEWAY "protocol version ikev2-preferred ikev1 dpd interval 20\n"
		GATEWAY "protocol ikev1 ike-crypto-profile P\n"
		GATEWAY "protocol ikev2 dpd interval 30\n"
		P "encryption aes-128-cbc hash sha384 dh-group group14\n"
		P "lifetime minutes 30\n"
		P "authentication-multiple 3\n");
	const struct policy_gateway *gateway;

	(void)state;
	assert_string_equal(conf_said, "");
	assert_non_null(policy);
	gateway = &policy->gateways[0];
	assert_int_equal(gateway->version, POLICY_IKEV2_PREFERRED);
	assert_int_equal(policy_gateway_major(gateway), 2);
	assert_true(policy_gateway_takes(gateway, 2, false));
	assert_true(policy_gateway_takes(gateway, 1, false));
	assert_false(policy_gateway_takes(gateway, 1, true));
	assert_int_equal(policy_gateway_liveness(gateway, 1), 20);
	assert_int_equal(policy_gateway_liveness(gateway, 2), 30);
	assert_int_equal(policy_gateway_life(gateway, 1), 1800);
	assert_int_equal(policy_gateway_life(gateway, 2), 8 * 3600);
	assert_int_equal(gateway->reauth_seconds, 0);
	assert_int_equal(policy_gateway_ike(gateway, 1)->prop[0].dh[0]->id, 14);
	assert_false(prop_list_equal(policy_gateway_ike(gateway, 1),
				     policy_gateway_ike(gateway, 2)));
	policy_free(policy);
}

/* IKEv2 goes by its own leaves, whatever phase 1 of IKEv1 is like. */
static void test_mode(void **state)
{
	struct policy *policy = parse(BASE GATEWAY "protocol version ikev2-preferred\n"
				      GATEWAY "protocol ikev1 exchange-mode aggressive\n");

	(void)state;
	assert_non_null(policy);
	assert_non_null(strstr(conf_said, "it uses aggressive mode with a pre-shared key"));
	assert_true(policy_gateway_takes(&policy->gateways[0], 2, false));
	assert_true(policy_gateway_takes(&policy->gateways[0], 1, true));
	assert_false(policy_gateway_takes(&policy->gateways[0], 1, false));
	policy_free(policy);
}

static void test_said(void **state)
{
	struct policy *policy;

	(void)state;
	assert_null(parse(BASE GATEWAY "protocol version ikev2-preferred\n"
			  GATEWAY "protocol ikev1 ike-crypto-profile P\n"
			  P "encryption aes-256-gcm hash sha256 dh-group group14\n"));
	assert_int_equal(conf_errors, 1);
	assert_non_null(strstr(conf_said, "IKEv1 has no combined modes for phase 1"));
	policy = parse(BASE GATEWAY "protocol version ikev2-preferred\n"
		       GATEWAY "protocol ikev2 require-cookie yes\n");
	assert_non_null(policy);
	assert_non_null(strstr(conf_said, "warning: gateway \"g\": require-cookie: IKEv1 has no "
					  "cookies, so the peer can begin by IKEv2 alone"));
	policy_free(policy);
}

/* Nobody is followed but where that is asked for, and can be. */
static void test_mobike(void **state)
{
	static const struct {
		const char *lines;
		enum policy_mobike mobike;
	} rows[] = {
		{ "", POLICY_MOBIKE_NO },
		{ GATEWAY "protocol ikev2 mobike no\n", POLICY_MOBIKE_NO },
		{ GATEWAY "protocol ikev2 mobike allow\n", POLICY_MOBIKE_ALLOW },
		{ GATEWAY "protocol ikev2 mobike yes\n", POLICY_MOBIKE_YES },
		{ GATEWAY "protocol version ikev1 ikev2 mobike yes\n", POLICY_MOBIKE_NO },
		{ GATEWAY "protocol ikev2 mobike no\n"
		  GATEWAY "protocol-common nat-traversal enable no\n", POLICY_MOBIKE_NO },
	};
	char lines[1024];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct policy *policy;

		snprintf(lines, sizeof(lines), "%s%s", BASE, rows[i].lines);
		policy = parse(lines);
		assert_non_null(policy);
		assert_string_equal(conf_said, "");
		assert_int_equal(policy->gateways[0].mobike, rows[i].mobike);
		policy_free(policy);
	}
	assert_null(parse(BASE GATEWAY "protocol ikev2 mobike allow\n"
			  GATEWAY "protocol-common nat-traversal enable no\n"));
	assert_int_equal(conf_errors, 1);
	assert_non_null(strstr(conf_said, "mobike allow needs protocol-common nat-traversal"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_preferred),
		cmocka_unit_test(test_mode),
		cmocka_unit_test(test_said),
		cmocka_unit_test(test_mobike),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
