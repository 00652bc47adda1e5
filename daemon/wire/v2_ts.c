// SPDX-License-Identifier: GPL-2.0-or-later
/* Traffic selector payloads (RFC 7296 section 3.13). */
#include <string.h>
#include <sys/socket.h>

#include "wire/v2_codec.h"

#define LIST_HDR	4
#define SELECTOR_HDR	8	/* up to the addresses; the length's place is common to all types */
#define SELECTOR_MIN	4

static int fail_ts(const struct wire_payload *payload, size_t at, enum wire_error_code code,
		   struct wire_error *error)
{
	return wire_fail(error, code, payload->type, wire_payload_body_offset(payload) + at);
}

/* The selector @p of a known type. */
static void take(struct wire_ts_list *list, const uint8_t *p, uint8_t family)
{
	struct wire_ts *ts = &list->ts[list->n++];
	size_t n;

	*ts = (struct wire_ts){
		.type = p[0],
		.proto = p[1],
		.port_first = get_be16(p + 4),
		.port_last = get_be16(p + 6),
		.first.family = family,
		.last.family = family,
	};
	n = addr_len(&ts->first);
	memcpy(ts->first.b, p + SELECTOR_HDR, n);
	memcpy(ts->last.b, p + SELECTOR_HDR + n, n);
}

static int read_selector(const struct wire_payload *payload, size_t *at, struct wire_ts_list *list,
			 struct wire_error *error)
{
	const uint8_t *p = payload->body.p + *at;
	size_t left = payload->body.n - *at;
	struct addr kind = { .family = AF_UNSPEC };
	size_t n;

	if (left < SELECTOR_MIN)
		return fail_ts(payload, *at, WIRE_ERR_SHORT, error);
	n = get_be16(p + 2);
	if (n < SELECTOR_MIN)
		return fail_ts(payload, *at, WIRE_ERR_MIN, error);
	if (n > left)
		return fail_ts(payload, *at, WIRE_ERR_BEYOND, error);
	if (p[0] == IKE_TS_IPV4_ADDR_RANGE)
		kind.family = AF_INET;
	else if (p[0] == IKE_TS_IPV6_ADDR_RANGE)
		kind.family = AF_INET6;
	if (kind.family == AF_UNSPEC)
		list->unknown++;
	else if (n != SELECTOR_HDR + 2 * addr_len(&kind))
		return fail_ts(payload, *at, WIRE_ERR_VALUE, error);
	else if (list->n == WIRE_TS_MAX)
		return fail_ts(payload, *at, WIRE_ERR_TOO_MANY, error);
	else
		take(list, p, kind.family);
	*at += n;
	return 0;
}

int wire_read_ts(const struct wire_payload *payload, struct wire_ts_list *list,
		 struct wire_error *error)
{
	size_t at = LIST_HDR;
	unsigned int count, i;

	*error = (struct wire_error){ .code = WIRE_OK };
	list->n = 0;
	list->unknown = 0;
	if (payload->body.n < LIST_HDR)
		return fail_ts(payload, 0, WIRE_ERR_SHORT, error);
	count = payload->body.p[0];
	if (count == 0)
		return fail_ts(payload, 0, WIRE_ERR_COUNT, error);
	for (i = 0; i < count; i++)
		if (read_selector(payload, &at, list, error))
			return -1;
	if (at != payload->body.n)
		return fail_ts(payload, at, WIRE_ERR_TRAILING, error);
	return 0;
}
