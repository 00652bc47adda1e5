// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/service.h"
#include "base/text.h"
#include "prop/ts.h"

static struct ts ts_any(uint8_t family)
{
	struct ts ts = { .port_last = UINT16_MAX };

	ts.first.family = family;
	ts.last.family = family;
	memset(ts.last.b, 0xff, addr_len(&ts.last));
	return ts;
}

void ts_pair_any(struct ts_pair *pair)
{
	memset(pair, 0, sizeof(*pair));
	pair->local.n = 2;
	pair->local.ts[0] = ts_any(AF_INET);
	pair->local.ts[1] = ts_any(AF_INET6);
	pair->remote = pair->local;
}

struct ts_kept *ts_keep(const struct ts_pair *pair)
{
	unsigned int local = pair->local.n, remote = pair->remote.n;
	struct ts_kept *kept = malloc(sizeof(*kept) + (local + remote) * sizeof(*kept->ts));

	if (!kept)
		return NULL;
	kept->n_local = (uint8_t)local;
	kept->n_remote = (uint8_t)remote;
	memcpy(kept->ts, pair->local.ts, local * sizeof(*kept->ts));
	memcpy(kept->ts + local, pair->remote.ts, remote * sizeof(*kept->ts));
	return kept;
}

struct ts_pair ts_kept_pair(const struct ts_kept *kept)
{
	struct ts_pair pair = { .local.n = 0 };

	if (!kept)
		return pair;
	pair.local.n = kept->n_local;
	pair.remote.n = kept->n_remote;
	memcpy(pair.local.ts, kept->ts, kept->n_local * sizeof(*kept->ts));
	memcpy(pair.remote.ts, kept->ts + kept->n_local, kept->n_remote * sizeof(*kept->ts));
	return pair;
}

unsigned int ts_pair_count(const struct ts_pair *pair)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < pair->local.n; i++) {
		for (unsigned int j = 0; j < pair->remote.n; j++) {
			const struct ts *a = &pair->local.ts[i], *b = &pair->remote.ts[j];

			n += a->first.family == b->first.family &&
			     (!a->proto || !b->proto || a->proto == b->proto);
		}
	}
	return n;
}

void ts_pair_trim(struct ts_pair *pair)
{
	while (ts_pair_count(pair) > TS_PAIRS_MAX) {
		if (pair->local.n > pair->remote.n)
			pair->local.n--;
		else
			pair->remote.n--;
	}
}

static const struct addr *addr_higher(const struct addr *a, const struct addr *b)
{
	return addr_compare(a, b) > 0 ? a : b;
}

static const struct addr *addr_lower(const struct addr *a, const struct addr *b)
{
	return addr_compare(a, b) < 0 ? a : b;
}

/*
 * false: nothing in common.  OPAQUE ports (RFC 7296 section 3.13.1: the first above
 * the last) never have, as the kernel always sees the ports.
 */
static bool ts_intersect(const struct ts *a, const struct ts *b, struct ts *out)
{
	if (a->first.family != b->first.family || a->first.family != a->last.family ||
	    b->first.family != b->last.family)
		return false;
	if (a->proto && b->proto && a->proto != b->proto)
		return false;
	*out = (struct ts){
		.proto = a->proto ? a->proto : b->proto,
		.port_first = a->port_first > b->port_first ? a->port_first : b->port_first,
		.port_last = a->port_last < b->port_last ? a->port_last : b->port_last,
		.first = *addr_higher(&a->first, &b->first),
		.last = *addr_lower(&a->last, &b->last),
	};
	return out->port_first <= out->port_last && addr_compare(&out->first, &out->last) <= 0;
}

static bool ts_equal(const struct ts *a, const struct ts *b)
{
	return a->proto == b->proto && a->port_first == b->port_first &&
	       a->port_last == b->port_last && addr_equal(&a->first, &b->first) &&
	       addr_equal(&a->last, &b->last);
}

static bool ts_within(const struct ts *inner, const struct ts *outer)
{
	struct ts common;

	return ts_intersect(inner, outer, &common) && ts_equal(&common, inner);
}

/* Appends unless it is covered; takes out what it covers. */
static void ts_list_merge(struct ts_list *list, const struct ts *ts)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < list->n; i++)
		if (ts_within(ts, &list->ts[i]))
			return;
	for (unsigned int i = 0; i < list->n; i++)
		if (!ts_within(&list->ts[i], ts))
			list->ts[kept++] = list->ts[i];
	list->n = kept;
	if (list->n < TS_MAX)
		list->ts[list->n++] = *ts;
}

void ts_list_narrow(const struct ts *ts, const struct ts_list *within, struct ts_list *out)
{
	struct ts common;

	for (unsigned int i = 0; i < within->n; i++)
		if (ts_intersect(ts, &within->ts[i], &common))
			ts_list_merge(out, &common);
}

bool ts_list_intersect(const struct ts_list *a, const struct ts_list *b, struct ts_list *out)
{
	memset(out, 0, sizeof(*out));
	for (unsigned int i = 0; i < a->n; i++)
		ts_list_narrow(&a->ts[i], b, out);
	return out->n > 0;
}

bool ts_list_within(const struct ts_list *inner, const struct ts_list *outer)
{
	for (unsigned int i = 0; i < inner->n; i++) {
		bool found = false;

		for (unsigned int j = 0; j < outer->n; j++)
			found = found || ts_within(&inner->ts[i], &outer->ts[j]);
		if (!found)
			return false;
	}
	return true;
}

static struct ts *ts_find(struct ts_list *list, const struct ts *inner)
{
	for (unsigned int i = 0; i < list->n; i++)
		if (ts_within(inner, &list->ts[i]))
			return &list->ts[i];
	return NULL;
}

bool ts_flow_within(const struct ts_flow *flow, const struct ts_pair *pair)
{
	const struct ts_list local = { .n = 1, .ts = { flow->local } };
	const struct ts_list remote = { .n = 1, .ts = { flow->remote } };

	return flow->local.first.family && ts_list_within(&local, &pair->local) &&
	       ts_list_within(&remote, &pair->remote);
}

void ts_list_begin(struct ts_list *list, const struct ts *first)
{
	struct ts *at = ts_find(list, first), found;

	if (!at)
		return;
	found = *at;
	memmove(list->ts + 1, list->ts, (size_t)(at - list->ts) * sizeof(*at));
	list->ts[0] = found;
}

bool ts_list_equal(const struct ts_list *a, const struct ts_list *b)
{
	if (a->n != b->n)
		return false;
	for (unsigned int i = 0; i < a->n; i++)
		if (!ts_equal(&a->ts[i], &b->ts[i]))
			return false;
	return true;
}

const char *ts_text(const struct ts *ts, char *out, size_t n)
{
	bool any = !ts->proto && ts->port_first == 0 && ts->port_last == UINT16_MAX;
	char range[2 * ADDR_TEXT], service[SERVICE_TEXT];

	addr_range_text(&ts->first, &ts->last, range);
	service_text(ts->proto, ts->port_first, ts->port_last, service);
	snprintf(out, n, "%s%s%s", range, any ? "" : " ", any ? "" : service);
	return out;
}

void ts_text_add(struct text *t, const struct ts *ts)
{
	char one[TS_TEXT];

	text_add(t, "%s%s", t->n ? ", " : "", ts_text(ts, one, sizeof(one)));
}

const char *ts_list_text(const struct ts_list *list, char *out, size_t n)
{
	struct text t;

	text_init(&t, out, n);
	if (!list->n)
		text_add(&t, "none");
	for (unsigned int i = 0; i < list->n; i++)
		ts_text_add(&t, &list->ts[i]);
	return out;
}
