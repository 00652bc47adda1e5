// SPDX-License-Identifier: GPL-2.0-or-later
#include "wire/v2_build.h"

#include <sys/socket.h>

#define NEXT_AT		16	/* of the IKE header */
#define LENGTH_AT	24
#define NOWHERE		SIZE_MAX	/* no octet names the first payload */

/*
 * Patches what was written before.  After an overflow the octets may not be there;
 * nobody will see the result then.
 */
static void patch_u8(struct wire_writer *w, size_t at, uint8_t v)
{
	if (!w->buf.overflow && at < w->buf.n)
		w->buf.p[at] = v;
}

static void patch_be16(struct wire_writer *w, size_t at, size_t v)
{
	if (v > UINT16_MAX)
		w->buf.overflow = true;
	if (!w->buf.overflow)
		put_be16(w->buf.p + at, (uint16_t)v);
}

void wire_begin_bare(struct wire_writer *w, void *p, size_t max)
{
	*w = (struct wire_writer){ .next_at = NOWHERE };
	wbuf_init(&w->buf, p, max);
}

void wire_begin(struct wire_writer *w, void *p, size_t max, const struct wire_header *header)
{
	wire_begin_bare(w, p, max);
	w->header = true;
	w->next_at = NEXT_AT;
	wire_header_put(&w->buf, header, IKE_VERSION_2);
}

struct bytes wire_end(struct wire_writer *w)
{
	if (w->header && !w->buf.overflow)
		put_be32(w->buf.p + LENGTH_AT, (uint32_t)w->buf.n);
	return wbuf_view(&w->buf);
}

void wire_payload_begin(struct wire_writer *w, uint8_t type)
{
	patch_u8(w, w->next_at, type);
	w->payload = w->buf.n;
	w->next_at = w->payload;
	wbuf_zero(&w->buf, IKE_PAYLOAD_HDR_LEN);
}

void wire_payload_end(struct wire_writer *w)
{
	patch_be16(w, w->payload + 2, w->buf.n - w->payload);
}

void wire_sk_begin(struct wire_writer *w, size_t iv_n)
{
	wire_payload_begin(w, IKE_PL_SK);
	w->sk = w->payload;
	w->body = w->buf.n;
	wbuf_zero(&w->buf, iv_n);
	w->plain = w->buf.n;
}

void wire_skf_begin(struct wire_writer *w, uint8_t next, uint16_t number, uint16_t total,
		    size_t iv_n)
{
	wire_payload_begin(w, IKE_PL_SKF);
	w->sk = w->payload;
	patch_u8(w, w->sk, next);
	wbuf_be16(&w->buf, number);
	wbuf_be16(&w->buf, total);
	w->body = w->buf.n;
	wbuf_zero(&w->buf, iv_n);
	w->plain = w->buf.n;
}

uint8_t wire_sk_next(const struct wire_writer *w)
{
	return w->buf.overflow ? IKE_PL_NONE : w->buf.p[w->sk];
}

size_t wire_sk_plain_len(const struct wire_writer *w)
{
	return w->buf.n - w->plain;
}

size_t wire_sk_body(const struct wire_writer *w)
{
	return w->body;
}

void wire_sk_end(struct wire_writer *w, size_t pad_n, size_t icv_n)
{
	wbuf_zero(&w->buf, pad_n - 1);
	wbuf_u8(&w->buf, (uint8_t)(pad_n - 1));
	wbuf_zero(&w->buf, icv_n);
	patch_be16(w, w->sk + 2, w->buf.n - w->sk);
}

static void put_transform(struct wbuf *buf, const struct wire_transform *transform, bool last)
{
	wbuf_u8(buf, last ? 0 : 3);
	wbuf_u8(buf, 0);
	wbuf_be16(buf, transform->key_bits ? 12 : 8);
	wbuf_u8(buf, transform->type);
	wbuf_u8(buf, 0);
	wbuf_be16(buf, transform->id);
	if (!transform->key_bits)
		return;
	wbuf_be16(buf, IKE_ATTR_SHORT | IKE_ATTR_KEY_LENGTH);
	wbuf_be16(buf, transform->key_bits);
}

static void put_proposal(struct wire_writer *w, const struct wire_sa *sa,
			 const struct wire_proposal *proposal, bool last)
{
	size_t start = w->buf.n;
	unsigned int i;

	/* one octet each */
	if (proposal->n > UINT8_MAX || proposal->spi.n > UINT8_MAX)
		w->buf.overflow = true;
	wbuf_u8(&w->buf, last ? 0 : 2);
	wbuf_zero(&w->buf, 3);
	wbuf_u8(&w->buf, proposal->number);
	wbuf_u8(&w->buf, proposal->protocol);
	wbuf_u8(&w->buf, (uint8_t)proposal->spi.n);
	wbuf_u8(&w->buf, (uint8_t)proposal->n);
	wbuf_bytes(&w->buf, proposal->spi);
	for (i = 0; i < proposal->n; i++)
		put_transform(&w->buf, &sa->transforms[proposal->first + i], i + 1 == proposal->n);
	patch_be16(w, start + 2, w->buf.n - start);
}

void wire_put_sa(struct wire_writer *w, const struct wire_sa *sa)
{
	unsigned int i;

	wire_payload_begin(w, IKE_PL_SA);
	for (i = 0; i < sa->n_proposals; i++)
		put_proposal(w, sa, &sa->proposals[i], i + 1 == sa->n_proposals);
	wire_payload_end(w);
}

void wire_put_ke(struct wire_writer *w, uint16_t group, struct bytes data)
{
	wire_payload_begin(w, IKE_PL_KE);
	wbuf_be16(&w->buf, group);
	wbuf_be16(&w->buf, 0);
	wbuf_bytes(&w->buf, data);
	wire_payload_end(w);
}

/* ID and AUTH: an octet, three reserved ones, data. */
static void put_typed(struct wire_writer *w, uint8_t payload, uint8_t type, struct bytes data)
{
	wire_payload_begin(w, payload);
	wbuf_u8(&w->buf, type);
	wbuf_zero(&w->buf, 3);
	wbuf_bytes(&w->buf, data);
	wire_payload_end(w);
}

void wire_put_id(struct wire_writer *w, uint8_t type, uint8_t id_type, struct bytes data)
{
	put_typed(w, type, id_type, data);
}

void wire_put_auth(struct wire_writer *w, uint8_t method, struct bytes data)
{
	put_typed(w, IKE_PL_AUTH, method, data);
}

void wire_put_cert(struct wire_writer *w, uint8_t type, uint8_t encoding, struct bytes data)
{
	wire_payload_begin(w, type);
	wbuf_u8(&w->buf, encoding);
	wbuf_bytes(&w->buf, data);
	wire_payload_end(w);
}

void wire_put_nonce(struct wire_writer *w, struct bytes nonce)
{
	wire_payload_begin(w, IKE_PL_NONCE);
	wbuf_bytes(&w->buf, nonce);
	wire_payload_end(w);
}

void wire_put_notify_spi(struct wire_writer *w, uint8_t protocol, struct bytes spi, uint16_t type,
			 struct bytes data)
{
	wire_payload_begin(w, IKE_PL_NOTIFY);
	wbuf_u8(&w->buf, protocol);
	wbuf_u8(&w->buf, (uint8_t)spi.n);
	wbuf_be16(&w->buf, type);
	wbuf_bytes(&w->buf, spi);
	wbuf_bytes(&w->buf, data);
	wire_payload_end(w);
}

void wire_put_notify(struct wire_writer *w, uint16_t type, struct bytes data)
{
	wire_put_notify_spi(w, IKE_PROTO_NONE, bytes_of(NULL, 0), type, data);
}

void wire_put_delete_ike(struct wire_writer *w)
{
	wire_put_delete(w, IKE_PROTO_IKE, NULL, 0);
}

void wire_put_delete(struct wire_writer *w, uint8_t protocol, const uint32_t *spis,
		     unsigned int n)
{
	unsigned int i;

	wire_payload_begin(w, IKE_PL_DELETE);
	wbuf_u8(&w->buf, protocol);
	wbuf_u8(&w->buf, protocol == IKE_PROTO_IKE ? 0 : 4);
	wbuf_be16(&w->buf, (uint16_t)n);
	for (i = 0; i < n; i++)
		wbuf_be32(&w->buf, spis[i]);
	wire_payload_end(w);
}

static void put_selector(struct wbuf *buf, const struct wire_ts *ts)
{
	size_t n = addr_len(&ts->first);

	wbuf_u8(buf, ts->first.family == AF_INET ? IKE_TS_IPV4_ADDR_RANGE : IKE_TS_IPV6_ADDR_RANGE);
	wbuf_u8(buf, ts->proto);
	wbuf_be16(buf, (uint16_t)(8 + 2 * n));
	wbuf_be16(buf, ts->port_first);
	wbuf_be16(buf, ts->port_last);
	wbuf_put(buf, ts->first.b, n);
	wbuf_put(buf, ts->last.b, n);
}

void wire_put_ts(struct wire_writer *w, uint8_t type, const struct wire_ts_list *list)
{
	unsigned int i;

	wire_payload_begin(w, type);
	wbuf_u8(&w->buf, (uint8_t)list->n);
	wbuf_zero(&w->buf, 3);
	for (i = 0; i < list->n; i++)
		put_selector(&w->buf, &list->ts[i]);
	wire_payload_end(w);
}

void wire_put_vendor(struct wire_writer *w, struct bytes data)
{
	wire_payload_begin(w, IKE_PL_VENDOR);
	wbuf_bytes(&w->buf, data);
	wire_payload_end(w);
}
