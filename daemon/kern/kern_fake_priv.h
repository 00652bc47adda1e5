/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the fake share.  Whatever an SA's operation looks for is found in a table, so
 * that tests may have many thousands of SAs, tunnels and proxy-IDs.
 */
#ifndef PANTUN_KERN_KERN_FAKE_PRIV_H
#define PANTUN_KERN_KERN_FAKE_PRIV_H

#include <sys/queue.h>

#include "base/table.h"
#include "kern/kern_fake.h"

enum fake_fate { FAKE_LIVE, FAKE_REFUSED, FAKE_EXPIRED, FAKE_DELETED };

struct fake_sa {
	struct ike_sa_spec sa;		/* its names point to those of @proxy */
	enum fake_fate fate;
	uint64_t seq;			/* as in kern_sa */
	struct fake_proxy *proxy;
	SLIST_ENTRY(fake_sa) all;
	struct table_node token_node;	/* the newest of that token and direction */
	/* While it is live: */
	struct table_node spi_node;
	LIST_ENTRY(fake_sa) live, of_proxy;
};

LIST_HEAD(fake_sas, fake_sa);

struct fake_proxy {
	struct table_node node;
	struct fake_tunnel *tunnel;
	LIST_ENTRY(fake_proxy) next;
	char name[POLICY_NAME];
	bool configured;
	struct fake_sa *out;		/* live, and packets take it; or NULL */
	struct fake_sas sas;		/* the live ones */
	unsigned int n[2];		/* of @sas, by inbound */
};

struct fake_tunnel {
	struct table_node node;
	LIST_ENTRY(fake_tunnel) next;
	char ifname[16];
	struct policy_outer outer;
	struct policy_monitor monitor;
	enum kern_path probed[POLICY_PROBES_MAX];	/* of the monitor's destinations */
	LIST_HEAD(fake_proxies, fake_proxy) proxies;	/* once there, it stays */
};

struct fake {
	struct kern kern;
	LIST_HEAD(fake_tunnels, fake_tunnel) tunnels;
	struct table by_ifname;		/* tunnels */
	struct table by_names;		/* proxy-IDs: by those of tunnel and proxy-ID */
	SLIST_HEAD(fake_all, fake_sa) all;	/* the dead stay, for what comes later */
	struct table by_token;		/* SAs, dead or not */
	struct table by_spi;		/* live SAs */
	struct fake_sas live;		/* newest first */
	unsigned int n[2];		/* of @live, by inbound */
	unsigned int added;
	uint64_t idle;			/* of all in-SAs */
	unsigned int monitor_sets, monitor_dels;
	unsigned int failed;		/* calls of proxy_fail */
	unsigned int refusals[2];	/* by inbound */
	int refusal;
	char fault[KERN_FAKE_FAULT];
};

static inline struct fake *fake_of(const struct kern *k)
{
	/* kern is the first member, and the fake was never constant. */
	return (struct fake *)(uintptr_t)k;
}

/* Notes what was done wrong, unless something was before. */
__attribute__((format(printf, 2, 3)))
void fake_fault(struct fake *f, const char *format, ...);
/* Returns @error, with @text in kern->error. */
int fake_refuse(struct fake *f, int error, const char *text);

/* NULL where there is none.  A proxy-ID is found even where it is no longer configured. */
struct fake_tunnel *fake_tunnel_find(const struct fake *f, const char *ifname);
struct fake_proxy *fake_proxy_find(const struct fake *f, const char *ifname, const char *proxy);
void fake_tunnels_free(struct fake *f);

/* The newest SA of that token and direction, dead or not, or NULL. */
struct fake_sa *fake_sa_find(const struct fake *f, uint64_t token, bool inbound);
/* The same where it is live; else NULL. */
struct fake_sa *fake_sa_live(const struct fake *f, uint64_t token, bool inbound);
/* Whether a live SA has the direction, protocol, SPI and destination of @sa. */
bool fake_sa_taken(const struct fake *f, const struct ike_sa_spec *sa);
/* A live SA dies so. */
void fake_sa_end(struct fake *f, struct fake_sa *entry, enum fake_fate fate);
void fake_sas_free(struct fake *f);
/* Notes as a fault what is wrong with an SA that is to be added. */
void fake_sa_check(struct fake *f, const struct ike_sa_spec *sa);

/* The operations of kern_ops; see kern.h. */
int fake_tunnel_ensure(struct kern *k, const struct policy_tunnel *tunnel);
int fake_proxy_sync(struct kern *k, const struct policy_tunnel *tunnel);
int fake_proxy_fail(struct kern *k, const char *ifname, const char *proxy);
int fake_monitor_sync(struct kern *k, const struct policy_tunnel *tunnel);
int fake_monitor_each(struct kern *k, void (*each)(void *ctx, const struct kern_monitor *),
		      void *ctx);
int fake_sa_add(struct kern *k, const struct ike_sa_spec *sa);
int fake_sa_activate(struct kern *k, const struct ike_sa_spec *sa);
int fake_sa_move(struct kern *k, const struct ike_sa_spec *sa);
int fake_sa_idle(struct kern *k, const struct ike_sa_spec *sa, uint64_t *idle);
int fake_sa_del(struct kern *k, const struct ike_sa_spec *sa);
int fake_sa_each(struct kern *k, void (*each)(void *ctx, const struct kern_sa *), void *ctx);

#endif
