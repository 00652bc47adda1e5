/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The user that the other processes are, where root starts the daemon. */
#ifndef PANTUN_PRIV_USER_H
#define PANTUN_PRIV_USER_H

#include <sys/types.h>

#define PRIV_USER	"pantun"

struct priv_user {
	uid_t uid;
	gid_t gid;
};

/* Looks up PRIV_USER; where there is none, it is nobody (65534). */
struct priv_user priv_user(void);

#endif
