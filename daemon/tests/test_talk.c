// SPDX-License-Identifier: GPL-2.0-or-later
/* What the parent and `ike` send each other, there and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "talk/policy_msg.h"
#include "talk/sa_msg.h"
#include "tests/conf_lines.h"

#define GATEWAY(name, peer) \
	"set network ike gateway " name " peer-address ip " peer "\n" \
	"set network ike gateway " name " local-address ip 192.0.2.1\n" \
	"set network ike gateway " name " authentication pre-shared-key key 0123456789abcdefghij\n"
#define TUNNEL(name, device, gateway) \
	"set network tunnel ipsec " name " tunnel-interface " device "\n" \
	"set network tunnel ipsec " name " auto-key ike-gateway " gateway "\n"
#define PROXY(tunnel, name, local) \
	"set network tunnel ipsec " tunnel " auto-key proxy-id " name " local " local "\n" \
	"set network tunnel ipsec " tunnel " auto-key proxy-id " name " remote 10.9.0.0/16\n"
#define PPK(gateway, what) \
	"set network ike gateway " gateway " protocol ikev2 pq-ppk " what "\n"
#define IKE_PROFILE(name, what) \
	"set network ike crypto-profiles ike-crypto-profiles " name " " what "\n" \
	"set network ike gateway a protocol ikev2 ike-crypto-profile " name "\n"
#define LINES	IKE_PROFILE("p", "additional-key-exchange 2 [ group20 group21 ]") \
		IKE_PROFILE("p", "additional-key-exchange 7 [ group14 none ]") \
		GATEWAY("a", "192.0.2.9") PPK("a", "enabled yes") \
		PPK("a", "keys one key 0123456789abcdef0123456789abcdef") \
		PPK("a", "keys two key 0123456789abcdef0123456789abcdeg") \
		GATEWAY("b", "192.0.2.8") TUNNEL("t", "tunnel1", "a") \
		PROXY("t", "one", "10.1.0.0/16") PROXY("t", "two", "10.2.0.0/16") \
		TUNNEL("u", "tunnel2", "a") TUNNEL("v", "tunnel3", "b")
#define MOST	16	/* messages */

#define CHAIN_N	5	/* octets of what stands for certificates */

static const uint8_t chain[CHAIN_N] = { 0, 3, 1, 2, 3 };

struct sent {
	unsigned int n;
	enum msg_type type[MOST];
	void *body[MOST];
};

static void keep(void *ctx, enum msg_type type, const void *body, size_t n)
{
	struct sent *sent = ctx;

	assert_null(msg_check(type, MSG_PARENT, MSG_IKE, n, 0));
	assert_in_range(sent->n, 0, MOST - 1);
	sent->type[sent->n] = type;
	sent->body[sent->n] = malloc(n + 1);
	memcpy(sent->body[sent->n++], n ? body : "", n);
}

static struct policy *policy_of(const char *lines)
{
	struct policy *policy = conf_lines(lines, NULL);

	if (!policy) {
		print_error("%s", conf_said);
		fail();
		abort();
	}
	for (unsigned int i = 0; i < policy->n_gateways; i++)
		policy->gateways[i].key = i + 7;
	/* The first has a certificate, too. */
	policy->gateways[0].cert = 99;
	policy->gateways[0].chain = secret_new(bytes_of(chain, CHAIN_N));
	policy->gateways[0].credential = secret_new(bytes_of("key", 3));
	policy->gateways[0].anchors = secret_new(bytes_of("anchor", 6));
	return policy;
}

static struct sent sent_of(const struct policy *policy)
{
	struct sent sent = { 0 };

	policy_msg_send(policy, 42, keep, &sent);
	return sent;
}

static void forget(struct sent *sent)
{
	for (unsigned int i = 0; i < sent->n; i++)
		free(sent->body[i]);
}

/* Takes message @i; -1: it is out of place. */
static int take(struct policy_msg_reader *r, const struct sent *sent, unsigned int i,
		struct policy **policy)
{
	switch (sent->type[i]) {
	case MSG_POLICY_BEGIN:
		return policy_msg_begin(r, sent->body[i]);
	case MSG_POLICY_GATEWAY:
		return policy_msg_gateway(r, sent->body[i]);
	case MSG_POLICY_CHAIN:
		return policy_msg_chain(r, sent->body[i], sizeof(struct msg_chain) + CHAIN_N);
	case MSG_POLICY_TUNNEL:
		return policy_msg_tunnel(r, sent->body[i]);
	case MSG_POLICY_PROXY:
		return policy_msg_proxy(r, sent->body[i]);
	default:
		return policy_msg_end(r, policy);
	}
}

static void assert_same(const struct policy *a, const struct policy *b)
{
	struct policy_walk one = { 0 }, other = { 0 };

	assert_int_equal(a->n_gateways, b->n_gateways);
	for (unsigned int i = 0; i < a->n_gateways; i++)
		assert_true(policy_gateway_equal(&a->gateways[i], &b->gateways[i]));
	while (policy_next(&one, a)) {
		assert_true(policy_next(&other, b));
		assert_true(policy_tunnel_equal(one.tunnel, other.tunnel));
		assert_int_equal(one.tunnel->n_proxies, other.tunnel->n_proxies);
		for (unsigned int i = 0; i < one.tunnel->n_proxies; i++)
			assert_true(policy_proxy_equal(&one.tunnel->proxies[i],
						       &other.tunnel->proxies[i]));
	}
	assert_false(policy_next(&other, b));
}

/* It is the same at the other side, and no key went there. */
static void test_policy(void **state)
{
	struct policy *policy = policy_of(LINES), *copy = NULL;
	struct policy_msg_reader r = { 0 };
	struct sent sent = sent_of(policy);

	(void)state;
	for (unsigned int i = 0; i < sent.n; i++) {
		assert_null(copy);
		assert_int_equal(take(&r, &sent, i, &copy), 0);
		if (i + 1 < sent.n)
			assert_int_equal(r.number, 42);
	}
	if (!copy) {
		fail();
		abort();
	}
	assert_same(policy, copy);
	assert_non_null(policy_tunnel_on(copy, "tunnel3", NULL));
	assert_int_equal(copy->gateways[0].chain->n, CHAIN_N);
	assert_memory_equal(copy->gateways[0].chain->b, chain, CHAIN_N);
	for (unsigned int i = 0; i < copy->n_gateways; i++) {
		assert_null(copy->gateways[i].psk);
		assert_null(copy->gateways[i].credential);
		assert_null(copy->gateways[i].anchors);
		for (unsigned int j = 0; j < POLICY_PPKS_MAX; j++)
			assert_null(copy->gateways[i].ppk.list[j].secret);
	}
	forget(&sent);
	policy_free(policy);
	policy_free(copy);
}

/* One message left out, or said twice: no policy comes of it. */
static void test_out_of_place(void **state)
{
	struct policy *policy = policy_of(LINES);
	struct sent sent = sent_of(policy);

	(void)state;
	for (unsigned int odd = 0; odd < sent.n - 1; odd++) {
		for (int times = 0; times <= 2; times += 2) {
			struct policy_msg_reader r = { 0 };
			struct policy *copy = NULL;
			int status = 0;

			for (unsigned int i = 0; i < sent.n && !status; i++)
				for (int n = i == odd ? times : 1; n && !status; n--)
					status = take(&r, &sent, i, &copy);
			policy_msg_drop(&r);
			/* To begin twice is to begin anew. */
			assert_int_equal(copy != NULL, odd == 0 && times == 2);
			policy_free(copy);
		}
	}
	forget(&sent);
	policy_free(policy);
}

/* --- SAs --- */

static struct ike_sa_spec some_sa(void)
{
	struct ike_sa_spec sa = {
		.token = 0x700000001, .inbound = true, .spi = 0x1001, .ifname = "tunnel1",
		.proxy = "one", .local.port = 4500, .udp_encap = true, .udp_csum = true,
		.esn = true, .encr = alg_encr_by_conf("aes-256-cbc"),
		.integ = alg_integ_by_conf("sha256"), .replay_window = 64, .soft_seconds = 1,
		.hard_seconds = 2, .soft_bytes = 3, .hard_bytes = 4,
	};

	assert_int_equal(addr_parse("192.0.2.1", &sa.local.addr), 0);
	assert_int_equal(addr_parse("192.0.2.9", &sa.remote.addr), 0);
	ts_pair_any(&sa.ts);
	sa.key_bits = sa.encr->key_bits;
	sa.encr_key_n = sa.encr->key_n;
	sa.integ_key_n = sa.integ->key_n;
	memset(sa.encr_key, 1, sa.encr_key_n);
	memset(sa.integ_key, 2, sa.integ_key_n);
	return sa;
}

static void test_sa(void **state)
{
	struct ike_sa_spec sa = some_sa(), back;
	struct msg_sa msg, again;

	(void)state;
	for (int ah = 0; ah <= 1; ah++) {
		sa.standby = ah;
		sa.transport = ah;
		sa_msg_pack(&sa, MSG_SA_ADD, &msg);
		assert_null(sa_msg_unpack(&msg, &back));
		assert_string_equal(back.ifname, sa.ifname);
		assert_string_equal(back.proxy, sa.proxy);
		/* Nothing is lost on the way. */
		sa_msg_pack(&back, MSG_SA_ADD, &again);
		assert_memory_equal(&msg, &again, sizeof(msg));
		assert_ptr_equal(back.encr, sa.encr);
		assert_ptr_equal(back.integ, sa.integ);
		/* And the same with AH. */
		sa.ah = true;
		sa.encr = NULL;
		sa.encr_key_n = 0;
		sa.key_bits = 0;
	}
}

/* Each row goes over as itself, also where two have one transform id. */
static void test_rows(void **state)
{
	struct ike_sa_spec sa = some_sa(), back;
	struct msg_sa msg;

	(void)state;
	for (unsigned int i = 0; alg_integ_row(i); i++) {
		sa.integ = alg_integ_row(i);
		sa.integ_key_n = sa.integ->key_n;
		sa_msg_pack(&sa, MSG_SA_ADD, &msg);
		assert_null(sa_msg_unpack(&msg, &back));
		assert_ptr_equal(back.integ, sa.integ);
	}
	for (unsigned int i = 0; alg_encr_row(i); i++) {
		sa.encr = alg_encr_row(i);
		sa_msg_pack(&sa, MSG_SA_DEL, &msg);
		assert_null(sa_msg_unpack(&msg, &back));
		assert_ptr_equal(back.encr, sa.encr);
	}
}

/* Each octet of the member is another than in a good message. */
#define WRONG(member, octet, why) \
	{ offsetof(struct msg_sa, member), sizeof(((struct msg_sa *)0)->member), (octet), (why) }

static void test_wrong_sa(void **state)
{
	static const struct {
		size_t at, n;
		uint8_t octet;
		const char *why;
	} rows[] = {
		WRONG(ifname, 'x', "a name without an end"),
		WRONG(proxy, 'x', "a name without an end"),
		WRONG(ts.remote.n, TS_MAX + 1, "too many selectors"),
		WRONG(encr, 0xff, "an unknown algorithm"),
		WRONG(integ, 0xff, "an unknown algorithm"),
		WRONG(integ, 0, "integrity twice, or not at all"),
		WRONG(ah, 1, "no algorithm for its protocol"),
		WRONG(encr_key_n, 1, "a key of a wrong length"),
		WRONG(integ_key_n, 200, "a key of a wrong length"),
		WRONG(salt_n, 1, "a key of a wrong length"),
	};
	struct ike_sa_spec sa = some_sa(), back;
	struct msg_sa good, msg;

	(void)state;
	sa_msg_pack(&sa, MSG_SA_ADD, &good);
	assert_null(sa_msg_unpack(&good, &back));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		msg = good;
		memset((uint8_t *)&msg + rows[i].at, rows[i].octet, rows[i].n);
		assert_memory_not_equal(&msg, &good, sizeof(msg));
		assert_string_equal(sa_msg_unpack(&msg, &back), rows[i].why);
	}
	for (size_t at = offsetof(struct msg_sa, inbound);
	     at <= offsetof(struct msg_sa, tfc_refused); at++) {
		msg = good;
		((uint8_t *)&msg)[at] = 2;
		assert_string_equal(sa_msg_unpack(&msg, &back),
				    "a flag that is neither 0 nor 1");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_policy),
		cmocka_unit_test(test_out_of_place),
		cmocka_unit_test(test_sa),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_wrong_sa),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
