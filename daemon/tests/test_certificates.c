// SPDX-License-Identifier: GPL-2.0-or-later
/* Certificates as they are shown: each once, with whom it is for and when it ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "crypto/cert_rules.h"
#include "loop/certificates.h"
#include "tests/pki.h"

static char shown[4096];

static void note(void *to, const struct ctl_certificate *certificate)
{
	size_t n = strlen(shown);

	assert_ptr_equal(to, shown);
	assert_true(certificate->until > 0);
	snprintf(shown + n, sizeof(shown) - n, "%s/%u %s %lld [%s] [%s] [%s]\n",
		 certificate->gateway, certificate->gateways, certificate->use,
		 (long long)certificate->days, certificate->subject, certificate->issuer,
		 certificate->identities);
}

static struct secret *with_rules(X509 *const *certs)
{
	struct secret *plain = pki_items(certs);
	struct secret *made = cert_rules_put(&(struct cert_rules){ .sha1 = false },
					     secret_bytes(plain), bytes_of(NULL, 0));

	assert_non_null(made);
	secret_free(plain);
	return made;
}

static void test_shown(void **state)
{
	const struct pki_wish ca = { .kind = "P-256", .name = "root", .authority = true,
				     .from = -9 * PKI_DAY, .until = 20 * PKI_DAY + 600 };
	struct pki root = pki_make(&ca), own;
	const struct pki_wish wish = { .kind = "P-256", .name = "hq", .issuer = &root,
				       .alternatives = "DNS:hq.example,IP:192.0.2.1",
				       .from = -9 * PKI_DAY, .until = -600 };
	struct policy policy = { .n_gateways = 3 };

	(void)state;
	own = pki_make(&wish);
	policy.gateways = calloc(3, sizeof(*policy.gateways));
	assert_non_null(policy.gateways);
	for (unsigned int i = 0; i < 3; i++) {
		struct policy_gateway *gw = &policy.gateways[i];

		snprintf(gw->name, sizeof(gw->name), "g%u", i);
		/* The first has a key, and the others the same certificates. */
		if (!i)
			continue;
		gw->chain = pki_items((X509 *[]){ own.cert, root.cert, NULL });
		gw->cert = 5;
		gw->anchors = with_rules((X509 *[]){ root.cert, NULL });
		gw->trust = 6;
	}
	certificates_each(&policy, time(NULL), note, shown);
	assert_string_equal(shown,
			    "g1/2 own -1 [O=Example, CN=hq] [O=Example, CN=root] "
			    "[O=Example, CN=hq, hq.example, 192.0.2.1]\n"
			    "g1/2 between 20 [O=Example, CN=root] [O=Example, CN=root] "
			    "[O=Example, CN=root]\n"
			    "g1/2 authority 20 [O=Example, CN=root] [O=Example, CN=root] "
			    "[O=Example, CN=root]\n");
	certificates_each(NULL, 0, note, NULL);
	for (unsigned int i = 0; i < 3; i++) {
		secret_free(policy.gateways[i].chain);
		secret_free(policy.gateways[i].anchors);
	}
	free(policy.gateways);
	pki_free(&own);
	pki_free(&root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shown),
	};

	return cmocka_run_group_tests_name("certificates, shown", tests, NULL, NULL);
}
