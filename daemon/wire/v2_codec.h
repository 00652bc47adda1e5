/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IKEv2 messages as views (RFC 7296 section 3).  Nothing is copied or allocated:
 * what is parsed points into the octets it was parsed from and is valid as long as
 * those are.  Reading is in three steps: wire_message_parse() for what is in clear,
 * wire_payloads_parse() for what was within SK, wire_read_*() for one payload.
 * All return 0, or -1 with the error (never NULL) filled and the output undefined.
 * No function here locks, allocates or keeps a pointer.  v2_build.h writes.
 */
#ifndef PANTUN_WIRE_V2_CODEC_H
#define PANTUN_WIRE_V2_CODEC_H

#include "base/addr.h"
#include "base/bytes.h"
#include "wire/error.h"
#include "wire/ike_const.h"
#include "wire/ike_hdr.h"

#define WIRE_PAYLOADS_MAX	64	/* of a message in clear, or within SK */
#define WIRE_PROPOSALS_MAX	64
#define WIRE_TRANSFORMS_MAX	448	/* of all proposals together */
#define WIRE_TS_MAX		64

struct wire_payload {
	uint8_t type;
	bool critical;
	uint8_t next;		/* Next Payload; of SK: type of the first one within */
	struct bytes body;	/* behind the generic header */
	size_t offset;		/* of the generic header in message or plaintext */
};

struct wire_payloads {
	unsigned int n;
	struct wire_payload list[WIRE_PAYLOADS_MAX];
};

struct wire_message {
	struct wire_header header;
	struct bytes data;		/* all of it */
	struct wire_payloads clear;	/* the last may be SK or SKF */
};

/*
 * Header and payloads in clear; SK is left alone and ends the walk.  On an error
 * message->header is as wire_header_parse() says.
 */
int wire_message_parse(struct bytes datagram, struct wire_message *message,
		       struct wire_error *error);
/* The SK or SKF payload, or NULL. */
const struct wire_payload *wire_message_sk(const struct wire_message *message);
/* Where the body of @sk starts: what is before it is authenticated only (section 3.14). */
size_t wire_payload_body_offset(const struct wire_payload *payload);

/* What an SKF payload says in clear (RFC 7383 section 2.5). */
struct wire_skf {
	uint16_t number;	/* from 1 to total */
	uint16_t total;
	size_t body;		/* where its IV starts in the message */
};

/* Fails as well where the next payload does not fit: only the first fragment names one. */
int wire_read_skf(const struct wire_payload *payload, struct wire_skf *skf,
		  struct wire_error *error);

/* Payloads of the decrypted @plain (no padding), the first of type @first. */
int wire_payloads_parse(uint8_t first, struct bytes plain, struct wire_payloads *payloads,
			struct wire_error *error);
/* The first of that type, or NULL. */
const struct wire_payload *wire_payload_find(const struct wire_payloads *payloads, uint8_t type);

/* ------------------------------------------------------ single payloads */

struct wire_transform {
	uint8_t type;		/* enum ike_transform_type */
	uint16_t id;
	uint16_t key_bits;	/* Key Length attribute; 0: none */
	bool odd;		/* attributes we don't know: not to be chosen (section 3.3.6) */
};

struct wire_proposal {
	uint8_t number;
	uint8_t protocol;	/* enum ike_protocol */
	struct bytes spi;
	uint16_t first, n;	/* of wire_sa.transforms */
};

struct wire_sa {
	unsigned int n_proposals, n_transforms;
	struct wire_proposal proposals[WIRE_PROPOSALS_MAX];
	struct wire_transform transforms[WIRE_TRANSFORMS_MAX];
};

struct wire_ke {
	uint16_t group;
	struct bytes data;
};

struct wire_id {
	uint8_t type;		/* enum ike_id_type */
	struct bytes data;
	struct bytes rest;	/* type, reserved and data: what AUTH covers (section 2.15) */
};

struct wire_auth {
	uint8_t method;		/* enum ike_auth_method */
	struct bytes data;
};

struct wire_cert {		/* CERT and CERTREQ */
	uint8_t encoding;
	struct bytes data;
};

struct wire_notify {
	uint8_t protocol;
	uint16_t type;		/* enum ike_notify */
	struct bytes spi;
	struct bytes data;
};

struct wire_delete {
	uint8_t protocol;
	uint8_t spi_n;		/* octets of one; 0 for the IKE SA itself */
	uint16_t count;
	struct bytes spis;	/* count * spi_n octets */
};

struct wire_ts {
	uint8_t type;		/* enum ike_ts_type; others are left out of the list */
	uint8_t proto;		/* 0: any */
	uint16_t port_first, port_last;	/* as sent; OPAQUE is 65535, 0 */
	struct addr first, last;	/* first <= last is for the caller to see */
};

struct wire_ts_list {
	unsigned int n;
	unsigned int unknown;	/* of types we don't know */
	struct wire_ts ts[WIRE_TS_MAX];
};

int wire_read_sa(const struct wire_payload *payload, struct wire_sa *sa, struct wire_error *error);
int wire_read_ke(const struct wire_payload *payload, struct wire_ke *ke, struct wire_error *error);
int wire_read_id(const struct wire_payload *payload, struct wire_id *id, struct wire_error *error);
int wire_read_auth(const struct wire_payload *payload, struct wire_auth *auth,
		   struct wire_error *error);
int wire_read_cert(const struct wire_payload *payload, struct wire_cert *cert,
		   struct wire_error *error);
/* 16 to 256 octets (section 3.9). */
int wire_read_nonce(const struct wire_payload *payload, struct bytes *nonce,
		    struct wire_error *error);
int wire_read_notify(const struct wire_payload *payload, struct wire_notify *notify,
		     struct wire_error *error);
int wire_read_delete(const struct wire_payload *payload, struct wire_delete *del,
		     struct wire_error *error);
int wire_read_ts(const struct wire_payload *payload, struct wire_ts_list *list,
		 struct wire_error *error);

/* The 4-octet SPI number @i of an ESP or AH deletion, in host order. */
uint32_t wire_delete_spi(const struct wire_delete *del, unsigned int i);
/* First notification of @type that can be read; false if there is none. */
bool wire_notify_find(const struct wire_payloads *payloads, uint16_t type,
		      struct wire_notify *notify);
/* First error notification (type below IKE_N_STATUS) that can be read. */
bool wire_notify_find_error(const struct wire_payloads *payloads, struct wire_notify *notify);

#endif
