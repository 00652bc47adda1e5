// SPDX-License-Identifier: GPL-2.0
/* Proxy-IDs: a tunnel's table of them, and which one a flow belongs to. */
#include <linux/pantun.h>
#include <linux/slab.h>
#include "compat.h"
#include "core/events.h"
#include "core/hold.h"
#include "core/proxy.h"
#include "core/sa.h"
#include "core/tunnel.h"
#include "pure/classify.h"

#define DEFAULT_NAME	"default"
#define FEW		8	/* proxy-IDs that are faster asked one after the other */

/**
 * pantun_proxy_table - a tunnel's proxy-IDs, for writers
 * @tunnel: the tunnel
 *
 * Return: the table, most specific proxy-ID first.
 * Context: cfg_lock.
 */
struct pantun_proxy_table *pantun_proxy_table(const struct pantun_tunnel *tunnel)
{
	return rcu_dereference_protected(tunnel->proxies,
					 lockdep_is_held(&tunnel->pn->cfg_lock));
}

/**
 * pantun_proxy_find - a proxy-ID by name
 * @tunnel: its tunnel
 * @name: its name
 *
 * Return: the proxy-ID without a reference, or NULL.
 * Context: cfg_lock.
 */
struct pantun_proxy *pantun_proxy_find(const struct pantun_tunnel *tunnel, const char *name)
{
	const struct pantun_proxy_table *table = pantun_proxy_table(tunnel);
	u32 i;

	for (i = 0; i < table->count; i++)
		if (!strcmp(table->entry[i]->name, name))
			return table->entry[i];
	return NULL;
}

static struct pantun_proxy *proxy_alloc(struct pantun_tunnel *tunnel, const char *name,
					const struct pantun_selector *selector)
{
	struct pantun_proxy *proxy = kzalloc(sizeof(*proxy), GFP_KERNEL_ACCOUNT);

	if (!proxy)
		return NULL;
	strscpy(proxy->name, name, sizeof(proxy->name));
	proxy->selector = *selector;
	proxy->tunnel = tunnel;
	INIT_LIST_HEAD(&proxy->sas);
	pantun_hold_init(proxy);
	refcount_set(&proxy->refs, 1);
	return proxy;
}

static struct pantun_proxy *implicit_alloc(struct pantun_tunnel *tunnel)
{
	struct pantun_selector any;
	struct pantun_proxy *proxy;

	pantun_selector_any(&any);
	proxy = proxy_alloc(tunnel, DEFAULT_NAME, &any);
	if (proxy)
		proxy->implicit = true;
	return proxy;
}

static struct pantun_proxy_table *table_alloc(u32 count)
{
	struct pantun_proxy_table *table;

	table = kzalloc(struct_size(table, entry, count), GFP_KERNEL_ACCOUNT);
	if (table)
		table->count = count;
	return table;
}

static void table_free(struct pantun_proxy_table *table)
{
	pantun_classifier_free(table->classifier);
	kfree(table);
}

static void table_free_rcu(struct rcu_head *rcu)
{
	table_free(container_of(rcu, struct pantun_proxy_table, rcu));
}

/* Has many entries found by a classifier.  False on lack of memory. */
static bool table_classify(struct pantun_proxy_table *table)
{
	const struct pantun_selector **selectors;
	u32 i;

	BUILD_BUG_ON(PANTUN_PROXIES_MAX > PANTUN_CLASSIFY_MAX);
	if (table->count <= FEW)
		return true;
	selectors = kmalloc_array(table->count, sizeof(*selectors), GFP_KERNEL);
	if (!selectors)
		return false;
	for (i = 0; i < table->count; i++)
		selectors[i] = &table->entry[i]->selector;
	table->classifier = pantun_classifier_new(selectors, table->count);
	kfree(selectors);
	return table->classifier;
}

/* @old without @out, with @in at its place; either may be NULL.  NULL on lack of memory. */
static struct pantun_proxy_table *table_edit(const struct pantun_proxy_table *old,
					     const struct pantun_proxy *out,
					     struct pantun_proxy *in)
{
	struct pantun_proxy_table *table = table_alloc(old->count - !!out + !!in);
	u32 from, to = 0;

	if (!table)
		return NULL;
	for (from = 0; from < old->count; from++) {
		struct pantun_proxy *entry = old->entry[from];

		if (entry == out)
			continue;
		if (in && pantun_selector_compare(&in->selector, &entry->selector) < 0) {
			table->entry[to++] = in;
			in = NULL;
		}
		table->entry[to++] = entry;
	}
	if (in)
		table->entry[to] = in;
	if (table_classify(table))
		return table;
	table_free(table);
	return NULL;
}

static void publish_table(struct pantun_tunnel *tunnel, struct pantun_proxy_table *table)
{
	struct pantun_proxy_table *old = pantun_proxy_table(tunnel);

	rcu_assign_pointer(tunnel->proxies, table);
	tunnel->pn->generation++;
	if (old)
		call_rcu(&old->rcu, table_free_rcu);
}

/* Out of the table already: its SAs, held packets and the table's reference. */
static void retire_proxy(struct pantun_proxy *proxy)
{
	pantun_sa_flush(proxy);
	pantun_hold_stop(proxy);
	if (!proxy->implicit)
		proxy->tunnel->pn->proxy_count--;
	pantun_event_proxy(proxy, PANTUN_EVENT_DEL);
	pantun_proxy_put(proxy);
}

/**
 * pantun_proxy_init - gives a new tunnel its proxy-ID that matches everything
 * @tunnel: the tunnel
 *
 * Return: 0 or -ENOMEM.
 * Context: process; takes cfg_lock.
 */
int pantun_proxy_init(struct pantun_tunnel *tunnel)
{
	struct pantun_proxy_table *table = table_alloc(1);

	if (!table)
		return -ENOMEM;
	table->entry[0] = implicit_alloc(tunnel);
	if (!table->entry[0]) {
		kfree(table);
		return -ENOMEM;
	}
	mutex_lock(&tunnel->pn->cfg_lock);
	publish_table(tunnel, table);
	mutex_unlock(&tunnel->pn->cfg_lock);
	return 0;
}

/**
 * pantun_proxy_teardown - deletes all proxy-IDs with their SAs
 * @tunnel: a tunnel that is going away, with no transmission under way
 *
 * Context: process, cfg_lock.
 */
void pantun_proxy_teardown(struct pantun_tunnel *tunnel)
{
	struct pantun_proxy_table *table = pantun_proxy_table(tunnel);
	u32 i;

	for (i = 0; i < table->count; i++)
		retire_proxy(table->entry[i]);
	RCU_INIT_POINTER(tunnel->proxies, NULL);
	call_rcu(&table->rcu, table_free_rcu);
}

/* Whether SAs stand on it; reservations do not count. */
static bool has_sas(const struct pantun_proxy *proxy)
{
	const struct pantun_sa *sa;

	list_for_each_entry(sa, &proxy->sas, proxy_list)
		if (!test_bit(PANTUN_SA_LARVAL, &sa->flags))
			return true;
	return false;
}

/* The stand-in that the first proxy-ID takes the place of, or NULL. */
static struct pantun_proxy *stand_in(const struct pantun_proxy_table *table)
{
	struct pantun_proxy *only = table->count == 1 ? table->entry[0] : NULL;

	return only && only->implicit && !has_sas(only) ? only : NULL;
}

/**
 * pantun_proxy_new - adds a proxy-ID
 * @tunnel: to what
 * @name: its name
 * @selector: what it matches, checked
 * @extack: says why not
 *
 * Return: 0; -EEXIST for a name in use; -ENOSPC at PANTUN_PROXIES_MAX and at the
 * namespace's limit; -EINVAL for a second one with GRE; -ENOMEM.
 * Context: process, cfg_lock.
 */
int pantun_proxy_new(struct pantun_tunnel *tunnel, const char *name,
		     const struct pantun_selector *selector, struct netlink_ext_ack *extack)
{
	struct pantun_proxy_table *old = pantun_proxy_table(tunnel), *table;
	struct pantun_proxy *proxy, *out = stand_in(old);
	struct pantun_net *pn = tunnel->pn;

	if (pantun_proxy_find(tunnel, name)) {
		NL_SET_ERR_MSG(extack,
			       "there is a proxy-ID of this name: delete it, or use another");
		return -EEXIST;
	}
	if (old->count >= PANTUN_PROXIES_MAX) {
		NL_SET_ERR_MSG(extack, "250 proxy-IDs at most per tunnel: use a second tunnel");
		return -ENOSPC;
	}
	if (pn->proxy_count >= READ_ONCE(pantun_max_proxies)) {
		NL_SET_ERR_MSG(extack,
			       "this network namespace has max_proxies: delete some, or raise it");
		return -ENOSPC;
	}
	if (pantun_tunnel_opts(tunnel)->gre && !out) {
		NL_SET_ERR_MSG(extack,
			       "a tunnel with GRE has one proxy-ID: delete that, or end GRE");
		return -EINVAL;
	}
	proxy = proxy_alloc(tunnel, name, selector);
	if (!proxy)
		return -ENOMEM;
	table = table_edit(old, out, proxy);
	if (!table) {
		pantun_proxy_put(proxy);
		return -ENOMEM;
	}
	publish_table(tunnel, table);
	pn->proxy_count++;
	if (out)
		retire_proxy(out);
	pantun_event_proxy(proxy, PANTUN_EVENT_NEW);
	pantun_tunnel_poke(tunnel);
	return 0;
}

/**
 * pantun_proxy_delete - deletes a proxy-ID with its SAs, and nothing else
 * @proxy: the proxy-ID; after the last one the stand-in comes back
 * @extack: says why not
 *
 * Return: 0 or -ENOMEM.
 * Context: process, cfg_lock.
 */
int pantun_proxy_delete(struct pantun_proxy *proxy, struct netlink_ext_ack *extack)
{
	struct pantun_tunnel *tunnel = proxy->tunnel;
	struct pantun_proxy_table *old = pantun_proxy_table(tunnel), *table;
	struct pantun_proxy *in = NULL;

	if (old->count == 1) {
		in = implicit_alloc(tunnel);
		if (!in)
			return -ENOMEM;
	}
	table = table_edit(old, proxy, in);
	if (!table) {
		if (in)
			pantun_proxy_put(in);
		NL_SET_ERR_MSG(extack, "no memory for the new table: nothing was changed");
		return -ENOMEM;
	}
	publish_table(tunnel, table);
	retire_proxy(proxy);
	if (in)
		pantun_event_proxy(in, PANTUN_EVENT_NEW);
	pantun_tunnel_poke(tunnel);
	return 0;
}

/**
 * pantun_proxy_has_pair - whether traffic of a proxy-ID gets out and in
 * @proxy: the proxy-ID
 *
 * Return: true if it has a current outbound and an inbound SA within their limits.
 * Context: cfg_lock.
 */
bool pantun_proxy_has_pair(const struct pantun_proxy *proxy)
{
	const struct pantun_sa *out, *sa;

	out = rcu_dereference_protected(proxy->out_sa,
					lockdep_is_held(&proxy->tunnel->pn->cfg_lock));
	if (!out || !pantun_sa_usable(out))
		return false;
	list_for_each_entry(sa, &proxy->sas, proxy_list)
		if (sa->dir == PANTUN_DIR_IN && pantun_sa_usable(sa))
			return true;
	return false;
}

/**
 * pantun_proxy_traffic - what a proxy-ID has carried, by all its SAs ever
 * @proxy: the proxy-ID
 * @traffic: what to fill
 *
 * Context: cfg_lock.
 */
void pantun_proxy_traffic(const struct pantun_proxy *proxy, struct pantun_traffic *traffic)
{
	struct pantun_sa *sa;
	u64 packets, bytes;

	traffic->rx_packets = atomic64_read(&proxy->rx_packets);
	traffic->rx_bytes = atomic64_read(&proxy->rx_bytes);
	traffic->tx_packets = atomic64_read(&proxy->tx_packets);
	traffic->tx_bytes = atomic64_read(&proxy->tx_bytes);
	list_for_each_entry(sa, &proxy->sas, proxy_list) {
		pantun_sa_traffic(sa, &packets, &bytes);
		if (sa->dir == PANTUN_DIR_IN) {
			traffic->rx_packets += packets;
			traffic->rx_bytes += bytes;
		} else {
			traffic->tx_packets += packets;
			traffic->tx_bytes += bytes;
		}
	}
}

/**
 * pantun_proxy_match - the proxy-ID of an outgoing packet
 * @tunnel: where it goes out
 * @flow: what selectors look at
 *
 * Return: the most specific one that matches, without a reference, or NULL.
 * Context: RCU read side.
 */
struct pantun_proxy *pantun_proxy_match(struct pantun_tunnel *tunnel,
					const struct pantun_flow *flow)
{
	const struct pantun_proxy_table *table = rcu_dereference(tunnel->proxies);
	int found;
	u32 i;

	if (!table)
		return NULL;
	if (table->classifier) {
		found = pantun_classifier_match(table->classifier, flow);
		return found < 0 ? NULL : table->entry[found];
	}
	for (i = 0; i < table->count; i++)
		if (pantun_selector_match(&table->entry[i]->selector, flow))
			return table->entry[i];
	return NULL;
}

/**
 * pantun_proxy_only - the proxy-ID of a tunnel that has just one
 * @tunnel: a tunnel with GRE
 *
 * Return: the first one, without a reference, or NULL while the tunnel goes away.
 * Context: RCU read side.
 */
struct pantun_proxy *pantun_proxy_only(struct pantun_tunnel *tunnel)
{
	const struct pantun_proxy_table *table = rcu_dereference(tunnel->proxies);

	return table && table->count ? table->entry[0] : NULL;
}
