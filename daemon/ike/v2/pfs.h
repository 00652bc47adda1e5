/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Perfect forward secrecy (PFS): a key exchange of its own for each rekey of a child, with
 * a group that both ends must have.
 *
 * IKE_AUTH makes the first child without such a group (RFC 7296 section 1.2), so ends
 * whose dh-group differs, or that want PFS at one of them only, come up and carry
 * packets until the first rekey, an hour later, is refused.  The end that began the IKE
 * SA therefore rekeys the child of IKE_AUTH early, some seconds after it came up:
 *
 * - once an IKE SA that was begun anew, not after each rekey of it.  One child is
 *   enough, as all of a tunnel have one profile; where another of the tunnel was agreed on
 *   in CREATE_CHILD_SA meanwhile, group and all, there is nothing left to find out;
 * - with no-pfs here, too: the peer may be the end that wants PFS;
 * - at a random time, so that the thousand tunnels of a daemon that starts do not all
 *   do it at once, while they still come up;
 * - a refusal is a failure of the proxy-ID, in the log and in show, and changes nothing
 *   else: the child stays in use, and the next rekey is the ordinary one.  A peer that
 *   only puts us off (TEMPORARY_FAILURE) is left alone until then.
 */
#ifndef PANTUN_IKE_V2_PFS_H
#define PANTUN_IKE_V2_PFS_H

#include "ike/child_sa.h"
#include "wire/v2_codec.h"

/*
 * @child is up: where it is the one to find out with, it is rekeyed early.  Its slot remembers
 * beyond the child's end whether a group was agreed on.
 */
void v2_pfs_plan(struct child_sa *child);
/* That is due. */
void v2_pfs_probe(struct child_sa *child);
/*
 * The peer refused our request for @child with @notify: says so and returns true if the
 * group alone can be the reason.
 */
bool v2_pfs_say_refused(const struct child_sa *child, const struct wire_notify *notify);
/*
 * We refuse the peer's request for an SA for @slot, which offers @peer: says so and
 * returns true if the group alone is the reason.
 */
bool v2_pfs_say_refusing(struct slot *slot, const struct wire_sa *peer, bool rekey);

#endif
