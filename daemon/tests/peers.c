// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/peers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/log.h"

#define NAT_ADDR	"198.51.100.9"
#define NAT_PORTS	20000		/* added to the ports of who is behind it */
#define TRAFFIC_MS	10

struct flight {
	struct flight *next;
	ike_time at;
	unsigned int to;
	bool is_data;			/* an ESP packet: spi, for proxy-ID @proxy */
	uint32_t spi;
	struct endpoint local, remote;	/* as the receiver sees it */
	size_t n;
	uint8_t b[];
};

uint64_t world_random(struct world *world)
{
	uint64_t z = world->random += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

static unsigned int percent(struct world *world)
{
	return (unsigned int)(world_random(world) % 100);
}

static int peer_random(void *ctx, void *out, size_t n)
{
	struct peer *peer = ctx;
	uint8_t *p = out;

	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)world_random(peer->world);
	return 0;
}

static int peer_source(void *ctx, const struct addr *remote, struct addr *local)
{
	struct peer *peer = ctx;

	(void)remote;
	*local = peer->addr;
	return 0;
}

/* --- configuration --- */

void conf_default(struct conf conf[2])
{
	memset(conf, 0, 2 * sizeof(*conf));
	for (int i = 0; i < 2; i++) {
		conf[i].psk = "a secret of some length";
		conf[i].start = i ? POLICY_START_PASSIVE : POLICY_START_ALWAYS;
		prop_default_ike(&conf[i].ike);
		prop_default_esp(&conf[i].esp);
		conf[i].ike_life = 28800;
		conf[i].child_life = 3600;
		conf[i].liveness = 5;
		conf[i].n_proxies = 1;
		strcpy(conf[i].proxies[0].name, "default");
	}
}

static void set_id(struct ike_id *id, const char *text)
{
	if (!text)
		return;
	id->type = 2;
	id->n = (uint16_t)strlen(text);
	memcpy(id->b, text, id->n);
}

static void set_ts(struct ts_list *list, const char *range)
{
	struct ts_pair any;

	if (!range) {
		ts_pair_any(&any);
		*list = any.local;
		return;
	}
	list->n = 1;
	list->ts[0].port_last = 65535;
	assert_int_equal(addr_range_parse(range, &list->ts[0].first, &list->ts[0].last), 0);
}

static struct policy *make_policy(const struct peer *peer, const struct conf *conf)
{
	struct policy *policy = calloc(1, sizeof(*policy));
	struct policy_gateway *gw = calloc(1, sizeof(*gw));
	struct policy_tunnel *tunnel = calloc(1, sizeof(*tunnel));

	policy->n_gateways = 1;
	policy->gateways = gw;
	strcpy(gw->name, peer->index ? "to-a" : "to-b");
	gw->passive = conf->passive;
	gw->nat_traversal = !conf->no_nat_traversal;
	if (!conf->dynamic_peer)
		gw->peer = peer->world->peer[!peer->index].addr;
	if (peer->index && peer->world->nat && !conf->dynamic_peer)
		addr_parse(NAT_ADDR, &gw->peer);
	set_id(&gw->local_id, conf->local_id);
	set_id(&gw->peer_id, conf->peer_id);
	gw->psk = calloc(1, sizeof(*gw->psk));
	gw->psk->n = strlen(conf->psk);
	memcpy(gw->psk->b, conf->psk, gw->psk->n);
	gw->ike = conf->ike;
	gw->life_seconds = conf->ike_life;
	gw->liveness_seconds = conf->liveness;
	gw->n_tunnels = 1;
	gw->tunnels = tunnel;
	strcpy(tunnel->name, "t");
	strcpy(tunnel->ifname, "tunnel1");
	tunnel->start = conf->start;
	tunnel->esp = conf->esp;
	tunnel->replay_window = 1024;
	tunnel->life_seconds = conf->child_life;
	tunnel->n_proxies = conf->n_proxies;
	tunnel->proxies = calloc(conf->n_proxies, sizeof(*tunnel->proxies));
	for (unsigned int i = 0; i < conf->n_proxies; i++) {
		strcpy(tunnel->proxies[i].name, conf->proxies[i].name);
		set_ts(&tunnel->proxies[i].ts.local, conf->proxies[i].local);
		set_ts(&tunnel->proxies[i].ts.remote, conf->proxies[i].remote);
	}
	return policy;
}

void world_configure(struct world *world, unsigned int index, const struct conf *conf)
{
	struct peer *peer = &world->peer[index];

	peer->conf = *conf;
	ike_core_set_policy(peer->core, world->now, make_policy(peer, conf));
	peer_drain(peer);
}

/* --- the network --- */

static void launch(struct world *world, struct flight *flight)
{
	struct flight **at = &world->flights;
	ike_time span = world->delay_most - world->delay_least;

	flight->at = world->now + world->delay_least;
	if (span)
		flight->at += world_random(world) % (span + 1);
	while (*at && (*at)->at <= flight->at)
		at = &(*at)->next;
	flight->next = *at;
	*at = flight;
}

/* What the NAT makes of addresses between peer[0] and the rest. */
static void translate(const struct world *world, const struct peer *from, struct flight *flight)
{
	struct addr outside;

	if (!world->nat)
		return;
	addr_parse(NAT_ADDR, &outside);
	if (!from->index) {
		flight->remote.addr = outside;
		flight->remote.port += NAT_PORTS;
	} else {
		flight->local.addr = world->peer[0].addr;
		flight->local.port -= NAT_PORTS;
	}
}

static void send_one(struct peer *from, const struct endpoint *local, const struct endpoint *remote,
		     const uint8_t *data, size_t n)
{
	struct world *world = from->world;
	struct flight *flight = calloc(1, sizeof(*flight) + n);

	flight->to = !from->index;
	flight->local = *remote;
	flight->remote = *local;
	flight->n = n;
	memcpy(flight->b, data, n);
	translate(world, from, flight);
	launch(world, flight);
}

static void peer_send(struct peer *from, const struct ike_action *action)
{
	struct world *world = from->world;
	struct bytes data = action->send.data;
	uint8_t copy[16384];

	from->sent++;
	assert_true(data.n <= sizeof(copy));
	memcpy(copy, data.p, data.n);
	if (data.n <= sizeof(from->last_sent)) {
		memcpy(from->last_sent, data.p, data.n);
		from->last_sent_n = data.n;
	}
	if (from->deaf || (world->tamper && !world->tamper(world, from, copy, data.n)))
		return;
	if (percent(world) >= world->loss)
		send_one(from, &action->send.local, &action->send.remote, copy, data.n);
	if (percent(world) < world->repeat)
		send_one(from, &action->send.local, &action->send.remote, copy, data.n);
}

static void peer_event(struct peer *peer, const struct ike_event *event)
{
	if (!strcmp(event->kind, "child-up"))
		peer->ups++;
	if (!strstr(event->kind, "fail"))
		return;
	peer->failures++;
	snprintf(peer->last_fail, sizeof(peer->last_fail), "%s%s%s%s%s: %s",
		 event->tunnel ? "tunnel " : "gateway ",
		 event->tunnel ? event->tunnel : event->gateway, event->tunnel ? ":" : "",
		 event->tunnel ? event->proxy : "", "", event->text);
}

void peer_drain(struct peer *peer)
{
	const struct ike_action *action;
	struct kern *kern = peer->kern;
	int error;

	while ((action = ike_core_action(peer->core))) {
		switch (action->type) {
		case IKE_ACTION_SEND:
			peer_send(peer, action);
			break;
		case IKE_ACTION_SA_ADD:
			error = kern->ops->sa_add(kern, &action->sa);
			ike_core_sa_result(peer->core, peer->world->now, action->sa.token,
					   action->sa.inbound, error, kern->error);
			break;
		case IKE_ACTION_SA_ACTIVATE:
			assert_int_equal(kern->ops->sa_activate(kern, &action->sa), 0);
			break;
		case IKE_ACTION_SA_DEL:
			kern->ops->sa_del(kern, &action->sa);
			break;
		case IKE_ACTION_EVENT:
			peer_event(peer, &action->event);
			break;
		}
	}
}

void world_inject(struct world *world, struct peer *to, const void *data, size_t n)
{
	struct endpoint local = { .addr = to->addr, .port = 500 };
	struct endpoint remote = { .addr = world->peer[!to->index].addr, .port = 500 };

	ike_core_datagram(to->core, world->now, &local, &remote, bytes_of(data, n));
	peer_drain(to);
}

/* --- data --- */

const struct fake_sa *peer_out(const struct peer *peer, unsigned int i)
{
	return kern_fake_current(peer->kern, "tunnel1", peer->conf.proxies[i].name);
}

/* Packets leave by the SA in use, and are lost where the other end has none for them. */
static void send_data(struct peer *from)
{
	struct world *world = from->world;

	for (unsigned int i = 0; i < from->conf.n_proxies; i++) {
		const struct fake_sa *sa = peer_out(from, i);
		struct flight *flight;

		if (!sa)
			continue;
		flight = calloc(1, sizeof(*flight));
		flight->to = !from->index;
		flight->is_data = true;
		flight->spi = sa->spec.spi;
		launch(world, flight);
	}
}

static void arrive(struct world *world, struct flight *flight)
{
	struct peer *to = &world->peer[flight->to];

	if (to->deaf) {
		free(flight);
		return;
	}
	if (!flight->is_data) {
		ike_core_datagram(to->core, world->now, &flight->local, &flight->remote,
				  bytes_of(flight->b, flight->n));
		peer_drain(to);
	} else if (kern_fake_in(to->kern, flight->spi)) {
		world->carried++;
	} else {
		world->dropped++;
	}
	free(flight);
}

/* --- time --- */

static void step(struct world *world, ike_time until)
{
	ike_time next = until;

	if (world->flights && world->flights->at < next)
		next = world->flights->at;
	for (int i = 0; i < 2; i++) {
		ike_time at = ike_core_deadline(world->peer[i].core);

		if (at < next)
			next = at;
	}
	if (world->traffic && next > world->now - world->now % TRAFFIC_MS + TRAFFIC_MS)
		next = world->now - world->now % TRAFFIC_MS + TRAFFIC_MS;
	if (next > world->now)
		world->now = next;
	while (world->flights && world->flights->at <= world->now) {
		struct flight *flight = world->flights;

		world->flights = flight->next;
		arrive(world, flight);
	}
	for (int i = 0; i < 2; i++) {
		ike_core_tick(world->peer[i].core, world->now);
		peer_drain(&world->peer[i]);
		assert_true(ike_core_deadline(world->peer[i].core) > world->now);
		if (world->traffic && !(world->now % TRAFFIC_MS))
			send_data(&world->peer[i]);
	}
}

void world_pass(struct world *world, ike_time ms)
{
	ike_time until = world->now + ms;

	while (world->now < until)
		step(world, until);
}

static bool same_keys(const struct ike_sa_spec *out, const struct ike_sa_spec *in)
{
	return out->encr == in->encr && out->integ == in->integ &&
	       !memcmp(out->encr_key, in->encr_key, sizeof(in->encr_key)) &&
	       !memcmp(out->integ_key, in->integ_key, sizeof(in->integ_key)) &&
	       !memcmp(out->salt, in->salt, sizeof(in->salt)) &&
	       ts_list_equal(&out->ts.local, &in->ts.remote) &&
	       ts_list_equal(&out->ts.remote, &in->ts.local);
}

bool world_agrees(const struct world *world)
{
	for (int p = 0; p < 2; p++) {
		const struct peer *peer = &world->peer[p], *other = &world->peer[!p];

		for (unsigned int i = 0; i < peer->conf.n_proxies; i++) {
			const struct fake_sa *out = peer_out(peer, i), *in;

			in = out ? kern_fake_in(other->kern, out->spec.spi) : NULL;
			if (!in || !same_keys(&out->spec, &in->spec))
				return false;
		}
	}
	return true;
}

bool world_until_up(struct world *world, ike_time ms)
{
	ike_time until = world->now + ms;

	while (world->now < until && !world_agrees(world))
		step(world, until);
	return world_agrees(world);
}

static void count_ike(void *ctx, const struct ike_sa_info *info)
{
	*(unsigned int *)ctx += !strcmp(info->state, "established");
}

unsigned int peer_ikes(struct peer *peer)
{
	unsigned int n = 0;

	ike_core_each_ike(peer->core, peer->world->now, count_ike, &n);
	return n;
}

unsigned int peer_sas(struct peer *peer)
{
	unsigned int n = 0;

	for (const struct fake_sa *sa = kern_fake_sas(peer->kern); sa; sa = sa->next)
		n++;
	return n;
}

static void quiet(void *ctx, enum log_level level, const char *subject, const char *text)
{
	(void)ctx;
	if (getenv("PEERS_LOG"))
		fprintf(stderr, "# %d %s: %s\n", level, subject ? subject : "-", text);
}

struct world *world_new(uint64_t seed)
{
	struct world *world = calloc(1, sizeof(*world));

	log_set_sink(quiet, NULL);
	log_set_level(LOG_LEVEL_DEBUG);
	world->now = 1000;
	world->random = seed;
	world->delay_least = 5;
	world->delay_most = 5;
	for (unsigned int i = 0; i < 2; i++) {
		struct peer *peer = &world->peer[i];
		struct ike_hooks hooks = {
			.ctx = peer,
			.random = peer_random,
			.source = peer_source,
		};

		peer->world = world;
		peer->index = i;
		addr_parse(i ? "203.0.113.2" : "192.0.2.1", &peer->addr);
		peer->kern = kern_fake_open(NULL);
		peer->core = ike_core_new(&hooks);
		assert_non_null(peer->core);
	}
	return world;
}

void world_free(struct world *world)
{
	for (int i = 0; i < 2; i++) {
		struct peer *peer = &world->peer[i];

		assert_string_equal(kern_fake_problem(peer->kern), "");
		ike_core_free(peer->core);
		peer->kern->ops->close(peer->kern);
	}
	while (world->flights) {
		struct flight *flight = world->flights;

		world->flights = flight->next;
		free(flight);
	}
	free(world);
}
