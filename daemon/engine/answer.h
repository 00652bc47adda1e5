/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers questions from the control socket out of the core's state. */
#ifndef PANTUN_ENGINE_ANSWER_H
#define PANTUN_ENGINE_ANSWER_H

#include "ctl/question.h"
#include "ike/core.h"

/* Where the rows of CTL_SHOW go, one by one. */
struct answer_rows {
	void *ctx;
	void (*ike)(void *ctx, const struct ike_sa_info *sa);
	void (*child)(void *ctx, const struct ike_child_info *child);
	void (*gateway)(void *ctx, const struct ike_gateway_info *gateway);
};

/*
 * Carries out @question.  The caller sends the reply after the rows.  A question with an
 * unterminated name or an unknown kind gets -EINVAL.
 */
struct ctl_reply answer_question(struct ike_core *core, ike_time now,
				 const struct ctl_question *question,
				 const struct answer_rows *rows);

#endif
