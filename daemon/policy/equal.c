// SPDX-License-Identifier: GPL-2.0-or-later
/* What changed from one policy to another, by the lists of fields.h. */
#include <string.h>

#include "policy/fields.h"
#include "policy/policy.h"

/* All take pointers to the two fields. */
#define SAME_VALUE(a, b)	(*(a) == *(b))
#define SAME_TEXT(a, b)		(!strcmp(*(a), *(b)))
#define SAME_ADDR(a, b)		addr_equal(a, b)
#define SAME_ID(a, b)		policy_id_equal(a, b)
#define SAME_PROPOSALS(a, b)	prop_list_equal(a, b)
#define SAME_SELECTORS(a, b)	selectors_same(a, b)
#define SAME_OUTER(a, b)	outers_same(a, b, most)
#define SAME_MONITOR(a, b)	monitors_same(a, b)
#define SAME_PPKS(a, b)		ppks_same(a, b)
#define SAME_KEYS(a, b)		secret_equal(*(a), *(b), sizeof(**(a)))

/* Of the changes from @a to @b that take @most and more, is there none? */
#define SAME(field, change, how) \
	if ((change) <= most && !SAME_##how(&a->field, &b->field)) \
		return false;
#define APART(field)

bool policy_id_equal(const struct ike_id *a, const struct ike_id *b)
{
	const enum policy_change most = POLICY_ANEW;

	POLICY_ID_FIELDS(SAME, APART)
	return !a->n || !memcmp(a->b, b->b, a->n);
}

static bool selectors_same(const struct ts_pair *a, const struct ts_pair *b)
{
	return ts_list_equal(&a->local, &b->local) && ts_list_equal(&a->remote, &b->remote);
}

static bool outers_same(const struct policy_outer *a, const struct policy_outer *b,
			enum policy_change most)
{
	POLICY_OUTER_FIELDS(SAME)
	return true;
}

static bool probes_same(const struct policy_probe *a, const struct policy_probe *b)
{
	const enum policy_change most = POLICY_LIVE;

	POLICY_PROBE_FIELDS(SAME)
	return true;
}

static bool monitors_same(const struct policy_monitor *a, const struct policy_monitor *b)
{
	const enum policy_change most = POLICY_LIVE;

	if (a->n != b->n)
		return false;
	if (!a->n)
		return true;
	for (unsigned int i = 0; i < a->n; i++) {
		if (!probes_same(&a->probes[i], &b->probes[i]))
			return false;
	}
	POLICY_MONITOR_FIELDS(SAME, APART)
	return true;
}

static bool ppks_same(const struct policy_ppks *a, const struct policy_ppks *b)
{
	if (a->mode != b->mode || a->n != b->n)
		return false;
	for (unsigned int i = 0; i < a->n; i++) {
		if (a->list[i].key != b->list[i].key || strcmp(a->list[i].id, b->list[i].id) != 0)
			return false;
	}
	return true;
}

static bool gateways_same(const struct policy_gateway *a, const struct policy_gateway *b,
			  enum policy_change most)
{
	POLICY_GATEWAY_FIELDS(SAME, APART)
	return true;
}

static bool tunnels_same(const struct policy_tunnel *a, const struct policy_tunnel *b,
			 enum policy_change most)
{
	POLICY_TUNNEL_FIELDS(SAME, APART)
	return true;
}

bool policy_gateway_kin(const struct policy_gateway *a, const struct policy_gateway *b)
{
	return gateways_same(a, b, POLICY_ANEW);
}

bool policy_gateway_equal(const struct policy_gateway *a, const struct policy_gateway *b)
{
	return gateways_same(a, b, POLICY_LIVE);
}

bool policy_tunnel_kin(const struct policy_tunnel *a, const struct policy_tunnel *b)
{
	/* A rekey goes on with the protocol. */
	return tunnels_same(a, b, POLICY_ANEW) &&
	       prop_list_proto(&a->esp) == prop_list_proto(&b->esp);
}

bool policy_tunnel_equal(const struct policy_tunnel *a, const struct policy_tunnel *b)
{
	return tunnels_same(a, b, POLICY_REKEY);
}

bool policy_tunnel_same(const struct policy_tunnel *a, const struct policy_tunnel *b)
{
	if (!tunnels_same(a, b, POLICY_LIVE) || a->n_proxies != b->n_proxies)
		return false;
	for (unsigned int i = 0; i < a->n_proxies; i++) {
		if (!policy_proxy_equal(&a->proxies[i], &b->proxies[i]))
			return false;
	}
	return true;
}

bool policy_proxy_equal(const struct policy_proxy *a, const struct policy_proxy *b)
{
	const enum policy_change most = POLICY_ANEW;

	POLICY_PROXY_FIELDS(SAME)
	return true;
}

bool policy_manual_equal(const struct policy_manual *a, const struct policy_manual *b)
{
	const enum policy_change most = POLICY_LIVE;

	POLICY_MANUAL_FIELDS(SAME, APART)
	return true;
}
