// SPDX-License-Identifier: GPL-2.0-or-later
/* Two cores whose children are of AH (RFC 7296 sections 1.3.3, 3.3.1, 3.11). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/peers.h"

static struct prop_list ah_props(const char *hash, const char *groups)
{
	return peers_props(PROP_AH, NULL, hash, groups);
}

static struct peers *up(const char *groups)
{
	struct site a = peers_site(A), b = peers_site(B);

	a.esp = ah_props("sha256,sha512", groups);
	b.esp = ah_props("sha512,sha1", groups);
	return peers_up(1, &a, &b);
}

struct count {
	unsigned int ah, esp;
};

static void count_one(void *ctx, const struct kern_sa *sa)
{
	struct count *count = ctx;

	if (sa->ah)
		count->ah++;
	else
		count->esp++;
}

static struct count count_of(const struct peers *net, int side)
{
	struct kern *kern = net->peer[side].kern;
	struct count count = { 0 };

	assert_int_equal(kern->ops->sa_each(kern, count_one, &count), 0);
	return count;
}

static void must_have(const struct peers *net, unsigned int ah, unsigned int esp)
{
	for (int side = A; side <= B; side++) {
		struct count count = count_of(net, side);

		assert_int_equal(count.ah, ah);
		assert_int_equal(count.esp, esp);
	}
}

static void test_up_and_rekeyed(void **state)
{
	static const char *const groups[] = { NULL, "group19" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct peers *net = up(groups[i]);
		uint32_t spi = peers_child(net, A, "net")->spi_in;

		must_have(net, 2, 0);
		peers_past_early(net);
		net->watch = true;
		for (int side = A; side <= B; side++) {
			kern_fake_expire(net->peer[side].kern, peers_token(net, side), false,
					 false);
			peers_run(net, 60000);
			assert_int_not_equal(peers_child(net, A, "net")->spi_in, spi);
			spi = peers_child(net, A, "net")->spi_in;
			must_have(net, 2, 0);
		}
		assert_int_equal(peers_logged(net, " error "), 0);
		peers_finish(net);
	}
}

/* The end that has ESP is told what the other offers, and the other that it is refused. */
static void test_other_protocol(void **state)
{
	struct peers *net = peers_new(1);
	struct site a = peers_site(A), b = peers_site(B);

	(void)state;
	a.esp = ah_props("sha256", NULL);
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	peers_run(net, 5000);
	assert_non_null(strstr(peers_child(net, A, "net")->last_error,
			       "none of our AH proposals (NO_PROPOSAL_CHOSEN)"));
	assert_non_null(strstr(peers_child(net, B, "net")->last_error,
			       "protocol differs: peer offers nothing for ESP"));
	must_have(net, 0, 0);
	peers_free(net);
}

/* AH covers the addresses that a NAT changes. */
static void test_nat(void **state)
{
	struct peers *net = peers_new(1);
	struct site a = peers_site(A), b = peers_site(B);

	(void)state;
	net->nat = (struct nat){ .on = true, .outside = "203.0.113.9", .shift = 7 };
	a.esp = ah_props("sha256", NULL);
	b.esp = a.esp;
	b.peer = NULL;
	b.passive = true;
	a.local_id = "a.example";
	a.peer_id = "b.example";
	b.local_id = "b.example";
	b.peer_id = "a.example";
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	peers_run(net, 5000);
	assert_non_null(strstr(peers_child(net, B, "net")->last_error,
			       "there is a NAT between the gateways, which changes what AH "
			       "protects: use esp"));
	must_have(net, 0, 0);
	peers_free(net);
}

/* Other SAs come of a changed protocol, and those before are deleted. */
static void test_changed(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = up(NULL);

	(void)state;
	peers_past_early(net);
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	assert_true(peers_until(net, peers_quiet, 90000));
	peers_run(net, 60000);
	must_have(net, 0, 2);
	peers_finish(net);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_up_and_rekeyed),
		cmocka_unit_test(test_other_protocol),
		cmocka_unit_test(test_nat),
		cmocka_unit_test(test_changed),
	};

	return cmocka_run_group_tests_name("two_peers_ah", tests, NULL, NULL);
}
