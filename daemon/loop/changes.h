/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists what a reload changes, for whoever asked for it. */
#ifndef PANTUN_LOOP_CHANGES_H
#define PANTUN_LOOP_CHANGES_H

#include "policy/policy.h"

/*
 * Calls @line for each gateway and tunnel that was added, removed or changed: "tunnel hq:
 * changed". @before may be NULL. If memory runs out, it calls @line once to say so.
 */
void changes_each(const struct policy *before, const struct policy *after,
		  void (*line)(void *ctx, const char *text), void *ctx);

#endif
