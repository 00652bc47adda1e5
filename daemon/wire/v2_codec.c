// SPDX-License-Identifier: GPL-2.0-or-later
/* The chain of payloads: messages in clear and what was within SK. */
#include "wire/v2_codec.h"

#define CRITICAL	0x80

static bool is_encrypted(uint8_t type)
{
	return type == IKE_PL_SK || type == IKE_PL_SKF;
}

static int read_payload(struct bytes data, size_t *at, uint8_t type, struct wire_payload *payload,
			struct wire_error *error)
{
	struct wire_generic generic;
	size_t begin = *at;

	if (wire_generic_read(data, at, type, &generic, error))
		return -1;
	*payload = (struct wire_payload){
		.type = type, .critical = generic.flags & CRITICAL, .next = generic.next,
		.body = generic.body, .offset = begin,
	};
	return 0;
}

/* Walks the chain from @at of @data on, up to its end or to SK. */
static int walk(uint8_t type, struct bytes data, size_t at, struct wire_payloads *payloads,
		struct wire_error *error)
{
	payloads->n = 0;
	while (type != IKE_PL_NONE) {
		struct wire_payload *payload = &payloads->list[payloads->n];

		if (payloads->n == WIRE_PAYLOADS_MAX)
			return wire_fail(error, WIRE_ERR_TOO_MANY, type, at);
		if (read_payload(data, &at, type, payload, error))
			return -1;
		payloads->n++;
		/* the type that SK names is within it */
		type = is_encrypted(type) ? IKE_PL_NONE : payload->next;
	}
	if (at != data.n)
		return wire_fail(error, WIRE_ERR_TRAILING, IKE_PL_NONE, at);
	*error = (struct wire_error){ .code = WIRE_OK };
	return 0;
}

int wire_message_parse(struct bytes datagram, struct wire_message *message,
		       struct wire_error *error)
{
	message->data = datagram;
	message->clear.n = 0;
	if (wire_header_parse(datagram, &message->header, error))
		return -1;
	return walk(message->header.next, datagram, IKE_HDR_LEN, &message->clear, error);
}

const struct wire_payload *wire_message_sk(const struct wire_message *message)
{
	const struct wire_payloads *clear = &message->clear;

	/* The walk ends there. */
	return clear->n && is_encrypted(clear->list[clear->n - 1].type) ?
	       &clear->list[clear->n - 1] : NULL;
}

size_t wire_payload_body_offset(const struct wire_payload *payload)
{
	return payload->offset + IKE_PAYLOAD_HDR_LEN;
}

int wire_payloads_parse(uint8_t first, struct bytes plain, struct wire_payloads *payloads,
			struct wire_error *error)
{
	unsigned int i;

	if (walk(first, plain, 0, payloads, error))
		return -1;
	for (i = 0; i < payloads->n; i++)
		if (is_encrypted(payloads->list[i].type))
			return wire_fail(error, WIRE_ERR_SK_NESTED, payloads->list[i].type,
					 payloads->list[i].offset);
	return 0;
}

const struct wire_payload *wire_payload_find(const struct wire_payloads *payloads, uint8_t type)
{
	unsigned int i;

	for (i = 0; i < payloads->n; i++)
		if (payloads->list[i].type == type)
			return &payloads->list[i];
	return NULL;
}
