// SPDX-License-Identifier: GPL-2.0
/*
 * Every field that selectors look at is a dimension: a line of numbers that the ends
 * of all selectors' ranges cut into intervals.  All numbers of one interval are in the
 * ranges of the same selectors, and these are a set of bits, bit 0 being the selector
 * that goes before all others.  A packet finds the interval of each of its fields by
 * binary search; the selectors that match are in all the sets, and the first one wins.
 *
 * N selectors cut a dimension into 2 N + 1 intervals at most, of 48 octets each: 24 KiB
 * for 250 selectors, and 168 KiB for all seven dimensions if no two ranges are alike.
 * Where all are alike there is nothing to search.
 */
#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/socket.h>
#include <linux/sort.h>
#include <linux/string.h>
#include "pure/classify.h"

#define WORD_BITS	64
#define WORDS		(PANTUN_CLASSIFY_MAX / WORD_BITS)
#define NO_PORT		(U16_MAX + 1)	/* of packets without ports: in the range "any" alone */

enum {
	LOCAL4,
	REMOTE4,
	LOCAL6,
	REMOTE6,
	PROTO,
	LOCAL_PORT,
	REMOTE_PORT,
	DIMENSIONS
};

/* A number of 128 bits. */
struct point {
	u64 hi, lo;
};

struct set {
	u64 word[WORDS];
};

/* Interval i is from start[i] to below start[i + 1]; start[0] is 0. */
struct dimension {
	u32 count;
	struct point *start;
	struct set *set;
};

struct pantun_classifier {
	struct dimension dimensions[DIMENSIONS];
};

/* From @first to below @end, which is 0 if there is no number above. */
struct span {
	struct point first, end;
};

static struct point number(u64 n)
{
	return (struct point){ .lo = n };
}

/* The number that @len octets in network order are. */
static u64 octets(const u8 *p, u32 len)
{
	u64 n = 0;

	while (len--)
		n = n << 8 | *p++;
	return n;
}

static struct point address(const union pantun_addr *addr, bool v4)
{
	const u8 *p = addr->v6.s6_addr;

	if (v4)
		return number(octets(p, 4));
	return (struct point){ .hi = octets(p, 8), .lo = octets(p + 8, 8) };
}

static struct point after(struct point p)
{
	p.lo++;
	p.hi += !p.lo;
	return p;
}

static bool is_zero(struct point p)
{
	return !(p.hi | p.lo);
}

/* Without branches, as they would be foreseen every other time at best. */
static bool not_above(struct point a, struct point b)
{
	return (a.hi < b.hi) | ((a.hi == b.hi) & (a.lo <= b.lo));
}

static int compare(const void *a, const void *b)
{
	const struct point *x = a, *y = b;

	return not_above(*y, *x) - not_above(*x, *y);
}

static struct span addresses(const struct pantun_range *range, bool v4)
{
	return (struct span){ address(&range->first, v4), after(address(&range->last, v4)) };
}

static struct span ports(const struct pantun_ports *ports)
{
	bool any = ports->first == 0 && ports->last == U16_MAX;

	return (struct span){ number(ports->first), number(any ? NO_PORT + 1 : ports->last + 1) };
}

/* What a selector covers of a dimension; false if nothing. */
static bool span_of(const struct pantun_selector *sel, int dimension, struct span *span)
{
	switch (dimension) {
	case LOCAL4:
		*span = addresses(&sel->local4, true);
		return sel->has_v4;
	case REMOTE4:
		*span = addresses(&sel->remote4, true);
		return sel->has_v4;
	case LOCAL6:
		*span = addresses(&sel->local6, false);
		return sel->has_v6;
	case REMOTE6:
		*span = addresses(&sel->remote6, false);
		return sel->has_v6;
	case PROTO:
		span->first = number(sel->proto);
		span->end = number(sel->proto ? sel->proto + 1 : U8_MAX + 1);
		return true;
	case LOCAL_PORT:
		*span = ports(&sel->local_port);
		return true;
	default:
		*span = ports(&sel->remote_port);
		return true;
	}
}

/* The interval that @p is in. */
static u32 interval_of(const struct dimension *d, struct point p)
{
	const struct point *start = d->start;
	u32 left = d->count, half;

	while (left > 1) {
		half = left / 2;
		start += not_above(start[half], p) ? half : 0;
		left -= half;
	}
	return start - d->start;
}

/* Puts the numbers at which anything begins or ends into @points; how many there are. */
static u32 cut(const struct pantun_selector *const *selectors, u32 count, int dimension,
	       struct point *points)
{
	struct span span;
	u32 i, n = 0, kept = 1;

	points[n++] = number(0);
	for (i = 0; i < count; i++) {
		if (!span_of(selectors[i], dimension, &span))
			continue;
		points[n++] = span.first;
		if (!is_zero(span.end))
			points[n++] = span.end;
	}
	sort(points, n, sizeof(*points), compare, NULL);
	for (i = 1; i < n; i++)
		if (compare(&points[i], &points[kept - 1]))
			points[kept++] = points[i];
	return kept;
}

/* From @p on, a selector covers numbers if it did not before, and the other way round. */
static void toggle(struct dimension *d, struct point p, u32 selector)
{
	d->set[interval_of(d, p)].word[selector / WORD_BITS] ^= 1ULL << selector % WORD_BITS;
}

static void fill(struct dimension *d, const struct pantun_selector *const *selectors, u32 count,
		 int dimension)
{
	struct span span;
	u32 i, word;

	for (i = 0; i < count; i++) {
		if (!span_of(selectors[i], dimension, &span))
			continue;
		toggle(d, span.first, i);
		if (!is_zero(span.end))
			toggle(d, span.end, i);
	}
	for (i = 1; i < d->count; i++)
		for (word = 0; word < WORDS; word++)
			d->set[i].word[word] ^= d->set[i - 1].word[word];
}

/* @points: memory for the ends of all ranges. */
static bool build(struct dimension *d, const struct pantun_selector *const *selectors, u32 count,
		  int dimension, struct point *points)
{
	d->count = cut(selectors, count, dimension, points);
	d->start = kvcalloc(d->count, sizeof(*d->start), GFP_KERNEL);
	d->set = kvcalloc(d->count, sizeof(*d->set), GFP_KERNEL);
	if (!d->start || !d->set)
		return false;
	memcpy(d->start, points, d->count * sizeof(*points));
	fill(d, selectors, count, dimension);
	return true;
}

/**
 * pantun_classifier_new - makes a classifier
 * @selectors: the selectors, valid ones, the one that goes before all others first
 * @count: how many, PANTUN_CLASSIFY_MAX at most
 *
 * Return: the classifier, which keeps no pointer to @selectors, for
 * pantun_classifier_free(); or NULL on lack of memory.
 * Context: process.
 */
struct pantun_classifier *pantun_classifier_new(const struct pantun_selector *const *selectors,
						u32 count)
{
	struct pantun_classifier *classifier = kzalloc(sizeof(*classifier), GFP_KERNEL_ACCOUNT);
	struct point *points = kvcalloc(2 * count + 1, sizeof(*points), GFP_KERNEL);
	bool good = classifier && points;
	int i;

	for (i = 0; good && i < DIMENSIONS; i++)
		good = build(&classifier->dimensions[i], selectors, count, i, points);
	kvfree(points);
	if (good)
		return classifier;
	pantun_classifier_free(classifier);
	return NULL;
}

/**
 * pantun_classifier_free - frees a classifier
 * @classifier: from pantun_classifier_new(), without readers; or NULL
 *
 * Context: any but hard irq.
 */
void pantun_classifier_free(struct pantun_classifier *classifier)
{
	int i;

	if (!classifier)
		return;
	for (i = 0; i < DIMENSIONS; i++) {
		kvfree(classifier->dimensions[i].start);
		kvfree(classifier->dimensions[i].set);
	}
	kfree(classifier);
}

static const u64 *entries_at(const struct dimension *d, struct point p)
{
	return d->set[interval_of(d, p)].word;
}

/**
 * pantun_classifier_match - the selector that a packet falls under
 * @classifier: of all the selectors
 * @flow: what they look at
 *
 * Return: the index of the first one that pantun_selector_match() says matches, or -1.
 */
int pantun_classifier_match(const struct pantun_classifier *classifier,
			    const struct pantun_flow *flow)
{
	const struct dimension *d = classifier->dimensions;
	bool v4 = flow->family == AF_INET;
	const u64 *local = entries_at(&d[v4 ? LOCAL4 : LOCAL6], address(&flow->local, v4));
	const u64 *remote = entries_at(&d[v4 ? REMOTE4 : REMOTE6], address(&flow->remote, v4));
	const u64 *proto = entries_at(&d[PROTO], number(flow->proto));
	const u64 *local_port = entries_at(&d[LOCAL_PORT],
					   number(flow->has_ports ? flow->local_port : NO_PORT));
	const u64 *remote_port = entries_at(&d[REMOTE_PORT],
					    number(flow->has_ports ? flow->remote_port : NO_PORT));
	u32 i;

	for (i = 0; i < WORDS; i++) {
		u64 all = local[i] & remote[i] & proto[i] & local_port[i] & remote_port[i];

		if (all)
			return i * WORD_BITS + __ffs64(all);
	}
	return -1;
}
