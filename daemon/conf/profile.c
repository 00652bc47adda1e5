// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/profile.h"
#include "crypto/dh.h"

#define IKE_LEVEL	"network ike crypto-profiles ike-crypto-profiles"
#define ESP_LEVEL	"network ike crypto-profiles ipsec-crypto-profiles"

/* RFC 6379; the profile "default" is what prop_default_ike() and _esp() say. */
static const char suite_b[] =
	"set " IKE_LEVEL " Suite-B-GCM-128 encryption aes-128-cbc hash sha256 dh-group group19\n"
	"set " IKE_LEVEL " Suite-B-GCM-256 encryption aes-256-cbc hash sha384 dh-group group20\n"
	"set " ESP_LEVEL " Suite-B-GCM-128 esp encryption aes-128-gcm authentication none\n"
	"set " ESP_LEVEL " Suite-B-GCM-128 dh-group group19\n"
	"set " ESP_LEVEL " Suite-B-GCM-256 esp encryption aes-256-gcm authentication none\n"
	"set " ESP_LEVEL " Suite-B-GCM-256 dh-group group20\n";

/* The profile being read. */
struct reader {
	const struct tree *tree;
	const struct tree_node *node;
	struct conf_report *report;
	enum prop_proto proto;
	const char *level;		/* with the * of the name */
	struct prop sets;
	bool weak;			/* of the last word that was added */
	unsigned int full;		/* there are more than so many, the room of sets; 0: not */
	struct prop_round *round;	/* of sets, that words are added to */
};

/* Adds the algorithm that a word names to sets; false: it is not supported. */
typedef bool add_alg(struct reader *r, const char *word);

static bool add_encr(struct reader *r, const char *word)
{
	const struct alg_encr *alg = alg_encr_by_conf(word);

	if (!alg || (r->proto == PROP_ESP ? !alg->kernel : !alg->evp))
		return false;
	r->weak = alg->weak;
	r->full = r->sets.n_encr == PROP_ALGS ? PROP_ALGS : 0;
	if (r->sets.n_encr < PROP_ALGS)
		r->sets.encr[r->sets.n_encr++] = alg;
	return true;
}

static bool add_integ(struct reader *r, const char *word)
{
	const struct alg_integ *alg = alg_integ_by_conf(word);

	r->weak = false;
	/* Combined modes need no more. */
	if (!strcmp(word, "none") || !strcmp(word, "non-auth"))
		return true;
	if (!alg || (r->proto == PROP_ESP ? !alg->kernel : !alg->evp))
		return false;
	r->weak = alg->weak;
	r->full = r->sets.n_integ == PROP_ALGS ? PROP_ALGS : 0;
	if (r->sets.n_integ < PROP_ALGS)
		r->sets.integ[r->sets.n_integ++] = alg;
	return true;
}

static bool add_prf(struct reader *r, const char *word)
{
	const struct alg_prf *alg = alg_prf_by_conf(word);

	if (alg && r->sets.n_prf < PROP_ALGS)
		r->sets.prf[r->sets.n_prf++] = alg;
	return alg;
}

static bool add_hash(struct reader *r, const char *word)
{
	add_prf(r, word);
	return add_integ(r, word);
}

static bool add_dh(struct reader *r, const char *word)
{
	const struct alg_dh *alg = alg_dh_by_conf(word);

	r->weak = false;
	if (!strcmp(word, "no-pfs"))
		return true;
	if (!alg || !dh_known(alg))
		return false;
	r->weak = alg->weak;
	r->full = r->sets.n_dh == PROP_GROUPS ? PROP_GROUPS : 0;
	if (r->sets.n_dh < PROP_GROUPS)
		r->sets.dh[r->sets.n_dh++] = alg;
	return true;
}

static bool add_round(struct reader *r, const char *word)
{
	const struct alg_dh *alg = alg_dh_by_conf(word);

	r->weak = false;
	if (!strcmp(word, "none"))
		return true;
	if (!alg || !dh_known(alg))
		return false;
	r->weak = alg->weak;
	r->full = r->round->n == PROP_ROUND_ALGS ? PROP_ROUND_ALGS : 0;
	if (r->round->n < PROP_ROUND_ALGS)
		r->round->dh[r->round->n++] = alg;
	return true;
}

/* A word of the default list that names no algorithm here is left out without complaint. */
static void add_preset(struct reader *r, const char *path, add_alg *add)
{
	const char *word = tree_text(r->tree, NULL, r->level, path);
	char one[32];
	size_t n;

	for (; word && *word; word += n + (word[n] == ' ')) {
		n = strcspn(word, " ");
		snprintf(one, sizeof(one), "%.*s", (int)n, word);
		add(r, one);
	}
}

/* Adds all values of a list.  Unsupported ones are left out as long as another remains. */
static void add_list(struct reader *r, const char *path, add_alg *add)
{
	const struct tree_value *value = tree_value(r->tree, r->node, path), *first = value;
	unsigned int good = 0;

	if (!value)
		add_preset(r, path, add);
	for (; value; value = value->next) {
		if (!add(r, value->text))
			continue;
		good++;
		if (r->weak)
			conf_warning(r->report, value->at,
				     "\"%s\" is no longer secure: use it for old peers only",
				     value->text);
		if (r->full)
			conf_error(r->report, value->at, "more than %u algorithms", r->full);
		r->full = 0;
	}
	for (value = first; value; value = value->next) {
		struct reader probe = *r;
		struct prop_round scrap = { 0 };

		probe.round = &scrap;
		if (add(&probe, value->text))
			continue;
		if (good)
			conf_warning(r->report, value->at,
				     "\"%s\" is not in the crypto library here and left out",
				     value->text);
		else
			conf_error(r->report, value->at,
				   "\"%s\" is not in the crypto library here", value->text);
	}
}

/* The only group that the round can have, or NULL: there are several, or it may be left out. */
static const struct alg_dh *only_group(const struct prop_round *round)
{
	return round->n == 1 && !round->optional ? round->dh[0] : NULL;
}

/* No group may be used twice (RFC 9370 section 2.2.1). */
static void check_round(const struct reader *r, unsigned int i, struct conf_place at)
{
	const struct alg_dh *only = only_group(&r->sets.rounds[i]);
	bool twice = only && r->sets.n_dh == 1 && r->sets.dh[0] == only;

	for (unsigned int j = 0; j < i && only; j++)
		twice |= only_group(&r->sets.rounds[j]) == only;
	if (twice)
		conf_error(r->report, at, "\"%s\" is the only group of another key exchange, too: "
			   "no group may be used twice", only->conf);
}

/* additional-key-exchange 1 to 7. */
static void read_rounds(struct reader *r)
{
	char path[] = "additional-key-exchange 1";

	for (unsigned int i = 0; i < PROP_ROUNDS; i++) {
		const struct tree_value *value, *first;
		bool groups = false;

		path[sizeof(path) - 2] = (char)('1' + i);
		first = tree_value(r->tree, r->node, path);
		if (!first)
			continue;
		r->round = &r->sets.rounds[i];
		add_list(r, path, add_round);
		for (value = first; value; value = value->next) {
			r->round->optional |= !strcmp(value->text, "none");
			groups |= strcmp(value->text, "none") != 0;
		}
		if (!groups)
			conf_error(r->report, first->at, "\"none\" without a group beside it");
		/* What the library lacks may be left out. */
		r->round->optional &= r->round->n != 0;
		check_round(r, i, first->at);
		if (!r->sets.n_dh)
			conf_error(r->report, first->at, "\"additional-key-exchange\" without a "
				   "dh-group beside it");
	}
}

/* no-pfs and groups contradict each other. */
static void check_pfs(const struct reader *r)
{
	const struct tree_value *value = tree_value(r->tree, r->node, "dh-group");

	for (; value; value = value->next)
		if (!strcmp(value->text, "no-pfs") && r->sets.n_dh)
			conf_error(r->report, value->at, "\"no-pfs\" beside a DH group");
}

/* "ah" stands for all of "esp". */
static void read_child(struct reader *r)
{
	const struct tree_node *esp = tree_find(r->tree, r->node, "esp");
	const struct tree_node *ah = tree_find(r->tree, r->node, "ah");

	if (esp && ah)
		conf_error(r->report, ah->at,
			   "\"ah\" beside \"esp\" on line %u: only one is allowed", esp->at.line);
	if (ah) {
		r->sets.proto = PROP_AH;
		add_list(r, "ah authentication", add_integ);
	} else {
		add_list(r, "esp encryption", add_encr);
		add_list(r, "esp authentication", add_integ);
	}
	r->sets.esn = PROP_ESN_NO;
	if (tree_yes(r->tree, r->node, r->level, ah ? "ah esn" : "esp esn"))
		r->sets.esn |= PROP_ESN_YES;
}

static uint64_t read_life(const struct reader *r)
{
	static const char *const words[] = { "seconds", "minutes", "hours", "days" };
	static const unsigned int seconds[] = { 1, 60, 3600, 86400 };
	size_t which = 0;
	const struct tree_node *node = tree_one_of(r->tree, r->node, "lifetime", words, 4, &which,
						   r->report);

	if (!node || !node->value)
		return 3600 * tree_number(r->tree, NULL, r->level, "lifetime hours");
	return seconds[which] * strtoull(node->value->text, NULL, 10);
}

/*
 * Half of lifesize has to carry the traffic while an SA is rekeyed (ike/child_sa.c).  That may
 * take two retransmissions of a lost request (ike/exchange.c), in seconds:
 */
#define REKEY_SECONDS	3U
#define SIZE_LEAST	(1ULL << 20)	/* octets; today's links are all too fast for less */
#define RATE_USUAL	1000000000ULL	/* bit/s; a link may well have that many */

/* bit/s at which half of @size lasts for a rekey. */
static uint64_t size_rate(uint64_t size)
{
	return size / 2 * 8 / REKEY_SECONDS;
}

static void check_size(const struct reader *r, const struct tree_node *node, uint64_t size)
{
	const uint64_t rate = size_rate(size);
	const bool small = rate < 10000000;
	char good_for[160];

	if (rate >= RATE_USUAL)
		return;
	snprintf(good_for, sizeof(good_for),
		 "lifesize %s %s is good for %llu %s: half of it has to last for the %u seconds "
		 "that a rekey may take", node->word, node->value->text,
		 (unsigned long long)(rate / (small ? 1000 : 1000000)),
		 small ? "kbit/s" : "Mbit/s", REKEY_SECONDS);
	if (size < SIZE_LEAST)
		conf_error(r->report, node->value->at, "%s; the least is mb %llu, for %llu kbit/s",
			   good_for, SIZE_LEAST >> 20,
			   (unsigned long long)size_rate(SIZE_LEAST) / 1000);
	else
		conf_warning(r->report, node->value->at, "%s; 1 Gbit/s takes mb %llu", good_for,
			     (RATE_USUAL / 8 * REKEY_SECONDS * 2 >> 20) + 1);
}

static uint64_t read_size(const struct reader *r)
{
	static const char *const words[] = { "kb", "mb", "gb", "tb" };
	size_t which = 0;
	const struct tree_node *node = tree_one_of(r->tree, r->node, "lifesize", words, 4, &which,
						   r->report);
	uint64_t size;

	if (!node || !node->value)
		return 0;
	size = strtoull(node->value->text, NULL, 10) << (10 * (which + 1));
	check_size(r, node, size);
	return size;
}

/* There are additional key exchanges, and all may be left out. */
static bool rounds_optional(const struct prop *sets)
{
	bool any = false;

	for (unsigned int i = 0; i < PROP_ROUNDS; i++) {
		if (sets->rounds[i].n && !sets->rounds[i].optional)
			return false;
		any |= sets->rounds[i].n;
	}
	return any;
}

/*
 * The same without them: a peer that has never heard of them passes over a proposal in which they
 * are optional, as well (RFC 9370 section 2.2.1).
 */
static int add_plain(const struct reader *r, struct profile *profile, char *why, size_t n)
{
	struct prop sets = r->sets;

	memset(sets.rounds, 0, sizeof(sets.rounds));
	return prop_list_add(&profile->props, &sets, why, n);
}

static void read_profile(struct reader *r, struct profile *profile)
{
	unsigned int errors = r->report->errors;
	char why[160];

	snprintf(profile->name, sizeof(profile->name), "%s", r->node->word);
	r->sets.proto = r->proto;
	if (r->proto == PROP_IKE) {
		add_list(r, "encryption", add_encr);
		add_list(r, "hash", add_hash);
		if (!r->sets.n_prf)
			add_preset(r, "hash", add_prf);
	} else {
		read_child(r);
	}
	add_list(r, "dh-group", add_dh);
	read_rounds(r);
	check_pfs(r);
	profile->life_seconds = read_life(r);
	if (r->proto == PROP_IKE)
		profile->reauth_seconds = profile->life_seconds *
			tree_number(r->tree, r->node, r->level, "authentication-multiple");
	profile->life_bytes = r->proto == PROP_ESP ? read_size(r) : 0;
	if (r->report->errors != errors)
		return;
	if (prop_list_add(&profile->props, &r->sets, why, sizeof(why)) ||
	    (rounds_optional(&r->sets) && add_plain(r, profile, why, sizeof(why))))
		conf_error(r->report, r->node->at, "profile \"%s\": %s", profile->name, why);
}

static bool append(struct profile_set *set, enum prop_proto proto, const struct tree *tree,
		   struct conf_report *report)
{
	const char *level = proto == PROP_IKE ? IKE_LEVEL : ESP_LEVEL;
	const struct tree_node *top = tree_find(tree, tree->root, level);
	const struct tree_node *node = top ? top->first : NULL;
	struct profile *more;

	for (; node; node = node->next) {
		struct reader r = {
			.tree = tree, .node = node, .report = report, .proto = proto,
			.level = proto == PROP_IKE ? IKE_LEVEL " *" : ESP_LEVEL " *",
		};

		more = realloc(set->profiles, (set->n + 1) * sizeof(*more));
		if (!more)
			return false;
		set->profiles = more;
		memset(&more[set->n], 0, sizeof(*more));
		read_profile(&r, &more[set->n++]);
	}
	return true;
}

/* The profile "default", unless the file has one of that name. */
static void append_default(struct profile_set *set, enum prop_proto proto)
{
	struct profile *profile = &set->profiles[set->n++];
	const struct schema_row *life;

	memset(profile, 0, sizeof(*profile));
	snprintf(profile->name, sizeof(profile->name), "default");
	if (proto == PROP_IKE) {
		prop_default_ike(&profile->props);
		life = schema_find(IKE_LEVEL " * lifetime hours");
	} else {
		prop_default_esp(&profile->props);
		life = schema_find(ESP_LEVEL " * lifetime hours");
	}
	profile->life_seconds = 3600 * strtoull(life->preset, NULL, 10);
}

bool profile_set_build(struct profile_set *set, enum prop_proto proto, const struct tree *tree,
		       struct conf_report *report)
{
	struct conf_report builtin = { 0 };
	struct tree *predefined = tree_new();
	char text[sizeof(suite_b)];
	struct profile *more;
	bool good;

	set->proto = proto;
	if (!predefined)
		return false;
	memcpy(text, suite_b, sizeof(suite_b));
	tree_read(predefined, text, sizeof(suite_b) - 1, &builtin);
	good = append(set, proto, tree, report) && append(set, proto, predefined, &builtin) &&
	       !predefined->short_of_memory;
	tree_free(predefined);
	more = good ? realloc(set->profiles, (set->n + 1) * sizeof(*more)) : NULL;
	if (!more)
		return false;
	set->profiles = more;
	append_default(set, proto);
	return true;
}

void profile_set_free(struct profile_set *set)
{
	free(set->profiles);
	*set = (struct profile_set){ 0 };
}

static const char *kind_of(const struct profile_set *set)
{
	return set->proto == PROP_IKE ? "ike-crypto-profile" : "ipsec-crypto-profile";
}

static const struct profile *find(const struct profile_set *set, const char *name)
{
	for (unsigned int i = 0; i < set->n; i++)
		if (!strcmp(set->profiles[i].name, name))
			return &set->profiles[i];
	return NULL;
}

static struct conf_near nearest(const struct profile_set *set, const char *name)
{
	struct conf_near near = { .word = name };

	for (unsigned int i = 0; i < set->n; i++)
		conf_near_offer(&near, set->profiles[i].name, strlen(set->profiles[i].name));
	return near;
}

static void unknown_profile(const struct profile_set *set, const struct profile_set *others,
			    const char *name, struct conf_place at, struct conf_report *report)
{
	struct conf_near near = nearest(set, name), other = nearest(others, name);
	char hint[CONF_HINT];

	if (!near.best[0] && other.best[0])
		conf_error(report, at, "there is no %s \"%s\"; \"%s\" is an %s", kind_of(set),
			   name, other.best, kind_of(others));
	else
		conf_error(report, at, "there is no %s \"%s\"%s", kind_of(set), name,
			   conf_near_hint(&near, hint));
}

const struct profile *profile_get(const struct profile_set *set, const struct profile_set *others,
				  const char *name, struct conf_place at,
				  struct conf_report *report)
{
	const struct profile *profile = find(set, name);

	if (!profile)
		unknown_profile(set, others, name, at, report);
	return profile;
}
