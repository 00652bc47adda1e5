// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "ike/v1/v1.h"

#define VENDOR_N	16

/* RFC 3706 section 5.1; its last two octets are a version. */
static const uint8_t dpd[VENDOR_N] = {
	0xaf, 0xca, 0xd7, 0x13, 0x68, 0xa1, 0xf1, 0xc9, 0x6b, 0x86, 0x96, 0xfc, 0x77, 0x57, 0x01,
	0x00,
};

/*
 * RFC 3947 section 3.1: the digest of its name, and those of drafts that older peers know.  Many of
 * these took the second draft's name with the end of its line.
 */
static const uint8_t natt[][VENDOR_N] = {
	[V1_NATT_DRAFT_2] = {
		0xcd, 0x60, 0x46, 0x43, 0x35, 0xdf, 0x21, 0xf8, 0x7c, 0xfd, 0xb2, 0xfc, 0x68, 0xb6,
		0xa4, 0x48,
	},
	[V1_NATT_DRAFT_2_LF] = {
		0x90, 0xcb, 0x80, 0x91, 0x3e, 0xbb, 0x69, 0x6e, 0x08, 0x63, 0x81, 0xb5, 0xec, 0x42,
		0x7b, 0x1f,
	},
	[V1_NATT_DRAFT_3] = {
		0x7d, 0x94, 0x19, 0xa6, 0x53, 0x10, 0xca, 0x6f, 0x2c, 0x17, 0x9d, 0x92, 0x15, 0x52,
		0x9d, 0x56,
	},
	[V1_NATT_RFC] = {
		0x4a, 0x13, 0x1c, 0x81, 0x07, 0x03, 0x58, 0x45, 0x5c, 0x57, 0x28, 0xf2, 0x0e, 0x95,
		0x45, 0x2f,
	},
};

/* The digest of "FRAGMENTATION", and, but for Microsoft, what may be cut. */
#define FRAGMENTS_PHASE1	0x80000000

static const uint8_t fragmentation[VENDOR_N + 4] = {
	0x40, 0x48, 0xb7, 0xd5, 0x6e, 0xbc, 0xe8, 0x85, 0x25, 0xe7, 0xde, 0x7f, 0x00, 0xd6, 0xc2,
	0xd3, FRAGMENTS_PHASE1 >> 24, 0x00, 0x00, 0x00,
};

static bool says_fragmentation(struct bytes vendor)
{
	return vendor.n >= VENDOR_N && !memcmp(vendor.p, fragmentation, VENDOR_N) &&
	       (vendor.n == VENDOR_N || (vendor.n == sizeof(fragmentation) &&
					 get_be32(vendor.p + VENDOR_N) & FRAGMENTS_PHASE1));
}

/* Who begins names all; who answers the one that it goes by, as not every peer can choose. */
static void put_natt(struct isakmp_writer *w, const struct ike_sa *ike)
{
	enum v1_natt best = ike->initiator ? V1_NATT_RFC : v1_of(ike)->natt;

	for (enum v1_natt i = best; i > V1_NATT_NONE; i--)
		if (ike->initiator || i == best)
			isakmp_put(w, ISAKMP_PL_VENDOR, bytes_of(natt[i], VENDOR_N));
}

void v1_vendor_put(struct isakmp_writer *w, const struct ike_sa *ike)
{
	if (ike->conf->nat_traversal)
		put_natt(w, ike);
	isakmp_put(w, ISAKMP_PL_VENDOR, bytes_of(dpd, VENDOR_N));
	if (ike->conf->v1_fragmentation)
		isakmp_put(w, ISAKMP_PL_VENDOR, bytes_of(fragmentation, sizeof(fragmentation)));
}

void v1_vendor_read(struct ike_sa *ike, const struct v1_in *in)
{
	const struct isakmp_payload *vendor = NULL;
	struct v1_sa *own = v1_of(ike);

	while ((vendor = isakmp_find(&in->payloads, ISAKMP_PL_VENDOR, vendor))) {
		for (enum v1_natt i = own->natt + 1; i <= V1_NATT_RFC; i++)
			if (bytes_equal(vendor->body, bytes_of(natt[i], VENDOR_N)))
				own->natt = i;
		ike->fragmentation |= ike->conf->v1_fragmentation &&
				      says_fragmentation(vendor->body);
		own->dpd |= bytes_equal(vendor->body, bytes_of(dpd, VENDOR_N));
	}
}
