// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `ike` is whoever has taken it over: it asks the parent for all that is not its, and gets none
 * of it, while the parent goes on.  The kernel is in memory, and notes what must never get there.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"
#include "kern/kern_fake.h"
#include "loop/manual.h"
#include "loop/tunnels.h"
#include "msg/basic.h"
#include "talk/policy_msg.h"
#include "talk/sa_msg.h"
#include "tests/ctl_stage.h"
#include "tests/parent_stage.h"
#include "tests/peers_site.h"
#include "tests/raw_msg.h"
#include "tests/two_tunnels.h"

#define ROUNDS	50		/* of the loop, in which it answers at the control socket */
#define FLOOD	20000		/* messages */
#define SPI	0x1001

#define PADDED	"set network tunnel ipsec t tfc-padding 1200\n"
#define MONITORED \
	"set network tunnel ipsec m tunnel-monitor enable yes\n" \
	"set network tunnel ipsec m tunnel-monitor destination-ip 10.2.0.1\n"
#define LINES	TUNNEL_OF_IKE WITH_AES_256_GCM PADDED TUNNEL_BY_HAND MONITORED

static struct parent_fake *parent;
static struct chan *ike;
static int raw;			/* the same end, for what the channel would not send */
static struct msg_sa_result result;
static unsigned int results, logged;
static char last[512];		/* line of the log */

static void took(void *ctx, enum msg_type type, struct bytes body, int fd)
{
	(void)ctx;
	assert_int_equal(fd, -1);
	if (type != MSG_SA_RESULT)
		return;
	memcpy(&result, body.p, sizeof(result));
	results++;
}

#include "tests/each_type.h"

static void count_line(void *ctx, enum log_level level, const char *subject, const char *text)
{
	(void)ctx;
	(void)level;
	(void)subject;
	logged++;
	snprintf(last, sizeof(last), "%s", text);
}

static void rounds(void)
{
	parent_stage_rounds(parent);
}

/* --- the stage --- */

/* Another `ike`, for which the configuration is in force. */
static void meet_ike(void)
{
	int end = parent_fake_ike(parent);

	if (raw >= 0)
		close(raw);
	raw = dup(end);
	parent_stage_meet(parent, &ike, MSG_IKE, end, each_type);
	parent_stage_take_policy(parent, ike);
}

static int set_up(void **state)
{
	(void)state;
	raw = -1;
	results = 0;
	parent_stage_configure(LINES);
	parent = parent_stage_begin();
	meet_ike();
	/* Those with manual keys. */
	assert_int_equal(kern_fake_count(parent->d.kern, true, NULL), 1);
	assert_int_equal(kern_fake_count(parent->d.kern, false, NULL), 1);
	return 0;
}

static int tear_down(void **state)
{
	const char *fault = kern_fake_fault(parent->d.kern);
	char text[KERN_FAKE_FAULT];

	(void)state;
	snprintf(text, sizeof(text), "%s", fault ? fault : "");
	chan_free(ike);
	ike = NULL;
	close(raw);
	parent_stage_end(parent);
	assert_string_equal(text, "");
	return 0;
}

/* --- what it may have --- */

static struct msg_sa own(bool inbound)
{
	const struct policy_tunnel *tunnel = policy_tunnel_on(parent->d.policy, "tunnel1", NULL);
	struct ike_sa_spec sa = {
		.token = 77, .inbound = inbound, .spi = SPI + !inbound, .ifname = "tunnel1",
		.proxy = "lan", .encr = alg_encr_by_conf("aes-256-gcm"),
		.ts = tunnel->proxies[0].ts, .replay_window = tunnel->replay_window,
		.hard_seconds = tunnel->life_seconds, .hard_bytes = tunnel->life_bytes,
	};
	struct msg_sa msg;

	sa.encr_key_n = (uint8_t)sa.encr->key_n;
	sa.salt_n = (uint8_t)sa.encr->salt_n;
	memset(sa.encr_key, 0x5a, sa.encr_key_n);
	sa.local.addr = site_address("192.0.2.1");
	sa.remote.addr = site_address("192.0.2.9");
	sa_msg_pack(&sa, MSG_SA_ADD, &msg);
	return msg;
}

static void wish(const struct msg_sa *sa)
{
	chan_send(ike, MSG_SA, sa, sizeof(*sa));
	rounds();
}

/* How many SAs stand beside those with manual keys. */
static void assert_stand(unsigned int in, unsigned int out)
{
	assert_int_equal(kern_fake_count(parent->d.kern, true, NULL), in + 1);
	assert_int_equal(kern_fake_count(parent->d.kern, false, NULL), out + 1);
}

static void get_own(void)
{
	for (int inbound = 1; inbound >= 0; inbound--) {
		struct msg_sa sa = own(inbound);

		wish(&sa);
		assert_int_equal(result.error, 0);
	}
	assert_stand(1, 1);
}

/* --- what it must not have --- */

static void other_tunnel(struct msg_sa *sa)
{
	snprintf(sa->ifname, sizeof(sa->ifname), "tunnel9");
}

static void manual_tunnel(struct msg_sa *sa)
{
	snprintf(sa->ifname, sizeof(sa->ifname), "tunnel2");
}

static void other_link(struct msg_sa *sa)
{
	snprintf(sa->ifname, sizeof(sa->ifname), "eth0");
}

static void other_proxy(struct msg_sa *sa)
{
	snprintf(sa->proxy, sizeof(sa->proxy), "wan");
}

static void weak(struct msg_sa *sa)
{
	struct ike_sa_spec spec;
	struct msg_sa packed;

	sa_msg_unpack(sa, &spec);
	spec.encr = alg_encr_by_conf("aes-128-gcm");
	spec.encr_key_n = (uint8_t)spec.encr->key_n;
	sa_msg_pack(&spec, MSG_SA_ADD, &packed);
	*sa = packed;
}

static void reserved_spi(struct msg_sa *sa)
{
	sa->spi = 255;
}

static void manual_cookie(struct msg_sa *sa)
{
	sa->token |= MANUAL_COOKIE;
}

static void no_cookie(struct msg_sa *sa)
{
	sa->token = 0;
}

static void wider(struct msg_sa *sa)
{
	memset(sa->ts.local.ts[0].first.b, 0, 4);
	memset(sa->ts.local.ts[0].last.b, 255, 4);
}

static void other_peer(struct msg_sa *sa)
{
	sa->remote.addr = site_address("198.51.100.66");
}

static void other_address(struct msg_sa *sa)
{
	sa->local.addr = site_address("192.0.2.77");
}

static void other_mode(struct msg_sa *sa)
{
	sa->transport = 1;
}

static void for_ever(struct msg_sa *sa)
{
	sa->hard_seconds = 0;
}

static void no_replay_window(struct msg_sa *sa)
{
	sa->replay_window = 0;
}

static void (*const alterations[])(struct msg_sa *sa) = {
	other_tunnel, manual_tunnel, other_link, other_proxy, weak, reserved_spi, manual_cookie,
	no_cookie, wider, other_peer, other_address, other_mode, for_ever, no_replay_window,
};

/* Each is refused, and what is right is had, once. */
static void test_refused(void **state)
{
	struct msg_sa sa;

	(void)state;
	for (size_t i = 0; i < sizeof(alterations) / sizeof(*alterations); i++) {
		for (int inbound = 0; inbound <= 1; inbound++) {
			unsigned int before = results;

			sa = own(inbound);
			alterations[i](&sa);
			wish(&sa);
			assert_int_equal(results, before + 1);
			if (result.error != -EACCES)
				fail_msg("alteration %zu: %d", i, result.error);
			assert_stand(0, 0);
		}
	}
	get_own();
	sa = own(true);
	wish(&sa);
	assert_int_equal(result.error, -EACCES);
	assert_stand(1, 1);
	assert_null(parent->ike_gone);
}

static void keep_manual(void *ctx, const struct kern_sa *sa)
{
	struct kern_sa *manual = ctx;

	manual[sa->inbound] = *sa;
}

static void name_after(struct msg_sa *sa, const struct kern_sa *other)
{
	snprintf(sa->ifname, sizeof(sa->ifname), "%s", other->ifname);
	snprintf(sa->proxy, sizeof(sa->proxy), "%s", other->proxy);
	sa->token = other->cookie;
	sa->spi = other->spi;
}

/* SAs that it did not make stand as they were, whatever it says of them. */
static void test_others(void **state)
{
	const struct addr peer = site_address("192.0.2.9");
	struct kern_sa manual[2];
	unsigned int before;

	(void)state;
	parent->d.kern->ops->sa_each(parent->d.kern, keep_manual, manual);
	get_own();
	/* Those of the `ike` before are not this one's. */
	meet_ike();
	before = results;
	for (enum msg_wish what = MSG_SA_ACTIVATE; what <= MSG_SA_ASK; what++) {
		for (unsigned int which = 0; which < 6; which++) {
			struct msg_sa sa = own(which & 1);

			if (which < 2)
				name_after(&sa, &manual[which]);
			else if (which < 4)
				sa.token = 0x123456789;
			sa.wish = what;
			sa.new_local = sa.local;
			sa.new_remote.addr = site_address("198.51.100.66");
			wish(&sa);
			assert_stand(1, 1);
			assert_true(addr_equal(&kern_fake_in(parent->d.kern, SPI)->remote.addr,
					       &peer));
		}
	}
	assert_int_equal(results, before);
	assert_null(parent->ike_gone);
}

static struct addr remote_of_own(void)
{
	return kern_fake_out(parent->d.kern, "tunnel1", "lan")->remote.addr;
}

/* Packets do not go to just anybody: an SA in UDP follows its peer's NAT, others stay. */
static void test_moves(void **state)
{
	const struct addr peer = site_address("192.0.2.9"), nat = site_address("203.0.113.7");
	struct msg_sa sa;
	struct addr now;

	(void)state;
	get_own();
	sa = own(false);
	sa.wish = MSG_SA_MOVE;
	sa.new_local = sa.local;
	sa.new_remote.addr = nat;
	wish(&sa);
	/* Nor by saying that it is in UDP. */
	sa.udp_encap = 1;
	wish(&sa);
	now = remote_of_own();
	assert_true(addr_equal(&now, &peer));

	for (int inbound = 1; inbound >= 0; inbound--) {
		sa = own(inbound);
		sa.token++;
		sa.spi += 10;
		sa.udp_encap = 1;
		sa.local.port = IKE_NATT_PORT;
		sa.remote.port = IKE_NATT_PORT;
		wish(&sa);
		assert_int_equal(result.error, 0);
	}
	sa.wish = MSG_SA_MOVE;
	sa.new_local = sa.local;
	sa.new_remote = sa.remote;
	sa.new_local.addr = site_address("192.0.2.77");
	sa.new_remote.addr = nat;
	wish(&sa);
	now = remote_of_own();
	assert_true(addr_equal(&now, &peer));
	sa.new_local = sa.local;
	wish(&sa);
	now = remote_of_own();
	assert_true(addr_equal(&now, &nat));
}

static unsigned int padding(void)
{
	return kern_fake_outer(parent->d.kern, "tunnel1")->tfc;
}

/* A peer that refuses padding gets none, by a reload either, until it takes it again. */
static void test_padding(void **state)
{
	struct msg_sa sa = own(true);

	(void)state;
	assert_int_equal(padding(), 1200);
	wish(&sa);
	sa = own(false);
	sa.tfc_refused = 1;
	wish(&sa);
	assert_int_equal(result.error, 0);
	assert_int_equal(padding(), 0);
	tunnels_prepare_all(&parent->d, parent->d.policy);
	assert_int_equal(padding(), 0);
	for (int inbound = 1; inbound >= 0; inbound--) {
		sa = own(inbound);
		sa.token++;
		sa.spi += 2;
		wish(&sa);
	}
	assert_int_equal(result.error, 0);
	assert_int_equal(padding(), 1200);
}

/* Packets that wait at a proxy-ID which is not its are not given up. */
static void test_proxy_fail(void **state)
{
	static const struct msg_place places[] = {
		{ "tunnel2", "default" }, { "tunnel1", "wan" }, { "tunnel9", "lan" }, { "", "" },
	};
	const struct msg_place good = { "tunnel1", "lan" };

	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		chan_send(ike, MSG_PROXY_FAIL, &places[i], sizeof(places[i]));
		rounds();
		assert_null(kern_fake_fault(parent->d.kern));
		assert_int_equal(kern_fake_failed(parent->d.kern), 0);
	}
	chan_send(ike, MSG_PROXY_FAIL, &good, sizeof(good));
	rounds();
	assert_int_equal(kern_fake_failed(parent->d.kern), 1);
}

static void say_renewed(const char *ifname)
{
	struct msg_renewed renewed = { .count = 0 };

	snprintf(renewed.ifname, sizeof(renewed.ifname), "%s", ifname);
	chan_send(ike, MSG_RENEWED, &renewed, sizeof(renewed));
	rounds();
	assert_null(parent->ike_gone);
}

/* A path that was lost is told once `ike` has answered, and once: also where it has no keys. */
static void test_renewed(void **state)
{
	(void)state;
	log_set_sink(count_line, NULL);
	log_set_level(LOG_LEVEL_WARNING);
	logged = 0;
	assert_int_equal(kern_fake_path(parent->d.kern, "tunnel2", false, false), 0);
	rounds();
	say_renewed("tunnel1");
	say_renewed("tunnel9");
	assert_int_equal(logged, 0);
	say_renewed("tunnel2");
	assert_int_equal(logged, 1);
	assert_non_null(strstr(last, "tunnel-status-down: Tunnel m is down"));
	assert_non_null(strstr(last, "its keys are given by hand"));
	say_renewed("tunnel2");
	assert_int_equal(logged, 1);
	log_set_level(LOG_LEVEL_ERROR);
	log_set_sink(NULL, NULL);
}

/* --- what ends it --- */

static void send_raw(uint32_t type, const void *body, size_t n, int fd)
{
	const struct raw_msg msg = { .type = type, .body = body, .n = n, .fd = fd, .fds = fd >= 0 };

	assert_true(raw_msg_send(raw, &msg) >= 0);
}

/* The parent hears no more of this one, and the next may have what is its. */
static void assert_ended(const char *what)
{
	rounds();
	if (!parent->ike_gone)
		fail_msg("%s: it is still heard", what);
	assert_stand(0, 0);
	meet_ike();
}

/* A length, a direction or a descriptor that no row allows. */
static void test_rules(void **state)
{
	static uint8_t body[MSG_MOST + 1];

	(void)state;
	for (uint32_t type = 0; type < MSG_TYPES + 2; type++) {
		bool may = type < MSG_TYPES && msg_goes(type, MSG_IKE, MSG_PARENT);
		size_t least = may ? msg_rows[type].least : 0;

		if (!may) {
			send_raw(type, body, type < MSG_TYPES ? msg_rows[type].least : 0, -1);
			assert_ended(type < MSG_TYPES ? msg_rows[type].name : "no type");
			continue;
		}
		send_raw(type, body, msg_rows[type].most + 1, -1);
		assert_ended(msg_rows[type].name);
		send_raw(type, body, sizeof(body), -1);
		assert_ended(msg_rows[type].name);
		send_raw(type, body, least, STDERR_FILENO);
		assert_ended(msg_rows[type].name);
		if (!least)
			continue;
		send_raw(type, body, least - 1, -1);
		assert_ended(msg_rows[type].name);
	}
}

/* Bodies of the right length, full of ones: no text ends, no flag is one. */
static void test_nonsense(void **state)
{
	static uint8_t body[MSG_MOST];

	(void)state;
	memset(body, 255, sizeof(body));
	for (enum msg_type type = 0; type < MSG_TYPES; type++) {
		if (!msg_goes(type, MSG_IKE, MSG_PARENT) || !msg_rows[type].least ||
		    type == MSG_REPLY)
			continue;
		send_raw(type, body, msg_rows[type].least, -1);
		assert_ended(msg_rows[type].name);
	}
	/* An answer to nothing that was asked is dropped. */
	send_raw(MSG_REPLY, body, msg_rows[MSG_REPLY].least, -1);
	rounds();
	assert_null(parent->ike_gone);
	get_own();
}

#define FIELD(type, body, field) \
	{ type, #body "." #field, offsetof(struct body, field), \
	  sizeof(((const struct body *)NULL)->field) }

/* Bodies that are right but for one field, which is full of ones. */
static void test_fields(void **state)
{
	static const struct {
		enum msg_type type;
		const char *name;
		size_t at, n;
	} fields[] = {
		FIELD(MSG_PROXY_FAIL, msg_place, ifname),
		FIELD(MSG_PROXY_FAIL, msg_place, proxy),
		FIELD(MSG_RENEWED, msg_renewed, ifname),
		FIELD(MSG_EVENT, ike_event, kind),
		FIELD(MSG_EVENT, ike_event, gateway),
		FIELD(MSG_EVENT, ike_event, tunnel),
		FIELD(MSG_EVENT, ike_event, proxy),
		FIELD(MSG_EVENT, ike_event, text),
		FIELD(MSG_SHOW_IKE, msg_show_ike, info.gateway),
		FIELD(MSG_SHOW_IKE, msg_show_ike, info.state),
		FIELD(MSG_SHOW_IKE, msg_show_ike, info.local_id),
		FIELD(MSG_SHOW_IKE, msg_show_ike, info.remote_id),
		FIELD(MSG_SHOW_IKE, msg_show_ike, info.proposal),
		FIELD(MSG_SHOW_IKE, msg_show_ike, info.ppk),
		FIELD(MSG_SHOW_IKE, msg_show_ike, info.initiator),
		FIELD(MSG_SHOW_IKE, msg_show_ike, info.nat_local),
		FIELD(MSG_SHOW_IKE, msg_show_ike, info.nat_remote),
		FIELD(MSG_SHOW_CHILD, msg_show_child, info.gateway),
		FIELD(MSG_SHOW_CHILD, msg_show_child, info.tunnel),
		FIELD(MSG_SHOW_CHILD, msg_show_child, info.ifname),
		FIELD(MSG_SHOW_CHILD, msg_show_child, info.proxy),
		FIELD(MSG_SHOW_CHILD, msg_show_child, info.state),
		FIELD(MSG_SHOW_CHILD, msg_show_child, info.proposal),
		FIELD(MSG_SHOW_CHILD, msg_show_child, info.ts_local),
		FIELD(MSG_SHOW_CHILD, msg_show_child, info.ts_remote),
		FIELD(MSG_SHOW_CHILD, msg_show_child, info.last_error),
		FIELD(MSG_SHOW_GATEWAY, msg_show_gateway, info.gateway),
		FIELD(MSG_SHOW_GATEWAY, msg_show_gateway, info.state),
		FIELD(MSG_SHOW_GATEWAY, msg_show_gateway, info.fqdn),
		FIELD(MSG_SHOW_GATEWAY, msg_show_gateway, info.last_error),
	};
	static uint8_t body[MSG_MOST];

	(void)state;
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		send_raw(fields[i].type, body, msg_rows[fields[i].type].least, -1);
		rounds();
		assert_null(parent->ike_gone);
		memset(body + fields[i].at, 255, fields[i].n);
		send_raw(fields[i].type, body, msg_rows[fields[i].type].least, -1);
		assert_ended(fields[i].name);
		memset(body + fields[i].at, 0, fields[i].n);
	}
}

static void test_wishes(void **state)
{
	struct msg_sa sa;

	(void)state;
	for (uint32_t what = 0; what <= MSG_SA_ASK + 1; what += MSG_SA_ASK + 1) {
		sa = own(true);
		sa.wish = what;
		wish(&sa);
		assert_ended("wish");
	}
	sa = own(true);
	sa.standby = 2;
	wish(&sa);
	assert_ended("flag");
	sa = own(true);
	sa.encr_key_n--;
	wish(&sa);
	assert_ended("key");
	sa = own(true);
	sa.ts.local.n = TS_MAX + 1;
	wish(&sa);
	assert_ended("selectors");
}

/* --- as fast as it can --- */

/* A process that sends @body over and over. */
static pid_t flood(enum msg_type type, const void *body, size_t n)
{
	const struct raw_msg msg = { .type = type, .body = body, .n = n };
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid)
		return pid;
	/* It has the parent's end, too, and would never see it closed. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* A socket does not block for its other holders either, hence the pauses. */
	for (unsigned int i = 0; i < FLOOD;) {
		if (raw_msg_send(raw, &msg) >= 0)
			i++;
		else if (errno == EAGAIN)
			usleep(100);
		else
			_exit(1);
	}
	_exit(0);
}

/* Somebody is served at the control socket meanwhile. */
static void assert_served(void)
{
	int fd = stage_dial_at(parent->options.ctl);
	char answer[CTL_HEADER + 11];

	stage_ask(fd, "{\"verb\":\"monitor\"}");
	for (int i = 0; i < ROUNDS && recv(fd, answer, sizeof(answer), MSG_PEEK) < 0; i++)
		parent_stage_round(parent);
	assert_int_equal(read(fd, answer, sizeof(answer)), sizeof(answer));
	assert_memory_equal(answer + CTL_HEADER, "{\"ok\":true}", 11);
	close(fd);
}

/* Serves @pid until it has sent all. */
static void serve(pid_t pid)
{
	int status, got;

	assert_served();
	while (!(got = waitpid(pid, &status, WNOHANG)))
		parent_stage_round(parent);
	assert_int_equal(got, pid);
	assert_true(WIFEXITED(status) && !WEXITSTATUS(status));
	rounds();
	assert_null(parent->ike_gone);
	assert_served();
}

static void test_floods(void **state)
{
	struct msg_log line = { .level = LOG_LEVEL_ERROR, .text = "fire" };
	struct ike_event event = { .kind = "child-up" };
	struct msg_sa sa = own(true);

	(void)state;
	other_tunnel(&sa);
	log_set_sink(count_line, NULL);
	logged = 0;
	serve(flood(MSG_SA, &sa, sizeof(sa)));
	/* The same line once a minute. */
	assert_in_range(logged, 1, 10);
	logged = 0;
	serve(flood(MSG_LOG, &line, sizeof(line)));
	assert_in_range(logged, LOG_RELAY_BURST / 2, FLOOD / 2);
	serve(flood(MSG_EVENT, &event, sizeof(event)));
	log_set_sink(NULL, NULL);
	get_own();
}

/* The kernel does not fill up with SAs that each are allowed. */
static void test_many(void **state)
{
	struct msg_sa sa = own(true);
	unsigned int n = 0;

	(void)state;
	for (result.error = 0; !result.error && n < 5000; n++) {
		sa.token++;
		sa.spi++;
		chan_send(ike, MSG_SA, &sa, sizeof(sa));
		parent_stage_round(parent);
		parent_stage_round(parent);
	}
	assert_int_equal(result.error, -EACCES);
	assert_in_range(n, 100, 1000);
}

#define WITH_PARENT(test)	cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_PARENT(test_refused),
		WITH_PARENT(test_others),
		WITH_PARENT(test_moves),
		WITH_PARENT(test_padding),
		WITH_PARENT(test_proxy_fail),
		WITH_PARENT(test_renewed),
		WITH_PARENT(test_rules),
		WITH_PARENT(test_nonsense),
		WITH_PARENT(test_fields),
		WITH_PARENT(test_wishes),
		WITH_PARENT(test_floods),
		WITH_PARENT(test_many),
	};

	log_set_level(LOG_LEVEL_ERROR);
	/* As the daemon does: who has asked for events may be gone when one comes. */
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("captured", tests, parent_stage_open,
					   parent_stage_close);
}
