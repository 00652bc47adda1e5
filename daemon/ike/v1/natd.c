// SPDX-License-Identifier: GPL-2.0-or-later
#include "crypto/digest.h"
#include "ike/v1/v1.h"

bool v1_natt(const struct ike_sa *ike)
{
	return v1_of(ike)->natt && ike->conf->nat_traversal;
}

/* RFC 3947 section 3.2; empty where that cannot be. */
static struct bytes natd_of(const struct ike_sa *ike, const struct endpoint *at,
			    uint8_t out[DIGEST_MAX])
{
	uint8_t port[2];
	const struct bytes parts[] = {
		bytes_of(ike->spi_i, IKE_SPI_LEN),
		bytes_of(ike->spi_r, IKE_SPI_LEN),
		bytes_of(at->addr.b, addr_len(&at->addr)),
		bytes_of(port, sizeof(port)),
	};

	put_be16(port, at->port);
	return bytes_of(out, digest_of(ike->prop.prf->evp, parts, 4, out));
}

void v1_natd_put(struct isakmp_writer *w, const struct ike_sa *ike)
{
	uint8_t digest[DIGEST_MAX];

	if (!v1_natt(ike))
		return;
	isakmp_put(w, ISAKMP_PL_NATD, natd_of(ike, &ike->path->remote, digest));
	isakmp_put(w, ISAKMP_PL_NATD, natd_of(ike, &ike->path->local, digest));
}

void v1_natd_check(struct ike_sa *ike, const struct v1_in *in)
{
	const struct isakmp_payload *ours = isakmp_find(&in->payloads, ISAKMP_PL_NATD, NULL);
	const struct isakmp_payload *theirs = ours;
	uint8_t digest[DIGEST_MAX];
	struct bytes at;

	if (!v1_natt(ike) || !ours)
		return;
	at = natd_of(ike, &in->local, digest);
	ike->path->nat_local = !bytes_equal(ours->body, at);
	at = natd_of(ike, &in->remote, digest);
	/* One for each address that the peer has. */
	do
		theirs = isakmp_find(&in->payloads, ISAKMP_PL_NATD, theirs);
	while (theirs && !bytes_equal(theirs->body, at));
	ike->path->nat_remote = !theirs;
}
