/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A kernel in memory, for tests: keeps SAs and finds fault with the order of things. */
#ifndef PANTUN_KERN_KERN_FAKE_H
#define PANTUN_KERN_KERN_FAKE_H

#include "kern/kern.h"

struct fake_sa {
	struct fake_sa *next;
	struct ike_sa_spec spec;
	char ifname[16], proxy[POLICY_NAME];
	bool current;		/* out-SA that carries the proxy-ID's packets */
};

struct kern *kern_fake_open(const struct kern_events *events);
/* All SAs; valid until the next command. */
const struct fake_sa *kern_fake_sas(const struct kern *k);
/* The out-SA in use, or NULL. */
const struct fake_sa *kern_fake_current(const struct kern *k, const char *ifname,
					const char *proxy);
const struct fake_sa *kern_fake_in(const struct kern *k, uint32_t spi);
/* The first rule that was broken, or "". */
const char *kern_fake_problem(const struct kern *k);
/* The next sa_add of that direction fails with -@error and "no room in the fake". */
void kern_fake_fail_next(struct kern *k, bool inbound, int error);

#endif
