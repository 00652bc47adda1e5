/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Decides which SAs `ike` may have in the kernel.  `ike` parses what strangers send, so an
 * attacker might take it over.  Even then it can install no SA that the configuration does not
 * allow.
 */
#ifndef PANTUN_LOOP_GUARD_H
#define PANTUN_LOOP_GUARD_H

#include "ike/core.h"

struct names;

/*
 * Checks @sa against @policy (NULL: none): the tunnel exists, is negotiated by IKE and has that
 * proxy-ID; algorithms, mode, selectors, addresses and lifetimes are allowed.  @names knows the
 * addresses of peers that are configured by name; NULL: none.  Returns NULL, or the reason to
 * refuse.
 */
const char *guard_refuses(const struct policy *policy, const struct names *names,
			  const struct ike_sa_spec *sa);
/* Likewise checks that SAs may change from ESP in UDP to ESP without, or the reverse. */
const char *guard_refuses_encap(const struct policy *policy, const struct names *names,
				const struct ike_sa_spec *sa);
/* Likewise checks a new path, @sa->new_local and @sa->new_remote, of an existing SA. */
const char *guard_refuses_path(const struct policy *policy, const struct names *names,
			       const struct ike_sa_spec *sa);
/* Whether @policy has that proxy-ID, on a tunnel that IKE negotiates. */
bool guard_has_proxy(const struct policy *policy, const char *ifname, const char *proxy);

#endif
