// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "crypto/dh.h"
#include "prop/prop.h"

static const char *const default_encr[] = {
	"aes-256-gcm", "aes-128-gcm", "aes-256-cbc", "aes-128-cbc",
};

static const char *const default_hash[] = { "sha256", "sha384", "sha512" };
static const char *const default_dh[] = { "group31", "group19", "group20", "group14" };
static const char default_kem[] = "ml-kem-768";

#define N(array)	(sizeof(array) / sizeof((array)[0]))

/*
 * The combined modes with another key exchange beside it, where the library has that.  A peer that
 * has not takes the same without it, which follows.
 */
static void default_hybrid(struct prop_list *list, const struct prop *sets)
{
	const struct alg_dh *kem = alg_dh_by_conf(default_kem);
	struct prop hybrid = *sets;
	char why[PROP_TEXT];

	if (!dh_known(kem))
		return;
	hybrid.n_encr = 0;
	for (unsigned int i = 0; i < sets->n_encr; i++)
		if (sets->encr[i]->aead)
			hybrid.encr[hybrid.n_encr++] = sets->encr[i];
	hybrid.rounds[0] = (struct prop_round){ .n = 1, .dh = { kem } };
	prop_list_add(list, &hybrid, why, sizeof(why));
}

static void default_fill(struct prop_list *list, enum prop_proto proto)
{
	struct prop sets = { .proto = proto };
	char why[PROP_TEXT];

	for (size_t i = 0; i < N(default_encr); i++)
		sets.encr[sets.n_encr++] = alg_encr_by_conf(default_encr[i]);
	for (size_t i = 0; i < N(default_dh); i++)
		sets.dh[sets.n_dh++] = alg_dh_by_conf(default_dh[i]);
	for (size_t i = 0; i < N(default_hash); i++) {
		const struct alg_integ *integ = alg_integ_by_conf(default_hash[i]);

		if (proto == PROP_IKE)
			sets.prf[sets.n_prf++] = alg_prf_by_conf(default_hash[i]);
		if (proto == PROP_IKE || integ->kernel)
			sets.integ[sets.n_integ++] = integ;
	}
	memset(list, 0, sizeof(*list));
	if (proto == PROP_IKE)
		default_hybrid(list, &sets);
	prop_list_add(list, &sets, why, sizeof(why));
}

void prop_default_ike(struct prop_list *list)
{
	default_fill(list, PROP_IKE);
}

void prop_default_esp(struct prop_list *list)
{
	default_fill(list, PROP_ESP);
}

/* 0, or -1 with the first that the protocol does not have in @why. */
static int check_protocol(const struct prop *sets, char *why, size_t n)
{
	bool esp = sets->proto != PROP_IKE;
	const char *missing = NULL;

	for (unsigned int i = 0; i < sets->n_encr && !missing; i++)
		if (esp ? !sets->encr[i]->kernel : !sets->encr[i]->evp)
			missing = sets->encr[i]->conf;
	for (unsigned int i = 0; i < sets->n_integ && !missing; i++)
		if (esp ? !sets->integ[i]->kernel : !sets->integ[i]->evp)
			missing = sets->integ[i]->conf;
	if (!missing)
		return 0;
	snprintf(why, n, "%s is not supported for %s", missing, prop_proto_text(sets->proto));
	return -1;
}

/* What cuts an ICV short calls itself as what does not: a peer cannot choose. */
static int check_ids(const struct prop *sets, char *why, size_t n)
{
	for (unsigned int i = 0; i < sets->n_integ; i++) {
		for (unsigned int j = 0; j < i; j++) {
			if (sets->integ[i] == sets->integ[j] ||
			    sets->integ[i]->id != sets->integ[j]->id)
				continue;
			snprintf(why, n, "%s and %s exclude each other", sets->integ[j]->conf,
				 sets->integ[i]->conf);
			return -1;
		}
	}
	return check_protocol(sets, why, n);
}

static int check_sets(const struct prop *sets, char *why, size_t n)
{
	if (sets->proto == PROP_AH) {
		if (!sets->n_encr && sets->n_integ)
			return check_ids(sets, why, n);
		snprintf(why, n, sets->n_encr ? "AH does not encrypt: use esp" :
			 "no integrity algorithm for AH");
		return -1;
	}
	for (unsigned int i = 0; i < sets->n_encr; i++) {
		if (sets->encr[i]->aead || sets->n_integ)
			continue;
		snprintf(why, n, "%s needs an integrity algorithm beside it (sha256)",
			 sets->encr[i]->conf);
		return -1;
	}
	if (!sets->n_encr)
		snprintf(why, n, "no encryption algorithm");
	else if (sets->proto == PROP_IKE && !sets->n_prf)
		snprintf(why, n, "no hash for the pseudo-random function");
	else if (sets->proto == PROP_IKE && !sets->n_dh)
		snprintf(why, n, "no key exchange group");
	else
		return check_ids(sets, why, n);
	return -1;
}

static int append(struct prop_list *list, const struct prop *prop, char *why, size_t n)
{
	if (list->n == PROP_MAX) {
		snprintf(why, n, "more than %d proposals", PROP_MAX);
		return -1;
	}
	list->prop[list->n] = *prop;
	if (prop->proto != PROP_IKE && !prop->esn)
		list->prop[list->n].esn = PROP_ESN_NO;
	list->n++;
	return 0;
}

/* Appends the part of @sets with combined modes, or the one without. */
static int add_half(struct prop_list *list, const struct prop *sets, bool aead, char *why,
		    size_t n)
{
	struct prop half = *sets;

	half.n_encr = 0;
	memset(half.encr, 0, sizeof(half.encr));
	for (unsigned int i = 0; i < sets->n_encr; i++)
		if (sets->encr[i]->aead == aead)
			half.encr[half.n_encr++] = sets->encr[i];
	if (!half.n_encr)
		return 0;
	if (aead) {
		half.n_integ = 0;
		memset(half.integ, 0, sizeof(half.integ));
	}
	return append(list, &half, why, n);
}

int prop_list_add(struct prop_list *list, const struct prop *sets, char *why, size_t n)
{
	uint8_t before = list->n;
	bool first;

	if (check_sets(sets, why, n))
		return -1;
	if (sets->proto == PROP_AH)
		return append(list, sets, why, n);
	first = sets->encr[0]->aead;
	if (!add_half(list, sets, first, why, n) && !add_half(list, sets, !first, why, n))
		return 0;
	list->n = before;
	return -1;
}

enum prop_proto prop_list_proto(const struct prop_list *list)
{
	return list->prop[0].proto;
}

const char *prop_proto_text(enum prop_proto proto)
{
	switch (proto) {
	case PROP_IKE:
		return "IKE";
	case PROP_AH:
		return "AH";
	case PROP_ESP:
		return "ESP";
	}
	return "an unknown protocol";
}

/* Rows are unique, so equal algorithms are equal pointers. */
#define SET_EQUAL(a, b, kind) \
	((a)->n_##kind == (b)->n_##kind && \
	 !memcmp((a)->kind, (b)->kind, (a)->n_##kind * sizeof((a)->kind[0])))

static bool rounds_equal(const struct prop *a, const struct prop *b)
{
	for (unsigned int i = 0; i < PROP_ROUNDS; i++) {
		const struct prop_round *one = &a->rounds[i], *other = &b->rounds[i];

		if (one->n != other->n || one->optional != other->optional ||
		    memcmp(one->dh, other->dh, one->n * sizeof(one->dh[0])) != 0)
			return false;
	}
	return true;
}

static bool prop_equal(const struct prop *a, const struct prop *b)
{
	return a->proto == b->proto && a->esn == b->esn && SET_EQUAL(a, b, encr) &&
	       SET_EQUAL(a, b, integ) && SET_EQUAL(a, b, prf) && SET_EQUAL(a, b, dh) &&
	       rounds_equal(a, b);
}

bool prop_list_equal(const struct prop_list *a, const struct prop_list *b)
{
	if (a->n != b->n)
		return false;
	for (unsigned int i = 0; i < a->n; i++)
		if (!prop_equal(&a->prop[i], &b->prop[i]))
			return false;
	return true;
}

const struct alg_dh *prop_list_dh(const struct prop_list *list)
{
	for (unsigned int i = 0; i < list->n; i++)
		if (list->prop[i].n_dh)
			return list->prop[i].dh[0];
	return NULL;
}

bool prop_list_has_dh(const struct prop_list *list, uint16_t id)
{
	for (unsigned int i = 0; i < list->n; i++)
		for (unsigned int j = 0; j < list->prop[i].n_dh; j++)
			if (list->prop[i].dh[j]->id == id)
				return true;
	return false;
}

/* One of the first @n of @list is the same. */
static bool has_prop(const struct prop_list *list, unsigned int n, const struct prop *prop)
{
	for (unsigned int i = 0; i < n; i++)
		if (prop_equal(&list->prop[i], prop))
			return true;
	return false;
}

void prop_list_without_dh(struct prop_list *list)
{
	uint8_t n = 0;

	for (unsigned int i = 0; i < list->n; i++) {
		struct prop prop = list->prop[i];

		prop.n_dh = 0;
		memset(prop.dh, 0, sizeof(prop.dh));
		memset(prop.rounds, 0, sizeof(prop.rounds));
		if (!has_prop(list, n, &prop))
			list->prop[n++] = prop;
	}
	list->n = n;
}

bool prop_list_has_rounds(const struct prop_list *list)
{
	for (unsigned int i = 0; i < list->n; i++)
		for (unsigned int j = 0; j < PROP_ROUNDS; j++)
			if (list->prop[i].rounds[j].n)
				return true;
	return false;
}

bool prop_list_without_rounds(struct prop_list *list)
{
	struct prop_list plain = { .n = 0 };
	bool any = prop_list_has_rounds(list);

	for (unsigned int i = 0; i < list->n; i++) {
		struct prop prop = list->prop[i];
		bool needed = false;

		for (unsigned int j = 0; j < PROP_ROUNDS; j++)
			needed |= prop.rounds[j].n && !prop.rounds[j].optional;
		memset(prop.rounds, 0, sizeof(prop.rounds));
		if (!needed && !has_prop(&plain, plain.n, &prop))
			plain.prop[plain.n++] = prop;
	}
	if (plain.n)
		*list = plain;
	return any && plain.n;
}

const struct alg_dh *prop_next_round(const struct prop_chosen *chosen, unsigned int done)
{
	for (unsigned int i = 0; i < PROP_ROUNDS; i++)
		if (chosen->rounds[i] && !done--)
			return alg_dh_by_id(chosen->rounds[i]);
	return NULL;
}

/* One alternative of a kind; kinds are parted by "/". */
static void add_name(struct text *t, unsigned int i, bool *any, const char *name)
{
	text_add(t, "%s%s", i ? "," : *any ? "/" : "", name);
	*any = true;
}

/* "/KE ECP_384,NONE" */
static void add_round_text(struct text *t, const struct prop_round *round)
{
	for (unsigned int i = 0; i < round->n; i++)
		text_add(t, "%s%s", i ? "," : "/KE ", round->dh[i]->name);
	if (round->n && round->optional)
		text_add(t, ",NONE");
}

static void add_prop_text(struct text *t, const struct prop *prop)
{
	bool any = false;

	for (unsigned int i = 0; i < prop->n_encr; i++)
		add_name(t, i, &any, prop->encr[i]->name);
	for (unsigned int i = 0; i < prop->n_integ; i++)
		add_name(t, i, &any, prop->integ[i]->name);
	for (unsigned int i = 0; i < prop->n_prf; i++)
		add_name(t, i, &any, prop->prf[i]->name);
	for (unsigned int i = 0; i < prop->n_dh; i++)
		add_name(t, i, &any, prop->dh[i]->name);
	for (unsigned int i = 0; i < PROP_ROUNDS; i++)
		add_round_text(t, &prop->rounds[i]);
	if (prop->esn & PROP_ESN_YES)
		add_name(t, 0, &any, prop->esn & PROP_ESN_NO ? "ESN,NO_ESN" : "ESN");
}

const char *prop_list_text(const struct prop_list *list, char *out, size_t n)
{
	struct text t;

	text_init(&t, out, n);
	for (unsigned int i = 0; i < list->n; i++) {
		text_add(&t, "%s", i ? "; " : "");
		add_prop_text(&t, &list->prop[i]);
	}
	return out;
}

struct prop prop_of_chosen(const struct prop_chosen *chosen)
{
	struct prop prop = {
		.proto = chosen->proto,
		.n_encr = !!chosen->encr, .encr = { chosen->encr },
		.n_integ = !!chosen->integ, .integ = { chosen->integ },
		.n_prf = !!chosen->prf, .prf = { chosen->prf },
		.n_dh = !!chosen->dh, .dh = { chosen->dh },
		.esn = chosen->proto == PROP_IKE ? 0 : chosen->esn ? PROP_ESN_YES : PROP_ESN_NO,
	};

	for (unsigned int i = 0; i < PROP_ROUNDS; i++) {
		prop.rounds[i].n = !!chosen->rounds[i];
		prop.rounds[i].dh[0] = alg_dh_by_id(chosen->rounds[i]);
	}
	return prop;
}

const char *prop_text(const struct prop_chosen *chosen, char *out, size_t n)
{
	const struct prop prop = prop_of_chosen(chosen);
	struct text t;

	text_init(&t, out, n);
	add_prop_text(&t, &prop);
	return out;
}
