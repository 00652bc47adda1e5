/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The interface to the kernel, with two backends: generic netlink (kern_genl.c) and a fake in
 * memory that checks invariants (kern_fake.c).  Errors are negative errnos; the kernel's text is
 * in kern->error until the next call.
 */
#ifndef PANTUN_KERN_KERN_H
#define PANTUN_KERN_KERN_H

#include "genl/monitor.h"
#include "ike/core.h"

struct kern;

/* What a tunnel's monitor, or one of its destinations, found. */
enum kern_path { KERN_PATH_UNKNOWN, KERN_PATH_UP, KERN_PATH_DOWN };

/*
 * Why a probe was not sent.  Without an SA the path counts as lost; all other reasons are local
 * mistakes, and say nothing about the path.
 */
#define KERN_NO_SA	GENL_NO_SA

/* The kernel's events.  Strings are valid during the call. */
struct kern_events {
	void *ctx;
	/* A packet of @flow waits at the proxy-ID. */
	void (*acquire)(void *ctx, const char *ifname, const char *proxy,
			const struct ts_flow *flow);
	void (*expire)(void *ctx, uint64_t cookie, bool inbound, bool hard);
	/* The newest authentic packet of an inbound SA, ESP in UDP, came from another address. */
	void (*moved)(void *ctx, uint64_t cookie, const struct endpoint *local,
		      const struct endpoint *remote);
	void (*tunnel)(void *ctx, const char *ifname, bool deleted);
	/*
	 * A monitored destination changed.  @path: the state of all of the tunnel's destinations
	 * together.  @unsent: why the last probe could not be sent, "" if it was.
	 */
	void (*path)(void *ctx, const char *ifname, enum kern_path path, const char *unsent);
	/*
	 * The module was unloaded, and all its state is gone, or it was loaded again; it may then
	 * take a moment to know all links.
	 */
	void (*module)(void *ctx, bool loaded);
	/* Events were lost: dump and reconcile. */
	void (*resync)(void *ctx);
};

/* An SA in the kernel, for adoption after a restart. */
struct kern_sa {
	char ifname[16];
	char proxy[POLICY_NAME];
	bool inbound, ah;
	uint32_t spi;
	struct addr local, remote;
	uint64_t cookie;
	bool udp;		/* ESP in UDP */
	uint64_t seq;		/* last number sent, or highest received; 0: none */
};

/* Names the SA for sa_del().  The strings are @sa's. */
static inline struct ike_sa_spec kern_sa_name(const struct kern_sa *sa)
{
	return (struct ike_sa_spec){
		.token = sa->cookie, .inbound = sa->inbound, .ah = sa->ah, .spi = sa->spi,
		.ifname = sa->ifname, .proxy = sa->proxy, .local.addr = sa->local,
		.remote.addr = sa->remote,
	};
}

/* A monitored destination in the kernel. */
struct kern_monitor {
	char ifname[16];
	struct policy_probe probe;
	char proxy[POLICY_NAME];
	enum policy_action action;
	uint32_t interval_ms, threshold, recovery;
	enum kern_path state;
	const char *unsent;	/* as in kern_events, a constant */
};

struct kern_ops {
	/* Creates the netdevice if missing; sets its start mode and the options of its packets. */
	int (*tunnel_ensure)(struct kern *k, const struct policy_tunnel *tunnel);
	/*
	 * Makes the kernel's proxy-IDs of @tunnel those of the policy; equal ones are not touched.
	 */
	int (*proxy_sync)(struct kern *k, const struct policy_tunnel *tunnel);
	/*
	 * Makes the kernel's monitored destinations of @tunnel those of the policy; equal ones
	 * keep their state and counts.
	 */
	int (*monitor_sync)(struct kern *k, const struct policy_tunnel *tunnel);
	/* Of all tunnels. */
	int (*monitor_each)(struct kern *k, void (*each)(void *ctx, const struct kern_monitor *),
			    void *ctx);
	/* Drops the packets that wait at the proxy-ID and tells their senders: no SA will come. */
	int (*proxy_fail)(struct kern *k, const char *ifname, const char *proxy);
	int (*sa_add)(struct kern *k, const struct ike_sa_spec *sa);
	int (*sa_activate)(struct kern *k, const struct ike_sa_spec *sa);
	/* Changes the addresses of a live SA to new_local, new_remote. */
	int (*sa_move)(struct kern *k, const struct ike_sa_spec *sa);
	/*
	 * Gets the milliseconds since the inbound SA's last authentic packet; UINT64_MAX: none
	 * yet.
	 */
	int (*sa_idle)(struct kern *k, const struct ike_sa_spec *sa, uint64_t *idle);
	/* Returns 0 even if there is none. */
	int (*sa_del)(struct kern *k, const struct ike_sa_spec *sa);
	int (*sa_each)(struct kern *k, void (*each)(void *ctx, const struct kern_sa *), void *ctx);
	/*
	 * Opens a socket, owned by the caller, that delivers raw netlink messages to be relayed:
	 * the table "tunnel", "proxy-id", "ipsec-sa" or "monitor", or endless "events". -EINVAL if
	 * @what is none of these.
	 */
	int (*read_open)(struct kern *k, const char *what);
	/* File descriptor to poll for events, -1 if none. */
	int (*fd)(const struct kern *k);
	/* Reads what is available and calls kern_events. */
	void (*dispatch)(struct kern *k);
	void (*close)(struct kern *k);
};

struct kern {
	const struct kern_ops *ops;
	struct kern_events events;
	char error[256];
};

/*
 * Returns NULL, with a log line that names the cause (module not loaded, no privilege), on
 * failure.
 */
struct kern *kern_genl_open(const struct kern_events *events);

#endif
