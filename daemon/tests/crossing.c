// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/crossing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ike/child_end.h"
#include "ike/gateway.h"
#include "ike/ike_life.h"
#include "tests/crossings.h"
#include "wire/ike_hdr.h"

#define SEEDS		2
#define COMES_MS	15000	/* a message that is not there by then never comes */
#define REPEATED_MS	4000	/* the same for a repetition */
#define SLOW_MS		1200	/* what a job takes at least where peers are slow, */
#define SLOW_MOST_MS	2500	/* and at most */
#define BAD_MS		40000	/* how long the network goes on losing messages */
#define BAD_LOSS	15	/* percent of them */
#define QUIET_MS	240000
#define EARLY_PFS_MS	20000	/* what comes up in IKE_AUTH is rekeyed by then */
#define CALM_MS		120000	/* in which nothing may be negotiated any more */

enum kind { REQUEST, RESPONSE };

static struct {
	enum crossing_way way;
	struct datagram *done;		/* copies of what the test has dealt with */
	/* What is waited for. */
	int to;
	enum kind kind;
} crossing;

bool crossing_exact(void)
{
	return crossing.way == CROSSING_PLAIN;
}

/* ------------------------------------------------------- what is on its way */

static bool same(const struct datagram *a, const struct datagram *b)
{
	return a->to == b->to && a->n == b->n && !memcmp(a->data, b->data, a->n);
}

static struct wire_header header_of(const struct datagram *d)
{
	struct wire_header header;
	struct wire_error error;

	if (wire_header_parse(bytes_of(d->data, d->n), &header, &error))
		abort();
	return header;
}

static enum kind kind_of(const struct datagram *d)
{
	struct wire_header header = header_of(d);

	return wire_is_response(&header) ? RESPONSE : REQUEST;
}

static struct datagram *take(struct datagram **at)
{
	struct datagram *d = *at;

	*at = d->next;
	d->next = NULL;
	return d;
}

static void drop_all(struct datagram **list)
{
	while (*list)
		free(take(list));
}

/* @d has been dealt with: what is the same is a repetition. */
static void remember(const struct datagram *d)
{
	struct datagram *copy = malloc(sizeof(*copy) + d->n);

	if (!copy)
		abort();
	memcpy(copy, d, sizeof(*copy) + d->n);
	copy->next = crossing.done;
	crossing.done = copy;
}

static bool remembered(const struct datagram *d)
{
	for (const struct datagram *old = crossing.done; old; old = old->next)
		if (same(old, d))
			return true;
	return false;
}

static void drop_repetitions(struct peers *net)
{
	struct datagram **at = &net->held;

	while (*at) {
		if ((*at)->n == 1 || remembered(*at))
			free(take(at));
		else
			at = &(*at)->next;
	}
}

/* The first of that kind to that side. */
static struct datagram **find(struct peers *net)
{
	for (struct datagram **at = &net->held; *at; at = &(*at)->next)
		if ((*at)->to == crossing.to && kind_of(*at) == crossing.kind)
			return at;
	return NULL;
}

static bool comes(struct peers *net)
{
	drop_repetitions(net);
	return find(net);
}

static struct datagram *wait_for(struct peers *net, int to, enum kind kind)
{
	struct datagram *d;

	crossing.to = to;
	crossing.kind = kind;
	if (!peers_until(net, comes, COMES_MS)) {
		if (crossing.way == CROSSING_SLOW)
			return NULL;
		peers_show(net);
		fail_msg("no %s comes to side %c", kind == REQUEST ? "request" : "response",
			 'A' + to);
	}
	d = take(find(net));
	remember(d);
	return d;
}

bool crossing_none(struct peers *net, int to)
{
	drop_repetitions(net);
	for (const struct datagram *d = net->held; d; d = d->next)
		if (d->to == to)
			return false;
	return true;
}

void crossing_arrives(struct peers *net, struct datagram *d)
{
	if (!d)
		return;
	peers_deliver(net, d);
	if (crossing.way != CROSSING_SLOW)
		peers_compute(net);
}

/* --- the first copy gets lost --- */

static const struct datagram *lost;

/* A repetition of what was lost, or of the request that it answers. */
static struct datagram **find_again(struct peers *net)
{
	struct wire_header was = header_of(lost);

	for (struct datagram **at = &net->held; *at; at = &(*at)->next) {
		struct wire_header header;

		if ((*at)->n == 1)
			continue;
		header = header_of(*at);
		if ((*at)->to != lost->to && kind_of(lost) == RESPONSE &&
		    !wire_is_response(&header) && header.message_id == was.message_id &&
		    !memcmp(header.spi_i, was.spi_i, IKE_SPI_LEN) && remembered(*at))
			return at;
		if (same(*at, lost))
			return at;
	}
	return NULL;
}

static bool repeated(struct peers *net)
{
	return find_again(net);
}

/* In place of @d, which is freed. */
static struct datagram *repetition(struct peers *net, struct datagram *d)
{
	lost = d;
	/* Repetitions until now are of what has arrived. */
	drop_repetitions(net);
	while (peers_until(net, repeated, REPEATED_MS)) {
		struct datagram *again = take(find_again(net));

		if (same(again, d)) {
			free(d);
			return again;
		}
		peers_deliver(net, again);
	}
	return d;
}

static void pass(struct peers *net, int to, enum kind kind)
{
	struct datagram *d = wait_for(net, to, kind);

	if (d && crossing.way == CROSSING_LOSS)
		d = repetition(net, d);
	crossing_arrives(net, d);
}

void crossing_request(struct peers *net, int to)
{
	pass(net, to, REQUEST);
}

void crossing_response(struct peers *net, int to)
{
	pass(net, to, RESPONSE);
}

void crossing_exchange(struct peers *net, int side)
{
	crossing_request(net, !side);
	crossing_response(net, side);
}

void crossing_requests(struct peers *net, int first)
{
	crossing_request(net, first);
	crossing_request(net, !first);
}

void crossing_responses(struct peers *net, int first)
{
	crossing_response(net, first);
	crossing_response(net, !first);
}

struct datagram *crossing_delay_request(struct peers *net, int to)
{
	return wait_for(net, to, REQUEST);
}

struct datagram *crossing_delay_response(struct peers *net, int to)
{
	return wait_for(net, to, RESPONSE);
}

/* -------------------------------------------------------- what the sides do */

static void did(struct peers *net, int side)
{
	peers_settle(net, side);
	if (crossing.way != CROSSING_SLOW)
		peers_compute(net);
}

void crossing_nonce(struct peers *net, int side, uint8_t first)
{
	net->peer[side].loaded = true;
	net->peer[side].nonce = first;
}

struct child_sa *crossing_child(struct peers *net, int side)
{
	struct child_sa *newest = NULL, *child = net->peer[side].core->gateways->slots->children;

	for (; child; child = child->slot_next) {
		if (child->state < CHILD_INSTALLING || child->state >= CHILD_DELETING)
			continue;
		if (!newest || child->token >> 32 > newest->token >> 32)
			newest = child;
	}
	return newest;
}

uint64_t crossing_newest(struct peers *net, int side)
{
	const struct child_sa *child = crossing_child(net, side);

	return child ? child->token : 0;
}

struct ike_sa *crossing_ike(struct peers *net, int side)
{
	return net->peer[side].core->gateways->ike;
}

void crossing_rekey(struct peers *net, int side)
{
	assert_int_equal(kern_fake_expire(net->peer[side].kern, peers_token(net, side), false,
					  false), 0);
	did(net, side);
}

void crossing_rekey_ike(struct peers *net, int side)
{
	struct ike_core *core = net->peer[side].core;
	struct ike_sa *ike = crossing_ike(net, side);

	assert_non_null(ike);
	timer_set(&core->timers, &ike->life, net->now);
	ike_core_tick(core, net->now);
	did(net, side);
}

void crossing_delete(struct peers *net, int side, uint64_t token)
{
	struct ike_core *core = net->peer[side].core;
	struct child_sa *child = child_held(core, token);

	if (!child)
		return;
	core_begin(core, net->now);
	child_delete(child);
	core_end(core);
	did(net, side);
}

void crossing_delete_newest(struct peers *net, int side)
{
	crossing_delete(net, side, crossing_newest(net, side));
}

void crossing_delete_ike(struct peers *net, int side)
{
	ike_core_clear_ike(net->peer[side].core, net->now, NULL);
	did(net, side);
}

void crossing_forget(struct peers *net, int side, uint64_t token)
{
	struct ike_core *core = net->peer[side].core;

	core_begin(core, net->now);
	child_close(child_held(core, token));
	core_end(core);
	did(net, side);
}

/* ------------------------------------------------------------- cases played */

static void pace(struct peers *net, unsigned int least, unsigned int most)
{
	for (int side = A; side <= B; side++) {
		net->peer[side].jobs.least_ms = least;
		net->peer[side].jobs.most_ms = most;
	}
}

static struct peers *begin(const struct crossing_case *c, uint64_t seed)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net;

	if (c->alter)
		c->alter(&a, &b);
	net = peers_up(seed, &a, &b);
	peers_past_early(net);
	net->hold = true;
	net->watch = c->gapless && crossing.way != CROSSING_LOSS;
	if (crossing.way == CROSSING_SLOW)
		pace(net, SLOW_MS, SLOW_MOST_MS);
	return net;
}

/* What is held arrives, and from now on all does, or, for a while, most of it. */
static void let_flow(struct peers *net)
{
	net->hold = false;
	drop_repetitions(net);
	while (net->held) {
		struct datagram *d = take(&net->held);

		peers_deliver(net, d);
	}
	drop_all(&crossing.done);
	for (int side = A; side <= B; side++)
		net->peer[side].loaded = false;
	if (crossing.way == CROSSING_LOSS)
		net->loss = BAD_LOSS;
	if (crossing.way != CROSSING_PLAIN)
		peers_run(net, BAD_MS);
	net->loss = 0;
	pace(net, 0, 30);
}

static void end(struct peers *net, const struct crossing_case *c)
{
	unsigned int added[2];

	let_flow(net);
	peers_must_be_quiet(net, QUIET_MS);
	peers_run(net, EARLY_PFS_MS);
	peers_must_be_quiet(net, QUIET_MS);
	for (int side = A; side <= B; side++)
		added[side] = kern_fake_added(net->peer[side].kern);
	peers_run(net, CALM_MS);
	for (int side = A; side <= B; side++) {
		if (kern_fake_added(net->peer[side].kern) == added[side])
			continue;
		peers_show(net);
		fail_msg("side %c goes on negotiating", 'A' + side);
	}
	if (c->gapless && crossing.way != CROSSING_LOSS)
		assert_int_equal(peers_logged(net, " error "), 0);
	peers_finish(net);
}

static void play(void **state)
{
	static const char *const names[] = { "plain", "loss", "slow" };
	const struct crossing_case *c = *state;
	unsigned int variants = c->variants ? c->variants : 1;

	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		for (unsigned int i = 0; i < variants * CROSSING_WAYS; i++) {
			struct peers *net;

			crossing.way = i % CROSSING_WAYS;
			if (getenv("PEERS_LOG"))
				fprintf(stderr, "--- %s %u, %s, seed %u\n", c->name,
					i / CROSSING_WAYS, names[crossing.way],
					(unsigned int)seed);
			drop_all(&crossing.done);
			net = begin(c, seed);
			c->play(net, i / CROSSING_WAYS);
			end(net, c);
		}
	}
}

static const struct crossings *row_of(const char *suite)
{
	for (unsigned int i = 0; i < CROSSINGS_SUITES; i++)
		if (!strcmp(crossings[i].suite, suite))
			return &crossings[i];
	fprintf(stderr, "crossings.c has no suite %s\n", suite);
	exit(1);
}

static bool has(const struct crossing_case *cases, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(cases[i].name, name))
			return true;
	return false;
}

static void check_names(const char *suite, const struct crossing_case *cases, size_t n)
{
	const struct crossings *row = row_of(suite);
	size_t named = 0;

	for (; named < CROSSINGS_MOST && row->names[named]; named++) {
		if (has(cases, n, row->names[named]))
			continue;
		fprintf(stderr, "%s: nobody plays %s\n", suite, row->names[named]);
		exit(1);
	}
	if (named == n)
		return;
	fprintf(stderr, "%s: %zu cases are played, %zu are in crossings.c\n", suite, n, named);
	exit(1);
}

int crossing_main(const char *suite, const struct crossing_case *cases, size_t n)
{
	struct CMUnitTest tests[CROSSINGS_MOST];

	check_names(suite, cases, n);
	for (size_t i = 0; i < n; i++)
		tests[i] = (struct CMUnitTest){
			.name = cases[i].name, .test_func = play,
			.initial_state = (void *)(uintptr_t)&cases[i],
		};
	return _cmocka_run_group_tests(suite, tests, n, NULL, NULL);
}
