/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Collects the answers of a dump in a growing array. */
#ifndef PANTUN_KERN_GENL_LIST_H
#define PANTUN_KERN_GENL_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct nlmsghdr;

/* The caller sets @size and @get, and zeroes the rest. */
struct genl_list {
	size_t size;		/* octets of an element */
	/* Fills a whole element.  False if the answer has none. */
	bool (*get)(struct nlmsghdr *header, void *element);
	void *elements;		/* @n of them */
	size_t n, room;
	bool short_of_memory;	/* some are missing */
};

/* Adds one answer of the dump.  Is a genl_answer; @ctx is the list. */
void genl_list_add(void *ctx, struct nlmsghdr *header);
/* Empties the list for the dump to start over; the memory stays. */
void genl_list_restart(struct genl_list *list);
/* Frees the elements; the list can be used again. */
void genl_list_free(struct genl_list *list);

#endif
