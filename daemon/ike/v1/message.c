// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "base/secret.h"
#include "ike/v1/v1.h"

#define HASH_AT	(IKE_HDR_LEN + IKE_PAYLOAD_HDR_LEN)	/* the first payload */

void v1_begin(struct isakmp_writer *w, const struct ike_sa *ike, uint8_t exchange,
	      uint32_t message_id, bool encrypted)
{
	struct wire_header header = {
		.exchange = exchange,
		.flags = encrypted ? ISAKMP_FLAG_ENCRYPTED : 0,
		.message_id = message_id,
	};

	memcpy(header.spi_i, ike->spi_i, IKE_SPI_LEN);
	memcpy(header.spi_r, ike->spi_r, IKE_SPI_LEN);
	isakmp_begin(w, ike->core->scratch, MESSAGE_MAX, &header);
}

void v1_spis(const struct ike_sa *ike, uint8_t out[V1_SPIS_N])
{
	memcpy(out, ike->spi_i, IKE_SPI_LEN);
	memcpy(out + IKE_SPI_LEN, ike->spi_r, IKE_SPI_LEN);
}

struct packet *v1_end(struct ike_sa *ike, struct isakmp_writer *w)
{
	struct bytes message = isakmp_end(w, 1);

	return message.n ? v1_packet(ike, message) : NULL;
}

struct packet *v1_seal(struct ike_sa *ike, struct isakmp_writer *w, struct keymat_v1_iv *iv)
{
	const struct keymat_v1 *keys = &v1_of(ike)->keys;
	struct bytes message = isakmp_end(w, keys->encr->iv_n);

	if (!message.n || keymat_v1_seal(keys, iv, w->buf.p + IKE_HDR_LEN,
					 message.n - IKE_HDR_LEN))
		return NULL;
	return v1_packet(ike, message);
}

bool v1_open(struct ike_sa *ike, struct v1_in *in, struct keymat_v1_iv *iv)
{
	uint8_t *plain = ike->core->plain;
	struct keymat_v1_iv next = *iv;
	struct wire_error error;

	memcpy(plain, in->data.p, in->data.n);
	if (keymat_v1_open(&v1_of(ike)->keys, &next, plain + IKE_HDR_LEN,
			   in->data.n - IKE_HDR_LEN))
		return false;
	in->plain = bytes_of(plain, in->data.n);
	if (isakmp_payloads_parse(in->header.next, in->plain, true, &in->payloads, &error))
		return false;
	*iv = next;
	return true;
}

void v1_hash_begin(struct isakmp_writer *w, const struct ike_sa *ike)
{
	static const uint8_t zero[ALG_PRF_MAX];

	isakmp_put(w, ISAKMP_PL_HASH, bytes_of(zero, v1_of(ike)->keys.prf->out_n));
}

/* Of a message whose octets behind HASH are @rest. */
static int hash_of(const struct ike_sa *ike, uint32_t message_id, struct bytes nonce,
		   struct bytes rest, uint8_t *out)
{
	uint8_t id[4];
	const struct bytes parts[] = { bytes_of(id, sizeof(id)), nonce, rest };

	put_be32(id, message_id);
	return keymat_v1_hash(&v1_of(ike)->keys, parts, 3, out);
}

bool v1_hash_end(struct isakmp_writer *w, const struct ike_sa *ike, uint32_t message_id,
		 struct bytes nonce)
{
	size_t n = v1_of(ike)->keys.prf->out_n, at = HASH_AT + n;
	uint8_t hash[ALG_PRF_MAX];

	if (w->buf.overflow ||
	    hash_of(ike, message_id, nonce, bytes_of(w->buf.p + at, w->buf.n - at), hash))
		return false;
	memcpy(w->buf.p + HASH_AT, hash, n);
	return true;
}

bool v1_hash_good(const struct ike_sa *ike, const struct v1_in *in, struct bytes nonce)
{
	size_t n = v1_of(ike)->keys.prf->out_n, at = HASH_AT + n;
	const struct isakmp_payload *first = &in->payloads.list[0];
	uint8_t hash[ALG_PRF_MAX];

	return in->payloads.n && first->type == ISAKMP_PL_HASH && first->body.n == n &&
	       !hash_of(ike, in->header.message_id, nonce,
			bytes_of(in->plain.p + at, in->payloads.end - at), hash) &&
	       secret_equal(hash, first->body.p, n);
}

int v1_hash_last(const struct ike_sa *ike, const struct v1_quick *quick, uint8_t *out)
{
	uint8_t head[5] = { 0 };
	const struct bytes parts[] = {
		bytes_of(head, sizeof(head)), bytes_of(quick->ni, quick->ni_n),
		bytes_of(quick->nr, quick->nr_n),
	};

	put_be32(head + 1, quick->message_id);
	return keymat_v1_hash(&v1_of(ike)->keys, parts, 3, out);
}

const struct isakmp_payload *v1_payload(const struct v1_in *in, uint8_t type, size_t n)
{
	const struct isakmp_payload *payload = isakmp_find(&in->payloads, type, NULL);

	return payload && payload->body.n == n ? payload : NULL;
}
