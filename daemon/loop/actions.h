/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the core wants done: datagrams to send, SAs to install, events to report. */
#ifndef PANTUN_LOOP_ACTIONS_H
#define PANTUN_LOOP_ACTIONS_H

struct daemon;

/* Carries out all actions that wait, and those that come of their results. */
void actions_carry_out(struct daemon *d);

#endif
