/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Goes through a long JSON text value by value, so that a list of thousands does not take the
 * memory of all its values at once.  It is only seen to it that strings and brackets end; the rest
 * is for the parser of each value to find.
 */
#ifndef PANTUN_TOOLS_JSON_WALK_H
#define PANTUN_TOOLS_JSON_WALK_H

#include "base/bytes.h"

struct json_walk {
	const char *at, *end;
	char bracket;		/* that closes it; 0: it is closed */
	bool object;		/* it is one, as far as was read */
	bool bad;		/* it is not JSON */
};

/* Of the object or array @text, which has to stay. */
struct json_walk json_walk_begin(struct bytes text);
/*
 * The next @value, and of an object its @name as it is written, without the quotes.  False: there
 * are no more, or @walk is bad.
 */
bool json_walk_next(struct json_walk *walk, struct bytes *name, struct bytes *value);

#endif
