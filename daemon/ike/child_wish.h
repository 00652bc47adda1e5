/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A child that is asked for: whether it is still wanted, and may be, and what if it fails. */
#ifndef PANTUN_IKE_CHILD_WISH_H
#define PANTUN_IKE_CHILD_WISH_H

#include "ike/child_sa.h"

#define CHILD_REFUSED_MS	SECONDS(60)	/* after a rekey was refused */

/* The slot that @task, which is to rekey @old (NULL: none), is still of use for, or NULL. */
struct slot *child_wanted_by(const struct task *task, const struct child_sa *old);
/* Whether the peer's mode is acceptable; if not, says why. */
bool child_mode_good(const struct ike_sa *ike, struct slot *slot, bool transport);
/*
 * Nothing came of @child: we try later, and the peer deletes what it has of it, where it @made
 * something, and has told its SPI.
 */
void child_failed(struct child_sa *child, bool made);

#endif
