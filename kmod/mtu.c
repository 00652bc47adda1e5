// SPDX-License-Identifier: GPL-2.0
/* Sizes of ESP packets (RFC 4303 section 2). */
#include <linux/kernel.h>
#include "mtu.h"

#define TRAILER	2	/* pad length, next header */

/**
 * pantun_mtu_outer - size of the packet on the underlay
 * @o: sizes of the encapsulation
 * @inner: octets of the inner packet
 *
 * Return: octets, outer IP header included.
 */
u32 pantun_mtu_outer(const struct pantun_overhead *o, u32 inner)
{
	return o->outer + o->header + roundup(inner + TRAILER, o->block) + o->icv;
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

	if (path_mtu < fixed + o->block)
		return 0;
	return rounddown(path_mtu - fixed, o->block) - TRAILER;
}

/**
 * pantun_mtu_padding - octets of padding of one packet
 * @o: sizes of the encapsulation
 * @inner: octets of the inner packet
 *
 * Return: octets before the pad length.
 */
u32 pantun_mtu_padding(const struct pantun_overhead *o, u32 inner)
{
	return roundup(inner + TRAILER, o->block) - inner - TRAILER;
}
