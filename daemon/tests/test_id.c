// SPDX-License-Identifier: GPL-2.0-or-later
/* Identities: which are the same, which fit a pattern, what is shown of any octets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/dn.h"
#include "policy/id.h"
#include "tests/ids.h"

static struct ike_id raw(uint8_t type, const void *octets, size_t n)
{
	return (struct ike_id){ .type = type, .n = (uint16_t)n, .b = octets };
}

static bool same(struct ike_id a, struct ike_id b)
{
	return id_same(&a, &b);
}

static bool fits(struct ike_id pattern, struct ike_id id)
{
	return id_like(&pattern, &id);
}

static const char *text(struct ike_id id)
{
	static char out[ID_TEXT];

	return id_text(&id, out);
}

static void test_names(void **state)
{
	(void)state;
	assert_true(same(ids_of(IKE_ID_FQDN, "HQ.Example"), ids_of(IKE_ID_FQDN, "hq.example")));
	assert_true(same(ids_of(IKE_ID_RFC822_ADDR, "It@Example"),
			 ids_of(IKE_ID_RFC822_ADDR, "it@example")));
	assert_false(same(ids_of(IKE_ID_FQDN, "hq.example"),
			  ids_of(IKE_ID_RFC822_ADDR, "hq.example")));
	assert_false(same(ids_of(IKE_ID_FQDN, "hq.example"), ids_of(IKE_ID_FQDN, "hq.example.")));
	/* A key id is octets. */
	assert_false(same(ids_of(IKE_ID_KEY_ID, "A"), ids_of(IKE_ID_KEY_ID, "a")));
	/* An octet behind a NUL counts. */
	assert_false(same(raw(IKE_ID_FQDN, "a\0b", 3), raw(IKE_ID_FQDN, "a\0c", 3)));
}

/* The type of a text may differ, its attribute must not. */
static void test_dn_same(void **state)
{
	struct ike_id utf8 = ids_dn("O=Example, CN=hq"), other = utf8;
	uint8_t octets[POLICY_ID_MAX];

	(void)state;
	memcpy(octets, utf8.b, utf8.n);
	other.b = octets;
	/* A PrintableString. */
	octets[utf8.n - 4] = 0x13;
	assert_true(same(other, utf8));
	assert_true(same(ids_dn("O=EXAMPLE, CN=HQ"), utf8));
	assert_false(same(ids_dn("CN=hq, O=Example"), utf8));
	assert_false(same(ids_dn("O=Example"), utf8));
	assert_false(same(ids_dn("O=Example, OU=hq"), utf8));
	/* An INTEGER is no text. */
	octets[utf8.n - 4] = 0x02;
	assert_false(same(other, utf8));
}

static void test_patterns(void **state)
{
	(void)state;
	assert_true(fits(ids_of(IKE_ID_FQDN, "*.Example"), ids_of(IKE_ID_FQDN, "B1.example")));
	assert_true(fits(ids_of(IKE_ID_FQDN, "branch*"), ids_of(IKE_ID_FQDN, "branch")));
	assert_true(fits(ids_of(IKE_ID_FQDN, "b*.x*.example"),
			 ids_of(IKE_ID_FQDN, "b.x.x1.example")));
	assert_true(fits(ids_of(IKE_ID_FQDN, "*"), ids_of(IKE_ID_FQDN, "")));
	assert_true(fits(ids_of(IKE_ID_RFC822_ADDR, "**@x"), ids_of(IKE_ID_RFC822_ADDR, "me@x")));
	assert_false(fits(ids_of(IKE_ID_FQDN, "*.example"), ids_of(IKE_ID_FQDN, "b1.example.org")));
	assert_false(fits(ids_of(IKE_ID_FQDN, "*.example"), ids_of(IKE_ID_FQDN, "example")));
	assert_false(fits(ids_of(IKE_ID_FQDN, "*"), ids_of(IKE_ID_RFC822_ADDR, "me@x")));
	assert_false(fits(ids_of(IKE_ID_FQDN, "b1.example"), ids_of(IKE_ID_FQDN, "*.example")));
}

static void test_dn_patterns(void **state)
{
	(void)state;
	assert_true(fits(ids_dn("C=*, O=Example, CN=b*"), ids_dn("C=DE, O=example, CN=Branch1")));
	assert_false(fits(ids_dn("C=*, O=Example, CN=b*"), ids_dn("C=DE, O=example, CN=hq")));
	/* A star does not take the next part, nor stand for several. */
	assert_false(fits(ids_dn("O=*"), ids_dn("O=Example, CN=b1")));
	assert_false(fits(ids_dn("O=*, CN=b1"), ids_dn("CN=b1")));
	assert_false(fits(ids_dn("O=*"), ids_dn("OU=x")));
	assert_false(fits(ids_dn("O=*"), ids_of(IKE_ID_DER_ASN1_DN, "")));
	assert_false(fits(ids_dn("O=*"), ids_of(IKE_ID_DER_ASN1_DN, "0")));
}

static void test_text(void **state)
{
	static const uint8_t joined[] = {
		0x30, 0x1a, 0x31, 0x18, 0x30, 0x08, 0x06, 0x03, 85, 4, 3, 0x0c, 1, 'a',
		0x30, 0x0c, 0x06, 0x07, 0x88, 0x37, 0x83, 0x7f, 0x01, 0x02, 0x03, 0x0c, 1, '\n',
	};
	uint8_t octets[POLICY_ID_MAX];

	(void)state;
	memset(octets, 0xab, sizeof(octets));
	assert_string_equal(text(raw(IKE_ID_IPV4_ADDR, "\xc0\0\2\1", 4)), "192.0.2.1");
	assert_string_equal(text(ids_of(IKE_ID_FQDN, "a\n\x1b[2Jb")), "a\\x0a\\x1b[2Jb");
	assert_string_equal(text(raw(IKE_ID_FQDN, "a\0b", 3)), "a\\x00b");
	assert_string_equal(text(ids_of(IKE_ID_FQDN, "")), "nobody (an identity without octets)");
	assert_string_equal(text(raw(IKE_ID_KEY_ID, "\n\x0b", 2)), "key-id 0a0b");
	assert_string_equal(text(raw(200, "\x01", 1)), "id of type 200: 01");
	assert_string_equal(text(raw(IKE_ID_DER_ASN1_DN, "\x30\x02\x31", 3)),
			    "id of type 9: 300231");
	assert_string_equal(text(ids_dn("C=DE, O=Example, CN=hq, 1.3.6.1.4.1.311=7")),
			    "C=DE, O=Example, CN=hq, 1.3.6.1.4.1.311=7");
	assert_string_equal(text(raw(IKE_ID_DER_ASN1_DN, joined, sizeof(joined))),
			    "CN=a + 2.56.55.511.1.2.3=\\x0a");
	/* What is cut off says so. */
	assert_int_equal(strlen(text(raw(IKE_ID_KEY_ID, octets, sizeof(octets)))), ID_TEXT - 1);
	assert_string_equal(text(raw(IKE_ID_KEY_ID, octets, sizeof(octets))) + ID_TEXT - 8,
			    "baba...");
}

/* Any octets, and names that are cut off or have one octet changed: ASan looks on. */
static void test_any_octets(void **state)
{
	struct ike_id good = ids_dn("C=DE, O=Example, OU=a, CN=hq.example"), id, plain;
	struct ike_id pattern = ids_dn("C=*, O=*, OU=*, CN=*");
	uint8_t *octets = malloc(good.n);
	struct id_room room;

	(void)state;
	assert_non_null(octets);
	for (unsigned int i = 0; i < good.n; i++) {
		for (unsigned int v = 0; v < 256; v++) {
			id = good;
			memcpy(octets, good.b, good.n);
			octets[i] = (uint8_t)v;
			id.b = octets;
			plain = id_plain(&id, &room);
			assert_int_equal(plain.n, id.n);
			assert_true(id_same(&id, &id));
			id_like(&pattern, &id);
			assert_in_range(strlen(text(id)), 1, ID_TEXT - 1);
		}
		id = good;
		id.n = (uint16_t)i;
		id_like(&pattern, &id);
		/* The whole of it is a name, no piece is. */
		assert_int_equal(!strncmp(text(id), "C=", 2), 0);
	}
	assert_true(id_like(&pattern, &good));
	free(octets);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_dn_same),
		cmocka_unit_test(test_patterns),
		cmocka_unit_test(test_dn_patterns),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_any_octets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
