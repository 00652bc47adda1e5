/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ISAKMP messages of IKEv1 as views (RFC 2408 section 3, RFC 2407 section 4.6).  As with those of
 * IKEv2 (v2_codec.h) nothing is copied or allocated, and what is parsed is valid as long as the
 * octets it was parsed from.  All that return int return 0, or -1 with the error (never NULL)
 * filled and the output undefined.  v1_build.h writes.
 */
#ifndef PANTUN_WIRE_V1_CODEC_H
#define PANTUN_WIRE_V1_CODEC_H

#include "base/addr.h"
#include "wire/ike_hdr.h"
#include "wire/v1_const.h"

#define ISAKMP_PAYLOADS_MAX	40	/* vendor ids are many */
#define ISAKMP_PROPOSALS_MAX	32
#define ISAKMP_TRANSFORMS_MAX	256	/* of all proposals together */

struct isakmp_payload {
	uint8_t type;
	struct bytes body;	/* behind the generic header */
	size_t offset;		/* of the generic header in the message */
};

struct isakmp_payloads {
	unsigned int n;
	size_t end;		/* offset of what is behind the last: padding */
	struct isakmp_payload list[ISAKMP_PAYLOADS_MAX];
};

/*
 * The payloads of @message from behind its header on, the first of type @first: of one that came in
 * clear, or was decrypted in place.  @padded: octets may follow, which say nothing.
 */
int isakmp_payloads_parse(uint8_t first, struct bytes message, bool padded,
			  struct isakmp_payloads *payloads, struct wire_error *error);
/* The first of that type, or the next after @after; NULL: there is none. */
const struct isakmp_payload *isakmp_find(const struct isakmp_payloads *payloads, uint8_t type,
					 const struct isakmp_payload *after);

/* ------------------------------------------------------ single payloads */

/* What attributes say; 0 where they say nothing. */
struct isakmp_attrs {
	uint16_t encr, hash, auth, group;	/* phase 1; group: PFS, too */
	uint16_t encap, integ;			/* phase 2 */
	uint16_t key_bits;
	bool esn;
	uint64_t life_seconds, life_kilobytes;
	bool odd;		/* some are not known or not allowed: not to be chosen */
};

struct isakmp_transform {
	uint8_t number;
	uint8_t id;		/* ISAKMP_KEY_IKE; of phase 2: the cipher of ESP, the MAC of AH */
	struct bytes octets;	/* its attributes as they came, to be echoed */
	struct isakmp_attrs attrs;
};

struct isakmp_proposal {
	uint8_t number;		/* those with equal ones are wanted together */
	uint8_t protocol;	/* enum isakmp_protocol */
	struct bytes spi;
	uint16_t first, n;	/* of isakmp_sa.transforms */
};

struct isakmp_sa {
	unsigned int n_proposals, n_transforms;
	struct isakmp_proposal proposals[ISAKMP_PROPOSALS_MAX];
	struct isakmp_transform transforms[ISAKMP_TRANSFORMS_MAX];
};

struct isakmp_id {
	uint8_t type;		/* enum isakmp_id_type */
	uint8_t protocol;
	uint16_t port;
	struct bytes data;
};

struct isakmp_notify {
	uint8_t protocol;
	uint16_t type;		/* enum isakmp_notify_type */
	struct bytes spi, data;
};

struct isakmp_delete {
	uint8_t protocol;
	uint8_t spi_n;		/* octets of one */
	uint16_t count;
	struct bytes spis;	/* count * spi_n octets */
};

/* A part of a message, as it was sent: protected, where that is. */
struct isakmp_fragment {
	uint16_t id;		/* of the message */
	uint8_t number;		/* from 1 */
	bool last;
	struct bytes data;
};

/* One of the DOI of IPsec, with the situation "identity only". */
int isakmp_read_sa(const struct isakmp_payload *payload, struct isakmp_sa *sa,
		   struct wire_error *error);
/* What the attributes @octets of a transform say, of phase 1 or of phase 2. */
int isakmp_read_attrs(struct bytes octets, bool phase1, struct isakmp_attrs *attrs,
		      struct wire_error *error);
int isakmp_read_nonce(const struct isakmp_payload *payload, struct bytes *nonce,
		      struct wire_error *error);
int isakmp_read_id(const struct isakmp_payload *payload, struct isakmp_id *id,
		   struct wire_error *error);
/* Of an ID of quick mode: an address, a subnet or a range.  False: it is none, or is malformed. */
bool isakmp_id_range(const struct isakmp_id *id, struct addr *first, struct addr *last);
int isakmp_read_notify(const struct isakmp_payload *payload, struct isakmp_notify *notify,
		       struct wire_error *error);
int isakmp_read_delete(const struct isakmp_payload *payload, struct isakmp_delete *del,
		       struct wire_error *error);
/* RFC 3947 section 5.2: the address that an end had before a NAT. */
int isakmp_read_natoa(const struct isakmp_payload *payload, struct addr *addr,
		      struct wire_error *error);
/* As Cisco and Microsoft have them; there is no standard. */
int isakmp_read_fragment(const struct isakmp_payload *payload, struct isakmp_fragment *fragment,
			 struct wire_error *error);

/* A notification's name, or its number. */
const char *isakmp_notify_text(uint16_t type, char out[32]);

#endif
