// SPDX-License-Identifier: GPL-2.0-or-later
/* What a reload says of the difference between two configurations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "conf/conf.h"
#include "loop/changes.h"
#include "tests/steps.h"

#define BASE_ON(ifname)								\
	"set network ike gateway g peer-address ip 192.0.2.9\n"			\
	"set network ike gateway g authentication pre-shared-key key 0123456789\n" \
	"set network tunnel ipsec t tunnel-interface " ifname "\n"		\
	"set network tunnel ipsec t auto-key ike-gateway g\n"
#define BASE		BASE_ON("tunnel7")

static struct policy *parse(const char *text)
{
	struct conf_report report = { 0 };
	struct policy *policy;
	char copy[4096];

	snprintf(copy, sizeof(copy), "%s", text);
	policy = conf_parse(copy, strlen(copy), &report);
	assert_non_null(policy);
	return policy;
}

static void on_line(void *ctx, const char *line)
{
	text_add(ctx, "%s;", line);
}

static void assert_changes(const char *before, const char *after, const char *said)
{
	struct policy *a = before ? parse(before) : NULL, *b = parse(after);
	char got[1024] = "";
	struct text text;

	text_init(&text, got, sizeof(got));
	changes_each(a, b, on_line, &text);
	assert_string_equal(got, said);
	policy_free(a);
	policy_free(b);
}

static void test_changes(void **state)
{
	static const struct {
		const char *line, *said;
	} rows[] = {
		{ "", "" },
		{ "set network ike gateway g local-address ip 192.0.2.1\n",
		  "gateway g: changed: new keys are being negotiated, and what stands carries "
		  "packets until then;" },
		{ "set network ike gateway g protocol-common passive-mode yes\n"
		  "set network ike gateway g local-address ip 192.0.2.1\n",
		  "gateway g: changed: SAs that stand carry packets until the peer has negotiated "
		  "others;tunnel t: changed;" },
		{ "set network ike gateway g protocol-common passive-mode yes\n",
		  "gateway g: changed;tunnel t: changed;" },
		{ "set network tunnel ipsec t start on-demand\n", "tunnel t: changed;" },
		{ "set network tunnel ipsec t auto-key proxy-id p local 10.0.0.0/8\n",
		  "tunnel t: changed;" },
		{ "set network tunnel ipsec t copy-tos yes\n", "tunnel t: changed;" },
		{ "set network tunnel ipsec t tunnel-monitor enable yes\n"
		  "set network tunnel ipsec t tunnel-monitor destination-ip 10.0.0.1\n",
		  "tunnel t: changed;" },
		{ "set network tunnel ipsec u tunnel-interface tunnel8\n"
		  "set network tunnel ipsec u auto-key ike-gateway g\n"
		  "set network tunnel ipsec u auto-key proxy-id p local 10.0.0.0/8\n",
		  "tunnel u: added;" },
	};
	char text[4096];

	(void)state;
	assert_changes(NULL, BASE, "gateway g: added;tunnel t: added;");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text), BASE "%s", rows[i].line);
		assert_changes(BASE, text, rows[i].said);
		assert_changes(text, text, "");
	}
	assert_changes(BASE, BASE_ON("tunnel9"),
		       "tunnel t: changed; its interface tunnel7 stays until "
		       "\"ip link del tunnel7\";");
	assert_changes(text, BASE,
		       "tunnel u: removed; its interface tunnel8 stays until "
		       "\"ip link del tunnel8\";");
	assert_changes(BASE, "# nothing\n",
		       "gateway g: removed;tunnel t: removed; its interface tunnel7 stays until "
		       "\"ip link del tunnel7\";");
}

/* --- many gateways and tunnels --- */

#define FEW	200
#define TIMES	8

/* @n gateways with a tunnel each. */
static struct policy *policy_of(unsigned int n)
{
	struct policy *policy = calloc(1, sizeof(*policy));

	assert_non_null(policy);
	policy->gateways = calloc(n, sizeof(*policy->gateways));
	assert_non_null(policy->gateways);
	policy->n_gateways = n;
	for (unsigned int i = 0; i < n; i++) {
		struct policy_gateway *gateway = &policy->gateways[i];

		gateway->tunnels = calloc(1, sizeof(*gateway->tunnels));
		assert_non_null(gateway->tunnels);
		gateway->n_tunnels = 1;
		snprintf(gateway->name, sizeof(gateway->name), "g%u", i);
		snprintf(gateway->tunnels[0].name, sizeof(gateway->tunnels[0].name), "t%u", i);
		snprintf(gateway->tunnels[0].ifname, sizeof(gateway->tunnels[0].ifname), "if%u",
			 i);
	}
	assert_int_equal(policy_index(policy), 0);
	return policy;
}

/* The steps of a reload that adds a gateway and its tunnel to @n others, or removes them. */
static uint64_t steps_of_change(unsigned int n, bool adds)
{
	struct policy *fewer = policy_of(n), *more = policy_of(n + 1);
	char got[256] = "", said[256];
	uint64_t before;
	struct text text;

	text_init(&text, got, sizeof(got));
	before = steps();
	changes_each(adds ? fewer : more, adds ? more : fewer, on_line, &text);
	before = steps() - before;
	if (adds)
		snprintf(said, sizeof(said), "gateway g%u: added;tunnel t%u: added;", n, n);
	else
		snprintf(said, sizeof(said), "gateway g%u: removed;tunnel t%u: removed; its "
			 "interface if%u stays until \"ip link del if%u\";", n, n, n, n);
	assert_string_equal(got, said);
	policy_free(fewer);
	policy_free(more);
	return before;
}

/* Each gateway and tunnel takes hardly more steps among many than among few. */
static void test_many(void **state)
{
	(void)state;
	for (int adds = 0; adds <= 1; adds++) {
		uint64_t few = steps_of_change(FEW, adds);
		uint64_t many = steps_of_change(FEW * TIMES, adds);

		print_message("# %llu steps for %u, %llu for %u\n", (unsigned long long)few, FEW,
			      (unsigned long long)many, FEW * TIMES);
		assert_in_range(many, few, few * TIMES * 3 / 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests_name("changes", tests, NULL, NULL);
}
