// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A core that speaks two versions of IKE: which of them gets a datagram, and with which a gateway
 * begins.  The other version here is an imitation that only counts what it is asked for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/rand.h"
#include "ike/ike_sa.h"
#include "ike/v2/v2.h"
#include "ike/version.h"
#include "tests/peers_site.h"

#define NOW		1000
#define VERSION_AT	17

static unsigned int begun, arrived;
static size_t arrived_n;
static struct ike_sa *begun_last;

/* It waits for an answer, as if it had asked. */
static void count_begin(struct ike_sa *ike)
{
	assert_int_equal(ike->version->major, 1);
	ike->state = IKE_INIT_SENT;
	begun_last = ike;
	begun++;
}

/* Nothing that is of its own version has it ask for anything. */
static struct packet *no_request(struct ike_sa *ike, struct task *task)
{
	(void)ike;
	(void)task;
	fail();
	return NULL;
}

static void count_input(struct ike_core *core, const struct endpoint *local,
			const struct endpoint *remote, struct bytes data)
{
	(void)core;
	(void)local;
	(void)remote;
	arrived++;
	arrived_n = data.n;
}

static const struct ike_version imitation = {
	.major = 1, .begin = count_begin, .input = count_input, .request = no_request,
};

static struct ike_core *core_of(const struct ike_version *const *versions)
{
	static const struct ike_hooks hooks = { .random = crypto_random_os };
	struct ike_core *core = ike_core_new(&hooks, versions);

	assert_non_null(core);
	begun = 0;
	arrived = 0;
	return core;
}

/* A first message of that version, cut to @n octets; the type of what is answered, or 0. */
static uint16_t answer_to(struct ike_core *core, uint8_t version, size_t n)
{
	const struct endpoint local = { .addr = site_address("192.0.2.1"), .port = IKE_PORT };
	const struct endpoint remote = { .addr = site_address("192.0.2.2"), .port = IKE_PORT };
	const struct ike_action *action;
	struct wire_header header;
	struct wire_error error;
	uint8_t data[IKE_HDR_LEN] = { [7] = 1, [18] = IKE_EXCH_IKE_SA_INIT,
				      [19] = IKE_FLAG_INITIATOR, [27] = IKE_HDR_LEN };

	data[VERSION_AT] = version;
	ike_core_datagram(core, NOW, &local, &remote, bytes_of(data, n));
	action = ike_core_action(core);
	if (!action)
		return 0;
	assert_int_equal(action->type, IKE_ACTION_SEND);
	assert_int_equal(wire_header_parse(action->send.data, &header, &error), 0);
	assert_int_equal(header.next, IKE_PL_NOTIFY);
	return get_be16(action->send.data.p + IKE_HDR_LEN + 6);
}

static void test_datagram(void **state)
{
	const struct ike_version *const versions[] = { &v2_version, &imitation, NULL };
	struct ike_core *core = core_of(versions);

	(void)state;
	assert_int_equal(answer_to(core, 0x10, IKE_HDR_LEN), 0);
	assert_int_equal(arrived, 1);
	/* It needs not be a whole header: what is wrong with it the version knows. */
	assert_int_equal(answer_to(core, 0x12, VERSION_AT + 1), 0);
	assert_int_equal(arrived, 2);
	assert_int_equal(arrived_n, VERSION_AT + 1);
	assert_int_equal(answer_to(core, 0x20, IKE_HDR_LEN), 0);
	assert_int_equal(answer_to(core, 0x30, IKE_HDR_LEN), IKE_N_INVALID_MAJOR_VERSION);
	assert_int_equal(answer_to(core, 0x00, IKE_HDR_LEN), 0);
	assert_int_equal(answer_to(core, 0x10, VERSION_AT), 0);
	assert_int_equal(answer_to(core, 0x10, 0), 0);
	assert_int_equal(arrived, 2);
	ike_core_free(core);
}

/* The one that the gateway is configured with begins, wherever it stands in the list. */
static void test_begin(void **state)
{
	const struct ike_version *const versions[] = { &v2_version, &imitation, NULL };
	struct ike_core *core = core_of(versions);
	struct site site = peers_site(A);

	(void)state;
	site.version = POLICY_IKEV1;
	assert_int_equal(ike_core_set_policy(core, NOW, peers_policy(&site)), 0);
	assert_int_equal(begun, 1);
	assert_null(ike_core_action(core));
	ike_core_free(core);
	/* Another one is no substitute. */
	core = core_of(versions + 1);
	site.version = POLICY_IKEV2;
	assert_int_equal(ike_core_set_policy(core, NOW, peers_policy(&site)), 0);
	assert_int_equal(begun, 0);
	assert_null(ike_core_action(core));
	ike_core_free(core);
}

/*
 * An SPI of ours says which SA a message is for, but not that it is of its version: an answer of
 * IKEv2, which would have an SA of IKEv2 ask once more, with the cookie.
 */
static void test_other_version(void **state)
{
	const struct ike_version *const versions[] = { &imitation, &v2_version, NULL };
	struct ike_core *core = core_of(versions);
	struct site site = peers_site(A);
	struct wire_header header = { .exchange = IKE_EXCH_IKE_SA_INIT, .spi_r = { 1 },
				      .flags = IKE_FLAG_RESPONSE };
	const uint8_t cookie[4] = { 1 };
	uint8_t buf[256];
	struct wire_writer w;

	(void)state;
	site.version = POLICY_IKEV1;
	assert_int_equal(ike_core_set_policy(core, NOW, peers_policy(&site)), 0);
	assert_int_equal(begun, 1);
	memcpy(header.spi_i, begun_last->spi_i, IKE_SPI_LEN);
	wire_begin(&w, buf, sizeof(buf), &header);
	wire_put_notify(&w, IKE_N_COOKIE, bytes_of(cookie, sizeof(cookie)));
	ike_core_datagram(core, NOW, &begun_last->path->local, &begun_last->path->remote,
			  wire_end(&w));
	assert_null(ike_core_action(core));
	assert_int_equal(begun_last->hs->cookie_n, 0);
	ike_core_free(core);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_datagram),
		cmocka_unit_test(test_begin),
		cmocka_unit_test(test_other_version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
