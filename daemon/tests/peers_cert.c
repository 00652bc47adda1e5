// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/peers_cert.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "crypto/cert.h"
#include "crypto/cert_file.h"
#include "tests/peers_site.h"

struct pki peers_authority(const char *name, const struct pki *issuer, const char *alternatives)
{
	const struct pki_wish wish = {
		.kind = "P-256", .name = name, .authority = true, .issuer = issuer,
		.alternatives = alternatives, .from = -PKI_DAY, .until = 100 * PKI_DAY,
	};

	return pki_make(&wish);
}

struct pki_wish peers_cert_wish(int side, const char *kind, const struct pki *issuer)
{
	return (struct pki_wish){
		.kind = kind, .name = side == A ? "a" : "b",
		.alternatives = side == A ? "DNS:a.example" : "DNS:b.example",
		.issuer = issuer, .from = -PKI_DAY, .until = 100 * PKI_DAY,
	};
}

void peers_cert_rules(struct policy_gateway *gw, const struct cert_rules *rules)
{
	struct bytes authorities = secret_bytes(gw->anchors);
	struct secret *all;
	struct cert_rules before;

	cert_rules_take(&authorities, &before);
	all = cert_rules_put(rules, authorities, bytes_of(NULL, 0));
	assert_non_null(all);
	secret_free(gw->anchors);
	gw->anchors = all;
}

void peers_cert_give(struct policy_gateway *gw, const struct pki *own, X509 *const *chain,
		     const struct pki *trusted)
{
	X509 *const roots[] = { trusted->cert, NULL };
	struct secret *key = pki_key_pem(own), *certs = pki_pem(chain), *anchors = pki_pem(roots);
	struct cert_own_file made;
	unsigned int n = 0;
	char why[160] = "";

	secret_free(gw->psk);
	gw->psk = NULL;
	assert_true(cert_own_read(&(struct cert_own_input){ .certs = secret_bytes(certs),
							    .key = secret_bytes(key) },
				  &made, why, sizeof(why)));
	gw->credential = made.credential;
	gw->chain = made.chain;
	gw->v1_auth = made.v1_method;
	secret_free(made.subject);
	gw->anchors = cert_roots_read(secret_bytes(anchors), gw->authorities, &n, why,
				      sizeof(why));
	assert_non_null(gw->anchors);
	gw->n_authorities = (uint8_t)n;
	peers_cert_rules(gw, &(struct cert_rules){ .sha1 = false });
	secret_free(key);
	secret_free(certs);
	secret_free(anchors);
}
