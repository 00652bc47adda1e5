// SPDX-License-Identifier: GPL-2.0-or-later
/* pantunctl monitor: events of the kernel and of the daemon, as they happen. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "command.h"
#include "ctl_client.h"
#include "nl_parse.h"
#include "nl_relay.h"
#include "out.h"

#define RECONNECT	1000	/* milliseconds between tries to reach the daemon */

struct monitor {
	const struct options *options;
	struct nl_client *kernel;
	bool by_daemon;			/* the kernel's events, too: it does not let us */
	int relay;			/* where these come from; -1: away */
	int daemon;			/* -1: away */
	bool told_away, told_refused;
	uint64_t last_seq[2];		/* of groups events and config; 0: none yet */
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void print_time(double time)
{
	time_t seconds = (time_t)time;
	struct tm tm;
	char text[32];

	localtime_r(&seconds, &tm);
	strftime(text, sizeof(text), "%H:%M:%S", &tm);
	printf("%s.%03d ", text, (int)((time - (double)seconds) * 1000));
}

static const char *kind_name(uint32_t kind)
{
	static const char *const names[] = {
		[PANTUN_EVENT_UNSPEC] = "",
		[PANTUN_EVENT_NEW] = "new",
		[PANTUN_EVENT_DEL] = "del",
		[PANTUN_EVENT_CHANGE] = "change",
		[PANTUN_EVENT_SOFT] = "soft",
		[PANTUN_EVENT_HARD] = "hard",
		[PANTUN_EVENT_PATH_DOWN] = "path-down",
		[PANTUN_EVENT_PATH_UP] = "path-up",
		[PANTUN_EVENT_MOVED] = "moved",
	};

	return kind < sizeof(names) / sizeof(names[0]) ? names[kind] : "?";
}

static const char *event_name(uint8_t cmd)
{
	switch (cmd) {
	case PANTUN_CMD_ACQUIRE_NTF:
		return "acquire";
	case PANTUN_CMD_SA_EXPIRE_NTF:
		return "sa-expire";
	case PANTUN_CMD_TUNNEL_NTF:
		return "tunnel";
	case PANTUN_CMD_PROXY_NTF:
		return "proxy";
	case PANTUN_CMD_SA_NTF:
		return "sa";
	case PANTUN_CMD_MONITOR_NTF:
		return "monitor";
	case PANTUN_CMD_SA_MOVE_NTF:
		return "sa-move";
	default:
		return "?";
	}
}

/* Who is not the daemon or the kernel speaks here: what the observer must know. */
static void note(const struct monitor *monitor, const char *source, const char *text)
{
	if (monitor->options->json) {
		json_line(json_pack("{s:s, s:s, s:s, s:f}", "source", source, "event", "note",
				    "text", text, "time", now()));
		return;
	}
	print_time(now());
	printf("%s: %s\n", source, text);
	fflush(stdout);
}

static bool of_config(uint8_t cmd)
{
	return cmd == PANTUN_CMD_PROXY_NTF || cmd == PANTUN_CMD_SA_NTF;
}

static const char *group_name(uint8_t cmd)
{
	return of_config(cmd) ? PANTUN_MCGRP_CONFIG : PANTUN_MCGRP_EVENTS;
}

/* The sequence numbers of a group have no gaps unless events were lost. */
static void watch_gap(struct monitor *monitor, uint8_t cmd, uint64_t seq)
{
	uint64_t *last = &monitor->last_seq[of_config(cmd)];
	char text[64];

	if (*last && seq > *last + 1) {
		snprintf(text, sizeof(text), "%" PRIu64 " events were lost", seq - *last - 1);
		note(monitor, "kernel", text);
	}
	*last = seq;
}

static void kernel_json(uint8_t cmd, struct nlattr **attrs, const struct event *event)
{
	json_t *line = json_pack("{s:s, s:s, s:s, s:s, s:I, s:s, s:f}", "source", "kernel",
				 "event", event_name(cmd), "kind", kind_name(event->kind),
				 "group", group_name(cmd), "seq", (json_int_t)event->seq,
				 "interface", nl_parse_ifname(attrs), "time", now());
	struct tunnel_monitor probed = { 0 };
	struct tunnel tunnel = { 0 };
	struct proxy proxy = { 0 };
	struct sa sa = { 0 };

	if (nl_parse_tunnel(attrs, &tunnel))
		json_object_set_new(line, "tunnel", json_of_tunnel(&tunnel));
	if (nl_parse_proxy(attrs, &proxy))
		json_object_set_new(line, "proxy", json_of_proxy(&proxy));
	if (nl_parse_sa(attrs, &sa))
		json_object_set_new(line, "sa", json_of_sa(&sa));
	if (nl_parse_monitor(attrs, &probed))
		json_object_set_new(line, "monitor", json_of_monitor(&probed));
	if (event->has_flow)
		json_object_set_new(line, "flow", json_of_selector(&event->flow));
	drop_list_free(&tunnel.drops);
	sa_free(&sa);
	json_line(line);
}

static void print_flow(const struct genl_selector *flow)
{
	char text[SELECTOR_TEXT];

	printf(" flow %s", selector_addresses(flow, true, text, sizeof(text)));
	printf(" %s", selector_service(flow, true, text));
	printf(" -> %s", selector_addresses(flow, false, text, sizeof(text)));
	printf(" %s", selector_service(flow, false, text));
}

static void print_probed(const struct tunnel_monitor *probed)
{
	char text[ADDR_TEXT];

	printf(" destination %s %s", addr_text(&probed->destination, text),
	       path_name(probed->state));
	printf(" action %s lost %" PRIu64 " of %" PRIu64, monitor_action_name(probed->action),
	       probed->lost, probed->lost + probed->received);
	if (probed->error)
		printf(" not sent: %s", monitor_error_name(probed->error));
}

/* Where the peer's newest packet came from. */
static void print_moved(const struct genl_path *path)
{
	char text[ADDR_TEXT];

	printf(" from %s", addr_text(&path->remote.addr, text));
	if (path->udp)
		printf(" port %u", path->remote.port);
}

static void kernel_line(uint8_t cmd, struct nlattr **attrs, const struct event *event)
{
	struct tunnel_monitor probed = { 0 };
	struct tunnel tunnel = { 0 };
	struct proxy proxy = { 0 };
	struct sa sa = { 0 };

	print_time(now());
	printf("kernel %s %" PRIu64 ": %s", group_name(cmd), event->seq, event_name(cmd));
	if (event->kind)
		printf(" %s", kind_name(event->kind));
	printf(" %s", nl_parse_ifname(attrs));
	if (nl_parse_tunnel(attrs, &tunnel))
		printf(" state %s path %s", state_name(tunnel.state), path_name(tunnel.path));
	if (nl_parse_proxy(attrs, &proxy))
		printf(" proxy-ID %s", proxy.name);
	if (nl_parse_sa(attrs, &sa))
		printf(" proxy-ID %s %s %s spi %08x %s", sa.proxy, dir_name(sa.dir),
		       ipsec_proto_name(sa.proto), sa.spi, sa_state(&sa));
	if (cmd == PANTUN_CMD_SA_MOVE_NTF)
		print_moved(&sa.new_path);
	if (nl_parse_monitor(attrs, &probed))
		print_probed(&probed);
	if (event->has_flow)
		print_flow(&event->flow);
	putchar('\n');
	fflush(stdout);
	drop_list_free(&tunnel.drops);
	sa_free(&sa);
}

static void on_kernel(void *ctx, uint8_t cmd, struct nlattr **attrs)
{
	struct monitor *monitor = ctx;
	struct event event;

	nl_parse_event(attrs, &event);
	watch_gap(monitor, cmd, event.seq);
	if (monitor->options->json)
		kernel_json(cmd, attrs, &event);
	else
		kernel_line(cmd, attrs, &event);
}

static void print_member(json_t *event, const char *member)
{
	const char *text = json_string_value(json_object_get(event, member));

	if (text && *text)
		printf(" %s %s", member, text);
}

static void daemon_line(json_t *event)
{
	const char *kind = json_string_value(json_object_get(event, "event"));
	const char *text = json_string_value(json_object_get(event, "text"));

	print_time(json_number_value(json_object_get(event, "time")));
	printf("daemon: %s", kind ? kind : "?");
	print_member(event, "gateway");
	print_member(event, "tunnel");
	print_member(event, "proxy");
	printf("%s%s\n", text && *text ? ": " : "", text ? text : "");
	fflush(stdout);
}

static void on_daemon(struct monitor *monitor)
{
	char error[MODEL_ERROR];
	json_t *event = ctl_receive(monitor->daemon, error);

	if (!event) {
		note(monitor, "daemon", *error ? error : "pantund ended");
		close(monitor->daemon);
		monitor->daemon = -1;
		monitor->told_away = true;
		return;
	}
	if (monitor->options->json) {
		json_object_set_new(event, "source", json_string("daemon"));
		json_line(event);
		return;
	}
	daemon_line(event);
	json_decref(event);
}

/* Asks for the stream of events; the daemon stays away where it refuses. */
static void call_daemon(struct monitor *monitor)
{
	char error[MODEL_ERROR];
	json_t *answer = NULL;
	int fd = ctl_connect(monitor->options->ctl, error);

	if (fd >= 0 && ctl_send(fd, json_pack("{s:s}", "verb", "monitor"), error))
		answer = ctl_receive(fd, error);
	if (json_is_true(json_object_get(answer, "ok"))) {
		monitor->daemon = fd;
		if (monitor->told_away)
			note(monitor, "daemon", "pantund is running");
		monitor->told_away = false;
	} else {
		if (fd >= 0)
			close(fd);
		if (!monitor->told_away)
			note(monitor, "daemon", *error ? error : "pantund refused");
		monitor->told_away = true;
	}
	json_decref(answer);
}

static void call_relay(struct monitor *monitor)
{
	char error[MODEL_ERROR];
	int fd = ctl_connect(monitor->options->ctl, error);

	if (fd >= 0 && nl_relay_ask(fd, "events", error)) {
		monitor->relay = fd;
		monitor->told_refused = false;
		return;
	}
	if (fd < 0)
		return;
	close(fd);
	if (!monitor->told_refused)
		note(monitor, "kernel", error);
	monitor->told_refused = true;
}

/* Whoever is away is called; the daemon's absence is told by call_daemon(). */
static void call(struct monitor *monitor)
{
	if (monitor->daemon < 0)
		call_daemon(monitor);
	if (monitor->by_daemon && monitor->relay < 0 && monitor->daemon >= 0)
		call_relay(monitor);
}

static bool all_here(const struct monitor *monitor)
{
	return monitor->daemon >= 0 && (!monitor->by_daemon || monitor->relay >= 0);
}

static void read_relay(struct monitor *monitor)
{
	struct nl_relay relay = { 0 };
	char error[MODEL_ERROR];

	if (!nl_relay_read(monitor->relay, on_kernel, monitor, &relay, error)) {
		close(monitor->relay);
		monitor->relay = -1;
		note(monitor, "kernel", *error ? error : "pantund ended, which reads its events");
	}
	if (relay.lost)
		note(monitor, "kernel", "events were lost: they come faster than they are read");
}

/* False where the kernel's socket failed for good. */
static bool read_kernel(struct monitor *monitor)
{
	bool lost;

	if (monitor->by_daemon) {
		read_relay(monitor);
		return true;
	}
	if (!nl_read_events(monitor->kernel, on_kernel, monitor, &lost))
		return true;
	if (lost) {
		note(monitor, "kernel", "events were lost: they come faster than they are read");
		return true;
	}
	fprintf(stderr, "pantunctl: %s\n", nl_error(monitor->kernel));
	return false;
}

static int watch(struct monitor *monitor)
{
	for (;;) {
		struct pollfd fds[] = {
			{ .fd = monitor->by_daemon ? monitor->relay : nl_fd(monitor->kernel),
			  .events = POLLIN },
			{ .fd = monitor->daemon, .events = POLLIN },
		};
		int ready = poll(fds, 2, all_here(monitor) ? -1 : RECONNECT);

		if (ready < 0 && errno != EINTR) {
			perror("pantunctl: poll");
			return 1;
		}
		if (ready > 0 && fds[0].revents && !read_kernel(monitor))
			return 1;
		if (ready > 0 && fds[1].revents)
			on_daemon(monitor);
		if (!ready)
			call(monitor);
	}
}

int cmd_monitor(const struct options *options, int argc, char **argv)
{
	struct monitor monitor = { .options = options, .daemon = -1, .relay = -1 };
	int status = 1, refused;

	if (argc)
		return usage_error("\"%s\": monitor takes no words", argv[0]);
	monitor.kernel = command_open();
	if (!monitor.kernel)
		return 1;
	refused = nl_subscribe(monitor.kernel);
	monitor.by_daemon = refused && nl_denied(monitor.kernel);
	if (refused && !monitor.by_daemon) {
		fprintf(stderr, "pantunctl: %s\n", nl_error(monitor.kernel));
	} else {
		call(&monitor);
		/* Without a daemon at the start there would be nothing to wait for. */
		if (!monitor.by_daemon || monitor.daemon >= 0)
			status = watch(&monitor);
	}
	if (monitor.relay >= 0)
		close(monitor.relay);
	if (monitor.daemon >= 0)
		close(monitor.daemon);
	nl_client_close(monitor.kernel);
	return status;
}
