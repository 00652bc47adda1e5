/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PANTUN_TESTS_DH_FRESH_H
#define PANTUN_TESTS_DH_FRESH_H

#include "crypto/dh.h"

/* A key pair of its own: to be freed with dh_free(). */
struct dh *dh_fresh(const struct alg_dh *alg);

#endif
