/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes IKEv2 messages into memory of the caller's.  Lengths and the chain of next
 * payloads are patched when known; what does not fit is left out and makes
 * wire_end() return nothing.  A protected message is made so:
 *
 *	wire_begin(&w, buf, sizeof(buf), &header);
 *	wire_sk_begin(&w, cipher_iv_len(key));
 *	wire_put_id(&w, IKE_PL_IDI, ...); ...
 *	wire_sk_end(&w, cipher_pad_len(key, wire_sk_plain_len(&w)), cipher_icv_len(key));
 *	message = wire_end(&w);
 *	cipher_seal(key, ..., buf, message.n, wire_sk_body(&w));
 */
#ifndef PANTUN_WIRE_V2_BUILD_H
#define PANTUN_WIRE_V2_BUILD_H

#include "base/wbuf.h"
#include "wire/v2_codec.h"

struct wire_writer {
	struct wbuf buf;
	bool header;		/* begins with an IKE header */
	size_t next_at;		/* octet that names the next payload */
	size_t payload;		/* generic header of the payload being written */
	size_t sk;		/* generic header of SK or SKF; 0: none */
	size_t body;		/* where the IV goes */
	size_t plain;		/* first octet to be encrypted */
};

/* Header; next, version and length of @header are seen to here. */
void wire_begin(struct wire_writer *w, void *p, size_t max, const struct wire_header *header);
/* Payloads alone, without a header: what is hashed or compared, not sent. */
void wire_begin_bare(struct wire_writer *w, void *p, size_t max);
/* The message; empty if it did not fit. */
struct bytes wire_end(struct wire_writer *w);

/* Generic header; the body goes into w->buf before the matching end. */
void wire_payload_begin(struct wire_writer *w, uint8_t type);
void wire_payload_end(struct wire_writer *w);

/* SK with room for an IV of @iv_n octets; all payloads up to wire_sk_end() are within. */
void wire_sk_begin(struct wire_writer *w, size_t iv_n);
/*
 * Likewise SKF, fragment @number of @total, whose body is a part of the payloads as octets;
 * @next: the type of the first payload in fragment 1, 0 in others (RFC 7383 section 2.5).
 */
void wire_skf_begin(struct wire_writer *w, uint8_t next, uint16_t number, uint16_t total,
		    size_t iv_n);
/* Octets of payloads within SK so far: what padding depends on. */
size_t wire_sk_plain_len(const struct wire_writer *w);
/* The type of the first payload within SK. */
uint8_t wire_sk_next(const struct wire_writer *w);
/* Where the body of SK starts in the message. */
size_t wire_sk_body(const struct wire_writer *w);
/*
 * @pad_n octets of padding, its length octet included (1 to 256), and room for an
 * ICV of @icv_n.  SK is the last payload: only wire_end() may follow.
 */
void wire_sk_end(struct wire_writer *w, size_t pad_n, size_t icv_n);

void wire_put_sa(struct wire_writer *w, const struct wire_sa *sa);
void wire_put_ke(struct wire_writer *w, uint16_t group, struct bytes data);
/* @type: IKE_PL_IDI or IKE_PL_IDR. */
void wire_put_id(struct wire_writer *w, uint8_t type, uint8_t id_type, struct bytes data);
void wire_put_auth(struct wire_writer *w, uint8_t method, struct bytes data);
/* @type: IKE_PL_CERT or IKE_PL_CERTREQ. */
void wire_put_cert(struct wire_writer *w, uint8_t type, uint8_t encoding, struct bytes data);
void wire_put_nonce(struct wire_writer *w, struct bytes nonce);
void wire_put_notify(struct wire_writer *w, uint16_t type, struct bytes data);
/* A notification about the SA with this SPI, which has 4 octets for ESP and AH. */
void wire_put_notify_spi(struct wire_writer *w, uint8_t protocol, struct bytes spi, uint16_t type,
			 struct bytes data);
/* Deletes the IKE SA itself. */
void wire_put_delete_ike(struct wire_writer *w);
/* @spis in host order. */
void wire_put_delete(struct wire_writer *w, uint8_t protocol, const uint32_t *spis,
		     unsigned int n);
/* @type: IKE_PL_TSI or IKE_PL_TSR; entries' type fields are made from their addresses. */
void wire_put_ts(struct wire_writer *w, uint8_t type, const struct wire_ts_list *list);
void wire_put_vendor(struct wire_writer *w, struct bytes data);

#endif
