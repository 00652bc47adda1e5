// SPDX-License-Identifier: GPL-2.0
/* Sizes of protected packets (RFC 4303 section 2, RFC 4302 section 2). */
#include <linux/kernel.h>
#include "pure/mtu.h"

/**
 * pantun_mtu_outer - size of the packet on the underlay
 * @o: sizes of the encapsulation
 * @inner: octets of the inner packet
 *
 * Return: octets, outer IP header included.
 */
u32 pantun_mtu_outer(const struct pantun_overhead *o, u32 inner)
{
	u32 payload = inner + o->inside;

	return o->outer + o->header + round_up(payload + o->trailer, o->block) + o->icv;
}

/**
 * pantun_mtu_inner - the largest inner packet that fits
 * @o: sizes of the encapsulation
 * @path_mtu: octets that the underlay carries in one packet
 *
 * Return: octets, 0 if nothing fits.
 */
u32 pantun_mtu_inner(const struct pantun_overhead *o, u32 path_mtu)
{
	u32 fixed = o->outer + o->header + o->icv;
	u32 payload;

	if (path_mtu < fixed + o->block)
		return 0;
	payload = round_down(path_mtu - fixed, o->block) - o->trailer;
	return (s32)payload > o->inside ? payload - o->inside : 0;
}

/**
 * pantun_mtu_padding - octets of padding of one packet
 * @o: sizes of the encapsulation
 * @payload: octets of what is protected
 *
 * Return: octets before the pad length.
 */
u32 pantun_mtu_padding(const struct pantun_overhead *o, u32 payload)
{
	return round_up(payload + o->trailer, o->block) - payload - o->trailer;
}
