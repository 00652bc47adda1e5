/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Crypto profiles: those of the file and those that every PAN-OS has. */
#ifndef PANTUN_CONF_PROFILE_H
#define PANTUN_CONF_PROFILE_H

#include "conf/tree.h"
#include "prop/prop.h"

struct profile {
	char name[64];
	struct prop_list props;
	uint64_t life_seconds;
	uint64_t reauth_seconds;	/* 0: never; of IKE profiles */
	uint64_t life_bytes;	/* 0: no limit; of IPsec profiles */
};

/* The file's own first, then the predefined ones. */
struct profile_set {
	enum prop_proto proto;
	unsigned int n;
	struct profile *profiles;
};

/* Reads all profiles of @proto, and complains about them.  False: out of memory. */
bool profile_set_build(struct profile_set *set, enum prop_proto proto, const struct tree *tree,
		       struct conf_report *report);
void profile_set_free(struct profile_set *set);
/*
 * The profile of that name; NULL after a complaint about the name, which is at @at.  It may have
 * been mixed up with one of the other kind, which @others are.
 */
const struct profile *profile_get(const struct profile_set *set, const struct profile_set *others,
				  const char *name, struct conf_place at,
				  struct conf_report *report);

#endif
