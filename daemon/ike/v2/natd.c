// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "crypto/digest.h"
#include "ike/v2/v2.h"

#define NATD_N	20	/* SHA-1, a checksum here */

static bool natd_hash(const uint8_t *spi_i, const uint8_t *spi_r, const struct endpoint *at,
		      uint8_t out[NATD_N])
{
	uint8_t port[2];
	const struct bytes parts[] = {
		bytes_of(spi_i, IKE_SPI_LEN),
		bytes_of(spi_r, IKE_SPI_LEN),
		bytes_of(at->addr.b, addr_len(&at->addr)),
		bytes_of(port, sizeof(port)),
	};

	put_be16(port, at->port);
	return !digest_sha1(parts, sizeof(parts) / sizeof(parts[0]), out);
}

void v2_natd_put(struct wire_writer *w, const uint8_t *spi_i, const uint8_t *spi_r,
		 const struct endpoint *local, const struct endpoint *remote)
{
	uint8_t hash[NATD_N];

	if (natd_hash(spi_i, spi_r, local, hash))
		wire_put_notify(w, IKE_N_NAT_DETECTION_SOURCE_IP, bytes_of(hash, NATD_N));
	if (natd_hash(spi_i, spi_r, remote, hash))
		wire_put_notify(w, IKE_N_NAT_DETECTION_DESTINATION_IP, bytes_of(hash, NATD_N));
}

/* Notifications are in those @places, and none is the hash of @at: a NAT is in between. */
static bool translated(const struct v2_in *in, uint64_t places, const struct endpoint *at)
{
	const struct wire_header *header = &in->message->header;
	uint8_t hash[NATD_N];

	if (!places || !natd_hash(header->spi_i, header->spi_r, at, hash))
		return false;
	for (unsigned int i = 0; i < in->payloads->n; i++) {
		struct wire_notify notify;
		struct wire_error error;

		if (places & 1ull << i &&
		    !wire_read_notify(&in->payloads->list[i], &notify, &error) &&
		    bytes_equal(notify.data, bytes_of(hash, NATD_N)))
			return false;
	}
	return true;
}

void v2_natd_read(const struct v2_in *in, bool *local, bool *remote)
{
	*remote = translated(in, in->notes.natd_source, &in->remote);
	*local = translated(in, in->notes.natd_destination, &in->local);
}
