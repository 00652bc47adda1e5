// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/changes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"

struct report {
	void (*line)(void *ctx, const char *text);
	void *ctx;
};

static void tell_line(const struct report *report, const char *kind, const char *name,
		      const char *what)
{
	char text[POLICY_NAME + 192];

	snprintf(text, sizeof(text), "%s %s: %s", kind, name, what);
	report->line(report->ctx, text);
}

/* --- what a policy has, by name --- */

/* A gateway or a tunnel, by name. */
struct named {
	const char *name;
	struct policy_walk at;		/* for a gateway only at.gateway is set */
};

struct index {
	const struct policy *policy;		/* NULL: no configuration */
	struct named *gateways, *tunnels;	/* arrays, sorted by name */
	size_t n_gateways, n_tunnels;
};

static int compare_names(const void *a, const void *b)
{
	const struct named *one = a, *other = b;

	return strcmp(one->name, other->name);
}

static void index_free(struct index *index)
{
	free(index->gateways);
	free(index->tunnels);
}

/* False: out of memory.  The caller frees the index either way. */
static bool index_make(struct index *index, const struct policy *policy)
{
	struct policy_walk walk = { 0 };
	size_t n = policy ? policy->n_gateways : 0;

	*index = (struct index){ .policy = policy, .n_gateways = n };
	while (policy_next(&walk, policy))
		index->n_tunnels++;
	index->gateways = calloc(n + 1, sizeof(*index->gateways));
	index->tunnels = calloc(index->n_tunnels + 1, sizeof(*index->tunnels));
	if (!index->gateways || !index->tunnels)
		return false;
	for (size_t i = 0; i < n; i++)
		index->gateways[i] = (struct named){ .name = policy->gateways[i].name,
						     .at.gateway = &policy->gateways[i] };
	walk = (struct policy_walk){ 0 };
	for (size_t i = 0; policy_next(&walk, policy); i++)
		index->tunnels[i] = (struct named){ .name = walk.tunnel->name, .at = walk };
	qsort(index->gateways, n, sizeof(*index->gateways), compare_names);
	qsort(index->tunnels, index->n_tunnels, sizeof(*index->tunnels), compare_names);
	return true;
}

static const struct policy_gateway *find_gateway(const struct index *index, const char *name)
{
	const struct named key = { .name = name };
	const struct named *found = bsearch(&key, index->gateways, index->n_gateways,
					    sizeof(key), compare_names);

	return found ? found->at.gateway : NULL;
}

/* NULL: there is no tunnel of that name. */
static const struct policy_walk *find_tunnel(const struct index *index, const char *name)
{
	const struct named key = { .name = name };
	const struct named *found = bsearch(&key, index->tunnels, index->n_tunnels, sizeof(key),
					    compare_names);

	return found ? &found->at : NULL;
}

/* --- what is the same --- */

static bool tunnel_equal(const struct policy_walk *a, const struct policy_walk *b)
{
	if (!a->gateway != !b->gateway ||
	    (a->gateway && strcmp(a->gateway->name, b->gateway->name) != 0))
		return false;
	return !a->manual == !b->manual && policy_tunnel_same(a->tunnel, b->tunnel) &&
	       (!a->manual || policy_manual_equal(a->manual, b->manual));
}

/* --- what is not --- */

/*
 * Reports @what for @tunnel, and warns of an interface that no tunnel uses any more.  The
 * interface stays, because it holds the administrator's addresses and routes.
 */
static void tell_left(const struct report *report, const struct policy_tunnel *tunnel,
		      const struct policy *after, const char *what)
{
	char text[128];

	if (!policy_tunnel_on(after, tunnel->ifname, NULL)) {
		snprintf(text, sizeof(text),
			 "%s; its interface %s stays until \"ip link del %s\"",
			 what, tunnel->ifname, tunnel->ifname);
		what = text;
	}
	tell_line(report, "tunnel", tunnel->name, what);
}

static void tell_removed(const struct report *report, const struct index *before,
			 const struct index *after)
{
	struct policy_walk was = { 0 };

	for (size_t i = 0; i < before->n_gateways; i++) {
		const char *name = before->policy->gateways[i].name;

		if (!find_gateway(after, name))
			tell_line(report, "gateway", name, "removed");
	}
	while (policy_next(&was, before->policy))
		if (!find_tunnel(after, was.tunnel->name))
			tell_left(report, was.tunnel, after->policy, "removed");
}

/* Describes how the gateway changed, and what happens to the SAs negotiated before. */
static const char *gateway_change(const struct policy_gateway *was,
				  const struct policy_gateway *gateway)
{
	if (!gateway->n_tunnels || policy_gateway_kin(was, gateway))
		return "changed";
	if (gateway->passive || policy_gateway_dynamic(gateway))
		return "changed: SAs that stand carry packets until the peer has negotiated others";
	return "changed: new keys are being negotiated, and what stands carries packets until then";
}

static void tell_other_gateways(const struct report *report, const struct index *before,
				const struct policy *after)
{
	for (unsigned int i = 0; i < after->n_gateways; i++) {
		const struct policy_gateway *is = &after->gateways[i];
		const struct policy_gateway *was = find_gateway(before, is->name);

		if (!was)
			tell_line(report, "gateway", is->name, "added");
		else if (!policy_gateway_equal(was, is))
			tell_line(report, "gateway", is->name, gateway_change(was, is));
	}
}

static void tell_other_tunnels(const struct report *report, const struct index *before,
			       const struct policy *after)
{
	struct policy_walk is = { 0 };

	while (policy_next(&is, after)) {
		const struct policy_walk *was = find_tunnel(before, is.tunnel->name);

		if (!was)
			tell_line(report, "tunnel", is.tunnel->name, "added");
		else if (!tunnel_equal(was, &is))
			tell_left(report, was->tunnel, after, "changed");
	}
}

void changes_each(const struct policy *before, const struct policy *after,
		  void (*line)(void *ctx, const char *text), void *ctx)
{
	const struct report report = { line, ctx };
	struct index was, is;
	bool good = index_make(&was, before);

	good = index_make(&is, after) && good;
	if (good) {
		tell_removed(&report, &was, &is);
		tell_other_gateways(&report, &was, after);
		tell_other_tunnels(&report, &was, after);
	} else {
		line(ctx, "out of memory: what changes is not listed");
	}
	index_free(&was);
	index_free(&is);
}
