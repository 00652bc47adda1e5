/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two IKE cores in one process, each with a kernel in memory, joined by a network
 * that delays, loses, repeats and reorders as told.  Time and randomness are the
 * world's own, so that a seed repeats a run.
 *
 *	peer[0] 192.0.2.1 "a" ---- (NAT 198.51.100.9) ---- 203.0.113.2 "b" peer[1]
 */
#ifndef PANTUN_TESTS_PEERS_H
#define PANTUN_TESTS_PEERS_H

#include "ike/core.h"
#include "kern/kern_fake.h"

#define PEERS_PROXIES	8

/* One end's configuration; conf_default() makes a pair that fits. */
struct conf {
	const char *psk;
	const char *local_id, *peer_id;		/* FQDNs; NULL: addresses */
	enum policy_start start;
	bool dynamic_peer, no_nat_traversal, passive;
	struct prop_list ike, esp;
	uint64_t ike_life, child_life;
	uint32_t liveness;
	unsigned int n_proxies;
	struct {
		char name[16];
		const char *local, *remote;	/* "10.1.0.0/16"; NULL: any */
	} proxies[PEERS_PROXIES];
};

struct world;

struct peer {
	struct world *world;
	unsigned int index;
	struct addr addr;
	struct ike_core *core;
	struct kern *kern;
	struct conf conf;
	bool deaf;			/* nothing reaches it, nothing leaves it */
	unsigned int sent;		/* datagrams */
	unsigned int failures;		/* events "ike-fail", "child-fail" */
	unsigned int ups;		/* events "child-up" */
	char last_fail[512];
	uint8_t last_sent[4096];
	size_t last_sent_n;
};

struct world {
	ike_time now;
	uint64_t random;
	unsigned int loss, repeat;	/* percent */
	ike_time delay_least, delay_most;
	bool nat;			/* in front of peer[0] */
	struct peer peer[2];
	struct flight *flights;
	/* Data packets both ways every 10 ms, for each proxy-ID. */
	bool traffic;
	unsigned int carried, dropped;
	/* Told of each datagram before it is sent; may change or swallow it (false). */
	bool (*tamper)(struct world *world, struct peer *from, uint8_t *data, size_t n);
};

void conf_default(struct conf conf[2]);
/* Makes the world and its peers; the policies come with world_configure(). */
struct world *world_new(uint64_t seed);
/* Frees all; fails the test if a kernel found fault. */
void world_free(struct world *world);
void world_configure(struct world *world, unsigned int index, const struct conf *conf);
/* Lets @ms pass. */
void world_pass(struct world *world, ike_time ms);
/* Lets time pass until all proxy-IDs are up and agree, at most @ms; whether they do. */
bool world_until_up(struct world *world, ike_time ms);
/* Every proxy-ID has a current SA both ways, with keys the other end has too. */
bool world_agrees(const struct world *world);
/* Carries out what the core wants; after each call of the core by a test. */
void peer_drain(struct peer *peer);
unsigned int peer_ikes(struct peer *peer);	/* established */
unsigned int peer_sas(struct peer *peer);	/* in its kernel */
/* The child's out-SA in use for proxy-ID @i; NULL: none. */
const struct fake_sa *peer_out(const struct peer *peer, unsigned int i);
uint64_t world_random(struct world *world);
/* A datagram of @n octets arrives at @to, now, from the other one's address. */
void world_inject(struct world *world, struct peer *to, const void *data, size_t n);

#endif
