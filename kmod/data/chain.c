// SPDX-License-Identifier: GPL-2.0
/*
 * Chains of outer packets.  The first packet of a chain has the others behind it
 * (frag_list), each in memory of its own with its data at ESP, and says that it is a
 * super-packet of ESP.  The stack treats it as one packet then, and GSO hands it to
 * pantun_chain_segment() before it gets to a device.
 *
 * No hardware takes both SKB_GSO_ESP and SKB_GSO_FRAGLIST, so chains never leave the host,
 * nor its namespace by a veth; a bond may take both, and its slaves do not.
 * ESP in UDP looks like a tunnel in UDP (SKB_GSO_UDP_TUNNEL) with ESP in it, so that GSO of UDP
 * hands it to that of ESP.
 *
 * What the stack has done to the first packet's headers since, such as NAT or another DSCP,
 * is done to all of them, as they all get a copy of these headers.
 */
#include <linux/pantun.h>
#include <linux/skbuff.h>
#include <net/dst.h>
#include <net/ip.h>
#include <net/xfrm.h>
#include "compat.h"
#include "core/cb.h"
#include "core/sa.h"
#include "data/chain.h"

#define CHAIN_GSO	(SKB_GSO_ESP | SKB_GSO_FRAGLIST)

static bool enabled4, enabled6;

/**
 * pantun_chain_enable - says whether GSO hands us chains
 * @family: of the outer packets
 * @enable: whether it does
 *
 * A chain that is on its way while this ends is lost, as all packets are that wait for a
 * device when their module goes.
 *
 * Context: any.
 */
void pantun_chain_enable(u8 family, bool enable)
{
	WRITE_ONCE(*(family == AF_INET ? &enabled4 : &enabled6), enable);
}

/**
 * pantun_chain_possible - whether packets may be chained
 * @sa: their SA
 * @path: where they go
 * @dst: their route
 *
 * AH covers fields that GSO writes, and checksums of UDP would have to be made again.
 *
 * Return: true if so, as long as nobody may fragment them: GSO numbers IPv4 packets in a row,
 * and these numbers are not reserved for them.
 * Context: RCU read side.
 */
bool pantun_chain_possible(const struct pantun_sa *sa, const struct pantun_path *path,
			   const struct dst_entry *dst)
{
	if (sa->key.proto != IPPROTO_ESP || !(dst->dev->features & NETIF_F_GSO))
		return false;
	if (path->family == AF_INET6)
		return path->encap == PANTUN_ENCAP_NONE && READ_ONCE(enabled6);
	return (path->encap == PANTUN_ENCAP_NONE || !path->udp_csum) && READ_ONCE(enabled4);
}

static unsigned int esp_len(const struct sk_buff *skb)
{
	return skb->len - pantun_cb(skb)->xform;
}

/* The first one stays as it is until others follow. */
static void begin(struct pantun_chain *chain, struct sk_buff *skb)
{
	chain->head = skb;
	chain->tail = skb;
	chain->size = esp_len(skb);
	chain->count = 1;
	chain->closed = false;
}

static void append(struct pantun_chain *chain, struct sk_buff *skb)
{
	struct sk_buff *head = chain->head;

	chain->closed = esp_len(skb) < chain->size;
	chain->count++;
	pantun_cb(head)->inner_len += pantun_cb(skb)->inner_len;
	__skb_pull(skb, pantun_cb(skb)->xform);
	/* it gets the first one's when they part */
	skb_dst_drop(skb);
	if (chain->tail == head)
		skb_shinfo(head)->frag_list = skb;
	else
		chain->tail->next = skb;
	chain->tail = skb;
	/* truesize stays: each packet is charged to its socket by itself */
	head->len += skb->len;
	head->data_len += skb->len;
}

/* Whether both have the same outer header but for lengths and numbers. */
static bool same_header(const struct sk_buff *a, const struct sk_buff *b)
{
	const struct pantun_cb *x = pantun_cb(a), *y = pantun_cb(b);

	return x->xform == y->xform && x->df == y->df && x->tos == y->tos &&
	       x->flow_label == y->flow_label;
}

/**
 * pantun_chain_add - adds a packet
 * @chain: the chain
 * @skb: a packet with its outer headers, encrypted, that pantun_chain_possible() is true of
 *
 * Return: false if it does not fit behind the others, and stays the caller's: all but the
 * last have the same size, and together they are as large as an IP packet may be.
 * Context: BH disabled.
 */
bool pantun_chain_add(struct pantun_chain *chain, struct sk_buff *skb)
{
	if (skb_is_nonlinear(skb))
		return false;
	if (!chain->head) {
		begin(chain, skb);
		return true;
	}
	if (chain->closed || esp_len(skb) > chain->size || !same_header(chain->head, skb) ||
	    chain->head->len + esp_len(skb) > IP_MAX_MTU)
		return false;
	append(chain, skb);
	return true;
}

/* What GSO has to know. */
static void mark(struct sk_buff *skb, const struct pantun_chain *chain)
{
	struct skb_shared_info *shared = skb_shinfo(skb);
	unsigned int esp = pantun_cb(skb)->xform;

	shared->gso_size = chain->size;
	shared->gso_segs = chain->count;
	shared->gso_type = CHAIN_GSO;
	/* or GSO misses a checksum of TCP or UDP */
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	skb->encapsulation = 0;
	if (skb_transport_offset(skb) == esp)
		return;
	shared->gso_type |= SKB_GSO_UDP_TUNNEL;
	skb->encapsulation = 1;
	skb_set_inner_ipproto(skb, IPPROTO_ESP);
	skb_set_inner_mac_header(skb, esp);
	skb_set_inner_network_header(skb, esp);
	skb_set_inner_transport_header(skb, esp);
}

/**
 * pantun_chain_take - takes all packets out of a chain
 * @chain: the chain; empty afterwards
 *
 * Return: the packets as one for pantun_outer_xmit(), with the octets of all inner packets in
 * its control block; NULL if there are none.
 * Context: BH disabled.
 */
struct sk_buff *pantun_chain_take(struct pantun_chain *chain)
{
	struct sk_buff *skb = chain->head;

	if (chain->count > 1)
		mark(skb, chain);
	memset(chain, 0, sizeof(*chain));
	return skb;
}

/**
 * pantun_chain_is - whether a super-packet of ESP is a chain
 * @skb: what GSO has before it
 *
 * XFRM's may have both bits, too, but have its SA with them.
 *
 * Return: true if so.
 */
bool pantun_chain_is(const struct sk_buff *skb)
{
	return (skb_shinfo(skb)->gso_type & CHAIN_GSO) == CHAIN_GSO && !skb_sec_path(skb);
}

/*
 * Gives a packet @len octets of headers before its ESP, and all that the stack knows of
 * @head.
 */
static void copy_headers(struct sk_buff *skb, const struct sk_buff *head, unsigned int len)
{
	memcpy(skb->data - len, head->data - len, len);
	skb_copy_header(skb, head);
	skb_gso_reset(skb);
	skb_set_mac_header(skb, skb_mac_offset(head));
	skb_set_network_header(skb, skb_network_offset(head));
	skb_set_transport_header(skb, skb_transport_offset(head));
}

/*
 * Makes the packets from *@list on, which are behind @head, a list behind it; @len octets of
 * headers are before ESP.  On error *@list is what has not been taken over.
 */
static int part(struct sk_buff *head, struct sk_buff **list, unsigned int len)
{
	struct sk_buff *skb, *last = head;
	unsigned int push = head->data - skb_mac_header(head);
	int err;

	while ((skb = *list)) {
		*list = skb->next;
		/* somebody may have cloned the chain */
		skb = skb_share_check(skb, GFP_ATOMIC);
		if (!skb)
			return -ENOMEM;
		skb_mark_not_on_list(skb);
		last->next = skb;
		last = skb;
		err = skb_cow_head(skb, len);
		if (err)
			return err;
		copy_headers(skb, head, len);
		__skb_push(skb, push);
	}
	__skb_push(head, push);
	head->prev = last;
	return 0;
}

/**
 * pantun_chain_segment - takes a chain apart
 * @skb: the chain, its data at ESP; stays the caller's
 * @features: of the device
 *
 * Return: the packets as a list, as gso_segment of struct net_offload has to; or an ERR_PTR().
 * The first one is @skb itself, with another reference.
 * Context: BH disabled, RCU read side.
 */
struct sk_buff *pantun_chain_segment(struct sk_buff *skb, netdev_features_t features)
{
	unsigned int len = skb->data - skb->head - SKB_GSO_CB(skb)->mac_offset;
	struct sk_buff *list;
	int err;

	/* somebody has put together what was apart, or moved the borders */
	if (skb_pagelen(skb) != skb_shinfo(skb)->gso_size) {
		err = skb_linearize(skb);
		return err ? ERR_PTR(err) : skb_segment(skb, features);
	}
	err = skb_unclone(skb, GFP_ATOMIC);
	if (err)
		return ERR_PTR(err);
	list = skb_shinfo(skb)->frag_list;
	skb_shinfo(skb)->frag_list = NULL;
	skb->len -= skb->data_len;
	skb->data_len = 0;
	skb_gso_reset(skb);
	skb->ip_summed = CHECKSUM_NONE;
	err = part(skb, &list, len);
	if (err) {
		kfree_skb_list(list);
		kfree_skb_list(skb->next);
		skb_mark_not_on_list(skb);
		return ERR_PTR(err);
	}
	return skb_get(skb);
}
