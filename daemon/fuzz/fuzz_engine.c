// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the parent and `auth` send to `ike`: messages of right lengths in any order, most with
 * octets of the input's choice.  Configurations are right, as their bodies have flags that the
 * parent is trusted with, but their parts come out of turn.
 */
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/conf.h"
#include "engine/engine.h"
#include "fuzz/play.h"
#include "msg/auth_msg.h"
#include "msg/basic.h"
#include "msg/chan.h"
#include "talk/ike_msg.h"
#include "talk/policy_msg.h"
#include "tests/raw_msg.h"
#include "tests/two_tunnels.h"

#define ACTS_MOST	48
#define ROUNDS		3
#define PARTS_MOST	32

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char lines[] =
	TUNNEL_OF_IKE
	"set network ike gateway h peer-address ip 2001:db8::9\n"
	"set network ike gateway h authentication pre-shared-key key 0123456789abcdefghij\n"
	"set network tunnel ipsec u tunnel-interface tunnel2\n"
	"set network tunnel ipsec u start on-demand\n"
	"set network tunnel ipsec u auto-key ike-gateway h\n";

/* The messages of the configuration. */
static struct {
	enum msg_type type;
	size_t n;
	void *body;
} parts[PARTS_MOST];
static unsigned int n_parts;

static struct event_base *base;
static int parent, auth;	/* the ends of who speaks to `ike` */

static void keep_part(void *ctx, enum msg_type type, const void *body, size_t n)
{
	(void)ctx;
	if (n_parts == PARTS_MOST)
		abort();
	parts[n_parts].type = type;
	parts[n_parts].n = n;
	parts[n_parts].body = malloc(n + 1);
	if (!parts[n_parts].body)
		abort();
	if (n)
		memcpy(parts[n_parts].body, body, n);
	n_parts++;
}

static void prepare(void)
{
	char text[sizeof(lines)];
	struct conf_report report = { 0 };
	struct policy *policy;

	play_silently();
	memcpy(text, lines, sizeof(lines));
	policy = conf_parse(text, sizeof(lines) - 1, &report);
	base = event_base_new();
	if (!policy || !base)
		abort();
	for (unsigned int i = 0; i < policy->n_gateways; i++)
		policy->gateways[i].key = i + 1;
	policy_msg_send(policy, 1, keep_part, NULL);
	policy_free(policy);
}

static void put(int fd, uint32_t type, const void *body, size_t n, int passed)
{
	/* It may hear us no more. */
	raw_msg_send(fd, &(struct raw_msg){ .type = type, .body = body, .n = n, .fd = passed,
					    .fds = passed >= 0 });
}

/* What `ike` says is of no interest. */
static void rounds(void)
{
	for (int i = 0; i < ROUNDS; i++)
		event_base_loop(base, EVLOOP_NONBLOCK);
	raw_msg_drop(parent);
	raw_msg_drop(auth);
}

static void put_policy(void)
{
	for (unsigned int i = 0; i < n_parts; i++)
		put(parent, parts[i].type, parts[i].body, parts[i].n, -1);
}

static void put_part(uint8_t which)
{
	which %= n_parts;
	put(parent, parts[which].type, parts[which].body, parts[which].n, -1);
}

static void meet_auth(void)
{
	const struct msg_peer peer = { .role = MSG_AUTH };
	int ends[2];

	if (chan_pair(ends))
		abort();
	if (auth >= 0)
		close(auth);
	auth = ends[0];
	put(parent, MSG_PEER, &peer, sizeof(peer), ends[1]);
	close(ends[1]);
}

/* A message that names what is there, but for the octets of the play. */
static void put_altered(int fd, enum msg_type type, struct play *play)
{
	static uint64_t aligned[MSG_MOST / sizeof(uint64_t)];
	const struct msg_place place = { "tunnel1", "lan" };
	uint8_t *body = (uint8_t *)aligned;
	size_t n = msg_rows[type].least;

	memset(body, 0, n);
	if (n >= sizeof(place) && type != MSG_ASK && type != MSG_SA_RESULT &&
	    type != MSG_AUTH_ANSWER)
		memcpy(body, &place, sizeof(place));
	play_alter(play, body, n);
	put(fd, type, body, n, -1);
}

static void act(struct play *play)
{
	static const enum msg_type types[] = {
		MSG_ACQUIRE, MSG_EXPIRE, MSG_MOVED, MSG_PATH_LOST, MSG_PATH_BACK, MSG_AWAY,
		MSG_ADOPT, MSG_SA_RESULT, MSG_HEARD, MSG_CARRIED, MSG_ASK, MSG_END,
		MSG_TOKEN_KEY, MSG_ROUTES,
	};
	uint8_t what = play_octet(play) & 31;

	if (what < sizeof(types) / sizeof(*types))
		put_altered(parent, types[what], play);
	else if (what < 16)
		put_altered(auth, MSG_AUTH_ANSWER, play);
	else if (what < 20)
		put_policy();
	else if (what < 24)
		put_part(play_octet(play));
	else if (what < 26)
		meet_auth();
	else if (what == 26)
		put(parent, MSG_STOP, NULL, 0, -1);
	else
		put_altered(parent, MSG_SOCKET, play);
	rounds();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct play play = { .p = data, .n = size };
	struct engine *engine;
	int ends[2];

	if (!base)
		prepare();
	if (chan_pair(ends))
		abort();
	engine = engine_new(base, ends[1], NULL, NULL);
	if (!engine)
		abort();
	parent = ends[0];
	auth = -1;
	meet_auth();
	put_policy();
	rounds();
	for (unsigned int i = 0; play.n && i < ACTS_MOST; i++)
		act(&play);
	close(parent);
	rounds();
	close(auth);
	engine_free(engine);
	return 0;
}
