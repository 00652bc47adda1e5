/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The SAs in the kernel. */
#ifndef PANTUN_KERN_GENL_SA_H
#define PANTUN_KERN_GENL_SA_H

#include "kern/kern.h"

struct nlmsghdr;

/* The operations of kern_ops; see kern.h. */
int genl_sa_add(struct kern *k, const struct ike_sa_spec *sa);
int genl_sa_activate(struct kern *k, const struct ike_sa_spec *sa);
int genl_sa_move(struct kern *k, const struct ike_sa_spec *sa);
int genl_sa_idle(struct kern *k, const struct ike_sa_spec *sa, uint64_t *idle);
int genl_sa_del(struct kern *k, const struct ike_sa_spec *sa);
int genl_sa_each(struct kern *k, void (*each)(void *ctx, const struct kern_sa *), void *ctx);
/*
 * Reads an SA from an answer.  False for a reserved SPI, which is no SA yet, and for what cannot
 * be read.  Public for tests.
 */
bool genl_sa_get(struct nlmsghdr *header, struct kern_sa *out);

#endif
