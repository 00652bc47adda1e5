// SPDX-License-Identifier: GPL-2.0-or-later
#include "exporter/metrics.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define LABELS	4
#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

enum shape {
	NUMBER,		/* a number, or true and false */
	MICROSECONDS,	/* shown in seconds */
	WORD,		/* which of several states: 1 with the word as the label "state" */
	EACH,		/* an object: each of its members is a number, and its name the label */
	ANSWERED,	/* of the whole answer: 1 where the member is null, as an error would be */
};

/* Metrics of one name; Prometheus wants them together. */
struct family {
	const char *name;
	const char *type;
	const char *help;
	const char *array;	/* of the answer */
	const char *member;	/* of the array's objects; without it there is no metric */
	enum shape shape;
	const char *labels[LABELS];	/* members, the last one NULL */
	const char *fixed;	/* a label whatever the object, or NULL */
	const char *each;	/* EACH: name of the label */
};

#define OF_TUNNEL	.array = "tunnels", .labels = { "interface" }
#define OF_PROXY	.array = "proxies", .labels = { "interface", "name" }
#define OF_CHILD	.array = "children", .labels = { "gateway", "tunnel", "proxy" }
#define OF_GATEWAY	.array = "gateways", .labels = { "gateway" }
#define OF_MONITOR	.array = "monitors", .labels = { "interface", "destination" }
#define COUNTER(what, explained)	.name = "pantun_" what "_total", .type = "counter", \
					.help = (explained)
#define GAUGE(what, explained)		.name = "pantun_" what, .type = "gauge", \
					.help = (explained)

static const struct family families[] = {
	{ GAUGE("up", "Whether that part answered."),
	  .member = "kernel_error", .shape = ANSWERED, .fixed = "part=\"module\"" },
	{ GAUGE("up", NULL),
	  .member = "daemon_error", .shape = ANSWERED, .fixed = "part=\"daemon\"" },

	{ GAUGE("tunnel_state", "1 for the state of the tunnel: up, half-up, down, degraded."),
	  .member = "state", .shape = WORD, OF_TUNNEL },
	{ GAUGE("tunnel_carrier", "Whether the interface has a carrier."),
	  .member = "carrier", OF_TUNNEL },
	{ GAUGE("tunnel_mtu_bytes", "MTU of the interface."), .member = "mtu", OF_TUNNEL },
	{ COUNTER("tunnel_packets", "Inner packets of the tunnel."),
	  .member = "rx_packets", .fixed = "direction=\"rx\"", OF_TUNNEL },
	{ COUNTER("tunnel_packets", NULL),
	  .member = "tx_packets", .fixed = "direction=\"tx\"", OF_TUNNEL },
	{ COUNTER("tunnel_bytes", "Octets of the tunnel's inner packets."),
	  .member = "rx_bytes", .fixed = "direction=\"rx\"", OF_TUNNEL },
	{ COUNTER("tunnel_bytes", NULL),
	  .member = "tx_bytes", .fixed = "direction=\"tx\"", OF_TUNNEL },
	{ COUNTER("tunnel_drops", "Packets that the tunnel dropped, by reason."),
	  .member = "drops", .shape = EACH, .each = "reason", OF_TUNNEL },

	{ GAUGE("proxy_inbound_sas", "SAs that the peer may send on."),
	  .member = "in_sas", OF_PROXY },
	{ GAUGE("proxy_held_packets", "Packets that wait for an SA."), .member = "held", OF_PROXY },
	{ COUNTER("proxy_packets", "Inner packets of the proxy-ID."),
	  .member = "rx_packets", .fixed = "direction=\"rx\"", OF_PROXY },
	{ COUNTER("proxy_packets", NULL),
	  .member = "tx_packets", .fixed = "direction=\"tx\"", OF_PROXY },
	{ COUNTER("proxy_bytes", "Octets of the proxy-ID's inner packets."),
	  .member = "rx_bytes", .fixed = "direction=\"rx\"", OF_PROXY },
	{ COUNTER("proxy_bytes", NULL),
	  .member = "tx_bytes", .fixed = "direction=\"tx\"", OF_PROXY },

	{ GAUGE("child_state", "1 for the state of the proxy-ID's negotiation."),
	  .member = "state", .shape = WORD, OF_CHILD },
	{ COUNTER("child_attempts", "Negotiations that were begun."),
	  .member = "attempts", OF_CHILD },
	{ COUNTER("child_successes", "Negotiations that gave SAs."),
	  .member = "successes", OF_CHILD },
	{ COUNTER("child_rekeys", "SAs that were replaced in time."),
	  .member = "rekeys", OF_CHILD },
	{ COUNTER("child_failures", "Negotiations that failed."), .member = "failures", OF_CHILD },

	{ GAUGE("gateway_state", "1 for the state of the gateway."),
	  .member = "state", .shape = WORD, OF_GATEWAY },
	{ COUNTER("gateway_attempts", "Negotiations of IKE SAs that were begun."),
	  .member = "attempts", OF_GATEWAY },
	{ COUNTER("gateway_successes", "Negotiations that gave IKE SAs."),
	  .member = "successes", OF_GATEWAY },
	{ COUNTER("gateway_rekeys", "IKE SAs that were replaced in time."),
	  .member = "rekeys", OF_GATEWAY },
	{ COUNTER("gateway_failures", "Negotiations of IKE SAs that failed."),
	  .member = "failures", OF_GATEWAY },

	{ GAUGE("monitor_state", "1 for the state of the path: up, down, unknown."),
	  .member = "state", .shape = WORD, OF_MONITOR },
	{ COUNTER("monitor_sent", "Probes that were sent."), .member = "sent", OF_MONITOR },
	{ COUNTER("monitor_unsent", "Probes that could not be sent."),
	  .member = "unsent", OF_MONITOR },
	{ COUNTER("monitor_received", "Answers to probes."), .member = "received", OF_MONITOR },
	{ COUNTER("monitor_lost", "Probes without an answer."), .member = "lost", OF_MONITOR },
	{ GAUGE("monitor_rtt_seconds", "Time that the last answer took."),
	  .member = "rtt_last", .shape = MICROSECONDS, OF_MONITOR },
};

/* Backslash, quote and newline are escaped in labels, and nothing else. */
static bool add_label(struct evbuffer *out, const char *name, const char *value, bool *first)
{
	bool good = evbuffer_add_printf(out, "%s%s=\"", *first ? "{" : ",", name) > 0;

	*first = false;
	for (; good && *value; value++) {
		const char *escaped = *value == '\n' ? "\\n" : *value == '"' ? "\\\"" : "\\\\";

		if (strchr("\\\"\n", *value))
			good = !evbuffer_add(out, escaped, 2);
		else
			good = !evbuffer_add(out, value, 1);
	}
	return good && !evbuffer_add(out, "\"", 1);
}

/* The member "name" of a proxy-ID is called as elsewhere. */
static const char *label_name(const char *member)
{
	return strcmp(member, "name") ? member : "proxy";
}

/* One line; @label and @word: one more label, or NULL. */
static bool add_line(struct evbuffer *out, const struct family *family, const json_t *object,
		     const char *label, const char *word, double value)
{
	bool first = true, good = evbuffer_add_printf(out, "%s", family->name) > 0;

	for (unsigned int i = 0; good && i < LABELS && family->labels[i]; i++) {
		const char *text = json_string_value(json_object_get(object, family->labels[i]));

		good = add_label(out, label_name(family->labels[i]), text ? text : "", &first);
	}
	if (good && label)
		good = add_label(out, label, word, &first);
	if (good && family->fixed) {
		good = evbuffer_add_printf(out, "%s%s", first ? "{" : ",", family->fixed) > 0;
		first = false;
	}
	return good && evbuffer_add_printf(out, "%s %.16g\n", first ? "" : "}", value) > 0;
}

static double number_of(const json_t *value)
{
	return json_is_true(value) ? 1 : json_number_value(value);
}

static bool add_each(struct evbuffer *out, const struct family *family, const json_t *object,
		     json_t *members)
{
	const char *name;
	json_t *value;

	json_object_foreach(members, name, value) {
		if (!add_line(out, family, object, family->each, name, number_of(value)))
			return false;
	}
	return true;
}

static bool add_object(struct evbuffer *out, const struct family *family, const json_t *object)
{
	json_t *value = json_object_get(object, family->member);

	if (!value)
		return true;
	switch (family->shape) {
	case WORD:
		return !json_is_string(value) ||
		       add_line(out, family, object, "state", json_string_value(value), 1);
	case EACH:
		return add_each(out, family, object, value);
	case ANSWERED:
		return add_line(out, family, object, NULL, NULL, json_is_null(value));
	case MICROSECONDS:
		return add_line(out, family, object, NULL, NULL, number_of(value) / 1e6);
	default:
		return add_line(out, family, object, NULL, NULL, number_of(value));
	}
}

int metrics_write(struct evbuffer *out, const json_t *show)
{
	for (size_t i = 0; i < COUNT(families); i++) {
		const struct family *family = &families[i];
		const json_t *array = family->array ? json_object_get(show, family->array) : NULL;
		size_t n = family->array ? json_array_size(array) : 1;

		if (family->help &&
		    evbuffer_add_printf(out, "# HELP %s %s\n# TYPE %s %s\n", family->name,
					family->help, family->name, family->type) < 0)
			return -1;
		for (size_t at = 0; at < n; at++) {
			if (!add_object(out, family, array ? json_array_get(array, at) : show))
				return -1;
		}
	}
	return 0;
}
