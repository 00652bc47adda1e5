// SPDX-License-Identifier: GPL-2.0-or-later
#include "fetch/resolver.h"

#include <event2/dns.h>
#include <event2/event.h>
#include <event2/util.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/log.h"

/* A server that says nothing is asked three times, then the next one is. */
#define TIMEOUT		"2"	/* s */
#define ATTEMPTS	"3"

enum { V4, V6, KINDS };

/* A name that is being looked up. */
struct lookup {
	LIST_ENTRY(lookup) list;
	struct resolver *resolver;
	resolver_answer *answer;
	void *ctx;
	uint64_t ticket;
	struct event *late;		/* it takes too long */
	bool told;			/* and it is freed once it does not wait any more */
	unsigned int waits;		/* for so many of: */
	struct kind {
		struct lookup *lookup;
		struct evdns_request *request;	/* NULL: it has been answered */
		enum name_failure failure;
		uint32_t ttl;
		unsigned int n;
		struct addr addrs[NAME_ADDRS];
	} kinds[KINDS];
};

struct resolver {
	struct event_base *base;
	struct timeval most;		/* that a question takes */
	struct evdns_base *dns;
	LIST_HEAD(lookups, lookup) lookups;
};

static void on_dns_log(int is_warning, const char *text)
{
	(void)is_warning;
	log_debug("dns", "%s", text);
}

struct resolver *resolver_new(struct event_base *base, unsigned int ms)
{
	struct resolver *resolver = calloc(1, sizeof(*resolver));

	if (!resolver)
		return NULL;
	resolver->base = base;
	resolver->most = (struct timeval){ .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };
	evdns_set_log_fn(on_dns_log);
	resolver->dns = evdns_base_new(base, 0);
	if (resolver->dns && !evdns_base_set_option(resolver->dns, "timeout", TIMEOUT) &&
	    !evdns_base_set_option(resolver->dns, "attempts", ATTEMPTS))
		return resolver;
	resolver_free(resolver);
	return NULL;
}

static void lookup_free(struct lookup *lookup)
{
	LIST_REMOVE(lookup, list);
	if (lookup->late)
		event_free(lookup->late);
	free(lookup);
}

void resolver_free(struct resolver *resolver)
{
	struct lookup *lookup;

	if (!resolver)
		return;
	if (resolver->dns)
		evdns_base_free(resolver->dns, 0);
	while ((lookup = LIST_FIRST(&resolver->lookups)))
		lookup_free(lookup);
	free(resolver);
}

/* --- servers --- */

static socklen_t to_sockaddr(const struct addr *addr, uint16_t port, struct sockaddr_storage *out)
{
	struct sockaddr_in6 *v6 = (void *)out;
	struct sockaddr_in *v4 = (void *)out;

	memset(out, 0, sizeof(*out));
	if (addr->family == AF_INET) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		memcpy(&v4->sin_addr, addr->b, sizeof(v4->sin_addr));
		return sizeof(*v4);
	}
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(port);
	v6->sin6_scope_id = addr->scope;
	memcpy(&v6->sin6_addr, addr->b, sizeof(v6->sin6_addr));
	return sizeof(*v6);
}

void resolver_use(struct resolver *resolver, const struct msg_servers *servers, uint16_t port)
{
	char text[ADDR_TEXT];

	evdns_base_clear_nameservers_and_suspend(resolver->dns);
	for (unsigned int i = 0; i < servers->n; i++) {
		struct sockaddr_storage to;
		socklen_t n = to_sockaddr(&servers->addrs[i], port, &to);

		if (evdns_base_nameserver_sockaddr_add(resolver->dns, (struct sockaddr *)&to, n, 0))
			log_warning(NULL, "the name server %s cannot be asked",
				    addr_text(&servers->addrs[i], text));
	}
	evdns_base_resume(resolver->dns);
}

/* --- questions --- */

static enum name_failure failure_of(int result)
{
	switch (result) {
	case DNS_ERR_NOTEXIST:
		return NAME_UNKNOWN;
	case DNS_ERR_NODATA:
		return NAME_BARE;
	case DNS_ERR_TIMEOUT:
		return NAME_UNANSWERED;
	default:
		return NAME_REFUSED;
	}
}

/* Up to @most in all. */
static void add_addresses(const struct kind *kind, unsigned int most, struct name_answer *answer)
{
	if (!kind->n)
		return;
	if (!answer->n || kind->ttl < answer->ttl)
		answer->ttl = kind->ttl;
	for (unsigned int i = 0; i < kind->n && answer->n < most; i++)
		answer->addrs[answer->n++] = kind->addrs[i];
}

/* Of IPv4 and IPv6 one is enough; where there is neither, why is said by who knows most. */
static void give_answer(struct lookup *lookup)
{
	const struct kind *v4 = &lookup->kinds[V4], *v6 = &lookup->kinds[V6];
	const unsigned int half = NAME_ADDRS / 2;
	struct name_answer answer;

	memset(&answer, 0, sizeof(answer));
	answer.ticket = lookup->ticket;
	/* The gateway may be one for IPv6 alone. */
	add_addresses(v4, NAME_ADDRS - (v6->n < half ? v6->n : half), &answer);
	add_addresses(v6, NAME_ADDRS, &answer);
	if (!answer.n)
		answer.failure = v4->failure != NAME_BARE ? v4->failure : v6->failure;
	lookup->told = true;
	lookup->answer(lookup->ctx, &answer);
}

/* One that it waited for is over. */
static void wait_less(struct lookup *lookup)
{
	if (--lookup->waits)
		return;
	if (!lookup->told)
		give_answer(lookup);
	lookup_free(lookup);
}

/* What has come by now is the answer: with many names a dead server leaves some in the queue. */
static void on_unanswered(evutil_socket_t fd, short what, void *ctx)
{
	struct lookup *lookup = ctx;

	(void)fd;
	(void)what;
	for (unsigned int i = 0; i < KINDS; i++)
		if (lookup->kinds[i].request)
			lookup->kinds[i].failure = NAME_UNANSWERED;
	give_answer(lookup);
	lookup->waits++;
	for (unsigned int i = 0; i < KINDS; i++)
		if (lookup->kinds[i].request)
			evdns_cancel_request(lookup->resolver->dns, lookup->kinds[i].request);
	wait_less(lookup);
}

static void on_dns_answer(int result, char type, int count, int ttl, void *addresses, void *ctx)
{
	struct kind *kind = ctx;
	struct lookup *lookup = kind->lookup;
	bool v4 = kind == &lookup->kinds[V4];
	size_t each = v4 ? 4 : 16;

	kind->request = NULL;
	if (lookup->told) {
		wait_less(lookup);
		return;
	}
	kind->failure = failure_of(result);
	if (result == DNS_ERR_NONE)
		kind->failure = NAME_BARE;
	if (result == DNS_ERR_NONE && count > 0 && type == (v4 ? DNS_IPv4_A : DNS_IPv6_AAAA)) {
		kind->failure = NAME_FOUND;
		kind->ttl = ttl > 0 ? (uint32_t)ttl : 0;
		while (kind->n < (unsigned int)count && kind->n < NAME_ADDRS) {
			struct addr *addr = &kind->addrs[kind->n];

			addr->family = v4 ? AF_INET : AF_INET6;
			memcpy(addr->b, (const uint8_t *)addresses + kind->n++ * each, each);
		}
	}
	wait_less(lookup);
}

static struct lookup *lookup_new(struct resolver *resolver)
{
	struct lookup *lookup = calloc(1, sizeof(*lookup));

	if (!lookup)
		return NULL;
	LIST_INSERT_HEAD(&resolver->lookups, lookup, list);
	lookup->resolver = resolver;
	lookup->late = event_new(resolver->base, -1, 0, on_unanswered, lookup);
	if (lookup->late && !event_add(lookup->late, &resolver->most))
		return lookup;
	lookup_free(lookup);
	return NULL;
}

void resolver_ask(struct resolver *resolver, const struct name_question *question,
		  resolver_answer *answer, void *ctx)
{
	struct name_answer failed = { .ticket = question->ticket, .failure = NAME_REFUSED };
	struct lookup *lookup = lookup_new(resolver);
	const int flags = DNS_QUERY_NO_SEARCH;
	struct kind *v4, *v6;

	if (!lookup) {
		log_error(NULL, "out of memory: %s is not looked up", question->name);
		answer(ctx, &failed);
		return;
	}
	lookup->answer = answer;
	lookup->ctx = ctx;
	lookup->ticket = question->ticket;
	/* One for this function: both may be answered before it is done with them. */
	lookup->waits = 1 + KINDS;
	for (unsigned int i = 0; i < KINDS; i++)
		lookup->kinds[i] = (struct kind){ .lookup = lookup, .failure = NAME_REFUSED };
	v4 = &lookup->kinds[V4];
	v6 = &lookup->kinds[V6];
	v4->request = evdns_base_resolve_ipv4(resolver->dns, question->name, flags, on_dns_answer,
					      v4);
	if (!v4->request)
		lookup->waits--;
	v6->request = evdns_base_resolve_ipv6(resolver->dns, question->name, flags, on_dns_answer,
					      v6);
	if (!v6->request)
		lookup->waits--;
	wait_less(lookup);
}
