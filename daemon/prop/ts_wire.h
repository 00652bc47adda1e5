/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Traffic selectors and TS payloads (RFC 7296 section 3.13). */
#ifndef PANTUN_PROP_TS_WIRE_H
#define PANTUN_PROP_TS_WIRE_H

#include "prop/ts.h"
#include "wire/v2_codec.h"

void ts_list_to_wire(const struct ts_list *list, struct wire_ts_list *out);
/*
 * What the peer asks for, cut down to @within, as nothing else is of use here and
 * peers may name more than TS_MAX.  false: nothing of it.
 */
bool ts_list_from_wire(const struct wire_ts_list *list, const struct ts_list *within,
		       struct ts_list *out);
/* One of them has OPAQUE ports: of packets whose ports cannot be seen. */
bool ts_wire_opaque(const struct wire_ts_list *list);
/* All that the peer sent, for people: like ts_list_text(). */
const char *ts_wire_text(const struct wire_ts_list *list, char *out, size_t n);

#endif
