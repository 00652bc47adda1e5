/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Identities as a test writes them. */
#ifndef PANTUN_TESTS_IDS_H
#define PANTUN_TESTS_IDS_H

#include "policy/id.h"

#define IDS_NAMES	16	/* distinguished names that a test needs at a time */

/* Of that type, whose octets are those of @text, which it refers to. */
struct ike_id ids_of(uint8_t type, const char *text);
/* A distinguished name, "O=Example, CN=hq"; good until IDS_NAMES more were made. */
struct ike_id ids_dn(const char *text);

#endif
