// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which certificates lead to an authority (RFC 5280 section 6), and which do not: how many may be
 * between, what authorities may issue, and what they must not be signed with.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/cert.h"
#include "crypto/cert_rules.h"
#include "crypto/crl_file.h"
#include "tests/pki.h"

#define WHY	640

static struct pki root;
static struct cert_rules rules;		/* that go with authorities, */
static struct secret *lists;		/* as do these, of revoked certificates; NULL: none */

static struct pki_wish authority(const char *name, const struct pki *issuer)
{
	return (struct pki_wish){
		.kind = "P-256", .name = name, .authority = true, .issuer = issuer,
		.from = -PKI_DAY, .until = 100 * PKI_DAY,
	};
}

static struct pki_wish leaf(const struct pki *issuer)
{
	return (struct pki_wish){
		.kind = "P-256", .name = "b", .alternatives = "DNS:b.example", .issuer = issuer,
		.from = -PKI_DAY, .until = 100 * PKI_DAY,
	};
}

typedef bool judgement(struct cert_peer *peer, struct cert_roots *roots, struct text *why);

/* What @by says of @sent, by what @trusted have issued. */
static bool judged(X509 *const *sent, X509 *const *trusted, judgement *by, char why[WHY])
{
	struct secret *items = pki_items(sent), *plain = pki_items(trusted);
	struct secret *anchors = cert_rules_put(&rules, secret_bytes(plain),
						lists ? secret_bytes(lists) : bytes_of(NULL, 0));
	struct cert_roots *roots = cert_roots_new(secret_bytes(anchors));
	struct text text;
	struct cert_peer *peer;
	bool good;

	text_init(&text, why, WHY);
	assert_non_null(roots);
	peer = cert_peer_read(secret_bytes(items), &text);
	good = peer && by(peer, roots, &text);
	cert_peer_free(peer);
	cert_roots_free(roots);
	secret_free(items);
	secret_free(anchors);
	secret_free(plain);
	return good;
}

/* Whether @sent lead to one of @trusted; if not, @why says why. */
static bool leads(X509 *const *sent, X509 *const *trusted, char why[WHY])
{
	return judged(sent, trusted, cert_peer_trusted, why);
}

static void must_lead(X509 *const *sent)
{
	char why[WHY];

	if (!leads(sent, (X509 *[]){ root.cert, NULL }, why))
		fail_msg("it is not taken: %s", why);
}

/* They do not, and @said is why. */
static void must_not(X509 *const *sent, const char *said)
{
	char why[WHY];

	assert_false(leads(sent, (X509 *[]){ root.cert, NULL }, why));
	if (!strstr(why, said))
		fail_msg("\"%s\" is not in \"%s\"", said, why);
}

/* One certificate by @issuer, who may have others above. */
static void must_not_issue(const struct pki *issuer, const char *said)
{
	struct pki_wish wish = leaf(issuer);
	struct pki own = pki_make(&wish);

	must_not((X509 *[]){ own.cert, issuer->cert, NULL }, said);
	pki_free(&own);
}

/* Five may be between the root and the certificate, and not one more. */
static void test_depth(void **state)
{
	static const char *const names[] = { "1", "2", "3", "4", "5", "6" };
	struct pki between[6];
	X509 *sent[8] = { NULL };

	(void)state;
	for (unsigned int i = 0; i < 6; i++) {
		struct pki_wish wish = authority(names[i], i ? &between[i - 1] : &root);
		struct pki_wish end;
		struct pki own;

		between[i] = pki_make(&wish);
		end = leaf(&between[i]);
		own = pki_make(&end);
		sent[0] = own.cert;
		for (unsigned int j = 0; j <= i; j++)
			sent[1 + j] = between[i - j].cert;
		if (i < 5)
			must_lead(sent);
		else
			must_not(sent, "there are more than 5 authorities below");
		pki_free(&own);
	}
	for (unsigned int i = 0; i < 6; i++)
		pki_free(&between[i]);
}

/* SHA-1 says nothing of who has signed, wherever in the chain it is. */
static void test_digest(void **state)
{
	struct pki_wish wish = leaf(&root), middle = authority("middle", &root);
	struct pki own, between;

	(void)state;
	wish.digest = middle.digest = "SHA1";
	own = pki_make(&wish);
	must_not((X509 *[]){ own.cert, NULL }, "it is signed with SHA-1, or a hash that is weaker "
		 "still: certificate of O=Example, CN=b");
	between = pki_make(&middle);
	must_not_issue(&between, "signed with SHA-1, or a hash that is weaker still: certificate "
		       "of O=Example, CN=middle");
	pki_free(&own);
	pki_free(&between);
}

/* The root is trusted for itself, so what it is signed with means nothing. */
static void test_old_root(void **state)
{
	struct pki_wish old = authority("old", NULL);
	struct pki_wish wish;
	struct pki top, own;
	char why[WHY];

	(void)state;
	old.digest = "SHA1";
	top = pki_make(&old);
	wish = leaf(&top);
	own = pki_make(&wish);
	assert_true(leads((X509 *[]){ own.cert, NULL }, (X509 *[]){ top.cert, NULL }, why));
	pki_free(&own);
	pki_free(&top);
}

static void test_short_key(void **state)
{
	struct pki_wish wish = leaf(&root);
	struct pki own;

	(void)state;
	wish.kind = "RSA-1024";
	own = pki_make(&wish);
	must_not((X509 *[]){ own.cert, NULL }, "its key is too short");
	pki_free(&own);
}

/* What an authority is not allowed to issue. */
static void test_constraints(void **state)
{
	static const struct {
		const char *constraints, *usage, *names, *said;
	} rows[] = {
		{ "CA:FALSE", NULL, NULL, "invalid CA certificate" },
		{ NULL, "digitalSignature", NULL, "invalid CA certificate" },
		{ NULL, NULL, "critical,permitted;DNS:a.example", "permitted subtree violation" },
		{ NULL, NULL, "critical,excluded;DNS:example", "excluded subtree violation" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pki_wish wish = authority("middle", &root);
		struct pki middle;

		wish.constraints = rows[i].constraints;
		wish.usage = rows[i].usage;
		wish.names = rows[i].names;
		middle = pki_make(&wish);
		must_not_issue(&middle, rows[i].said);
		pki_free(&middle);
	}
}

static void test_path_length(void **state)
{
	struct pki_wish wish = authority("upper", &root);
	struct pki upper, lower, own;

	(void)state;
	wish.constraints = "critical,CA:TRUE,pathlen:0";
	upper = pki_make(&wish);
	wish = authority("lower", &upper);
	lower = pki_make(&wish);
	wish = leaf(&lower);
	own = pki_make(&wish);
	must_not((X509 *[]){ own.cert, lower.cert, upper.cert, NULL },
		 "path length constraint exceeded");
	pki_free(&own);
	pki_free(&lower);
	pki_free(&upper);
}

/* Authorities that have issued each other lead nowhere, and do not keep us. */
static void test_loop(void **state)
{
	struct pki_wish wish = authority("east", NULL);
	struct pki east = pki_make(&wish), west, again, own;

	(void)state;
	wish = authority("west", &east);
	west = pki_make(&wish);
	wish = authority("east", &west);
	again = pki_make(&wish);
	/* Its key is that of the first, so each has issued the other. */
	assert_int_equal(X509_set_pubkey(again.cert, east.key), 1);
	assert_true(X509_sign(again.cert, west.key, EVP_sha256()) > 0);
	wish = leaf(&west);
	own = pki_make(&wish);
	must_not((X509 *[]){ own.cert, west.cert, again.cert, NULL },
		 "no authority of the certificate-profile has issued it");
	pki_free(&own);
	pki_free(&again);
	pki_free(&west);
	pki_free(&east);
}

/* Two authorities of one name are told apart by their keys. */
static void test_namesakes(void **state)
{
	struct pki_wish wish = authority("root", NULL);
	struct pki namesake = pki_make(&wish), own;
	char why[WHY];

	(void)state;
	wish = leaf(&root);
	own = pki_make(&wish);
	for (unsigned int i = 0; i < 2; i++) {
		X509 *trusted[] = { i ? root.cert : namesake.cert,
				    i ? namesake.cert : root.cert, NULL };

		if (!leads((X509 *[]){ own.cert, NULL }, trusted, why))
			fail_msg("it is not taken: %s", why);
	}
	pki_free(&own);
	pki_free(&namesake);
}

/* A certificate that says what it is for has to name IKE, if that is wanted. */
static void test_usage(void **state)
{
	static const struct {
		const char *usage;
		bool strict;		/* it is taken then, too */
	} rows[] = {
		{ NULL, true }, { "ipsecIKE", true }, { "anyExtendedKeyUsage", true },
		{ "1.3.6.1.5.5.8.2.2", true }, { "emailProtection,ipsecIKE", true },
		{ "serverAuth", false }, { "critical,emailProtection,codeSigning", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pki_wish wish = leaf(&root);
		struct pki own;

		wish.extended = rows[i].usage;
		own = pki_make(&wish);
		must_lead((X509 *[]){ own.cert, NULL });
		rules.strict_usage = true;
		if (rows[i].strict)
			must_lead((X509 *[]){ own.cert, NULL });
		else
			must_not((X509 *[]){ own.cert, NULL }, "does not have ipsecIKE");
		rules.strict_usage = false;
		pki_free(&own);
	}
}

/* What is over or yet to come by less than clocks may differ. */
static void test_tolerance(void **state)
{
	static const struct {
		long from, until;
		const char *said;
	} rows[] = {
		{ -PKI_DAY, -600, "it has expired" }, { 600, PKI_DAY, "it is not valid before" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pki_wish wish = leaf(&root);
		struct pki own;

		wish.from = rows[i].from;
		wish.until = rows[i].until;
		own = pki_make(&wish);
		rules.tolerance = 0;
		must_not((X509 *[]){ own.cert, NULL }, rows[i].said);
		/* However slow this is: the clock goes on meanwhile. */
		rules.tolerance = i ? 300 : 500;
		must_not((X509 *[]){ own.cert, NULL }, rows[i].said);
		rules.tolerance = 86400;
		must_lead((X509 *[]){ own.cert, NULL });
		rules.tolerance = 0;
		pki_free(&own);
	}
}

/* From now on there is that list alone, which is freed; NULL: none. */
static void use_list(struct secret *list)
{
	char why[160];
	bool ended;

	secret_free(lists);
	lists = list ? crl_file_read(secret_bytes(list), &ended, why, sizeof(why)) : NULL;
	assert_true(!list || lists);
	secret_free(list);
}

/* What is revoked is refused, wherever it is; what nobody tells of, where that is wanted. */
static void test_revoked(void **state)
{
	struct pki_wish wish = authority("middle", &root);
	struct pki middle = pki_make(&wish), own, direct;
	X509 *sent[3] = { NULL, middle.cert }, *one[2] = { NULL };

	(void)state;
	wish = leaf(&middle);
	own = pki_make(&wish);
	wish = leaf(&root);
	direct = pki_make(&wish);
	sent[0] = own.cert;
	one[0] = direct.cert;
	for (int pem = 0; pem < 2; pem++) {
		use_list(pki_list(&root, NULL, PKI_DAY, pem));
		must_lead(one);
		must_lead(sent);
		use_list(pki_list(&root, &middle, PKI_DAY, pem));
		must_lead(one);
		must_not(sent, "it is revoked: certificate of O=Example, CN=middle");
		use_list(pki_list(&middle, &own, PKI_DAY, pem));
		must_lead(one);
		must_not(sent, "it is revoked: certificate of O=Example, CN=b");
	}
	pki_free(&own);
	pki_free(&direct);
	pki_free(&middle);
	use_list(NULL);
}

/* A list has @sent now, as @trusted see it, and @said is what is told of that; NULL: none has. */
static void check_revoked(X509 *const *sent, X509 *const *trusted, const char *said)
{
	char why[WHY];

	assert_int_equal(judged(sent, trusted, cert_peer_revoked, why), said != NULL);
	if (said && !strstr(why, said))
		fail_msg("\"%s\" is not in \"%s\"", said, why);
}

/* Whoever was let in is looked at again: then all that counts is whether it is revoked. */
static void test_revoked_since(void **state)
{
	struct pki_wish wish = authority("root", NULL);
	struct pki namesake = pki_make(&wish), own, old;
	X509 *const both[] = { namesake.cert, root.cert, NULL }, *const one[] = { root.cert, NULL };
	X509 *sent[2] = { NULL }, *ended[2] = { NULL };
	char why[WHY];

	(void)state;
	wish = leaf(&root);
	own = pki_make(&wish);
	wish.until = -600;
	old = pki_make(&wish);
	sent[0] = own.cert;
	ended[0] = old.cert;
	check_revoked(sent, one, NULL);
	use_list(pki_list(&root, &own, PKI_DAY, false));
	check_revoked(sent, one, "it is revoked: certificate of O=Example, CN=b");
	check_revoked(sent, both, "it is revoked: certificate of O=Example, CN=b");
	check_revoked(ended, one, NULL);
	check_revoked(sent, (X509 *[]){ namesake.cert, NULL }, NULL);
	use_list(pki_list(&root, &old, PKI_DAY, false));
	check_revoked(ended, one, "it is revoked: certificate of O=Example, CN=b");
	check_revoked(sent, both, NULL);
	/* Where two have one name, the list is by that which has issued the certificate. */
	if (!judged(sent, both, cert_peer_trusted, why))
		fail_msg("it is not taken: %s", why);
	use_list(NULL);
	pki_free(&own);
	pki_free(&old);
	pki_free(&namesake);
}

static void test_unknown(void **state)
{
	struct pki_wish wish = authority("middle", &root);
	struct pki middle = pki_make(&wish), own, direct;
	X509 *sent[3] = { NULL, middle.cert }, *one[2] = { NULL };

	(void)state;
	wish = leaf(&middle);
	own = pki_make(&wish);
	wish = leaf(&root);
	direct = pki_make(&wish);
	sent[0] = own.cert;
	one[0] = direct.cert;
	use_list(pki_list(&root, NULL, PKI_DAY, true));
	rules.block_unknown = true;
	must_lead(one);
	must_not(sent, "no list in force tells whether it is revoked");
	/* A list that has ended says nothing any more, but what it has revoked stays so. */
	use_list(pki_list(&root, NULL, -600, true));
	must_not(one, "no list in force tells whether it is revoked");
	rules.block_unknown = false;
	must_lead(one);
	use_list(pki_list(&root, &direct, -600, true));
	must_not(one, "it is revoked");
	pki_free(&own);
	pki_free(&direct);
	pki_free(&middle);
	use_list(NULL);
}

/* A list by another authority of the same name does not count. */
static void test_foreign_list(void **state)
{
	struct pki_wish wish = authority("root", NULL);
	struct pki namesake = pki_make(&wish), own;

	(void)state;
	wish = leaf(&root);
	own = pki_make(&wish);
	use_list(pki_list(&namesake, NULL, PKI_DAY, true));
	must_not((X509 *[]){ own.cert, NULL }, "CRL signature failure");
	pki_free(&own);
	pki_free(&namesake);
	use_list(NULL);
}

static int make_root(void **state)
{
	const struct pki_wish wish = authority("root", NULL);

	(void)state;
	root = pki_make(&wish);
	return 0;
}

static int free_root(void **state)
{
	(void)state;
	pki_free(&root);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_digest),
		cmocka_unit_test(test_old_root),
		cmocka_unit_test(test_short_key),
		cmocka_unit_test(test_constraints),
		cmocka_unit_test(test_path_length),
		cmocka_unit_test(test_loop),
		cmocka_unit_test(test_namesakes),
		cmocka_unit_test(test_usage),
		cmocka_unit_test(test_tolerance),
		cmocka_unit_test(test_revoked),
		cmocka_unit_test(test_revoked_since),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_foreign_list),
	};

	return cmocka_run_group_tests_name("certificates", tests, make_root, free_root);
}
