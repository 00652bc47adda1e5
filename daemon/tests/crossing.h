/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages of two peers that cross, as a test has them cross: no datagram arrives unless the test
 * says so.  Each case is played three times: on a network that loses nothing; on one where the
 * first copy of each message gets lost and a repetition of it arrives; and between peers whose
 * computations take seconds, so that messages leave much later than they could.
 *
 * Afterwards the network is an ordinary one, and both ends have to agree: one IKE SA, the same
 * SAs in both kernels, no more of them, and nothing that goes on being negotiated.
 */
#ifndef PANTUN_TESTS_CROSSING_H
#define PANTUN_TESTS_CROSSING_H

#include "ike/child_sa.h"
#include "tests/peers.h"

enum crossing_way { CROSSING_PLAIN, CROSSING_LOSS, CROSSING_SLOW, CROSSING_WAYS };

struct crossing_case {
	const char *name;
	void (*play)(struct peers *net, unsigned int i);
	unsigned int variants;		/* @i counts them; 0 stands for 1 */
	bool gapless;			/* no packet may get lost, and nothing be complained of */
	void (*alter)(struct site *a, struct site *b);	/* of what both are configured with */
};

/* Name and function of a case. */
#define CROSSING(function)	.name = #function, .play = (function)

/*
 * Plays the cases of @suite, of which crossings.h lists the names: the main() of the test.  A case
 * of the list that @cases lacks, or the reverse, fails.
 */
int crossing_main(const char *suite, const struct crossing_case *cases, size_t n);

/* The way that is played demands what the test says of states on the way, and not only the end. */
bool crossing_exact(void);

/* --- what is on its way --- */

/*
 * The next request, or response, on its way to @to arrives, once there is one.  What was sent
 * before and is repeated does not count.  Where peers are slow, and it never comes, nothing does.
 */
void crossing_request(struct peers *net, int to);
void crossing_response(struct peers *net, int to);
/* What @side asks arrives, and then the answer. */
void crossing_exchange(struct peers *net, int side);
/* A request to each, or a response, arrives: to @first, and then to the other. */
void crossing_requests(struct peers *net, int first);
void crossing_responses(struct peers *net, int first);
/* It and its repetitions do not arrive until crossing_arrives(); NULL: there never was one. */
struct datagram *crossing_delay_request(struct peers *net, int to);
struct datagram *crossing_delay_response(struct peers *net, int to);
void crossing_arrives(struct peers *net, struct datagram *d);
/* Nothing is under way to @to that was not there before. */
bool crossing_none(struct peers *net, int to);

/* --- what the sides do --- */

/* Their nonces begin with that octet from now on. */
void crossing_nonce(struct peers *net, int side, uint8_t first);
/* The side begins to rekey its child, or the IKE SA: the request is under way. */
void crossing_rekey(struct peers *net, int side);
void crossing_rekey_ike(struct peers *net, int side);
/* It deletes that child, its newest, or the IKE SA, likewise. */
void crossing_delete(struct peers *net, int side, uint64_t token);
void crossing_delete_newest(struct peers *net, int side);
void crossing_delete_ike(struct peers *net, int side);
/* It has lost that child, and the peer does not learn of it. */
void crossing_forget(struct peers *net, int side, uint64_t token);

/* The child of the side that was made last, and its token. */
struct child_sa *crossing_child(struct peers *net, int side);
uint64_t crossing_newest(struct peers *net, int side);
/* The IKE SA that the side goes by. */
struct ike_sa *crossing_ike(struct peers *net, int side);

#endif
