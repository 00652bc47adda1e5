/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Collects the rows of the answer to "show". Rows are kept as JSON text, which takes a tenth of
 * the memory of a JSON tree.
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
/* Rows may come in any order.  If memory runs out for one, the whole answer fails. */
void show_ike(struct show *show, const struct ike_sa_info *sa);
void show_child(struct show *show, const struct ike_child_info *child);
void show_gateway(struct show *show, const struct ike_gateway_info *gateway);
/*
 * Returns the text of the answer, owned by the caller; NULL: out of memory, or too large.  Steals
 * the reference to @daemon, and empties the object.
 */
struct evbuffer *show_text(struct show *show, json_t *daemon);

#endif
