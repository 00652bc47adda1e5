// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A hub has a thousand gateways and ten thousand SAs.  What one packet, timer or SA takes must not
 * depend on how many others there are, and a reload must not take more than its share for each.
 * The steps (steps.h) of each kind of event are compared among few and among eight times as many.
 *
 * One walk is left: where a peer asks for a further child, what it asks for is compared with each
 * of the gateway's proxy-IDs.  That is some 350 instructions each, with the 250 that a tunnel may
 * have a thirtieth of what the exchange costs, so there is no table for it; its steps are allowed
 * for, and nobody else's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>
#include <event2/buffer.h>

#include "base/log.h"
#include "ctl/show.h"
#include "ike/ike_sa.h"
#include "engine/answer.h"
#include "tests/peers.h"
#include "tests/steps.h"

#define FEW	500
#define FEW_UP	125		/* children, each of which takes an exchange */
#define TIMES	8
#define MOMENT	200		/* ms: enough for some exchanges, and less than any timer has */

/* --- a hub: side A, with "hq", the peer of side B, and other gateways --- */

struct kind {
	bool starting;		/* the hub is making an IKE SA with each of the others */
	bool dynamic;		/* the others have no address, but identities */
	bool hq_dynamic;
	bool unknown;		/* B does not have the identity that hq's peer is to have */
	bool odd;		/* nor a proposal in common with any gateway */
	bool hub_waits;		/* B begins */
	bool tunnels;		/* hq has all the tunnels, and there are no other gateways */
};

static void name_other(struct policy_gateway *gw, unsigned int i, const struct kind *kind)
{
	struct policy_tunnel *tunnel = &gw->tunnels[0];
	char peer[32];

	snprintf(gw->name, sizeof(gw->name), "other%u", i);
	snprintf(tunnel->name, sizeof(tunnel->name), "lan%u", i);
	snprintf(tunnel->ifname, sizeof(tunnel->ifname), "tunnel%u", 2 + i);
	tunnel->start = kind->starting ? POLICY_START_ALWAYS : POLICY_START_ON_DEMAND;
	gw->passive = false;
	snprintf(peer, sizeof(peer), "203.0.%u.%u", 100 + i / 250, 1 + i % 250);
	gw->peer = site_address(kind->dynamic ? NULL : peer);
	snprintf(peer, sizeof(peer), "peer%u.example", i);
	site_id(&gw->peer_id, NULL, peer);
}

/* The site's, after @n others of their own. */
static struct policy *with_gateways(const struct site *site, unsigned int n,
				    const struct kind *kind)
{
	struct policy *policy = peers_policy(site);

	policy->gateways = realloc(policy->gateways, (n + 1) * sizeof(*policy->gateways));
	if (!policy->gateways)
		abort();
	policy->gateways[n] = policy->gateways[0];
	for (unsigned int i = 0; i < n; i++) {
		struct policy *other = peers_policy(site);

		name_other(&other->gateways[0], i, kind);
		policy->gateways[i] = other->gateways[0];
		free(other->gateways);
		free(other);
	}
	policy->n_gateways = n + 1;
	return policy;
}

/* The site's gateway with @n more tunnels of one host each, before its own. */
static struct policy *with_tunnels(const struct site *site, unsigned int n)
{
	struct policy *policy = peers_policy(site);
	struct policy_gateway *gw = &policy->gateways[0];

	gw->tunnels = realloc(gw->tunnels, (n + 1) * sizeof(*gw->tunnels));
	if (!gw->tunnels)
		abort();
	gw->tunnels[n] = gw->tunnels[0];
	for (unsigned int i = 0; i < n; i++) {
		struct policy *other = peers_policy(site);
		struct policy_tunnel *tunnel = &other->gateways[0].tunnels[0];
		struct ts_pair *ts = &tunnel->proxies[0].ts;
		struct ts *host = strcmp(site->local_id, "a.example") ? &ts->remote.ts[0] :
				  &ts->local.ts[0];
		char address[32];

		snprintf(tunnel->name, sizeof(tunnel->name), "lan%u", i);
		snprintf(tunnel->ifname, sizeof(tunnel->ifname), "tunnel%u", 2 + i);
		snprintf(address, sizeof(address), "10.3.%u.%u", i / 250, 1 + i % 250);
		host->first = site_address(address);
		host->last = host->first;
		gw->tunnels[i] = *tunnel;
		free(other->gateways[0].tunnels);
		other->gateways[0].n_tunnels = 0;
		other->gateways[0].tunnels = NULL;
		policy_free(other);
	}
	gw->n_tunnels = n + 1;
	return policy;
}

static void configure(struct peers *net, int side, struct policy *policy)
{
	struct peer *peer = &net->peer[side];
	struct policy_gateway *hq = &policy->gateways[policy->n_gateways - 1];

	for (unsigned int t = 0; t < hq->n_tunnels; t++) {
		assert_int_equal(peer->kern->ops->tunnel_ensure(peer->kern, &hq->tunnels[t]), 0);
		assert_int_equal(peer->kern->ops->proxy_sync(peer->kern, &hq->tunnels[t]), 0);
	}
	peers_set_policy(net, side, policy);
	peers_settle(net, side);
}

/* What a side of @kind among @n is configured with. */
static struct policy *policy_of(int side, unsigned int n, const struct kind *kind)
{
	struct site site = peers_site(side);

	site.start = POLICY_START_ON_DEMAND;
	site.passive = (side == A) == kind->hub_waits;
	site.esp = peers_props(PROP_ESP, "aes-256-gcm", NULL, NULL);
	if (side == A && kind->hq_dynamic)
		site.peer = NULL;
	if (side == B && kind->unknown)
		site.local_id = "elsewhere.example";
	if (side == B && kind->odd)
		site.ike = peers_props(PROP_IKE, "aes-128-cbc", "sha512", "group20");
	if (kind->tunnels)
		return with_tunnels(&site, n);
	return side == A ? with_gateways(&site, n, kind) : peers_policy(&site);
}

static struct peers *hub_new(unsigned int n, const struct kind *kind)
{
	struct peers *net = peers_new(1);

	/* The network looks through all that was logged, for secrets. */
	log_set_level(LOG_LEVEL_ERROR);
	for (int side = B; side >= A; side--) {
		net->peer[side].jobs.most_ms = 0;
		configure(net, side, policy_of(side, n, kind));
	}
	peers_compute(net);
	return net;
}

static void initiate(struct peers *net, int side, const char *tunnel)
{
	assert_in_range(ike_core_initiate(net->peer[side].core, net->now, tunnel), 1, 100000);
	peers_settle(net, side);
}

static void assert_up(const struct peers *net, const char *ifname, bool up)
{
	for (int side = A; side <= B; side++)
		assert_int_equal(kern_fake_out(net->peer[side].kern, ifname, "net") != NULL, up);
}

/* --- what is measured --- */

struct event {
	struct kind kind;
	void (*prepare)(struct peers *net, unsigned int n);	/* not measured; NULL: nothing */
	void (*happen)(struct peers *net, unsigned int n);
	bool each;			/* as much for each as there are: a reload */
	unsigned int few;		/* 0: FEW */
	unsigned int walk;		/* steps with each of the others, for each: see above */
};

/* Those of the walk that is allowed, among @n. */
static uint64_t walked(const struct event *event, uint64_t n)
{
	return event->walk * n * n;
}

static uint64_t steps_of(const struct event *event, unsigned int n)
{
	struct peers *net = hub_new(n, &event->kind);
	uint64_t before;

	if (event->prepare)
		event->prepare(net, n);
	before = steps();
	event->happen(net, n);
	before = steps() - before;
	peers_free(net);
	return before;
}

static void compare(void **state)
{
	const struct event *event = *state;
	unsigned int n = event->few ? event->few : FEW;
	uint64_t few = steps_of(event, n), many = steps_of(event, n * TIMES);
	/* A walk takes a step for each at least, and much else may go on. */
	uint64_t most = event->each ? (few - walked(event, n)) * TIMES * 3 / 2 :
			few + n * (TIMES - 1) / 2;

	most += walked(event, n * TIMES);

	print_message("# %llu steps among %u, %llu among %u\n", (unsigned long long)few, n,
		      (unsigned long long)many, n * TIMES);
	assert_in_range(few, walked(event, n) + 10, UINT64_MAX);
	assert_in_range(many, 10, most);
}

/* --- events --- */

static void pass(struct peers *net)
{
	peers_run(net, MOMENT);
}

static void happens_handshake(struct peers *net, unsigned int n)
{
	(void)n;
	initiate(net, B, "lan");
	pass(net);
	assert_up(net, PEERS_IFNAME, true);
}

static void happens_refusal(struct peers *net, unsigned int n)
{
	(void)n;
	initiate(net, B, "lan");
	pass(net);
	assert_up(net, PEERS_IFNAME, false);
}

static void acquire(struct peers *net, const char *ifname)
{
	ike_core_acquire(net->peer[A].core, net->now, ifname, "net", NULL);
	peers_settle(net, A);
}

static void happens_acquire(struct peers *net, unsigned int n)
{
	(void)n;
	acquire(net, PEERS_IFNAME);
	pass(net);
	assert_up(net, PEERS_IFNAME, true);
}

/* The first message of B, which is then sent from elsewhere. */
static uint8_t first[2048];
static size_t first_n;

static bool keep_first(struct peers *net, int from, uint8_t *data, size_t n)
{
	(void)net;
	if (from != B || first_n)
		return from != B;
	assert_in_range(n, 1, sizeof(first));
	memcpy(first, data, n);
	first_n = n;
	return false;
}

static void prepare_stranger(struct peers *net, unsigned int n)
{
	(void)n;
	first_n = 0;
	net->tap = keep_first;
	initiate(net, B, "lan");
	peers_compute(net);
	assert_in_range(first_n, 1, sizeof(first));
	net->peer[B].cut = true;
}

static void happens_stranger(struct peers *net, unsigned int n)
{
	const struct endpoint local = { site_address("192.0.2.1"), IKE_PORT };

	(void)n;
	for (unsigned int i = 1; i <= 20; i++) {
		char from[32];
		struct endpoint remote = { .port = IKE_PORT };

		snprintf(from, sizeof(from), "192.0.2.%u", 100 + i);
		remote.addr = site_address(from);
		first[0] = (uint8_t)i;
		peers_inject(net, A, &local, &remote, bytes_of(first, first_n));
	}
}

static void prepare_up(struct peers *net, unsigned int n)
{
	(void)n;
	initiate(net, A, "lan");
	pass(net);
	assert_up(net, PEERS_IFNAME, true);
}

static void prepare_waiting_up(struct peers *net, unsigned int n)
{
	(void)n;
	initiate(net, B, "lan");
	pass(net);
	assert_up(net, PEERS_IFNAME, true);
}

/* The children of all tunnels. */
static void prepare_all_up(struct peers *net, unsigned int n)
{
	initiate(net, A, NULL);
	peers_run(net, n * 20 + 1000);
	assert_int_equal(kern_fake_count(net->peer[A].kern, false, NULL), n + 1);
}

static void expire(struct peers *net, bool hard)
{
	struct kern *kern = net->peer[A].kern;

	assert_int_equal(kern_fake_expire(kern, peers_token(net, A), false, hard), 0);
	pass(net);
}

static void happens_soft(struct peers *net, unsigned int n)
{
	uint64_t before = peers_token(net, A);

	(void)n;
	expire(net, false);
	assert_true(peers_token(net, A) != before);
}

static void happens_hard(struct peers *net, unsigned int n)
{
	uint64_t before = peers_token(net, A);
	const struct ike_sa_spec *out;

	(void)n;
	expire(net, true);
	out = kern_fake_out(net->peer[A].kern, PEERS_IFNAME, "net");
	assert_true(!out || out->token != before);
}

/* B's pair is used up, and A is told. */
static void happens_end(struct peers *net, unsigned int n)
{
	uint64_t token = peers_token(net, B), before = peers_token(net, A);
	const struct ike_sa_spec *out;

	(void)n;
	for (int inbound = 0; inbound <= 1; inbound++)
		assert_int_equal(kern_fake_expire(net->peer[B].kern, token, inbound, true), 0);
	pass(net);
	out = kern_fake_out(net->peer[A].kern, PEERS_IFNAME, "net");
	assert_true(!out || out->token != before);
}

static void happens_delete(struct peers *net, unsigned int n)
{
	(void)n;
	assert_int_equal(ike_core_clear_ipsec(net->peer[B].core, net->now, NULL), 1);
	peers_settle(net, B);
	pass(net);
	assert_up(net, PEERS_IFNAME, false);
}

static void happens_ike_delete(struct peers *net, unsigned int n)
{
	(void)n;
	assert_int_equal(ike_core_clear_ike(net->peer[B].core, net->now, NULL), 1);
	peers_settle(net, B);
	pass(net);
	assert_up(net, PEERS_IFNAME, false);
}

/* B is started anew, without its SAs, and says so. */
static void happens_contact(struct peers *net, unsigned int n)
{
	struct site site = peers_site(B);

	(void)n;
	site.passive = false;
	site.start = POLICY_START_ALWAYS;
	site.esp = peers_props(PROP_ESP, "aes-256-gcm", NULL, NULL);
	peers_restart(net, B, &site);
	pass(net);
	assert_up(net, PEERS_IFNAME, true);
}

/* A tunnel is not configured any more, but its peer does not answer the DELETE. */
static void prepare_leaving(struct peers *net, unsigned int n)
{
	const struct kind kind = { 0 };
	struct policy *policy = policy_of(A, n, &kind);

	prepare_up(net, n);
	net->peer[B].cut = true;
	snprintf(policy->gateways[n].tunnels[0].proxies[0].name, POLICY_NAME, "another");
	configure(net, A, policy);
}

static void happens_elsewhere(struct peers *net, unsigned int n)
{
	(void)n;
	acquire(net, "tunnel2");
}

static void happens_adopt(struct peers *net, unsigned int n)
{
	(void)n;
	for (int ended = 0; ended <= 1; ended++)
		ike_core_adopt(net->peer[A].core, net->now, PEERS_IFNAME, "net", ended);
}

static void happens_away(struct peers *net, unsigned int n)
{
	(void)n;
	ike_core_away(net->peer[A].core, net->now, PEERS_IFNAME, "somebody deleted it");
	ike_core_away(net->peer[A].core, net->now, PEERS_IFNAME, NULL);
}

static void happens_path(struct peers *net, unsigned int n)
{
	(void)n;
	assert_int_equal(ike_core_path_lost(net->peer[A].core, net->now, PEERS_IFNAME), 1);
	ike_core_path_back(net->peer[A].core, net->now, PEERS_IFNAME);
}

static void happens_tfc(struct peers *net, unsigned int n)
{
	(void)n;
	for (unsigned int i = 0; i < 20; i++)
		assert_false(ike_core_tfc_refused(net->peer[A].core, PEERS_IFNAME));
}

/* Nobody answers: the request is repeated, given up, and made again after a pause. */
static void happens_silence(struct peers *net, unsigned int n)
{
	(void)n;
	net->peer[B].cut = true;
	acquire(net, PEERS_IFNAME);
	peers_run(net, 120000);
	assert_up(net, PEERS_IFNAME, false);
}

static void happens_reload(struct peers *net, unsigned int n)
{
	const struct kind kind = { .starting = true };

	configure(net, A, policy_of(A, n, &kind));
}

/* Those of before go, and as many others come. */
static void happens_other_gateways(struct peers *net, unsigned int n)
{
	const struct kind kind = { .starting = true };
	struct policy *policy = policy_of(A, n, &kind);

	for (unsigned int i = 0; i < n; i++)
		policy->gateways[i].name[0] = 'x';
	configure(net, A, policy);
}

/* The same tunnels, the other way round. */
static void happens_other_order(struct peers *net, unsigned int n)
{
	const struct kind kind = { .tunnels = true };
	struct policy *policy = policy_of(A, n, &kind);
	struct policy_tunnel *tunnels = policy->gateways[0].tunnels;

	for (unsigned int i = 0; i < n / 2; i++) {
		struct policy_tunnel tunnel = tunnels[i];

		tunnels[i] = tunnels[n - i];
		tunnels[n - i] = tunnel;
	}
	configure(net, A, policy);
}

static void show_ike_row(void *ctx, const struct ike_sa_info *sa)
{
	show_ike(ctx, sa);
}

static void show_child_row(void *ctx, const struct ike_child_info *child)
{
	show_child(ctx, child);
}

static void show_gateway_row(void *ctx, const struct ike_gateway_info *gateway)
{
	show_gateway(ctx, gateway);
}

/* pantunctl show */
static void happens_show(struct peers *net, unsigned int n)
{
	const struct ctl_question question = { .kind = CTL_SHOW };
	struct show *show = show_new();
	const struct answer_rows rows = { show, show_ike_row, show_child_row, show_gateway_row };
	struct evbuffer *text;

	assert_non_null(show);
	assert_int_equal(answer_question(net->peer[A].core, net->now, &question, &rows).error, 0);
	text = show_text(show, json_object());
	assert_non_null(text);
	assert_in_range(evbuffer_get_length(text), n * 400, n * 2000);
	evbuffer_free(text);
	show_free(show);
}

/* --- events of all children of a gateway at once --- */

static void assert_children(const struct peers *net, int side, unsigned int n)
{
	assert_int_equal(kern_fake_count(net->peer[side].kern, false, NULL), n);
}

/* The time that it takes both ends to make a child for each. */
static void pass_all(struct peers *net, unsigned int n)
{
	peers_run(net, n * 20 + 1000);
}

static void happens_all_asked(struct peers *net, unsigned int n)
{
	initiate(net, B, NULL);
	pass_all(net, n);
	assert_children(net, A, n + 1);
}

static void happens_all_cleared(struct peers *net, unsigned int n)
{
	assert_int_equal(ike_core_clear_ipsec(net->peer[B].core, net->now, NULL), n + 1);
	peers_settle(net, B);
	pass(net);
	assert_children(net, A, 0);
	assert_children(net, B, 0);
}

static void happens_all_deleted(struct peers *net, unsigned int n)
{
	happens_ike_delete(net, n);
	assert_children(net, A, 0);
	assert_children(net, B, 0);
}

static void happens_all_soft(struct peers *net, unsigned int n)
{
	struct kern *kern = net->peer[A].kern;
	unsigned int added = kern_fake_added(kern);

	for (unsigned int i = 0; i <= n; i++) {
		const struct ike_sa_spec *out;
		char ifname[16];

		snprintf(ifname, sizeof(ifname), "tunnel%u", 1 + i);
		out = kern_fake_out(kern, ifname, "net");
		assert_non_null(out);
		assert_int_equal(kern_fake_expire(kern, out->token, false, false), 0);
	}
	pass_all(net, n);
	assert_int_equal(kern_fake_added(kern) - added, 2 * (n + 1));
	assert_children(net, A, n + 1);
}

/* The peer does not answer any more, which a rekey finds out. */
static void happens_all_lost(struct peers *net, unsigned int n)
{
	(void)n;
	net->peer[B].cut = true;
	expire(net, false);
	peers_run(net, 120000);
	assert_children(net, A, 0);
}

/* Both ends get another key: a new IKE SA, and for each child a new one; one is rekeyed early. */
static void happens_all_renewed(struct peers *net, unsigned int n)
{
	const struct kind kind = { .tunnels = true };
	unsigned int added = kern_fake_added(net->peer[A].kern);

	for (int side = B; side >= A; side--) {
		struct policy *policy = policy_of(side, n, &kind);

		policy->gateways[0].psk->b[0] ^= 1;
		configure(net, side, policy);
	}
	pass_all(net, n);
	assert_in_range(kern_fake_added(net->peer[A].kern) - added, 2 * (n + 1), 2 * (n + 2));
	assert_children(net, A, n + 1);
}

/* --- the daemon's own books --- */

static unsigned int standing;	/* proxy-IDs with SAs of a former daemon in the kernel */

static int each_standing(struct kern *kern, void (*each)(void *ctx, const struct kern_sa *sa),
			 void *ctx)
{
	(void)kern;
	for (unsigned int i = 0; i < 2 * standing; i++) {
		struct kern_sa sa = { .proxy = "net", .inbound = i & 1, .cookie = 1 + i / 2,
				      .spi = 1000 + i };

		snprintf(sa.ifname, sizeof(sa.ifname), "t%u", i / 2);
		each(ctx, &sa);
	}
	return 0;
}

static int delete_standing(struct kern *kern, const struct ike_sa_spec *sa)
{
	(void)kern;
	(void)sa;
	return 0;
}

static void count_former(void *ctx, const char *ifname, const char *proxy)
{
	(void)ifname;
	(void)proxy;
	++*(unsigned int *)ctx;
}

/* A former daemon's SAs of one proxy-ID have a successor, those of another end. */
static uint64_t steps_of_former(unsigned int n, bool read)
{
	static const struct kern_ops ops = { .sa_each = each_standing, .sa_del = delete_standing };
	struct kern kern = { .ops = &ops };
	struct live *live = live_new();
	unsigned int former = 0, ended = 0;
	uint64_t before = steps(), middle;
	ike_time lingers;

	assert_non_null(live);
	standing = n;
	assert_int_equal(live_sync(live, &kern, NULL, NULL), 0);
	middle = steps();
	live_succeeded(live, &kern, 1000, "t1", "net");
	live_expired(live, 1 + 2, false, count_former, &ended);
	lingers = live_tick(live, &kern, 1001);
	assert_int_equal(live_due(live), lingers);
	assert_in_range(lingers, 1002, IKE_NEVER - 1);
	assert_int_equal(live_tick(live, &kern, lingers), IKE_NEVER);
	assert_int_equal(live_due(live), IKE_NEVER);
	before = read ? middle - before : steps() - middle;
	live_each_former(live, count_former, &former);
	assert_int_equal(ended, 1);
	assert_int_equal(former, n - 2);
	live_free(live);
	return before;
}

static void test_former(void **state)
{
	uint64_t few = steps_of_former(FEW, false), many = steps_of_former(FEW * TIMES, false);

	(void)state;
	print_message("# %llu steps among %u, %llu among %u\n", (unsigned long long)few, FEW,
		      (unsigned long long)many, FEW * TIMES);
	assert_in_range(many, 10, 2 * few);
	few = steps_of_former(FEW, true);
	many = steps_of_former(FEW * TIMES, true);
	print_message("# %llu steps for %u, %llu for %u\n", (unsigned long long)few, FEW,
		      (unsigned long long)many, FEW * TIMES);
	assert_in_range(many, 10, few * TIMES * 3 / 2);
}

static uint64_t steps_to_tunnel(unsigned int n)
{
	const struct kind kind = { 0 };
	struct policy *policy = policy_of(A, n, &kind);
	uint64_t before;

	assert_int_equal(policy_index(policy), 0);
	before = steps();
	assert_non_null(policy_tunnel_on(policy, PEERS_IFNAME, NULL));
	before = steps() - before;
	policy_free(policy);
	return before;
}

static void test_tunnel_on(void **state)
{
	uint64_t few = steps_to_tunnel(FEW), many = steps_to_tunnel(FEW * TIMES);

	(void)state;
	assert_in_range(many, 2, 2 * few);
}

#define MANY(what, ...) \
	{ .name = what, .test_func = compare, .initial_state = &(struct event){ __VA_ARGS__ } }

/* A side's children of all tunnels are up before. */
#define ALL(what, event, steps) \
	MANY(what, { .tunnels = true }, .prepare = prepare_all_up, .happen = event, \
	     .each = true, .few = FEW_UP, .walk = steps)

int main(void)
{
	const struct CMUnitTest tests[] = {
		MANY("the peer begins", { .starting = true, .hub_waits = true },
		     .happen = happens_handshake),
		MANY("a dynamic peer begins",
		     { .dynamic = true, .hq_dynamic = true, .hub_waits = true },
		     .happen = happens_handshake),
		MANY("a peer that nobody knows begins",
		     { .dynamic = true, .hq_dynamic = true, .hub_waits = true, .unknown = true },
		     .happen = happens_refusal),
		MANY("acquire", { .starting = true }, .happen = happens_acquire),
		MANY("first messages of strangers", { .starting = true, .hub_waits = true },
		     .prepare = prepare_stranger, .happen = happens_stranger),
		MANY("first messages to dynamic gateways", { .dynamic = true, .hq_dynamic = true,
		     .hub_waits = true },
		     .prepare = prepare_stranger, .happen = happens_stranger),
		MANY("first messages that suit no gateway", { .dynamic = true, .hq_dynamic = true,
		     .hub_waits = true, .odd = true },
		     .prepare = prepare_stranger, .happen = happens_stranger),
		MANY("soft limit", { .starting = true }, .prepare = prepare_up,
		     .happen = happens_soft),
		MANY("hard limit", { .starting = true }, .prepare = prepare_up,
		     .happen = happens_hard),
		MANY("DELETE of a child", { .starting = true }, .prepare = prepare_up,
		     .happen = happens_delete),
		MANY("DELETE of an IKE SA", { .starting = true }, .prepare = prepare_up,
		     .happen = happens_ike_delete),
		MANY("INITIAL_CONTACT", { .starting = true, .hub_waits = true },
		     .prepare = prepare_waiting_up, .happen = happens_contact),
		MANY("adoption", { .starting = true }, .happen = happens_adopt),
		MANY("interface deleted", { .starting = true }, .happen = happens_away),
		MANY("path lost", { .starting = true }, .prepare = prepare_up,
		     .happen = happens_path),
		MANY("padding", { .starting = true }, .happen = happens_tfc),
		MANY("a tunnel is leaving", { 0 }, .prepare = prepare_leaving,
		     .happen = happens_elsewhere),
		MANY("no answer", { 0 }, .happen = happens_silence),
		MANY("adoption among tunnels", { .tunnels = true }, .prepare = prepare_up,
		     .happen = happens_adopt),
		MANY("soft limit among children", { .tunnels = true }, .prepare = prepare_all_up,
		     .happen = happens_soft, .few = FEW_UP),
		MANY("hard limit among children", { .tunnels = true }, .prepare = prepare_all_up,
		     .happen = happens_hard, .few = FEW_UP),
		MANY("DELETE among children", { .tunnels = true }, .prepare = prepare_all_up,
		     .happen = happens_end, .few = FEW_UP),
		MANY("show", { .starting = true }, .happen = happens_show, .each = true),
		MANY("reload", { .starting = true }, .happen = happens_reload, .each = true),
		MANY("reload with other gateways", { .starting = true },
		     .happen = happens_other_gateways, .each = true),
		MANY("reload in another order", { .tunnels = true },
		     .happen = happens_other_order, .each = true),
		MANY("peer asks for all children", { .tunnels = true, .hub_waits = true },
		     .happen = happens_all_asked, .each = true, .few = FEW_UP, .walk = 20),
		ALL("all children are cleared", happens_all_cleared, 0),
		ALL("all children go with the IKE SA", happens_all_deleted, 0),
		ALL("soft limit of all children", happens_all_soft, 0),
		ALL("all children are lost", happens_all_lost, 0),
		ALL("INITIAL_CONTACT among children", happens_contact, 0),
		ALL("another key for all children", happens_all_renewed, 36),
		cmocka_unit_test(test_former),
		cmocka_unit_test(test_tunnel_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
