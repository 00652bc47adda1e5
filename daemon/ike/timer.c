// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/timer.h"

static struct timer *merge(struct timer *a, struct timer *b)
{
	if (!a || !b)
		return a ? a : b;
	if (b->at < a->at) {
		struct timer *t = a;

		a = b;
		b = t;
	}
	b->prev = a;
	b->next = a->child;
	if (b->next)
		b->next->prev = b;
	a->child = b;
	return a;
}

/* The siblings from @first on become one tree: in pairs, then the pairs from the last. */
static struct timer *merge_siblings(struct timer *first)
{
	struct timer *pairs = NULL, *root = NULL;

	while (first) {
		struct timer *a = first, *b = a->next;

		first = b ? b->next : NULL;
		a->next = NULL;
		a->prev = NULL;
		if (b) {
			b->next = NULL;
			b->prev = NULL;
		}
		a = merge(a, b);
		a->next = pairs;
		pairs = a;
	}
	while (pairs) {
		struct timer *a = pairs;

		pairs = a->next;
		a->next = NULL;
		root = merge(root, a);
	}
	return root;
}

void timer_stop(struct timer_heap *heap, struct timer *t)
{
	struct timer *rest;

	if (!t->armed)
		return;
	rest = merge_siblings(t->child);
	if (t == heap->root) {
		heap->root = rest;
	} else {
		if (t->prev->child == t)
			t->prev->child = t->next;
		else
			t->prev->next = t->next;
		if (t->next)
			t->next->prev = t->prev;
		heap->root = merge(heap->root, rest);
	}
	t->child = NULL;
	t->next = NULL;
	t->prev = NULL;
	t->armed = false;
}

void timer_set(struct timer_heap *heap, struct timer *t, ike_time at)
{
	timer_stop(heap, t);
	t->at = at - heap->lost;
	t->armed = true;
	heap->root = merge(heap->root, t);
}

void timer_hold_back(struct timer_heap *heap, ike_time span)
{
	heap->lost += span;
}

ike_time timer_first(const struct timer_heap *heap)
{
	return heap->root ? heap->root->at + heap->lost : IKE_NEVER;
}

struct timer *timer_due(struct timer_heap *heap, ike_time now)
{
	struct timer *t = heap->root;

	if (!t || t->at + heap->lost > now)
		return NULL;
	timer_stop(heap, t);
	return t;
}
