// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/manual.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/log.h"
#include "base/secret.h"
#include "loop/manual_spec.h"

#define SUBJECT		(POLICY_NAME + 8)
#define POLL		1000	/* ms between checks for the first packet under new keys */

/* A tunnel whose SAs are being replaced.  Old and new ones coexist for a while. */
struct change {
	SLIST_ENTRY(change) list;
	char ifname[16];
	uint64_t token;			/* of the new SAs */
	ike_time since;
};

struct manual {
	SLIST_HEAD(changes, change) changes;
	ike_time due;
};

/* An SA in the kernel that is not configured, or no longer. */
struct old {
	SLIST_ENTRY(old) list;		/* of its pair */
	struct kern_sa sa;
	bool gone;			/* deleted */
};

/* The two SAs that a tunnel should have. */
struct pair {
	const struct policy_manual *manual;
	uint64_t token;
	bool in, out;			/* in the kernel */
	bool at_once;			/* no overlap: an old SA was in the way */
	struct change *change;		/* under way; NULL: none */
	SLIST_HEAD(olds, old) olds;	/* of the same netdevice */
};

struct sync {
	struct manual *m;
	struct kern *kern;
	ike_time now;
	struct pair *pairs;		/* by netdevice */
	size_t n;
	struct old *olds;
	size_t n_olds, room;
};

struct manual *manual_new(void)
{
	struct manual *m = calloc(1, sizeof(*m));

	if (m)
		m->due = IKE_NEVER;
	return m;
}

static void end_change(struct manual *m, struct change *change)
{
	SLIST_REMOVE(&m->changes, change, change, list);
	free(change);
}

void manual_free(struct manual *m)
{
	if (!m)
		return;
	while (!SLIST_EMPTY(&m->changes))
		end_change(m, SLIST_FIRST(&m->changes));
	free(m);
}

ike_time manual_due(const struct manual *m)
{
	return m->due;
}

static const char *subject_of(const struct policy_manual *manual, char out[SUBJECT])
{
	snprintf(out, SUBJECT, "tunnel %s", manual->tunnel.name);
	return out;
}

/* --- what the kernel should have, and what it has --- */

static int by_device(const void *a, const void *b)
{
	const struct pair *p = a, *q = b;

	return strcmp(p->manual->tunnel.ifname, q->manual->tunnel.ifname);
}

static int to_device(const void *ifname, const void *pair)
{
	return strcmp(ifname, ((const struct pair *)pair)->manual->tunnel.ifname);
}

static struct pair *find_pair(const struct sync *sync, const char *ifname)
{
	return bsearch(ifname, sync->pairs, sync->n, sizeof(*sync->pairs), to_device);
}

static bool make_pairs(struct sync *sync, const struct policy *policy)
{
	size_t n = policy ? policy->n_manual : 0;

	sync->pairs = calloc(n ? n : 1, sizeof(*sync->pairs));
	if (!sync->pairs)
		return false;
	sync->n = n;
	for (size_t i = 0; i < n; i++) {
		sync->pairs[i].manual = &policy->manual[i];
		sync->pairs[i].token = manual_cookie(&policy->manual[i]);
	}
	qsort(sync->pairs, n, sizeof(*sync->pairs), by_device);
	return true;
}

static void put_down_old(struct sync *sync, const struct kern_sa *sa)
{
	if (sync->n_olds == sync->room) {
		size_t room = sync->room ? 2 * sync->room : 16;
		struct old *more = reallocarray(sync->olds, room, sizeof(*more));

		/* The next call finds the rest. */
		if (!more)
			return;
		sync->olds = more;
		sync->room = room;
	}
	sync->olds[sync->n_olds++] = (struct old){ .sa = *sa };
}

static void sort_sa(void *ctx, const struct kern_sa *sa)
{
	struct sync *sync = ctx;
	struct pair *pair = find_pair(sync, sa->ifname);

	if (!(sa->cookie & MANUAL_COOKIE))
		return;
	if (!pair || pair->token != sa->cookie)
		put_down_old(sync, sa);
	else if (sa->inbound)
		pair->in = true;
	else
		pair->out = true;
}

/* --- the old ones go --- */

static void delete_old(const struct sync *sync, struct old *old)
{
	const struct kern_sa *sa = &old->sa;
	const struct ike_sa_spec spec = kern_sa_name(sa);

	if (old->gone)
		return;
	if (sync->kern->ops->sa_del(sync->kern, &spec)) {
		log_warning(NULL, "%s: SA %08x with manual keys cannot be deleted: %s",
			    sa->ifname, sa->spi, sync->kern->error);
		return;
	}
	old->gone = true;
	log_info(NULL, "%s: %s SA %08x with manual keys is deleted", sa->ifname,
		 sa->inbound ? "inbound" : "outbound", sa->spi);
}

static void delete_all(const struct sync *sync, struct pair *pair, bool inbound)
{
	struct old *old;

	for (old = SLIST_FIRST(&pair->olds); old; old = SLIST_NEXT(old, list))
		if (old->sa.inbound == inbound)
			delete_old(sync, old);
}

/* The kernel cannot have both: they share direction, protocol, SPI and destination. */
static bool collide(const struct old *old, const struct pair *pair)
{
	const struct policy_manual *manual = pair->manual;
	const struct kern_sa *sa = &old->sa;

	if (sa->ah != manual->ah)
		return false;
	if (sa->inbound)
		return sa->spi == manual->spi_in && addr_equal(&sa->local, &manual->local);
	return sa->spi == manual->spi_out && addr_equal(&sa->remote, &manual->peer);
}

/* An outbound SA that collides only with its own successor stays until that one takes over. */
static bool in_the_way(const struct sync *sync, const struct old *old, const struct pair *own)
{
	for (size_t i = 0; i < sync->n; i++) {
		const struct pair *pair = &sync->pairs[i];

		if (collide(old, pair) && (pair != own || old->sa.inbound))
			return true;
	}
	return false;
}

/*
 * Assigns each old SA to the pair that succeeds it.  Deletes those without a successor, and those
 * in the way of a new SA.
 */
static void sort_olds(struct sync *sync)
{
	for (size_t i = 0; i < sync->n_olds; i++) {
		struct old *old = &sync->olds[i];
		struct pair *pair = find_pair(sync, old->sa.ifname);
		bool obstacle = in_the_way(sync, old, pair);

		if (!pair || obstacle)
			delete_old(sync, old);
		if (!pair)
			continue;
		SLIST_INSERT_HEAD(&pair->olds, old, list);
		pair->at_once |= obstacle;
	}
}

/* --- the new ones come --- */

/* Installs an SA and logs the outcome.  True: the kernel has it. */
static bool add(const struct sync *sync, const struct pair *pair, bool inbound)
{
	const struct policy_manual *manual = pair->manual;
	struct ike_sa_spec spec = manual_spec(manual, pair->token, inbound);
	char subject[SUBJECT], peer[ADDR_TEXT];
	int error;

	subject_of(manual, subject);
	manual_set_keys(&spec, manual);
	error = sync->kern->ops->sa_add(sync->kern, &spec);
	secret_wipe(spec.encr_key, sizeof(spec.encr_key));
	secret_wipe(spec.integ_key, sizeof(spec.integ_key));
	addr_text(&manual->peer, peer);
	if (error)
		log_error(subject, "manual keys: kernel refused the %s SA %08x: %s",
			  inbound ? "inbound" : "outbound", spec.spi, sync->kern->error);
	else if (inbound)
		log_info(subject, "manual keys: receives from %s with SPI %08x (remote-spi)", peer,
			 spec.spi);
	else
		log_info(subject, "manual keys: sends to %s with SPI %08x (local-spi)", peer,
			 spec.spi);
	return !error;
}

static ike_time overlap_ms(const struct pair *pair)
{
	return (ike_time)pair->manual->overlap * 1000;
}

static struct change *new_change(struct manual *m, const char *ifname)
{
	struct change *change = calloc(1, sizeof(*change));

	if (!change)
		return NULL;
	snprintf(change->ifname, sizeof(change->ifname), "%s", ifname);
	SLIST_INSERT_HEAD(&m->changes, change, list);
	return change;
}

/* Starts a change if the pair needs one and none is under way. */
static void begin_change(const struct sync *sync, struct pair *pair)
{
	struct change *change = pair->change;
	char subject[SUBJECT];

	if (SLIST_EMPTY(&pair->olds) || pair->at_once || !pair->manual->overlap ||
	    (change && change->token == pair->token))
		return;
	if (!change)
		change = new_change(sync->m, pair->manual->tunnel.ifname);
	/* Out of memory: switch without overlap. */
	if (!change)
		return;
	pair->change = change;
	change->token = pair->token;
	change->since = sync->now;
	log_info(subject_of(pair->manual, subject),
		 "manual keys changed: packets with the old ones are taken for %u s more; sends "
		 "with the new ones once the peer does, or in %u s", pair->manual->overlap,
		 pair->manual->overlap / 2);
}

/* The peer has sent with the new keys. */
static bool proven(const struct sync *sync, const struct pair *pair)
{
	const struct ike_sa_spec spec = manual_spec(pair->manual, pair->token, true);
	uint64_t idle;

	return !sync->kern->ops->sa_idle(sync->kern, &spec, &idle) &&
	       idle < sync->now - pair->change->since;
}

static bool may_send(const struct sync *sync, const struct pair *pair)
{
	return !pair->change || sync->now >= pair->change->since + overlap_ms(pair) / 2 ||
	       proven(sync, pair);
}

/* Switches the outbound SA. There is always one to send with, unless old and new collide. */
static void switch_out(const struct sync *sync, struct pair *pair)
{
	struct old *old;

	for (old = SLIST_FIRST(&pair->olds); old; old = SLIST_NEXT(old, list))
		if (!old->sa.inbound && collide(old, pair))
			delete_old(sync, old);
	pair->out = add(sync, pair, false);
}

/* A tunnel that cannot get its new inbound SA keeps what it has. */
static void sync_pair(const struct sync *sync, struct pair *pair)
{
	begin_change(sync, pair);
	if (!pair->in)
		pair->in = add(sync, pair, true);
	if (!pair->in)
		return;
	if (!pair->out && may_send(sync, pair))
		switch_out(sync, pair);
	if (pair->out)
		delete_all(sync, pair, false);
	if (!pair->change || sync->now >= pair->change->since + overlap_ms(pair))
		delete_all(sync, pair, true);
}

/* --- when next --- */

/* Assigns each change under way to its pair, and drops changes whose pair is gone. */
static void resume_changes(const struct sync *sync)
{
	struct change *change, *next;

	for (change = SLIST_FIRST(&sync->m->changes); change; change = next) {
		struct pair *pair = find_pair(sync, change->ifname);

		next = SLIST_NEXT(change, list);
		if (pair)
			pair->change = change;
		else
			end_change(sync->m, change);
	}
}

static bool is_over(const struct pair *pair)
{
	struct old *old;

	if (pair->at_once || pair->change->token != pair->token)
		return true;
	for (old = SLIST_FIRST(&pair->olds); old; old = SLIST_NEXT(old, list))
		if (!old->gone)
			return false;
	return true;
}

static ike_time next_step(const struct sync *sync, const struct pair *pair)
{
	ike_time half = pair->change->since + overlap_ms(pair) / 2;

	if (pair->out)
		return pair->change->since + overlap_ms(pair);
	return half < sync->now + POLL ? half : sync->now + POLL;
}

/* Overdue steps have failed; the next regular check retries them. */
static void reckon_due(const struct sync *sync)
{
	struct manual *m = sync->m;

	m->due = sync->n ? sync->now + MANUAL_CHECK_MS : IKE_NEVER;
	for (size_t i = 0; i < sync->n; i++) {
		const struct pair *pair = &sync->pairs[i];
		ike_time at;

		if (!pair->change)
			continue;
		if (is_over(pair)) {
			end_change(m, pair->change);
			continue;
		}
		at = next_step(sync, pair);
		if (at > sync->now && at < m->due)
			m->due = at;
	}
}

void manual_sync(struct manual *m, struct kern *kern, ike_time now, const struct policy *policy)
{
	struct sync sync = { .m = m, .kern = kern, .now = now };

	m->due = now + MANUAL_CHECK_MS;
	if (!make_pairs(&sync, policy)) {
		log_error(NULL, "out of memory");
		return;
	}
	if (kern->ops->sa_each(kern, sort_sa, &sync)) {
		log_error(NULL, "SAs cannot be read: %s", kern->error);
	} else {
		resume_changes(&sync);
		sort_olds(&sync);
		for (size_t i = 0; i < sync.n; i++)
			sync_pair(&sync, &sync.pairs[i]);
		reckon_due(&sync);
	}
	free(sync.olds);
	free(sync.pairs);
}

/* --- what a reload costs --- */

/* The leaf that gives both the same SPI at one address, or NULL. */
static const char *shared_leaf(const struct policy_manual *a, const struct policy_manual *b)
{
	if (a->ah != b->ah)
		return NULL;
	if (a->spi_in == b->spi_in && addr_equal(&a->local, &b->local))
		return "remote-spi";
	if (a->spi_out == b->spi_out && addr_equal(&a->peer, &b->peer))
		return "local-spi";
	return NULL;
}

static void tell_conflict(const struct policy_manual *was, const struct policy_manual *is,
			  void (*line)(void *ctx, const char *text), void *ctx)
{
	const char *leaf = shared_leaf(was, is);
	char text[512];

	if (!leaf || manual_cookie(was) == manual_cookie(is))
		return;
	snprintf(text, sizeof(text),
		 "tunnel \"%s\" has other keys or addresses than tunnel \"%s\" had before, but the "
		 "same %s %08x: packets are lost until the peer has them, too; with a new SPI none "
		 "are", is->tunnel.name, was->tunnel.name, leaf,
		 *leaf == 'r' ? is->spi_in : is->spi_out);
	line(ctx, text);
}

void manual_conflicts(const struct policy *before, const struct policy *after,
		      void (*line)(void *ctx, const char *text), void *ctx)
{
	for (unsigned int i = 0; i < after->n_manual; i++)
		for (unsigned int j = 0; before && j < before->n_manual; j++)
			tell_conflict(&before->manual[j], &after->manual[i], line, ctx);
}
