/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the IKE core asks of whoever holds the pre-shared keys, and the answer (RFC 7296 section
 * 2.15); how keys get there, and are forgotten.  A key is known by its number alone, which is
 * never 0; equal keys have equal numbers.
 */
#ifndef PANTUN_MSG_AUTH_MSG_H
#define PANTUN_MSG_AUTH_MSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/secret.h"

#define AUTH_KEYS_MOST		64
#define AUTH_DATA_MOST		64	/* octets that a PRF gives */
/* A datagram, a nonce (RFC 7296 section 3.9) and what a PRF gives. */
#define AUTH_OCTETS_MOST	(65536 + 256 + AUTH_DATA_MOST)

enum auth_kind {
	AUTH_MAKE = 1,		/* our own AUTH, with keys[0] */
	AUTH_CHECK		/* the peer's: which of the keys was it made with? */
};

struct ike_auth_request {
	uint64_t ticket;	/* comes back in the answer */
	uint32_t kind;		/* enum auth_kind */
	uint16_t prf;		/* transform id */
	uint16_t n_keys;	/* at least one */
	uint64_t keys[AUTH_KEYS_MOST];	/* numbers, tried in this order */
	uint32_t proof_n;
	uint8_t proof[AUTH_DATA_MOST];	/* CHECK: data of the peer's AUTH payload */
	uint32_t octets_n;
	uint8_t octets[];	/* that AUTH covers: message | nonce | prf(SK_p, ID) */
};

struct ike_auth_answer {
	uint64_t ticket;
	uint64_t key;		/* MAKE: that was used; CHECK: the one that fits.  0: none */
	uint32_t failed;	/* not 0: a key is not known, or the crypto library failed */
	uint32_t n;
	uint8_t octets[AUTH_DATA_MOST];	/* MAKE: data for the AUTH payload; wipe them */
};

/* From the parent. */
struct msg_auth_key {
	uint64_t number;
	uint32_t n;
	uint8_t octets[SECRET_MAX];	/* @n of them; the rest is 0 */
};

struct msg_auth_forget {
	uint64_t number;
};

/* Comes back once all that was sent before it is done. */
struct msg_auth_mark {
	uint64_t number;
};

/* Zeroed, with room for @octets_n octets; NULL: out of memory, or more than can be asked for. */
struct ike_auth_request *ike_auth_request_new(enum auth_kind kind, size_t octets_n);
/* Wipes and frees; NULL is fine. */
void ike_auth_request_free(struct ike_auth_request *request);
/* Octets of the struct and what follows it. */
size_t ike_auth_request_size(const struct ike_auth_request *request);
/* Adds a key to try, once; false: it does not fit any more. */
bool ike_auth_request_add(struct ike_auth_request *request, uint64_t key);
/* They ask for the same, whatever their tickets are. */
bool ike_auth_request_same(const struct ike_auth_request *a, const struct ike_auth_request *b);
/* Whether @n octets, aligned for the struct, are a whole request. */
bool ike_auth_request_whole(const void *body, size_t n);
/* Likewise for an answer. */
bool ike_auth_answer_whole(const void *body, size_t n);

#endif
