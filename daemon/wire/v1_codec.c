// SPDX-License-Identifier: GPL-2.0-or-later
/* The chain of payloads, and those that are read at once; v1_sa.c has SA. */
#include "wire/v1_codec.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define DOI_N		4
#define FRAGMENT_N	4	/* id, number, flags */

int isakmp_payloads_parse(uint8_t first, struct bytes message, bool padded,
			  struct isakmp_payloads *payloads, struct wire_error *error)
{
	size_t at = IKE_HDR_LEN;
	uint8_t type = first;

	payloads->n = 0;
	if (message.n < IKE_HDR_LEN)
		return wire_fail(error, WIRE_ERR_HDR_SHORT, ISAKMP_PL_NONE, 0);
	while (type != ISAKMP_PL_NONE) {
		struct isakmp_payload *payload = &payloads->list[payloads->n];
		struct wire_generic generic;

		if (payloads->n == ISAKMP_PAYLOADS_MAX)
			return wire_fail(error, WIRE_ERR_TOO_MANY, type, at);
		*payload = (struct isakmp_payload){ .type = type, .offset = at };
		if (wire_generic_read(message, &at, type, &generic, error))
			return -1;
		payload->body = generic.body;
		type = generic.next;
		payloads->n++;
	}
	if (at != message.n && !padded)
		return wire_fail(error, WIRE_ERR_TRAILING, ISAKMP_PL_NONE, at);
	payloads->end = at;
	*error = (struct wire_error){ .code = WIRE_OK };
	return 0;
}

const struct isakmp_payload *isakmp_find(const struct isakmp_payloads *payloads, uint8_t type,
					 const struct isakmp_payload *after)
{
	size_t i = after ? (size_t)(after - payloads->list) + 1 : 0;

	for (; i < payloads->n; i++)
		if (payloads->list[i].type == type)
			return &payloads->list[i];
	return NULL;
}

/* Fails about octet @at of the body of @payload. */
static int isakmp_fail(const struct isakmp_payload *payload, enum wire_error_code code, size_t at,
		       struct wire_error *error)
{
	return wire_fail(error, code, payload->type,
			 payload->offset + IKE_PAYLOAD_HDR_LEN + at);
}

int isakmp_read_nonce(const struct isakmp_payload *payload, struct bytes *nonce,
		      struct wire_error *error)
{
	*nonce = payload->body;
	if (nonce->n < ISAKMP_NONCE_MIN || nonce->n > ISAKMP_NONCE_MAX)
		return isakmp_fail(payload, WIRE_ERR_VALUE, 0, error);
	return 0;
}

int isakmp_read_id(const struct isakmp_payload *payload, struct isakmp_id *id,
		   struct wire_error *error)
{
	struct bytes body = payload->body;

	if (body.n < 4)
		return isakmp_fail(payload, WIRE_ERR_SHORT, 0, error);
	*id = (struct isakmp_id){
		.type = body.p[0],
		.protocol = body.p[1],
		.port = get_be16(body.p + 2),
		.data = bytes_of(body.p + 4, body.n - 4),
	};
	return 0;
}

static void isakmp_addr(uint8_t family, const uint8_t *p, struct addr *out)
{
	*out = (struct addr){ .family = family };
	memcpy(out->b, p, addr_len(out));
}

/* First and last address of a subnet; false: its mask has holes. */
static bool isakmp_subnet(const uint8_t *mask, size_t n, struct addr *first, struct addr *last)
{
	bool ended = false;

	for (size_t i = 0; i < 8 * n; i++) {
		bool set = mask[i / 8] & (0x80 >> i % 8);

		if (set && ended)
			return false;
		ended |= !set;
	}
	for (size_t i = 0; i < n; i++) {
		first->b[i] &= mask[i];
		last->b[i] = (uint8_t)(first->b[i] | (uint8_t)~mask[i]);
	}
	return true;
}

bool isakmp_id_range(const struct isakmp_id *id, struct addr *first, struct addr *last)
{
	bool v6 = id->type == ISAKMP_ID_IPV6_ADDR || id->type == ISAKMP_ID_IPV6_SUBNET ||
		  id->type == ISAKMP_ID_IPV6_RANGE;
	uint8_t family = v6 ? AF_INET6 : AF_INET;
	size_t n = v6 ? 16 : 4;

	switch (id->type) {
	case ISAKMP_ID_IPV4_ADDR:
	case ISAKMP_ID_IPV6_ADDR:
		if (id->data.n != n)
			return false;
		isakmp_addr(family, id->data.p, first);
		*last = *first;
		return true;
	case ISAKMP_ID_IPV4_SUBNET:
	case ISAKMP_ID_IPV6_SUBNET:
		if (id->data.n != 2 * n)
			return false;
		isakmp_addr(family, id->data.p, first);
		*last = *first;
		return isakmp_subnet(id->data.p + n, n, first, last);
	case ISAKMP_ID_IPV4_RANGE:
	case ISAKMP_ID_IPV6_RANGE:
		if (id->data.n != 2 * n)
			return false;
		isakmp_addr(family, id->data.p, first);
		isakmp_addr(family, id->data.p + n, last);
		return addr_compare(first, last) <= 0;
	default:
		return false;
	}
}

/* RFC 2408 section 3.14. */
int isakmp_read_notify(const struct isakmp_payload *payload, struct isakmp_notify *notify,
		       struct wire_error *error)
{
	struct bytes body = payload->body;
	size_t spi_n;

	if (body.n < DOI_N + 4)
		return isakmp_fail(payload, WIRE_ERR_SHORT, 0, error);
	spi_n = body.p[DOI_N + 1];
	if (spi_n > body.n - DOI_N - 4)
		return isakmp_fail(payload, WIRE_ERR_BEYOND, DOI_N + 1, error);
	*notify = (struct isakmp_notify){
		.protocol = body.p[DOI_N],
		.type = get_be16(body.p + DOI_N + 2),
		.spi = bytes_of(body.p + DOI_N + 4, spi_n),
		.data = bytes_of(body.p + DOI_N + 4 + spi_n, body.n - DOI_N - 4 - spi_n),
	};
	return 0;
}

/* RFC 2408 section 3.15. */
int isakmp_read_delete(const struct isakmp_payload *payload, struct isakmp_delete *del,
		       struct wire_error *error)
{
	struct bytes body = payload->body;

	if (body.n < DOI_N + 4)
		return isakmp_fail(payload, WIRE_ERR_SHORT, 0, error);
	*del = (struct isakmp_delete){
		.protocol = body.p[DOI_N],
		.spi_n = body.p[DOI_N + 1],
		.count = get_be16(body.p + DOI_N + 2),
		.spis = bytes_of(body.p + DOI_N + 4, body.n - DOI_N - 4),
	};
	if (!del->spi_n)
		return isakmp_fail(payload, WIRE_ERR_SPI_SIZE, DOI_N + 1, error);
	if (del->spis.n != (size_t)del->count * del->spi_n)
		return isakmp_fail(payload, WIRE_ERR_COUNT, DOI_N + 2, error);
	return 0;
}

int isakmp_read_natoa(const struct isakmp_payload *payload, struct addr *addr,
		      struct wire_error *error)
{
	struct bytes body = payload->body;

	if (body.n == 8 && body.p[0] == ISAKMP_ID_IPV4_ADDR)
		isakmp_addr(AF_INET, body.p + 4, addr);
	else if (body.n == 20 && body.p[0] == ISAKMP_ID_IPV6_ADDR)
		isakmp_addr(AF_INET6, body.p + 4, addr);
	else
		return isakmp_fail(payload, WIRE_ERR_VALUE, 0, error);
	return 0;
}

int isakmp_read_fragment(const struct isakmp_payload *payload, struct isakmp_fragment *fragment,
			 struct wire_error *error)
{
	struct bytes body = payload->body;

	if (body.n <= FRAGMENT_N)
		return isakmp_fail(payload, WIRE_ERR_SHORT, 0, error);
	*fragment = (struct isakmp_fragment){
		.id = get_be16(body.p),
		.number = body.p[2],
		.last = body.p[3] & ISAKMP_FRAGMENT_LAST,
		.data = bytes_of(body.p + FRAGMENT_N, body.n - FRAGMENT_N),
	};
	if (!fragment->number)
		return isakmp_fail(payload, WIRE_ERR_VALUE, 2, error);
	return 0;
}

const char *isakmp_notify_text(uint16_t type, char out[32])
{
	static const struct {
		uint16_t type;
		const char *name;
	} names[] = {
		{ ISAKMP_N_INVALID_PAYLOAD_TYPE, "INVALID-PAYLOAD-TYPE" },
		{ ISAKMP_N_INVALID_COOKIE, "INVALID-COOKIE" },
		{ ISAKMP_N_INVALID_MAJOR_VERSION, "INVALID-MAJOR-VERSION" },
		{ ISAKMP_N_INVALID_EXCHANGE_TYPE, "INVALID-EXCHANGE-TYPE" },
		{ ISAKMP_N_INVALID_SPI, "INVALID-SPI" },
		{ ISAKMP_N_ATTRIBUTES_NOT_SUPPORTED, "ATTRIBUTES-NOT-SUPPORTED" },
		{ ISAKMP_N_NO_PROPOSAL_CHOSEN, "NO-PROPOSAL-CHOSEN" },
		{ ISAKMP_N_PAYLOAD_MALFORMED, "PAYLOAD-MALFORMED" },
		{ ISAKMP_N_INVALID_KEY_INFORMATION, "INVALID-KEY-INFORMATION" },
		{ ISAKMP_N_INVALID_ID_INFORMATION, "INVALID-ID-INFORMATION" },
		{ ISAKMP_N_INVALID_HASH_INFORMATION, "INVALID-HASH-INFORMATION" },
		{ ISAKMP_N_AUTHENTICATION_FAILED, "AUTHENTICATION-FAILED" },
		{ ISAKMP_N_CONNECTED, "CONNECTED" },
		{ ISAKMP_N_RESPONDER_LIFETIME, "RESPONDER-LIFETIME" },
		{ ISAKMP_N_REPLAY_STATUS, "REPLAY-STATUS" },
		{ ISAKMP_N_INITIAL_CONTACT, "INITIAL-CONTACT" },
		{ ISAKMP_N_R_U_THERE, "R-U-THERE" },
		{ ISAKMP_N_R_U_THERE_ACK, "R-U-THERE-ACK" },
	};

	snprintf(out, 32, "notification %u", type);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].type == type)
			snprintf(out, 32, "%s", names[i].name);
	return out;
}
