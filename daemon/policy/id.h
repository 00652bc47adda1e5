/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Identifications (RFC 7296 section 3.5). */
#ifndef PANTUN_POLICY_ID_H
#define PANTUN_POLICY_ID_H

#include "policy/policy.h"
#include "wire/v2_codec.h"

#define ID_TEXT	(POLICY_ID_MAX + 32)

/* @id, or where it is empty the address @used. */
struct ike_id id_or_addr(const struct ike_id *id, const struct addr *used);
/* false: longer than we take. */
bool id_from_wire(const struct wire_id *wire, struct ike_id *id);
/* "hq.example", "192.0.2.1", "key-id 0a0b"; into and returns @out of ID_TEXT octets. */
const char *id_text(const struct ike_id *id, char *out);

#endif
