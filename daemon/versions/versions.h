/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The versions of IKE that this daemon speaks: for ike_core_new().  This folder alone knows all of
 * them; it is above them and above ike/ (ike/version.h says why).
 */
#ifndef PANTUN_VERSIONS_VERSIONS_H
#define PANTUN_VERSIONS_VERSIONS_H

#include "ike/version.h"

/* Ended by NULL; the first answers messages of versions that none of them is. */
extern const struct ike_version *const ike_versions[];

#endif
