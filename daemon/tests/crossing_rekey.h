/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Both sides rekey at once, their children or the IKE SA: by crossing_rekey() or
 * crossing_rekey_ike().  Of the four nonces, in A's request, B's request, B's answer and A's
 * answer, the @i-th is the least: what it was made with is given up (RFC 7296 section 2.8).
 */
#ifndef PANTUN_TESTS_CROSSING_REKEY_H
#define PANTUN_TESTS_CROSSING_REKEY_H

#include "tests/crossing.h"

typedef void crossing_begin(struct peers *net, int side);

/* Each has the other's request. */
void crossing_collide(struct peers *net, unsigned int i, crossing_begin *rekey);
/* Each has had to ask once more, with another group, and has the other's second request. */
void crossing_collide_again(struct peers *net, unsigned int i, crossing_begin *rekey);
/* Whose request it was that made what stands, after either. */
int crossing_winner(unsigned int i);

/*
 * A's request, which is returned, does not arrive, and B has A's answer: @i is below 3, as there
 * is none of B.
 */
struct datagram *crossing_miss(struct peers *net, unsigned int i, crossing_begin *rekey);
/* The same with A's second request, the one with another group. */
struct datagram *crossing_miss_again(struct peers *net, unsigned int i, crossing_begin *rekey);
/*
 * That request comes when B, which knew of no collision, is deleting what it had before.  B's
 * answer comes before the deletion if it is to come @first.
 */
void crossing_missed_comes(struct peers *net, struct datagram *request, bool first);

#endif
