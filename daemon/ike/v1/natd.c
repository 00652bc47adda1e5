// SPDX-License-Identifier: GPL-2.0-or-later
#include "crypto/digest.h"
#include "ike/v1/v1.h"

bool v1_natt(const struct ike_sa *ike)
{
	return v1_of(ike)->natt && ike->conf->nat_traversal;
}

/* Type of the payloads that name an end. */
static uint8_t natd_type(const struct ike_sa *ike)
{
	return v1_of(ike)->natt == V1_NATT_RFC ? ISAKMP_PL_NATD : ISAKMP_PL_NATD_DRAFT;
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
	uint8_t digest[DIGEST_MAX], type = natd_type(ike);

	if (!v1_natt(ike))
		return;
	isakmp_put(w, type, natd_of(ike, &ike->path->remote, digest));
	isakmp_put(w, type, natd_of(ike, &ike->path->local, digest));
}

/*
 * @body names that end.  In aggressive mode the initiator has gone to the other port before it says
 * who it is, and may mean either.
 */
static bool natd_is(const struct ike_sa *ike, const struct endpoint *at, struct bytes body)
{
	struct endpoint before = { .addr = at->addr, .port = IKE_PORT };
	uint8_t digest[DIGEST_MAX];

	return bytes_equal(body, natd_of(ike, at, digest)) ||
	       bytes_equal(body, natd_of(ike, &before, digest));
}

void v1_natd_check(struct ike_sa *ike, const struct v1_in *in)
{
	uint8_t type = natd_type(ike);
	const struct isakmp_payload *ours = isakmp_find(&in->payloads, type, NULL);
	const struct isakmp_payload *theirs = ours;

	if (!v1_natt(ike) || !ours)
		return;
	ike->path->nat_local = !natd_is(ike, &in->local, ours->body);
	/* One for each address that the peer has. */
	do
		theirs = isakmp_find(&in->payloads, type, theirs);
	while (theirs && !natd_is(ike, &in->remote, theirs->body));
	ike->path->nat_remote = !theirs;
}

/* RFC 3947 section 4. */
void v1_nat_port(struct ike_sa *ike, const struct v1_in *in)
{
	if (in->local.port == IKE_NATT_PORT)
		return;
	ike->path->nat_local = false;
	ike->path->nat_remote = false;
}
