// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/monitors.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/log.h"
#include "base/text.h"

#define NEWS_TEXT	1024

/* A tunnel that the kernel has reported a path of. */
struct known {
	LIST_ENTRY(known) list;
	char ifname[16];
	enum kern_path path;
	enum kern_path seen;	/* in the dump being read */
	bool counted;		/* a destination of it in that dump */
	const char *unsent;	/* of the last one, or a mistake if there is one; a constant */
	const char *mistake;	/* reported last; a constant, "": none */
	bool waits;		/* the loss is reported once IKE has said what it does about it */
	const char *lost_unsent;	/* why the last probe was not sent then; a constant */
};

struct monitors {
	LIST_HEAD(knowns, known) known;
	struct monitors_ops ops;
};

struct monitors *monitors_new(const struct monitors_ops *ops)
{
	struct monitors *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	LIST_INIT(&m->known);
	m->ops = *ops;
	return m;
}

void monitors_free(struct monitors *m)
{
	struct known *known;

	if (!m)
		return;
	while ((known = LIST_FIRST(&m->known))) {
		LIST_REMOVE(known, list);
		free(known);
	}
	free(m);
}

static struct known *find_known(struct monitors *m, const char *ifname)
{
	struct known *known;

	for (known = LIST_FIRST(&m->known); known; known = LIST_NEXT(known, list))
		if (!strcmp(known->ifname, ifname))
			return known;
	known = calloc(1, sizeof(*known));
	if (!known) {
		log_error(NULL, "out of memory: the path of %s is not followed", ifname);
		return NULL;
	}
	snprintf(known->ifname, sizeof(known->ifname), "%s", ifname);
	known->unsent = "";
	known->mistake = "";
	LIST_INSERT_HEAD(&m->known, known, list);
	return known;
}

/* --- what the kernel probes --- */

static void end_monitor(struct kern *kern, const char *ifname)
{
	struct policy_tunnel none = { .start = POLICY_START_ALWAYS };
	int error;

	snprintf(none.ifname, sizeof(none.ifname), "%s", ifname);
	error = kern->ops->monitor_sync(kern, &none);
	/* If its interface is gone, so is the monitor. */
	if (error && error != -ENODEV)
		log_warning(NULL, "monitor of %s cannot be deleted: %s", ifname, kern->error);
}

struct retiring {
	struct kern *kern;
	const struct policy *policy;
};

static void end_old(const struct retiring *r, const char *ifname)
{
	if (!policy_tunnel_on(r->policy, ifname, NULL))
		end_monitor(r->kern, ifname);
}

static void end_formers(void *ctx, const struct kern_sa *sa)
{
	if (sa->cookie && !sa->inbound)
		end_old(ctx, sa->ifname);
}

void monitors_retire(struct kern *kern, const struct policy *before, const struct policy *policy)
{
	struct retiring r = { .kern = kern, .policy = policy };
	struct policy_walk old = { 0 };

	while (policy_next(&old, before))
		end_old(&r, old.tunnel->ifname);
	if (!before && kern->ops->sa_each(kern, end_formers, &r))
		log_error(NULL, "SAs cannot be read: %s", kern->error);
}

/* --- what it found --- */

/* A change to report about a tunnel. */
struct news {
	bool lost;
	bool manual;		/* keys by hand */
	unsigned int renewed;	/* proxy-IDs for which new keys are negotiated */
	const char *unsent;
	const char *blocked;	/* what the path seems to block; NULL: nothing */
};

/* What the SAs of a tunnel have carried. */
struct carried {
	const char *ifname;
	const char *what;
	bool out, in;
};

static void add_carried(void *ctx, const struct kern_sa *sa)
{
	struct carried *carried = ctx;

	if (strcmp(sa->ifname, carried->ifname) != 0 || !sa->seq)
		return;
	if (sa->inbound) {
		carried->in = true;
		return;
	}
	carried->out = true;
	carried->what = sa->ah ? "IP protocol 51 (AH)" : "IP protocol 50 (ESP)";
	if (sa->udp)
		carried->what = "UDP port 4500";
}

/*
 * IKE gets through and has made SAs, but nothing has ever arrived on them: firewalls are often
 * opened for UDP port 500 and nothing else.
 */
static const char *find_blocked(struct kern *kern, const char *ifname)
{
	struct carried carried = { .ifname = ifname };

	if (kern->ops->sa_each(kern, add_carried, &carried))
		return NULL;
	return carried.out && !carried.in ? carried.what : NULL;
}

static bool is_mistake(const char *unsent)
{
	return *unsent && strcmp(unsent, KERN_NO_SA) != 0;
}

/* "10.2.0.1, 10.2.0.2" */
static void add_probed(struct text *text, const struct policy_monitor *monitor)
{
	char addr[ADDR_TEXT];

	for (unsigned int i = 0; i < monitor->n; i++)
		text_add(text, "%s%s", i ? ", " : "",
			 addr_text(&monitor->probes[i].destination, addr));
}

static void add_lost(struct text *text, const struct policy_tunnel *tunnel,
		     const struct news *news)
{
	const struct policy_monitor *monitor = &tunnel->monitor;
	bool lost_unsent = *news->unsent && !is_mistake(news->unsent);

	text_add(text, "tunnel-status-down: Tunnel %s is down: no answer from ", tunnel->name);
	add_probed(text, monitor);
	text_add(text, " to %u probes in a row%s%s; ", monitor->threshold,
		 lost_unsent ? ", which could not be sent: " : "",
		 lost_unsent ? news->unsent : "");
	if (monitor->action == POLICY_FAIL_OVER)
		text_add(text, "fail-over: the carrier of %s is taken away and probing goes on; ",
			 tunnel->ifname);
	else
		text_add(text, "wait-recover: %s stays up; ", tunnel->ifname);
	if (news->manual)
		text_add(text, "its keys are given by hand, there is nothing to negotiate");
	else if (news->renewed)
		text_add(text, "new keys are negotiated for %u of its proxy-IDs", news->renewed);
	else
		text_add(text, "no SA stands that a new one could replace");
	if (news->blocked)
		text_add(text, "; IKE is answered, but nothing has come in by these SAs: something "
			 "between the gateways seems to block %s", news->blocked);
}

static void add_mistake(struct text *text, const struct policy_tunnel *tunnel,
			const char *mistake)
{
	text_add(text, "tunnel-monitor-unsent: Tunnel %s cannot probe %s", tunnel->name,
		 tunnel->monitor.n > 1 ? "one of " : "");
	add_probed(text, &tunnel->monitor);
	text_add(text, ": %s; nothing is known of the path by that, and the carrier of %s follows "
		 "its SAs", mistake, tunnel->ifname);
}

static void add_back(struct text *text, const struct policy_tunnel *tunnel)
{
	text_add(text, "tunnel-status-up: Tunnel %s is up: probes are answered by ",
		 tunnel->name);
	add_probed(text, &tunnel->monitor);
	if (tunnel->monitor.action == POLICY_FAIL_OVER)
		text_add(text, "; %s has its carrier", tunnel->ifname);
}

/* Sends @line, which begins with @kind, to the log and to observers. */
static void tell_all(struct monitors *m, enum log_level level, const char *kind,
		     const struct policy_tunnel *tunnel, const struct policy_gateway *gateway,
		     const char *line)
{
	struct ike_event event = { 0 };
	char subject[POLICY_NAME + 8];

	snprintf(subject, sizeof(subject), "tunnel %s", tunnel->name);
	log_msg(level, subject, "%s", line);
	text_copy(event.kind, sizeof(event.kind), kind);
	text_copy(event.gateway, sizeof(event.gateway), gateway ? gateway->name : "");
	text_copy(event.tunnel, sizeof(event.tunnel), tunnel->name);
	text_copy(event.text, sizeof(event.text), strchr(line, ' ') + 1);
	m->ops.tell(m->ops.ctx, &event);
}

static void tell_path(struct monitors *m, const struct policy_tunnel *tunnel,
		      const struct policy_gateway *gateway, const struct news *news)
{
	char line[NEWS_TEXT];
	struct text text;

	text_init(&text, line, sizeof(line));
	if (news->lost)
		add_lost(&text, tunnel, news);
	else
		add_back(&text, tunnel);
	tell_all(m, news->lost ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO,
		 news->lost ? "tunnel-status-down" : "tunnel-status-up", tunnel, gateway, line);
}

static void tell_mistake(struct monitors *m, const struct policy_tunnel *tunnel,
			 const struct policy_gateway *gateway, struct known *known,
			 const char *unsent)
{
	char line[NEWS_TEXT];
	struct text text;

	if (!is_mistake(unsent) || !strcmp(unsent, known->mistake))
		return;
	known->mistake = unsent;
	text_init(&text, line, sizeof(line));
	add_mistake(&text, tunnel, unsent);
	tell_all(m, LOG_LEVEL_WARNING, "tunnel-monitor-unsent", tunnel, gateway, line);
}

void monitors_path(struct monitors *m, const struct policy *policy, const char *ifname,
		   enum kern_path path, const char *unsent)
{
	const struct policy_gateway *gateway;
	const struct policy_tunnel *tunnel = policy_tunnel_on(policy, ifname, &gateway);
	struct known *known = find_known(m, ifname);
	bool monitored = tunnel && tunnel->monitor.n, told;

	if (!known)
		return;
	if (path == KERN_PATH_UP)
		known->mistake = "";
	if (monitored)
		tell_mistake(m, tunnel, gateway, known, unsent);
	if (known->path == path)
		return;
	known->path = path;
	if (path == KERN_PATH_DOWN) {
		known->waits = true;
		known->lost_unsent = unsent;
		m->ops.lost(m->ops.ctx, ifname);
		return;
	}
	/* A loss shorter than IKE's answer takes is not worth two log lines. */
	told = !known->waits;
	known->waits = false;
	m->ops.back(m->ops.ctx, ifname);
	if (monitored && path == KERN_PATH_UP && told)
		tell_path(m, tunnel, gateway, &(struct news){ .unsent = unsent });
}

void monitors_renewed(struct monitors *m, struct kern *kern, const struct policy *policy,
		      const char *ifname, unsigned int renewed)
{
	struct news news = { .lost = true, .renewed = renewed };
	const struct policy_gateway *gateway;
	const struct policy_tunnel *tunnel = policy_tunnel_on(policy, ifname, &gateway);
	struct known *known = find_known(m, ifname);

	if (!known || !known->waits)
		return;
	known->waits = false;
	if (!tunnel || !tunnel->monitor.n)
		return;
	news.manual = !gateway;
	news.unsent = known->lost_unsent;
	if (renewed)
		news.blocked = find_blocked(kern, ifname);
	tell_path(m, tunnel, gateway, &news);
}

void monitors_tell_ike(struct monitors *m)
{
	const struct known *known;

	for (known = LIST_FIRST(&m->known); known; known = LIST_NEXT(known, list))
		if (known->path == KERN_PATH_DOWN)
			m->ops.lost(m->ops.ctx, known->ifname);
}

/* The path is up if any destination answers, and down only if all fail. */
static void on_monitor(void *ctx, const struct kern_monitor *monitor)
{
	struct known *known = find_known(ctx, monitor->ifname);

	if (!known)
		return;
	if (!known->counted || monitor->state == KERN_PATH_UP)
		known->seen = monitor->state;
	else if (known->seen != KERN_PATH_UP && known->seen != monitor->state)
		known->seen = KERN_PATH_UNKNOWN;
	known->counted = true;
	if (!is_mistake(known->unsent))
		known->unsent = monitor->unsent;
}

int monitors_read(struct monitors *m, struct kern *kern, const struct policy *policy)
{
	struct known *known;
	int error;

	for (known = LIST_FIRST(&m->known); known; known = LIST_NEXT(known, list)) {
		known->seen = KERN_PATH_UNKNOWN;
		known->counted = false;
		known->unsent = "";
	}
	error = kern->ops->monitor_each(kern, on_monitor, m);
	if (error) {
		log_error(NULL, "monitors cannot be read: %s", kern->error);
		return error;
	}
	for (known = LIST_FIRST(&m->known); known; known = LIST_NEXT(known, list))
		monitors_path(m, policy, known->ifname, known->seen, known->unsent);
	return 0;
}
