// SPDX-License-Identifier: GPL-2.0
/*
 * The earliest way in: ESP is taken from GRO, before the IP layer spends its time on a
 * packet that ends here anyway.
 *
 * The kernel has one place for the GRO and the GSO of a protocol.  XFRM's own (esp4_offload and
 * esp6_offload) may have taken it; we take the place over then and hand on to it what
 * is not ours, so that XFRM's packets lose nothing.  ESP in UDP comes the same way, if
 * its socket has both UDP_ENCAP and UDP_GRO.
 *
 * What is out of the ordinary goes on to the IP layer, and comes to us from there:
 * AH, fragments, options and extension headers, super-packets, padded frames.  So does
 * everything from a device with GRO switched off (ethtool -K DEV gro off), and wherever
 * somebody else has a word before the packet is ours: captures, netfilter, ingress
 * filters, bridges and their like, VLANs.
 */
#include <linux/if_vlan.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/netfilter.h>
#include <linux/pantun.h>
#include <linux/udp.h>
#include <net/gro.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/protocol.h>
#include "compat.h"
#include "data/chain.h"
#include "data/gro.h"
#include "data/rx.h"

/* One of the kernel's two places, and who had it before. */
struct gro_place {
	u8 family;
	const char *module;		/* of XFRM, which wants the place too */
	struct net_offload ours;
	const struct net_offload __rcu *former;
	bool taken;			/* by us */
};

static struct gro_place place4, place6;
static DEFINE_MUTEX(lock);		/* who has the places */
static bool active;

/* Octets that the IP header at @skb's network header gives the packet, with the header. */
static unsigned int ip_len(const struct sk_buff *skb, u8 family)
{
	return family == AF_INET ? ntohs(ip_hdr(skb)->tot_len) :
				   sizeof(struct ipv6hdr) + ntohs(ipv6_hdr(skb)->payload_len);
}

/*
 * Whether nothing but ordinary headers is before ESP, and nothing behind the packet.  What
 * is inside another tunnel is for that tunnel to take out: up to Linux 6.6, GRO moves the
 * network header inwards as it goes, so the header has to be the one at the packet's start.
 */
static bool is_plain(const struct sk_buff *skb, unsigned int offset, u8 family, u8 encap)
{
	unsigned int esp = family == AF_INET ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);

	if (skb_network_offset(skb))
		return false;

	if (encap == PANTUN_ENCAP_UDP) {
		const struct udphdr *uh = (const struct udphdr *)(skb->data + esp);

		if (ntohs(uh->len) != skb->len - esp)
			return false;
		esp += sizeof(*uh);
	}
	return offset == esp && ip_len(skb, family) == skb->len;
}

/* Whether rules of netfilter see packets to this host. */
static bool has_rules(const struct net *net, u8 family)
{
	struct nf_hook_entries __rcu * const *hooks = family == AF_INET ? net->nf.hooks_ipv4 :
									   net->nf.hooks_ipv6;

	return rcu_access_pointer(hooks[NF_INET_PRE_ROUTING]) ||
	       rcu_access_pointer(hooks[NF_INET_LOCAL_IN]);
}

/* Whether a packet socket listens at the device, or at all of them. */
static bool is_captured(struct net_device *dev)
{
	return dev_nit_active(dev) || !list_empty(&dev->ptype_specific);
}

/* Whether somebody is to see the packet, refuse it or take it before it is ours. */
static bool is_awaited(const struct sk_buff *skb, u8 family)
{
	struct net_device *dev = skb->dev;

	return skb->pkt_type != PACKET_HOST || skb_vlan_tag_present(skb) ||
	       is_captured(dev) || rcu_access_pointer(dev->rx_handler) ||
	       pantun_has_ingress(dev) || has_rules(dev_net(dev), family);
}

/* Ours: consumed.  Else nothing has changed that GRO knows of. */
static bool receive_early(struct sk_buff *skb, u8 family)
{
	u8 encap = NAPI_GRO_CB(skb)->proto == IPPROTO_UDP ? PANTUN_ENCAP_UDP : PANTUN_ENCAP_NONE;
	unsigned int offset = skb_gro_offset(skb);

	if (is_awaited(skb, family) || skb_is_gso(skb) ||
	    !skb_gro_header_slow(skb, offset + sizeof(struct ip_esp_hdr), offset) ||
	    !is_plain(skb, offset, family, encap))
		return false;
	return !pantun_rx_early(skb, offset, family, encap);
}

static struct sk_buff *receive_or_pass(struct list_head *head, struct sk_buff *skb,
				       const struct gro_place *place)
{
	const struct net_offload *former;

	if (receive_early(skb, place->family))
		return ERR_PTR(-EINPROGRESS);
	former = rcu_dereference(place->former);
	if (former && former->callbacks.gro_receive)
		return former->callbacks.gro_receive(head, skb);
	NAPI_GRO_CB(skb)->same_flow = 0;
	NAPI_GRO_CB(skb)->flush = 1;
	return NULL;
}

static struct sk_buff *segment_or_pass(struct sk_buff *skb, netdev_features_t features,
				       const struct gro_place *place)
{
	const struct net_offload *former;

	if (pantun_chain_is(skb))
		return pantun_chain_segment(skb, features);
	former = rcu_dereference(place->former);
	if (former && former->callbacks.gso_segment)
		return former->callbacks.gso_segment(skb, features);
	return ERR_PTR(-EPROTONOSUPPORT);
}

static struct sk_buff *receive4(struct list_head *head, struct sk_buff *skb)
{
	return receive_or_pass(head, skb, &place4);
}

static struct sk_buff *receive6(struct list_head *head, struct sk_buff *skb)
{
	return receive_or_pass(head, skb, &place6);
}

static struct sk_buff *segment4(struct sk_buff *skb, netdev_features_t features)
{
	return segment_or_pass(skb, features, &place4);
}

static struct sk_buff *segment6(struct sk_buff *skb, netdev_features_t features)
{
	return segment_or_pass(skb, features, &place6);
}

static struct gro_place place4 = {
	.family = AF_INET,
	.module = "esp4_offload",
	.ours.callbacks.gro_receive = receive4,
	.ours.callbacks.gso_segment = segment4,
};

static struct gro_place place6 = {
	.family = AF_INET6,
	.module = "esp6_offload",
	.ours.callbacks.gro_receive = receive6,
	.ours.callbacks.gso_segment = segment6,
};

static const struct net_offload *occupant(const struct gro_place *place)
{
	return place->family == AF_INET ? rcu_access_pointer(inet_offloads[IPPROTO_ESP]) :
					  rcu_access_pointer(inet6_offloads[IPPROTO_ESP]);
}

/*
 * Has @to instead of @from in the place, which is never free meanwhile: nobody else can take
 * it, and no packet of XFRM's goes without its GRO.  False: @from was not there.
 */
static bool exchange_offload(struct gro_place *place, const struct net_offload *from,
			     const struct net_offload *to)
{
	const struct net_offload __rcu **offload = place->family == AF_INET ?
		&inet_offloads[IPPROTO_ESP] : &inet6_offloads[IPPROTO_ESP];

	return unrcu_pointer(cmpxchg(offload, RCU_INITIALIZER(from), RCU_INITIALIZER(to))) == from;
}

/* Without the place, all of its packets come by the IP layer. */
static void take_offload(struct gro_place *place)
{
	const struct net_offload *former = occupant(place);

	if (place->taken)
		return;
	rcu_assign_pointer(place->former, former);
	place->taken = exchange_offload(place, former, &place->ours);
	if (!place->taken)
		RCU_INIT_POINTER(place->former, NULL);
	pantun_chain_enable(place->family, place->taken);
}

/* Returns when nobody is inside any more. */
static void give_back_offload(struct gro_place *place)
{
	if (!place->taken)
		return;
	place->taken = false;
	pantun_chain_enable(place->family, false);
	WARN_ON_ONCE(!exchange_offload(place, &place->ours, rcu_access_pointer(place->former)));
	synchronize_net();
	RCU_INIT_POINTER(place->former, NULL);
}

/*
 * XFRM's module loads only while the place is free.  When it goes (its exit function
 * has run by then) it is still in memory, but about to leave that.
 */
static void module_changes(struct gro_place *place, const struct module *module,
			   unsigned long state)
{
	if (strcmp(module->name, place->module))
		return;
	switch (state) {
	case MODULE_STATE_COMING:
		give_back_offload(place);
		break;
	case MODULE_STATE_LIVE:
		take_offload(place);
		break;
	case MODULE_STATE_GOING:
		RCU_INIT_POINTER(place->former, NULL);
		synchronize_net();
		take_offload(place);
		break;
	}
}

static int notify(struct notifier_block *block, unsigned long state, void *module)
{
	mutex_lock(&lock);
	if (active) {
		module_changes(&place4, module, state);
		module_changes(&place6, module, state);
	}
	mutex_unlock(&lock);
	return NOTIFY_OK;
}

static struct notifier_block notifier = {
	.notifier_call = notify,
};

/**
 * pantun_gro_register - begins to take ESP from GRO, where that is possible
 *
 * Return: 0 or a negative errno.
 */
int pantun_gro_register(void)
{
	int err = register_module_notifier(&notifier);

	if (err)
		return err;
	mutex_lock(&lock);
	active = true;
	take_offload(&place4);
	take_offload(&place6);
	mutex_unlock(&lock);
	return 0;
}

/**
 * pantun_gro_unregister - ends it; returns after the last packet left us
 */
void pantun_gro_unregister(void)
{
	mutex_lock(&lock);
	active = false;
	give_back_offload(&place6);
	give_back_offload(&place4);
	mutex_unlock(&lock);
	unregister_module_notifier(&notifier);
}
