/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Anti-replay window of an inbound SA (RFC 4303 section 3.4.3 and appendix A2, in
 * the manner of RFC 6479: whole words are dropped, nothing is shifted).
 * Pure: no skb, no lock; the caller serialises; also compiled on the host.
 */
#ifndef _PANTUN_REPLAY_H
#define _PANTUN_REPLAY_H

#include <linux/types.h>

#define PANTUN_REPLAY_WORD_BITS	64
#define PANTUN_REPLAY_WORDS	128	/* a power of two above 4096 / 64 */

enum pantun_replay_verdict {
	PANTUN_REPLAY_OK,
	PANTUN_REPLAY_SEEN,		/* its bit in the window is set already */
	PANTUN_REPLAY_LATE,		/* below the window, or number 0 */
};

struct pantun_replay {
	u64 top;			/* highest number authenticated so far */
	u32 window;			/* packets; 0: no check */
	bool esn;			/* 64-bit numbers, high half inferred */
	u64 bits[PANTUN_REPLAY_WORDS];
};

void pantun_replay_init(struct pantun_replay *r, u32 window, bool esn);
/* The 64-bit number that the 32 bits on the wire stand for (RFC 4303 A2.2). */
u64 pantun_replay_infer(const struct pantun_replay *r, u32 seq_lo);
enum pantun_replay_verdict pantun_replay_check(const struct pantun_replay *r, u64 seq);
/* Checks again and marks; only for packets that authenticated. */
enum pantun_replay_verdict pantun_replay_accept(struct pantun_replay *r, u64 seq);

#endif
