// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/certificates.h"

#include <stdio.h>

#include "base/items.h"
#include "base/log.h"
#include "base/text.h"
#include "crypto/cert_info.h"
#include "crypto/cert_rules.h"
#include "ike/info.h"

#define DAY	86400
#define DAYS	30	/* before a certificate ends warnings begin */

/* Who is told. */
struct listener {
	int64_t now;
	void (*each)(void *to, const struct ctl_certificate *certificate);
	void *to;
};

static uint64_t own_of(const struct policy_gateway *gateway)
{
	return gateway->cert;
}

static uint64_t trust_of(const struct policy_gateway *gateway)
{
	return gateway->trust;
}

/* How many gateways have the same as @gateway; 0: one before it is among them. */
static unsigned int sharers(const struct policy *policy, const struct policy_gateway *gateway,
			    uint64_t (*of)(const struct policy_gateway *gateway))
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < policy->n_gateways; i++) {
		const struct policy_gateway *other = &policy->gateways[i];

		if (of(other) != of(gateway))
			continue;
		if (other < gateway)
			return 0;
		n++;
	}
	return n;
}

/* Rounds down, so that what has ended has less than none left. */
static int64_t days_between(int64_t from, int64_t to)
{
	return (to - from) / DAY - ((to - from) % DAY < 0);
}

/* The first of @items is for @first, the others for @rest. */
static void tell_items(const struct listener *listener, struct ctl_certificate row,
		       struct bytes items, const char *first, const char *rest)
{
	struct cert_info info;
	struct bytes der;

	row.use = first;
	while (items_next(&items, &der)) {
		if (cert_info_read(der, &info)) {
			row.subject = info.subject;
			row.issuer = info.issuer;
			row.identities = info.identities;
			row.until = info.until;
			row.days = days_between(listener->now, info.until);
			listener->each(listener->to, &row);
		}
		row.use = rest;
	}
}

void certificates_each(const struct policy *policy, int64_t now,
		       void (*each)(void *to, const struct ctl_certificate *certificate),
		       void *to)
{
	const struct listener listener = { .now = now, .each = each, .to = to };

	for (unsigned int i = 0; policy && i < policy->n_gateways; i++) {
		const struct policy_gateway *gateway = &policy->gateways[i];
		struct ctl_certificate row = { .gateway = gateway->name };
		struct cert_rules rules;
		struct bytes items;

		row.gateways = gateway->chain ? sharers(policy, gateway, own_of) : 0;
		if (row.gateways)
			tell_items(&listener, row, secret_bytes(gateway->chain), "own", "between");
		row.gateways = gateway->anchors ? sharers(policy, gateway, trust_of) : 0;
		if (!row.gateways)
			continue;
		items = secret_bytes(gateway->anchors);
		if (cert_rules_take(&items, &rules))
			tell_items(&listener, row, items, "authority", "authority");
	}
}

/* Who is warned. */
struct warned {
	void (*tell)(void *ctx, const struct ike_event *event);
	void *ctx;
};

static void warn_of(void *to, const struct ctl_certificate *certificate)
{
	const struct warned *warned = to;
	char subject[POLICY_NAME + 10];
	struct ike_event event = { .kind = "certificate-ends" };
	struct text text;

	if (certificate->days >= DAYS)
		return;
	text_copy(event.gateway, sizeof(event.gateway), certificate->gateway);
	text_init(&text, event.text, sizeof(event.text));
	text_add(&text, "certificate (%s) of %s, issued by %s, ", certificate->use,
		 certificate->subject, certificate->issuer);
	if (certificate->days < 0)
		text_add(&text, "has expired");
	else
		text_add(&text, "expires in %lld day%s", (long long)certificate->days,
			 text_plural((size_t)certificate->days));
	snprintf(subject, sizeof(subject), "gateway %s", certificate->gateway);
	log_warning(subject, "%s", event.text);
	warned->tell(warned->ctx, &event);
}

void certificates_warn(const struct policy *policy, int64_t now,
		       void (*tell)(void *ctx, const struct ike_event *event), void *ctx)
{
	struct warned warned = { .tell = tell, .ctx = ctx };

	certificates_each(policy, now, warn_of, &warned);
}
