// SPDX-License-Identifier: GPL-2.0-or-later
/* Proposals of IKEv1: what we offer a peer chooses of, and what a peer offers we do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "prop/prop_v1.h"

static uint8_t octets[16384], answer_octets[1024];
static struct isakmp_payloads payloads;
static struct isakmp_sa offered, answered;
static struct wire_sa wire;
static struct wire_error error;

static void open_message(struct isakmp_writer *w, uint8_t *buf, size_t n)
{
	const struct wire_header header = { .spi_i = "cookie i", .exchange = ISAKMP_EXCH_MAIN };

	isakmp_begin(w, buf, n, &header);
}

static void read_back(struct isakmp_writer *w, struct isakmp_sa *sa)
{
	struct bytes message = isakmp_end(w, 1);

	assert_true(message.n > 0);
	assert_int_equal(isakmp_payloads_parse(message.p[16], message, false, &payloads, &error),
			 0);
	assert_int_equal(isakmp_read_sa(&payloads.list[0], sa, &error), 0);
}

static void offer(const struct prop_list *list, const struct prop_v1_terms *terms)
{
	struct isakmp_writer w;

	open_message(&w, octets, sizeof(octets));
	assert_true(prop_v1_offer(list, terms, &w));
	read_back(&w, &offered);
}

/* The responder, who has @list, too, answers, and the initiator takes that. */
static void agree(const struct prop_list *list, const struct prop_v1_terms *terms,
		  struct bytes spi, struct prop_chosen *out)
{
	enum prop_proto proto = prop_list_proto(list);
	struct prop_query query = { .proto = proto, .local = list, .spi_n = (uint8_t)spi.n };
	struct isakmp_writer w;
	char why[PROP_WHY];

	offer(list, terms);
	prop_v1_to_wire(&offered, proto, ISAKMP_AUTH_PSK, terms->encap, &wire);
	assert_true(prop_select(&query, &wire, out, why, sizeof(why)));
	open_message(&w, answer_octets, sizeof(answer_octets));
	prop_v1_answer(&offered, out->number, spi, &w);
	read_back(&w, &answered);
	assert_int_equal(answered.n_transforms, 1);
	assert_true(bytes_equal(answered.transforms[0].octets,
				offered.transforms[out->number - 1].octets));
	prop_v1_to_wire(&answered, proto, ISAKMP_AUTH_PSK, terms->encap, &wire);
	assert_int_equal(wire.n_proposals, 1);
	assert_true(prop_select(&query, &wire, out, why, sizeof(why)));
}

static struct prop_list ike_list(const char *encr, const char *prf, const char *group)
{
	struct prop sets = { .proto = PROP_IKE, .n_encr = 1, .n_integ = 1, .n_prf = 1, .n_dh = 1 };
	struct prop_list list = { 0 };
	char why[PROP_WHY];

	sets.encr[0] = alg_encr_by_conf(encr);
	sets.integ[0] = alg_integ_by_conf(prf);
	sets.prf[0] = alg_prf_by_conf(prf);
	sets.dh[0] = alg_dh_by_conf(group);
	assert_int_equal(prop_list_add(&list, &sets, why, sizeof(why)), 0);
	return list;
}

static void test_phase1(void **state)
{
	static const char *const encrs[] = { "des", "3des", "aes-128-cbc", "aes-256-cbc" };
	static const char *const prfs[] = { "md5", "sha1", "sha256", "sha384", "sha512" };
	const struct prop_v1_terms terms = { .life_seconds = 86400, .life_kilobytes = 70000 };
	struct prop_chosen chosen;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		for (size_t j = 0; j < 5; j++) {
			struct prop_list list = ike_list(encrs[i], prfs[j], "group14");

			agree(&list, &terms, bytes_of(NULL, 0), &chosen);
			assert_ptr_equal(chosen.encr, alg_encr_by_conf(encrs[i]));
			assert_ptr_equal(chosen.prf, alg_prf_by_conf(prfs[j]));
			assert_ptr_equal(chosen.dh, alg_dh_by_conf("group14"));
			assert_int_equal(answered.transforms[0].attrs.life_seconds, 86400);
			assert_int_equal(answered.transforms[0].attrs.life_kilobytes, 70000);
		}
	}
}

/* Of what IKEv2 has by default only the older part can be said. */
static void test_defaults(void **state)
{
	const struct prop_v1_terms esp = {
		.spi = bytes_of("\1\2\3\4", 4), .encap = ISAKMP_ENCAP_UDP_TUNNEL, .group = 19,
		.life_seconds = 3600,
	};
	const struct prop_v1_terms ike = { .life_seconds = 28800 };
	struct prop_chosen chosen;
	struct isakmp_writer w;
	struct prop_list list;

	(void)state;
	prop_default_ike(&list);
	agree(&list, &ike, bytes_of(NULL, 0), &chosen);
	assert_false(chosen.encr->aead);
	prop_default_esp(&list);
	agree(&list, &esp, esp.spi, &chosen);
	assert_true(chosen.encr->aead);
	assert_int_equal(chosen.dh->id, 19);
	assert_false(chosen.esn);
	assert_memory_equal(chosen.spi, "\1\2\3\4", 4);
	/* Combined modes alone cannot be said in phase 1. */
	list = ike_list("aes-128-cbc", "sha256", "group14");
	list.prop[0].encr[0] = alg_encr_by_conf("aes-256-gcm");
	open_message(&w, octets, sizeof(octets));
	assert_false(prop_v1_offer(&list, &ike, &w));
}

static void test_ah(void **state)
{
	static const char *const integs[] = { "md5", "sha1", "sha256", "sha384", "sha512" };
	static const uint8_t transforms[] = { 2, 3, 5, 6, 7 };
	const struct prop_v1_terms terms = {
		.spi = bytes_of("\1\2\3\4", 4), .encap = ISAKMP_ENCAP_TUNNEL, .life_seconds = 3600,
	};
	struct prop_chosen chosen;

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		struct prop_list list = { .n = 1, .prop = { {
			.proto = PROP_AH, .n_integ = 1, .esn = PROP_ESN_NO,
			.integ = { alg_integ_by_conf(integs[i]) },
		} } };

		agree(&list, &terms, terms.spi, &chosen);
		assert_null(chosen.encr);
		assert_ptr_equal(chosen.integ, alg_integ_by_conf(integs[i]));
		assert_int_equal(answered.transforms[0].id, transforms[i]);
	}
}

/* What must not be chosen is not there to be: the rest keeps its numbers. */
static void test_left_out(void **state)
{
	struct isakmp_writer w;
	unsigned int i;

	(void)state;
	open_message(&w, octets, sizeof(octets));
	isakmp_sa_begin(&w);
	isakmp_proposal(&w, 1, ISAKMP_PROTO_ESP, bytes_of("\1\2\3\4", 4));
	isakmp_transform(&w, 1, 12);
	isakmp_attr(&w, ISAKMP_P2_AUTH, 2);
	isakmp_proposal(&w, 1, ISAKMP_PROTO_AH, bytes_of("\1\2\3\4", 4));
	isakmp_transform(&w, 1, 3);
	isakmp_attr(&w, ISAKMP_P2_AUTH, 2);
	isakmp_proposal(&w, 2, ISAKMP_PROTO_ESP, bytes_of("\1\2\3\4", 4));
	for (i = 1; i <= 5; i++) {
		isakmp_transform(&w, (uint8_t)i, i == 4 ? 99 : 12);
		isakmp_attr(&w, ISAKMP_P2_AUTH, i == 5 ? 99 : 2);
		if (i != 3)
			isakmp_attr(&w, ISAKMP_P2_KEY_LENGTH, 256);
		isakmp_attr(&w, ISAKMP_P2_ENCAP,
			    i == 1 ? ISAKMP_ENCAP_TRANSPORT : ISAKMP_ENCAP_TUNNEL);
		if (i == 2)
			isakmp_attr(&w, 1000, 1);
	}
	isakmp_sa_end(&w);
	read_back(&w, &offered);
	prop_v1_to_wire(&offered, PROP_ESP, 0, ISAKMP_ENCAP_TUNNEL, &wire);
	assert_int_equal(wire.n_proposals, 1);
	assert_int_equal(wire.proposals[0].number, 5);
	/* AES of no particular length is that of 128 bits. */
	assert_int_equal(wire.transforms[wire.proposals[0].first].key_bits, 128);
	prop_v1_to_wire(&offered, PROP_ESP, 0, ISAKMP_ENCAP_TRANSPORT, &wire);
	assert_int_equal(wire.n_proposals, 1);
	assert_int_equal(wire.proposals[0].number, 3);
	prop_v1_to_wire(&offered, PROP_AH, 0, ISAKMP_ENCAP_TUNNEL, &wire);
	assert_int_equal(wire.n_proposals, 0);
}

/* Another way of authentication than ours. */
static void test_auth(void **state)
{
	const struct prop_v1_terms terms = { .life_seconds = 3600 };
	struct prop_list list = ike_list("aes-128-cbc", "sha256", "group14");

	(void)state;
	offer(&list, &terms);
	prop_v1_to_wire(&offered, PROP_IKE, ISAKMP_AUTH_RSA_SIG, 0, &wire);
	assert_int_equal(wire.n_proposals, 0);
	prop_v1_to_wire(&offered, PROP_IKE, ISAKMP_AUTH_PSK, 0, &wire);
	assert_int_equal(wire.n_proposals, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_phase1),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_ah),
		cmocka_unit_test(test_left_out),
		cmocka_unit_test(test_auth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
