// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The process `ike` as a hub, between a parent and an `auth` that are this test, and two peers with
 * cores of their own behind sockets of the host, in a network namespace of the test's own.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cmocka.h>

#include "auth/answer.h"
#include "base/clock.h"
#include "base/log.h"
#include "crypto/rand.h"
#include "engine/engine.h"
#include "engine/inbox.h"
#include "msg/auth_msg.h"
#include "msg/basic.h"
#include "msg/chan.h"
#include "priv/ports.h"
#include "talk/ike_msg.h"
#include "talk/policy_msg.h"
#include "tests/own_network.h"
#include "tests/peers_jobs.h"
#include "tests/peers_site.h"
#include "versions/versions.h"

#define PEERS		2
#define HUB		"127.0.0.1"
#define PEER_PORT	4444
#define DATAGRAM	2048
#define JUNK		300
#define DRIPS		50

enum { IKE_AUTH = 35, INFORMATIONAL = 37 };

static const char *const addresses[PEERS] = { "127.0.1.1", "127.0.1.2" };

static struct event_base *base;
static struct engine *engine;
static struct chan *parent, *auth;
static struct peers_jobs keys;		/* of the hub */

/* What the parent was asked for, and does only once it is told to. */
static struct {
	bool hold;
	unsigned int n;
	struct msg_sa held[16];
	uint64_t carried;
} wishes;

static struct peer_core {
	struct ike_core *core;
	struct peers_jobs jobs;
	int fd;
	bool deaf;			/* what comes for it stays in its socket */
	unsigned int received, up;
	unsigned int asked;		/* INFORMATIONAL requests */
	uint8_t auth[DATAGRAM];		/* its IKE_AUTH request */
	size_t auth_n;
} peers[PEERS];

static unsigned int timers_set;

/* Takes the place of the C library's, to count. */
int timerfd_settime(int fd, int flags, const struct itimerspec *when, struct itimerspec *before)
{
	timers_set++;
	return (int)syscall(SYS_timerfd_settime, fd, flags, when, before);
}

/* --- the parent --- */

static void carry_out(const struct msg_sa *wish)
{
	const struct msg_carried done = { .count = ++wishes.carried };
	struct msg_sa_result result;

	memset(&result, 0, sizeof(result));
	result.token = wish->token;
	result.inbound = wish->inbound;
	if (wish->wish == MSG_SA_ADD)
		chan_send(parent, MSG_SA_RESULT, &result, sizeof(result));
	chan_send(parent, MSG_CARRIED, &done, sizeof(done));
}

static void on_wish(void *ctx, struct bytes body, int fd)
{
	(void)ctx;
	(void)fd;
	if (!wishes.hold) {
		carry_out((const void *)body.p);
		return;
	}
	assert_in_range(wishes.n, 0, 15);
	memcpy(&wishes.held[wishes.n++], body.p, sizeof(wishes.held[0]));
}

static void on_any(void *ctx, struct bytes body, int fd)
{
	(void)ctx;
	(void)body;
	(void)fd;
}

static struct ike_strangers strangers;	/* as the parent is told */
static unsigned int half_opened, settled;	/* how often that there are some, and none */

static void on_strangers(void *ctx, struct bytes body, int fd)
{
	(void)ctx;
	(void)fd;
	memcpy(&strangers, body.p, sizeof(strangers));
	half_opened += strangers.half_open > 0;
	settled += !strangers.half_open;
}

static void on_gone(void *ctx, const char *reason)
{
	(void)ctx;
	fail_msg("%s", reason);
}

static chan_handler *const parent_handlers[MSG_TYPES] = {
	[MSG_READY] = on_any, [MSG_LOG] = on_any, [MSG_SA] = on_wish,
	[MSG_PROXY_FAIL] = on_any, [MSG_RENEWED] = on_any, [MSG_POLICY_SET] = on_any,
	[MSG_EVENT] = on_any, [MSG_SHOW_IKE] = on_any, [MSG_SHOW_CHILD] = on_any,
	[MSG_SHOW_GATEWAY] = on_any, [MSG_REPLY] = on_any, [MSG_NAME] = on_any,
	[MSG_STRANGERS] = on_strangers,
};

static void on_question(void *ctx, struct bytes body, int fd)
{
	struct ike_auth_answer answer;

	(void)ctx;
	(void)fd;
	auth_answer(keys.keys, (const void *)body.p, &answer);
	chan_send(auth, MSG_AUTH_ANSWER, &answer, sizeof(answer));
}

static chan_handler *const auth_handlers[MSG_TYPES] = { [MSG_AUTH_ASK] = on_question };

/* --- what is configured --- */

static struct site site_of(unsigned int i, bool hub)
{
	struct site site = peers_site(hub ? B : A);

	site.local = hub ? HUB : addresses[i];
	site.peer = hub ? addresses[i] : HUB;
	site.local_id = NULL;
	site.peer_id = NULL;
	site.nat_traversal = false;
	return site;
}

static struct policy *hub_policy(uint32_t liveness)
{
	struct site site = site_of(0, true);
	struct policy *policy;

	site.liveness = liveness;
	policy = peers_policy(&site);
	for (unsigned int i = 1; i < PEERS; i++) {
		struct site other_site = site_of(i, true);
		struct policy *other = peers_policy(&other_site);
		struct policy_tunnel *tunnel = &other->gateways[0].tunnels[0];

		snprintf(other->gateways[0].name, sizeof(other->gateways[0].name), "g%u", i);
		snprintf(tunnel->name, sizeof(tunnel->name), "t%u", i);
		snprintf(tunnel->ifname, sizeof(tunnel->ifname), "tunnel%u", 1 + i);
		policy = peers_policy_join(policy, other);
	}
	return policy;
}

static void send_part(void *ctx, enum msg_type type, const void *body, size_t n)
{
	bool end = *(bool *)ctx;

	/* The end comes apart. */
	if ((type == MSG_POLICY_END) == end)
		chan_send(parent, type, body, n);
}

static void send_policy(const struct policy *policy)
{
	bool end = false;

	policy_msg_send(policy, 1, send_part, &end);
}

static void end_policy(const struct policy *policy)
{
	bool end = true;

	policy_msg_send(policy, 1, send_part, &end);
}

/* --- a peer --- */

static struct sockaddr_in name_of(const char *address, uint16_t port)
{
	struct sockaddr_in name = { .sin_family = AF_INET, .sin_port = htons(port) };

	inet_pton(AF_INET, address, &name.sin_addr);
	return name;
}

static void send_to_hub(const struct peer_core *peer, const uint8_t *data, size_t n)
{
	struct sockaddr_in hub = name_of(HUB, 500);

	assert_int_equal(sendto(peer->fd, data, n, 0, (struct sockaddr *)&hub, sizeof(hub)), n);
}

static void do_action(struct peer_core *peer, const struct ike_action *action)
{
	struct bytes data = action->send.data;
	struct ike_job *job;

	switch (action->type) {
	case IKE_ACTION_SEND:
		if (data.p[18] == IKE_AUTH && data.n <= DATAGRAM) {
			memcpy(peer->auth, data.p, data.n);
			peer->auth_n = data.n;
		}
		send_to_hub(peer, data.p, data.n);
		break;
	case IKE_ACTION_JOB:
		peers_jobs_put(&peer->jobs, 0, ike_core_take_job(peer->core));
		while ((job = peers_jobs_take(&peer->jobs)))
			ike_core_job_done(peer->core, clock_ms(), job);
		break;
	case IKE_ACTION_SA_ADD:
		peer->up += !action->sa.inbound;
		ike_core_sa_result(peer->core, clock_ms(), action->sa.token, action->sa.inbound,
				   0, NULL);
		break;
	default:
		break;
	}
}

static void settle(struct peer_core *peer)
{
	const struct ike_action *action;

	while ((action = ike_core_action(peer->core)))
		do_action(peer, action);
}

static bool receive(struct peer_core *peer)
{
	struct endpoint local = { .port = 500 }, remote = { .port = 500 };
	uint8_t data[DATAGRAM];
	ssize_t n = recv(peer->fd, data, sizeof(data), MSG_DONTWAIT);

	if (n < 28)
		return false;
	peer->received++;
	peer->asked += data[18] == INFORMATIONAL && !(data[19] & 0x20);
	local.addr = site_address(addresses[peer - peers]);
	remote.addr = site_address(HUB);
	ike_core_datagram(peer->core, clock_ms(), &local, &remote, bytes_of(data, (size_t)n));
	settle(peer);
	return true;
}

static void open_peer(unsigned int i)
{
	const struct ike_hooks hooks = { .random = crypto_random_os };
	struct sockaddr_in name = name_of(addresses[i], PEER_PORT);
	struct peer_core *peer = &peers[i];

	memset(peer, 0, sizeof(*peer));
	peers_jobs_begin(&peer->jobs);
	peer->core = ike_core_new(&hooks, ike_versions);
	peer->fd = socket(AF_INET, SOCK_DGRAM, 0);
	assert_non_null(peer->core);
	assert_int_equal(bind(peer->fd, (struct sockaddr *)&name, sizeof(name)), 0);
}

/* It begins at once. */
static void start_peer(unsigned int i)
{
	struct site site = site_of(i, false);

	peers_jobs_set_policy(&peers[i].jobs, peers[i].core, clock_ms(), peers_policy(&site));
	settle(&peers[i]);
}

static void close_peer(struct peer_core *peer)
{
	peers_jobs_end(&peer->jobs);
	ike_core_free(peer->core);
	close(peer->fd);
}

/* --- all together --- */

/* Everything there is, until @ms have passed or *@count reaches @most. */
static bool run_until(const unsigned int *count, unsigned int most, ike_time ms)
{
	ike_time end = clock_ms() + ms;

	while (*count < most && clock_ms() < end) {
		event_base_loop(base, EVLOOP_NONBLOCK | EVLOOP_ONCE);
		for (unsigned int i = 0; i < PEERS; i++)
			while (!peers[i].deaf && receive(&peers[i]))
				;
		usleep(200);
	}
	return *count >= most;
}

static void run_for(ike_time ms)
{
	static const unsigned int never;

	run_until(&never, 1, ms);
}

/* The hub wants no more of the parent. */
static void hub_is_done(void)
{
	uint64_t before;

	do {
		before = wishes.carried;
		run_for(100);
	} while (wishes.carried != before);
}

static void send_sockets(void)
{
	struct msg_socket body;
	int fds[PORTS];

	assert_true(ports_open(fds));
	for (body.place = 0; body.place < PORTS; body.place++)
		if (fds[body.place] >= 0)
			chan_send_fd(parent, MSG_SOCKET, &body, sizeof(body), fds[body.place]);
	ports_close(fds);
}

static void send_auth(void)
{
	const struct msg_peer peer = { .role = MSG_AUTH };
	int ends[2];

	assert_int_equal(chan_pair(ends), 0);
	auth = chan_new(base, ends[0], MSG_AUTH, MSG_IKE, auth_handlers, NULL, on_gone);
	assert_non_null(auth);
	chan_send_fd(parent, MSG_PEER, &peer, sizeof(peer), ends[1]);
	close(ends[1]);
}

/* The hub has its sockets, and all of a policy but its end. */
static struct policy *begin(uint32_t liveness)
{
	struct policy *policy = hub_policy(liveness);
	int ends[2];

	own_network();
	memset(&wishes, 0, sizeof(wishes));
	base = event_base_new();
	assert_int_equal(chan_pair(ends), 0);
	parent = chan_new(base, ends[0], MSG_PARENT, MSG_IKE, parent_handlers, NULL, on_gone);
	engine = engine_new(base, ends[1], NULL, NULL);
	assert_non_null(parent);
	assert_non_null(engine);
	send_sockets();
	send_auth();
	peers_jobs_begin(&keys);
	assert_int_equal(keyring_add(keys.keyring, policy), 0);
	send_policy(policy);
	for (unsigned int i = 0; i < PEERS; i++)
		open_peer(i);
	return policy;
}

static void end(struct policy *policy)
{
	engine_free(engine);
	chan_free(parent);
	chan_free(auth);
	for (unsigned int i = 0; i < PEERS; i++)
		close_peer(&peers[i]);
	peers_jobs_end(&keys);
	policy_free(policy);
	event_base_free(base);
}

/* Who knocks before the policy is in force waits, and is not refused. */
static void test_before_policy(void **state)
{
	struct policy *policy = begin(0);

	(void)state;
	start_peer(0);
	run_for(100);
	assert_int_equal(peers[0].received, 0);
	end_policy(policy);
	assert_true(run_until(&peers[0].up, 1, 10000));
	end(policy);
}

/* The parent knows of a peer that has only begun, and that it has gone on, without asking. */
static void test_strangers(void **state)
{
	struct policy *policy = begin(0);

	(void)state;
	half_opened = 0;
	settled = 0;
	end_policy(policy);
	assert_true(run_until(&settled, 1, 10000));
	assert_int_equal(strangers.free_most, 500);
	assert_int_equal(strangers.cookies, 0);
	peers[0].deaf = true;
	start_peer(0);
	assert_true(run_until(&half_opened, 1, 10000));
	assert_int_equal(strangers.half_open, 1);
	settled = 0;
	peers[0].deaf = false;
	assert_true(run_until(&peers[0].up, 1, 10000));
	assert_true(run_until(&settled, 1, 10000));
	end(policy);
}

/*
 * A parent that is slow with the SAs of one peer does not keep us from answering another, and what
 * tells a peer of its SAs waits for them.
 */
static void test_held_wishes(void **state)
{
	struct policy *policy = begin(0);
	unsigned int before;

	(void)state;
	end_policy(policy);
	start_peer(0);
	assert_true(run_until(&peers[0].up, 1, 10000));
	hub_is_done();
	wishes.hold = true;
	start_peer(1);
	assert_true(run_until(&wishes.n, 1, 10000));
	run_for(50);
	assert_int_equal(peers[1].up, 0);
	before = peers[0].received;
	send_to_hub(&peers[0], peers[0].auth, peers[0].auth_n);
	assert_true(run_until(&peers[0].received, before + 1, 500));
	assert_int_equal(peers[1].up, 0);
	/* Its own repetition is not answered before the SAs are there either. */
	before = peers[1].received;
	send_to_hub(&peers[1], peers[1].auth, peers[1].auth_n);
	run_for(50);
	assert_int_equal(peers[1].received, before);
	wishes.hold = false;
	for (unsigned int i = 0; i < wishes.n; i++)
		carry_out(&wishes.held[i]);
	assert_true(run_until(&peers[1].up, 1, 10000));
	end(policy);
}

/* An answer counts although much else lay before it in the socket when the timer was due. */
static void test_sockets_before_timers(void **state)
{
	struct policy *policy = begin(1);
	uint8_t junk[28] = { 1, 2, 3, [16] = 0, [17] = 0x20, [18] = INFORMATIONAL, [27] = 28 };

	(void)state;
	end_policy(policy);
	start_peer(0);
	assert_true(run_until(&peers[0].up, 1, 10000));
	peers[0].deaf = true;
	/* The hub asks whether the peer lives, and is away until it wants to ask again. */
	peers[0].asked = 0;
	for (unsigned int i = 0;
	     i < 2000 && recv(peers[0].fd, junk, 1, MSG_PEEK | MSG_DONTWAIT) < 0; i++)
		run_for(5);
	junk[0] = 1;
	for (unsigned int i = 0; i < JUNK; i++)
		send_to_hub(&peers[0], junk, sizeof(junk));
	while (receive(&peers[0]))
		;
	assert_int_equal(peers[0].asked, 1);
	usleep(1150000);
	run_for(50);
	while (receive(&peers[0]))
		;
	assert_int_equal(peers[0].asked, 1);
	end(policy);
}

/* While the hub waits for a peer, what comes in does not set its timer each time. */
static void test_timer_is_left(void **state)
{
	struct policy *policy = begin(0);
	uint8_t junk[28] = { 1, 2, 3, [17] = 0x20, [18] = INFORMATIONAL, [27] = 28 }, octet;

	(void)state;
	end_policy(policy);
	peers[0].deaf = true;
	start_peer(0);
	for (unsigned int i = 0;
	     i < 2000 && recv(peers[0].fd, &octet, 1, MSG_PEEK | MSG_DONTWAIT) < 0; i++)
		run_for(5);
	run_for(20);
	timers_set = 0;
	for (unsigned int i = 0; i < DRIPS; i++) {
		send_to_hub(&peers[0], junk, sizeof(junk));
		run_for(4);
	}
	/* On a slow host it rings meanwhile. */
	assert_in_range(timers_set, 0, DRIPS / 2);
	end(policy);
}

static struct bytes with_type(uint8_t exchange, bool response, uint8_t out[28])
{
	memset(out, 0, 28);
	out[0] = 1;
	out[17] = 0x20;
	out[18] = exchange;
	out[19] = response ? 0x20 : 0x08;
	out[27] = 28;
	return bytes_of(out, 28);
}

/* What keeps SAs alive is handled first, then what is half done, then newcomers. */
static void test_urgency(void **state)
{
	static const struct {
		uint8_t exchange;
		bool response;
		enum ike_urgency urgency;
	} cases[] = {
		{ 34, false, IKE_BEGINNING }, { 34, true, IKE_GOING_ON },
		{ 35, false, IKE_GOING_ON }, { 35, true, IKE_GOING_ON },
		{ 36, false, IKE_URGENT }, { 36, true, IKE_URGENT },
		{ 37, false, IKE_URGENT }, { 37, true, IKE_URGENT },
		{ 99, false, IKE_BEGINNING },
	};
	const struct ike_hooks hooks = { .random = crypto_random_os };
	struct ike_core *core = ike_core_new(&hooks, ike_versions);
	uint8_t b[28];

	(void)state;
	assert_non_null(core);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(ike_core_urgency(core, with_type(cases[i].exchange,
								 cases[i].response, b)),
				 cases[i].urgency);
	assert_int_equal(ike_core_urgency(core, bytes_of(b, 5)), IKE_BEGINNING);
	assert_int_equal(ike_core_urgency(core, bytes_of(NULL, 0)), IKE_BEGINNING);
	ike_core_free(core);
}

/* However many wait of one kind, the others have room; and they come out as they went in. */
static void test_inbox(void **state)
{
	const struct endpoint nobody = { .port = 1 };
	static uint8_t data[60000];
	struct inbox inbox;
	struct letter *letter;

	(void)state;
	inbox_init(&inbox);
	assert_true(inbox_empty(&inbox));
	for (unsigned int i = 0; i < 200; i++) {
		data[0] = (uint8_t)i;
		inbox_put(&inbox, IKE_URGENT, &nobody, &nobody, bytes_of(data, sizeof(data)));
	}
	assert_in_range(inbox.octets[IKE_URGENT], INBOX_ROOM - sizeof(data) - 1000, INBOX_ROOM);
	inbox_put(&inbox, IKE_BEGINNING, &nobody, &nobody, bytes_of("a", 1));
	letter = inbox_take(&inbox, IKE_BEGINNING);
	assert_non_null(letter);
	assert_int_equal(letter->n, 1);
	free(letter);
	for (unsigned int i = 0; i < 2; i++) {
		letter = inbox_take(&inbox, IKE_URGENT);
		assert_int_equal(letter->data[0], i);
		free(letter);
	}
	inbox_put(&inbox, IKE_URGENT, &nobody, &nobody, bytes_of(data, sizeof(data)));
	assert_null(inbox_take(&inbox, IKE_GOING_ON));
	inbox_drop(&inbox);
	assert_true(inbox_empty(&inbox));
	assert_int_equal(inbox.octets[IKE_URGENT], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_before_policy),
		cmocka_unit_test(test_strangers),
		cmocka_unit_test(test_held_wishes),
		cmocka_unit_test(test_sockets_before_timers),
		cmocka_unit_test(test_timer_is_left),
		cmocka_unit_test(test_urgency),
		cmocka_unit_test(test_inbox),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
