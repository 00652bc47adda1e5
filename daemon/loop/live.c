// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/live.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/log.h"
#include "base/table.h"
#include "base/text.h"
#include "loop/manual.h"

/*
 * Time in ms that an inbound SA outlives the first use of its successor.  The peer gets no DELETE,
 * and its daemon, too, may have died before it switched to the successor.
 */
#define LINGER	30000

struct own {
	struct table_node node;	/* in live->own, by token */
	LIST_ENTRY(own) list;
	uint64_t token;
	bool inbound, ah, udp_encap;
	uint32_t spi;
	char ifname[POLICY_IFNAME], proxy[POLICY_NAME];
	bool seen;		/* in the dump being read */
};

struct former {
	struct table_node cookie_node;	/* in live->by_cookie */
	struct table_node proxy_node;	/* in live->by_proxy, by interface and proxy-ID */
	TAILQ_ENTRY(former) list;	/* in live->needed or live->lingering */
	struct kern_sa sa;
	ike_time until;		/* IKE_NEVER: as long as it is needed */
};

TAILQ_HEAD(formers, former);

/* There may be ten thousand SAs, and each event needs a lookup: hence the indices. */
struct live {
	struct table own, by_cookie, by_proxy;
	LIST_HEAD(owns, own) owns;
	unsigned int n_own;
	struct formers needed;
	struct formers lingering;	/* sorted, the first expires next */
};

struct live *live_new(void)
{
	struct live *live = calloc(1, sizeof(*live));

	if (!live)
		return NULL;
	LIST_INIT(&live->owns);
	TAILQ_INIT(&live->needed);
	TAILQ_INIT(&live->lingering);
	if (!table_init(&live->own) && !table_init(&live->by_cookie) &&
	    !table_init(&live->by_proxy))
		return live;
	live_free(live);
	return NULL;
}

static void forget_own(struct live *live, struct own *own)
{
	table_remove(&live->own, &own->node);
	LIST_REMOVE(own, list);
	live->n_own--;
	free(own);
}

static void forget_former(struct live *live, struct former *former)
{
	table_remove(&live->by_cookie, &former->cookie_node);
	table_remove(&live->by_proxy, &former->proxy_node);
	if (former->until == IKE_NEVER)
		TAILQ_REMOVE(&live->needed, former, list);
	else
		TAILQ_REMOVE(&live->lingering, former, list);
	free(former);
}

static struct former *some_former(const struct live *live)
{
	struct former *former = TAILQ_FIRST(&live->needed);

	return former ? former : TAILQ_FIRST(&live->lingering);
}

void live_free(struct live *live)
{
	struct former *former;
	struct own *own;

	if (!live)
		return;
	while ((own = LIST_FIRST(&live->owns)))
		forget_own(live, own);
	while ((former = some_former(live)))
		forget_former(live, former);
	table_free(&live->own);
	table_free(&live->by_cookie);
	table_free(&live->by_proxy);
	free(live);
}

static struct own *find_own(const struct live *live, uint64_t token, bool inbound)
{
	struct table_node *node = table_find(&live->own, token);

	for (; node; node = table_next(node)) {
		struct own *own = container_of(node, struct own, node);

		if (own->inbound == inbound)
			return own;
	}
	return NULL;
}

void live_add(struct live *live, const struct ike_sa_spec *sa)
{
	struct own *own = calloc(1, sizeof(*own));

	/* Out of memory: the loss of this SA would go unnoticed. */
	if (!own)
		return;
	own->token = sa->token;
	own->inbound = sa->inbound;
	own->ah = sa->ah;
	own->spi = sa->spi;
	own->udp_encap = sa->udp_encap;
	text_copy(own->ifname, sizeof(own->ifname), sa->ifname);
	text_copy(own->proxy, sizeof(own->proxy), sa->proxy);
	table_add(&live->own, &own->node, sa->token);
	LIST_INSERT_HEAD(&live->owns, own, list);
	live->n_own++;
}

void live_remove(struct live *live, const struct ike_sa_spec *sa)
{
	struct own *own = find_own(live, sa->token, sa->inbound);

	if (own)
		forget_own(live, own);
}

void live_move(struct live *live, const struct ike_sa_spec *sa)
{
	struct own *own = find_own(live, sa->token, sa->inbound);

	if (own)
		own->udp_encap = sa->udp_encap;
}

bool live_has(const struct live *live, const struct ike_sa_spec *sa)
{
	const struct own *own = find_own(live, sa->token, sa->inbound);

	return own && own->spi == sa->spi && own->ah == sa->ah &&
	       !strcmp(own->ifname, sa->ifname) && !strcmp(own->proxy, sa->proxy);
}

unsigned int live_count(const struct live *live)
{
	return live->n_own;
}

bool live_in_udp(const struct live *live, const struct ike_sa_spec *sa)
{
	const struct own *own = find_own(live, sa->token, sa->inbound);

	return own && own->udp_encap;
}

static void none_lost(void *ctx, uint64_t token, bool inbound)
{
	(void)ctx;
	(void)token;
	(void)inbound;
}

int live_orphan(struct live *live, struct kern *kern)
{
	struct own *own;

	while ((own = LIST_FIRST(&live->owns)))
		forget_own(live, own);
	return live_sync(live, kern, none_lost, NULL);
}

static void delete_former(struct live *live, struct kern *kern, struct former *former)
{
	const struct kern_sa *sa = &former->sa;
	const struct ike_sa_spec spec = kern_sa_name(sa);

	if (kern->ops->sa_del(kern, &spec))
		log_warning(NULL, "%s: SA %08x of a former daemon cannot be deleted: %s",
			    sa->ifname, sa->spi, kern->error);
	forget_former(live, former);
}

/* Returns the first entry from @node on with that cookie and direction. */
static struct former *by_cookie(struct table_node *node, bool inbound)
{
	for (; node; node = table_next(node)) {
		struct former *former = container_of(node, struct former, cookie_node);

		if (former->sa.inbound == inbound)
			return former;
	}
	return NULL;
}

static struct former *find_former(const struct live *live, const struct kern_sa *sa)
{
	struct former *former = by_cookie(table_find(&live->by_cookie, sa->cookie), sa->inbound);

	while (former && former->sa.spi != sa->spi)
		former = by_cookie(table_next(&former->cookie_node), sa->inbound);
	return former;
}

static uint64_t proxy_key(const char *ifname, const char *proxy)
{
	return table_text(table_text(0, ifname), proxy);
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
	/*
	 * Skip SAs without a cookie, which an administrator added, and those with manual keys,
	 * which belong to manual.c.
	 */
	if (!sa->cookie || sa->cookie & MANUAL_COOKIE || find_former(live, sa))
		return;
	former = calloc(1, sizeof(*former));
	if (!former)
		return;
	former->sa = *sa;
	former->until = IKE_NEVER;
	table_add(&live->by_cookie, &former->cookie_node, sa->cookie);
	table_add(&live->by_proxy, &former->proxy_node, proxy_key(sa->ifname, sa->proxy));
	TAILQ_INSERT_TAIL(&live->needed, former, list);
}

int live_sync(struct live *live, struct kern *kern,
	      void (*lost)(void *ctx, uint64_t token, bool inbound), void *ctx)
{
	struct own *own, *next;
	int error;

	for (own = LIST_FIRST(&live->owns); own; own = LIST_NEXT(own, list))
		own->seen = false;
	error = kern->ops->sa_each(kern, sort_dumped, live);
	for (own = LIST_FIRST(&live->owns); own && !error; own = next) {
		next = LIST_NEXT(own, list);
		if (own->seen)
			continue;
		lost(ctx, own->token, own->inbound);
		forget_own(live, own);
	}
	return error;
}

bool live_has_former(const struct live *live)
{
	return some_former(live);
}

void live_succeeded(struct live *live, struct kern *kern, ike_time now, const char *ifname,
		    const char *proxy)
{
	struct table_node *node = table_find(&live->by_proxy, proxy_key(ifname, proxy)), *next;

	for (; node; node = next) {
		struct former *former = container_of(node, struct former, proxy_node);

		next = table_next(node);
		if (strcmp(former->sa.ifname, ifname) != 0 ||
		    strcmp(former->sa.proxy, proxy) != 0)
			continue;
		if (!former->sa.inbound) {
			delete_former(live, kern, former);
		} else if (former->until == IKE_NEVER) {
			TAILQ_REMOVE(&live->needed, former, list);
			former->until = now + LINGER;
			TAILQ_INSERT_TAIL(&live->lingering, former, list);
		}
	}
}

void live_each_former(const struct live *live,
		      void (*each)(void *ctx, const char *ifname, const char *proxy), void *ctx)
{
	const struct former *former;

	TAILQ_FOREACH(former, &live->needed, list)
		if (!former->sa.inbound)
			each(ctx, former->sa.ifname, former->sa.proxy);
}

void live_expired(struct live *live, uint64_t cookie, bool inbound,
		  void (*each)(void *ctx, const char *ifname, const char *proxy), void *ctx)
{
	struct former *former = by_cookie(table_find(&live->by_cookie, cookie), inbound);

	if (!former)
		return;
	if (!inbound)
		each(ctx, former->sa.ifname, former->sa.proxy);
	forget_former(live, former);
}

static void delete_without(struct live *live, struct kern *kern, const struct formers *formers,
			   const struct policy *policy)
{
	const struct policy_gateway *gateway;
	struct former *former, *next;

	for (former = TAILQ_FIRST(formers); former; former = next) {
		next = TAILQ_NEXT(former, list);
		policy_tunnel_on(policy, former->sa.ifname, &gateway);
		/* The tunnel is gone, or has switched to manual keys. */
		if (!gateway)
			delete_former(live, kern, former);
	}
}

void live_without(struct live *live, struct kern *kern, const struct policy *policy)
{
	delete_without(live, kern, &live->needed, policy);
	delete_without(live, kern, &live->lingering, policy);
}

void live_flush(struct live *live, struct kern *kern)
{
	struct former *former;

	while ((former = some_former(live)))
		delete_former(live, kern, former);
}

ike_time live_due(const struct live *live)
{
	const struct former *former = TAILQ_FIRST(&live->lingering);

	return former ? former->until : IKE_NEVER;
}

ike_time live_tick(struct live *live, struct kern *kern, ike_time now)
{
	struct former *former;

	while ((former = TAILQ_FIRST(&live->lingering)) && former->until <= now)
		delete_former(live, kern, former);
	return live_due(live);
}
