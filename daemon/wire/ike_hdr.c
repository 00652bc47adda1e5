// SPDX-License-Identifier: GPL-2.0-or-later
#include "wire/ike_hdr.h"

#include <string.h>

#include "wire/v1_const.h"

#define VERSION_AT	17
#define LENGTH_AT	24

static void read_fields(const uint8_t *p, struct wire_header *header)
{
	memcpy(header->spi_i, p, IKE_SPI_LEN);
	memcpy(header->spi_r, p + IKE_SPI_LEN, IKE_SPI_LEN);
	header->next = p[16];
	header->version = p[VERSION_AT];
	header->exchange = p[18];
	header->flags = p[19];
	header->message_id = get_be32(p + 20);
	header->length = get_be32(p + LENGTH_AT);
}

static int parse(struct bytes datagram, uint8_t version, struct wire_header *header,
		 struct wire_error *error)
{
	static const uint8_t zero[IKE_SPI_LEN];

	if (datagram.n < IKE_HDR_LEN)
		return wire_fail(error, WIRE_ERR_HDR_SHORT, IKE_PL_NONE, 0);
	read_fields(datagram.p, header);
	if (header->version >> 4 != version >> 4)
		return wire_fail(error, WIRE_ERR_VERSION, IKE_PL_NONE, VERSION_AT);
	if (header->length < IKE_HDR_LEN)
		return wire_fail(error, WIRE_ERR_LENGTH_MIN, IKE_PL_NONE, LENGTH_AT);
	if (header->length > datagram.n)
		return wire_fail(error, WIRE_ERR_LENGTH_BEYOND, IKE_PL_NONE, LENGTH_AT);
	if (header->length < datagram.n)
		return wire_fail(error, WIRE_ERR_LENGTH_BELOW, IKE_PL_NONE, LENGTH_AT);
	if (memcmp(header->spi_i, zero, IKE_SPI_LEN) == 0)
		return wire_fail(error, WIRE_ERR_SPI_ZERO, IKE_PL_NONE, 0);
	*error = (struct wire_error){ .code = WIRE_OK };
	return 0;
}

int wire_header_parse(struct bytes datagram, struct wire_header *header, struct wire_error *error)
{
	return parse(datagram, IKE_VERSION_2, header, error);
}

int wire_header_parse_v1(struct bytes datagram, struct wire_header *header,
			 struct wire_error *error)
{
	return parse(datagram, ISAKMP_VERSION, header, error);
}

void wire_header_put(struct wbuf *buf, const struct wire_header *header, uint8_t version)
{
	wbuf_put(buf, header->spi_i, IKE_SPI_LEN);
	wbuf_put(buf, header->spi_r, IKE_SPI_LEN);
	wbuf_u8(buf, IKE_PL_NONE);
	wbuf_u8(buf, version);
	wbuf_u8(buf, header->exchange);
	wbuf_u8(buf, header->flags);
	wbuf_be32(buf, header->message_id);
	wbuf_be32(buf, 0);
}

uint8_t wire_major(struct bytes datagram)
{
	return datagram.n > VERSION_AT ? datagram.p[VERSION_AT] >> 4 : 0;
}

int wire_generic_read(struct bytes data, size_t *at, uint8_t type, struct wire_generic *payload,
		      struct wire_error *error)
{
	const uint8_t *p = data.p + *at;
	size_t left = data.n - *at;
	size_t n;

	if (left < IKE_PAYLOAD_HDR_LEN)
		return wire_fail(error, WIRE_ERR_SHORT, type, *at);
	n = get_be16(p + 2);
	if (n < IKE_PAYLOAD_HDR_LEN)
		return wire_fail(error, WIRE_ERR_MIN, type, *at);
	if (n > left)
		return wire_fail(error, WIRE_ERR_BEYOND, type, *at);
	*payload = (struct wire_generic){
		.next = p[0],
		.flags = p[1],
		.body = bytes_of(p + IKE_PAYLOAD_HDR_LEN, n - IKE_PAYLOAD_HDR_LEN),
	};
	*at += n;
	return 0;
}

bool wire_is_response(const struct wire_header *header)
{
	return header->flags & IKE_FLAG_RESPONSE;
}

bool wire_from_initiator(const struct wire_header *header)
{
	return header->flags & IKE_FLAG_INITIATOR;
}
