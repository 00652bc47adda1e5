/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages that come in parts (RFC 7383 section 2.6).  What is kept here is proven: whoever
 * calls has checked and decrypted it.  An exception are fragments of a first protected request,
 * whose keys are still being made: they are kept as they came, in struct handshake, and are looked
 * at once there are keys.  Those of IKEv1 cannot be proven, as they are parts of a message that is
 * protected as a whole, and the last one alone says how many there are.  None lasts, nor has more
 * room than the limits below: an authenticated peer may be hostile, too.
 */
#ifndef PANTUN_IKE_FRAGMENTS_H
#define PANTUN_IKE_FRAGMENTS_H

#include "ike/ike_sa.h"

#define FRAGMENTS_MOST		64		/* of a message */
#define FRAGMENTS_OCTETS	32768		/* of a message */
#define FRAGMENTS_ALL		(4u << 20)	/* octets of all IKE SAs */
#define FRAGMENTS_HALF		(FRAGMENTS_ALL / 2)	/* of those that are not up yet, */
/* and of those of them that come from one address: where some gateway is, or from elsewhere */
#define FRAGMENTS_KNOWN		(FRAGMENTS_HALF / 2)
#define FRAGMENTS_SOURCE	(FRAGMENTS_HALF / 16)
#define FRAGMENTS_MS		SECONDS(30)	/* from the first to the last */

struct fragments {
	struct ike_core *core;
	struct timer timer;		/* in core->waits */
	struct ike_sa *ike;
	enum job_side side;
	uint32_t message_id;
	uint8_t exchange;
	uint8_t next;			/* type of the first payload: known once part[0] is there */
	uint16_t total, have;		/* total 0: not known yet */
	size_t octets;
	size_t longest;			/* datagram of them */
	struct packet *part[FRAGMENTS_MOST];
};

/* One that has come, proven. */
struct fragment {
	uint32_t message_id;
	uint8_t exchange;
	uint8_t next;			/* of number 1 */
	uint16_t number, total;		/* number from 1; total 0: it does not say */
	size_t datagram_n;		/* octets that it came in */
	struct bytes plain;
};

/*
 * Whether it is worth to check @one, of which all but the plaintext is known: it is not there yet,
 * and its message has not been sent in more fragments than it says (section 2.6.1).
 */
bool fragments_want(const struct ike_sa *ike, enum job_side side, const struct fragment *one);
/*
 * Keeps @one, for the message that @side waits for.  Where the sender has cut its message into more
 * parts than before, those from before are dropped.  False: it does not fit, or is of no use.
 */
bool fragments_put(struct ike_sa *ike, enum job_side side, const struct fragment *one);
/* All parts of that message are there; NULL where there are none. */
bool fragments_whole(const struct fragments *fragments, uint32_t message_id);
/* Writes them one after the other to @out, of FRAGMENTS_OCTETS. */
struct bytes fragments_join(const struct fragments *fragments, uint8_t *out);
/* Wiped and freed, if there are any. */
void fragments_drop(struct ike_sa *ike, enum job_side side);
/* TIMER_FRAGMENTS: the rest has not come. */
void fragments_due(struct ike_core *core, struct timer *timer);

/* Keeps @data, a datagram for @ike that cannot be checked yet; false: there is no room. */
bool fragments_keep_early(struct ike_sa *ike, struct bytes data);
/* What was kept, in the order in which it came: the caller's. */
struct packet *fragments_take_early(struct ike_sa *ike);
void fragments_forget_early(struct ike_sa *ike, struct handshake *hs);

#endif
