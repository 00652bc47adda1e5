// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/peers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "base/log.h"
#include "ike/core_priv.h"
#include "versions/versions.h"

#define DELAY_MS	10	/* of the network, one way */
#define LATE_MS		400	/* what is reordered comes up to that much later */
#define AT_ONCE_MOST	20000	/* events without the clock moving: they chase each other */
#define JOB_MS		30	/* what a job takes at most */

/* --- what is written down --- */

static void append(char **text, size_t *n, size_t *max, const char *line)
{
	size_t len = strlen(line);

	if (*n + len + 1 > *max) {
		*max = 2 * (*n + len + 1);
		*text = realloc(*text, *max);
		if (!*text)
			abort();
	}
	memcpy(*text + *n, line, len + 1);
	*n += len;
}

static unsigned int count(const char *text, const char *wanted)
{
	unsigned int n = 0;

	for (; text && (text = strstr(text, wanted)); text++)
		n++;
	return n;
}

static void on_log(void *ctx, enum log_level level, const char *subject, const char *text)
{
	static const char *const names[] = { "error", "warning", "info", "debug" };
	struct peers *net = ctx;
	char line[2048];

	snprintf(line, sizeof(line), "%8llu %s %s: %s\n", (unsigned long long)net->now,
		 names[level], subject ? subject : "-", text);
	append(&net->log, &net->log_n, &net->log_max, line);
	if (getenv("PEERS_LOG"))
		fputs(line, stderr);
}

void peers_show(const struct peers *net)
{
	const char *line = net->log;

	while (line && *line) {
		int n = (int)(strchrnul(line, '\n') - line);

		fprintf(stderr, "# %.*s\n", n, line);
		line += n + (line[n] ? 1 : 0);
	}
}

static void on_event(struct peer *peer, const struct ike_event *event)
{
	char line[2048];

	snprintf(line, sizeof(line), "%s %s%s%s%s%s: %s\n", event->kind, event->gateway,
		 *event->tunnel ? "/" : "", event->tunnel, *event->proxy ? ":" : "", event->proxy,
		 event->text);
	append(&peer->events, &peer->events_n, &peer->events_max, line);
}

unsigned int peers_logged(const struct peers *net, const char *text)
{
	return count(net->log, text);
}

unsigned int peers_told(const struct peers *net, int side, const char *text)
{
	return count(net->peer[side].events, text);
}

/* --- the network --- */

static void enqueue(struct peers *net, const struct datagram *model, struct bytes data,
		    ike_time due)
{
	struct datagram **at = net->hold ? &net->held : &net->queue;
	struct datagram *d = malloc(sizeof(*d) + data.n);

	if (!d)
		abort();
	*d = *model;
	d->due = due;
	d->n = data.n;
	memcpy(d->data, data.p, data.n);
	while (*at && (*at)->due <= due)
		at = &(*at)->next;
	d->next = *at;
	*at = d;
}

static const char *home(const struct peers *net, int side)
{
	if (net->peer[side].at)
		return net->peer[side].at;
	return net->v6 ? peers_site6(side).local : peers_site(side).local;
}

/* As a datagram from @from looks to the other side. */
static void translate(const struct peers *net, int from, struct datagram *d)
{
	if (!net->nat.on)
		return;
	if (from == A) {
		d->remote.addr = site_address(net->nat.outside);
		d->remote.port += net->nat.shift;
	} else {
		d->local.addr = site_address(home(net, A));
		d->local.port -= net->nat.shift;
	}
}

/* Packets to where nobody lives, and those a translator knows nothing of, get lost. */
static bool arrives(const struct peers *net, int from, const struct endpoint *to)
{
	struct addr there = site_address(home(net, !from));

	if (net->nat.on && from == B) {
		there = site_address(net->nat.outside);
		if (to->port != IKE_PORT + net->nat.shift &&
		    to->port != IKE_NATT_PORT + net->nat.shift)
			return false;
	}
	if (addr_equal(&to->addr, &there))
		return true;
	there = site_address(net->second[!from]);
	return there.family && addr_equal(&to->addr, &there);
}

static void transmit(struct peers *net, int from, const struct endpoint *local,
		     const struct endpoint *remote, struct bytes data)
{
	struct datagram d = { .to = !from, .local = *remote, .remote = *local };
	unsigned int copies = dice_percent(&net->dice, net->twice) ? 2 : 1;
	static uint8_t altered[UINT16_MAX];
	bool pass = true;

	assert_in_range(data.n, 1, sizeof(altered));
	memcpy(altered, data.p, data.n);
	if (net->tap)
		pass = net->tap(net, from, altered, data.n);
	net->peer[from].sent++;
	if (data.n == 1)
		net->peer[from].keepalives++;
	if (!pass || net->peer[A].cut || net->peer[B].cut || !arrives(net, from, remote))
		return;
	translate(net, from, &d);
	while (copies--) {
		ike_time due = net->now + DELAY_MS;

		if (dice_percent(&net->dice, net->loss))
			continue;
		if (dice_percent(&net->dice, net->reorder))
			due += dice_throw(&net->dice) % LATE_MS;
		enqueue(net, &d, bytes_of(altered, data.n), due);
	}
}

/* --- the sides --- */

static int hook_random(void *ctx, void *out, size_t n)
{
	struct peer *peer = ctx;
	uint8_t *p = out;

	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(dice_throw(&peer->dice) >> 24);
	if (peer->loaded && n == NONCE_N)
		p[0] = peer->nonce;
	return 0;
}

static int hook_source(void *ctx, const struct addr *remote, struct addr *local)
{
	struct peer *peer = ctx;

	(void)remote;
	if (peer->no_route)
		return -1;
	*local = site_address(peer->at ? peer->at : peers_site(peer->side).local);
	return 0;
}

/* Keys have no business in the log, in any case of hexadecimal digits. */
static void check_unsaid(const struct peers *net, const struct ike_sa_spec *sa)
{
	const uint8_t *k = sa->encr_key;
	char hex[2][17];

	for (unsigned int upper = 0; upper < 2; upper++) {
		for (unsigned int i = 0; i < 8; i++)
			snprintf(hex[upper] + 2 * i, 3, upper ? "%02X" : "%02x", k[i]);
		if (peers_logged(net, hex[upper]))
			fail_msg("the key of SA %08x is in the log", sa->spi);
	}
}

static void in_use(struct peer *peer, const struct ike_sa_spec *sa)
{
	live_succeeded(peer->live, peer->kern, peer->net->now, sa->ifname, sa->proxy);
}

static void sa_add(struct peers *net, struct peer *peer, const struct ike_sa_spec *sa)
{
	int error = peer->kern->ops->sa_add(peer->kern, sa);

	check_unsaid(net, sa);
	peer->dead = error && peer->dies;
	if (peer->dead)
		return;
	if (!error) {
		live_add(peer->live, sa);
		if (!sa->inbound && !sa->standby)
			in_use(peer, sa);
	}
	ike_core_sa_result(peer->core, net->now, sa->token, sa->inbound, error,
			   error ? peer->kern->error : NULL);
}

/* Packets come in where there is a way for them, and did as long as hosts talked. */
static uint64_t idle_of(struct peers *net, struct peer *peer, const struct ike_sa_spec *sa)
{
	uint64_t idle;

	if (net->talking && peers_flows(net, !peer->side, sa->proxy))
		net->talked = net->now;
	kern_fake_idle(peer->kern, net->talked ? net->now - net->talked : UINT64_MAX);
	assert_int_equal(peer->kern->ops->sa_idle(peer->kern, sa, &idle), 0);
	return idle;
}

static void sa_ask(struct peers *net, struct peer *peer, const struct ike_sa_spec *sa)
{
	uint64_t idle = idle_of(net, peer, sa);

	if (!peer->kernel_ms) {
		ike_core_sa_heard(peer->core, net->now, sa->token, idle);
		return;
	}
	for (unsigned int i = 0; i < PEERS_ASKED; i++) {
		if (peer->asked[i].due)
			continue;
		peer->asked[i] = (struct peers_asked){ net->now + peer->kernel_ms, sa->token,
						       idle };
		return;
	}
	abort();
}

/* The question that the kernel answers next; NULL: none. */
static struct peers_asked *next_asked(struct peer *peer)
{
	struct peers_asked *next = NULL;

	for (unsigned int i = 0; i < PEERS_ASKED; i++)
		if (peer->asked[i].due && (!next || peer->asked[i].due < next->due))
			next = &peer->asked[i];
	return next;
}

static void kernel_answers(struct peers *net, int side)
{
	struct peer *peer = &net->peer[side];
	struct peers_asked *asked = next_asked(peer);

	asked->due = 0;
	ike_core_sa_heard(peer->core, net->now, asked->token, asked->idle);
	peers_settle(net, side);
}

void peers_talk(struct peers *net, bool on)
{
	net->talking = on;
	net->talked = net->now;
}

void peers_settle(struct peers *net, int side)
{
	struct peer *peer = &net->peer[side];
	const struct ike_action *action;

	while ((action = ike_core_action(peer->core))) {
		if (peer->dead)
			continue;
		switch (action->type) {
		case IKE_ACTION_SEND:
			peer->dscp = action->send.dscp;
			transmit(net, side, &action->send.local, &action->send.remote,
				 action->send.data);
			break;
		case IKE_ACTION_SA_ADD:
			sa_add(net, peer, &action->sa);
			break;
		case IKE_ACTION_SA_ACTIVATE:
			if (!peer->kern->ops->sa_activate(peer->kern, &action->sa))
				in_use(peer, &action->sa);
			break;
		case IKE_ACTION_SA_MOVE:
			peer->kern->ops->sa_move(peer->kern, &action->sa);
			break;
		case IKE_ACTION_PROXY_FAIL:
			peer->kern->ops->proxy_fail(peer->kern, action->fail.ifname,
						    action->fail.proxy);
			break;
		case IKE_ACTION_SA_DEL:
			peer->kern->ops->sa_del(peer->kern, &action->sa);
			live_remove(peer->live, &action->sa);
			break;
		case IKE_ACTION_SA_ASK:
			sa_ask(net, peer, &action->sa);
			break;
		case IKE_ACTION_JOB:
			peers_jobs_put(&peer->jobs, net->now, ike_core_take_job(peer->core));
			break;
		case IKE_ACTION_NAME:
			peers_dns_ask(&peer->dns, net->now, action->name.ticket);
			break;
		case IKE_ACTION_EVENT:
			on_event(peer, &action->event);
			break;
		}
	}
	peer->linger = live_tick(peer->live, peer->kern, net->now);
	if (kern_fake_fault(peer->kern))
		fail_msg("side %c: %s", 'A' + side, kern_fake_fault(peer->kern));
}

static void dns_answers(struct peers *net, int side)
{
	struct peer *peer = &net->peer[side];
	struct name_answer answer = peers_dns_answer(&peer->dns);

	ike_core_named(peer->core, net->now, &answer);
	peers_settle(net, side);
}

static void on_former(void *ctx, const char *ifname, const char *proxy)
{
	struct peer *peer = ctx;

	ike_core_adopt(peer->core, peer->net->now, ifname, proxy, false);
}

static void on_former_end(void *ctx, const char *ifname, const char *proxy)
{
	struct peer *peer = ctx;

	ike_core_adopt(peer->core, peer->net->now, ifname, proxy, true);
}

static void on_expire(void *ctx, uint64_t cookie, bool inbound, bool hard)
{
	struct peer *peer = ctx;

	ike_core_expire(peer->core, peer->net->now, cookie, inbound, hard);
	if (hard)
		live_expired(peer->live, cookie, inbound, on_former_end, peer);
	peers_settle(peer->net, peer->side);
}

static void on_path(void *ctx, const char *ifname, enum kern_path path,
		    const char *unsent)
{
	struct peer *peer = ctx;

	(void)unsent;
	if (path == KERN_PATH_DOWN)
		ike_core_path_lost(peer->core, peer->net->now, ifname);
	else
		ike_core_path_back(peer->core, peer->net->now, ifname);
	peers_settle(peer->net, peer->side);
}

static void set_token_key(struct peer *peer)
{
	uint8_t key[IKE_TOKEN_KEY_N];

	memset(key, peer->token_key, sizeof(key));
	ike_core_set_token_key(peer->core, key);
}

void peers_tokens(struct peers *net)
{
	net->tokens = true;
	for (int side = A; side <= B; side++) {
		net->peer[side].token_key = (uint8_t)(0x50 + side);
		set_token_key(&net->peer[side]);
	}
}

static void start_daemon(struct peer *peer)
{
	const struct ike_hooks hooks = {
		.ctx = peer, .random = hook_random, .source = hook_source,
	};

	peers_jobs_begin(&peer->jobs);
	peers_dns_forget(&peer->dns);
	peer->core = ike_core_new(&hooks, ike_versions);
	peer->live = live_new();
	peer->linger = IKE_NEVER;
	peer->dead = false;
	if (!peer->core || !peer->live)
		abort();
	if (peer->net->tokens)
		set_token_key(peer);
}

static void stop_daemon(struct peer *peer)
{
	peers_jobs_end(&peer->jobs);
	ike_core_free(peer->core);
	live_free(peer->live);
	peer->core = NULL;
	peer->live = NULL;
}

static void start_side(struct peers *net, int side)
{
	struct peer *peer = &net->peer[side];
	const struct kern_events events = {
		.ctx = peer, .expire = on_expire, .path = on_path,
	};

	start_daemon(peer);
	peer->kern = kern_fake_open(&events);
	if (!peer->kern)
		abort();
}

static void stop_side(struct peer *peer)
{
	stop_daemon(peer);
	peer->kern->ops->close(peer->kern);
	peer->kern = NULL;
}

/* A test that fails does not get to free what it had. */
static struct peers *left_over;

static void discard_list(struct datagram *list)
{
	while (list) {
		struct datagram *d = list;

		list = d->next;
		free(d);
	}
}

static void discard(struct peers *net)
{
	for (int side = A; side <= B; side++) {
		stop_side(&net->peer[side]);
		free(net->peer[side].events);
	}
	discard_list(net->queue);
	discard_list(net->held);
	log_set_sink(NULL, NULL);
	log_set_level(LOG_LEVEL_INFO);
	free(net->log);
	free(net);
}

struct peers *peers_new(uint64_t seed)
{
	struct peers *net = calloc(1, sizeof(*net));

	if (!net)
		abort();
	if (left_over)
		discard(left_over);
	left_over = net;
	net->now = 1000000;
	net->dice.state = seed;
	log_set_sink(on_log, net);
	log_set_level(LOG_LEVEL_DEBUG);
	for (int side = A; side <= B; side++) {
		net->peer[side].net = net;
		net->peer[side].side = side;
		net->peer[side].dice.state = dice_throw(&net->dice);
		net->peer[side].jobs.dice.state = ~net->peer[side].dice.state;
		net->peer[side].jobs.most_ms = JOB_MS;
		start_side(net, side);
	}
	return net;
}

void peers_free(struct peers *net)
{
	bool spoken = peers_logged(net, SITE_PSK) || peers_told(net, A, SITE_PSK) ||
		      peers_told(net, B, SITE_PSK);
	bool vague = peers_logged(net, " hq: ") != peers_logged(net, "gateway hq: ");

	for (int side = A; side <= B; side++) {
		const struct ike_sa_spec *sa = kern_fake_out(net->peer[side].kern, PEERS_IFNAME,
							     "net");

		if (sa)
			check_unsaid(net, sa);
	}
	left_over = NULL;
	discard(net);
	assert_false(spoken);
	if (vague)
		fail_msg("a log line says \"hq\" instead of \"gateway hq\"");
}

/* --- configuration --- */

void peers_set_policy(struct peers *net, int side, struct policy *policy)
{
	struct peer *peer = &net->peer[side];

	peers_jobs_set_policy(&peer->jobs, peer->core, net->now, policy);
}

static void ensure_tunnels(struct kern *kern, const struct policy_gateway *gw)
{
	for (unsigned int t = 0; t < gw->n_tunnels; t++) {
		assert_int_equal(kern->ops->tunnel_ensure(kern, &gw->tunnels[t]), 0);
		assert_int_equal(kern->ops->proxy_sync(kern, &gw->tunnels[t]), 0);
		assert_int_equal(kern->ops->monitor_sync(kern, &gw->tunnels[t]), 0);
	}
}

void peers_configure_policy(struct peers *net, int side, struct policy *policy)
{
	for (unsigned int g = 0; g < policy->n_gateways; g++)
		ensure_tunnels(net->peer[side].kern, &policy->gateways[g]);
	peers_set_policy(net, side, policy);
	peers_settle(net, side);
}

void peers_configure(struct peers *net, int side, const struct site *site)
{
	peers_configure_policy(net, side, peers_policy(site));
}

void peers_configure_both(struct peers *net)
{
	for (int side = B; side >= A; side--) {
		struct site site = peers_site(side);

		peers_configure(net, side, &site);
	}
}

void peers_restart(struct peers *net, int side, const struct site *site)
{
	stop_side(&net->peer[side]);
	start_side(net, side);
	peers_configure(net, side, site);
}

void peers_revive(struct peers *net, int side, const struct site *site)
{
	struct peer *peer = &net->peer[side];

	stop_daemon(peer);
	start_daemon(peer);
	assert_int_equal(live_sync(peer->live, peer->kern, NULL, NULL), 0);
	peers_configure(net, side, site);
	live_each_former(peer->live, on_former, peer);
	peers_settle(net, side);
}

/* --- time --- */

static void arrive(struct peers *net, int to, const struct endpoint *local,
		   const struct endpoint *remote, struct bytes data)
{
	net->peer[to].received++;
	ike_core_datagram(net->peer[to].core, net->now, local, remote, data);
	peers_settle(net, to);
}

static void job_ready(struct peers *net, int side)
{
	struct peer *peer = &net->peer[side];

	ike_core_job_done(peer->core, net->now, peers_jobs_take(&peer->jobs));
	peers_settle(net, side);
}

static void compute(struct peers *net, int side)
{
	while (peers_jobs_next(&net->peer[side].jobs) != IKE_NEVER)
		job_ready(net, side);
}

void peers_compute(struct peers *net)
{
	for (int side = A; side <= B; side++)
		compute(net, side);
}

void peers_inject(struct peers *net, int to, const struct endpoint *local,
		  const struct endpoint *remote, struct bytes data)
{
	arrive(net, to, local, remote, data);
	compute(net, to);
}

void peers_deliver(struct peers *net, struct datagram *d)
{
	int to = d->to;

	if (!net->peer[to].cut && !net->peer[to].dead && d->n > 1)
		arrive(net, to, &d->local, &d->remote, bytes_of(d->data, d->n));
	free(d);
}

static void deliver(struct peers *net, int to)
{
	struct datagram *d = net->queue;

	net->queue = d->next;
	if (net->now < net->peer[to].asleep) {
		enqueue(net, d, bytes_of(d->data, d->n), net->peer[to].asleep);
		free(d);
		return;
	}
	peers_deliver(net, d);
}

static void look(struct peers *net)
{
	if (!net->watch)
		return;
	if (peers_all_flow(net))
		net->flowed = true;
	else if (net->flowed && !net->gaps++)
		net->gap_at = net->now;
}

/* What happens next. */
struct next {
	ike_time at;
	int side;
	void (*happen)(struct peers *net, int side);
};

static void tick(struct peers *net, int side)
{
	ike_core_tick(net->peer[side].core, net->now);
	peers_settle(net, side);
}

/* What @side does at @at, or once it is awake. */
static void sooner(const struct peers *net, struct next *next, ike_time at, int side,
		   void (*happen)(struct peers *net, int side))
{
	if (at < net->peer[side].asleep)
		at = net->peer[side].asleep;
	if (at < next->at)
		*next = (struct next){ at, side, happen };
}

/* Of what is due at one time, datagrams come first, and what the clock does last. */
static struct next what_next(struct peers *net)
{
	struct next next = { .at = IKE_NEVER };

	if (net->queue)
		next = (struct next){ net->queue->due, net->queue->to, deliver };
	for (int side = A; side <= B; side++) {
		struct peer *peer = &net->peer[side];

		if (peer->dead)
			continue;
		sooner(net, &next, peers_jobs_next(&peer->jobs), side, job_ready);
		if (next_asked(peer))
			sooner(net, &next, next_asked(peer)->due, side, kernel_answers);
		sooner(net, &next, peers_dns_next(&peer->dns), side, dns_answers);
		sooner(net, &next, ike_core_deadline(peer->core), side, tick);
		sooner(net, &next, peer->linger, side, tick);
	}
	return next;
}

/* What is next by @end happens; false: nothing is. */
static bool step(struct peers *net, ike_time end)
{
	struct next next = what_next(net);

	if (next.at > end || !next.happen)
		return false;
	net->at_once++;
	if (next.at > net->now) {
		net->now = next.at;
		net->at_once = 0;
	}
	if (net->at_once > AT_ONCE_MOST)
		fail_msg("events chase each other and time stands still");
	next.happen(net, next.side);
	look(net);
	return true;
}

void peers_sleep(struct peers *net, int side, ike_time ms)
{
	net->peer[side].asleep = net->now + ms;
}

void peers_run(struct peers *net, ike_time ms)
{
	ike_time end = net->now + ms;

	while (step(net, end))
		;
	net->now = end;
	net->at_once = 0;
}

bool peers_until(struct peers *net, bool (*done)(struct peers *net), ike_time ms)
{
	ike_time end = net->now + ms;

	while (!done(net)) {
		if (!step(net, end))
			return false;
	}
	return true;
}

void peers_must_be_quiet(struct peers *net, ike_time ms)
{
	if (peers_until(net, peers_quiet, ms))
		return;
	peers_show(net);
	fail_msg("no quiet");
}

void peers_past_early(struct peers *net)
{
	peers_run(net, 12500);
	peers_must_be_quiet(net, 10000);
}

struct peers *peers_up(uint64_t seed, const struct site *a, const struct site *b)
{
	struct peers *net = peers_new(seed);

	peers_configure(net, B, b);
	peers_configure(net, A, a);
	peers_must_be_quiet(net, 40000);
	return net;
}

void peers_storm(struct peers *net)
{
	net->loss = 20;
	net->twice = 20;
	net->reorder = 30;
	net->peer[A].jobs.most_ms = 900;
	net->peer[B].jobs.most_ms = 900;
}

void peers_must_fail(struct peers *net, const char *text)
{
	peers_run(net, 10000);
	assert_int_equal(peers_ikes(net, A) + peers_ikes(net, B), 0);
	if (!peers_logged(net, text)) {
		peers_show(net);
		fail_msg("\"%s\" is not said", text);
	}
	peers_free(net);
}

void peers_finish(struct peers *net)
{
	bool quiet = peers_until(net, peers_quiet, 120000);

	if (!quiet || net->gaps)
		peers_show(net);
	if (!quiet)
		fail_msg("no quiet");
	if (net->gaps)
		fail_msg("packets would have been lost from %llu on",
			 (unsigned long long)net->gap_at);
	peers_free(net);
}
