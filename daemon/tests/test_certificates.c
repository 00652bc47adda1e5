// SPDX-License-Identifier: GPL-2.0-or-later
/* Certificates as they are shown: each once, with whom it is for and when it ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"
#include "crypto/cert_rules.h"
#include "ike/info.h"
#include "loop/certificates.h"
#include "tests/parent_stage.h"
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

static unsigned int events, warnings;

static void take_event(void *ctx, const struct ike_event *event)
{
	assert_null(ctx);
	assert_string_equal(event->kind, "certificate-ends");
	assert_string_equal(event->gateway, "g");
	assert_string_equal(event->text, "certificate (own) of O=Example, CN=root, issued by "
			    "O=Example, CN=root, expires in 29 days");
	events++;
}

/* From 30 days before the end on. */
static void test_warned(void **state)
{
	const struct pki_wish wish = { .kind = "P-256", .name = "root", .authority = true,
				       .until = 30 * PKI_DAY };
	struct pki root = pki_make(&wish);
	struct policy_gateway gateway = { .name = "g", .cert = 5 };
	const struct policy policy = { .n_gateways = 1, .gateways = &gateway };
	int64_t end = time(NULL) + 30 * PKI_DAY;

	(void)state;
	gateway.chain = pki_items((X509 *[]){ root.cert, NULL });
	certificates_warn(&policy, end - 31 * PKI_DAY, take_event, NULL);
	assert_int_equal(events, 0);
	certificates_warn(&policy, end - 30 * PKI_DAY + 3600, take_event, NULL);
	assert_int_equal(events, 1);
	secret_free(gateway.chain);
	pki_free(&root);
}

static void count_line(void *ctx, enum log_level level, const char *subject, const char *text)
{
	(void)ctx;
	warnings += level == LOG_LEVEL_WARNING && subject && !strcmp(subject, "gateway g") &&
		    strstr(text, "CN=root, expires in 9 days");
}

static void took(void *ctx, enum msg_type type, struct bytes body, int fd)
{
	(void)ctx;
	(void)type;
	(void)body;
	assert_int_equal(fd, -1);
}

#include "tests/each_type.h"

static void put_file(const char *path, struct secret *content)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(content->b, 1, content->n, file), content->n);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, 0600), 0);
	secret_free(content);
}

/* Whoever puts a configuration into force looks at once, and plans to look again. */
static void test_looked_at(void **state)
{
	const struct pki_wish wish = { .kind = "P-256", .name = "root", .authority = true,
				       .until = 9 * PKI_DAY + 3600 };
	struct pki root = pki_make(&wish);
	char cert[] = "/tmp/pantun-cert-XXXXXX", key[] = "/tmp/pantun-key-XXXXXX", lines[1024];
	struct parent_fake *parent;
	struct chan *ike = NULL;

	(void)state;
	close(mkstemp(cert));
	close(mkstemp(key));
	put_file(cert, pki_pem((X509 *[]){ root.cert, NULL }));
	put_file(key, pki_key_pem(&root));
	snprintf(lines, sizeof(lines),
		 "set network ike gateway g peer-address ip 192.0.2.9\n"
		 "set network ike gateway g authentication certificate local-certificate name c\n"
		 "set network ike gateway g authentication certificate certificate-profile p\n"
		 "set certificate-profile p CA c\n"
		 "set certificate c file %s\nset certificate c key-file %s\n"
		 "set network tunnel ipsec t tunnel-interface tunnel.1\n"
		 "set network tunnel ipsec t auto-key ike-gateway g\n", cert, key);
	parent_stage_configure(lines);
	/* A timer that is due over and over would keep the loop for ever. */
	alarm(60);
	parent = parent_stage_begin();
	log_set_sink(count_line, NULL);
	parent_stage_meet(parent, &ike, MSG_IKE, parent_fake_ike(parent), each_type);
	parent_stage_take_policy(parent, ike);
	parent_stage_rounds(parent);
	log_set_sink(NULL, NULL);
	/* Ours, and the authority. */
	assert_int_equal(warnings, 2);
	assert_true(parent->d.look > clock_ms() && parent->d.look != IKE_NEVER);
	alarm(0);
	chan_free(ike);
	parent_stage_end(parent);
	unlink(cert);
	unlink(key);
	pki_free(&root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shown),
		cmocka_unit_test(test_warned),
		cmocka_unit_test(test_looked_at),
	};

	return cmocka_run_group_tests_name("certificates, shown", tests, parent_stage_open,
					   parent_stage_close);
}
