// SPDX-License-Identifier: GPL-2.0
/*
 * TCP's maximum segment size (RFC 9293 section 3.7.1).  Many networks lose the ICMP
 * messages that path MTU discovery lives on, so SYNs that pass the tunnel say what
 * fits into it, both ways.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <net/checksum.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/tcp.h>
#include "compat.h"
#include "pure/mss.h"

#define MSS_LEAST	64	/* lower ones are an error, not a small network */

/* Where the TCP header is from skb->data on, and the size of the IP header alone; < 0: none. */
static int tcp_offset(const struct sk_buff *skb, unsigned int *ip_len)
{
	int network = skb_network_offset(skb);
	__be16 frag_off;
	u8 proto;
	int offset;

	if (ip_hdr(skb)->version == 4) {
		*ip_len = sizeof(struct iphdr);
		if (ip_hdr(skb)->protocol != IPPROTO_TCP ||
		    ip_hdr(skb)->frag_off & htons(IP_OFFSET))
			return -1;
		return network + ip_hdr(skb)->ihl * 4;
	}
	*ip_len = sizeof(struct ipv6hdr);
	proto = ipv6_hdr(skb)->nexthdr;
	if (proto == IPPROTO_TCP)
		return network + sizeof(struct ipv6hdr);
	if (!ipv6_ext_hdr(proto))
		return -1;
	offset = ipv6_skip_exthdr(skb, network + sizeof(struct ipv6hdr), &proto, &frag_off);
	return proto == IPPROTO_TCP && !(frag_off & htons(IP6_OFFSET)) ? offset : -1;
}

/* The value of the MSS option in the header's options, or NULL. */
static u8 *find_option(u8 *options, unsigned int len)
{
	unsigned int i = 0;

	while (i < len && options[i] != TCPOPT_EOL) {
		if (options[i] == TCPOPT_NOP) {
			i++;
			continue;
		}
		if (i + 1 >= len || options[i + 1] < 2 || options[i + 1] > len - i)
			return NULL;
		if (options[i] == TCPOPT_MSS && options[i + 1] == TCPOLEN_MSS)
			return options + i + 2;
		i += options[i + 1];
	}
	return NULL;
}

/* The option may lie at an odd offset, where the checksum's octets are swapped. */
static void put_mss(struct sk_buff *skb, struct tcphdr *th, u8 *option, u16 mss)
{
	u16 old = get_unaligned_be16(option);
	bool odd = (option - (u8 *)th) & 1;

	put_unaligned_be16(mss, option);
	inet_proto_csum_replace2(&th->check, skb, odd ? htons(swab16(old)) : htons(old),
				 odd ? htons(swab16(mss)) : htons(mss), false);
}

/**
 * pantun_mss_clamp - lowers the MSS of a SYN
 * @skb: an IP packet, whole header and all, from its network header on
 * @mtu: octets that inner packets may have
 *
 * Packets without the option are left: what holds then is 536 octets and 1,220.
 *
 * Context: BH disabled.
 */
void pantun_mss_clamp(struct sk_buff *skb, u32 mtu)
{
	unsigned int ip_len, tcp_len;
	const struct tcphdr *th;
	struct tcphdr buf;
	u8 *option;
	int offset;
	u32 mss;

	offset = tcp_offset(skb, &ip_len);
	if (offset < 0)
		return;
	th = skb_header_pointer(skb, offset, sizeof(buf), &buf);
	if (!th || !th->syn)
		return;
	tcp_len = th->doff * 4;
	if (tcp_len <= sizeof(*th) || mtu < ip_len + sizeof(*th) + MSS_LEAST)
		return;
	if (skb_ensure_writable(skb, offset + tcp_len))
		return;
	mss = min_t(u32, mtu - ip_len - sizeof(*th), U16_MAX);
	option = find_option(skb->data + offset + sizeof(*th), tcp_len - sizeof(*th));
	if (option && get_unaligned_be16(option) > mss)
		put_mss(skb, (struct tcphdr *)(skb->data + offset), option, mss);
}
