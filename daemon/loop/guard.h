/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the process that strangers speak to may have in the kernel.  It may be theirs one day: then
 * it has the IKE SAs, but no SA comes about that the configuration does not allow.
 */
#ifndef PANTUN_LOOP_GUARD_H
#define PANTUN_LOOP_GUARD_H

#include "ike/core.h"

/*
 * NULL: @policy (NULL: none) has such a tunnel, negotiated by IKE, with that proxy-ID, whose SAs
 * may be what @sa is: algorithms, mode, selectors, addresses, lives.  Else why not.
 */
const char *guard_refuses(const struct policy *policy, const struct ike_sa_spec *sa);
/* Likewise of a new path, @sa->new_local and @sa->new_remote, for an SA that stands. */
const char *guard_refuses_path(const struct policy *policy, const struct ike_sa_spec *sa);
/* @policy has that proxy-ID, of a tunnel that IKE negotiates. */
bool guard_has_proxy(const struct policy *policy, const char *ifname, const char *proxy);

#endif
