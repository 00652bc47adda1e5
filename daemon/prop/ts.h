/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Traffic selectors (RFC 7296 section 3.13) and their narrowing (section 2.9). */
#ifndef PANTUN_PROP_TS_H
#define PANTUN_PROP_TS_H

#include "base/addr.h"

#define TS_MAX	8		/* selectors of one side */
#define TS_PAIRS_MAX	16	/* of both sides that an SA may have, as the kernel has it */
#define TS_TEXT	(2 * ADDR_TEXT + 32)	/* room for the text of one */

struct text;

/* One side of a selector: inclusive ranges. */
struct ts {
	uint8_t proto;		/* 0: any */
	uint16_t port_first, port_last;	/* 0..65535: any; host order */
	struct addr first, last;
};

struct ts_list {
	unsigned int n;
	struct ts ts[TS_MAX];
};

/* The proxy-ID view: what is behind us, what behind the peer. */
struct ts_pair {
	struct ts_list local, remote;
};

/* One packet, as what matches it alone; families of 0: it is not known. */
struct ts_flow {
	struct ts local, remote;
};

/* A pair that stays for long: no longer than what it has. */
struct ts_kept {
	uint8_t n_local, n_remote;
	struct ts ts[];		/* the local ones first */
};

/* A copy for free(), or NULL on lack of memory. */
struct ts_kept *ts_keep(const struct ts_pair *pair);
/* What is kept; NULL: nothing. */
struct ts_pair ts_kept_pair(const struct ts_kept *kept);

/* 0.0.0.0/0 and ::/0 on both sides. */
void ts_pair_any(struct ts_pair *pair);
/* How many of the local selectors are of use with how many of the remote ones, in pairs. */
unsigned int ts_pair_count(const struct ts_pair *pair);
/* Leaves out selectors, the last ones first, until there are no more pairs than an SA may have. */
void ts_pair_trim(struct ts_pair *pair);
/*
 * What both have, nothing twice; false if nothing.  Keeps the order of @a.  Of more
 * than TS_MAX selectors those behind are left out, which narrows further.  @out is a
 * third list.
 */
bool ts_list_intersect(const struct ts_list *a, const struct ts_list *b, struct ts_list *out);
/* The same for one selector: appends to @out what it has in common with @within. */
void ts_list_narrow(const struct ts *ts, const struct ts_list *within, struct ts_list *out);
/* Whether each selector of @inner lies within one of @outer. */
bool ts_list_within(const struct ts_list *inner, const struct ts_list *outer);
/* "10.1.0.0/16 tcp 443" into @out of @n octets; returns @out. */
const char *ts_text(const struct ts *ts, char *out, size_t n);
/* Behind what @t has of a list, after a comma. */
void ts_text_add(struct text *t, const struct ts *ts);
/* "10.1.0.0/16 tcp 443, ::/0" into @out of @n octets; returns @out. */
const char *ts_list_text(const struct ts_list *list, char *out, size_t n);
/* Whether @pair lets the packet pass; not one that is not known. */
bool ts_flow_within(const struct ts_flow *flow, const struct ts_pair *pair);
/* What @first lies within comes before all else of @list. */
void ts_list_begin(struct ts_list *list, const struct ts *first);
bool ts_list_equal(const struct ts_list *a, const struct ts_list *b);

#endif
