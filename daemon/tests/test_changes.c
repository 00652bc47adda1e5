// SPDX-License-Identifier: GPL-2.0-or-later
/* What a reload says of the difference between two configurations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "conf/conf.h"
#include "loop/changes.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_changes),
	};

	return cmocka_run_group_tests_name("changes", tests, NULL, NULL);
}
