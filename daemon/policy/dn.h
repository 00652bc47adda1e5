/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Distinguished names in DER (RFC 5280 section 4.1.2.4), as they come from any peer: nothing is
 * copied, and lengths are checked before what they count.
 */
#ifndef PANTUN_POLICY_DN_H
#define PANTUN_POLICY_DN_H

#include "base/bytes.h"
#include "base/text.h"

/* One attribute of a name, "CN=hq". */
struct dn_part {
	bool joined;		/* it belongs to the part before (several in one set) */
	struct bytes oid;	/* contents alone */
	const uint8_t *tag;	/* of the value */
	struct bytes value;
};

/* A walk over the parts of a name. */
struct dn_walk {
	struct bytes rest, set;
	bool bad;		/* that is no name, or was none from there on */
};

/* @walk points into @name from now on. */
void dn_begin(struct dn_walk *walk, struct bytes name);
/* False: there are no more, or walk->bad. */
bool dn_next(struct dn_walk *walk, struct dn_part *part);
/* Whether the value is text that is compared without regard to its type and to case. */
bool dn_is_text(const struct dn_part *part);
/* "C=DE, O=Example, CN=hq"; false with nothing certain in @t: it is no name. */
bool dn_text(struct bytes name, struct text *t);

#endif
