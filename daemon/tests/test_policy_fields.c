// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The lists of policy/fields.h have every field of the structs of policy/policy.h: without padding,
 * a struct is as large as its fields together, so that none can hide.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/addr.h"
#include "base/secret.h"
#include "prop/prop.h"
#include "prop/ts.h"

/* These structs are measured only: nothing here calls the daemon with one of them. */
#pragma pack(push, 1)
#include "policy/policy.h"
#pragma pack(pop)

#include "policy/fields.h"

#define SIZE(field, ...)	+ sizeof(p->field)
#define CHECK(type, list)	do { \
		const struct type *p = NULL; \
		assert_int_equal(sizeof(*p), 0 list); \
	} while (0)

static void test_complete(void **state)
{
	(void)state;
	CHECK(policy_gateway, POLICY_GATEWAY_FIELDS(SIZE, SIZE));
	CHECK(policy_tunnel, POLICY_TUNNEL_FIELDS(SIZE, SIZE));
	CHECK(policy_outer, POLICY_OUTER_FIELDS(SIZE));
	CHECK(policy_monitor, POLICY_MONITOR_FIELDS(SIZE, SIZE));
	CHECK(policy_probe, POLICY_PROBE_FIELDS(SIZE));
	CHECK(policy_proxy, POLICY_PROXY_FIELDS(SIZE));
	CHECK(policy_manual, POLICY_MANUAL_FIELDS(SIZE, SIZE));
	CHECK(ike_id, POLICY_ID_FIELDS(SIZE, SIZE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_complete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
