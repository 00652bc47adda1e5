// SPDX-License-Identifier: GPL-2.0-or-later
/* The daemon's part of the tunnel monitor: what the kernel is given, what is told and done. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "base/log.h"
#include "kern/kern_fake.h"
#include "loop/manual.h"
#include "loop/monitors.h"
#include "tests/conf_lines.h"
#include "tests/peers.h"

#define GATEWAY	"set network ike gateway g peer-address ip 192.0.2.9\n" \
		"set network ike gateway g authentication pre-shared-key key " \
		"\"a key of more than twenty octets\"\n"
#define AUTO(t, dev) \
	"set network tunnel ipsec " t " tunnel-interface " dev " auto-key ike-gateway g\n"
#define MONITOR(t) \
	"set network tunnel ipsec " t " tunnel-monitor enable yes\n" \
	"set network tunnel ipsec " t " tunnel-monitor destination-ip [ 10.2.0.1 10.2.0.2 ]\n"
#define MANUAL \
	"set network tunnel ipsec m tunnel-interface tunnel3\n" \
	"set network tunnel ipsec m manual-key local-address ip 198.51.100.1\n" \
	"set network tunnel ipsec m manual-key peer-address ip 192.0.2.9\n" \
	"set network tunnel ipsec m manual-key local-spi 00001001 remote-spi 00001002\n" \
	"set network tunnel ipsec m manual-key ah sha1 key " \
	"00112233-44556677-8899aabb-ccddeeff-00112233\n"

static char told[4096];

static struct policy *policy_of(const char *lines)
{
	struct policy *policy = conf_lines(lines, NULL);

	if (!policy)
		print_error("%s", conf_said);
	assert_non_null(policy);
	return policy;
}

/* As the daemon does for each tunnel of its configuration. */
static void prepare(struct kern *kern, const struct policy_tunnel *tunnel)
{
	assert_int_equal(kern->ops->tunnel_ensure(kern, tunnel), 0);
	assert_int_equal(kern->ops->proxy_sync(kern, tunnel), 0);
	assert_int_equal(kern->ops->monitor_sync(kern, tunnel), 0);
}

/* A reload; the kernel was told so often since it began. */
static void reload(struct kern *kern, const struct policy *before, const struct policy *policy,
		   unsigned int sets, unsigned int dels)
{
	struct policy_walk walk = { 0 };

	monitors_retire(kern, before, policy);
	while (policy_next(&walk, policy))
		prepare(kern, walk.tunnel);
	assert_int_equal(kern_fake_monitor_sets(kern), sets);
	assert_int_equal(kern_fake_monitor_dels(kern), dels);
}

static struct kern *kernel(void)
{
	const struct kern_events events = { 0 };
	struct kern *kern = kern_fake_open(&events);

	assert_non_null(kern);
	return kern;
}

static void done_with(struct kern *kern)
{
	if (kern_fake_fault(kern))
		fail_msg("%s", kern_fake_fault(kern));
	kern->ops->close(kern);
}

/* --------------------------------------------------------- what is to be probed */

static void test_diff(void **state)
{
	struct policy *a = policy_of(GATEWAY AUTO("t", "tunnel1") MONITOR("t")
				     AUTO("u", "tunnel2") MONITOR("u"));
	struct policy *b = policy_of(GATEWAY AUTO("t", "tunnel1") AUTO("u", "tunnel2")
				     MONITOR("u") "set network profiles monitor-profile default "
				     "action fail-over\n");
	struct policy *c = policy_of(GATEWAY AUTO("u", "tunnel2"));
	struct kern *kern = kernel();

	(void)state;
	reload(kern, NULL, a, 4, 0);
	/* What is the same is not touched. */
	reload(kern, a, a, 4, 0);
	/* One has none any more, the other goes by another profile. */
	reload(kern, a, b, 6, 2);
	assert_int_equal(kern_fake_monitor(kern, "tunnel1")->n, 0);
	assert_int_equal(kern_fake_monitor(kern, "tunnel2")->action, POLICY_FAIL_OVER);
	reload(kern, b, c, 6, 4);
	done_with(kern);
	policy_free(a);
	policy_free(b);
	policy_free(c);
}

/* Tunnels that are gone from the file, at once or when the next daemon reads it. */
static void test_retire(void **state)
{
	struct policy *both = policy_of(GATEWAY AUTO("t", "tunnel1") MONITOR("t") MANUAL
					MONITOR("m"));
	struct policy *none = policy_of("");
	struct manual *manual = manual_new();
	struct kern *kern = kernel();

	(void)state;
	reload(kern, NULL, both, 4, 0);
	reload(kern, both, none, 4, 4);

	/* By another daemon: what has SAs of a former one was its own. */
	reload(kern, none, both, 8, 4);
	manual_sync(manual, kern, 0, both);
	manual_free(manual);
	reload(kern, NULL, none, 8, 6);
	assert_int_equal(kern_fake_monitor(kern, "tunnel3")->n, 0);
	assert_int_equal(kern_fake_monitor(kern, "tunnel1")->n, 2);
	done_with(kern);
	policy_free(both);
	policy_free(none);
}

/* --------------------------------------------------------------- what is told */

static void on_event(void *ctx, const struct ike_event *event)
{
	size_t n = strlen(told);

	(void)ctx;
	snprintf(told + n, sizeof(told) - n, "%s %s/%s: %s\n", event->kind,
		 *event->gateway ? event->gateway : "-", event->tunnel, event->text);
}

/* A pair of peers with a monitor at A, and what the daemon there knows. */
struct scene {
	struct peers *net;
	struct policy *policy;
	struct monitors *monitors;
};

/* The scene on show, for the callbacks. */
static struct scene shown;
static const struct policy *shown_policy;
static bool answers = true;		/* the core does at once */

static void on_lost(void *ctx, const char *ifname)
{
	struct peer *a = &shown.net->peer[A];
	unsigned int renewed = ike_core_path_lost(a->core, shown.net->now, ifname);

	(void)ctx;
	if (answers)
		monitors_renewed(shown.monitors, a->kern, shown_policy, ifname, renewed);
}

static void on_back(void *ctx, const char *ifname)
{
	(void)ctx;
	ike_core_path_back(shown.net->peer[A].core, shown.net->now, ifname);
}

static const struct monitors_ops ops = { .tell = on_event, .lost = on_lost, .back = on_back };

static struct scene scene(enum policy_action action, bool connected)
{
	struct site a = peers_site(A), b = peers_site(B);
	struct scene s = { .net = peers_new(1) };

	a.probed = "10.2.0.1";
	a.action = action;
	s.policy = peers_policy(&a);
	s.monitors = monitors_new(&ops);
	assert_non_null(s.monitors);
	shown = s;
	s.net->peer[B].cut = !connected;
	peers_configure(s.net, B, &b);
	peers_configure(s.net, A, &a);
	if (connected)
		assert_true(peers_until(s.net, peers_quiet, 60000));
	peers_run(s.net, 5000);
	told[0] = '\0';
	return s;
}

static void end(struct scene *s)
{
	monitors_free(s->monitors);
	policy_free(s->policy);
	peers_free(s->net);
}

/* What the kernel reports of the path of @ifname, to a daemon with @policy. */
static void report(struct scene *s, const struct policy *policy, const char *ifname,
		   enum kern_path path, const char *why)
{
	shown_policy = policy;
	monitors_path(s->monitors, policy, ifname, path, why);
}

static void unsent(struct scene *s, enum kern_path path, const char *why)
{
	report(s, s->policy, PEERS_IFNAME, path, why);
	peers_settle(s->net, A);
}

static void path(struct scene *s, enum kern_path path)
{
	unsent(s, path, "");
}

static void says(const char *text)
{
	assert_string_equal(told, text);
	told[0] = '\0';
}

static void test_fail_over(void **state)
{
	struct scene s = scene(POLICY_FAIL_OVER, true);

	(void)state;
	path(&s, KERN_PATH_UP);
	says("tunnel-status-up hq/lan: Tunnel lan is up: probes are answered by 10.2.0.1; tunnel1 "
	     "has its carrier\n");
	path(&s, KERN_PATH_UP);
	says("");
	path(&s, KERN_PATH_DOWN);
	says("tunnel-status-down hq/lan: Tunnel lan is down: no answer from 10.2.0.1 to 5 probes "
	     "in a row; fail-over: the carrier of tunnel1 is taken away and probing goes on; new "
	     "keys are negotiated for 1 of its proxy-IDs\n");
	assert_int_equal(peers_logged(s.net, "warning tunnel lan: tunnel-status-down: Tunnel lan "
				      "is down"), 1);
	peers_run(s.net, 2000);
	assert_int_equal(kern_fake_added(s.net->peer[A].kern), 4);
	path(&s, KERN_PATH_UP);
	assert_int_equal(peers_logged(s.net, "info tunnel lan: tunnel-status-up: Tunnel lan is "
				      "up"), 2);
	end(&s);
}

static void test_wait_recover(void **state)
{
	struct scene s = scene(POLICY_WAIT_RECOVER, true);

	(void)state;
	path(&s, KERN_PATH_DOWN);
	says("tunnel-status-down hq/lan: Tunnel lan is down: no answer from 10.2.0.1 to 5 probes "
	     "in a row; wait-recover: tunnel1 stays up; new keys are negotiated for 1 of its "
	     "proxy-IDs\n");
	path(&s, KERN_PATH_UP);
	says("tunnel-status-up hq/lan: Tunnel lan is up: probes are answered by 10.2.0.1\n");
	/* The monitor is taken away while the path is lost: no more is done, or said. */
	path(&s, KERN_PATH_DOWN);
	told[0] = '\0';
	path(&s, KERN_PATH_UNKNOWN);
	says("");
	peers_run(s.net, 3600000);
	assert_int_equal(peers_logged(s.net, "path of tunnel1 is lost"), 0);
	end(&s);
}

static void test_without_sa(void **state)
{
	struct scene s = scene(POLICY_WAIT_RECOVER, false);

	(void)state;
	unsent(&s, KERN_PATH_DOWN, KERN_NO_SA);
	says("tunnel-status-down hq/lan: Tunnel lan is down: no answer from 10.2.0.1 to 5 probes "
	     "in a row, which could not be sent: no SA; wait-recover: tunnel1 stays up; "
	     "no SA stands that a new one could replace\n");
	end(&s);
}

/* A mistake of this host is told once, and no reason for new keys. */
static void test_mistake(void **state)
{
	struct scene s = scene(POLICY_FAIL_OVER, true);
	static const char no_address[] = "there is no address", no_proxy[] = "no proxy-ID";
	unsigned int added;

	(void)state;
	peers_past_early(s.net);
	added = kern_fake_added(s.net->peer[A].kern);
	unsent(&s, KERN_PATH_UNKNOWN, no_address);
	says("tunnel-monitor-unsent hq/lan: Tunnel lan cannot probe 10.2.0.1: there is no address; "
	     "nothing is known of the path by that, and the carrier of tunnel1 follows its SAs\n");
	assert_int_equal(peers_logged(s.net, "warning tunnel lan: tunnel-monitor-unsent: Tunnel "
				      "lan cannot probe"), 1);
	unsent(&s, KERN_PATH_UNKNOWN, no_address);
	says("");
	/* Nor is it one that there is no SA yet. */
	unsent(&s, KERN_PATH_UNKNOWN, KERN_NO_SA);
	says("");
	unsent(&s, KERN_PATH_UNKNOWN, no_proxy);
	assert_non_null(strstr(told, "no proxy-ID; "));
	peers_run(s.net, 600000);
	assert_int_equal(kern_fake_added(s.net->peer[A].kern), added);
	told[0] = '\0';
	path(&s, KERN_PATH_UP);
	says("tunnel-status-up hq/lan: Tunnel lan is up: probes are answered by 10.2.0.1; tunnel1 "
	     "has its carrier\n");
	/* It comes back, after the path was lost: no more new keys. */
	path(&s, KERN_PATH_DOWN);
	told[0] = '\0';
	unsent(&s, KERN_PATH_UNKNOWN, no_proxy);
	assert_non_null(strstr(told, "cannot probe 10.2.0.1: no proxy-ID; "));
	peers_run(s.net, 600000);
	assert_int_equal(peers_logged(s.net, "path of tunnel1 is lost"), 0);
	end(&s);
}

/* ESP that went out and never came in, while IKE is answered. */
static void test_blocked(void **state)
{
	static const char blocked[] = "; IKE is answered, but nothing has come in by these SAs: "
				      "something between the gateways seems to block ";
	struct scene s = scene(POLICY_WAIT_RECOVER, true);
	struct kern *kern = s.net->peer[A].kern;

	(void)state;
	/* Nothing went out: who knows. */
	path(&s, KERN_PATH_DOWN);
	assert_null(strstr(told, "block"));
	path(&s, KERN_PATH_UP);
	told[0] = '\0';
	kern_fake_carried(kern, false, 5);
	path(&s, KERN_PATH_DOWN);
	assert_non_null(strstr(told, blocked));
	assert_non_null(strstr(told, "IP protocol 50 (ESP)\n"));
	path(&s, KERN_PATH_UP);
	told[0] = '\0';
	/* It has worked before: something else is broken. */
	kern_fake_carried(kern, true, 1);
	path(&s, KERN_PATH_DOWN);
	assert_null(strstr(told, "block"));
	end(&s);
}

static void test_manual(void **state)
{
	struct scene s = scene(POLICY_WAIT_RECOVER, true);
	struct policy *policy = policy_of(MANUAL MONITOR("m"));

	(void)state;
	report(&s, policy, "tunnel3", KERN_PATH_DOWN, "");
	says("tunnel-status-down -/m: Tunnel m is down: no answer from 10.2.0.1, 10.2.0.2 to 5 "
	     "probes in a row; wait-recover: tunnel3 stays up; its keys are given by hand, there "
	     "is nothing to negotiate\n");
	/* Somebody else's. */
	report(&s, policy, "tunnel9", KERN_PATH_DOWN, "");
	says("");
	policy_free(policy);
	end(&s);
}

/* Events were lost, or a daemon begins while probes run: the kernel knows. */
static void test_read(void **state)
{
	struct scene s = scene(POLICY_FAIL_OVER, true);
	struct peer *a = &s.net->peer[A];

	(void)state;
	shown_policy = s.policy;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(kern_fake_path(a->kern, PEERS_IFNAME, false, true), 0);
		assert_int_equal(monitors_read(s.monitors, a->kern, s.policy), 0);
		assert_int_equal(strlen(told) > 0, !i);
		told[0] = '\0';
	}
	assert_int_equal(kern_fake_path(a->kern, PEERS_IFNAME, true, true), 0);
	assert_int_equal(monitors_read(s.monitors, a->kern, s.policy), 0);
	assert_non_null(strstr(told, "tunnel-status-up"));
	end(&s);
}

/* The core is in another process: it answers later, when the path may be back, or not at all. */
static void test_answers_later(void **state)
{
	struct scene s = scene(POLICY_WAIT_RECOVER, true);
	struct kern *kern = s.net->peer[A].kern;

	(void)state;
	answers = false;
	path(&s, KERN_PATH_DOWN);
	says("");
	monitors_renewed(s.monitors, kern, s.policy, PEERS_IFNAME, 1);
	assert_non_null(strstr(told, "new keys are negotiated for 1 of its proxy-IDs\n"));
	told[0] = '\0';
	/* Started anew, it is told again; observers are not. */
	monitors_tell_ike(s.monitors);
	monitors_renewed(s.monitors, kern, s.policy, PEERS_IFNAME, 1);
	says("");
	path(&s, KERN_PATH_UP);
	assert_non_null(strstr(told, "tunnel-status-up"));
	told[0] = '\0';
	path(&s, KERN_PATH_DOWN);
	path(&s, KERN_PATH_UP);
	monitors_renewed(s.monitors, kern, s.policy, PEERS_IFNAME, 1);
	says("");
	answers = true;
	end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_diff),
		cmocka_unit_test(test_retire),
		cmocka_unit_test(test_fail_over),
		cmocka_unit_test(test_wait_recover),
		cmocka_unit_test(test_without_sa),
		cmocka_unit_test(test_mistake),
		cmocka_unit_test(test_blocked),
		cmocka_unit_test(test_manual),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_answers_later),
	};

	return cmocka_run_group_tests_name("monitors", tests, NULL, NULL);
}
