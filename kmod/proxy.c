// SPDX-License-Identifier: GPL-2.0
/* Proxy-IDs: a tunnel's table of them, and which one a packet belongs to. */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/pantun.h>
#include <linux/slab.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include "classify.h"
#include "compat.h"
#include "netdev.h"
#include "nl_event.h"
#include "proxy.h"
#include "sa.h"
#include "tx.h"

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
	struct pantun_proxy *proxy = kzalloc(sizeof(*proxy), GFP_KERNEL);

	if (!proxy)
		return NULL;
	strscpy(proxy->name, name, sizeof(proxy->name));
	proxy->selector = *selector;
	proxy->tunnel = tunnel;
	INIT_LIST_HEAD(&proxy->sas);
	skb_queue_head_init(&proxy->hold);
	INIT_DELAYED_WORK(&proxy->hold_work, pantun_tx_hold_work);
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

/**
 * pantun_proxy_put - drops a reference
 * @proxy: the proxy-ID
 *
 * Context: any.
 */
void pantun_proxy_put(struct pantun_proxy *proxy)
{
	if (refcount_dec_and_test(&proxy->refs))
		kfree_rcu(proxy, rcu);
}

static struct pantun_proxy_table *table_alloc(u32 count)
{
	struct pantun_proxy_table *table;

	table = kzalloc(struct_size(table, entry, count), GFP_KERNEL);
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

static void publish(struct pantun_tunnel *tunnel, struct pantun_proxy_table *table)
{
	struct pantun_proxy_table *old = pantun_proxy_table(tunnel);

	rcu_assign_pointer(tunnel->proxies, table);
	tunnel->pn->generation++;
	if (old)
		call_rcu(&old->rcu, table_free_rcu);
}

/* Out of the table already: its SAs, held packets and the table's reference. */
static void retire(struct pantun_proxy *proxy)
{
	pantun_sa_flush(proxy);
	pantun_tx_hold_stop(proxy);
	pantun_nl_event_proxy(proxy, PANTUN_EVENT_DEL);
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
	publish(tunnel, table);
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
		retire(table->entry[i]);
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
 * Return: 0; -EEXIST for a name in use; -ENOSPC at PANTUN_PROXIES_MAX; -EINVAL for a
 * second one with GRE; -ENOMEM.
 * Context: process, cfg_lock.
 */
int pantun_proxy_new(struct pantun_tunnel *tunnel, const char *name,
		     const struct pantun_selector *selector, struct netlink_ext_ack *extack)
{
	struct pantun_proxy_table *old = pantun_proxy_table(tunnel), *table;
	struct pantun_proxy *proxy, *out = stand_in(old);

	if (pantun_proxy_find(tunnel, name)) {
		NL_SET_ERR_MSG(extack,
			       "there is a proxy-ID of this name: delete it, or use another");
		return -EEXIST;
	}
	if (old->count >= PANTUN_PROXIES_MAX) {
		NL_SET_ERR_MSG(extack, "250 proxy-IDs a tunnel are the limit: use a second tunnel");
		return -ENOSPC;
	}
	if (tunnel->opts.gre && !out) {
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
	publish(tunnel, table);
	if (out)
		retire(out);
	pantun_nl_event_proxy(proxy, PANTUN_EVENT_NEW);
	pantun_netdev_update(tunnel);
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
	publish(tunnel, table);
	retire(proxy);
	if (in)
		pantun_nl_event_proxy(in, PANTUN_EVENT_NEW);
	pantun_netdev_update(tunnel);
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

/*
 * What stands for ports, in the order of the wire: ports proper, or type and code of
 * ICMP as one number (RFC 7296 section 3.13.1).  False if cut off.
 */
static bool dissect_ports(const struct sk_buff *skb, int offset, struct pantun_flow *flow,
			  u16 *source, u16 *dest)
{
	const __be16 *p;
	__be16 buf[2];

	switch (flow->proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
		p = skb_header_pointer(skb, offset, sizeof(buf), buf);
		if (!p)
			return false;
		*source = ntohs(p[0]);
		*dest = ntohs(p[1]);
		break;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		p = skb_header_pointer(skb, offset, sizeof(buf[0]), buf);
		if (!p)
			return false;
		*source = ntohs(p[0]);
		*dest = *source;
		break;
	default:
		return true;
	}
	flow->has_ports = true;
	return true;
}

/* Offset of the upper layer's header, 0 where there is none to look at, or below. */
static int dissect_v4(const struct sk_buff *skb, int offset, struct pantun_flow *flow,
		      union pantun_addr *source, union pantun_addr *dest)
{
	const struct iphdr *iph;
	struct iphdr buf;

	iph = skb_header_pointer(skb, offset, sizeof(buf), &buf);
	if (!iph || iph->ihl < 5)
		return -EINVAL;
	flow->family = AF_INET;
	flow->proto = iph->protocol;
	source->v4 = iph->saddr;
	dest->v4 = iph->daddr;
	return iph->frag_off & htons(IP_OFFSET) ? 0 : offset + iph->ihl * 4;
}

static int dissect_v6(const struct sk_buff *skb, int offset, struct pantun_flow *flow,
		      union pantun_addr *source, union pantun_addr *dest)
{
	const struct frag_hdr *fragment;
	const struct ipv6hdr *ip6h;
	struct frag_hdr fbuf;
	struct ipv6hdr buf;
	__be16 frag_off;

	ip6h = skb_header_pointer(skb, offset, sizeof(buf), &buf);
	if (!ip6h)
		return -EINVAL;
	flow->family = AF_INET6;
	flow->proto = ip6h->nexthdr;
	source->v6 = ip6h->saddr;
	dest->v6 = ip6h->daddr;
	if (flow->proto == NEXTHDR_NONE)
		return 0;
	offset = ipv6_skip_exthdr(skb, offset + sizeof(buf), &flow->proto, &frag_off);
	if (offset < 0)
		return -EINVAL;
	if (!(frag_off & htons(IP6_OFFSET)))
		return offset;
	/* the walk stops at the fragment header, which knows what comes behind it */
	fragment = skb_header_pointer(skb, offset, sizeof(fbuf), &fbuf);
	if (!fragment)
		return -EINVAL;
	flow->proto = fragment->nexthdr;
	return 0;
}

/**
 * pantun_flow_dissect - what selectors look at in a packet
 * @skb: IP packet, from skb_network_header() on
 * @outbound: whether its source is our side
 * @flow: what to fill
 *
 * Return: false if it is not IP, or headers are cut off.
 * Context: any.
 */
bool pantun_flow_dissect(struct sk_buff *skb, bool outbound,
			 struct pantun_flow *flow)
{
	union pantun_addr *source = outbound ? &flow->local : &flow->remote;
	union pantun_addr *dest = outbound ? &flow->remote : &flow->local;
	u16 *sport = outbound ? &flow->local_port : &flow->remote_port;
	u16 *dport = outbound ? &flow->remote_port : &flow->local_port;
	int offset = skb_network_offset(skb);
	const u8 *first;
	u8 buf;

	memset(flow, 0, sizeof(*flow));
	first = skb_header_pointer(skb, offset, sizeof(buf), &buf);
	if (!first)
		return false;
	if (*first >> 4 == 4)
		offset = dissect_v4(skb, offset, flow, source, dest);
	else if (*first >> 4 == 6)
		offset = dissect_v6(skb, offset, flow, source, dest);
	else
		return false;
	if (offset < 0)
		return false;
	return !offset || dissect_ports(skb, offset, flow, sport, dport);
}
