// SPDX-License-Identifier: GPL-2.0-or-later
#include "wire/v1_build.h"

#include <string.h>
#include <sys/socket.h>

#define ISAKMP_NEXT_AT		16	/* of the header */
#define ISAKMP_LENGTH_AT	24

/* Patches what was written before; after an overflow nobody will see it. */
static void isakmp_patch_u8(struct isakmp_writer *w, size_t at, uint8_t v)
{
	if (!w->buf.overflow)
		w->buf.p[at] = v;
}

static void isakmp_patch_length(struct isakmp_writer *w, size_t at)
{
	size_t n = w->buf.n - at;

	if (n > UINT16_MAX)
		w->buf.overflow = true;
	if (!w->buf.overflow)
		put_be16(w->buf.p + at + 2, (uint16_t)n);
}

void isakmp_begin(struct isakmp_writer *w, void *p, size_t max, const struct wire_header *header)
{
	*w = (struct isakmp_writer){ .next_at = ISAKMP_NEXT_AT };
	wbuf_init(&w->buf, p, max);
	wire_header_put(&w->buf, header, ISAKMP_VERSION);
}

struct bytes isakmp_end(struct isakmp_writer *w, size_t block)
{
	size_t over = (w->buf.n - IKE_HDR_LEN) % block;

	if (over)
		wbuf_zero(&w->buf, block - over);
	if (!w->buf.overflow)
		put_be32(w->buf.p + ISAKMP_LENGTH_AT, (uint32_t)w->buf.n);
	return wbuf_view(&w->buf);
}

static void isakmp_open(struct isakmp_writer *w, uint8_t type)
{
	isakmp_patch_u8(w, w->next_at, type);
	w->payload = w->buf.n;
	w->next_at = w->payload;
	wbuf_zero(&w->buf, IKE_PAYLOAD_HDR_LEN);
}

static void isakmp_close(struct isakmp_writer *w)
{
	isakmp_patch_length(w, w->payload);
}

void isakmp_put(struct isakmp_writer *w, uint8_t type, struct bytes body)
{
	isakmp_open(w, type);
	wbuf_bytes(&w->buf, body);
	isakmp_close(w);
}

void isakmp_sa_begin(struct isakmp_writer *w)
{
	isakmp_open(w, ISAKMP_PL_SA);
	wbuf_be32(&w->buf, ISAKMP_DOI_IPSEC);
	wbuf_be32(&w->buf, ISAKMP_SIT_IDENTITY);
	w->proposal = 0;
	w->transform = 0;
}

static void isakmp_transform_end(struct isakmp_writer *w)
{
	if (w->transform)
		isakmp_patch_length(w, w->transform);
	w->transform = 0;
}

static void isakmp_proposal_end(struct isakmp_writer *w)
{
	isakmp_transform_end(w);
	if (w->proposal)
		isakmp_patch_length(w, w->proposal);
}

void isakmp_proposal(struct isakmp_writer *w, uint8_t number, uint8_t protocol, struct bytes spi)
{
	isakmp_proposal_end(w);
	if (w->proposal)
		isakmp_patch_u8(w, w->proposal, ISAKMP_PL_PROPOSAL);
	w->proposal = w->buf.n;
	wbuf_zero(&w->buf, IKE_PAYLOAD_HDR_LEN);
	wbuf_u8(&w->buf, number);
	wbuf_u8(&w->buf, protocol);
	wbuf_u8(&w->buf, (uint8_t)spi.n);
	wbuf_u8(&w->buf, 0);
	wbuf_bytes(&w->buf, spi);
}

void isakmp_transform(struct isakmp_writer *w, uint8_t number, uint8_t id)
{
	size_t before = w->transform;

	isakmp_transform_end(w);
	if (before)
		isakmp_patch_u8(w, before, ISAKMP_PL_TRANSFORM);
	if (!w->buf.overflow)
		w->buf.p[w->proposal + 7]++;
	w->transform = w->buf.n;
	wbuf_zero(&w->buf, IKE_PAYLOAD_HDR_LEN);
	wbuf_u8(&w->buf, number);
	wbuf_u8(&w->buf, id);
	wbuf_be16(&w->buf, 0);
}

void isakmp_attr(struct isakmp_writer *w, uint16_t type, uint32_t value)
{
	if (value <= UINT16_MAX) {
		wbuf_be16(&w->buf, type | ISAKMP_ATTR_SHORT);
		wbuf_be16(&w->buf, (uint16_t)value);
		return;
	}
	wbuf_be16(&w->buf, type);
	wbuf_be16(&w->buf, 4);
	wbuf_be32(&w->buf, value);
}

void isakmp_attrs(struct isakmp_writer *w, struct bytes octets)
{
	wbuf_bytes(&w->buf, octets);
}

void isakmp_sa_end(struct isakmp_writer *w)
{
	isakmp_proposal_end(w);
	isakmp_close(w);
}

void isakmp_put_id(struct isakmp_writer *w, const struct isakmp_id *id)
{
	isakmp_open(w, ISAKMP_PL_ID);
	wbuf_u8(&w->buf, id->type);
	wbuf_u8(&w->buf, id->protocol);
	wbuf_be16(&w->buf, id->port);
	wbuf_bytes(&w->buf, id->data);
	isakmp_close(w);
}

/* The mask of a subnet that is just that range, into @mask; false: there is none. */
static bool isakmp_mask(const struct addr *first, const struct addr *last, uint8_t *mask)
{
	bool ended = false;

	for (size_t i = 0; i < 8 * addr_len(first); i++) {
		uint8_t bit = (uint8_t)(0x80 >> i % 8);
		bool a = first->b[i / 8] & bit, b = last->b[i / 8] & bit;

		if (i % 8 == 0)
			mask[i / 8] = 0;
		if (a == b && ended)
			return false;
		if (a && !b)
			return false;
		if (a == b)
			mask[i / 8] |= bit;
		else
			ended = true;
	}
	return true;
}

void isakmp_put_range(struct isakmp_writer *w, uint8_t protocol, uint16_t port,
		      const struct addr *first, const struct addr *last)
{
	bool v6 = first->family == AF_INET6;
	size_t n = addr_len(first);
	uint8_t both[32];
	struct isakmp_id id = {
		.type = v6 ? ISAKMP_ID_IPV6_RANGE : ISAKMP_ID_IPV4_RANGE,
		.protocol = protocol,
		.port = port,
		.data = bytes_of(both, 2 * n),
	};

	memcpy(both, first->b, n);
	if (addr_equal(first, last)) {
		id.type = v6 ? ISAKMP_ID_IPV6_ADDR : ISAKMP_ID_IPV4_ADDR;
		id.data.n = n;
	} else if (isakmp_mask(first, last, both + n)) {
		id.type = v6 ? ISAKMP_ID_IPV6_SUBNET : ISAKMP_ID_IPV4_SUBNET;
	} else {
		memcpy(both + n, last->b, n);
	}
	isakmp_put_id(w, &id);
}

void isakmp_put_notify(struct isakmp_writer *w, const struct isakmp_notify *notify)
{
	isakmp_open(w, ISAKMP_PL_NOTIFY);
	wbuf_be32(&w->buf, ISAKMP_DOI_IPSEC);
	wbuf_u8(&w->buf, notify->protocol);
	wbuf_u8(&w->buf, (uint8_t)notify->spi.n);
	wbuf_be16(&w->buf, notify->type);
	wbuf_bytes(&w->buf, notify->spi);
	wbuf_bytes(&w->buf, notify->data);
	isakmp_close(w);
}

void isakmp_put_delete(struct isakmp_writer *w, uint8_t protocol, struct bytes spis, uint8_t spi_n)
{
	isakmp_open(w, ISAKMP_PL_DELETE);
	wbuf_be32(&w->buf, ISAKMP_DOI_IPSEC);
	wbuf_u8(&w->buf, protocol);
	wbuf_u8(&w->buf, spi_n);
	wbuf_be16(&w->buf, (uint16_t)(spis.n / spi_n));
	wbuf_bytes(&w->buf, spis);
	isakmp_close(w);
}

void isakmp_put_cert(struct isakmp_writer *w, uint8_t type, uint8_t encoding, struct bytes data)
{
	isakmp_open(w, type);
	wbuf_u8(&w->buf, encoding);
	wbuf_bytes(&w->buf, data);
	isakmp_close(w);
}

void isakmp_put_fragment(struct isakmp_writer *w, const struct isakmp_fragment *fragment)
{
	isakmp_open(w, ISAKMP_PL_FRAGMENT);
	wbuf_be16(&w->buf, fragment->id);
	wbuf_u8(&w->buf, fragment->number);
	wbuf_u8(&w->buf, fragment->last ? ISAKMP_FRAGMENT_LAST : 0);
	wbuf_bytes(&w->buf, fragment->data);
	isakmp_close(w);
}

void isakmp_put_natoa(struct isakmp_writer *w, const struct addr *addr)
{
	isakmp_open(w, ISAKMP_PL_NATOA);
	wbuf_u8(&w->buf, addr->family == AF_INET6 ? ISAKMP_ID_IPV6_ADDR : ISAKMP_ID_IPV4_ADDR);
	wbuf_zero(&w->buf, 3);
	wbuf_put(&w->buf, addr->b, addr_len(addr));
	isakmp_close(w);
}
