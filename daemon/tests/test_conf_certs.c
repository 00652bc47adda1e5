// SPDX-License-Identifier: GPL-2.0-or-later
/* Files with keys and certificates: what is wrong with them is said when they are read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/items.h"
#include "conf_lines.h"
#include "conf_try.h"
#include "crypto/cert_rules.h"
#include "tests/pki.h"

#define G	"set network ike gateway g "
#define T	"set network tunnel ipsec T "
#define TUNNEL	T "tunnel-interface tunnel.1\n" T "auto-key ike-gateway g\n"

static char dir[] = "/tmp/pantun-certs-XXXXXX";

/* @text with the folder in place of each '@'. */
static char *placed(const char *text)
{
	static char rooms[2][4096];
	static unsigned int turn;
	char *out = rooms[turn++ % 2], *at = out;

	for (; *text; text++) {
		if (*text == '@')
			at = stpcpy(at, dir);
		else
			*at++ = *text;
	}
	*at = '\0';
	return out;
}

static void takes(const char *lines, const char *said)
{
	good(placed(lines), placed(said));
}

static void refuses(const char *lines, const char *said)
{
	bad(placed(lines), placed(said));
}

static void write_pem(const char *name, struct secret *pem, mode_t mode)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/x.%s", dir, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(pem->b, 1, pem->n, file), pem->n);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
	secret_free(pem);
}

#define BAG \
	G "peer-address ip 192.0.2.9\n" TUNNEL \
	G "authentication certificate local-certificate name own\n" \
	G "authentication certificate certificate-profile CP\n" \
	"set certificate-profile CP CA root\n" \
	"set certificate own file @/x.crt\n"
#define CERTS	BAG "set certificate own key-file @/x.key\n"
#define ROOT	"set certificate root file @/x.ca\n"
#define LIST	"set certificate-profile CP crl-file @/x.crl\n"
#define URLS	"set certificate-profile CP hash-and-url-from "
#define PASS	"set certificate own passphrase-file @/x.pass\n"

/* How strict who checks certificates is to be gets there with the authorities. */
static void test_rules(void)
{
	struct policy *plain = conf_lines(placed(CERTS ROOT), NULL);
	struct policy *policy = conf_lines(placed(
		CERTS ROOT G "authentication certificate allow-id-payload-mismatch yes\n"
		G "authentication certificate strict-validation-revocation yes\n"
		G "authentication certificate rsa-padding pkcs1\n"
		"set certificate-profile CP clock-tolerance 300\n"), NULL);
	struct cert_rules rules;
	struct bytes items;

	assert_non_null(plain);
	assert_non_null(policy);
	items = secret_bytes(policy->gateways->anchors);
	assert_true(cert_rules_take(&items, &rules));
	assert_true(rules.any_id && rules.strict_usage && !rules.sha1);
	assert_int_equal(rules.tolerance, 300);
	assert_true(policy->gateways->rsa_pkcs1);
	items = secret_bytes(plain->gateways->anchors);
	assert_true(cert_rules_take(&items, &rules));
	assert_false(rules.any_id || rules.strict_usage || rules.sha1 || rules.tolerance);
	assert_false(plain->gateways->rsa_pkcs1);
	policy_free(policy);
	policy_free(plain);
}

/* Certificates are looked at when they are read. */
static void test_certificates(void **state)
{
	const struct pki_wish ca = { .kind = "P-256", .name = "ca", .authority = true,
				     .until = 50 * PKI_DAY };
	struct pki root = pki_make(&ca), own, soon;
	struct pki_wish wish = { .kind = "P-256", .name = "hq", .issuer = &root,
				 .until = 50 * PKI_DAY };

	(void)state;
	own = pki_make(&wish);
	wish.until = 10 * PKI_DAY + 60;
	soon = pki_make(&wish);
	write_pem("ca", pki_pem((X509 *[]){ root.cert, NULL }), 0644);
	write_pem("crt", pki_pem((X509 *[]){ own.cert, root.cert, NULL }), 0644);
	write_pem("key", pki_key_pem(&own), 0600);
	takes(CERTS ROOT, "");
	takes(CERTS ROOT G "authentication certificate allow-sha1 yes\n", "f:10:65: warning: "
	      "signatures with SHA-1 are no longer secure: allow them for old peers only\n");
	test_rules();
	refuses(CERTS, "f:6:31: there is no certificate \"root\"\n");
	refuses(CERTS "set certificate root key-file /tmp/x\n",
	    "f:9:17: certificate \"root\" has no file\n");
	refuses(CERTS ROOT G "authentication pre-shared-key key-file /tmp/x\n",
	    "f:4:77: gateway \"g\" has a pre-shared-key that neither end would use beside "
		"certificates\n");
	write_pem("key", pki_key_pem(&own), 0640);
	refuses(CERTS ROOT, "f:8:30: key-file @/x.key: group or others have access (mode "
	    "0640): chmod 600 it\n");
	write_pem("key", pki_key_pem(&root), 0600);
	refuses(CERTS ROOT, "f:7:26: certificate \"own\": the first certificate is not that of the "
	    "private key\n");
	write_pem("crt", pki_pem((X509 *[]){ soon.cert, NULL }), 0644);
	write_pem("key", pki_key_pem(&soon), 0600);
	takes(CERTS ROOT, "f:7:26: warning: file @/x.crt: a certificate in it expires "
	     "in 10 days\n");
	write_pem("ca", pki_pem((X509 *[]){ soon.cert, NULL }), 0644);
	refuses(CERTS ROOT, "f:7:26: warning: file @/x.crt: a certificate in it expires "
	    "in 10 days\nf:9:27: certificate \"root\": certificate 1 in it is not that of an "
	    "authority (basicConstraints CA:TRUE)\n");
	pki_free(&root);
	pki_free(&own);
	pki_free(&soon);
	write_pem("ca", secret_new(bytes_of("", 0)), 0600);
	refuses(CERTS ROOT, "f:7:26: warning: file @/x.crt: a certificate in it expires in 10 "
		"days\nf:9:27: certificate \"root\": there is no certificate in PEM or DER in "
		"it\n");
}

#define V1	G "protocol version ikev1\n"
#define BOTH	G "protocol version ikev2-preferred\n"
#define MODE	G "protocol ikev1 exchange-mode "

#define MIXED	"gateway \"g\": in IKEv1 both ends have certificates, or both a pre-shared key\n"
#define NO_SUCH	"gateway \"g\": IKEv1 knows no such keys: use a certificate with RSA or ECDSA, " \
		"or protocol version ikev2\n"

/* A certificate at one end alone, and a pre-shared key at the other. */
static void test_v1_mixed(void)
{
	static const char own[] =
		G "peer-address ip 192.0.2.9\n" TUNNEL
		G "authentication certificate local-certificate name own\n"
		"set certificate own file @/x.crt\n"
		"set certificate own key-file @/x.key\n"
		G "authentication pre-shared-key key \"a key of more than twenty octets\"\n";
	static const char peers[] =
		G "peer-address ip 192.0.2.9\n" TUNNEL
		G "authentication certificate certificate-profile CP\n"
		"set certificate-profile CP CA root\n" ROOT
		G "authentication pre-shared-key key \"a key of more than twenty octets\"\n";
	static const char *const each[] = { own, peers };
	char lines[2048];

	for (size_t i = 0; i < 2; i++) {
		takes(each[i], "");
		snprintf(lines, sizeof(lines), "%s" V1, each[i]);
		refuses(lines, "f:1:25: " MIXED);
		snprintf(lines, sizeof(lines), "%s" BOTH, each[i]);
		refuses(lines, "f:1:25: " MIXED);
	}
}

/* What signatures of IKEv1 are not for is refused, and IKEv2 goes on with it. */
static void test_v1(void **state)
{
	const struct pki_wish ca = { .kind = "P-256", .name = "ca", .authority = true,
				     .until = 50 * PKI_DAY };
	struct pki root = pki_make(&ca), own;
	struct pki_wish wish = { .kind = "P-256", .name = "hq", .issuer = &root,
				 .until = 50 * PKI_DAY };

	(void)state;
	own = pki_make(&wish);
	write_pem("ca", pki_pem((X509 *[]){ root.cert, NULL }), 0644);
	write_pem("crt", pki_pem((X509 *[]){ own.cert, NULL }), 0644);
	write_pem("key", pki_key_pem(&own), 0600);
	pki_free(&own);
	test_v1_mixed();
	takes(CERTS ROOT V1, "");
	takes(CERTS ROOT V1 MODE "main\n", "");
	takes(CERTS ROOT V1 MODE "aggressive\n", "");
	wish.kind = "ED25519";
	own = pki_make(&wish);
	write_pem("crt", pki_pem((X509 *[]){ own.cert, NULL }), 0644);
	write_pem("key", pki_key_pem(&own), 0600);
	takes(CERTS ROOT, "");
	refuses(CERTS ROOT V1, "f:1:25: " NO_SUCH);
	refuses(CERTS ROOT BOTH MODE "aggressive\n", "f:1:25: " NO_SUCH);
	pki_free(&own);
	pki_free(&root);
}

/* Where files with keys and passphrases may be read by others, or do not fit. */
static void test_passphrase(void **state)
{
	const struct pki_wish ca = { .kind = "P-256", .name = "ca", .authority = true,
				     .until = 50 * PKI_DAY };
	struct pki root = pki_make(&ca), own;
	const struct pki_wish wish = { .kind = "P-256", .name = "hq", .issuer = &root,
				       .until = 50 * PKI_DAY };

	(void)state;
	own = pki_make(&wish);
	write_pem("ca", pki_pem((X509 *[]){ root.cert, NULL }), 0644);
	write_pem("crt", pki_pem((X509 *[]){ own.cert, root.cert, NULL }), 0644);
	write_pem("key", pki_key_as(&own, true, "open sesame"), 0600);
	refuses(CERTS ROOT, "f:7:26: certificate \"own\": the private key is encrypted: give its "
		"passphrase-file\n");
	write_pem("pass", secret_new(bytes_of("open sesame\n", 12)), 0644);
	refuses(CERTS ROOT PASS, "f:10:37: passphrase-file @/x.pass: group or others have access "
		"(mode 0644): chmod 600 it\n");
	write_pem("pass", secret_new(bytes_of("open sesame\n", 12)), 0600);
	takes(CERTS ROOT PASS, "");
	write_pem("pass", secret_new(bytes_of("open\n", 5)), 0600);
	refuses(CERTS ROOT PASS, "f:7:26: certificate \"own\": the passphrase is not that of the "
		"private key\n");
	refuses(BAG ROOT, "f:7:17: certificate \"own\" has no key-file, which a "
		"local-certificate needs\n");
	write_pem("crt", pki_pkcs12(&own, &root, "open"), 0644);
	refuses(BAG ROOT PASS, "f:7:26: file @/x.crt: group or others have access (mode 0644): "
		"chmod 600 it\n");
	write_pem("crt", pki_pkcs12(&own, &root, "open"), 0600);
	takes(BAG ROOT PASS, "");
	pki_free(&root);
	pki_free(&own);
}

/* Lists may be fetched, for so many seconds. */
static void check_fetching(const char *more, unsigned int patience)
{
	static char lines[2048];
	struct policy *policy;
	struct cert_rules rules;
	struct bytes items;

	snprintf(lines, sizeof(lines), "%s%s%s", CERTS ROOT, "set certificate-profile CP use-crl "
		 "yes\nset certificate-profile CP block-unknown-cert yes\n"
		 "set certificate-profile CP block-timeout-cert yes\n", more);
	policy = conf_lines(placed(lines), NULL);
	assert_non_null(policy);
	items = secret_bytes(policy->gateways->anchors);
	assert_true(cert_rules_take(&items, &rules));
	assert_true(rules.fetch && rules.block_unknown && rules.block_timeout);
	assert_int_equal(rules.patience, patience);
	policy_free(policy);
}

/* Lists of revoked certificates, of which there must be one where they are asked for. */
static void test_lists(void **state)
{
	const struct pki_wish ca = { .kind = "P-256", .name = "ca", .authority = true,
				     .until = 50 * PKI_DAY };
	struct pki root = pki_make(&ca), own;
	const struct pki_wish wish = { .kind = "P-256", .name = "hq", .issuer = &root,
				       .until = 50 * PKI_DAY };
	struct cert_rules rules;
	struct policy *policy;
	struct bytes items;

	(void)state;
	own = pki_make(&wish);
	write_pem("ca", pki_pem((X509 *[]){ root.cert, NULL }), 0644);
	write_pem("crt", pki_pem((X509 *[]){ own.cert, NULL }), 0644);
	write_pem("key", pki_key_pem(&own), 0600);
	write_pem("crl", pki_list(&root, &own, PKI_DAY, true), 0644);
	policy = conf_lines(placed(CERTS ROOT LIST "set certificate-profile CP block-unknown-cert "
				   "yes\n"), NULL);
	assert_non_null(policy);
	items = secret_bytes(policy->gateways->anchors);
	assert_true(cert_rules_take(&items, &rules));
	assert_true(rules.block_unknown);
	/* An authority, nothing, and a list. */
	assert_int_equal(items_count(items), 3);
	policy_free(policy);
	refuses(CERTS ROOT "set certificate-profile CP block-unknown-cert yes\n",
		"f:6:25: certificate-profile \"CP\" has neither a crl-file nor use-crl, so "
		"block-unknown-cert would refuse every certificate\n");
	check_fetching("", 5);
	check_fetching("set certificate-profile CP crl-receive-timeout 9\n", 9);
	check_fetching("set certificate-profile CP crl-receive-timeout 60\n", 15);
	write_pem("crl", pki_list(&root, NULL, -60, false), 0644);
	takes(CERTS ROOT LIST, "f:10:37: warning: crl-file @/x.crl: a list in it has ended: a new "
	      "one is due\n");
	write_pem("crl", pki_pem((X509 *[]){ root.cert, NULL }), 0644);
	refuses(CERTS ROOT LIST, "f:10:37: crl-file @/x.crl: there is no list of revoked "
		"certificates in PEM or DER in it, or one that cannot be read\n");
	pki_free(&root);
	pki_free(&own);
}

/* Each names a server and a path; the peer is told only where there is one. */
static void test_urls(void **state)
{
	static const char *const wrong[] = {
		"http://certs.example", "https://certs.example/", "http:///pub/", "certs.example/",
	};
	const struct pki_wish wish = { .kind = "P-256", .name = "hq", .authority = true,
				       .until = 50 * PKI_DAY };
	struct pki own = pki_make(&wish);
	struct cert_rules rules;
	struct policy *policy;
	struct bytes items;

	(void)state;
	write_pem("ca", pki_pem((X509 *[]){ own.cert, NULL }), 0644);
	write_pem("crt", pki_pem((X509 *[]){ own.cert, NULL }), 0644);
	write_pem("key", pki_key_pem(&own), 0600);
	policy = conf_lines(placed(CERTS ROOT), NULL);
	assert_non_null(policy);
	assert_false(policy->gateways->looks_up);
	policy_free(policy);
	policy = conf_lines(placed(CERTS ROOT URLS "[ http://certs.example/ http://192.0.2.1/b ]\n"
				   "set certificate-profile CP certificate-cache-size 7\n"), NULL);
	assert_non_null(policy);
	assert_true(policy->gateways->looks_up);
	items = secret_bytes(policy->gateways->anchors);
	assert_true(cert_rules_take(&items, &rules));
	assert_int_equal(rules.kept, 7);
	assert_int_equal(rules.from.n, 41);
	assert_memory_equal(rules.from.p, "http://certs.example/\nhttp://192.0.2.1/b\n", 41);
	policy_free(policy);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char lines[1024], said[160];

		snprintf(lines, sizeof(lines), CERTS ROOT URLS "%s\n", wrong[i]);
		snprintf(said, sizeof(said), "f:10:46: hash-and-url-from %s: not a URL of HTTP "
			 "with a path, as http://certs.example/\n", wrong[i]);
		refuses(lines, said);
	}
	pki_free(&own);
}

static int make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	static const char *const names[] = { "ca", "crl", "crt", "key", "pass" };
	char path[128];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/x.%s", dir, names[i]);
		unlink(path);
	}
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_certificates),
		cmocka_unit_test(test_v1),
		cmocka_unit_test(test_passphrase),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_urls),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
