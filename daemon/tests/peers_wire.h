/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A tap that counts what two peers exchange, and loses what it is told to. */
#ifndef PANTUN_TESTS_PEERS_WIRE_H
#define PANTUN_TESTS_PEERS_WIRE_H

#include "tests/peers.h"

struct peers_wire {
	unsigned int seen[256];		/* requests, and repetitions of them, by exchange */
	unsigned int fragments;
	uint8_t lose;			/* the next message of that exchange */
	int from;			/* and side */
	bool lost;
};

/* @wire, which lives as long as the test, begins anew, and sees all of @net from now on. */
void peers_wire_watch(struct peers *net, struct peers_wire *wire);

#endif
