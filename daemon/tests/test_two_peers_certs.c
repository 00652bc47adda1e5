// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Peers that prove who they are by certificates (RFC 7296 section 2.15, RFC 7427): of every kind of
 * key, by way of other authorities, and what is not let in, with the reason said where it is known.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/cert_file.h"
#include "crypto/cert_rules.h"
#include "crypto/crl_file.h"
#include "ike/ike_sa.h"
#include "ike/task.h"
#include "tests/peers.h"
#include "tests/peers_cert.h"
#include "tests/speech.h"
#include "wire/ike_const.h"

static struct pki root, other, namesake;

static struct pki authority(const char *name, const struct pki *issuer)
{
	return peers_authority(name, issuer, NULL);
}

static struct pki_wish wish_of(int side)
{
	return peers_cert_wish(side, "P-256", &root);
}

/* Certificate and authorities of a side, as a file would have given them to it. */
static struct policy *policy_of(int side, const struct pki *own, X509 *const *chain,
				const struct pki *trusted)
{
	struct site site = peers_site(side);
	struct policy *policy = peers_policy(&site);

	peers_cert_give(policy->gateways, own, chain, trusted);
	return policy;
}

static void configure_chain(struct peers *net, int side, const struct pki *own,
			    X509 *const *chain, const struct pki *trusted)
{
	peers_configure_policy(net, side, policy_of(side, own, chain, trusted));
}

/* With a certificate as @wish has it. */
static void configure(struct peers *net, int side, const struct pki_wish *wish)
{
	struct pki own = pki_make(wish);
	X509 *const chain[] = { own.cert, NULL };

	configure_chain(net, side, &own, chain, &root);
	pki_free(&own);
}

/* --- what is let in --- */

static void test_kinds(void **state)
{
	static const char *const kinds[] = { "P-256", "P-384", "P-521", "ED25519", "ED448", "RSA" };

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct pki_wish a = wish_of(A), b = wish_of(B);
		struct peers *net = peers_new(i + 1);

		a.kind = kinds[i];
		b.kind = kinds[(i + 1) % 5];
		configure(net, B, &b);
		configure(net, A, &a);
		peers_must_be_quiet(net, 5000);
		peers_finish(net);
	}
}

/* The peer has never heard of what is between its root and the certificate. */
static void test_chain(void **state)
{
	struct pki middle = authority("middle", &root), last = authority("last", &middle);
	struct pki_wish a = wish_of(A), b = wish_of(B);
	struct peers *net = peers_new(1);
	struct pki own;

	(void)state;
	a.issuer = &last;
	own = pki_make(&a);
	configure(net, B, &b);
	/* In any order, and with the root, which need not be sent. */
	configure_chain(net, A, &own, (X509 *[]){ own.cert, root.cert, middle.cert, last.cert,
						  NULL }, &root);
	peers_must_be_quiet(net, 5000);
	peers_finish(net);
	pki_free(&own);
	pki_free(&last);
	pki_free(&middle);
}

/* @n octets of DNS names, to make a certificate long. */
static void long_names(char *text, size_t n)
{
	size_t used = 0;

	while (used + sizeof("DNS:x.example,") < n)
		used += (size_t)snprintf(text + used, n - used, "%sDNS:x.example",
					 used ? "," : "");
}

/* As many as there may be, each longer than with RSA-4096, in many fragments. */
static void test_long_chain(void **state)
{
	struct pki_wish a = wish_of(A), b = wish_of(B);
	struct peers *net = peers_new(1);
	struct pki between[4], own;
	X509 *chain[6] = { NULL };
	char names[2000];

	(void)state;
	long_names(names, sizeof(names));
	for (unsigned int i = 0; i < 4; i++) {
		char name[16];

		snprintf(name, sizeof(name), "between%u", i);
		between[i] = peers_authority(name, i ? &between[i - 1] : &root, names);
		chain[4 - i] = between[i].cert;
	}
	a.issuer = &between[3];
	a.kind = "RSA";
	own = pki_make(&a);
	chain[0] = own.cert;
	configure(net, B, &b);
	configure_chain(net, A, &own, chain, &root);
	peers_must_be_quiet(net, 5000);
	/* IKE_SA_INIT, and IKE_AUTH in parts of at most 1,280 octets. */
	assert_true(net->peer[A].sent > 8);
	peers_finish(net);
	pki_free(&own);
	for (unsigned int i = 0; i < 4; i++)
		pki_free(&between[i]);
}

/* Identities of other types than a name. */
static void test_identities(void **state)
{
	static const uint8_t address[] = { 192, 0, 2, 1 };
	static const struct {
		struct ike_id id;
		const char *alternative;
	} rows[] = {
		{ { IKE_ID_IPV4_ADDR, 4, address }, "IP:192.0.2.1" },
		{ { IKE_ID_RFC822_ADDR, 4, (const uint8_t *)"it@x" }, "email:IT@x,DNS:b" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pki_wish a = wish_of(A), b = wish_of(B);
		struct peers *net = peers_new(i + 1);
		struct pki one, two;
		struct policy *ours, *theirs;

		a.alternatives = rows[i].alternative;
		one = pki_make(&a);
		two = pki_make(&b);
		ours = policy_of(A, &one, (X509 *[]){ one.cert, NULL }, &root);
		theirs = policy_of(B, &two, (X509 *[]){ two.cert, NULL }, &root);
		assert_true(policy_id_keep(&ours->gateways->local_id, &rows[i].id));
		assert_true(policy_id_keep(&theirs->gateways->peer_id, &rows[i].id));
		peers_configure_policy(net, B, theirs);
		peers_configure_policy(net, A, ours);
		peers_must_be_quiet(net, 5000);
		peers_finish(net);
		pki_free(&one);
		pki_free(&two);
	}
}

/* Whom a pattern means is known by certificate alone: each stands for itself in it. */
static void test_pattern(void **state)
{
	static const struct ike_id pattern = { IKE_ID_FQDN, 9, (const uint8_t *)"*.example" };
	struct pki_wish a = wish_of(A), b = wish_of(B);
	struct peers *net = peers_new(1);
	struct pki own = pki_make(&b);
	struct policy *policy = policy_of(B, &own, (X509 *[]){ own.cert, NULL }, &root);

	(void)state;
	assert_true(policy_id_keep(&policy->gateways->peer_id, &pattern));
	policy->gateways->peer_pattern = true;
	peers_configure_policy(net, B, policy);
	configure(net, A, &a);
	peers_must_be_quiet(net, 5000);
	assert_string_equal(peers_ike(net, B)->remote_id, "a.example");
	peers_finish(net);
	pki_free(&own);
}

/* An identity that does not stand in the certificate, where that is allowed. */
static void test_any_id(void **state)
{
	struct pki_wish a = wish_of(A), b = wish_of(B);
	struct peers *net = peers_new(1);
	struct pki own = pki_make(&b);
	struct policy *policy = policy_of(B, &own, (X509 *[]){ own.cert, NULL }, &root);

	(void)state;
	peers_cert_rules(policy->gateways, &(struct cert_rules){ .any_id = true });
	a.alternatives = "DNS:c.example";
	peers_configure_policy(net, B, policy);
	configure(net, A, &a);
	peers_must_be_quiet(net, 5000);
	peers_finish(net);
	pki_free(&own);
}

/* One end has a certificate, the other the key (RFC 7296 section 2.15). */
static void test_mixed(void **state)
{
	(void)state;
	for (int side = A; side <= B; side++) {
		struct pki_wish wish = wish_of(side);
		struct pki own = pki_make(&wish);
		struct policy *ours = policy_of(side, &own, (X509 *[]){ own.cert, NULL }, &root);
		struct policy *theirs = policy_of(!side, &own, (X509 *[]){ own.cert, NULL }, &root);
		struct peers *net = peers_new((uint64_t)side + 1);

		secret_free(ours->gateways->anchors);
		ours->gateways->anchors = NULL;
		ours->gateways->psk = secret_new(bytes_of(SITE_PSK, strlen(SITE_PSK)));
		secret_free(theirs->gateways->credential);
		theirs->gateways->credential = NULL;
		theirs->gateways->psk = secret_new(bytes_of(SITE_PSK, strlen(SITE_PSK)));
		peers_configure_policy(net, B, side == B ? ours : theirs);
		peers_configure_policy(net, A, side == A ? ours : theirs);
		peers_must_be_quiet(net, 5000);
		peers_finish(net);
		pki_free(&own);
	}
}

/* A certificate that is renewed changes nothing of what stands. */
static void test_renewed(void **state)
{
	struct pki_wish a = wish_of(A), b = wish_of(B);
	struct peers *net = peers_new(1);

	(void)state;
	configure(net, B, &b);
	configure(net, A, &a);
	peers_must_be_quiet(net, 5000);
	configure(net, A, &a);
	configure(net, B, &b);
	peers_must_be_quiet(net, 5000);
	assert_int_equal(peers_told(net, A, "ike-up"), 1);
	assert_int_equal(auth_keys_count(net->peer[A].jobs.keys), 2);
	peers_finish(net);
}

/* --- what is revoked while it stands --- */

/* @side, which has @own, gets a list that has @revoked; NULL: nobody is on it. */
static void give_list(struct peers *net, int side, const struct pki *own,
		      const struct pki *revoked)
{
	struct policy *policy = policy_of(side, own, (X509 *[]){ own->cert, NULL }, &root);
	struct policy_gateway *gw = policy->gateways;
	struct secret *list = pki_list(&root, revoked, PKI_DAY, false), *lists, *all;
	struct bytes authorities = secret_bytes(gw->anchors);
	struct cert_rules rules;
	char why[160];
	bool ended;

	assert_true(cert_rules_take(&authorities, &rules));
	lists = crl_file_read(secret_bytes(list), &ended, why, sizeof(why));
	assert_non_null(lists);
	all = cert_rules_put(&rules, authorities, secret_bytes(lists));
	assert_non_null(all);
	secret_free(gw->anchors);
	gw->anchors = all;
	secret_free(lists);
	secret_free(list);
	peers_configure_policy(net, side, policy);
}

/* Two that have let each other in; @own has what each has. */
static struct peers *both_in(struct pki own[2])
{
	struct peers *net = peers_new(1);

	for (int side = B; side >= A; side--) {
		struct pki_wish wish = wish_of(side);

		own[side] = pki_make(&wish);
		configure_chain(net, side, &own[side], (X509 *[]){ own[side].cert, NULL }, &root);
	}
	peers_must_be_quiet(net, 5000);
	return net;
}

/* The peer of @by is on a list now, and was told to go; it does not come back. */
static void check_gone(struct peers *net, int by)
{
	char why[160];

	snprintf(why, sizeof(why), "(%s.example) is not taken any more: it is revoked: certificate "
		 "of O=Example, CN=%s", by == A ? "b" : "a", by == A ? "b" : "a");
	peers_run(net, 1000);
	if (!peers_told(net, by, why)) {
		peers_show(net);
		fail_msg("nobody says \"%s\"", why);
	}
	assert_int_equal(peers_told(net, by, "the peer's certificate is revoked"), 1);
	peers_run(net, 30000);
	assert_true(peers_told(net, by, "is not let in by its certificate: it is revoked") > 0);
	assert_int_equal(peers_told(net, by, "ike-up"), 1);
	assert_int_equal(peers_ikes(net, A), 0);
	assert_int_equal(peers_ikes(net, B), 0);
}

static void test_revoked(void **state)
{
	(void)state;
	for (int by = A; by <= B; by++) {
		struct pki own[2];
		struct peers *net = both_in(own);

		/* Another than the peer: nothing happens. */
		give_list(net, by, &own[by], &own[by]);
		peers_must_be_quiet(net, 5000);
		assert_int_equal(peers_told(net, by, "ike-up"), 1);
		give_list(net, by, &own[by], &own[!by]);
		check_gone(net, by);
		peers_free(net);
		pki_free(&own[A]);
		pki_free(&own[B]);
	}
}

static void begin_rekey(struct peers *net, int side)
{
	struct ike_core *core = net->peer[side].core;

	core_begin(core, net->now);
	exchange_queue(peers_standing(net, side), task_new(TASK_IKE_REKEY));
	core_end(core);
	peers_settle(net, side);
}

/* What a rekey has made is as good as what it was made of, also in the midst of it. */
static void test_revoked_heir(void **state)
{
	(void)state;
	for (unsigned int wait = 0; wait < 8; wait++) {
		struct pki own[2];
		struct peers *net = both_in(own);

		net->peer[B].jobs.auth_ms = 25;
		peers_past_early(net);
		begin_rekey(net, wait % 2 ? A : B);
		peers_run(net, wait / 2 * 20);
		give_list(net, B, &own[B], &own[A]);
		peers_run(net, 5000);
		assert_int_equal(peers_told(net, B, "the peer's certificate is revoked"), 1);
		peers_run(net, 30000);
		assert_int_equal(peers_ikes(net, A), 0);
		assert_int_equal(peers_ikes(net, B), 0);
		peers_free(net);
		pki_free(&own[A]);
		pki_free(&own[B]);
	}
}

/* --- peers that do not know RFC 7427 --- */

/* SIGNATURE_HASH_ALGORITHMS, without its header, becomes something else. */
static void spoil(uint8_t *data, size_t n)
{
	static const uint8_t announced[] = { 0x40, 0x2f, 0, 2, 0, 3, 0, 4, 0, 5 };
	uint8_t *at = memmem(data, n, announced, sizeof(announced));

	if (at)
		at[0] = 0x9f;
}

/* IKE_SA_INIT says nothing of RFC 7427, neither on the way nor where AUTH is made of it. */
static bool make_old(struct peers *net, int from, uint8_t *data, size_t n)
{
	struct ike_sa *ike = net->peer[from].core->ikes;

	if (n < 28 || data[18] != IKE_EXCH_IKE_SA_INIT)
		return true;
	for (; ike; ike = ike->next) {
		struct packet *packet = NULL;

		if (ike->hs)
			packet = from == A ? ike->hs->request : ike->hs->response;
		if (packet)
			spoil(packet->b, packet->n);
	}
	spoil(data, n);
	return true;
}

/* Both sides with keys of that kind; SHA-1 is allowed to the sides of these bits. */
static struct peers *begin_old(const char *kind, unsigned int sha1)
{
	struct peers *net = peers_new(1);

	net->tap = make_old;
	for (int side = B; side >= A; side--) {
		struct pki_wish wish = wish_of(side);
		struct pki own;
		struct policy *policy;

		wish.kind = kind;
		own = pki_make(&wish);
		policy = policy_of(side, &own, (X509 *[]){ own.cert, NULL }, &root);
		policy->gateways->allow_sha1 = sha1 & 1U << side;
		peers_cert_rules(policy->gateways,
			   &(struct cert_rules){ .sha1 = policy->gateways->allow_sha1 });
		peers_configure_policy(net, side, policy);
		pki_free(&own);
	}
	return net;
}

static void test_old(void **state)
{
	static const char *const kinds[] = { "P-256", "P-384", "P-521", "RSA" };

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct peers *net = begin_old(kinds[i], 1U << A | 1U << B);

		peers_must_be_quiet(net, 5000);
		peers_finish(net);
	}
}

/* RSA that signs by PKCS #1 v1.5, as peers that do not know PSS need it. */
static void test_pkcs1(void **state)
{
	struct pki_wish a = wish_of(A), b = wish_of(B);
	struct peers *net = peers_new(1);
	struct policy *policy;
	struct pki own;

	(void)state;
	a.kind = "RSA";
	own = pki_make(&a);
	policy = policy_of(A, &own, (X509 *[]){ own.cert, NULL }, &root);
	policy->gateways->rsa_pkcs1 = true;
	configure(net, B, &b);
	peers_configure_policy(net, A, policy);
	peers_must_be_quiet(net, 5000);
	peers_finish(net);
	pki_free(&own);
}

/* --- what each end takes (RFC 9593) --- */

static struct {
	bool known;			/* nobody alters it */
	bool announced;			/* in IKE_SA_INIT */
	bool no_pss;			/* A has heard that B does not take that */
	size_t octets;			/* of A in IKE_AUTH */
} methods;

/* The answer to IKE_SA_INIT says @to instead of @from, on its way and where AUTH is made of it. */
static void alter(struct peers *net, uint8_t *data, size_t n, struct bytes from, struct bytes to)
{
	for (struct ike_sa *ike = net->peer[B].core->ikes; ike; ike = ike->next) {
		struct packet *packet = ike->hs ? ike->hs->response : NULL;
		uint8_t *at = packet ? memmem(packet->b, packet->n, from.p, from.n) : NULL;

		if (at)
			memcpy(at, to.p, to.n);
	}
	for (uint8_t *at = data; (at = memmem(at, n - (size_t)(at - data), from.p, from.n));)
		memcpy(at, to.p, to.n);
}

static bool see_methods(struct peers *net, int from, uint8_t *data, size_t n)
{
	static const uint8_t type[] = { 0x40, 0x3b, 2, 2 }, other[] = { 0x9f, 0x3b, 2, 2 };
	const struct ike_sa *ike = net->peer[A].core->ikes;

	if (n < 28)
		return true;
	if (data[18] == IKE_EXCH_IKE_SA_INIT && from == B) {
		methods.announced |= memmem(data, n, type, sizeof(type)) != NULL;
		if (!methods.known)
			alter(net, data, n, bytes_of(type, sizeof(type)),
			      bytes_of(other, sizeof(other)));
	}
	if (data[18] == IKE_EXCH_IKE_AUTH && from == A) {
		methods.octets += n;
		methods.no_pss = ike && ike->hs && ike->hs->no_pss;
	}
	return true;
}

/* Both say what they take; but A says nothing to a peer that knows nothing of that. */
static void test_announced(void **state)
{
	size_t octets[2];

	(void)state;
	for (unsigned int known = 0; known < 2; known++) {
		struct pki_wish a = wish_of(A), b = wish_of(B);
		struct peers *net = peers_new(1);

		memset(&methods, 0, sizeof(methods));
		methods.known = known;
		net->tap = see_methods;
		configure(net, B, &b);
		configure(net, A, &a);
		peers_must_be_quiet(net, 5000);
		assert_true(methods.announced);
		assert_false(methods.no_pss);
		octets[known] = methods.octets;
		peers_finish(net);
	}
	assert_in_range(octets[1], octets[0] + 300, octets[0] + 500);
}

/* --- certificates by hash and URL --- */

static unsigned int looked_up[2];	/* who has said that he fetches them, how often */

static bool see_lookup(struct peers *net, int from, uint8_t *data, size_t n)
{
	static const uint8_t type[] = { 0, 8, 0, 0, 0x40, 0x08 };

	(void)net;
	if (n > 28 && data[18] == IKE_EXCH_IKE_SA_INIT)
		looked_up[from] += memmem(data, n, type, sizeof(type)) != NULL;
	return true;
}

/* Who answers says that in IKE_SA_INIT, where it is configured; who begins says nothing there. */
static void test_looks_up(void **state)
{
	(void)state;
	for (unsigned int looks_up = 0; looks_up < 2; looks_up++) {
		struct peers *net = peers_new(1);

		for (int side = B; side >= A; side--) {
			struct pki_wish wish = wish_of(side);
			struct pki own = pki_make(&wish);
			X509 *const chain[] = { own.cert, NULL };
			struct policy *policy = policy_of(side, &own, chain, &root);

			policy->gateways->looks_up = looks_up;
			net->tap = see_lookup;
			memset(looked_up, 0, sizeof(looked_up));
			peers_configure_policy(net, side, policy);
			pki_free(&own);
		}
		peers_must_be_quiet(net, 5000);
		assert_int_equal(looked_up[A], 0);
		assert_int_equal(looked_up[B], looks_up);
		peers_finish(net);
	}
}

/* --- what is not --- */

static void refused(struct peers *net, int by, const char *why)
{
	peers_run(net, 10000);
	if (!peers_told(net, by, why)) {
		peers_show(net);
		fail_msg("nobody says \"%s\"", why);
	}
	if (by == B)
		assert_true(peers_told(net, A, "AUTHENTICATION_FAILED") > 0);
	assert_int_equal(peers_ikes(net, A), 0);
	assert_int_equal(peers_ikes(net, B), 0);
	peers_free(net);
}

/* Either side has a certificate that the other must not take. */
static void test_refused(void **state)
{
	const struct {
		struct pki_wish wish;
		const char *why;
	} rows[] = {
		{ { .until = -60, .from = -PKI_DAY }, "it has expired, 20" },
		{ { .from = PKI_DAY }, "it is not valid before 20" },
		{ { .alternatives = "DNS:c.example" },
		  ".example) is not let in by its certificate: its identity does not stand in its "
		  "certificate, which is for O=Example, CN=" },
		/* A common name is not the name of a host, nor is there a pattern. */
		{ { .alternatives = "DNS:*.example", .name = "a.example" }, "which is for" },
		{ { .issuer = &other }, "no authority of the certificate-profile has issued it" },
		{ { .issuer = &namesake }, "issued it, but another of the same name" },
		{ { .usage = "keyEncipherment" }, "its keyUsage has neither digitalSignature" },
	};

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
		int side = i % 2 ? A : B;
		struct pki_wish bad = wish_of(side), good = wish_of(!side);
		const struct pki_wish *row = &rows[i / 2].wish;
		struct peers *net = peers_new(i + 1);

		bad.until = row->until ? row->until : bad.until;
		bad.from = row->from ? row->from : bad.from;
		bad.alternatives = row->alternatives ? row->alternatives : bad.alternatives;
		bad.name = row->name ? row->name : bad.name;
		bad.issuer = row->issuer ? row->issuer : bad.issuer;
		bad.usage = row->usage;
		configure(net, B, side == B ? &bad : &good);
		configure(net, A, side == A ? &bad : &good);
		refused(net, !side, rows[i / 2].why);
	}
}

/* The certificate is good, but somebody else's: what signs is another key. */
static void test_stolen(void **state)
{
	struct pki_wish a = wish_of(A), b = wish_of(B);
	struct pki own = pki_make(&a), thief = pki_make(&a);
	struct peers *net = peers_new(1);
	struct policy *policy = policy_of(A, &thief, (X509 *[]){ thief.cert, NULL }, &root);
	struct policy *real = policy_of(A, &own, (X509 *[]){ own.cert, NULL }, &root);
	struct secret *chain = policy->gateways->chain;

	(void)state;
	policy->gateways->chain = real->gateways->chain;
	real->gateways->chain = chain;
	policy_free(real);
	configure(net, B, &b);
	peers_configure_policy(net, A, policy);
	refused(net, B, "its signature is not by the key of its certificate");
	pki_free(&own);
	pki_free(&thief);
}

/* Signatures of what a peer knows that does not know RFC 7427 are not taken as they come. */
static void test_old_refused(void **state)
{
	(void)state;
	refused(begin_old("RSA", 0), A, "cannot authenticate to the peer: it does not know "
		"signatures of RFC 7427, so only ECDSA is of use");
	refused(begin_old("ED25519", 1U << A | 1U << B), A, "it does not know signatures");
	refused(begin_old("RSA", 1U << A), B, "its signature is by RSA with SHA-1");
}

/* One end has a certificate, the other a key. */
static void test_other_method(void **state)
{
	struct pki_wish wish;

	(void)state;
	for (int side = A; side <= B; side++) {
		struct peers *net = peers_new(1);
		struct site site = peers_site(!side);

		wish = wish_of(side);
		if (side == B)
			configure(net, B, &wish);
		peers_configure(net, !side, &site);
		if (side == A)
			configure(net, A, &wish);
		refused(net, B, side == B ?
			"authenticates by a pre-shared key instead of a certificate" :
			"authenticates by a certificate instead of a pre-shared key");
	}
}

static int make_authorities(void **state)
{
	(void)state;
	root = authority("root", NULL);
	other = authority("other", NULL);
	namesake = authority("root", NULL);
	return 0;
}

static int free_authorities(void **state)
{
	(void)state;
	pki_free(&root);
	pki_free(&other);
	pki_free(&namesake);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_chain),
		cmocka_unit_test(test_long_chain),
		cmocka_unit_test(test_identities),
		cmocka_unit_test(test_pattern),
		cmocka_unit_test(test_any_id),
		cmocka_unit_test(test_mixed),
		cmocka_unit_test(test_renewed),
		cmocka_unit_test(test_revoked),
		cmocka_unit_test(test_revoked_heir),
		cmocka_unit_test(test_old),
		cmocka_unit_test(test_pkcs1),
		cmocka_unit_test(test_announced),
		cmocka_unit_test(test_looks_up),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_old_refused),
		cmocka_unit_test(test_stolen),
		cmocka_unit_test(test_other_method),
	};

	return cmocka_run_group_tests(tests, make_authorities, free_authorities);
}
