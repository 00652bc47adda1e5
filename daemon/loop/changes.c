// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/changes.h"

#include <stdio.h>
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

static const struct policy_gateway *find_gateway(const struct policy *policy, const char *name)
{
	for (unsigned int i = 0; policy && i < policy->n_gateways; i++) {
		if (!strcmp(policy->gateways[i].name, name))
			return &policy->gateways[i];
	}
	return NULL;
}

/* Leaves @walk at the tunnel of that name; false: there is none. */
static bool find_tunnel(struct policy_walk *walk, const struct policy *policy, const char *name)
{
	*walk = (struct policy_walk){ 0 };
	while (policy_next(walk, policy))
		if (!strcmp(walk->tunnel->name, name))
			return true;
	return false;
}

static bool outer_equal(const struct policy_outer *a, const struct policy_outer *b)
{
	return a->df == b->df && a->copy_tos == b->copy_tos && a->dscp == b->dscp &&
	       a->ttl == b->ttl && a->copy_flow_label == b->copy_flow_label &&
	       a->gre == b->gre && a->tfc == b->tfc && a->dummy_ms == b->dummy_ms &&
	       a->mark == b->mark && !strcmp(a->underlay, b->underlay);
}

static bool monitor_equal(const struct policy_monitor *a, const struct policy_monitor *b)
{
	if (a->n != b->n)
		return false;
	for (unsigned int i = 0; i < a->n; i++) {
		if (!addr_equal(&a->probes[i].destination, &b->probes[i].destination) ||
		    !addr_equal(&a->probes[i].source, &b->probes[i].source))
			return false;
	}
	return !a->n || (!strcmp(a->proxy, b->proxy) && a->action == b->action &&
			 a->interval_ms == b->interval_ms && a->threshold == b->threshold &&
			 a->recovery == b->recovery);
}

static bool proxies_equal(const struct policy_tunnel *a, const struct policy_tunnel *b)
{
	if (a->n_proxies != b->n_proxies)
		return false;
	for (unsigned int i = 0; i < a->n_proxies; i++) {
		if (!policy_proxy_equal(&a->proxies[i], &b->proxies[i]))
			return false;
	}
	return true;
}

static bool manual_equal(const struct policy_manual *a, const struct policy_manual *b)
{
	if (!a || !b)
		return a == b;
	return addr_equal(&a->local, &b->local) && addr_equal(&a->peer, &b->peer) &&
	       a->spi_out == b->spi_out && a->spi_in == b->spi_in && a->ah == b->ah &&
	       a->overlap == b->overlap && a->encr == b->encr && a->integ == b->integ &&
	       secret_equal(a->keys, b->keys, sizeof(*a->keys));
}

static bool tunnel_equal(const struct policy_walk *a, const struct policy_walk *b)
{
	const struct policy_tunnel *s = a->tunnel, *t = b->tunnel;

	if (!a->gateway != !b->gateway ||
	    (a->gateway && strcmp(a->gateway->name, b->gateway->name) != 0))
		return false;
	return policy_tunnel_equal(s, t) && s->start == t->start && s->carrier == t->carrier &&
	       outer_equal(&s->outer, &t->outer) && monitor_equal(&s->monitor, &t->monitor) &&
	       proxies_equal(s, t) && manual_equal(a->manual, b->manual);
}

/*
 * Reports @what of @tunnel, and an interface that no tunnel uses any more.  That one stays: it
 * has the administrator's addresses and routes.
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

static void tell_removed_tunnels(const struct report *report, const struct policy *before,
				 const struct policy *after)
{
	struct policy_walk was = { 0 }, is;

	while (policy_next(&was, before))
		if (!find_tunnel(&is, after, was.tunnel->name))
			tell_left(report, was.tunnel, after, "removed");
}

static void tell_other_tunnels(const struct report *report, const struct policy *before,
			       const struct policy *after)
{
	struct policy_walk was, is = { 0 };

	while (policy_next(&is, after)) {
		if (!find_tunnel(&was, before, is.tunnel->name))
			tell_line(report, "tunnel", is.tunnel->name, "added");
		else if (!tunnel_equal(&was, &is))
			tell_left(report, was.tunnel, after, "changed");
	}
}

/* How the gateway changed, and what becomes of the SAs that it negotiated before. */
static const char *gateway_change(const struct policy_gateway *was,
				  const struct policy_gateway *gateway)
{
	if (!gateway->n_tunnels || policy_gateway_kin(was, gateway))
		return "changed";
	if (gateway->passive || !gateway->peer.family)
		return "changed: SAs that stand carry packets until the peer has negotiated others";
	return "changed: new keys are being negotiated, and what stands carries packets until then";
}

void changes_each(const struct policy *before, const struct policy *after,
		  void (*line)(void *ctx, const char *text), void *ctx)
{
	const struct report report = { line, ctx };

	for (unsigned int i = 0; before && i < before->n_gateways; i++) {
		if (!find_gateway(after, before->gateways[i].name))
			tell_line(&report, "gateway", before->gateways[i].name, "removed");
	}
	tell_removed_tunnels(&report, before, after);
	for (unsigned int i = 0; i < after->n_gateways; i++) {
		const struct policy_gateway *gateway = &after->gateways[i];
		const struct policy_gateway *was = find_gateway(before, gateway->name);

		if (!was)
			tell_line(&report, "gateway", gateway->name, "added");
		else if (!policy_gateway_equal(was, gateway))
			tell_line(&report, "gateway", gateway->name, gateway_change(was, gateway));
	}
	tell_other_tunnels(&report, before, after);
}
