/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bodies of the messages by which keys get to `auth` and are forgotten, and by which the IKE core
 * asks it to make or check AUTH (RFC 7296 section 2.15).  A key is known by its number alone,
 * which is never 0; equal keys have equal numbers.  Private keys with their certificates, and
 * authorities, are keys in this sense, too.
 */
#ifndef PANTUN_MSG_AUTH_MSG_H
#define PANTUN_MSG_AUTH_MSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/secret.h"

#define AUTH_KEYS_MOST		64
#define AUTH_DATA_MOST		64	/* octets that a PRF gives */
#define AUTH_MIX_KEYS		3
/* Both nonces of IKEv1: one of ours, of 32 octets, and the peer's (RFC 2409 section 5). */
#define AUTH_NONCES_LEAST	(32 + 8)
#define AUTH_NONCES_MOST	(32 + 256)
#define AUTH_ANSWER_MOST	640	/* a signature, three keys, or a reason */
#define AUTH_CERTS_MOST		32768	/* octets of a peer's proof by certificate */
#define AUTH_CERT_MOST		65536	/* octets of private key and certificates, or authorities */
/*
 * A datagram, a nonce (RFC 7296 section 3.9) and what a PRF gives, then, where there were
 * IKE_INTERMEDIATE exchanges (RFC 9242 section 3.3.1), that of both ends and a message id.
 */
#define AUTH_OCTETS_MOST	(65536 + 256 + 3 * AUTH_DATA_MOST + 4 + AUTH_CERTS_MOST)

enum auth_kind {
	AUTH_MAKE = 1,		/* our own AUTH, with keys[0] */
	AUTH_CHECK,		/* the peer's: which of the keys was it made with? */
	AUTH_MIX,		/* keys of an IKE SA, with keys[0], a PPK (RFC 8784 section 3) */
	AUTH_SIGN,		/* our own AUTH, by keys[0], a private key */
	AUTH_VERIFY,		/* the peer's: is it by a certificate of these authorities'? */
	AUTH_SKEYID,		/* what IKEv1 derives its keys from, of keys[0] (RFC 2409 5) */
	AUTH_LOOK		/* is a certificate that VERIFY took revoked, by keys[0]? */
};

struct ike_auth_request {
	uint64_t ticket;	/* comes back in the answer */
	uint32_t kind;		/* enum auth_kind */
	uint16_t prf;		/* transform id; not of signatures */
	uint16_t n_keys;	/* at least one */
	uint64_t keys[AUTH_KEYS_MOST];	/* numbers, tried in this order */
	uint32_t proof_n;
	uint8_t proof[AUTH_DATA_MOST];	/* CHECK: data of the peer's AUTH payload */
	uint32_t how;		/* SIGN: bits, as sign_make() has them; VERIFY: SIGN_V1 or 0 */
	uint32_t tail_n;	/* VERIFY: octets at the end that AUTH does not cover */
	uint32_t octets_n;
	uint8_t octets[];	/* that AUTH covers: message | nonce | prf(SK_p, ID) | IntAuth */
				/* MIX: SK_d | SK_pi | SK_pr; SKEYID: Ni_b | Nr_b; of IKEv1: HASH */
				/* VERIFY, tail: items (base/items.h): method and AUTH data, type
				 * and data of the identity, certificates; LOOK: these alone */
};

struct ike_auth_answer {
	uint64_t ticket;
	uint64_t key;		/* CHECK, VERIFY: the one that fits; else: the one used. 0: none, */
				/* and LOOK: it is revoked */
	uint32_t failed;	/* not 0: a key is not known, or the crypto library failed */
	uint32_t method;	/* SIGN: of the AUTH payload */
	uint32_t n;
	/* MAKE, SIGN: data for the AUTH payload; MIX: the keys that replace those; wipe them, */
	/* and SKEYID: that */
	/* VERIFY, LOOK: why none fits, a text that ends with a NUL among them */
	uint8_t octets[AUTH_ANSWER_MOST];
};

/* From the parent. */
struct msg_auth_key {
	uint64_t number;
	uint32_t n;
	uint8_t octets[SECRET_MAX];	/* @n of them; the rest is 0 */
};

/* A private key with its certificates, or authorities, as items (base/items.h) of DER. */
struct msg_auth_cert {
	uint64_t number;
	uint32_t roots;			/* not 0: authorities */
	uint32_t n;
	uint8_t octets[];
};

struct msg_auth_forget {
	uint64_t number;
};

/* Is returned once everything sent before it has been done. */
struct msg_auth_mark {
	uint64_t number;
};

/*
 * Allocates a zeroed request with room for @octets_n octets.  NULL: out of memory, or too many
 * octets.
 */
struct ike_auth_request *ike_auth_request_new(enum auth_kind kind, size_t octets_n);
/* Wipes and frees; NULL is fine. */
void ike_auth_request_free(struct ike_auth_request *request);
/* Returns the size of the request, with the octets that follow the struct. */
size_t ike_auth_request_size(const struct ike_auth_request *request);
/* Adds a key to try, unless it is there already.  False: no room. */
bool ike_auth_request_add(struct ike_auth_request *request, uint64_t key);
/* Whether both ask for the same, apart from their tickets. */
bool ike_auth_request_same(const struct ike_auth_request *a, const struct ike_auth_request *b);
/* Whether the @n octets at @body, aligned for the struct, are a complete request. */
bool ike_auth_request_whole(const void *body, size_t n);
/* Likewise for an answer. */
bool ike_auth_answer_whole(const void *body, size_t n);

#endif
