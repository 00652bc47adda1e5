// SPDX-License-Identifier: GPL-2.0-or-later
/* The registry, and the choice among proposals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/dh.h"
#include "prop/prop_wire.h"
#include "wire/v2_build.h"

static const uint8_t esp_spi[4] = { 0xc0, 1, 2, 3 };
static const uint8_t our_spi[4] = { 0xd0, 4, 5, 6 };

/* ---------------------------------------------------------------- registry */

static void test_rows(void **state)
{
	const struct alg_integ *integ;
	const struct alg_encr *encr;
	const struct alg_prf *prf;
	const struct alg_dh *dh;
	unsigned int i;

	(void)state;
	for (i = 0; (encr = alg_encr_row(i)); i++) {
		assert_ptr_equal(alg_encr_by_conf(encr->conf), encr);
		assert_ptr_equal(alg_encr_by_id(encr->id, encr->key_bits), encr);
		if (encr->key_bits) {
			assert_null(alg_encr_by_id(encr->id, 0));
			assert_int_equal(encr->key_n * 8, encr->key_bits);
		}
		assert_int_equal(encr->aead, encr->icv_n != 0);
		assert_int_equal(encr->counter, encr->salt_n != 0);
		assert_true(encr->kernel != 0);
	}
	assert_int_equal(i, 31);
	for (i = 0; (integ = alg_integ_row(i)); i++) {
		assert_ptr_equal(alg_integ_by_conf(integ->conf), integ);
		if (strcmp(integ->conf, "sha256-96") != 0)
			assert_ptr_equal(alg_integ_by_id(integ->id), integ);
		assert_true(integ->kernel != 0);
	}
	assert_int_equal(i, 8);
	for (i = 0; (prf = alg_prf_row(i)); i++) {
		assert_ptr_equal(alg_prf_by_conf(prf->conf), prf);
		assert_ptr_equal(alg_prf_by_id(prf->id), prf);
	}
	assert_int_equal(i, 7);
	for (i = 0; (dh = alg_dh_row(i)); i++) {
		assert_ptr_equal(alg_dh_by_conf(dh->conf), dh);
		assert_ptr_equal(alg_dh_by_id(dh->id), dh);
	}
	assert_int_equal(i, 22);
	assert_null(alg_encr_by_conf("aes-256"));
	assert_null(alg_dh_by_id(22));
}

static void same_name(uint8_t type, uint16_t id, uint16_t bits, const char *name)
{
	char out[64];

	assert_string_equal(alg_transform_text(type, id, bits, out, sizeof(out)), name);
}

static void test_names(void **state)
{
	const struct alg_encr *encr;
	const struct alg_dh *dh;

	(void)state;
	for (unsigned int i = 0; (encr = alg_encr_row(i)); i++)
		same_name(1, encr->id, encr->key_bits, encr->name);
	for (unsigned int i = 0; i < 3; i++)
		same_name(2, alg_prf_row(i)->id, 0, alg_prf_row(i)->name);
	/* The last one has no number of its own. */
	for (unsigned int i = 0; i < 7; i++)
		same_name(3, alg_integ_row(i)->id, 0, alg_integ_row(i)->name);
	for (unsigned int i = 0; (dh = alg_dh_row(i)); i++)
		same_name(4, dh->id, 0, dh->name);
	same_name(1, 3, 0, "3DES");
	same_name(1, 65001, 256, "encryption 65001-256");
	same_name(4, 40000, 0, "group 40000");
	same_name(6, 36, 0, "ML_KEM_768");
	same_name(12, 20, 0, "ECP_384");
	same_name(13, 36, 0, "transform 36");
}

/* ------------------------------------------------------------------- lists */

/* "2-group20": of the second additional key exchange; "2-none": optional.  True: it is one. */
static bool add_round(struct prop *sets, const char *word)
{
	struct prop_round *round;

	if (word[0] < '1' || word[0] > '7' || word[1] != '-')
		return false;
	round = &sets->rounds[word[0] - '1'];
	if (!strcmp(word + 2, "none"))
		round->optional = true;
	else
		round->dh[round->n++] = alg_dh_by_conf(word + 2);
	return true;
}

/* Words of the configuration, parted by blanks, to one set of algorithms. */
static struct prop sets_of(enum prop_proto proto, const char *words)
{
	struct prop sets = { .proto = proto };
	char copy[256], *word, *rest;

	snprintf(copy, sizeof(copy), "%s", words);
	for (word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		if (add_round(&sets, word))
			continue;
		if (alg_encr_by_conf(word))
			sets.encr[sets.n_encr++] = alg_encr_by_conf(word);
		else if (alg_dh_by_conf(word))
			sets.dh[sets.n_dh++] = alg_dh_by_conf(word);
		else if (!strcmp(word, "esn"))
			sets.esn = PROP_ESN_YES | PROP_ESN_NO;
		else if (!strcmp(word, "esn-only"))
			sets.esn = PROP_ESN_YES;
		else if (!strncmp(word, "prf-", 4))
			sets.prf[sets.n_prf++] = alg_prf_by_conf(word + 4);
		else
			sets.integ[sets.n_integ++] = alg_integ_by_conf(word);
	}
	return sets;
}

static void list_add(struct prop_list *list, enum prop_proto proto, const char *words)
{
	struct prop sets = sets_of(proto, words);
	char why[PROP_WHY];

	assert_int_equal(prop_list_add(list, &sets, why, sizeof(why)), 0);
}

#define DEFAULT_AEAD \
	"AES_GCM_16-256,AES_GCM_16-128/PRF_HMAC_SHA2_256,PRF_HMAC_SHA2_384,PRF_HMAC_SHA2_512/" \
	"CURVE25519,ECP_256,ECP_384,MODP_2048"

static void test_defaults(void **state)
{
	char text[PROP_LIST_TEXT], expected[PROP_LIST_TEXT];
	struct prop_list list;

	(void)state;
	/* as in test_kem.c */
	if (getenv("NEED_ML_KEM"))
		assert_true(dh_known(alg_dh_by_conf("ml-kem-768")));
	prop_default_ike(&list);
	snprintf(expected, sizeof(expected), "%s%s", dh_known(alg_dh_by_conf("ml-kem-768")) ?
		 DEFAULT_AEAD "/KE ML_KEM_768; " : "", DEFAULT_AEAD "; "
		 "AES_CBC-256,AES_CBC-128/HMAC_SHA2_256_128,HMAC_SHA2_384_192,HMAC_SHA2_512_256/"
		 "PRF_HMAC_SHA2_256,PRF_HMAC_SHA2_384,PRF_HMAC_SHA2_512/"
		 "CURVE25519,ECP_256,ECP_384,MODP_2048");
	assert_string_equal(prop_list_text(&list, text, sizeof(text)), expected);
	assert_string_equal(prop_list_dh(&list)->name, "CURVE25519");
	assert_true(prop_list_has_dh(&list, 14));
	assert_false(prop_list_has_dh(&list, 2));

	prop_default_esp(&list);
	assert_string_equal(prop_list_text(&list, text, sizeof(text)),
		"AES_GCM_16-256,AES_GCM_16-128/CURVE25519,ECP_256,ECP_384,MODP_2048; "
		"AES_CBC-256,AES_CBC-128/HMAC_SHA2_256_128,HMAC_SHA2_384_192,HMAC_SHA2_512_256/"
		"CURVE25519,ECP_256,ECP_384,MODP_2048");
	prop_list_without_dh(&list);
	assert_string_equal(prop_list_text(&list, text, sizeof(text)),
		"AES_GCM_16-256,AES_GCM_16-128; "
		"AES_CBC-256,AES_CBC-128/HMAC_SHA2_256_128,HMAC_SHA2_384_192,HMAC_SHA2_512_256");
	assert_null(prop_list_dh(&list));
}

/* Combined modes and others part, the first word's kind leads. */
static void test_split(void **state)
{
	struct prop_list a = { .n = 0 }, b = { .n = 0 };
	char text[PROP_LIST_TEXT];

	(void)state;
	list_add(&a, PROP_ESP, "aes-128-cbc aes-256-gcm aes-256-cbc sha256 group19");
	assert_string_equal(prop_list_text(&a, text, sizeof(text)),
		"AES_CBC-128,AES_CBC-256/HMAC_SHA2_256_128/ECP_256; AES_GCM_16-256/ECP_256");
	list_add(&b, PROP_ESP, "aes-128-cbc aes-256-cbc aes-256-gcm sha256 group19");
	assert_true(prop_list_equal(&a, &b));
	list_add(&b, PROP_ESP, "aes-128-gcm");
	assert_false(prop_list_equal(&a, &b));
}

static void refused(enum prop_proto proto, const char *words, const char *expect)
{
	struct prop sets = sets_of(proto, words);
	struct prop_list list = { .n = 0 };
	char why[PROP_WHY];

	assert_int_equal(prop_list_add(&list, &sets, why, sizeof(why)), -1);
	assert_string_equal(why, expect);
	assert_int_equal(list.n, 0);
}

static void test_refused(void **state)
{
	struct prop_list list = { .n = 0 };
	struct prop sets = sets_of(PROP_ESP, "aes-128-gcm");
	char why[PROP_WHY];

	(void)state;
	refused(PROP_ESP, "aes-128-gcm aes-256-cbc",
		"aes-256-cbc needs an integrity algorithm beside it (sha256)");
	refused(PROP_ESP, "sha256", "no encryption algorithm");
	refused(PROP_IKE, "aes-128-gcm group19", "no hash for the pseudo-random function");
	refused(PROP_IKE, "aes-128-gcm prf-sha256", "no key exchange group");
	refused(PROP_IKE, "aes-128-gmac prf-sha256 group19",
		"aes-128-gmac is not supported for IKE");
	refused(PROP_IKE, "aes-128-cbc sha256-96 prf-sha256 group19",
		"sha256-96 is not supported for IKE");
	refused(PROP_AH, "aes-128-gcm sha256", "AH does not encrypt: use esp");
	refused(PROP_AH, "group19", "no integrity algorithm for AH");
	refused(PROP_ESP, "null", "null needs an integrity algorithm beside it (sha256)");
	refused(PROP_ESP, "aes-128-cbc sha256-96 sha1 sha256",
		"sha256-96 and sha256 exclude each other");
	for (int i = 0; i < PROP_MAX; i++)
		assert_int_equal(prop_list_add(&list, &sets, why, sizeof(why)), 0);
	assert_int_equal(prop_list_add(&list, &sets, why, sizeof(why)), -1);
	assert_int_equal(list.n, PROP_MAX);
}

/* A proposal may have every group that there is, and an SA payload four of those. */
static void test_all_groups(void **state)
{
	struct prop sets = { .proto = PROP_ESP, .encr = { alg_encr_by_conf("aes-256-gcm") },
			     .n_encr = 1 };
	struct prop_list list = { .n = 0 };
	const struct alg_dh *dh;
	struct wire_sa sa;
	char why[PROP_WHY];

	(void)state;
	for (unsigned int i = 0; (dh = alg_dh_row(i)); i++) {
		if (dh->kind == ALG_DH_KEM)
			continue;
		assert_true(sets.n_dh < PROP_GROUPS);
		sets.dh[sets.n_dh++] = dh;
	}
	assert_int_equal(sets.n_dh, PROP_GROUPS);
	for (int i = 0; i < PROP_MAX; i++)
		assert_int_equal(prop_list_add(&list, &sets, why, sizeof(why)), 0);
	prop_offer(&list, bytes_of(our_spi, 4), &sa);
	assert_int_equal(sa.n_transforms, PROP_MAX * (1 + PROP_GROUPS + 1));
}

/* What may be left out is, and what must be there stays. */
static void test_without_rounds(void **state)
{
	const struct prop_round round = { .n = 1, .dh = { alg_dh_by_conf("group20") } };
	struct prop sets = {
		.proto = PROP_ESP, .n_encr = 1, .encr = { alg_encr_by_conf("aes-256-gcm") },
		.n_dh = 1, .dh = { alg_dh_by_conf("group31") },
	};
	struct prop_list list = { .n = 0 };
	char why[PROP_WHY];

	(void)state;
	sets.rounds[2] = round;
	prop_list_add(&list, &sets, why, sizeof(why));
	assert_false(prop_list_without_rounds(&list));
	assert_true(prop_list_has_rounds(&list));
	sets.rounds[2].optional = true;
	prop_list_add(&list, &sets, why, sizeof(why));
	sets.rounds[2].n = 0;
	prop_list_add(&list, &sets, why, sizeof(why));
	assert_int_equal(list.n, 3);
	assert_true(prop_list_without_rounds(&list));
	assert_int_equal(list.n, 1);
	assert_false(prop_list_has_rounds(&list));
	assert_false(prop_list_without_rounds(&list));
	assert_ptr_equal(prop_list_dh(&list), sets.dh[0]);
}

/* ---------------------------------------------------------------- choosing */

/* An SA payload: proposals parted by ";", transforms TYPE:ID[:BITS][?], "?" being odd. */
static void peer_of(struct wire_sa *sa, uint8_t proto, struct bytes spi, const char *words)
{
	char copy[512], *proposal, *word, *rest, *more;

	memset(sa, 0, sizeof(*sa));
	snprintf(copy, sizeof(copy), "%s", words);
	for (proposal = strtok_r(copy, ";", &rest); proposal;
	     proposal = strtok_r(NULL, ";", &rest)) {
		struct wire_proposal *p = &sa->proposals[sa->n_proposals++];

		*p = (struct wire_proposal){ .number = (uint8_t)sa->n_proposals, .protocol = proto,
					     .spi = spi, .first = (uint16_t)sa->n_transforms };
		for (word = strtok_r(proposal, " ", &more); word;
		     word = strtok_r(NULL, " ", &more)) {
			struct wire_transform *t = &sa->transforms[sa->n_transforms++];

			t->type = (uint8_t)strtoul(word, &word, 10);
			assert_int_equal(*word, ':');
			t->id = (uint16_t)strtoul(word + 1, &word, 10);
			if (*word == ':')
				t->key_bits = (uint16_t)strtoul(word + 1, &word, 10);
			t->odd = *word == '?';
			p->n++;
		}
	}
}

struct choice {
	const char *ours;	/* proposals parted by ";" */
	const char *peers;
	uint16_t ke_group;
	bool ignore_dh;
	uint8_t number;		/* of the peer's proposal that is chosen */
	const char *chosen;	/* NULL: none */
	const char *differs;	/* start of the reason */
};

static const struct choice ike_choices[] = {
	{ "aes-256-gcm prf-sha256 group31", "1:20:256 2:5 4:31", 0, false, 1,
	  "AES_GCM_16-256/PRF_HMAC_SHA2_256/CURVE25519", NULL },
	/* our order wins, within a kind and between proposals */
	{ "aes-256-gcm aes-128-gcm prf-sha256 group31 group19",
	  "1:20:128 1:20:256 2:5 4:19 4:31", 0, false, 1,
	  "AES_GCM_16-256/PRF_HMAC_SHA2_256/CURVE25519", NULL },
	{ "aes-256-gcm prf-sha256 group31;aes-128-cbc sha256 prf-sha256 group31",
	  "1:12:128 2:5 3:12 4:31;1:20:256 2:5 4:31", 0, false, 2,
	  "AES_GCM_16-256/PRF_HMAC_SHA2_256/CURVE25519", NULL },
	/* the group that a key came for */
	{ "aes-256-gcm prf-sha256 group31 group19", "1:20:256 2:5 4:19 4:31", 19, false, 1,
	  "AES_GCM_16-256/PRF_HMAC_SHA2_256/ECP_256", NULL },
	{ "aes-256-gcm prf-sha256 group31 group19", "1:20:256 2:5 4:2 4:31", 2, false, 1,
	  "AES_GCM_16-256/PRF_HMAC_SHA2_256/CURVE25519", NULL },
	/* combined modes: integrity NONE or absent, nothing else alone */
	{ "aes-256-gcm prf-sha256 group31", "1:20:256 2:5 3:0 4:31", 0, false, 1,
	  "AES_GCM_16-256/PRF_HMAC_SHA2_256/CURVE25519", NULL },
	{ "aes-256-gcm prf-sha256 group31", "1:12:256 1:20:256 2:5 3:12 3:0 4:31", 0, false, 1,
	  "AES_GCM_16-256/PRF_HMAC_SHA2_256/CURVE25519", NULL },
	{ "aes-256-gcm prf-sha256 group31", "1:20:256 2:5 3:12 4:31", 0, false, 0, NULL, 
	  "no common proposal: integrity differs: peer offers " },
	{ "aes-128-cbc sha256 prf-sha256 group31", "1:12:128 2:5 4:31", 0, false, 0, NULL, 
	  "no common proposal: integrity differs: " },
	{ "aes-128-cbc sha256 sha512 prf-sha256 group31", "1:12:128 2:5 3:14 4:31", 0, false, 1,
	  "AES_CBC-128/HMAC_SHA2_512_256/PRF_HMAC_SHA2_256/CURVE25519", NULL },
	/* key lengths: none is not any */
	{ "aes-256-gcm prf-sha256 group31", "1:20 2:5 4:31", 0, false, 0, NULL, 
	  "no common proposal: encryption differs: peer offers AES_GCM_16/PRF_HMAC_SHA2_256/"
	  "CURVE25519; we accept AES_GCM_16-256/PRF_HMAC_SHA2_256/CURVE25519" },
	{ "aes-256-gcm prf-sha256 group31", "1:20:128 2:5 4:31", 0, false, 0, NULL, 
	  "no common proposal: encryption differs: " },
	/* transforms with attributes unknown are not taken, others are */
	{ "aes-256-gcm prf-sha256 group31", "1:20:256 2:5? 2:5 4:31", 0, false, 1,
	  "AES_GCM_16-256/PRF_HMAC_SHA2_256/CURVE25519", NULL },
	{ "aes-256-gcm prf-sha256 group31", "1:20:256 2:5? 4:31", 0, false, 0, NULL, 
	  "no common proposal: PRF differs: " },
	/* a type unknown spoils its proposal alone */
	{ "aes-256-gcm prf-sha256 group31", "1:20:256 2:5 4:31 13:36;1:20:256 2:5 4:31", 0, false,
	  2, "AES_GCM_16-256/PRF_HMAC_SHA2_256/CURVE25519", NULL },
	{ "aes-256-gcm prf-sha256 group31", "1:20:256 2:5 4:31 13:36", 0, false, 0, NULL,
	  "no common proposal: kind of transforms differs: " },
	/* additional key exchanges: absent is NONE, no group comes twice */
	{ "aes-256-gcm prf-sha256 group31", "1:20:256 2:5 4:31 6:36;1:20:256 2:5 4:31", 0, false, 2,
	  "AES_GCM_16-256/PRF_HMAC_SHA2_256/CURVE25519", NULL },
	{ "aes-256-gcm prf-sha256 group31", "1:20:256 2:5 4:31 6:36", 0, false, 0, NULL,
	  "no common proposal: additional key exchanges differs: peer offers AES_GCM_16-256/"
	  "PRF_HMAC_SHA2_256/CURVE25519/KE ML_KEM_768; we accept " },
	{ "aes-256-gcm prf-sha256 group31", "1:20:256 2:5 4:31 6:36 6:0", 0, false, 1,
	  "AES_GCM_16-256/PRF_HMAC_SHA2_256/CURVE25519", NULL },
	{ "aes-256-gcm prf-sha256 group31 1-group20 1-group21",
	  "1:20:256 2:5 4:31 6:36 6:21 6:20", 0, false, 1,
	  "AES_GCM_16-256/PRF_HMAC_SHA2_256/CURVE25519/KE ECP_384", NULL },
	{ "aes-256-gcm prf-sha256 group31 1-group20 1-none 7-group20 7-group21",
	  "1:20:256 2:5 4:31 6:20 12:20 12:21", 0, false, 1,
	  "AES_GCM_16-256/PRF_HMAC_SHA2_256/CURVE25519/KE ECP_384/KE ECP_521", NULL },
	{ "aes-256-gcm prf-sha256 group31 1-group31 1-group20", "1:20:256 2:5 4:31 6:31 6:20", 0,
	  false, 1, "AES_GCM_16-256/PRF_HMAC_SHA2_256/CURVE25519/KE ECP_384", NULL },
	{ "aes-256-gcm prf-sha256 group31 1-group20 2-group20", "1:20:256 2:5 4:31 6:20 7:20", 0,
	  false, 0, NULL, "no common proposal: additional key exchanges differs: " },
	{ "aes-256-gcm prf-sha256 group31 1-group20 1-none", "1:20:256 2:5 4:31", 0, false, 1,
	  "AES_GCM_16-256/PRF_HMAC_SHA2_256/CURVE25519", NULL },
	{ "aes-256-gcm prf-sha256 group31 1-group20 1-none", "1:20:256 2:5 4:31 6:21", 0, false, 0,
	  NULL, "no common proposal: additional key exchanges differs: " },
	{ "aes-256-gcm prf-sha256 group31 1-group20", "1:20:256 2:5 4:31 6:0", 0, false, 0, NULL,
	  "no common proposal: additional key exchanges differs: peer offers AES_GCM_16-256/"
	  "PRF_HMAC_SHA2_256/CURVE25519/KE NONE; we accept AES_GCM_16-256/PRF_HMAC_SHA2_256/"
	  "CURVE25519/KE ECP_384" },
	{ "aes-256-gcm prf-sha256 group31", "1:20:256 2:5 4:31 5:0", 0, false, 0, NULL, 
	  "no common proposal: ESN differs: " },
	/* the nearest miss is named */
	{ "aes-256-gcm prf-sha256 group31", "1:12:128 2:2 3:2 4:2;1:20:256 2:5 4:14", 0, false, 0,
	  NULL, "no common proposal: group differs: peer offers AES_CBC-128/HMAC_SHA1_96/"
	  "PRF_HMAC_SHA1/MODP_1024; AES_GCM_16-256/PRF_HMAC_SHA2_256/MODP_2048; we accept " },
	{ "aes-256-gcm prf-sha256 group31", "1:3 2:2 3:2 4:2", 0, false, 0, NULL, 
	  "no common proposal: encryption, integrity, PRF, group differ: peer offers 3DES/" },
	{ "aes-256-gcm prf-sha256 group31", "2:5 4:31", 0, false, 0, NULL, 
	  "no common proposal: encryption differs: " },
	{ "aes-256-gcm prf-sha256 group31", "1:20:256 2:5", 0, false, 0, NULL, 
	  "no common proposal: group differs: " },
};

static const struct choice esp_choices[] = {
	{ "aes-256-gcm", "1:20:256 5:0", 0, false, 1, "AES_GCM_16-256", NULL },
	{ "aes-256-gcm", "1:20:256 5:1 5:0", 0, false, 1, "AES_GCM_16-256", NULL },
	{ "aes-256-gcm", "1:20:256 5:1", 0, false, 0, NULL, 
	  "no common proposal: ESN differs: peer offers AES_GCM_16-256/ESN; " },
	{ "aes-256-gcm", "1:20:256", 0, false, 0, NULL, 
	  "no common proposal: ESN differs: " },
	/* extended sequence numbers where both have them, else none unless they must be */
	{ "aes-256-gcm esn", "1:20:256 5:0 5:1", 0, false, 1, "AES_GCM_16-256/ESN", NULL },
	{ "aes-256-gcm esn", "1:20:256 5:0", 0, false, 1, "AES_GCM_16-256", NULL },
	{ "aes-256-gcm esn-only", "1:20:256 5:1", 0, false, 1, "AES_GCM_16-256/ESN", NULL },
	{ "aes-256-gcm esn-only", "1:20:256 5:0", 0, false, 0, NULL,
	  "no common proposal: ESN differs: peer offers AES_GCM_16-256; we accept "
	  "AES_GCM_16-256/ESN" },
	/* ciphers without a Key Length attribute */
	{ "chacha20-poly1305", "1:28 5:0", 0, false, 1, "CHACHA20_POLY1305", NULL },
	{ "chacha20-poly1305", "1:28:256 5:0", 0, false, 0, NULL,
	  "no common proposal: encryption differs: " },
	{ "null sha1", "1:11 3:2 5:0", 0, false, 1, "NULL/HMAC_SHA1_96", NULL },
	{ "3des des md5", "1:2 1:3 3:1 5:0", 0, false, 1, "3DES/HMAC_MD5_96", NULL },
	{ "aes-256-ctr aes-xcbc", "1:13:256 3:5 5:0", 0, false, 1, "AES_CTR-256/AES_XCBC_96",
	  NULL },
	/* the truncation of old peers goes by the number of the right one */
	{ "aes-128-cbc sha256-96", "1:12:128 3:12 5:0", 0, false, 1,
	  "AES_CBC-128/HMAC_SHA2_256_96", NULL },
	{ "aes-256-gcm;aes-128-cbc sha256", "1:12:256 1:12:128 3:2 3:12 5:0", 0, false, 1,
	  "AES_CBC-128/HMAC_SHA2_256_128", NULL },
	/* PFS: both want it or none does */
	{ "aes-256-gcm group31 group14", "1:20:256 4:14 4:31 5:0", 0, false, 1,
	  "AES_GCM_16-256/CURVE25519", NULL },
	{ "aes-256-gcm group31 group14", "1:20:256 4:14 4:31 5:0", 14, false, 1,
	  "AES_GCM_16-256/MODP_2048", NULL },
	{ "aes-256-gcm group31", "1:20:256 5:0", 0, false, 0, NULL, 
	  "no common proposal: group differs: " },
	{ "aes-256-gcm", "1:20:256 4:31 5:0", 0, false, 0, NULL, 
	  "no common proposal: group differs: " },
	{ "aes-256-gcm", "1:20:256 4:31 4:0 5:0", 0, false, 1, "AES_GCM_16-256", NULL },
	/* IKE_AUTH */
	{ "aes-256-gcm", "1:20:256 4:31 5:0", 0, true, 1, "AES_GCM_16-256", NULL },
	{ "aes-256-gcm", "1:20:256 2:5 5:0", 0, false, 0, NULL, 
	  "no common proposal: PRF differs: " },
};

static void list_of(struct prop_list *list, enum prop_proto proto, const char *words)
{
	char copy[512], *part, *rest;

	memset(list, 0, sizeof(*list));
	snprintf(copy, sizeof(copy), "%s", words);
	for (part = strtok_r(copy, ";", &rest); part; part = strtok_r(NULL, ";", &rest))
		list_add(list, proto, part);
}

static void check_choice(const struct choice *c, enum prop_proto proto, struct bytes spi)
{
	char why[PROP_WHY] = "", text[PROP_TEXT];
	struct prop_chosen chosen;
	struct prop_list ours;
	struct wire_sa peer;
	struct prop_query query = {
		.proto = proto, .local = &ours, .spi_n = (uint8_t)spi.n,
		.ignore_dh = c->ignore_dh, .ke_group = c->ke_group,
	};
	bool found;

	list_of(&ours, proto, c->ours);
	peer_of(&peer, proto, spi, c->peers);
	found = prop_select(&query, &peer, &chosen, why, sizeof(why));
	if (!c->chosen) {
		if (found || strncmp(why, c->differs, strlen(c->differs)) != 0)
			fail_msg("%s | %s: \"%s\"", c->ours, c->peers, why);
		return;
	}
	if (!found)
		fail_msg("%s | %s: %s", c->ours, c->peers, why);
	assert_string_equal(prop_text(&chosen, text, sizeof(text)), c->chosen);
	assert_int_equal(chosen.number, c->number);
	assert_int_equal(chosen.proto, proto);
	assert_true(bytes_equal(bytes_of(chosen.spi, chosen.spi_n), spi));
}

static void test_select(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(ike_choices) / sizeof(ike_choices[0]); i++)
		check_choice(&ike_choices[i], PROP_IKE, bytes_of(NULL, 0));
	for (size_t i = 0; i < sizeof(esp_choices) / sizeof(esp_choices[0]); i++)
		check_choice(&esp_choices[i], PROP_ESP, bytes_of(esp_spi, 4));
}

static void test_protocol_and_spi(void **state)
{
	static const uint8_t low[4] = { 0, 0, 0, 255 };
	struct prop_chosen chosen;
	char why[PROP_WHY];
	struct prop_list ours;
	struct wire_sa peer;
	struct prop_query query = { .proto = PROP_ESP, .local = &ours, .spi_n = 4 };

	(void)state;
	list_of(&ours, PROP_ESP, "aes-128-gcm");
	peer_of(&peer, 2, bytes_of(esp_spi, 4), "3:12 5:0");
	assert_false(prop_select(&query, &peer, &chosen, why, sizeof(why)));
	assert_string_equal(why, "no common proposal: protocol differs: peer offers nothing for "
				 "ESP; we accept AES_GCM_16-128");
	assert_false(prop_select(&query, &peer, &chosen, NULL, 0));
	peer_of(&peer, 3, bytes_of(low, 4), "1:20:128 5:0");
	assert_false(prop_select(&query, &peer, &chosen, why, sizeof(why)));
	assert_non_null(strstr(why, "SPI differs"));
	peer_of(&peer, 3, bytes_of(NULL, 0), "1:20:128 5:0");
	assert_false(prop_select(&query, &peer, &chosen, why, sizeof(why)));
	assert_non_null(strstr(why, "SPI differs"));
	peer.n_proposals = 0;
	assert_false(prop_select(&query, &peer, &chosen, why, sizeof(why)));
	assert_string_equal(why, "no common proposal: peer offers nothing for ESP; we accept "
				 "AES_GCM_16-128");
}

/* ----------------------------------------------------------------- answers */

/* Through the octets of a payload and back. */
static void over_the_wire(const struct wire_sa *sa, struct wire_sa *out, uint8_t *buf, size_t n)
{
	struct wire_payload payload = { .type = IKE_PL_SA };
	struct wire_writer w;
	struct wire_error error;
	struct bytes written;

	wire_begin_bare(&w, buf, n);
	wire_put_sa(&w, sa);
	written = wire_end(&w);
	assert_true(written.n > 4);
	payload.body = bytes_of(written.p + 4, written.n - 4);
	if (wire_read_sa(&payload, out, &error))
		fail_msg("%s", wire_error_name(error.code));
}

/* Two ends with the same defaults agree, and the initiator takes the answer. */
static void agree(enum prop_proto proto, struct bytes spi_i, struct bytes spi_r, const char *expect)
{
	static uint8_t offered[4096], answered[4096];
	struct prop_chosen responder, initiator;
	char why[PROP_WHY], text[PROP_TEXT];
	static struct wire_sa offer, answer, seen;
	struct prop_list list;
	struct prop_query query = { .proto = proto, .local = &list, .spi_n = (uint8_t)spi_i.n };

	if (proto == PROP_IKE)
		prop_default_ike(&list);
	else
		prop_default_esp(&list);
	prop_offer(&list, spi_i, &offer);
	over_the_wire(&offer, &seen, offered, sizeof(offered));
	assert_true(prop_select(&query, &seen, &responder, why, sizeof(why)));
	assert_string_equal(prop_text(&responder, text, sizeof(text)), expect);
	assert_true(bytes_equal(bytes_of(responder.spi, responder.spi_n), spi_i));
	prop_answer(&responder, spi_r, &answer);
	over_the_wire(&answer, &seen, answered, sizeof(answered));
	assert_true(prop_check_answer(&query, &seen, &initiator, why, sizeof(why)));
	assert_string_equal(prop_text(&initiator, text, sizeof(text)), expect);
	assert_true(bytes_equal(bytes_of(initiator.spi, initiator.spi_n), spi_r));
}

static void test_agree(void **state)
{
	static const uint8_t ike_spi[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };
	const char *ike = dh_known(alg_dh_by_conf("ml-kem-768")) ?
			  "AES_GCM_16-256/PRF_HMAC_SHA2_256/CURVE25519/KE ML_KEM_768" :
			  "AES_GCM_16-256/PRF_HMAC_SHA2_256/CURVE25519";

	(void)state;
	agree(PROP_IKE, bytes_of(NULL, 0), bytes_of(NULL, 0), ike);
	agree(PROP_IKE, bytes_of(ike_spi, 8), bytes_of(ike_spi + 1, 8), ike);
	agree(PROP_ESP, bytes_of(esp_spi, 4), bytes_of(our_spi, 4), "AES_GCM_16-256/CURVE25519");
}

static void check_answer(const char *answer_words, uint8_t number, unsigned int proposals,
			 const char *expect)
{
	struct prop_chosen chosen;
	struct wire_sa answer;
	struct prop_list ours;
	char why[PROP_WHY] = "";
	struct prop_query query = { .proto = PROP_ESP, .local = &ours, .spi_n = 4 };
	bool ok;

	list_of(&ours, PROP_ESP, "aes-256-gcm aes-128-gcm aes-128-cbc sha256 group31");
	peer_of(&answer, PROP_ESP, bytes_of(our_spi, 4), answer_words);
	answer.proposals[0].number = number;
	answer.n_proposals = proposals;
	ok = prop_check_answer(&query, &answer, &chosen, why, sizeof(why));
	if (ok != !expect || (expect && strncmp(why, expect, strlen(expect)) != 0))
		fail_msg("%s: \"%s\"", answer_words, why);
	if (!ok)
		assert_null(chosen.encr);
}

static void test_answers(void **state)
{
	(void)state;
	check_answer("1:20:128 4:31 5:0", 1, 1, NULL);
	check_answer("1:20:128 3:0 4:31 5:0", 1, 1, NULL);
	check_answer("1:12:128 3:12 4:31 5:0", 2, 1, NULL);
	check_answer("1:12:128 3:12 4:31 5:0", 1, 1,
		     "peer chose what we did not offer: encryption, integrity differ: AES_CBC-");
	check_answer("1:20:128 4:31 5:0", 3, 1, "peer chose proposal 3, which we did not offer");
	check_answer("1:20:128 4:31 5:0", 0, 1, "peer chose proposal 0, which we did not offer");
	check_answer("1:20:128 4:31 5:0;1:20:128 4:31 5:0", 1, 2,
		     "peer answered with 2 proposals instead of one");
	check_answer("1:20:128 4:31 5:0", 1, 0, "peer answered with 0 proposals instead of one");
	check_answer("1:20:192 4:31 5:0", 1, 1, "peer chose what we did not offer: encryption ");
	check_answer("1:20 4:31 5:0", 1, 1, "peer chose what we did not offer: encryption ");
	check_answer("1:20:128 1:20:256 4:31 5:0", 1, 1, "peer chose what we did not offer: AES_");
	check_answer("1:20:128 4:31 4:31 5:0", 1, 1, "peer chose what we did not offer: AES_");
	check_answer("1:20:128 4:31 5:0 5:1", 1, 1, "peer chose what we did not offer: AES_");
	check_answer("1:20:128 4:31 5:1", 1, 1, "peer chose what we did not offer: ESN ");
	check_answer("1:20:128 4:14 5:0", 1, 1, "peer chose what we did not offer: group ");
	check_answer("1:20:128 5:0", 1, 1, "peer chose what we did not offer: group ");
	check_answer("1:20:128 3:12 4:31 5:0", 1, 1,
		     "peer chose what we did not offer: integrity ");
}

/* A buffer that is too small cuts the text and nothing else. */
static void test_small_text(void **state)
{
	struct prop_list list;
	char text[12];

	(void)state;
	prop_default_ike(&list);
	assert_string_equal(prop_list_text(&list, text, sizeof(text)), "AES_GCM_16-");
	assert_string_equal(prop_list_text(&list, text, 1), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_all_groups),
		cmocka_unit_test(test_without_rounds),
		cmocka_unit_test(test_select),
		cmocka_unit_test(test_protocol_and_spi),
		cmocka_unit_test(test_agree),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_small_text),
	};

	return cmocka_run_group_tests_name("prop", tests, NULL, NULL);
}
