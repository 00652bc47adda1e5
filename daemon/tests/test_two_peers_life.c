// SPDX-License-Identifier: GPL-2.0-or-later
/* Two cores and how SAs end: what is still under way then, what waits, what cannot be done. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "ike/child_sa.h"
#include "tests/peers.h"
#include "wire/ike_hdr.h"

#define EXCHANGE_AT	18	/* offsets in a header */
#define FLAGS_AT	19
#define RESPONSE	0x20
#define IKE_SA_INIT	34
#define IKE_AUTH	35
#define CREATE_CHILD	36
#define INFORMATIONAL	37

static bool is_response(const uint8_t *data)
{
	return data[FLAGS_AT] & RESPONSE;
}

static struct endpoint at(int side)
{
	struct endpoint e = { .port = IKE_PORT };

	assert_int_equal(addr_parse(peers_site(side).local, &e.addr), 0);
	return e;
}

/* ------------------------------------------------- what outlives its IKE SA's rekey */

/* A's first answer to a question of B's, and the SA that it belongs to. */
struct kept {
	uint8_t spi_i[IKE_SPI_LEN];
	size_t n;
	uint8_t data[512];
};

/* Keeps it, and whatever else A says on that SA that is neither asked for nor an offer. */
static bool tap_keep_back(struct peers *net, int from, uint8_t *data, size_t n)
{
	struct kept *kept = net->tap_ctx;

	if (from != A || n < 28 || data[EXCHANGE_AT] != INFORMATIONAL)
		return true;
	if (!kept->n && is_response(data)) {
		assert_true(n <= sizeof(kept->data));
		memcpy(kept->spi_i, data, IKE_SPI_LEN);
		memcpy(kept->data, data, n);
		kept->n = n;
	}
	return memcmp(data, kept->spi_i, IKE_SPI_LEN) != 0;
}

static bool both_rekeyed(struct peers *net)
{
	return peers_logged(net, "IKE SA is rekeyed") == 2;
}

/*
 * B asks whether A has the pair that it wanted.  The answer comes when the IKE SA has an
 * heir, which has lost the pair since.
 */
static void test_answer_after_rekey(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	const struct endpoint local = at(B), remote = at(A);
	static struct kept kept;
	struct peers *net;

	(void)state;
	a.ike_life = 4;
	net = peers_up(1, &a, &b);
	kept.n = 0;
	net->tap = tap_keep_back;
	net->tap_ctx = &kept;
	/* A has forgotten all, and B what to do until A has the new pair. */
	peers_restart(net, A, &a);
	assert_true(peers_until(net, both_rekeyed, 4000));
	assert_true(kept.n > 0);
	ike_core_clear_ipsec(net->peer[A].core, net->now, NULL);
	peers_settle(net, A);
	peers_run(net, 6000);
	peers_inject(net, B, &local, &remote, bytes_of(kept.data, kept.n));
	net->tap = NULL;
	peers_must_be_quiet(net, 120000);
	peers_free(net);
}

/* ------------------------------------------------------------ what is a sign of life */

/* A's last request but those for SAs, to be repeated by whoever hears it. */
static bool tap_question(struct peers *net, int from, uint8_t *data, size_t n)
{
	struct kept *kept = net->tap_ctx;

	if (from == A && n >= 28 && data[EXCHANGE_AT] == INFORMATIONAL && !is_response(data)) {
		assert_true(n <= sizeof(kept->data));
		memcpy(kept->data, data, n);
		kept->n = n;
	}
	return true;
}

/* A's last question, over and over, does not make B believe that A lives (section 2.4). */
static void test_replayed_life(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	const struct endpoint local = at(B), remote = at(A);
	static struct kept kept;
	struct peers *net;

	(void)state;
	a.liveness = 10;
	b.liveness = 15;
	net = peers_up(2, &a, &b);
	kept.n = 0;
	net->tap = tap_question;
	net->tap_ctx = &kept;
	peers_run(net, 12000);
	assert_true(kept.n > 0);
	net->peer[A].cut = true;
	for (unsigned int i = 0; i < 6; i++) {
		peers_run(net, 10000);
		peers_inject(net, B, &local, &remote, bytes_of(kept.data, kept.n));
	}
	assert_int_equal(peers_ikes(net, B), 0);
	peers_free(net);
}

/* ----------------------------------------------------------- what cannot be asked for */

/* Groups of A that the crypto library stops doing. */
static struct alg_dh esp_group, ike_group;

static void use_groups(struct site *a, struct site *b)
{
	/* A child takes the group of the IKE SA where it may. */
	a->esp = peers_props(PROP_ESP, "aes-256-gcm", NULL, "group19");
	b->esp = a->esp;
	esp_group = *a->esp.prop[0].dh[0];
	ike_group = *a->ike.prop[0].dh[0];
	a->esp.prop[0].dh[0] = &esp_group;
	a->ike.prop[0].dh[0] = &ike_group;
	a->n_proxies = 2;
	a->proxies[1] = (struct site_proxy){ "two", "10.3.0.0/16", "10.4.0.0/16" };
	b->n_proxies = 2;
	b->proxies[1] = (struct site_proxy){ "two", "10.4.0.0/16", "10.3.0.0/16" };
}

/* What a request for an SA that cannot be made comes to: pauses, and what there is stays. */
static void test_no_key_pair(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_new(3);
	const char *good;

	(void)state;
	use_groups(&a, &b);
	good = esp_group.evp;
	esp_group.evp = "none";
	a.child_life = 600;
	peers_configure(net, B, &b);
	/* Without a pause the first event would never end. */
	alarm(120);
	peers_configure(net, A, &a);
	peers_run(net, 60000);
	alarm(0);
	assert_string_equal(peers_child(net, A, "net")->state, "active");
	assert_string_equal(peers_child(net, A, "two")->state, "failed");
	assert_in_range(peers_child(net, A, "two")->counts.failures, 3, 8);
	assert_non_null(strstr(peers_child(net, A, "two")->last_error, esp_group.name));
	/* A rekey that fails leaves the old one in use, to be tried again. */
	peers_run(net, 515000);
	assert_string_equal(peers_child(net, A, "net")->state, "active");
	assert_true(peers_child(net, A, "net")->counts.failures > 0);
	esp_group.evp = good;
	peers_must_be_quiet(net, 60000);
	peers_run(net, 60000);
	assert_int_equal(peers_child(net, A, "net")->counts.rekeys, 1);
	assert_int_equal(peers_child(net, A, "net")->counts.successes, 1);
	peers_free(net);
}

static void test_no_key_pair_ike(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_new(4);
	const char *good;

	(void)state;
	use_groups(&a, &b);
	good = ike_group.evp;
	ike_group.evp = "none";
	a.ike_life = 1000;
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	peers_run(net, 10000);
	assert_non_null(strstr(peers_child(net, A, "net")->last_error, ike_group.name));
	ike_group.evp = good;
	peers_must_be_quiet(net, 30000);
	ike_group.evp = "none";
	net->watch = true;
	peers_run(net, 950000);
	assert_true(peers_logged(net, "request to rekey the IKE SA could not be built") > 0);
	ike_group.evp = good;
	peers_run(net, 60000);
	assert_int_equal(peers_logged(net, "IKE SA is rekeyed"), 2);
	assert_int_equal(net->gaps, 0);
	peers_must_be_quiet(net, 30000);
	peers_free(net);
}

/* --------------------------------------------------------------------- deletion */

static void count_ike(void *ctx, const struct ike_sa_info *info)
{
	(void)info;
	++*(unsigned int *)ctx;
}

/* IKE SAs in any state that show. */
static unsigned int shown_ikes(const struct peers *net, int side)
{
	unsigned int n = 0;

	ike_core_each_ike(net->peer[side].core, net->now, count_ike, &n);
	return n;
}

static void clear_ike(struct peers *net, int side)
{
	assert_int_equal(ike_core_clear_ike(net->peer[side].core, net->now, "hq"), 1);
	peers_settle(net, side);
}

/* The DELETE does not wait for all the repetitions of a request that nobody answers. */
static void test_delete_of_dead(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net;

	(void)state;
	a.start = POLICY_START_ON_DEMAND;
	b.start = POLICY_START_ALWAYS;
	b.passive = false;
	net = peers_up(5, &a, &b);
	net->peer[B].cut = true;
	ike_core_clear_ipsec(net->peer[A].core, net->now, NULL);
	peers_settle(net, A);
	peers_run(net, 20000);
	assert_int_equal(peers_ikes(net, A), 1);
	clear_ike(net, A);
	peers_run(net, 10000);
	assert_int_equal(shown_ikes(net, A), 0);
	/* Nor is it news that the peer is dead. */
	assert_int_equal(peers_logged(net, "does not answer any more"), 0);
	peers_free(net);
}

/* Waits for a request of A's. */
struct awaited {
	uint8_t exchange;
	bool seen;
};

static bool tap_await(struct peers *net, int from, uint8_t *data, size_t n)
{
	struct awaited *awaited = net->tap_ctx;

	if (from == A && n >= 28 && data[EXCHANGE_AT] == awaited->exchange && !is_response(data))
		awaited->seen = true;
	return true;
}

static bool request_seen(struct peers *net)
{
	return ((struct awaited *)net->tap_ctx)->seen;
}

/*
 * B forgets all while it is asked for a child.  When A is told to delete the IKE SA another
 * is up at once, whatever becomes of the old one.
 */
static void test_delete_blocks_nothing(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_up(6, &a, &b);
	struct awaited asked = { .exchange = CREATE_CHILD };

	(void)state;
	peers_run(net, 20000);
	net->tap = tap_await;
	net->tap_ctx = &asked;
	ike_core_clear_ipsec(net->peer[A].core, net->now, NULL);
	peers_settle(net, A);
	assert_true(peers_until(net, request_seen, 1000));
	net->tap = NULL;
	peers_restart(net, B, &b);
	peers_run(net, 5000);
	assert_false(peers_all_flow(net));
	clear_ike(net, A);
	assert_true(peers_until(net, peers_all_flow, 250));
	peers_must_be_quiet(net, 30000);
	peers_free(net);
}

/* Of two ends that both begin by themselves the one that has deleted begins anew. */
static void test_delete_no_tie(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);

	(void)state;
	b.start = POLICY_START_ALWAYS;
	b.passive = false;
	for (int side = A; side <= B; side++) {
		struct peers *net = peers_up(8, &a, &b);
		unsigned int ups;

		peers_run(net, 20000);
		ups = peers_logged(net, "IKE SA with");
		clear_ike(net, side);
		peers_run(net, 250);
		assert_true(peers_quiet(net));
		assert_int_equal(peers_logged(net, "IKE SA with"), ups + 2);
		peers_run(net, 10000);
		assert_int_equal(peers_logged(net, "IKE SA with"), ups + 2);
		peers_free(net);
	}
}

/* Where the one that has deleted waits to be asked, the other begins anew a little later. */
static void test_delete_by_passive(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_up(9, &a, &b);

	(void)state;
	peers_run(net, 20000);
	clear_ike(net, B);
	peers_run(net, 100);
	assert_false(peers_all_flow(net));
	assert_true(peers_until(net, peers_quiet, 1100));
	peers_free(net);
}

/* What a rekey has made at the peer by then is deleted there, too. */
static void test_delete_amid_rekey(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net;
	struct awaited asked = { .exchange = CREATE_CHILD };

	(void)state;
	a.ike_life = 100;
	net = peers_up(7, &a, &b);
	peers_past_early(net);
	net->tap = tap_await;
	net->tap_ctx = &asked;
	assert_true(peers_until(net, request_seen, 100000));
	net->tap = NULL;
	clear_ike(net, A);
	peers_must_be_quiet(net, 15000);
	assert_int_equal(peers_logged(net, "IKE SA is rekeyed"), 1);
	peers_free(net);
}

/* Nothing of B gets through but requests for SAs, from the second on. */
static bool tap_second_wish(struct peers *net, int from, uint8_t *data, size_t n)
{
	struct awaited *awaited = net->tap_ctx;
	bool wish = from == B && n >= 28 && data[EXCHANGE_AT] == CREATE_CHILD &&
		    !is_response(data);
	bool passes = from == A || (wish && awaited->seen);

	awaited->seen |= wish;
	return passes;
}

/*
 * The peer rekeys the IKE SA while our DELETE of it waits for an answer to something else: there is
 * no heir, and the DELETE stays where it is.
 */
static void test_delete_waits(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct awaited wish = { .exchange = CREATE_CHILD };
	struct ike_sa *ike;
	struct peers *net;

	(void)state;
	b.ike_life = 100;
	net = peers_up(18, &a, &b);
	peers_past_early(net);
	net->tap = tap_second_wish;
	net->tap_ctx = &wish;
	assert_true(peers_until(net, request_seen, 100000));
	ike = net->peer[A].core->gateways->ike;
	exchange_queue(ike, task_new(TASK_LIVENESS));
	/* Any event does, at whose end the question is sent. */
	assert_int_equal(ike_core_initiate(net->peer[A].core, net->now, NULL), 0);
	clear_ike(net, A);
	assert_int_equal(ike->ex.current->kind, TASK_LIVENESS);
	assert_int_equal(ike->ex.waiting[TASK_IKE_DELETE], 1);
	/* B asks once more. */
	peers_run(net, 1500);
	assert_int_equal(ike->ex.waiting[TASK_IKE_DELETE], 1);
	assert_int_equal(peers_logged(net, "IKE SA is rekeyed"), 0);
	net->tap = NULL;
	peers_must_be_quiet(net, 15000);
	assert_int_equal(peers_logged(net, "IKE SA is rekeyed"), 0);
	peers_free(net);
}

/* ------------------------------------------------------------------------- ties */

static struct gateway *gateway_of(const struct peers *net, int side)
{
	struct gateway *gw = net->peer[side].core->gateways;

	assert_non_null(gw);
	assert_null(gw->next);
	return gw;
}

static bool tie_undecided(struct peers *net)
{
	return peers_ikes(net, A) == 2 && peers_ikes(net, B) == 2 && peers_all_flow(net);
}

/*
 * Of two IKE SAs that both ends made at once the better one goes before the other has: that
 * one serves on, with the children it has, and each of its lives.
 */
static void check_tie(uint64_t life)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_new(10);
	unsigned int added;

	b.start = POLICY_START_ALWAYS;
	b.passive = false;
	a.ike_life = life;
	b.ike_life = life;
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	assert_true(peers_until(net, tie_undecided, 1000));
	added = kern_fake_added(net->peer[A].kern);
	assert_int_equal(added, 4);
	ike_delete(gateway_of(net, A)->ike);
	/* An event, at whose end that is done. */
	ike_core_path_back(net->peer[A].core, net->now, "none");
	peers_settle(net, A);
	peers_run(net, 6000);
	for (int side = A; side <= B; side++) {
		const struct gateway *gw = gateway_of(net, side);

		assert_non_null(gw->ike);
		assert_false(gw->ike->condemned);
		assert_non_null(gw->slots->current);
		assert_int_equal(gw->slots->current->state, CHILD_UP);
	}
	peers_must_be_quiet(net, 30000);
	assert_int_equal(kern_fake_added(net->peer[A].kern), added);
	peers_run(net, 60000);
	peers_must_be_quiet(net, 30000);
	assert_int_equal(peers_logged(net, "IKE SA with"), 4);
	peers_free(net);
}

static void test_tie_winner_lost(void **state)
{
	(void)state;
	check_tie(28800);
	check_tie(0);
}

/* ---------------------------------------------------- between the first two exchanges */

struct withheld {
	ike_time until;
	unsigned int inits;		/* IKE_SA_INITs of A */
};

static bool tap_withhold_auth(struct peers *net, int from, uint8_t *data, size_t n)
{
	struct withheld *w = net->tap_ctx;

	if (n < 28 || from != A)
		return true;
	w->inits += data[EXCHANGE_AT] == IKE_SA_INIT;
	return data[EXCHANGE_AT] != IKE_AUTH || net->now >= w->until;
}

/* B works on it, and does not forget. */
static void keep_half_open(struct peers *net)
{
	struct ike_core *core = net->peer[B].core;

	for (struct ike_sa *ike = core->ikes; ike; ike = ike->next) {
		if (ike->state == IKE_HALF_OPEN)
			timer_stop(&core->waits, &ike->half_open);
	}
}

/* B has scripts to run, or others to ask, and looks at IKE_AUTH after @seconds only. */
static void check_slow_auth(unsigned int seconds, unsigned int inits)
{
	struct peers *net = peers_new(15);
	struct withheld w = { .until = net->now + SECONDS(seconds) };

	net->tap = tap_withhold_auth;
	net->tap_ctx = &w;
	peers_configure_both(net);
	while (net->now < w.until) {
		peers_run(net, 1000);
		keep_half_open(net);
	}
	assert_true(peers_until(net, peers_all_flow, 10500));
	assert_int_equal(w.inits, inits);
	assert_int_equal(peers_ikes(net, A), 1);
	peers_run(net, 60000);
	keep_half_open(net);
	assert_int_equal(peers_ikes(net, A), 1);
	assert_int_equal(peers_ikes(net, B), 1);
	assert_true(peers_all_flow(net));
	assert_int_equal(kern_fake_count(net->peer[A].kern, true, NULL), 1);
	assert_int_equal(peers_logged(net, " error "), 0);
	peers_free(net);
}

static void test_slow_auth(void **state)
{
	(void)state;
	check_slow_auth(4, 1);
	check_slow_auth(14, 2);
	check_slow_auth(30, 2);
	check_slow_auth(45, 2);
}

static bool tap_withhold_answer(struct peers *net, int from, uint8_t *data, size_t n)
{
	const struct withheld *w = net->tap_ctx;

	return n < 28 || from == A || data[EXCHANGE_AT] != IKE_AUTH || net->now >= w->until;
}

/*
 * B is up at once, but its answers are late.  What A began beside it is not the only IKE SA that
 * they may have, so B must not end the first for it: A goes on with whichever is answered first.
 */
static void test_late_answer(void **state)
{
	(void)state;
	for (unsigned int seconds = 4; seconds <= 22; seconds += 3) {
		struct peers *net = peers_new(15);
		struct withheld w = { .until = net->now + SECONDS(seconds) };

		net->tap = tap_withhold_answer;
		net->tap_ctx = &w;
		peers_configure_both(net);
		assert_true(peers_until(net, peers_all_flow, (seconds + 10) * 1000));
		peers_run(net, 20000);
		assert_int_equal(peers_logged(net, "peer started anew"), 0);
		assert_int_equal(peers_ikes(net, A), 1);
		assert_int_equal(peers_ikes(net, B), 1);
		assert_true(peers_all_flow(net));
		peers_free(net);
	}
}

/* It never looks at IKE_AUTH: one attempt beside the first is made, and then that is said. */
static void test_auth_unanswered(void **state)
{
	struct peers *net = peers_new(17);
	struct withheld w = { .until = IKE_NEVER };

	(void)state;
	net->tap = tap_withhold_auth;
	net->tap_ctx = &w;
	peers_configure_both(net);
	peers_run(net, 45000);
	assert_int_equal(w.inits, 2);
	assert_int_equal(peers_logged(net, " error "), 0);
	peers_run(net, 35000);
	assert_int_equal(peers_logged(net, "answered IKE_SA_INIT but not IKE_AUTH"), 1);
	peers_free(net);
}

/* One that was started anew in between does not know us any more, and is not waited for. */
static void test_restart_before_auth(void **state)
{
	struct site b = peers_site(B);
	struct peers *net = peers_new(16);
	struct withheld w = { .until = net->now + 500 };

	(void)state;
	net->tap = tap_withhold_auth;
	net->tap_ctx = &w;
	peers_configure_both(net);
	peers_run(net, 400);
	peers_restart(net, B, &b);
	peers_must_be_quiet(net, 9500);
	assert_int_equal(peers_logged(net, " error "), 0);
	peers_run(net, 60000);
	peers_must_be_quiet(net, 1);
	assert_int_equal(w.inits, 2);
	peers_free(net);
}

/* ------------------------------------------------- what an answer is judged by */

/*
 * The policy changes while A waits for an answer, which is good by what A has offered.  What
 * comes of it is rekeyed by the new policy.
 */
static void check_offer(uint8_t exchange)
{
	struct awaited awaited = { .exchange = exchange };
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_new(13);

	peers_configure(net, B, &b);
	net->tap = tap_await;
	net->tap_ctx = &awaited;
	peers_configure(net, A, &a);
	if (exchange == CREATE_CHILD) {
		peers_must_be_quiet(net, 1000);
		peers_run(net, 20000);
		ike_core_clear_ipsec(net->peer[A].core, net->now, NULL);
		peers_settle(net, A);
	}
	assert_true(peers_until(net, request_seen, 1000));
	a.esp = peers_props(PROP_ESP, "aes-128-gcm", NULL, "group19");
	peers_configure(net, A, &a);
	assert_true(peers_until(net, peers_all_flow, 100));
	peers_run(net, 1000);
	peers_must_be_quiet(net, 8000);
	assert_int_equal(peers_child(net, A, "net")->counts.failures, 0);
	assert_int_equal(peers_child(net, A, "net")->counts.rekeys, 1);
	assert_string_equal(peers_child(net, A, "net")->proposal, "AES_GCM_16-128/ECP_256");
	peers_free(net);
}

static void test_offer(void **state)
{
	(void)state;
	check_offer(IKE_AUTH);
	check_offer(CREATE_CHILD);
}

/* The same of the IKE SA, with a policy that changes as a whole under a living gateway. */
static void check_ike_offer(uint8_t exchange)
{
	struct awaited awaited = { .exchange = exchange };
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_new(14);
	struct prop_list *list;

	a.ike_life = 100;
	peers_configure(net, B, &b);
	net->tap_ctx = &awaited;
	if (exchange != CREATE_CHILD)
		net->tap = tap_await;
	peers_configure(net, A, &a);
	if (exchange == CREATE_CHILD)
		peers_past_early(net);
	net->tap = tap_await;
	assert_true(peers_until(net, request_seen, 100000));
	list = &net->peer[A].core->box->policy->gateways[0].ike;
	*list = peers_props(PROP_IKE, "aes-128-gcm", "sha512", "group19");
	peers_run(net, 1000);
	assert_int_equal(peers_logged(net, "IKE SA is rekeyed"), exchange == CREATE_CHILD ? 2 : 0);
	assert_int_equal(peers_logged(net, "warning"), 0);
	peers_must_be_quiet(net, 10000);
	peers_free(net);
}

static void test_ike_offer(void **state)
{
	(void)state;
	check_ike_offer(IKE_SA_INIT);
	check_ike_offer(CREATE_CHILD);
}

/* --------------------------------------------------------- a peer that puts us off */

/* Counts A's requests for SAs. */
static bool tap_count_creates(struct peers *net, int from, uint8_t *data, size_t n)
{
	unsigned int *creates = net->tap_ctx;

	*creates += from == A && n >= 28 && data[EXCHANGE_AT] == CREATE_CHILD &&
		    !is_response(data);
	return true;
}

/* B believes that a request of its own is under way, and will do so for ever. */
static void lose_step(struct peers *net, enum task_kind kind)
{
	struct ike_sa *ike = gateway_of(net, B)->ike;

	assert_null(ike->ex.current);
	ike->ex.current = task_new(kind);
}

/* TEMPORARY_FAILURE for ever: asked less and less often, and minutes later all anew. */
static void test_put_off(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	unsigned int creates = 0;
	struct peers *net = peers_up(11, &a, &b);

	(void)state;
	peers_run(net, 20000);
	lose_step(net, TASK_IKE_REKEY);
	net->tap = tap_count_creates;
	net->tap_ctx = &creates;
	ike_core_clear_ipsec(net->peer[A].core, net->now, NULL);
	peers_settle(net, A);
	peers_run(net, 170000);
	assert_in_range(creates, 4, 9);
	assert_int_equal(peers_logged(net, "(TEMPORARY_FAILURE)"), 0);
	assert_true(peers_until(net, peers_all_flow, 80000));
	assert_int_equal(peers_logged(net, "(TEMPORARY_FAILURE)"), 1);
	peers_must_be_quiet(net, 60000);
	peers_free(net);
}

/* Likewise where it is a rekey, of a child or of the IKE SA, that B puts off. */
static void check_put_off(bool of_ike)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net;

	if (of_ike)
		a.ike_life = 1000;
	else
		a.child_life = 1000;
	net = peers_up(12, &a, &b);
	lose_step(net, of_ike ? TASK_CHILD_NEW : TASK_IKE_REKEY);
	net->watch = true;
	peers_run(net, 780000);
	assert_int_equal(peers_logged(net, "(TEMPORARY_FAILURE)"), 0);
	/* Before its life is over. */
	peers_run(net, 219000);
	assert_int_equal(peers_logged(net, "(TEMPORARY_FAILURE)"), 1);
	peers_must_be_quiet(net, 60000);
	peers_free(net);
}

static void test_put_off_rekeys(void **state)
{
	(void)state;
	check_put_off(false);
	check_put_off(true);
}

/* -------------------------------------------------- two gateways, one pair of identities */

/* A's policy with a second gateway for the second proxy-ID, which B has with the first. */
static void configure_twins(struct peers *net, const struct site *a)
{
	struct site second = *a;
	struct policy *other;

	second.proxies[0] = (struct site_proxy){ "two", "10.3.0.0/16", "10.4.0.0/16" };
	other = peers_policy(&second);
	snprintf(other->gateways[0].name, sizeof(other->gateways[0].name), "twin");
	snprintf(other->gateways[0].tunnels[0].name, sizeof(other->gateways[0].tunnels[0].name),
		 "more");
	snprintf(other->gateways[0].tunnels[0].ifname, sizeof(other->gateways[0].tunnels[0].ifname),
		 "tunnel2");
	peers_configure_policy(net, A, peers_policy_join(peers_policy(a), other));
}

/* Neither ends what the other has when it begins. */
static void test_twins(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net = peers_new(17);

	(void)state;
	b.n_proxies = 2;
	b.proxies[1] = (struct site_proxy){ "two", "10.4.0.0/16", "10.3.0.0/16" };
	peers_configure(net, B, &b);
	peers_configure(net, A, &a);
	peers_run(net, 20000);
	assert_int_equal(peers_ikes(net, B), 1);
	configure_twins(net, &a);
	peers_run(net, 20000);
	assert_int_equal(peers_ikes(net, A), 2);
	assert_int_equal(peers_ikes(net, B), 2);
	assert_int_equal(peers_logged(net, "peer started anew"), 0);
	peers_free(net);
}

/*
 * A loses the link and declares B dead, which does not look for A.  When the link is back,
 * B is told that what it has of A is of no use any more.
 */
static void test_contact_after_loss(void **state)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct peers *net;

	(void)state;
	a.liveness = 10;
	b.liveness = 0;
	net = peers_up(13, &a, &b);
	for (unsigned int i = 0; i < 3; i++) {
		net->peer[A].cut = true;
		peers_run(net, 120000);
		assert_int_equal(peers_ikes(net, A), 0);
		net->peer[A].cut = false;
		peers_must_be_quiet(net, 60000);
		assert_int_equal(peers_ikes(net, B), 1);
	}
	assert_int_equal(peers_logged(net, "peer started anew: its old IKE SA is deleted"), 3);
	peers_free(net);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answer_after_rekey),
		cmocka_unit_test(test_replayed_life),
		cmocka_unit_test(test_no_key_pair),
		cmocka_unit_test(test_no_key_pair_ike),
		cmocka_unit_test(test_delete_of_dead),
		cmocka_unit_test(test_delete_blocks_nothing),
		cmocka_unit_test(test_delete_no_tie),
		cmocka_unit_test(test_delete_by_passive),
		cmocka_unit_test(test_delete_amid_rekey),
		cmocka_unit_test(test_delete_waits),
		cmocka_unit_test(test_tie_winner_lost),
		cmocka_unit_test(test_slow_auth),
		cmocka_unit_test(test_late_answer),
		cmocka_unit_test(test_auth_unanswered),
		cmocka_unit_test(test_restart_before_auth),
		cmocka_unit_test(test_offer),
		cmocka_unit_test(test_ike_offer),
		cmocka_unit_test(test_put_off),
		cmocka_unit_test(test_put_off_rekeys),
		cmocka_unit_test(test_twins),
		cmocka_unit_test(test_contact_after_loss),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
