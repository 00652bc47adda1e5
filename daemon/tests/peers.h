/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two IKE cores in one process, each with a kernel in memory, and a network of
 * bad habits between them.  Time passes only as the queue of datagrams and the cores'
 * deadlines have it, and all chance comes from one seed: a run can be repeated.
 */
#ifndef PANTUN_TESTS_PEERS_H
#define PANTUN_TESTS_PEERS_H

#include "kern/kern_fake.h"
#include "loop/live.h"
#include "tests/peers_dns.h"
#include "tests/peers_jobs.h"
#include "tests/peers_site.h"

#define PEERS_ASKED	8

struct peers;

struct peer {
	struct peers *net;
	int side;
	struct ike_core *core;
	struct kern *kern;
	struct live *live;
	ike_time linger;		/* when live_tick() wants to be called */
	struct dice dice;
	struct peers_jobs jobs;		/* its threads */
	struct peers_dns dns;		/* what it says to this side */
	unsigned int sent, received;	/* datagrams of the core */
	unsigned int keepalives;	/* among those sent */
	uint8_t dscp;			/* of the last one sent */
	bool cut;			/* nothing passes to or from it */
	bool dies;			/* as soon as the kernel refuses an SA: */
	bool dead;			/* does nothing more, until it is revived */
	ike_time asleep;		/* does nothing until then; datagrams wait for it */
	ike_time kernel_ms;		/* what the kernel takes to say when ESP came last */
	struct peers_asked {
		ike_time due;
		uint64_t token, idle;
	} asked[PEERS_ASKED];		/* it was, and has not answered yet */
	const char *at;			/* its address, in place of its site's; NULL: that */
	bool no_route;			/* a gateway without a local address finds none */
	bool loaded;			/* its nonces do not come by chance alone: */
	uint8_t nonce;			/* they begin with this octet */
	uint8_t token_key;		/* octets of that, with peers_tokens() */
	char *events;			/* "kind gateway[/tunnel:proxy]: text\n" ... */
	size_t events_n, events_max;
};

struct datagram {
	struct datagram *next;
	ike_time due;
	int to;
	struct endpoint local, remote;	/* as the receiver sees them */
	size_t n;
	uint8_t data[];
};

/* A translator in front of A: what comes from there seems to come from elsewhere. */
struct nat {
	bool on;
	const char *outside;		/* address */
	uint16_t shift;			/* added to ports */
};

struct peers {
	struct peer peer[2];
	ike_time now;
	unsigned int loss, twice, reorder;	/* percent */
	struct nat nat;
	const char *second[2];		/* address of a side, besides its site's; NULL: none */
	bool tokens;			/* each has a key for those of RFC 6290 */
	bool v6;			/* peers_site6() has the addresses */
	struct dice dice;
	struct datagram *queue;		/* by time */
	bool hold;			/* nothing arrives by itself: */
	struct datagram *held;		/* it waits here for peers_deliver(), in order */
	bool talking;			/* hosts do, through all tunnels: peers_talk() */
	ike_time talked;		/* until then they did; 0: never */
	unsigned int at_once;		/* events since the clock last moved */
	bool watch;			/* count gaps */
	bool flowed;			/* all did, since watching began */
	unsigned int gaps;		/* events after which, having flowed, something did not */
	ike_time gap_at;		/* of the first */
	char *log;			/* "level subject: text\n" of both */
	size_t log_n, log_max;
	/* Sees each datagram before the network, and may alter it; false: it gets lost. */
	bool (*tap)(struct peers *net, int from, uint8_t *data, size_t n);
	void *tap_ctx;			/* the tap's own */
};

/*
 * A network without faults, and no policies yet.  Ends the process where memory is
 * short.  Log lines are caught from here until peers_free().
 */
struct peers *peers_new(uint64_t seed);
/*
 * Also fails the test if a kernel saw a fault, if the log holds a secret, or if a log line is
 * about "hq" instead of "gateway hq".
 */
void peers_free(struct peers *net);
/* All gets quiet within @ms, or the test fails with the log shown. */
void peers_must_be_quiet(struct peers *net, ike_time ms);
/*
 * The rekey that follows soon after an IKE SA has come up (ike/v2/pfs.h) passes: nothing but
 * ordinary lives goes on from here.
 */
void peers_past_early(struct peers *net);
/* From now on both daemons, and those after them, have the keys that tokens are made with. */
void peers_tokens(struct peers *net);
/* A network with both sides configured, A last, and quiet. */
struct peers *peers_up(uint64_t seed, const struct site *a, const struct site *b);
/* From now on datagrams get lost, come twice or late, and results of jobs are late, too. */
void peers_storm(struct peers *net);
/* No IKE SA comes up in ten seconds, and the log has @text; frees. */
void peers_must_fail(struct peers *net, const char *text);
/* Ends a test: all gets quiet, no packet would have been lost; frees. */
void peers_finish(struct peers *net);

/* The side's core gets another policy, as read from a file, and who makes AUTH its keys. */
void peers_set_policy(struct peers *net, int side, struct policy *policy);
/* The same, and its kernel all tunnels of @policy. */
void peers_configure_policy(struct peers *net, int side, struct policy *policy);
/* Makes kernel and core of that side be as @site has it. */
void peers_configure(struct peers *net, int side, const struct site *site);
/* Both, with peers_site(). */
void peers_configure_both(struct peers *net);
/* The side's daemon dies without a word and is started anew, kernel and all. */
void peers_restart(struct peers *net, int side, const struct site *site);

/* The same, but what the kernel has stays, and is adopted. */
void peers_revive(struct peers *net, int side, const struct site *site);

/* Lets time pass up to @ms from now. */
void peers_run(struct peers *net, ike_time ms);
/* Until @done says so; false if it does not within @ms. */
bool peers_until(struct peers *net, bool (*done)(struct peers *net), ike_time ms);
/* That side gets no CPU for @ms from now. */
void peers_sleep(struct peers *net, int side, ike_time ms);
/* Carries out what the core of that side wants done: after each ike_core call. */
void peers_settle(struct peers *net, int side);
/* What both compute is there, without time passing. */
void peers_compute(struct peers *net);
/* @d, which was taken out of what is held, arrives now, and is freed. */
void peers_deliver(struct peers *net, struct datagram *d);
/*
 * A datagram straight to the core of @to, with no network in between.  What @to computes for it
 * is there at once.
 */
void peers_inject(struct peers *net, int to, const struct endpoint *local,
		  const struct endpoint *remote, struct bytes data);

/* Hosts at both sides begin, or cease, to send each other packets. */
void peers_talk(struct peers *net, bool on);
/* Packets of that proxy-ID get through from @from to the other side. */
bool peers_flows(const struct peers *net, int from, const char *proxy);
/* All of both sides' proxy-IDs, both ways. */
bool peers_all_flow(struct peers *net);
/* Established IKE SAs of the side. */
unsigned int peers_ikes(const struct peers *net, int side);
/*
 * Each side has one IKE SA, one out-SA and one in-SA a proxy-ID, and packets flow:
 * what any quarrel has to end in.
 */
bool peers_quiet(struct peers *net);
/* State and last error of the side's proxy-ID, valid until the next call. */
const struct ike_child_info *peers_child(const struct peers *net, int side, const char *proxy);
/* The token of what carries the packets of the side's proxy-ID "net"; there must be one. */
uint64_t peers_token(const struct peers *net, int side);
/* That child of the side's has reached its soft limit. */
void peers_soften(struct peers *net, int side);
/* The side's IKE SA that is up; there must be one. */
struct ike_sa *peers_standing(const struct peers *net, int side);
/* One of the side's IKE SAs, valid until the next call; NULL: none. */
const struct ike_sa_info *peers_ike(const struct peers *net, int side);

/* Writes the log to standard error: what a test does before it fails. */
void peers_show(const struct peers *net);

/* How often @text stands in the log, or in the events of a side. */
unsigned int peers_logged(const struct peers *net, const char *text);
unsigned int peers_told(const struct peers *net, int side, const char *text);

#endif
