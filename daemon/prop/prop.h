/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proposals (RFC 7296 section 3.3) as this end sees them: sets of rows of the
 * registry.  prop_wire.h turns them into SA payloads and back.
 */
#ifndef PANTUN_PROP_PROP_H
#define PANTUN_PROP_PROP_H

#include "prop/alg_registry.h"

#define PROP_MAX	4	/* proposals of a list */
#define PROP_ALGS	14	/* algorithms of one kind in a proposal, */
#define PROP_GROUPS	19	/* but as many groups as there are */
#define PROP_ROUNDS	7	/* additional key exchanges (RFC 9370), one after the other */
#define PROP_ROUND_ALGS	6	/* groups for one of them */
#define PROP_SPI_MAX	8	/* octets */
#define ESP_SPI_MIN	256	/* RFC 4303 section 2.1 reserves those below */
#define PROP_TEXT	192	/* room for prop_text() */
#define PROP_LIST_TEXT	512	/* room for prop_list_text() */
#define PROP_WHY	1200	/* room for why nothing matches */

enum prop_proto { PROP_IKE = 1, PROP_AH, PROP_ESP };	/* IANA protocol ids */

/* Sequence numbers of ESP and AH that are taken: a set.  Extended ones come first. */
enum prop_esn { PROP_ESN_NO = 1, PROP_ESN_YES = 2 };

/* An additional key exchange: one group is to be chosen, first is best. */
struct prop_round {
	uint8_t n;		/* 0: there is none */
	bool optional;		/* or none at all */
	const struct alg_dh *dh[PROP_ROUND_ALGS];
};

/*
 * One proposal: one of each kind is to be chosen, first is best.  Either all of
 * encr are combined modes and there is no integ, or none is (prop_list_add() sees
 * to it); AH has no encr.  ESP and AH have no prf, and dh only with PFS; they alone have
 * esn, PROP_ESN_NO where nothing is said.  There are rounds only where there is dh.
 */
struct prop {
	enum prop_proto proto;
	uint8_t n_encr, n_integ, n_prf, n_dh;
	uint8_t esn;		/* set of enum prop_esn */
	const struct alg_encr *encr[PROP_ALGS];
	const struct alg_integ *integ[PROP_ALGS];
	const struct alg_prf *prf[PROP_ALGS];
	const struct alg_dh *dh[PROP_GROUPS];
	struct prop_round rounds[PROP_ROUNDS];	/* by transform type, from ADDKE1 on */
};

/* In order of preference, all of one protocol.  No memory of its own: copy by assignment. */
struct prop_list {
	uint8_t n;
	struct prop prop[PROP_MAX];
};

/* One of each; what a kind does not have is NULL. */
struct prop_chosen {
	enum prop_proto proto;
	uint8_t number;			/* Proposal Num, to be echoed in the answer */
	uint8_t spi_n;			/* peer's SPI; 0 in IKE_SA_INIT */
	uint8_t spi[PROP_SPI_MAX];
	bool esn;
	uint8_t rounds[PROP_ROUNDS];	/* groups, by transform id; 0: that is left out */
	const struct alg_encr *encr;
	const struct alg_integ *integ;
	const struct alg_prf *prf;
	const struct alg_dh *dh;
};

/*
 * AEAD, X25519 and 256 bits first, with ML-KEM-768 besides where the crypto library has it, and
 * then without; then CBC with SHA-2 for older peers.
 */
void prop_default_ike(struct prop_list *list);
/* The same with PFS, which needs no ML-KEM: all keys stem from those of the IKE SA. */
void prop_default_esp(struct prop_list *list);

/*
 * Appends what @sets allows, split into the proposals that RFC 7296 section 3.3
 * demands: combined modes and others never in one; that of sets->encr[0] first.
 * Combined modes leave integ out; AH has one proposal.  0, or -1 where nothing is usable
 * or the list is full, with the reason in @why of @n octets.
 */
int prop_list_add(struct prop_list *list, const struct prop *sets, char *why, size_t n);

/* What the proposals of the list are for; it has one at least. */
enum prop_proto prop_list_proto(const struct prop_list *list);
/* "IKE", "AH" or "ESP". */
const char *prop_proto_text(enum prop_proto proto);
bool prop_list_equal(const struct prop_list *a, const struct prop_list *b);
/* First DH group of the list: what a KE payload is made for.  NULL: none. */
const struct alg_dh *prop_list_dh(const struct prop_list *list);
/* Whether some proposal of the list has the group with this id. */
bool prop_list_has_dh(const struct prop_list *list, uint16_t id);
/* @list without DH and rounds: the child that is made within IKE_AUTH. */
void prop_list_without_dh(struct prop_list *list);

/* Takes additional key exchanges out of @list; false: it has none, or needs them, and stays. */
bool prop_list_without_rounds(struct prop_list *list);
/* Whether @list has additional key exchanges. */
bool prop_list_has_rounds(const struct prop_list *list);
/* Of those chosen, the one that follows when @done of them are done; NULL: none. */
const struct alg_dh *prop_next_round(const struct prop_chosen *chosen, unsigned int done);

/* The proposal that leaves nothing else to choose. */
struct prop prop_of_chosen(const struct prop_chosen *chosen);

/* "AES_GCM_16-256/PRF_HMAC_SHA2_256/CURVE25519"; into and returns @out of @n octets. */
const char *prop_text(const struct prop_chosen *chosen, char *out, size_t n);
/* "AES_GCM_16-256,AES_GCM_16-128/PRF_HMAC_SHA2_256/CURVE25519,ECP_256; AES_CBC-256/..." */
const char *prop_list_text(const struct prop_list *list, char *out, size_t n);

#endif
