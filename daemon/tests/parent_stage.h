/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A parent with a kernel in memory (loop/parent_fake.h), with files and a loop of its own. */
#ifndef PANTUN_TESTS_PARENT_STAGE_H
#define PANTUN_TESTS_PARENT_STAGE_H

#include "loop/parent_fake.h"
#include "msg/chan.h"

/* For cmocka_run_group_tests(): the directory of the files. */
int parent_stage_open(void **state);
int parent_stage_close(void **state);
/* @text is the configuration that is read next. */
void parent_stage_configure(const char *text);
/* A parent that has read it.  It ends by parent_stage_end(). */
struct parent_fake *parent_stage_begin(void);
void parent_stage_end(struct parent_fake *parent);
/*
 * Another child of @role at the end @end of its channel, which parent_fake_ike() or the like has
 * given, in place of *@chan.  Its end is of no interest, unless chan_on_end() says so.
 */
void parent_stage_meet(const struct parent_fake *parent, struct chan **chan, enum msg_role role,
		       int end, chan_handler *const *handlers);
/* `ike` at @chan has taken the configuration over: it is in force. */
void parent_stage_take_policy(const struct parent_fake *parent, struct chan *chan);
/* One round of its loop, and as many as do all that can be done. */
void parent_stage_round(const struct parent_fake *parent);
void parent_stage_rounds(const struct parent_fake *parent);

#endif
