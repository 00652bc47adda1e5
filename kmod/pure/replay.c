// SPDX-License-Identifier: GPL-2.0
/*
 * Anti-replay window: a ring of words, one bit a number.  The ring has room for more
 * than the largest window, so that the word being filled never overlaps the oldest
 * one still in the window.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include "pure/replay.h"

static unsigned int word_of(u64 seq)
{
	return (seq / PANTUN_REPLAY_WORD_BITS) & (PANTUN_REPLAY_WORDS - 1);
}

static u64 bit_of(u64 seq)
{
	return 1ULL << (seq % PANTUN_REPLAY_WORD_BITS);
}

/**
 * pantun_replay_init - empties a window
 * @r: the window
 * @window: packets, 0 to 4096; 0: every number is accepted
 * @esn: numbers are 64 bits wide
 */
void pantun_replay_init(struct pantun_replay *r, u32 window, bool esn)
{
	memset(r, 0, sizeof(*r));
	r->window = window;
	r->esn = esn;
}

/**
 * pantun_replay_infer - full number of a packet (RFC 4303 appendix A2.2)
 * @r: the window
 * @seq_lo: the 32 bits on the wire
 *
 * Return: the number; 0, which is never valid, where it would lie below zero.
 */
u64 pantun_replay_infer(const struct pantun_replay *r, u32 seq_lo)
{
	/* Without a window half the number space is taken to be behind. */
	u32 span = r->window ? r->window : 1U << 31;
	u32 top_lo = lower_32_bits(r->top);
	u32 hi = upper_32_bits(r->top);
	u32 bottom = top_lo - span + 1;

	if (!r->esn)
		return seq_lo;
	if (top_lo >= span - 1) {
		if (seq_lo < bottom)
			hi++;
	} else if (seq_lo >= bottom) {
		if (!hi)
			return 0;
		hi--;
	}
	return (u64)hi << 32 | seq_lo;
}

/**
 * pantun_replay_check - whether a number could be accepted now
 * @r: the window
 * @seq: as pantun_replay_infer() gave it
 *
 * Return: the verdict; nothing changes.
 */
enum pantun_replay_verdict pantun_replay_check(const struct pantun_replay *r, u64 seq)
{
	if (!r->window)
		return PANTUN_REPLAY_OK;
	if (!seq)
		return PANTUN_REPLAY_LATE;
	if (seq > r->top)
		return PANTUN_REPLAY_OK;
	if (r->top - seq >= r->window)
		return PANTUN_REPLAY_LATE;
	return r->bits[word_of(seq)] & bit_of(seq) ? PANTUN_REPLAY_SEEN : PANTUN_REPLAY_OK;
}

/* Moves the window up to @seq, emptying the words that it enters. */
static void advance(struct pantun_replay *r, u64 seq)
{
	u64 from = r->top / PANTUN_REPLAY_WORD_BITS;
	u64 to = seq / PANTUN_REPLAY_WORD_BITS;
	u64 steps = min_t(u64, to - from, PANTUN_REPLAY_WORDS);

	while (steps--)
		r->bits[(from + 1 + steps) & (PANTUN_REPLAY_WORDS - 1)] = 0;
	r->top = seq;
}

/**
 * pantun_replay_accept - marks the number of an authentic packet
 * @r: the window
 * @seq: its number
 *
 * Two copies of a packet may have passed the check before either was decrypted, so
 * it is repeated here.
 *
 * Return: the verdict; the number is marked only with PANTUN_REPLAY_OK.
 */
enum pantun_replay_verdict pantun_replay_accept(struct pantun_replay *r, u64 seq)
{
	enum pantun_replay_verdict verdict = pantun_replay_check(r, seq);

	if (verdict != PANTUN_REPLAY_OK)
		return verdict;
	if (seq > r->top)
		advance(r, seq);
	if (r->window)
		r->bits[word_of(seq)] |= bit_of(seq);
	return PANTUN_REPLAY_OK;
}
