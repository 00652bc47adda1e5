/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a dump answers, as an array that grows. */
#ifndef PANTUN_KERN_GENL_LIST_H
#define PANTUN_KERN_GENL_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct nlmsghdr;

/* The caller sets @size and @get; all else starts as 0. */
struct genl_list {
	size_t size;		/* octets of an element */
	/* Fills the whole of an element.  False where the answer holds none. */
	bool (*get)(struct nlmsghdr *header, void *element);
	void *elements;		/* @n of them */
	size_t n, room;
	bool short_of_memory;	/* some are missing */
};

/* Adds what one answer of the dump holds.  A genl_answer, of which @ctx is the list. */
void genl_list_add(void *ctx, struct nlmsghdr *header);
/* Empties the list for the dump to start over; the memory stays. */
void genl_list_restart(struct genl_list *list);
/* Frees the elements; the list can be used again. */
void genl_list_free(struct genl_list *list);

#endif
