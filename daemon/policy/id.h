/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Identifications (RFC 7296 section 3.5). */
#ifndef PANTUN_POLICY_ID_H
#define PANTUN_POLICY_ID_H

#include "policy/policy.h"
#include "wire/v2_codec.h"

/* With its NUL: of a peer's, which may be of any length, the rest is cut off. */
#define ID_TEXT	288

/* Room for the octets of any identity. */
struct id_room {
	uint8_t b[POLICY_ID_MAX];
};

/* A view of @id, or where it is empty of the address @used. */
struct ike_id id_or_addr(const struct ike_id *id, const struct addr *used);
/* A view of @wire; false: it is longer than we take. */
bool id_from_wire(const struct wire_id *wire, struct ike_id *id);
/*
 * In a form that is the same for all that name the same end: names of hosts and users, and the
 * texts in a distinguished name, in lower case; these texts of one type, whatever the peer took.
 * A view of @room, or of @id, where that is plain.
 */
struct ike_id id_plain(const struct ike_id *id, struct id_room *room);
bool id_same(const struct ike_id *a, const struct ike_id *b);
/*
 * Whether @id is one that @pattern means: '*' there stands for any octets, none as well, but in a
 * distinguished name for those of one part.  Both as id_same() has them.
 */
bool id_like(const struct ike_id *pattern, const struct ike_id *id);
/* Types that id_like() has a use for. */
bool id_may_be_pattern(const struct ike_id *id);
/* "hq.example", "192.0.2.1", "key-id 0a0b"; into and returns @out of ID_TEXT octets. */
const char *id_text(const struct ike_id *id, char *out);

#endif
