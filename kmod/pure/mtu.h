/* SPDX-License-Identifier: GPL-2.0 */
/* Sizes: what ESP adds to a packet and what fits.  Pure; also compiled on the host. */
#ifndef _PANTUN_MTU_H
#define _PANTUN_MTU_H

#include <linux/types.h>

/* Sizes of one SA's encapsulation, octets. */
struct pantun_overhead {
	u16 outer;		/* IP header, UDP header where encapsulated */
	u16 header;		/* ESP: SPI, sequence number, IV; AH: all of it */
	u16 block;		/* padded to a multiple of this (RFC 4303: 4 at least; AH: 1), */
				/* a power of two */
	u16 trailer;		/* ESP: pad length, next header; AH: none */
	u16 icv;		/* behind the trailer */
	s16 inside;		/* what is protected besides the inner packet, GRE say; */
				/* negative where the inner IP header is the outer one */
};

/* Largest inner packet whose ESP packet fits @path_mtu; 0 if none does. */
u32 pantun_mtu_inner(const struct pantun_overhead *o, u32 path_mtu);
/* Size of the whole outer packet for @inner octets. */
u32 pantun_mtu_outer(const struct pantun_overhead *o, u32 inner);
/* Octets of ESP padding before pad length and next header for @payload octets. */
u32 pantun_mtu_padding(const struct pantun_overhead *o, u32 payload);

#endif
