// SPDX-License-Identifier: GPL-2.0-or-later
/* How a notification is called. */
#include <stdio.h>

#include "ike/v2/v2.h"

const char *v2_notify_text(uint16_t type, char out[32])
{
	const char *name = ike_notify_name(type);

	if (name)
		return name;
	snprintf(out, 32, "notification %u", type);
	return out;
}
