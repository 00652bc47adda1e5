// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two IKE cores in one process; the input is a play that says what happens to their
 * datagrams: which arrive, altered, twice or never, what strangers send, what the
 * peer itself seals with good keys but bad sense, when time passes, what the
 * administrator and the kernel do.  All randomness is fixed, so that a finding can be
 * repeated.  Besides memory errors it looks for what kern_fake.c calls a fault.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "auth/answer.h"
#include "base/log.h"
#include "fuzz/play.h"
#include "ike/v1/v1.h"
#include "ike/v2/v2.h"
#include "versions/versions.h"
#include "kern/kern_fake.h"
#include "prop/prop_v1.h"
#include "prop/prop_wire.h"
#include "prop/ts_wire.h"

#define ACTS_MOST	200
#define QUEUE_MOST	32
#define IFNAME		"tunnel1"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { A, B };

struct letter {
	struct endpoint from, to;
	size_t n;
	uint8_t data[4096];
};

struct side {
	int number;
	struct ike_core *core;
	struct auth_keys *keys;
	struct kern *kern;
	uint64_t random;
	struct letter inbox[QUEUE_MOST];
	unsigned int letters;
};

static struct side sides[2];
static ike_time now;

static struct bytes octets(struct play *play, size_t n)
{
	struct bytes b = bytes_of(play->p, n < play->n ? n : play->n);

	play->p += b.n;
	play->n -= b.n;
	return b;
}

/* --- the sides --- */

static int hook_random(void *ctx, void *out, size_t n)
{
	struct side *side = ctx;
	uint8_t *p = out;

	while (n--) {
		side->random = side->random * 6364136223846793005ULL + 1442695040888963407ULL;
		*p++ = (uint8_t)(side->random >> 56);
	}
	return 0;
}

static int hook_source(void *ctx, const struct addr *peer, struct addr *local)
{
	(void)ctx;
	(void)peer;
	(void)local;
	return -1;
}

static struct endpoint home(int number, uint16_t port)
{
	struct endpoint e = { .addr.family = AF_INET, .port = port };

	put_be32(e.addr.b, 0xc0000201 + (uint32_t)number);
	return e;
}

/* The play may ask for the oldest of a full box's letters to be lost. */
static void post(struct side *to, const struct endpoint *from, const struct endpoint *dest,
		 struct bytes data)
{
	struct letter *letter;

	if (data.n > sizeof(letter->data) || data.n <= 1)
		return;
	if (to->letters == QUEUE_MOST)
		memmove(to->inbox, to->inbox + 1, --to->letters * sizeof(*to->inbox));
	letter = &to->inbox[to->letters++];
	letter->from = *from;
	letter->to = *dest;
	letter->n = data.n;
	memcpy(letter->data, data.p, data.n);
}

static void add(struct side *side, const struct ike_sa_spec *sa)
{
	int error = side->kern->ops->sa_add(side->kern, sa);

	ike_core_sa_result(side->core, now, sa->token, sa->inbound, error,
			   error ? side->kern->error : NULL);
}

static void run_job(struct side *side)
{
	struct ike_job *job = ike_core_take_job(side->core);

	struct ike_auth_answer answer;

	if (ike_job_kind(job) == IKE_JOB_AUTH) {
		auth_answer(side->keys, ike_job_auth_request(job), &answer);
		ike_job_set_auth_answer(job, &answer);
	} else {
		ike_job_run(job);
	}
	ike_core_job_done(side->core, now, job);
}

static void settle(struct side *side)
{
	const struct ike_action *action;

	while ((action = ike_core_action(side->core))) {
		if (action->type == IKE_ACTION_SEND)
			post(&sides[!side->number], &action->send.local, &action->send.remote,
			     action->send.data);
		else if (action->type == IKE_ACTION_SA_ADD)
			add(side, &action->sa);
		else if (action->type == IKE_ACTION_SA_ACTIVATE)
			side->kern->ops->sa_activate(side->kern, &action->sa);
		else if (action->type == IKE_ACTION_SA_MOVE)
			side->kern->ops->sa_move(side->kern, &action->sa);
		else if (action->type == IKE_ACTION_SA_DEL)
			side->kern->ops->sa_del(side->kern, &action->sa);
		else if (action->type == IKE_ACTION_JOB)
			run_job(side);
		else if (action->type == IKE_ACTION_PROXY_FAIL)
			side->kern->ops->proxy_fail(side->kern, action->fail.ifname,
						    action->fail.proxy);
	}
	if (kern_fake_fault(side->kern)) {
		fprintf(stderr, "side %c: %s\n", 'A' + side->number,
			kern_fake_fault(side->kern));
		abort();
	}
}

static void on_expire(void *ctx, uint64_t cookie, bool inbound, bool hard)
{
	struct side *side = ctx;

	ike_core_expire(side->core, now, cookie, inbound, hard);
	settle(side);
}

static struct ts range(uint32_t first, uint32_t last)
{
	struct ts ts = {
		.port_last = UINT16_MAX, .first.family = AF_INET, .last.family = AF_INET,
	};

	put_be32(ts.first.b, first);
	put_be32(ts.last.b, last);
	return ts;
}

static void *zeroed(size_t n)
{
	void *p = calloc(1, n);

	if (!p)
		abort();
	return p;
}

/*
 * Two proxy-IDs; @variant: other selectors 1, other key 2, no tunnels 4, passive 8, messages in
 * small parts 16, a PPK 32, which is mandatory with 64, IKEv1 128.
 */
static struct policy *make_policy(int number, uint8_t variant)
{
	struct policy *policy = zeroed(sizeof(*policy));
	struct policy_gateway *gw = zeroed(sizeof(*gw));
	struct policy_tunnel *tunnel = zeroed(sizeof(*tunnel));

	*gw = (struct policy_gateway){
		.name = "hq", .nat_traversal = true, .passive = variant & 8,
		.version = variant & 128 ? POLICY_IKEV1 : POLICY_IKEV2,
		.local = home(number, 0).addr, .peer = home(!number, 0).addr,
		.key = variant & 2 ? 2 : 1,
		.fragmentation = true, .fragment_n = variant & 16 ? 200 : 0,
		.life_seconds = 600, .liveness_seconds = 30, .keepalive_seconds = 20,
		.n_tunnels = variant & 4 ? 0 : 1,
		.tunnels = tunnel,
	};
	if (variant & 32)
		gw->ppk = (struct policy_ppks){
			.mode = variant & 64 ? POLICY_PPK_MANDATORY : POLICY_PPK_PREFERRED,
			.n = 1, .list = { { .id = "p", .key = 2 } },
		};
	prop_default_ike(&gw->ike);
	*tunnel = (struct policy_tunnel){
		.name = "lan", .ifname = IFNAME, .start = POLICY_START_ALWAYS,
		.replay_window = 64, .life_seconds = 300, .n_proxies = 2,
		.proxies = zeroed(2 * sizeof(*tunnel->proxies)),
	};
	prop_default_esp(&tunnel->esp);
	for (uint32_t i = 0; i < 2; i++) {
		struct policy_proxy *proxy = &tunnel->proxies[i];
		uint32_t base = 0x0a000000 + i * 0x100 + (variant & 1) * 0x200000;
		struct ts ours = range(base + (uint32_t)number * 0x10000,
				       base + (uint32_t)number * 0x10000 + 0xff);
		struct ts theirs = range(base + (uint32_t)!number * 0x10000,
					 base + (uint32_t)!number * 0x10000 + 0xff);

		snprintf(proxy->name, sizeof(proxy->name), "p%u", i);
		proxy->ts.local = (struct ts_list){ .n = 1, .ts = { ours } };
		proxy->ts.remote = (struct ts_list){ .n = 1, .ts = { theirs } };
	}
	if (variant & 4) {
		/* policy_free() looks for as many tunnels as there are. */
		free(tunnel->proxies);
		free(tunnel);
		gw->tunnels = NULL;
	}
	policy->n_gateways = 1;
	policy->gateways = gw;
	return policy;
}

static void configure(struct side *side, uint8_t variant)
{
	struct policy *policy = make_policy(side->number, variant);
	struct policy_gateway *gw = policy->gateways;

	if (gw->n_tunnels) {
		side->kern->ops->tunnel_ensure(side->kern, gw->tunnels);
		side->kern->ops->proxy_sync(side->kern, gw->tunnels);
	}
	ike_core_set_policy(side->core, now, policy);
	settle(side);
}

static void begin(int number)
{
	struct side *side = &sides[number];
	const struct ike_hooks hooks = {
		.ctx = side, .random = hook_random, .source = hook_source,
	};
	const struct kern_events events = { .ctx = side, .expire = on_expire };

	side->number = number;
	side->letters = 0;
	side->random = 0x1234567 + (uint64_t)number;
	side->core = ike_core_new(&hooks, ike_versions);
	side->keys = auth_keys_new();
	side->kern = kern_fake_open(&events);
	if (!side->core || !side->kern || !side->keys ||
	    auth_keys_set(side->keys, 1, bytes_of("one key", 7)) ||
	    auth_keys_set(side->keys, 2, bytes_of("another key", 11)))
		abort();
}

static void end(struct side *side)
{
	ike_core_free(side->core);
	auth_keys_free(side->keys);
	side->kern->ops->close(side->kern);
}

/* --- what the play can do --- */

static void hand_in(struct side *side, const struct letter *letter)
{
	ike_core_datagram(side->core, now, &letter->to, &letter->from,
			  bytes_of(letter->data, letter->n));
	settle(side);
}

enum fate { ARRIVES, ALTERED, LOST, TWICE, LATE };

/* What becomes of the side's next letter. */
static void deliver(struct side *side, enum fate fate, struct play *play)
{
	struct letter letter;
	size_t at;

	if (!side->letters)
		return;
	letter = side->inbox[0];
	if (fate != TWICE)
		memmove(side->inbox, side->inbox + 1, --side->letters * sizeof(*side->inbox));
	if (fate == LATE)
		side->inbox[side->letters++] = letter;
	if (fate == ALTERED) {
		at = (size_t)play_octet(play) << 4;
		at |= play_octet(play) & 15;
		letter.data[at % letter.n] ^= play_octet(play);
	}
	if (fate != LOST && fate != LATE)
		hand_in(side, &letter);
}

static void stranger(struct side *side, struct play *play)
{
	uint8_t how = play_octet(play);
	uint16_t port = how & 1 ? IKE_NATT_PORT : IKE_PORT;
	struct endpoint local = home(side->number, port), remote = home(!side->number, port);
	struct bytes data = octets(play, play_octet(play));

	if (how & 2)
		remote.addr.b[3]++;
	ike_core_datagram(side->core, now, &local, &remote, data);
	settle(side);
}

/* One of the side's IKE SAs that has keys, or NULL. */
static struct ike_sa *pick_ike(const struct side *side, uint8_t n)
{
	struct ike_sa *found = NULL;

	for (struct ike_sa *ike = side->core->ikes; ike; ike = ike->next) {
		if (!ike->keyed || ike->state >= IKE_CLOSED)
			continue;
		found = ike;
		if (!n--)
			break;
	}
	return found;
}

static uint32_t pick_spi(const struct ike_sa *ike, uint8_t n)
{
	const struct child_sa *child = ike->children;

	while (child && child->ike_next && n--)
		child = child->ike_next;
	return child ? child->spi_in : n;
}

/* The end of the SA that the message is going to, or NULL. */
static struct ike_sa *other_end(const struct ike_sa *ike, const struct side *to)
{
	return ike_find(to->core, ike->initiator ? ike->spi_r : ike->spi_i);
}

static void put_proposals(struct wire_writer *w, bool ike, uint32_t spi)
{
	uint8_t octets[8] = { 0x77 };
	struct prop_list list;
	struct wire_sa sa;

	put_be32(octets + 4, spi);
	if (ike)
		prop_default_ike(&list);
	else
		prop_default_esp(&list);
	prop_offer(&list, ike ? bytes_of(octets, 8) : bytes_of(octets + 4, 4), &sa);
	wire_put_sa(w, &sa);
}

static void put_selectors(const struct side *side, struct wire_writer *w, uint8_t type)
{
	uint32_t base = 0x0a000000 + (uint32_t)(type == IKE_PL_TSI ? side->number :
						!side->number) * 0x10000;
	struct ts_list list = { .n = 1, .ts = { range(base, base + 0x1ff) } };
	struct wire_ts_list wire;

	ts_list_to_wire(&list, &wire);
	wire_put_ts(w, type, &wire);
}

/* A payload that makes sense, of the play's choice, or one of its own octets. */
static void put_payload(const struct side *side, const struct ike_sa *ike, struct wire_writer *w,
			struct play *play)
{
	uint8_t kind = play_octet(play), n = play_octet(play), spi[4];
	uint32_t number = pick_spi(ike, n);

	put_be32(spi, number);
	switch (kind) {
	case 0x80:
	case 0x81:
		put_proposals(w, kind & 1, number + n);
		break;
	case 0x82:
		wire_put_nonce(w, bytes_of("0123456789abcdef0123456789abcdef", 32));
		break;
	case 0x83:
		put_selectors(side, w, IKE_PL_TSI);
		put_selectors(side, w, IKE_PL_TSR);
		break;
	case 0x84:
		wire_put_ke(w, 31, bytes_of("0123456789abcdef0123456789abcdef", 32));
		break;
	case 0x85:
		wire_put_notify_spi(w, IKE_PROTO_ESP, bytes_of(spi, 4), IKE_N_REKEY_SA,
				    bytes_of(NULL, 0));
		break;
	case 0x86:
		wire_put_delete(w, IKE_PROTO_ESP, &number, 1);
		break;
	case 0x87:
		wire_put_delete_ike(w);
		break;
	case 0x88:
		wire_put_notify(w, (uint16_t)(play_octet(play) << 8 | n), octets(play, 2));
		break;
	default:
		wire_payload_begin(w, kind);
		wbuf_bytes(&w->buf, octets(play, n));
		wire_payload_end(w);
	}
}

/* Goes on with @w as what the play says: one part of several, with something unknown before it. */
static void begin_part(struct wire_writer *w, size_t iv_n, bool junk, struct play *play)
{
	uint8_t which = play_octet(play), next = play_octet(play);

	if (junk) {
		wire_payload_begin(w, 200);
		wire_payload_end(w);
	}
	wire_skf_begin(w, next, which & 15, which >> 4, iv_n);
}

/* A payload of IKEv1 that makes sense, of the play's choice, or one of its own octets. */
static void put_payload_v1(const struct ike_sa *ike, struct isakmp_writer *w, struct play *play)
{
	uint8_t kind = play_octet(play), n = play_octet(play), octet[V1_SPIS_N];
	const struct prop_v1_terms terms = {
		.spi = bytes_of("\x77\x01\x02", 4), .encap = n & 7, .group = n & 8 ? 31 : 0,
	};
	struct isakmp_notify notify = { .protocol = ISAKMP_PROTO_ISAKMP };
	struct prop_list list;

	v1_spis(ike, octet);
	switch (kind) {
	case 0x80:
		prop_default_esp(&list);
		prop_v1_offer(&list, &terms, w);
		break;
	case 0x81:
		isakmp_put(w, ISAKMP_PL_NONCE, bytes_of("0123456789abcdef0123456789abcdef", 32));
		break;
	case 0x82:
		isakmp_put(w, ISAKMP_PL_KE, bytes_of("0123456789abcdef0123456789abcdef", 32));
		break;
	case 0x83:
		isakmp_put_delete(w, ISAKMP_PROTO_ISAKMP, bytes_of(octet, V1_SPIS_N), V1_SPIS_N);
		break;
	case 0x84:
		put_be32(octet, pick_spi(ike, n));
		isakmp_put_delete(w, ISAKMP_PROTO_ESP, bytes_of(octet, 4), 4);
		break;
	case 0x85:
		notify.type = (uint16_t)(play_octet(play) << 8 | n);
		notify.data = octets(play, 4);
		isakmp_put_notify(w, &notify);
		break;
	default:
		isakmp_put(w, kind, octets(play, n));
	}
}

/* The same of IKEv1: the message id is one of few, so that quick modes go on. */
static void insane_v1(struct ike_sa *ike, struct side *to, struct play *play)
{
	static const uint8_t exchanges[] = {
		ISAKMP_EXCH_QUICK, ISAKMP_EXCH_INFORMATIONAL, ISAKMP_EXCH_MAIN, 240,
	};
	uint8_t how = play_octet(play), payloads = play_octet(play) & 15;
	struct v1_sa *own = v1_of(ike);
	uint32_t id = own->quicks && how & 4 ? own->quicks->message_id : 1u + (how >> 4);
	struct keymat_v1_iv iv;
	struct isakmp_writer w;
	struct packet *message;

	if (own->quicks && how & 4)
		iv = own->quicks->iv;
	else if (keymat_v1_iv_phase2(&own->keys, &own->iv, id, &iv))
		return;
	v1_begin(&w, ike, exchanges[how & 3], id, true);
	v1_hash_begin(&w, ike);
	while (payloads--)
		put_payload_v1(ike, &w, play);
	message = v1_hash_end(&w, ike, id, bytes_of(NULL, 0)) ? v1_seal(ike, &w, &iv) : NULL;
	if (message)
		ike_core_datagram(to->core, now, &ike->path->remote, &ike->path->local,
				  packet_bytes(message));
	packet_free(message);
	settle(to);
}

/* The peer itself, authentic but out of its mind. */
static void insane(struct side *from, struct play *play)
{
	static const uint8_t exchanges[] = {
		IKE_EXCH_IKE_AUTH, IKE_EXCH_CREATE_CHILD_SA, IKE_EXCH_INFORMATIONAL, 240,
	};
	uint8_t how = play_octet(play), which = play_octet(play), payloads;
	struct side *to = &sides[!from->number];
	struct ike_sa *ike = pick_ike(from, which & 15), *other;
	bool response = how & 4;
	static uint8_t buf[MESSAGE_MAX];
	struct wire_writer w;
	struct bytes message;
	uint32_t id;

	if (!ike)
		return;
	other = other_end(ike, to);
	if (!other)
		return;
	if (v1_speaks(ike)) {
		insane_v1(ike, to, play);
		return;
	}
	id = (response ? other->ex.send_id : other->ex.recv_id) + (how >> 4 & 1);
	v2_begin(&w, buf, ike, exchanges[how & 3], id, response);
	if (how & 32)
		begin_part(&w, cipher_iv_len(ike_key_out(ike)), how & 64, play);
	else
		wire_sk_begin(&w, cipher_iv_len(ike_key_out(ike)));
	for (payloads = which >> 4; payloads; payloads--)
		put_payload(from, ike, &w, play);
	message = v2_seal(ike, &w, buf);
	if (!message.n)
		return;
	ike_core_datagram(to->core, now, &ike->path->remote, &ike->path->local, message);
	settle(to);
}

static void first_sa(void *ctx, const struct kern_sa *sa)
{
	struct kern_sa *found = ctx;

	if (found->inbound == sa->inbound)
		*found = *sa;
}

static void expire(struct side *side, uint8_t how)
{
	struct kern_sa sa = { .inbound = how & 1 };

	side->kern->ops->sa_each(side->kern, first_sa, &sa);
	if (sa.spi)
		kern_fake_expire(side->kern, sa.cookie, sa.inbound, how & 2);
}

static void command(struct side *side, uint8_t what)
{
	switch (what & 7) {
	case 0:
		ike_core_acquire(side->core, now, IFNAME, what & 8 ? "p1" : NULL, NULL);
		break;
	case 1:
		ike_core_initiate(side->core, now, NULL);
		break;
	case 2:
		ike_core_clear_ike(side->core, now, NULL);
		break;
	case 3:
		ike_core_clear_ipsec(side->core, now, "lan");
		break;
	case 4:
		kern_fake_refuse(side->kern, what & 8, 1, -ENOMEM);
		break;
	default:
		configure(side, what >> 4);
		return;
	}
	settle(side);
}

/* From some milliseconds to some minutes. */
static void pass_time(uint8_t how)
{
	now += (ike_time)(1 + (how & 15)) << (how >> 4);
	for (int number = A; number <= B; number++) {
		ike_core_tick(sides[number].core, now);
		settle(&sides[number]);
	}
}

static void act(struct play *play)
{
	uint8_t what = play_octet(play);
	struct side *side = &sides[what & 1];

	switch (what >> 1 & 15) {
	case 1:
		deliver(side, ALTERED, play);
		break;
	case 2:
		deliver(side, LOST, play);
		break;
	case 3:
		deliver(side, TWICE, play);
		break;
	case 4:
		deliver(side, LATE, play);
		break;
	case 5:
		pass_time(play_octet(play));
		break;
	case 6:
		stranger(side, play);
		break;
	case 7:
	case 8:
		insane(side, play);
		break;
	case 9:
		expire(side, play_octet(play));
		break;
	case 10:
		command(side, play_octet(play));
		break;
	default:
		deliver(side, ARRIVES, play);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct play play = { .p = data, .n = size };
	unsigned int acts = 0;
	uint8_t variant;

	play_silently();
	log_set_level(LOG_LEVEL_DEBUG);
	now = 1000;
	begin(A);
	begin(B);
	variant = play_octet(&play);
	configure(&sides[B], variant);
	configure(&sides[A], variant & (16 | 32 | 64 | 128));
	while (play.n && acts++ < ACTS_MOST)
		act(&play);
	end(&sides[A]);
	end(&sides[B]);
	return 0;
}
