// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whoever has not proved who he is gets nothing done, and whoever sends without end costs little:
 * requests on IKE SAs that are half open, identities that are none, an hour of messages that are
 * read and thrown away (RFC 7296 sections 1.2, 2.4, 2.21, 3.5).
 *
 * Where other daemons had faults, the test of each (of two peers; "here" if no file is named), and
 * its seeds in fuzz/corpus/core:
 *
 *   CREATE_CHILD_SA, half open, with or	here: test_half_open, test_auth_sent,
 *   without something queued			test_held; half_open_*, auth_sent_asked
 *   empty and absurd identities		here: test_identities; id_*
 *   unknown payloads beside fragments		fragments: test_junk; fragments_beside_unknown
 *   fragments without end			fragments: test_endless, test_hoarded; fragments_*
 *   fragments of other totals			fragments: test_totals, test_total_*;
 *						fragments_total_*
 *   fragments from other addresses		fragments: test_elsewhere
 *   a message a millisecond, for an hour	here: test_waste; thrown_away
 *   an IKE rekey with several key exchanges	rounds: test_rekey_keys; with a real peer:
 *   keys with the new SPIs			selftests/interop/strongswan6_rounds.sh
 *   no link in the last IKE_FOLLOWUP_KE	rounds: test_last_link
 *   IntAuth only if something came between	rounds: test_int_auth, test_up
 *   a rekey offers what was narrowed to	rekey: test_narrowed
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/log.h"
#include "tests/speech.h"
#include "tests/steps.h"

/* ---------------------------------------------------------- before AUTH */

static bool auth_sent(struct peers *net)
{
	const struct ike_sa *ike = net->peer[A].core->ikes;

	return ike && ike->state == IKE_AUTH_SENT && ike->ex.request;
}

static bool b_checks(struct peers *net)
{
	return net->peer[B].jobs.auth;
}

static bool a_checks(struct peers *net)
{
	const struct ike_sa *ike = net->peer[A].core->ikes;

	return ike && ike->state == IKE_AUTH_SENT && job_waits(ike, JOB_OURS) && ike->ex.request;
}

/* Writes one of the requests that want something; false: there are no more. */
static bool demand(struct peers *net, int from, unsigned int which)
{
	struct prop_list list = peers_props(PROP_IKE, "aes-256-gcm", "sha256", "group31");
	uint32_t spi = 0x1234;
	struct wire_writer *w;

	switch (which) {
	case 0:
	case 1:
		w = say(net, from, IKE_EXCH_CREATE_CHILD_SA, false);
		if (which)
			wire_put_notify_spi(w, IKE_PROTO_ESP, bytes_of("\0\0\x12\x34", 4),
					    IKE_N_REKEY_SA, bytes_of(NULL, 0));
		put_child(w, spi);
		put_selectors(w);
		return true;
	case 2:
		w = say(net, from, IKE_EXCH_CREATE_CHILD_SA, false);
		put_sa(w, &list, spi);
		put_nonce(w);
		wire_put_ke(w, 31, bytes_of("0123456789abcdef0123456789abcdef", 32));
		return true;
	case 3:
		say(net, from, IKE_EXCH_INFORMATIONAL, false);
		return true;
	case 4:
		wire_put_delete_ike(say(net, from, IKE_EXCH_INFORMATIONAL, false));
		return true;
	case 5:
		wire_put_delete(say(net, from, IKE_EXCH_INFORMATIONAL, false), IKE_PROTO_ESP, &spi,
				1);
		return true;
	case 6:
		put_notify(say(net, from, IKE_EXCH_INFORMATIONAL, false),
			   IKE_N_AUTHENTICATION_FAILED);
		return true;
	case 7:
		put_notify(say(net, from, IKE_EXCH_INFORMATIONAL, false), IKE_N_INITIAL_CONTACT);
		return true;
	default:
		return false;
	}
}

/* All of them, with all message ids that could be meant: nothing is said, made or ended. */
static void demand_all(struct peers *net, int from)
{
	enum ike_state before = sa_of(net, !from)->state;
	unsigned int events = peers_told(net, !from, "\n");

	for (unsigned int which = 0; demand(net, from, which); which++) {
		for (uint32_t id = 0; id < 4; id++) {
			demand(net, from, which);
			assert_int_equal(said_in_vain(id), 0);
			assert_int_equal(sa_of(net, !from)->state, before);
		}
	}
	assert_int_equal(kern_fake_added(net->peer[!from].kern), 0);
	assert_int_equal(peers_told(net, !from, "\n"), events);
	assert_null(net->peer[!from].core->ikes->next);
}

/* The responder has not had IKE_AUTH, or has it checked, or has something of its own to do. */
static void test_half_open(void **state)
{
	(void)state;
	for (unsigned int busy = 0; busy < 2; busy++) {
		struct peers *net = peers_new(1 + busy);

		peers_configure_both(net);
		assert_true(peers_until(net, auth_sent, 1000));
		net->peer[B].jobs.least_ms = 5000;
		if (busy)
			assert_true(peers_until(net, b_checks, 11000));
		else
			net->peer[B].cut = true;
		peers_run(net, 20);
		assert_int_equal(sa_of(net, B)->state, IKE_HALF_OPEN);
		demand_all(net, A);
		net->peer[B].cut = false;
		net->peer[B].jobs.least_ms = 0;
		peers_must_be_quiet(net, 120000);
		peers_free(net);
	}
}

/* The initiator has not had the answer to IKE_AUTH. */
static void test_auth_sent(void **state)
{
	struct peers *net = peers_new(3);

	(void)state;
	peers_configure_both(net);
	assert_true(peers_until(net, auth_sent, 1000));
	net->peer[A].cut = true;
	peers_run(net, 200);
	demand_all(net, B);
	net->peer[A].cut = false;
	peers_must_be_quiet(net, 120000);
	peers_free(net);
}

/* It has it, and has it checked: what comes meanwhile counts if the proof is good, or never. */
static void check_held(bool good)
{
	struct peers *net = peers_new(4);

	net->peer[A].jobs.most_ms = 0;
	peers_configure_both(net);
	assert_true(peers_until(net, auth_sent, 1000));
	net->peer[A].jobs.auth_ms = 3000;
	if (!good)
		net->peer[A].jobs.auth_lost = net->peer[A].jobs.auth + 1;
	assert_true(peers_until(net, a_checks, 2000));
	wire_put_delete_ike(say(net, B, IKE_EXCH_INFORMATIONAL, false));
	assert_int_equal(said_in_vain(0), 0);
	assert_int_equal(sa_of(net, A)->state, IKE_AUTH_SENT);
	peers_run(net, 2000);
	assert_int_equal(peers_told(net, A, "peer deleted the IKE SA"), 0);
	net->peer[A].cut = true;
	peers_run(net, 20000);
	assert_int_equal(peers_told(net, A, "peer deleted the IKE SA"), good);
	assert_int_equal(peers_told(net, A, "ike-up"), good);
	peers_free(net);
}

static void test_held(void **state)
{
	(void)state;
	check_held(true);
	check_held(false);
}

/* ------------------------------------------------------------- identities */

static void put_odd_id(struct wire_writer *w, uint8_t type, unsigned int which)
{
	static uint8_t much[4000];
	static const struct {
		const char *text;
		size_t n;
	} odd[] = {
		{ "", 0 }, { "\0", 1 }, { "\0\0\0\0", 4 }, { "%n%s%n%s%1000000d", 17 },
		{ "$(reboot)`reboot`;reboot", 24 }, { "a.example\nerror gateway hq: up", 30 },
		{ "a.example\0.evil", 15 }, { "\x1b[2J\x07\r", 6 },
		{ "\xc3\x28\xff\xfe\xf0\x28\x8c\x28", 8 }, { "\x30\x84\xff\xff\xff\xff", 6 },
	};

	memset(much, 'a', sizeof(much));
	if (which < sizeof(odd) / sizeof(odd[0]))
		wire_put_id(w, IKE_PL_IDI, type, bytes_of(odd[which].text, odd[which].n));
	else
		wire_put_id(w, IKE_PL_IDI, type, bytes_of(much, sizeof(much)));
}

/* No octet of it gets into the log as it is. */
static void check_log(const struct peers *net)
{
	for (const char *c = net->log; *c; c++)
		if ((*c < ' ' && *c != '\n') || *c == 0x7f || (unsigned char)*c > 0x7f)
			fail_msg("octet %02x is in the log", (unsigned char)*c);
	assert_int_equal(peers_logged(net, "\nerror gateway"), 0);
	for (const char *line = net->log; *line; line = strchr(line, '\n') + 1)
		assert_in_range(strchr(line, '\n') - line, 1, 2000);
}

static void check_id(uint8_t type, unsigned int which)
{
	struct prop_list list = peers_props(PROP_ESP, "aes-256-gcm", NULL, NULL);
	struct peers *net = peers_new(5);
	struct wire_writer *w;

	peers_configure_both(net);
	assert_true(peers_until(net, auth_sent, 1000));
	net->peer[B].cut = true;
	peers_run(net, 20);
	w = say(net, A, IKE_EXCH_IKE_AUTH, false);
	put_odd_id(w, type, which);
	wire_put_auth(w, 2, bytes_of("0123456789abcdef0123456789abcdef", 32));
	put_sa(w, &list, 0x1000);
	put_selectors(w);
	said();
	assert_true(answered(IKE_N_AUTHENTICATION_FAILED) || answered(IKE_N_INVALID_SYNTAX));
	assert_int_equal(speech.payloads.n, 1);
	assert_int_equal(peers_ikes(net, B), 0);
	assert_int_equal(kern_fake_added(net->peer[B].kern), 0);
	check_log(net);
	net->peer[B].cut = false;
	peers_must_be_quiet(net, 120000);
	peers_free(net);
}

static void test_identities(void **state)
{
	static const uint8_t types[] = { 0, 1, 2, 3, 5, 9, 10, 11, 12, 255 };

	(void)state;
	for (unsigned int i = 0; i < sizeof(types); i++)
		for (unsigned int which = 0; which < 11; which++)
			check_id(types[i], which);
}

/* --------------------------------------------------------- without an end */

#define HOUR_MS		3600000
#define TURN_MS		20	/* messages that come in one go, for the test's own sake */
#define STEPS_MOST	400	/* for a message that is thrown away: a microsecond or two */

/* Of ASan; the library's own figures say nothing under it. */
size_t __sanitizer_get_current_allocated_bytes(void);

struct waste {
	const char *what;
	size_t n;
	uint8_t data[2048];
	struct endpoint local, remote;
};

static struct endpoint end_of(int side, uint16_t port)
{
	return (struct endpoint){ .addr = site_address(peers_site(side).local), .port = port };
}

static void prepare(struct waste *waste, const char *what, struct bytes data)
{
	waste->what = what;
	waste->n = data.n;
	memcpy(waste->data, data.p, data.n);
	waste->local = end_of(B, IKE_PORT);
	waste->remote = end_of(A, IKE_PORT);
}

/* A true message of the peer, which was answered long ago. */
static struct bytes old_message(struct peers *net, uint8_t exchange, bool response, uint32_t id)
{
	say(net, A, exchange, response);
	put_be32(speech.buf + MESSAGE_ID_AT, id);
	return v2_seal(sa_of(net, A), &speech.w, speech.buf);
}

static unsigned int prepare_all(struct peers *net, struct waste *all)
{
	static uint8_t first[28] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	struct bytes b;
	unsigned int n = 0;

	prepare(&all[n++], "rubbish", bytes_of("rubbish that is no message at all", 33));
	first[17] = 0x20;
	first[18] = IKE_EXCH_IKE_SA_INIT;
	first[19] = IKE_FLAG_INITIATOR;
	first[27] = sizeof(first);
	prepare(&all[n++], "an empty first message", bytes_of(first, sizeof(first)));
	b = old_message(net, IKE_EXCH_INFORMATIONAL, false, 0x7fffffff);
	prepare(&all[n++], "an id outside the window", b);
	b = old_message(net, IKE_EXCH_INFORMATIONAL, true, 0);
	prepare(&all[n++], "an answer to nothing", b);
	b = old_message(net, IKE_EXCH_CREATE_CHILD_SA, false, sa_of(net, B)->ex.recv_id);
	prepare(&all[n], "a message that is not authentic", b);
	all[n++].data[b.n - 1] ^= 1;
	b = old_message(net, IKE_EXCH_INFORMATIONAL, false, 1);
	prepare(&all[n], "one for an SA that is not there", b);
	all[n].data[0] ^= 1;
	all[n++].data[8] ^= 1;
	return n;
}

/* What one of them costs. */
static void hand_over(struct peers *net, const struct waste *waste)
{
	uint64_t before = steps();

	ike_core_datagram(net->peer[B].core, net->now, &waste->local, &waste->remote,
			  bytes_of(waste->data, waste->n));
	if (steps() - before > STEPS_MOST)
		fail_msg("%s takes %u steps", waste->what, (unsigned int)(steps() - before));
	peers_settle(net, B);
}

/* One a millisecond for an hour, beside a tunnel that is rekeyed and answers its peer. */
static void test_waste(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	static struct waste all[8];
	struct peers *net;
	size_t memory = 0, more;
	unsigned int n;

	(void)state;
	a.child_life = 900;
	a.ike_life = 1700;
	b.liveness = 20;
	net = peers_up(6, &a, &b);
	log_set_level(LOG_LEVEL_INFO);
	peers_past_early(net);
	net->watch = true;
	n = prepare_all(net, all);
	for (unsigned int ms = 0; ms < HOUR_MS; ms += TURN_MS) {
		for (unsigned int i = 0; i < TURN_MS; i++)
			hand_over(net, &all[(ms + i) % n]);
		peers_run(net, TURN_MS);
		if (ms == HOUR_MS / 2)
			memory = __sanitizer_get_current_allocated_bytes();
	}
	more = __sanitizer_get_current_allocated_bytes() - memory;
	/* The tunnel may have been in the middle of a rekey at either time. */
	if ((ssize_t)more > 65536)
		fail_msg("half an hour leaves %zu octets", more);
	assert_int_equal(peers_told(net, A, "ike-down") + peers_told(net, B, "ike-down"), 0);
	assert_in_range(peers_child(net, A, "net")->counts.rekeys, 4, 6);
	peers_finish(net);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_half_open),
		cmocka_unit_test(test_auth_sent),
		cmocka_unit_test(test_held),
		cmocka_unit_test(test_identities),
		cmocka_unit_test(test_waste),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
