// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/live.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/log.h"
#include "loop/manual.h"

/*
 * ms that an inbound SA outlives the first use of its successor: no DELETE tells the peer, whose
 * daemon may have died, too, before it sent by the successor.
 */
#define LINGER	30000
#define BUCKETS	1024	/* of our SAs, by token */

struct own {
	SLIST_ENTRY(own) list;
	uint64_t token;
	bool inbound;
	bool seen;		/* in the dump being read */
};

struct former {
	LIST_ENTRY(former) list;
	struct kern_sa sa;
	ike_time until;		/* IKE_NEVER: as long as it is needed */
};

struct live {
	SLIST_HEAD(owns, own) own[BUCKETS];
	LIST_HEAD(formers, former) former;
	ike_time due;		/* no former SA has lingered long enough before */
};

struct live *live_new(void)
{
	return calloc(1, sizeof(struct live));
}

void live_free(struct live *live)
{
	struct former *former;
	struct own *own;

	if (!live)
		return;
	for (size_t i = 0; i < BUCKETS; i++) {
		while ((own = SLIST_FIRST(&live->own[i]))) {
			SLIST_REMOVE_HEAD(&live->own[i], list);
			free(own);
		}
	}
	while ((former = LIST_FIRST(&live->former))) {
		LIST_REMOVE(former, list);
		free(former);
	}
	free(live);
}

/* Tokens hold random bits. */
static size_t bucket_of(uint64_t token)
{
	return (size_t)(token ^ token >> 32) % BUCKETS;
}

static struct own *find_own(struct live *live, uint64_t token, bool inbound)
{
	struct own *own;

	for (own = SLIST_FIRST(&live->own[bucket_of(token)]); own; own = SLIST_NEXT(own, list))
		if (own->token == token && own->inbound == inbound)
			return own;
	return NULL;
}

void live_add(struct live *live, const struct ike_sa_spec *sa)
{
	struct own *own = calloc(1, sizeof(*own));

	/* Out of memory: nobody notices if the SA is lost along with its event. */
	if (!own)
		return;
	own->token = sa->token;
	own->inbound = sa->inbound;
	SLIST_INSERT_HEAD(&live->own[bucket_of(sa->token)], own, list);
}

void live_remove(struct live *live, const struct ike_sa_spec *sa)
{
	struct own *own = find_own(live, sa->token, sa->inbound);

	if (!own)
		return;
	SLIST_REMOVE(&live->own[bucket_of(sa->token)], own, own, list);
	free(own);
}

static void forget_former(struct former *former)
{
	LIST_REMOVE(former, list);
	free(former);
}

static void delete_former(struct kern *kern, struct former *former)
{
	const struct kern_sa *sa = &former->sa;
	const struct ike_sa_spec spec = kern_sa_name(sa);

	if (kern->ops->sa_del(kern, &spec))
		log_warning(NULL, "%s: SA %08x of a former daemon cannot be deleted: %s",
			    sa->ifname, sa->spi, kern->error);
	forget_former(former);
}

static struct former *find_former(struct live *live, const struct kern_sa *sa)
{
	struct former *former;

	for (former = LIST_FIRST(&live->former); former; former = LIST_NEXT(former, list))
		if (former->sa.cookie == sa->cookie && former->sa.spi == sa->spi &&
		    former->sa.inbound == sa->inbound)
			return former;
	return NULL;
}

static void sort_dumped(void *ctx, const struct kern_sa *sa)
{
	struct live *live = ctx;
	struct own *own = find_own(live, sa->cookie, sa->inbound);
	struct former *former;

	if (own) {
		own->seen = true;
		return;
	}
	/* SAs that somebody made by hand have no cookie; those with manual keys are manual.c's. */
	if (!sa->cookie || sa->cookie & MANUAL_COOKIE || find_former(live, sa))
		return;
	former = calloc(1, sizeof(*former));
	if (!former)
		return;
	former->sa = *sa;
	former->until = IKE_NEVER;
	LIST_INSERT_HEAD(&live->former, former, list);
}

int live_sync(struct live *live, struct kern *kern,
	      void (*lost)(void *ctx, uint64_t token, bool inbound), void *ctx)
{
	struct own *own, *next;
	int error;

	for (size_t i = 0; i < BUCKETS; i++)
		for (own = SLIST_FIRST(&live->own[i]); own; own = SLIST_NEXT(own, list))
			own->seen = false;
	error = kern->ops->sa_each(kern, sort_dumped, live);
	for (size_t i = 0; !error && i < BUCKETS; i++) {
		for (own = SLIST_FIRST(&live->own[i]); own; own = next) {
			next = SLIST_NEXT(own, list);
			if (own->seen)
				continue;
			SLIST_REMOVE(&live->own[i], own, own, list);
			lost(ctx, own->token, own->inbound);
			free(own);
		}
	}
	return error;
}

void live_succeeded(struct live *live, struct kern *kern, ike_time now, const char *ifname,
		    const char *proxy)
{
	struct former *former, *next;

	for (former = LIST_FIRST(&live->former); former; former = next) {
		next = LIST_NEXT(former, list);
		if (strcmp(former->sa.ifname, ifname) != 0 ||
		    strcmp(former->sa.proxy, proxy) != 0)
			continue;
		if (!former->sa.inbound) {
			delete_former(kern, former);
		} else if (former->until == IKE_NEVER) {
			former->until = now + LINGER;
			if (former->until < live->due)
				live->due = former->until;
		}
	}
}

void live_each_former(const struct live *live,
		      void (*each)(void *ctx, const char *ifname, const char *proxy), void *ctx)
{
	const struct former *former;

	for (former = LIST_FIRST(&live->former); former; former = LIST_NEXT(former, list))
		if (!former->sa.inbound)
			each(ctx, former->sa.ifname, former->sa.proxy);
}

void live_expired(struct live *live, uint64_t cookie, bool inbound,
		  void (*each)(void *ctx, const char *ifname, const char *proxy), void *ctx)
{
	struct former *former = LIST_FIRST(&live->former);

	while (former && (former->sa.cookie != cookie || former->sa.inbound != inbound))
		former = LIST_NEXT(former, list);
	if (!former)
		return;
	if (!inbound)
		each(ctx, former->sa.ifname, former->sa.proxy);
	forget_former(former);
}

void live_without(struct live *live, struct kern *kern, const struct policy *policy)
{
	const struct policy_gateway *gateway;
	struct former *former, *next;

	for (former = LIST_FIRST(&live->former); former; former = next) {
		next = LIST_NEXT(former, list);
		policy_tunnel_on(policy, former->sa.ifname, &gateway);
		/* Its tunnel is gone, or has manual keys now. */
		if (!gateway)
			delete_former(kern, former);
	}
}

void live_flush(struct live *live, struct kern *kern)
{
	struct former *former, *next;

	for (former = LIST_FIRST(&live->former); former; former = next) {
		next = LIST_NEXT(former, list);
		delete_former(kern, former);
	}
}

ike_time live_tick(struct live *live, struct kern *kern, ike_time now)
{
	struct former *former, *next_former;

	/* This runs after each event, and there may be many former SAs. */
	if (now < live->due)
		return live->due;
	live->due = IKE_NEVER;
	for (former = LIST_FIRST(&live->former); former; former = next_former) {
		next_former = LIST_NEXT(former, list);
		if (former->until <= now)
			delete_former(kern, former);
		else if (former->until < live->due)
			live->due = former->until;
	}
	return live->due;
}
