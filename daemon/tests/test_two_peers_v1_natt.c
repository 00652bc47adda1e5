// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two cores speak IKEv1 through a NAT.  Vendor ids, which are in clear, and which no proof covers,
 * get lost on the way: what is left makes each look like an older peer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "ike/core_priv.h"
#include "ike/v1/v1.h"
#include "tests/peers.h"

#define VENDOR_N	16

/* They are the digests of these names (RFC 3947 section 3.1), the best first. */
#define IDS	4
static const char *const names[IDS] = {
	"RFC 3947", "draft-ietf-ipsec-nat-t-ike-03", "draft-ietf-ipsec-nat-t-ike-02\n",
	"draft-ietf-ipsec-nat-t-ike-02",
};
static uint8_t ids[IDS][VENDOR_N];

struct seen {
	unsigned int first;		/* of ids[] that A may name */
	unsigned int named[2][IDS];	/* by each side */
	unsigned int natd, natd_draft;	/* payloads */
};

static void count_payloads(struct seen *seen, int from, struct bytes message)
{
	struct isakmp_payloads all;
	struct wire_header header;
	struct wire_error error;

	if (wire_header_parse_v1(message, &header, &error) ||
	    header.flags & ISAKMP_FLAG_ENCRYPTED ||
	    isakmp_payloads_parse(header.next, message, false, &all, &error))
		return;
	for (unsigned int i = 0; i < all.n; i++) {
		seen->natd += all.list[i].type == ISAKMP_PL_NATD;
		seen->natd_draft += all.list[i].type == ISAKMP_PL_NATD_DRAFT;
		for (unsigned int k = 0; k < IDS; k++)
			seen->named[from][k] += bytes_equal(all.list[i].body,
							    bytes_of(ids[k], VENDOR_N));
	}
}

static bool tap(struct peers *net, int from, uint8_t *data, size_t n)
{
	struct seen *seen = net->tap_ctx;

	for (unsigned int k = 0; from == A && k < seen->first; k++) {
		uint8_t *at = memmem(data, n, ids[k], VENDOR_N);

		if (at)
			memset(at, 0, VENDOR_N);
	}
	count_payloads(seen, from, bytes_of(data, n));
	return true;
}

static struct peers *begin(enum policy_exchange exchange, bool nat, struct seen *seen)
{
	struct site a = peers_site_v1(A, "group19"), b = peers_site_v1(B, "group19");
	struct peers *net = peers_new(1 + seen->first);

	if (nat) {
		net->nat = (struct nat){ .on = true, .outside = "203.0.113.7", .shift = 1000 };
		b.peer = NULL;
	}
	a.exchange = exchange;
	b.exchange = nat ? POLICY_EXCHANGE_AUTO : exchange;
	net->tap = tap;
	net->tap_ctx = seen;
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	peers_must_be_quiet(net, 5000);
	return net;
}

/* B answers by the best that has come, and by no other; payloads have its numbers. */
static void check_numbers(struct peers *net, const struct seen *seen, bool nat)
{
	bool rfc = !seen->first;
	uint16_t plain = ISAKMP_ENCAP_TUNNEL;
	uint16_t udp = rfc ? ISAKMP_ENCAP_UDP_TUNNEL : ISAKMP_ENCAP_UDP_TUNNEL_DRAFT;

	for (unsigned int k = 0; k < IDS; k++) {
		assert_int_equal(seen->named[A][k], k >= seen->first);
		assert_int_equal(seen->named[B][k], k == seen->first);
	}
	assert_int_equal(!seen->natd, !rfc);
	assert_int_equal(!seen->natd_draft, rfc);
	for (int side = A; side <= B; side++) {
		struct ike_sa *ike = peers_standing(net, side);

		assert_int_equal(v1_encap(ike, false), nat ? udp : plain);
		assert_int_equal(peers_ike(net, side)->nat_local, nat && side == A);
		assert_int_equal(peers_ike(net, side)->nat_remote, nat && side == B);
		assert_int_equal(kern_fake_out(net->peer[side].kern, PEERS_IFNAME,
					       "net")->udp_encap, nat);
	}
}

static void test_drafts(void **state)
{
	static const enum policy_exchange exchanges[] = {
		POLICY_EXCHANGE_MAIN, POLICY_EXCHANGE_AGGRESSIVE,
	};

	(void)state;
	for (unsigned int i = 0; i < 2 * 2 * IDS; i++) {
		struct seen seen = { .first = i / 4 };
		bool nat = i & 1;
		struct peers *net = begin(exchanges[i / 2 % 2], nat, &seen);

		check_numbers(net, &seen, nat);
		if (nat)
			assert_int_equal(kern_fake_out(net->peer[B].kern, PEERS_IFNAME,
						       "net")->remote.port, IKE_NATT_PORT + 1000);
		peers_free(net);
	}
}

/* Neither looks for a NAT where the peer would not know what to do about it. */
static void test_none(void **state)
{
	struct seen seen = { .first = IDS };
	struct peers *net;

	(void)state;
	net = begin(POLICY_EXCHANGE_MAIN, false, &seen);
	for (unsigned int k = 0; k < IDS; k++)
		assert_int_equal(seen.named[B][k], 0);
	assert_int_equal(seen.natd + seen.natd_draft, 0);
	assert_false(kern_fake_out(net->peer[B].kern, PEERS_IFNAME, "net")->udp_encap);
	peers_free(net);
}

/* What a transform of the peer's says of the encapsulation, in the numbers of either. */
static void test_encap(void **state)
{
	static const struct {
		uint16_t encap;
		bool udp, transport;
	} rows[] = {
		{ 0, false, false },
		{ ISAKMP_ENCAP_TUNNEL, false, false },
		{ ISAKMP_ENCAP_TRANSPORT, false, true },
		{ ISAKMP_ENCAP_UDP_TUNNEL, true, false },
		{ ISAKMP_ENCAP_UDP_TRANSPORT, true, true },
		{ ISAKMP_ENCAP_UDP_TUNNEL_DRAFT, true, false },
		{ ISAKMP_ENCAP_UDP_TRANSPORT_DRAFT, true, true },
		{ 5, false, false },
		{ 61442, false, false },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(v1_encap_udp(rows[i].encap), rows[i].udp);
		assert_int_equal(v1_encap_transport(rows[i].encap), rows[i].transport);
	}
}

static int digest_names(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < IDS; i++)
		assert_int_equal(EVP_Digest(names[i], strlen(names[i]), ids[i], NULL, EVP_md5(),
					    NULL), 1);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_drafts),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_encap),
	};

	return cmocka_run_group_tests(tests, digest_names, NULL);
}
