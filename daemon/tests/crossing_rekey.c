// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/crossing_rekey.h"

int crossing_winner(unsigned int i)
{
	return i % 2 ? A : B;
}

/* From now on a side's is the lowest, or the highest. */
static void nonces(struct peers *net, bool lowest_a, bool lowest_b)
{
	crossing_nonce(net, A, lowest_a ? 0x00 : 0xff);
	crossing_nonce(net, B, lowest_b ? 0x00 : 0xff);
}

/* Requests that are under way arrive, and answers are made. */
static void meet(struct peers *net, unsigned int i)
{
	if (crossing_exact())
		nonces(net, i == 3, i == 2);
	crossing_requests(net, B);
}

void crossing_collide(struct peers *net, unsigned int i, crossing_begin *rekey)
{
	nonces(net, i == 0, i == 1);
	rekey(net, A);
	rekey(net, B);
	meet(net, i);
}

/* Second requests are under way. */
static void ask_again(struct peers *net, unsigned int i, crossing_begin *rekey)
{
	nonces(net, i == 1, i == 0);
	rekey(net, A);
	rekey(net, B);
	crossing_requests(net, B);
	nonces(net, i == 0, i == 1);
	crossing_responses(net, A);
}

void crossing_collide_again(struct peers *net, unsigned int i, crossing_begin *rekey)
{
	ask_again(net, i, rekey);
	meet(net, i);
}

/* B's request alone is answered. */
static void answer_b(struct peers *net, unsigned int i)
{
	if (crossing_exact())
		crossing_nonce(net, A, i == 2 ? 0x00 : 0xff);
	crossing_exchange(net, B);
}

struct datagram *crossing_miss(struct peers *net, unsigned int i, crossing_begin *rekey)
{
	struct datagram *request;

	nonces(net, i == 0, i == 1);
	rekey(net, A);
	request = crossing_delay_request(net, B);
	rekey(net, B);
	answer_b(net, i);
	return request;
}

struct datagram *crossing_miss_again(struct peers *net, unsigned int i, crossing_begin *rekey)
{
	struct datagram *request;

	ask_again(net, i, rekey);
	request = crossing_delay_request(net, B);
	answer_b(net, i);
	return request;
}

void crossing_missed_comes(struct peers *net, struct datagram *request, bool first)
{
	crossing_arrives(net, request);
	if (first)
		crossing_response(net, A);
	crossing_exchange(net, B);
	if (!first)
		crossing_response(net, A);
}
