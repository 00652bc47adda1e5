/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The answer to "show" while its rows come in.  A row is kept as the text that it will be in the
 * answer, which takes a tenth of the memory that a tree of JSON would.
 */
#ifndef PANTUN_CTL_SHOW_H
#define PANTUN_CTL_SHOW_H

#include <jansson.h>

#include "ike/info.h"

struct evbuffer;
struct show;

/* NULL on lack of memory. */
struct show *show_new(void);
/* NULL is fine. */
void show_free(struct show *show);
/* In any order.  A row that memory is short for makes the whole answer fail. */
void show_ike(struct show *show, const struct ike_sa_info *sa);
void show_child(struct show *show, const struct ike_child_info *child);
void show_gateway(struct show *show, const struct ike_gateway_info *gateway);
/*
 * The text of the answer, the caller's to free; NULL: memory is short, or it is too large.  Takes
 * the reference to @daemon, and the rows: none are left.
 */
struct evbuffer *show_text(struct show *show, json_t *daemon);

#endif
