// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/v1/v1.h"

#define VENDOR_N	16

/* RFC 3706 section 5.1; its last two octets are a version. */
static const uint8_t dpd[VENDOR_N] = {
	0xaf, 0xca, 0xd7, 0x13, 0x68, 0xa1, 0xf1, 0xc9, 0x6b, 0x86, 0x96, 0xfc, 0x77, 0x57, 0x01,
	0x00,
};

/* RFC 3947 section 3.1: the digest of its name. */
static const uint8_t natt[VENDOR_N] = {
	0x4a, 0x13, 0x1c, 0x81, 0x07, 0x03, 0x58, 0x45, 0x5c, 0x57, 0x28, 0xf2, 0x0e, 0x95, 0x45,
	0x2f,
};

void v1_vendor_put(struct isakmp_writer *w, const struct ike_sa *ike)
{
	if (ike->conf->nat_traversal)
		isakmp_put(w, ISAKMP_PL_VENDOR, bytes_of(natt, VENDOR_N));
	isakmp_put(w, ISAKMP_PL_VENDOR, bytes_of(dpd, VENDOR_N));
}

void v1_vendor_read(struct ike_sa *ike, const struct v1_in *in)
{
	const struct isakmp_payload *vendor = NULL;
	struct v1_sa *own = v1_of(ike);

	while ((vendor = isakmp_find(&in->payloads, ISAKMP_PL_VENDOR, vendor))) {
		own->natt |= bytes_equal(vendor->body, bytes_of(natt, VENDOR_N));
		own->dpd |= bytes_equal(vendor->body, bytes_of(dpd, VENDOR_N));
	}
}
