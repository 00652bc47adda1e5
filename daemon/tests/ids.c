// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/ids.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/dn_make.h"

struct ike_id ids_of(uint8_t type, const char *text)
{
	return (struct ike_id){
		.type = type, .n = (uint16_t)strlen(text), .b = (const uint8_t *)text,
	};
}

struct ike_id ids_dn(const char *text)
{
	static uint8_t rooms[IDS_NAMES][POLICY_ID_MAX];
	static unsigned int next;
	uint8_t *octets = rooms[next++ % IDS_NAMES];
	char why[160] = "";
	size_t n = dn_make(text, octets, POLICY_ID_MAX, why, sizeof(why));

	assert_string_equal(why, "");
	assert_true(n);
	return (struct ike_id){ .type = IKE_ID_DER_ASN1_DN, .n = (uint16_t)n, .b = octets };
}
