/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The whole contract with the kernel.  Two backends: generic netlink (kern_genl.c)
 * and a fake in memory that checks invariants (kern_fake.c).  Errors are negative
 * errno; what the kernel said about them stands in kern->error until the next call.
 */
#ifndef PANTUN_KERN_KERN_H
#define PANTUN_KERN_KERN_H

#include "genl/monitor.h"
#include "ike/core.h"

struct kern;

/* What a tunnel's monitor, or one of its destinations, found. */
enum kern_path { KERN_PATH_UNKNOWN, KERN_PATH_UP, KERN_PATH_DOWN };

/*
 * Why a probe was not sent.  Without an SA the path is as good as lost; all other reasons are
 * mistakes on this host, and say nothing of the path.
 */
#define KERN_NO_SA	GENL_NO_SA

/* What the kernel reports by itself; strings valid during the call. */
struct kern_events {
	void *ctx;
	void (*acquire)(void *ctx, const char *ifname, const char *proxy);
	void (*expire)(void *ctx, uint64_t cookie, bool inbound, bool hard);
	/* The newest authentic packet of an in-SA, ESP in UDP, came along another path. */
	void (*moved)(void *ctx, uint64_t cookie, const struct endpoint *local,
		      const struct endpoint *remote);
	void (*tunnel)(void *ctx, const char *ifname, bool deleted);
	/*
	 * A monitored destination changed; @path: what all of the tunnel's are together,
	 * @unsent: why the last probe could not be sent, "" where it was.
	 */
	void (*path)(void *ctx, const char *ifname, enum kern_path path, const char *unsent);
	/*
	 * The module was unloaded, with all that it had, or loaded again: then what it knows of
	 * links may be a moment behind.
	 */
	void (*module)(void *ctx, bool loaded);
	/* Events were lost: dump and reconcile. */
	void (*resync)(void *ctx);
};

/* An SA that stands in the kernel, for adoption after a restart. */
struct kern_sa {
	char ifname[16];
	char proxy[POLICY_NAME];
	bool inbound, ah;
	uint32_t spi;
	struct addr local, remote;
	uint64_t cookie;
	bool udp;		/* ESP in UDP */
	uint64_t seq;		/* number last sent, or the highest that came in; 0: none */
};

/* What names it for sa_del(); the strings are @sa's. */
static inline struct ike_sa_spec kern_sa_name(const struct kern_sa *sa)
{
	return (struct ike_sa_spec){
		.token = sa->cookie, .inbound = sa->inbound, .ah = sa->ah, .spi = sa->spi,
		.ifname = sa->ifname, .proxy = sa->proxy, .local.addr = sa->local,
		.remote.addr = sa->remote,
	};
}

/* A monitored destination that stands in the kernel. */
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
	/* Makes the netdevice where missing; sets its start mode and what packets look like. */
	int (*tunnel_ensure)(struct kern *k, const struct policy_tunnel *tunnel);
	/* Makes the kernel's proxy-IDs of @tunnel those of the policy; others untouched. */
	int (*proxy_sync)(struct kern *k, const struct policy_tunnel *tunnel);
	/*
	 * Makes the kernel's monitored destinations of @tunnel those of the policy; those
	 * that are the same already keep their state and counts.
	 */
	int (*monitor_sync)(struct kern *k, const struct policy_tunnel *tunnel);
	/* Of all tunnels. */
	int (*monitor_each)(struct kern *k, void (*each)(void *ctx, const struct kern_monitor *),
			    void *ctx);
	/* No SA will come for the packets that wait at the proxy-ID: their senders are told. */
	int (*proxy_fail)(struct kern *k, const char *ifname, const char *proxy);
	int (*sa_add)(struct kern *k, const struct ike_sa_spec *sa);
	int (*sa_activate)(struct kern *k, const struct ike_sa_spec *sa);
	/* Gives a live SA the path new_local, new_remote. */
	int (*sa_move)(struct kern *k, const struct ike_sa_spec *sa);
	/* Milliseconds since the in-SA's last authentic packet; UINT64_MAX: there was none. */
	int (*sa_idle)(struct kern *k, const struct ike_sa_spec *sa, uint64_t *idle);
	/* 0 also where there is none. */
	int (*sa_del)(struct kern *k, const struct ike_sa_spec *sa);
	int (*sa_each)(struct kern *k, void (*each)(void *ctx, const struct kern_sa *), void *ctx);
	/*
	 * A socket, the caller's, from which raw messages of netlink come for somebody else to
	 * read: the table "tunnel", "proxy-id", "ipsec-sa" or "monitor", or "events" without
	 * end.  -EINVAL where @what is none of these.
	 */
	int (*read_open)(struct kern *k, const char *what);
	/* File descriptor to poll for events, -1 if none. */
	int (*fd)(const struct kern *k);
	/* Reads what is there and calls kern_events. */
	void (*dispatch)(struct kern *k);
	void (*close)(struct kern *k);
};

struct kern {
	const struct kern_ops *ops;
	struct kern_events events;
	char error[256];
};

/* NULL with a log line that names the cause (module not loaded, no privilege). */
struct kern *kern_genl_open(const struct kern_events *events);

#endif
