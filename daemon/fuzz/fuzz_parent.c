// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What `ike` and `auth` send to the parent, by bodies of the right length: nothing that a
 * captured process says gives it an SA, or takes one away, that is none of its business.  The
 * input is a list of acts.  A message starts out as one that is right; the play says which octets
 * of it are others.
 */
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz/play.h"
#include "kern/kern_fake.h"
#include "loop/config.h"
#include "loop/manual.h"
#include "loop/parent_fake.h"
#include "msg/auth_msg.h"
#include "msg/fetch_msg.h"
#include "msg/list_msg.h"
#include "talk/sa_msg.h"
#include "tests/raw_msg.h"
#include "tests/two_tunnels.h"

#define ACTS_MOST	64
#define ROUNDS		3	/* of the loop after each */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PEER_NAME	"peer.example"

static const char lines[] = TUNNEL_OF_IKE TUNNEL_BY_HAND
	"set network ike gateway n peer-address fqdn " PEER_NAME "\n"
	"set network ike gateway n authentication pre-shared-key key 0123456789abcdef0123\n";

static struct event_base *base;
static struct parent_fake *parent;
static char config[] = "/tmp/pantun-fuzz-parent-XXXXXX", ctl[sizeof(config) + 4];
static int ends[MSG_ROLES];

static void rounds(void)
{
	for (int i = 0; i < ROUNDS; i++)
		event_base_loop(base, EVLOOP_NONBLOCK);
}

static void put(enum msg_role role, uint32_t type, const void *body, size_t n)
{
	/* It may have been refused before, and the end be closed. */
	raw_msg_send(ends[role], &(struct raw_msg){ .type = type, .body = body, .n = n });
}

static void meet(enum msg_role role)
{
	if (ends[role] >= 0)
		close(ends[role]);
	if (role == MSG_IKE)
		ends[role] = parent_fake_ike(parent);
	else if (role == MSG_AUTH)
		ends[role] = parent_fake_auth(parent);
	else
		ends[role] = parent_fake_fetch(parent);
	if (ends[role] < 0)
		abort();
}

/* --- messages --- */

/* An SA as it is negotiated. */
static void make_sa(struct play *play, struct msg_sa *msg)
{
	const struct policy_gateway *gateway;
	const struct policy_tunnel *tunnel = policy_tunnel_on(parent->d.policy, "tunnel1",
							      &gateway);
	uint8_t how = play_octet(play);
	struct ike_sa_spec sa = {
		.token = 1 + (how >> 5), .inbound = how & 1, .spi = 0x1000 + (how >> 4),
		.ifname = "tunnel1", .proxy = "lan", .replay_window = tunnel->replay_window,
		.hard_seconds = tunnel->life_seconds, .hard_bytes = tunnel->life_bytes,
		.ts = tunnel->proxies[0].ts, .encr = tunnel->esp.prop[0].encr[0],
		.local.addr = gateway->local, .remote.addr = gateway->peer,
		.udp_encap = how >> 4 & 1,
	};

	if (!sa.encr->aead)
		sa.integ = tunnel->esp.prop[0].integ[0];
	sa.encr_key_n = (uint8_t)sa.encr->key_n;
	sa.salt_n = (uint8_t)sa.encr->salt_n;
	sa.integ_key_n = sa.integ ? (uint8_t)sa.integ->key_n : 0;
	memset(sa.encr_key, 0x5a, sa.encr_key_n);
	memset(sa.integ_key, 0x5b, sa.integ_key_n);
	sa.new_local = sa.local;
	sa.new_remote = sa.remote;
	sa_msg_pack(&sa, how >> 1 & 7, msg);
}

/* How it starts out. */
static void make(struct play *play, enum msg_type type, uint8_t *body)
{
	const struct msg_place place = { "tunnel1", "lan" };
	const struct msg_renewed renewed = { "tunnel1", 1 };
	uint64_t number = parent->d.policies;
	const struct name_question question = { .ticket = 1, .name = PEER_NAME };
	const struct msg_list_wanted wanted = { .ticket = 1, .ms = 1000, .url = "http://a/" };
	/* Of what was wanted first. */
	const struct http_result result = { .ticket = 1, .status = 200 };

	memset(body, 0, MSG_MOST);
	if (type == MSG_SA)
		make_sa(play, (struct msg_sa *)(void *)body);
	else if (type == MSG_PROXY_FAIL)
		memcpy(body, &place, sizeof(place));
	else if (type == MSG_NAME)
		memcpy(body, &question, sizeof(question));
	else if (type == MSG_LIST_WANTED)
		memcpy(body, &wanted, sizeof(wanted));
	else if (type == MSG_HTTP_DONE)
		memcpy(body, &result, sizeof(result));
	else if (type == MSG_RENEWED)
		memcpy(body, &renewed, sizeof(renewed));
	else if (type == MSG_AUTH_MARKED || type == MSG_POLICY_SET)
		memcpy(body, &number, sizeof(number));
}

static void message(struct play *play, enum msg_role role)
{
	static uint64_t aligned[MSG_MOST / sizeof(uint64_t)];
	uint8_t *body = (uint8_t *)aligned;
	enum msg_type type = play_octet(play) % MSG_TYPES;
	size_t n = msg_rows[type].least;

	make(play, type, body);
	play_alter(play, body, n);
	put(role, type, body, n);
}

/* --- what must be so, whatever was said --- */

static void check_sa(void *ctx, const struct kern_sa *sa)
{
	unsigned int *manual = ctx;

	if (sa->cookie & MANUAL_COOKIE)
		++*manual;
	else if (strcmp(sa->ifname, "tunnel1") != 0 || strcmp(sa->proxy, "lan") != 0 ||
		 sa->spi < 256)
		abort();
}

static void check(void)
{
	unsigned int manual = 0;

	parent->d.kern->ops->sa_each(parent->d.kern, check_sa, &manual);
	if (manual != 2)
		abort();
}

/* --- the play --- */

static void expire(uint8_t how)
{
	kern_fake_expire(parent->d.kern, 1 + (how >> 5), how & 1, how & 2);
}

static void act(struct play *play)
{
	uint8_t what = play_octet(play);

	switch (what & 15) {
	case 0:
		meet(MSG_IKE);
		break;
	case 1:
		meet(MSG_AUTH);
		break;
	case 2:
		config_reload(&parent->d, 0);
		break;
	case 3:
		expire(play_octet(play));
		break;
	case 4:
		kern_fake_path(parent->d.kern, "tunnel1", what & 16, what & 32);
		break;
	case 5:
	case 6:
		message(play, MSG_AUTH);
		break;
	case 7:
		message(play, MSG_FETCH);
		break;
	case 8:
		meet(MSG_FETCH);
		break;
	default:
		message(play, MSG_IKE);
	}
	rounds();
	/* What the parent says is of no interest. */
	raw_msg_drop(ends[MSG_IKE]);
	raw_msg_drop(ends[MSG_AUTH]);
	raw_msg_drop(ends[MSG_FETCH]);
	check();
}

static void remove_files(void)
{
	unlink(config);
	unlink(ctl);
}

static void open_files(void)
{
	int fd = mkstemp(config);

	if (fd < 0 || write(fd, lines, sizeof(lines) - 1) != sizeof(lines) - 1)
		abort();
	close(fd);
	snprintf(ctl, sizeof(ctl), "%s.ctl", config);
	atexit(remove_files);
	base = event_base_new();
	play_silently();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct play play = { .p = data, .n = size };
	const struct msg_policy_set set = { .number = 1 };

	if (!base)
		open_files();
	parent = parent_fake_new(base, config, ctl);
	if (!parent)
		abort();
	ends[MSG_IKE] = -1;
	ends[MSG_AUTH] = -1;
	ends[MSG_FETCH] = -1;
	meet(MSG_AUTH);
	meet(MSG_IKE);
	meet(MSG_FETCH);
	put(MSG_IKE, MSG_POLICY_SET, &set, sizeof(set));
	rounds();
	if (!parent->d.policy)
		abort();
	check();
	for (unsigned int i = 0; play.n && i < ACTS_MOST; i++)
		act(&play);
	close(ends[MSG_IKE]);
	close(ends[MSG_AUTH]);
	close(ends[MSG_FETCH]);
	parent_fake_free(parent);
	return 0;
}
